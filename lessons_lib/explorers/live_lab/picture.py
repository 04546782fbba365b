"""The still picture of LiveLab: the circle before a training."""

import math

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.figures.style import FAINT, PALETTE, PAPER, Picture, number_ink

_INNER = 0.3  # digits stand between this and the rim, each at a distance of its own that means nothing
_GOLDEN = 0.618034


def draw_live(alt: str, embeddings: Tensor, labels: Tensor, weight: Tensor) -> Picture:
    """Digits (N, 2) where they lie on the circle, and class weights (C, 2)."""
    picture = Picture(alt, 3.8, 3.8)
    circle = picture.subplots()
    circle.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
    circle.set_axis_off()
    angles = np.arctan2(*embeddings.numpy().T[::-1])
    away = _INNER + (0.93 - _INNER) * np.sqrt((np.arange(len(angles)) + 1) * _GOLDEN % 1)
    colours = np.array(PALETTE)[labels.numpy() % 10]
    circle.scatter(away * np.cos(angles), away * np.sin(angles), s=4, c=colours, alpha=0.7, linewidths=0)
    turn = np.linspace(0, 2 * math.pi, 181)
    circle.plot(np.cos(turn), np.sin(turn), color=FAINT, linewidth=1)
    for k, (x, y) in enumerate(weight.tolist()):
        _draw_weight(circle, k, math.atan2(y, x))
    return picture


def _draw_weight(axes: Axes, k: int, angle: float) -> None:
    colour, x, y = PALETTE[k % 10], math.cos(angle), math.sin(angle)
    axes.plot([0, x], [0, y], color=colour, linewidth=1.2)
    disc = {"boxstyle": "circle,pad=0.2", "facecolor": colour, "edgecolor": PAPER}
    axes.text(
        1.1 * x, 1.1 * y, str(k), color=number_ink(k), bbox=disc, fontsize=8, weight="bold", ha="center", va="center"
    )
