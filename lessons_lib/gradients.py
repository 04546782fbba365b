"""How hard a loss pushes, and where to: its gradient at chosen angles, by autograd, for any head.

Lengths are per sample and in units of 1/‖x‖ and 1/‖W_j‖, by which every cosine loss divides: what is left depends on
the angles alone.
"""

import copy
import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from lessons_lib.angles import circle_points, unit_vectors
from lessons_lib.losses import Head

Others = Literal["90", "simplex", "circle"]


@dataclass(frozen=True)
class Gradients:
    """The gradient of a loss at N features, each alone in its batch; float64.

    `cosines` (N, C) are cos θ_j, `coefficient` (N, C) is ∂L/∂cos θ_j, NaN where θ_j is 0 or π and no direction shows
    it. `on_feature` (N, d) is ‖x‖·∂L/∂x and `on_weights` (N, C, d) is ‖W_j‖·∂L/∂W_j. `loss` is (N,).
    """

    cosines: Tensor
    coefficient: Tensor
    on_feature: Tensor
    on_weights: Tensor
    loss: Tensor

    @property
    def feature_length(self) -> Tensor:
        """‖∂L/∂x‖·‖x‖, (N,)."""
        return torch.linalg.vector_norm(self.on_feature, dim=-1)

    @property
    def weight_length(self) -> Tensor:
        """‖∂L/∂W_j‖·‖W_j‖, (N, C)."""
        return torch.linalg.vector_norm(self.on_weights, dim=-1)


def gradients(head: Head, embeddings: Tensor, labels: Tensor) -> Gradients:
    """The head's gradient at raw embeddings (N, d) with labels (N,), one feature at a time. The head stays as it is.

    ValueError for SoftTriple, here and wherever class weights are put in place: it has several centres a class.
    """
    _check_one_weight_a_class(head)
    head = copy.deepcopy(head).double().eval()
    rows = [_alone(head, x[None], y[None]) for x, y in zip(embeddings.detach().double(), labels, strict=True)]
    return Gradients(*(torch.stack(parts) for parts in zip(*rows, strict=True)))


def at_angles(head: Head, theta: Tensor, others: Others = "90", length: float = 1.0) -> Gradients:
    """The head's gradient at features θ (N,) radians from the weight of class 0, their own, with its scale and margin.

    The class weights are put where `others` says: see `place`. `length` is ‖x‖, which matters to SphereFace, modified
    softmax, MagFace and AdaFace alone: to AdaFace as compared with the mean and spread of the lengths that this head
    met in its training (before any 20 and 100), to MagFace only within the lengths it was made for.
    """
    directions, weight = place(theta, head.num_classes, others)
    return gradients(with_weights(head, weight), length * directions, torch.zeros(len(theta), dtype=torch.int64))


def place(theta: Tensor, num_classes: int, others: Others) -> tuple[Tensor, Tensor]:
    """Unit features (N, d) at θ from class 0, and class weights (C, d), float64.

    "90": all weights at right angles, the feature leaves its own in a direction no class occupies, so that it stays at
    90° to the others. "simplex": the same with the weights as far apart as can be, cos θ_j = −cos θ/(C − 1). "circle":
    weights evenly around the plane, and the feature turns from class 0 towards class 1.
    """
    if others not in get_args(Others):
        raise ValueError(f"others must be one of {', '.join(get_args(Others))}, got {others!r}.")
    theta = theta.double()
    if others == "circle":
        return torch.stack([theta.cos(), theta.sin()], dim=1), circle_points(num_classes, dtype=torch.float64)
    weight = torch.eye(num_classes, num_classes + 1, dtype=torch.float64)
    if others == "simplex":
        weight[:, :-1] = unit_vectors(weight[:, :-1] - 1 / num_classes)
    away = torch.zeros(num_classes + 1, dtype=torch.float64)
    away[-1] = 1.0
    return theta.cos()[:, None] * weight[0] + theta.sin()[:, None] * away, weight


def with_weights(head: Head, weight: Tensor) -> Head:
    """A copy of the head, its scale and margin kept, with these class weights (C, d)."""
    _check_one_weight_a_class(head)
    twin = copy.deepcopy(head)
    twin.num_classes, twin.embedding_size = weight.shape
    twin.weight = nn.Parameter(weight.detach().clone())
    return twin


def slope(head: Head, theta: Tensor) -> Tensor:
    """f′ = df/d cos θ of the head's target logit f at θ (N,) radians inside 0..π: what a margin does besides P_y.

    ValueError for a head whose target logit is no function of θ alone.
    """
    if not hasattr(head, "target_logit"):
        raise ValueError(f"{type(head).__name__} has no target logit that is a function of θ alone.")
    cosine = theta.detach().double().cos().requires_grad_()
    (found,) = torch.autograd.grad(head.target_logit(cosine.acos()).sum(), cosine)
    return found


def missing(head: Head, found: Gradients) -> Tensor:
    """1 − P_y, (N,): the share of probability that the true class still lacks, and with f′ and s the whole coefficient.

    ValueError for P2SGrad, which forms no probability.
    """
    if not hasattr(head, "target_logit"):
        raise ValueError(f"{type(head).__name__} forms no probability from a target logit.")
    return -torch.expm1(-found.loss)  # the loss is −log P_y


def _check_one_weight_a_class(head: Head) -> None:
    if head.weight.ndim != 2:
        raise ValueError(f"{type(head).__name__} has several centres a class, and so no one angle a class to push on.")


def _alone(head: Head, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    x = x.clone().requires_grad_()
    cosines, loss = head.cosines(x)[0].detach(), head(x, y)
    on_x, on_w = torch.autograd.grad(loss, [x, head.weight])
    on_x, on_w = on_x[0] * torch.linalg.vector_norm(x.detach()), on_w * _lengths(head.weight)
    towards = unit_vectors(x.detach()) - cosines[:, None] * unit_vectors(head.weight.detach())  # ‖W_j‖·∂cos θ_j/∂W_j
    sine = torch.linalg.vector_norm(towards, dim=1)
    coefficient = torch.where(sine > 1e-9, (on_w * towards).sum(dim=1) / sine**2, math.nan)
    return cosines, coefficient, on_x, on_w, loss.detach()


def _lengths(weight: Tensor) -> Tensor:
    return torch.linalg.vector_norm(weight.detach(), dim=1, keepdim=True)
