"""Exercises of lesson 13: from which length on AdaFace is ArcFace, and what a hard class counts in CurricularFace."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_BATCHES = ((5.4, 1.7, 0.333), (20.0, 4.0, 0.333), (12.0, 3.0, 0.5), (30.0, 5.0, 1.0), (8.0, 1.0, 0.25))


def ends(mean: float, spread: float, h: float) -> tuple[float, float]:
    return mean - spread / h, mean + spread / h


def _lengths(function: Any) -> Tensor:
    """The reader's two lengths for each of some batches, (5, 2)."""
    found = [call(function, *batch) for batch in _BATCHES]
    for pair in found:
        if pair.numel() != 2:
            raise Slip(f"Two lengths are wanted, of z = −1 and of z = +1; yours has shape {tuple(pair.shape)}.")
    return torch.stack([pair.flatten() for pair in found])


def _draw_ends(yours: Tensor | None) -> Picture:
    words = "For five batches the lengths from z = −1 to z = 1, as bars" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 6.4, 2.6)
    axes = quiet_axes(picture.subplots(), "length ‖x‖")
    for row, ((mean, _, _), (low, high)) in enumerate(zip(_BATCHES, _ENDS.tolist(), strict=True)):
        axes.plot([low, high], [row, row], color=FAINT, linewidth=8, solid_capstyle="butt")
        axes.plot([mean], [row], "|", color=SOFT, markersize=12)
        if yours is not None:
            axes.plot(yours[row].numpy(), [row, row], "o", color=ACCENT, markersize=5)
    axes.set(xlim=(-5, 45), ylim=(-0.7, len(_BATCHES) - 0.3), yticks=range(len(_BATCHES)))
    axes.set_yticklabels([f"μ = {mean:g}, σ = {spread:g}, h = {h:g}" for mean, spread, h in _BATCHES])
    return picture


_ENDS = _lengths(ends)

ENDS = Exercise(
    number="13.1",
    stub="def ends(mean, spread, h):\n    ...",
    hints=(
        "∂f/∂z = m·sin(θ − m·z) − m, which is at most 0: f falls with z at every θ. So no other z has the same f.",
        "Solve h·(length − mean) / spread = −1 for the length, and the same with +1.",
    ),
    solution=ends,
    evaluate=_lengths,
    target=_ENDS,
    slips={
        "The two are exchanged: first the length at which z is −1.": _ENDS.flip(1),
        "That multiplies by h: z = h·(length − mean)/spread, so the length is spread/h away from the mean.": _lengths(
            lambda mean, spread, h: (mean - spread * h, mean + spread * h)
        ),
        "That is one spread away from the mean: there z is only ±h.": _lengths(
            lambda mean, spread, h: (mean - spread, mean + spread)
        ),
        "Your lengths are counted from the mean: add it.": _lengths(lambda mean, spread, h: (-spread / h, spread / h)),
        "The spread is missing: 1/h is in spreads.": _lengths(lambda mean, spread, h: (mean - 1 / h, mean + 1 / h)),
        "That is z = −1 and z = 0: the second is where z is +1.": _lengths(
            lambda mean, spread, h: (mean - spread / h, mean)
        ),
        "That is z at one length: the lengths are wanted at which z is −1 and +1.": _lengths(
            lambda mean, spread, h: (-h, h)
        ),
    },
    draw=_draw_ends,
    done="z = −1 alone, and with h = 0.333 that is three spreads below the mean. In the first row the feature would "
    "have a length of 0.3. h = 1 puts both ends one spread away.",
)


def _made_up_cosines() -> tuple[Tensor, Tensor]:
    """cos θ_j (6, 5) of other classes and the target logits (6, 1), some of them below many of the cosines."""
    chance = torch.Generator().manual_seed(4)
    cosines = 1.8 * torch.rand(6, 5, generator=chance, dtype=torch.float64) - 0.9
    return cosines, 1.4 * torch.rand(6, 1, generator=chance, dtype=torch.float64) - 0.9


_COSINES, _CURVE = _made_up_cosines()
_AGES = (0.1, 0.8)


def reweighted(cosines: Tensor, curve: Tensor, t: float) -> Tensor:
    return torch.where(cosines > curve, cosines * (t + cosines), cosines)


def _logits(function: Any) -> Tensor:
    """The reader's logits of the other classes at two ages, (2, 6, 5)."""
    found = [call(function, _COSINES, _CURVE, t) for t in _AGES]
    for values in found:
        if values.shape != _COSINES.shape:
            wanted = f"A logit for each cosine is wanted, {tuple(_COSINES.shape)}"
            raise Slip(f"{wanted}; yours has shape {tuple(values.shape)}.")
    return torch.stack(found)


def _by(change: Callable[[Tensor, Tensor, float], Tensor]) -> Tensor:
    """What comes of another rule."""
    return _logits(change)


def _draw_logits(yours: Tensor | None) -> Picture:
    words = "Logits of other classes against their cosine, for a young and an old training" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 7.4, 3.2)
    panels = picture.subplots(1, 2, sharey=True)
    for k, (axes, t) in enumerate(zip(panels, _AGES, strict=True)):
        quiet_axes(axes, f"cos θ_j, at t = {t:g}", "" if k else "logit")
        axes.plot([-1, 1], [-1, 1], color=SOFT, linewidth=1, dashes=(5, 3))
        axes.plot(_COSINES.flatten().numpy(), _LOGITS[k].flatten().numpy(), "o", color=FAINT, markersize=9)
        if yours is not None:
            axes.plot(_COSINES.flatten().numpy(), yours[k].flatten().numpy(), "o", color=ACCENT, markersize=3.5)
        axes.set_ylim(-1.2, 1.8)
    return picture


_LOGITS = _logits(reweighted)

REWEIGHTED = Exercise(
    number="13.2",
    stub="def reweighted(cosines, curve, t):\n    ...",
    hints=(
        "Hard is cosines > curve: (N, C) against (N, 1), so each row has its own border.",
        "torch.where(hard, this, that) takes this where hard is true.",
    ),
    solution=reweighted,
    evaluate=_logits,
    target=_LOGITS,
    slips={
        "You change the easy classes and leave the hard ones: hard is cosines > curve.": _by(
            lambda c, curve, t: torch.where(c > curve, c, c * (t + c))
        ),
        "You change all classes: those that are not hard stay as they are.": _by(lambda c, curve, t: c * (t + c)),
        "Nothing is changed yet: hard classes get another logit.": _by(lambda c, curve, t: c),
        "That is t + cos θ_j: it multiplies cos θ_j.": _by(lambda c, curve, t: torch.where(c > curve, t + c, c)),
        "That multiplies by t alone: t + cos θ_j it is.": _by(lambda c, curve, t: torch.where(c > curve, t * c, c)),
        "The brackets are missing: cos θ_j multiplies all of t + cos θ_j.": _by(
            lambda c, curve, t: torch.where(c > curve, c * t + c, c)
        ),
        "That is the slope's factor, t + 2·cos θ_j: the logit has t + cos θ_j.": _by(
            lambda c, curve, t: torch.where(c > curve, c * (t + 2 * c), c)
        ),
        "You add t to the logit's curve: what is added to t is cos θ_j, the other class's.": _by(
            lambda c, curve, t: torch.where(c > curve, c * (t + curve), c)
        ),
        "Hard is not what lies above 0: it is what lies above the own curve.": _by(
            lambda c, curve, t: torch.where(c > 0, c * (t + c), c)
        ),
        "The easy ones have become 0: they keep their cosine.": _by(
            lambda c, curve, t: torch.where(c > curve, c * (t + c), 0.0)
        ),
    },
    draw=_draw_logits,
    done="On the left, t = 0.1, the hard classes with a positive cosine lie below the dashed line, those with a "
    "negative one above it. On the right, t = 0.8, all lie above it but those with a cosine from 0 to 0.2.",
)

EXERCISES = (ENDS, REWEIGHTED)
