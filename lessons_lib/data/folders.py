"""Your own images: any tree of folders whose folders of images are classes."""

import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from lessons_lib.data.copies import same_pictures
from lessons_lib.data.decoding import Decoding, UnreadableImage
from lessons_lib.data.open_set import NamedImages
from lessons_lib.data.reading import Source, decoded, read_all
from lessons_lib.data.tree import Tree, walked
from lessons_lib.losses.checks import check_count, check_switch

Invert = bool | Literal["auto"]
_WHITE = 0.9  # a border this bright is paper
_NAMED = 5  # that many skipped files are named, the others counted


@dataclass(frozen=True)
class ImageFolder(NamedImages):
    """The images of a folder with a name each class, its path below the root, and a group, the folder it stands in.

    `files` has the path of each image below `root`, `part` (N,) the number in `data.tree.PARTS` of the part it stood
    in, `decoding` how it was read. `inverted` says whether black and white were exchanged afterwards. `skipped` is all
    that gave no image, with the reason; `copies` (P, 2) the numbers of images that are one picture.
    """

    inverted: bool
    root: Path
    decoding: Decoding
    files: tuple[str, ...]
    part: Tensor
    skipped: tuple[str, ...]
    copies: Tensor

    @property
    def repeated(self) -> tuple[tuple[str, str], ...]:
        """The pictures that stand in two classes, as two files each, of which one at least is in the wrong class."""
        across = self.copies[self.labels[self.copies[:, 0]] != self.labels[self.copies[:, 1]]]
        return tuple((self.files[i], self.files[j]) for i, j in across.tolist())

    def without(self, files: Sequence[str]) -> "ImageFolder":
        """The folder without these files; classes that are left without an image go.

        Raises ValueError for a file that it has not, and for a text in place of a list of files.
        """
        check_files(self, files)
        gone = set(files)
        left = torch.tensor([i for i, file in enumerate(self.files) if file not in gone], dtype=torch.int64)
        known, labels = self.labels[left].unique(return_inverse=True)
        place = torch.full((len(self.files),), -1).scatter(0, left, torch.arange(len(left)))
        copies = place[self.copies]
        return replace(
            self,
            images=self.images[left],
            labels=labels,
            files=tuple(self.files[i] for i in left.tolist()),
            part=self.part[left],
            copies=copies[(copies >= 0).all(dim=1)],
            class_names=tuple(self.class_names[i] for i in known.tolist()),
            group_of_class=self.group_of_class[known],
        )

    def without_repeated(self) -> "ImageFolder":
        """The folder without the pictures that stand in two classes: nobody but you knows in which they belong."""
        return self.without([file for pair in self.repeated for file in pair])


def load_folder(
    path: str | Path,
    *,
    size: int = 28,
    colour: bool = False,
    invert: Invert = "auto",
    find_copies: bool = True,
) -> ImageFolder:
    """Every folder with images is a class: all its images in [0, 1], made `size`×`size` and none the wider for it.

    Grey (N, 1, size, size) or, with `colour`, (N, 3, size, size) float32. Whatever Pillow reads is an image; how it is
    read says `Decoding`. Pictures deeper than 8 bits are as bright as the brightest of them asks for: 12 bits in a file
    of 16 are understood. Folders train, val, test and the like are parts of one set of classes (`part`).
    `invert` exchanges black and white; "auto" does so for grey images of which nine tenths have a white border, as
    black strokes on paper have (Omniglot), so that strokes are white on black as in MNIST.

    What gives no image is in `skipped`, what is one picture in `copies` (none with `find_copies` False); a warning
    names the first of both. Hidden files are passed over. Takes 4·size² bytes an image and channel, once. Raises
    FileNotFoundError and NotADirectoryError for a path that is none, OSError for one that may not be looked into,
    ValueError where no image or only one class is left, or an argument is not one of those allowed.
    """
    check_arguments(size, invert)
    check_switch("colour", colour)
    check_switch("find_copies", find_copies)
    root = _checked_folder(path)
    tree, decoding = walked(root), Decoding(size, 3 if colour else 1)
    images, sources, damaged, decoding = read_all(root, tree, decoding)
    kept, unusable = _usable(tree, images, sources)
    skipped = (*tree.unread, *unusable, *damaged, *tree.beside)
    names = [name for name in tree.classes if name in kept]
    _refuse_fewer_than_two(root, skipped, len(names))
    if unusable:
        chosen = [i for i, (name, _, _) in enumerate(sources) if name in kept]
        images, sources = images[chosen], [sources[i] for i in chosen]
    images, inverted = inverted_if_asked(images, False if colour and invert == "auto" else invert)
    files = tuple(file.relative_to(root).as_posix() for _, file, _ in sources)
    parents = [name.rpartition("/")[0] or root.resolve().name for name in names]
    groups = tuple(sorted(set(parents)))
    number = {name: i for i, name in enumerate(names)}
    folder = ImageFolder(
        images,
        torch.tensor([number[name] for name, _, _ in sources]),
        class_names=tuple(names),
        groups=groups,
        group_of_class=torch.tensor([groups.index(parent) for parent in parents]),
        inverted=inverted,
        root=root,
        decoding=decoding,
        files=files,
        part=torch.tensor([part for _, _, part in sources]),
        skipped=skipped,
        copies=_copies(images, [file for _, file, _ in sources] if find_copies else [], decoding),
    )
    _say(folder)
    return folder


def pictures_of(folder: ImageFolder, decoding: Decoding) -> Iterator[Tensor]:
    """Each picture of a folder once more from its file, (channels, size, size) float32, as `decoding` says, in order.

    Raises OSError for a file that gives no picture any more.
    """
    for file, read in zip(folder.files, decoded([folder.root / file for file in folder.files], decoding), strict=True):
        if isinstance(read, UnreadableImage):
            raise OSError(
                f"{folder.root / file} gave a picture before and does not now ({read}): read the folder again."
            )
        yield torch.from_numpy(read[0])


def check_arguments(size: int, invert: Invert) -> None:
    """ValueError for a size or an `invert` that cannot be."""
    check_count("size", size, 1, "images")
    if not (isinstance(invert, bool) or invert == "auto"):
        raise ValueError(f'invert must be True, False or "auto", got {invert!r}.')


def check_files(folder: ImageFolder, files: Sequence[str]) -> None:
    """ValueError for what is no list of files of this folder."""
    if isinstance(files, str):
        raise ValueError(f"Files must be a list, got the text {files!r}; use [{files!r}].")
    if strange := sorted(map(str, set(files) - set(folder.files))):
        raise ValueError(f"There is no file {strange[0]} among the images of {folder.root}.")


def read_image(path: Path, size: int) -> Tensor:
    """One image as (1, size, size) float32 in [0, 1], grey, its proportions kept; raises UnreadableImage."""
    return torch.from_numpy(Decoding(size)(path))


def inverted_if_asked(images: Tensor, invert: Invert) -> tuple[Tensor, bool]:
    """Images (N, C, H, W), black and white exchanged in place where `invert` says so, and whether they were."""
    if invert == "auto":
        rims = [images[..., 0, :], images[..., -1, :], images[..., :, 0], images[..., :, -1]]
        white = torch.cat(rims, dim=-1).flatten(1).median(dim=1).values > _WHITE
        invert = bool(white.float().mean() >= 0.9)
    return (images.neg_().add_(1) if invert else images), invert


def _checked_folder(path: str | Path) -> Path:
    if not os.fspath(path):
        raise ValueError('path must name a folder, got an empty text: use "." for the folder that you are in.')
    try:
        root = Path(path).expanduser()
        there = root.exists()
    except RuntimeError:  # ~somebody, whom the system does not know
        raise FileNotFoundError(f"There is no folder {path}.") from None
    except OSError as error:
        raise OSError(f"{path} cannot be looked into ({error.strerror}): give a folder that you may read.") from error
    if not there:
        raise FileNotFoundError(f"There is no folder {root}.")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file, not a folder: if it is an archive, unpack it first.")
    return root


def _usable(tree: Tree, images: Tensor, sources: Sequence[Source]) -> tuple[set[str], list[str]]:
    """The names of the classes that have images, and why others are skipped."""
    contents: dict[str, set[int]] = {name: set() for name in tree.classes}
    for image, (name, _, _) in zip(images, sources, strict=True):
        contents[name].add(hash(image.numpy().tobytes()))
    kept, unusable, earlier = set(), [], {}
    for name, content in contents.items():
        # One class under two names could be trained on and reported as unseen.
        first = earlier.setdefault(frozenset(content), name)
        if not content:
            unusable.append(f"{name} (a class without an image)")
        elif first != name:
            unusable.append(f"{name} (the same images as {first})")
        else:
            kept.add(name)
    return kept, unusable


def _copies(images: Tensor, files: Sequence[Path], decoding: Decoding) -> Tensor:
    """The numbers (P, 2) of images that are one picture."""
    fine = replace(decoding, size=48, channels=3)

    def looked_at(numbers: Sequence[int]) -> Tensor:
        return torch.stack([torch.from_numpy(picture) for picture, _ in decoded([files[i] for i in numbers], fine)])

    pairs = same_pictures(images, looked_at) if files else []
    return torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2)


def _named(what: Sequence[str]) -> str:
    return "; ".join(what[:_NAMED]) + (f"; and {len(what) - _NAMED} more" if len(what) > _NAMED else "")


def _refuse_fewer_than_two(root: Path, skipped: Sequence[str], classes: int) -> None:
    """ValueError where fewer than two classes are left."""
    if classes < 2:
        found = "only one class" if classes else "no class with an image"
        after = f", having skipped {_named(skipped)}" if skipped else ""
        raise ValueError(
            f"{root} has {found}{after}: put the images of each of two or more classes into a folder of their own."
        )


def _say(folder: ImageFolder) -> None:
    """A warning each for what was skipped, for pictures in two classes, and for classes inside classes."""
    if folder.skipped:
        every = " The list is `skipped`." if len(folder.skipped) > _NAMED else ""
        warnings.warn(f"Skipped in {folder.root}: {_named(folder.skipped)}.{every}", stacklevel=3)
    if folder.repeated:
        pairs = [f"{one} and {other}" for one, other in folder.repeated]
        warnings.warn(
            f"The same picture stands in two classes in {folder.root}: {_named(pairs)}. "
            "`repeated` lists them, `without_repeated()` leaves them out.",
            stacklevel=3,
        )
    inside = [name for name in folder.class_names if any(name.startswith(f"{other}/") for other in folder.class_names)]
    if inside:
        said = f"{_named(inside)}: classes of their own beside the pictures of the folder that they stand in"
        warnings.warn(f"In {folder.root}: {said}. Move them up if they are not.", stacklevel=3)
