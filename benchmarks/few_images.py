"""Several losses on a folder of few images, over many draws of who the strangers are; lesson 12 reads the record.

    make records ARGS="few_images"

Lesson 12's folder: forty characters of ten images, twenty-four of them trained on. A seed decides the strangers, the
start and the order of batches; the network, its 40 steps, its jitter and the class weights at the start are the same
for all.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from lessons_lib.data import LabelledImages, by_classes, load_folder, write_glyph_folder
from lessons_lib.evaluation import verify
from lessons_lib.losses import (
    ArcFaceLoss,
    ContrastiveLoss,
    FixedAdaCosLoss,
    Head,
    InBatch,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    nearest_pairs,
)
from lessons_lib.nets import EmbeddingNet, RandomJitter, embed
from lessons_lib.records import Record
from lessons_lib.training import fit

SEEDS = {"native": range(12), "avx2": range(12, 18), "plain": range(18, 24)}  # each draws other strangers
SIZE, EPOCHS = 64, 40
SCRIPTS = ["Hebrew", "N'Ko", "Tifinagh"]
HEADS: dict[str, Callable[[int], Head]] = {
    "Fixed AdaCos": lambda classes: FixedAdaCosLoss(classes, SIZE),
    "Fixed AdaCos, no jitter": lambda classes: FixedAdaCosLoss(classes, SIZE),
    "ArcFace, s = 16, m = 0.5": lambda classes: ArcFaceLoss(classes, SIZE, margin=0.5, scale=16),
    "cosine softmax, s = 16": lambda classes: NormalizedSoftmaxLoss(classes, SIZE, scale=16),
    "cosine softmax, s = 64": lambda classes: NormalizedSoftmaxLoss(classes, SIZE, scale=64),
    "ArcFace, s = 64, m = 0.5": lambda classes: ArcFaceLoss(classes, SIZE, margin=0.5, scale=64),
    "P2SGrad": lambda classes: P2SGradLoss(classes, SIZE),
    "contrastive, nearest pairs": lambda classes: InBatch(
        ContrastiveLoss(), nearest_pairs, classes, SIZE, normalize=True
    ),
}


def measure(seed: int) -> None:
    """Train with every loss on one draw of the strangers, and record the shares of their pairs ranked rightly."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_glyph_folder(Path(place) / "forty", scripts=SCRIPTS, classes=40, images=10)
        Record("few_images")("ranked rightly", {name: attempt(folder, name, seed) for name in HEADS}, "{:.1%}")


def attempt(folder: Path, name: str, seed: int) -> float:
    """Train once; the share of pairs of strangers ranked rightly."""
    data = by_classes(load_folder(folder), seed=seed)
    torch.manual_seed(seed)
    net: nn.Module = EmbeddingNet(SIZE, width=16)
    head = HEADS[name](data.num_classes)
    net = net if "no jitter" in name else nn.Sequential(RandomJitter(), net)
    run = fit(net, head, data, epochs=EPOCHS, seed=seed, together=2, cache=False)

    def embedded(part: LabelledImages) -> tuple[torch.Tensor, torch.Tensor]:
        return embed(run.net, part.images), part.labels

    return verify(*embedded(data.unseen), threshold_from=embedded(data.unseen_validation)).auc
