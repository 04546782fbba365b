"""Exercise 8.2: at which angle ArcFace lets a digit go."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_SCALES = torch.linspace(14, 64, 51, dtype=torch.float64)  # a smaller one could not outweigh a thousand classes
_SETTINGS = ((0.5, 10, 0.5), (0.5, 10, 0.01), (0.3, 1000, 0.01))
_SCALE, (_MARGIN, _CLASSES, _MISSING) = _SCALES[:, None], torch.tensor(_SETTINGS, dtype=torch.float64).T


def lets_go(scale: float, margin: float, num_classes: int, missing: float) -> float:
    return math.acos(math.log((num_classes - 1) * (1 - missing) / missing) / scale) - margin


def _for_each_setting(function: Any) -> Tensor:
    """The reader's function at every scale in each setting, (51, 3)."""
    found = [_angle(function, scale, *setting) for scale in _SCALES.tolist() for setting in _SETTINGS]
    return numbers(found, len(_SETTINGS), "One number is wanted for each scale.")


def _angle(function: Any, *setting: float) -> Tensor:
    """One answer; NaN where math.acos raises because there is none, as torch.acos has it."""
    try:
        return call(function, *setting)
    except Slip as slip:
        beyond = ("math domain error", "expected a number in range")  # the second from Python 3.14 on
        if isinstance(slip.__cause__, ValueError) and any(words in str(slip) for words in beyond):
            return torch.tensor(math.nan, dtype=torch.float64)
        raise


def _draw_lets_go(yours: Tensor | None) -> Picture:
    target, shown = _LETS_GO.rad2deg(), None if yours is None else yours.rad2deg()
    picture = curve(_SCALES, target, shown, "scale s", "θ where 1 − P_y is as given, degrees")
    for (margin, num_classes, missing), end, rise in zip(_SETTINGS, target[-1].tolist(), (0, -5, 6), strict=True):
        name(picture, f"{missing:.0%}, m = {margin}, C = {num_classes}", (64, end), (9, rise))
    return picture


_LN = torch.log((_CLASSES - 1) * (1 - _MISSING) / _MISSING)
_THERE = _LN / _SCALE  # the cosine of θ + m
_LETS_GO = _for_each_setting(lets_go)


def _with(logarithm: Tensor) -> Tensor:
    """The angles, were this s·cos(θ + m)."""
    return torch.acos(logarithm / _SCALE) - _MARGIN


LETS_GO = Exercise(
    number="8.2",
    stub="def lets_go(scale, margin, num_classes, missing):\n    ...",
    hints=(
        "At 90° each of the others is e⁰ = 1. What is missing is their share, (C − 1)/(e^{…} + C − 1).",
        "e^{s·cos(θ + m)} is (C − 1)·(1 − missing)/missing: take math.log, divide by s, take math.acos, solve for θ.",
    ),
    solution=lets_go,
    evaluate=_for_each_setting,
    target=_LETS_GO,
    slips={
        "missing has no say in yours: that is where one half is missing.": _with((_CLASSES - 1).log().expand(51, 3)),
        "Upside down: that is where P_y is what should be missing.": _with(
            ((_CLASSES - 1) * _MISSING / (1 - _MISSING)).log()
        ),
        "missing stands alone in yours: put 1 − missing above it, the share of the true class.": _with(
            ((_CLASSES - 1) / _MISSING).log()
        ),
        "1 − missing stands alone in yours: divide it by missing, the share of the others.": _with(
            ((_CLASSES - 1) * (1 - _MISSING)).log()
        ),
        "C − 1 is missing: the others are that many, e⁰ = 1 each.": _with(((1 - _MISSING) / _MISSING).log()),
        "C − 1 stands below the line: the true class has to outweigh that many.": _with(
            ((1 - _MISSING) / _MISSING / (_CLASSES - 1)).log()
        ),
        "The others are C − 1: the true class is not one of them.": _with((_CLASSES * (1 - _MISSING) / _MISSING).log()),
        "The 1 comes off before the logarithm: ln(C − 1).": _with(
            _CLASSES.log() - 1 + ((1 - _MISSING) / _MISSING).log()
        ),
        "Brackets are missing: 1 - missing / missing divides first.": _with(((_CLASSES - 1) * 1 - 1 + 0 * _LN).log()),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _with(_LN / math.log(10)),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _with(_LN / math.log(2)),
        "You added the margin: the arccos is θ + m, so take m off it.": torch.acos(_THERE) + _MARGIN,
        "That is θ + m: the margin is still to be taken off.": torch.acos(_THERE),
        "That is CosFace's answer: ArcFace's margin is an angle, and comes off outside the arccos.": (
            torch.acos(_THERE + _MARGIN)
        ),
        "The margin stands inside the arccos: it is an angle, and comes off outside.": torch.acos(_THERE - _MARGIN),
        "The arccos is given numbers beyond 1: it takes the logarithm, divided by the scale.": _THERE * math.nan,
        "The logarithm is missing: e to what power outweighs the others?": _with(_LN.exp()),
        "That takes a cosine for its angle: one arccos is missing.": _THERE - _MARGIN,
        "You took the cosine of what is a cosine already: math.acos gives its angle.": torch.cos(_THERE) - _MARGIN,
        "That is the arcsin: the logit is a cosine, so take math.acos.": torch.asin(_THERE) - _MARGIN,
        "The sign of the logarithm is turned: s·cos(θ + m) is above 0.": _with(-_LN),
        "The angle is right, but in degrees; return radians.": _LETS_GO.rad2deg(),
        "The arccos is in degrees and the margin in radians: leave both in radians.": (
            torch.acos(_THERE).rad2deg() - _MARGIN
        ),
        "The margin is in radians already: nothing is to be converted.": torch.acos(_THERE) - _MARGIN.deg2rad(),
    },
    draw=_draw_lets_go,
    done="With m = 0.5, s = 64 and ten classes one half is missing at 59.4° and 1 % at 55.3°: within five degrees "
    "ArcFace lets go. With s = 16 the same two stand at 53.5° and 36.2°.",
)

EXERCISES = (LETS_GO,)
