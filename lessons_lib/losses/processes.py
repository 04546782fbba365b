"""What a loss learns from a batch when several processes of torch.distributed share it; alone, all of it is its own."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def of_all_processes(rows: Tensor) -> Tensor:
    """The rows (n, k) that all processes have, joined; n may differ between them."""
    if not _shared():
        return rows
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, rows.cpu())
    return torch.cat(found).to(rows.device)


def summed_over_processes(values: Tensor) -> Tensor:
    """The sum of what all processes have, in the same place."""
    if _shared():
        dist.all_reduce(values)
    return values


def summed_with_own_gradient(values: Tensor) -> Tensor:
    """The same, differentiable in the own share, and so many times as there are processes: they average gradients."""
    if not _shared():
        return values
    total = summed_over_processes(values.detach().clone())
    return total + dist.get_world_size() * (values - values.detach())


def _shared() -> bool:
    return dist.is_available() and dist.is_initialized()
