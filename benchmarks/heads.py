"""What a head costs: forward and backward of one batch, beside pytorch-metric-learning and beside the floor.

    make bench

The floor is what no cosine loss can do without, written with PyTorch alone: normalise, one matrix product,
cross-entropy. All are timed in turn, within one run and on two threads, with their checks of the input. Nothing is
asserted.
"""

import time
import warnings
from collections.abc import Callable
from statistics import median

import torch
import torch.nn.functional as F
from pytorch_metric_learning import losses as others
from torch import Tensor

from lessons_lib.losses import ArcFaceLoss, CosFaceLoss, P2SGradLoss

SIZES = [(256, 2, 10, 400), (256, 64, 1000, 150), (512, 512, 10_000, 15)]  # N, d, C, rounds
MANY = [100, 1_000, 10_000, 100_000]  # C at N = 256, d = 64
WARMING_UP = 3


def main() -> None:
    warnings.simplefilter("ignore")  # P2SGrad has more classes than dimensions here; only its cost is asked for
    torch.set_num_threads(2)
    print("One batch forward and backward, ms (median), and as a share of pytorch-metric-learning and of the floor")
    for rows, size, classes, rounds in SIZES:
        print_sizes(rows, size, classes, rounds)
    print("\nN = 256, d = 64, ms against C")
    cost = {c: timed(ours(256, 64, c) | floor(256, 64, c), rounds=max(4, 20_000 // c)) for c in MANY}
    for name in ("ArcFace", "floor"):
        print(f"  {name:8}" + ", ".join(f"C {c:,}: {cost[c][name]:.1f}" for c in MANY))


def print_sizes(rows: int, size: int, classes: int, rounds: int) -> None:
    """One line a loss."""
    sides = ours(rows, size, classes), theirs(rows, size, classes), floor(rows, size, classes)
    cost = timed(sides[0] | sides[1] | sides[2], rounds)
    print(f"\nN = {rows}, d = {size}, C = {classes:,}: floor {cost['floor']:.3f} ms")
    for name in sides[0]:
        here, there = cost[name], cost[f"{name} elsewhere"]
        shares = f"{here / there:.2f} of it, {here / cost['floor']:.2f} of the floor"
        print(f"  {name:8} {here:8.3f} ms, pytorch-metric-learning {there:8.3f} ms: {shares}")


Step = Callable[[], None]


def step_of(loss: Callable[[Tensor, Tensor], Tensor], rows: int, size: int, classes: int, own: list[Tensor]) -> Step:
    """Forward and backward with a batch of its own; the gradients are dropped, as an optimiser does."""
    chance = torch.Generator().manual_seed(0)
    x = torch.randn(rows, size, generator=chance).requires_grad_()
    labels = torch.randint(classes, (rows,), generator=chance)

    def step() -> None:
        loss(x, labels).backward()
        for leaf in (x, *own):
            leaf.grad = None

    return step


def ours(rows: int, size: int, classes: int) -> dict[str, Step]:
    heads = {"ArcFace": ArcFaceLoss, "CosFace": CosFaceLoss, "P2SGrad": P2SGradLoss}
    made = {name: head(classes, size) for name, head in heads.items()}
    return {name: step_of(head, rows, size, classes, [*head.parameters()]) for name, head in made.items()}


def theirs(rows: int, size: int, classes: int) -> dict[str, Step]:
    made = {
        "ArcFace elsewhere": others.ArcFaceLoss(classes, size),
        "CosFace elsewhere": others.CosFaceLoss(classes, size),
        "P2SGrad elsewhere": others.P2SGradLoss(size, classes),
    }
    return {name: step_of(head, rows, size, classes, [*head.parameters()]) for name, head in made.items()}


def floor(rows: int, size: int, classes: int) -> dict[str, Step]:
    weight = torch.randn(classes, size, requires_grad=True)

    def loss(x: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(64 * F.linear(F.normalize(x), F.normalize(weight)), labels)

    return {"floor": step_of(loss, rows, size, classes, [weight])}


def timed(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Median milliseconds of each; all take turns, so that a busy moment of the machine falls on all alike."""
    found: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(WARMING_UP + rounds):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if turn >= WARMING_UP:
                found[name].append(1000 * (time.perf_counter() - began))
    return {name: median(times) for name, times in found.items()}


if __name__ == "__main__":
    main()
