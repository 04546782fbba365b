"""Which files of a folder belong to which class, and to which part: the walk, without opening a picture."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from PIL import Image

PARTS = ("", "train", "validation", "test")  # of an image: no part at all, or one of these
_PART_NAMES = {"train": 1, "training": 1, "val": 2, "valid": 2, "validation": 2, "dev": 2, "test": 3, "testing": 3}
# Pictures by their names that Pillow does not read: beside folders they are no less left out than others.
_FOREIGN = {".heic", ".heif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".svg"}
_NO_PICTURES = ("thumbs.db", "desktop.ini", "icon\r")  # that systems put into folders, besides hidden files


@dataclass
class Tree:
    """What a walk has found: the files of each class by its name, with the number of each file's part in `PARTS`.

    `unread` are folders that cannot be listed, `beside` pictures in no folder of a class.
    """

    classes: dict[str, list[tuple[Path, int]]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def walked(root: Path) -> Tree:
    """Every folder below `root` with pictures of its own, or with nothing below it, is a class.

    Where folders that stand beside each other are called train, val, test or the like, one of them train, they are
    parts: the class is called by the rest of its path. A folder is visited once, so that links do not lead in circles.
    Hidden files, and what systems leave in folders, are passed over. Raises ValueError where `root` is itself a class.
    """
    tree, folders, kinds = Tree(), {}, _FOREIGN | set(Image.registered_extensions())
    for here, below, files in _visited(root, tree.unread):
        path = PurePosixPath(here.relative_to(root).as_posix())
        pictures = [file for file in files if file.suffix.lower() in kinds]
        if here == root:
            tree.beside += [f"{file.relative_to(root).as_posix()} (in no folder of a class)" for file in pictures]
        elif not below or pictures:
            folders[path] = files
    if not folders and not tree.unread and tree.beside:
        raise ValueError(
            f"{root} is itself a folder of images, so it has only one class: "
            "give the folder that holds a folder of images for each of two or more classes."
        )
    parts = _parts_in(folders)
    for path, files in folders.items():
        name, part = _without_part(path, parts)
        tree.classes.setdefault(name, []).extend((file, part) for file in files)
    if "" in tree.classes:
        named = ", ".join(sorted(str(way) for way in parts))
        raise ValueError(f"{root} has images in {named}, which are parts: put a folder for each class into each part.")
    tree.classes = dict(sorted(tree.classes.items()))
    return tree


def _visited(root: Path, unread: list[str]) -> Iterator[tuple[Path, list[str], list[Path]]]:
    """Each folder, the names of those below it, and its files, hidden ones left out; all in the order of names."""
    visited = {root.resolve()}

    def not_listed(error: OSError) -> None:
        unread.append(f"{Path(error.filename).relative_to(root).as_posix()} (cannot be read: {error.strerror})")

    for folder, below, files in os.walk(root, onerror=not_listed, followlinks=True):
        here = Path(folder)
        below[:] = [name for name in sorted(below) if _is_new(here / name, visited)]
        shown = [name for name in sorted(files) if not name.startswith(".") and name.lower() not in _NO_PICTURES]
        yield here, below, [here / name for name in shown]


def _is_new(folder: Path, visited: set[Path]) -> bool:
    """Whether a folder is to be visited: not hidden, not visited yet, and no link to a folder that it stands in."""
    real = folder.resolve()
    if folder.name.startswith((".", "__MACOSX")) or real in visited or folder.parent.resolve().is_relative_to(real):
        return False
    visited.add(real)
    return True


def _parts_in(folders: dict[PurePosixPath, Sequence[Path]]) -> set[PurePosixPath]:
    """The folders that are parts: several such names beside each other, one of them for training.

    A class that happens to be called train stays one.
    """
    ways = {way for path in folders for way in (path, *path.parents) if way.name.lower() in _PART_NAMES}
    beside: dict[PurePosixPath, set[int]] = {}
    for way in ways:
        beside.setdefault(way.parent, set()).add(_PART_NAMES[way.name.lower()])
    return {way for way in ways if 1 in beside[way.parent] and len(beside[way.parent]) > 1}


def _without_part(path: PurePosixPath, parts: set[PurePosixPath]) -> tuple[str, int]:
    """The name of the class and the number of the part that a folder stands for."""
    way = [path, *path.parents][-2::-1]  # from the top down, without the root
    names = [step.name for step in way if step not in parts]
    numbers = [_PART_NAMES[step.name.lower()] for step in way if step in parts]
    return "/".join(names), numbers[-1] if numbers else 0
