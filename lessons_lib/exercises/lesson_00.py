"""Exercises of lesson 00: radians and the angle between two vectors."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.drawing import curve, directions
from lessons_lib.exercises.exercise import Exercise, call, number
from lessons_lib.figures.style import Picture

_MARGIN = 0.5


def _evaluate_degrees(answer: Any) -> Tensor:
    return number(answer)


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
        "A whole turn is 2π radians: 360/(2π), or 180/π.": torch.tensor(_MARGIN * 360 / math.pi, dtype=torch.float64),
    },
    draw=_draw_degrees,
    done="0.5 rad is 28.65°. A library that writes its margin as 28.6 means degrees; this course never does.",
)

_TURNS = torch.linspace(0.05, math.pi - 0.05, 60, dtype=torch.float64)
_FIXED = torch.tensor([3.0, 0.0], dtype=torch.float64)
_TURNED = 2 * torch.stack([_TURNS.cos(), _TURNS.sin()], dim=1)


def angle(a: Tensor, b: Tensor) -> Tensor:
    return torch.acos(a @ b / (a.norm() * b.norm()))


def _evaluate_angle(answer: Any) -> Tensor:
    return torch.stack([call(answer, _FIXED, turned).squeeze() for turned in _TURNED])


def _draw_angle(yours: Tensor | None) -> Picture:
    return curve(torch.rad2deg(_TURNS), _TURNS, yours, "b turned away from a, degrees", "angle(a, b), radians")


ANGLE = Exercise(
    number="0.2",
    stub="def angle(a, b):\n    ...",
    hints=("a·b = ‖a‖‖b‖cos θ. Solve for θ.", "a @ b is the dot product, a.norm() the length, torch.acos the arccos."),
    solution=angle,
    evaluate=_evaluate_angle,
    target=_TURNS,
    slips={
        "That is the cosine of the angle: one arccos is missing.": _TURNS.cos(),
        "The angle is right, but in degrees; this course uses radians.": torch.rad2deg(_TURNS),
        "That is the dot product: divide by both lengths, then take the arccos.": 6 * _TURNS.cos(),
        "The arccos of a plain dot product is no angle: divide by both lengths first.": torch.acos(6 * _TURNS.cos()),
        "Only one of the two vectors has been divided by its length.": torch.acos(2 * _TURNS.cos()),
        "Only one of the two vectors has been divided by its length: both lengths belong in.": torch.acos(
            3 * _TURNS.cos()
        ),
    },
    draw=_draw_angle,
    done="The lengths 3 and 2 have dropped out: an angle knows nothing of them.",
)

EXERCISES = (DEGREES, ANGLE)
