"""Parting labelled images into what to train on, to choose by and to report: by images, by classes or by groups."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from lessons_lib.data.images import ImageData, LabelledImages


@dataclass(frozen=True)
class OpenSetData(ImageData):
    """Data with classes that are never trained on. `num_classes` counts the seen classes, those of `train`.

    All K classes are numbered through: first the seen ones, which `train`, `validation` and `test` share in different
    images, then those of `unseen`, to report on, then those of `unseen_validation`, to choose thresholds by. No class
    is in two of these three. By class number, `class_names` has the name and `group_of_class` (K,) int64 the number in
    `groups`: alphabets, scripts, or the folders that classes stand in.
    """

    unseen: LabelledImages
    unseen_validation: LabelledImages
    class_names: tuple[str, ...]
    groups: tuple[str, ...]
    group_of_class: Tensor

    def group_of(self, part: LabelledImages) -> Tensor:
        """The number of each image's group, (N,) int64: the `groups` of `sample_episodes`."""
        return self.group_of_class[part.labels]


@dataclass(frozen=True)
class NamedImages(LabelledImages):
    """Labelled images whose classes have a name each, `class_names`, and a group each, `group_of_class` in `groups`."""

    class_names: tuple[str, ...]
    groups: tuple[str, ...]
    group_of_class: Tensor


def by_images(data: NamedImages, *, validation: float = 0.15, test: float = 0.15, seed: int = 0) -> ImageData:
    """Every class in all three parts: of each class a random share of the images for `validation` and for `test`.

    At least one image of a class stays in `train`. Raises ValueError for shares that leave a part without images.
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise ValueError(
            f"validation and test must be shares above 0 that leave something to train on, got {validation} and {test}."
        )
    chance = torch.Generator().manual_seed(seed)
    chosen: tuple[list[Tensor], ...] = ([], [], [])
    for label in range(len(data.class_names)):
        images = (data.labels == label).nonzero().squeeze(1)
        images = images[torch.randperm(len(images), generator=chance)]
        sizes = [round(validation * len(images)), round(test * len(images))]
        sizes[1] = min(sizes[1], len(images) - 1 - sizes[0])
        for part, numbers in zip(chosen, images.split([len(images) - sum(sizes), *sizes]), strict=True):
            part.append(numbers)
    train, held, reported = (torch.cat(part) for part in chosen)
    if not (len(held) and len(reported)):
        raise ValueError(
            f"No class has images enough to spare {validation:.0%} for validation and {test:.0%} for test: "
            "add images, or ask for larger shares."
        )
    # Whoever looks at the first few images of a part should see more than one class.
    mixed = (part[torch.randperm(len(part), generator=chance)] for part in (train, held, reported))
    parts = [data.pick(part) for part in mixed]
    return ImageData(*parts, num_classes=len(data.class_names), digest=images_digest(*parts))


def by_classes(data: NamedImages, *, validation: float = 0.2, test: float = 0.2, seed: int = 0) -> OpenSetData:
    """A random share of the classes for `unseen_validation`, one for `unseen`; the others are trained on.

    Of each seen class 15 % of the images are held back for `validation` and 15 % for `test`. Raises ValueError for
    shares that leave a part fewer than two classes.
    """
    classes = len(data.class_names)
    order = torch.randperm(classes, generator=torch.Generator().manual_seed(seed)).tolist()
    ends = round(test * classes), round(test * classes) + round(validation * classes)
    return _parted(data, order[: ends[0]], order[ends[0] : ends[1]], order[ends[1] :], seed)


def by_group(data: NamedImages, *, validation: Sequence[str], test: Sequence[str], seed: int = 0) -> OpenSetData:
    """The classes of the named groups for `unseen_validation` and `unseen`; those of all other groups are trained on.

    Of each seen class 15 % of the images are held back for `validation` and 15 % for `test`. Raises ValueError for a
    name that is no group or is given twice, and for parts of fewer than two classes.
    """
    named = [*validation, *test]
    for name in named:
        if name not in data.groups:
            raise ValueError(f"There is no group {name!r}; there are {', '.join(data.groups)}.")
        if named.count(name) > 1:
            raise ValueError(f"The group {name!r} can be in one part only, got it {named.count(name)} times.")
    names = [data.groups[number] for number in data.group_of_class.tolist()]
    kinds = ([i for i, name in enumerate(names) if name in part] for part in (test, validation))
    return _parted(data, *kinds, [i for i, name in enumerate(names) if name not in named], seed)


def images_digest(*parts: LabelledImages) -> str:
    """SHA-256 of images and labels, which names the exact content."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.images.contiguous().numpy())
        digest.update(part.labels.contiguous().numpy())
    return digest.hexdigest()


def _parted(
    data: NamedImages, unseen: list[int], unseen_validation: list[int], seen: list[int], seed: int
) -> OpenSetData:
    kinds = [sorted(seen), sorted(unseen), sorted(unseen_validation)]
    sizes = [len(kind) for kind in kinds]
    if min(sizes) < 2:
        raise ValueError(
            "Each part needs at least two classes, got "
            f"{sizes[0]} to train on, {sizes[2]} to choose by and {sizes[1]} to report on."
        )
    order = torch.tensor([number for kind in kinds for number in kind])
    number = torch.empty(len(data.class_names), dtype=torch.int64).scatter_(0, order, torch.arange(len(order)))
    labels = number[data.labels]
    names, groups = tuple(data.class_names[i] for i in order), data.group_of_class[order]
    every = LabelledImages(data.images, labels)
    begins = (0, sizes[0], sizes[0] + sizes[1], len(order))
    shown = [every.pick(((labels >= a) & (labels < b)).nonzero().squeeze(1)) for a, b in pairwise(begins)]
    seen_only = NamedImages(shown[0].images, shown[0].labels, names[: sizes[0]], data.groups, groups[: sizes[0]])
    closed = by_images(seen_only, seed=seed)
    return OpenSetData(
        closed.train,
        closed.validation,
        closed.test,
        num_classes=sizes[0],
        digest=images_digest(closed.train, closed.validation, closed.test, *shown[1:]),
        unseen=shown[1],
        unseen_validation=shown[2],
        class_names=names,
        groups=data.groups,
        group_of_class=groups,
    )
