"""DriftPlayer: a 2-D embedding while it is trained, live, and as a film afterwards."""

import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from IPython import get_ipython
from IPython.display import DisplayHandle, display
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Int, List

from lessons_lib.explorers.kit.explorer import Explorer, Number
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.still import bare_plane
from lessons_lib.figures.style import FAINT, INK, PALETTE, PAPER, SOFT, Picture, number_ink

_MIDDLE, _NO_PLACE = 2047, 4095  # 12 bits a coordinate: a tenth of a pixel
_PAUSE = 0.05  # seconds between two messages to the browser: a run from the cache comes all at once
_TOLD = ("epoch", "epochs", "accuracy", "theta")


class DriftPlayer(Explorer):
    """A training run in the plane: digits find their class, class weights drift. Hand it to `fit` as `callback`.

    As a context manager it shows itself and grows while the network trains; what was reached stays, whatever ends the
    block. `DriftPlayer.of(frames)` takes the (step, metrics, frame) of a run that is over. `position` is the place in
    the film, 0 to 1: the square root of the share trained, as the early steps change most.
    Where a loss has class centres, these are shown too, with the way they came.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    film = Bytes(b"").tag(sync=True)
    notes = List().tag(sync=True)
    labels = Bytes(b"").tag(sync=True)
    classes = Int(0).tag(sync=True)
    live = Bool(False).tag(sync=True)
    playing = Bool(False).tag(sync=True)
    position = Number(1.0, 0, 1).tag(sync=True)

    def __init__(self, **traits: Any):
        super().__init__(**traits)
        self._notes: list[dict[str, Any]] = []
        self._packed: list[bytes] = []
        self._directions: list[NDArray] = []
        self._centers: list[NDArray | None] = []
        self._points: tuple[NDArray, NDArray] = np.zeros((0, 2)), np.zeros(0, np.uint8)
        self._shown: DisplayHandle | None = None
        self._sent = -math.inf

    @classmethod
    def of(cls, frames: Iterable[tuple[int, dict[str, float], dict[str, Any]]], **traits: Any) -> Self:
        """The film of a run that is over, from its (step, metrics, frame) in the order of the steps."""
        player = cls(**traits)
        for step, metrics, frame in frames:
            player._record(step, metrics, frame)
        player._publish()
        return player

    def __call__(self, step: int, metrics: dict[str, float], frame: dict[str, Any]) -> None:
        """Add a frame as `fit` hands it over: embeddings (N, 2), labels (N,), directions (C, 2), boundary, and centers
        (C, 2) where a loss has them.

        The newest step again replaces its frame; a step before it starts a new film. ValueError for embeddings that do
        not lie in the plane, for another number of points or classes than before, and for centers in some frames only.
        """
        self._record(step, metrics, frame)
        if not self.live or time.monotonic() - self._sent > _PAUSE:
            self._publish()

    def __enter__(self) -> Self:
        self._forget()
        self.live = True
        self._publish()
        self._shown = display(self, display_id=True) if get_ipython() else None
        return self

    def __exit__(self, *_: object) -> None:
        with self.hold_sync():
            self.live = False
            self._publish()
        if self._shown is not None:
            self._shown.update(self)  # what the notebook saves is the whole film

    def state(self) -> dict[str, Any]:
        """Every trait as plain JSON; what a page shows alone is no training that goes on."""
        return {**super().state(), "live": False}

    def _forget(self) -> None:
        self._notes, self._packed, self._directions, self._centers = [], [], [], []

    def _record(self, step: int, metrics: dict[str, float], frame: dict[str, Any]) -> None:
        packed, labels = pack_frame(frame), np.asarray(frame["labels"]).astype(np.uint8)
        centers = _centers(frame)
        if self._notes and step < self._notes[-1]["step"]:
            self._forget()
        again = bool(self._notes) and step == self._notes[-1]["step"]
        others = len(self._packed) > again
        if others and (centers is None) != (self._centers[0] is None):
            given, before = ("with", "without") if self._centers[0] is None else ("without", "with")
            raise ValueError(
                f"frame must have centers in all frames of a film or in none, got one {given} after frames {before}."
            )
        if others and (len(packed) != len(self._packed[0]) or len(labels) != len(self._points[1])):
            raise ValueError(
                f"frame must show as many points and classes as the frames before it, got {len(labels)} points and "
                f"{len(frame['directions'])} classes after {len(self._points[1])} points and "
                f"{len(self._directions[0])} classes."
            )
        if again:
            self._notes.pop(), self._packed.pop(), self._directions.pop(), self._centers.pop()
        note = {"step": int(step), **{name: _short(metrics.get(name)) for name in _TOLD}}
        self._notes.append(note if centers is None else note | {"centers": True})
        self._centers.append(centers)
        self._packed.append(packed)
        self._directions.append(np.asarray(frame["directions"], float))
        self._points = np.asarray(frame["embeddings"], float), labels

    def _publish(self) -> None:
        """Bring the traits up to date; a view that appears late finds the whole film in them."""
        with self.hold_sync():
            self.classes = len(self._directions[0]) if self._directions else 0
            self.labels = self._points[1].tobytes() if self._packed else b""
            self.notes = list(self._notes)
            self.film = b"".join(self._packed)
        self._sent = time.monotonic()

    @property
    def alt(self) -> str:
        """What the last frame shows, in a sentence."""
        if not self._notes:
            return "The film of a training run in the plane, without a frame yet."
        note, points = self._notes[-1], len(self._points[1])
        parts = [f"{points} digits in the plane after {note['step']} training steps, coloured by class"]
        if note["accuracy"] is not None:
            parts.append(f"{100 * note['accuracy']:.1f} % of them on the right side")
        if note["theta"] is not None:
            parts.append(f"{math.degrees(note['theta']):.1f}° from their class weight on average")
        parts += self._spread()
        return "; ".join(parts) + "."

    def _spread(self) -> list[str]:
        """How tight the classes stand, as film.js says it, if there are centres."""
        (embeddings, labels), centers = self._points, self._centers[-1]
        shown, rim = _inside(embeddings)
        if centers is None or not rim > 0:
            return []
        own = np.linalg.norm(rim * shown - centers[labels], axis=1)
        between = np.linalg.norm(centers[:, None] - centers, axis=-1)[np.triu_indices(len(centers), 1)]
        told = [f"{_length(own)} from the centre of their class on average"] if np.isfinite(own).any() else []
        if np.isfinite(between).any():
            told.append(f"the nearest two centres {_length(np.nanmin(between))} apart")
        return told

    def picture(self) -> Picture:
        """The last frame: digits, class weights and how these turned, outside the rim; centres and how they came."""
        picture, axes = bare_plane(self.alt, (5.4, 5.6), (-1.32, 1.32), (-1.4, 1.32))
        turn = np.linspace(0, 2 * np.pi, 361)
        axes.plot(np.cos(turn), np.sin(turn), color=FAINT, linewidth=1)
        if self._notes:
            words = self.alt.replace("; ", ",\n", 1)
            if self._centers[-1] is not None:
                self._draw_centers(axes)
                words = words.replace("weight on average; ", "weight on average,\n")
            axes.text(0, -1.38, words, color=SOFT, fontsize=9, ha="center", va="center")
            self._draw_digits(axes)
            self._draw_weights(axes)
        return picture

    def _draw_digits(self, axes: Axes) -> None:
        embeddings, labels = self._points
        shown, rim = _inside(embeddings)
        if rim > 0:
            axes.scatter(*shown.T, s=5, c=np.array(PALETTE)[labels % len(PALETTE)], alpha=0.7, linewidths=0, zorder=2)
            axes.text(-1.3, 1.28, f"rim: ‖x‖ = {rim:.3g}", color=SOFT, fontsize=9, va="top")

    def _draw_weights(self, axes: Axes) -> None:
        path = np.stack(self._directions)
        angles = np.unwrap(np.arctan2(path[..., 1], path[..., 0]), axis=0)
        share = np.array([(n["epoch"] or 0) / (n["epochs"] or 1) for n in self._notes]) ** 0.5
        reach = 1.08 + 0.22 * (share[-1] - share)
        for k in np.flatnonzero(np.isfinite(angles).all(0)):
            colour, x, y = PALETTE[k % len(PALETTE)], np.cos(angles[:, k]), np.sin(angles[:, k])
            axes.plot([0, x[-1]], [0, y[-1]], color=colour, linewidth=1.2, zorder=1)
            axes.plot(reach * x, reach * y, color=colour, linewidth=1.8, alpha=0.5, zorder=3)
            disc = {"boxstyle": "circle,pad=0.25", "facecolor": colour, "edgecolor": PAPER, "linewidth": 1}
            style = {"fontsize": 9, "weight": "bold", "ha": "center", "va": "center", "zorder": 4}
            axes.text(1.08 * x[-1], 1.08 * y[-1], str(k), color=number_ink(k), bbox=disc, **style)

    def _draw_centers(self, axes: Axes) -> None:
        path, rim = np.stack(self._centers), _inside(self._points[0])[1]
        path = path / np.maximum(np.linalg.norm(path, axis=-1, keepdims=True), rim)
        age, before = np.linspace(0, 1, len(path)), np.concatenate([path[:1], path[:-1]])
        halo, shown, taken = [withStroke(linewidth=2.5, foreground=PAPER)], np.isfinite(path[-1]).all(-1), []
        for k in np.flatnonzero(shown):
            colour, (x, y) = PALETTE[k % len(PALETTE)], path[-1, k]
            pieces = np.stack([before[:, k], path[:, k]], axis=1)
            for ink, wide, order in ((PAPER, 3 * age, 2.1), (colour, 1.5 * age, 2.2)):
                strength = {"colors": ink, "alpha": 0.2 + 0.8 * age, "linewidths": 1 + wide, "zorder": order}
                axes.add_collection(LineCollection(pieces, **strength))
            axes.plot(x, y, "D", color=colour, markersize=7, markeredgecolor=INK, path_effects=halo, zorder=2.3)
            others = np.delete(path[-1], k, axis=0)
            for side in (0.085, -0.085):  # where neither class weight nor path runs, no other centre, no number
                place = path[-1, k] + side * np.array([-y, x]) / (math.hypot(x, y) or 1)
                if not (np.linalg.norm(np.reshape([*others, *taken], (-1, 2)) - place, axis=1) < 0.075).any():
                    style = {"fontsize": 9, "weight": "bold", "ha": "center", "va": "center", "zorder": 2.4}
                    axes.text(*place, str(k), color=INK, path_effects=halo, **style)
                    taken.append(place)
                    break


def pack_frame(frame: dict[str, Any]) -> bytes:
    """A frame as film.js reads it: little-endian float32 rim ‖x‖, class weights (C, 2), deciding weights (C, 2) and
    biases (C,), NaN where there are none, centres (C, 2) if the frame has them, then 12 bits for each coordinate, in
    units of the rim.

    The rim is the 99.5th percentile of ‖x‖; points farther out are put on it. ValueError for embeddings that do not lie
    in the plane, and for centres that are not one for each class.
    """
    embeddings, directions = np.asarray(frame["embeddings"], float), np.asarray(frame["directions"], float)
    if embeddings.ndim != 2 or embeddings.shape[1] != 2 or directions.ndim != 2 or directions.shape[1] != 2:
        raise ValueError(
            f"frame must lie in the plane: embeddings (N, 2) and directions (C, 2), got {embeddings.shape} and "
            f"{directions.shape}."
        )
    shown, rim = _inside(embeddings)
    codes = np.where(np.isfinite(shown), np.rint((np.nan_to_num(shown) + 1) * _MIDDLE), _NO_PLACE).astype(np.uint16)
    x, y = codes.T
    places = np.stack([x >> 4, (x & 15) << 4 | y >> 8, y & 255], axis=1).astype(np.uint8)
    classes, boundary = len(directions), frame.get("boundary") or {}
    weight, bias = boundary.get("weight"), boundary.get("bias")
    weight = np.full((classes, 2), np.nan) if weight is None else np.asarray(weight, float)
    bias = np.zeros(classes) if bias is None else np.asarray(bias, float)
    centers = _centers(frame)
    centers = np.zeros(0) if centers is None else centers
    numbers = np.concatenate([[rim], directions.ravel(), weight.ravel(), bias, centers.ravel()])
    return numbers.astype("<f4").tobytes() + places.tobytes()


def _centers(frame: dict[str, Any]) -> NDArray | None:
    """The frame's class centres (C, 2), rows that are not numbers as NaN; None where there are none."""
    if frame.get("centers") is None:
        return None
    centers, classes = np.asarray(frame["centers"], float), len(frame["directions"])
    if centers.shape != (classes, 2):
        raise ValueError(
            f"frame must have one centre in the plane for each class: centers ({classes}, 2), got {centers.shape}."
        )
    return np.where(np.isfinite(centers).all(1, keepdims=True), centers, math.nan)


def _inside(embeddings: NDArray) -> tuple[NDArray, float]:
    """Points in units of the rim, none beyond it, rows that are not numbers as NaN; and the rim, NaN without any."""
    finite = np.isfinite(embeddings).all(1)
    length = np.linalg.norm(np.where(finite[:, None], embeddings, np.nan), axis=1)
    rim = float(np.percentile(length[finite], 99.5)) if finite.any() else math.nan
    rim = 1.0 if rim == 0 else rim
    return np.where(finite[:, None], embeddings, np.nan) / np.maximum(length, rim)[:, None], rim


def _length(values: NDArray | float) -> str:
    """The mean of what is a number, in as many digits as film.js shows of a length."""
    length = float(np.nanmean(values))
    return f"{length:.0f}" if length >= 10 else f"{length:.1f}" if length >= 1 else f"{float(f'{length:.2g}'):g}"


def _short(value: float | None) -> float | None:
    """Five digits are enough to show; None for what is not a number."""
    return float(f"{value:.5g}") if value is not None and math.isfinite(value) else None
