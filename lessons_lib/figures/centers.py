"""The plane of a head with several centres a class: where each centre points, and what it took."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.figures.plane import draw_points, draw_regions, draw_rim, rim_of
from lessons_lib.figures.style import INK, PALETTE, PAPER, Picture, number_ink
from lessons_lib.losses import SoftTripleLoss

_SIDE = 4.3
_ROOM = 1.36  # half a panel's width, in units of the rim
_MERGED = math.radians(6)  # centres of a class that stand so close are drawn as one
_CROWDED = math.radians(15)  # of two names that stand so close one goes a line up or down
_NAMES, _LINE = 1.11, 0.16  # how far out names stand and how high they are, in units of the rim


class Ray(NamedTuple):
    """Centres of one class that point the same way: where to, how many they are, and the kinds that they took."""

    label: int
    turn: float
    count: int
    took: tuple[int, ...]


def several_centers(
    views: Mapping[str, tuple[Tensor, Tensor, Tensor, SoftTripleLoss]], names: Sequence[str], points: int = 1_500
) -> Picture:
    """One panel a view: title -> (embeddings (N, 2), labels (N,), kinds (N,), head); `names` has a word a class.

    Tints are the regions in which the head predicts a class. A ray is a centre, the broader the more of a class's
    centres stand within 6 degrees. At its end are the kinds, the numbers within a class that the head was not told,
    most of whose images are nearest to it; a ray without any took none. At most `points` points a panel are drawn.
    """
    picture = Picture("", _SIDE * len(views), _SIDE + 0.5)
    panels, said = picture.subplots(1, len(views), squeeze=False)[0], []
    for axes, (title, (features, labels, kinds, head)) in zip(panels, views.items(), strict=True):
        rim = rim_of(features)
        found = rays(features, labels, kinds, head)
        draw_regions(axes, head, rim)
        draw_points(axes, features[:points], labels[:points], rim)
        draw_rim(axes, rim)
        draw_rays(axes, found, rim)
        axes.set(xlim=(-_ROOM * rim, _ROOM * rim), ylim=(-_ROOM * rim, _ROOM * rim))
        axes.set_title(title, color=INK, fontsize=12)
        each = (f"{names[ray.label]} at {math.degrees(ray.turn):.0f} degrees took {_took(ray)}" for ray in found)
        said.append(f"{title}: {len(features):,} points around the origin; centres: {', '.join(each)}.")
    for k, name in enumerate(names):
        panels[0].plot([], [], "o", color=PALETTE[k], label=name)
    panels[0].legend(frameon=False, fontsize=9, loc="upper left", borderaxespad=0, handletextpad=0.1)
    picture.alt = " Beside it: ".join(said)
    return picture


@torch.no_grad()
def rays(features: Tensor, labels: Tensor, kinds: Tensor, head: SoftTripleLoss) -> list[Ray]:
    """A head's centres, those of a class that point nearly the same way together, around the circle."""
    own = head.center_cosines(features)[torch.arange(len(labels)), labels].argmax(dim=1)
    turns = torch.atan2(head.weight[..., 1], head.weight[..., 0])
    # By class and kind, the centre that has most of its images.
    taker = {(int(labels[kinds == k][0]), k): int(own[kinds == k].mode().values) for k in kinds.unique().tolist()}
    found = []
    for label, own_turns in enumerate(turns.tolist()):
        for group in _together(own_turns):
            took = tuple(k for (whose, k), center in taker.items() if whose == label and center in group)
            along = torch.tensor([own_turns[center] for center in group])
            turn = math.atan2(float(along.sin().sum()), float(along.cos().sum()))
            found.append(Ray(label, turn, len(group), took))
    return sorted(found, key=lambda ray: ray.turn)


def draw_rays(axes: Axes, found: Sequence[Ray], rim: float) -> None:
    """Each as a line from the middle to the rim, and beyond it what it took."""
    placed: list[float] = []
    for ray in found:
        colour, along = PALETTE[ray.label], (math.cos(ray.turn), math.sin(ray.turn))
        width = 1.0 + 0.9 * min(ray.count - 1, 4)
        axes.plot([0, rim * along[0]], [0, rim * along[1]], color=colour, linewidth=width, zorder=4)
        if not ray.took:
            axes.plot(rim * along[0], rim * along[1], "o", color=PAPER, markeredgecolor=colour, markersize=6, zorder=5)
            continue
        place = [_NAMES * rim * part for part in along]
        if placed and _between(ray.turn, placed[-1]) < _CROWDED:
            place[1] += math.copysign(_LINE * rim, along[1])
        placed.append(ray.turn)
        look = {"boxstyle": "round,pad=0.3,rounding_size=0.8", "facecolor": colour, "edgecolor": PAPER}
        ink = {"color": number_ink(ray.label), "fontsize": 9.5, "weight": "bold"}
        axes.text(*place, _took(ray), ha="center", va="center", bbox=look, zorder=6, **ink)


def _took(ray: Ray) -> str:
    return " ".join(map(str, ray.took)) or "none"


def _together(turns: Sequence[float]) -> list[set[int]]:
    """The numbers of directions (radians) in groups: whoever stands near one of a group belongs to it."""
    groups: list[set[int]] = []
    for i, turn in enumerate(turns):
        near = [group for group in groups if any(_between(turn, turns[j]) < _MERGED for j in group)]
        groups = [group for group in groups if group not in near] + [{i}.union(*near)]
    return groups


def _between(one: float, other: float) -> float:
    """The angle between two directions, 0 to π."""
    return abs(math.remainder(one - other, 2 * math.pi))
