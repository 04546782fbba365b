"""Labelled images, as the lessons pass them around."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class LabelledImages:
    """Grey images (N, 1, H, W) float32 in [0, 1] with their class numbers (N,) int64."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which: slice) -> "LabelledImages":
        return LabelledImages(self.images[which], self.labels[which])

    def pick(self, which: Tensor) -> "LabelledImages":
        """The images with these numbers (int64); more than twice as quick as indexing with a tensor."""
        return LabelledImages(self.images.index_select(0, which), self.labels[which])


@dataclass(frozen=True)
class ImageData:
    """One data set in three parts: `train` to learn from, `validation` to choose by, `test` to report once.

    `digest` names the exact content.
    """

    train: LabelledImages
    validation: LabelledImages
    test: LabelledImages
    num_classes: int
    digest: str
