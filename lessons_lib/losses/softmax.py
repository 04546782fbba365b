"""Softmax, and the two steps that uncover its angle: normalise the class weights, then the feature as well."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.angles import full_precision, lengths
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_embeddings, check_switch, check_tensor


class SoftmaxLoss(Head):
    """Plain softmax on W_j·x + b_j = ‖W_j‖‖x‖cos θ_j + b_j: the angle is in there, but so are two lengths and a bias.

    `cosines` are those of the angles to the class weights; `logits` are what is trained. No `target_logit`: the logit
    is no function of θ alone. Weights and bias start as torch.nn.Linear's do.
    """

    formula = r"-\log\frac{e^{W_y\cdot x+b_y}}{\sum_j e^{W_j\cdot x+b_j}}"
    paper = "textbook"
    scaled = False
    a_row_a_class = ("weight", "bias")

    def __init__(self, num_classes: int, embedding_size: int, bias: bool = True):
        super().__init__(num_classes, embedding_size)
        check_switch("bias", bias)
        start = nn.Linear(self.embedding_size, self.num_classes)
        self.weight = start.weight
        self.bias = start.bias if bias else None

    def logits(self, embeddings: Tensor) -> Tensor:
        """W_j·x + b_j for raw embeddings (N, d), as (N, C)."""
        check_embeddings(self, embeddings)
        with full_precision(embeddings):
            x = in_full_precision(embeddings)
            bias = None if self.bias is None else self.bias.to(x.dtype)
            return F.linear(x, self.weight.to(x.dtype), bias)

    def deciding_weights(self) -> tuple[Tensor, Tensor | None]:
        """W and b themselves."""
        return self.weight, self.bias

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy over a batch: raw embeddings (N, d), labels (N,) int64."""
        return F.cross_entropy(self.logits(embeddings), labels)


class ModifiedSoftmaxLoss(Head):
    """Class weights of length one and no bias: the logit is ‖x‖cos θ_j, and θ alone decides which class wins.

    Liu et al., SphereFace, CVPR 2017, section 3, where it is the step before the margin. The length ‖x‖ is left free:
    the network can lower the loss by growing it.
    """

    formula = r"-\log\frac{e^{\|x\|\cos\theta_y}}{\sum_j e^{\|x\|\cos\theta_j}}"
    paper = "Liu et al., SphereFace, CVPR 2017 (arXiv:1704.08063)"
    scaled = False

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos θ; what multiplies it is the feature's own length."""
        check_tensor("theta", theta)
        return torch.cos(theta)

    def multiplier(self, embeddings: Tensor) -> Tensor:
        """‖x‖, (N, 1)."""
        return lengths(in_full_precision(embeddings))

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """cos θ_y: no margin."""
        return own


class NormalizedSoftmaxLoss(Head):
    """Feature and class weights both of length one: the logit is s·cos θ_j, nothing but angle and a fixed scale.

    Wang et al., NormFace, ACM MM 2017. Their learnable scale is a Parameter in its
    place; left out are the metric-learning variants.
    """

    formula = r"-\log\frac{e^{s\cos\theta_y}}{\sum_j e^{s\cos\theta_j}}"
    paper = "Wang et al., NormFace, ACM MM 2017 (arXiv:1704.06369)"

    def __init__(self, num_classes: int, embedding_size: int, scale: float = 16.0):
        super().__init__(num_classes, embedding_size, scale)

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        return {"scale": 16.0}

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos θ: no margin."""
        check_tensor("theta", theta)
        return torch.cos(theta)
