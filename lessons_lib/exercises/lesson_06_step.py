"""Exercise 6.2: AdaCos' step, with a probability of one's own."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_MEDIANS = torch.linspace(math.radians(5), math.radians(80), 31, dtype=torch.float64)  # one batch for each
_SETTINGS = ((8.0, 0.5), (4.0, 0.9), (2.0, 0.99))  # the scale before, the probability wanted
_SPREAD = torch.tensor([1.5, 0.8, 2.2, 0.5, 1.0], dtype=torch.float64)  # five samples, the last one the median
# Their nine others stand around 90°, more of them before it, and one sample's nearer to it than another's.
_ASIDE = torch.linspace(72, 101, 9, dtype=torch.float64) + torch.tensor([-10.0, 5, 0, 10, -5]).double()[:, None]


def _batch(index: int) -> tuple[Tensor, Tensor]:
    """Cosines (5, 10) and labels (5,) of the batch with this median."""
    labels = (3 * torch.arange(5) + index) % 10
    angles = torch.empty(5, 10, dtype=torch.float64)
    own = F.one_hot(labels, 10).bool()
    angles[own], angles[~own] = _MEDIANS[index] * _SPREAD, _ASIDE.deg2rad().flatten()
    return angles.cos(), labels


def next_scale(scale: float, cosines: Tensor, labels: Tensor, probability: float) -> Tensor:
    own = F.one_hot(labels, cosines.shape[1]).bool()
    b = torch.exp(scale * cosines[~own]).sum() / len(labels)
    theta_med = torch.acos(cosines[own]).median()
    return torch.log(b * probability / (1 - probability)) / torch.cos(theta_med.clamp(max=math.pi / 4))


def _for_each_batch(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, after every batch in each setting, (31, 3)."""
    batches = [_batch(index) for index in range(len(_MEDIANS))]
    return numbers([call(function, s, c, y, p) for c, y in batches for s, p in _SETTINGS], 3)


def _evaluate_next_scale(answer: Any) -> Tensor:
    """As above, and after a batch where three of five samples are nearer to another class than to their own."""
    found = _for_each_batch(answer)
    if torch.allclose(found, _NEXT, atol=2e-3):
        astray = 4.0, *_batch_astray(), 0.9
        if not torch.allclose(numbers([call(answer, *astray)], 1), next_scale(*astray), atol=2e-3):
            raise Slip("θ_med is the angle to the true class, labels, not to the nearest.")
    return found


def _batch_astray() -> tuple[Tensor, Tensor]:
    """Cosines (5, 10) and labels (5,): the median angle of the true classes is 35°, that of the nearest ones 15°."""
    labels, nearest = torch.tensor([2, 7, 4, 0, 9]), torch.tensor([5, 1, 8, 0, 9])
    angles = 85 + _ASIDE.mean(dim=1, keepdim=True).expand(5, 10) / 10
    angles = angles.scatter(1, nearest[:, None], torch.tensor([10.0, 12, 15, 20, 25]).double()[:, None])
    angles = angles.scatter(1, labels[:, None], torch.tensor([40.0, 38, 35, 20, 25]).double()[:, None])
    return angles.deg2rad().cos(), labels


def _draw_next_scale(yours: Tensor | None) -> Picture:
    picture = curve(_MEDIANS.rad2deg(), _NEXT, yours, "median angle of the true class, degrees", "the next scale")
    for (before, probability), end in zip(_SETTINGS, _NEXT[-1].tolist(), strict=True):
        name(picture, f"{before:.0f} before, P = {probability}", (80, end))
    return picture


_NEXT = _for_each_batch(next_scale)
# What every mistake is made of: the others' sums (3, 5), the true classes' angles (31, 5) and terms (31, 3, 5).
_LIMIT, _THETA = math.pi / 4, _MEDIANS[:, None] * _SPREAD
_S, _WISH = (column[:, None] for column in torch.tensor(_SETTINGS, dtype=torch.float64).T)
_LN_ODDS = (_WISH / (1 - _WISH)).log().flatten()
_SUMS = (_S[..., None] * _ASIDE.deg2rad().cos()).exp().sum(dim=2)
_TERMS = (_S * _THETA[:, None].cos()).exp()
_COS = _MEDIANS.clamp(max=_LIMIT).cos()[:, None]
_LN = _NEXT * _COS  # of B and the odds, still to be divided by the cosine
_FIXED = torch.full_like(_S, math.sqrt(2) * math.log(9))


def _sums_at(scales: Tensor) -> Tensor:
    """B at these scales (3, 1) before, (3,)."""
    return (scales[..., None] * _ASIDE.deg2rad().cos()).exp().sum(dim=2).mean(dim=1)


def _with_b(b: Tensor) -> Tensor:
    """The next scale, were this B."""
    return (b.log() + _LN_ODDS) / _COS


NEXT_SCALE = Exercise(
    number="6.2",
    stub="def next_scale(scale, cosines, labels, probability):\n    ...",
    hints=(
        "With s·cos θ for the true class, p/(1 − p) is e^{s·cos θ}/B: solve for s, as in 6.1, where B was C − 1.",
        "own = F.one_hot(labels, cosines.shape[1]).bool(); B is torch.exp(scale * cosines[~own]).sum() / len(labels).",
    ),
    solution=next_scale,
    evaluate=_evaluate_next_scale,
    target=_NEXT,
    slips={
        "The true class is in B as well: sum over the others alone.": _with_b((_SUMS + _TERMS).mean(dim=2)),
        "The true class still counts 1 in B: its cosine made 0, e⁰ is left.": _with_b((_SUMS + 1).mean(dim=1)),
        "You averaged over the classes too: sum over the others, average over samples.": (_LN - math.log(9)) / _COS,
        "B is summed over the samples in yours: take the mean over the batch.": (_LN + math.log(5)) / _COS,
        "That is the mean of the logarithms: take the mean over the batch first, then one logarithm.": (
            (_SUMS.log().mean(dim=1) + _LN_ODDS) / _COS
        ),
        "You averaged over all pairs, the true classes among them: sum over the others, average over samples.": (
            _with_b((_SUMS + _TERMS).mean(dim=2) / 10)
        ),
        "You averaged over all pairs, with 0 for the true classes: sum over the others, average over samples.": (
            _with_b(_SUMS.mean(dim=1) / 10)
        ),
        "You summed over all pairs: sum over the others, and take the mean over the batch.": _with_b(
            (_SUMS + _TERMS).sum(dim=2)
        ),
        "The scale is missing in the exponent: e^{s·cos θ_j}, at the scale before.": _with_b(_sums_at(_S / _S)),
        "In your exponent stands AdaCos' fixed scale, √2 ln(C − 1): B is taken at the scale before, which is given.": (
            _with_b(_sums_at(_FIXED))
        ),
        "Your exponent has no scale and no cosine: that takes all others at 90°.": _with_b(torch.full((3,), 9.0)),
        "The exponent is divided by the scale: multiply the cosines by it.": _with_b(_sums_at(1 / _S)),
        "The exponent's sign is turned: e^{s·cos θ_j}.": _with_b(_sums_at(-_S)),
        "probability has no say in yours: that puts one half at the median.": (_LN - _LN_ODDS) / _COS,
        "p stands alone in yours: take p against the others' 1 − p.": ((_LN - _LN_ODDS + _WISH.flatten().log()) / _COS),
        "Upside down: p/(1 − p), so that the scale grows with p.": (_LN - 2 * _LN_ODDS) / _COS,
        "p/(1 − p) stands outside the logarithm: it multiplies B, inside.": ((_LN - _LN_ODDS) * _LN_ODDS.exp() / _COS),
        "ln p/(1 − p) is added after the division: the cosine divides both.": (_LN - _LN_ODDS) / _COS + _LN_ODDS,
        "The logarithm is missing.": (_LN.exp() / _COS),
        "That takes the mean angle: one sample far off moves it, so take the median.": (
            _LN / _THETA.mean(dim=1, keepdim=True).clamp(max=_LIMIT).cos()
        ),
        "That takes the mean cosine: take the median, of the angles or of the cosines.": (
            _LN / _THETA.cos().mean(dim=1, keepdim=True).clamp(min=math.cos(_LIMIT))
        ),
        "The limit is missing: beyond 45°, which is π/4 in radians, the angle counts as 45°.": (
            _LN / _MEDIANS.cos()[:, None]
        ),
        "That is max: take the smaller of π/4 and θ_med.": _LN / _MEDIANS.clamp(min=_LIMIT).cos()[:, None],
        "45 is no angle in radians: the limit is π/4.": _LN / _MEDIANS.rad2deg().clamp(max=45).cos()[:, None],
        "That is the logarithm to base 10; the one that undoes e is torch.log.": _NEXT / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is torch.log.": _NEXT / math.log(2),
        "The angle is 45° every time in yours: θ_med is the median over the true classes, and of their angles.": (
            _LN / math.cos(_LIMIT)
        ),
        "You divided by the angle: divide by its cosine.": _LN / _MEDIANS.clamp(max=_LIMIT)[:, None],
        "The division by the cosine is missing: that is the logarithm alone.": _LN,
        "You multiplied by the cosine: divide by it.": _LN * _COS,
        "You took the cosine of what is a cosine already: torch.acos gives its angle.": (
            _LN / _MEDIANS.cos()[:, None].clamp(max=_LIMIT).cos()
        ),
    },
    draw=_draw_next_scale,
    done="Beyond 45° the angle has no say; nearer, the scale falls with it. One step brings 8 to 5.4 with P = ½, and 2 "
    "to 9.9 with P = 0.99, at 45° and beyond; at 5° to 3.8 and 7.0.",
)

EXERCISES = (NEXT_SCALE,)
