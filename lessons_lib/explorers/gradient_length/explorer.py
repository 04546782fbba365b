"""GradientLength: how hard each loss pulls its own class weight, against the angle."""

import math
import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice, Flag, Number
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import MARGINS, NAMES, line_style, named_head
from lessons_lib.explorers.kit.trained_angles import AngleExplorer
from lessons_lib.figures.style import INK, SOFT, Picture
from lessons_lib.gradients import Gradients, Others, gradients, with_weights


class GradientLength(AngleExplorer):
    """‖∂L/∂W_y‖·‖W_y‖ = (1 − P_y)·s·f′·sin θ against θ, for several losses at once; P2SGrad's is free of s, m and C.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians; without it that panel
    is left out. `loss`, `margin`, `scale` (SphereFace's is ‖x‖), `classes` and `others` ("90", "simplex", "circle": see
    `gradients.place`) decide the curves; SphereFace's is drawn where it is the loss. `quantity` ("length" or
    "coefficient"), `divided` (by each loss's own s), `another` (whether the push on a class that is not the true one is
    shown too), `angle` (the cursor, radians) and `net` (which of the trained nets) what is shown of them. `before` is
    where the reader's last gesture began. ValueError for angles that are none; what is no number is left out and
    counted.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "scale", "classes", "others", "quantity", "divided", "another", "angle", "net")

    loss = Choice(tuple(NAMES), default_value="arcface").tag(sync=True)
    scale = Number(64.0, 1, 64).tag(sync=True)
    classes = Number(10, 3, 100_000, whole=True).tag(sync=True)
    others = Choice(("90", "simplex", "circle"), default_value="90").tag(sync=True)
    quantity = Choice(("length", "coefficient"), default_value="length").tag(sync=True)
    divided = Flag(True).tag(sync=True)
    another = Flag(False).tag(sync=True)
    angle = Number(round(math.radians(50), 5), 0, math.pi, angle=True).tag(sync=True)

    @traitlets.default("margins")
    def _usual_margins(self) -> dict[str, float]:
        return {"sphereface": 4.0, "cosface": 0.35, "arcface": 0.5}

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        here = min(max(self.angle, 1e-3), math.pi - 1e-3)
        own, free = (float(self._measured(loss, (here,))[0][0]) for loss in (self.loss, "p2sgrad"))
        margin = f"m = {self.margin:.3g}, " if self.loss in MARGINS else ""
        given = "" if self.loss == "p2sgrad" else f" (s = {self.scale:g}, {margin}C = {self.classes:,})"
        return (
            "Length of the gradient on the own class weight against θ, loss by loss: "
            f"at {math.degrees(self.angle):.1f}° {NAMES[self.loss]}{given} pulls with {own:.3g}, P2SGrad with "
            f"{free:.3g}. P2SGrad's curve is thick and stays where it is whatever s, m and C are."
        )

    def picture(self) -> Picture:
        """The first frame, still: the curves, and the trained angles below them."""
        picture, plot = self.theta_still()
        degrees = np.arange(1.0, 180.0, 2.0 if self.classes <= 1_000 else 6.0)  # each angle is a gradient of its own
        top = {"length": 1.75, "coefficient": 2.4}[self.quantity] if self.divided else 72
        for loss in NAMES:
            if loss != "sphereface" or self.loss == loss:
                self._draw_curve(plot, loss, degrees)
        plot.set_ylim(0, top)
        plot.set_ylabel(f"{self.quantity}{' ÷ s' if self.divided else ''}", color=INK, fontsize=10)
        plot.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), labelcolor=SOFT, ncols=3)
        return picture

    def _draw_curve(self, axes: Axes, loss: str, degrees: NDArray) -> None:
        wide, theta = (
            3.4 if loss == "p2sgrad" else 2.2 if loss == self.loss else 1.2,
            tuple(np.radians(degrees).tolist()),
        )
        for true in (True, False):
            if true or (self.another and loss in (self.loss, "p2sgrad")):
                found = self._measured(loss, theta, true)[self.quantity == "coefficient"] / self._unit(loss)
                style = {"linewidth": wide, "label": NAMES[loss]} if true else {"linewidth": 1.0}
                axes.plot(degrees, found, zorder=3 if loss == "p2sgrad" else 2, **line_style(loss) | style)

    def _unit(self, loss: str) -> float:
        """What the curve is divided by: each loss's own scale."""
        if loss == "p2sgrad" or not self.divided:
            return 1.0
        return named_head(loss, self.margins.get(loss, 0.0), self.scale, self.classes, 2).scale

    def _measured(self, loss: str, theta: tuple[float, ...], true: bool = True) -> tuple[NDArray, NDArray]:
        """Length and coefficient of a loss at θ, with its own margin and everybody's scale and classes."""
        classes = 3 if loss == "p2sgrad" else self.classes  # its length does not know them
        return _measured(loss, self.margins.get(loss, 0.0), self.scale, classes, self.others, theta, true)


@lru_cache(maxsize=64)
def _measured(
    loss: str, margin: float, scale: float, num_classes: int, others: Others, theta: tuple[float, ...], true: bool
) -> tuple[NDArray, NDArray]:
    """Kept: a figure is shown more often than it is changed."""
    found = at_cosines(loss, margin, scale, num_classes, others, torch.tensor(theta, dtype=torch.float64), true)
    return found.weight_length[:, 0].numpy(), found.coefficient[:, 0].abs().numpy()


def at_cosines(
    loss: str, margin: float, scale: float, num_classes: int, others: Others, theta: Tensor, true: bool = True
) -> Gradients:
    """`gradients.at_angles`, with weights that have the same cosines in three dimensions: C may be 100,000.

    The length on W_0, which θ is counted from, depends on the cosines alone, so all others at the same cosine may be
    one and the same direction. It is the true class, or else class 1 is.
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
    return gradients(with_weights(head, weight), directions, torch.full((len(theta),), 0 if true else 1))
