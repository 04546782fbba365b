"""Where the features of a class stand around its centre, along the radius and across it."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.angles import unit_vectors
from lessons_lib.figures.style import FAINT, INK, PALETTE, SOFT, Picture

_SIDE, _ROOM, _WORDS = 2.7, 1.45, 1.65  # of a panel; half its width and where words stand, in units of the ring
_ARROWS = 16
_ARROW = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.009, "color": INK, "alpha": 0.8}


def around_centers(views: Mapping[str, tuple[Tensor, Tensor, Tensor]], points: int = 1_500) -> Picture:
    """One panel a view: title -> (embeddings (N, 2), labels (N,), class centres (C, 2)), all classes in one place.

    The centre of a feature's own class is in the middle. Upwards is along the feature, away from the origin; sideways
    is at right angles to it. For a few features an arrow goes to the centre: the pull of Center Loss. The ring holds
    nine of ten features, so that each panel has a measure of its own. At most `points` points a panel are drawn.
    """
    picture, said = Picture("", _SIDE * len(views), _SIDE + 1.0), []
    panels = picture.subplots(1, len(views), squeeze=False)[0]
    for axes, (title, (features, labels, centers)) in zip(panels, views.items(), strict=True):
        away = offsets(features, centers[labels])
        share = away[:, 1].square().sum() / away.square().sum().clamp(min=1e-12)
        said.append(f"{title}: {share:.0%} of it along the radius")
        _draw(axes, away.numpy(), np.array(PALETTE)[labels[:points].numpy() % len(PALETTE)])
        axes.set_title(title, color=INK, fontsize=12)
    picture.alt = f"Features around the centre of their class, and their pull to it. {'; '.join(said)}."
    return picture


def _draw(axes: Axes, away: NDArray, colours: NDArray) -> None:
    """The cloud (N, 2) around its centre, as many dots as there are colours, some with their way to the centre."""
    length, turn = np.hypot(*away.T), np.linspace(0, 2 * np.pi, 181)
    ring = float(np.quantile(length, 0.9)) or 1.0
    near = length[: len(colours)] < _ROOM * ring  # the others would lie in the words
    axes.scatter(*away[: len(colours)][near].T, s=3.5, c=colours[near], alpha=0.5, linewidths=0)
    few = away[(length > 0.45 * ring) & (length < 1.2 * ring)][:_ARROWS]
    axes.quiver(*few.T, *-few.T, **_ARROW)
    axes.plot(ring * np.cos(turn), ring * np.sin(turn), color=FAINT, linewidth=1, zorder=0)
    axes.set(xlim=(-_ROOM * ring, _ROOM * ring), ylim=(-1.8 * ring, 1.8 * ring), aspect="equal")
    axes.set_axis_off()
    beside = {"color": SOFT, "fontsize": 9, "ha": "center", "va": "center"}
    axes.text(0, _WORDS * ring, "↑ outwards", **beside)
    axes.text(0, -_WORDS * ring, f"ring: {ring:.2g} from the centre", **beside)


def offsets(features: Tensor, centers: Tensor) -> Tensor:
    """How far features (N, 2) stand from their centres (N, 2), across their own direction and along it, (N, 2)."""
    away, along = features - centers, unit_vectors(features)
    across = torch.stack([-along[:, 1], along[:, 0]], dim=1)
    return torch.stack([(away * across).sum(dim=1), (away * along).sum(dim=1)], dim=1)
