"""SphereFace: the angle multiplied."""

import math

import torch
from torch import Tensor

from lessons_lib.angles import lengths
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_setting, check_tensor, number
from lessons_lib.losses.margins import falling_cosine


class SphereFaceLoss(Head):
    """‖x‖·ψ(θ), ψ(θ) = (−1)^k cos(mθ) − 2k on θ in [kπ/m, (k+1)π/m]: cos(mθ), continued so that it keeps falling.

    Liu et al., SphereFace, CVPR 2017 (A-Softmax): class weights of length one, the feature's length kept. `annealing`
    is the paper's λ and may be set during training: the curve is (λ cos θ + ψ(θ)) / (1 + λ). The gradient is that of
    the loss; the authors' own layer uses another one. Raises ValueError for a margin that is not a whole number of at
    least 1, and for an annealing that is negative or infinite.
    """

    formula = (
        r"-\log\frac{e^{\|x\|\psi(\theta_y)}}{e^{\|x\|\psi(\theta_y)}+\sum_{j\ne y}e^{\|x\|\cos\theta_j}},\quad "
        r"\psi(\theta)=(-1)^k\cos(m\theta)-2k"
    )
    paper = "Liu et al., SphereFace, CVPR 2017 (arXiv:1704.08063)"
    scaled = False

    def __init__(self, num_classes: int, embedding_size: int, margin: int = 4, annealing: float = 0.0):
        super().__init__(num_classes, embedding_size)
        margin, annealing = number("margin", margin), number("annealing", annealing)
        check_factor(margin)
        check_annealing(annealing)
        self.margin, self.annealing = int(margin), annealing

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        return {"margin": 4}

    def check_settings(self) -> None:
        check_factor(self.margin)
        check_annealing(self.annealing)

    def target_logit(self, theta: Tensor) -> Tensor:
        """(λ cos θ + ψ(θ)) / (1 + λ); what multiplies it is the feature's own length."""
        check_tensor("theta", theta)
        return (self.annealing * torch.cos(theta) + falling_cosine(self.margin * theta)) / (1 + self.annealing)

    def multiplier(self, embeddings: Tensor) -> Tensor:
        """‖x‖, (N, 1)."""
        return lengths(in_full_precision(embeddings))


def check_factor(margin: float) -> None:
    """What multiplies the angle."""
    said = "be a whole number of at least 1"
    check_setting("margin", margin, lambda m: 1 <= m < math.inf and m == int(m), said, "; it multiplies the angle")


def check_annealing(annealing: float) -> None:
    """The paper's λ."""
    said = "be a number of at least 0"
    check_setting("annealing", annealing, lambda a: 0 <= a < math.inf, said, "; 0 is the full margin")
