"""Refuse with one sentence what would fail obscurely, or silently, further down. All raise ValueError."""

import math
from typing import Protocol

import torch
from torch import Tensor


class Sized(Protocol):
    """A loss that knows its sizes."""

    num_classes: int
    embedding_size: int


def check_count(name: str, count: int, fewest: int, loss: str) -> None:
    """A size must be a whole number."""
    if isinstance(count, bool) or not isinstance(count, int) or count < fewest:
        raise ValueError(f"{name} must be a whole number of at least {fewest} for {loss}, got {count!r}.")


def check_embeddings(loss: Sized, embeddings: Tensor) -> None:
    """Shape, dtype, and while not compiling the values: all finite."""
    if embeddings.ndim != 2 or embeddings.shape[1] != loss.embedding_size:
        raise ValueError(f"embeddings must have shape (N, {loss.embedding_size}), got {tuple(embeddings.shape)}.")
    if not embeddings.is_floating_point():
        raise ValueError(f"embeddings must be floating point numbers, got {embeddings.dtype}.")
    if torch.compiler.is_compiling() or math.isfinite(embeddings.detach().sum()):  # quicker than asking each
        return
    if not embeddings.isfinite().all():
        bad = int((~embeddings.isfinite()).any(dim=1).sum())
        raise ValueError(f"embeddings must be finite, got NaN or infinity in {bad} of {len(embeddings)} rows.")


def check_batch(loss: Sized, embeddings: Tensor, labels: Tensor) -> None:
    """The same for a batch: one int64 class number for each embedding, and at least one of them."""
    check_embeddings(loss, embeddings)
    if len(embeddings) == 0:
        raise ValueError("embeddings must hold at least one row, got an empty batch.")
    if labels.shape != embeddings.shape[:1]:
        raise ValueError(
            f"labels must have shape ({len(embeddings)},), one for each embedding, got {tuple(labels.shape)}."
        )
    if labels.dtype != torch.int64:
        raise ValueError(f"labels must be int64 class numbers, got {labels.dtype}; use labels.long().")
    if torch.compiler.is_compiling():
        return
    least, most = (int(label) for label in labels.aminmax())
    if least < 0 or most >= loss.num_classes:
        raise ValueError(f"labels must lie in 0..{loss.num_classes - 1}, got {least}..{most}.")


def check_weight(name: str, weight: Tensor) -> None:
    """Class weights or other points, (C, d): at least two of them, and while not compiling all finite."""
    if weight.ndim != 2 or len(weight) < 2:
        raise ValueError(f"{name} must have shape (C, d) with C at least 2, got {tuple(weight.shape)}.")
    if not weight.is_floating_point():
        raise ValueError(f"{name} must be floating point numbers, got {weight.dtype}.")
    if not torch.compiler.is_compiling() and not weight.isfinite().all():
        bad = int((~weight.isfinite()).any(dim=1).sum())
        raise ValueError(f"{name} must be finite, got NaN or infinity in {bad} of {len(weight)} rows.")


def check_rows(**batches: Tensor) -> None:
    """Batches whose rows belong together, by name: all like the first one, (N, d), and while not compiling finite."""
    (first, model), *_ = batches.items()
    if model.ndim != 2 or model.shape[1] == 0:
        raise ValueError(f"{first} must have shape (N, d) with d at least 1, got {tuple(model.shape)}.")
    if not model.is_floating_point():
        raise ValueError(f"{first} must be floating point numbers, got {model.dtype}.")
    if len(model) == 0:
        raise ValueError(f"{first} must hold at least one row, got an empty batch.")
    for name, batch in batches.items():
        if batch.shape != model.shape:
            raise ValueError(f"{name} must have the shape of {first}, {tuple(model.shape)}, got {tuple(batch.shape)}.")
        if batch.dtype != model.dtype:
            raise ValueError(f"{name} must have the dtype of {first}, {model.dtype}, got {batch.dtype}.")
        if not torch.compiler.is_compiling() and not batch.isfinite().all():
            bad = int((~batch.isfinite()).any(dim=1).sum())
            raise ValueError(f"{name} must be finite, got NaN or infinity in {bad} of {len(batch)} rows.")


def check_same(same: Tensor, pairs: int) -> None:
    """One bool a pair. Not a number: 0 means alike in one paper and different in the next."""
    if same.shape != (pairs,):
        raise ValueError(f"same must have shape ({pairs},), one for each pair, got {tuple(same.shape)}.")
    if same.dtype != torch.bool:
        raise ValueError(f"same must be bool, True for a pair of one class, got {same.dtype}; use same == 1, say.")
