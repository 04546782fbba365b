"""Exercises of lesson 00: radians and the angle between two vectors."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import call, number, numbers
from lessons_lib.exercises.drawing import curve, directions
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_MARGIN = 0.5


def _evaluate_degrees(answer: Any) -> Tensor:
    return numbers([number(answer)], 1, "One number is wanted.").reshape(())


def _draw_degrees(yours: Tensor | None) -> Picture:
    drawn = None if yours is None else [math.radians(float(yours))]
    return directions([(0.0, "0°"), (math.pi / 2, "90°")], [_MARGIN], drawn, "an angle of 0.5")


DEGREES = Exercise(
    number="0.1",
    stub="margin_in_degrees = ...",
    hints=(
        "Half a turn is 180°, and it is π radians.",
        "Multiply by 180 and divide by π: math.pi, or use math.degrees.",
    ),
    solution="margin_in_degrees = math.degrees(0.5)",
    evaluate=_evaluate_degrees,
    target=torch.tensor(math.degrees(_MARGIN), dtype=torch.float64),
    slips={
        "That is still in radians.": torch.tensor(_MARGIN, dtype=torch.float64),
        "You went from degrees to radians; it is the other way round.": torch.tensor(
            math.radians(_MARGIN), dtype=torch.float64
        ),
        "Half a turn is π radians, not 1: divide by π too.": torch.tensor(_MARGIN * 180, dtype=torch.float64),
        "Half a turn is π, not 2π: multiply by 180 and divide by π.": torch.tensor(
            _MARGIN * 90 / math.pi, dtype=torch.float64
        ),
        "That is the margin as a part of a half turn: multiply by 180.": torch.tensor(
            _MARGIN / math.pi, dtype=torch.float64
        ),
        "The cosine belongs to a logit: here only the unit changes.": torch.tensor(
            math.cos(_MARGIN), dtype=torch.float64
        ),
        "A whole turn is 2π radians: 360/(2π), or 180/π.": torch.tensor(_MARGIN * 360 / math.pi, dtype=torch.float64),
    },
    draw=_draw_degrees,
    tolerance=0.05,  # 28.6 will do
    done="0.5 rad is 28.65°. A library that writes its margin as 28.6 means degrees; this course never does.",
)

# Many pairs: b turned to either side of a, a in every direction, both of any length.
_TURNS = torch.linspace(-3.09, 3.09, 60, dtype=torch.float64)
_STARTS, _LENGTH_A, _LENGTH_B = (torch.arange(60).double() * step for step in (2.4, 0.37, 0.61))
_LENGTH_A, _LENGTH_B = 0.4 + _LENGTH_A % 3, 0.3 + _LENGTH_B % 2


def _toward(angles: Tensor) -> Tensor:
    return torch.stack([angles.cos(), angles.sin()], dim=1)


_FIXED, _TURNED = _LENGTH_A[:, None] * _toward(_STARTS), _LENGTH_B[:, None] * _toward(_STARTS + _TURNS)


def angle(a: Tensor, b: Tensor) -> Tensor:
    return torch.acos(a @ b / (a.norm() * b.norm()))


def _for_each_pair(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, for every pair, (60,)."""
    found = [call(function, a, b) for a, b in zip(_FIXED, _TURNED, strict=True)]
    return numbers(found, 1, "One number is wanted for each pair.").flatten()


def _draw_angle(yours: Tensor | None) -> Picture:
    return curve(torch.rad2deg(_TURNS), _ANGLES, yours, "b turned away from a, degrees", "angle(a, b), radians")


def _counted(vector: Tensor) -> Tensor:
    """The direction of one vector, from −π to π."""
    return torch.atan2(vector[1], vector[0])


_ANGLES = _for_each_pair(angle)
_COS, _BETWEEN = _ANGLES.cos(), _for_each_pair(lambda a, b: _counted(b) - _counted(a))

ANGLE = Exercise(
    number="0.2",
    stub="def angle(a, b):\n    ...",
    hints=("a·b = ‖a‖‖b‖cos θ. Solve for θ.", "a @ b is the dot product, a.norm() the length, torch.acos the arccos."),
    solution=angle,
    evaluate=_for_each_pair,
    target=_ANGLES,
    slips={
        "That is the cosine of the angle: one arccos is missing.": _COS,
        "The angle is right, but in degrees; this course uses radians.": torch.rad2deg(_ANGLES),
        "That is the dot product: divide by both lengths, then take the arccos.": _for_each_pair(lambda a, b: a @ b),
        "The arccos of a plain dot product is no angle: divide by both lengths first.": _for_each_pair(
            lambda a, b: torch.acos(a @ b)
        ),
        "Only a has been divided by its length: both lengths belong in.": _for_each_pair(
            lambda a, b: torch.acos(a @ b / a.norm())
        ),
        "Only b has been divided by its length: both lengths belong in.": _for_each_pair(
            lambda a, b: torch.acos(a @ b / b.norm())
        ),
        "You divided by squared lengths: ‖a‖‖b‖ is wanted, each length once.": _for_each_pair(
            lambda a, b: torch.acos(a @ b / (a @ a * (b @ b)))
        ),
        "Brackets are missing: / ‖a‖ * ‖b‖ divides by the first and multiplies by the second.": _for_each_pair(
            lambda a, b: torch.acos(a @ b / a.norm() * b.norm())
        ),
        "The difference of two directions jumps by a whole turn, 349° in place of 11°, and it has a sign. The angle "
        "between two vectors has neither.": _BETWEEN,
        "The difference of two directions jumps by a whole turn, 349° in place of 11°, and it has a sign, the wrong "
        "way round besides. The angle between two vectors has neither.": -_BETWEEN,
        "The difference of two directions jumps by a whole turn: 349° apart is 11° apart.": _BETWEEN.abs(),
        "The difference of two directions goes up to a whole turn: beyond half of one, go the other way round.": (
            torch.remainder(_BETWEEN, 2 * math.pi)
        ),
        "Yours has a sign, which tells on which side b stands. The angle between two vectors has none: from 0 to π.": (
            _ANGLES * _TURNS.sign()
        ),
        "Yours has a sign, the wrong way round besides: the angle between two vectors is from 0 to π.": (
            -_ANGLES * _TURNS.sign()
        ),
        "Yours never goes past 90°: neither an arcsin nor the cosine without its sign tells 60° from 120°.": torch.asin(
            _ANGLES.sin()
        ),
        "That is the sine's arcsin, with a sign: take the arccos of the cosine.": torch.asin(_TURNS.sin()),
        "That is the distance between the two unit vectors, the straight way: wanted is the angle.": (
            2 * torch.sin(_ANGLES / 2)
        ),
        "That is the distance between a and b: wanted is the angle, in which lengths have no say.": _for_each_pair(
            lambda a, b: (a - b).norm()
        ),
        "That is 1 − cos θ: wanted is θ.": 1 - _COS,
        "That is the angle as a part of half a turn: multiply by π.": _ANGLES / math.pi,
        "That is what is missing to half a turn, π − θ: is there a minus too many?": math.pi - _ANGLES,
    },
    draw=_draw_angle,
    done="The lengths have dropped out, and so has the side on which b stands: an angle knows nothing of them.",
)

EXERCISES = (DEGREES, ANGLE)
