"""Answers to exercise 5.4: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import pytest
import torch

from lessons_lib.exercises import EXERCISES, lesson_05_gradient
from lessons_lib.exercises.lesson_05_gradient import factor
from lessons_lib.losses import ArcFaceLoss
from tests.exercises.every_lesson import EveryLesson, slope

MISTAKES = {
    "5.4": [
        (lambda theta, margin: torch.sin(theta) / torch.sin(theta + margin), "Upside down"),
        (lambda theta, margin: torch.cos(theta + margin) / torch.cos(theta), "ratio of the two cosines"),
        (lambda theta, margin: torch.sin(theta + margin), "up to its sign"),
        (lambda theta, margin: -torch.sin(theta + margin), "still to be divided"),
        (lambda theta, margin: -factor(theta, margin), "sign is turned"),
        (lambda theta, margin: torch.sin(theta + margin) - torch.sin(theta), "difference of the two slopes"),
        (lambda theta, margin: 1 + math.sin(margin) / torch.sin(theta), "is not sin θ + sin m"),
        (lambda theta, margin: factor(torch.deg2rad(theta), math.radians(margin)), "theta and margin are in radians"),
        (lambda theta, margin: factor(theta, math.radians(margin)), "margin is in radians"),
        (lambda theta, margin: 1.0, "for each of the 90 angles"),
        (lambda theta, margin: math.sin(theta + margin) / math.sin(theta), "math takes one number, torch takes many"),
        (lambda theta, margin: factor(theta, margin).clamp(max=1), "Not the same yet"),
        (lambda theta, margin: factor(theta, margin).log(), "Not the same yet"),
        (lambda theta, margin: theta / 0, "not finite"),
        (lambda theta, margin: print(end=""), "returned nothing"),
        (lambda theta, margin: factor(theta, 0.5), "Not the same yet"),
    ],
}
ALSO_RIGHT = {
    "5.4": [
        lambda theta, margin: slope(lambda t: torch.cos(t + margin), theta) / slope(torch.cos, theta),
        lambda theta, margin: np.sin(theta + margin) / np.sin(theta),
        lambda theta, margin: factor(theta.float(), margin),
        lambda theta, margin: math.cos(margin) + math.sin(margin) / torch.tan(theta),
        lambda theta, margin: [math.sin(angle + margin) / math.sin(angle) for angle in theta.tolist()],
        lambda theta, margin: (
            slope(lambda t: ArcFaceLoss(2, 2, margin).target_logit(t), theta)
            / slope(lambda t: ArcFaceLoss(2, 2, margin, gradient="detached").target_logit(t), theta)
        ),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_05_gradient.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_5_4_says_of_its_finished_picture():
    at = lambda degrees: float(factor(torch.tensor(math.radians(degrees)).double(), 0.5))  # noqa: E731
    assert f"{at(5):.1f} times" in EXERCISES["5.4"].done
    assert f"{math.degrees((math.pi - 0.5) / 2):.1f}°" in EXERCISES["5.4"].done
    assert at(75.676) == pytest.approx(1, abs=1e-4) and at(math.degrees(math.pi - 0.5)) == pytest.approx(0, abs=1e-6)
