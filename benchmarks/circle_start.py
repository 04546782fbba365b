"""What frees ten classes on a circle: even class weights, or a loss that keeps the length first? Lesson 11 reads it.

    make records ARGS="circle_start"

Cosine softmax with s = 16 in two dimensions, 400 steps as in lesson 11: from random or from even class weights, all
400 with it or the first 200 with modified softmax.
"""

import torch
from torch import nn

from lessons_lib.angles import circle_points
from lessons_lib.data import LabelledImages, load_mnist
from lessons_lib.losses import Head, ModifiedSoftmaxLoss, NormalizedSoftmaxLoss
from lessons_lib.records import Record

SEEDS = {"native": tuple(range(8)), "avx2": (0, *range(8, 15)), "plain": (0, *range(15, 22))}


def network() -> nn.Module:
    """Three layers on raw pixels, as in lesson 11."""
    layers: list[nn.Module] = [nn.Flatten()]
    for wide in (784, 64):
        layers += [nn.Linear(wide, 64), nn.BatchNorm1d(64), nn.PReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 2))


def train(net: nn.Module, head: Head, digits: LabelledImages, steps: int) -> None:
    """Both, with Adam and batches of 128."""
    moving = torch.optim.Adam([*net.parameters(), *head.parameters()], lr=0.003, fused=True)
    net.train(), head.train()
    for which in torch.randint(len(digits), (steps, 128)):
        batch = digits.pick(which)
        loss = head(net(batch.images), batch.labels)
        moving.zero_grad()
        loss.backward()
        moving.step()


def trained(even: bool, first: bool, digits: LabelledImages, seed: int) -> tuple[nn.Module, Head]:
    """From even class weights or random ones, with modified softmax at first or without."""
    torch.manual_seed(seed)
    net, head = network(), NormalizedSoftmaxLoss(10, 2, scale=16)
    if even:
        head.weight.data = circle_points(10)
    if first:
        begun = ModifiedSoftmaxLoss(10, 2)
        begun.weight = head.weight
        train(net, begun, digits, 200)
    train(net, head, digits, 200 if first else 400)
    return net.eval(), head.eval()


def measure(seed: int) -> None:
    """The share of 1,000 test digits that is read."""
    record, mnist, right = Record("circle_start"), load_mnist(), {}
    for even in (False, True):
        for first in (False, True):
            net, head = trained(even, first, mnist.train, seed)
            name = f"{'even' if even else 'random'} weights, {'modified softmax first' if first else 'cosine softmax'}"
            with torch.no_grad():
                found = head.logits(net(mnist.test.images[:1000])).argmax(dim=1)
            right[name] = (found == mnist.test.labels[:1000]).float().mean()
    record("accuracy", right, "{:.0%}")
