"""How far apart the classes of several losses stand, with charges and without; lesson 7 reads the record.

    make records ARGS="class_spread"

MNIST from random weights, two epochs, the same network and order of batches for all runs of one start.
"""

import math

import torch
from torch import Tensor

from lessons_lib.angles import safe_angle, unit_vectors
from lessons_lib.data import load_mnist
from lessons_lib.evaluation import accuracy
from lessons_lib.losses import (
    ArcFaceLoss,
    CosFaceLoss,
    NormalizedSoftmaxLoss,
    OnClassWeights,
    SphereFaceLoss,
    UniformLoss,
    uniform_energy,
)
from lessons_lib.nets import EmbeddingNet
from lessons_lib.records import Record
from lessons_lib.training import fit

HEADS = {
    "cosine softmax": lambda size: NormalizedSoftmaxLoss(10, size, scale=10),
    "CosFace": lambda size: CosFaceLoss(10, size, margin=0.1, scale=10),
    "ArcFace": lambda size: ArcFaceLoss(10, size, margin=0.2, scale=10),
    "SphereFace": lambda size: SphereFaceLoss(10, size, margin=4),
}
CHARGES = {
    "none": lambda head: [],
    "10 · Uniform Loss": lambda head: [(10.0, UniformLoss(10, head.embedding_size))],
    "10 · energy of the weights": lambda head: [(10.0, OnClassWeights(uniform_energy, head))],
}
RUNS = [
    *[(2, "cosine softmax", charges) for charges in CHARGES],
    (2, "CosFace", "none"),
    (2, "ArcFace", "none"),
    (3, "SphereFace", "10 · energy of the weights"),
]


def nearest(directions: Tensor) -> float:
    """The smallest angle between two of (C, d) directions, in degrees."""
    unit = unit_vectors(directions)
    return math.degrees(safe_angle((unit @ unit.T).fill_diagonal_(-1).max()))


def measure(seed: int) -> None:
    """The smallest angle between two class weights, in degrees, and the share of test digits that are read."""
    record, mnist, angle, share = Record("class_spread"), load_mnist(), {}, {}
    for size, name, charges in RUNS:
        torch.manual_seed(0)
        net, head = EmbeddingNet(size), HEADS[name](size)
        run = fit(net, head, mnist, epochs=2, seed=seed, auxiliary=CHARGES[charges](head), cache=False)
        what = f"{size}-D, {name}, {charges}"
        angle[what] = nearest(run.head.weight.detach())
        share[what] = accuracy(run, mnist.test)
    record("smallest angle", angle, "{:.1f}°")
    record("accuracy", share, "{:.2%}")
