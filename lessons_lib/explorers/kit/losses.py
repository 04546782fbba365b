"""What explorers of a margin share: which loss, each loss's own margin, and how its line looks."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import traitlets

from lessons_lib.explorers.kit.explorer import Choice, Explorer, meant_in_degrees, refused_as_a_value
from lessons_lib.explorers.kit.plain import plain_number
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


def within_reach(
    margins: Mapping[str, Any], reaches: Mapping[str, tuple[float, float]], angles: Iterable[str]
) -> dict[str, float]:
    """Margins as numbers; TraitError for one that is none, out of reach or of no loss here. `angles` are in radians."""
    checked = {}
    for loss, margin in margins.items():
        if loss not in reaches:
            raise traitlets.TraitError(f"margins are those of {', '.join(reaches)}, got one of {loss!r}.")
        (low, high), number = reaches[loss], plain_number(margin)
        if number is None or not low <= number <= high:  # NaN is neither
            shown = repr(margin) if number is None else number
            meant = meant_in_degrees(number, low, high) if loss in angles else ""
            raise traitlets.TraitError(f"the margin of {loss} must lie in {low}..{high}, got {shown}{meant}.")
        checked[loss] = float(number)
    return checked


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
        return within_reach(margins, MARGINS, angles=("arcface",))

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
