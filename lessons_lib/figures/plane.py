"""The plane of a 2-D embedding: where the points stand, where the class weights point, where the boundaries run."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.figures.style import FAINT, INK, PALETTE, PAPER, SOFT, Picture, number_ink
from lessons_lib.losses import Head, InBatch

_GRID = 300
_ROOM = 1.24  # half the picture's width, in units of the rim
_OUT, _DISC = 1.12, 16.5  # how far out the numbered discs stand, in units of the rim; how wide they are, in points


def embeddings(
    views: Mapping[str, tuple[Tensor, Tensor, Head]], points: int = 1_500, satisfied: bool = False
) -> Picture:
    """One panel a view: title -> (embeddings (N, 2), labels (N,), head). At most `points` points a panel are drawn.

    Tints are the regions in which the head predicts a class, dashed rays its class weights (with `InBatch`, which has
    none, the classes' means), numbered discs their names; discs that would overlap stand beside each other. The rim is
    the 99.5th percentile of ‖x‖; the few points farther out are drawn on it. With `satisfied` the part of each region
    in which a class would win with its margin, too, is darker; the head must have a `target_logit`.
    """
    alt = " Beside it: ".join(
        f"{title or '2-D embedding'}: {len(labels):,} points around the origin, coloured by class, "
        f"the {head.num_classes} {'class means' if isinstance(head, InBatch) else 'class weights'} as rays, their "
        "regions tinted."
        for title, (_, labels, head) in views.items()
    )
    alt += " Darker: where a class wins with its margin, too." if satisfied else ""
    side = {1: 6.0, 2: 4.6}.get(len(views), 3.6)  # a page is no wider than three small panels
    picture = Picture(alt, side * len(views), side + 0.4)
    for axes, (title, (features, labels, head)) in zip(
        picture.subplots(1, len(views), squeeze=False)[0], views.items(), strict=True
    ):
        rim = rim_of(features)
        draw_regions(axes, head, rim)
        if satisfied:
            draw_satisfied(axes, head, rim)
        draw_points(axes, features[:points], labels[:points], rim)
        draw_rim(axes, rim)
        draw_directions(axes, head, rim)
        axes.set_title(title, color=INK, fontsize=12)
    return picture


def rim_of(embeddings: Tensor) -> float:
    """The 99.5th percentile of ‖x‖, so that the few longest leave the others room; 1 where no point has a length."""
    lengths = torch.linalg.vector_norm(embeddings, dim=1).numpy()
    return float(np.quantile(lengths, 0.995)) or 1.0 if len(lengths) else 1.0


def draw_regions(axes: Axes, head: Head, rim: float) -> None:
    """Tint the disc by predicted class; a thin line where the prediction changes."""
    x, y = _grid(rim)
    with torch.no_grad():
        winner = head.logits(torch.stack([x.flatten(), y.flatten()], 1)).argmax(1).reshape(_GRID, _GRID).float()
    winner[x**2 + y**2 > rim**2] = math.nan
    _tint(axes, winner, head.num_classes, rim, 0.13)
    for k in range(head.num_classes):
        axes.contour(
            x.numpy(), y.numpy(), (winner == k).float().numpy(), levels=[0.5], colors=[SOFT], linewidths=0.4, zorder=1
        )


def draw_satisfied(axes: Axes, head: Head, rim: float) -> None:
    """Tint where the predicted class has the largest logit with its margin, too."""
    x, y = _grid(rim)
    with torch.no_grad():
        cosines = head.cosines(torch.stack([x.flatten(), y.flatten()], 1))
        best = cosines.max(dim=1, keepdim=True)
        others = cosines.scatter(1, best.indices, -1.0).amax(dim=1)
        wins = head.target_logit(best.values.squeeze(1).clamp(-1, 1).acos()) > others
    winner = torch.where(wins, best.indices.squeeze(1).float(), math.nan).reshape(_GRID, _GRID)
    winner[x**2 + y**2 > rim**2] = math.nan
    _tint(axes, winner, head.num_classes, rim, 0.3)


def _grid(rim: float) -> tuple[Tensor, Tensor]:
    """The coordinates of a square about the disc, (300, 300) each."""
    line = torch.linspace(-rim, rim, _GRID)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return x, y


def _tint(axes: Axes, classes: Tensor, count: int, rim: float, strength: float) -> None:
    """Colour each place of the grid by its class; NaN stays paper."""
    look = {"cmap": ListedColormap(PALETTE[:count]), "vmin": -0.5, "vmax": count - 0.5, "interpolation": "nearest"}
    extent = (-rim, rim, -rim, rim)
    axes.imshow(classes.numpy(), extent=extent, origin="lower", alpha=strength, zorder=0, **look)


def draw_points(axes: Axes, features: Tensor, labels: Tensor, rim: float) -> None:
    """The embedded images, coloured by class; what lies beyond the rim is drawn on it."""
    length = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    inside = features * torch.clamp(rim / length.clamp(min=1e-12), max=1.0)
    colours = np.array(PALETTE)[labels.numpy() % len(PALETTE)]
    axes.scatter(*inside.T.numpy(), s=3.5, c=colours, alpha=0.55, linewidths=0, zorder=2)


def draw_rim(axes: Axes, rim: float) -> None:
    """A thin circle that says how long a feature on it is."""
    turn = np.linspace(0, 2 * np.pi, 361)
    axes.plot(rim * np.cos(turn), rim * np.sin(turn), color=FAINT, linewidth=1, zorder=3)
    axes.text(-_ROOM * rim, -_ROOM * rim, f"rim: ‖x‖ = {rim:.3g}", color=SOFT, fontsize=9, ha="left", va="bottom")
    axes.set(xlim=(-_ROOM * rim, _ROOM * rim), ylim=(-_ROOM * rim, _ROOM * rim), aspect="equal")
    axes.set_axis_off()


def draw_directions(axes: Axes, head: Head, rim: float) -> None:
    """Each class weight, or each of a class's centres, as a ray with the class number at its end.

    A ray ends on the rim, where it points to. Where its disc had to make room for others, a line leads on to the disc.
    """
    with torch.no_grad():
        turns = torch.atan2(head.weight[..., 1], head.weight[..., 0]).reshape(head.num_classes, -1)
    classes = np.repeat(np.arange(head.num_classes), turns.shape[1])
    seats = beside(turns.flatten().numpy(), _disc_angle(axes))
    for k, turn, seat in zip(classes.tolist(), turns.flatten().tolist(), seats.tolist(), strict=True):
        tip, place = (np.array([np.cos(at), np.sin(at)]) * rim for at in (turn, seat))
        place, colour = _OUT * place, PALETTE[k % len(PALETTE)]
        axes.plot([0, tip[0]], [0, tip[1]], color=colour, linewidth=1.2, dashes=(5, 3), zorder=4)
        axes.plot([tip[0], place[0]], [tip[1], place[1]], color=colour, linewidth=1.2, zorder=4)
        disc = {"boxstyle": "circle,pad=0.28", "facecolor": colour, "edgecolor": PAPER, "linewidth": 1.2}
        style = {"color": number_ink(k), "fontsize": 10, "weight": "bold", "ha": "center", "va": "center"}
        axes.text(*place, str(k), bbox=disc, zorder=5, **style)


def _disc_angle(axes: Axes) -> float:
    """The angle that a disc takes on its circle, in radians, in a panel that fills its share of the figure."""
    spec, (width, height) = axes.get_subplotspec(), axes.get_figure().get_size_inches()
    columns = spec.get_gridspec().ncols if spec else 1
    radius = _OUT / (2 * _ROOM) * 72 * min(width / columns, height)
    return float(2 * np.arcsin(min(1.0, _DISC / (2 * radius))))


def beside(turns: NDArray, gap: float) -> NDArray:
    """Turns (n,) moved as little as makes any two neighbours on the circle stand `gap` apart; all in radians.

    Their order and their mean stay. If the circle has no room for that, they end nearly even.
    """
    order = np.argsort(turns)
    seats, gap = turns[order].astype(float), min(gap, 2 * np.pi / max(1, len(turns)))
    for _ in range(500 if len(turns) > 1 else 0):
        after = np.append(seats[1:], seats[0] + 2 * np.pi)
        lack = np.clip(gap - (after - seats), 0, None) / 2
        if lack.max() < 1e-3 * gap:
            break
        seats += np.roll(lack, 1) - lack
    found = np.empty_like(seats)
    found[order] = seats
    return found
