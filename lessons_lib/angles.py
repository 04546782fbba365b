"""Directions and the angles between them: the ground that everything else stands on.

Angles are radians everywhere; degrees appear only in text and on axes.
"""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def unit_vectors(vectors: Tensor) -> Tensor:
    """Put each row of (..., d) on the unit sphere, differentiably.

    A row of zeros has no direction: it stays zero, and its gradient stays finite (that of a row of length one).
    """
    return vectors / _lengths(vectors)


def cosines_between(vectors: Tensor, directions: Tensor) -> Tensor:
    """cos θ between every row of (N, d) and every row of (C, d), as (N, C)."""
    return _Cosines.apply(vectors, directions, None)[0]


def cosines_and_own(vectors: Tensor, directions: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The same, and beside it each row's cosine with the direction that `labels` (N,) names, (N, 1)."""
    return _Cosines.apply(vectors, directions, labels)


class _Cosines(torch.autograd.Function):
    """cos θ_j = x̂·Ŵ_j with its gradient (Ŵ_j − cos θ_j x̂)/‖x‖ written out, and the same for W_j; no second derivative.

    Autograd would keep a normalised copy of all class weights and walk back through every step of making it, which
    takes long with many classes. A row of zeros counts as of length one.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        x_length, weight_length = _lengths(x), _lengths(weight)
        unit = x / x_length
        cosines = F.linear(unit, weight).div_(weight_length.T)
        ctx.save_for_backward(unit, weight, x_length, weight_length, labels)
        return cosines, None if labels is None else cosines.gather(1, labels[:, None])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, on_cosines: Tensor, on_own: Tensor | None) -> tuple[Tensor, Tensor, None]:
        unit, weight, x_length, weight_length, labels = ctx.saved_tensors
        if labels is not None:
            on_cosines = on_cosines.scatter_add(1, labels[:, None], on_own)
        pull = on_cosines / weight_length.T
        with full_precision(unit):
            on_x, on_weight = pull @ weight, pull.T @ unit
            along_x = torch.linalg.vecdot(on_x, unit)[:, None]  # is taken off: only what turns x is left
            along_weight = torch.linalg.vecdot(on_weight, weight)[:, None] / weight_length / weight_length
        on_x.addcmul_(unit, along_x, value=-1).div_(x_length)
        return on_x, on_weight.addcmul_(weight, along_weight, value=-1), None


def full_precision(tensor: Tensor) -> AbstractContextManager[None]:
    """Keep autocast away: in half precision cosines near 1 are 1.8 degrees apart."""
    device = tensor.device.type
    return torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext()


def _lengths(vectors: Tensor) -> Tensor:
    length = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
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


def widest_spread(count: int, size: int) -> float:
    """The smallest angle between `count` directions in `size` dimensions at their very best, in radians.

    Exact on the circle (2π/count) and where a simplex fits (size ≥ count − 1: arccos(−1/(count − 1))); in between an
    upper bound, Rankin's: of more than size + 1 directions two stand at 90 degrees or closer.
    """
    if size >= count - 1:
        return math.acos(-1 / (count - 1))
    return 2 * math.pi / count if size == 2 else math.pi / 2
