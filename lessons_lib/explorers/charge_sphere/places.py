"""Places of like charges on the unit circle and sphere, as lists [x, y] or [x, y, z], and the best that are known."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from lessons_lib.angles import tammes_angle, tammes_proven, thomson_optimum, uniform_optimum

SURFACES = {"circle": 2, "sphere": 3}
FEWEST, MOST = 2, 24
RANDOM = "random"
_GOLDEN = math.pi * (3 - math.sqrt(5))


def rounded(points: NDArray) -> list[list[float]]:
    """Six digits: a ten-thousandth of a degree."""
    return [[round(float(v), 6) + 0.0 for v in point] for point in points]


def scattered(count: int, size: int, seed: int = 2) -> list[list[float]]:
    """`count` charges thrown at random, every direction equally likely, (count, size); the same for the same seed."""
    points = np.random.default_rng(seed).standard_normal((count, size))
    return rounded(points / np.linalg.norm(points, axis=1, keepdims=True))


def onto(point: Sequence[float], size: int) -> list[float]:
    """A place on the other surface: the circle is the sphere's equator; a pole comes down at [1, 0]."""
    if size == 3:
        return [*point, 0.0]
    length = math.hypot(*point[:2])
    return [round(v / length, 6) for v in point[:2]] if length > 1e-6 else [1.0, 0.0]


def emptiest(points: Sequence[Sequence[float]]) -> list[float]:
    """Where a charge is farthest from all others, to about two degrees."""
    size = len(points[0])
    k = np.arange(1440)
    if size == 2:
        where = np.stack([np.cos(k * math.pi / 720), np.sin(k * math.pi / 720)], axis=1)
    else:
        z = 1 - (2 * k + 1) / len(k)
        r = np.sqrt(1 - z * z)
        where = np.stack([r * np.cos(k * _GOLDEN), r * np.sin(k * _GOLDEN), z], axis=1)
    nearest = np.max(where @ np.transpose(points), axis=1)
    return rounded(where[np.argmin(nearest), None])[0]


def nearest_pair(points: ArrayLike) -> tuple[float, int, int]:
    """The smallest angle between two charges, in radians, and which two they are."""
    points = np.asarray(points, dtype=np.float64)
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    rows, columns = np.triu_indices(len(points), 1)
    at = int(np.argmin(distance[rows, columns]))
    j, k = int(rows[at]), int(columns[at])
    return 2 * math.asin(min(1.0, float(distance[j, k]) / 2)), j, k


def seen(points: ArrayLike, turn: Sequence[float]) -> NDArray:
    """Right, up and towards the viewer, (N, 3), of points on the sphere seen from a turn; on the circle as is."""
    points = np.asarray(points, dtype=np.float64)
    if points.shape[1] == 2:
        return np.column_stack([points, np.zeros(len(points))])
    (x, y, z), (azimuth, height) = points.T, turn
    right = math.cos(azimuth) * y - math.sin(azimuth) * x
    ahead = math.cos(azimuth) * x + math.sin(azimuth) * y
    up, near = (
        math.cos(height) * z - math.sin(height) * ahead,
        math.sin(height) * z + math.cos(height) * ahead,
    )
    return np.stack([right, up, near], axis=1)


def all_optima() -> dict[str, list[list[float]]]:
    """For 2 to 24 charges on either surface: UniformFace's energy and smallest angle, Coulomb's, Tammes' angle, and
    whether that is proven, 1 or 0. Angles are radians.
    """
    return {surface: [_optima(count, size) for count in range(FEWEST, MOST + 1)] for surface, size in SURFACES.items()}


def _optima(count: int, size: int) -> list[float]:
    ours, theirs = uniform_optimum(count, size), thomson_optimum(count, size)
    numbers = [ours.energy, ours.angle, theirs.energy, theirs.angle, tammes_angle(count, size)]
    return [*(round(v, 9) for v in numbers), int(tammes_proven(count, size))]


def trained_sets(trained: Mapping[str, Tensor | ArrayLike] | None) -> list[dict[str, Any]]:
    """Each set of class centres as its name and its points, put on the circle or the sphere."""
    if trained is None:
        return []
    if not isinstance(trained, Mapping):
        raise ValueError(
            f'trained must be a mapping of a name to class centres, like {{"λ = 10": weight}}, got '
            f"{type(trained).__name__}."
        )
    if RANDOM in trained:
        raise ValueError(f"trained must not have the name {RANDOM!r}: it stands for a random start.")
    return [{"name": str(name), "points": _directions(str(name), centers)} for name, centers in trained.items()]


def _directions(name: str, centers: Tensor | ArrayLike) -> list[list[float]]:
    try:
        rows = np.asarray(centers.detach().cpu() if isinstance(centers, Tensor) else centers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"trained[{name!r}] must be numbers, class centres (C, d), got {centers!r:.60}.") from error
    if rows.ndim != 2 or rows.shape[1] not in (2, 3) or not FEWEST <= len(rows) <= MOST:
        raise ValueError(
            f"trained[{name!r}] must be {FEWEST} to {MOST} class centres in 2 or 3 dimensions, (C, d), got shape "
            f"{rows.shape}."
        )
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    for k in np.flatnonzero(~(np.isfinite(length) & (length > 0))[:, 0]):
        raise ValueError(f"trained[{name!r}] must have a direction for every class, got {rows[k].tolist()} for {k}.")
    return rounded(rows / length)
