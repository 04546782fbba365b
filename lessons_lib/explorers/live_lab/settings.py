"""What one may set in LiveLab, and what it tells its views."""

from typing import Any

import traitlets

from lessons_lib.explorers.kit.explorer import Choice
from lessons_lib.explorers.kit.losses import NAMES, MarginExplorer
from lessons_lib.explorers.live_lab.training import LOSSES, MARGIN_OF

NAMES_OF_LAB = {
    "plain_softmax": "plain softmax",
    **NAMES,
    "arcface_raw": "ArcFace, raw",
    "adacos_dynamic": "AdaCos",
}


class LiveSettings(MarginExplorer):
    """Source, loss, margin, scale and speed, checked; and what LiveLab tells its views."""

    setting_names = ("source", "loss", "margins", "scale", "speed")

    # Not echoed: every move of a slider comes as a message of its own, and an echo would pull the slider back.
    source = Choice(("pixels", "trunk"), default_value="pixels").tag(sync=True, echo_update=False)
    loss = Choice(LOSSES, default_value="arcface").tag(sync=True, echo_update=False)
    margins = traitlets.Dict().tag(sync=True, echo_update=False)
    scale = traitlets.Float(16.0).tag(sync=True, echo_update=False)
    speed = traitlets.Int(10).tag(sync=True, echo_update=False)
    playing = traitlets.Bool(False).tag(sync=True)
    frame = traitlets.Bytes(b"", help="the newest moment, then the curves so far").tag(sync=True)
    changes = traitlets.List(help="what was changed while it trained").tag(sync=True)
    film = traitlets.Bytes(b"", help="the moments of a recorded run").tag(sync=True)
    recorded = traitlets.Dict(help="settings and changes of the recorded run").tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    classes = traitlets.Int().tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)
    warm = traitlets.Bool(help="whether there is a trunk to learn from").tag(sync=True)

    @traitlets.default("margins")
    def _margins_to_begin_with(self) -> dict[str, float]:
        return super()._usual_margins()

    @traitlets.validate("source")
    def _a_source_that_is_there(self, proposal: traitlets.Bunch) -> str:
        if proposal["value"] == "trunk" and not self.warm:
            raise traitlets.TraitError("source 'trunk' needs a trained trunk: LiveLab(data, warm), got no run.")
        return proposal["value"]

    @traitlets.validate("margins")
    def _within_reach(self, proposal: traitlets.Bunch) -> dict[str, float]:
        margins = super()._within_reach(proposal)
        if margins["sphereface"] != int(margins["sphereface"]):
            raise traitlets.TraitError(
                f"the margin of sphereface must be a whole number here, got {margins['sphereface']}."
            )
        return margins

    @traitlets.validate("scale")
    def _a_scale(self, proposal: traitlets.Bunch) -> float:
        if not 1 <= proposal["value"] <= 64:  # NaN is neither
            raise traitlets.TraitError(f"scale must lie in 1..64, got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("speed")
    def _a_speed(self, proposal: traitlets.Bunch) -> int:
        if not 1 <= proposal["value"] <= 50:
            raise traitlets.TraitError(f"speed must be 1..50 steps a frame, got {proposal['value']}.")
        return proposal["value"]

    @property
    def margin(self) -> float:
        """The margin of the loss that trains; those without one have 0."""
        return self.margins.get(MARGIN_OF.get(self.loss), 0.0)

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss not in MARGIN_OF:
            raise ValueError(
                f"{NAMES_OF_LAB[self.loss]} has no margin: set `loss` to one of {', '.join(MARGIN_OF)} first."
            )
        self.margins = {**self.margins, MARGIN_OF[self.loss]: margin}

    def change(self, **settings: Any) -> None:
        """Set several at once, the loss before its `margin`; ValueError for one that is wrong."""
        self.use({name: value for name, value in settings.items() if name != "margin"})
        if "margin" in settings:
            self.margin = settings["margin"]
