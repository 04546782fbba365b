"""Exercises of lesson 10: two rates at one threshold, who stands nearest, seeds by chance."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, dots, name, path
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture


def _made_up_scores() -> tuple[Tensor, Tensor]:
    """Scores (200,) of 80 genuine pairs and 120 impostors in two overlapping bells, in sixteenths: many are equal."""
    random = torch.Generator().manual_seed(0)
    same = (torch.arange(200) < 80)[torch.randperm(200, generator=random)]
    scores = torch.where(same, 0.55, 0.2) + 0.18 * torch.randn(200, generator=random, dtype=torch.float64)
    return (scores.clamp(-1, 1) * 16).round() / 16, same


_SCORES, _SAME = _made_up_scores()
_THRESHOLDS = torch.arange(17, -9, -1).double() / 16  # from one that accepts nothing to one that accepts all


def rates(scores: Tensor, same: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    accepted = (scores >= threshold).double()
    return accepted[~same].mean(), accepted[same].mean()


def _at_each_threshold(function: Any) -> Tensor:
    """The reader's two numbers at every threshold, (26, 2)."""
    found = [call(function, _SCORES.clone(), _SAME.clone(), threshold) for threshold in _THRESHOLDS.tolist()]
    for pair in found:
        if pair.numel() != 2:
            raise Slip(f"Two numbers are wanted, far and tar; yours has shape {tuple(pair.shape)}.")
    return torch.stack([pair.flatten() for pair in found])


def _draw_rates(yours: Tensor | None) -> Picture:
    marks = {f"threshold {words}": _THRESHOLDS.tolist().index(at) for words, at in (("½", 0.5), ("¼", 0.25))}
    picture = path(_RATES, yours, marks, "impostors accepted, FAR", "genuine pairs accepted, TAR")
    picture.axes[0].plot([0, 1], [0, 1], color=SOFT, linewidth=1, dashes=(5, 3), zorder=1)
    name(picture, "by guessing", (0.5, 0.5), (9, -5))
    return picture


_RATES = _at_each_threshold(rates)
_FAR, _TAR = _RATES.unbind(dim=1)
_IMPOSTORS, _GENUINE = 120, 80
_ACCEPTED = _FAR * _IMPOSTORS + _TAR * _GENUINE


def _both(far: Tensor, tar: Tensor) -> Tensor:
    return torch.stack([far, tar], dim=1)


RATES = Exercise(
    number="10.1",
    stub="def rates(scores, same, threshold):\n    ...",
    hints=(
        "scores >= threshold says who is accepted; [same] after it picks the genuine pairs, [~same] the impostors.",
        "The share of True in a bool tensor: .double().mean(). Return two of them, impostors first.",
    ),
    solution=rates,
    evaluate=_at_each_threshold,
    target=_RATES,
    slips={
        "A score at the threshold is accepted: >= instead of >.": _at_each_threshold(
            lambda scores, same, threshold: rates(scores, same, threshold + 1e-6)
        ),
        "The two are exchanged: far first, that of the impostors, which are ~same.": _both(_TAR, _FAR),
        "Those are shares of all pairs: divide the impostors by the impostors, the genuine by the genuine.": _both(
            _FAR * _IMPOSTORS / 200, _TAR * _GENUINE / 200
        ),
        "Those are shares of all that are accepted: divide by all pairs of that kind, refused ones too.": _both(
            _FAR * _IMPOSTORS / _ACCEPTED, _TAR * _GENUINE / _ACCEPTED
        ),
        "Those are the shares of all that are accepted, 0 where none is: divide by all pairs of that kind.": _both(
            _FAR * _IMPOSTORS / _ACCEPTED.clamp(min=1), _TAR * _GENUINE / _ACCEPTED.clamp(min=1)
        ),
        "Your second is the share of genuine pairs turned away: tar is of those accepted.": _both(_FAR, 1 - _TAR),
        "Your first is the share of impostors turned away: far is of those accepted.": _both(1 - _FAR, _TAR),
        "Those are the shares turned away: accepted is who scores at the threshold or above.": 1 - _RATES,
        "Those are the shares turned away, with scores at the threshold among them: accepted is scores >= threshold.": (
            _at_each_threshold(lambda scores, same, threshold: rates(-scores, same, -threshold))
        ),
        "Those are counts: divide each by the number of pairs of its kind.": _both(_FAR * _IMPOSTORS, _TAR * _GENUINE),
        "Those are percent: shares go from 0 to 1.": 100 * _RATES,
        "Both are of the genuine pairs: far is of the impostors, ~same.": _both(_TAR, _TAR),
        "Both are of the impostors: tar is of the genuine pairs, same.": _both(_FAR, _FAR),
    },
    draw=_draw_rates,
    done="At ½ 7 % of the impostors get in, with 74 % of the genuine pairs; at ¼ 47 %, with 96 %. Each threshold is "
    "one point of this curve, the ROC curve.",
)

_WAYS, _TASKS, _NOISES = 20, 12, torch.linspace(0, 2, 11, dtype=torch.float64)


def _made_up_tasks() -> tuple[Tensor, Tensor]:
    """Support and query (11, 12, 20, 8): the same directions, in the query with noise, and each of its own length."""
    random = torch.Generator().manual_seed(0)
    directions = F.normalize(torch.randn(_TASKS, _WAYS, 8, generator=random, dtype=torch.float64), dim=-1)
    noise = torch.randn(_TASKS, _WAYS, 8, generator=random, dtype=torch.float64) / math.sqrt(8)
    lengths = 0.5 + 2 * torch.rand(2, _TASKS, _WAYS, 1, generator=random, dtype=torch.float64)
    query = directions + _NOISES[:, None, None, None] * noise
    return (directions * lengths[0]).expand(query.shape), query * lengths[1]


def one_shot(support: Tensor, query: Tensor) -> Tensor:
    cosines = F.normalize(query) @ F.normalize(support).T
    return (cosines.argmax(dim=1) == torch.arange(len(query))).double().mean()


_SUPPORT, _QUERY = _made_up_tasks()


def _at_each_noise(function: Any) -> Tensor:
    """The reader's function, averaged over the tasks of each noise, (11,)."""
    tasks, threads = zip(_SUPPORT.flatten(0, 1), _QUERY.flatten(0, 1), strict=True), torch.get_num_threads()
    torch.set_num_threads(1)  # on a busy machine a second thread is waited for much longer than so small products take
    try:
        found = [call(function, support.clone(), query.clone()) for support, query in tasks]
    finally:
        torch.set_num_threads(threads)
    return numbers(found, _TASKS).mean(dim=1)


def _right(chosen: Tensor) -> Tensor:
    """How many of these choices (11, 12, 20) are their own row, as a share."""
    return (chosen == torch.arange(_WAYS)).double().mean(dim=(1, 2))


def _draw_one_shot(yours: Tensor | None) -> Picture:
    picture = curve(_NOISES, _ONE_SHOT, yours, "noise in the query, relative to its length", "share right")
    picture.axes[0].plot([0, 2], [1 / _WAYS] * 2, color=SOFT, linewidth=1, dashes=(5, 3), zorder=1)
    name(picture, "by guessing", (2, 1 / _WAYS))
    return picture


_ONE_SHOT = _at_each_noise(one_shot)
# All tasks at once, which spares an import the time of trying every mistake on every task.
_UNIT_SUPPORT, _UNIT_QUERY = F.normalize(_SUPPORT, dim=-1), F.normalize(_QUERY, dim=-1)
_COSINES, _PRODUCTS = _UNIT_QUERY @ _UNIT_SUPPORT.mT, _QUERY @ _SUPPORT.mT

ONE_SHOT = Exercise(
    number="10.2",
    stub="def one_shot(support, query):\n    ...",
    hints=(
        "F.normalize puts each row on the unit sphere; query @ support.T then has all cosines, a row for each query.",
        ".argmax(dim=1) is the nearest row of support. It should be torch.arange(len(query)); how often is it?",
    ),
    solution=one_shot,
    evaluate=_at_each_noise,
    target=_ONE_SHOT,
    slips={
        "Those are dot products, which favour long rows of support: normalise them first.": _right(
            _PRODUCTS.argmax(-1)
        ),
        "That is the distance of the raw embeddings, in which lengths have a say: normalise both first.": _right(
            torch.cdist(_QUERY, _SUPPORT).argmin(-1)
        ),
        "You normalised the query alone: then a distance still favours rows of support near its length.": _right(
            torch.cdist(_UNIT_QUERY, _SUPPORT).argmin(-1)
        ),
        "None is right in yours. Did you take the farthest? Or take the diagonal out, as in 9.3? Here row i of support "
        "is the right answer.": _right(_COSINES.argmin(-1)),
        "You took the farthest of the raw embeddings: normalise them, and take argmin of a distance.": _right(
            torch.cdist(_QUERY, _SUPPORT).argmax(-1)
        ),
        "That finds the nearest query to each row of support: it goes the other way round, along support.": _right(
            _COSINES.argmax(-2)
        ),
        "That finds the query of the largest dot product with each row of support: normalise, and go along support.": (
            _right(_PRODUCTS.argmax(-2))
        ),
        "You normalised the columns: an embedding is a row, so F.normalize(x, dim=1).": _right(
            (F.normalize(_QUERY, dim=-2) @ F.normalize(_SUPPORT, dim=-2).mT).argmax(-1)
        ),
        "That is how many are right: divide by the number of queries.": _WAYS * _ONE_SHOT,
        "That is in percent: a share goes from 0 to 1.": 100 * _ONE_SHOT,
        "That is the share of mistakes: take those that are right.": 1 - _ONE_SHOT,
        "That is the mean cosine with the right one: ask how often it is the largest of its row.": (
            _COSINES.diagonal(dim1=-2, dim2=-1).mean(dim=(1, 2))
        ),
    },
    draw=_draw_one_shot,
    done="All are right without noise, 68 % when it is as long as the query itself, 26 % when it is twice as long. "
    "By guessing one gets 5 %.",
)

_SEEDS = torch.arange(2, 11)


def by_chance(seeds: int) -> float:
    return 2 / math.comb(2 * seeds, seeds)


def _for_each_number(function: Any) -> Tensor:
    return numbers([call(function, seeds) for seeds in _SEEDS.tolist()], 1).flatten()


def _draw_by_chance(yours: Tensor | None) -> Picture:
    axes = "seeds of each loss, n", "probability"
    picture = curve(_SEEDS, _BY_CHANCE, yours, *axes, logarithmic=True)
    dots(picture, _SEEDS, _BY_CHANCE, yours)
    return picture


_N, _BY_CHANCE = _SEEDS.double(), _for_each_number(by_chance)
_FACTORIAL = torch.lgamma(_N + 1).exp()

BY_CHANCE = Exercise(
    number="10.3",
    stub="def by_chance(seeds):\n    ...",
    hints=(
        "Equally good means that any n of the 2n runs are as likely as any others to be the first loss's.",
        "math.comb(2 * seeds, seeds) is how many ways there are to choose them. In how many are they all on one side?",
    ),
    solution=by_chance,
    evaluate=_for_each_number,
    target=_BY_CHANCE,
    slips={
        "That is one way round: the other loss may as well be the one above.": _BY_CHANCE / 2,
        "That is how many ways there are to choose: in two of them all of one loss lie above.": 2 / _BY_CHANCE,
        "Upside down: two of so many ways.": 1 / _BY_CHANCE,
        "That is the probability that they overlap: take the rest.": 1 - _BY_CHANCE,
        "Those are coin tosses, run 1 against run 1 and so on: here each is above all of the other's.": 2.0**-_N,
        "Those are coin tosses, both ways round: here each run is above all of the other's.": 2 * 2.0**-_N,
        "Those are coin tosses for all 2n runs: they must also come out n and n.": 4.0**-_N,
        "Those are coin tosses for all 2n runs, both ways round: they must also come out n and n.": 2 * 4.0**-_N,
        "That is one order of all 2n runs: within a loss any order will do.": 1 / torch.lgamma(2 * _N + 1).exp(),
        "Those are two orders of all 2n runs: within a loss any order will do.": 2 / torch.lgamma(2 * _N + 1).exp(),
        "Within each loss any order will do, so n! counts for both of them.": (
            2 * _FACTORIAL / torch.lgamma(2 * _N + 1).exp()
        ),
        "Those are the orders of n runs: there are 2n, and only who is whose counts.": 1 / _FACTORIAL,
        "Those are the orders of n runs, twice: there are 2n, and only who is whose counts.": 2 / _FACTORIAL,
        "That chooses two runs of 2n: choose n of them, math.comb(2 * seeds, seeds).": 2 / (_N * (2 * _N - 1)),
        "That is in percent: a probability goes from 0 to 1.": 100 * _BY_CHANCE,
    },
    draw=_draw_by_chance,
    done="Two seeds each: once in 3. Three: once in 10. Five: once in 126. But ten losses make 45 pairs, and by "
    "chance alone 0.36 of them stand apart, on average.",
    tolerance=1e-9,  # the smallest is a hundred-thousandth
)

EXERCISES = (RATES, ONE_SHOT, BY_CHANCE)
