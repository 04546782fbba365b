"""Exercises of lesson 11: a loss low in the wrong place, a margin without room, cosines in few bits."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import call, numbers
from lessons_lib.exercises.drawing import curve, dots, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import FAINT, SOFT, Picture

_OF_A_HEAD = 1e-2  # a head in float32 keeps its angles a little away from 0 and π, and multiplies by s what that makes
_DASHED = {"color": SOFT, "linewidth": 1, "dashes": (5, 3), "zorder": 1}
_SCALES, _MARGINS, _CLASSES = torch.arange(1, 65).double(), torch.tensor([0.2, 0.5], dtype=torch.float64), 10


def false_optimum(scale: float, margin: float, num_classes: int) -> float:
    return math.log(1 + (num_classes - 1) * math.exp(-scale * (1 - math.cos(margin))))


def _at_each_scale(function: Any) -> Tensor:
    """The reader's function at every scale for both margins, (64, 2)."""
    settings = torch.cartesian_prod(_SCALES, _MARGINS).tolist()
    return numbers([call(function, scale, margin, _CLASSES) for scale, margin in settings], 2)


def _draw_false_optimum(yours: Tensor | None) -> Picture:
    picture = curve(_SCALES, _FALSE_OPTIMUM, yours, "scale s", "loss")
    for margin, end in zip(_MARGINS.tolist(), _FALSE_OPTIMUM[-1].tolist(), strict=True):
        name(picture, f"m = {margin}", (64, end))
    picture.axes[0].axhline(math.log(_CLASSES), **_DASHED)
    name(picture, "ln C, by guessing", (64, math.log(_CLASSES)), (-90, 9))
    return picture


_FALSE_OPTIMUM, _S, _COS = _at_each_scale(false_optimum), _SCALES[:, None], _MARGINS.cos()


def _against(apart: Tensor, others: int = _CLASSES - 1) -> Tensor:
    """The loss with this many others, each one's logit s·`apart` above the true class's."""
    return (1 + others * (_S * apart).exp()).log()


_ADDED = _FALSE_OPTIMUM.exp() - 1

FALSE_OPTIMUM = Exercise(
    number="11.1",
    stub="def false_optimum(scale, margin, num_classes):\n    ...",
    hints=(
        "Each of the C − 1 others has the logit s·cos π = −s, the true class s·cos(π + m). What is cos(π + m)?",
        "The others lie s·(1 − cos m) below −s·cos m, so 1/P = 1 + (C − 1)·e^{−s(1 − cos m)}. The loss is ln of that.",
    ),
    solution=false_optimum,
    evaluate=_at_each_scale,
    target=_FALSE_OPTIMUM,
    slips={
        "In yours the true class is at θ = 0, with cos m: at θ = π it has cos(π + m) = −cos m.": _against(-1 - _COS),
        "That is the mirrored −2 + cos m, or the exponent's sign is turned. Unguarded, the true class has −cos m, "
        "above the others' −1.": _against(1 - _COS),
        "The others are C − 1: the true class is the 1 in the sum already.": _against(_COS - 1, _CLASSES),
        "The factor C − 1 is missing: all the others are in the sum.": _against(_COS - 1, 1),
        "The margin has no effect in yours, so all logits are equal: add it to the true class's angle alone.": (
            _against(0 * _COS)
        ),
        "The scale is missing: every cosine is multiplied by it.": (
            (1 + (_CLASSES - 1) * (_COS - 1).exp()).log().expand(len(_SCALES), 2)
        ),
        "That is CosFace: ArcFace adds the margin to the angle, cos(π + m).": _against(_MARGINS),
        "The margin comes off the angle in radians, not off the cosine: cos(π + m), not −1 + m.": _against(-_MARGINS),
        "The others stand opposite as well: their cosine is −1, not 0.": _against(_COS),
        "The others stand opposite as well: their cosine is −1, not 1.": _against(1 + _COS),
        "2s lies between a true class opposite and one other at θ = 0: here the others stand opposite as well, and the "
        "loss is a logarithm.": (2 * _S).expand(len(_SCALES), 2),
        "The true logit stands alone in the exponent: take it off the others' −s.": _against(-_COS),
        "That is the sine: cos(π + m) is −cos m.": _against(_MARGINS.sin() - 1),
        "The margin is in radians already: nothing is to be converted.": _against(_MARGINS.deg2rad().cos() - 1),
        "That is the probability: the loss is −ln of it.": 1 / (1 + _ADDED),
        "That is ln P: a minus in front makes it the loss.": -_FALSE_OPTIMUM,
        "That is 1/P: the loss is its logarithm.": 1 + _ADDED,
        "That is what the others add to the 1: the loss is ln(1 + that).": _ADDED,
        "The 1 is missing in the sum: the true class is part of it.": _ADDED.log(),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _FALSE_OPTIMUM / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _FALSE_OPTIMUM / math.log(2),
    },
    draw=_draw_false_optimum,
    done="With s = 30 and m = 0.5 it is 0.21. Ten classes that stand evenly around a circle, each feature exactly on "
    "its class weight, have 0.23: the loss likes the wrong place better.",
    tolerance=_OF_A_HEAD,
)

_WISHES, _STRENGTHS, _CEILING = torch.linspace(0, 1, 51, dtype=torch.float64), (4.0, 16.0), 2 * math.pi / _CLASSES


def perfect_loss(margin: float, scale: float, num_classes: int) -> float:
    others = [math.cos(2 * math.pi * k / num_classes) for k in range(1, num_classes)]
    return math.log(1 + sum(math.exp(scale * (other - math.cos(margin))) for other in others))


def _at_each_margin(function: Any) -> Tensor:
    """The reader's function at every margin for both scales, (51, 2)."""
    return numbers([call(function, m, s, _CLASSES) for m in _WISHES.tolist() for s in _STRENGTHS], 2)


def _draw_perfect_loss(yours: Tensor | None) -> Picture:
    picture = curve(_WISHES, _PERFECT_LOSS, yours, "margin m, radians", "loss")
    for scale, end in zip(_STRENGTHS, _PERFECT_LOSS[-1].tolist(), strict=True):
        name(picture, f"s = {scale:.0f}", (1, end))
    axes = picture.axes[0]
    axes.axvline(_CEILING, **_DASHED)
    name(picture, f"the ceiling, 2π/C = {_CEILING:.3f}", (_CEILING, axes.get_ylim()[1]), (-127, -8))
    return picture


_PERFECT_LOSS, _GROWN = _at_each_margin(perfect_loss), torch.tensor(_STRENGTHS).double()
_TURNS, _M = _CEILING * torch.arange(1, _CLASSES).double(), _WISHES[:, None, None]  # the others come last, (51, 2, 9)


def _beside(others: Tensor, own: Tensor, scale: Tensor = _GROWN, more: Tensor | int = 1) -> Tensor:
    """The loss with these cosines of the others (…, k) and of the true class, and `more` for it in the sum."""
    return (more + (scale[:, None] * (others - own)).exp().sum(dim=-1)).log().expand(len(_WISHES), 2)


_CIRCLE, _OWN = _TURNS.cos(), _M.cos()
_NEAREST, _REST = _CIRCLE[[0, -1]], _PERFECT_LOSS.exp() - 1
_UNMOVED = (_GROWN * (1 - _WISHES[:, None].cos())).exp()  # the own class at cosine 1, against the one with its margin

PERFECT_LOSS = Exercise(
    number="11.2",
    stub="def perfect_loss(margin, scale, num_classes):\n    ...",
    hints=(
        "The feature is at 0 from its own class weight, at 2πk/C from the others, k = 1 … C − 1. Which are the logits?",
        "s·cos m and s·cos(2πk/C). The loss is ln(1 + Σ e^{s(cos(2πk/C) − cos m)}); k runs over range(1, num_classes).",
    ),
    solution=perfect_loss,
    evaluate=_at_each_margin,
    target=_PERFECT_LOSS,
    slips={
        "Those are the two nearest alone. At s = 16 nobody sees the difference, at s = 4 the others count.": (
            _beside(_NEAREST, _OWN)
        ),
        "That is one neighbour: there is one on either side, and all the others.": _beside(_CIRCLE[:1], _OWN),
        "One of the two nearest is missing: k runs from 1 to C − 1, which is range(1, num_classes).": (
            _beside(_CIRCLE[1:], _OWN)
        ),
        "The own class counts twice: k = 0, which is k = C as well, is not one of the others.": (
            _beside(_CIRCLE, _OWN, more=1 + _UNMOVED)
        ),
        "In the sum the own class stands without its margin: there, too, it has s·cos m.": (
            _beside(_CIRCLE, _OWN, more=_UNMOVED)
        ),
        "The margin is added to every angle in yours: add it to the true class's alone.": (
            _beside((_TURNS + _M).cos(), _OWN)
        ),
        "The margin has no effect in yours: the true class's cosine is cos m, with m in radians as it is.": (
            _beside(_CIRCLE, _OWN[:1])
        ),
        "The scale is missing: every cosine is multiplied by it.": _beside(_CIRCLE, _OWN, _GROWN / _GROWN),
        "The scale multiplies the true cosine alone: the others' logits have it too.": (
            _beside(_CIRCLE / _GROWN[:, None], _OWN)
        ),
        "The scale multiplies the others alone: the true logit has it too.": _beside(_CIRCLE, _OWN / _GROWN[:, None]),
        "That has all others at 90°: on a circle there is no room for that.": _beside(0 * _CIRCLE, _OWN),
        "That has all others at one place, beside the feature: they stand at 2πk/C.": (
            _beside(_CIRCLE[:1].expand(_CLASSES - 1), _OWN)
        ),
        "That has all others at −1/(C − 1), a simplex: on a circle there is no room for that.": (
            _beside(torch.full_like(_CIRCLE, -1 / (_CLASSES - 1)), _OWN)
        ),
        "Yours go round half the circle: a whole turn is 2π.": _beside((_TURNS / 2).cos(), _OWN),
        "math.cos takes radians: weight k stands at 2πk/C.": _beside(_TURNS.rad2deg().cos(), _OWN),
        "That is CosFace: ArcFace adds the margin to the angle, cos(0 + m).": _beside(_CIRCLE, 1 - _M),
        "The exponent's sign is turned: the others' cosines, less the true class's.": (
            _beside(_CIRCLE, _OWN, scale=-_GROWN)
        ),
        "The others are averaged in yours: add them up.": (1 + _REST / (_CLASSES - 1)).log(),
        "That is the probability: the loss is −ln of it.": 1 / (1 + _REST),
        "That is ln P: a minus in front makes it the loss.": -_PERFECT_LOSS,
        "That is 1/P: the loss is its logarithm.": 1 + _REST,
        "That is what the others add to the 1: the loss is ln(1 + that).": _REST,
        "The 1 is missing in the sum: the true class is part of it.": _REST.log(),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _PERFECT_LOSS / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _PERFECT_LOSS / math.log(2),
    },
    draw=_draw_perfect_loss,
    done="At the ceiling both neighbours' logits equal the own class's: with s = 16 the loss is 1.10, a trace above "
    "ln 3, for a feature that could not stand better. At m = 1 it is 5.00.",
    tolerance=_OF_A_HEAD,
)

_BITS = torch.arange(4, 25)
_FORMATS = {"bfloat16": 8, "float16": 11, "float32": 24}


def smallest_angle(bits: int) -> float:
    return math.acos(1 - 2**-bits)


def _for_each_format(function: Any) -> Tensor:
    return numbers([call(function, bits) for bits in _BITS.tolist()], 1).flatten()


def _draw_smallest_angle(yours: Tensor | None) -> Picture:
    target, shown = _SMALLEST.rad2deg(), None if yours is None else yours.rad2deg()
    picture = curve(_BITS, target, shown, "bits", "smallest angle, degrees", logarithmic=True)
    dots(picture, _BITS, target, shown)
    axes = picture.axes[0]
    axes.set_xticks(range(4, 25, 4))
    axes.set_yticks([100, 10, 1, 0.1, 0.01, 0.001], ["100", "10", "1", "0.1", "0.01", "0.001"])
    for words, bits in _FORMATS.items():
        place = bits, float(target[bits - 4])
        axes.plot(*place, "o", color=FAINT, markeredgecolor=SOFT, markersize=11, zorder=2.5)
        name(picture, words, place, (5, 12))
    return picture


_SMALLEST, _STEP = _for_each_format(smallest_angle), 2.0 ** -_BITS.double()

SMALLEST_ANGLE = Exercise(
    number="11.3",
    stub="def smallest_angle(bits):\n    ...",
    hints=(
        "At the angle 0 the cosine is 1. Which is the largest number below it, and which angle has that cosine?",
        "The number is 1 - 2**-bits, and math.acos gives the angle.",
    ),
    solution=smallest_angle,
    evaluate=_for_each_format,
    target=_SMALLEST,
    slips={
        "The angle is right, but in degrees; return radians.": _SMALLEST.rad2deg(),
        "That is the step above 1: below it the numbers stand twice as close, 2^−bits apart.": (1 - 2 * _STEP).acos(),
        "That is half a step, where rounding to 1 begins: the next number is a whole one below.": (
            (1 - _STEP / 2).acos()
        ),
        "That is how far the cosine is below 1: which angle has it?": _STEP,
        "That is the cosine: one arccos is missing.": 1 - _STEP,
        "That takes 2^−bits for the cosine: it is 1 − 2^−bits.": _STEP.acos(),
        "That is the arcsin: at the angle 0 the cosine is 1, so take math.acos.": (1 - _STEP).asin(),
        "You took the cosine of what is a cosine already: math.acos gives its angle.": (1 - _STEP).cos(),
        "A 2 is missing under the root: near 0 the cosine is 1 − θ²/2.": _STEP.sqrt(),
        "Very nearly: 1 − θ²/2 holds for small angles, and 4 bits are too few for that. math.acos is right for all.": (
            (2 * _STEP).sqrt()
        ),
        "That is half of the angle: 1 − cos θ is 2 sin²(θ/2).": _SMALLEST / 2,
        "Those are decimal digits: a step is 2^−bits.": (1 - 10.0 ** -_BITS.double()).acos(),
    },
    draw=_draw_smallest_angle,
    done="No cosine in bfloat16 stands for an angle between 0° and 5.1°; in float16 none below 1.8°, in float32 none "
    "below 0.02°.",
    tolerance=1e-9,  # the smallest is a three-thousandth
)

EXERCISES = (FALSE_OPTIMUM, PERFECT_LOSS, SMALLEST_ANGLE)
