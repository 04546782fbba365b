"""Handwriting: verification and one-shot tasks on alphabets of Omniglot that were not trained on.

    .venv/bin/python -m benchmarks.omniglot FOLDER [--test ALPHABET ...] [--validation ALPHABET ...] [--runs RUNS]

FOLDER holds alphabets, they hold characters, they hold drawings: images_background unpacked, or the two small sets of
it. Without names, one alphabet of at least twenty characters is drawn to report on and one to choose the threshold by;
the network is trained on the others. RUNS holds the official one-shot tasks (run01/training, run01/test,
run01/class_labels.txt, ...). With the two small sets this trains for about two and a half minutes on two cores.
"""

import argparse
import math
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.angles import unit_vectors
from lessons_lib.data import (
    ImageData,
    ImageFolder,
    LabelledImages,
    OneShotRun,
    OpenSetData,
    by_group,
    load_folder,
    load_one_shot_runs,
    sample_episodes,
)
from lessons_lib.evaluation import one_shot_accuracy, verify
from lessons_lib.losses import ContrastiveLoss, InBatch, nearest_pairs
from lessons_lib.nets import RandomJitter, embed
from lessons_lib.training import fit

SIZE, WAYS, TASKS = 64, 20, 2_000
SIDE = 35  # a third of the original's 105 pixels
TURNS, SIZES = (-0.15, 0.0, 0.15), (0.92, 1.0, 1.09)  # radians and factors of the nine views that are averaged


class HandwritingNet(nn.Sequential):
    """Four convolutions of stride 1, each halved by a maximum: (N, 1, 35, 35) -> (N, 64).

    Strokes are thin: EmbeddingNet strides over them and ends some points lower.
    """

    def __init__(self, width: int = 32):
        channels, layers = (1, width, width, 2 * width, 2 * width), []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
        super().__init__(*layers, nn.Flatten(), nn.Linear(4 * channels[-1], SIZE))  # 2 × 2 places are left


def alphabet(group: str) -> str:
    """The last part of a group's name: `images_background/Greek` is Greek."""
    return group.rpartition("/")[2]


def parted(folder: ImageFolder, test: list[str] | None, validation: list[str] | None, seed: int) -> OpenSetData:
    """Alphabets to train on, to choose the threshold by and to report on; those not named are drawn."""
    characters = torch.bincount(folder.group_of_class, minlength=len(folder.groups)).tolist()
    count = dict(zip(folder.groups, characters, strict=True))
    drawn = random.Random(seed).sample(sorted(folder.groups, key=alphabet), len(folder.groups))
    named = {alphabet(group): group for group in folder.groups}
    for name in (*(test or ()), *(validation or ())):
        if name not in named:
            raise SystemExit(f"There is no alphabet {name!r}; there are {', '.join(sorted(named))}.")
    chosen = [named[name] for name in test or ()] or [group for group in drawn if count[group] >= WAYS][:1]
    rest = [group for group in drawn if group not in chosen]
    return by_group(folder, test=chosen, validation=[named[name] for name in validation or ()] or rest[:1], seed=seed)


def with_quarter_turns(data: OpenSetData) -> ImageData:
    """Four times as many classes: each character turned by quarters is three new ones."""

    def turned(part: LabelledImages) -> LabelledImages:
        images = torch.cat([part.images.rot90(k, (2, 3)) for k in range(4)])
        return LabelledImages(images, torch.cat([part.labels + k * data.num_classes for k in range(4)]))

    parts = turned(data.train), turned(data.validation), turned(data.test)
    return ImageData(*parts, num_classes=4 * data.num_classes, digest=f"{data.digest}, turned")


def nine_views(net: nn.Module) -> Callable[[Tensor], Tensor]:
    """Embeds images (N, 1, H, W) as the mean direction over nine ways to turn and size them a little."""

    def embedded(images: Tensor) -> Tensor:
        total = torch.zeros(len(images), SIZE)
        for turn in TURNS:
            for size in SIZES:
                cos, sin = size * math.cos(turn), size * math.sin(turn)
                maps = torch.tensor([[cos, -sin, 0], [sin, cos, 0]]).expand(len(images), 2, 3)
                where = F.affine_grid(maps, list(images.shape), align_corners=False)
                total += unit_vectors(embed(net, F.grid_sample(images, where, align_corners=False)))
        return total

    return embedded


def examine(embedded: Callable[[Tensor], Tensor], data: OpenSetData, seed: int) -> str:
    """Verification and one-shot tasks on the alphabets to report on, in words."""
    unseen, chosen_on = data.unseen, data.unseen_validation
    x, threshold_from = embedded(unseen.images), (embedded(chosen_on.images), chosen_on.labels)
    verified = verify(x, unseen.labels, threshold_from=threshold_from, seed=seed)
    tasks = {"ways": WAYS, "shots": 1, "count": TASKS, "seed": seed}
    across = one_shot_accuracy(x, sample_episodes(unseen.labels, **tasks))
    within = one_shot_accuracy(x, sample_episodes(unseen.labels, **tasks, groups=data.group_of(unseen)))
    return (
        f"verification {verified.accuracy:.1%} (equal error rate {verified.eer:.1%}), "
        f"{WAYS}-way one-shot {across:.1%} across alphabets, {within:.1%} within one"
    )


def official(embedded: Callable[[Tensor], Tensor], runs: list[OneShotRun]) -> float:
    """Mean share right over the official one-shot runs."""
    shares = []
    for run in runs:
        support, query = (unit_vectors(embedded(images)) for images in (run.training, run.test))
        shares.append(((query @ support.T).argmax(dim=1) == run.answers).float().mean())
    return float(torch.stack(shares).mean())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--test", nargs="+", metavar="ALPHABET", help="to report on")
    options.add_argument("--validation", nargs="+", metavar="ALPHABET", help="to choose the threshold by")
    options.add_argument("--runs", type=Path, help="a folder with the official one-shot runs")
    options.add_argument("--epochs", type=int, default=14)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    data = parted(load_folder(chosen.folder, size=SIDE), chosen.test, chosen.validation, chosen.seed)
    runs = load_one_shot_runs(chosen.runs, size=SIDE) if chosen.runs else []
    for name, part in (("trained on", data.train), ("threshold from", data.unseen_validation), ("report", data.unseen)):
        groups = sorted({alphabet(data.groups[i]) for i in data.group_of(part).tolist()})
        print(f"{name}: {len(part.labels.unique())} characters of {', '.join(groups)}")
    turned = with_quarter_turns(data)
    torch.manual_seed(chosen.seed)
    net = nn.Sequential(RandomJitter(rotation=0.35, shear=0.3, shift=0.12, stretch=1.25), HandwritingNet())
    head = InBatch(ContrastiveLoss(), nearest_pairs, turned.num_classes, SIZE, normalize=True)
    run = fit(net, head, turned, epochs=chosen.epochs, seed=chosen.seed, together=4)
    for name, embedded in (("raw pixels", lambda images: images.flatten(1)), ("trained", nine_views(run.net))):
        print(f"{name}: {examine(embedded, data, chosen.seed)}")
        if runs:
            print(f"{name}: {len(runs)} official one-shot runs {official(embedded, runs):.1%}")
    print(f"training took {run.seconds:.0f} s")


if __name__ == "__main__":
    main()
