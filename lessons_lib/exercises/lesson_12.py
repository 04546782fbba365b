"""Exercises of lesson 12: which contestant to use, and a strict door."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, dots, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

_DRAWS, _CASES = 400, 51
# How far the network is ahead of the better of the others, case by case.
_AHEAD = torch.cat([torch.linspace(-0.04, 0.04, 45), torch.linspace(0.05, 0.16, 6)]).double()


def _made_up_contests() -> list[tuple[Tensor, Tensor]]:
    """Shares ranked rightly in the same draws of the classes: the network's (400,) and those of two others (2, 400).

    Who is drawn moves all of them together, by more than they differ; which of the others is the better one changes.
    """
    chance = torch.Generator().manual_seed(0)

    def noise(size: float) -> Tensor:
        return size * torch.randn(_DRAWS, generator=chance, dtype=torch.float64)

    contests = []
    for case, ahead in enumerate(_AHEAD.tolist()):
        who = 0.9 + noise(0.03)
        better, worse = who + noise(0.004), who - 0.015 + noise(0.004)
        others = torch.stack([better, worse] if case % 3 else [worse, better])
        contests.append((who + ahead + noise(0.004), others))
    return contests


_CONTESTS = _made_up_contests()


def which_to_use(network: Tensor, others: Tensor) -> Tensor | int:
    ahead = (network > others).double().mean(dim=1)
    return 0 if (ahead >= 0.975).all() else 1 + others.mean(dim=1).argmax()


def _choices(function: Any) -> Tensor:
    """The number chosen in each case, (51,)."""
    found = numbers([call(function, *contest) for contest in _CONTESTS], 1).squeeze(1)
    if not ((found == 0) | (found == 1) | (found == 2)).all():
        raise Slip("0 is wanted for the network, 1 for the first of the others, 2 for the second.")
    return found


def _evaluate_choices(answer: Any) -> Tensor:
    """As above; a Slip when only those draws count in which the network is ahead of all at once."""
    found = _choices(answer)
    if torch.equal(found, _CHOICES):
        # Each of two others is ahead of the network in 8 draws of 400, and never both in the same.
        others = torch.stack([torch.arange(_DRAWS) < 8, torch.arange(_DRAWS) >= _DRAWS - 8]).double()
        if float(call(answer, torch.full((_DRAWS,), 0.9).double(), 0.8 + 0.15 * others).reshape(-1)[0]) != 0:
            raise Slip(
                "Right but where the others take turns: ahead of each, taken alone, in 98 % of the draws, the network "
                "is ahead of both at once in 96 %. Count the draws for each of the others by itself."
            )
    return found


def _best_other(others: Tensor) -> Tensor:
    return 1 + others.mean(dim=1).argmax()


def _draw_choices(yours: Tensor | None) -> Picture:
    words = "network ahead of the better other by, points", "use number"
    picture = curve(100 * _AHEAD, _CHOICES, yours, *words)
    dots(picture, 100 * _AHEAD, _CHOICES, yours)
    picture.axes[0].set_yticks([0, 1, 2], ["0, the network", "1", "2"])
    return picture


_CHOICES = _choices(which_to_use)

WHICH_TO_USE = Exercise(
    number="12.1",
    stub="def which_to_use(network, others):\n    ...",
    hints=(
        "(network > others) compares draw by draw: a row for each of the others. Its mean is in how many draws.",
        "Ahead of each of them: (… >= 0.975).all(). Else 1 + others.mean(dim=1).argmax().",
    ),
    solution=which_to_use,
    evaluate=_evaluate_choices,
    target=_CHOICES,
    slips={
        "That goes by the means, or by half of the draws: ahead by very little is not ahead for certain.": _choices(
            lambda network, others: 0 if (network.mean() > others.mean(dim=1)).all() else _best_other(others)
        ),
        "That asks for 19 of 20 draws: 39 of 40 are wanted, 0.975.": _choices(
            lambda network, others: (
                0 if ((network > others).double().mean(dim=1) >= 0.95).all() else _best_other(others)
            )
        ),
        "That asks for every draw: 39 of 40 are enough.": _choices(
            lambda network, others: 0 if (network > others).all() else _best_other(others)
        ),
        "Those are two intervals held against each other. Who is drawn moves all contestants together: compare draw by "
        "draw.": _choices(
            lambda network, others: (
                0 if (network.quantile(0.025) > others.quantile(0.975, dim=1)).all() else _best_other(others)
            )
        ),
        "Ahead of one of them is not enough: ahead of each.": _choices(
            lambda network, others: (
                0 if ((network > others).double().mean(dim=1) >= 0.975).any() else _best_other(others)
            )
        ),
        "That holds the network against the mean of the others: it must be ahead of each.": _choices(
            lambda network, others: (
                0 if (network > others.mean(dim=0)).double().mean() >= 0.975 else _best_other(others)
            )
        ),
        "The others are numbered from 1: 0 is the network.": _choices(
            lambda network, others: 0 if which_to_use(network, others) == 0 else others.mean(dim=1).argmax()
        ),
        "Where the network is not ahead, take the better of the others, not always the first.": _choices(
            lambda network, others: 0 if which_to_use(network, others) == 0 else 1
        ),
        "That is the worse of the others: argmax, where argmin stands.": _choices(
            lambda network, others: 0 if which_to_use(network, others) == 0 else 1 + others.mean(dim=1).argmin()
        ),
        "That is the other way round: 0 where the network is ahead.": _choices(
            lambda network, others: _best_other(others) if which_to_use(network, others) == 0 else 0
        ),
        "The network is never chosen in yours.": _choices(lambda network, others: _best_other(others)),
        "The network is always chosen in yours.": torch.zeros(_CASES).double(),
    },
    draw=_draw_choices,
    done="Who is drawn moves each figure by twelve points, and still a difference of two is told for certain: draw by "
    "draw the same people were asked about.",
)

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
    first_outside = impostors[int(far * len(impostors))]
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
    """As above; a Slip when only a door where not even one may get in, or one with equal scores, is wrong."""
    found = _let_in(answer)
    if torch.allclose(found, _LET_IN, atol=1e-3):
        for far, pairs in ((0.004, (_SCORES, _SAME)), (0.008, (_SCORES, _SAME)), (0.001, _made_up_scores(100, 600, 2))):
            _nobody_gets_in(answer, *pairs, far)
        for far in (0.02, 0.05, 0.1, 0.3):
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
        "Only impostors count: scores[~same]. How many of them may get in? int(far * len(impostors)), rounded down.",
        "Sorted, highest first, the one at that place, counted from 0, stays outside: torch.nextafter goes above it.",
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

EXERCISES = (WHICH_TO_USE, STRICT_THRESHOLD)
