"""The sphere of a 3-D embedding, to turn by hand: where the points stand and where the class weights point."""

import base64
import io
import math
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from PIL import Image
from torch import Tensor

from lessons_lib.angles import safe_angle, unit_vectors
from lessons_lib.figures.camera import LIMB, TIP, first_view, hidden, project
from lessons_lib.figures.style import PALETTE, Picture, number_ink
from lessons_lib.losses import Head

_SIDE = 620  # CSS pixels
_RIM = 1.15  # how far out the rim of a class weight's label stands, in radii
_ROOM = 1.3  # half the scene's cube, in radii
_GLOBE, _WIRE, _WORDS, _STROKE = "#e6e9ec", "#bfc4cb", "#7d828c", "#0b0d10"  # _WORDS reads on white and on black
_UNIT = 10_000  # int16 holds coordinates in ten-thousandths of the radius, half the size of floats
_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": True,  # plotly catches the wheel over a 3-D figure in any case
    "modeBarButtons": [["resetCameraLastSave3d"]],  # back to our first view; "Default" would be plotly's own
}


class Turnable:
    """A 3-D figure that one turns with the mouse, and a still of its first view where scripts do not run.

    JupyterLab shows the still until the mouse comes near, so only figures in use take one of a page's few WebGL
    contexts. The still is transparent, as the figure is: both themes shine through.
    """

    def __init__(self, alt: str, figure: dict[str, Any], still: Picture):
        self.alt, self.figure, self.still = alt, figure, still

    def png(self) -> bytes:
        """The first view as a transparent PNG of 256 colours, as large as the live figure."""
        full, small = io.BytesIO(), io.BytesIO()
        self.still.figure.savefig(full, format="png", dpi=96, transparent=True)
        Image.open(full).quantize(256, method=Image.Quantize.FASTOCTREE).save(small, "PNG", optimize=True)
        return small.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {
            "application/vnd.plotly.v1+json": self.figure,
            "image/png": base64.b64encode(self.png()).decode(),
            "text/plain": self.alt,
        }
        return data, {"image/png": {"alt": self.alt, "width": _SIDE}}


def sphere(
    features: Tensor, labels: Tensor, head: Head, points: int = 2_000, title: str = "", like: Head | None = None
) -> Turnable:
    """Directions of 3-D features (N, 3) with labels (N,) and the head's class weights, on a sphere that one can turn.

    At most `points` points, spread evenly over the rows, are drawn. It first shows the side on which the weights of
    `like` are seen best, else its own: spheres that are to be compared take the same. A stroke leads from each class
    weight to the median direction of its features. A feature without direction (zero, NaN or infinite) is left out,
    and the alt text says so. Raises ValueError for other shapes.
    """
    _check(features, labels, head)
    features, labels = features.detach().float().cpu(), labels.detach().cpu()
    length = torch.linalg.vector_norm(features, dim=1)
    kept = (length.isfinite() & (length > 0)).nonzero()[:, 0]
    drawn = kept[torch.linspace(0, len(kept) - 1, min(points, len(kept))).round().long()]
    weights = unit_vectors(head.weight.detach().float().cpu())
    x, y = unit_vectors(features[drawn]), labels[drawn]
    strokes = _to_the_middles(unit_vectors(features[kept]), labels[kept], weights)
    eye = first_view(weights if like is None else unit_vectors(like.weight.detach().float().cpu()))
    alt = _alt(title, len(drawn), len(features) - len(kept), head.num_classes)
    return Turnable(alt, _live(x, y, weights, strokes, eye, title), _still(x, y, weights, strokes, eye, title, alt))


def _to_the_middles(x: Tensor, y: Tensor, weights: Tensor) -> list[Tensor]:
    """For each class that has features its weight and their median direction, (2, 3), a little above the sphere."""
    middles = {k: unit_vectors(x[y == k].median(dim=0).values) for k in y.unique().tolist()}
    return [1.01 * torch.stack([weights[k], middle]) for k, middle in middles.items()]


def _check(features: Tensor, labels: Tensor, head: Head) -> None:
    if features.ndim != 2 or features.shape[1] != 3:
        raise ValueError(f"features must have shape (N, 3), got {tuple(features.shape)}.")
    if labels.shape != features.shape[:1]:
        raise ValueError(f"labels must have shape ({len(features)},), one a feature, got {tuple(labels.shape)}.")
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < head.num_classes:
        raise ValueError(f"labels must lie in 0..{head.num_classes - 1}, got {int(labels.min())}..{int(labels.max())}.")
    if head.embedding_size != 3:
        raise ValueError(f"the head must have class weights of 3 numbers, got {head.embedding_size}.")


def _alt(title: str, drawn: int, left_out: int, classes: int) -> str:
    missing = f" {left_out:,} features without a direction (zero, NaN or infinite) are left out." if left_out else ""
    return (
        f"{title or '3-D embedding'}: the directions of {drawn:,} features as points on a sphere, coloured by class, "
        f"and the {classes} class weights as spikes with their numbers; a stroke leads from each to the middle of its "
        f"features.{missing}"
    )


def _circles() -> list[Tensor]:
    """Twelve meridians and five parallels, each (46, 3)."""
    line = torch.linspace(-1, 1, 46)
    meridians = [_on_sphere(torch.full_like(line, k * math.pi / 6), line * math.pi / 2) for k in range(12)]
    return meridians + [_on_sphere(line * math.pi, torch.full_like(line, k * math.pi / 6)) for k in range(-2, 3)]


def _on_sphere(turn: Tensor, lift: Tensor) -> Tensor:
    return torch.stack([turn.cos() * lift.cos(), turn.sin() * lift.cos(), lift.sin()], dim=-1)


def _colour(k: int) -> str:
    return PALETTE[k % len(PALETTE)]


def _live(x: Tensor, y: Tensor, weights: Tensor, strokes: list[Tensor], eye: Tensor, title: str) -> dict[str, Any]:
    """The figure as plotly's JSON, written out: nothing in it changes from run to run, and no template swells it."""
    theta = torch.rad2deg(safe_angle((x * weights[y]).sum(dim=1)))
    clouds = [_cloud(x[y == k], theta[y == k], k) for k in y.unique().tolist()]
    axis = {"visible": False, "range": [-_ROOM * _UNIT, _ROOM * _UNIT]}
    place = dict(zip("xyz", (eye / (2 * _ROOM)).tolist(), strict=True))  # plotly's cube has a side of 1
    scene = {
        **{f"{name}axis": axis for name in "xyz"},
        "aspectmode": "cube",
        "camera": {"eye": {name: round(value, 4) for name, value in place.items()}},
        "dragmode": "turntable",
    }
    layout = {
        "width": _SIDE,
        "height": _SIDE,
        "margin": dict.fromkeys("lrtb", 0),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "scene": scene,
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": _WORDS, "activecolor": _WORDS},
        "title": {"text": title, "font": {"color": _WORDS, "size": 16}, "x": 0.02, "y": 0.97},
    }
    middles = [_lines(strokes) | {"line": {"color": _STROKE, "width": 6}}] if strokes else []
    return {
        "data": [_globe(), _wires(), *clouds, *middles, _spikes(weights), _names(weights)],
        "layout": layout,
        "config": _CONFIG,
    }


def _globe() -> dict[str, Any]:
    """A ball a little smaller than the sphere, which hides what is behind it."""
    turn, lift = torch.meshgrid(
        torch.linspace(-1, 1, 73) * math.pi, torch.linspace(-1, 1, 37) * math.pi / 2, indexing="ij"
    )
    plain = {name: {"highlight": False} for name in "xyz"}
    return {
        "type": "surface",
        **_places(0.99 * _on_sphere(turn, lift)),
        "colorscale": [[0, _GLOBE], [1, _GLOBE]],
        "showscale": False,
        "hoverinfo": "skip",
        "contours": plain,
        "lighting": {"ambient": 1, "diffuse": 0, "specular": 0, "fresnel": 0},
    }


def _wires() -> dict[str, Any]:
    return _lines([0.995 * circle for circle in _circles()]) | {"line": {"color": _WIRE, "width": 1}}


def _lines(paths: list[Tensor]) -> dict[str, Any]:
    """Lines through places (k, 3) each; plotly parts them where a place is NaN, which int16 cannot say."""
    gap = torch.full((1, 3), float("nan"))
    path = torch.cat([part for path in paths for part in (path, gap)])
    return {"type": "scatter3d", "mode": "lines", **_places(path, "f4"), "hoverinfo": "skip"}


def _cloud(x: Tensor, theta: Tensor, k: int) -> dict[str, Any]:
    return {
        "type": "scatter3d",
        "mode": "markers",
        **_places(x),
        "customdata": _packed(theta, "f4"),
        "marker": {"color": _colour(k), "size": 1.4, "line": {"width": 0}},
        "hovertemplate": f"class {k}<br>%{{customdata:.1f}}° from its weight<extra></extra>",
    }


def _spikes(weights: Tensor) -> dict[str, Any]:
    """From the surface to the rim of each label: a line that ended in its middle would cross the number from behind."""
    colours = [_colour(k) for k in range(len(weights)) for _ in range(3)]
    paths = [torch.stack([weight, _RIM * weight]) for weight in weights]
    return _lines(paths) | {"line": {"color": colours, "width": 4}}


def _names(weights: Tensor) -> dict[str, Any]:
    classes = range(len(weights))
    return {
        "type": "scatter3d",
        "mode": "markers+text",
        **_places(TIP * weights),
        "marker": {"color": [_colour(k) for k in classes], "size": 7.5, "opacity": 1, "line": {"width": 0}},
        "text": [f"<b>{k}</b>" for k in classes],
        "textfont": {"color": [number_ink(k) for k in classes], "size": 14},
        "textposition": "middle center",
        "hovertemplate": "weight of class %{text}<extra></extra>",
    }


def _places(places: Tensor, dtype: str = "i2") -> dict[str, Any]:
    return {name: _packed(places[..., i] * _UNIT, dtype) for i, name in enumerate("xyz")}


def _packed(values: Tensor, dtype: str) -> dict[str, Any]:
    """An array as plotly's typed array: base64 of little-endian bytes."""
    array = values.numpy().round() if dtype == "i2" else values.numpy()
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": dtype, "bdata": base64.b64encode(array.astype(f"<{dtype}").tobytes()).decode(), **shape}


def _still(x: Tensor, y: Tensor, weights: Tensor, strokes: list[Tensor], eye: Tensor, title: str, alt: str) -> Picture:
    """The first view drawn by hand, in the perspective of plotly's camera: what the globe hides left out."""
    picture = Picture(alt, _SIDE / 96, _SIDE / 96)
    picture.figure.set_layout_engine("none")
    axes = picture.figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    axes.set_axis_off()
    turn = np.linspace(0, 2 * math.pi, 181)
    for k, weight in enumerate(weights):
        _draw_label(axes, weight, k, eye)
    axes.fill(LIMB * np.cos(turn), LIMB * np.sin(turn), color=_GLOBE, linewidth=0, zorder=3)
    for circle in _circles():
        line = project(circle, eye).masked_fill(hidden(circle, eye)[:, None], float("nan"))
        axes.plot(*line.T.numpy(), color=_WIRE, linewidth=0.7, zorder=4)
    shown = ~hidden(x, eye)
    colours = np.array(PALETTE)[y[shown].numpy() % len(PALETTE)]
    axes.scatter(*project(x[shown], eye).T.numpy(), s=10, c=colours, linewidths=0, zorder=5)
    for stroke in strokes:
        if not hidden(stroke, eye).any():
            axes.plot(*project(stroke, eye).T.numpy(), color=_STROKE, linewidth=2.4, solid_capstyle="round", zorder=5.5)
    axes.text(-0.96, 0.96, title, color=_WORDS, fontsize=12, ha="left", va="top")
    return picture


def _draw_label(axes: Axes, weight: Tensor, k: int, eye: Tensor) -> None:
    """The spike of one class weight, its number in a disc at the tip; each behind the globe (zorder 3) or before it."""
    places = torch.stack([weight, TIP * weight])
    (foot, tip), (spike, disc) = project(places, eye).numpy(), 6 - 6 * hidden(places, eye).int().numpy()
    axes.plot(*np.stack([foot, tip], axis=1), color=_colour(k), linewidth=1.8, zorder=spike)
    axes.scatter(*tip, s=270, c=_colour(k), linewidths=0, zorder=disc + 1)
    number = {"color": number_ink(k), "fontsize": 10.5, "weight": "bold", "ha": "center", "va": "center_baseline"}
    axes.text(*tip, str(k), zorder=disc + 2, **number)
