"""Every loss of the course on classes it was not trained on, at equal budget; lesson 10 reads the result.

    .venv/bin/python -m benchmarks.open_set [--losses ArcFace "triplets, semi-hard"] [--seeds 0 1 2 3 4]

Glyphs: 1,548 classes of four scripts to train on, verification and one-shot tasks on characters of other scripts. The
same network, start, order of batches and number of steps for every loss of one seed; two threads each, as many side by
side as there are pairs of cores. Writes benchmarks/results/open_set.json. Takes about an hour on two cores.
"""

import argparse
import datetime
import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.angles import unit_vectors
from lessons_lib.data import Episodes, Glyphs, LabelledImages, load_glyphs, sample_episodes, sample_pairs
from lessons_lib.evaluation import (
    auc,
    best_threshold,
    equal_error_rate,
    one_shot_accuracy,
    recall_at_k,
    roc,
    similarity,
    tar_at_far,
    verification_accuracy,
)
from lessons_lib.losses import (
    LOSSES,
    CenterLoss,
    ContrastiveLoss,
    Head,
    InBatch,
    NPairsLoss,
    SiameseVerifier,
    TripletLoss,
    nearest_pairs,
    one_pair_a_class,
    random_pairs,
    random_triplets,
    semi_hard_triplets,
)
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.training import Auxiliary, fit

RESULT = Path(__file__).parent / "results" / "open_set.json"
SIZE, EPOCHS, TOGETHER, WIDTH = 64, 6, 2, 16
LENGTH = 0.3  # of the class weights at the start: lesson 10 says why
PAIRS, TASKS, WAYS = 20_000, 2_000, 20
Score = Callable[[Tensor, Tensor], Tensor]
Figures = dict[str, float | int | str]


class Same(nn.Module):
    """Binary cross-entropy of a Siamese verifier: x1 and x2 (N, d), same (N,) bool."""

    def __init__(self, embedding_size: int):
        super().__init__()
        self.verifier = SiameseVerifier(embedding_size)

    def forward(self, x1: Tensor, x2: Tensor, same: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(self.verifier(x1, x2), same.float())


def head_of(loss: str, **options: float) -> Callable[[int], Head]:
    """The head of this name, with the scale and margin that the library names for so many classes, or with others."""
    return lambda classes: LOSSES[loss](classes, SIZE, **LOSSES[loss].sensible(classes, SIZE) | options)


def in_batch(loss: nn.Module, choose: Callable, normalize: bool = False) -> Callable[[int], Head]:
    """The loss on what is chosen in each batch."""
    return lambda classes: InBatch(loss, choose, classes, SIZE, normalize=normalize)


HEADS: dict[str, Callable[[int], Head]] = {
    "softmax": head_of("SoftmaxLoss"),
    "softmax + Center Loss": head_of("SoftmaxLoss"),
    "modified softmax": head_of("ModifiedSoftmaxLoss"),
    "SphereFace": head_of("SphereFaceLoss"),
    "cosine softmax": head_of("NormalizedSoftmaxLoss"),
    "CosFace": head_of("CosFaceLoss"),
    "ArcFace": head_of("ArcFaceLoss"),
    "ArcFace, s = 16, m = 0.3": head_of("ArcFaceLoss", scale=16, margin=0.3),
    "combined margin": head_of("CombinedMarginLoss"),
    "Fixed AdaCos": head_of("FixedAdaCosLoss"),
    "AdaCos": head_of("AdaCosLoss"),
    "P2SGrad": head_of("P2SGradLoss"),
    "SoftTriple, K = 3": head_of("SoftTripleLoss", centers_per_class=3),
    "contrastive, random pairs": in_batch(ContrastiveLoss(), random_pairs, normalize=True),
    "contrastive, nearest pairs": in_batch(ContrastiveLoss(), nearest_pairs, normalize=True),
    "triplets, random": in_batch(TripletLoss(), random_triplets),
    "triplets, semi-hard": in_batch(TripletLoss(), semi_hard_triplets),
    "N-pairs": in_batch(NPairsLoss(), one_pair_a_class),
    "Siamese verifier, nearest pairs": lambda classes: InBatch(Same(SIZE), nearest_pairs, classes, SIZE),
}


def auxiliary(name: str, classes: int) -> Auxiliary:
    """What is added to the loss of this name, as `fit` takes it."""
    return [(0.003, CenterLoss(classes, SIZE))] if name == "softmax + Center Loss" else []


def shortened(head: Head, length: float = LENGTH) -> Head:
    """The head, its class weights given this length."""
    if isinstance(head.weight, nn.Parameter):
        with torch.no_grad():
            head.weight.copy_(length * unit_vectors(head.weight))
    return head


def one_shot_by(score: Score, x: Tensor, tasks: Episodes) -> float:
    """Share of tasks' queries that score highest with the image of their own class."""
    right = []
    for support, query in zip(tasks.support.split(100), tasks.query.split(100), strict=True):
        scores = score(x[query], x[support].transpose(1, 2))  # (tasks, ways, 1, d) with (tasks, 1, ways, d)
        right.append(scores.argmax(dim=2) == torch.arange(tasks.support.shape[1]))
    return float(torch.cat(right).float().mean())


@torch.no_grad()
def judged(embedded: Callable[[Tensor], Tensor], glyphs: Glyphs, seed: int, score: Score | None = None) -> Figures:
    """Verification with the threshold from other strangers, one-shot tasks and recall, on unseen scripts; shares.

    By cosine, or by a score of its own.
    """

    def scored(part: LabelledImages) -> tuple[Tensor, Tensor]:
        x, (first, second, same) = embedded(part.images), sample_pairs(part.labels, PAIRS, seed=seed)
        return (similarity(x, first, second) if score is None else score(x[first], x[second])), same

    unseen, tasks = glyphs.unseen, {"ways": WAYS, "shots": 1, "count": TASKS, "seed": seed}
    across = sample_episodes(unseen.labels, **tasks)
    within = sample_episodes(unseen.labels, **tasks, groups=glyphs.group_of(unseen))
    x, (scores, same) = embedded(unseen.images), scored(unseen)
    curve = roc(scores, same)
    found = {
        "verification": verification_accuracy(scores, same, best_threshold(*scored(glyphs.unseen_validation))),
        "auc": auc(curve),
        "eer": equal_error_rate(curve),
        "tar": tar_at_far(curve, 0.01),
        "across": one_shot_accuracy(x, across) if score is None else one_shot_by(score, x, across),
        "within": one_shot_accuracy(x, within) if score is None else one_shot_by(score, x, within),
        "recall": recall_at_k(x, unseen.labels)[1],
    }
    return {name: round(value, 4) for name, value in found.items()}


def by_weighted_difference(verifier: SiameseVerifier) -> Score:
    """The verifier's logit for features of any leading dimensions."""
    return lambda x1, x2: (x1 - x2).abs() @ verifier.alpha + verifier.bias


glyphs_once = cache(load_glyphs)


def trained(name: str, seed: int) -> Figures:
    """One training and what came of it."""
    torch.set_num_threads(2)
    glyphs = glyphs_once()
    torch.manual_seed(seed)
    net = EmbeddingNet(SIZE, width=WIDTH)
    head = shortened(HEADS[name](glyphs.num_classes))
    choices = {"epochs": EPOCHS, "seed": seed, "together": TOGETHER, "auxiliary": auxiliary(name, glyphs.num_classes)}
    run = fit(net, head, glyphs, **choices, cache=False, device="cpu")
    score = by_weighted_difference(head.loss.verifier) if name.startswith("Siamese") else None
    found = judged(lambda images: embed(run.net, images), glyphs, seed, score)
    return {"loss": name, "seed": seed} | found | {"seconds": round(run.seconds, 1)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--losses", nargs="+", choices=list(HEADS), default=list(HEADS), metavar="LOSS")
    options.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4], metavar="SEED")
    options.add_argument("--result", type=Path, default=RESULT, metavar="FILE")
    chosen = options.parse_args()
    glyphs = load_glyphs()  # draws the characters once, before many ask for them
    raw = {"loss": "raw pixels", "seed": 0} | judged(lambda images: images.flatten(1), glyphs, 0)
    made = {"date": str(datetime.date.today()), "torch": torch.__version__.split("+")[0], "threads": 2}
    made |= {"epochs": EPOCHS, "width": WIDTH, "together": TOGETHER, "length": LENGTH}
    runs = [raw]
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 2) // 2), mp_context=get_context("spawn")) as pool:
        # The seeds outside: an interrupted afternoon has every loss with the first seeds.
        waiting = {
            pool.submit(trained, loss, seed): (loss, seed) for seed, loss in product(chosen.seeds, chosen.losses)
        }
        for run in as_completed(waiting):
            try:
                runs.append(run.result())
            except ValueError as error:  # features that are not finite can be compared with nothing
                runs.append(dict(zip(("loss", "seed"), waiting[run], strict=True)) | {"failed": str(error)})
            print(*runs[-1].values(), sep=" | ", flush=True)
            write(chosen.result, made, runs)


def write(path: Path, made: Figures, runs: list[Figures]) -> None:
    """What there is so far, in the order of losses and seeds."""
    order = ["raw pixels", *HEADS]
    runs = sorted(runs, key=lambda run: (order.index(str(run["loss"])), run["seed"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made | {"runs": runs}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
