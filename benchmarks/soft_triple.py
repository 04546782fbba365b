"""SoftTriple over any folder of images whose leaf folders are classes: trained on half of them, judged on the others.

    .venv/bin/python -m benchmarks.soft_triple FOLDER [--size 28] [--epochs 20] [--seeds 1] [--save RESULT.json]

The first half of the classes, in the order of their names, is trained; the second half is retrieved: for each of its
images, is one of its own class among the 1, 2, 4, 8 nearest others? NMI says how well k-means, with as many clusters
as classes, finds the classes again. 64 dimensions, λ = 20, γ = 0.1, τ = 0.2, δ = 0.01, the paper's, and K = 5, that of
the article that lesson 9 retells (whose λ is 30). Beside it stand one centre a class (cosine softmax of the same
scale), N-pairs (whose batches hold two images of each of half as many classes) and the raw pixels.

The article trains Inception v1 with batch normalisation on crops of 224 pixels, some mirrored, in batches of 32 for 50
epochs, the rates divided by ten every 20. Here it is the course's small network from random weights, images averaged to
28 pixels and shifted, batches of 64, 20 epochs, the rates falling along a cosine. So only what stands side by side here
can be compared, not its figures with ours.
"""

import argparse
import datetime
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score
from torch import Tensor, nn

from lessons_lib.data import LabelledImages, load_folder
from lessons_lib.evaluation import recall_at_k
from lessons_lib.losses import Head, InBatch, NormalizedSoftmaxLoss, NPairsLoss, SoftTripleLoss, one_pair_a_class
from lessons_lib.nets import EmbeddingNet, RandomShift, embed

SIZE, SCALE, BATCH = 64, 20.0, 64
LR, CENTRES_LR = 0.003, 0.03  # the centres move faster, as in the authors' code (a hundred times, there)
KS = (1, 2, 4, 8)


def halves(data: LabelledImages) -> tuple[LabelledImages, LabelledImages]:
    """The images of the first half of the classes, and of the second with its labels counted from 0."""
    first = (int(data.labels.max()) + 1) // 2  # of an odd number the smaller half
    trained, held = ((data.labels < first).nonzero(), (data.labels >= first).nonzero())
    seen, unseen = data.pick(trained.squeeze(1)), data.pick(held.squeeze(1))
    return seen, LabelledImages(unseen.images, unseen.labels - first)


def in_batches(labels: Tensor, size: int, order: torch.Generator, in_pairs: bool) -> Iterator[Tensor]:
    """The numbers of the images in each batch of one epoch: all images once, or two of each of size/2 classes drawn."""
    for which in torch.randperm(len(labels), generator=order)[: len(labels) // size * size].split(size):
        if in_pairs:
            mixed, classes = torch.randperm(len(labels), generator=order), labels.unique()
            drawn = classes[torch.randperm(len(classes), generator=order)][: size // 2]
            which = torch.cat([mixed[labels[mixed] == label][:2] for label in drawn])
        yield which


def train(net: nn.Module, head: Head, seen: LabelledImages, epochs: int, seed: int) -> None:
    """Adam, the rate falling along a cosine; the last state is kept, as nothing is held back to choose by."""
    groups = [{"params": net.parameters(), "lr": LR}, {"params": head.parameters(), "lr": CENTRES_LR}]
    optimizer, size = torch.optim.Adam(groups), min(BATCH, len(seen))
    steps = epochs * (len(seen) // size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    order = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for which in in_batches(seen.labels, size, order, in_pairs=isinstance(head, InBatch)):
            batch = seen.pick(which)
            loss = head(net(batch.images), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def judge(embeddings: Tensor, labels: Tensor) -> dict[str, float]:
    """R@1, 2, 4, 8 and NMI of images of unseen classes, shares 0..1."""
    ks = [k for k in KS if k < len(labels)]
    found = {f"R@{k}": share for k, share in recall_at_k(embeddings, labels, ks).items()}
    clusters = KMeans(int(labels.max()) + 1, n_init=1, random_state=0).fit_predict(F.normalize(embeddings).numpy())
    return found | {"NMI": float(normalized_mutual_info_score(labels.numpy(), clusters))}


def compare(seen: LabelledImages, unseen: LabelledImages, epochs: int, seeds: int) -> dict[str, list[dict[str, float]]]:
    """What pixels, one centre, five centres a class and N-pairs find among the unseen classes; an entry a seed."""
    classes, found = int(seen.labels.max()) + 1, {"raw pixels": [judge(unseen.images.flatten(1), unseen.labels)]}
    heads = {
        "one centre": lambda: NormalizedSoftmaxLoss(classes, SIZE, scale=SCALE),
        "SoftTriple, K = 5": lambda: SoftTripleLoss(classes, SIZE, 5, scale=SCALE, gamma=0.1, margin=0.01, tau=0.2),
        "N-pairs": lambda: InBatch(NPairsLoss(), one_pair_a_class, classes, SIZE),
    }
    for (name, head), seed in itertools.product(heads.items(), range(seeds)):
        torch.manual_seed(seed)
        net = nn.Sequential(RandomShift(), Resized(EmbeddingNet(SIZE)))
        train(net, head(), seen, epochs, seed)
        found.setdefault(name, []).append(judge(embed(net, unseen.images), unseen.labels))
    return found


class Resized(nn.Module):
    """Gives a network for 28 pixels a side images of any size, averaged down to that."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return self.net(F.adaptive_avg_pool2d(images, 28))


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soft_triple", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="any tree of folders whose leaves are classes")
    parser.add_argument("--size", type=int, default=28, help="pixels a side that images are read at (default: 28)")
    parser.add_argument("--epochs", type=int, default=20, help="passes over the trained half (default: 20)")
    parser.add_argument("--seeds", type=int, default=1, help="how often to train each, from 0 on (default: 1)")
    parser.add_argument("--save", type=Path, help="write the figures to this JSON file as well")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> None:
    asked = arguments(words)
    began, folder = time.perf_counter(), load_folder(asked.folder, size=asked.size)
    seen, unseen = halves(folder)
    trained, retrieved = int(seen.labels.max()) + 1, int(unseen.labels.max()) + 1
    print(f"{trained} classes trained ({len(seen):,} images), {retrieved} retrieved ({len(unseen):,})")
    found = compare(seen, unseen, asked.epochs, asked.seeds)
    for name, runs in found.items():
        print(f"{name:18}", *(f"  {what} {said([run[what] for run in runs])}" for what in runs[0]))
    print(f"{time.perf_counter() - began:.0f} s")
    if asked.save:
        made = {"date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0]}
        made |= {"folder": asked.folder.name, "trained": trained, "retrieved": retrieved, "images": len(unseen)}
        made |= {
            "epochs": asked.epochs,
            "found": {name: [rounded(run) for run in runs] for name, runs in found.items()},
        }
        asked.save.write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")


def said(shares: Sequence[float]) -> str:
    """The mean of the seeds, and from where to where they go."""
    spread = f" ({min(shares):.1%} to {max(shares):.1%})" if len(shares) > 1 else ""
    return f"{sum(shares) / len(shares):6.1%}{spread}"


def rounded(shares: dict[str, float]) -> dict[str, float]:
    return {what: round(share, 4) for what, share in shares.items()}


if __name__ == "__main__":
    main()
