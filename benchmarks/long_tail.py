"""A long tail: ten digits, the most frequent a hundred times as many as the rarest; one margin or one a class.

    make records ARGS="long_tail"

3,000 images of the most frequent digit, 30 of the rarest, evenly in between; the test is balanced. A margin a class
goes with n^(−¼), the rarest class's the largest, and its mean is that of the one margin. A seed draws which digit is
rare, the images, the start and the batches, the same for all losses. Lesson 13 reads the record.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from lessons_lib.data import ImageData, load_mnist
from lessons_lib.losses import ArcFaceLoss, Head, NormalizedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record
from lessons_lib.training import fit

SEEDS = {"native": range(4), "avx2": (5, 6, 8, 9), "plain": range(10, 15)}
SIZE, SCALE, EPOCHS = 64, 16, 6
MOST, LEAST, RARE = 3_000, 30, 3
ANGLE = 0.3


def by_frequency(counts: Tensor, mean: float, power: float = -0.25) -> Tensor:
    """A margin a class, (C,), that goes with n^power and has this mean."""
    margins = counts.double() ** power
    return margins * mean / margins.mean()


HEADS: dict[str, Callable[[Tensor], Head]] = {
    "cosine softmax": lambda counts: NormalizedSoftmaxLoss(10, SIZE, scale=SCALE),
    "ArcFace, one margin": lambda counts: ArcFaceLoss(10, SIZE, margin=ANGLE, scale=SCALE),
    "ArcFace, larger for the rare": lambda counts: ArcFaceLoss(
        10, SIZE, margin=by_frequency(counts, ANGLE), scale=SCALE
    ),
    "ArcFace, larger for the frequent": lambda counts: ArcFaceLoss(
        10, SIZE, margin=by_frequency(counts, ANGLE, 0.25), scale=SCALE
    ),
}


def measure(seed: int) -> None:
    """The share of test digits that is read, of all classes, of the three rarest and of the three most frequent."""
    record, (data, counts) = Record("long_tail"), drawn(seed)
    found = {name: judged(make, data, counts, seed) for name, make in HEADS.items()}
    for place, what in enumerate(("all classes", "the three rarest", "the three most frequent")):
        record(f"read of {what}", {name: shares[place] for name, shares in found.items()}, "{:.1%}")


def drawn(seed: int) -> tuple[ImageData, Tensor]:
    """Digits of which some are rare, and how many there are of each class (C,)."""
    mnist, chance = load_mnist(), torch.Generator().manual_seed(seed)
    rank = torch.randperm(10, generator=chance)
    counts = (MOST * (LEAST / MOST) ** (rank / 9)).round().long()
    mixed = torch.randperm(len(mnist.train), generator=chance)
    labels = mnist.train.labels[mixed]
    kept = torch.cat([mixed[labels == c][: counts[c]] for c in range(10)])
    return replace(mnist, train=mnist.train.pick(kept), validation=mnist.validation[:1_000]), counts


@torch.no_grad()
def shares_of(right: Tensor, labels: Tensor, classes: Tensor) -> float:
    """The mean over these classes of the share that is read."""
    return float(torch.stack([right[labels == c].double().mean() for c in classes.tolist()]).mean())


def judged(make: Callable[[Tensor], Head], data: ImageData, counts: Tensor, seed: int) -> tuple[float, float, float]:
    """One training, and what it reads of all, of the rarest, of the most frequent."""
    torch.manual_seed(seed)
    run = fit(EmbeddingNet(SIZE), make(counts), data, epochs=EPOCHS, seed=seed, cache=False, device="cpu")
    with torch.no_grad():
        right = run.head.logits(embed(run.net, data.test.images)).argmax(dim=1) == data.test.labels
    order, labels = counts.argsort(), data.test.labels
    return (
        shares_of(right, labels, order),
        shares_of(right, labels, order[:RARE]),
        shares_of(right, labels, order[-RARE:]),
    )
