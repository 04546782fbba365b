"""Exercise 5.4: what the popular code's gradient leaves out."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import call, one_for_each
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_TWO_MARGINS = (0.2, 0.5)
# To one degree before 180° − m: at the end itself the factor is 0, and one upside down would be infinite.
_ASIDE = torch.stack(
    [torch.linspace(math.radians(5), math.pi - m - math.radians(1), 90, dtype=torch.float64) for m in _TWO_MARGINS], 1
)


def factor(theta: Tensor, margin: float) -> Tensor:
    return torch.sin(theta + margin) / torch.sin(theta)


def _for_both_margins(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every angle of both margins, (90, 2)."""
    columns = [call(function, theta.clone(), margin) for theta, margin in zip(_ASIDE.T, _TWO_MARGINS, strict=True)]
    return torch.stack([one_for_each(column, len(_ASIDE), "angles") for column in columns], dim=1)


def _draw_factor(yours: Tensor | None) -> Picture:
    target = _for_both_margins(factor)
    picture = curve(torch.rad2deg(_ASIDE), target, yours, "θ, degrees", "true gradient ÷ the popular code's")
    for margin, ends, rise in zip(_TWO_MARGINS, torch.rad2deg(_ASIDE[-1]).tolist(), (14, -14), strict=True):
        name(picture, f"m = {margin}", (ends, 0), (0, rise), side="center")
    return picture


FACTOR = Exercise(
    number="5.4",
    stub="def factor(theta, margin):\n    ...",
    hints=(
        "Both gradients are by cos θ, and both curves are functions of θ: that is the chain rule.",
        "Divide the derivative of cos(θ + m) by θ by the derivative of cos θ by θ.",
    ),
    solution=factor,
    evaluate=_for_both_margins,
    target=_for_both_margins(factor),
    slips={
        "Upside down: the derivative of cos(θ + m) goes on top.": _for_both_margins(
            lambda theta, margin: torch.sin(theta) / torch.sin(theta + margin)
        ),
        "That is the ratio of the two cosines; wanted is the ratio of their derivatives.": _for_both_margins(
            lambda theta, margin: torch.cos(theta + margin) / torch.cos(theta)
        ),
        "That is the derivative by θ, up to its sign; by cos θ, it is still to be divided by that of cos θ.": (
            _for_both_margins(lambda theta, margin: torch.sin(theta + margin))
        ),
        "That is the derivative by θ; by cos θ, it is still to be divided by that of cos θ, −sin θ.": (
            _for_both_margins(lambda theta, margin: -torch.sin(theta + margin))
        ),
        "The sign is turned: both derivatives have a minus, and the two cancel.": _for_both_margins(
            lambda theta, margin: -torch.sin(theta + margin) / torch.sin(theta)
        ),
        "That is the difference of the two slopes; wanted is how many times one is as long as the other.": (
            _for_both_margins(lambda theta, margin: torch.sin(theta + margin) - torch.sin(theta))
        ),
        "sin(θ + m) is not sin θ + sin m.": _for_both_margins(
            lambda theta, margin: (torch.sin(theta) + math.sin(margin)) / torch.sin(theta)
        ),
        "theta and margin are in radians already: nothing is to be converted.": _for_both_margins(
            lambda theta, margin: torch.sin(torch.deg2rad(theta + margin)) / torch.sin(torch.deg2rad(theta))
        ),
        "margin is in radians already: nothing is to be converted.": _for_both_margins(
            lambda theta, margin: torch.sin(theta + math.radians(margin)) / torch.sin(theta)
        ),
    },
    draw=_draw_factor,
    done="With m = 0.5 the true gradient is 6.4 times as long at 5°, just as long at (180° − m)/2 = 75.7°, and shorter "
    "beyond; at 180° − m it is gone.",
)


EXERCISES = (FACTOR,)
