"""A head without class weights of its own: another network makes them, from texts."""

import torch
from torch import Tensor, nn

from lessons_lib.angles import unit_vectors
from lessons_lib.losses.base import Head
from lessons_lib.losses.both_ways import BothWays
from lessons_lib.losses.checks import check_batch


class TextHead(Head):
    """CLIP as a head: `loss` on pairs of an image and a caption of its class, drawn anew for each image in each step.

    `net` turns what is kept of each text, `inputs` (M, V), into embeddings (M, d); `classes` (M,) int64 says what each
    means. It trains like any head, in `fit`, and its parameters are the text network's and the loss's.
    `weight` (C, d) is what one predicts with: of each class the mean of its captions' directions.
    """

    inputs: Tensor
    classes: Tensor
    first: Tensor
    counts: Tensor

    def __init__(self, net: nn.Module, inputs: Tensor, classes: Tensor, loss: BothWays):
        nn.Module.__init__(self)  # Head's own would make class weights
        self.net, self.pairs = net, loss
        self.num_classes, self.embedding_size = int(classes.max()) + 1, loss.head.embedding_size
        if (counts := classes.bincount()).min() == 0:
            raise ValueError(f"classes must have a text for each of 0..{self.num_classes - 1}, got {counts.tolist()}.")
        order = classes.argsort(stable=True)
        self.register_buffer("inputs", inputs[order])
        self.register_buffer("classes", classes[order])
        self.register_buffer("first", counts.cumsum(0) - counts)
        self.register_buffer("counts", counts)

    @property
    def scale(self) -> float | Tensor:  # type: ignore[override]
        """The loss's."""
        return self.pairs.head.scale

    @property
    def weight(self) -> Tensor:  # type: ignore[override]
        """Of each class the mean of its captions' directions, (C, d)."""
        return class_means(self.net(self.inputs), self.classes)

    def drawn(self, labels: Tensor) -> Tensor:
        """The number of a text for each label (N,), by chance."""
        chance = torch.rand(len(labels), device=labels.device)
        return self.first[labels] + (chance * self.counts[labels]).long()

    def forward(self, embeddings: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Mean loss of a batch of raw embeddings (N, d) with a caption each of their class: labels (N,) int64.

        ValueError for a label that no text has, for a `weight`, and for whatever else is no batch.
        """
        if weight is not None:
            raise ValueError("TextHead takes no weight from elsewhere, as its texts make its own: leave weight out.")
        check_batch(self, embeddings, labels)
        return self.pairs(embeddings, self.net(self.inputs[self.drawn(labels)]))


def class_means(texts: Tensor, classes: Tensor) -> Tensor:
    """Of each class 0..C−1 the mean direction (C, d) of its rows of (M, d): class weights from several texts."""
    sums = torch.zeros(int(classes.max()) + 1, texts.shape[1], dtype=texts.dtype, device=texts.device)
    return unit_vectors(sums.index_add(0, classes, unit_vectors(texts)))
