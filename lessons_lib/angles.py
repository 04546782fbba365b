"""Directions and the angles between them: the ground that everything else stands on.

Angles are radians everywhere; degrees appear only in text and on axes.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.transforms import differentiated_again, in_function_transform


def unit_vectors(vectors: Tensor) -> Tensor:
    """Put each row of (..., d) on the unit sphere, differentiably.

    A row of zeros has no direction: it stays zero, and its gradient stays finite (that of a row of length one).
    """
    return vectors / _lengths(vectors)


def cosines_between(vectors: Tensor, directions: Tensor) -> Tensor:
    """cos θ between every row of (N, d) and every row of (C, d), as (N, C)."""
    if in_function_transform():
        return _cosines_step_by_step(vectors, directions)
    return _Cosines.apply(vectors, directions, None)[0]


def cosines_and_own(vectors: Tensor, directions: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The same, and beside it each row's cosine with the direction that `labels` (N,) names, (N, 1)."""
    if in_function_transform():
        cosines = _cosines_step_by_step(vectors, directions)
        return cosines, cosines.gather(1, labels[:, None])
    return _Cosines.apply(vectors, directions, labels)


class _Cosines(torch.autograd.Function):
    """cos θ_j = x̂·Ŵ_j with its gradient (Ŵ_j − cos θ_j x̂)/‖x‖ written out, and the same for W_j.

    Autograd would keep a normalised copy of all class weights and walk back through every step of making it, which
    takes long with many classes. It does so only for a second derivative. A row of zeros counts as of length one.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        x_length, weight_length = _lengths(x), _lengths(weight)
        unit = x / x_length
        cosines = F.linear(unit, weight).div_(weight_length.T)
        ctx.save_for_backward(x, unit, weight, x_length, weight_length, labels)
        return cosines, None if labels is None else cosines.gather(1, labels[:, None])

    @staticmethod
    def backward(ctx: Any, on_cosines: Tensor, on_own: Tensor | None) -> tuple[Tensor, Tensor, None]:
        x, unit, weight, x_length, weight_length, labels = ctx.saved_tensors
        if labels is not None:
            on_cosines = on_cosines.scatter_add(1, labels[:, None], on_own)
        again = differentiated_again(on_cosines)
        with full_precision(unit):
            if again:  # of x and the weights, so that the steps from them are in the graph
                x_length, weight_length = _lengths(x), _lengths(weight)
                unit = x / x_length
            pull = on_cosines / weight_length.T
            on_x, on_weight = pull @ weight, pull.T @ unit
            along_x = torch.linalg.vecdot(on_x, unit)[:, None]  # is taken off: only what turns x is left
            along_weight = torch.linalg.vecdot(on_weight, weight)[:, None] / weight_length / weight_length
            if again:
                return (on_x - unit * along_x) / x_length, on_weight - weight * along_weight, None
        on_x.addcmul_(unit, along_x, value=-1).div_(x_length)
        return on_x, on_weight.addcmul_(weight, along_weight, value=-1), None


def _cosines_step_by_step(vectors: Tensor, directions: Tensor) -> Tensor:
    return unit_vectors(vectors) @ unit_vectors(directions).T


def full_precision(tensor: Tensor) -> AbstractContextManager[None]:
    """Keep autocast away: in half precision cosines near 1 are 1.8 degrees apart."""
    device = tensor.device.type
    return torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext()


def lengths(vectors: Tensor) -> Tensor:
    """‖v‖ of each row of (..., d), as (..., 1). Of a row of zeros 0, its gradient 0, its second derivative finite."""
    if not ((torch.is_grad_enabled() and vectors.requires_grad) or in_function_transform()):
        return torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    nothing = torch.linalg.vector_norm(vectors.detach(), dim=-1, keepdim=True) == 0
    # There the norm's slope must not be asked for, not even times 0.
    stand_in = torch.where(nothing, 1.0, vectors)
    return torch.linalg.vector_norm(stand_in, dim=-1, keepdim=True).masked_fill(nothing, 0.0)


def _lengths(vectors: Tensor) -> Tensor:
    length = lengths(vectors)
    return length + (length == 0)


def safe_angle(cosine: Tensor) -> Tensor:
    """arccos in radians, finite in value and gradient also at cos θ = ±1.

    d arccos(c)/dc = −1/√(1−c²) is infinite there, so the cosine is kept one rounding step away. It must be float32 or
    wider: in half precision that step is 1.8 degrees.
    """
    step = torch.finfo(cosine.dtype).eps
    return torch.acos(cosine.clamp(-1 + step, 1 - step))


def circle_points(count: int, start: float = 0.0, dtype: torch.dtype = torch.float32) -> Tensor:
    """`count` directions evenly spread over the circle, (count, 2); the first stands at `start` radians."""
    turn = start + torch.arange(count, dtype=dtype) * (2 * math.pi / count)
    return torch.stack([turn.cos(), turn.sin()], dim=1)


def spread_points(count: int, size: int) -> Tensor:
    """`count` unit vectors in `size` dimensions that keep out of each other's way, (count, size).

    Evenly spaced on the circle; elsewhere like charges relaxed from a fixed random start, near the optimum.
    """
    if size == 2:
        return circle_points(count)
    start = torch.Generator().manual_seed(0)
    points = torch.randn(count, size, generator=start, dtype=torch.float64)
    for _ in range(400):
        points = unit_vectors(points)
        apart = points[:, None] - points[None]
        distance = torch.linalg.vector_norm(apart, dim=-1, keepdim=True).clamp(min=1e-9)
        points = points + (apart / distance**3).mean(dim=1)
    return unit_vectors(points).float()


def simplex_angle(count: int) -> float:
    """The angle between any two of `count` directions that all stand equally far apart, arccos(−1/(count − 1)).

    In radians. It needs at least count − 1 dimensions; no other arrangement has so wide a smallest angle. Raises
    ValueError for fewer than two directions.
    """
    if count < 2:
        raise ValueError(f"count must be at least 2, as one direction has no other to stand apart from, got {count}.")
    return math.acos(-1 / (count - 1))


class Ceiling(NamedTuple):
    """The largest margin that every class can still meet, in radians and in units of cosine; a bound if not `exact`."""

    angle: float
    cosine: float
    exact: bool


def margin_ceiling(count: int, size: int) -> Ceiling:
    """The widest smallest angle of `count` directions in `size` dimensions; a class weight's own features need no more.

    Exact on the circle, where a simplex fits (size ≥ count − 1), and on the sphere up to 14 directions and for 24.
    Otherwise `exact` is False and the angle an upper bound: Fejes Tóth's on the sphere, elsewhere Rankin's, by which of
    more than size + 1 directions two stand at 90 degrees or closer. Raises ValueError for fewer than two of either.
    """
    _check_counts(count, size)
    exact = _even(count, size) or (size == 3 and _proven(count))
    if exact:
        angle = tammes_angle(count, size)
    elif size == 3:
        angle = 2 * math.asin(math.sqrt(4 - 1 / math.sin(math.pi * count / (6 * count - 12)) ** 2) / 2)
    else:
        angle = math.pi / 2
    return Ceiling(angle, 1 - math.cos(angle), exact)


class Optimum(NamedTuple):
    """The arrangement of least energy: that energy, and the smallest angle between two of its points in radians."""

    energy: float
    angle: float


def tammes_angle(count: int, size: int) -> float:
    """The widest smallest angle between `count` directions (Tammes' problem), in radians; the best known if not proven.

    This and the two that follow know the circle, the sphere up to 24 directions, and every size where a simplex fits;
    ValueError elsewhere.
    """
    if _on_sphere(count, size):
        return math.radians(_SPHERE[count][0])
    return _even_angle(count, size)


def tammes_proven(count: int, size: int) -> bool:
    """Whether `tammes_angle` is proven to be the widest: on the sphere it is up to 14 directions, and for 24."""
    return not _on_sphere(count, size) or _proven(count)


def thomson_optimum(count: int, size: int) -> Optimum:
    """The least energy of `count` like charges under Coulomb's law (Thomson's problem): the sum over pairs of 1/d."""
    if _on_sphere(count, size):
        return Optimum(_SPHERE[count][1], math.radians(_SPHERE[count][2]))
    pairs = count * (count - 1) / 2
    return Optimum(pairs * _mean_over_even_chords(count, size, lambda d: 1 / d), _even_angle(count, size))


def uniform_optimum(count: int, size: int) -> Optimum:
    """The least energy of `count` like charges under UniformFace's law: the mean over pairs of 1/(1 + d)."""
    if _on_sphere(count, size):
        return Optimum(_SPHERE[count][3], math.radians(_SPHERE[count][4]))
    return Optimum(_mean_over_even_chords(count, size, lambda d: 1 / (1 + d)), _even_angle(count, size))


def _even(count: int, size: int) -> bool:
    """Whether these directions can be spread so evenly that a formula has their angles: on the circle, as a simplex."""
    return size == 2 or size >= count - 1


def _proven(count: int) -> bool:
    return count <= 14 or count == 24


def _on_sphere(count: int, size: int) -> bool:
    """Whether the table below holds these directions; ValueError where neither it nor a formula does."""
    _check_counts(count, size)
    if not _even(count, size) and (size != 3 or count not in _SPHERE):
        raise ValueError(
            f"The best arrangement of {count} directions in {size} dimensions is not known here: use the circle "
            "(size 2), the sphere (size 3) with at most 24, or at least count − 1 dimensions."
        )
    return not _even(count, size)


def _check_counts(count: int, size: int) -> None:
    if count < 2 or size < 2:
        raise ValueError(f"count and size must be at least 2, got count={count} and size={size}.")


def _even_angle(count: int, size: int) -> float:
    return 2 * math.pi / count if size == 2 else simplex_angle(count)


def _mean_over_even_chords(count: int, size: int, law: Callable[[float], float]) -> float:
    """Mean over pairs of evenly spread directions, which is best for every law that falls ever more slowly."""
    turns = [2 * math.pi * k / count for k in range(1, count)] if size == 2 else [simplex_angle(count)]
    return sum(law(2 * math.sin(turn / 2)) for turn in turns) / len(turns)


# On the sphere, by the number of points: Tammes' angle; Thomson's energy and the smallest angle of that arrangement;
# UniformFace's energy and smallest angle. Angles in degrees. Tammes' are proven up to 14 and for 24 (Fejes Tóth 1943,
# Schütte and van der Waerden 1951, Danzer 1963, Musin and Tarasov 2012 and 2015, Robinson 1961); all others are the
# best that is known, found again from hundreds of random starts.
_SPHERE = {
    5: (90.000000, 6.474691495, 90.00000, 0.391669092, 90.00000),
    6: (90.000000, 9.985281374, 90.00000, 0.398037517, 90.00000),
    7: (77.869542, 14.452977414, 72.00000, 0.404599966, 72.00000),
    8: (74.858492, 19.675287861, 71.69415, 0.408884436, 71.37976),
    9: (70.528779, 25.759986531, 69.18975, 0.412491272, 69.16798),
    10: (66.146822, 32.716949460, 64.99563, 0.415523926, 65.15352),
    11: (63.434949, 40.596450508, 58.53956, 0.418252813, 58.02175),
    12: (63.434949, 49.165253058, 63.43495, 0.420143527, 63.43495),
    13: (57.136703, 58.853230612, 52.31692, 0.422266804, 52.39236),
    14: (55.670570, 69.306363297, 52.86609, 0.423913429, 52.71552),
    15: (53.657850, 80.670244114, 49.22487, 0.425400689, 48.91541),
    16: (52.244396, 92.911655303, 48.93622, 0.426706778, 49.06757),
    17: (51.090329, 106.050404829, 50.10807, 0.427879712, 49.99721),
    18: (49.556655, 120.084467447, 47.53442, 0.428934507, 47.51602),
    19: (47.691914, 135.089467557, 44.90970, 0.429938520, 44.43322),
    20: (47.431036, 150.881568334, 46.09331, 0.430785378, 45.56171),
    21: (45.613223, 167.641622399, 44.32050, 0.431592071, 44.30806),
    22: (44.740161, 185.287536149, 43.30201, 0.432323662, 43.10730),
    23: (43.709964, 203.930190663, 41.48111, 0.433030909, 41.40575),
    24: (43.690767, 223.347074052, 42.06530, 0.433638360, 41.87665),
}
