"""The embedding networks: an image in, a short vector out. All are trained on a laptop in seconds."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.data.images import random_maps
from lessons_lib.losses.checks import check_count


def _convolution(channels_in: int, channels_out: int, kernel: int, padding: int) -> list[nn.Module]:
    """Halve the picture, then normalise and bend."""
    return [
        nn.Conv2d(channels_in, channels_out, kernel, stride=2, padding=padding, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    ]


def _dense(features_in: int, features_out: int) -> list[nn.Module]:
    return [
        nn.Linear(features_in, features_out, bias=False),
        nn.BatchNorm1d(features_out),
        nn.PReLU(features_out),
    ]


class EmbeddingNet(nn.Module):
    """Three strided convolutions and a few small layers: (N, 1, 28, 28) images in [0, 1] -> (N, embedding_size).

    `trunk` turns an image into 64 numbers, `embed` turns those into the embedding. In two or three dimensions `embed`
    has three hidden layers more: squeezing ten classes into a plane is the hard part, and they are cheap. The embedding
    itself is neither normalised nor bent: its length and direction are what the lessons look at.
    """

    def __init__(self, embedding_size: int, width: int = 8):
        super().__init__()
        check_count("embedding_size", embedding_size, 1, "EmbeddingNet")
        check_count("width", width, 1, "EmbeddingNet")
        self.embedding_size = embedding_size
        first, second, third = width, 3 * width, 6 * width  # the biggest pictures get the fewest channels
        self.trunk = nn.Sequential(
            *_convolution(1, first, 5, padding=0),  # 28 -> 12 pixels a side: the rim of an image is blank
            *_convolution(first, second, 3, padding=1),
            *_convolution(second, third, 3, padding=1),
            nn.Flatten(),
            *_dense(third * 3 * 3, 64),
        )
        hidden = [layer for _ in range(3) for layer in _dense(64, 64)] if embedding_size <= 3 else []
        self.embed = nn.Sequential(*hidden, nn.Linear(64, embedding_size))

    def forward(self, images: Tensor) -> Tensor:
        return self.embed(self.trunk(images.contiguous(memory_format=torch.channels_last)))


class RandomShift(nn.Module):
    """Shift each image (N, 1, H, W) by up to `most` pixels up or down and left or right, in training only.

    What leaves on one side comes back on the other: the rim of a digit's image is blank. Put it in front of a network
    that would otherwise learn its images by heart. `torch.manual_seed` decides the shifts.
    """

    def __init__(self, most: int = 1):
        super().__init__()
        self.most = most

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            return images
        count, _, height, width = images.shape
        up, left = torch.randint(-self.most, self.most + 1, (2, count, 1))
        rows, columns = (torch.arange(height) + up) % height, (torch.arange(width) + left) % width
        shifted = images[torch.arange(count)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
        return shifted.permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        """How far."""
        return f"most={self.most}"


class RandomJitter(nn.Module):
    """Turn, shear, stretch and shift each image (N, 1, H, W) by a random little, in training only.

    Each way at most so much: `rotation` in radians, `shear`, `shift` in half sides, `stretch` by a factor. What comes
    in from beyond the rim is black. `torch.manual_seed` decides.
    """

    def __init__(self, rotation: float = 0.2, shear: float = 0.15, shift: float = 0.1, stretch: float = 1.15):
        super().__init__()
        self.rotation, self.shear, self.shift, self.stretch = rotation, shear, shift, stretch

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            return images
        maps = random_maps(len(images), self.rotation, self.shear, self.shift, self.stretch).to(images.device)
        return F.grid_sample(images, F.affine_grid(maps, list(images.shape), align_corners=False), align_corners=False)

    def extra_repr(self) -> str:
        """How far."""
        return f"rotation={self.rotation}, shear={self.shear}, shift={self.shift}, stretch={self.stretch}"


class TrunkClassifier(nn.Module):
    """An ordinary classifier on an EmbeddingNet's trunk, to train along with it: (embeddings, labels) -> cross-entropy.

    Two numbers tell a trunk little about what to look for, its own 64 tell it more. It hears what the trunk said when
    the embeddings were made, so the network must have been called just before; `leave` when the training is over.
    """

    def __init__(self, net: EmbeddingNet, num_classes: int):
        super().__init__()
        self.layer = nn.Linear(64, num_classes)
        self._said: Tensor | None = None
        self._listening = net.trunk.register_forward_hook(self._hear)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(self.layer(self._said), labels)

    def leave(self) -> None:
        """Let go of the network."""
        self._listening.remove()
        self._said = None

    def _hear(self, trunk: nn.Module, images: object, said: Tensor) -> None:
        self._said = said


@torch.no_grad()
def embed(net: nn.Module, images: Tensor, batch: int = 1_000) -> Tensor:
    """Embeddings (N, d) of images (N, 1, H, W), on the CPU, as the network gives them in use, not in training."""
    training, device = net.training, next(net.parameters(), images).device  # a network may have no parameters
    net.eval()
    try:
        return torch.cat([net(part.to(device)).float().cpu() for part in images.split(batch)])
    finally:
        net.train(training)
