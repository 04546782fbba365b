"""Drawings made ready for a network that was trained on MNIST: see network.js."""

import numpy as np
from numpy.typing import NDArray

SIDE, PEN = 28, 2.4  # pixels: an image's side, and a pen stroke's width in it
_INK_SIDE, _SMALLEST, _MIDDLE = 20, 0.12, 14.5

Strokes = list[list[list[float]]]


def as_mnist(strokes: Strokes, digit: NDArray | None = None) -> NDArray | None:
    """A drawing as MNIST would hold it, (28, 28) float64 in [0, 1]; None when there is no ink.

    The ink's longer side is scaled to 20 pixels, its centre of mass put in the middle; the pen is 2.4 pixels wide
    however large one drew. Strokes are lists of [x, y] on a pad of side 1, y downwards; `digit` (28, 28) fills the pad
    below them.
    """
    drawn = [np.asarray(stroke, dtype=float) for stroke in strokes if len(stroke)]
    if not drawn:
        return digit
    spread = [np.concatenate(drawn)]
    if digit is not None:
        row, column = np.nonzero(digit >= 0.2)
        corner = np.stack([column, row], axis=1)
        spread += [(corner + PEN / 2) / SIDE, (corner + 1 - PEN / 2) / SIDE]
    low, high = np.concatenate(spread).min(0), np.concatenate(spread).max(0)
    scale = (_INK_SIDE - PEN) / max(*(high - low), _SMALLEST)
    shift = (SIDE - scale * (low + high)) / 2
    ink = _rasterise(drawn, digit, scale, shift)
    middle = np.arange(SIDE) + 0.5
    centre = np.array([(ink.sum(0) * middle).sum(), (ink.sum(1) * middle).sum()]) / ink.sum()
    return _rasterise(drawn, digit, scale, shift + _MIDDLE - centre)


def _rasterise(strokes: list[NDArray], digit: NDArray | None, scale: float, shift: NDArray) -> NDArray:
    """Ink in each pixel: how far its middle lies inside the pen's path, blurred over one pixel."""
    row, column = np.mgrid[:SIDE, :SIDE] + 0.5
    pixels = np.stack([column, row], axis=-1)
    starts = np.concatenate([stroke[[0, *range(len(stroke) - 1)]] for stroke in strokes]) * scale + shift
    along = np.concatenate(strokes) * scale + shift - starts
    to_pixel = pixels[:, :, None] - starts
    squared = (along**2).sum(1)
    share = ((to_pixel * along).sum(-1) / np.where(squared > 0, squared, 1)).clip(0, 1)
    distance = np.linalg.norm(to_pixel - share[..., None] * along, axis=-1).min(-1)
    ink = (PEN / 2 + 0.5 - distance).clip(0, 1)
    if digit is None:
        return ink
    at = ((pixels - shift) * SIDE / scale - 0.5).clip(-1, SIDE)
    x, y = at[..., 0], at[..., 1]
    x0, y0 = np.floor(x).astype(int).clip(-1, SIDE - 1), np.floor(y).astype(int).clip(-1, SIDE - 1)
    frame = np.pad(digit, 1)
    upper = frame[y0 + 1, x0 + 1] * (1 - x + x0) + frame[y0 + 1, x0 + 2] * (x - x0)
    lower = frame[y0 + 2, x0 + 1] * (1 - x + x0) + frame[y0 + 2, x0 + 2] * (x - x0)
    return np.maximum(ink, upper * (1 - y + y0) + lower * (y - y0))
