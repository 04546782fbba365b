"""Exercise 8.2: where ArcFace lets go, wrong and right ways to it."""

import math
import re

import numpy as np
import torch

from lessons_lib.exercises import EXERCISES, lesson_08_lets_go
from lessons_lib.exercises.lesson_08_lets_go import lets_go
from tests.exercises.every_lesson import EveryLesson, bisected


def arcface_share(theta, scale, margin, num_classes):
    """P_y with the other classes at 90°."""
    return 1 / (1 + (num_classes - 1) * math.exp(-scale * math.cos(theta + margin)))


def there(scale, num_classes, missing):
    """cos(θ + m) where this much is missing."""
    return math.log((num_classes - 1) * (1 - missing) / missing) / scale


MISTAKES = {
    "8.2": [
        (lambda s, m, c, e: lets_go(s, m, c, 0.5), "missing has no say"),
        (lambda s, m, c, e: lets_go(s, m, c, 1 - e), "where P_y is what should be missing"),
        (lambda s, m, c, e: math.acos(math.log((c - 1) / e) / s) - m, "missing stands alone in yours: put 1"),
        (lambda s, m, c, e: math.acos(math.log((c - 1) * (1 - e)) / s) - m, "1 − missing stands alone"),
        (lambda s, m, c, e: lets_go(s, m, 2, e), "C − 1 is missing"),
        (lambda s, m, c, e: math.acos(math.log((1 - e) / e / (c - 1)) / s) - m, "below the line"),
        (lambda s, m, c, e: lets_go(s, m, c + 1, e), "The others are C − 1"),
        (lambda s, m, c, e: math.acos((math.log(c * (1 - e) / e) - 1) / s) - m, "before the logarithm"),
        (lambda s, m, c, e: math.acos(math.log((c - 1) * 1 - e / e) / s) - m, "Brackets are missing"),
        (lambda s, m, c, e: math.acos(math.log10((c - 1) * (1 - e) / e) / s) - m, "base 10"),
        (lambda s, m, c, e: math.acos(math.log2((c - 1) * (1 - e) / e) / s) - m, "base 2"),
        (lambda s, m, c, e: lets_go(s, -m, c, e), "You added the margin"),
        (lambda s, m, c, e: lets_go(s, 0, c, e), "still to be taken off"),
        (lambda s, m, c, e: math.acos(there(s, c, e) + m), "CosFace's answer"),
        (lambda s, m, c, e: math.acos(there(s, c, e) - m), "stands inside the arccos"),
        (lambda s, m, c, e: math.acos(s * there(s, c, e)) - m, "numbers beyond 1"),
        (lambda s, m, c, e: torch.acos(torch.tensor(1 / there(s, c, e))) - m, "numbers beyond 1"),
        (lambda s, m, c, e: torch.acos(s), "numbers beyond 1"),
        (lambda s, m, c, e: math.acos((c - 1) * (1 - e) / e / s) - m, "The logarithm is missing"),
        (lambda s, m, c, e: there(s, c, e) - m, "one arccos is missing"),
        (lambda s, m, c, e: math.cos(there(s, c, e)) - m, "cosine already"),
        (lambda s, m, c, e: math.asin(there(s, c, e)) - m, "arcsin"),
        (lambda s, m, c, e: math.acos(-there(s, c, e)) - m, "sign of the logarithm"),
        (lambda s, m, c, e: math.degrees(lets_go(s, m, c, e)), "return radians"),
        (lambda s, m, c, e: math.degrees(lets_go(s, 0, c, e)) - m, "leave both in radians"),
        (lambda s, m, c, e: lets_go(s, math.radians(m), c, e), "The margin is in radians already"),
        (lambda s, m, c, e: (s, m), "One number is wanted for each scale"),
        (lambda s, m, c, e: lets_go(s, 0.5, c, e), "Not the same yet"),
        (lambda s, m, c, e: int("half"), "Your function raised ValueError: invalid literal"),
        (lambda s, m, c, e: "½", "yours is str"),
        (lambda s, m, c: lets_go(s, m, c, 0.5), "Keep the arguments of the stub"),
        (lambda s, m, c, e: print(end=""), "returned nothing"),
    ],
}
ALSO_RIGHT = {
    "8.2": [
        lambda s, m, c, e: bisected(lambda theta: arcface_share(theta, s, m, c) - 1 + e, math.pi - m),
        lambda s, m, c, e: torch.acos(torch.log(torch.tensor((c - 1.0) * (1 - e) / e)) / s) - m,
        lambda s, m, c, e: torch.acos((torch.log(1 / e - 1) + math.log(c - 1)) / s) - m,
        lambda s, m, c, e: np.arccos(np.log((c - 1) * (1 - e) / e) / s) - m,
        lambda s, m, c, e: [[lets_go(s, m, c, e)]],
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_08_lets_go.EXERCISES, MISTAKES, ALSO_RIGHT


def test_its_last_words_are_what_it_draws():
    angles = [math.degrees(lets_go(s, 0.5, 10, missing)) for s in (64, 16) for missing in (0.5, 0.01)]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["8.2"].done) == [f"{angle:.1f}" for angle in angles]
    assert angles[0] - angles[1] < 5
