"""The first steps of six losses under gradient descent with momentum; lesson 8 reads the record.

    make records ARGS="angle_by_descent"

As `angle_over_training`, with SGD in place of AdamW, so that a step is as long as the gradient: at one rate for all
losses, and at a rate divided by the scale of each, so that a factor before the loss does not count.
"""

import math

import torch

from benchmarks.angle_over_training import HEADS, SIZE
from lessons_lib.data import LabelledImages, load_mnist
from lessons_lib.evaluation import target_angles
from lessons_lib.losses import Head
from lessons_lib.nets import EmbeddingNet
from lessons_lib.records import Record
from lessons_lib.runs import Run
from lessons_lib.training import BATCH

LOOKS = (4, 9, 16, 31)  # steps
RATE, SCALED_RATE = 0.02, 0.1  # for all losses alike; to be divided by the scale of each
LOOKED_AT = 500  # validation digits


def angles(head: Head, rate: float, train: LabelledImages, look: LabelledImages, seed: int) -> dict[str, float]:
    """The mean angle in degrees after some of the first steps, at a constant rate."""
    torch.manual_seed(0)
    net, order = EmbeddingNet(SIZE), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD([*net.parameters(), *head.parameters()], lr=rate, momentum=0.9)
    found = {}
    for step, which in enumerate(torch.randperm(len(train), generator=order).split(BATCH)[: max(LOOKS)], start=1):
        batch = train.pick(which)
        loss = head(net.train()(batch.images), batch.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in LOOKS:
            found[f"step {step}"] = math.degrees(target_angles(Run(net.eval(), head), look).mean())
    return found


def measure(seed: int) -> None:
    """The mean angles, in degrees, by loss and kind of rate."""
    record, mnist = Record("angle_by_descent"), load_mnist()
    look = mnist.validation.pick(torch.arange(LOOKED_AT))
    for name, make in HEADS.items():
        for kind in ("one rate", "rate / s"):
            torch.manual_seed(0)
            head = make()
            rate = RATE if kind == "one rate" else SCALED_RATE / float(head.scale)
            record(f"mean θ, {name}, {kind}", angles(head, rate, mnist.train, look, seed), "{:.1f}°")
