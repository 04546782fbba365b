"""Parting a folder so that nothing that is reported on was learnt from: by classes, or as its owner has parted it."""

from torch import Tensor

from lessons_lib.data.folders import ImageFolder
from lessons_lib.data.images import ImageData
from lessons_lib.data.open_set import OpenSetData, by_classes, images_digest
from lessons_lib.data.tree import PARTS

FEWEST = 8  # classes that can be parted in three: a fifth of eight is two
FEWEST_IMAGES = 4  # of some class, so that 15 % of them is one


class LeakedSplit(ValueError):
    """What is to be reported on has been learnt from."""


def part_classes(folder: ImageFolder, *, validation: float = 0.2, test: float = 0.2, seed: int = 0) -> OpenSetData:
    """`by_classes` for a folder that has been looked through: LeakedSplit where one picture stands in two classes.

    One class under two names would be trained on and reported as a stranger. Raises ValueError as `by_classes`, and
    where no class of the strangers has two images, as there is nothing then to tell "the same" from.
    """
    _refuse_repeated(folder)
    classes = len(folder.class_names)
    if min(round(validation * classes), round(test * classes)) < 2:
        raise ValueError(
            f"{folder.root} has {classes} classes, and {validation:.0%} to choose by and {test:.0%} to report on "
            f"must be two classes each: {FEWEST} classes are the fewest with a fifth for each."
        )
    if folder.labels.bincount().max() < FEWEST_IMAGES:
        raise ValueError(
            f"No class of {folder.root} has {FEWEST_IMAGES} images, of which one is held back to choose by and one to "
            "report: add images."
        )
    data = by_classes(folder, validation=validation, test=test, seed=seed)
    for part, purpose in ((data.unseen_validation, "choose by"), (data.unseen, "report on")):
        if part.labels.bincount().max() < 2:
            raise ValueError(
                f'No class of {folder.root} that was drawn to {purpose} has two images, so "the same" is never asked: '
                "add images, or draw other classes with another seed."
            )
    return data


def part_as_given(folder: ImageFolder) -> ImageData:
    """The parts train, val and test of the folder itself, all of the same classes.

    What stands in no part is trained on; without a val, or a test, the other one serves for both. Raises LeakedSplit
    where one picture stands in two parts or in two classes, ValueError where there are no parts, or one has classes
    that are not trained on.
    """
    _refuse_repeated(folder)
    held = [(folder.part == PARTS.index(name)).nonzero().squeeze(1) for name in ("validation", "test")]
    if not any(map(len, held)):
        raise ValueError(f"{folder.root} has no folders val or test beside a train: part_classes draws parts itself.")
    validation, test = (numbers if len(numbers) else held[1 - i] for i, numbers in enumerate(held))
    train = (folder.part < 2).nonzero().squeeze(1)
    across = folder.copies[_place(folder, folder.copies[:, 0]) != _place(folder, folder.copies[:, 1])]
    if len(across):
        i, j = across[0].tolist()
        raise LeakedSplit(
            f"{len(across)} pictures stand in two parts, such as {folder.files[i]} and {folder.files[j]}: what is "
            "reported on must not have been learnt from. Take them out of one part."
        )
    strange = sorted(
        {*folder.labels[validation].tolist(), *folder.labels[test].tolist()} - set(folder.labels[train].tolist())
    )
    if strange:
        raise ValueError(
            f"{len(strange)} classes are not trained on, such as {folder.class_names[strange[0]]}: "
            "for strangers there is part_classes."
        )
    parts = [folder.pick(numbers) for numbers in (train, validation, test)]
    return ImageData(*parts, num_classes=len(folder.class_names), digest=images_digest(*parts))


def _place(folder: ImageFolder, numbers: Tensor) -> Tensor:
    """The part of these images, where none is as good as train."""
    return folder.part[numbers].clamp(min=1)


def _refuse_repeated(folder: ImageFolder) -> None:
    if folder.repeated:
        one, other = folder.repeated[0]
        raise LeakedSplit(
            f"{len(folder.repeated)} pictures stand in two classes, such as {one} and {other}: what was learnt from "
            "would be reported on as a stranger. Take them out, or go on with folder.without_repeated()."
        )
