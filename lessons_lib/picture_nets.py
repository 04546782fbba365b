"""Networks for pictures of your own: 28 to 224 pixels a side, grey or in colour, jittered as photographs differ."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.data.images import random_maps
from lessons_lib.losses.checks import check_count, check_switch

SMALLEST, LARGEST = 28, 224
_LEFT = 4  # pixels a side that the convolutions leave at most


class PictureNet(nn.Module):
    """Strided convolutions and two dense layers: images (N, channels, size, size) in [0, 1] -> (N, embedding_size).

    As lesson 2's network, with as many convolutions as it takes to leave four pixels a side or fewer: three from 28
    pixels, five from 224, the first of which takes every fourth pixel there. Raises ValueError for a size outside
    28..224, and for channels other than 1 and 3.
    """

    def __init__(self, embedding_size: int, size: int = 28, channels: int = 1, width: int = 8):
        super().__init__()
        check_count("embedding_size", embedding_size, 1, "PictureNet")
        check_count("size", size, SMALLEST, "PictureNet")
        check_count("width", width, 1, "PictureNet")
        if size > LARGEST or channels not in (1, 3):
            raise ValueError(
                f"PictureNet takes pictures of {SMALLEST} to {LARGEST} pixels a side in 1 or 3 channels, "
                f"got size={size} and channels={channels}."
            )
        self.embedding_size, self.size, self.channels = embedding_size, size, channels
        widths = [width, 3 * width, 6 * width, 8 * width]  # the biggest pictures get the fewest channels
        kernel, stride = (5, 2) if size < 112 else (7, 4)
        layers, known, side, padding = [], channels, size, 0  # the rim of a picture tells least
        for depth in range(8):
            wide = widths[min(depth, 3)]
            layers += [
                nn.Conv2d(known, wide, kernel, stride=stride, padding=padding, bias=False),
                nn.BatchNorm2d(wide),
                nn.ReLU(inplace=True),
            ]
            side, known = (side + 2 * padding - kernel) // stride + 1, wide
            kernel, stride, padding = 3, 2, 1
            if side <= _LEFT:
                break
        dense = [nn.Flatten(), nn.Linear(known * side**2, 64, bias=False), nn.BatchNorm1d(64), nn.PReLU(64)]
        self.trunk = nn.Sequential(*layers, *dense)
        self.embed = nn.Linear(64, embedding_size)

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[1:] != (self.channels, self.size, self.size):
            raise ValueError(
                f"This network takes images (N, {self.channels}, {self.size}, {self.size}), got {tuple(images.shape)}: "
                "load_folder reads them at that size, in colour for 3 channels."
            )
        return self.embed(self.trunk(images.contiguous(memory_format=torch.channels_last)))


class PictureJitter(nn.Module):
    """Turn, stretch and shift each image (N, C, H, W) a little, and change its light, in training only.

    `rotation` in radians, `shear`, `shift` in half sides, `stretch` by a factor; `mirror` turns half of them left to
    right. `contrast` and `tint` (of each channel by itself) are factors up to 1 + that much, `brightness` is added.
    What comes in from beyond the rim continues the rim. `torch.manual_seed` decides.
    """

    def __init__(
        self,
        rotation: float = 0.2,
        shear: float = 0.15,
        shift: float = 0.1,
        stretch: float = 1.15,
        mirror: bool = False,
        brightness: float = 0.1,
        contrast: float = 0.2,
        tint: float = 0.05,
    ):
        super().__init__()
        check_switch("mirror", mirror)
        self.rotation, self.shear, self.shift, self.stretch, self.mirror = rotation, shear, shift, stretch, mirror
        self.brightness, self.contrast, self.tint = brightness, contrast, tint

    def forward(self, images: Tensor) -> Tensor:
        return self.lit(self.moved(images)) if self.training else images

    def moved(self, images: Tensor) -> Tensor:
        """Each image somewhere else."""
        maps = random_maps(len(images), self.rotation, self.shear, self.shift, self.stretch)
        if self.mirror:
            maps[torch.rand(len(images)) < 0.5, :, 0] *= -1
        grid = F.affine_grid(maps.to(images.device), list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def lit(self, images: Tensor) -> Tensor:
        """Each image in another light, still in [0, 1]."""
        count, channels = images.shape[:2]
        either_way = lambda *shape: (2 * torch.rand(*shape, 1, 1) - 1).to(images.device)  # noqa: E731
        grey = images.mean(dim=(1, 2, 3), keepdim=True)
        images = grey + (images - grey) * (1 + self.contrast * either_way(count, 1))
        images = images * (1 + self.tint * either_way(count, channels)) if channels > 1 else images
        return (images + self.brightness * either_way(count, 1)).clamp(0, 1)

    def extra_repr(self) -> str:
        """How far."""
        moved = f"rotation={self.rotation}, shear={self.shear}, shift={self.shift}, stretch={self.stretch}"
        lit = f"brightness={self.brightness}, contrast={self.contrast}, tint={self.tint}"
        return f"{moved}, mirror={self.mirror}, {lit}"
