"""Losses that move with each batch, and activation checkpointing, which runs a forward pass a second time."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from lessons_lib.transforms import in_function_transform

MOST = 64  # passes that may wait for their backward pass


@dataclass
class _Pass:
    labels: Tensor
    sums: Tensor
    found: Tensor
    met: bool = False


_passes: WeakKeyDictionary[nn.Module, deque[_Pass]] = WeakKeyDictionary()


def moved_once(loss: nn.Module, embeddings: Tensor, labels: Tensor, move: Callable[[], Tensor]) -> Tensor:
    """What `move` gives; and where this very pass is run again, what it gave then, and nothing moves.

    A forward pass inside a backward pass is one that torch.utils.checkpoint runs again. Passes that it may run again
    are remembered, the last 64 of them, and known again by labels and embeddings. Raises RuntimeError for one that is
    not, and inside torch.func, whose functions may change nothing.
    """
    if torch.compiler.is_compiling():
        return move()
    if in_function_transform():
        raise RuntimeError(
            f"{type(loss).__name__} moves with each batch in training mode, which torch.func does not allow: "
            "call eval() on it first."
        )
    if run_again():
        return _found_before(loss, embeddings, labels)
    found = move()
    if _may_be_run_again():
        sums = embeddings.detach().sum(dim=1)
        _passes.setdefault(loss, deque(maxlen=MOST)).append(_Pass(labels.clone(), sums, found.detach().clone()))
    return found


def run_again() -> bool:
    """Whether this forward pass is one that activation checkpointing runs again, during the backward pass."""
    return not torch.compiler.is_compiling() and torch._C._current_graph_task_id() != -1


def _may_be_run_again() -> bool:
    """Checkpointing runs the first pass without gradients, or with hooks in place of what autograd saves."""
    return not torch.is_grad_enabled() or torch._C._autograd._top_saved_tensors_default_hooks(False) is not None


def _found_before(loss: nn.Module, embeddings: Tensor, labels: Tensor) -> Tensor:
    sums = embeddings.detach().sum(dim=1)
    alike = [one for one in _passes.get(loss, ()) if torch.equal(one.labels, labels) and _near(one.sums, sums)]
    waiting = [one for one in alike if not one.met] or alike[-1:]  # met before: a second backward pass of one graph
    nearest = min((float((one.sums - sums).abs().max()) for one in waiting), default=0.0)
    chosen = [one for one in waiting if float((one.sums - sums).abs().max()) == nearest]
    if not chosen or any(not torch.equal(one.found, chosen[0].found) for one in chosen):
        raise RuntimeError(
            f"{type(loss).__name__} moves with each batch and cannot tell which pass is being run again: "
            "call it outside of activation checkpointing."
        )
    chosen[0].met = True
    return chosen[0].found


def _near(one: Tensor, other: Tensor) -> bool:
    """Whether two passes had the same embeddings, up to what an accelerator's rounding adds when it runs again."""
    return one.shape == other.shape and bool((one - other).abs().max() <= 1e-3 * (1 + other.abs().max()))
