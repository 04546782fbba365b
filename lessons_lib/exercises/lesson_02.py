"""Exercises of lesson 02: cosines of features and class weights, and where the boundary between two classes runs."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.drawing import curve, directions
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
        "Turned round: a row should be a feature and a column a class, shape (N, C).": cosines(_WEIGHT, _FEATURES),
    },
    draw=_draw_cosines,
    done="Every curve peaks at 1, where the feature points along that class weight, however long either is.",
)

_PAIRS = [(0.3, 1.5), (-2.0, -1.0), (2.9, -2.7), (-3.0, 2.4), (3.1, 1.0)]


def boundary(a: float, b: float) -> float:
    apart = math.remainder(b - a, 2 * math.pi)
    return math.remainder(a + apart / 2, 2 * math.pi)


def _evaluate_boundary(answer: Any) -> Tensor:
    found = torch.stack([call(answer, a, b).squeeze() for a, b in _PAIRS])
    if found.ndim != 1:
        raise Slip("One number is wanted for each pair of directions.")
    return _same_turn(found)


def _draw_boundary(yours: Tensor | None) -> Picture:
    (a, b), target = _PAIRS[2], float(_BISECTORS[2])
    drawn = None if yours is None else [float(yours[2])]
    return directions([(a, "a"), (b, "b")], [target], drawn, "boundary between a = 166° and b = −155°")


_BISECTORS = torch.tensor([boundary(a, b) for a, b in _PAIRS], dtype=torch.float64)
_MEANS = torch.tensor([(a + b) / 2 for a, b in _PAIRS], dtype=torch.float64)


def _same_turn(angles: Tensor) -> Tensor:
    """Angles within half a turn of the target: a whole turn more or less is the same direction."""
    return _BISECTORS + torch.remainder(angles - _BISECTORS + math.pi, 2 * math.pi) - math.pi


BOUNDARY = Exercise(
    number="2.2",
    stub="def boundary(a, b):\n    ...",
    hints=(
        "Start at a and go half of the way to b.",
        "The way from a to b is b − a brought into −π…π: math.remainder(b - a, 2 * math.pi).",
    ),
    solution=boundary,
    evaluate=_evaluate_boundary,
    target=_BISECTORS,
    slips={
        "Right for most pairs, but 166° and −155° are neighbours across the seam: their mean points the other way.": (
            _same_turn(_MEANS)
        ),
        "That looks like degrees: a, b and the answer are radians.": _same_turn(torch.rad2deg(_BISECTORS)),
        "That is half of the way from a to b; the boundary is a plus that.": _same_turn(
            torch.tensor([math.remainder(b - a, 2 * math.pi) / 2 for a, b in _PAIRS], dtype=torch.float64)
        ),
        "That is half of b − a, across the seam half of the long way round, and a is still to be added.": _same_turn(
            torch.tensor([(b - a) / 2 for a, b in _PAIRS], dtype=torch.float64)
        ),
    },
    draw=_draw_boundary,
    done="Equal lengths and no bias: the boundary halves the angle, and always goes through the origin.",
)

_APART = math.radians(60)
_RATIOS = torch.linspace(0.6, 2.6, 60, dtype=torch.float64)


def tie(ratio: float, apart: float) -> float:
    return math.atan2(ratio - math.cos(apart), math.sin(apart))


def _evaluate_tie(answer: Any) -> Tensor:
    return torch.stack([call(answer, float(ratio), _APART).squeeze() for ratio in _RATIOS])


_TIES = torch.tensor([tie(float(ratio), _APART) for ratio in _RATIOS], dtype=torch.float64)


def _draw_tie(yours: Tensor | None) -> Picture:
    shown = None if yours is None else torch.rad2deg(yours)
    return curve(
        _RATIOS, torch.rad2deg(_TIES), shown, "‖W₁‖ / ‖W₂‖, the weights 60° apart", "boundary, degrees from W₁"
    )


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
        "That is the bisector, right only for ratio 1: the longer weight takes more than half.": torch.full_like(
            _RATIOS, _APART / 2
        ),
        "That is tan θ: one arctan is missing.": (_RATIOS - math.cos(_APART)) / math.sin(_APART),
        "The ratio is upside down: it is ‖W₁‖/‖W₂‖, and the boundary moves away from the longer weight.": torch.tensor(
            [tie(1 / float(ratio), _APART) for ratio in _RATIOS], dtype=torch.float64
        ),
        "The angle is right, but in degrees; return radians.": torch.rad2deg(_TIES),
    },
    draw=_draw_tie,
    done="At ratio 2 the boundary stands at 60°: on W₂ itself. A class can lose its own direction to a longer weight.",
)

EXERCISES = (COSINES, BOUNDARY, TIE)
