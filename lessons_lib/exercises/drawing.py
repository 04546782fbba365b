"""Yours over the target: the target broad and grey, what the reader did thin and in the accent colour."""

import math

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture, quiet_axes

_TARGET = {"color": FAINT, "linewidth": 7, "solid_capstyle": "round", "zorder": 2}
_YOURS = {"color": ACCENT, "linewidth": 1.8, "zorder": 3}


def curve(
    x: Tensor, target: Tensor, yours: Tensor | None, xlabel: str, ylabel: str, *, logarithmic: bool = False
) -> Picture:
    """A curve (n,) or a family of them (n, k) over x (n,), with the reader's on top if there is one."""
    picture = Picture(f"The target curve of {ylabel} against {xlabel}" + _said(yours), 6.4, 3.2)
    axes = quiet_axes(picture.subplots(), xlabel, ylabel)
    axes.set_yscale("log" if logarithmic else "linear")
    axes.set_ylim(_heights(target, logarithmic))
    _over(axes, x, target, yours)
    _note_what_is_outside(axes, yours)
    _legend(axes, yours)
    return picture


def panels(x: Tensor, target: Tensor, yours: Tensor | None, columns: dict[str, list[int]], ylabel: str) -> Picture:
    """Curves (n, k) over x (n,) in panels side by side; `columns` has each panel's words for x and the curves in it."""
    picture = Picture(f"The target curves of {ylabel} against {' and '.join(columns)}" + _said(yours), 7.4, 3.2)
    side_by_side = picture.subplots(1, len(columns), sharey=True)
    for axes, (words, drawn) in zip(side_by_side, columns.items(), strict=True):
        quiet_axes(axes, words, ylabel if axes is side_by_side[0] else "")
        axes.set_ylim(_heights(target, logarithmic=False))
        _over(axes, x, target[:, drawn], None if yours is None else yours[:, drawn])
    _note_what_is_outside(axes, yours)
    _legend(axes, yours)
    return picture


def path(target: Tensor, yours: Tensor | None, marks: dict[str, int], xlabel: str, ylabel: str) -> Picture:
    """A path (n, 2) through the unit square, the reader's on top if there is one; `marks` names some of its points."""
    picture = Picture(f"The target path of {ylabel} against {xlabel}" + _said(yours), 4.6, 3.6)
    axes = quiet_axes(picture.subplots(), xlabel, ylabel)
    axes.plot(*target.T.numpy(), **_TARGET)
    at = list(marks.values())
    axes.plot(*target[at].T.numpy(), "o", color=FAINT, markeredgecolor=SOFT, markersize=11, zorder=2.5)
    for words, point in zip(marks, target[at].tolist(), strict=True):
        name(picture, words, (point[0], point[1]), (9, -9))
    axes.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), aspect="equal")
    if yours is not None:
        axes.plot(*yours.T.numpy(), **_YOURS)
        axes.plot(*yours[at].T.numpy(), "o", color=ACCENT, markersize=5, zorder=3)
    _note_what_is_outside(axes, yours)
    _legend(axes, yours)
    return picture


def dots(picture: Picture, x: Tensor, target: Tensor, yours: Tensor | None) -> None:
    """A dot at every x of a curve, for an x that counts something."""
    picture.axes[0].plot(x.numpy(), target.numpy(), "o", color=FAINT, markersize=11, zorder=2)
    if yours is not None:
        picture.axes[0].plot(x.numpy(), yours.numpy(), "o", color=ACCENT, markersize=4, zorder=3)


def name(
    picture: Picture,
    words: str,
    at: tuple[float, float],
    offset: tuple[float, float] = (9, 0),
    *,
    panel: int = 0,
    side: str = "left",
) -> None:
    """Words beside a place in a picture, `offset` points to its right and above it; `side` of them is put there."""
    look = {"textcoords": "offset points", "color": SOFT, "fontsize": 9, "va": "center", "ha": side}
    picture.axes[panel].annotate(words, at, offset, **look)


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


def _heights(target: Tensor, logarithmic: bool) -> tuple[float, float]:
    """From where to where a picture reaches: beyond the target on either side, that a wrong curve shows as well."""
    heights = target.log10() if logarithmic else target
    low, high = float(heights.min()), float(heights.max())
    beyond = (0.45 if logarithmic else 0.6) * (high - low)
    low, high = low - beyond, high + beyond
    return (10**low, 10**high) if logarithmic else (low, high)


def _said(yours: object) -> str:
    return "." if yours is None else ", and yours drawn over it."


def _legend(axes: Axes, yours: Tensor | None) -> None:
    axes.plot([], [], label="target", **_TARGET)
    if yours is not None:
        axes.plot([], [], label="yours", **_YOURS)
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _over(axes: Axes, x: Tensor, target: Tensor, yours: Tensor | None) -> None:
    axes.plot(x.numpy(), target.numpy(), **_TARGET)
    if yours is not None:
        axes.plot(x.numpy(), yours.numpy(), **_YOURS)


def _note_what_is_outside(axes: Axes, yours: Tensor | None) -> None:
    low, high = axes.get_ylim()
    if yours is not None and (float(yours.nan_to_num().max()) > high or float(yours.nan_to_num().min()) < low):
        axes.set_title("part of yours lies outside this picture", loc="right", color=ACCENT, fontsize=9)
