"""GradientLength: how hard each loss pulls its own class weight, against the angle."""

import math
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import LOSSES, MARGINS, NAMES, named_head
from lessons_lib.explorers.kit.trained_angles import AngleExplorer, draw_histogram
from lessons_lib.figures.style import INK, PALETTE, SOFT, Picture, degree_ticks, quiet_axes
from lessons_lib.gradients import Gradients, Others, gradients, with_weights

_INK = {"softmax": 8, "sphereface": 5, "cosface": 0, "arcface": 4, "adacos": 1, "p2sgrad": 2}
_DASHES = {"softmax": ":", "sphereface": "-.", "cosface": "--", "arcface": "-", "adacos": (0, (9, 3)), "p2sgrad": "-"}


class GradientLength(AngleExplorer):
    """‖∂L/∂W_y‖·‖W_y‖ = (1 − P_y)·s·f′·sin θ against θ, for six losses at once; P2SGrad's is free of s, m and C.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians; without it that panel
    is left out. `loss`, `margin`, `scale` (SphereFace's is ‖x‖), `classes` and `others` ("90", "simplex", "circle": see
    `gradients.place`) decide the curves; `quantity` ("length" or "coefficient"), `divided` (by each loss's own s),
    `angle` (the cursor, radians) and `net` (which of the trained nets) what is shown of them. `before` is where the
    reader's last gesture began. ValueError for angles that are none; what is no number is left out and counted.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "scale", "classes", "others", "quantity", "divided", "angle", "net")

    loss = Choice((*LOSSES, "adacos", "p2sgrad"), default_value="arcface").tag(sync=True)
    scale = traitlets.Float(64.0).tag(sync=True)
    classes = traitlets.Int(10).tag(sync=True)
    others = traitlets.Enum(("90", "simplex", "circle"), default_value="90").tag(sync=True)
    quantity = traitlets.Enum(("length", "coefficient"), default_value="length").tag(sync=True)
    divided = traitlets.Bool(True).tag(sync=True)
    angle = traitlets.Float(round(math.radians(50), 5)).tag(sync=True)

    @traitlets.default("margins")
    def _usual_margins(self) -> dict[str, float]:
        return {"sphereface": 4.0, "cosface": 0.35, "arcface": 0.5}

    @property
    def margin(self) -> float:
        """The margin of the loss that is shown; those without one have 0."""
        return self.margins.get(self.loss, 0.0)

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss not in MARGINS:
            raise ValueError(f"{NAMES[self.loss]} has no margin: set `loss` to one of {', '.join(MARGINS)} first.")
        self.margins = {**self.margins, self.loss: margin}

    @traitlets.validate("scale")
    def _a_scale(self, proposal: traitlets.Bunch) -> float:
        if not 1 <= proposal["value"] <= 64:  # NaN is neither
            raise traitlets.TraitError(f"scale must lie in 1..64, got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("classes")
    def _enough_classes(self, proposal: traitlets.Bunch) -> int:
        if not 3 <= proposal["value"] <= 100_000:
            raise traitlets.TraitError(f"classes must lie in 3..100000, got {proposal['value']}.")
        return proposal["value"]

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        here = min(max(self.angle, 1e-3), math.pi - 1e-3)
        own, free = (float(self._measured(loss, (here,))[0][0]) for loss in (self.loss, "p2sgrad"))
        margin = f"m = {self.margin:.3g}, " if self.loss in MARGINS else ""
        given = "" if self.loss == "p2sgrad" else f" (s = {self.scale:g}, {margin}C = {self.classes:,})"
        return (
            "Length of the gradient on the own class weight against θ for six losses: "
            f"at {math.degrees(self.angle):.1f}° {NAMES[self.loss]}{given} pulls with {own:.3g}, P2SGrad with "
            f"{free:.3g}. P2SGrad's curve is thick and stays where it is whatever s, m and C are."
        )

    def picture(self) -> Picture:
        """The first frame, still: six curves, and the trained angles below them."""
        picture = Picture(self.alt, 6.4, 4.6 if self.nets else 3.8)
        if self.nets:
            plot, below = picture.subplots(2, 1, sharex=True, height_ratios=[5, 1])
            draw_histogram(below, self.nets[self.net])
        else:
            plot = below = picture.subplots()
        quiet_axes(plot)
        degrees = np.arange(1.0, 180.0, 2.0 if self.classes <= 1_000 else 6.0)  # each angle is a gradient of its own
        top = {"length": 1.75, "coefficient": 2.4}[self.quantity] if self.divided else 72
        for loss in NAMES:
            found = self._measured(loss, tuple(np.radians(degrees).tolist()))[self.quantity == "coefficient"]
            self._draw_curve(plot, loss, degrees, found / self._unit(loss))
        plot.axvline(math.degrees(self.angle), color=INK, linewidth=0.8)
        plot.set_ylim(0, top)
        plot.set_ylabel(f"{self.quantity}{' ÷ s' if self.divided else ''}", color=INK, fontsize=10)
        plot.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), labelcolor=SOFT, ncols=3)
        degree_ticks(plot, 180, 30)
        below.set_xlabel("θ, angle to the own class weight", color=INK, fontsize=10)
        return picture

    def _draw_curve(self, axes: Axes, loss: str, degrees: NDArray, values: NDArray) -> None:
        wide = 3.4 if loss == "p2sgrad" else 2.2 if loss == self.loss else 1.2
        style = {"color": PALETTE[_INK[loss]], "linestyle": _DASHES[loss], "linewidth": wide}
        axes.plot(degrees, values, label=NAMES[loss], zorder=3 if loss == "p2sgrad" else 2, **style)

    def _unit(self, loss: str) -> float:
        """What the curve is divided by: each loss's own scale."""
        if loss == "p2sgrad" or not self.divided:
            return 1.0
        return named_head(loss, self.margins.get(loss, 0.0), self.scale, self.classes, 2).scale

    def _measured(self, loss: str, theta: tuple[float, ...]) -> tuple[NDArray, NDArray]:
        """Length and coefficient of a loss at θ, with its own margin and everybody's scale and classes."""
        classes = 3 if loss == "p2sgrad" else self.classes  # its length does not know them
        return _measured(loss, self.margins.get(loss, 0.0), self.scale, classes, self.others, theta)


@lru_cache(maxsize=64)
def _measured(
    loss: str, margin: float, scale: float, num_classes: int, others: Others, theta: tuple[float, ...]
) -> tuple[NDArray, NDArray]:
    """Kept: a figure is shown more often than it is changed."""
    found = at_cosines(loss, margin, scale, num_classes, others, torch.tensor(theta, dtype=torch.float64))
    return found.weight_length[:, 0].numpy(), found.coefficient[:, 0].abs().numpy()


def at_cosines(loss: str, margin: float, scale: float, num_classes: int, others: Others, theta: Tensor) -> Gradients:
    """`gradients.at_angles`, with weights that have the same cosines in three dimensions: C may be 100,000.

    The length on W_y depends on the cosines alone, so all others at the same cosine may be one and the same direction.
    """
    if others == "circle":
        turn = torch.arange(num_classes, dtype=torch.float64) * (math.tau / num_classes)
        weight = torch.stack([turn.cos(), turn.sin()], dim=1)
        directions = torch.stack([theta.cos(), theta.sin()], dim=1).double()
    else:
        own = 0.0 if others == "90" else -1 / (num_classes - 1)
        weight = torch.tensor([own, 0.0, math.sqrt(1 - own**2)], dtype=torch.float64).repeat(num_classes, 1)
        weight[0] = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
        directions = torch.stack([theta.cos(), theta.sin(), torch.zeros_like(theta)], dim=1).double()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # P2SGrad wants d ≥ C to train; here nothing trains
        head = named_head(loss, margin, scale, num_classes, weight.shape[1])
    return gradients(with_weights(head, weight), directions, torch.zeros(len(theta), dtype=torch.int64))
