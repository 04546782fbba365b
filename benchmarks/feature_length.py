"""Does a feature's length measure how good an image is? Five ways to make a digit worse, four losses.

    make records ARGS="feature_length"   (lesson 13 reads it)

8,000 digits in 64 dimensions, four epochs: all of them clean, or half of them blurred, shrunk or noised (dimmed and
blotted ones are never trained on). Each test digit is held against itself made worse at strength ½. A seed draws the
digits, what is done to them, the network's start and the order of the batches, the same for all losses.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from lessons_lib.data import ImageData, LabelledImages, blotted, blurred, dimmed, load_mnist, noised, shrunk
from lessons_lib.evaluation import accuracy
from lessons_lib.losses import AdaFaceLoss, ArcFaceLoss, Head, MagFaceLoss, SoftmaxLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record
from lessons_lib.runs import Run
from lessons_lib.training import fit

SEEDS = {"native": range(4), "avx2": range(5, 9), "plain": range(10, 15)}
SIZE, SCALE, EPOCHS = 64, 16, 4
TRAINED_ON, CHOSEN_BY, EXAMINED = 8_000, 1_000, 3_000
WAYS = {"blurred": blurred, "shrunk": shrunk, "noised": noised, "dimmed": dimmed, "blotted": blotted}
TRAINED_WAYS = ("blurred", "shrunk", "noised")

HEADS: dict[str, Callable[[], Head]] = {
    "softmax": lambda: SoftmaxLoss(10, SIZE),
    "ArcFace": lambda: ArcFaceLoss(10, SIZE, margin=0.5, scale=SCALE),
    "AdaFace": lambda: AdaFaceLoss(10, SIZE, margin=0.4, scale=SCALE, momentum=0.9),
    "MagFace": lambda: MagFaceLoss(10, SIZE, scale=SCALE, length_from=2, length_to=20),
}


def measure(seed: int) -> None:
    """How often the worse image of two has the shorter feature, and how well a length tells what will be misread."""
    record, mnist = Record("feature_length"), load_mnist()
    chance = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(mnist.train), generator=chance)[:TRAINED_ON]
    clean = replace(mnist, train=mnist.train.pick(chosen), validation=mnist.validation[:CHOSEN_BY])
    mixed = replace(clean, train=made_worse(clean.train, chance), validation=made_worse(clean.validation, chance))
    examined = mnist.test[:EXAMINED]
    worse = {way: at_half(way, examined.images, chance) for way in WAYS}
    of_all = made_worse(examined, chance)
    for trained_on, data in {"clean": clean, "mixed": mixed}.items():
        runs = {name: trained(name, data, seed) for name in HEADS}
        found = {name: held_against(run, examined, worse) for name, run in runs.items()}
        for place, what in enumerate(("shorter when worse", "read when worse")):
            rows = {f"{name}, {way}": found[name][way][place] for name in HEADS for way in WAYS}
            record(f"{what}, trained on {trained_on}", rows, "{:.0%}")
        rows = {name: one["dimmed shorter than blotted"] for name, one in found.items()}
        record(f"dimmed shorter than blotted, trained on {trained_on}", rows, "{:.0%}")
        told = {name: tells_misread(run, of_all) for name, run in runs.items()}
        rows = {f"{name}, {by}": told[name][by] for name in HEADS for by in ("length", "cosine")}
        record(f"misread told by, trained on {trained_on}", rows)
        record(
            f"accuracy, trained on {trained_on}", {n: accuracy(run, mnist.test) for n, run in runs.items()}, "{:.1%}"
        )


def trained(name: str, data: ImageData, seed: int) -> Run:
    """One training."""
    torch.manual_seed(seed)
    return fit(EmbeddingNet(SIZE), HEADS[name](), data, epochs=EPOCHS, seed=seed, cache=False, device="cpu")


def made_worse(part: LabelledImages, chance: torch.Generator) -> LabelledImages:
    """Half of the images made worse in one of three ways, at a strength of a quarter to one."""
    images = part.images.clone()
    way = torch.randint(2 * len(TRAINED_WAYS), (len(images),), generator=chance)
    quarters = torch.randint(1, 5, (len(images),), generator=chance)
    for number, name in enumerate(TRAINED_WAYS):
        for some in range(1, 5):
            these = (way == number) & (quarters == some)
            images[these] = WAYS[name](images[these], some / 4, *_drawn_from(name, chance))
    return LabelledImages(images, part.labels)


def at_half(way: str, images: Tensor, chance: torch.Generator) -> Tensor:
    """The images made worse this way, at strength ½."""
    return WAYS[way](images, 0.5, *_drawn_from(way, chance))


def _drawn_from(way: str, chance: torch.Generator) -> tuple[torch.Generator, ...]:
    return (chance,) if way in ("noised", "blotted") else ()


@torch.no_grad()
def held_against(run: Run, examined: LabelledImages, worse: dict[str, Tensor]) -> dict:
    """For each way the share whose feature got shorter and the share that is read; and dimmed against blotted."""
    features = {way: embed(run.net, images) for way, images in worse.items()}
    length = {way: x.norm(dim=1) for way, x in features.items()}
    before = embed(run.net, examined.images).norm(dim=1)
    read = {way: run.head.logits(x).argmax(1) == examined.labels for way, x in features.items()}
    found: dict = {way: (share(length[way] < before), share(read[way])) for way in worse}
    return found | {"dimmed shorter than blotted": share(length["dimmed"] < length["blotted"])}


@torch.no_grad()
def tells_misread(run: Run, part: LabelledImages) -> dict[str, float]:
    """How often a digit that is read stands above one that is not, by length and by its largest cosine: ½ is chance."""
    x = embed(run.net, part.images)
    right = run.head.logits(x).argmax(1) == part.labels
    by = {"length": x.norm(dim=1), "cosine": run.head.cosines(x).amax(dim=1)}
    return {name: share(score[right][:, None] > score[~right]) for name, score in by.items()}


def share(true: Tensor) -> float:
    """Of a tensor of bool."""
    return float(true.double().mean())
