"""Yours over the target: the target broad and grey, what the reader did thin and in the accent colour."""

import math

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture, quiet_axes

_TARGET = {"color": FAINT, "linewidth": 7, "solid_capstyle": "round", "zorder": 2}
_YOURS = {"color": ACCENT, "linewidth": 1.8, "zorder": 3}


def curve(x: Tensor, target: Tensor, yours: Tensor | None, xlabel: str, ylabel: str) -> Picture:
    """A curve (n,) or a family of them (n, k) over x (n,), with the reader's on top if there is one."""
    picture = Picture(f"The target curve of {ylabel} against {xlabel}" + _said(yours), 6.4, 3.2)
    axes = quiet_axes(picture.subplots(), xlabel, ylabel)
    axes.plot(x.numpy(), target.numpy(), **_TARGET)
    reach = float(target.max() - target.min())
    low, high = float(target.min()) - 0.6 * reach, float(target.max()) + 0.6 * reach
    axes.set_ylim(low, high)
    if yours is not None:
        axes.plot(x.numpy(), yours.numpy(), **_YOURS)
        if float(yours.nan_to_num().max()) > high or float(yours.nan_to_num().min()) < low:
            _note(axes, "part of yours lies outside this picture")
    _legend(axes, yours)
    return picture


def directions(rays: list[tuple[float, str]], target: list[float], yours: list[float] | None, title: str) -> Picture:
    """A circle with named rays (radians), the target directions broad, the reader's thin."""
    picture = Picture(f"{title}: a circle with the target direction" + _said(yours), 3.4, 3.4)
    axes = picture.subplots()
    turn = np.linspace(0, 2 * math.pi, 181)
    axes.plot(np.cos(turn), np.sin(turn), color=FAINT, linewidth=1)
    for angle in target:
        axes.plot([0, math.cos(angle)], [0, math.sin(angle)], **_TARGET)
    for angle in yours or []:
        axes.plot([0, math.cos(angle)], [0, math.sin(angle)], **_YOURS)
    for angle, name in rays:
        axes.plot([0, math.cos(angle)], [0, math.sin(angle)], color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
        axes.text(1.12 * math.cos(angle), 1.12 * math.sin(angle), name, color=INK, ha="center", va="center")
    axes.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal")
    axes.set_axis_off()
    axes.set_title(title, color=INK, fontsize=10)
    axes.text(-1.3, -1.3, "grey: the target", color=SOFT, fontsize=9)
    if yours is not None:
        axes.text(1.3, -1.3, "yours", color=ACCENT, fontsize=9, ha="right")
    return picture


def _said(yours: object) -> str:
    return "." if yours is None else ", and yours drawn over it."


def _legend(axes: Axes, yours: Tensor | None) -> None:
    axes.plot([], [], label="target", **_TARGET)
    if yours is not None:
        axes.plot([], [], label="yours", **_YOURS)
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _note(axes: Axes, words: str) -> None:
    axes.set_title(words, loc="right", color=ACCENT, fontsize=9)
