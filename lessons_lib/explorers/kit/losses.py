"""What explorers of a margin share: which loss, and each loss's own margin."""

import math
from typing import Any

import traitlets

from lessons_lib.explorers.kit.explorer import Choice, Explorer
from lessons_lib.losses import (
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
)

MARGINS = {"sphereface": (1.0, 5.0), "cosface": (0.0, 0.35), "arcface": (0.0, 0.8)}  # what the sliders reach
LOSSES = ("softmax", *MARGINS)
NAMES = {  # as one would say it; a figure that compares margins alone says "softmax"
    "softmax": "cosine softmax",
    "sphereface": "SphereFace",
    "cosface": "CosFace",
    "arcface": "ArcFace",
    "adacos": "Fixed AdaCos",
    "p2sgrad": "P2SGrad",
}


class MarginExplorer(Explorer):
    """A figure with a loss and a margin to drag. Each loss keeps its margin, so that switching back finds it as left.

    SphereFace's margin is a factor of the angle, CosFace's is in units of cosine, ArcFace's in radians.
    """

    loss = Choice(LOSSES, default_value="arcface").tag(sync=True)
    margins = traitlets.Dict().tag(sync=True)

    @traitlets.default("margins")
    def _usual_margins(self) -> dict[str, float]:
        return {"sphereface": 4.0, "cosface": 0.1, "arcface": 0.2}

    @traitlets.validate("margins")
    def _within_reach(self, proposal: traitlets.Bunch) -> dict[str, float]:
        margins = {**self._usual_margins(), **self._trait_values.get("margins", {}), **proposal["value"]}
        for loss, margin in margins.items():
            if loss not in MARGINS:
                raise traitlets.TraitError(f"margins are those of {', '.join(MARGINS)}, got one of {loss!r}.")
            low, high = MARGINS[loss]
            if not isinstance(margin, int | float) or not low <= margin <= high:  # NaN is neither
                degrees = f"; {math.radians(margin):.3f} is that angle in radians" if loss == "arcface" else ""
                raise traitlets.TraitError(f"the margin of {loss} must lie in {low}..{high}, got {margin}{degrees}.")
        return {loss: float(margin) for loss, margin in margins.items()}

    @property
    def margin(self) -> float:
        """The margin of the loss that is shown; softmax has none, 0."""
        return self.margins.get(self.loss, 0.0)

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss == "softmax":
            raise ValueError("softmax has no margin: set `loss` first.")
        self.margins = {**self.margins, self.loss: margin}


def named_head(loss: str, margin: float, scale: float, num_classes: int, embedding_size: int) -> Head:
    """The head that a figure's word for a loss stands for; "adacos" is the fixed one."""
    size = (num_classes, embedding_size)
    return {
        "softmax": lambda: NormalizedSoftmaxLoss(*size, scale=scale),
        "sphereface": lambda: CombinedMarginLoss(*size, m1=margin, m2=0.0, m3=0.0, scale=scale),  # ψ(θ), s for ‖x‖
        "cosface": lambda: CosFaceLoss(*size, margin=margin, scale=scale),
        "arcface": lambda: ArcFaceLoss(*size, margin=margin, scale=scale),
        "adacos": lambda: FixedAdaCosLoss(*size),
        "p2sgrad": lambda: P2SGradLoss(*size),
    }[loss]()
