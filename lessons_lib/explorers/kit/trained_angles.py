"""What explorers share that show a curve against θ over the angles of today's trained networks."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Explorer, Number, of_a_widget
from lessons_lib.explorers.kit.losses import MarginExplorer
from lessons_lib.figures.style import FAINT, INK, SOFT, Picture, degree_ticks, quiet_axes

_BINS = 1_800  # tenths of a degree
_SLACK = 1e-4  # the browser keeps angles to five digits


class CursorExplorer(Explorer):
    """A figure with a cursor `angle` (radians) and, below it, the angles of one of several trained `nets`.

    `before` is where the reader's last gesture began.
    """

    angle = Number(round(math.radians(20), 5), 0, math.pi, angle=True).tag(sync=True)
    net = Number(0, 0, lambda figure: max(len(figure.nets) - 1, 0), counts="the trained nets").tag(sync=True)
    nets = traitlets.List().tag(sync=True)
    before = traitlets.Dict().tag(sync=True)

    def theta_still(self) -> tuple[Picture, Axes]:
        """A still picture with its plot over θ, the cursor in it and the trained angles below."""
        picture = Picture(self.alt, 6.4, 4.6 if self.nets else 3.8)
        if self.nets:
            plot, below = picture.subplots(2, 1, sharex=True, height_ratios=[5, 1])
            draw_histogram(below, self.nets[self.net])
        else:
            plot = below = picture.subplots()
        quiet_axes(plot)
        plot.axvline(math.degrees(self.angle), color=INK, linewidth=0.8)
        degree_ticks(plot, 180, 30)
        below.set_xlabel("θ, angle to the own class weight", color=INK, fontsize=10)
        return picture, plot


class AngleExplorer(CursorExplorer, MarginExplorer):
    """A CursorExplorer with a loss and its margin.

    ValueError for trained angles that are none; what is no number is left out and counted.
    """

    def __init__(
        self, theta: Mapping[str, Tensor | NDArray] | None = None, *, margin: float | None = None, **settings: Any
    ):
        super().__init__(nets=counted(theta), **of_a_widget(settings))
        self.begin_with(settings, margin)


def counted(theta: Mapping[str, Tensor | NDArray] | None) -> list[dict[str, Any]]:
    """Each net's angles as counts of tenths of a degree, from the first that is not empty."""
    if theta is None:
        return []
    if not isinstance(theta, Mapping):
        raise ValueError(
            'theta must be a mapping of a name to angles, like {"ArcFace, 64-d": angles}, '
            f"got {type(theta).__name__}."
        )
    return [_count(str(name), angles) for name, angles in theta.items()]


def _count(name: str, theta: Tensor | NDArray) -> dict[str, Any]:
    try:
        angles = np.asarray(theta.detach().cpu() if isinstance(theta, Tensor) else theta, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"theta of {name!r} must be numbers, (N,) angles in radians, got {theta!r:.60}.") from error
    if angles.ndim != 1:
        raise ValueError(f"theta of {name!r} must be one angle a feature, (N,), got shape {angles.shape}.")
    numbers = angles[np.isfinite(angles)]
    if not len(numbers):
        found = "an empty list" if not len(angles) else f"{len(angles):,} that are no numbers"
        raise ValueError(f"theta of {name!r} must hold at least one angle, got {found}.")
    if numbers.min() < -_SLACK or numbers.max() > math.pi + _SLACK:
        degrees = "; np.radians(theta) makes radians of degrees" if math.pi < numbers.max() <= 180 else ""
        raise ValueError(
            f"theta of {name!r} must be radians in 0..π, got {numbers.min():.4g}..{numbers.max():.4g}{degrees}."
        )
    bins = np.clip(numbers / math.pi * _BINS, 0, _BINS - 1).astype(int)
    counts = np.bincount(bins)
    first = int(bins.min())
    return {
        "name": name,
        "first": first,
        "counts": counts[first:].tolist(),
        "left_out": int(len(angles) - len(numbers)),
    }


def draw_histogram(axes: Axes, net: Mapping[str, Any]) -> None:
    quiet_axes(axes)
    degrees = (net["first"] + np.arange(len(net["counts"])) + 0.5) * 180 / _BINS
    axes.hist(degrees, bins=np.arange(181), weights=net["counts"], color=FAINT)
    axes.set_yticks([])
    axes.set_title(f"trained θ: {net['name']}", color=SOFT, fontsize=9, loc="left")
