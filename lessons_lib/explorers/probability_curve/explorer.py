"""ProbabilityCurve: what a cosine softmax takes a feature at θ for, and how much of that is the scale's doing."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice, Number, meant_in_degrees, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.plain import plain_number
from lessons_lib.explorers.kit.trained_angles import CursorExplorer, counted
from lessons_lib.figures.style import FAINT, INK, PALETTE, SOFT, Picture
from lessons_lib.losses.adacos import fixed_scale
from lessons_lib.runs import Run

_LEAST, _MOST = 0.1, 200.0  # scales
_BETWEEN = (math.radians(60), math.radians(120))  # where the others may stand
_FAN = (1, 2, 4, 8, 16, 64)
_CLOSE = 1e-4  # the browser keeps angles and scales to five digits
_NEEDS = "followed must be a trained Run whose history has step, epoch, theta and scale"


class Place(traitlets.TraitType):
    """Where the other classes stand: "90", "simplex", or an angle of 60° to 120° in radians."""

    def validate(self, obj: Any, others: Any) -> str | float:
        (low, high) = _BETWEEN
        if isinstance(others, str) and others in ("90", "simplex"):
            return others
        number = plain_number(others)
        if number is None or not low - _CLOSE <= number <= high + _CLOSE:
            shown, meant = others if number is None else number, meant_in_degrees(number, low, high)
            raise traitlets.TraitError(
                f'others must be "90", "simplex" or an angle of 60° to 120° in radians, got {shown!r}{meant}.'
            )
        return min(high, max(low, float(number)))

    def limits(self, obj: Any) -> dict[str, Any]:
        return {"words": ["90", "simplex"], "low": _BETWEEN[0] - _CLOSE, "high": _BETWEEN[1] + _CLOSE}


class ProbabilityCurve(CursorExplorer):
    """P(θ) = e^(s·cos θ) / (e^(s·cos θ) + B), with B = (C − 1)·e^(s·cos θ_others), for a scale s and C classes.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians. `followed` is a Run
    whose scale moved, as AdaCosLoss's does: the figure then starts with `choice` "followed" at its last moment.
    `scale` (0.1..200) is the one that is drawn; `choice` says who chose it: "hand", "fixed" (√2·ln(C − 1)) or
    "followed" (the run at its recorded moment number `step`); a scale that is set is one by hand. `others` is "90",
    "simplex" or an angle of 60° to 120° in radians; `angle` is the cursor; `net` says which trained net is shown.
    ValueError for angles that are none and for a run that recorded no scale.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("step", "num_classes", "scale", "choice", "others", "angle", "net")

    scale = Number(16.0, _LEAST, _MOST).tag(sync=True)
    num_classes = Number(10, 3, 100_000, whole=True).tag(sync=True)
    others = Place("90").tag(sync=True)
    choice = Choice(("hand", "fixed", "followed"), default_value="hand").tag(sync=True)
    angle = Number(round(math.radians(60), 5), 0, math.pi, angle=True).tag(sync=True)
    step = Number(0, 0, lambda figure: max(len(figure.moments) - 1, 0), counts="the recorded moments").tag(sync=True)
    moments = traitlets.List().tag(sync=True)
    run_classes = traitlets.Int(0).tag(sync=True)
    lost = traitlets.Dict().tag(sync=True)

    def __init__(
        self, theta: Mapping[str, Tensor | NDArray] | None = None, followed: Run | None = None, **settings: Any
    ):
        super().__init__(nets=counted(theta), **of_a_widget(settings), **({} if followed is None else _story(followed)))
        if self.moments and not {"choice", "scale", "num_classes"} & settings.keys():
            settings = {"others": "simplex", "choice": "followed"} | settings  # where such a run ends
        self.use({"step": max(0, len(self.moments) - 1)} | settings)

    @traitlets.default("limits")
    def _limits(self) -> dict[str, Any]:
        choices = ["hand", "fixed", *(["followed"] if self.moments else [])]
        return super()._limits() | {"choice": {"words": choices}}

    @traitlets.validate("choice")
    def _a_choice_there_is(self, proposal: traitlets.Bunch) -> str:
        if proposal["value"] == "followed" and not self.moments:
            raise traitlets.TraitError('choice can be "followed" only with a run: ProbabilityCurve(followed=run).')
        return proposal["value"]

    @traitlets.observe("choice", "step", "num_classes")
    def _bring_the_scale(self, change: traitlets.Bunch) -> None:
        if self.choice == "fixed":
            self.scale = _shown(fixed_scale(self.num_classes))
        elif self.choice == "followed" and change["name"] == "num_classes" and self.num_classes != self.run_classes:
            self.choice = "hand"
        elif self.choice == "followed":
            self.num_classes = self.run_classes
            self.scale = _shown(self.moments[self.step]["scale"])

    @traitlets.observe("scale")
    def _by_hand(self, _: traitlets.Bunch) -> None:
        due = {"fixed": lambda: fixed_scale(self.num_classes), "followed": lambda: self.moments[self.step]["scale"]}
        if self.choice in due and not math.isclose(self.scale, _shown(due[self.choice]()), rel_tol=_CLOSE):
            self.choice = "hand"

    @property
    def others_angle(self) -> float:
        """Where the other classes stand, in radians."""
        if self.others == "90":
            return math.pi / 2
        return math.acos(-1 / (self.num_classes - 1)) if self.others == "simplex" else self.others

    def probability(self, theta: NDArray | float, scale: float | None = None) -> NDArray:
        """P at angles of any shape, in radians; with the scale that is drawn, or with another."""
        scale = self.scale if scale is None else scale
        lead = scale * (np.cos(theta) - math.cos(self.others_angle)) - math.log(self.num_classes - 1)
        return 1 / (1 + np.exp(-lead))

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        here, best = (100 * float(self.probability(theta)) for theta in (self.angle, 0.0))
        fixed = fixed_scale(self.num_classes)
        return (
            f"The probability of the true class against θ, for s = {self.scale:.3g} and {self.num_classes:,} classes: "
            f"{here:.3g} % at {math.degrees(self.angle):.1f}°, {best:.3g} % at 0°. "
            f"Dashed beside it Fixed AdaCos, s = {fixed:.3g}, which gives "
            f"{100 * float(self.probability(self.angle, fixed)):.3g} % at that angle."
        )

    def picture(self) -> Picture:
        """The first frame, still: the curve among others, and the trained angles below it."""
        picture, plot = self.theta_still()
        plot.set_ylabel("P(θ)", color=INK, fontsize=10)
        for scale in _FAN:
            self._draw_curve(plot, scale, color=FAINT, linewidth=1)
        fixed = fixed_scale(self.num_classes)
        self._draw_curve(plot, fixed, color=PALETTE[1], linestyle="--", label=f"Fixed AdaCos, s = {fixed:.3g}")
        hue = INK if self.choice == "hand" else PALETTE[1]
        self._draw_curve(plot, self.scale, color=hue, linewidth=2.4, label=f"s = {self.scale:.3g}")
        plot.plot([0, 45, 45], [0.5, 0.5, 0], color=SOFT, linewidth=0.8, linestyle=":")
        plot.set_ylim(0, 1.02)
        plot.legend(fontsize=8, frameon=False, loc="upper right", labelcolor=SOFT)
        return picture

    def _draw_curve(self, axes: Axes, scale: float, **style: Any) -> None:
        theta = np.linspace(0, math.pi, 721)
        axes.plot(np.degrees(theta), self.probability(theta, scale), **style)


def _shown(scale: float) -> float:
    """A scale that the figure can draw, in the digits that the browser keeps."""
    return float(f"{min(_MOST, max(_LEAST, scale)):.5g}")


def _story(run: Run) -> dict[str, Any]:
    """A run's recorded moments up to the first whose scale or angle cannot be drawn, which becomes `lost`."""
    history, classes = getattr(run, "history", None), getattr(getattr(run, "head", None), "num_classes", 0)
    if not isinstance(history, list) or not history:
        raise ValueError(f"{_NEEDS}, got {type(run).__name__} without one.")
    if not classes:
        raise ValueError(f"{_NEEDS}, got {type(run).__name__} whose head tells no num_classes.")
    moments: list[dict[str, float]] = []
    for metrics in history:
        missing = [name for name in ("step", "epoch", "theta", "scale") if name not in metrics]
        if missing:
            raise ValueError(f"{_NEEDS}, got a moment without {', '.join(missing)}.")
        moment = {name: float(metrics[name]) for name in ("step", "epoch", "theta", "scale")}
        if not all(map(math.isfinite, moment.values())) or moment["scale"] > _MOST:
            break
        moments.append({name: float(f"{value:.5g}") for name, value in moment.items()} | {"step": int(moment["step"])})
    if not moments:
        raise ValueError(f"{_NEEDS}, got one whose scale and angle are no numbers from the start.")
    if len(moments) == len(history):
        return {"moments": moments, "run_classes": classes, "lost": {}}
    scale = float(metrics["scale"])
    lost = {"step": int(metrics["step"]), "scale": scale if math.isfinite(scale) else None}
    return {"moments": moments, "run_classes": classes, "lost": lost}
