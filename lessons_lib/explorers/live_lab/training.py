"""A training one watches: a small network step by step, whose loss may change while it runs. No widget in here."""

import math
import warnings
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from lessons_lib.angles import safe_angle
from lessons_lib.explorers.kit.losses import MARGINS
from lessons_lib.explorers.live_lab.sources import Examples
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SphereFaceLoss,
)

# As in the other explorers "softmax" is the cosine softmax and "adacos" the fixed one.
LOSSES = (
    *("plain_softmax", "softmax", "sphereface", "cosface", "arcface", "arcface_raw"),
    *("adacos", "adacos_dynamic", "p2sgrad"),
)
MARGIN_OF = {name: name for name in MARGINS} | {"arcface_raw": "arcface"}  # the two are compared at one margin
SCALED = {"softmax", "cosface", "arcface", "arcface_raw"}  # the others keep ‖x‖, or know their own scale

_BATCH, _LR = 128, 0.01
_PAUSE = 40  # steps without a change that end one


@dataclass(frozen=True)
class Moment:
    """The network as it stands: what the shown examples say of it, all angles in radians.

    `loss` is the mean of the steps since the moment before, NaN if there were none; `theta` and `other` are the mean
    angles to the own and to the nearest other class weight; `scale` is NaN for a loss that keeps ‖x‖ instead.
    `angles` (M,) are the directions in which the examples lie, NaN for one that has none.
    """

    step: int
    loss: float
    accuracy: float
    theta: float
    other: float
    scale: float
    weight: Tensor
    angles: Tensor


class LiveTraining:
    """A network into the plane and class weights, trained with AdamW at a constant rate, from random starts of `seed`.

    `use` swaps the loss and nothing else: network, class weights and what the optimiser remembers go on; `changes` says
    what and when. `step` trains; it raises FloatingPointError where loss or gradient are no numbers, and leaves the
    network as it was before.
    """

    def __init__(self, examples: Examples, num_classes: int, seed: int = 0):
        self.examples, self.num_classes, self.steps = examples, num_classes, 0
        self.choice: tuple[str, float | None, float | None] | None = None
        with torch.random.fork_rng(devices=[]):  # the reader's own random numbers stay as they are
            torch.manual_seed(seed)
            self.net = _network(examples.inputs.shape[1])
            self.weight = nn.Parameter(torch.randn(num_classes, 2))
        weights = [*self.net.parameters(), self.weight]
        self._optimizer = torch.optim.AdamW(weights, lr=_LR, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
        self._order, self._losses = torch.Generator().manual_seed(seed), []
        self.changes: list[dict[str, int | float | str]] = []
        self._changed = 0

    def use(self, loss: str, margin: float, scale: float) -> None:
        """Train with this loss from the next step on; margin and scale count where the loss has them."""
        choice = (loss, margin if loss in MARGIN_OF else None, scale if loss in SCALED else None)
        if choice == self.choice:
            return
        if self.choice is None or loss != self.choice[0]:
            with torch.random.fork_rng(devices=[]):
                self.head = live_head(loss, margin, scale, self.num_classes)
            self.head.weight = self.weight  # the same parameter under every head
        if choice[1] is not None:
            self.head.margin = int(margin) if loss == "sphereface" else margin
        if choice[2] is not None:
            self.head.scale = scale
        self._note(choice)
        self.choice = choice

    def _note(self, choice: tuple[str, float | None, float | None]) -> None:
        """Keep what changed, and when; what goes on changing without a pause, as under a hand, is one change."""
        if self.choice is None or not self.steps:
            return
        whats = [i for i in range(3) if choice[i] != self.choice[i]]
        what = whats[0]  # another loss brings its own margin and scale
        kind, last = ("loss", "m", "s")[what], self.changes[-1] if self.changes else None
        if last and last["what"] == kind and self.steps - self._changed <= _PAUSE:
            last["to"] = choice[what]
        else:
            self.changes.append({"step": self.steps, "what": kind, "from": self.choice[what], "to": choice[what]})
        if self.changes[-1]["from"] == self.changes[-1]["to"]:
            self.changes.pop()
        self._changed = self.steps

    def step(self) -> None:
        """One batch."""
        which = torch.randint(len(self.examples.labels), (_BATCH,), generator=self._order)
        inputs, labels = self.examples.inputs.index_select(0, which), self.examples.labels[which]
        loss = self.head(self.net.train()(inputs), labels)
        if not loss.isfinite():
            raise FloatingPointError(f"the loss is no number{self._runaway()}.")
        self._optimizer.zero_grad()
        loss.backward()
        if not self.weight.grad.isfinite().all():  # else the next step would begin with a network of NaN
            raise FloatingPointError(f"the gradient is no number{self._runaway()}.")
        self._optimizer.step()
        self.steps += 1
        self._losses.append(loss.detach())

    @torch.no_grad()
    def moment(self) -> Moment:
        """What can be seen now."""
        embeddings, labels = self.net.eval()(self.examples.shown), self.examples.shown_labels
        if not embeddings.isfinite().all():
            raise FloatingPointError("features of the network are no numbers any more.")
        cosines = self.head.cosines(embeddings)
        own = cosines.gather(1, labels[:, None])
        others = cosines.scatter(1, labels[:, None], -math.inf).amax(1)
        right = self.head.logits(embeddings).argmax(1) == labels
        loss = float(torch.stack(self._losses).mean()) if self._losses else math.nan
        self._losses.clear()
        angles = torch.atan2(embeddings[:, 1], embeddings[:, 0]).where((embeddings != 0).any(1), math.nan)
        free = self.choice[0] in ("plain_softmax", "sphereface", "p2sgrad")
        return Moment(
            self.steps,
            loss,
            float(right.float().mean()),
            float(safe_angle(own).mean()),
            float(safe_angle(others).mean()),
            math.nan if free else float(self.head.scale),
            self.weight.detach().clone(),
            angles,
        )

    def _runaway(self) -> str:
        scale = float(self.head.scale)
        return f" any more: AdaCos's scale has run away, to {scale:.2g}" if isinstance(self.head, AdaCosLoss) else ""


def live_head(loss: str, margin: float, scale: float, num_classes: int) -> Head:
    """The head that LiveLab's word for a loss stands for, in the plane."""
    size = (num_classes, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # P2SGrad has no room in the plane: that is what one comes to see
        return {
            "plain_softmax": lambda: SoftmaxLoss(*size, bias=False),
            "softmax": lambda: NormalizedSoftmaxLoss(*size, scale=scale),
            "sphereface": lambda: SphereFaceLoss(*size, margin=int(margin)),
            "cosface": lambda: CosFaceLoss(*size, margin=margin, scale=scale),
            "arcface": lambda: ArcFaceLoss(*size, margin=margin, scale=scale),
            "arcface_raw": lambda: ArcFaceLoss(*size, margin=margin, scale=scale, beyond="raw"),
            "adacos": lambda: FixedAdaCosLoss(*size),
            "adacos_dynamic": lambda: AdaCosLoss(*size),
            "p2sgrad": lambda: P2SGradLoss(*size),
        }[loss]()


def stopped_sentence(error: Exception | None, step: int) -> str:
    """What a reader is told of an error in training, and what to do; nothing where there was none."""
    return "" if error is None else f"Training stopped at step {step}: {error} Reset begins anew from the seed."


def _network(inputs: int) -> nn.Sequential:
    """784-64-32-2 for pixels, 64-64-2 for what a trunk says; each layer normalised over the batch and bent."""
    sizes = (inputs, 64, 32) if inputs > 64 else (inputs, 64)
    layers = [
        layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.PReLU(b))
    ]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 2))
