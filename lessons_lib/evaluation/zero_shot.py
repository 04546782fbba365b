"""Images and texts on one sphere: reading images by captions, finding one by the other, and the gap between them."""

import torch
from torch import Tensor

from lessons_lib.evaluation.directions import check_labels, directions
from lessons_lib.losses.checks import check_seed
from lessons_lib.losses.text_head import class_means


@torch.no_grad()
def zero_shot_accuracy(images: Tensor, labels: Tensor, texts: Tensor, classes: Tensor) -> float:
    """Share of images, 0..1, that stand nearest to the mean direction of their own class's texts.

    Raw embeddings of images (N, d) with `labels` (N,), of texts (M, d) with `classes` (M,). ValueError for what is none
    of these, and for a label that no text has.
    """
    _check(images, labels, texts, classes)
    weight = class_directions(texts, classes)
    return float(((directions(images) @ weight.T).argmax(1) == labels).double().mean())


@torch.no_grad()
def zero_shot_draws(
    images: Tensor, labels: Tensor, texts: Tensor, classes: Tensor, draws: int = 100, seed: int = 0
) -> Tensor:
    """The same where one text stands for each class, drawn by lot: a share for each of so many draws, (draws,)."""
    _check(images, labels, texts, classes)
    check_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    cosines = directions(images) @ directions(texts).T
    own = [(classes == k).nonzero().squeeze(1) for k in range(int(classes.max()) + 1)]
    found = []
    for _ in range(draws):
        which = [int(mine[torch.randint(len(mine), (1,), generator=chance)]) for mine in own]
        found.append((cosines[:, which].argmax(1) == labels).double().mean())
    return torch.stack(found)


@torch.no_grad()
def retrieval(queries: Tensor, labels: Tensor, others: Tensor, classes: Tensor, k: int = 1) -> float:
    """Share of queries (N, d), 0..1, with one of their own class among the k nearest of the others (M, d)."""
    _check(queries, labels, others, classes)
    if not 1 <= k <= len(others):
        raise ValueError(f"k must lie in 1..{len(others)}, got {k}.")
    nearest = (directions(queries) @ directions(others).T).topk(k, dim=1).indices
    return float((classes[nearest] == labels[:, None]).any(dim=1).double().mean())


@torch.no_grad()
def centre_gaps(images: Tensor, labels: Tensor, texts: Tensor, classes: Tensor) -> Tensor:
    """Of each class the angle between the mean direction of its images and that of its texts, (C,) in radians."""
    _check(images, labels, texts, classes)
    ours, theirs = class_directions(images, labels), class_directions(texts, classes)
    return (ours * theirs).sum(dim=1).clamp(-1, 1).acos()


def class_directions(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Of each class 0..C−1 the direction of the mean of its unit vectors, (C, d) float64; each must be there."""
    return class_means(directions(embeddings), labels)


def _check(one: Tensor, labels: Tensor, other: Tensor, classes: Tensor) -> None:
    """Labels that fit, and on both sides the same classes 0..C−1."""
    for embeddings, numbers in ((one, labels), (other, classes)):
        directions(embeddings[:1])
        check_labels(numbers, embeddings)
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"both must have embeddings of one size, got {one.shape[1]} and {other.shape[1]}.")
    here, there = labels.unique().tolist(), classes.unique().tolist()
    if here != there or here != list(range(len(here))):
        raise ValueError(f"both must have all classes 0..C−1, got {here} and {there}.")
