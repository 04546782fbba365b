"""Images made worse on purpose, so that one knows how bad they are."""

import torch
import torch.nn.functional as F
from torch import Tensor

WIDEST = 3.0  # pixels: the blur of strength 1


def blurred(images: Tensor, strength: float) -> Tensor:
    """Images (N, 1, H, W) under a Gaussian of `strength` times three pixels; 0 leaves them as they are."""
    sigma = WIDEST * _strength(strength)
    if sigma == 0:
        return images
    reach = round(3 * sigma) or 1
    bell = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).to(images)
    bell = bell / bell.sum()
    along = F.conv2d(F.pad(images, (0, 0, reach, reach)), bell[None, None, :, None])
    return F.conv2d(F.pad(along, (reach, reach, 0, 0)), bell[None, None, None, :])


def shrunk(images: Tensor, strength: float) -> Tensor:
    """Images (N, 1, H, W) made smaller and large again: at strength 1 a fifth of their pixels a side are left."""
    size = images.shape[-2:]
    small = [max(1, round(side * (1 - 0.8 * _strength(strength)))) for side in size]
    less = F.interpolate(images, size=small, mode="area")
    return F.interpolate(less, size=size, mode="bilinear", align_corners=False)


def noised(images: Tensor, strength: float, chance: torch.Generator | None = None) -> Tensor:
    """Images (N, 1, H, W) with normal noise of this size on each pixel, cut to 0..1."""
    noise = torch.randn(images.shape, generator=chance).to(images)
    return (images + _strength(strength) * noise).clamp(0, 1)


def dimmed(images: Tensor, strength: float) -> Tensor:
    """Images (N, 1, H, W) with less contrast: at strength 1 a fifth of it is left."""
    return images * (1 - 0.8 * _strength(strength))


def blotted(images: Tensor, strength: float, chance: torch.Generator | None = None) -> Tensor:
    """Images (N, 1, H, W), each with a white square somewhere: at strength 1 of half its width and height."""
    height, width = images.shape[-2:]
    tall, wide = round(height / 2 * _strength(strength)), round(width / 2 * strength)
    top = torch.randint(height - tall + 1, (len(images), 1, 1, 1), generator=chance)
    left = torch.randint(width - wide + 1, (len(images), 1, 1, 1), generator=chance)
    row, column = torch.arange(height)[:, None], torch.arange(width)
    inside = (row >= top) & (row < top + tall) & (column >= left) & (column < left + wide)
    return images.masked_fill(inside.to(images.device), 1.0)


def _strength(strength: float) -> float:
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must lie in 0..1, got {strength}.")
    return strength
