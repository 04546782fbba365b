"""Omniglot: 1,623 handwritten characters of 50 alphabets, 20 images each (Lake, Salakhutdinov, Tenenbaum, 2015)."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from lessons_lib.data.cache import cache_folder
from lessons_lib.data.folders import (
    Invert,
    UnreadableImage,
    check_arguments,
    inverted_if_asked,
    load_folder,
    read_image,
)
from lessons_lib.data.open_set import OpenSetData, by_group
from lessons_lib.data.vision import import_torchvision

VALIDATION_ALPHABETS = 5  # the last of the background alphabets


@dataclass(frozen=True)
class OneShotRun:
    """One of the official one-shot tasks: which image of `training` (W, 1, S, S) shows the character of each of `test`
    (Q, 1, S, S) is said by `answers` (Q,) int64."""

    name: str
    training: Tensor
    test: Tensor
    answers: Tensor


def load_omniglot(root: str | Path | None = None, *, size: int = 28) -> OpenSetData:
    """Omniglot as its authors parted it, white on black: trained on with the background alphabets, `unseen` are those
    for evaluation, `unseen_validation` the last five of the background.

    torchvision downloads it into `root`, else into the cache, once. Raises OSError with one sentence where it cannot.
    """
    check_arguments(size, invert=True)
    root = Path(root).expanduser() if root is not None else cache_folder()
    Omniglot = import_torchvision().datasets.Omniglot
    try:
        for background in (True, False):
            Omniglot(root, background=background, download=True)
    except (OSError, RuntimeError) as error:
        raise OSError(
            f"Omniglot could not be downloaded to {root} ({error}): connect to a network and call again, or unpack "
            "images_background.zip of github.com/brendenlake/omniglot anywhere and give its folder to load_folder."
        ) from error
    folder = load_folder(root / Omniglot.folder, size=size, invert=True, find_copies=False)
    evaluation = [group for group in folder.groups if group.startswith("images_evaluation/")]
    background = [group for group in folder.groups if group.startswith("images_background/")]
    return by_group(folder, validation=background[-VALIDATION_ALPHABETS:], test=evaluation)


def load_one_shot_runs(path: str | Path, *, size: int = 28, invert: Invert = "auto") -> list[OneShotRun]:
    """The official one-shot runs below a folder: `runNN/training`, `runNN/test` and `runNN/class_labels.txt`.

    Raises FileNotFoundError where there are none, ValueError for a run with a line or an image that cannot be used.
    """
    check_arguments(size, invert)
    root = Path(path).expanduser()
    lists = sorted(root.glob("run*/class_labels.txt"))
    if not lists:
        raise FileNotFoundError(
            f"{root} has no one-shot runs: give the folder that run01/class_labels.txt and its like stand in."
        )
    return [_run(file, size, invert) for file in lists]


def _run(labels: Path, size: int, invert: Invert) -> OneShotRun:
    folder = labels.parent
    right = _answers(labels)
    training = sorted(path for path in (folder / "training").glob("*") if not path.name.startswith("."))
    missing = [*(set(right.values()) - set(training)), *(path for path in right if not path.exists())]
    if missing:
        raise ValueError(f"{labels} names {min(missing)}, which is not there: unpack the runs again.")
    images = torch.stack([_picture(path, size) for path in [*training, *right]])
    images, _ = inverted_if_asked(images, invert)
    answers = torch.tensor([training.index(path) for path in right.values()])
    return OneShotRun(folder.name, images[: len(training)], images[len(training) :], answers)


def _answers(labels: Path) -> dict[Path, Path]:
    """The training image that shows the character, by test image: lines of `run01/test/item01.png
    run01/training/class08.png`, though the run may lie under another name by now."""
    right: dict[Path, Path] = {}
    for number, line in enumerate(labels.read_text().splitlines(), start=1):
        paths = [labels.parent.joinpath(*Path(word).parts[-2:]) for word in line.split()]
        if [path.parent.name for path in paths] == ["test", "training"]:
            right[paths[0]] = paths[1]
        elif paths:
            raise ValueError(f"Line {number} of {labels} must name a test and a training image, got {line!r}.")
    if not right:
        raise ValueError(f"{labels} names no images: unpack the runs again.")
    return right


def _picture(path: Path, size: int) -> Tensor:
    try:
        return read_image(path, size)
    except UnreadableImage as error:
        raise ValueError(f"{path} gives no picture ({error}): unpack the runs again.") from None
