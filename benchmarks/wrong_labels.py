"""Wrong labels: which loss still reads, and which labels it doubts; lesson 13 reads it.

    make records ARGS="wrong_labels"

Digits: 12,000 of MNIST in 64 dimensions, 20 or 40 % of the labels another class by chance. All labels are then sorted
by the angle between feature and class weight (of several centres the class's dominant one), and as many doubted as are
wrong. Characters: the glyphs' 1,548 classes, 40 % of the labels wrong, judged by strangers, with all other classes as
negatives or with three in ten. A seed draws the digits, the wrong labels, the start and the batches, the same for all.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from lessons_lib.data import ImageData, LabelledImages, load_glyphs, load_mnist
from lessons_lib.evaluation import accuracy, verify
from lessons_lib.losses import (
    ArcFaceLoss,
    CurricularFaceLoss,
    Head,
    NormalizedSoftmaxLoss,
    SoftTripleLoss,
    SubCenterArcFaceLoss,
)
from lessons_lib.losses.sub_center import OUTLIER
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record
from lessons_lib.runs import Run
from lessons_lib.training import fit

SEEDS = {"native": range(4), "avx2": (5, 6, 8, 9), "plain": range(10, 15)}
SIZE, SCALE, MARGIN, CENTERS = 64, 16, 0.3, 3
TRAINED_ON, CHOSEN_BY, EPOCHS, GLYPH_EPOCHS = 12_000, 1_000, 4, 3
RATE = 0.3  # of the classes a step looks at

HEADS: dict[str, Callable[[], Head]] = {
    "cosine softmax": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=SCALE),
    "ArcFace": lambda: ArcFaceLoss(10, SIZE, margin=MARGIN, scale=SCALE),
    "Sub-center ArcFace": lambda: SubCenterArcFaceLoss(10, SIZE, CENTERS, margin=MARGIN, scale=SCALE),
    "SoftTriple": lambda: SoftTripleLoss(10, SIZE, CENTERS, scale=SCALE),
    "CurricularFace": lambda: CurricularFaceLoss(10, SIZE, margin=MARGIN, scale=SCALE, momentum=0.9),
}


def measure(seed: int) -> None:
    """Train all, on digits and on characters, and record how they read and what they doubt."""
    record = Record("wrong_labels")
    for spoilt in (0.2, 0.4):
        data, wrong = digits(spoilt, seed)
        runs = {name: trained(HEADS[name], data, EPOCHS, seed) for name in HEADS}
        angles = {name: to_own_centre(run.head, embed(run.net, data.train.images), data.train.labels)
                  for name, run in runs.items()}  # fmt: skip
        record(f"read, {spoilt:.0%} wrong", {name: accuracy(run, data.test) for name, run in runs.items()}, "{:.1%}")
        doubted = {name: share(wrong[angle.argsort()[-int(wrong.sum()) :]]) for name, angle in angles.items()}
        record(f"wrong among those doubted, {spoilt:.0%} wrong", doubted, "{:.1%}")
        beyond = {name: share(wrong[angle > OUTLIER]) for name, angle in angles.items()}
        record(f"wrong among those beyond 75°, {spoilt:.0%} wrong", beyond, "{:.0%}")
        found = {name: share((angle > OUTLIER)[wrong]) for name, angle in angles.items()}
        record(f"beyond 75° among the wrong, {spoilt:.0%} wrong", found, "{:.0%}")
    record("strangers verified, 40% wrong", characters(seed), "{:.1%}")


def digits(spoilt: float, seed: int) -> tuple[ImageData, Tensor]:
    """Digits with wrong labels to train on and to choose by, and which of the first are wrong (N,)."""
    mnist, chance = load_mnist(), torch.Generator().manual_seed(seed)
    train = mnist.train.pick(torch.randperm(len(mnist.train), generator=chance)[:TRAINED_ON])
    parts = [mislabelled(part, spoilt, 10, chance) for part in (train, mnist.validation[:CHOSEN_BY])]
    return replace(mnist, train=parts[0], validation=parts[1]), parts[0].labels != train.labels


def mislabelled(part: LabelledImages, spoilt: float, classes: int, chance: torch.Generator) -> LabelledImages:
    """The same images, this share of the labels another class by chance."""
    which = torch.randperm(len(part), generator=chance)[: round(spoilt * len(part))]
    labels = part.labels.clone()
    labels[which] = (labels[which] + torch.randint(1, classes, which.shape, generator=chance)) % classes
    return LabelledImages(part.images, labels)


def trained(make: Callable[[], Head], data: ImageData, epochs: int, seed: int) -> Run:
    """One training; the network starts alike for all heads."""
    torch.manual_seed(seed)
    return fit(EmbeddingNet(SIZE), make(), data, epochs=epochs, seed=seed, cache=False, device="cpu")


@torch.no_grad()
def to_own_centre(head: Head, x: Tensor, labels: Tensor) -> Tensor:
    """The angle (N,) to the label's class weight, or to the one of its centres that is nearest to most of the class."""
    if head.weight.ndim == 2:
        return head.cosines(x).gather(1, labels[:, None]).squeeze(1).clamp(-1, 1).acos()
    own = head.center_cosines(x)[torch.arange(len(labels)), labels]
    votes = torch.zeros(head.weight.shape[:2]).index_put_(
        (labels, own.argmax(1)), torch.ones(len(own)), accumulate=True
    )
    return own.gather(1, votes.argmax(dim=1)[labels][:, None]).squeeze(1).clamp(-1, 1).acos()


def characters(seed: int) -> dict[str, float]:
    """How well strangers are verified after training on characters of which 40 % have a wrong label."""
    glyphs, chance = load_glyphs(), torch.Generator().manual_seed(seed)
    spoilt = replace(glyphs, train=mislabelled(glyphs.train, 0.4, glyphs.num_classes, chance))
    choices = {
        "ArcFace, right labels": (glyphs, 1, 1.0),
        "Sub-center ArcFace, right labels": (glyphs, CENTERS, 1.0),
        "ArcFace": (spoilt, 1, 1.0),
        "ArcFace, 3 classes in 10": (spoilt, 1, RATE),
        "Sub-center ArcFace": (spoilt, CENTERS, 1.0),
    }
    found = {}
    for name, (data, centers, rate) in choices.items():
        run = trained(partial(of_characters, data.num_classes, centers, rate), data, GLYPH_EPOCHS, seed)
        chosen = embed(run.net, glyphs.unseen_validation.images), glyphs.unseen_validation.labels
        found[name] = verify(embed(run.net, glyphs.unseen.images), glyphs.unseen.labels, threshold_from=chosen).accuracy
    return found


def of_characters(classes: int, centers: int, rate: float) -> Head:
    """ArcFace with so many centres a class (one: plain ArcFace), a step of which looks at this share of the classes."""
    head = SubCenterArcFaceLoss(classes, SIZE, centers, margin=MARGIN, scale=SCALE)
    head.sample_rate = rate
    return head


def share(true: Tensor) -> float:
    """Of a tensor of bool; 0 of none."""
    return float(true.double().mean()) if len(true) else 0.0
