"""Your own images: any tree of folders whose leaves are classes."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from lessons_lib.data.open_set import NamedImages
from lessons_lib.losses.checks import check_count

Invert = bool | Literal["auto"]
_WHITE = 0.9  # a border this bright is paper
_NAMED = 5  # that many skipped files are named, the others counted


@dataclass(frozen=True)
class ImageFolder(NamedImages):
    """The images of a folder with a name each class, its path below the root, and a group, the folder it stands in.

    `inverted` says whether black and white were exchanged.
    """

    inverted: bool


def load_folder(path: str | Path, *, size: int = 28, invert: Invert = "auto") -> ImageFolder:
    """Every leaf folder is a class: all its images, grey, in [0, 1], made `size`×`size` and none the wider for it.

    Whatever Pillow reads is an image: .pgm, .png, .jpg, .tif; grey, colour, palette or 16 bits. What is transparent
    becomes white. The longer side is made `size`, the shorter is padded with the brightness of the image's own border.
    `invert` exchanges black and white; "auto" does so where nine tenths of the images have a white border, as black
    strokes on paper have (Omniglot), so that strokes are white on black as in MNIST.

    Files that are damaged or no images, empty classes, classes that repeat an earlier one image for image, and images
    that stand beside folders are skipped, with one warning that names them. Hidden files are passed over. Raises
    FileNotFoundError and NotADirectoryError for a path that is none, ValueError where no image or only one class is
    left, or an argument is not one of those allowed.
    """
    check_arguments(size, invert)
    root = _checked_folder(path)
    found, unread, beside = _leaves(root)
    classes, unusable, damaged = _read_classes(root, found, size)
    _report(root, [*unread, *unusable, *damaged, *beside], len(classes))
    images, inverted = inverted_if_asked(torch.cat(list(classes.values())), invert)
    parents = [name.rpartition("/")[0] or root.resolve().name for name in classes]
    groups = tuple(sorted(set(parents)))
    return ImageFolder(
        images,
        torch.arange(len(classes)).repeat_interleave(torch.tensor([len(each) for each in classes.values()])),
        class_names=tuple(classes),
        groups=groups,
        group_of_class=torch.tensor([groups.index(parent) for parent in parents]),
        inverted=inverted,
    )


def _checked_folder(path: str | Path) -> Path:
    root = Path(path).expanduser()
    if not root.exists():
        raise FileNotFoundError(f"There is no folder {root}.")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file, not a folder: if it is an archive, unpack it first.")
    return root


def _read_classes(
    root: Path, found: dict[str, list[Path]], size: int
) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """The images (n, 1, size, size) of each class by its name; which classes were skipped, and which files."""
    classes: dict[str, Tensor] = {}
    unusable: list[str] = []
    damaged: list[str] = []
    earlier: dict[frozenset[int], str] = {}
    for name, files in found.items():
        images = []
        for file in files:
            try:
                images.append(read_image(file, size))
            except UnreadableImage as error:
                damaged.append(f"{file.relative_to(root).as_posix()} ({error})")
        if not images:
            unusable.append(f"{name} (a class without an image)")
            continue
        # One class under two names could be trained on and reported as unseen.
        first = earlier.setdefault(frozenset(hash(image.numpy().tobytes()) for image in images), name)
        if first != name:
            unusable.append(f"{name} (the same images as {first})")
        else:
            classes[name] = torch.stack(images)
    return classes, unusable, damaged


def check_arguments(size: int, invert: Invert) -> None:
    """ValueError for a size or an `invert` that cannot be."""
    check_count("size", size, 1, "images")
    if not (isinstance(invert, bool) or invert == "auto"):
        raise ValueError(f'invert must be True, False or "auto", got {invert!r}.')


class UnreadableImage(Exception):
    """Says in a few words why a file gives no image."""


def read_image(path: Path, size: int) -> Tensor:
    """One image as (1, size, size) float32 in [0, 1], grey, its proportions kept; raises UnreadableImage."""
    if not path.is_file():
        raise UnreadableImage("not a file")  # such as a link to nowhere, or a pipe, which would be read for ever
    try:
        with Image.open(path) as opened:
            opened.draft("L", (2 * size, 2 * size))  # a large photograph is read at a fraction of its size
            image = _grey(ImageOps.exif_transpose(opened))
    except Image.UnidentifiedImageError:
        raise UnreadableImage("no image") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImage("too large") from None
    except OSError as error:
        # The system's errors have a number, Pillow's have none.
        raise UnreadableImage("damaged" if error.errno is None else f"cannot be read: {error.strerror}") from None
    except Exception:  # at a broken header Pillow's readers stop with whatever error it leads them to
        raise UnreadableImage("damaged") from None
    return _squared(image, size)


def _grey(image: Image.Image) -> Image.Image:
    """Brightness in [0, 1] as Pillow's floating point mode."""
    if image.mode.startswith("I"):  # 16 bits, which Pillow's own way to grey cuts off at 255
        return Image.fromarray((np.asarray(image) / 65_535).clip(0, 1).astype(np.float32))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        return Image.fromarray((values / max(1.0, float(values.max()))).clip(0, 1))
    if image.has_transparency_data:
        on_paper = Image.new("RGBA", image.size, "white")
        on_paper.alpha_composite(image.convert("RGBA"))
        image = on_paper
    return Image.fromarray(np.asarray(image.convert("L"), np.float32) / 255)


def _squared(image: Image.Image, size: int) -> Tensor:
    """The longer side made `size`, the shorter padded with the median brightness of the border."""
    pixels = np.asarray(image)
    border = float(np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])))
    fits = [max(1, round(size * side / max(image.size))) for side in image.size]
    square = Image.new("F", (size, size), border)
    small = image.resize(fits, Image.Resampling.BILINEAR)
    square.paste(small, ((size - fits[0]) // 2, (size - fits[1]) // 2))
    return torch.from_numpy(np.array(square))[None].clamp_(0, 1)


def inverted_if_asked(images: Tensor, invert: Invert) -> tuple[Tensor, bool]:
    """Images (N, 1, H, W) with black and white exchanged where `invert` says so, and whether they were."""
    if invert == "auto":
        rims = [images[..., 0, :], images[..., -1, :], images[..., :, 0], images[..., :, -1]]
        white = torch.cat(rims, dim=-1).flatten(1).median(dim=1).values > _WHITE
        invert = bool(white.float().mean() >= 0.9)
    return (1 - images if invert else images), invert


def _leaves(root: Path) -> tuple[dict[str, list[Path]], list[str], list[str]]:
    """The files of every leaf folder by its path below the root, the folders that cannot be listed, and the images that
    stand beside folders. A folder is visited once, so that links to folders do not lead in circles."""
    classes: dict[str, list[Path]] = {}
    unread: list[str] = []
    beside: list[str] = []
    visited = {root.resolve()}

    def not_listed(error: OSError) -> None:
        unread.append(f"{Path(error.filename).relative_to(root).as_posix()} (cannot be read: {error.strerror})")

    for folder, below, files in os.walk(root, onerror=not_listed, followlinks=True):
        here, shown = Path(folder), sorted(name for name in files if not name.startswith("."))
        below[:] = [name for name in sorted(below) if _is_new(here / name, visited)]
        name = here.relative_to(root).as_posix()
        if not below and here != root:
            classes[name] = [here / file for file in shown]
        else:
            pictures = [here / file for file in shown if Path(file).suffix.lower() in Image.registered_extensions()]
            beside += [f"{file.relative_to(root).as_posix()} (in no folder of a class)" for file in pictures]
    if not classes and not unread and beside:
        raise ValueError(
            f"{root} is itself a folder of images, so it has only one class: "
            "give the folder that holds a folder of images for each of two or more classes."
        )
    return classes, unread, beside


def _is_new(folder: Path, visited: set[Path]) -> bool:
    """Whether a folder is to be visited: not hidden, not visited yet, and no link to a folder that it stands in."""
    real = folder.resolve()
    if folder.name.startswith((".", "__MACOSX")) or real in visited or folder.parent.resolve().is_relative_to(real):
        return False
    visited.add(real)
    return True


def _report(root: Path, skipped: Sequence[str], classes: int) -> None:
    """One warning for all that was skipped; ValueError where fewer than two classes are left."""
    named = "; ".join(skipped[:_NAMED]) + (f"; and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else "")
    if classes < 2:
        found = "only one class" if classes else "no class with an image"
        after = f", having skipped {named}" if skipped else ""
        raise ValueError(
            f"{root} has {found}{after}: put the images of each of two or more classes into a folder of their own."
        )
    if skipped:
        warnings.warn(f"Skipped in {root}: {named}.", stacklevel=3)
