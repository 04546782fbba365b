"""AdaFace: how strict the margin is, and where, follows the feature's length."""

import math

import torch
from torch import Tensor

from lessons_lib.angles import lengths, safe_angle
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_each, check_momentum, check_setting, check_tensor, number
from lessons_lib.losses.margins import cosine_margin, falling_cosine, half_the_room, usual_scale
from lessons_lib.losses.passes import moved_once
from lessons_lib.losses.processes import of_all_processes

SHORTEST, LONGEST = 0.001, 100.0  # a length counts as at least and at most this
FIRST_MEAN, FIRST_SPREAD = 20.0, 100.0  # before the first batch, as in the published code


class AdaFaceLoss(Head):
    """f(θ) = cos(θ − m·z) − m(1 + z) with z = h(‖x‖ − μ)/σ, cut to −1..1: z = −1 is ArcFace, z = 0 is CosFace.

    Kim et al., AdaFace, CVPR 2022. μ and σ are running mean and spread of the lengths, in the buffer `met` (2,): they
    start at 20 and 100, and in training mode each batch moves them by a share of 1 − `momentum` before its loss is
    taken, in all processes that share a batch alike. z has no gradient. Outside 0..π, where cos(θ − m·z) would turn
    round, the cosine is mirrored so that it goes on falling; the published code makes it flat there.
    Raises ValueError for a margin outside 0..2, an h that is not positive and a momentum outside 0..1.
    """

    met: Tensor  # mean and spread, (2,)
    formula = (
        r"-\log\frac{e^{s(\cos(\theta_y-mz)-m(1+z))}}{e^{s(\cos(\theta_y-mz)-m(1+z))}+\sum_{j\ne y}e^{s\cos\theta_j}},"
        r"\quad z=\mathrm{clip}\left(h\,\frac{\lVert x\rVert-\mu}{\sigma},-1,1\right)"
    )
    paper = "Kim et al., AdaFace, CVPR 2022 (arXiv:2204.00964)"
    needs = "a length that says something of the image: z only compares it with others of the training"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        margin: float = 0.4,
        h: float = 0.333,
        scale: float = 64.0,
        momentum: float = 0.99,
    ):
        super().__init__(num_classes, embedding_size, scale)
        self.margin, self.h, self.momentum = (
            cosine_margin("margin", margin),
            number("h", h),
            number("momentum", momentum),
        )
        self.check_settings()
        self.register_buffer("met", torch.tensor([FIRST_MEAN, FIRST_SPREAD]))

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        margin = half_the_room(num_classes, embedding_size, cosine=True)
        return {"margin": margin, "scale": usual_scale(num_classes)}

    def check_settings(self) -> None:
        check_each("margin", self.margin, cosine_margin)
        more = "; 0.333 puts most features within −1/3..1/3"
        check_setting("h", self.h, lambda h: 0 < h < math.inf, "be a positive number", more)
        check_momentum(self.momentum)

    def target_logit(self, theta: Tensor, z: float | Tensor = 0.0) -> Tensor:
        """cos(θ − m·z) − m(1 + z) for features of standing z, −1..1; 0 is a feature of mean length."""
        check_tensor("theta", theta)
        return falling_cosine(theta - self.margin * z) - self.margin * (1 + z)

    def standing(self, embeddings: Tensor) -> Tensor:
        """z of raw embeddings (N, d), (N, 1): how long they are among those met so far, −1..1, without a gradient."""
        return self._standing(counted_lengths(embeddings), self.met)

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The curve at cos θ_y of the features' own z, (N, 1); in training mode mean and spread move first."""
        found = counted_lengths(embeddings)
        met = moved_once(self, embeddings, labels, lambda: self.follow(found)) if self.training else self.met
        return self.target_logit(safe_angle(own), self._standing(found, met))

    @torch.no_grad()
    def follow(self, found: Tensor) -> Tensor:
        """Move mean and spread towards those of a batch's lengths (N, 1), or of all processes that train together."""
        found = of_all_processes(found)
        spread = found.std() if len(found) > 1 else self.met[1]  # one length alone has none
        now = torch.stack([found.mean(), spread.to(found)])
        return self.met.lerp_(now.to(self.met), 1 - self.momentum)

    def _standing(self, found: Tensor, met: Tensor) -> Tensor:
        mean, spread = met.to(found)
        return (self.h * (found - mean) / (spread + 1e-3)).clamp(-1, 1)


def counted_lengths(embeddings: Tensor) -> Tensor:
    """‖x‖ of raw embeddings, (N, 1), kept within what AdaFace counts, and without a gradient."""
    return lengths(in_full_precision(embeddings.detach())).clamp(SHORTEST, LONGEST)
