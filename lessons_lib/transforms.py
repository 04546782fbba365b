"""Whether torch.func, a second derivative or many gradients at once are at work: then plain steps are needed."""

import torch
from torch import Tensor


def in_function_transform() -> bool:
    """Whether torch.func is at work (grad, vmap, jvp …): then gradients written out and steps in place must not be."""
    return not torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active()


def differentiated_again(gradient: Tensor) -> bool:
    """Whether a backward pass that got this gradient may be differentiated itself, or goes through many at once."""
    if torch.compiler.is_compiling():
        return False
    batched = values_of(gradient) is not gradient or torch._C._functorch.is_legacy_batchedtensor(gradient)
    return batched or torch.is_grad_enabled()


def values_of(tensor: Tensor) -> Tensor:
    """The tensor of which torch.func differentiates or batches something, else itself: one whose numbers can be read.

    Batched, it has dimensions that the tensor hides.
    """
    return tensor if torch.compiler.is_compiling() else torch.func.debug_unwrap(tensor)
