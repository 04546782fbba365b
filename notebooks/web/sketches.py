"""Exercises whose answer is a curve that a reader can draw in the page: seven dots are dragged, and judged there.

The curve is one of those in the exercise's own picture, and so are the words at its axes. Slips are those of `check`
that a drawing can have: what is wrong in code alone is not said of a curve.
"""

import math
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lessons_lib.exercises import EXERCISES, Exercise

OF_CODE = re.compile(r"radian|degree|bracket|torch|math\.|Python|\*\*|outside the cosine|rounded")
BEYOND, ROOM = 0.6, 0.06  # how far the paper reaches above and below the curve, and how far off a dot may be, in shares
ROUND = tuple(tens * 10.0**power for power in (-3, -2, -1, 0) for tens in (1, 2, 5))


@dataclass(frozen=True)
class Curve:
    """Which curve of an exercise is drawn: its column in the target, where the dots stand, and what it is, in words."""

    dots: tuple[float, ...]
    what: str
    column: int = 0


CURVES = {
    "1.1": Curve((0, 30, 60, 90, 120, 150, 180), "the distance as the two part"),
    "1.2": Curve((0, 0.3, 0.6, 1, 1.3, 1.6, 2), "what a pair of two classes costs, with the margin m = 1", column=1),
    "4.1": Curve((0, 30, 60, 90, 120, 150, 180), "ψ for m = 2", column=1),
    "5.1": Curve((0, 25, 50, 75, 100, 125, 150), "ArcFace’s target logit, with m₂ = 0.5 (29°)"),
    "7.2": Curve((10, 30, 60, 90, 120, 150, 180), "the push as the two part"),
}


@dataclass(frozen=True)
class Sketch:
    """A curve to be drawn, as the page judges it: `dots` and `wanted` there, `line` the whole curve to show at the end.

    `unit` follows a number of the axis below; `names` are the words at both axes, `low` and `high` the paper's ends.
    """

    number: str
    what: str
    names: tuple[str, str]
    unit: str
    ticks: tuple[list[float], list[float]]
    dots: list[float]
    wanted: list[float]
    line: list[tuple[float, float]]
    slips: list[tuple[str, list[float]]]
    low: float
    high: float
    room: float
    step: float
    done: str

    def for_page(self) -> dict[str, Any]:
        return asdict(self)


def sketch(number: str) -> Sketch | None:
    """The exercise with this number as a curve to draw; None where its answer is none."""
    if number not in CURVES:
        return None
    exercise, curve = EXERCISES[number], CURVES[number]
    target = exercise.target.reshape(len(exercise.target), -1)[:, curve.column].numpy()
    axes, x = _drawn(exercise, target)
    extent = float(np.ptp(target))
    low, high = (float(end + sign * BEYOND * extent) for end, sign in ((target.min(), -1), (target.max(), 1)))
    room = ROOM * extent
    return Sketch(
        number=number, what=curve.what, names=(axes.get_xlabel(), axes.get_ylabel() or _first_ylabel(axes)),
        unit="°" if axes.get_xlabel().endswith(", degrees") else "",
        ticks=(_ticks(curve.dots[0], curve.dots[-1]), _ticks(low, high)),
        dots=list(curve.dots), wanted=_at(curve.dots, x, target),
        line=[(round(a, 3), round(b, 4)) for a, b in zip(x.tolist(), target.tolist(), strict=True)],
        slips=_slips(exercise, curve, x, room, (low, high)), low=low, high=high, room=room,
        step=max(size for size in ROUND if size <= room), done=exercise.done,
    )  # fmt: skip


def _drawn(exercise: Exercise, target: np.ndarray) -> tuple[Axes, np.ndarray]:
    """Where the exercise's picture shows this curve, and over what."""
    for axes in exercise.draw(None).axes:
        for line in axes.lines:
            heights = np.asarray(line.get_ydata())
            if heights.shape == target.shape and np.allclose(heights, target):
                return axes, np.asarray(line.get_xdata())
    raise ValueError(f"The picture of exercise {exercise.number} does not show the curve to draw.")


def _first_ylabel(axes: Axes) -> str:
    """The words that panels side by side have in common."""
    return axes.figure.axes[0].get_ylabel()


def _ticks(low: float, high: float) -> list[float]:
    steps = MaxNLocator(6, steps=[1, 2, 3, 5, 10]).tick_values(low, high)
    return [round(float(tick), 6) for tick in steps if low - 1e-9 <= tick <= high + 1e-9]


def _at(dots: tuple[float, ...], x: np.ndarray, heights: np.ndarray) -> list[float]:
    return [round(float(height), 4) for height in np.interp(dots, x, heights)]


def _slips(
    exercise: Exercise, curve: Curve, x: np.ndarray, room: float, ends: tuple[float, float]
) -> list[tuple[str, list[float]]]:
    """The mistakes that can be drawn on the paper and told from the curve."""
    wanted, found = np.interp(curve.dots, x, _column(exercise.target, curve)), []
    for words, wrong in exercise.slips.items():
        if OF_CODE.search(words) or wrong.shape != exercise.target.shape:
            continue
        heights = _at(curve.dots, x, _column(wrong, curve))
        fits = all(math.isfinite(height) and ends[0] <= height <= ends[1] for height in heights)
        if fits and float(np.abs(np.array(heights) - wanted).max()) > 2 * room:
            found.append((words, heights))
    return found


def _column(values: Any, curve: Curve) -> np.ndarray:
    return values.reshape(len(values), -1)[:, curve.column].numpy()
