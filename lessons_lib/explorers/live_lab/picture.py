"""The still picture of LiveLab: the circle, and how the run came there."""

import math

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lessons_lib.explorers.live_lab.film import Curves
from lessons_lib.explorers.live_lab.training import Moment
from lessons_lib.figures.style import FAINT, INK, PALETTE, PAPER, SOFT, Picture, number_ink, quiet_axes

_INNER = 0.3  # digits stand between this and the rim, each at a distance of its own that means nothing
_GOLDEN = 0.618034


def live_alt(moment: Moment | None, loss: str, source: str, points: int) -> str:
    """What is shown, in a sentence."""
    if moment is None:
        return "A network that has not begun to train."
    theta, other = math.degrees(moment.theta), math.degrees(moment.other)
    return (
        f"{points} digits on the circle after {moment.step} training steps with {loss}, learnt from {source}: "
        f"{100 * moment.accuracy:.1f} % read right, {theta:.1f}° from their class weight on average, {other:.1f}° from "
        "the nearest other one."
    )


def draw_live(alt: str, moment: Moment, labels: NDArray, curves: Curves) -> Picture:
    """Digits where they lie on the circle; share read right and angles against the steps."""
    picture = Picture(alt, 7.2, 3.6)
    circle, side = picture.subplots(1, 2, width_ratios=[1.1, 1])
    circle.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
    circle.set_axis_off()
    angles = moment.angles.numpy()
    away = _INNER + (0.95 - _INNER) * np.sqrt((np.arange(len(angles)) + 1) * _GOLDEN % 1)
    circle.scatter(
        away * np.cos(angles), away * np.sin(angles), s=4, c=np.array(PALETTE)[labels % 10], alpha=0.7, linewidths=0
    )
    turn = np.linspace(0, 2 * math.pi, 181)
    circle.plot(np.cos(turn), np.sin(turn), color=FAINT, linewidth=1)
    for k, (x, y) in enumerate(moment.weight.numpy()):
        _draw_weight(circle, k, math.atan2(y, x))
    _draw_curves(side, np.array(curves.rows))
    return picture


def _draw_weight(axes: Axes, k: int, angle: float) -> None:
    colour, x, y = PALETTE[k % 10], math.cos(angle), math.sin(angle)
    axes.plot([0, x], [0, y], color=colour, linewidth=1.2)
    disc = {"boxstyle": "circle,pad=0.2", "facecolor": colour, "edgecolor": PAPER}
    axes.text(
        1.1 * x, 1.1 * y, str(k), color=number_ink(k), bbox=disc, fontsize=8, weight="bold", ha="center", va="center"
    )


def _draw_curves(axes: Axes, rows: NDArray) -> None:
    steps, right, theta, other = rows[:, 0], rows[:, 2], np.degrees(rows[:, 3]), np.degrees(rows[:, 4])
    quiet_axes(axes, xlabel="training step")
    axes.plot(steps, 100 * right, color=INK, label="read right, %")
    axes.plot(steps, theta, color=SOFT, linestyle="--", label="θ to own weight, °")
    axes.plot(steps, other, color=SOFT, linestyle=":", label="θ to nearest other, °")
    axes.set(ylim=(0, 102), xlim=(0, max(1, steps[-1])))
    axes.legend(fontsize=8, frameon=False, labelcolor=SOFT, loc="center right")
