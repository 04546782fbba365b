"""Exercises 15.1 and 15.2, wrong and right ways to them."""

import math

import numpy as np
import pytest
import torch

from lessons_lib.class_cost import SpreadHead, memory
from lessons_lib.exercises import lesson_15
from lessons_lib.exercises.lesson_15 import gigabytes, joined
from tests.exercises.every_lesson import EveryLesson


def whole(m1, t1, m2, t2, m):
    """The sum of e^(z − m) over both pieces."""
    return t1 * (m1 - m).exp() + t2 * (m2 - m).exp()


def of_one_largest(largest):
    """15.1 with this in place of each image's larger one."""
    return lambda m1, t1, m2, t2, own: (whole(m1, t1, m2, t2, largest(m1, m2)).log() + largest(m1, m2) - own).mean()


MISTAKES = {
    "15.1": [
        (lambda m1, t1, m2, t2, own: ((t1 + t2).log() + torch.maximum(m1, m2) - own).mean(), "two different largest"),
        (lambda m1, t1, m2, t2, own: ((t1 + t2).log() - own).mean(), "The largest logits are missing"),
        (lambda m1, t1, m2, t2, own: ((t1 * m1.exp() + t2 * m2.exp()).log() - own).mean(), "infinite for logits"),
        (
            lambda m1, t1, m2, t2, own: (m1 + (t1 + t2 * (m2 - m1).exp()).log() - own).mean(),
            "e^(m2 − m1) where m2 is far above",
        ),
        (
            lambda m1, t1, m2, t2, own: (m2 + (t2 + t1 * (m1 - m2).exp()).log() - own).mean(),
            "in each image take the larger",
        ),
        (
            lambda m1, t1, m2, t2, own: (
                -(torch.exp(own - torch.maximum(m1, m2)) / whole(m1, t1, m2, t2, torch.maximum(m1, m2))).log().mean()
            ),
            "Or is P itself formed?",
        ),
        (of_one_largest(lambda m1, m2: torch.max(m1.max(), m2.max())), "One largest logit stands for the whole batch"),
        (of_one_largest(lambda m1, m2: torch.stack([m1, m2]).amax()), "One largest logit stands for the whole batch"),
        (lambda m1, t1, m2, t2, own: joined(m1, t1, m2, t2, own + torch.maximum(m1, m2)), "m is missing at the end"),
        (lambda m1, t1, m2, t2, own: joined(m1, t1, m2, t2, 0 * own), "The true logit is missing"),
        (lambda *batch: 6 * joined(*batch), "That is a sum over the images"),
        (lambda *batch: -joined(*batch), "The sign is turned"),
        (lambda m1, t1, m2, t2, own: (t1 * (m2 - m1).exp() + t2).log() + m2 - own, "a loss for each image"),
        (lambda m1, t1, m2, t2, own: (m1, t1), "One number is wanted"),
        (lambda m1, t1, m2, t2, own: joined(m1, t1, m1, t1, own), "Not the same yet"),
        (lambda m1, t1: m1, "Keep the arguments of the stub"),
    ],
    "15.2": [
        (lambda C, d, N, R: gigabytes(C, d, N, 1), "The classes are not shared yet"),
        (lambda C, d, N, R: gigabytes(C, d, N / R, R), "Each process sees all N images"),
        (lambda C, d, N, R: (16 * C * d / R + 12 * N * C) / 1e9, "The logits are not shared yet"),
        (lambda C, d, N, R: (16 * C * d + 12 * N * C / R) / 1e9, "The weights are not shared yet"),
        (lambda C, d, N, R: 12 * (C * d + N * C) / R / 1e9, "Four tensors of weights, not three"),
        (lambda C, d, N, R: 16 * C * d / R / 1e9, "The logits are missing"),
        (lambda C, d, N, R: (4 * C * d + 12 * N * C) / R / 1e9, "Only one tensor of weights"),
        (lambda C, d, N, R: (12 * C * d + 16 * N * C) / R / 1e9, "The counts are exchanged"),
        (lambda C, d, N, R: (16 * C * d + 4 * N * C) / R / 1e9, "Only one tensor of logits: there are three"),
        (lambda C, d, N, R: 1e9 * gigabytes(C, d, N, R), "divide by 10⁹"),
        (lambda C, d, N, R: gigabytes(C, d, N, R) / 4, "each takes four bytes"),
        (lambda C, d, N, R: gigabytes(C, d, N, R) * 1e9 / 2**30, "not 2³⁰"),
        (lambda C, d, N, R: (C, d), "One number is wanted"),
        (lambda C, d, N, R: 1.0, "it should be 83.200; yours is 1."),  # in gigabytes, as the reader counts
    ],
}
ALSO_RIGHT = {
    "15.1": [
        lambda m1, t1, m2, t2, own: (torch.logaddexp(t1.log() + m1, t2.log() + m2) - own).mean(),
        lambda m1, t1, m2, t2, own: np.mean(
            np.logaddexp(t1.log().numpy() + m1.numpy(), t2.log().numpy() + m2.numpy()) - own.numpy()
        ),
    ],
    "15.2": [
        lambda C, d, N, R: (C / R * d * 4 + N * C / R * 3) * 4 / 10**9,
        lambda C, d, N, R: math.fsum(4 * [4e-9 * C * d / R] + 3 * [4e-9 * C * N / R]),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_15.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_loss_of_two_pieces_is_that_of_the_whole():
    logits = 500 * torch.randn(7, 12, dtype=torch.float64)
    labels = torch.arange(7)
    pieces = logits.split([9, 3], dim=1)
    told = [(piece.amax(dim=1), (piece - piece.amax(dim=1, keepdim=True)).exp().sum(dim=1)) for piece in pieces]
    found = joined(*told[0], *told[1], logits[torch.arange(7), labels])
    torch.testing.assert_close(found, torch.nn.functional.cross_entropy(logits, labels))


def test_the_memory_is_the_models_but_for_what_adam_and_the_batch_need_for_a_moment():
    head = SpreadHead(10_000_000, 512, batch=1024, processes=4)
    parts = memory(head)
    kept = sum(parts[name] for name in ("weights", "gradients", "moments", "logits"))
    assert gigabytes(1e7, 512, 1024, 4) == pytest.approx(kept / 1e9)
    assert 2 * 80 < gigabytes(1e7, 512, 1024, 1) < 3 * 80
