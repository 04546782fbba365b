"""What a head of many classes costs in one process and in two: lesson 15 and its figure read it.

    make records ARGS="class_cost"

Three steps of the head alone, with Adam, on embeddings drawn by chance: the memory a process needs at its fullest
beyond what it had before, the seconds its core works (whatever else the machine does), the bytes it sends. A row is the
loss, the number of classes, the share of them that a step draws, and the number of processes.
"""

import gc
import json
import os
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

from lessons_lib.losses import LOSSES
from lessons_lib.records import Record
from lessons_lib.spread import Sent, Spread, join, own_rows

GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": "1048576"}  # so that glibc keeps no tensor's memory once it is gone
ROOT = Path(__file__).parents[1]
SEEDS = {"native": (0, 1, 2, 3), "avx2": (4, 5, 6, 7), "plain": (8, 9, 10, 11)}
SIZE, BATCH = 64, 32  # of what is recorded: dimensions, and images of a step
RECORDED = [("ArcFaceLoss", classes, 1.0) for classes in (100_000, 200_000, 500_000, 1_000_000)]
RECORDED += [("ArcFaceLoss", 200_000, 0.1), ("P2SGradLoss", 200_000, 1.0)]


def measure(seed: int) -> None:
    """Memory, time and bytes of a step of the head alone, in one process and in two."""
    record, found = Record("class_cost"), {}
    for processes, run in ((1, []), (2, ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"])):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", *run, "benchmarks.class_cost", f"{folder}/found", str(seed)]
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


def made(loss: str, classes: int, size: int, share: float, many: bool, device: torch.device) -> nn.Module:
    """A head with sensible settings; where there are many processes, of this one's classes, and spread."""
    with warnings.catch_warnings(), own_rows(classes) if many else nullcontext():
        warnings.filterwarnings("ignore", "P2SGradLoss wants all class weights at right angles")
        head = LOSSES[loss](classes, size, **LOSSES[loss].sensible(classes, size)).to(device)
    head.sample_rate = share
    return Spread(head) if many else head


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


if __name__ == "__main__":
    together = int(os.environ.get("WORLD_SIZE", 1)) > 1
    torch.set_num_threads(1)
    if together:
        join()
    rows = alone(together, int(sys.argv[2]))
    if not together or dist.get_rank() == 0:
        Path(sys.argv[1]).write_text(json.dumps(rows), encoding="utf-8")
    if together:
        dist.destroy_process_group()
