"""Distances between points of one set: from differences, so that they keep their digits where points meet."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.transforms import differentiated_again, in_function_transform


def distances_within(points: Tensor) -> Tensor:
    """‖p_i − p_j‖ over the pairs i < j of (n, d) or of each set of (C, n, d): (n(n−1)/2,) or (C, n(n−1)/2).

    Points that coincide have no direction to part in: their gradient is 0, and so is their second derivative.
    """
    if in_function_transform():
        return _step_by_step(points)
    return _Distances.apply(points)  # type: ignore[no-untyped-call]


class _Distances(torch.autograd.Function):
    """torch's own distances and their gradient; a second derivative, which torch lacks, goes through all differences.

    Those are as many numbers as pairs times dimensions, so they are made only when a second derivative may follow.
    """

    @staticmethod
    def forward(ctx: Any, points: Tensor) -> Tensor:
        if points.ndim == 2:
            found = F.pdist(points)
        else:
            first, second = _pairs(points)
            every = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
            found = every[..., first, second]
        ctx.save_for_backward(points, found)
        return found

    @staticmethod
    def backward(ctx: Any, on_found: Tensor) -> Tensor:
        points, found = ctx.saved_tensors
        if differentiated_again(on_found):
            return _pull(points, on_found)
        if points.ndim == 2:
            return torch.ops.aten._pdist_backward(on_found.contiguous(), points, 2.0, found)
        on_every, every = (_both_ways(points, values) for values in (on_found, found))
        return torch.ops.aten._cdist_backward(on_every, points, points, 2.0, every)


def _pairs(points: Tensor) -> tuple[Tensor, Tensor]:
    first, second = torch.triu_indices(points.shape[-2], points.shape[-2], 1, device=points.device)
    return first, second


def _both_ways(points: Tensor, of_pairs: Tensor) -> Tensor:
    """(C, n, n) in which a pair's value stands at i, j and at j, i."""
    (first, second), count = _pairs(points), points.shape[-2]
    both = of_pairs.new_zeros(*of_pairs.shape[:-1], count, count)
    both[..., first, second] = of_pairs
    both[..., second, first] = of_pairs
    return both


def _step_by_step(points: Tensor) -> Tensor:
    first, second = _pairs(points)
    away = points[..., first, :] - points[..., second, :]
    meet = (away == 0).all(dim=-1, keepdim=True)
    # Where two meet, a fixed vector stands in: the root's infinite slope must not be asked for, not even times 0.
    return torch.linalg.vector_norm(torch.where(meet, 1.0, away), dim=-1).masked_fill(meet.squeeze(-1), 0.0)


def _pull(points: Tensor, on_found: Tensor) -> Tensor:
    """The gradient (p_i − p_j)/‖p_i − p_j‖ for each pair on its first point, and back on its second."""
    first, second = _pairs(points)
    away = points[..., first, :] - points[..., second, :]
    meet = (away == 0).all(dim=-1, keepdim=True)
    length = torch.linalg.vector_norm(torch.where(meet, 1.0, away), dim=-1, keepdim=True)
    pull = on_found[..., None] * torch.where(meet, 0.0, away / length)
    return torch.zeros_like(points).index_add(-2, first, pull).index_add(-2, second, -pull)
