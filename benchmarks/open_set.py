"""Scale or margin? Losses with a margin and without, at three scales, judged on scripts they were not trained on.

    make records ARGS="open_set"

The classes are characters of fourteen scripts, at most eighty of each. A seed draws those characters, the eight
scripts to train on, the four to report on and the two that choose the threshold; it also decides the network's start,
the order of batches, the pairs and the one-shot tasks. All of this is the same for every loss, so that two losses can
be compared seed by seed. Lessons 10 and 12 read the record.
"""

import math
import warnings
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from lessons_lib.data import LabelledImages, NamedImages, OpenSetData, by_group, load_glyphs, sample_episodes
from lessons_lib.evaluation import one_shot_accuracy, verify
from lessons_lib.losses import (
    ArcFaceLoss,
    ContrastiveLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    InBatch,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    nearest_pairs,
    random_pairs,
)
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record
from lessons_lib.training import fit

SEEDS = {"native": range(8), "avx2": range(8, 12), "plain": range(12, 16)}  # each draws other strangers
CHARACTERS, TO_CHOOSE_BY, TO_REPORT_ON = 80, 2, 4
SIZE, WIDTH, EPOCHS, TOGETHER = 64, 16, 8, 2
TASKS, WAYS = 1_000, 20


def with_margin(scale: float | None = None) -> Callable[[int], Head]:
    """ArcFace with m = 0.3, at this scale or at Fixed AdaCos' own."""
    return lambda classes: ArcFaceLoss(classes, SIZE, margin=0.3, scale=scale or math.sqrt(2) * math.log(classes - 1))


def without_margin(scale: float) -> Callable[[int], Head]:
    """Cosine softmax at this scale."""
    return lambda classes: NormalizedSoftmaxLoss(classes, SIZE, scale=scale)


def on_pairs(choose: Callable) -> Callable[[int], Head]:
    """The contrastive loss on the pairs that are chosen in each batch."""
    return lambda classes: InBatch(ContrastiveLoss(), choose, classes, SIZE, normalize=True)


HEADS: dict[str, Callable[[int], Head]] = {
    "softmax": lambda classes: SoftmaxLoss(classes, SIZE),
    "Fixed AdaCos": lambda classes: FixedAdaCosLoss(classes, SIZE),
    "ArcFace, Fixed AdaCos' s, m = 0.3": with_margin(),
    "cosine softmax, s = 16": without_margin(16),
    "ArcFace, s = 16, m = 0.3": with_margin(16),
    "CosFace, s = 16, m = 0.35": lambda classes: CosFaceLoss(classes, SIZE, margin=0.35, scale=16),
    "cosine softmax, s = 32": without_margin(32),
    "ArcFace, s = 32, m = 0.3": with_margin(32),
    "P2SGrad": lambda classes: P2SGradLoss(classes, SIZE),
    "contrastive, random pairs": on_pairs(random_pairs),
    "contrastive, nearest pairs": on_pairs(nearest_pairs),
}


def measure(seed: int) -> None:
    """Train every loss once, and record how each judges the strangers of this seed."""
    record, data = Record("open_set"), drawn(seed)
    judged = {"raw pixels": judge(lambda images: images.flatten(1), data, seed)}
    judged |= {name: trained(name, data, seed) for name in HEADS}
    for place, what in enumerate(("verification", "ranked rightly", "one-shot across scripts", "one-shot in a script")):
        record(what, {name: figures[place] for name, figures in judged.items()}, "{:.1%}")
    record("classes trained on", data.num_classes, "{:.0f}")


@cache
def all_glyphs() -> NamedImages:
    """Twenty images of every character of all scripts."""
    glyphs = load_glyphs()
    parts = glyphs.train, glyphs.unseen, glyphs.unseen_validation
    images, labels = torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])
    return NamedImages(images, labels, glyphs.class_names, glyphs.groups, glyphs.group_of_class)


def drawn(seed: int) -> OpenSetData:
    """The characters and the scripts of this seed: to train on, to choose by (2 scripts) and to report on (4)."""
    every, chance = all_glyphs(), torch.Generator().manual_seed(seed)
    mixed = torch.randperm(len(every.class_names), generator=chance)
    of_script = [mixed[every.group_of_class[mixed] == script] for script in range(len(every.groups))]
    kept = torch.cat([classes[:CHARACTERS] for classes in of_script]).sort().values
    here = torch.isin(every.labels, kept).nonzero().squeeze(1)
    images = every.pick(here)
    few = NamedImages(
        images.images,
        torch.searchsorted(kept, images.labels),
        tuple(every.class_names[i] for i in kept),
        every.groups,
        every.group_of_class[kept],
    )
    scripts = [every.groups[i] for i in torch.randperm(len(every.groups), generator=chance)]
    choose, report = scripts[:TO_CHOOSE_BY], scripts[TO_CHOOSE_BY : TO_CHOOSE_BY + TO_REPORT_ON]
    return by_group(few, validation=choose, test=report, seed=seed)


def trained(name: str, data: OpenSetData, seed: int) -> tuple[float, ...]:
    """One training and what came of it."""
    torch.manual_seed(seed)
    net = EmbeddingNet(SIZE, width=WIDTH)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="P2SGradLoss wants")  # more classes than dimensions, on purpose
        head = HEADS[name](data.num_classes)
    run = fit(net, head, data, epochs=EPOCHS, seed=seed, together=TOGETHER, cache=False, device="cpu")
    return judge(lambda images: embed(run.net, images), data, seed)


def judge(embedded: Callable[[Tensor], Tensor], data: OpenSetData, seed: int) -> tuple[float, ...]:
    """Of the scripts to report on, shares: pairs judged rightly, pairs ranked rightly, one-shot tasks solved, those of
    all scripts together and those in one script."""

    def of(part: LabelledImages) -> tuple[Tensor, Tensor]:
        return embedded(part.images), part.labels

    x, labels = of(data.unseen)
    found = verify(x, labels, threshold_from=of(data.unseen_validation), seed=seed)
    choices = {"ways": WAYS, "shots": 1, "count": TASKS, "seed": seed}
    across = sample_episodes(labels, **choices)
    within = sample_episodes(labels, **choices, groups=data.group_of(data.unseen))
    return found.accuracy, found.auc, one_shot_accuracy(x, across), one_shot_accuracy(x, within)
