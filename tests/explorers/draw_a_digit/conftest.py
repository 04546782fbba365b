import numpy as np
import pytest
import torch

from lessons_lib.angles import circle_points
from lessons_lib.explorers import DrawADigit
from lessons_lib.explorers.draw_a_digit.network import as_mnist
from lessons_lib.losses import (
    ModifiedSoftmaxLoss,
)
from lessons_lib.nets import EmbeddingNet
from tests.explorers.draw_a_digit.signs import SIGNS
from tests.explorers.modules import modules

GIVEN = """
const typed = v => (v === null ? null : Float32Array.from(v)), plain = v => v && Array.from(v);
const lessonOf = given => lessonFrom(given.lesson, given.points, given.learners, Uint8Array.from(given.numbers),
  Uint8Array.from(given.raw));
const trainedBy = (lesson, taught, steps) => {
  const start = { layers: lesson.layers, weight: lesson.weight, ...batchesOf(lesson, taught) };
  const trainer = trainerOf(start);
  const losses = Array.from({ length: steps }, () => trainer.step(lesson.head, PLAN[0].rate));
  return { losses, layers: trainer.layers, weight: trainer.weight, features: trainer.embed(lesson.shown) };
};
0"""


@pytest.fixture(scope="module")
def drawings():
    """Each sign 40 times by an unsteady hand: images (400, 1, 28, 28), labels."""
    hand = np.random.default_rng(0)
    shaken = [
        as_mnist([np.clip(np.array(stroke) + hand.normal(0, 0.03, (len(stroke), 2)), 0, 1).tolist() for stroke in sign])
        for sign in SIGNS * 40
    ]
    return torch.tensor(np.array(shaken)).float()[:, None], torch.arange(10).repeat(40)


@pytest.fixture(scope="module")
def trained(drawings):
    """A narrow network that has learnt the signs: by hand, as importing torch.optim takes longer."""
    torch.manual_seed(0)
    images, labels = drawings
    net, head = EmbeddingNet(2, width=4), ModifiedSoftmaxLoss(10, 2)
    head.weight.data = circle_points(10)
    parameters = list(net.parameters())
    speed = [torch.zeros_like(p) for p in parameters]
    for _ in range(40):
        part = torch.randperm(400)[:100]
        gradients = torch.autograd.grad(head(net(images[part]), labels[part]), parameters)
        with torch.no_grad():
            for p, v, gradient in zip(parameters, speed, gradients, strict=True):
                p -= 0.05 * v.mul_(0.9).add_(gradient)
    return net.eval(), head


@pytest.fixture(scope="module")
def explorer(trained, drawings):
    return DrawADigit(*trained, *drawings)


@pytest.fixture(scope="module")
def browser():
    """network.js in V8: call(name, *arguments) with plain JSON; typed arrays go in as lists."""
    parts = [f"draw_a_digit/{name}.js" for name in ("network", "teach")] + ["kit/trainer.js", "kit/unpack.js"]
    with modules(*parts, "kit/heads.js", setup=GIVEN) as call:
        yield call
