"""Pair losses in a head's place: they learn from the pairs or triplets that a batch holds."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lessons_lib.angles import full_precision, unit_vectors
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_batch, check_embeddings
from lessons_lib.losses.passes import run_again

Choice = Callable[[Tensor, Tensor], tuple[Tensor, ...]]
MOST = 4_096  # genuine pairs of a batch that are learnt from: ten classes have thousands, which all say the same


class InBatch(Head):
    """A loss on pairs or triplets as a head: `choose` finds them in the batch, and they alone are learnt from.

    `choose(embeddings, labels)` gives what the loss wants, as numbers of images in the batch (int64), which are looked
    up here, or as anything else, which is handed on. A batch in which it finds nothing costs 0. With `normalize` the
    loss sees unit vectors. Such a loss has no class weights. `weight` (C, d) holds the mean feature of each class
    instead, the newest batch counting half, so that one can see, and predict by the nearest mean; no gradient moves it.
    Processes that share a batch do not see each other's images.
    """

    scaled = False
    loss: Any
    met: Tensor  # which classes, bool (C,)

    def __init__(
        self, loss: nn.Module, choose: Choice, num_classes: int, embedding_size: int, *, normalize: bool = False
    ):
        super().__init__(num_classes, embedding_size)
        del self.weight
        self.register_buffer("weight", torch.zeros(num_classes, embedding_size))
        self.register_buffer("met", torch.zeros(num_classes, dtype=torch.bool))
        self.loss, self.choose, self.normalize = loss, choose, normalize

    @property
    def formula(self) -> str:  # type: ignore[override]
        """That of the loss."""
        return self.loss.formula

    @property
    def paper(self) -> str:  # type: ignore[override]
        """That of the loss."""
        return self.loss.paper

    def seen(self, embeddings: Tensor) -> Tensor:
        """What the loss sees of raw embeddings (N, d): their unit vectors or themselves."""
        return unit_vectors(in_full_precision(embeddings)) if self.normalize else in_full_precision(embeddings)

    def logits(self, embeddings: Tensor) -> Tensor:
        """−½‖x − w_j‖² up to what all classes share, (N, C): the nearest mean is the largest."""
        check_embeddings(self, embeddings)
        with full_precision(embeddings):
            x = self.seen(embeddings)
            weight = self.weight.to(x.dtype)
            return x @ weight.T - weight.square().sum(dim=1) / 2

    def deciding_weights(self) -> tuple[Tensor, Tensor]:
        """The means, (C, d), and −½‖w_j‖², (C,)."""
        return self.weight, -self.weight.square().sum(dim=1) / 2

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:  # type: ignore[override]
        """The loss over what was chosen: raw embeddings (N, d), labels (N,) int64 in 0..C−1. ValueError otherwise."""
        check_batch(self, embeddings, labels)
        x = self.seen(embeddings)
        if self.training and not run_again():
            self.follow(x.detach(), labels)
        chosen = self.choose(x.detach(), labels)
        if len(chosen[0]) == 0:
            return 0 * x.sum()
        return self.loss(*(x[part] if part.dtype == torch.int64 else part for part in chosen))

    @torch.no_grad()
    def follow(self, embeddings: Tensor, labels: Tensor) -> None:
        """Move the mean of each class in the batch halfway to where it is now; at first meeting, all the way."""
        classes, which, count = labels.unique(return_inverse=True, return_counts=True)
        sums = embeddings.new_zeros(len(classes), embeddings.shape[1]).index_add_(0, which, embeddings)
        newest, before = (sums / count[:, None]).to(self.weight.dtype), self.weight[classes]
        self.weight[classes] = torch.where(self.met[classes, None], (before + newest) / 2, newest)
        self.met[classes] = True

    def extra_repr(self) -> str:
        """Sizes, and how pairs are chosen."""
        choose = self.choose.func if isinstance(self.choose, partial) else self.choose
        name = getattr(choose, "__name__", type(choose).__name__)  # an object that can be called has none
        return f"{super().extra_repr()}, choose={name}, normalize={self.normalize}"


def all_pairs(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Every pair of a batch once: the numbers of its two images (P,), and whether they are of one class, bool (P,)."""
    first, second = torch.triu_indices(len(labels), len(labels), 1, device=labels.device)
    return first, second, labels[first] == labels[second]


def random_pairs(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """All genuine pairs, or 4,096 of them by chance, and by chance as many impostors."""
    genuine, impostors, pairs = _parted(embeddings, labels)
    drawn = impostors[torch.randperm(len(impostors), device=labels.device)[: len(genuine)]]
    return _taken(pairs, genuine, drawn)


def nearest_pairs(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """All genuine pairs, or 4,096 by chance, and as many impostors: those that are nearest to each other now."""
    genuine, impostors, pairs = _parted(embeddings, labels)
    apart = torch.cdist(embeddings, embeddings)[pairs[0][impostors], pairs[1][impostors]]
    nearest = apart.topk(min(len(genuine), len(impostors)), largest=False).indices
    return _taken(pairs, genuine, impostors[nearest])


def random_triplets(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Genuine pairs, in both orders, each with one image of another class by chance: anchors, positives, negatives.

    All of them, or 4,096 by chance.
    """
    anchors, positives, other = _anchored(labels)
    others = other.sum(dim=1)[anchors]
    if len(anchors) == 0 or others[0] == 0:
        return anchors[:0], anchors[:0], anchors[:0]
    # In the order of classes an anchor's negatives stand in one row, from the end of its class round to its start.
    order = labels.argsort(stable=True)
    end = torch.searchsorted(labels[order], labels[anchors], right=True)
    ahead = (torch.rand(len(anchors), device=labels.device) * others).long()
    return anchors, positives, order[(end + ahead) % len(labels)]


def semi_hard_triplets(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Genuine pairs, in both orders, each with the nearest negative that is farther than the positive.

    FaceNet's choice (section 3.2): a negative nearer than the positive can, early on, draw all features into one place.
    Pairs without such a negative are left out; of more than 4,096 pairs that many are drawn by chance. Distances are
    those of unit vectors, as in TripletLoss.
    """
    anchors, positives, other = _anchored(labels)
    unit = unit_vectors(embeddings)
    apart = torch.cdist(unit, unit)
    farther = other[anchors] & (apart[anchors] > apart[anchors, positives][:, None])
    negatives = apart[anchors].masked_fill(~farther, torch.inf).argmin(dim=1)
    found = farther.any(dim=1)
    return anchors[found], positives[found], negatives[found]


def one_pair_a_class(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The first two images of each class that has two: anchors and positives, (P,) each."""
    order = labels.argsort(stable=True)
    in_order = labels[order]
    starts = torch.cat([in_order.new_ones(1, dtype=torch.bool), in_order[1:] != in_order[:-1]])
    first = (starts[:-1] & ~starts[1:]).nonzero().squeeze(1)
    return order[first], order[first + 1]


def _parted(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor]]:
    pairs = all_pairs(embeddings, labels)
    return _at_most(pairs[2].nonzero().squeeze(1)), (~pairs[2]).nonzero().squeeze(1), pairs


def _at_most(pairs: Tensor) -> Tensor:
    """MOST rows (P, ...) by chance, or all where there are no more."""
    return pairs if len(pairs) <= MOST else pairs[torch.randperm(len(pairs), device=pairs.device)[:MOST]]


def _taken(pairs: tuple[Tensor, Tensor, Tensor], genuine: Tensor, impostors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    both = torch.cat([genuine, impostors])
    first, second, same = pairs
    return first[both], second[both], same[both]


def _anchored(labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Anchors and positives, genuine pairs in either order, and (N, N) whether two images differ in class."""
    other = labels[:, None] != labels
    same = ~other & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchors, positives = _at_most(same.nonzero()).T
    return anchors, positives, other
