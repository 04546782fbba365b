"""What explorers of a margin share: which loss, each loss's own margin, and how its line looks."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from lessons_lib.explorers.kit.explorer import Choice, Explorer, refused_as_a_value
from lessons_lib.figures.style import PALETTE
from lessons_lib.losses import (
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
)

_LOOKS = json.loads(Path(__file__).with_name("looks.json").read_text(encoding="utf-8"))["losses"]  # the browser's own
_RANGES = {loss: look["margin"] for loss, look in _LOOKS.items() if "margin" in look}
MARGINS = {loss: (float(reach["min"]), float(reach["max"])) for loss, reach in _RANGES.items()}  # what sliders reach
LOSSES = ("softmax", *MARGINS)
NAMES = {loss: look.get("full", look["name"]) for loss, look in _LOOKS.items()}  # as one would say it
SHORT_NAMES = {loss: look["name"] for loss, look in _LOOKS.items()}  # a figure that compares margins alone: "softmax"


def line_style(loss: str) -> dict[str, Any]:
    """Colour and dashes of a loss's line in a still, as in the figure itself."""
    look = _LOOKS[loss]
    return {"color": PALETTE[look["hue"]], "linestyle": (0, tuple(look["dash"])) if look["dash"] else "-"}


class Margins(traitlets.Dict):
    """Margins by their losses; those that are left out stay as they are."""

    def limits(self, obj: Any) -> dict[str, Any]:
        return {"each": {loss: {"low": low, "high": high} for loss, (low, high) in MARGINS.items()}}


class MarginExplorer(Explorer):
    """A figure with a loss and a margin to drag. Each loss keeps its margin, so that switching back finds it as left.

    SphereFace's margin is a factor of the angle, CosFace's is in units of cosine, ArcFace's in radians.
    """

    loss = Choice(LOSSES, default_value="arcface").tag(sync=True)
    margins = Margins().tag(sync=True)

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

    def begin_with(self, settings: Mapping[str, Any], margin: Any = None) -> None:
        """Take over what a constructor was given, the margin of its loss too; ValueError where something is wrong."""
        self.use(settings)
        if margin is not None:
            with refused_as_a_value():
                self.margin = margin

    @property
    def margin(self) -> float:
        """The margin of the loss that is shown; others have none, 0."""
        return self.margins.get(self.loss, 0.0)

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss not in MARGINS:
            raise ValueError(f"{NAMES[self.loss]} has no margin: set `loss` to one of {', '.join(MARGINS)} first.")
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
