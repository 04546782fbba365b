"""Exercise 12.1: which contestant to use."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, dots
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

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


def _in_so_many(count: int, value: float, otherwise: float) -> Tensor:
    """Shares (400,) that have one value in the first so many draws, and another in the rest."""
    return torch.where(torch.arange(_DRAWS) < count, value, otherwise).double()


_NINETY = _in_so_many(0, 0.9, 0.9)
# What is wrong -> others in a contest with a network that is always at that share, and who is to be used.
_TELLING = {
    # Each of the two is ahead in 8 draws of 400, and never both in the same.
    "Right but where the others take turns: ahead of each, taken alone, in 98 % of the draws, the network is ahead of "
    "both at once in 96 %. Count the draws for each of the others by itself.": (
        (_in_so_many(8, 0.95, 0.8), _in_so_many(8, 0.95, 0.8).flip(0)),
        0,
    ),
    # The first has the higher mean, median and maximum; the second is ahead of the network in 20 draws of 400.
    "Right but where the other with the lower mean is ahead of the network in more draws: ask for each of the others "
    "whether the network is ahead of it. Only the number that you return goes by the highest mean.": (
        (_in_so_many(2, 0.96, 0.89), _in_so_many(20, 0.95, 0.8)),
        1,
    ),
    # Both are ahead of the network. The first has the higher median and maximum, the second the higher mean.
    "Right but where the other with the highest mean has not the highest median or maximum: the number that you return "
    "goes by the mean over all draws.": (
        (_in_so_many(201, 0.97, 0.92), _in_so_many(0, 0.96, 0.96)),
        2,
    ),
}


def _evaluate_choices(answer: Any) -> Tensor:
    """As above; a Slip when only one of those contests is judged wrongly, with what it tells of the answer."""
    found = _choices(answer)
    if torch.equal(found, _CHOICES):
        for words, (others, right) in _TELLING.items():
            if float(call(answer, _NINETY, torch.stack(others)).reshape(-1)[0]) != right:
                raise Slip(words)
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

EXERCISES = (WHICH_TO_USE,)
