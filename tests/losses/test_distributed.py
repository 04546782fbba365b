"""Two processes that share a batch get the gradients of one process that has all of it."""

import gc
import warnings

import pytest
import torch
import torch.distributed as dist
from torch.multiprocessing import start_processes
from torch.nn.parallel import DistributedDataParallel

from lessons_lib.losses import LOSSES, CenterLoss, UniformLoss

ROWS, CLASSES, SIZE = 8, 5, 6


def head_and_batch(name):
    """The same in every process, in training mode: AdaCos sets its scale from the whole batch."""
    torch.manual_seed(0)
    head = LOSSES[name](CLASSES, SIZE)
    head.weight.data *= 3
    labels = torch.arange(ROWS) % CLASSES
    near = head.weight.detach().reshape(CLASSES, -1, SIZE)[labels, 0]  # SoftTriple has several centres a class
    return head, near + torch.randn(ROWS, SIZE), labels


def centers_and_batch(loss):
    _, x, y = head_and_batch("ArcFaceLoss")
    return loss(CLASSES, SIZE), x.requires_grad_(), y


def shared_gradient(name, half):
    """A head's gradient of the whole batch, and its buffers, from this process's half.

    A function of its own, so that nothing of DistributedDataParallel outlives the group: what goes last waits for the
    group's threads with Python's lock in hand, and such a thread may want the lock to let a tensor go.
    """
    head, x, y = head_and_batch(name)
    shared = DistributedDataParallel(head)  # named, as it must live until the backward pass is over
    shared(x[half], y[half]).backward()
    return {key: value.grad for key, value in head.named_parameters()} | dict(head.named_buffers())


def gradient_of_two_batches(name, half):
    """The same, where two forward passes come before one backward pass."""
    head, x, y = head_and_batch(name)
    shared = DistributedDataParallel(head)
    (shared(x[half], y[half]) + shared(-x[half], y[half])).backward()
    return {key: value.grad for key, value in head.named_parameters()} | dict(head.named_buffers())


def work(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    warnings.simplefilter("ignore")
    half = slice(rank * ROWS // 2, (rank + 1) * ROWS // 2)
    found = {name: shared_gradient(name, half) for name in LOSSES}
    found["two"] = {name: gradient_of_two_batches(name, half) for name in LOSSES}
    for loss in (CenterLoss, UniformLoss):
        auxiliary, x, y = centers_and_batch(loss)
        auxiliary(x[half], y[half]).backward()
        found[loss.__name__] = {"centers": auxiliary.centers, "x": x.grad[half]}
    torch.save(found, f"{folder}/found{rank}")
    gc.collect()  # the first DistributedDataParallel of a process goes only so
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="this PyTorch has no gloo")
@pytest.mark.filterwarnings("ignore")
def test_two_processes_have_the_gradient_of_one(processes, tmp_path):
    start_processes(work, (str(tmp_path),), nprocs=2, start_method=processes.get_start_method())
    for rank in range(2):
        found = torch.load(tmp_path / f"found{rank}", weights_only=True)
        for name in LOSSES:
            head, x, y = head_and_batch(name)
            head(x, y).backward()
            alone = {key: value.grad for key, value in head.named_parameters()} | dict(head.named_buffers())
            torch.testing.assert_close(found[name], alone, msg=lambda m, n=name: f"{n}: {m}")
            head, x, y = head_and_batch(name)
            (head(x, y) + head(-x, y)).backward()
            alone = {key: value.grad for key, value in head.named_parameters()} | dict(head.named_buffers())
            torch.testing.assert_close(found["two"][name], alone, msg=lambda m, n=name: f"two batches, {n}: {m}")
        for loss in (CenterLoss, UniformLoss):
            auxiliary, x, y = centers_and_batch(loss)
            auxiliary(x, y).backward()
            half = slice(rank * ROWS // 2, (rank + 1) * ROWS // 2)
            averaged = found[loss.__name__]["x"] / 2  # what DistributedDataParallel makes of two processes' gradients
            torch.testing.assert_close(averaged, x.grad[half])
            torch.testing.assert_close(found[loss.__name__]["centers"], auxiliary.centers)


def test_the_halves_alone_would_set_another_scale():
    """So that the test above can fail."""
    scales = []
    for rows in (slice(ROWS), slice(ROWS // 2)):
        head, x, y = head_and_batch("AdaCosLoss")
        head(x[rows], y[rows])
        scales.append(head.scale)
    assert abs(scales[0] - scales[1]) > 0.01
