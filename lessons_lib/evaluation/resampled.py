"""How far a figure would move with other people: pairs of a class stand or fall together, so classes are drawn anew.

A set of a few thousand pairs looks large, but it is a set of a few classes. The bootstrap by class draws as many
classes as there are, with replacement, and asks for the figure each time (Bolle, Ratha, Pankanti, Error
analysis of pattern recognition systems: the subsets bootstrap, CVIU 2004).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from lessons_lib.data.pairs import most_pairs, sample_pairs
from lessons_lib.evaluation.directions import check_labels
from lessons_lib.evaluation.verification import similarity
from lessons_lib.losses.checks import check_seed

DRAWS = 200
FEWEST = 3  # classes: of two every draw with impostors in it is the two themselves, and no figure would ever move
MOST = 200_000  # pairs, of which half are genuine if there are so many


class Interval(NamedTuple):
    """A figure, and where 95 in 100 draws of the classes put it."""

    value: float
    low: float
    high: float

    def __format__(self, form: str) -> str:
        """The figure with its interval: '78.1% (74.0% to 82.3%)' for '.1%'."""
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


class ScoredPairs(NamedTuple):
    """Scores of genuine pairs (G,) with the class of each (G,), and of impostors (M,), rising, with theirs (2, M).

    Classes are numbered 0..K−1, in the order of their labels.
    """

    genuine: Tensor
    genuine_class: Tensor
    impostors: Tensor
    impostor_classes: Tensor
    classes: int


def scored_pairs(embeddings: Tensor, labels: Tensor, *, most: int = MOST, seed: int = 0) -> ScoredPairs:
    """All pairs of embeddings (N, d) with labels (N,), scored by their cosine; of more than `most`, that many by lot.

    Of those drawn half are genuine, or all that there are. Raises ValueError where there is no genuine pair, and where
    there is no impostor.
    """
    check_labels(labels, embeddings)
    known, which = labels.cpu().unique(return_inverse=True)
    if len(which) * (len(which) - 1) // 2 <= most:
        first, second = torch.triu_indices(len(which), len(which), offset=1)
    else:
        first, second = _drawn(which, most, seed)
    scores, same = similarity(embeddings, first, second).cpu(), which[first] == which[second]
    if same.all() or not same.any():
        raise ValueError(f"labels must give genuine pairs and impostors, got {int(same.sum())} genuine of {len(same)}.")
    rising = scores[~same].sort()
    return ScoredPairs(
        genuine=scores[same],
        genuine_class=which[first[same]],
        impostors=rising.values,
        impostor_classes=torch.stack([which[first[~same]], which[second[~same]]])[:, rising.indices],
        classes=len(known),
    )


def _drawn(which: Tensor, most: int, seed: int) -> tuple[Tensor, Tensor]:
    """So many different pairs of images with these classes (N,): the numbers of both."""
    half = sample_pairs(which, min(most, max(2, most_pairs(which))), seed=seed)
    genuine = torch.stack([half.first[half.same], half.second[half.same]])
    check_seed(seed)
    images, chance = len(which), torch.Generator().manual_seed(seed)
    size = which.bincount()
    wanted = min(most - genuine.shape[1], (images**2 - int((size**2).sum())) // 2)
    codes = torch.empty(0, dtype=torch.int64)
    while len(codes) < wanted:
        first, second = torch.randint(images, (2, 2 * wanted), generator=chance)
        new = (torch.minimum(first, second) * images + torch.maximum(first, second))[which[first] != which[second]]
        codes = torch.cat([codes, new]).unique()
    codes = codes[torch.randperm(len(codes), generator=chance)[:wanted]]
    return torch.cat([genuine[0], codes // images]), torch.cat([genuine[1], codes % images])


def class_draws(classes: int, *, draws: int = DRAWS, seed: int = 0) -> Tensor:
    """How often each class is drawn when as many as there are are drawn with replacement, (draws, classes) float64."""
    check_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    drawn = torch.randint(classes, (draws, classes), generator=chance)
    return torch.zeros(draws, classes, dtype=torch.float64).scatter_add_(1, drawn, torch.ones(drawn.shape).double())


Figure = Callable[[ScoredPairs, Tensor, Tensor], float]  # of pairs, and how often each genuine and each impostor counts


def ranked_rightly(pairs: ScoredPairs, genuine: Tensor, impostors: Tensor) -> float:
    """The share of couples in which the genuine pair scores above the impostor, where equal scores count half."""
    below = torch.cat([impostors.new_zeros(1), impostors.cumsum(0)])
    places = (
        torch.searchsorted(pairs.impostors, pairs.genuine),
        torch.searchsorted(pairs.impostors, pairs.genuine, right=True),
    )
    won = (below[places[0]] + below[places[1]]) / 2
    return float(genuine @ won / (genuine.sum() * below[-1]))


def equal_errors(pairs: ScoredPairs, genuine: Tensor, impostors: Tensor) -> float:
    """The error rate at the score where as large a share of impostors gets in as of genuine pairs is kept out."""
    order = pairs.genuine.argsort()
    kept_out = torch.cat([genuine.new_zeros(1), genuine[order].cumsum(0) / genuine.sum()])
    let_in = 1 - torch.cat([impostors.new_zeros(1), impostors.cumsum(0)]) / impostors.sum()
    rising = pairs.genuine[order]  # the threshold goes from impostor to impostor, and then above all of them
    above = torch.searchsorted(rising, pairs.impostors[-1:], right=True)
    kept_out = kept_out[torch.cat([torch.searchsorted(rising, pairs.impostors), above])]
    crossed = int((kept_out >= let_in - 1e-12).double().argmax())
    return float((kept_out[crossed] + let_in[crossed]) / 2)


def share_let_in(threshold: float) -> Figure:
    """The share of impostors that score at the threshold or above."""
    return lambda pairs, genuine, impostors: float(
        impostors @ (pairs.impostors >= threshold).double() / impostors.sum()
    )


def share_known(threshold: float) -> Figure:
    """The share of genuine pairs that score at the threshold or above."""
    return lambda pairs, genuine, impostors: float(genuine @ (pairs.genuine >= threshold).double() / genuine.sum())


def figure_of(pairs: ScoredPairs, figure: Figure) -> float:
    """A figure of the pairs as they are."""
    return figure(pairs, torch.ones(len(pairs.genuine)).double(), torch.ones(len(pairs.impostors)).double())


def resampled(pairs: ScoredPairs, figure: Figure, draws: Tensor) -> Tensor:
    """The figure in each draw of the classes (R, K), float64 (R',); draws without both kinds of pairs are left out.

    A genuine pair counts as often as its class was drawn, an impostor as often as both of its classes together.
    """
    found = []
    for counts in draws:
        genuine, impostors = counts[pairs.genuine_class], counts[pairs.impostor_classes].prod(dim=0)
        if genuine.sum() > 0 and impostors.sum() > 0:
            found.append(figure(pairs, genuine, impostors))
    return torch.tensor(found, dtype=torch.float64)


def interval(value: float, drawn: Tensor | Sequence[float]) -> Interval:
    """The value with the middle 95 % of the draws."""
    low, high = torch.as_tensor(drawn, dtype=torch.float64).quantile(torch.tensor([0.025, 0.975]).double()).tolist()
    return Interval(value, low, high)


def with_interval(pairs: ScoredPairs, figure: Figure, *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """A share of the pairs, with the interval that other draws of their classes give it; of two classes, 0 to 1."""
    if pairs.classes < FEWEST:
        return Interval(figure_of(pairs, figure), 0.0, 1.0)
    counts = class_draws(pairs.classes, draws=draws, seed=seed)
    return interval(figure_of(pairs, figure), resampled(pairs, figure, counts))


def difference(one: ScoredPairs, other: ScoredPairs, figure: Figure, *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """By how much the share is larger for `one` than for `other`, of the same images, in the same draws of classes.

    Two classes cannot tell: from −1 to 1.
    """
    if one.classes < FEWEST:
        return Interval(figure_of(one, figure) - figure_of(other, figure), -1.0, 1.0)
    counts = class_draws(one.classes, draws=draws, seed=seed)
    gained = resampled(one, figure, counts) - resampled(other, figure, counts)
    return interval(figure_of(one, figure) - figure_of(other, figure), gained)
