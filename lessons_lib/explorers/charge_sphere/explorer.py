"""ChargeSphere: class centres as like charges on a circle or a sphere, which relax before the eye."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike
from torch import Tensor

from lessons_lib.angles import tammes_angle
from lessons_lib.explorers.charge_sphere.places import (
    FEWEST,
    MOST,
    RANDOM,
    SURFACES,
    all_optima,
    emptiest,
    nearest_pair,
    onto,
    rounded,
    scattered,
    seen,
    trained_sets,
)
from lessons_lib.explorers.kit.explorer import Choice, of_a_widget, refused_as_a_value
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.plain import plain_number, plain_numbers
from lessons_lib.explorers.kit.still import bare_plane
from lessons_lib.explorers.kit.together import JoinedExplorer
from lessons_lib.figures.style import ACCENT, FAINT, INK, PALETTE, PAPER, SOFT, Picture, number_ink

_GRATICULE = np.radians(np.arange(-60, 120, 30))
_LAWS = {"uniform": "UniformFace's law", "coulomb": "Coulomb's law", "steep": "a steep law"}


class ChargeSphere(JoinedExplorer):
    """Like charges on the unit circle or sphere: drag them, choose how they repel, let go and watch them relax.

    `points` are unit vectors, as [x, y] on the circle and [x, y, z] on the sphere; `law` is "uniform" (UniformFace's
    1/(d + 1)), "coulomb" (1/d) or "steep" (1/d to a power that rises). `trained` maps names to class centres (C, d),
    2 ≤ C ≤ 24 and d = 2 or 3, of any length but 0; the figure starts with the first of them. `start` is where the
    charges came from, one of these names or "random", and sets them there. `turn` is where one looks from, azimuth and
    height in radians. While `running`, charges move in the browser, after so many `steps`.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("law", "start", "points", "turn")
    points = traitlets.List().tag(sync=True)
    law = Choice(tuple(_LAWS), default_value="uniform").tag(sync=True)
    start = traitlets.Unicode(RANDOM).tag(sync=True)
    turn = traitlets.List([0.5, 0.35]).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    steps = traitlets.Int(0).tag(sync=True)
    trained = traitlets.List().tag(sync=True)
    optima = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        trained: Mapping[str, Tensor | ArrayLike] | None = None,
        *,
        surface: str | None = None,
        charges: int | None = None,
        **settings: Any,
    ):
        sets = trained_sets(trained)
        with self._as_one(), refused_as_a_value():
            points = sets[0]["points"] if sets else scattered(10, 3)
            super().__init__(trained=sets, optima=all_optima(), points=points, **of_a_widget(settings))
            self.start = sets[0]["name"] if sets else RANDOM
            if surface is not None:
                self.surface = surface
            if charges is not None:
                self.charges = charges
        if self.start == RANDOM:
            self.points = scattered(self.charges, SURFACES[self.surface])
        self.use(settings)

    def _take(self, values: Mapping[str, Any]) -> None:
        super()._take(dict(sorted(values.items(), key=lambda item: item[0] != "start")))  # a start brings its points

    @property
    def surface(self) -> str:
        """ "circle" or "sphere". Set, it takes the charges along: the circle is the sphere's equator."""
        return "circle" if len(self.points[0]) == 2 else "sphere"

    @surface.setter
    def surface(self, surface: str) -> None:
        if surface not in SURFACES:
            raise traitlets.TraitError(f"surface must be 'circle' or 'sphere', got {surface!r}.")
        if surface != self.surface:
            self.points = [onto(point, SURFACES[surface]) for point in self.points]

    @property
    def charges(self) -> int:
        """How many there are, 2 to 24. Set, the last ones go, or new ones come where there is most room."""
        return len(self.points)

    @charges.setter
    def charges(self, charges: int) -> None:
        if (number := plain_number(charges)) not in range(FEWEST, MOST + 1):
            raise traitlets.TraitError(f"charges must be a whole number in {FEWEST}..{MOST}, got {charges!r}.")
        points = self.points[: int(number)]
        while len(points) < number:
            points = [*points, emptiest(points)]
        self.points = points

    @property
    def smallest_angle(self) -> float:
        """Between the two nearest charges, in radians."""
        return nearest_pair(self.points)[0]

    @traitlets.validate("points")
    def _unit_vectors(self, proposal: traitlets.Bunch) -> list[list[float]]:
        try:
            points = np.asarray(proposal["value"], dtype=np.float64)
        except (TypeError, ValueError):
            points = np.zeros(0)
        if points.ndim != 2 or points.shape[1] not in (2, 3) or not FEWEST <= len(points) <= MOST:
            raise traitlets.TraitError(
                f"points must be {FEWEST} to {MOST} places, all [x, y] or all [x, y, z], got {proposal['value']!s:.60}."
            )
        length = np.linalg.norm(points, axis=1)
        if not (np.isfinite(length) & (length > 1e-6)).all():
            raise traitlets.TraitError("points must be numbers and not 0: only their direction counts.")
        length[np.abs(length - 1) < 3e-6] = 1  # what was rounded before stays as it is
        return rounded(points / length[:, None])

    @traitlets.validate("start")
    def _a_start_that_is_there(self, proposal: traitlets.Bunch) -> str:
        names = [entry["name"] for entry in self.trained] + [RANDOM]
        if proposal["value"] not in names:
            known = ", ".join(map(repr, names))
            raise traitlets.TraitError(f"start must be one of {known}, got {proposal['value']!r}.")
        return proposal["value"]

    @traitlets.validate("turn")
    def _two_angles(self, proposal: traitlets.Bunch) -> list[float]:
        turn = plain_numbers(proposal["value"])
        if len(turn) != 2:
            raise traitlets.TraitError(
                f"turn must be two angles in radians, azimuth and height, got {proposal['value']}."
            )
        return [math.remainder(turn[0], 2 * math.pi), min(math.pi / 2, max(-math.pi / 2, turn[1]))]

    @traitlets.observe("start")
    def _set_there(self, _: traitlets.Bunch) -> None:
        if not self._together:
            there = {entry["name"]: entry["points"] for entry in self.trained}
            self.running = self.running and self.start == RANDOM  # trained places are looked at before they move
            self.points = there.get(self.start) or scattered(self.charges, SURFACES[self.surface])

    @traitlets.observe("points")
    def _at_the_first_step(self, _: traitlets.Bunch) -> None:
        if not self._together:
            self.steps = 0

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        angle, j, k = nearest_pair(self.points)
        best = tammes_angle(self.charges, SURFACES[self.surface])
        whence = "at random" if self.start == RANDOM else f"from the class centres “{self.start}”"
        return (
            f"{self.charges} like charges on the {self.surface}, {whence}, numbered; the nearest two, {j} and {k}, "
            f"stand {math.degrees(angle):.1f}° apart. No arrangement is known in which that angle is larger than "
            f"{math.degrees(best):.1f}°; the figure lets them relax under {_LAWS[self.law]}."
        )

    def picture(self) -> Picture:
        """The first frame: the charges, numbered, and the nearest two."""
        picture, axes = bare_plane(self.alt, (5.4, 5.4), (-1.16, 1.16), (-1.16, 1.16))
        places = seen(self.points, self.turn)
        axes.add_patch(Circle((0, 0), 1, facecolor=PAPER, edgecolor=SOFT, linewidth=1, zorder=0))
        if self.surface == "sphere":
            _draw_graticule(axes, self.turn)
        _draw_nearest(axes, self)
        for j in np.argsort(places[:, 2], kind="stable"):
            x, y, depth = places[j]
            front, k = depth >= -1e-9, j % len(PALETTE)
            fill = {"facecolor": PALETTE[k], "edgecolor": PAPER, "alpha": 1 if front else 0.4}
            style = {"fontsize": 10 if front else 7, "weight": "bold", "ha": "center", "va": "center"}
            colour = number_ink(k) if front else INK
            axes.text(x, y, str(j), color=colour, bbox=fill | {"boxstyle": "circle,pad=0.3"}, zorder=3 + depth, **style)
        return picture


def _draw_graticule(axes: Axes, turn: list[float]) -> None:
    around = np.linspace(0, 2 * math.pi, 181)
    rings = [[np.cos(around) * math.cos(a), np.sin(around) * math.cos(a), 0 * around + math.sin(a)] for a in _GRATICULE]
    rings += [[np.sin(around) * math.cos(a), np.sin(around) * math.sin(a), np.cos(around)] for a in _GRATICULE]
    for ring in rings:
        x, y, depth = seen(np.transpose(ring), turn).T
        axes.plot(np.where(depth > 0, x, math.nan), y, color=FAINT, linewidth=0.7, zorder=1)


def _draw_nearest(axes: Axes, figure: ChargeSphere) -> None:
    """The way from one to the other along the surface, and its angle."""
    angle, j, k = nearest_pair(figure.points)
    a, b = (np.asarray(figure.points[i]) for i in (j, k))
    if angle > math.pi - 1e-6 or angle < 1e-6:  # no way, or every way, leads there
        return
    share = np.linspace(0, 1, 40)[:, None]
    arc = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / math.sin(angle)
    x, y, _ = seen(arc, figure.turn).T
    axes.plot(x, y, color=ACCENT, linewidth=2.4, zorder=2)
    words = f"{math.degrees(angle):.1f}°"
    axes.annotate(words, (x[20], y[20]), (6, 8), textcoords="offset points", color=ACCENT, fontsize=11, zorder=5)
