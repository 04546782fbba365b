"""How far apart classes stand, with Uniform Loss and without, in two and three dimensions; lesson 7 reads the result.

    .venv/bin/python -m benchmarks.class_spread

MNIST from random weights, two epochs, the same network and order of batches for all of one seed. Writes
benchmarks/results/class_spread.json. Takes about seven minutes on two cores.
"""

import datetime
import itertools
import json
import math
from pathlib import Path

import torch
from torch import Tensor

from lessons_lib.angles import safe_angle, unit_vectors
from lessons_lib.data import LabelledImages, load_mnist
from lessons_lib.evaluation import accuracy, target_angles
from lessons_lib.losses import Head, NormalizedSoftmaxLoss, OnClassWeights, SphereFaceLoss, UniformLoss, uniform_energy
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.runs import Run
from lessons_lib.training import Auxiliary, fit

RESULT = Path(__file__).parent / "results" / "class_spread.json"
EPOCHS, SEEDS = 2, (0, 1, 2)
HEADS = {
    "cosine softmax, s = 10": lambda size: NormalizedSoftmaxLoss(10, size, scale=10),
    "SphereFace, m = 4": lambda size: SphereFaceLoss(10, size, margin=4),
}
REPULSION = ("none", "1 · Uniform Loss", "10 · Uniform Loss", "10 · energy of the weights")


def repulsion(name: str, head: Head) -> Auxiliary:
    """What is added to a head's loss under this name, as `fit` takes it."""
    if name == "none":
        return []
    strength, what = name.split(" · ")
    if what == "Uniform Loss":
        return [(float(strength), UniformLoss(10, head.embedding_size))]
    return [(float(strength), OnClassWeights(uniform_energy, head))]


def nearest(directions: Tensor) -> float:
    """The smallest angle between two of (C, d) directions, in degrees."""
    unit = unit_vectors(directions)
    return math.degrees(safe_angle((unit @ unit.T).fill_diagonal_(-1).max()))


def class_means(run: Run, part: LabelledImages) -> Tensor:
    """The mean direction of each class's features, (C, d)."""
    x = unit_vectors(embed(run.net, part.images))
    return torch.stack([x[part.labels == j].mean(dim=0) for j in range(10)])


def main() -> None:
    mnist, found = load_mnist(), []
    for size, head_name, name, seed in itertools.product((2, 3), HEADS, REPULSION, SEEDS):
        torch.manual_seed(seed)
        net, head = EmbeddingNet(size), HEADS[head_name](size)
        run = fit(net, head, mnist, epochs=EPOCHS, seed=seed, auxiliary=repulsion(name, head), cache=False)
        entry = {"size": size, "head": head_name, "repulsion": name, "seed": seed}
        entry |= {"weights": round(nearest(run.head.weight.detach()), 2)}
        entry |= {"means": round(nearest(class_means(run, mnist.test)), 2)}
        entry |= {"theta": round(math.degrees(target_angles(run, mnist.test).mean()), 2)}
        entry |= {"accuracy": round(accuracy(run, mnist.test), 4)}
        found.append(entry)
        print(*entry.values(), f"{run.seconds:.1f} s", sep=" | ", flush=True)
    versions = {"torch": torch.__version__.split("+")[0], "threads": torch.get_num_threads()}
    made = {"date": str(datetime.date.today())} | versions | {"epochs": EPOCHS}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(made | {"runs": found}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
