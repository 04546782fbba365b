"""MagFace: a margin that grows with the feature's length, and a price for being short."""

import math

from torch import Tensor

from lessons_lib.angles import lengths, safe_angle
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_each, check_setting, check_tensor, number
from lessons_lib.losses.margins import angular_margin, falling_cosine, half_the_room, usual_scale


class MagFaceLoss(Head):
    """f(θ) = cos(θ + m(a)) with a = ‖x‖ cut to l..u and m(a) on a straight line, and λ·g(a), g(a) = 1/a + a/u², added.

    Meng et al., MagFace, CVPR 2021. m goes from `margin_from` at the length l = `length_from` to `margin_to` at
    u = `length_to`, in radians. g falls until a = u, so it pays to be long; the longer, the stricter the margin. Both
    have their gradient on the length; outside l..u there is none. `length_weight` is λ; None takes the least for which
    the pull to be longer is never weaker than the margin's push, s·K·u²l²/(u² − l²) with K the slope of m. Past
    θ + m = π the cosine is mirrored so that it goes on falling; the paper leaves that open.
    Raises ValueError for margins outside 0..π or falling, lengths that are not 0 < l < u, and a negative length_weight.
    """

    formula = (
        r"-\log\frac{e^{s\cos(\theta_y+m(a))}}{e^{s\cos(\theta_y+m(a))}+\sum_{j\ne y}e^{s\cos\theta_j}}"
        r"+\lambda\left(\frac1a+\frac a{u^2}\right),\quad a=\mathrm{clip}(\lVert x\rVert,l,u)"
    )
    paper = "Meng et al., MagFace, CVPR 2021 (arXiv:2103.06627)"
    needs = "features whose lengths lie within length_from..length_to: outside it is ArcFace with a fixed margin"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        margin_from: float = 0.45,
        margin_to: float = 0.8,
        length_from: float = 10.0,
        length_to: float = 110.0,
        scale: float = 64.0,
        length_weight: float | None = None,
    ):
        super().__init__(num_classes, embedding_size, scale)
        self.margin_from = angular_margin("margin_from", margin_from)
        self.margin_to = angular_margin("margin_to", margin_to)
        self.length_from, self.length_to = number("length_from", length_from), number("length_to", length_to)
        self.check_ends()
        self.length_weight = self.feasible_weight() if length_weight is None else number("length_weight", length_weight)
        self.check_settings()

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        m = half_the_room(num_classes, embedding_size)
        return {"margin_from": 0.9 * m, "margin_to": 1.6 * m, "scale": usual_scale(num_classes)}

    def check_settings(self) -> None:
        self.check_ends()
        said = "be a number of at least 0, or None"
        check_setting("length_weight", self.length_weight, lambda weight: 0 <= weight < math.inf, said)

    def check_ends(self) -> None:
        """The two ends of the line that m goes along."""
        for name in ("margin_from", "margin_to"):
            check_each(name, getattr(self, name), angular_margin)
        if self.margin_from > self.margin_to:
            raise ValueError(f"margin_to must be at least margin_from, got {self.margin_to} and {self.margin_from}.")
        start, end = number("length_from", self.length_from), number("length_to", self.length_to)
        if not 0 < start < end < math.inf:
            raise ValueError(f"lengths must be 0 < length_from < length_to, got {start} and {end}.")

    def feasible_weight(self) -> float:
        """s·K·u²l²/(u² − l²): with it the pull to be longer, λ(1/a² − 1/u²), is s·K at the length l."""
        slope = (self.margin_to - self.margin_from) / (self.length_to - self.length_from)
        low, high = self.length_from**2, self.length_to**2
        return float(self.scale) * slope * low * high / (high - low)

    def target_logit(self, theta: Tensor, length: float | Tensor | None = None) -> Tensor:
        """cos(θ + m) for features of this length, the shortest that counts if none is given; mirrored past π."""
        check_tensor("theta", theta)
        return falling_cosine(theta + self.margin_at(self.length_from if length is None else length))

    def margin_at(self, length: float | Tensor) -> float | Tensor:
        """m in radians at a length, or at lengths of any shape."""
        share = (self.counted(length) - self.length_from) / (self.length_to - self.length_from)
        return self.margin_from + share * (self.margin_to - self.margin_from)

    def counted(self, length: float | Tensor) -> float | Tensor:
        """The length, or those of a tensor, cut to length_from..length_to."""
        if isinstance(length, Tensor):
            return length.clamp(self.length_from, self.length_to)
        return min(max(length, self.length_from), self.length_to)

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The curve at cos θ_y and at each feature's own length, (N, 1)."""
        return self.target_logit(safe_angle(own), lengths(in_full_precision(embeddings)))

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over a batch, the price of the lengths included: raw embeddings (N, d), labels (N,) int64."""
        return super().mean_loss(embeddings, labels) + self.length_weight * self.price(embeddings).mean()

    def price(self, embeddings: Tensor) -> Tensor:
        """g = 1/a + a/u² of raw embeddings (N, d), (N, 1): the less the longer they are, up to u."""
        a = self.counted(lengths(in_full_precision(embeddings)))
        return 1 / a + a / self.length_to**2
