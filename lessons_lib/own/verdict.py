"""What came of it, in words that the figures write: was it worth a network?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lessons_lib.data import LabelledImages
from lessons_lib.evaluation.directions import check_embedded
from lessons_lib.evaluation.resampled import (
    FEWEST,
    Interval,
    difference,
    equal_errors,
    ranked_rightly,
    scored_pairs,
    with_interval,
)

NETWORK = "this network"
FEW = 8  # strangers; with fewer classes an interval is a guess
ENOUGH_CLASSES, ENOUGH_EACH = 12, 5  # with fewer there is little to learn "the same" from


@dataclass(frozen=True)
class Verdict:
    """Of each contestant the share of strangers' pairs ranked rightly and the equal error rate; `ahead` has by how much
    the network ranks more of them rightly than each of the others. All with intervals over draws of the classes."""

    ranked: dict[str, Interval]
    errors: dict[str, Interval]
    ahead: dict[str, Interval]
    strangers: int
    learnt_from: tuple[int, int] | None = None  # images and classes

    @property
    def winner(self) -> str:
        """The contestant to use: the network only where it is ahead of all others for certain."""
        others = [name for name in self.ranked if name != NETWORK]
        if all(self.ahead[name].low > 0 for name in others):
            return NETWORK
        return max(others, key=lambda name: self.ranked[name].value)

    def _conclusion(self) -> str:
        if self.winner == NETWORK:
            return "The training was worth it: use the network."
        instead = f"use {self.winner}, which takes no training of yours"
        if all(ahead.value > 0 for ahead in self.ahead.values()):
            return (
                f"The network may be the better one, but these strangers cannot tell: ask more of them, or {instead}."
            )
        return f"Nothing here speaks for the trained network: {instead}."

    def __str__(self) -> str:
        """The verdict, a sentence a line."""
        lines = [
            f"{name:14} ranks {ranked:.1%} of the pairs rightly, and errs in {self.errors[name]:.1%} at equal errors."
            for name, ranked in self.ranked.items()
        ]
        lines += [_compared(name, ahead) for name, ahead in self.ahead.items()]
        lines.append(self._conclusion())
        if self.learnt_from and self.winner != NETWORK:
            images, classes = self.learnt_from
            each = f"{images} pictures of {classes} classes, {images / classes:.0f} of each"
            few = classes < ENOUGH_CLASSES or images / classes < ENOUGH_EACH
            lines.append(f"It learnt from {each}" + (": too few pictures to begin with." if few else "."))
        if self.strangers < FEWEST:
            lines.append(f"Only {self.strangers} classes were asked about, which tells nothing of others.")
        elif self.strangers < FEW:
            lines.append(f"Only {self.strangers} classes were asked about: all these intervals are too narrow.")
        return "\n".join(lines)


def _compared(name: str, ahead: Interval) -> str:
    points = f"{100 * abs(ahead.value):.1f} points ({100 * ahead.low:+.1f} to {100 * ahead.high:+.1f})"
    if ahead.low > 0:
        return f"The network is ahead of {name} by {points}."
    if ahead.high < 0:
        return f"The network is behind {name} by {points}."
    return f"The network and {name} cannot be told apart: {points} between them."


def judge(
    network: tuple[Tensor, Tensor], *, learnt_from: LabelledImages | None = None, **others: tuple[Tensor, Tensor]
) -> Verdict:
    """The verdict on embeddings with labels of the same strangers, the network's and those of others by their names.

    An underscore in a name stands for a space. `learnt_from` is what the network was trained on. Raises ValueError
    without anybody to compare with, for a name that is the network's own or there twice, and for other images.
    """
    check_contestants(network, others)
    scored = {NETWORK: scored_pairs(*network)}
    scored |= {name.replace("_", " "): scored_pairs(*other) for name, other in others.items()}
    return Verdict(
        ranked={name: with_interval(pairs, ranked_rightly) for name, pairs in scored.items()},
        errors={name: with_interval(pairs, equal_errors) for name, pairs in scored.items()},
        ahead={
            name: difference(scored[NETWORK], pairs, ranked_rightly)
            for name, pairs in scored.items()
            if name != NETWORK
        },
        strangers=scored[NETWORK].classes,
        learnt_from=None if learnt_from is None else (len(learnt_from), len(learnt_from.labels.unique())),
    )


def check_contestants(network: tuple[Tensor, Tensor], others: dict[str, tuple[Tensor, Tensor]]) -> None:
    """Somebody to compare the network with, each under a name of its own, all asked about the same images."""
    check_embedded("network", network)
    if not others:
        raise ValueError(
            "judge must have somebody to compare the network with, got the network alone: "
            "add raw_pixels=pixels(data.unseen), say."
        )
    names = [NETWORK, *(name.replace("_", " ") for name in others)]
    if twice := [name for name in others if names.count(name.replace("_", " ")) > 1]:
        raise ValueError(
            f"{twice[0]} must be a name that nobody else has, and {NETWORK!r} is the network's own: give another name."
        )
    for name, other in others.items():
        check_embedded(name, other)
        if not torch.equal(other[1].cpu(), network[1].cpu()):
            raise ValueError(
                f"{name} must be of the same images as the network's embeddings, got {len(other[1])} labels that are "
                f"not its {len(network[1])}: give both the same part, such as data.unseen."
            )


def pixels(part: LabelledImages) -> tuple[Tensor, Tensor]:
    """A part's own pixels as its embedding: what no training has touched."""
    return part.images.flatten(1), part.labels
