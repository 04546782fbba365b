"""The mean angle to the own class weight over training, for every loss and several seeds; lesson 8 reads the result.

    .venv/bin/python -m benchmarks.angle_over_training

MNIST in 64 dimensions, two epochs, the same network, order of batches and schedule for all losses of one seed. Writes
benchmarks/results/angle_over_training.json. Takes about five minutes on two cores.
"""

import datetime
import json
import warnings
from pathlib import Path

import torch

from lessons_lib.data import load_mnist
from lessons_lib.evaluation import accuracy
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SphereFaceLoss,
)
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit

RESULT = Path(__file__).parent / "results" / "angle_over_training.json"
SIZE, EPOCHS, SEEDS = 64, 2, (0, 1, 2)
HEADS = {
    "softmax": lambda: SoftmaxLoss(10, SIZE),
    "cosine softmax, s = 8": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=8),
    "cosine softmax, s = 16": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=16),
    "cosine softmax, s = 64": lambda: NormalizedSoftmaxLoss(10, SIZE, scale=64),
    "SphereFace, m = 4": lambda: SphereFaceLoss(10, SIZE, margin=4),
    "CosFace, s = 64, m = 0.35": lambda: CosFaceLoss(10, SIZE, margin=0.35, scale=64),
    "ArcFace, s = 16, m = 0.5": lambda: ArcFaceLoss(10, SIZE, margin=0.5, scale=16),
    "ArcFace, s = 64, m = 0.5": lambda: ArcFaceLoss(10, SIZE, margin=0.5, scale=64),
    "Fixed AdaCos": lambda: FixedAdaCosLoss(10, SIZE),
    "AdaCos": lambda: AdaCosLoss(10, SIZE),
    "P2SGrad": lambda: P2SGradLoss(10, SIZE),
}


def main() -> None:
    mnist, found = load_mnist(), {}
    for name, head in HEADS.items():
        found[name] = {"theta": [], "accuracy": []}
        for seed in SEEDS:
            torch.manual_seed(seed)
            run = fit(EmbeddingNet(SIZE), head(), mnist, epochs=EPOCHS, seed=seed, cache=False)
            steps = [round(moment["step"]) for moment in run.history]
            found[name]["theta"].append([round(moment["theta"], 4) for moment in run.history])
            found[name]["accuracy"].append(round(accuracy(run, mnist.test), 4))
        ends = [theta[-1] for theta in found[name]["theta"]]
        angles = ", ".join(f"{torch.tensor(end).rad2deg():.1f}°" for end in ends)
        print(f"{name:26} mean θ at the end {angles}; accuracy {found[name]['accuracy']}", flush=True)
    versions = {"torch": torch.__version__.split("+")[0], "threads": torch.get_num_threads()}
    made = {"date": str(datetime.date.today())} | versions
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(made | {"epochs": EPOCHS, "seeds": SEEDS, "step": steps, "losses": found}) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("default")
    main()
