"""Exercises of lesson 07: the energy of unequal charges, their push, and the angles where all stand alike."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import AUTOGRAD, Without, call, numbers, one_for_each
from lessons_lib.exercises.drawing import curve, dots, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

_OPENINGS = torch.linspace(math.radians(4), math.radians(176), 23, dtype=torch.float64)
_LENGTHS = 0.5 + torch.arange(10, dtype=torch.float64)[:, None] % 4


def _opened(by: float) -> list[Tensor]:
    """Ten points on an arc this long, a first one with three around it this far away in 3-D, and two this far apart."""
    along, around = torch.linspace(0, by, 10, dtype=torch.float64), torch.arange(3).double() * 2 * math.pi / 3
    arc = torch.stack([along.cos(), along.sin()], dim=1)
    ring = math.sin(by) * torch.stack([around.cos(), around.sin()], dim=1)
    four = torch.cat([torch.tensor([[1.0, 0, 0]]), F.pad(ring, (1, 0), value=math.cos(by))])
    return [points * _LENGTHS[: len(points)] for points in (arc, four, arc[[0, -1]])]


_CHARGES = torch.tensor([3.0, 1, 2, 1, 4, 1, 2, 5, 1, 2], dtype=torch.float64)


def energy(points: Tensor, charges: Tensor) -> Tensor:
    x, weighed = F.normalize(points), torch.outer(charges, charges).triu(diagonal=1)
    return (weighed / (1 + torch.cdist(x, x))).sum() / weighed.sum()


def _for_each_opening(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every opening of ten, four and two points, (23, 3)."""
    heaps = [(points, _CHARGES[: len(points)]) for by in _OPENINGS.tolist() for points in _opened(by)]
    return numbers([call(function, *heap) for heap in heaps], 3)


def _draw_energy(yours: Tensor | None) -> Picture:
    picture = curve(_OPENINGS.rad2deg(), _ENERGY, yours, "opened by, degrees", "energy")
    names = ("ten on an arc", "four in 3-D", "two")
    for words, end, rise in zip(names, _ENERGY[-1].tolist(), (5, -7, 0), strict=True):
        name(picture, words, (176, end), (9, rise))
    return picture


def _of_each_pair(value: Any, together: Any = torch.mul) -> Tensor:
    """The weighed mean of this of the distance, with this for the two charges together."""

    def mistaken(points: Tensor, charges: Tensor) -> Tensor:
        first, second = torch.combinations(charges).T
        weight = together(first, second)
        return (weight * value(F.pdist(F.normalize(points)))).sum() / weight.sum()

    return _for_each_opening(mistaken)


def _of_table(combined: Any) -> Tensor:
    """This of the table of 1/(1 + d), each point with itself on the diagonal, and the table of charges' products."""

    def mistaken(points: Tensor, charges: Tensor) -> Tensor:
        x = F.normalize(points)
        return combined(1 / (1 + torch.cdist(x, x)), torch.outer(charges, charges))

    return _for_each_opening(mistaken)


def _one_over_1_and(d: Tensor) -> Tensor:
    return 1 / (1 + d)


def _pairs(table: Tensor) -> Tensor:
    """The same without its diagonal."""
    return table - torch.diag(table.diagonal())


def _as_they_are(points: Tensor, charges: Tensor) -> Tensor:
    """The energy of points that nobody puts on the sphere."""
    weight = torch.combinations(charges).prod(dim=1)
    return (weight / (1 + F.pdist(points))).sum() / weight.sum()


_ENERGY = _for_each_opening(energy)

ENERGY = Exercise(
    number="7.1",
    stub="def energy(points, charges):\n    ...",
    hints=(
        "F.normalize(points) puts each row on the unit sphere; torch.cdist(x, x) has the distances of all from all.",
        "torch.outer(charges, charges) weighs them. Leave out the diagonal, and divide by the sum of the weights.",
    ),
    solution=energy,
    evaluate=_for_each_opening,
    target=_ENERGY,
    slips={
        "charges has no say in yours: that is E, where all are alike.": _of_each_pair(
            _one_over_1_and, lambda q, r: torch.ones_like(q)
        ),
        "The points are on their own lengths in yours: put them on the unit sphere first.": _for_each_opening(
            lambda points, q: _as_they_are(points, q)
        ),
        "You normalised the columns: a point is a row, so F.normalize(points, dim=1).": _for_each_opening(
            lambda points, q: _as_they_are(F.normalize(points, dim=0), q)
        ),
        "The distance is squared in yours; take it as it is.": _of_each_pair(lambda d: 1 / (1 + d**2)),
        "That is Coulomb's 1/d, endless where two meet: the 1 + is missing.": _of_each_pair(lambda d: 1 / d),
        "Brackets are missing: 1 / 1 + d divides by 1 and then adds d, so write 1 / (1 + d).": _of_each_pair(
            lambda d: 1 + d
        ),
        "That is the angle of each pair: d is the straight distance, through the sphere.": _of_each_pair(
            lambda d: 1 / (1 + 2 * torch.asin(d.clamp(max=2) / 2))
        ),
        "That is the cosine of each pair: d is the distance.": _of_each_pair(lambda d: 1 / (2 - d**2 / 2)),
        "The charges of a pair are added in yours: a pair counts their product.": _of_each_pair(
            _one_over_1_and, torch.add
        ),
        "A pair counts the root of the product in yours: take q_j·q_k as it is.": _of_each_pair(
            _one_over_1_and, lambda q, r: (q * r).sqrt()
        ),
        "A pair counts one of its two charges in yours: it counts their product.": _of_table(
            lambda table, q: (_pairs(table) * q.diagonal().sqrt()).sum() / (len(q) - 1) / q.diagonal().sqrt().sum()
        ),
        "A pair counts one of its two charges in yours, squared: it counts their product.": _of_table(
            lambda table, q: (_pairs(table) * q.diagonal()).sum() / (len(q) - 1) / q.diagonal().sum()
        ),
        "That is the weighed sum over the pairs: divide by the sum of the weights.": _of_table(
            lambda table, q: (table * q).triu(1).sum()
        ),
        "That is the weighed sum over the pairs, each counted twice: divide by the sum of the weights.": _of_table(
            lambda table, q: _pairs(table * q).sum()
        ),
        "You divided by the number of pairs: divide by the sum of their weights, or larger charges mean more energy.": (
            _of_table(lambda table, q: _pairs(table * q).sum() / (len(q) * (len(q) - 1)))
        ),
        "You divided by N²: divide by the sum of the weights.": _of_table(
            lambda table, q: _pairs(table * q).sum() / len(q) ** 2
        ),
        "You divided by the sum of the charges: divide by the sum of the weights, which are products.": _of_table(
            lambda table, q: (table * q).triu(1).sum() / q.diagonal().sqrt().sum()
        ),
        "Each pair is in the sum once and in the divisor twice: that is half of it.": _ENERGY / 2,
        "Each pair is in the sum twice and in the divisor once: that is twice of it.": 2 * _ENERGY,
        "Each point is paired with itself as well, d = 0: leave these pairs out.": _of_table(
            lambda table, q: (table * q).sum() / q.sum()
        ),
        "Each point is paired with itself as well, d = 0: triu(diagonal=1) leaves these pairs out.": _of_table(
            lambda table, q: (table * q).triu().sum() / q.triu().sum()
        ),
        "Each point is paired with itself in the sum, but not in the divisor: triu(diagonal=1) leaves these pairs "
        "out.": _of_table(lambda table, q: (table * q).triu().sum() / q.triu(1).sum()),
        "Each point is paired with itself in the sum, but not in the divisor: leave these pairs out.": _of_table(
            lambda table, q: (table * q).sum() / _pairs(q).sum()
        ),
        "Each point is paired with itself in the divisor, but not in the sum: leave these pairs out.": _of_table(
            lambda table, q: _pairs(table * q).sum() / q.sum()
        ),
    },
    draw=_draw_energy,
    done="At 0°, where all points meet, it is 1 for any charges, and not endless. Two are best off at 180°, whatever "
    "their charges.",
)

_ANGLES = torch.linspace(math.radians(1), math.pi, 90, dtype=torch.float64)


def push(angle: Tensor) -> Tensor:
    return torch.cos(angle / 2) / (1 + 2 * torch.sin(angle / 2)) ** 2


def _at_each_angle(function: Any) -> Tensor:
    with Without(AUTOGRAD, "That is autograd: derive the formula yourself, with the chain rule."):
        return one_for_each(call(function, _ANGLES), len(_ANGLES), "angles")


def _draw_push(yours: Tensor | None) -> Picture:
    picture = curve(_ANGLES.rad2deg(), _PUSH, yours, "angle between the two, degrees", "push along the circle")
    picture.axes[0].plot(_ANGLES.rad2deg(), _COULOMB, color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "Coulomb's, 1/d", (50, 1.27))
    return picture


_HALF, _D = _ANGLES / 2, 2 * torch.sin(_ANGLES / 2)
_PUSH, _COULOMB = push(_ANGLES), torch.cos(_HALF) / _D**2

PUSH = Exercise(
    number="7.2",
    stub="def push(angle):\n    ...",
    hints=(
        "The chain rule: minus the derivative of 1/(1 + d) by d, times the derivative of d by the angle.",
        "The first is 1/(1 + d)²; d = 2 sin(angle/2) has the derivative cos(angle/2), with torch.sin and torch.cos.",
    ),
    solution=push,
    evaluate=_at_each_angle,
    target=_PUSH,
    slips={
        "That is the push along the chord: only cos(angle/2) of it goes along the circle.": 1 / (1 + _D) ** 2,
        "The sign is turned: the force is minus the derivative, and like charges push apart.": -_PUSH,
        "That is Coulomb's, the derivative of 1/d: the 1 + is missing.": _COULOMB,
        "The angle stands for the distance in yours: d is 2 sin(angle/2).": 1 / (1 + _ANGLES) ** 2,
        "The angle stands for d in the denominator: d is 2 sin(angle/2).": torch.cos(_HALF) / (1 + _ANGLES) ** 2,
        "That is twice the push: the angle/2 inside the sine gives a factor ½.": 2 * _PUSH,
        "That is half of the push: the 2 before the sine stays, and cancels the ½ from angle/2.": _PUSH / 2,
        "d is 2 sin(angle/2): the 2 is missing in the denominator.": torch.cos(_HALF) / (1 + _D / 2) ** 2,
        "That is the energy, 1/(1 + d): take its derivative.": 1 / (1 + _D),
        "The square is missing: the derivative of 1/(1 + d) has (1 + d)² below.": torch.cos(_HALF) / (1 + _D),
        "That is the derivative of 1/(1 + d) by d, with its minus: the force is minus that, times the derivative of d "
        "by the angle.": -1 / (1 + _D) ** 2,
        "The square takes all of 1 + d, not the sine alone.": torch.cos(_HALF) / (1 + 2 * torch.sin(_HALF) ** 2),
        "The square takes all of 1 + d, not d alone.": torch.cos(_HALF) / (1 + _D**2),
        "The cosine takes half of the angle: cos(angle/2).": torch.cos(_ANGLES) / (1 + _D) ** 2,
        "The sine takes half of the angle: d is 2 sin(angle/2).": (
            torch.cos(_HALF) / (1 + 2 * torch.sin(_ANGLES)) ** 2
        ),
        "The derivative of the sine is the cosine: cos(angle/2) belongs on top.": torch.sin(_HALF) / (1 + _D) ** 2,
        "That is Coulomb's with its sign turned: like charges push apart, and the 1 + is missing.": -_COULOMB,
        "That is the derivative of d by the angle: times that of 1/(1 + d) by d, without its minus.": torch.cos(_HALF),
        "That is d, the distance.": _D,
        "You turned the angle into degrees; torch.sin and torch.cos want radians.": push(_ANGLES.rad2deg()),
        "angle is in radians already: nothing is to be converted.": push(_ANGLES.deg2rad()),
    },
    draw=_draw_push,
    done="Nearly 1 where the two meet, where Coulomb's has no end; 0.12 at 90°; none at 180°, where the push goes "
    "straight out of the circle.",
)

_COUNTS = torch.arange(2, 13)


def simplex_cosine(count: int) -> float:
    return -1 / (count - 1)


def _for_each_count(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, for every number of directions, (11,)."""
    return numbers([call(function, count) for count in _COUNTS.tolist()], 1).flatten()


def _draw_simplex(yours: Tensor | None) -> Picture:
    picture = curve(_COUNTS, _SIMPLEX, yours, "number of directions", "cosine between any two")
    dots(picture, _COUNTS, _SIMPLEX, yours)
    return picture


_K, _SIMPLEX = _COUNTS.double(), _for_each_count(simplex_cosine)

SIMPLEX = Exercise(
    number="7.3",
    stub="def simplex_cosine(count):\n    ...",
    hints=(
        "The sum of all is zero, and so is its product with any one of them. Which cosines does that product add up?",
        "One is the direction with itself, 1; count − 1 are the cosine looked for. Together they are 0.",
    ),
    solution=simplex_cosine,
    evaluate=_for_each_count,
    target=_SIMPLEX,
    slips={
        "The sign is turned: they stand more than 90° apart, so the cosine is negative.": -_SIMPLEX,
        "Each has count − 1 others: divide by that.": -1 / _K,
        "Each has count − 1 others, and with all of them it adds up to 0, so the cosine is negative.": 1 / _K,
        "Brackets are missing: / count - 1 takes 1 off afterwards, so write / (count - 1).": -1 / _K - 1,
        "It is count − 1, one fewer, not one more.": -1 / (_K + 1),
        "That is the angle in radians: return its cosine.": torch.acos(_SIMPLEX),
        "That is the angle in degrees: return its cosine.": torch.acos(_SIMPLEX).rad2deg(),
        "That is the distance between two of them: return the cosine.": torch.sqrt(2 - 2 * _SIMPLEX),
        "That is for neighbours on a circle: any two are to be equally far apart, which needs more dimensions.": (
            torch.cos(2 * math.pi / _K)
        ),
        "At 90° the sum would not be zero: turn each a little further from the others.": torch.zeros_like(_K),
        "At −1 they would all stand opposite each other, which only two can.": -torch.ones_like(_K),
    },
    draw=_draw_simplex,
    done="Two stand 180° apart, three 120°, four 109.5°, ten 96.4° and a thousand 90.06°: with many classes, the best "
    "there is is hardly more than a right angle.",
)

EXERCISES = (ENERGY, PUSH, SIMPLEX)
