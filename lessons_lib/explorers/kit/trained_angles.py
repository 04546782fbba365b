"""What explorers share that show a curve against θ over the angles of today's trained networks."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Explorer, of_a_widget
from lessons_lib.explorers.kit.losses import MarginExplorer
from lessons_lib.figures.style import FAINT, SOFT, quiet_axes

_BINS = 1_800  # tenths of a degree
_SLACK = 1e-4  # the browser keeps angles to five digits


class CursorExplorer(Explorer):
    """A figure with a cursor `angle` (radians) and, below it, the angles of one of several trained `nets`.

    `before` is where the reader's last gesture began.
    """

    angle = traitlets.Float(round(math.radians(20), 5)).tag(sync=True)
    net = traitlets.Int(0).tag(sync=True)
    nets = traitlets.List().tag(sync=True)
    before = traitlets.Dict().tag(sync=True)

    @traitlets.validate("angle")
    def _an_angle(self, proposal: traitlets.Bunch) -> float:
        angle = proposal["value"]
        if not 0 <= angle <= math.pi + _SLACK:
            meant = f"; {math.radians(angle):.3f} is that many degrees" if math.pi < angle <= 180 else ""
            raise traitlets.TraitError(f"angle must lie in 0..π radians, got {angle}{meant}.")
        return min(math.pi, angle)

    @traitlets.validate("net")
    def _a_net_that_is_there(self, proposal: traitlets.Bunch) -> int:
        most = max(len(self.nets) - 1, 0)
        if not 0 <= proposal["value"] <= most:
            raise traitlets.TraitError(f"net counts the trained nets from 0 to {most}, got {proposal['value']}.")
        return proposal["value"]


class AngleExplorer(CursorExplorer, MarginExplorer):
    """A CursorExplorer with a loss and its margin.

    ValueError for trained angles that are none; what is no number is left out and counted.
    """

    def __init__(self, theta: Mapping[str, Tensor | NDArray] | None = None, **settings: Any):
        super().__init__(nets=counted(theta), **of_a_widget(settings))
        self.use({name: value for name, value in settings.items() if name != "margin"})
        if "margin" in settings:
            self.margin = settings["margin"]


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
