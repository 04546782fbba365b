"""LogitCurves: what stands in place of cos θ for the true class, against the angle."""

import math
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice, Number
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import LOSSES, MARGINS, SHORT_NAMES, line_style, named_head
from lessons_lib.explorers.kit.trained_angles import AngleExplorer
from lessons_lib.figures.style import INK, SOFT, Picture


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
    annealing = Number(0.0, 0, 1000).tag(sync=True)
    between = Number(round(math.radians(36), 5), math.radians(10), math.pi, angle=True).tag(sync=True)

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
            f"ArcFace. At {math.degrees(self.angle):.1f}° {SHORT_NAMES[self.loss]}{given} has "
            f"{logit:.3f}, {alike or 'lower than softmax has at any angle'}."
        )

    def picture(self) -> Picture:
        """The first frame, still: four curves, and the trained angles below them."""
        picture, plot = self.theta_still()
        for loss in LOSSES:
            self._draw_curve(plot, loss)
        self._draw_other(plot)
        plot.set_ylabel("f(θ) in place of cos θ", color=INK, fontsize=10)
        plot.set_ylim(-3.3, 1.1)  # SphereFace goes on down to 1 − 2m
        plot.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), labelcolor=SOFT, ncols=5)
        return picture

    def _draw_curve(self, axes: Axes, loss: str) -> None:
        theta = torch.linspace(0, math.pi, 361, dtype=torch.float64)
        style = line_style(loss) | {"linewidth": 1.2}
        if loss == self.loss:
            style |= {"linestyle": "-", "linewidth": 2.4, "zorder": 3}
        axes.plot(np.degrees(theta.numpy()), self._curve(loss, theta).numpy(), label=SHORT_NAMES[loss], **style)

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
