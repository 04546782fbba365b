"""Images of as many classes as one likes, made as they are looked at: characters, turned, slanted and stretched.

Class c is character c mod K in a way of its own that belongs to c div K: another angle, slant and stretch. A little
jitter comes on top, anew each time. All of a step's labels and jitter are drawn in every process that asks, the images
only where they are looked at.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.data.drawings import SIDE, load_drawings
from lessons_lib.data.images import random_maps


class Characters:
    """Batches of C classes of characters. `batch(step, part)` gives images (n, 1, 28, 28) and labels (n,)."""

    def __init__(self, num_classes: int, batch: int, seed: int):
        self.num_classes, self.count, self.seed = num_classes, batch, seed
        self.drawings = load_drawings()
        self.fonts = torch.bincount(self.drawings.labels)
        self.first = self.fonts.cumsum(0) - self.fonts
        ways = -(-num_classes // len(self.fonts))
        self.ways = random_maps(ways, 3.1, 0.6, 0.05, 1.3, torch.Generator().manual_seed(0))
        self.ways[0] = torch.eye(2, 3)

    def batch(self, step: int, part: slice) -> tuple[Tensor, Tensor]:
        chance = torch.Generator().manual_seed(1_000_003 * self.seed + step)
        labels = torch.randint(self.num_classes, (self.count,), generator=chance)
        jitter = random_maps(self.count, 0.2, 0.15, 0.1, 1.15, chance)
        font = torch.rand(self.count, generator=chance)
        labels, jitter, font = labels[part], jitter[part], font[part]
        character, way = labels % len(self.fonts), self.ways[labels // len(self.fonts)]
        drawing = self.first[character] + (font * self.fonts[character]).long()
        jitter[:, :, :2] = way[:, :, :2] @ jitter[:, :, :2]
        where = F.affine_grid(jitter, [len(labels), 1, SIDE, SIDE], align_corners=False)
        return F.grid_sample(self.drawings.images[drawing][:, None] / 255, where, align_corners=False), labels
