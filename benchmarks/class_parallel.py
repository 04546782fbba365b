"""Train a head of many classes, its weights spread over processes: the command of lesson 15.

    torchrun --nproc-per-node 2 -m benchmarks.class_parallel
    python -m benchmarks.class_parallel --processes 1                   the same in one process, with the head as it is
    torchrun --nproc-per-node 2 --max-restarts 1 -m benchmarks.class_parallel --keep FOLDER --fall 35

The images are characters, turned and stretched until there are as many classes as asked for. On a CPU processes talk
by gloo, on GPUs (one each) by NCCL. class_cost.py measures the head alone.
"""

import argparse
import os
import re
import signal
import sys
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from benchmarks.class_cost import made, most_memory
from benchmarks.many_characters import Characters
from lessons_lib.losses import LOSSES
from lessons_lib.nets import EmbeddingNet
from lessons_lib.spread import AGAIN, Sent, go_on, join, keep

GONE = re.compile("Connection (closed|reset)|Broken pipe", re.IGNORECASE)  # what gloo says of a process that died


class Training:
    """A network and a head that learn together, in as many processes as there are."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.many = options, dist.is_initialized()
        self.rank, self.processes = (dist.get_rank(), dist.get_world_size()) if self.many else (0, 1)
        self.device = torch.device(options.device, self.rank if options.device == "cuda" else None)
        torch.manual_seed(options.seed)
        self.net = EmbeddingNet(options.size).to(self.device)
        self.head = made(options.loss, options.classes, options.size, options.share, self.many, self.device)
        shared = DistributedDataParallel(self.net) if self.many else self.net
        self.forward = torch.autocast(self.device.type, torch.bfloat16, enabled=options.half)(shared)
        groups = [{"params": list(part.parameters())} for part in (self.net, self.head)]
        self.optimizer = torch.optim.Adam(groups, lr=options.rate)
        self.data = Characters(options.classes, options.batch, options.seed)
        each = options.batch // self.processes
        self.part = slice(self.rank * each, (self.rank + 1) * each)

    def __str__(self) -> str:
        options, processes = self.options, "process" if self.processes == 1 else "processes"
        rows = getattr(self.head, "rows", slice(0, options.classes))
        mine = self.part.stop - self.part.start
        share = "" if options.share == 1 else f", {options.share:.0%} of them drawn a step"
        return (
            f"{options.loss}, {options.classes:,} classes{share}; {self.processes} {processes} on {self.device.type}, "
            f"{rows.stop - rows.start:,} of the classes and {mine} of {options.batch} images in each"
        )

    def fall(self) -> None:
        """The last process kills itself, to see what comes of it."""
        if self.rank == self.processes - 1:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    def step(self, number: int) -> float:
        images, labels = (part.to(self.device) for part in self.data.batch(number, self.part))
        loss = self.head(self.forward(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def train(options: argparse.Namespace) -> float:
    """All steps that are left to do; the loss of the last."""
    training = Training(options)
    first = go_on(options.keep, training.net, training.head, training.optimizer) if options.keep else 0
    say = print if training.rank == 0 else lambda *_, **__: None
    if training.many and int(os.environ.get(AGAIN, 0)):
        say(f"A process died, and all were started again. Training goes on after step {first}.")
    say(training)
    sent, loss, began = 0.0, float("nan"), time.perf_counter()
    for number in range(first, options.steps):
        if number == options.fall and os.environ.get(AGAIN) == "0":
            training.fall()
        if number == first and training.many:
            with Sent() as noted:
                loss = training.step(number)
            sent = noted.bytes
        else:
            loss = training.step(number)
        if (number + 1) % options.every == 0:
            seconds, began = (time.perf_counter() - began) / min(options.every, number + 1 - first), time.perf_counter()
            say(
                f"step {number + 1:4}   loss {loss:7.4f}   {options.batch / seconds:6,.0f} images a second   "
                f"{sent / 1e6:.2f} MB sent a step   {most_memory() / 1e6:,.0f} MB a process",
                flush=True,
            )
            if options.keep:
                keep(options.keep, number + 1, training.net, training.head, training.optimizer)
    return loss


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--loss", default="ArcFaceLoss", choices=LOSSES)
    parser.add_argument("--classes", type=int, default=2_000)
    parser.add_argument("--size", type=int, default=64, help="dimensions of the embedding")
    parser.add_argument("--batch", type=int, default=256, help="images of a step, of all processes together")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--share", type=float, default=1.0, help="of its classes that each process draws for a step")
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--half", action="store_true", help="the network in bfloat16; the head stays in float32")
    parser.add_argument("--every", type=int, default=10, help="steps from one line, and one checkpoint, to the next")
    parser.add_argument("--keep", help="a folder for checkpoints; what lies in it is gone on from")
    parser.add_argument("--fall", type=int, default=-1, help="the step before which the last process dies, once")
    parser.add_argument("--processes", type=int, help="1: without torchrun")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train as asked; 1 where another process died."""
    options, count = parsed(arguments), int(os.environ.get("WORLD_SIZE", 1))
    if options.processes not in (None, count):
        raise SystemExit(f"{options.processes} processes are started by torchrun --nproc-per-node {options.processes}.")
    if options.batch % count:
        raise SystemExit(f"A batch of {options.batch} cannot be shared equally by {count} processes.")
    many = count > 1
    if many:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // int(os.environ["LOCAL_WORLD_SIZE"])))
        join()
    try:
        train(options)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    except RuntimeError as error:
        if not many or not GONE.search(str(error)):
            raise
        print(f"Process {dist.get_rank()} stops: another one does not answer any more.", flush=True)
        return 1
    if many:
        dist.destroy_process_group()
    return 0


if __name__ == "__main__":
    sys.exit(main())
