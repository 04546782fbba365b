"""Who stands nearest? One-shot tasks and recall@k, for classes that need no class weight."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lessons_lib.angles import unit_vectors
from lessons_lib.data.pairs import Episodes
from lessons_lib.evaluation.directions import check_images, check_labels, directions
from lessons_lib.losses.checks import check_count

TIE = 1e-14  # cosines that differ by less, in float64, differ by how they were summed


@torch.no_grad()
def one_shot_accuracy(embeddings: Tensor, episodes: Episodes, *, block: int = 256) -> float:
    """Share of query images, 0..1, that are nearest by cosine to their own class's mean support direction.

    embeddings (N, d). Among classes as near one is drawn by lot, and its chance of being right is what counts: an
    embedding that says nothing gets 1/ways. Works through `block` episodes at a time.
    """
    check_count("block", block, 1, "one_shot_accuracy")
    unit, (_, ways, queries) = directions(embeddings), episodes.query.shape
    check_images(torch.cat(episodes, dim=2), unit)
    own = torch.eye(ways, dtype=torch.bool, device=unit.device).repeat_interleave(queries, dim=0)
    right = []
    for support, query in zip(*(images.to(unit.device).split(block) for images in episodes), strict=True):
        means = unit_vectors(unit[support].mean(dim=2))
        cosines = unit[query].flatten(1, 2) @ means.mT  # (block, ways · queries, ways)
        nearest = cosines > cosines.amax(dim=2, keepdim=True) - TIE
        right.append((nearest & own).sum(dim=2).double() / nearest.sum(dim=2))
    return float(torch.cat(right).mean())


@torch.no_grad()
def recall_at_k(embeddings: Tensor, labels: Tensor, ks: Sequence[int] = (1,), *, block: int = 256) -> dict[int, float]:
    """By k, the share of images, 0..1, that have one of their own class among the k nearest others by cosine.

    embeddings (N, d), labels (N,). An image that is the only one of its class is not asked about, as nothing could be
    found, but it stands in the way of others. Among images as near the places are drawn by lot, and the chance of a hit
    is what counts. Works through `block` images at a time: memory goes with block · N.
    Raises ValueError for a k outside 1..N−1, and where no class has two images.
    """
    unit = directions(embeddings)
    check_labels(labels, embeddings)
    check_ks(ks, len(labels))
    check_count("block", block, 1, "recall_at_k")
    labels = labels.to(unit.device)
    _, which, size = labels.unique(return_inverse=True, return_counts=True)
    asked = (size[which] > 1).nonzero().squeeze(1)
    if len(asked) == 0:
        raise ValueError(f"labels must hold two images of some class, got {len(size)} classes of one image each.")
    counts = asked.new_empty(3, len(asked))  # made first: small things kept between large ones cost a heap its memory
    for rows, part in zip(asked.split(block), counts.split(block, dim=1), strict=True):
        part.copy_(_rivals(unit, labels, rows))
    return {k: float(_chance_of_a_hit(*counts.double(), k).mean()) for k in ks}  # type: ignore[call-arg]


def check_ks(ks: Any, images: int) -> None:
    """Several whole numbers, each of some of the other images."""
    if getattr(ks, "ndim", 0) > 0:
        raise ValueError(f"ks must be a tuple of whole numbers, got {type(ks).__name__}; use tuple(ks.tolist()).")
    if isinstance(ks, int) or hasattr(ks, "ndim"):
        raise ValueError(f"ks must be several numbers, got {ks}; use ({ks},).")
    if not isinstance(ks, Sequence) or isinstance(ks, str):
        raise ValueError(f"ks must be a tuple of whole numbers such as (1, 5), got {type(ks).__name__}.")
    if strange := [k for k in ks if isinstance(k, bool) or not hasattr(k, "__index__")]:
        raise ValueError(f"ks must be whole numbers, got {strange[0]!r} among them.")
    if not ks or min(ks) < 1 or max(ks) >= images:
        raise ValueError(f"ks must lie in 1..{images - 1} with {images} images, got {tuple(ks)}.")


def _rivals(unit: Tensor, labels: Tensor, rows: Tensor) -> Tensor:
    """Beside each image's nearest of its own class: images of others that are nearer, others as near, own as near.

    Counts (3, B) for the images numbered `rows` (B,). This asks each row only for a largest cosine and for sums, which
    is quicker than to order its neighbours.
    """
    own, cosines = labels[rows, None] == labels, unit[rows] @ unit.T
    cosines.scatter_(1, rows[:, None], -torch.inf)  # itself is no neighbour
    nearest = cosines.masked_fill(~own, -torch.inf).amax(dim=1, keepdim=True)
    as_near = cosines > nearest - TIE
    nearer, all_as_near, own_as_near = (
        each.sum(dim=1, dtype=torch.int32) for each in (cosines > nearest + TIE, as_near, as_near & own)
    )
    return torch.stack([nearer, all_as_near - nearer - own_as_near, own_as_near])


def _chance_of_a_hit(nearer: Tensor, others: Tensor, own: Tensor, k: int) -> Tensor:
    """That one of `own` is drawn when what `nearer` leaves of k places is drawn from `own` and `others`: float64 (N,).

    All places go to others in C(others, places) of the C(others + own, places) draws.
    """
    places = (k - nearer).clamp(min=0)
    missed = _log_falling(others, places) - _log_falling(others + own, places)
    return torch.where(places > others, 1.0, 1 - missed.exp())


def _log_falling(count: Tensor, places: Tensor) -> Tensor:
    """log of count · (count − 1) · ... over `places` factors; whatever where there are more places than that."""
    return torch.lgamma(count + 1) - torch.lgamma((count - places).clamp(min=0) + 1)
