"""What the tests of the live lab share: made-up digits, a training begun on them, its modules in V8."""

import json
from contextlib import contextmanager

import torch

from lessons_lib.data import LabelledImages
from lessons_lib.explorers.live_lab.sources import Examples
from lessons_lib.explorers.live_lab.training import LiveTraining, Moment
from tests.explorers.modules import modules

LARGEST = 120_000  # bytes an explorer may take in a notebook
MARGIN = {"sphereface": 3, "cosface": 0.12, "arcface": 0.3, "arcface_raw": 0.3}


def patterns(count=300, classes=10):
    """Images that are a pattern of their class and some noise."""
    chance = torch.Generator().manual_seed(3)
    labels = torch.arange(count) % classes
    pattern = torch.rand(classes, 1, 28, 28, generator=chance)
    return LabelledImages((pattern[labels] + 0.3 * torch.rand(count, 1, 28, 28, generator=chance)) / 1.3, labels)


def begun(data, loss="arcface", seed=0):
    training = LiveTraining(Examples.pixels(data), data.num_classes, seed)
    training.use(loss, MARGIN.get(loss, 0.0), 16.0)
    return training


def trained(training, steps):
    for _ in range(steps):
        training.step()
    return training.moment()


@contextmanager
def live_modules():
    """value(expression) of the lab's modules without a page; typed arrays are lists, what is no number is null."""
    with modules(*(f"live_lab/{name}.js" for name in ("frames", "words", "axes", "replay"))) as value:
        yield value


def js(value):
    return json.dumps(value)


def moment_of(weight, angles=(), **numbers):
    given = {"step": 100, "loss": 0.5, "accuracy": 0.9, "theta": 0.2, "other": 0.6, "scale": 16.0} | numbers
    return Moment(**given, weight=torch.as_tensor(weight, dtype=torch.float32), angles=torch.as_tensor(angles))
