"""Made-up points on a circle for MarginBand, and its modules in V8."""

from contextlib import contextmanager

import numpy as np
import torch

from lessons_lib.angles import circle_points
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from tests.explorers.modules import modules

TEN = torch.atan2(*circle_points(10).double().T.flip(0)).tolist()


def run_with(embeddings, labels, classes=10):
    """A run that was never trained, with one frame of these points."""
    head = ModifiedSoftmaxLoss(classes, 2)
    head.weight.data = circle_points(classes)
    frame = {"embeddings": embeddings, "labels": labels, "directions": head.weight.detach(), "boundary": {}}
    return Run(EmbeddingNet(2, width=2).eval(), head, frames=[frame])


def points(count=400, classes=10, seed=0):
    """Points about their class directions, some of them astray."""
    chance = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % classes
    turn = torch.tensor(TEN[:classes]).float()[labels] + 0.2 * torch.randn(count, generator=chance)
    length = 5 + 20 * torch.rand(count, generator=chance)
    return length[:, None] * torch.stack([turn.cos(), turn.sin()], dim=1), labels


def images(count=300):
    chance = torch.Generator().manual_seed(0)
    part = LabelledImages(torch.rand(count, 1, 28, 28, generator=chance), torch.arange(count) % 10)
    return ImageData(part, part[:20], part[:20], 10, "made up")


# The class in whose cell an angle falls, and whether in its clear arc.
INSIDE = """
const at = (a, [lo, hi]) => lo + (((a - lo) % TAU) + TAU) % TAU < hi;
const inside = (a, all) => {
  const cell = all.find(({ lo, hi }) => at(a, [lo, hi]));
  return [cell?.k ?? -1, cell?.clear ? at(a, cell.clear) : false];
};
asJson = (_, v) => (ArrayBuffer.isView(v) ? [...v] : v === Infinity ? 'never' : v);"""


@contextmanager
def band_modules():
    """margin_band/band.js in V8; `given` sets variables."""
    with modules("margin_band/band.js", setup=INSIDE) as value:
        yield value


def read(v8, band):
    """The explorer's own points, as the figure reads them, in the variable P."""
    v8(
        "P = readPoints(Float32Array.from(xy), Uint8Array.from(labels)), 0",
        xy=np.frombuffer(band.points, "<i2").tolist(),
        labels=list(band.labels),
    )
