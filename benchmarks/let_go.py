"""ArcFace trained by plain gradient descent with momentum, whose steps shrink with the gradient; lesson 8 reads it.

    make records ARGS="let_go"

MNIST in 64 dimensions, two epochs, batches and schedule as in `fit`, which trains with AdamW.
"""

import math

import torch

from lessons_lib.data import LabelledImages, load_mnist
from lessons_lib.evaluation import accuracy, target_angles
from lessons_lib.losses import ArcFaceLoss, Head
from lessons_lib.nets import EmbeddingNet
from lessons_lib.records import Record
from lessons_lib.runs import Run
from lessons_lib.training import BATCH

EPOCHS, RATE = 2, 0.02


def descend(net: EmbeddingNet, head: Head, train: LabelledImages, order: torch.Generator) -> Run:
    """Train both by SGD with momentum 0.9, under a one-cycle schedule with peak RATE."""
    optimizer = torch.optim.SGD([*net.parameters(), *head.parameters()], lr=RATE, momentum=0.9)
    steps = len(train) // BATCH
    shape = {"total_steps": EPOCHS * steps, "pct_start": 0.25, "div_factor": 10, "cycle_momentum": False}
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, **shape)
    for _ in range(EPOCHS):
        for which in torch.randperm(len(train), generator=order)[: steps * BATCH].split(BATCH):
            batch = train.pick(which)
            loss = head(net(batch.images), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return Run(net.eval(), head.eval())


def measure(seed: int) -> None:
    """The mean angle of the test digits to their own class weight, in degrees, and the share that is read."""
    record, mnist = Record("let_go"), load_mnist()
    torch.manual_seed(0)
    net, head = EmbeddingNet(64), ArcFaceLoss(10, 64, margin=0.5, scale=64)
    run = descend(net, head, mnist.train, torch.Generator().manual_seed(seed))
    record("mean θ", math.degrees(target_angles(run, mnist.test).mean()), "{:.1f}°")
    record("accuracy", accuracy(run, mnist.test), "{:.2%}")
