"""Exercises of lesson 03: one step of a centre, and how much of its way is left after many."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_ALPHAS = torch.linspace(0, 1, 11, dtype=torch.float64)
_CENTER = torch.tensor([0.5, -0.5], dtype=torch.float64)
_POINTS = torch.tensor([[1.3, -1.0], [2.1, -2.2], [1.7, -1.6]], dtype=torch.float64)
_COUNTS = (0, 1, 3)  # the batch is that many of the points


def moved(center: Tensor, points: Tensor, alpha: float) -> Tensor:
    return center - alpha * (center - points).sum(dim=0) / (1 + len(points))


def _for_each_batch(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every alpha: each coordinate for each batch, (11, 6)."""
    found = [_center(function, _POINTS[:count], alpha) for alpha in _ALPHAS.tolist() for count in _COUNTS]
    return torch.stack(found).reshape(-1, len(_COUNTS), 2).transpose(1, 2).flatten(1)


def _center(function: Any, points: Tensor, alpha: float) -> Tensor:
    try:
        found = call(function, _CENTER.clone(), points.clone(), alpha)
    except Slip as slip:
        if isinstance(slip.__cause__, ZeroDivisionError) and len(points) == 0:
            raise Slip("Yours divides by zero when the class has no point in the batch: divide by 1 + n.") from slip
        if "must match the size" in str(slip):
            raise Slip(f"{str(slip).rstrip('.')}. Sum over the points, which are the rows: dim=0.") from slip
        raise
    if found.shape != _CENTER.shape:
        raise Slip(
            f"One centre is wanted, shape (2,); with n = {len(points)} yours has shape {tuple(found.shape)}: sum over "
            "the points, dim=0."
        )
    return found


def _evaluate_moved(answer: Any) -> Tensor:
    """As above; a Slip when only the empty batch is no number, and no typical slip says why."""
    found = _for_each_batch(answer)
    empty = torch.tensor(_COUNTS).eq(0).repeat(2)
    wrong = found[:, empty].isnan()
    if wrong.any() and torch.allclose(found[:, ~empty], _MOVED[:, ~empty], atol=2e-3):
        raise Slip(
            "Right but for n = 0: the mean of no points is NaN, and 0 · NaN is NaN as well. The sum of no points is 0, "
            "so use the sum, or return the centre as it is."
        )
    return found


def _draw_moved(yours: Tensor | None) -> Picture:
    picture = curve(_ALPHAS, _MOVED, yours, "α", "where the centre is then")
    for i, end in enumerate(_MOVED[-1].tolist()):
        name(picture, f"n = {_COUNTS[i % 3]}", (1, end), (9, 0))
    for words, start, rise in zip(("first coordinate", "second coordinate"), _CENTER.tolist(), (14, -14), strict=True):
        name(picture, words, (0, start), (0, rise))
    return picture


def _moved_one_by_one(center: Tensor, points: Tensor, alpha: float) -> Tensor:
    for point in points:
        center = center - alpha * (center - point) / (1 + len(points))
    return center


_MOVED = _for_each_batch(moved)
_OLD = _for_each_batch(lambda center, points, alpha: center)
_DIVIDED_BY_N = _for_each_batch(lambda center, points, alpha: center - alpha * (center - points).mean(dim=0))

MOVED = Exercise(
    number="3.1",
    stub="def moved(center, points, alpha):\n    ...",
    hints=(
        "Sum center − x_i over the points, divide by 1 + n, multiply by α, and take that off the centre.",
        "center - points has a row for each point, also when there is none: sum with dim=0; n is len(points).",
    ),
    solution=moved,
    evaluate=_evaluate_moved,
    target=_MOVED,
    slips={
        "Divided by n, which is 0 when the class has no point in the batch: divide by 1 + n.": _DIVIDED_BY_N,
        "Divided by n, with the empty batch apart: the 1 belongs there always, so divide by 1 + n.": (
            torch.where(_DIVIDED_BY_N.isnan(), _OLD, _DIVIDED_BY_N)
        ),
        "Not divided: three points pull three times as far as one and overshoot, so divide by 1 + n.": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points).sum(dim=0)
        ),
        "Brackets are missing: / 1 + n divides by 1 and then adds n, so write / (1 + n).": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points).sum(dim=0) + len(points)
        ),
        "The centre moves away from its points: c − x points away from them, so take it off.": 2 * _OLD - _MOVED,
        "α is on the wrong side: it is the share that the centre moves, not the share that it keeps.": _for_each_batch(
            lambda center, points, alpha: moved(center, points, 1 - alpha)
        ),
        "α is on the wrong side, and n divides: it is the share that moves, and 1 + n divides.": _for_each_batch(
            lambda center, points, alpha: center - (1 - alpha) * (center - points).mean(dim=0)
        ),
        "Your centre moves inside the loop: sum center − x_i over all points first, then move it once.": (
            _for_each_batch(_moved_one_by_one)
        ),
        "α is missing: multiply the step by it.": _for_each_batch(
            lambda center, points, alpha: moved(center, points, 1)
        ),
        "That is the mean of the points: the centre takes only a step towards it.": _for_each_batch(
            lambda center, points, alpha: points.mean(dim=0)
        ),
        "That is the change alone: add it to the centre.": _MOVED - _OLD,
        "That is what comes off the centre: take it off.": _OLD - _MOVED,
        "That is the Δ of the centre: multiply it by α and take it off the centre.": _for_each_batch(
            lambda center, points, alpha: center - moved(center, points, 1)
        ),
        "The centre is in the sum only once: take each point off it, and sum afterwards.": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points.sum(dim=0)) / (1 + len(points))
        ),
        "1 + n divides the points alone: take each of them off the centre, sum, and divide all of it.": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points.sum(dim=0) / (1 + len(points)))
        ),
        "1 + n is n in yours, and the 1 is added to the step: write / (1 + n).": _for_each_batch(
            lambda center, points, alpha: center - alpha * (1 + (center - points).sum(dim=0) / max(1, len(points)))
        ),
        "You divided by 1 + n twice: the mean has its n already.": _for_each_batch(
            lambda center, points, alpha: (
                center - alpha * (center - points).sum(dim=0) / max(1, len(points)) / (1 + len(points))
            )
        ),
        "You summed over the coordinates too: each has a sum of its own, so sum with dim=0.": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points).sum() / (1 + len(points))
        ),
        "1 + n counts the coordinates too: n is the number of points, len(points).": _for_each_batch(
            lambda center, points, alpha: center - alpha * (center - points).sum(dim=0) / (1 + points.numel())
        ),
    },
    draw=_draw_moved,
    done="With α = 1 one point draws the centre 50 % of the way to itself, three draw it 75 % of the way to their "
    "mean; with none it stays.",
)

_STEPS = torch.arange(11, dtype=torch.float64)
_SETTINGS = ((1, 0.2), (9, 0.2), (9, 0.5))


def left(count: int, alpha: float, steps: int) -> float:
    return (1 - alpha * count / (count + 1)) ** steps


def _for_each_setting(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, after every number of steps in every setting, (11, 3)."""
    found = [call(function, count, alpha, steps) for steps in range(len(_STEPS)) for count, alpha in _SETTINGS]
    if any(share.numel() != 1 for share in found):
        raise Slip("One number is wanted: a share.")
    return torch.stack([share.reshape(()) for share in found]).reshape(-1, len(_SETTINGS))


def _draw_left(yours: Tensor | None) -> Picture:
    picture = curve(_STEPS, _LEFT, yours, "steps", "share of the distance left")
    for (count, alpha), end, rise in zip(_SETTINGS, _LEFT[-1].tolist(), (2, 2, -3), strict=True):
        name(picture, f"{count} point{'s' * (count > 1)}, α = {alpha}", (10, end), (9, rise))
    return picture


_K, (_N, _A) = _STEPS[:, None], torch.tensor(_SETTINGS, dtype=torch.float64).T
_LEFT, _GONE = _for_each_setting(left), _A * _N / (_N + 1)  # after all steps; in one

LEFT = Exercise(
    number="3.2",
    stub="def left(count, alpha, steps):\n    ...",
    hints=(
        "One update goes α·n/(n + 1) of the way to the mean. Which share of the distance is left after that one?",
        "The next update goes the same share of what is left: multiply once for each step, and that is a power, **.",
    ),
    solution=left,
    evaluate=_for_each_setting,
    target=_LEFT,
    slips={
        "That is the share gone: what is left is 1 minus that.": 1 - _LEFT,
        "That is one update's share gone, to the power: take it off 1 first, then take the power.": _GONE**_K,
        "Brackets are missing: 1 - … ** steps takes the power first, so write (1 - …) ** steps.": 1 - _GONE**_K,
        "One update goes α·n/(n + 1) of the way: the n on top is missing.": (1 - _A / (_N + 1)) ** _K,
        "α alone is what an endless number of points would do: one update goes α·n/(n + 1) of the way.": (
            (1 - _A) ** _K
        ),
        "α is missing: one update goes α·n/(n + 1) of the way.": (1 / (_N + 1)) ** _K,
        "Upside down: n/(n + 1) is the share, below 1.": (1 - _A * (_N + 1) / _N) ** _K,
        "Not divided by n + 1: one update goes α·n/(n + 1) of the way, never more than all of it.": (1 - _A * _N) ** _K,
        "Brackets are missing: / n + 1 divides by n and then adds 1, so write / (n + 1).": (2 - _A) ** _K,
        "That is after one update: each of the steps leaves that share of what the one before it left.": (
            (1 - _GONE).expand(_LEFT.shape)
        ),
        "The steps do not add up: each goes a share of what is left, so take the power, ** steps.": 1 - _K * _GONE,
        "You multiplied by steps: what one update leaves is to be taken to the power, ** steps.": _K * (1 - _GONE),
        "The sign is turned: in yours the distance grows, so take the share gone off 1.": (1 + _GONE) ** _K,
        "e to that power holds for small steps alone: take (1 − α·n/(n + 1)) ** steps.": torch.exp(-_K * _GONE),
        "That is after one step fewer: steps of them have been taken.": (1 - _GONE) ** (_K - 1),
        "That is after one step more: steps of them have been taken.": (1 - _GONE) ** (_K + 1),
        "That is in percent: return the share, 1 for all of the distance.": 100 * _LEFT,
    },
    draw=_draw_left,
    done="After ten updates with α = 0.2 one point a batch leaves 35 % of the distance and nine leave 14 %; without "
    "the 1 in the denominator it would be 11 % for both.",
)

EXERCISES = (MOVED, LEFT)
