"""Exercises of lesson 02: cosines of features and class weights, and where the boundary between two classes runs."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Without, call, numbers
from lessons_lib.exercises.drawing import curve, directions, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_TURNS = torch.linspace(-math.pi, math.pi, 73, dtype=torch.float64)
_LENGTHS = 1.5 + torch.sin(3 * _TURNS)  # features of unequal length, so that forgetting to divide by it shows
_FEATURES = _LENGTHS[:, None] * torch.stack([_TURNS.cos(), _TURNS.sin()], dim=1)
_WEIGHT = torch.tensor([[2.0, 0.0], [0.0, 0.7], [-0.6, -0.8]], dtype=torch.float64)


def cosines(embeddings: Tensor, weight: Tensor) -> Tensor:
    x = embeddings / embeddings.norm(dim=1, keepdim=True)
    w = weight / weight.norm(dim=1, keepdim=True)
    return x @ w.T


def _draw_cosines(yours: Tensor | None) -> Picture:
    target = cosines(_FEATURES, _WEIGHT)
    return curve(torch.rad2deg(_TURNS), target, yours, "direction of the feature, degrees", "cos θ to three classes")


def _evaluate_cosines(answer: Any) -> Tensor:
    with Without(frozenset({F.normalize}), "F.normalize is what you write here: divide each row by its own length."):
        return call(answer, _FEATURES, _WEIGHT)


COSINES = Exercise(
    number="2.1",
    stub="def cosines(embeddings, weight):\n    ...",
    hints=(
        "W_j·x = ‖W_j‖‖x‖cos θ_j, so divide the dot products by both lengths.",
        "The length of each row: x.norm(dim=1, keepdim=True).",
    ),
    solution=cosines,
    evaluate=_evaluate_cosines,
    target=cosines(_FEATURES, _WEIGHT),
    slips={
        "These are dot products: nothing has been divided by a length yet.": _FEATURES @ _WEIGHT.T,
        "The features still have their lengths: divide each row of embeddings by its own.": _FEATURES
        @ F.normalize(_WEIGHT).T,
        "The class weights still have their lengths: divide each row of weight by its own.": F.normalize(_FEATURES)
        @ _WEIGHT.T,
        "You divided by lengths along dim=0, down the columns; a vector is a row, dim=1.": (
            F.normalize(_FEATURES, dim=0) @ F.normalize(_WEIGHT, dim=0).T
        ),
        "You divided by squared lengths: take the root of the sum of squares, x.norm(…).": (
            cosines(_FEATURES, _WEIGHT) / (_FEATURES.norm(dim=1, keepdim=True) * _WEIGHT.norm(dim=1))
        ),
        "You divided by the sum of the coordinates: a length is the root of the sum of squares.": (
            (_FEATURES / _FEATURES.sum(dim=1, keepdim=True)) @ (_WEIGHT / _WEIGHT.sum(dim=1, keepdim=True)).T
        ),
        "You divided by the length of the whole table: each row has a length of its own, dim=1.": (
            (_FEATURES / _FEATURES.norm()) @ (_WEIGHT / _WEIGHT.norm()).T
        ),
        "Those are the angles: their cosines are wanted.": cosines(_FEATURES, _WEIGHT).acos(),
        "Those are the angles in degrees: their cosines are wanted.": cosines(_FEATURES, _WEIGHT).acos().rad2deg(),
        "Those are absolute values: beyond 90° the cosine is negative.": cosines(_FEATURES, _WEIGHT).abs(),
        "Yours has nothing below 0: beyond 90° the cosine is negative.": cosines(_FEATURES, _WEIGHT).clamp(min=0),
        "You multiplied by the lengths: divide by them.": (
            (_FEATURES * _FEATURES.norm(dim=1, keepdim=True)) @ (_WEIGHT * _WEIGHT.norm(dim=1, keepdim=True)).T
        ),
        "Turned round: a row should be a feature and a column a class, shape (N, C).": cosines(_WEIGHT, _FEATURES),
    },
    draw=_draw_cosines,
    done="Every curve peaks at 1, where the feature points along that class weight, however long either is.",
)

# The first is drawn. Some straddle 0, some ±π, some neither; wherever the seam is put, pairs lie across it.
_PAIRS = (
    *((2.9, -2.7), (-3.0, 2.4), (2.2, -2.3), (-1.9, 3.1)),
    *((0.3, -0.3), (-0.5, 1.1), (1.0, -0.2), (-1.4, 1.5)),
    *((0.3, 1.5), (-2.0, -1.0), (2.8, 1.6), (-0.2, -2.9)),
)
_WHOLE = 2 * math.pi


def boundary(a: float, b: float) -> float:
    apart = math.remainder(b - a, 2 * math.pi)
    return math.remainder(a + apart / 2, 2 * math.pi)


def _for_each_pair(function: Any) -> Tensor:
    """The direction the reader's function has for each pair, (12,), whole turns taken off."""
    found = [call(function, a, b) for a, b in _PAIRS]
    return _same_turn(numbers(found, 1, "One number is wanted for each pair of directions.").flatten(), _BISECTORS)


def _draw_boundary(yours: Tensor | None) -> Picture:
    (a, b), target = _PAIRS[0], float(_BISECTORS[0])
    drawn = None if yours is None else [float(yours[0])]
    return directions([(a, "a"), (b, "b")], [target], drawn, "boundary between a = 166° and b = −155°")


_BISECTORS = torch.tensor([boundary(a, b) for a, b in _PAIRS], dtype=torch.float64)


def _same_turn(angles: Tensor, target: Tensor) -> Tensor:
    """Angles less whole turns: a whole turn more or less is the same direction.

    They begin 2 below the target, where no typical slip stands: at −π, the other end would come out as −π or as π.
    """
    return target + torch.remainder(angles - target + 2, _WHOLE) - 2


BOUNDARY = Exercise(
    number="2.2",
    stub="def boundary(a, b):\n    ...",
    hints=(
        "Start at a and go half of the way to b.",
        "The way from a to b is b − a brought into −π…π: math.remainder(b - a, 2 * math.pi).",
    ),
    solution=boundary,
    evaluate=_for_each_pair,
    target=_BISECTORS,
    slips={
        "Right but across the seam: 166° and −155° are neighbours, and the mean of the two points the other way.": (
            _for_each_pair(lambda a, b: (a + b) / 2)
        ),
        "Counted from 0 to 2π, the seam has only moved to 0: 17° and −17° are neighbours, and yours points away.": (
            _for_each_pair(lambda a, b: (a % _WHOLE + b % _WHOLE) / 2)
        ),
        "That is the other end of the boundary, opposite: wanted is the one between a and b.": _same_turn(
            _BISECTORS + math.pi, _BISECTORS
        ),
        "That looks like degrees: a, b and the answer are radians.": _same_turn(torch.rad2deg(_BISECTORS), _BISECTORS),
        "a and b are in radians already: nothing is to be converted.": _for_each_pair(
            lambda a, b: boundary(math.radians(a), math.radians(b))
        ),
        "That is half of the way from a to b; the boundary is a plus that.": _for_each_pair(
            lambda a, b: math.remainder(b - a, _WHOLE) / 2
        ),
        "That is half of b − a, across the seam half of the long way round, and a is still to be added.": (
            _for_each_pair(lambda a, b: (b - a) / 2)
        ),
        "That is the way from a to b: take half of it, and add a.": _for_each_pair(lambda a, b: b - a),
        "You went from a away from b: half of the way to b is added.": _for_each_pair(
            lambda a, b: a - math.remainder(b - a, _WHOLE) / 2
        ),
        "You went the same way round every time: b may be on either side of a.": _for_each_pair(
            lambda a, b: a + abs(math.remainder(b - a, _WHOLE)) / 2
        ),
        "The way from a to b always goes up in yours, the long way round if need be: bring it into −π…π.": (
            _for_each_pair(lambda a, b: a + (b - a) % _WHOLE / 2)
        ),
        "π is half a turn: math.remainder(b - a, 2 * math.pi).": _for_each_pair(
            lambda a, b: a + math.remainder(b - a, math.pi) / 2
        ),
        "π is half a turn, and math.fmod keeps the sign: math.remainder(b - a, 2 * math.pi).": _for_each_pair(
            lambda a, b: a + math.fmod(b - a, math.pi) / 2
        ),
        "That is the direction of W_a + W_b with sine and cosine exchanged: atan2 takes the sine first.": (
            _for_each_pair(lambda a, b: math.atan2(math.cos(a) + math.cos(b), math.sin(a) + math.sin(b)))
        ),
        "The arctan of a quotient cannot tell a direction from its opposite: atan2 takes both parts.": _for_each_pair(
            lambda a, b: math.atan((math.sin(a) + math.sin(b)) / (math.cos(a) + math.cos(b)))
        ),
        "That is the direction of W_a − W_b: the boundary is at right angles to it.": _for_each_pair(
            lambda a, b: math.atan2(math.sin(a) - math.sin(b), math.cos(a) - math.cos(b))
        ),
        "That is the direction of W_b − W_a: the boundary is at right angles to it.": _for_each_pair(
            lambda a, b: math.atan2(math.sin(b) - math.sin(a), math.cos(b) - math.cos(a))
        ),
        "That is a itself.": _for_each_pair(lambda a, b: a),
        "That is b itself.": _for_each_pair(lambda a, b: b),
    },
    draw=_draw_boundary,
    done="Equal lengths and no bias: the boundary halves the angle, and always goes through the origin.",
)

_APARTS = tuple(math.radians(degrees) for degrees in (30, 60, 100, 150))
_RATIOS = torch.linspace(0.2, 3, 57, dtype=torch.float64)


def tie(ratio: float, apart: float) -> float:
    return math.atan2(ratio - math.cos(apart), math.sin(apart))


def _for_each_ratio(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every ratio for each angle between the weights, (57, 4)."""
    found = [call(function, ratio, apart) for ratio in _RATIOS.tolist() for apart in _APARTS]
    return numbers(found, len(_APARTS), "One number is wanted for each ratio and angle.")


def _evaluate_tie(answer: Any) -> Tensor:
    """As above; whole turns are taken off what stands on the boundary, at either end of it."""
    found = _for_each_ratio(answer)
    turned = _same_turn(found, _TIES)
    return torch.where(torch.sin(turned - _TIES).abs() < 2e-3, turned, found)


def _draw_tie(yours: Tensor | None) -> Picture:
    shown = None if yours is None else torch.rad2deg(yours)
    picture = curve(_RATIOS, torch.rad2deg(_TIES), shown, "‖W₁‖ / ‖W₂‖", "boundary, degrees from W₁")
    for apart, end, rise in zip(_APARTS, _TIES[-1].rad2deg().tolist(), (5, -14, -4, 13), strict=True):
        name(picture, f"{math.degrees(apart):.0f}° apart", (3, end), (9, rise))
    return picture


_TIES, _A = _for_each_ratio(tie), torch.tensor(_APARTS, dtype=torch.float64)

TIE = Exercise(
    number="2.3",
    stub="def tie(ratio, apart):\n    ...",
    hints=(
        "On the boundary both logits are equal: ‖W₁‖cos θ = ‖W₂‖cos(apart − θ). Divide by ‖W₂‖.",
        "cos(apart − θ) = cos(apart)cos θ + sin(apart)sin θ. Divide by cos θ, and only tan θ is left.",
    ),
    solution=tie,
    evaluate=_evaluate_tie,
    target=_TIES,
    slips={
        "That is the other end of the boundary, opposite.": _TIES + math.pi,
        "That is the bisector, right only for ratio 1: the longer weight takes more than half.": _for_each_ratio(
            lambda ratio, apart: apart / 2
        ),
        "That is tan θ: one arctan is missing.": _for_each_ratio(
            lambda ratio, apart: (ratio - math.cos(apart)) / math.sin(apart)
        ),
        "The angle is right, but in degrees; return radians.": torch.rad2deg(_TIES),
        "apart is in radians already: nothing is to be converted.": _for_each_ratio(
            lambda ratio, apart: tie(ratio, math.radians(apart))
        ),
        "Yours stops at W₂. Nothing holds the boundary there: a weight that is long enough pushes it past.": (
            _TIES.minimum(_A)
        ),
        "Yours stops at W₁. With a short W₁ the boundary stands on its far side, at an angle below 0.": _TIES.clamp(
            min=0
        ),
        "Yours stays between the weights. Nothing holds the boundary there: a long weight pushes it past the other.": (
            _TIES.clamp(min=0).minimum(_A)
        ),
        "Yours is never below 0, as an arccos or an absolute value is: with a short W₁ the boundary stands on its far "
        "side.": _TIES.abs(),
        "In yours the weights are 60° apart every time: take apart, as it is given.": _for_each_ratio(
            lambda ratio, apart: tie(ratio, math.radians(60))
        ),
        "In yours the weights are 90° apart every time: take apart, as it is given.": _for_each_ratio(
            lambda ratio, apart: math.atan(ratio)
        ),
        "That is the angle from W₂, as with the ratio upside down: it is ‖W₁‖/‖W₂‖, and wanted is the angle from W₁.": (
            _A - _TIES
        ),
        "The sign is turned: that is counted away from W₂.": -_TIES,
        "The angle is not shared out as the lengths are: set both logits equal.": _for_each_ratio(
            lambda ratio, apart: apart * ratio / (1 + ratio)
        ),
        "The angle is not shared out as the lengths are, nor does the longer weight get less: set both logits equal.": (
            _for_each_ratio(lambda ratio, apart: apart / (1 + ratio))
        ),
        "The bisector is not stretched by the ratio: set both logits equal.": _for_each_ratio(
            lambda ratio, apart: ratio * apart / 2
        ),
        "cos(apart) is missing: the tangent is (ratio − cos(apart))/sin(apart).": _for_each_ratio(
            lambda ratio, apart: math.atan(ratio / math.sin(apart))
        ),
        "sin(apart) is missing: the tangent is (ratio − cos(apart))/sin(apart).": _for_each_ratio(
            lambda ratio, apart: math.atan(ratio - math.cos(apart))
        ),
        "cos(apart) is added: take it off the ratio.": _for_each_ratio(
            lambda ratio, apart: math.atan2(ratio + math.cos(apart), math.sin(apart))
        ),
        "Brackets are missing: ratio − cos / sin divides first.": _for_each_ratio(
            lambda ratio, apart: math.atan(ratio - math.cos(apart) / math.sin(apart))
        ),
        "Sine and cosine of apart are exchanged.": _for_each_ratio(
            lambda ratio, apart: math.atan((ratio - math.sin(apart)) / math.cos(apart))
        ),
        "The two parts of atan2 are exchanged: what stands above the line comes first.": _for_each_ratio(
            lambda ratio, apart: math.atan2(math.sin(apart), ratio - math.cos(apart))
        ),
        "That is the cotangent's angle: the tangent is (ratio − cos(apart))/sin(apart).": _for_each_ratio(
            lambda ratio, apart: math.atan(math.sin(apart) / (ratio - math.cos(apart)))
        ),
    },
    draw=_draw_tie,
    done="At ratio 2 and 60° the boundary stands at 60°, on W₂ itself, past it beyond ratio 2: a class can lose its "
    "own direction to a longer weight.",
)

EXERCISES = (COSINES, BOUNDARY, TIE)
