"""Exercises 14.1 to 14.3, wrong and right ways to them."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import lesson_14
from lessons_lib.exercises.lesson_14 import on_scale, rests_at, start
from lessons_lib.losses import NormalizedSoftmaxLoss
from lessons_lib.losses.both_ways import even_bias
from tests.exercises.every_lesson import EveryLesson


def p_of(cosines, s):
    return (s * cosines).softmax(1)


MISTAKES = {
    "14.1": [
        (lambda c, s: -on_scale(c, s), "The sign is the other way round"),
        (lambda c, s: on_scale(c, 1), "P is made without s"),
        (lambda c, s: s * on_scale(c, s), "the derivative by a = ln s"),
        (lambda c, s: (p_of(c, s) * c).sum(1).mean(), "the expected cosine alone"),
        (lambda c, s: 5 * on_scale(c, s), "the sum over the rows"),
        (lambda c, s: on_scale(c.T, s), "runs down the columns: dim=1"),
        (lambda c, s: (on_scale(c, s) + on_scale(c.T, s)) / 2, "the mean of rows and columns"),
        (lambda c, s: (p_of(c, s).diagonal() - 1).mean(), "weigh the cosines with P"),
        (lambda c, s: F.cross_entropy(s * c, torch.arange(5)), "That is the loss"),
        (lambda c, s: -c.diagonal().mean(), "without the others' expectation"),
        (lambda c, s: (p_of(c, s) * c).sum(1) - c.diagonal(), "One number is wanted, the mean over the rows"),
        (lambda c: c.mean(), "Keep the arguments of the stub"),
        (lambda c, s: 0.0, "Not the same yet"),
    ],
    "14.2": [
        (lambda n: 1 / n, "That is the cosine"),
        (lambda n: math.degrees(math.acos(1 / n)), "radians are wanted"),
        (lambda n: math.acos(1 / (n + 1)), "n − 1 are called wrong"),
        (lambda n: math.asin(1 / n), "arccos, not arcsin"),
        (lambda n: 0.0, "they push as well"),
        (lambda n: math.acos(1 / (1 + math.sqrt(n - 1))), "their derivatives add up to 0"),
        (lambda n: math.acos(1 / (n - 1)), "Your function raised ZeroDivisionError"),
        (math.pi / 2, "check wants the function itself"),
    ],
    "14.3": [
        (lambda pairs, right: -start(pairs, right), "The sign is the other way round"),
        (lambda pairs, right: right / pairs, "That is p itself"),
        (lambda pairs, right: math.log(right / pairs), "That is ln p"),
        (lambda pairs, right: -math.log(pairs - 1), "That is for one right caption"),
        (lambda pairs, right: 1 / (1 + math.exp(-right / pairs)), "That is σ(p)"),
        (lambda pairs, right: math.log10(right / (pairs - right)), "not 10"),
        (lambda pairs, right: math.log2(right / (pairs - right)), "not 2"),
        (lambda pairs, right: math.sqrt(2) * start(pairs, right), "AdaCos's √2"),
        (lambda pairs, right: -10, "−10 is the paper's"),
        (lambda pairs, right: [1, 2], "One number is wanted each time"),
    ],
}


def by_loops(cosines, s):
    """14.1 row by row, with math."""
    total = 0.0
    for i, row in enumerate(cosines.tolist()):
        weights = [math.exp(s * c) for c in row]
        total += sum(w * c for w, c in zip(weights, row, strict=True)) / sum(weights) - row[i]
    return total / len(cosines)


def by_autograd(cosines, s):
    """14.1 as what it is."""
    scale = torch.tensor(s, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(F.cross_entropy(scale * cosines, torch.arange(len(cosines))), scale)[0]


def by_finite_differences(cosines, s):
    """14.1 without a formula."""
    loss = lambda scale: F.cross_entropy(scale * cosines, torch.arange(len(cosines)))  # noqa: E731
    return (loss(s + 1e-4) - loss(s - 1e-4)) / 2e-4


def in_one_sum(cosines, s):
    """14.1 with the right cosine taken off first: the probabilities add up to 1."""
    return (p_of(cosines, s) * (cosines - cosines.diag()[:, None])).sum() / len(cosines)


ALSO_RIGHT = {
    "14.1": [
        by_loops,
        by_autograd,
        by_finite_differences,
        lambda c, s: (p_of(c, s) * (c - c.diag()[:, None])).sum() / len(c),
    ],
    "14.2": [
        lambda n: torch.acos(torch.tensor(1 / n)),
        lambda n: np.arccos(1 / n),
        lambda n: math.atan2(math.sqrt(n * n - 1), 1),
    ],
    "14.3": [
        lambda pairs, right: -math.log((pairs - right) / right),
        lambda pairs, right: torch.logit(torch.tensor(right / pairs, dtype=torch.float64)),
        lambda pairs, right: math.log(right) - math.log(pairs - right),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_14.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_gradient_asked_for_is_the_heads():
    torch.manual_seed(0)
    images, texts = torch.randn(2, 6, 4, dtype=torch.float64)
    head = NormalizedSoftmaxLoss(6, 4, scale=torch.nn.Parameter(torch.tensor(7.0))).double()
    (found,) = torch.autograd.grad(head(images, torch.arange(6), weight=texts), head.scale)
    assert on_scale(F.normalize(images) @ F.normalize(texts).T, 7.0).item() == pytest.approx(found.item(), rel=1e-9)


@pytest.mark.parametrize("n", [1, 3, 26])
def test_p2sgrad_rests_where_its_loss_is_least(n):
    loss = lambda c: (1 - c) ** 2 / 2 + (n - 1) * c**2 / 2  # noqa: E731
    least = min(np.linspace(-1, 1, 20_001), key=loss)
    assert math.cos(rests_at(n)) == pytest.approx(least, abs=1e-4)


def test_the_start_for_one_right_caption_is_the_heads():
    assert start(256, 1) == pytest.approx(even_bias(256), rel=1e-12)
