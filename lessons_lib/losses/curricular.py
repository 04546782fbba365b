"""CurricularFace: the classes that are confused count more, the farther the training has come."""

import torch
from torch import Tensor

from lessons_lib.losses.checks import check_momentum, number
from lessons_lib.losses.cross_entropy import cross_entropy
from lessons_lib.losses.margins import ArcFaceLoss
from lessons_lib.losses.passes import moved_once
from lessons_lib.losses.processes import of_all_processes


class CurricularFaceLoss(ArcFaceLoss):
    """ArcFace in which another class with cos θ_j above cos(θ_y + m) has the logit cos θ_j (t + cos θ_j) instead.

    Huang et al., CurricularFace, CVPR 2020. t is the running mean of cos θ_y: it starts at 0, and in training mode each
    batch moves it by a share of 1 − `momentum` before its loss is taken, in all processes that share a batch alike. So
    a hard class with a positive cosine has a smaller logit than that at first, a larger one once t + cos θ_j exceeds 1.
    Raises ValueError for a margin outside 0..π and a momentum outside 0..1.
    """

    t: Tensor
    formula = (
        r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{j\ne y}e^{sN_j}},\quad "
        r"N_j=\begin{cases}\cos\theta_j&\cos\theta_j\le\cos(\theta_y+m)\\"
        r"\cos\theta_j(t+\cos\theta_j)&\text{else}\end{cases}"
    )
    paper = "Huang et al., CurricularFace, CVPR 2020 (arXiv:2004.00288)"
    needs = "a training that is long against its running mean, 100 steps or so"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        margin: float | Tensor = 0.5,
        scale: float = 64.0,
        momentum: float = 0.99,
    ):
        super().__init__(num_classes, embedding_size, margin, scale)
        self.momentum = number("momentum", momentum)
        check_momentum(self.momentum)
        self.register_buffer("t", torch.tensor(0.0))

    def check_settings(self) -> None:
        super().check_settings()
        check_momentum(self.momentum)

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over a batch, raw embeddings (N, d), labels (N,) int64; in training mode t moves first."""
        cosines, own = self.cosines_and_own(embeddings, labels)
        curve = self.own_logit(own, embeddings, labels)
        seen = own.detach()
        t = moved_once(self, embeddings, labels, lambda: self.follow(seen)) if self.training else self.t
        others = self.other_logit(cosines, curve, t.to(cosines).clone())  # a copy: the next batch moves the buffer
        return cross_entropy(self.multiplier(embeddings), others, curve, labels)

    def other_logit(self, cosines: Tensor, curve: Tensor, t: float | Tensor | None = None) -> Tensor:
        """What another class's cos θ_j counts as where the own class's curve is at `curve`; `t` in place of the own."""
        t = self.t if t is None else t
        return torch.where(cosines > curve, cosines * (t + cosines), cosines)

    @torch.no_grad()
    def follow(self, own: Tensor) -> Tensor:
        """Move t towards the mean of a batch's cos θ_y (N, 1), or of those of all processes that train together."""
        return self.t.lerp_(of_all_processes(own).mean().to(self.t), 1 - self.momentum)
