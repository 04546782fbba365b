"""Exercises of lesson 06: the scale for a wanted probability, AdaCos' step with one, and the least loss there is."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import call, numbers
from lessons_lib.exercises.drawing import curve
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture


def _draw(x: Tensor, target: Tensor, yours: Tensor | None, axes: tuple[str, str], names: list[str], at: int) -> Picture:
    """A family of curves, each named beside its place `at`: 0 its beginning, -1 its end."""
    picture = curve(x, target, yours, *axes)
    side, shift = ("left", 9) if at else ("right", -9)
    look = {"textcoords": "offset points", "color": SOFT, "fontsize": 9, "va": "center", "ha": side}
    for name, height in zip(names, target[at].tolist(), strict=True):
        picture.axes[0].annotate(name, (float(x[at]), height), (shift, 0), **look)
    return picture


_WANTED = torch.linspace(0.1, 0.99, 90, dtype=torch.float64)  # 0.1 is what ten classes have at scale 0
_FEATURES = ((math.radians(45), 1000), (math.radians(60), 10), (math.radians(45), 10))


def scale_for(probability: float, angle: float, num_classes: int) -> float:
    return math.log((num_classes - 1) * probability / (1 - probability)) / math.cos(angle)


def _for_each_wish(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every probability for each feature, (90, 3)."""
    return numbers([call(function, p, *feature) for p in _WANTED.tolist() for feature in _FEATURES], 3)


def _draw_scale_for(yours: Tensor | None) -> Picture:
    names = [f"{math.degrees(angle):.0f}°, C = {num_classes}" for angle, num_classes in _FEATURES]
    return _draw(_WANTED, _SCALE_FOR, yours, ("wanted probability p", "scale s"), names, -1)


_ODDS = (_WANTED / (1 - _WANTED))[:, None]
_P, (_ANGLE, _CLASSES) = _WANTED[:, None], torch.tensor(_FEATURES, dtype=torch.float64).T
_SCALE_FOR = _for_each_wish(scale_for)
_LN = _SCALE_FOR * _ANGLE.cos()  # what is still to be divided by the cosine

SCALE_FOR = Exercise(
    number="6.1",
    stub="def scale_for(probability, angle, num_classes):\n    ...",
    hints=(
        "At 90° each of the others is e⁰ = 1. So p/(1 − p), the true class against all others, is e^{s·cos θ}/(C − 1).",
        "Bring C − 1 to the other side, take math.log, and divide by math.cos(angle).",
    ),
    solution=scale_for,
    evaluate=_for_each_wish,
    target=_SCALE_FOR,
    slips={
        "The others are C − 1: the true class is not one of them.": (_CLASSES * _ODDS).log() / _ANGLE.cos(),
        "p stands alone in yours: take p against the others' 1 − p.": ((_CLASSES - 1) * _P).log() / _ANGLE.cos(),
        "Upside down: p/(1 − p), so that the scale grows with p.": ((_CLASSES - 1) / _ODDS).log() / _ANGLE.cos(),
        "Brackets are missing: / 1 - p divides by 1 and then takes p off, so write / (1 - p).": (
            ((_CLASSES - 1) * _P - _P).log() / _ANGLE.cos()
        ),
        "C − 1 is missing: the true class stands against that many others, e⁰ = 1 each.": _ODDS.log() / _ANGLE.cos(),
        "p is missing: √2 ln(C − 1) at 45° is the scale for p = ½ alone.": (
            ((_CLASSES - 1).log() / _ANGLE.cos()).expand(_SCALE_FOR.shape)
        ),
        "That is Fixed AdaCos' scale, for 45° and p = ½ alone: divide by the cosine of the angle that is given, and "
        "put p/(1 − p) into the logarithm.": (math.sqrt(2) * (_CLASSES - 1).log()).expand(_SCALE_FOR.shape),
        "The logarithm takes C − 1 alone: put p/(1 − p) inside it too.": (_CLASSES - 1).log() * _ODDS / _ANGLE.cos(),
        "That is s·cos θ, the logit: divide by the cosine of the angle.": _LN,
        "You turned the angle, which is in radians already, into radians once more: nothing is to be converted.": (
            _LN / _ANGLE.deg2rad().cos()
        ),
        "The limit of 45° is AdaCos': here the angle is taken as it is.": (_LN / _ANGLE.clamp(max=math.pi / 4).cos()),
        "The sign is turned: is p/(1 − p) upside down, or C − 1 below the line?": -_SCALE_FOR,
        "C − 1 stands below the line: the true class has to outweigh that many.": (
            (_ODDS / (_CLASSES - 1)).log() / _ANGLE.cos()
        ),
        "You multiplied by the cosine: the logit is s·cos θ, so divide by it.": _LN * _ANGLE.cos(),
        "You divided by the angle: divide by its cosine.": _LN / _ANGLE,
        "That is the sine: the logit is s·cos θ, so divide by the cosine.": _LN / _ANGLE.sin(),
        "You turned the angle into degrees; math.cos wants radians, and has them.": _LN / _ANGLE.rad2deg().cos(),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _SCALE_FOR / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _SCALE_FOR / math.log(2),
        "The logarithm is missing: s·cos θ is the power of e.": (_CLASSES - 1) * _ODDS / _ANGLE.cos(),
    },
    draw=_draw_scale_for,
    done="At 45° and ten classes p = ½ needs √2 ln 9 = 3.11, which is Fixed AdaCos, and p = 0.99 needs 9.61. With a "
    "thousand classes p = ½ needs 9.77.",
)

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


def _draw_next_scale(yours: Tensor | None) -> Picture:
    axes = "median angle of the true class, degrees", "the next scale"
    names = [f"{before:.0f} before, P = {probability}" for before, probability in _SETTINGS]
    return _draw(_MEDIANS.rad2deg(), _NEXT, yours, axes, names, -1)


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
    evaluate=_for_each_batch,
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

_SCALES = torch.linspace(0, 10, 51, dtype=torch.float64)
_COUNTS = (100, 10, 3)


def floor(scale: float, num_classes: int) -> float:
    others = num_classes - 1
    return math.log(1 + others * math.exp(-scale * num_classes / others))


def _for_each_count(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every scale for each number of classes, (51, 3)."""
    return numbers([call(function, s, count) for s in _SCALES.tolist() for count in _COUNTS], 3)


def _draw_floor(yours: Tensor | None) -> Picture:
    names = [f"C = {count}" for count in _COUNTS]
    picture = _draw(_SCALES, _FLOOR, yours, ("scale s", "the least loss"), names, 0)
    picture.axes[0].set_xlim(left=-1.9)  # room for the names
    return picture


def _loss(others: Tensor, apart: Tensor | float) -> Tensor:
    """The loss with this many others, their cosine `apart` below the true class's."""
    return (others * (-_SCALES[:, None] * apart).exp() + 1).log()


_FLOOR, _C = _for_each_count(floor), torch.tensor(_COUNTS).double()
_OTHERS, _APART, _ADDED = _C - 1, _C / (_C - 1), _FLOOR.exp() - 1

FLOOR = Exercise(
    number="6.3",
    stub="def floor(scale, num_classes):\n    ...",
    hints=(
        "The true class has the logit s, each of the C − 1 others −s/(C − 1). Divide both by e^s: what is 1/P then?",
        "The difference of two logits is s·C/(C − 1), so 1/P = 1 + (C − 1)·e^{−s·C/(C − 1)}. The loss is ln of that.",
    ),
    solution=floor,
    evaluate=_for_each_count,
    target=_FLOOR,
    slips={
        "Close, but a simplex stands farther apart than 90°: at the cosine −1/(C − 1).": _loss(_OTHERS, 1),
        "The factor C − 1 is missing: all the others are in the sum.": _loss(_OTHERS / _OTHERS, _APART),
        "The others are C − 1: the true class is the 1 in the sum already.": _loss(_C, _APART),
        "That is the probability: the loss is −ln of it.": 1 / (1 + _ADDED),
        "That is ln P: a minus in front makes it the loss.": -_FLOOR,
        "That is 1/P: the loss is its logarithm.": 1 + _ADDED,
        "That is what the others add to the 1: the loss is ln(1 + that).": _ADDED,
        "The 1 is missing in the sum: the true class is part of it.": _ADDED.log(),
        "Upside down in the exponent: 1 − (−1/(C − 1)) is C/(C − 1), above 1.": _loss(_OTHERS, 1 / _APART),
        "The others' cosine is alone in the exponent: take the true class's 1 off it.": _loss(_OTHERS, 1 / _OTHERS),
        "The others' cosine is −1/(C − 1), below 0: in yours it is above.": _loss(_OTHERS, 2 - _APART),
        "The exponent's sign is turned: a larger scale leaves less loss.": _loss(_OTHERS, -_APART),
        "That is the logarithm to base 10; the one that undoes e is math.log.": _FLOOR / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is math.log.": _FLOOR / math.log(2),
    },
    draw=_draw_floor,
    done="With Fixed AdaCos' scale for ten classes, 3.11, a loss of 0.251 remains however long it is trained, with "
    "s = 10 only 0.0001. Losses compare only at one scale.",
)

EXERCISES = (SCALE_FOR, NEXT_SCALE, FLOOR)
