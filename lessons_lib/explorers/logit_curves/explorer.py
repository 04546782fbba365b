"""LogitCurves: what stands in place of cos θ for the true class, against the angle."""

import math
from pathlib import Path

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import LOSSES, MARGINS, named_head
from lessons_lib.explorers.kit.trained_angles import AngleExplorer, draw_histogram
from lessons_lib.figures.style import INK, PALETTE, SOFT, Picture, degree_ticks, quiet_axes

_BETWEEN = (math.radians(10), math.pi)
_SLACK = 1e-4  # the browser keeps angles to five digits
_NAMES = {"softmax": "softmax", "sphereface": "SphereFace", "cosface": "CosFace", "arcface": "ArcFace"}
_INK = {"softmax": 8, "sphereface": 5, "cosface": 0, "arcface": 4}
_DASHES = {"softmax": ":", "sphereface": "-.", "cosface": "--", "arcface": "-"}


class LogitCurves(AngleExplorer):
    """f(θ), which takes the place of cos θ in the logit of the true class, for four losses at once.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians; without it that panel
    is left out. `loss`, `margins` and `annealing` (SphereFace's λ, 0..1000) decide the curves; `between` is the angle
    between two class weights, `angle` the cursor, both in radians; `net` says which of the trained nets is shown.
    `before` is where the reader's last gesture began. ValueError for angles that are none; what is no number is left
    out and counted.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "annealing", "between", "angle", "net")

    loss = Choice(LOSSES, default_value="sphereface").tag(sync=True)
    annealing = traitlets.Float(0.0).tag(sync=True)
    between = traitlets.Float(round(math.radians(36), 5)).tag(sync=True)

    @traitlets.validate("annealing")
    def _a_share_of_softmax(self, proposal: traitlets.Bunch) -> float:
        if not 0 <= proposal["value"] <= 1000:  # NaN is neither
            raise traitlets.TraitError(f"annealing is λ and must lie in 0..1000, got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("between")
    def _an_angle_between(self, proposal: traitlets.Bunch) -> float:
        (low, high), between = _BETWEEN, proposal["value"]
        if not low - _SLACK <= between <= high + _SLACK:
            meant = f"; {math.radians(between):.3f} is that many degrees" if 10 <= between <= 180 else ""
            raise traitlets.TraitError(
                f"between must be an angle of 10° to 180° in radians, {low:.3f}..{high:.3f}, got {between}{meant}."
            )
        return min(high, max(low, between))

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        logit = float(self._curve(self.loss, torch.tensor([self.angle], dtype=torch.float64))[0])
        given = f" (m = {self.margin:.3g})" if self.loss in MARGINS else ""
        if self.loss == "sphereface":
            given = f" (m = {self.margin:.3g}, λ = {self.annealing:.3g})"
        alike = f"what softmax has at {math.degrees(math.acos(min(1.0, logit))):.1f}°" if logit >= -1 else ""
        return (
            "What stands in place of cos θ for the true class, against θ, for softmax, SphereFace, CosFace and "
            f"ArcFace. At {math.degrees(self.angle):.1f}° {_NAMES[self.loss]}{given} has "
            f"{logit:.3f}, {alike or 'lower than softmax has at any angle'}."
        )

    def picture(self) -> Picture:
        """The first frame, still: four curves, and the trained angles below them."""
        picture = Picture(self.alt, 6.4, 4.6 if self.nets else 3.8)
        if self.nets:
            plot, below = picture.subplots(2, 1, sharex=True, height_ratios=[5, 1])
            draw_histogram(below, self.nets[self.net])
        else:
            plot = below = picture.subplots()
        quiet_axes(plot, ylabel="f(θ) in place of cos θ")
        for loss in LOSSES:
            self._draw_curve(plot, loss)
        self._draw_other(plot)
        plot.axvline(math.degrees(self.angle), color=INK, linewidth=0.8)
        plot.set_ylim(-3.3, 1.1)  # SphereFace goes on down to 1 − 2m
        plot.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), labelcolor=SOFT, ncols=5)
        degree_ticks(plot, 180, 30)
        below.set_xlabel("θ, angle to the own class weight", color=INK, fontsize=10)
        return picture

    def _draw_curve(self, axes: Axes, loss: str) -> None:
        theta = torch.linspace(0, math.pi, 361, dtype=torch.float64)
        style = {"color": PALETTE[_INK[loss]], "linestyle": _DASHES[loss], "linewidth": 1.2}
        if loss == self.loss:
            style |= {"linestyle": "-", "linewidth": 2.4, "zorder": 3}
        axes.plot(np.degrees(theta.numpy()), self._curve(loss, theta).numpy(), label=_NAMES[loss], **style)

    def _draw_other(self, axes: Axes) -> None:
        """cos(θ12 − θ), what the other class has to say on the way from one weight to the other."""
        theta = np.linspace(0, self.between, 61)
        axes.plot(np.degrees(theta), np.cos(self.between - theta), color=INK, linewidth=0.8, label="cos(θ₁₂ − θ)")

    def _curve(self, loss: str, theta: Tensor) -> Tensor:
        """A head's own curve; SphereFace's slider is not bound to whole m, so λ is mixed in here as its head does."""
        curve = named_head(loss, self.margins.get(loss, 0.0), 1.0, 3, 2).target_logit(theta)
        if loss != "sphereface":
            return curve
        return (self.annealing * torch.cos(theta) + curve) / (1 + self.annealing)
