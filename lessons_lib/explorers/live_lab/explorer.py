"""LiveLab: a network that trains in the page while one watches, and goes on training while its loss is changed."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor, nn

from lessons_lib.data import ImageData
from lessons_lib.explorers.kit.explorer import Choice, Number, of_a_widget, refused_as_a_value
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import MARGINS, NAMES, MarginExplorer
from lessons_lib.explorers.kit.packing import Squeezed, packed_text, trunk_features
from lessons_lib.explorers.kit.plain import plain_numbers
from lessons_lib.explorers.live_lab.picture import draw_live
from lessons_lib.figures.style import Picture
from lessons_lib.runs import Run

# As in the other explorers "softmax" is the cosine softmax and "adacos" the fixed one.
NAMES_OF_LAB = {
    "plain_softmax": "plain softmax",
    **NAMES,
    "arcface_raw": "ArcFace, raw",
    "adacos_dynamic": "AdaCos",
}
LOSSES = (
    *("plain_softmax", "softmax", "sphereface", "cosface", "arcface", "arcface_raw"),
    *("adacos", "adacos_dynamic", "p2sgrad"),
)
MARGIN_OF = {name: name for name in MARGINS} | {"arcface_raw": "arcface"}  # the two are compared at one margin

# Of each source so many digits are trained on, and so many are shown: more do not fit into a page.
_EXAMPLES = {"trunk": (1_400, 1_000), "pixels": (800, 400)}
_SIDE, _GREYS = 8, 7  # small images: pixels a side, and steps from black to white
_RIM = slice(2, 26)  # of an MNIST image: outside is blank


class LiveLab(MarginExplorer):
    """Train a small network into the plane while you watch, and change its loss, margin and scale meanwhile.

    It trains in the page, with a kernel or without. `source` is what it learns from: "pixels" of small images of
    `data`, or what the "trunk" of the run `warm` says of them; where `warm` is a function, it is asked for the run when
    the lab is shown; or "points" of the plane, which one adds, moves and removes oneself: `points` are [x, y, label],
    without a network before them. `loss` is one of LOSSES ("softmax" is cosine softmax and "adacos" the fixed one, as
    in every explorer; "arcface_raw" lets cos(θ + m) rise again), `margin` its own (SphereFace's a whole number),
    `scale` 1..64, `rate` the learning rate, `start` how the class weights begin ("random" or "even"), `speed` the most
    steps a frame, 1..50. A change acts on the network as it stands; another source or start begins anew from `seed`.

    ValueError for settings that are none, and for "trunk" without a run that has one.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("source", "loss", "margins", "scale", "rate", "start", "speed", "points")

    source = Choice(("pixels", "trunk", "points"), default_value="pixels").tag(sync=True)
    loss = Choice(LOSSES, default_value="arcface").tag(sync=True)
    scale = Number(16.0, 1, 64).tag(sync=True)
    rate = Number(0.005, 1e-5, 0.1).tag(sync=True)
    start = Choice(("random", "even"), default_value="random").tag(sync=True)
    speed = Number(10, 1, 50, whole=True).tag(sync=True)
    points = traitlets.List().tag(sync=True)
    seed = Number(0, 0, 2**31 - 1, whole=True).tag(sync=True)
    classes = traitlets.Int().tag(sync=True)
    warm = traitlets.Bool(help="whether there is a trunk to learn from").tag(sync=True)
    examples = traitlets.Dict(help="for each source what is trained on and what is shown").tag(sync=True)

    def __init__(
        self,
        data: ImageData,
        warm: Run | Callable[[], Run] | None = None,
        *,
        seed: int = 0,
        margin: float | None = None,
        **settings: Any,
    ):
        self._data, self._run = data, warm if warm is None or callable(warm) else _with_trunk(warm)
        with refused_as_a_value():
            super().__init__(classes=data.num_classes, warm=warm is not None, seed=seed, **of_a_widget(settings))
        self.points = _two_a_class(data.num_classes)
        self.begin_with(settings, margin)

    @traitlets.validate("source")
    def _a_source_that_is_there(self, proposal: traitlets.Bunch) -> str:
        if proposal["value"] == "trunk" and not self.warm:
            raise traitlets.TraitError("source 'trunk' needs a trained trunk: LiveLab(data, warm), got no run.")
        return proposal["value"]

    @traitlets.validate("margins")
    def _within_reach(self, proposal: traitlets.Bunch) -> dict[str, float]:
        margins = super()._within_reach(proposal)
        if margins["sphereface"] != int(margins["sphereface"]):
            raise traitlets.TraitError(
                f"the margin of sphereface must be a whole number here, got {margins['sphereface']}."
            )
        return margins

    @traitlets.validate("points")
    def _points_of_the_plane(self, proposal: traitlets.Bunch) -> list[list[float]]:
        points = [plain_numbers(point) for point in proposal["value"]]
        for given, point in zip(proposal["value"], points, strict=True):
            if len(point) != 3 or not all(-2 <= v <= 2 for v in point[:2]) or not self._is_class(point[2]):
                raise traitlets.TraitError(f"points must be [x, y, label] with x and y in -2..2, got {given}.")
        return [[x, y, int(label)] for x, y, label in points]

    def _is_class(self, label: float) -> bool:
        return label in range(self.classes)

    @property
    def margin(self) -> float:
        """The margin of the loss that trains; those without one have 0."""
        return self.margins.get(MARGIN_OF.get(self.loss), 0.0)

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss not in MARGIN_OF:
            raise ValueError(
                f"{NAMES_OF_LAB[self.loss]} has no margin: set `loss` to one of {', '.join(MARGIN_OF)} first."
            )
        self.margins = {**self.margins, MARGIN_OF[self.loss]: margin}

    def html(self) -> str:
        """The lab, at its start."""
        if not self.examples:
            self.examples = self._examples()
        return super().html()

    def _examples(self) -> dict[str, dict[str, Any]]:
        """Each source's digits in few bytes; a run that is yet to be made is made now."""
        found = {"pixels": self._packed("pixels", small(self._data.train.images[: _EXAMPLES["pixels"][0]]))}
        if self._run is not None:
            self._run = _with_trunk(self._run() if callable(self._run) else self._run)
            train, shown = _EXAMPLES["trunk"]
            parts = (self._data.train.images[:train], self._data.validation.images[:shown])
            features, others = (trunk_features(self._run.net.trunk, part) for part in parts)
            known = Squeezed.of(features)
            found["trunk"] = self._packed("trunk", known.codes, known.with_codes_of(others).codes)
        return found

    def _packed(self, source: str, codes: Tensor, shown: Tensor | None = None) -> dict[str, Any]:
        train, count = _EXAMPLES[source]
        shown = small(self._data.validation.images[:count]) if shown is None else shown
        labels = [part.labels.numpy().astype(np.uint8) for part in (self._data.train, self._data.validation)]
        return {
            "inputs": packed_text(codes.numpy().tobytes()),
            "shown": packed_text(shown.numpy().tobytes()),
            "step": 1 / max(float(codes.double().square().mean().sqrt()), 1e-9),  # so that they are of size one
            "labels": packed_text(labels[0][:train].tobytes()),
            "shown_labels": packed_text(labels[1][:count].tobytes()),
        }

    @property
    def alt(self) -> str:
        """What is shown first, in a sentence."""
        return (
            f"Digits on the circle before any training, where chance put them, and the {self.classes} class weights; "
            f"the figure trains them with {NAMES_OF_LAB[self.loss]} when play is pressed."
        )

    def picture(self) -> Picture:
        """The circle as a training begins, still."""
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(self.seed)
            images = small(self._data.validation.images[:500]).float()
            net = nn.Sequential(nn.Linear(_SIDE**2, 64), nn.PReLU(), nn.Linear(64, 2))
            return draw_live(self.alt, net(images), self._data.validation.labels[:500], torch.randn(self.classes, 2))


def small(images: Tensor) -> Tensor:
    """Images (N, 1, H, W) in [0, 1] as few grey pixels, (N, 64) int8 of 0..7."""
    inside = images[:, :, _RIM, _RIM] if images.shape[-1] == 28 else images
    return (F.interpolate(inside, size=(_SIDE, _SIDE), mode="area") * _GREYS).round().to(torch.int8).flatten(1)


def _two_a_class(classes: int) -> list[list[float]]:
    """Two points of the plane for each class, to begin with."""
    turns = [(2 * math.pi * (k + side) / classes, k) for k in range(classes) for side in (-0.4, 0.4)]
    return [[round(0.7 * math.cos(turn), 3), round(0.7 * math.sin(turn), 3), k] for turn, k in turns]


def _with_trunk(run: Run) -> Run:
    """The run itself; ValueError where its network has no trunk."""
    if not isinstance(getattr(getattr(run, "net", None), "trunk", None), nn.Module):
        raise ValueError(f"LiveLab needs a run whose network has a trunk, got one of {type(run.net).__name__}.")
    return run
