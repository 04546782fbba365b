"""A threshold one can trust: for a rate of false accepts, with what it is worth, or a sentence why there is none."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lessons_lib.evaluation.resampled import (
    DRAWS,
    MOST,
    Interval,
    ScoredPairs,
    class_draws,
    interval,
    resampled,
    scored_pairs,
    share_known,
    share_let_in,
    with_interval,
)

RULE_OF_THREE = 3  # of n impostors none got in: the rate may still be 3/n, at 95 %
LARGEST = 20_000_000  # pairs that are looked at, whatever the rate
FEW = 20  # classes; with fewer an interval is itself a guess


@dataclass(frozen=True)
class Door:
    """A threshold for at most `far` of the impostors, chosen on so many pairs; None where they cannot show such a rate.

    `let_in` and `known` are the shares of impostors and of genuine pairs that score at the threshold or above, with the
    intervals that other draws of the classes give; `thresholds` has the one that each such draw would have chosen.
    """

    far: float
    threshold: float | None
    impostors: int
    classes: int
    images: int
    let_in: Interval | None = None
    known: Interval | None = None
    thresholds: Interval | None = None

    @property
    def needed(self) -> int:
        """So many impostor pairs it takes to show a rate of `far` at all."""
        return pairs_needed(self.far)

    def __str__(self) -> str:
        """What may be said of it."""
        if self.threshold is None:
            each = max(1, round(self.images / self.classes))
            people = math.ceil((1 + math.sqrt(1 + 8 * self.needed / each**2)) / 2)
            return (
                f"No door for a false-accept rate of {self.far:g}: {self.impostors:,} impostor pairs cannot show it. "
                f"If none of them got in, the rate could still be {RULE_OF_THREE / self.impostors:.2%}. It takes "
                f"{self.needed:,} impostor pairs, which are those of {people} classes of {each} images."
            )
        assert self.let_in is not None  # a door with a threshold has all three
        said = (
            f"A score of {self.threshold:.3f} or more opens. Of {self.impostors:,} impostor pairs of {self.classes} "
            f"classes {self.let_in:.2%} get in, of the genuine {self.known:.1%}; in brackets what other classes "
            "of this kind give."
        )
        if self.let_in.high > 2 * self.far:
            times = self.let_in.high / self.far
            said += f" You asked for {self.far:.2%}: with other classes it can be {times:.0f} times that."
        if self.classes < FEW:
            said += f" {self.classes} classes are few, and the brackets are too narrow rather than too wide."
        return said


def pairs_needed(far: float) -> int:
    """The impostor pairs without which a false-accept rate cannot be shown: the rule of three, 3/far."""
    return math.ceil(RULE_OF_THREE / far - 1e-9)


def set_door(embeddings: Tensor, labels: Tensor, far: float, *, draws: int = DRAWS, seed: int = 0) -> Door:
    """The lowest threshold at which no more than `far` of the impostors get in, from embeddings (N, d), labels (N,).

    These should be strangers that nothing was trained on. Where there are fewer impostor pairs than 3/far, the door has
    no threshold. Raises ValueError for a `far` that is no share, and where there are no pairs.
    """
    if not 0 < far < 1:
        raise ValueError(f"far must be a share between 0 and 1, got {far}.")
    pairs = scored_pairs(embeddings, labels, most=min(max(MOST, 4 * pairs_needed(far)), LARGEST), seed=seed)
    said: dict[str, Any] = {"impostors": len(pairs.impostors), "classes": pairs.classes, "images": len(labels)}
    if len(pairs.impostors) < pairs_needed(far):
        return Door(far, None, **said)
    alike = torch.ones(len(pairs.impostors)).double()
    threshold = threshold_for(pairs, far, alike)
    chosen = resampled(
        pairs,
        lambda pairs, genuine, impostors: threshold_for(pairs, far, impostors),
        class_draws(pairs.classes, draws=draws, seed=seed),
    )
    return Door(
        far,
        threshold,
        **said,
        let_in=with_interval(pairs, share_let_in(threshold), draws=draws, seed=seed),
        known=with_interval(pairs, share_known(threshold), draws=draws, seed=seed),
        thresholds=interval(threshold, chosen),
    )


def threshold_for(pairs: ScoredPairs, far: float, counts: Tensor) -> float:
    """Just above the highest impostor that must stay outside, each impostor counted so often (M,)."""
    at_or_above = counts.flip(0).cumsum(0).flip(0)  # the impostors let in with the threshold at each one's score
    # Of several with the same score all get in together: the first of them decides.
    firsts = torch.searchsorted(pairs.impostors, pairs.impostors)
    outside = (at_or_above[firsts] > far * counts.sum() * (1 + 1e-12)).nonzero().squeeze(1)
    highest = pairs.impostors[outside[-1]]
    return float(torch.nextafter(highest, highest + 1))
