"""CenterUpdate: three points of a class, its centre, and Center Loss's update of it, one step at a time."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets
from matplotlib.axes import Axes

from lessons_lib.explorers.kit.explorer import Choice, Number, of_a_widget, refused_as_a_value
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.plain import plain_numbers
from lessons_lib.explorers.kit.still import bare_plane
from lessons_lib.explorers.kit.together import JoinedExplorer
from lessons_lib.figures.style import ACCENT, FAINT, INK, PALETTE, PAPER, SOFT, Picture

_LIMIT, _MOST = 1e6, 200  # where a centre that flies off, and a walk, come to a stop
_START = (-0.72, -0.56)
_DIVISORS = {"paper": lambda n: 1 + n, "descent": lambda n: 1, "mean": lambda n: n, "popular": lambda n: n / 2}
_NAMES = {
    "paper": "the paper's rule",
    "descent": "gradient descent on the sum",
    "mean": "the gradient of the mean",
    "popular": "the rule of popular code",
}


class CenterUpdate(JoinedExplorer):
    """The centre of a class and the step it takes for the `points` in the `batch`, by a `rule` with a rate `alpha`.

    Rules divide the sum Σ(c − x) of the n points in the batch: "paper" by 1 + n, "descent" not at all, "mean" by n,
    "popular" by n/2. `path` holds the former centres of this walk; a centre that is set begins a new one. Made without
    a centre, the figure has taken its first step. Needs no data.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("points", "center", "batch", "alpha", "rule")
    points = traitlets.List([[0.32, 0.78], [0.85, 0.3], [0.2, -0.15]]).tag(sync=True)
    center = traitlets.List(list(_START)).tag(sync=True)
    batch = traitlets.List([True, True, True]).tag(sync=True)
    alpha = Number(0.5, 0, 1).tag(sync=True)
    rule = Choice(tuple(_DIVISORS), default_value="paper").tag(sync=True)
    path = traitlets.List().tag(sync=True)

    def __init__(self, *, path: list[list[float]] | None = None, **settings: Any):
        super().__init__(**of_a_widget(settings))
        self.use(settings)
        if path is not None:
            with refused_as_a_value():
                self.path = path
        elif "center" not in settings:
            self.step()

    def use(self, settings: Mapping[str, Any] | str) -> None:
        """Take over settings; a wrong one leaves everything as it was, the path too."""
        path = self.path
        try:
            super().use(settings)
        except Exception:
            self.path = path
            raise

    def step(self, times: int = 1) -> None:
        """Move the centre as the figure's button does; a step that changes nothing leaves no footprint."""
        if isinstance(times, bool) or not isinstance(times, int) or times < 0:
            raise ValueError(f"times must be a whole number, 0 or more, got {times!r}.")
        center, path = self.center, list(self.path)
        for _ in range(times):
            moved = _moved(self.points, center, self.batch, self.alpha, self.rule)
            if moved == center or len(path) >= _MOST:
                break
            path.append(center)
            center = moved
        with self.hold_sync(), self._as_one():
            self.path, self.center = path, center

    @traitlets.validate("points")
    def _three_places(self, proposal: traitlets.Bunch) -> list[list[float]]:
        points = proposal["value"]
        if len(points) != 3 or not all(_is_place(point, 1) for point in points):
            raise traitlets.TraitError(f"points must be three places [x, y] within -1..1, got {points}.")
        return [plain_numbers(point) for point in points]

    @traitlets.validate("center")
    def _a_place(self, proposal: traitlets.Bunch) -> list[float]:
        if not _is_place(proposal["value"], _LIMIT):
            raise traitlets.TraitError(
                f"center must be a place [x, y], where a walk can lead: within ±1e6, got {proposal['value']}."
            )
        return plain_numbers(proposal["value"])

    @traitlets.validate("batch")
    def _in_or_out(self, proposal: traitlets.Bunch) -> list[bool]:
        batch = proposal["value"]
        if len(batch) != 3 or not all(isinstance(inside, bool) for inside in batch):
            raise traitlets.TraitError(f"batch must be three of True and False, one a point, got {batch}.")
        return batch

    @traitlets.validate("path")
    def _former_places(self, proposal: traitlets.Bunch) -> list[list[float]]:
        path = proposal["value"]
        if len(path) > _MOST or not all(_is_place(place, _LIMIT) for place in path):
            raise traitlets.TraitError(
                f"path must be at most {_MOST} places [x, y] within ±1e6, got {len(path)} items."
            )
        return [plain_numbers(place) for place in path]

    @traitlets.observe("center")
    def _begin_a_new_walk(self, _: traitlets.Bunch) -> None:
        if not self._together:
            self.path = []

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        n = sum(self.batch)
        if not n:
            return "Three points and the centre of their class; none is in the batch. The centre stays where it is."
        share = self.alpha * n / _DIVISORS[self.rule](n)
        steps = {0: "no step", 1: "one step"}.get(len(self.path), f"{len(self.path)} steps")
        return (
            f"Three points of a class, {n} of them in the batch, and the centre of the class after {steps}. "
            f"With {_NAMES[self.rule]} and α = {self.alpha:.3g} a step goes {100 * share:.3g} % of the way to the mean."
        )

    def picture(self) -> Picture:
        """The first frame: the pulls on the centre, the step they make together, and where it has been."""
        picture, axes = bare_plane(self.alt, (5.4, 5.4), (-1.12, 1.12), (-1.12, 1.12))
        for v in (-1, -0.5, 0, 0.5, 1):
            for line in (((v, v), (-1, 1)), ((-1, 1), (v, v))):
                axes.plot(*line, color=SOFT if v == 0 else FAINT, linewidth=0.6, zorder=0)
        _draw_walk(axes, [*self.path, self.center])
        _draw_step(axes, self)
        _draw_points(axes, self)
        return picture


def _is_place(place: Any, most: float) -> bool:
    numbers = plain_numbers(place)
    return len(numbers) == 2 and max(map(abs, numbers)) <= most


def _moved(points: list[list[float]], center: list[float], batch: list[bool], alpha: float, rule: str) -> list[float]:
    """The centre after one step. The browser adds in this order too, so that both agree to the last digit."""
    total, n = [0.0, 0.0], sum(batch)
    for point, inside in zip(points, batch, strict=True):
        if inside:
            total = [t + (c - x) for t, c, x in zip(total, center, point, strict=True)]
    if not n:
        return center
    divisor = _DIVISORS[rule](n)
    place = [c - alpha * (t / divisor) for c, t in zip(center, total, strict=True)]
    top = max(abs(v) for v in place)
    return [v * (_LIMIT / top) for v in place] if top > _LIMIT else place


def _draw_walk(axes: Axes, places: list[list[float]]) -> None:
    axes.plot(*zip(*places, strict=True), color=SOFT, linewidth=1.2, linestyle=(0, (1.5, 2.5)), zorder=1)
    disc = {"boxstyle": "circle,pad=0.25", "facecolor": PAPER, "edgecolor": SOFT}
    for k, place in enumerate(places[:-1][:6]):  # later ones crowd around the mean
        if max(map(abs, place)) <= 1.05:
            axes.text(*place, str(k), color=SOFT, fontsize=8, ha="center", va="center", bbox=disc, zorder=2)


def _draw_step(axes: Axes, figure: CenterUpdate) -> None:
    """Thin pulls, the mean of the batch, −Δc wide and pale, and in it the part that is gone."""
    inside = [point for point, there in zip(figure.points, figure.batch, strict=True) if there]
    if not inside or max(map(abs, figure.center)) > 1.05:
        return
    for point in inside:
        axes.plot(*zip(figure.center, point, strict=True), color=PALETTE[0], linewidth=1.2, zorder=1)
    mean = [sum(values) / len(inside) for values in zip(*inside, strict=True)]
    axes.plot(*mean, "x", color=INK, markersize=9, markeredgewidth=2, zorder=3)
    axes.annotate("mean", mean, (12, -4), textcoords="offset points", color=SOFT, fontsize=10)
    arrows = [(1.0, {"color": INK, "alpha": 0.2, "width": 5, "headwidth": 14, "headlength": 13})]
    arrows += [(figure.alpha, {"color": ACCENT, "width": 1.6, "headwidth": 8, "headlength": 8})]
    for alpha, style in arrows:
        end = _moved(figure.points, figure.center, figure.batch, alpha, figure.rule)
        if max(map(abs, end)) < 1.1 and math.dist(end, figure.center) > 0.02:
            axes.annotate("", end, figure.center, arrowprops=style | {"linewidth": 0, "shrink": 0}, zorder=2)


def _draw_points(axes: Axes, figure: CenterUpdate) -> None:
    name = {"textcoords": "offset points", "color": INK, "fontsize": 13, "style": "italic", "family": "serif"}
    for i, (point, inside) in enumerate(zip(figure.points, figure.batch, strict=True)):
        fill = PALETTE[0] if inside else PAPER
        axes.plot(*point, "o", markersize=11, color=fill, markeredgecolor=PALETTE[0], markeredgewidth=1.8, zorder=4)
        axes.annotate(f"$x_{i + 1}$", point, (9, 6), **name)
    top = max(1.0, *map(abs, figure.center))  # one that flew off stands at the edge
    seen = [v / top for v in figure.center]
    axes.plot(*seen, "o", markersize=13, color=INK, markeredgecolor=PAPER, markeredgewidth=2, zorder=5)
    axes.annotate("c", seen, (-16, -14), **name)
