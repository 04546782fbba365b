"""What every classification loss shares: class weights, cosines, checks, and the one formula they vary."""

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor, nn

from lessons_lib.angles import cosines_and_own, cosines_between, full_precision, safe_angle, unit_vectors
from lessons_lib.losses.checks import check_batch, check_count, check_embeddings, check_scale, number
from lessons_lib.losses.cross_entropy import cross_entropy, factor
from lessons_lib.losses.negatives import in_place_of, sampled_classes


class Head(nn.Module):
    """Cross-entropy over s·cos θ_j, where the true class answers to a curve of its own, `target_logit`.

    A loss of the family is this class with another curve. It owns the class weights, one row a class, so an optimiser
    needs `[*net.parameters(), *head.parameters()]` and nothing else. `scale` may also be a tensor of one number: as a
    torch.nn.Parameter it is learnt with the rest.

    Raises ValueError for fewer than `fewest_classes` classes or an embedding_size below 1.
    """

    formula: ClassVar[str]
    paper: ClassVar[str]
    needs: ClassVar[str] = "nothing special"
    fewest_classes: ClassVar[int] = 2
    scaled: ClassVar[bool] = True  # whether the loss makes use of `scale`
    a_row_a_class: ClassVar[tuple[str, ...]] = ("weight",)
    sample_rate: float = 1.0
    scale: float | Tensor
    weight: Tensor  # a Parameter, but for losses whose weights follow the features
    target_logit: Callable[..., Tensor]  # of θ (N, 1), where the curve is a function of θ

    def __init__(self, num_classes: int, embedding_size: int, scale: float = 1.0):
        super().__init__()
        self.num_classes = check_count("num_classes", num_classes, self.fewest_classes, type(self).__name__)
        self.embedding_size = check_count("embedding_size", embedding_size, 1, type(self).__name__)
        self.scale = number("scale", scale)
        check_scale(self)
        self.weight = nn.Parameter(random_weights(self.num_classes, self.embedding_size))

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        """Scale and margin to start from with C classes in d dimensions, as keyword arguments of this head."""
        return {}

    def check_settings(self) -> None:
        """ValueError where a setting is none: asked of each batch, for settings may be changed at any time."""

    def cosines(self, embeddings: Tensor) -> Tensor:
        """cos θ_j of raw embeddings (N, d) with every class weight, (N, C); never below float32, autocast or not."""
        check_embeddings(self, embeddings)
        with full_precision(embeddings):
            vectors = in_full_precision(embeddings)
            return cosines_between(vectors, self.weight.to(vectors.dtype))

    def cosines_and_own(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The same for a batch that was checked, and cos θ_y of its labels (N,) beside it, (N, 1)."""
        with full_precision(embeddings):
            vectors = in_full_precision(embeddings)
            return cosines_and_own(vectors, self.weight.to(vectors.dtype), labels)

    def multiplier(self, embeddings: Tensor) -> float | Tensor:
        """What multiplies the cosines of raw embeddings (N, d): the scale s, or one number a feature, (N, 1)."""
        return self.scale

    def logits(self, embeddings: Tensor) -> Tensor:
        """What one predicts with, (N, C): no margin, whatever the loss trains with."""
        cosines = self.cosines(embeddings)
        return factor(self.multiplier(embeddings), cosines) * cosines

    def deciding_weights(self) -> tuple[Tensor, Tensor | None]:
        """Rows w_j (C, d) and numbers b_j (C,) or None such that the predicted class is the largest w_j·x + b_j."""
        return unit_vectors(self.weight), None

    def forward(self, embeddings: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Mean loss over a batch: raw embeddings (N, d), labels (N,) int64 in 0..C−1. ValueError for anything else.

        `weight` (M, d) stands in for the head's own class weights: what another network makes of M texts, say. The
        labels then name its rows, 0..M−1.
        """
        check_batch(self, embeddings, labels, weight)
        if weight is not None:
            return in_place_of(self, {"weight": weight}, embeddings, labels)
        if self.training and self.sample_rate < 1:
            classes, labels = sampled_classes(labels, self.num_classes, self.sample_rate)
            own = {name: getattr(self, name) for name in self.a_row_a_class}
            rows = {name: value[classes] for name, value in own.items() if len(getattr(value, "shape", ())) > 0}
            return in_place_of(self, rows, embeddings, labels)
        return self.mean_loss(embeddings, labels)

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The formula, for a batch that was checked and the class weights that are in place."""
        cosines, own = self.cosines_and_own(embeddings, labels)
        curve = self.own_logit(own, embeddings, labels)
        return cross_entropy(self.multiplier(embeddings), cosines, curve, labels)

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The curve at cos θ_y, (N, 1); a loss whose curve depends on more than θ finds here what else there is."""
        return self.target_logit(safe_angle(own))

    def extra_repr(self) -> str:
        """Sizes, scale and whatever margin this head has."""
        plain = {name: value for name, value in vars(self).items() if isinstance(value, int | float | str)}
        tensors = vars(self) | self._buffers | self._parameters | {"scale": self.scale}
        ones = {name: value for name, value in tensors.items() if isinstance(value, Tensor) and value.numel() == 1}
        plain |= {name: f"{value.item():.4g}" for name, value in ones.items()}
        return ", ".join(f"{name}={value}" for name, value in plain.items() if name != "training" and name[0] != "_")


def random_weights(num_classes: int, *size: int) -> Tensor:
    """Class weights to start from, (C, d) or (C, K, d): normal numbers of size (10/C)², within 0.02..1.

    A weight is pulled by its own class in one of C images, and a step turns a short weight farther than a long one: of
    many classes each must get far in few steps. The square is no theory; lesson 10 measures what it is worth.
    """
    return torch.randn(num_classes, *size) * min(1.0, max(0.02, (10 / num_classes) ** 2))


def in_full_precision(embeddings: Tensor) -> Tensor:
    """float32 at least; float64 stays. Half precision cannot tell cosines near 1 apart (1.8 degrees a step)."""
    return embeddings if embeddings.dtype in (torch.float32, torch.float64) else embeddings.float()
