"""Sub-center ArcFace: several centres a class, of which the nearest alone decides."""

import math

import torch
from torch import Tensor, nn

from lessons_lib.angles import safe_angle
from lessons_lib.losses.base import random_weights
from lessons_lib.losses.checks import check_batch, check_count
from lessons_lib.losses.margins import ArcFaceLoss, Beyond
from lessons_lib.losses.softtriple import SoftTripleLoss

OUTLIER = math.radians(75)  # what the paper drops: farther than this from its class's dominant centre


class SubCenterArcFaceLoss(ArcFaceLoss):
    """ArcFace where cos θ_c is the largest of a class's K cosines, max_k cos θ_ck: wrong labels may find another.

    Deng et al., Sub-center ArcFace, ECCV 2020. `weight` is (C, K, d), its rows the centres W_ck, of any length. Only
    the nearest centre of each class gets a gradient. One centre a class is ArcFace.
    Raises ValueError for centers_per_class below 1 and a margin outside 0..π.
    """

    formula = (
        r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{c\ne y}e^{s\cos\theta_c}},\quad "
        r"\cos\theta_c=\max_k\cos\theta_{ck}"
    )
    paper = "Deng et al., Sub-center ArcFace, ECCV 2020"
    needs = "labels of which some are wrong, or classes of several clusters; clean ones gain nothing"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        centers_per_class: int = 3,
        margin: float | Tensor = 0.5,
        scale: float = 64.0,
        beyond: Beyond = "mirror",
    ):
        super().__init__(num_classes, embedding_size, margin, scale, beyond)
        self.centers_per_class = check_count("centers_per_class", centers_per_class, 1, type(self).__name__)
        self.weight = nn.Parameter(random_weights(self.num_classes, self.centers_per_class, self.embedding_size))

    # The cosines with every centre (N, C, K), and what decides once a class's centres have merged, as SoftTriple's.
    center_cosines = SoftTripleLoss.center_cosines
    deciding_weights = SoftTripleLoss.deciding_weights
    cosines_and_own = SoftTripleLoss.cosines_and_own

    def cosines(self, embeddings: Tensor) -> Tensor:
        """max_k cos θ_ck of raw embeddings (N, d), (N, C)."""
        return self.center_cosines(embeddings).max(dim=2).values  # type: ignore[misc]

    @torch.no_grad()
    def angles_to_dominant(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The angle (N,) in radians to the centre that is nearest to most features of the label's class.

        Of raw embeddings (N, d) of a whole data set, labels (N,). One far away may be labelled wrongly: the paper drops
        those beyond 75°, `OUTLIER`.
        """
        check_batch(self, embeddings, labels)
        own = self.center_cosines(embeddings)[torch.arange(len(labels), device=labels.device), labels]  # type: ignore[misc]
        votes = torch.zeros(self.weight.shape[:2], device=own.device).index_put_(
            (labels, own.argmax(dim=1)), torch.ones(len(own), device=own.device), accumulate=True
        )
        dominant = votes.argmax(dim=1)[labels]
        return safe_angle(own.gather(1, dominant[:, None])).squeeze(1)
