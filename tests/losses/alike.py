"""A loss and the same worked out step by step: alike in value and in gradient."""

import pytest
import torch
from torch import Tensor


def assert_alike(found: Tensor, wanted: Tensor, inputs: tuple[Tensor, ...], rtol: float = 1e-8) -> None:
    """Values within 1e-9, gradients on all inputs within `rtol`; all of it in float64."""
    assert found.item() == pytest.approx(wanted.item(), rel=1e-9, abs=1e-12)  # log P_y is a difference
    for one, other in zip(torch.autograd.grad(found, inputs), torch.autograd.grad(wanted, inputs), strict=True):
        torch.testing.assert_close(one, other, rtol=rtol, atol=1e-10)
