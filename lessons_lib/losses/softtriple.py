"""SoftTriple: a class may have several centres, and a feature needs to be near one of them."""

import math

from torch import Tensor, nn

from lessons_lib.angles import cosines_between, full_precision, unit_vectors
from lessons_lib.losses.base import Head, in_full_precision, random_weights
from lessons_lib.losses.checks import check_count, check_each, check_embeddings, check_setting, number
from lessons_lib.losses.distances import distances_within
from lessons_lib.losses.margins import cosine_margin, half_the_room


class SoftTripleLoss(Head):
    """Cross-entropy over s·S_c with a margin on the true class; S_c = Σ_k softmax_k(cos θ_ck/γ) cos θ_ck of K centres.

    Qian et al., SoftTriple Loss, ICCV 2019. `weight` is (C, K, d), its rows the centres W_ck, of any length. `gamma` is
    γ: the smaller, the more the nearest centre alone decides. `margin` is the paper's δ, in units of cosine, `scale`
    its λ. `tau` weighs a regulariser, the sum of ‖Ŵ_ct − Ŵ_cu‖ = √(2 − 2 cos) over the pairs of a class and over the
    classes, divided by C·K·(K − 1): it merges centres that are not needed. Two that coincide stay together, with
    gradient 0, where the paper's root has an infinite slope. One centre a class has no pairs: that is CosFace.
    No `target_logit`: S_c is no function of one angle.

    Raises ValueError for centers_per_class below 1, a gamma that is not positive, a margin outside 0..2 and a negative
    tau.
    """

    formula = (
        r"-\log\frac{e^{s(S_y-m)}}{e^{s(S_y-m)}+\sum_{c\ne y}e^{sS_c}}"
        r"+\frac{\tau}{CK(K-1)}\sum_c\sum_{t<u}\lVert\hat W_{ct}-\hat W_{cu}\rVert,\quad "
        r"S_c=\sum_k\frac{e^{\cos\theta_{ck}/\gamma}}{\sum_l e^{\cos\theta_{cl}/\gamma}}\cos\theta_{ck}"
    )
    paper = "Qian et al., SoftTriple Loss, ICCV 2019 (arXiv:1909.05235)"
    needs = "classes of several clusters that the network does not merge: elsewhere one centre may do as well"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        centers_per_class: int = 10,
        scale: float = 20.0,
        gamma: float = 0.1,
        margin: float = 0.01,
        tau: float = 0.2,
    ):
        super().__init__(num_classes, embedding_size, scale)
        self.centers_per_class = check_count("centers_per_class", centers_per_class, 1, type(self).__name__)
        gamma, tau = number("gamma", gamma), number("tau", tau)
        self.gamma, self.tau = gamma, tau
        self.margin = cosine_margin("margin", margin)
        self.check_settings()
        self.weight = nn.Parameter(random_weights(self.num_classes, self.centers_per_class, self.embedding_size))

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        return {"margin": min(0.01, half_the_room(num_classes, embedding_size, cosine=True)), "scale": 20.0}

    def check_settings(self) -> None:
        near, apart = "; near 0 the nearest centre alone decides", "; 0 leaves the centres of a class apart"
        check_setting("gamma", self.gamma, lambda gamma: 0 < gamma < math.inf, "be a positive number", near)
        check_setting("tau", self.tau, lambda tau: 0 <= tau < math.inf, "be a number of at least 0", apart)
        check_each("margin", self.margin, cosine_margin)

    def center_cosines(self, embeddings: Tensor) -> Tensor:
        """cos θ_ck of raw embeddings (N, d) with every centre, (N, C, K); never below float32, autocast or not."""
        check_embeddings(self, embeddings)
        with full_precision(embeddings):
            vectors = in_full_precision(embeddings)
            centers = self.weight.to(vectors.dtype).transpose(0, 1)  # so that `cosines` adds up whole rows of classes
            return cosines_between(vectors, centers.flatten(end_dim=1)).unflatten(1, centers.shape[:2]).mT

    def cosines(self, embeddings: Tensor) -> Tensor:
        """S_c of raw embeddings (N, d), (N, C): a mean of a class's cosines in which the near centres count most."""
        cosines = self.center_cosines(embeddings).mT
        return ((cosines / self.gamma).softmax(dim=1) * cosines).sum(dim=1)

    def cosines_and_own(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The same for a batch that was checked, and S_y of its labels (N,) beside it, (N, 1)."""
        similarities = self.cosines(embeddings)
        return similarities, similarities.gather(1, labels[:, None])

    def deciding_weights(self) -> tuple[Tensor, None]:
        """The mean of each class's unit centres (C, d): what decides where they have merged, or K is 1, or γ is large.

        Between centres that stand apart the boundary is not straight; `logits` knows where it runs.
        """
        return unit_vectors(self.weight).mean(dim=1), None

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """S_y − δ."""
        return own - self.margin

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over a batch, regulariser included: raw embeddings (N, d), labels (N,) int64."""
        return super().mean_loss(embeddings, labels) + self.tau * self.spread()

    def spread(self) -> Tensor:
        """Σ_c Σ_{t<u} ‖Ŵ_ct − Ŵ_cu‖ / (C·K·(K − 1)): half the mean distance between centres of a class; 0 for K = 1."""
        with full_precision(self.weight):
            centers = unit_vectors(in_full_precision(self.weight))
            pairs = len(centers) * max(1, self.centers_per_class * (self.centers_per_class - 1))
            return distances_within(centers).sum() / pairs
