"""Images and captions as each other's class weights: what each choice of the loss is worth; lesson 14 reads it.

    make records ARGS="pairs_of_a_batch"

Digits of MNIST and lesson 14's captions, from nothing, 140 steps of 256 pairs. All rows start alike, from one seed, and
see the same images and captions in the same order, but for "ten digits, once each". What differs is the loss, or how
many of the pairs stand in one softmax. A test digit is read by the mean of each class's captions that were never
trained; a caption by the mean of each class's test images.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from lessons_lib.angles import safe_angle, unit_vectors
from lessons_lib.data import Captions, LabelledImages, gram_counts, load_captions, load_mnist, vocabulary_of
from lessons_lib.evaluation.zero_shot import centre_gaps, zero_shot_accuracy
from lessons_lib.losses import ArcFaceLoss, CosFaceLoss, FixedAdaCosLoss, Head, NormalizedSoftmaxLoss, P2SGradLoss
from lessons_lib.losses.both_ways import BothWays, SigmoidLoss, learn_scale
from lessons_lib.losses.text_head import TextHead, class_means
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.records import Record
from lessons_lib.text_nets import character_net

SEEDS = {"native": range(4), "avx2": (5, 6, 8, 9), "plain": range(10, 14)}
SIZE, PAIRS, TRAINED_ON, STEPS, RATE, JUDGED = 64, 256, 12_000, 140, 0.01, 2_000
FASTER = 10  # the logarithm of a learnt scale, and a bias, take larger steps, to be where they want to be by the end
softmax = partial(NormalizedSoftmaxLoss, PAIRS, SIZE)
sigmoid = partial(SigmoidLoss, PAIRS, SIZE)
cosface = partial(CosFaceLoss, PAIRS, SIZE, margin=0.2)


@dataclass(frozen=True)
class Row:
    """One training: its loss, how many pairs stand in one softmax, and how the batch is put together."""

    head: Callable[[], Head]
    group: int = PAIRS
    distinct: bool = False  # ten different digits after each other
    known: bool = False  # the classes are the ten digits, each the mean of its captions, or images, in the batch


def learnt(head: Callable[..., Head], start: float = 1 / 0.07, **numbers: Any) -> Callable[[], Head]:
    """A head whose scale is learnt."""
    return lambda: learn_scale(head(**numbers), start)


ROWS = {
    "CLIP": Row(learnt(softmax)),
    "CLIP, from 3": Row(learnt(softmax, 3.0)),
    "CLIP, from 50": Row(learnt(softmax, 50.0)),
    "fixed AdaCos": Row(lambda: FixedAdaCosLoss(PAIRS, SIZE)),
    "CLIP, 16 pairs": Row(learnt(softmax), group=16),
    "sigmoid": Row(learnt(sigmoid, 10.0)),
    "sigmoid, bias from -10": Row(learnt(sigmoid, 10.0, bias=-10.0)),
    "sigmoid, 16 pairs": Row(learnt(partial(SigmoidLoss, 16, SIZE), 10.0), group=16),
    "softmax, s = 3": Row(lambda: softmax(scale=3.0)),
    "softmax, s = 30": Row(lambda: softmax(scale=30.0)),
    "CosFace, m = 0.2": Row(learnt(cosface)),
    "CosFace, m = 0.2, s = 10": Row(lambda: cosface(scale=10.0)),
    "ArcFace, m = 0.2": Row(learnt(partial(ArcFaceLoss, PAIRS, SIZE, margin=0.2))),
    "ArcFace, m = 0.2, detached": Row(learnt(partial(ArcFaceLoss, PAIRS, SIZE, margin=0.2, gradient="detached"))),
    "P2SGrad": Row(lambda: P2SGradLoss(PAIRS, SIZE)),
    "ten digits, once each": Row(learnt(softmax), group=10, distinct=True),
    "digits known": Row(learnt(softmax), known=True),
}


@dataclass(frozen=True)
class Setting:
    """What the trainings share: digits, and captions with the counts that a text network sees of them."""

    train: LabelledImages
    test: LabelledImages
    trained: Captions
    unseen: Captions
    vocabulary: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "vocabulary", vocabulary_of(self.trained.texts))

    def batches(self, distinct: bool, seed: int) -> Iterator[LabelledImages]:
        """Training images by chance, or ten different digits after each other."""
        chance = torch.Generator().manual_seed(seed)
        own = [(self.train.labels == k).nonzero().squeeze(1) for k in range(10)]
        for _ in range(STEPS):
            which = torch.randint(len(self.train), (PAIRS,), generator=chance)
            if distinct:
                tens = [mine[torch.randint(len(mine), (PAIRS // 10,), generator=chance)] for mine in own]
                which = torch.stack(tens, dim=1).flatten()
            yield self.train.pick(which)


def measure(seed: int) -> None:
    """Train all, and record how they read, where the scale ends, and how far images and captions stand apart."""
    record, mnist, captions = Record("pairs_of_a_batch"), load_mnist(), load_captions()
    setting = Setting(mnist.train[:TRAINED_ON], mnist.test, captions.trained, captions.unseen)
    found = {name: judged(setting, *trained(setting, row, seed)) for name, row in ROWS.items()}
    for what, form in FORMS.items():
        record(what, {name: values[what] for name, values in found.items() if what in values}, form)
    record("gap before training", judged(setting, *made(setting, ROWS["CLIP"], seed), 0.0)["gap"], "{:.0f}")
    few = setting.trained.pick(i for i, text in enumerate(setting.trained.texts) if signs(text) < 2)
    fewer = Setting(setting.train, setting.test, few, setting.unseen)
    sums = {"sums of two and of three numbers": found["CLIP"]["sums read"]}
    sums["sums of two numbers"] = judged(fewer, *trained(fewer, ROWS["CLIP"], seed))["sums read"]
    record("new sums read, trained on", sums, "{:.0%}")


FORMS = {"read": "{:.1%}", "words read": "{:.1%}", "sums read": "{:.0%}", "scale": "{:.1f}", "gap": "{:.0f}",
         "to own": "{:.0f}", "to others": "{:.0f}", "loss": "{:.2f}"}  # fmt: skip


def signs(text: str) -> int:
    """How many plus and minus signs stand in a caption."""
    return text.count("+") + text.count("-")


def made(setting: Setting, row: Row, seed: int) -> tuple[EmbeddingNet, TextHead]:
    """The networks as they start."""
    torch.manual_seed(seed)
    net, text = EmbeddingNet(SIZE), character_net(len(setting.vocabulary), SIZE)
    counts = gram_counts(setting.trained.texts, setting.vocabulary)
    return net, TextHead(text, counts, setting.trained.labels, BothWays(row.head()))


def trained(setting: Setting, row: Row, seed: int) -> tuple[EmbeddingNet, TextHead, float]:
    """The networks after all steps, and the mean loss of the last ten."""
    net, head = made(setting, row, seed)
    both = [([*net.parameters(), *head.net.parameters()], RATE), ([*head.pairs.parameters()], FASTER * RATE)]
    optimizers = [torch.optim.AdamW(learning, rate, betas=(0.9, 0.99), weight_decay=0.0) for learning, rate in both]
    shape = {"total_steps": STEPS, "pct_start": 0.25, "div_factor": 10}
    schedules = [torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, **shape)
                 for optimizer, (_, rate) in zip(optimizers, both, strict=True)]  # fmt: skip
    torch.manual_seed(seed)  # the captions drawn are the same, whatever a loss's making drew
    losses = []
    for batch in setting.batches(row.distinct, seed):
        texts = head.net(head.inputs[head.drawn(batch.labels)])
        loss = loss_of(row, head.pairs, net(batch.images), texts, batch.labels)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        losses.append(loss.item())
    return net, head.eval(), sum(losses[-10:]) / 10


def loss_of(row: Row, pairs: BothWays, images: Tensor, texts: Tensor, labels: Tensor) -> Tensor:
    """The loss of a batch: mean over its groups of pairs, or with the ten digits as the classes."""
    if row.known:
        one_way = pairs.head(images, labels, weight=class_means(texts, labels))
        return (one_way + pairs.head(texts, labels, weight=class_means(images, labels))) / 2
    groups = zip(images.split(row.group), texts.split(row.group), strict=True)
    return torch.stack(list(itertools.starmap(pairs, groups))).mean()


@torch.no_grad()
def judged(setting: Setting, net: EmbeddingNet, head: TextHead, loss: float) -> dict[str, float]:
    """How it reads test digits and captions never trained, its scale, and mean angles in degrees."""
    images, labels = embed(net, setting.test.images), setting.test.labels
    texts, classes = head.net(gram_counts(setting.unseen.texts, setting.vocabulary)), setting.unseen.labels
    right = (unit_vectors(texts) @ class_means(images, labels).T).argmax(1) == classes
    sums = torch.tensor([kind == "sum" for kind in setting.unseen.kinds])
    angles = safe_angle(unit_vectors(images[:JUDGED]).double() @ unit_vectors(texts).double().T).rad2deg()
    own = labels[:JUDGED, None] == classes
    found = {"read": zero_shot_accuracy(images, labels, texts, classes), "loss": loss}
    found |= {"words read": right[~sums].double().mean(), "sums read": right[sums].double().mean()}
    found |= {"to own": angles[own].mean(), "to others": angles[~own].mean()}
    found["gap"] = centre_gaps(images, labels, texts, classes).rad2deg().mean()
    return found | ({"scale": head.scale} if head.pairs.head.scaled else {})
