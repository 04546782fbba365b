"""VerificationThreshold: do two images show the same class? Scores of pairs, and a threshold to drag."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from lessons_lib.explorers.kit.explorer import Choice, Number, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.together import JoinedExplorer
from lessons_lib.explorers.verification_threshold.counts import (
    Net,
    counted,
    edge_at_far,
    edge_of_equal_errors,
    edges_of,
    nearest_edge,
    rates,
)
from lessons_lib.figures.style import ACCENT, FAINT, INK, PALETTE, SOFT, Picture, quiet_axes

_BARS = 120
_ANY, _LEAST = 1e300, 1e-12  # a score; a share of pairs
Scores = Mapping[str, tuple[Tensor | NDArray, Tensor | NDArray]]


class Share(Number):
    """The share of genuine pairs, neither none nor all of them."""

    def _sentence(self, low: float, high: float, value: Any) -> str:
        return f"{self.name} is the share of genuine pairs among those asked and must lie between 0 and 1, got {value}."


class VerificationThreshold(JoinedExplorer):
    """Scores of genuine pairs (one class) and of impostor pairs (two); a pair counts as the same from `threshold` on.

    `scores` are one network's scores (N,), higher where two images are more alike, with `same` (N,) bool; or a mapping
    of names to such (scores, same). `name` names a single network and `score` says what its scores are. `net` says
    which network is shown: chosen alone, it takes the threshold to where it accepts as many impostors. `threshold`
    goes to the nearest of at most 1,000 edges, at which all counts are exact; without it, to the equal error rate.
    `axis` is "linear" or "log", of the false accepts in the ROC curve; `prior` the share of genuine pairs among those
    asked, 0..1, without it that of the scores. `before` is where the reader's last gesture began. ValueError for
    scores that cannot be shown; pairs without a finite score are left out and counted.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("net", "threshold", "axis", "prior")

    nets = traitlets.List().tag(sync=True)
    score = traitlets.Unicode("score of a pair").tag(sync=True)
    net = Number(0, 0, lambda figure: len(figure.nets) - 1, counts="the networks").tag(sync=True)
    threshold = Number(0.0, -math.inf, math.inf).tag(sync=True)
    axis = Choice(("linear", "log"), default_value="linear").tag(sync=True)
    prior = Share(0.5, _LEAST, 1 - _LEAST).tag(sync=True)
    before = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        scores: Scores | Tensor | NDArray,
        same: Tensor | NDArray | None = None,
        *,
        threshold: float | None = None,
        name: str = "this network",
        score: str = "score of a pair",
        **settings: Any,
    ):
        nets = counted(_named(scores, same, name))
        super().__init__(nets=nets, score=score, **of_a_widget(settings))
        self.use({name: value for name, value in settings.items() if name != "prior"})
        net = nets[self.net]
        genuine, impostors = sum(net["genuine"]), sum(net["impostors"])
        equal = float(edges_of(net)[edge_of_equal_errors(net)])
        prior = settings.get("prior", round(genuine / (genuine + impostors), 6))
        self.use({"threshold": equal if threshold is None else threshold, "prior": prior})

    @traitlets.default("limits")
    def _limits(self) -> dict[str, Any]:
        return super()._limits() | {"threshold": {"low": -_ANY, "high": _ANY}}

    @traitlets.validate("threshold")
    def _on_an_edge(self, proposal: traitlets.Bunch) -> float:
        if not self.nets:
            return proposal["value"]
        net = self.nets[self.net]
        return float(edges_of(net)[nearest_edge(net, proposal["value"])])

    @traitlets.observe("net")
    def _at_the_same_far(self, change: traitlets.Bunch) -> None:
        if self._together or not self.nets:
            return
        old, new = self.nets[change["old"]], self.nets[change["new"]]
        far = rates(old)[0][nearest_edge(old, self.threshold)]
        self.threshold = float(edges_of(new)[edge_at_far(new, far)])

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        net = self.nets[self.net]
        far, tar = (100 * share[nearest_edge(net, self.threshold)] + 1e-9 for share in rates(net))  # halves go up
        return (
            f"Scores of {sum(net['genuine']):,} genuine pairs above and of {sum(net['impostors']):,} impostor pairs "
            f"below one axis ({net['name']}), a threshold, and the ROC curve. From {self._threshold_text()} on a pair "
            f"counts as the same: {tar:.1f} % of the genuine pairs are accepted and {far:.1f} % of the "
            "impostors."
        )

    def _threshold_text(self) -> str:
        return f"{self.threshold:.{self.nets[self.net]['digits']}f}".replace("-", "−")

    def picture(self) -> Picture:
        """The first frame: the scores above and below their axis, and the ROC curve."""
        picture = Picture(self.alt, 8.4, 3.6)
        plot, curve = picture.subplots(1, 2, width_ratios=[1.6, 1])
        _draw_scores(plot, self.nets[self.net], self.threshold)
        plot.set_xlabel(self.score, color=INK, fontsize=10)
        plot.set_title(f"the same from {self._threshold_text()} on →", color=SOFT, fontsize=9)
        _draw_curves(curve, self.nets, self.net, self.threshold)
        if self.axis == "log":
            curve.set_xscale("log")
        return picture


def _named(scores: Scores | Tensor | NDArray, same: Tensor | NDArray | None, name: str) -> Scores:
    if isinstance(scores, Mapping):
        if same is not None:
            raise ValueError('same belongs into the mapping, like {"ArcFace": (scores, same)}, if scores is one.')
        return scores
    if same is None:
        raise ValueError("same must say for each score whether the pair is genuine, got none.")
    return {name: (scores, same)}


def _draw_scores(axes: Axes, net: Net, threshold: float) -> None:
    """Roots of the shares, genuine upwards and impostors downwards; what is judged wrongly in the accent colour."""
    quiet_axes(axes)
    edges = edges_of(net)
    low, step = edges[0], max(1, net["bins"] // _BARS) * (edges[1] - edges[0])
    bars = np.arange(low, edges[-1] + step, step)
    for kind, up, colour in (("genuine", 1, PALETTE[0]), ("impostors", -1, PALETTE[1])):
        counts, _ = np.histogram(edges[:-1] + (edges[1] - edges[0]) / 2, bins=bars, weights=net[kind])
        wrong = (bars[:-1] + step / 2 < threshold) == (up > 0)
        fill = {"color": np.where(wrong, ACCENT, colour), "width": step, "align": "edge"}
        axes.bar(bars[:-1], up * np.sqrt(counts / counts.sum()), hatch=None if up > 0 else "////", **fill)
    axes.axvline(threshold, color=INK, linewidth=1.2)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_yticks([])
    for place, va, words in ((0.98, "top", "genuine pairs"), (0.02, "bottom", "impostor pairs")):
        axes.text(0.01, place, words, color=SOFT, fontsize=9, va=va, transform=axes.transAxes)


def _draw_curves(axes: Axes, nets: list[Net], chosen: int, threshold: float) -> None:
    quiet_axes(axes, "FAR, impostors accepted", "TAR, genuine accepted")
    axes.plot([0, 1], [1, 0], color=FAINT, linewidth=1)
    for k, net in enumerate(nets):
        far, tar = rates(net)
        axes.plot(far, tar, color=INK if k == chosen else SOFT, linewidth=2.2 if k == chosen else 0.9)
    far, tar = (share[nearest_edge(nets[chosen], threshold)] for share in rates(nets[chosen]))
    axes.plot([far], [tar], "o", color=ACCENT, markersize=8)
