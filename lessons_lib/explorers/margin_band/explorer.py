"""MarginBand: drag the margin on the circle that was just trained, and train again at that margin."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.angles import safe_angle
from lessons_lib.data import ImageData
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import MarginExplorer
from lessons_lib.explorers.kit.retraining import Retraining, head_of
from lessons_lib.explorers.margin_band.replay import Moment, recorded
from lessons_lib.figures.plane import draw_directions, draw_points, draw_rim
from lessons_lib.figures.style import ACCENT, SOFT, Picture
from lessons_lib.losses import Head
from lessons_lib.nets import embed
from lessons_lib.runs import Run

_GRID = 400


class MarginBand(MarginExplorer):
    """The trained circle with the band in which a point is right, but not right enough.

    `run` is a training in two dimensions. With `data` its first `points` training images are shown, and the figure can
    train again at the margin one has dragged to; without, the run's last frame. `directions` (radians, one a class) are
    the class weights' and can be turned; `loss`, `margin`, `scale` and `view` ("features" or "angle") can be set as
    well. Where there is no kernel it replays what `record` has recorded. ValueError for a run that is not in the plane.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "margins", "scale", "view", "directions")

    scale = traitlets.Float(16.0, min=1.0, max=64.0).tag(sync=True)
    view = traitlets.Enum(("features", "angle"), default_value="features").tag(sync=True)
    selected = traitlets.Int(0, help="the class whose weight the arrow keys turn").tag(sync=True)
    directions = traitlets.List().tag(sync=True)
    home = traitlets.List().tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)
    labels = traitlets.Bytes().tag(sync=True)
    retrained = traitlets.Bytes(b"", help="the points after training again, empty before").tag(
        sync=True, from_json=lambda value, _: bytes(value)
    )
    trained = traitlets.Dict(help="what training again has changed").tag(sync=True)
    training = traitlets.Float(0.0, help="share done, 0 when it rests").tag(sync=True)
    trainable = traitlets.Bool(False).tag(sync=True)
    recording = traitlets.Dict(help="a training again, to be replayed without a kernel").tag(sync=True)
    left_out = traitlets.Int(0).tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)

    def __init__(self, run: Run, data: ImageData | None = None, points: int = 5_000, **settings: Any):
        embeddings, labels = _shown(run, data, points)
        if embeddings.shape[1:] != (2,):
            raise ValueError(f"MarginBand shows an embedding in the plane, got one of shape {tuple(embeddings.shape)}.")
        home = _turns(run.head.weight)
        kept = embeddings.isfinite().all(dim=1) & (embeddings != 0).any(dim=1)
        self._embeddings, self._labels, self._kept = embeddings[kept], labels[kept], kept
        self._run, self._data = run, data
        self._retraining: Retraining | None = None
        self._reached: list[float] = []
        super().__init__(
            home=home,
            directions=home,
            points=_as_int16(self._embeddings),
            labels=self._labels.numpy().astype(np.uint8).tobytes(),
            trainable=data is not None,
            left_out=int((~kept).sum()),
        )
        self._set(settings)
        self.on_msg(self._asked)

    def _set(self, settings: dict[str, Any]) -> None:
        self.use({name: value for name, value in settings.items() if name != "margin"})
        if "margin" in settings:
            self.margin = settings["margin"]

    @traitlets.validate("directions")
    def _one_a_class(self, proposal: traitlets.Bunch) -> list[float]:
        turns, classes = proposal["value"], self._run.head.num_classes
        if len(turns) != classes or not all(isinstance(turn, int | float) and math.isfinite(turn) for turn in turns):
            raise traitlets.TraitError(f"directions must be {classes} angles in radians, got {turns}.")
        return [float(turn) for turn in turns]

    def retrain(self, steps: int = 150) -> None:
        """Train the layers after the trunk again, from the run's state and the class weights as they are turned now.

        What is shown moves while it trains. ValueError where no images were given to train on.
        """
        retraining, head, asked = self._retraining_as_set(steps)
        try:
            for share, embeddings in retraining.train(head, steps, len(self._kept)):
                with self.hold_sync():
                    self.training = share
                    self.directions = self._reached = _turns(head.weight)
                    self.retrained = _as_int16(embeddings[self._kept])
            self.trained = {**asked, "theta": self._mean_angles(embeddings[self._kept], self.directions)}
        finally:
            self.training = 0.0

    def record(self, steps: int = 150, **settings: Any) -> None:
        """Record a training again, to be replayed where there is no kernel; what is shown stays as it is.

        `settings` (loss, margin, scale, …) are those of the recording where they differ from what is set. ValueError
        where no images were given to train on.
        """
        before = self.settings
        with self.hold_sync():
            try:
                self._set(settings)
                retraining, head, asked = self._retraining_as_set(steps)
            finally:
                self.use(before)
        moments = [Moment(0.0, _turns(head.weight), self._embeddings)]
        for share, embeddings in retraining.train(head, steps, len(self._kept)):
            moments.append(Moment(share, _turns(head.weight), embeddings[self._kept]))
        theta = self._mean_angles(moments[-1].embeddings, moments[-1].directions)
        self.recording = {**asked, "theta": theta, **recorded(moments, self._labels)}

    def _retraining_as_set(self, steps: int) -> tuple[Retraining, Head, dict[str, Any]]:
        """What trains, the head that it trains, and what is said of it."""
        if self._data is None:
            raise ValueError("MarginBand needs images to train again: MarginBand(run, data).")
        self._retraining = self._retraining or Retraining(self._run, self._data)
        turned = self.directions != self._reached  # else it stands where training again left it: begin afresh
        head = head_of(self.loss, self.margin, self.scale, self.directions if turned else self.home)
        return self._retraining, head, {"loss": self.loss, "margin": self.margin, "scale": self.scale, "steps": steps}

    def _asked(self, _: Any, content: dict[str, Any], __: Any) -> None:
        """A reader pressed "train again"; what goes wrong is said in the figure."""
        if content.get("do") != "retrain":
            return
        try:
            self.problem = ""
            self.retrain()
        except Exception as error:
            self.problem = f"Training again failed: {error}"

    def _mean_angles(self, embeddings: Tensor, directions: list[float]) -> list[float]:
        """The mean angle to the own class weight: as first trained, and of these."""
        pairs = ((self._embeddings, self.home), (embeddings, directions))
        return [_mean_angle(points, turns, self._labels) for points, turns in pairs]

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
        lengths = torch.linalg.vector_norm(self._embeddings, dim=1)
        rim = float(lengths.quantile(0.995)) if len(lengths) else 1.0
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


def _shown(run: Run, data: ImageData | None, points: int) -> tuple[Tensor, Tensor]:
    """Embeddings and labels of the first training images; without data those of the run's last frame."""
    if data is not None:
        some = data.train[:points]
        return embed(run.net, some.images), some.labels
    if not run.frames:
        raise ValueError("MarginBand needs points: a run with frames, or the images as MarginBand(run, data).")
    frame = run.frames[-1]
    return torch.as_tensor(frame["embeddings"]).float(), torch.as_tensor(frame["labels"])


def _mean_angle(embeddings: Tensor, directions: list[float], labels: Tensor) -> float:
    turns = torch.tensor(directions)[labels]
    own = torch.stack([turns.cos(), turns.sin()], dim=1)
    return float(safe_angle((torch.nn.functional.normalize(embeddings) * own).sum(dim=1)).mean())


def _turns(weight: Tensor) -> list[float]:
    """The directions of weights (C, 2), in radians to a thousandth of a degree."""
    return torch.atan2(weight[:, 1], weight[:, 0]).detach().double().mul(1e5).round().div(1e5).tolist()


def _as_int16(embeddings: Tensor) -> bytes:
    """Points (N, 2) as pairs of int16: only direction and relative length are drawn."""
    largest = float(embeddings.abs().max()) if len(embeddings) else 1.0
    return (embeddings / largest * 32767).round().numpy().astype("<i2").tobytes()
