"""Exercise 10.4: how many draws are enough?"""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, number, numbers
from lessons_lib.exercises.drawing import name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_PILOT = torch.tensor([[94.1, 95.8, 92.3, 94.6], [93.3, 96.1, 91.7, 94.5]], dtype=torch.float64)  # as in the lesson
_AHEAD = _PILOT[0] - _PILOT[1]
_MEAN, _SPREAD, _MOST = float(_AHEAD.mean()), float(_AHEAD.std()), 20


def _half(draws: float) -> float:
    """Half of the interval after so many draws, in points."""
    return 2 * _SPREAD / math.sqrt(draws)


_ENOUGH = math.ceil((2 * _SPREAD / _MEAN) ** 2)


def _whole_draws(answer: Any) -> Tensor:
    draws = float(numbers([number(answer)], 1, "One number is wanted."))
    if not math.isfinite(draws) or draws < 1:
        raise Slip("A number of draws is wanted, one or more.")
    if draws != math.floor(draws) and math.ceil(draws) == _ENOUGH:
        raise Slip("Nearly: there is no part of a draw, so round up.")
    return torch.tensor(float(math.ceil(draws)), dtype=torch.float64)


def _evaluate_draws(answer: Any) -> Tensor:
    draws = _whole_draws(answer)
    if draws == _ENOUGH or any(torch.equal(draws, slip) for slip in DRAWS.slips.values()):
        return draws
    if draws > 100:
        raise Slip(
            "So many it takes if the two rows are compared without their pairs. Take the four differences: what makes "
            "a draw easy or hard for both losses drops out."
        )
    if draws > _ENOUGH:
        raise Slip("That is enough, but fewer would be enough as well: the least is wanted.")
    raise Slip(_still(int(draws)))


def _still(draws: int) -> str:
    if draws == 1:
        return "One draw has no spread, and so no interval."
    return f"With {draws} draws the interval is {_MEAN:.2f} ± {_half(draws):.2f}: it still holds 0."


def _draw_draws(yours: Tensor | None) -> Picture:
    words = "Four differences between two losses, around their mean"
    picture = Picture(words + (", and your interval." if yours is not None else "."), 6.4, 2.9)
    axes = quiet_axes(picture.subplots(), "draws", "first − second, points")
    axes.axhline(0, color=SOFT, linewidth=1)
    axes.axhline(_MEAN, color=SOFT, linewidth=1, dashes=(5, 3))
    axes.plot(range(1, 5), _AHEAD.numpy(), "o", color=FAINT, markeredgecolor=SOFT, markersize=9)
    if yours is not None and 1 <= float(yours) <= _MOST:
        axes.errorbar(float(yours), _MEAN, _half(float(yours)), color=ACCENT, capsize=5, marker="o", label="yours")
    axes.set(xlim=(0.4, _MOST + 0.6), ylim=(-1.3, 1.3), xticks=[1, *range(5, _MOST + 1, 5)])
    name(picture, "mean of the pilot", (_MOST, _MEAN), (-90, 8))
    return picture


def _draws(count: int) -> Tensor:
    return torch.tensor(float(count), dtype=torch.float64)


DRAWS = Exercise(
    number="10.4",
    stub='check("10.4", ...)',
    hints=(
        "The two losses were tried on the same draws: take the four differences, their mean and their points.std().",
        "Half of the interval is 2·std/√n. It has to be smaller than the mean, so n > (2·std/mean)².",
    ),
    solution="points = torch.tensor([94.1, 95.8, 92.3, 94.6]) - torch.tensor([93.3, 96.1, 91.7, 94.5])\n"
    'check("10.4", math.ceil((2 * points.std() / points.mean()) ** 2))',
    evaluate=_evaluate_draws,
    target=_draws(_ENOUGH),
    slips={
        "The 2 is missing: half of the interval is 2·std/√n.": _draws(3),
        f"{_still(4)} Is the root missing in 2·std/√n?": _draws(4),
        "That is how many are still to come: the four of the pilot count as well.": _draws(7),
        "Is that std divided by n? points.std() divides by n − 1, and of four draws that is a difference.": _draws(9),
        "Rounded down: with 10 draws the interval still holds 0, by very little.": _draws(10),
        "Three standard errors are more than was asked: half of the interval of ahead is two.": _draws(25),
    },
    draw=_draw_draws,
    done="With 11 draws half of the interval is just below 0.30. Compared without their pairs, they need about 250. "
    "And a mean of four draws may itself be off by half a point: plan more than the least.",
    tolerance=0.1,
)

EXERCISES = (DRAWS,)
