"""Many files read at a time: their pictures in one array, in order, and what gave none."""

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from lessons_lib.data.decoding import REAL_WHITES, WHOLE_WHITES, Decoding, UnreadableImage, least_white
from lessons_lib.data.tree import Tree

_AT_ONCE = 512  # pictures on their way at a time
_THREADS = min(8, os.cpu_count() or 1)  # Pillow lets others run while it reads
Source = tuple[str, Path, int]  # the class, the file and the part of an image


def read_all(root: Path, tree: Tree, decoding: Decoding) -> tuple[Tensor, list[Source], list[str], Decoding]:
    """All images (N, C, S, S) with where they come from, the files that give none, and how it was read in the end."""
    wanted = [(name, file, part) for name, files in tree.classes.items() for file, part in files]
    images = np.empty((len(wanted), decoding.channels, decoding.size, decoding.size), np.float32)
    sources: list[Source] = []
    damaged: list[str] = []
    deep: dict[str, list[tuple[int, float]]] = {"whole": [], "real": []}
    for source, read in zip(wanted, decoded([file for _, file, _ in wanted], decoding), strict=True):
        if isinstance(read, UnreadableImage):
            damaged.append(f"{source[1].relative_to(root).as_posix()} ({read})")
            continue
        images[len(sources)], depth = read
        if depth is not None:
            deep[depth[0]].append((len(sources), depth[1]))
        sources.append(source)
    # Only now it is known how far the deep ones count: those are read again where that is not what was thought.
    for kind, whites in (("whole", WHOLE_WHITES), ("real", REAL_WHITES)):
        white = least_white(max((largest for _, largest in deep[kind]), default=0), whites)
        if deep[kind] and white != getattr(decoding, kind):
            decoding = replace(decoding, **{kind: white})
            for row, _ in deep[kind]:
                images[row] = decoding(sources[row][1])
    return torch.from_numpy(images[: len(sources)]), sources, damaged, decoding


def decoded(
    files: Sequence[Path], decoding: Decoding
) -> Iterator[tuple[np.ndarray, tuple[str, float] | None] | UnreadableImage]:
    """Each file's picture and depth, or why there is none, in order; several are read at a time."""

    def one(file: Path) -> tuple[np.ndarray, tuple[str, float] | None] | UnreadableImage:
        try:
            return decoding.with_depth(file)
        except UnreadableImage as error:
            return error

    hidden = True if "CI" in os.environ else None  # tqdm's None: where nobody sees it
    bar = tqdm(total=len(files), unit="picture", leave=False, file=sys.stdout, disable=hidden, delay=1)
    with bar, ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(files), _AT_ONCE):
            for read in pool.map(one, files[start : start + _AT_ONCE]):
                bar.update()
                yield read
