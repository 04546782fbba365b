"""Parting labelled images into what to train on, to choose by and to report: by images, by classes or by groups."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lessons_lib.data.images import ImageData, LabelledImages
from lessons_lib.losses.checks import check_seed


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
    _check_shares(validation, test)
    check_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    parts: tuple[list[Tensor], ...] = ([], [], [])
    for label in range(len(data.class_names)):
        images = (data.labels == label).nonzero().squeeze(1)
        held = min(round(validation * len(images)), max(0, len(images) - 1))
        reported = min(round(test * len(images)), max(0, len(images) - 1 - held))
        mixed = images[torch.randperm(len(images), generator=chance)]
        for part, numbers in zip(parts, mixed.split([len(images) - held - reported, held, reported]), strict=True):
            part.append(numbers)
    numbers = [torch.cat(part) for part in parts]
    if not all(map(len, numbers)):
        raise ValueError(
            f"No class has images enough to spare {validation:.0%} for validation and {test:.0%} for test: add images."
        )
    # Whoever looks at the first few images of a part should see more than one class.
    pictures = [data.pick(part[torch.randperm(len(part), generator=chance)]) for part in numbers]
    return ImageData(*pictures, num_classes=len(data.class_names), digest=images_digest(*pictures))


def by_classes(data: NamedImages, *, validation: float = 0.2, test: float = 0.2, seed: int = 0) -> OpenSetData:
    """A random share of the classes for `unseen_validation`, one for `unseen`; the others are trained on.

    Of each seen class 15 % of the images are held back for `validation` and 15 % for `test`. Raises ValueError for
    shares that leave a part fewer than two classes.
    """
    _check_shares(validation, test)
    classes = len(data.class_names)
    check_seed(seed)
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


def _check_shares(validation: float, test: float) -> None:
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise ValueError(
            f"validation and test must be shares above 0 that leave something to train on, got {validation} and {test}."
        )


def _parted(
    data: NamedImages, unseen: list[int], unseen_validation: list[int], seen: list[int], seed: int
) -> OpenSetData:
    kinds = [sorted(seen), sorted(unseen), sorted(unseen_validation)]
    sizes = [len(kind) for kind in kinds]
    if min(sizes) < 2:
        raise ValueError(
            "Each part needs at least two classes, got "
            f"{sizes[0]} to train on, {sizes[2]} to choose by and {sizes[1]} to report on: "
            "part them otherwise, or add classes."
        )
    every = _renumbered(data, torch.tensor([number for kind in kinds for number in kind]))
    kind_of_image = torch.arange(3).repeat_interleave(torch.tensor(sizes))[every.labels]
    shown = [every.pick((kind_of_image == kind).nonzero().squeeze(1)) for kind in range(3)]
    names, groups = every.class_names[: sizes[0]], every.group_of_class[: sizes[0]]
    closed = by_images(NamedImages(shown[0].images, shown[0].labels, names, data.groups, groups), seed=seed)
    return OpenSetData(
        closed.train,
        closed.validation,
        closed.test,
        num_classes=closed.num_classes,
        digest=images_digest(closed.train, closed.validation, closed.test, *shown[1:]),
        unseen=shown[1],
        unseen_validation=shown[2],
        class_names=every.class_names,
        groups=every.groups,
        group_of_class=every.group_of_class,
    )


def _renumbered(data: NamedImages, order: Tensor) -> NamedImages:
    """The same images, class `order[i]` now numbered i."""
    names = tuple(data.class_names[i] for i in order)
    return NamedImages(data.images, order.argsort()[data.labels], names, data.groups, data.group_of_class[order])
