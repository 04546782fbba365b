"""Exercise 12.2: a strict door."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

_IMPOSTORS = 120
_FARS = (torch.arange(10, 90, dtype=torch.float64) + 0.5) / 10 / _IMPOSTORS  # never just so many impostors


def _made_up_scores(genuine: int, impostors: int, seed: int) -> tuple[Tensor, Tensor]:
    """Scores of genuine pairs and of impostors in two overlapping bells, mixed; no two are equal."""
    chance, count = torch.Generator().manual_seed(seed), genuine + impostors
    same = (torch.arange(count) < genuine)[torch.randperm(count, generator=chance)]
    return torch.where(same, 0.6, 0.15) + 0.2 * torch.randn(count, generator=chance, dtype=torch.float64), same


_SCORES, _SAME = _made_up_scores(80, _IMPOSTORS, 1)


def strict_threshold(scores: Tensor, same: Tensor, far: float) -> Tensor:
    impostors = scores[~same].sort(descending=True).values
    may_get_in = int(far * len(impostors) + 1e-9)  # rounded down; 0.29 * 100 is 28.999999999999996 in a computer
    first_outside = impostors[may_get_in]
    return torch.nextafter(first_outside, first_outside + 1)


def _share_let_in(function: Any, scores: Tensor, same: Tensor, far: float) -> Tensor:
    """The share of impostors that score at the reader's threshold or above; none where it says there is no such."""
    try:
        threshold = call(function, scores, same, far)
    except Slip as slip:
        if isinstance(slip.__cause__, ValueError | AssertionError) and far * int((~same).sum()) < 1:
            return torch.zeros((), dtype=torch.float64)
        raise
    if threshold.numel() != 1:
        raise Slip(f"One number is wanted each time. Yours has shape {tuple(threshold.shape)}.")
    return (scores[~same] >= threshold.reshape(())).double().mean()


def _let_in(function: Any) -> Tensor:
    """That share for each one asked for, (80,)."""
    return torch.stack([_share_let_in(function, _SCORES, _SAME, far) for far in _FARS.tolist()])


def _evaluate_let_in(answer: Any) -> Tensor:
    """As above; a Slip when only a door where nobody or just a whole number may get in, or equal scores, is wrong."""
    found = _let_in(answer)
    if torch.allclose(found, _LET_IN, atol=1e-3):
        for far, pairs in ((0.004, (_SCORES, _SAME)), (0.008, (_SCORES, _SAME)), (0.001, _made_up_scores(100, 600, 2))):
            _nobody_gets_in(answer, *pairs, far)
        for far in (0.02, 0.05, 0.1, 0.3):
            _just_so_many_get_in(answer, far)
            _equal_scores_do_no_harm(answer, far)
    return found


def _nobody_gets_in(answer: Any, scores: Tensor, same: Tensor, far: float) -> None:
    share = float(_share_let_in(answer, scores, same, far))
    if share > 0:
        raise Slip(
            f"Right where one impostor or more may get in. But with {int((~same).sum())} impostors and far = {far:g} "
            f"not even one may, and yours lets in {share:.1%}. Let nobody in then, with a threshold above the highest "
            "impostor, or raise a ValueError: so few pairs cannot show such a rate."
        )


def _just_so_many_get_in(answer: Any, far: float) -> None:
    """Where far times the impostors is a whole number; in floating point it is one for each `far` that is tried."""
    yours, most = (
        round(_IMPOSTORS * float(_share_let_in(door, _SCORES, _SAME, far))) for door in (answer, strict_threshold)
    )
    if yours != most:
        raise Slip(
            f"Right where far allows no whole number of impostors. But with far = {far:g} just {most} of {_IMPOSTORS} "
            f"may get in, and yours lets in {yours}. far · {_IMPOSTORS}, rounded down, is how many may."
        )


def _equal_scores_do_no_harm(answer: Any, far: float) -> None:
    rounded = (_SCORES * 8).round() / 8, _SAME
    yours, most = (float(_share_let_in(door, *rounded, far)) for door in (answer, strict_threshold))
    said = f"Right where no two scores are equal. Where many are, yours lets in {yours:.1%} for far = {far:g}"
    if yours > far:
        raise Slip(
            f"{said}: all that score at the threshold get in, so put it just above the first that must stay outside."
        )
    if yours < most - 1e-9:
        raise Slip(f"{said}, and {most:.1%} could get in.")


def _draw_let_in(yours: Tensor | None) -> Picture:
    picture = curve(_FARS, _LET_IN, yours, "share of impostors allowed", "share let in")
    picture.axes[0].plot([0, 0.075], [0, 0.075], color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "just as allowed", (0.045, 0.045), (-92, 8))
    return picture


_LET_IN = _let_in(strict_threshold)


def _at_place(kind: Any, extra: int) -> Tensor:
    """What comes of the threshold at this place too many among the scores of some kind of pair."""

    def mistaken(scores: Tensor, same: Tensor, far: float) -> Tensor:
        chosen = scores[kind(same)].sort(descending=True).values
        return chosen[int(far * len(chosen)) - 1 + extra]

    return _let_in(mistaken)


def _by_quantile(interpolation: str) -> Tensor:
    return _let_in(lambda scores, same, far: scores[~same].quantile(1 - far, interpolation=interpolation))


STRICT_THRESHOLD = Exercise(
    number="12.2",
    stub="def strict_threshold(scores, same, far):\n    ...",
    hints=(
        "Only impostors count: scores[~same]. How many of them may get in? far * len(impostors), rounded down.",
        "Sorted, highest first, x at that place, counted from 0, stays outside: torch.nextafter(x, x + 1) is above it.",
    ),
    solution=strict_threshold,
    evaluate=_evaluate_let_in,
    target=_LET_IN,
    slips={
        "That lets in one more than is allowed: counting starts at 0, and a score at the threshold is accepted.": (
            _at_place(lambda same: ~same, 1)
        ),
        "quantile counts the steps between scores, one fewer than there are scores. So one impostor too many gets in "
        "for most shares: count the impostors instead.": _by_quantile("linear"),
        "This quantile takes the lower of two scores, and so lets in one impostor too many: count them instead.": (
            _by_quantile("lower")
        ),
        "This quantile takes the nearest score, and so lets in one impostor too many at times: count them instead.": (
            _by_quantile("nearest")
        ),
        "One more could be let in: a score at the threshold is accepted.": _LET_IN - 1 / _IMPOSTORS,
        "That goes by the genuine pairs: far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same, 0
        ),
        "No impostor gets in. Does it go by all pairs? far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same | ~same, 0
        ),
        "Every impostor gets in, whatever far allows.": torch.ones_like(_LET_IN),
        "That turns away the share that may get in: sort with the highest first.": _let_in(
            lambda scores, same, far: scores[~same].sort().values[int(far * _IMPOSTORS) - 1]
        ),
        "That turns away the share that may get in: take the quantile of 1 − far, or better count.": _let_in(
            lambda scores, same, far: scores[~same].quantile(far)
        ),
        "That is a share of genuine pairs turned away: far is of impostors let in.": _let_in(
            lambda scores, same, far: scores[same].quantile(far)
        ),
        "That is far itself: a threshold is a score.": _let_in(lambda scores, same, far: far),
    },
    draw=_draw_let_in,
    done="Never more than allowed: it goes up in steps of one impostor in 120, and below one in 120 nobody gets in. "
    "Whoever asks for 1 in 1,000 needs a thousand impostor pairs to see it at all.",
    tolerance=1e-3,
)

EXERCISES = (STRICT_THRESHOLD,)
