"""CosFace, ArcFace and what they have in common: a margin that makes training stricter than the exam."""

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from lessons_lib.angles import margin_ceiling, safe_angle
from lessons_lib.losses.base import Head
from lessons_lib.losses.checks import check_count, check_each, check_setting, check_tensor, number

Beyond = Literal["mirror", "linear", "raw"]
Gradient = Literal["true", "detached"]


def falling_cosine(phi: Tensor) -> Tensor:
    """cos φ for φ in 0..π radians, and on downwards without end: cos(φ − kπ) − 2k with k = ⌊φ/π⌋.

    Continuous, and so is its slope. SphereFace's ψ is this at mθ, the mirrored ArcFace this at θ + m.
    """
    k = torch.div(phi.detach(), math.pi, rounding_mode="floor")
    return torch.cos(phi - k * math.pi) - 2 * k


class CosFaceLoss(Head):
    """f(θ) = cos θ − m: the true class must win by a margin of m, in units of cosine.

    Wang et al., CosFace, CVPR 2018; AM-Softmax (Wang et al., IEEE SPL 2018) is the same. `margin` may be one a class,
    (C,). Raises ValueError for a margin outside 0..2. Ten classes in the plane can meet at most 1 − cos 36° = 0.191.
    """

    margin: float | Tensor
    formula = r"-\log\frac{e^{s(\cos\theta_y-m)}}{e^{s(\cos\theta_y-m)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    paper = "Wang et al., CosFace, CVPR 2018 (arXiv:1801.09414)"
    needs = "a margin below its ceiling for C and d"
    a_row_a_class = ("weight", "margin")

    def __init__(self, num_classes: int, embedding_size: int, margin: float | Tensor = 0.35, scale: float = 64.0):
        super().__init__(num_classes, embedding_size, scale)
        set_margin(self, margin, cosine_margin)

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        return {"margin": half_the_room(num_classes, embedding_size, cosine=True), "scale": usual_scale(num_classes)}

    def check_settings(self) -> None:
        check_each("margin", self.margin, cosine_margin)

    def target_logit(self, theta: Tensor, margin: float | Tensor | None = None) -> Tensor:
        """cos θ − m; `margin` in place of the head's."""
        check_tensor("theta", theta)
        return torch.cos(theta) - (self.margin if margin is None else margin)

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The curve at cos θ_y with the margin of class y, (N, 1)."""
        return self.target_logit(safe_angle(own), *margin_of(self, labels)).to(own.dtype)


class ArcFaceLoss(Head):
    """f(θ) = cos(θ + m): the true class must win by a margin of m radians.

    Deng et al., ArcFace, CVPR 2019, Eq. 3. Past π − m, where cos(θ + m) would rise again, `beyond` chooses: "mirror"
    −2 − cos(θ + m), smooth and falling; "linear" cos θ − m sin m, falling after a jump, as the first published code;
    "raw" cos(θ + m), rising. `gradient="detached"` has the same value but cos θ's gradient, as InsightFace's code has.
    `margin` may be one a class, (C,): larger for classes of few images, say.
    Raises ValueError for a margin outside 0..π, one in degrees above all.
    """

    margin: float | Tensor
    formula = r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    paper = "Deng et al., ArcFace, CVPR 2019 (arXiv:1801.07698)"
    needs = "a margin below its ceiling for C and d"
    a_row_a_class = ("weight", "margin")

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        margin: float | Tensor = 0.5,
        scale: float = 64.0,
        beyond: Beyond = "mirror",
        gradient: Gradient = "true",
    ):
        super().__init__(num_classes, embedding_size, scale)
        set_margin(self, margin, angular_margin)
        self.beyond, self.gradient = one_of("beyond", beyond, Beyond), one_of("gradient", gradient, Gradient)

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        return {"margin": half_the_room(num_classes, embedding_size), "scale": usual_scale(num_classes)}

    def check_settings(self) -> None:
        check_each("margin", self.margin, angular_margin)
        one_of("beyond", self.beyond, Beyond)
        one_of("gradient", self.gradient, Gradient)

    def own_logit(self, own: Tensor, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The curve at cos θ_y with the margin of class y, (N, 1)."""
        return self.target_logit(safe_angle(own), *margin_of(self, labels)).to(own.dtype)

    def target_logit(self, theta: Tensor, margin: float | Tensor | None = None) -> Tensor:
        """cos(θ + m), and past π − m what `beyond` says; `margin` in place of the head's."""
        check_tensor("theta", theta)
        margin = self.margin if margin is None else margin
        phi = theta + margin
        if self.beyond == "mirror":
            curve = falling_cosine(phi)
        elif self.beyond == "linear":
            m = torch.as_tensor(margin, dtype=theta.dtype, device=theta.device)
            curve = torch.where(phi <= math.pi, torch.cos(phi), torch.cos(theta) - m * m.sin())
        else:
            curve = torch.cos(phi)
        if self.gradient == "true":
            return curve
        return torch.cos(theta) + (curve - torch.cos(theta)).detach()


class CombinedMarginLoss(Head):
    """f(θ) = cos(m1 θ + m2) − m3: SphereFace's, ArcFace's and CosFace's margin in one.

    Deng et al., ArcFace, CVPR 2019, Eq. 4. Past m1 θ + m2 = π the cosine is mirrored so that it goes on falling; the
    paper leaves that open. m2 in radians, m3 in units of cosine. Raises ValueError for m1 not above 0 or above 10, m2
    outside 0..π and m3 outside 0..2.
    """

    formula = (
        r"-\log\frac{e^{s(\cos(m_1\theta_y+m_2)-m_3)}}{e^{s(\cos(m_1\theta_y+m_2)-m_3)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    )
    paper = "Deng et al., ArcFace, CVPR 2019 (arXiv:1801.07698)"
    needs = "a margin below its ceiling for C and d"

    def __init__(
        self,
        num_classes: int,
        embedding_size: int,
        m1: float = 1.0,
        m2: float = 0.3,
        m3: float = 0.2,
        scale: float = 64.0,
    ):
        super().__init__(num_classes, embedding_size, scale)
        self.m1 = number("m1", m1)
        self.m2, self.m3 = angular_margin("m2", m2), cosine_margin("m3", m3)
        self.check_settings()

    @classmethod
    def sensible(cls, num_classes: int, embedding_size: int) -> dict[str, float]:
        angle, cosine = (half_the_room(num_classes, embedding_size, cosine=kind) for kind in (False, True))
        return {"m1": 1.0, "m2": angle / 2, "m3": cosine / 2, "scale": usual_scale(num_classes)}

    def check_settings(self) -> None:
        more = "; it multiplies the angle, and 1 leaves it alone"
        check_setting("m1", self.m1, lambda m1: 0 < m1 <= 10, "be above 0 and at most 10", more)
        check_each("m2", self.m2, angular_margin)
        check_each("m3", self.m3, cosine_margin)

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos(m1 θ + m2) − m3, mirrored past π."""
        check_tensor("theta", theta)
        return falling_cosine(self.m1 * theta + self.m2) - self.m3


def set_margin(head: CosFaceLoss | ArcFaceLoss, margin: float | Tensor, checked: Callable[[str, Any], float]) -> None:
    """One margin, or one a class, (C,), which moves and is saved with the head. ValueError for what is no margin."""
    if not isinstance(margin, Tensor) or margin.numel() == 1:
        head.margin = checked("margin", margin)
        return
    if margin.shape != (head.num_classes,):
        given = f"a tensor of shape {tuple(margin.shape)}"
        raise ValueError(f"margin must be one number or one a class, ({head.num_classes},), got {given}.")
    for one in margin.tolist():
        checked("margin", one)
    head.register_buffer("margin", margin.detach().to(head.weight.dtype).clone())


def margin_of(head: CosFaceLoss | ArcFaceLoss, labels: Tensor) -> tuple[Tensor, ...]:
    """Where each class has a margin of its own, those of the labels (N,), (N, 1); else nothing to add to the curve."""
    own = isinstance(head.margin, Tensor) and head.margin.numel() > 1
    return (head.margin[labels][:, None],) if own else ()  # type: ignore[index]


def half_the_room(num_classes: int, embedding_size: int, cosine: bool = False) -> float:
    """A margin that leaves room: half of what C directions in d dimensions can hold, and never above the papers'.

    In radians (at most 0.5), or in units of cosine (at most 0.35).
    """
    check_count("num_classes", num_classes, 2, "a margin with room")
    check_count("embedding_size", embedding_size, 2, "a margin with room")
    ceiling = margin_ceiling(num_classes, embedding_size)
    return min(0.35, ceiling.cosine / 2) if cosine else min(0.5, ceiling.angle / 2)


def usual_scale(num_classes: int) -> float:
    """16 for ten classes, where this course measured it; 30 and 64 for thousands and more, as the literature has it."""
    return 16.0 if num_classes <= 100 else 30.0 if num_classes <= 10_000 else 64.0


def angular_margin(name: str, margin: float) -> float:
    """A margin in radians, 0..π; ValueError with the number to use instead for one that is evidently in degrees."""
    margin = number(name, margin)
    if math.pi < margin <= 180:
        use = f"use {math.radians(margin):.3f}, the same angle"
        raise ValueError(f"{name} must be in radians, got {margin}, which looks like degrees: {use}.")
    if not 0 <= margin <= math.pi:
        raise ValueError(f"{name} must be an angle in 0..π radians, got {margin}.")
    return margin


def cosine_margin(name: str, margin: float) -> float:
    """A margin in units of cosine, 0..2; ValueError for one that is evidently an angle in degrees."""
    margin = number(name, margin)
    if 2 < margin <= 180:
        use = f"use {1 - math.cos(math.radians(margin)):.3f}, what that angle takes off the cosine at θ = 0"
        raise ValueError(f"{name} must be in units of cosine, got {margin}, which looks like degrees: {use}.")
    if not 0 <= margin <= 2:
        raise ValueError(f"{name} must lie in 0..2, in units of cosine, got {margin}.")
    return margin


def one_of(name: str, choice: str, allowed: object) -> str:
    """The choice, if it is one of those that a Literal type allows."""
    if choice not in get_args(allowed):
        raise ValueError(f"{name} must be one of {', '.join(get_args(allowed))}, got {choice!r}.")
    return choice
