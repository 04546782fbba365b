"""Train a head of many classes, its weights spread over processes; lesson 15 and its figure read what is measured.

    torchrun --nproc-per-node 2 -m benchmarks.class_parallel
    python -m benchmarks.class_parallel --processes 1                   the same in one process, with the head as it is
    torchrun --nproc-per-node 2 --max-restarts 1 -m benchmarks.class_parallel --keep FOLDER --fall 35
    make records ARGS="class_parallel"

The images are characters, turned and stretched until there are as many classes as asked for. On a CPU processes talk
by gloo, on GPUs (one each) by NCCL. What is recorded is a step of the head alone, on embeddings drawn by chance: the
memory a process needs at its fullest beyond what it had before, the seconds its core works, the bytes that it sends.
"""

import argparse
import gc
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from benchmarks.many_characters import Characters
from lessons_lib.losses import LOSSES
from lessons_lib.nets import EmbeddingNet
from lessons_lib.records import Record
from lessons_lib.spread import Sent, Spread, go_on, join, keep, own_rows

GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": "1048576"}  # so that glibc keeps no tensor's memory once it is gone
ROOT = Path(__file__).parents[1]
GONE = re.compile("Connection (closed|reset)|Broken pipe", re.IGNORECASE)  # what gloo says of a process that died
SEEDS = {"native": (0, 1, 2, 3), "avx2": (4, 5, 6, 7), "plain": (8, 9, 10, 11)}
SIZE, BATCH = 64, 32  # of what is recorded: dimensions, and images of a step
RECORDED = [("ArcFaceLoss", classes, 1.0) for classes in (100_000, 200_000, 500_000, 1_000_000)]
RECORDED += [("ArcFaceLoss", 500_000, 0.1), ("P2SGradLoss", 500_000, 1.0)]


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


def made(loss: str, classes: int, size: int, share: float, many: bool, device: torch.device) -> nn.Module:
    """A head with sensible settings; where there are many processes, of this one's classes, and spread."""
    with warnings.catch_warnings(), own_rows(classes) if many else nullcontext():
        warnings.filterwarnings("ignore", "P2SGradLoss wants all class weights at right angles")
        head = LOSSES[loss](classes, size, **LOSSES[loss].sensible(classes, size)).to(device)
    head.sample_rate = share
    return Spread(head) if many else head


def train(options: argparse.Namespace) -> float:
    """All steps that are left to do; the loss of the last."""
    training = Training(options)
    first = go_on(options.keep, training.net, training.head, training.optimizer) if options.keep else 0
    say = print if training.rank == 0 else lambda *_, **__: None
    if training.many and int(os.environ.get("TORCHELASTIC_RESTART_COUNT", 0)):
        say(f"A process died, and all were started again. Training goes on after step {first}.")
    say(training)
    sent, loss, began = 0.0, float("nan"), time.perf_counter()
    for number in range(first, options.steps):
        if number == options.fall and os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0":
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


def most_memory(anew: bool = False) -> int:
    """Bytes that this process (on a GPU: its tensors) had at its fullest; `anew`: from now on, where one can ask so."""
    if torch.cuda.is_available():
        if anew:
            torch.cuda.reset_peak_memory_stats()
        return torch.cuda.max_memory_allocated()
    if sys.platform == "linux":
        if anew:
            Path("/proc/self/clear_refs").write_text("5")
        return 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts it in bytes


def measure(seed: int) -> None:
    """Memory, time and bytes of a step of the head alone, in one process and in two."""
    record, found = Record("class_parallel"), {}
    for processes in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            run = (
                ["torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m"]
                if processes > 1
                else []
            )
            options = ["--alone", f"{folder}/found", "--seed", str(seed)]
            command = [sys.executable, "-m", *run, "benchmarks.class_parallel", *options]
            subprocess.run(command, check=True, cwd=ROOT, env=os.environ | GIVEN_BACK)
            rows = json.loads(Path(f"{folder}/found").read_text(encoding="utf-8"))
        for what, values in rows.items():
            found.setdefault(what, {}).update({f"{name}, {processes}": value for name, value in values.items()})
    for what, values in found.items():
        record(what, values, "{:.4g}")


def alone(many: bool, seed: int) -> dict[str, dict[str, float]]:
    """What three steps of each recorded head take, by what and by name."""
    of_one(("ArcFaceLoss", 2_000, 1.0), many, seed)  # which pays for what torch sets up
    found = {f"{loss}, {classes}, {share:g}": of_one((loss, classes, share), many, seed)
             for loss, classes, share in RECORDED}  # fmt: skip
    kinds = ("memory", "seconds", "sent") if many else ("memory", "seconds")
    return {what: {name: one[what] for name, one in found.items()} for what in kinds}


def of_one(head: tuple[str, int, float], many: bool, seed: int) -> dict[str, float]:
    """What three steps of a head take: its loss, its number of classes, and the share of them that a step draws."""
    (loss, classes, share), seconds = head, []
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    each = BATCH // (dist.get_world_size() if many else 1)
    x = torch.randn(each, SIZE, device=device).requires_grad_()
    labels = torch.randint(classes, (each,), device=device)
    gc.collect()  # of the head before
    before = most_memory(anew=True)
    head = made(loss, classes, SIZE, share, many, device)
    optimizer = torch.optim.Adam(head.parameters())
    for _ in range(3):
        began = time.process_time()  # of this process alone, whatever else the machine does
        optimizer.zero_grad()
        with Sent() as sent:
            head(x, labels).backward()
        optimizer.step()
        seconds.append(time.process_time() - began)
    found = {"memory": most_memory() - before, "seconds": min(seconds[1:])}  # the first makes Adam's moments
    return found | ({"sent": sent.bytes} if many else {})


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
    parser.add_argument("--alone", metavar="FILE", help="measure the recorded heads without a network, into a file")
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
        if options.alone:
            found = alone(many, options.seed)
            if not many or dist.get_rank() == 0:
                Path(options.alone).write_text(json.dumps(found), encoding="utf-8")
        else:
            train(options)
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
