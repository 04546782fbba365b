"""Softmax and cross-entropy where the true class answers to a curve of its own."""

from typing import Any, overload

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.angles import full_precision
from lessons_lib.transforms import differentiated_again, in_function_transform


def cross_entropy(scale: float | Tensor, cosines: Tensor, curve: Tensor, labels: Tensor) -> Tensor:
    """Mean of −log P_y, where P is the softmax of s·cos θ_j (N, C), and of s·`curve` (N, 1) for the true class.

    Differentiable in all but the labels, as often as one likes; in the scale where that is a tensor: of one number, or
    of one a sample, (N, 1).
    """
    scale = factor(scale, cosines)
    if in_function_transform() or (isinstance(scale, Tensor) and scale.ndim > 0):
        return F.cross_entropy(scale * cosines.scatter(1, labels[:, None], curve), labels)
    return _CrossEntropy.apply(scale, cosines, curve, labels)[0]  # type: ignore[no-untyped-call]


@overload
def factor(scale: Tensor, cosines: Tensor) -> Tensor: ...
@overload
def factor(scale: float, cosines: Tensor) -> float: ...


def factor(scale: float | Tensor, cosines: Tensor) -> float | Tensor:
    """The scale as what multiplies cosines (N, C): a number, or for a tensor one of their kind, () or (N, 1)."""
    if not isinstance(scale, Tensor):
        return scale
    return (scale.reshape(()) if scale.numel() == 1 and scale.ndim < 2 else scale).to(cosines)


class _CrossEntropy(torch.autograd.Function):
    """Its gradient is (P_j − [j = y])·s, written out because autograd would copy the (N, C) logits at every step.

    What reaches `cosines` is nothing at the true class: there it all goes to `curve`. log P is an output as well, so
    that a second derivative can go through it, back into this very function.
    """

    @staticmethod
    def forward(
        ctx: Any, scale: float | Tensor, cosines: Tensor, curve: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        own = labels[:, None]
        log_p = (scale * cosines).scatter_(1, own, scale * curve).log_softmax(dim=1)
        learnt = isinstance(scale, Tensor) and scale.requires_grad
        ctx.save_for_backward(log_p, own, *((scale, cosines, curve) if learnt else ()))
        ctx.scale = None if learnt else scale
        ctx.set_materialize_grads(False)
        return F.nll_loss(log_p, labels), log_p

    @staticmethod
    def backward(ctx: Any, on_loss: Tensor | None, on_log_p: Tensor | None) -> tuple[Tensor | None, ...]:
        if on_loss is None and on_log_p is None:
            return None, None, None, None
        log_p, own, *learnt = ctx.saved_tensors
        scale = learnt[0] if learnt else ctx.scale
        if on_log_p is not None or differentiated_again(on_loss):  # type: ignore[arg-type]  # not both are None
            on_cosines, on_curve = _step_by_step(log_p, own, scale, on_loss, on_log_p)
        else:
            share = on_loss * (scale / len(own))
            short = log_p.gather(1, own).expm1_()  # P_y − 1, without its cancellation
            on_cosines, on_curve = log_p.exp().mul_(share).scatter_(1, own, 0.0), short.mul_(share)
        on_scale = None
        if learnt:  # s multiplies what it scales, so each gradient says how much s has a share in it
            _, cosines, curve = learnt
            with full_precision(cosines):
                on_scale = (torch.linalg.vecdot(on_cosines, cosines).sum() + (on_curve * curve).sum()) / scale
        return on_scale, on_cosines, on_curve, None


def _step_by_step(
    log_p: Tensor, own: Tensor, scale: float | Tensor, on_loss: Tensor | None, on_log_p: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The gradients on `cosines` and `curve` from that on the mean of −log P_y and that on log P; nothing in place."""
    on_cosines, on_curve = torch.zeros_like(log_p), torch.zeros_like(log_p[:, :1])
    if on_loss is not None:
        share = on_loss * (scale / len(own))
        on_cosines, on_curve = log_p.exp() * share, log_p.gather(1, own).expm1() * share
    if on_log_p is not None:
        on_logits = scale * (on_log_p - log_p.exp() * on_log_p.sum(dim=1, keepdim=True))
        on_cosines, on_curve = on_cosines + on_logits, on_curve + on_logits.gather(1, own)
    return on_cosines.scatter(1, own, 0.0), on_curve
