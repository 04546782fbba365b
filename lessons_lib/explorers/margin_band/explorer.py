"""MarginBand: drag the margin on the circle that was just trained, and train on meanwhile."""

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from numpy.typing import NDArray
from torch import Tensor, nn

from lessons_lib.angles import safe_angle, unit_vectors
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers.kit.explorer import Choice, Flag, Number, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import MarginExplorer, named_head
from lessons_lib.explorers.kit.packing import RATE, Start, reference, steps_of, trunk_features
from lessons_lib.explorers.kit.plain import plain_numbers
from lessons_lib.figures.plane import draw_directions, draw_points, draw_rim, rim_of
from lessons_lib.figures.style import ACCENT, SOFT, Picture
from lessons_lib.losses import Head
from lessons_lib.runs import Run

_GRID = 400


class MarginBand(MarginExplorer):
    """The trained circle with the band in which a point is right, but not right enough.

    `run` is a training in two dimensions. With `data` its first `points` training images are shown, and the figure can
    train on with them while one drags: in the page, with a kernel or without, from the run's own layers after the
    trunk. Without, the run's last frame is shown. `directions` (radians, one a class) are the class weights' and can be
    turned; `loss`, `margin`, `scale` and `view` ("features" or "angle") can be set as well. ValueError for a run that
    is not in the plane, and with `data` for one whose network the page cannot train.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "scale", "view", "directions")

    scale = Number(16.0, 1, 64).tag(sync=True)
    view = Choice(("features", "angle"), default_value="features").tag(sync=True)
    selected = Number(0, 0, lambda figure: max(len(figure.home) - 1, 0), counts="the class weights").tag(sync=True)
    directions = traitlets.List().tag(sync=True)
    home = traitlets.List().tag(sync=True)
    trained = Flag(False, help="whether a training turned the class weights").tag(sync=True)
    start = traitlets.Dict(help="what the page trains on from, empty where it cannot").tag(sync=True)
    points = traitlets.Bytes(help="where it cannot: the points themselves").tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    left_out = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        run: Run,
        data: ImageData | None = None,
        points: int = 3_000,
        *,
        margin: float | None = None,
        **settings: Any,
    ):
        self._start = None if data is None else start_of(run, data.train[:points])
        embeddings, labels = _shown(run) if self._start is None else (self._start.embeddings(), self._start.labels)
        if embeddings.shape[1:] != (2,):
            raise ValueError(f"MarginBand shows an embedding in the plane, got one of shape {tuple(embeddings.shape)}.")
        home = _turns(run.head.weight)
        kept = embeddings.isfinite().all(dim=1) & ((embeddings != 0).any(dim=1) | (self._start is not None))
        self._embeddings, self._labels = embeddings[kept], labels[kept]
        super().__init__(
            home=home,
            directions=home,
            points=b"" if self._start else _as_int16(self._embeddings),
            labels=self._labels.numpy().astype(np.uint8).tobytes(),
            left_out=int((~kept).sum()),
            **of_a_widget(settings),
        )
        self.begin_with(settings, margin)
        if self._start is not None:
            head = {"loss": self.loss, "margin": self.margin, "scale": self.scale}
            losses = reference(self._start, self._head())
            self.start = {**self._start.state(), "reference": {"head": head, "rate": RATE, "losses": losses}}

    @traitlets.validate("directions")
    def _one_a_class(self, proposal: traitlets.Bunch) -> list[float]:
        turns, classes = plain_numbers(proposal["value"]), len(self.home)
        if len(turns) != classes:
            raise traitlets.TraitError(f"directions must be {classes} angles in radians, got {proposal['value']}.")
        return turns

    @traitlets.observe("directions")
    def _put_back(self, _: traitlets.Bunch) -> None:
        self.trained = self.trained and self.directions != self.home

    def retrain(self, steps: int = 150) -> None:
        """Train in PyTorch as the figure does in the page, from the class weights as they are turned now.

        `directions` are then where the class weights have come to. ValueError where no images were given to train on.
        """
        if self._start is None:
            raise ValueError("MarginBand needs images to train again: MarginBand(run, data).")
        net, head = self._start.net(), self._head()
        for _ in islice(steps_of(net, head, self._start.examples.inputs, self._labels), steps):
            pass
        self.directions, self.trained = _turns(head.weight), True

    def _head(self) -> Head:
        return head_of(self.loss, self.margin, self.scale, self.directions).double()

    @property
    def alt(self) -> str:
        """What the first frame shows, in a sentence."""
        return (
            f"{len(self._labels):,} digits in the plane around {len(self.home)} class weights; beside every boundary a "
            f"band in which a digit is right, but not right enough for {self.loss} with margin {self.margin:g}."
        )

    def picture(self) -> Picture:
        """The circle as it is set, still."""
        head = head_of(self.loss, self.margin, self.scale, self.directions)
        picture = Picture(self.alt, 5.4, 5.4)
        axes = picture.subplots()
        rim = rim_of(self._embeddings)
        edges = {"levels": [0.5, 1.5], "colors": [ACCENT], "alpha": 0.16}
        line = np.linspace(-rim, rim, _GRID)
        axes.contourf(line, line, in_band(head, line), **edges)
        draw_points(axes, self._embeddings[:2_000], self._labels[:2_000], rim)
        draw_rim(axes, rim)
        draw_directions(axes, head, rim)
        axes.set_title("tinted: right, but not right enough", color=SOFT, fontsize=10)
        return picture


def in_band(head: Head, line: NDArray) -> NDArray:
    """1 where a feature (x, y) on the grid over `line` is right but not right enough for a class, inside the rim."""
    x, y = np.meshgrid(line, line)
    with torch.no_grad():
        cosines = head.cosines(torch.from_numpy(np.stack([x, y], axis=-1).reshape(-1, 2)))
        own, other = cosines.topk(2).values.T
        held = head.target_logit(safe_angle(own)) <= other
    return (held.reshape(x.shape).numpy() & (np.hypot(x, y) <= line[-1])).astype(float)


def head_of(loss: str, margin: float, scale: float, directions: list[float]) -> Head:
    """The head that the figure speaks of, its class weights of length one in these directions (radians)."""
    head = named_head(loss, margin, scale, len(directions), 2)
    turns = torch.tensor(directions, dtype=torch.float64)
    with torch.no_grad():
        head.weight.copy_(torch.stack([turns.cos(), turns.sin()], dim=1))
    return head


def start_of(run: Run, examples: LabelledImages) -> Start:
    """A run's layers after the trunk, its class weights, and what its trunk says of some images.

    ValueError for a network that is not in two parts, `trunk` and `embed`.
    """
    if not all(isinstance(getattr(run.net, part, None), nn.Module) for part in ("trunk", "embed")):
        raise ValueError(f"The page trains a network with a trunk and an embed part, got {type(run.net).__name__}.")
    features = trunk_features(run.net.trunk, examples.images)
    return Start.of(run.net.embed, unit_vectors(run.head.weight), features, examples.labels)


def _shown(run: Run) -> tuple[Tensor, Tensor]:
    """Embeddings and labels of the run's last frame."""
    if not run.frames:
        raise ValueError("MarginBand needs points: a run with frames, or the images as MarginBand(run, data).")
    frame = run.frames[-1]
    return torch.as_tensor(frame["embeddings"]).float(), torch.as_tensor(frame["labels"])


def _turns(weight: Tensor) -> list[float]:
    """The directions of weights (C, 2), in radians to a thousandth of a degree."""
    return torch.atan2(weight[:, 1], weight[:, 0]).detach().double().mul(1e5).round().div(1e5).tolist()


def _as_int16(embeddings: Tensor) -> bytes:
    """Points (N, 2) as pairs of int16: only direction and relative length are drawn."""
    largest = float(embeddings.abs().max()) if len(embeddings) else 1.0
    return (embeddings / largest * 32767).round().numpy().astype("<i2").tobytes()
