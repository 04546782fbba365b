"""The mean angle to the own class weight over training, for six losses; lesson 8 reads the record.

    make records ARGS="angle_over_training"

MNIST in 64 dimensions, two epochs, the same network, order of batches and schedule for all losses of one start.
"""

import math

import torch

from lessons_lib.data import load_mnist
from lessons_lib.evaluation import accuracy, target_angles
from lessons_lib.losses import ArcFaceLoss, FixedAdaCosLoss, NormalizedSoftmaxLoss, P2SGradLoss, SphereFaceLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.records import Record
from lessons_lib.training import fit

SIZE = 64
HEADS = {
    "cosine softmax, s = 8": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=8),
    "cosine softmax, s = 64": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=64),
    "SphereFace, m = 4": lambda: SphereFaceLoss(10, SIZE, margin=4),
    "ArcFace, s = 64, m = 0.5": lambda: ArcFaceLoss(10, SIZE, margin=0.5, scale=64),
    "Fixed AdaCos": lambda: FixedAdaCosLoss(10, SIZE),
    "P2SGrad": lambda: P2SGradLoss(10, SIZE),
}


def measure(seed: int) -> None:
    """The mean angle at some thirty moments, in degrees of 500 validation digits; at the end, of all test digits."""
    record, mnist, end, share = Record("angle_over_training"), load_mnist(), {}, {}
    for name, head in HEADS.items():
        torch.manual_seed(0)
        run = fit(EmbeddingNet(SIZE), head(), mnist, epochs=2, seed=seed, cache=False)
        over = {f"step {moment['step']:.0f}": math.degrees(moment["theta"]) for moment in run.history}
        record(f"mean θ, {name}", over, "{:.1f}°")
        end[name] = math.degrees(target_angles(run, mnist.test).mean())
        share[name] = accuracy(run, mnist.test)
    record("mean θ at the end", end, "{:.1f}°")
    record("accuracy", share, "{:.2%}")
