"""Labelled images, as the lessons pass them around."""

from dataclasses import dataclass

import torch
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


def random_maps(
    count: int, rotation: float, shear: float, shift: float, stretch: float, chance: torch.Generator | None = None
) -> Tensor:
    """Random affine maps (count, 2, 3) for `affine_grid`, from the places of a new image to those of the old one.

    Each way at most so much: `rotation` in radians, `shear`, `shift` in half sides, `stretch` by a factor, per axis.
    """
    turn, slant, right, down, wide, high = torch.rand(6, count, generator=chance) * 2 - 1
    turn = turn * rotation
    turned = torch.stack([turn.cos(), -turn.sin(), turn.sin(), turn.cos()], dim=1).view(-1, 2, 2)
    stretched = torch.stack([stretch**wide, slant * shear, torch.zeros(count), stretch**high], dim=1).view(-1, 2, 2)
    moved = shift * torch.stack([right, down], dim=1).unsqueeze(2)
    return torch.cat([turned @ stretched, moved], dim=2)
