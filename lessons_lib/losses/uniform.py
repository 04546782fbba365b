"""Uniform Loss: class centres repel each other like charges."""

import torch
from torch import Tensor, nn

from lessons_lib.angles import full_precision, unit_vectors
from lessons_lib.losses.base import in_full_precision
from lessons_lib.losses.checks import check_batch, check_count, check_setting, check_weight, number
from lessons_lib.losses.distances import distances_within
from lessons_lib.losses.passes import moved_once, run_again
from lessons_lib.losses.processes import summed_with_own_gradient


def uniform_energy(points: Tensor) -> Tensor:
    """Mean of 1/(1 + d) over all pairs of `points` (N, d), put on the unit sphere first; d is the distance.

    Duan et al., UniformFace, CVPR 2019: the energy of like charges, kept finite where two of them meet. Left on their
    own lengths, points could lower it by growing for ever. Takes class weights as they are: the gradient reaches them.
    Raises ValueError for fewer than two points.
    """
    check_weight("points", points)
    with full_precision(points):
        d = distances_within(unit_vectors(in_full_precision(points)))
        return (1 / (1 + d)).mean()


class UniformLoss(nn.Module):
    """The energy of the class centres, on the unit sphere: an auxiliary loss that spreads the classes.

    Duan et al., UniformFace, CVPR 2019. `centers` (C, d) is a buffer and follows the features as Center Loss's do, at
    `rate`: c_j ← c_j + rate·Σ_i (x_i − c_j)/(1 + n_j), in training mode only. The loss is `uniform_energy` of the
    centres after this step, so its gradient reaches a feature x_i through the rate/(1 + n_j) of it that its centre
    took over. Centres of zero length have no direction. Processes that share a batch move their centres alike; a
    pass that activation checkpointing runs again moves nothing.
    Raises ValueError for fewer than two classes, an embedding_size below 1 and a rate outside 0..1.
    """

    centers: Tensor
    formula = r"\frac1{C(C-1)}\sum_j\sum_{k\ne j}\frac1{\lVert\hat c_j-\hat c_k\rVert+1}"
    paper = "Duan et al., UniformFace, CVPR 2019"

    def __init__(self, num_classes: int, embedding_size: int, rate: float = 0.5):
        super().__init__()
        self.num_classes = check_count("num_classes", num_classes, 2, type(self).__name__)
        self.embedding_size = check_count("embedding_size", embedding_size, 1, type(self).__name__)
        self.rate = number("rate", rate)
        self.check_settings()
        self.register_buffer("centers", torch.randn(self.num_classes, self.embedding_size))

    def check_settings(self) -> None:
        """ValueError where `rate`, which may be changed at any time, is no share."""
        more = "; 0 keeps the centres where they are"
        check_setting("rate", self.rate, lambda share: 0 <= share <= 1, "lie in 0..1", more)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The energy after this batch's step, raw embeddings (N, d), labels (N,) int64; training keeps the step."""
        check_batch(self, embeddings, labels)
        with full_precision(embeddings):
            x, before = in_full_precision(embeddings), self.centers
            if self.training:
                before = moved_once(self, x, labels, lambda: self.centers.clone())
            moved = self.followed(before, x, labels)
            if self.training and not run_again():
                self.centers.copy_(moved.detach())
            return uniform_energy(moved)

    def followed(self, centers: Tensor, x: Tensor, labels: Tensor) -> Tensor:
        """Where a batch's step takes the centres (C, d), differentiable with respect to its features."""
        center = centers.to(x.dtype)
        pull = torch.zeros_like(center).index_add(0, labels, x - center[labels])
        count = center.new_zeros(self.num_classes, 1).index_add(0, labels, x.new_ones(len(x), 1))
        pull, count = summed_with_own_gradient(torch.cat([pull, count], dim=1)).split([self.embedding_size, 1], dim=1)
        return center + self.rate * pull / (1 + count)

    def extra_repr(self) -> str:
        """Sizes and rate."""
        return f"num_classes={self.num_classes}, embedding_size={self.embedding_size}, rate={self.rate}"
