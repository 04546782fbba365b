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

from lessons_lib.explorers.kit.explorer import Choice, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.trained_angles import CursorExplorer, counted, draw_histogram
from lessons_lib.figures.style import ACCENT, FAINT, INK, PALETTE, SOFT, Picture, degree_ticks, quiet_axes
from lessons_lib.losses.margins import falling_cosine

NAMES = {"adaface": "AdaFace", "magface": "MagFace", "curricularface": "CurricularFace"}
MARGINS = {"adaface": (0.0, 0.5), "curricularface": (0.0, 0.8), "magface_from": (0.0, 0.8), "magface_to": (0.0, 0.8)}
_SLACK = 1e-4  # the browser keeps numbers to five digits
_LENGTH_BINS = 60


class CurveFamily(CursorExplorer):
    """AdaFace's and MagFace's curve for a feature's length ρ, CurricularFace's other classes for a training's age t.

    `theta` are trained angles to show below: a mapping of a net's name to angles (N,) in radians. `lengths` (N,) are a
    batch's: AdaFace's `mean` and `spread` are then theirs, and they stand behind the track. `loss` is "adaface",
    "magface" or "curricularface"; `length` is ρ, `age` is t (0..1). `margins` are "adaface",
    "curricularface", and MagFace's "magface_from" and "magface_to" in radians; `reach` are the two lengths between
    which that grows; `h` is AdaFace's, `own` the θ_y of the feature whose other classes CurricularFace weighs. `scale`
    (1..64) and `classes` decide the gradients, `angle` (radians) is the cursor, `net` says which trained net is shown.
    ValueError for angles and lengths that are none.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = (
        "loss", "length", "age", "margins", "reach", "mean", "spread", "h", "own", "scale", "classes", "angle", "net",
    )  # fmt: skip

    loss = Choice(tuple(NAMES), default_value="adaface").tag(sync=True)
    length = traitlets.Float(12.0).tag(sync=True)
    age = traitlets.Float(0.3).tag(sync=True)
    margins = traitlets.Dict().tag(sync=True)
    reach = traitlets.List(traitlets.Float(), default_value=[10.0, 110.0], minlen=2, maxlen=2).tag(sync=True)
    mean = traitlets.Float(20.0).tag(sync=True)
    spread = traitlets.Float(5.0).tag(sync=True)
    h = traitlets.Float(0.333).tag(sync=True)
    own = traitlets.Float(round(math.radians(50), 5)).tag(sync=True)
    scale = traitlets.Float(16.0).tag(sync=True)
    classes = traitlets.Int(10).tag(sync=True)
    angle = traitlets.Float(round(math.radians(60), 5)).tag(sync=True)
    crowd = traitlets.Dict().tag(sync=True)

    def __init__(
        self, theta: Mapping[str, Tensor | NDArray] | None = None, lengths: ArrayLike | Tensor | None = None,
        **settings: Any,
    ):  # fmt: skip
        batch = {} if lengths is None else _batch(lengths)
        super().__init__(nets=counted(theta), crowd=batch.pop("crowd", {}), **of_a_widget(settings))
        self.use(batch | settings)

    @traitlets.default("margins")
    def _usual_margins(self) -> dict[str, float]:
        return {"adaface": 0.4, "curricularface": 0.5, "magface_from": 0.45, "magface_to": 0.8}

    @traitlets.validate("margins")
    def _margins_in_order(self, proposal: traitlets.Bunch) -> dict[str, float]:
        margins = {**self._usual_margins(), **self._trait_values.get("margins", {}), **proposal["value"]}
        for name, margin in margins.items():
            if name not in MARGINS:
                raise traitlets.TraitError(f"margins are those of {', '.join(MARGINS)}, got one of {name!r}.")
            low, high = MARGINS[name]
            if not isinstance(margin, int | float) or not low <= margin <= high:  # NaN is neither
                raise traitlets.TraitError(f"the margin {name!r} must lie in {low}..{high} radians, got {margin}.")
        if margins["magface_from"] > margins["magface_to"]:
            raise traitlets.TraitError(
                f"magface_from must not exceed magface_to, got {margins['magface_from']} and {margins['magface_to']}."
            )
        return {name: float(margin) for name, margin in margins.items()}

    @traitlets.validate("length", "age", "mean", "spread", "h", "scale", "own", "classes")
    def _within_reach(self, proposal: traitlets.Bunch) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = {
            "length": (0, 1000), "age": (0, 1), "mean": (1, 100), "spread": (0.1, 50), "h": (0.05, 1), "scale": (1, 64),
            "own": (0, math.pi / 2), "classes": (3, 100_000),
        }[name]  # fmt: skip
        if not low - _SLACK <= value <= high + _SLACK:
            meant = f"; {math.radians(value):.3f} is that many degrees" if name == "own" and 3 < value <= 90 else ""
            raise traitlets.TraitError(f"{name} must lie in {low:.6g}..{high:.6g}, got {value}{meant}.")
        return min(high, max(low, value))

    @traitlets.validate("reach")
    def _a_reach_in_order(self, proposal: traitlets.Bunch) -> list[float]:
        short, long = proposal["value"]
        if not 0 < short < long <= 1000:
            raise traitlets.TraitError(f"reach must be two lengths, 0 < short < long <= 1000, got {[short, long]}.")
        return [short, long]

    @property
    def z(self) -> float:
        """AdaFace's standardised length, −1..1."""
        return min(1.0, max(-1.0, self.h * (min(100.0, max(0.001, self.length)) - self.mean) / (self.spread + 1e-3)))

    @property
    def margin(self) -> float:
        """MagFace's margin for the length, in radians."""
        (short, long), low, high = self.reach, self.margins["magface_from"], self.margins["magface_to"]
        return low + (high - low) * (min(long, max(short, self.length)) - short) / (long - short)

    def curve(self, theta: Tensor, place: float | None = None) -> Tensor:
        """The logit without the scale at angles of any shape, at a `place` of the family: z, a margin or an age.

        For AdaFace and MagFace it is that of the true class at θ, for CurricularFace that of another class at θ_j.
        """
        if self.loss == "adaface":
            return _adaface(theta, self.margins["adaface"], self.z if place is None else place)
        if self.loss == "magface":
            return _arcface(theta, self.margin if place is None else place)
        target = _arcface(torch.tensor(self.own, dtype=theta.dtype), self.margins["curricularface"])
        cosine, t = theta.cos(), self.age if place is None else place
        return torch.where(cosine > target, cosine * (t + cosine), cosine)

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
        picture = Picture(self.alt, 6.4, 4.6 if self.nets else 3.8)
        if self.nets:
            plot, below = picture.subplots(2, 1, sharex=True, height_ratios=[5, 1])
            draw_histogram(below, self.nets[self.net])
        else:
            plot = below = picture.subplots()
        other = self.loss == "curricularface"
        quiet_axes(plot, ylabel="in place of cos θ_j" if other else "f(θ) in place of cos θ")
        low, high = {"adaface": (-1, 1), "curricularface": (0, 1)}.get(
            self.loss, (self.margins["magface_from"], self.margins["magface_to"])
        )
        for place in np.linspace(low, high, 13):
            self._draw(plot, place, color=FAINT, linewidth=0.8)
        if other:
            degrees = np.arange(181.0)
            plot.plot(degrees, np.cos(np.radians(degrees)), color=PALETTE[4], label="ArcFace: cos θ_j")
        else:
            self._draw(plot, low, color=PALETTE[4], label="ArcFace")
            mid = {"adaface": (0, 0, "CosFace")}.get(self.loss, (high, 4, f"ArcFace, {high:.3g}"))
            self._draw(plot, mid[0], color=PALETTE[mid[1]], linestyle="--", label=mid[2])
        self._draw(plot, None, color=ACCENT, linewidth=2.6, label=NAMES[self.loss])
        plot.axvline(math.degrees(self.angle), color=INK, linewidth=0.8)
        plot.legend(fontsize=8, frameon=False, loc="upper right", labelcolor=SOFT)
        degree_ticks(plot, 180, 30)
        below.set_xlabel("θ_j, angle to the other class weight" if other else "θ, angle to the own class weight",
                         color=INK, fontsize=10)  # fmt: skip
        return picture

    def _draw(self, axes: Axes, place: float | None, **style: Any) -> None:
        theta = torch.linspace(0, math.pi, 721, dtype=torch.float64)
        axes.plot(np.degrees(theta.numpy()), self.curve(theta, place).numpy(), **style)


def _arcface(theta: Tensor, margin: float) -> Tensor:
    return falling_cosine(theta + margin)


def _adaface(theta: Tensor, margin: float, z: float) -> Tensor:
    """cos(θ − m z) − m(1 + z), mirrored outside 0..π."""
    return falling_cosine(theta - margin * z) - margin * (1 + z)


def _batch(lengths: ArrayLike | Tensor) -> dict[str, Any]:
    """Mean and spread of a batch's lengths, and how many there are of which."""
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
    return {"mean": mean, "spread": spread, "crowd": {"end": float(edges[-1]), "counts": counts.tolist()}}
