"""Exercises of lesson 06: the scale for a wanted probability, and the least loss there is."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import call, numbers
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_WANTED = torch.linspace(0.1, 0.99, 90, dtype=torch.float64)  # 0.1 is what ten classes have at scale 0
_FEATURES = tuple((math.radians(angle), count) for angle, count in ((45, 1000), (60, 10), (45, 10), (30, 10)))


def scale_for(probability: float, angle: float, num_classes: int) -> float:
    return math.log((num_classes - 1) * probability / (1 - probability)) / math.cos(angle)


def _for_each_wish(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every probability for each feature, (90, 4)."""
    found = [call(function, p, *feature) for p in _WANTED.tolist() for feature in _FEATURES]
    return numbers(found, len(_FEATURES))


def _draw_scale_for(yours: Tensor | None) -> Picture:
    picture = curve(_WANTED, _SCALE_FOR, yours, "wanted probability p", "scale s")
    for (angle, num_classes), end in zip(_FEATURES, _SCALE_FOR[-1].tolist(), strict=True):
        name(picture, f"{math.degrees(angle):.0f}°, C = {num_classes}", (float(_WANTED[-1]), end))
    return picture


_ODDS = (_WANTED / (1 - _WANTED))[:, None]
_P, (_ANGLE, _CLASSES) = _WANTED[:, None], torch.tensor(_FEATURES, dtype=torch.float64).T
_SCALE_FOR = _for_each_wish(scale_for)
_LN = _SCALE_FOR * _ANGLE.cos()  # what is still to be divided by the cosine

SCALE_FOR = Exercise(
    number="6.1",
    stub="def scale_for(probability, angle, num_classes):\n    ...",
    hints=(
        "At 90° each of the others is e⁰ = 1. So p/(1 − p), the true class against all others, is e^{s·cos θ}/(C − 1).",
        "Bring C − 1 to the other side, take math.log, and divide by math.cos(angle).",
    ),
    solution=scale_for,
    evaluate=_for_each_wish,
    target=_SCALE_FOR,
    slips={
        "The others are C − 1: the true class is not one of them.": (_CLASSES * _ODDS).log() / _ANGLE.cos(),
        "p stands alone in yours: take p against the others' 1 − p.": ((_CLASSES - 1) * _P).log() / _ANGLE.cos(),
        "Upside down: p/(1 − p), so that the scale grows with p.": ((_CLASSES - 1) / _ODDS).log() / _ANGLE.cos(),
        "Brackets are missing: / 1 - p divides by 1 and then takes p off, so write / (1 - p).": (
            ((_CLASSES - 1) * _P - _P).log() / _ANGLE.cos()
        ),
        "C − 1 is missing: the true class stands against that many others, e⁰ = 1 each.": _ODDS.log() / _ANGLE.cos(),
        "p is missing: √2 ln(C − 1) at 45° is the scale for p = ½ alone.": (
            ((_CLASSES - 1).log() / _ANGLE.cos()).expand(_SCALE_FOR.shape)
        ),
        "That is Fixed AdaCos' scale, for 45° and p = ½ alone: divide by the cosine of the angle that is given, and "
        "put p/(1 − p) into the logarithm.": (math.sqrt(2) * (_CLASSES - 1).log()).expand(_SCALE_FOR.shape),
        "The logarithm takes C − 1 alone: put p/(1 − p) inside it too.": (_CLASSES - 1).log() * _ODDS / _ANGLE.cos(),
        "That is s·cos θ, the logit: divide by the cosine of the angle.": _LN,
        "You turned the angle, which is in radians already, into radians once more: nothing is to be converted.": (
            _LN / _ANGLE.deg2rad().cos()
        ),
        "The limit of 45° is AdaCos': here the angle is taken as it is.": (_LN / _ANGLE.clamp(max=math.pi / 4).cos()),
        "In yours an angle below 45° counts as 45°: take it as it is.": _LN / _ANGLE.clamp(min=math.pi / 4).cos(),
        "In yours the angle is 45° every time: take the one that is given.": math.sqrt(2) * _LN,
        "The sign is turned: is p/(1 − p) upside down, or C − 1 below the line?": -_SCALE_FOR,
        "C − 1 stands below the line: the true class has to outweigh that many.": (
            (_ODDS / (_CLASSES - 1)).log() / _ANGLE.cos()
        ),
        "You multiplied by the cosine: the logit is s·cos θ, so divide by it.": _LN * _ANGLE.cos(),
        "You divided by the angle: divide by its cosine.": _LN / _ANGLE,
        "That is the sine: the logit is s·cos θ, so divide by the cosine.": _LN / _ANGLE.sin(),
        "You turned the angle into degrees; math.cos wants radians, and has them.": _LN / _ANGLE.rad2deg().cos(),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _SCALE_FOR / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _SCALE_FOR / math.log(2),
        "The logarithm is missing: s·cos θ is the power of e.": (_CLASSES - 1) * _ODDS / _ANGLE.cos(),
    },
    draw=_draw_scale_for,
    done="At 45° and ten classes p = ½ needs √2 ln 9 = 3.11, which is Fixed AdaCos, and p = 0.99 needs 9.61. With a "
    "thousand classes p = ½ needs 9.77.",
)

_SCALES = torch.linspace(0, 10, 51, dtype=torch.float64)
_COUNTS = (100, 10, 3)


def floor(scale: float, num_classes: int) -> float:
    others = num_classes - 1
    return math.log(1 + others * math.exp(-scale * num_classes / others))


def _for_each_count(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every scale for each number of classes, (51, 3)."""
    return numbers([call(function, s, count) for s in _SCALES.tolist() for count in _COUNTS], 3)


def _draw_floor(yours: Tensor | None) -> Picture:
    picture = curve(_SCALES, _FLOOR, yours, "scale s", "the least loss")
    for count, start in zip(_COUNTS, _FLOOR[0].tolist(), strict=True):
        name(picture, f"C = {count}", (0, start), (-9, 0), side="right")
    picture.axes[0].set_xlim(left=-1.9)  # room for the names
    return picture


def _loss(others: Tensor, apart: Tensor | float) -> Tensor:
    """The loss with this many others, their cosine `apart` below the true class's."""
    return (others * (-_SCALES[:, None] * apart).exp() + 1).log()


_FLOOR, _C = _for_each_count(floor), torch.tensor(_COUNTS).double()
_OTHERS, _APART, _ADDED = _C - 1, _C / (_C - 1), _FLOOR.exp() - 1

FLOOR = Exercise(
    number="6.3",
    stub="def floor(scale, num_classes):\n    ...",
    hints=(
        "The true class has the logit s, each of the C − 1 others −s/(C − 1). Divide both by e^s: what is 1/P then?",
        "The difference of two logits is s·C/(C − 1), so 1/P = 1 + (C − 1)·e^{−s·C/(C − 1)}. The loss is ln of that.",
    ),
    solution=floor,
    evaluate=_for_each_count,
    target=_FLOOR,
    slips={
        "Close, but a simplex stands farther apart than 90°: at the cosine −1/(C − 1).": _loss(_OTHERS, 1),
        "The factor C − 1 is missing: all the others are in the sum.": _loss(_OTHERS / _OTHERS, _APART),
        "The others are C − 1: the true class is the 1 in the sum already.": _loss(_C, _APART),
        "That is the probability: the loss is −ln of it.": 1 / (1 + _ADDED),
        "That is ln P: a minus in front makes it the loss.": -_FLOOR,
        "That is 1/P: the loss is its logarithm.": 1 + _ADDED,
        "That is what the others add to the 1: the loss is ln(1 + that).": _ADDED,
        "The 1 is missing in the sum: the true class is part of it.": _ADDED.log(),
        "Upside down in the exponent: 1 − (−1/(C − 1)) is C/(C − 1), above 1.": _loss(_OTHERS, 1 / _APART),
        "The others' cosine is alone in the exponent: take the true class's 1 off it.": _loss(_OTHERS, 1 / _OTHERS),
        "The others' cosine is −1/(C − 1), below 0: in yours it is above.": _loss(_OTHERS, 2 - _APART),
        "The exponent's sign is turned: a larger scale leaves less loss.": _loss(_OTHERS, -_APART),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _FLOOR / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _FLOOR / math.log(2),
    },
    draw=_draw_floor,
    done="With Fixed AdaCos' scale for ten classes, 3.11, a loss of 0.251 remains however long it is trained, with "
    "s = 10 only 0.0001. Losses compare only at one scale.",
)

EXERCISES = (SCALE_FOR, FLOOR)
