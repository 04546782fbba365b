"""Every sort of loss on a folder of few images, over many draws of who the strangers are; lesson 12 reads the result.

    .venv/bin/python -m benchmarks.few_images [--seeds 48]

Lesson 12's folder: forty characters of ten images, twenty-four of them trained on. A seed decides the strangers, the
start and the order of batches; the network, its 40 steps, its jitter and the length of the class weights at the start
are the same for all. One thread each, as many side by side as there are cores. Writes
benchmarks/results/few_images.json. Takes about twenty minutes of processor time.
"""

import argparse
import datetime
import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import nn

from lessons_lib.angles import unit_vectors
from lessons_lib.data import LabelledImages, by_classes, load_folder, write_glyph_folder
from lessons_lib.evaluation import verify
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    ContrastiveLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    InBatch,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    nearest_pairs,
)
from lessons_lib.nets import EmbeddingNet, RandomJitter, embed
from lessons_lib.training import fit

RESULT = Path(__file__).parent / "results" / "few_images.json"
SIZE, EPOCHS, LENGTH = 64, 40, 0.3
SCRIPTS = ["Hebrew", "N'Ko", "Tifinagh"]
HEADS: dict[str, Callable[[int], Head]] = {
    "Fixed AdaCos": lambda classes: FixedAdaCosLoss(classes, SIZE),
    "Fixed AdaCos, no jitter": lambda classes: FixedAdaCosLoss(classes, SIZE),
    "AdaCos": lambda classes: AdaCosLoss(classes, SIZE),
    "ArcFace, s = 16, m = 0.5": lambda classes: ArcFaceLoss(classes, SIZE, margin=0.5, scale=16),
    "CosFace, s = 16, m = 0.35": lambda classes: CosFaceLoss(classes, SIZE, margin=0.35, scale=16),
    "cosine softmax, s = 16": lambda classes: NormalizedSoftmaxLoss(classes, SIZE, scale=16),
    "cosine softmax, s = 64": lambda classes: NormalizedSoftmaxLoss(classes, SIZE, scale=64),
    "ArcFace, s = 64, m = 0.5": lambda classes: ArcFaceLoss(classes, SIZE, margin=0.5, scale=64),
    "P2SGrad": lambda classes: P2SGradLoss(classes, SIZE),
    "contrastive, nearest pairs": lambda classes: InBatch(
        ContrastiveLoss(), nearest_pairs, classes, SIZE, normalize=True
    ),
}


def attempt(folder: Path, name: str, seed: int) -> float:
    """Train once; the share of pairs of strangers ranked rightly."""
    torch.set_num_threads(1)
    data = by_classes(load_folder(folder), seed=seed)
    torch.manual_seed(seed)
    net: nn.Module = EmbeddingNet(SIZE, width=16)
    head = HEADS[name](data.num_classes)
    if isinstance(head.weight, nn.Parameter):  # losses on pairs have no class weights
        head.weight.data = LENGTH * unit_vectors(head.weight.data)
    net = net if "no jitter" in name else nn.Sequential(RandomJitter(), net)
    run = fit(net, head, data, epochs=EPOCHS, seed=seed, together=2, cache=False)

    def embedded(part: LabelledImages) -> tuple[torch.Tensor, torch.Tensor]:
        return embed(run.net, part.images), part.labels

    return verify(*embedded(data.unseen), threshold_from=embedded(data.unseen_validation)).auc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=48)
    seeds = parser.parse_args().seeds
    with tempfile.TemporaryDirectory() as place:
        folder = write_glyph_folder(Path(place) / "forty", scripts=SCRIPTS, classes=40, images=10)
        # A spawned process imports torch again; a forked one may wait for ever for threads that were not forked.
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
            asked = list(product(HEADS, range(seeds)))
            found = processes.map(attempt, [folder] * len(asked), *zip(*asked, strict=True), chunksize=4)
            tried: dict[str, list[float]] = {name: [] for name in HEADS}
            for (name, _), ranked in zip(asked, found, strict=True):
                tried[name].append(round(ranked, 4))
    advised = torch.tensor(tried["Fixed AdaCos"])
    for name, ranked in tried.items():
        gain = torch.tensor(ranked) - advised
        error = gain.std().item() / seeds**0.5
        print(f"{name:28} {sum(ranked) / seeds:.2%} of pairs ranked rightly, {gain.mean():+.2%} ± {error:.2%}")
    made = {"date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0], "epochs": EPOCHS}
    RESULT.write_text(json.dumps(made | {"seeds": seeds, "tried": tried}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
