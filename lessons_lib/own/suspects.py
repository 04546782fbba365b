"""Pictures that look as if they stood in the wrong class."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lessons_lib.angles import unit_vectors
from lessons_lib.data import ImageFolder, NamedImages, by_group
from lessons_lib.evaluation.directions import check_labels, directions
from lessons_lib.losses.checks import check_seed
from lessons_lib.nets import embed
from lessons_lib.own.choosing import check_whole, fit_for_strangers
from lessons_lib.own.settings import Setting

_BLOCK = 4_096  # images looked at at a time


@dataclass(frozen=True)
class Suspect:
    """An image by its number and file, the class it is said to be, the one it looks like, and by how much more: the
    cosine with the mean direction of its own class, itself left out, less the largest with that of another."""

    number: int
    file: str
    said: str
    looks_like: str
    margin: float


def margins(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """How much nearer each image is to its own class than to the nearest other, (N,) float64, and that one, (N,) int64.

    embeddings (N, d), labels (N,) numbered 0..C−1. The cosine with the mean direction of the own class's other images,
    less the largest with that of another class; NaN for an image that is the only one of its class. The images that
    come out below 0 are left out of the means in a second round, as they may be the wrong ones.
    """
    check_labels(labels, embeddings)
    unit = directions(embeddings)
    trusted = torch.ones(len(labels), dtype=torch.float64)
    for _ in range(2):
        sums = unit.new_zeros(int(labels.max()) + 1, unit.shape[1]).index_add_(0, labels, trusted[:, None] * unit)
        rest = unit_vectors(sums[labels] - trusted[:, None] * unit)
        own = (unit * rest).sum(dim=1).masked_fill(rest.norm(dim=1) < 0.5, torch.nan)
        means, nearest = unit_vectors(sums), torch.empty_like(labels)
        margin = torch.empty_like(trusted)
        for rows in torch.arange(len(labels)).split(_BLOCK):
            others = (unit[rows] @ means.T).scatter_(1, labels[rows, None], -torch.inf).max(dim=1)
            margin[rows], nearest[rows] = own[rows] - others.values, others.indices
        trusted = (~(margin < 0)).double()
    return margin, nearest


def suspects(folder: ImageFolder, setting: Setting, *, seed: int = 0) -> list[Suspect]:
    """All images of a folder, those first that look most as if they stood in the wrong class.

    A network that was trained on a wrong label knows it by heart. So every image is looked at by one that was trained
    on other classes: half of the classes train for the other half, and that half for them. With a backbone in the
    setting, its frozen features are looked at instead: they know no labels. Raises ValueError for fewer than 8 classes.
    An interrupt ends it: a network that was stopped early looks at nothing well.
    """
    seen = setting.again(folder)
    margin = torch.full((len(folder),), torch.nan, dtype=torch.float64)
    like = torch.zeros(len(folder), dtype=torch.int64)
    views = [(seen.images, torch.arange(len(folder)))] if setting.backbone else _crosswise(seen, setting, seed)
    for embeddings, asked in views:
        found, nearest = margins(embeddings, folder.labels)
        margin[asked], like[asked] = found[asked], nearest[asked]
    order = margin.nan_to_num(nan=torch.inf).argsort(stable=True).tolist()
    names = folder.class_names
    return [
        Suspect(i, folder.files[i], names[folder.labels[i]], names[like[i]], float(margin[i]))
        for i in order
        if not margin[i].isnan()
    ]


def _crosswise(seen: ImageFolder, setting: Setting, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Embeddings of all images by a network that was trained on half of the classes, and the images of the others."""
    classes = len(seen.class_names)
    if classes < 8:
        raise ValueError(f"{seen.root} has {classes} classes: it takes 8, so that one half can train for the other.")
    check_seed(seed)
    order = torch.randperm(classes, generator=torch.Generator().manual_seed(seed))
    for train in (order[: classes // 2], order[classes // 2 :]):
        others = order[~torch.isin(order, train)]
        group = torch.zeros(classes, dtype=torch.int64)
        group[others[::2]], group[others[1::2]] = 1, 2
        halves = NamedImages(seen.images, seen.labels, seen.class_names, ("train", "choose", "ask"), group)
        data = by_group(halves, validation=["choose"], test=["ask"], seed=seed)
        torch.manual_seed(seed)
        net, head = setting.net(seen), setting.head(data.num_classes)
        chosen = fit_for_strangers(net, head, data, epochs=setting.epochs, seed=seed)
        check_whole(chosen, f"the {len(train)} classes that look at the others")
        yield embed(chosen.net, seen.images), torch.isin(seen.labels, others).nonzero().squeeze(1)


def likely(found: list[Suspect]) -> list[Suspect]:
    """Those that look more like another class than like their own."""
    return [each for each in found if each.margin < 0]
