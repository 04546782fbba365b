"""Exercises of lesson 05: the combined margin, and up to where CosFace is satisfied."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, one_for_each
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_MARGINS = ((1.0, 0.5, 0.0), (1.0, 0.0, 0.35), (2.0, 0.0, 0.0), (1.5, 0.4, 0.2))
_NAMES = (
    ("m₂ = 0.5", "left", 10),
    ("m₃ = 0.35", "right", -17),
    ("m₁ = 2", "right", -17),
    ("all three", "left", -17),
)
# One column a margin, each to where m1 θ + m2 is π: past that, the formula alone would rise again.
_THETA = torch.stack([torch.linspace(0, (math.pi - m2) / m1, 60, dtype=torch.float64) for m1, m2, _ in _MARGINS], 1)


def combined(theta: Tensor, m1: float, m2: float, m3: float) -> Tensor:
    return torch.cos(m1 * theta + m2) - m3


def _for_each_margin(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every angle of every margin, (60, 4)."""
    columns = [call(function, theta.clone(), *margin) for theta, margin in zip(_THETA.T, _MARGINS, strict=True)]
    return torch.stack([one_for_each(column, len(_THETA), "angles") for column in columns], dim=1)


def _evaluate_combined(answer: Any) -> Tensor:
    """As above, and past π: there the formula goes on as it stands, or mirrored, as the library's heads have it."""
    found = _for_each_margin(answer)
    if not torch.allclose(found, _COMBINED, atol=2e-3):
        return found
    for m1, m2, m3 in (_MARGINS[0], *_MARGINS[2:]):  # the second, CosFace's, does not pass π
        beyond = torch.linspace((math.pi - m2) / m1 + 0.05, math.pi, 12, dtype=torch.float64)
        yours, plain = call(answer, beyond, m1, m2, m3), combined(beyond, m1, m2, m3)
        mirrored = -2 - 2 * m3 - plain
        if any(yours.shape == right.shape and torch.allclose(yours, right, atol=2e-3) for right in (plain, mirrored)):
            continue
        if yours.shape == plain.shape and torch.allclose(yours, torch.full_like(plain, -1 - m3), atol=2e-3):
            raise Slip(
                "Right until m₁θ + m₂ is π, but flat beyond it, where a feature would feel no pull at all: the formula "
                "has no limit, so leave the clamp out."
            )
        raise Slip("Right until m₁θ + m₂ is π, but not beyond it: theta goes up to π itself, and the formula with it.")
    return found


def _draw_combined(yours: Tensor | None) -> Picture:
    picture = curve(torch.rad2deg(_THETA), _for_each_margin(combined), yours, "θ, degrees", "cos(m₁θ + m₂) − m₃")
    for (words, side, rise), turn, end in zip(
        _NAMES, torch.rad2deg(_THETA[-1]), _for_each_margin(combined)[-1], strict=True
    ):
        name(picture, words, (float(turn), float(end)), (0, rise), side=side)
    return picture


_COMBINED = _for_each_margin(combined)

COMBINED = Exercise(
    number="5.1",
    stub="def combined(theta, m1, m2, m3):\n    ...",
    hints=(
        "From the inside out: stretch the angle by m1, add m2 to it, take the cosine, take m3 off.",
        "It is one line with torch.cos: theta is a tensor in radians, the margins are plain numbers.",
    ),
    solution=combined,
    evaluate=_evaluate_combined,
    target=_COMBINED,
    slips={
        "m3 is added, which makes the task easier: a margin makes the true logit smaller.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2) + m3
        ),
        "m1 multiplies m2 as well: stretch the angle first, then add m2.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * (theta + m2)) - m3
        ),
        "m2 stands outside the cosine: it is an angle, and belongs inside.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta) + m2 - m3
        ),
        "m2 is taken off outside the cosine: it is an angle, added inside.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m2 - m3
        ),
        "m3 stands inside the cosine: it is taken off the cosine, outside.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2 - m3)
        ),
        "m3 is added inside the cosine: it is taken off the cosine, outside.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2 + m3)
        ),
        "m2 and m3 are exchanged: m2 is added to the angle, m3 is taken off the cosine.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + m3) - m2
        ),
        "m1 stands outside the cosine: it stretches the angle, not the logit.": _for_each_margin(
            lambda theta, m1, m2, m3: m1 * torch.cos(theta + m2) - m3
        ),
        "m2 is taken off the angle, which makes it smaller and the task easier; a margin is added to it.": (
            _for_each_margin(lambda theta, m1, m2, m3: torch.cos(m1 * theta - m2) - m3)
        ),
        "You turned the angle into degrees; torch.cos wants radians, and theta has them already.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(torch.rad2deg(m1 * theta + m2)) - m3
        ),
        "theta and m2 are in radians already: nothing is to be converted.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(torch.deg2rad(m1 * theta + m2)) - m3
        ),
        "m2 is in radians already: nothing is to be converted.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + math.radians(m2)) - m3
        ),
        "m1 divides the angle in yours: it stretches it.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(theta / m1 + m2) - m3
        ),
        "The cosine is raised to the power m1: it stretches the angle.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(theta + m2) ** m1 - m3
        ),
        "That is the sine: the curve is a cosine's.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.sin(m1 * theta + m2) - m3
        ),
        "The sign is turned: a small angle gives a large logit.": _for_each_margin(
            lambda theta, m1, m2, m3: -torch.cos(m1 * theta + m2) + m3
        ),
        "m1 is missing: it stretches the angle.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(theta + m2) - m3
        ),
        "m2 is missing: it is added to the angle.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m3
        ),
        "m3 is missing: it is taken off the cosine.": _for_each_margin(
            lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2)
        ),
    },
    draw=_draw_combined,
    done="SphereFace with 2 is (2, 0, 0), CosFace with 0.35 is (1, 0, 0.35), ArcFace with 0.5 is (1, 0.5, 0). "
    "Only the curve with m₁ alone begins at 1: a stretched angle asks nothing more of a feature at θ = 0, m₂ and "
    "m₃ do.",
)

_APARTS = (math.radians(36), math.radians(60))  # neighbours on a circle of ten classes, and of six
_UP_TO_THE_CEILING = torch.stack([torch.linspace(0, 1 - math.cos(apart), 60, dtype=torch.float64) for apart in _APARTS])


def cosface_edge(apart: float, margin: float) -> float:
    return apart / 2 - math.asin(margin / (2 * math.sin(apart / 2)))


def _for_both_circles(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every margin of both circles, (60, 2)."""
    columns = [_edges(function, apart, margins) for apart, margins in zip(_APARTS, _UP_TO_THE_CEILING, strict=True)]
    return torch.stack(columns, dim=1)


def _edges(function: Any, apart: float, margins: Tensor) -> Tensor:
    edges = [call(function, apart, margin) for margin in margins.tolist()]
    if any(edge.numel() != 1 for edge in edges):
        raise Slip("One number is wanted for each margin.")
    return torch.stack([edge.reshape(()) for edge in edges])


def _draw_edge(yours: Tensor | None) -> Picture:
    shown = None if yours is None else torch.rad2deg(yours)
    target = torch.rad2deg(_for_both_circles(cosface_edge))
    picture = curve(_UP_TO_THE_CEILING.T, target, shown, "margin m", "edge, degrees from its weight")
    for apart in _APARTS:
        name(picture, f"weights\n{math.degrees(apart):.0f}° apart", (1 - math.cos(apart), 0), (0, -32), side="center")
    return picture


EDGE = Exercise(
    number="5.2",
    stub="def cosface_edge(apart, margin):\n    ...",
    hints=(
        "Bring both cosines to one side: cos θ − cos(apart − θ) = margin. Their difference is a product of sines.",
        "cos θ − cos(apart − θ) = 2 sin(apart/2) sin(apart/2 − θ). Divide, take math.asin, and solve for θ.",
    ),
    solution=cosface_edge,
    evaluate=_for_both_circles,
    target=_for_both_circles(cosface_edge),
    slips={
        "That is half of the way, where both cosines are equal: the margin is still missing.": _for_both_circles(
            lambda apart, margin: apart / 2
        ),
        "That is ArcFace's edge: there the margin is an angle, here it comes off a cosine.": _for_both_circles(
            lambda apart, margin: (apart - margin) / 2
        ),
        "A margin in cosine is no angle: it cannot be taken off half of apart as it is.": _for_both_circles(
            lambda apart, margin: apart / 2 - margin
        ),
        "The sine is m alone in yours: divide m by 2 sin(apart/2) first.": _for_both_circles(
            lambda apart, margin: apart / 2 - math.asin(margin)
        ),
        "The sine is m/2 in yours: divide by sin(apart/2) too.": _for_both_circles(
            lambda apart, margin: apart / 2 - math.asin(margin / 2)
        ),
        "A factor 2 is missing: the product is 2 sin(apart/2) sin(apart/2 − θ).": _for_both_circles(
            lambda apart, margin: apart / 2 - math.asin(margin / math.sin(apart / 2))
        ),
        "The sine you divide by is that of half of apart.": _for_both_circles(
            lambda apart, margin: apart / 2 - math.asin(margin / (2 * math.sin(apart)))
        ),
        "That takes a sine for its angle: one arcsin is missing.": _for_both_circles(
            lambda apart, margin: apart / 2 - margin / (2 * math.sin(apart / 2))
        ),
        "That is how far the edge stands from the boundary; wanted is how far from its own weight.": (
            _for_both_circles(lambda apart, margin: math.asin(margin / (2 * math.sin(apart / 2))))
        ),
        "The edge is on the far side of the boundary: a margin brings it nearer to its own weight.": (
            _for_both_circles(lambda apart, margin: apart - cosface_edge(apart, margin))
        ),
        "The other cosine moves as well: it is cos(apart − θ), and cos(apart) only at θ = 0.": _for_both_circles(
            lambda apart, margin: math.acos(min(1.0, math.cos(apart) + margin))
        ),
        "apart is in radians already: nothing is to be converted.": _for_both_circles(
            lambda apart, margin: math.radians(apart) / 2 - math.asin(margin / (2 * math.sin(apart / 2)))
        ),
        "The sign is turned: that is how much the margin takes, less half of apart.": _for_both_circles(
            lambda apart, margin: -cosface_edge(apart, margin)
        ),
        "That is the arccos: the difference of the cosines is a product of sines.": _for_both_circles(
            lambda apart, margin: apart / 2 - math.acos(margin / (2 * math.sin(apart / 2)))
        ),
        "The half of apart is missing: the product has sin(apart/2 − θ).": _for_both_circles(
            lambda apart, margin: apart - math.asin(margin / (2 * math.sin(apart / 2)))
        ),
        "The angle is right, but in degrees; return radians.": _for_both_circles(
            lambda apart, margin: math.degrees(cosface_edge(apart, margin))
        ),
    },
    draw=_draw_edge,
    done="Each edge begins half-way and reaches 0° at m = 1 − cos(apart), 0.191 for 36°: there only the weight's own "
    "direction is right enough.",
)

EXERCISES = (COMBINED, EDGE)
