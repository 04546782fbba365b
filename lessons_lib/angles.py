"""Directions and the angles between them: the ground that everything else stands on.

Angles are radians everywhere; degrees appear only in text and on axes.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def unit_vectors(vectors: Tensor) -> Tensor:
    """Put each row of (..., d) on the unit sphere, differentiably.

    A row of zeros has no direction: it stays zero, and its gradient stays finite (that of a row of length one).
    """
    length = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return vectors / torch.where(length > 0, length, 1.0)


def cosines_between(vectors: Tensor, directions: Tensor) -> Tensor:
    """cos θ between every row of (N, d) and every row of (C, d), as (N, C)."""
    return F.linear(unit_vectors(vectors), unit_vectors(directions))


def safe_angle(cosine: Tensor) -> Tensor:
    """arccos in radians, finite in value and gradient also at cos θ = ±1.

    d arccos(c)/dc = −1/√(1−c²) is infinite there, so the cosine is kept one rounding step away. It must be float32 or
    wider: in half precision that step is 1.8 degrees.
    """
    step = torch.finfo(cosine.dtype).eps
    return torch.acos(cosine.clamp(-1 + step, 1 - step))


def circle_points(count: int, start: float = 0.0) -> Tensor:
    """`count` directions evenly spread over the circle, (count, 2); the first stands at `start` radians."""
    turn = start + torch.arange(count) * (2 * math.pi / count)
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


def widest_spread(count: int, size: int) -> float:
    """The smallest angle between `count` directions in `size` dimensions at their very best, in radians.

    Exact on the circle (2π/count) and where a simplex fits (size ≥ count − 1: arccos(−1/(count − 1))); in between an
    upper bound, Rankin's: of more than size + 1 directions two stand at 90 degrees or closer.
    """
    if size >= count - 1:
        return math.acos(-1 / (count - 1))
    return 2 * math.pi / count if size == 2 else math.pi / 2
