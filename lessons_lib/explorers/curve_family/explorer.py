"""CurveFamily: curves that depend on more than the angle, as a feature's length or the training's age slides them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice, Number, of_a_widget, refused_as_a_value
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.losses import line_style, within_reach
from lessons_lib.explorers.kit.plain import plain_numbers
from lessons_lib.explorers.kit.trained_angles import CursorExplorer, counted
from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture
from lessons_lib.losses import AdaFaceLoss, ArcFaceLoss, CurricularFaceLoss, MagFaceLoss

NAMES = {"adaface": "AdaFace", "magface": "MagFace", "curricularface": "CurricularFace"}
MARGINS = {"adaface": (0.0, 0.5), "curricularface": (0.0, 0.8)}
_LENGTH_BINS = 60


class Margins(traitlets.Dict):
    """Margins by their losses; one that is left out stays as it is."""

    def validate(self, obj: Any, value: Any) -> dict[str, float]:
        """Every margin as a number; TraitError for one that is none or belongs to no loss here."""
        given = super().validate(obj, value)
        margins = {"adaface": 0.4, "curricularface": 0.5, **obj._trait_values.get("margins", {}), **given}
        return within_reach(margins, MARGINS, angles=MARGINS)

    def limits(self, _: Any) -> dict[str, Any]:
        return {"each": {loss: {"low": low, "high": high} for loss, (low, high) in MARGINS.items()}}


class Pair(traitlets.TraitType):
    """Two numbers in low..high, the first not above the second."""

    def __init__(self, default: tuple[float, float], low: float, high: float):
        super().__init__(default_value=list(default))
        self.low, self.high = low, high

    def validate(self, _: Any, value: Any) -> list[float]:
        """Both as numbers; TraitError where they are not two, out of reach or not in order."""
        pair = plain_numbers(value)
        if len(pair) != 2 or not self.low <= pair[0] <= pair[1] <= self.high:
            raise traitlets.TraitError(
                f"{self.name} must be two numbers in {self.low:g}..{self.high:g}, the first not above the second, "
                f"got {value!r}."
            )
        return pair

    def limits(self, _: Any) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "many": 2, "rising": True}


class CurveFamily(CursorExplorer):
    """AdaFace's and MagFace's curve for a feature's length ‖x‖, CurricularFace's other classes for a training's age t.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians. `lengths` (N,) are a
    batch's: AdaFace's `mean` and `spread` are then theirs, the feature begins one spread below their mean, and they
    stand behind the track. `loss` is "adaface", "magface" or "curricularface"; `length` is ‖x‖, `age` is t (0..1).
    `margins` are AdaFace's and CurricularFace's in radians, `magface_margins` those of the shortest and the longest
    feature, which have the two `magface_lengths`; `margin` is that of the loss, for MagFace the one that follows from
    the length. `h` is AdaFace's, `own` the θ_y of the feature whose other classes CurricularFace weighs. `scale`
    (1..64) and `classes` decide the gradients, `angle` (radians) is the cursor, `net` says which trained net is shown.
    `before` is where the reader's last gesture began. ValueError for angles and lengths that are none.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = (
        "loss", "length", "age", "margins", "magface_margins", "magface_lengths", "mean", "spread", "h", "own", "scale",
        "classes", "angle", "net",
    )  # fmt: skip

    loss = Choice(tuple(NAMES), default_value="adaface").tag(sync=True)
    length = Number(12.0, 0, 1000).tag(sync=True)
    age = Number(0.3, 0, 1).tag(sync=True)
    margins = Margins({"adaface": 0.4, "curricularface": 0.5}).tag(sync=True)
    magface_margins = Pair((0.45, 0.8), 0, 0.8).tag(sync=True)
    magface_lengths = Pair((10.0, 110.0), 0.1, 1000).tag(sync=True)
    mean = Number(20.0, 1, 100).tag(sync=True)
    spread = Number(5.0, 0.1, 50).tag(sync=True)
    h = Number(0.333, 0.05, 1).tag(sync=True)
    own = Number(round(math.radians(50), 5), 0, math.pi / 2, angle=True).tag(sync=True)
    scale = Number(16.0, 1, 64).tag(sync=True)
    classes = Number(10, 3, 100_000, whole=True).tag(sync=True)
    angle = Number(round(math.radians(60), 5), 0, math.pi, angle=True).tag(sync=True)
    crowd = traitlets.Dict().tag(sync=True)

    def __init__(
        self, theta: Mapping[str, Tensor | NDArray] | None = None, lengths: ArrayLike | Tensor | None = None, *,
        margin: float | None = None, **settings: Any,
    ):  # fmt: skip
        batch = {} if lengths is None else _batch(lengths)
        super().__init__(nets=counted(theta), crowd=batch.pop("crowd", {}), **of_a_widget(settings))
        self.use(batch | settings)
        if margin is not None:
            with refused_as_a_value():
                self.margin = margin

    @property
    def z(self) -> float:
        """AdaFace's standardised length, −1..1."""
        return min(1.0, max(-1.0, self.h * (min(100.0, max(0.001, self.length)) - self.mean) / (self.spread + 1e-3)))

    @property
    def margin(self) -> float:
        """The margin of the loss that is shown, in radians; MagFace's is the one for the length."""
        if self.loss in MARGINS:
            return self.margins[self.loss]
        (low, high), (short, long) = self.magface_margins, self.magface_lengths
        if short == long:
            return low
        return float(MagFaceLoss(3, 2, low, high, short, long).margin_at(self.length))

    @margin.setter
    def margin(self, margin: Any) -> None:
        if self.loss not in MARGINS:
            raise ValueError(
                "MagFace has no single margin: set `magface_margins`, those of the shortest and the longest feature, "
                f"got {margin}."
            )
        self.margins = {**self.margins, self.loss: margin}

    def curve(self, theta: Tensor, place: float | None = None) -> Tensor:
        """The logit without the scale at angles of any shape, at a `place` of the family: z, a margin or an age.

        For AdaFace and MagFace it is that of the true class at θ, for CurricularFace that of another class at θ_j.
        """
        if self.loss == "adaface":
            head = AdaFaceLoss(3, 2, margin=self.margins["adaface"])
            return head.target_logit(theta, self.z if place is None else place)
        if self.loss == "magface":
            return ArcFaceLoss(3, 2, margin=self.margin if place is None else place).target_logit(theta)
        head = CurricularFaceLoss(3, 2, margin=self.margins["curricularface"])
        own = head.target_logit(torch.tensor(self.own, dtype=theta.dtype))
        return head.other_logit(theta.cos(), own, self.age if place is None else place)

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        here = float(self.curve(torch.tensor([self.angle], dtype=torch.float64))[0])
        at = f"At {math.degrees(self.angle):.1f}° it is {here:.3f}."
        if self.loss == "adaface":
            kin = {-1: ", which is ArcFace", 0: ", which is CosFace"}.get(self.z, "")
            return (
                f"AdaFace's curve against θ for a feature of length {self.length:.3g}, z = {self.z:.2f}{kin}, between "
                f"ArcFace (z = −1) and CosFace (z = 0). {at}"
            )
        if self.loss == "magface":
            return (
                f"MagFace's curve against θ for a feature of length {self.length:.3g}: ArcFace with a margin of "
                f"{self.margin:.3f}. {at}"
            )
        return (
            f"CurricularFace's logit of another class against its angle, at age t = {self.age:.2f}, beside ArcFace's "
            f"plain cosine. {at}"
        )

    def picture(self) -> Picture:
        """The first frame, still: the family in grey, its landmarks, the curve, and the trained angles below."""
        picture, plot = self.theta_still()
        low, high = {"adaface": (-1, 1), "magface": self.magface_margins, "curricularface": (0, 1)}[self.loss]
        for place in np.linspace(low, high, 13):
            self._draw(plot, place, color=FAINT, linewidth=0.8)
        if self.loss == "curricularface":
            degrees = np.arange(181.0)
            plot.plot(degrees, np.cos(np.radians(degrees)), **line_style("arcface"), label="ArcFace: cos θ_j")
        else:
            self._draw(plot, low, **line_style("arcface"), label="ArcFace")
        if self.loss == "adaface":
            self._draw(plot, 0, **line_style("cosface"), label="CosFace")
        if self.loss == "magface":
            self._draw(plot, high, **line_style("arcface"), label=f"ArcFace, {high:.3g}")
        self._draw(plot, None, color=ACCENT, linewidth=2.6, label=NAMES[self.loss])
        words = "in place of cos θ_j" if self.loss == "curricularface" else "f(θ) in place of cos θ"
        plot.set_ylabel(words, color=INK, fontsize=10)
        plot.legend(fontsize=8, frameon=False, loc="upper right", labelcolor=SOFT)
        return picture

    def _draw(self, axes: Axes, place: float | None, **style: Any) -> None:
        theta = torch.linspace(0, math.pi, 721, dtype=torch.float64)
        axes.plot(np.degrees(theta.numpy()), self.curve(theta, place).numpy(), **style)


def _batch(lengths: ArrayLike | Tensor) -> dict[str, Any]:
    """Mean and spread of a batch's lengths, how many there are of which, and one shorter than most to begin with."""
    try:
        found = np.asarray(lengths.detach().cpu() if isinstance(lengths, Tensor) else lengths, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"lengths must be numbers, (N,) lengths of features, got {lengths!r:.60}.") from error
    if found.ndim != 1 or len(found) < 2:
        raise ValueError(f"lengths must be one number a feature, (N,) with N of at least 2, got shape {found.shape}.")
    if not np.all(np.isfinite(found)) or found.min() < 0 or found.max() == 0:
        raise ValueError(f"lengths must be finite and not negative, got {found.min():.4g}..{found.max():.4g}.")
    counts, edges = np.histogram(found, bins=_LENGTH_BINS, range=(0, found.max()))
    mean, spread = float(f"{found.mean():.5g}"), float(f"{max(0.1, found.std(ddof=1)):.5g}")
    return {
        "length": max(0.0, mean - spread),
        "mean": mean,
        "spread": spread,
        "crowd": {"end": float(edges[-1]), "counts": counts.tolist()},
    }
