"""BoundaryPlane: two angles, one boundary, and the band that each loss opens around it."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from lessons_lib.explorers.kit.explorer import Number, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import LOSSES, SHORT_NAMES, MarginExplorer, line_style
from lessons_lib.explorers.kit.plain import plain_numbers
from lessons_lib.figures.style import ACCENT, INK, PALETTE, PAPER, SOFT, Picture, number_ink, quiet_axes

_CLOSE = 1e-4  # the browser keeps angles to five digits
_ROOM = 30  # degrees of the axis that a name takes


class BoundaryPlane(MarginExplorer):
    """The plane of θ1, a feature's angle to its own class weight, and θ2, its angle to another one. Needs no data.

    `between` is the angle between the two weights in radians, 10° to 180°, and decides which angles exist together;
    `point` is the feature, [θ1, θ2] in radians, moved to the nearest angles that exist. The exam's boundary is the
    diagonal; the band around it, where a point is right but not right enough, depends on the loss and its margin.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "between", "point")
    between = Number(round(math.radians(36), 5), math.radians(10), math.pi, angle=True).tag(sync=True)
    point = traitlets.List([0.20944, 0.41888]).tag(sync=True)

    def __init__(self, margin: float | None = None, **settings: Any):
        super().__init__(**of_a_widget(settings))
        self.begin_with(settings, margin)

    @traitlets.default("limits")
    def _limits(self) -> dict[str, Any]:
        return super()._limits() | {"point": {"low": -_CLOSE, "high": math.pi + _CLOSE, "many": 2}}

    @traitlets.validate("point")
    def _a_point_that_exists(self, proposal: traitlets.Bunch) -> list[float]:
        point = plain_numbers(proposal["value"])
        if len(point) != 2 or not all(0 <= v <= math.pi + _CLOSE for v in point):
            raise traitlets.TraitError(f"point must be two angles [θ1, θ2] of 0..π radians, got {proposal['value']}.")
        return _reach(point, self.between)

    @traitlets.observe("between")
    def _keep_the_point(self, _: traitlets.Bunch) -> None:
        self.point = _reach(self.point, self.between)

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        if self.loss == "softmax":
            band = "softmax has no margin: its boundary is the diagonal θ1 = θ2, as in the exam"
        else:
            band = (
                f"around the diagonal θ1 = θ2 lies the band of {SHORT_NAMES[self.loss]} with margin {self.margin:.3g}"
            )
        return (
            f"The plane of θ1 and θ2, the angles of a feature to two class weights: {band}. "
            f"Weights {math.degrees(self.between):.0f}° apart allow only a rectangle standing on its corner."
        )

    def picture(self) -> Picture:
        """The first frame: what can exist, the band, and where each loss calls class 1 right enough."""
        picture = Picture(self.alt, 5.4, 5.7)
        axes = quiet_axes(picture.subplots(), "θ₁, angle to W₁", "θ₂, angle to W₂")
        axes.set(xlim=(0, 180), ylim=(0, 180), aspect="equal", facecolor="#f1f2f3")
        for set_ticks in (axes.set_xticks, axes.set_yticks):
            set_ticks(range(0, 181, 30), [f"{tick}°" for tick in range(0, 181, 30)])
        _draw_regions(axes, self.loss, self.margin, math.degrees(self.between))
        for loss in LOSSES:
            _draw_edge(axes, loss, self.margins.get(loss, 0.0), chosen=loss == self.loss)
        _write_names(axes, self.margins, self.loss)
        own, other = np.degrees(self.point)
        style = {"markersize": 11, "color": INK, "markeredgecolor": PAPER, "markeredgewidth": 2, "clip_on": False}
        axes.plot(own, other, "o", zorder=6, **style)
        axes.annotate("x", (own, other), color=PAPER, fontsize=8, style="italic", ha="center", va="center", zorder=7)
        return picture


def _reach(point: list[float], between: float) -> list[float]:
    """The nearest point that exists between weights that far apart: |θ1 − θ2| ≤ θ12 ≤ θ1 + θ2 ≤ 2π − θ12."""
    total = min(2 * math.pi - between, max(between, point[0] + point[1]))
    ahead = min(between, max(-between, point[1] - point[0]))
    return [round(min(math.pi, max(0.0, v)), 5) for v in ((total - ahead) / 2, (total + ahead) / 2)]


def _edge(loss: str, margin: float) -> NDArray:
    """Class 1's edge of the band, (n, 2) in degrees: the θ2 above which each θ1 is right enough."""
    own = np.linspace(0, math.pi, 721)
    with np.errstate(invalid="ignore"):
        other = {
            "softmax": own,
            "sphereface": max(margin, 1) * own,
            "cosface": np.arccos(np.cos(own) - margin),
            "arcface": own + margin,
        }[loss]
    there = np.isfinite(other) & (other <= math.pi + 1e-9)
    return np.degrees(np.stack([own[there], other[there]], axis=1))


def _dashes(loss: str) -> Any:
    """All in ink, so softmax, the exam's own boundary, is the one that is not broken."""
    return {"softmax": "-", "arcface": (0, (1.5, 2.5))}.get(loss, line_style(loss)["linestyle"])


def _draw_regions(axes: Axes, loss: str, margin: float, apart: float) -> None:
    exists = Polygon([(0, apart), (apart, 0), (180, 180 - apart), (180 - apart, 180)], facecolor=PAPER, edgecolor=INK)
    axes.add_patch(exists)
    edge = _edge(loss, margin)
    above = np.concatenate([edge, [[edge[-1, 0], 180], [0, 180]]])
    band = np.concatenate([edge, [[180, 180]], edge[::-1, ::-1]])
    for shape, colour, alpha in ((above, PALETTE[0], 0.16), (above[:, ::-1], PALETTE[1], 0.2), (band, ACCENT, 0.2)):
        faint, full = (Polygon(shape, facecolor=colour, alpha=part * alpha, linewidth=0) for part in (0.25, 1))
        for patch in [full] if colour != ACCENT else [faint, full]:
            axes.add_patch(patch)
        full.set_clip_path(exists)
    for k, place in enumerate([(0, apart), (apart, 0)]):
        axes.plot(*place, "o", color=PALETTE[k], markersize=13, clip_on=False, zorder=5)
        axes.annotate(f"W{'₁₂'[k]}", place, color=number_ink(k), fontsize=8, ha="center", va="center", zorder=6)


def _draw_edge(axes: Axes, loss: str, margin: float, chosen: bool) -> None:
    edge = _edge(loss, margin)
    colour = ACCENT if chosen and loss != "softmax" else INK if loss == "softmax" else SOFT
    style = {"color": colour, "linewidth": 2.2 if chosen else 1.1, "linestyle": "-" if chosen else _dashes(loss)}
    axes.plot(*edge.T, **style)
    if chosen and loss != "softmax":
        axes.plot(*edge.T[::-1], **style)


def _write_names(axes: Axes, margins: Mapping[str, float], chosen: str) -> None:
    """The losses' names in a row above the plane, each tied to where its line leaves it; their order stays."""
    seat = 180.0 + _ROOM
    for loss in ("softmax", "arcface", "cosface", "sphereface"):
        leaves = _edge(loss, margins.get(loss, 0.0))[-1, 0]
        seat = min(leaves, seat - _ROOM)
        colour = SOFT if loss != chosen else INK if loss == "softmax" else ACCENT
        words = f"{SHORT_NAMES[loss]}\n{margins[loss]:.3g}" if loss in margins else "softmax\nthe exam"
        text = {"color": colour, "fontsize": 9, "ha": "center", "va": "bottom"}
        line = {
            "arrowstyle": "-",
            "color": colour,
            "linestyle": "-" if loss == chosen else _dashes(loss),
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axes.annotate(words, (leaves, 180), (seat, 189), arrowprops=line, **text)
