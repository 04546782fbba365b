"""GradientArrows: one feature, every class weight, and the steps that two losses take on them."""

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Wedge
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.angles import circle_points
from lessons_lib.explorers.kit.explorer import Choice, Number, of_a_widget, refused_as_a_value
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import LOSSES, NAMES, MarginExplorer, named_head
from lessons_lib.explorers.kit.plain import plain_number, plain_numbers
from lessons_lib.explorers.kit.still import bare_plane
from lessons_lib.figures.style import FAINT, INK, PALETTE, PAPER, SOFT, Picture
from lessons_lib.gradients import Gradients, gradients, with_weights
from lessons_lib.losses import Head

_CLASSES = 3, 5, 10
_REACH, _TALLEST = 1.3, 1.4  # how far out and how high a reader can move x: radii, radians
_NOWHERE = 0.01
_SLACK = 1e-4  # the browser keeps places to four digits
_LONG = 0.66  # radii that the longest arrow is drawn
_COLOURS, _DASHES = (PALETTE[0], PALETTE[2]), ("-", (0, (3, 1.6)))


class GradientArrows(MarginExplorer):
    """The steps of gradient descent for one feature x, with `loss` and with `other`: on x and on every class weight.

    The weights stand around a circle at `directions` (radians; 3, 5 or 10 of them, `classes` spreads that many evenly).
    x stands over `point`, [x, y] in radii of the circle, `lift` radians above the plane of the weights as seen from the
    origin; `label` is its class. `lengths` says what arrows are measured by: "own", each loss's own longest, "as_is",
    or "per_scale", each divided by its scale. Needs no data.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "other", "margins", "scale", "directions", "label", "point", "lift", "lengths")
    loss = Choice((*LOSSES, "adacos", "p2sgrad"), default_value="arcface").tag(sync=True)
    other = Choice((*LOSSES, "adacos", "p2sgrad"), default_value="p2sgrad").tag(sync=True)
    scale = Number(16.0, 1, 64).tag(sync=True)
    directions = traitlets.List().tag(sync=True)
    label = Number(0, 0, max(_CLASSES) - 1, whole=True).tag(sync=True)
    point = traitlets.List([-0.3, 0.48]).tag(sync=True)
    lift = Number(round(math.radians(25), 5), 0, _TALLEST, angle=True).tag(sync=True)
    lengths = Choice(("own", "as_is", "per_scale"), default_value="own").tag(sync=True)

    def __init__(self, margin: float | None = None, classes: int | None = None, **settings: Any):
        super().__init__(**of_a_widget(settings))
        if classes is not None:
            with refused_as_a_value():
                self.classes = classes
        self.begin_with(settings, margin)

    @traitlets.default("margins")
    def _usual_margins(self) -> dict[str, float]:
        return {"sphereface": 4.0, "cosface": 0.35, "arcface": 0.5}

    @traitlets.default("directions")
    def _five_classes(self) -> list[float]:
        return _even(5)

    @property
    def classes(self) -> int:
        """How many classes there are; setting it spreads that many evenly."""
        return len(self.directions)

    @classes.setter
    def classes(self, classes: int) -> None:
        self.directions = _even(classes)

    @traitlets.validate("directions")
    def _one_a_class(self, proposal: traitlets.Bunch) -> list[float]:
        turns = plain_numbers(proposal["value"])
        if len(turns) not in _CLASSES:
            raise traitlets.TraitError(f"directions must be 3, 5 or 10 angles in radians, got {proposal['value']}.")
        return [_wrapped(turn) for turn in turns]

    @traitlets.validate("label")
    def _a_class(self, proposal: traitlets.Bunch) -> int:
        if proposal["value"] >= self.classes:  # a view sends other classes along with it
            raise traitlets.TraitError(f"label must be a class, 0..{self.classes - 1}, got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("point")
    def _a_place(self, proposal: traitlets.Bunch) -> list[float]:
        point = plain_numbers(proposal["value"])
        if len(point) != 2 or math.hypot(*point) > _REACH + _SLACK:
            raise traitlets.TraitError(
                f"point must be [x, y], at most {_REACH} from the origin, got {proposal['value']}."
            )
        return point

    @traitlets.observe("directions")
    def _keep_a_label(self, _: traitlets.Bunch) -> None:
        if self.label >= self.classes:
            self.label = 0

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        pair = f"{NAMES[self.loss]} and {NAMES[self.other]}"
        if math.hypot(*self.point) <= _NOWHERE:
            return (
                f"{self.classes} class weights around a circle; x lies at the origin, where {pair} have no direction."
            )
        seen = [self._gradients(loss, self._feature()[None]) for loss in (self.loss, self.other)]
        signs = seen[0].coefficient[0] * seen[1].coefficient[0]
        turned = [f"W{j}" for j in torch.nonzero(signs < 0).flatten().tolist()]
        against = f"send {', '.join(turned)} opposite ways" if turned else "agree on the way for every weight"
        return (
            f"{self.classes} class weights around a circle and a feature x of class {self.label}, with the steps of "
            f"{pair}. On each weight both arrows lie on one line, its tangent; the two losses {against}."
        )

    def picture(self) -> Picture:
        """The first frame: both losses' arrows on x and on every class weight, seen from above."""
        picture, axes = bare_plane(self.alt, (5.6, 5.6), (-_REACH, _REACH), (-_REACH - 0.12, _REACH))
        weight = _directed(self.directions).numpy()
        turned: list[int] = []
        if math.hypot(*self.point) > _NOWHERE:
            found = [
                self._gradients(loss, torch.stack([self._feature(), *self._round()]))
                for loss in (self.loss, self.other)
            ]
            for i, unit in enumerate(self._units(found)):
                _draw_steps(axes, found[i], unit, weight, np.array(self.point), i)
            if "p2sgrad" in (self.loss, self.other):
                turned = torch.nonzero(found[0].coefficient[0] * found[1].coefficient[0] < 0).flatten().tolist()
                _tint_behind(axes, self.point, _COLOURS[self.loss != "p2sgrad"])
            x, y = (step.on_feature[0] for step in found)
            apart = math.degrees(math.acos(float(torch.cosine_similarity(x, y, dim=0).clamp(-1, 1))))
            words = f"on each weight one line; on x the two steps stand {apart:.0f}° apart"
            axes.set_title(words, color=SOFT, fontsize=10)
        _draw_circle(axes, weight, self.label, turned, _COLOURS[self.loss != "p2sgrad"])
        place = {"color": PAPER, "ha": "center", "va": "center", "fontsize": 10, "style": "italic", "zorder": 6}
        axes.plot(*self.point, "o", color=INK, markersize=14, markeredgecolor=PAPER, markeredgewidth=2, zorder=5)
        axes.text(*self.point, "x", **place)
        for i, loss in enumerate((self.loss, self.other)):
            axes.plot([], [], color=_COLOURS[i], linestyle=_DASHES[i], linewidth=2.4, label=NAMES[loss])
        axes.legend(loc="lower center", ncols=2, frameon=False, labelcolor=INK, fontsize=10, handlelength=3)
        return picture

    def _feature(self) -> Tensor:
        """x in three dimensions, float64."""
        return torch.tensor([*self.point, math.hypot(*self.point) * math.tan(self.lift)], dtype=torch.float64)

    def _round(self) -> list[Tensor]:
        """Places all round the circle at the height of x: the longest arrows there are what arrows are measured by."""
        flat, up = math.cos(self.lift), math.sin(self.lift)
        start = self.directions[self.label]
        return [torch.cat([flat * turn.double(), torch.tensor([up]).double()]) for turn in circle_points(40, start)]

    def _gradients(self, loss: str, features: Tensor) -> Gradients:
        weight = torch.cat([_directed(self.directions), torch.zeros(self.classes, 1, dtype=torch.float64)], dim=1)
        head = with_weights(self._head(loss), weight)
        return gradients(head, features, torch.full((len(features),), self.label))

    def _head(self, loss: str) -> Head:
        with warnings.catch_warnings():  # too few dimensions for P2SGrad to train in; the way it pushes is the same
            warnings.filterwarnings("ignore", "P2SGradLoss wants")
            return named_head(loss, self.margins.get(loss, 0.0), self.scale, self.classes, 3)

    def _units(self, found: list[Gradients]) -> list[float]:
        """What a step of length 1 measures of the longest arrow, for both losses."""
        longest = [max(float(step.feature_length.max()), float(step.weight_length.max())) for step in found]
        if self.lengths == "own":
            return [1 / top if top > 0 else 0.0 for top in longest]
        scales = [1.0, 1.0]
        if self.lengths == "per_scale":
            scales = [float(getattr(self._head(loss), "scale", 1.0)) for loss in (self.loss, self.other)]
        top = max(length / scale for length, scale in zip(longest, scales, strict=True))
        return [1 / (top * scale) if top > 0 else 0.0 for scale in scales]


def _wrapped(turn: float) -> float:
    return round(math.atan2(math.sin(turn), math.cos(turn)), 5)


def _even(classes: Any) -> list[float]:
    if (count := plain_number(classes)) not in _CLASSES:
        raise traitlets.TraitError(f"classes must be 3, 5 or 10, got {classes!r}.")
    return [_wrapped(math.pi / 2 + 2 * math.pi * k / count) for k in range(int(count))]


def _directed(directions: list[float]) -> Tensor:
    turns = torch.tensor(directions, dtype=torch.float64)
    return torch.stack([turns.cos(), turns.sin()], dim=1)


def _tint_behind(axes: Axes, point: list[float], colour: str) -> None:
    """The half of the circle that is more than 90° from x."""
    turn = math.degrees(math.atan2(point[1], point[0]))
    axes.add_patch(Wedge((0, 0), 1, turn + 90, turn + 270, facecolor=colour, alpha=0.08, linewidth=0, zorder=0))


def _draw_circle(axes: Axes, weight: NDArray, label: int, turned: list[int], colour: str) -> None:
    """The weights as numbered spokes: the true class in ink, a weight that P2SGrad sends the other way ringed."""
    turn = np.linspace(0, 2 * math.pi, 361)
    axes.plot(np.cos(turn), np.sin(turn), color=SOFT, linewidth=1)
    for j, tip in enumerate(weight):
        own = j == label
        axes.plot([0, tip[0]], [0, tip[1]], color=INK if own else FAINT, linewidth=2 if own else 1)
        disc = {"boxstyle": "circle,pad=0.3", "facecolor": INK if own else PAPER, "edgecolor": INK}
        if j in turned:
            disc |= {"edgecolor": colour, "linestyle": (0, (2.5, 1.5)), "linewidth": 2}
        axes.text(*(1.11 * tip), str(j), color=PAPER if own else INK, ha="center", va="center", fontsize=10, bbox=disc)


def _draw_steps(axes: Axes, found: Gradients, unit: float, weight: NDArray, point: NDArray, i: int) -> None:
    """One loss's steps, each beside the line that both losses share, seen from above."""
    places = np.concatenate([point[None], weight])
    steps = -_LONG * unit * torch.cat([found.on_feature[:1], found.on_weights[0]])[:, :2].numpy()
    outward = places / np.linalg.norm(places, axis=1, keepdims=True)
    head = {"arrowstyle": "-|>" if i == 0 else "->", "shrinkA": 0, "shrinkB": 0}
    line = {"color": _COLOURS[i], "linestyle": _DASHES[i], "linewidth": 2.6 if i == 0 else 1.9}
    for start, step in zip(places + (0.018, -0.018)[i] * outward, steps, strict=True):
        if np.linalg.norm(step) > 0.01:
            axes.annotate(
                "",
                start + step,
                start,
                arrowprops={**head, **line, "mutation_scale": min(13, max(6, 60 * np.linalg.norm(step)))},
                zorder=4,
            )
