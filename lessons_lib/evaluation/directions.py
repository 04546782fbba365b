"""What every measure of an embedding starts from: its directions, in float64."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.angles import unit_vectors
from lessons_lib.losses.checks import check_tensor


def directions(embeddings: Tensor) -> Tensor:
    """Raw embeddings (N, d) as unit vectors, float64; a row of zeros stays zero, at cosine 0 with everything.

    In float32 all angles below 0.01 degrees have the cosine 1, and in two or three dimensions a trained class has many
    images that close. A device without float64 hands over to the CPU. Raises ValueError for a wrong shape or dtype and
    for NaN or infinity.
    """
    check_tensor("embeddings", embeddings)
    if embeddings.ndim != 2 or len(embeddings) == 0:
        raise ValueError(f"embeddings must have shape (N, d) with N at least 1, got {tuple(embeddings.shape)}.")
    if not embeddings.is_floating_point():
        raise ValueError(f"embeddings must be floating point numbers, got {embeddings.dtype}.")
    if not embeddings.isfinite().all():
        bad = int((~embeddings.isfinite()).any(dim=1).sum())
        raise ValueError(f"embeddings must be finite, got NaN or infinity in {bad} of {len(embeddings)} rows.")
    return unit_vectors((embeddings.cpu() if embeddings.device.type == "mps" else embeddings).double())


def check_labels(labels: Tensor, embeddings: Tensor) -> None:
    """One int64 class number for each embedding."""
    check_tensor("embeddings", embeddings)
    check_tensor("labels", labels)
    if labels.dtype != torch.int64 or labels.shape != embeddings.shape[:1]:
        raise ValueError(
            f"labels must be int64 of shape ({len(embeddings)},), one for each embedding, "
            f"got {labels.dtype} of shape {tuple(labels.shape)}."
        )


def check_embedded(name: str, value: Any) -> None:
    """Embeddings with their labels, as a pair."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        given = f"{len(value)} of them" if isinstance(value, tuple | list) else type(value).__name__
        raise ValueError(f"{name} must be a pair, embeddings (N, d) and labels (N,), got {given}.")
    check_labels(value[1], value[0])


def check_images(images: Tensor, embeddings: Tensor) -> None:
    """Numbers of images that have an embedding."""
    least, most = (int(image) for image in images.aminmax())
    if least < 0 or most >= len(embeddings):
        raise ValueError(f"Images must be numbered 0..{len(embeddings) - 1} as embeddings are, got {least}..{most}.")
