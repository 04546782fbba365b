"""AdaCos: no margin, and a scale that need not be chosen."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.angles import safe_angle
from lessons_lib.losses.base import Head
from lessons_lib.losses.checks import check_tensor, number
from lessons_lib.losses.cross_entropy import factor
from lessons_lib.losses.passes import moved_once
from lessons_lib.losses.processes import of_all_processes

LEAST_SCALE = 0.01  # where all others lie opposite, the rule would ask for a negative one


class FixedAdaCosLoss(Head):
    """s·cos θ with s = √2·ln(C − 1): the probability P_y then rises most steeply near θ = 45° (for many classes).

    Zhang et al., AdaCos, CVPR 2019, Eq. 12. Raises ValueError for fewer than three classes: the scale would be 0.
    """

    formula = r"-\log\frac{e^{s\cos\theta_y}}{\sum_j e^{s\cos\theta_j}},\quad s=\sqrt2\,\ln(C-1)"
    paper = "Zhang et al., AdaCos, CVPR 2019 (arXiv:1905.00292)"
    needs = "at least three classes"
    fewest_classes = 3

    def __init__(self, num_classes: int, embedding_size: int):
        super().__init__(num_classes, embedding_size)
        self.scale = fixed_scale(self.num_classes)

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos θ: no margin."""
        check_tensor("theta", theta)
        return torch.cos(theta)


class AdaCosLoss(Head):
    """s·cos θ with a scale that follows the training: as the angles fall, it falls, and P_y at the median stays near ½.

    Zhang et al., AdaCos, CVPR 2019, Eq. 14: s ← ln B / cos(min(45°, θ_med)), with θ_med the batch's median target angle
    and B the mean over the batch of Σ_{j≠y} e^{s·cos θ_j} at the scale before. `scale` is a buffer, saved with the
    class weights; it moves in training mode only, at most up to `max_scale`, and in all processes that share a batch
    alike. Activation checkpointing runs a pass again with the scale it had and moves it once. A scale put in its
    place that wants a gradient is learnt instead. In two and three dimensions it diverged.
    Raises ValueError for fewer than three classes and a max_scale that is not positive.
    """

    scale: Tensor
    formula = (
        r"-\log\frac{e^{s\cos\theta_y}}{\sum_j e^{s\cos\theta_j}},\quad "
        r"s\leftarrow\frac{\ln B}{\cos\min(\pi/4,\theta_\mathrm{med})}"
    )
    paper = "Zhang et al., AdaCos, CVPR 2019 (arXiv:1905.00292)"
    needs = "at least three classes, and more than three dimensions: in 2-D and 3-D its scale diverged"
    fewest_classes = 3

    def __init__(self, num_classes: int, embedding_size: int, max_scale: float | None = None):
        super().__init__(num_classes, embedding_size)
        max_scale = None if max_scale is None else number("max_scale", max_scale)
        if max_scale is not None and not max_scale > 0:
            raise ValueError(f"max_scale must be positive, or None for no limit, got {max_scale}.")
        self.max_scale = max_scale
        del self.scale
        self.register_buffer("scale", torch.tensor(fixed_scale(self.num_classes)))

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos θ: no margin."""
        check_tensor("theta", theta)
        return torch.cos(theta)

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over a batch, raw embeddings (N, d), labels (N,); in training mode the scale moves first."""
        cosines = self.cosines(embeddings)
        scale = factor(self.scale, cosines)
        if self.training and "scale" in self._buffers and not self.scale.requires_grad:
            scale = moved_once(self, embeddings, labels, lambda: self.follow(cosines.detach(), labels))
        # A copy, as autograd keeps it: the next batch moves the buffer, maybe before this one's backward pass.
        return F.cross_entropy(scale.clone() * cosines, labels)

    def logits(self, embeddings: Tensor) -> Tensor:
        """What one predicts with, (N, C)."""
        cosines = self.cosines(embeddings)
        return factor(self.scale, cosines).clone() * cosines

    @torch.no_grad()
    def follow(self, cosines: Tensor, labels: Tensor) -> Tensor:
        """Set the scale from a batch's cosines (N, C), or from those of all processes that train together."""
        target = labels[:, None]
        theta = safe_angle(cosines.gather(1, target))
        others = (self.scale * cosines).scatter(1, target, -math.inf).logsumexp(dim=1, keepdim=True)
        theta, others = of_all_processes(torch.cat([theta, others], dim=1)).T
        theta_med, log_b = theta.median(), others.logsumexp(dim=0) - math.log(len(others))
        scale = log_b / torch.cos(theta_med.clamp(max=math.pi / 4))
        return self.scale.copy_(scale.clamp(min=LEAST_SCALE, max=self.max_scale))


def fixed_scale(num_classes: int) -> float:
    """√2·ln(C − 1)."""
    return math.sqrt(2) * math.log(num_classes - 1)
