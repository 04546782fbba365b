"""Two processes that share a batch get the gradients of one process that has all of it."""

import warnings

import pytest
import torch
import torch.distributed as dist
from torch.multiprocessing import spawn
from torch.nn.parallel import DistributedDataParallel

from lessons_lib.losses import LOSSES

ROWS, CLASSES, SIZE = 8, 5, 6


def head_and_batch(name):
    """The same in every process. AdaCos keeps its scale still: each process would set it from its own half."""
    torch.manual_seed(0)
    head = LOSSES[name](CLASSES, SIZE).eval()
    return head, torch.randn(ROWS, SIZE), torch.arange(ROWS) % CLASSES


def work(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    warnings.simplefilter("ignore")
    half = slice(rank * ROWS // 2, (rank + 1) * ROWS // 2)
    found = {}
    for name in LOSSES:
        head, x, y = head_and_batch(name)
        shared = DistributedDataParallel(head)  # named, as it must live until the backward pass is over
        shared(x[half], y[half]).backward()
        found[name] = {key: value.grad for key, value in head.named_parameters()}
    torch.save(found, f"{folder}/found{rank}")
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="this PyTorch has no gloo")
@pytest.mark.filterwarnings("ignore")
def test_two_processes_have_the_gradient_of_one(tmp_path):
    spawn(work, (str(tmp_path),), nprocs=2)
    for rank in range(2):
        found = torch.load(tmp_path / f"found{rank}", weights_only=True)
        for name in LOSSES:
            head, x, y = head_and_batch(name)
            head(x, y).backward()
            for key, value in head.named_parameters():
                torch.testing.assert_close(found[name][key], value.grad, msg=lambda m, n=name: f"{n}: {m}")
