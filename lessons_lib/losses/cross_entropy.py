"""Softmax and cross-entropy where the true class answers to a curve of its own."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def cross_entropy(scale: float, cosines: Tensor, curve: Tensor, labels: Tensor) -> Tensor:
    """Mean of −log P_y, where P is the softmax of s·cos θ_j (N, C), and of s·`curve` (N, 1) for the true class."""
    return _CrossEntropy.apply(scale, cosines, curve, labels)


class _CrossEntropy(torch.autograd.Function):
    """Its gradient is (P_j − [j = y])·s, written out because autograd would copy the (N, C) logits at every step.

    What reaches `cosines` is nothing at the true class: there it all goes to `curve`. No second derivative.
    """

    @staticmethod
    def forward(ctx: Any, scale: float, cosines: Tensor, curve: Tensor, labels: Tensor) -> Tensor:
        own = labels[:, None]
        log_p = (scale * cosines).scatter_(1, own, scale * curve).log_softmax(dim=1)
        ctx.save_for_backward(log_p, own)
        ctx.scale = scale
        return F.nll_loss(log_p, labels)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, on_loss: Tensor) -> tuple[None, Tensor, Tensor, None]:
        log_p, own = ctx.saved_tensors
        share = on_loss * (ctx.scale / len(own))
        short = log_p.gather(1, own).expm1_()  # P_y − 1, without its cancellation
        return None, log_p.exp().mul_(share).scatter_(1, own, 0.0), short.mul_(share), None
