"""Answers to the exercises of lesson 06: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_06
from lessons_lib.exercises.lesson_06 import floor, scale_for
from lessons_lib.losses.adacos import fixed_scale
from tests.exercises.every_lesson import EveryLesson, bisected


def adacos_share(scale, angle, num_classes):
    """P_y with the other classes at 90°, for 6.1."""
    logits = torch.zeros(num_classes, dtype=torch.float64)
    logits[0] = scale * math.cos(angle)
    return float(F.softmax(logits, dim=0)[0])


def on_a_simplex(scale, num_classes):
    """6.3 by the cross-entropy of features on the weights of a real simplex."""
    corners = F.normalize(torch.eye(num_classes).double() - 1 / num_classes)
    return F.cross_entropy(scale * corners @ corners.T, torch.arange(num_classes))


def remains(scale, others, apart):
    """6.3 with this many others, their cosine `apart` below the true class's."""
    return math.log(1 + others * math.exp(-scale * apart))


MISTAKES = {
    "6.1": [
        (lambda p, angle, classes: scale_for(p, angle, classes + 1), "The others are C − 1"),
        (lambda p, angle, classes: math.log((classes - 1) * p) / math.cos(angle), "p stands alone"),
        (lambda p, angle, classes: math.log((classes - 1) * (1 - p) / p) / math.cos(angle), "Upside down"),
        (lambda p, angle, classes: math.log((classes - 1) * p / 1 - p) / math.cos(angle), "Brackets are missing"),
        (lambda p, angle, classes: math.log(p / (1 - p)) / math.cos(angle), "C − 1 is missing"),
        (lambda p, angle, classes: math.log(classes - 1) / math.cos(angle), "p is missing"),
        (lambda p, angle, classes: math.log(classes - 1) * p / (1 - p) / math.cos(angle), "takes C − 1 alone"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)), "divide by the cosine of the angle"),
        (lambda p, angle, classes: scale_for(p, math.radians(angle), classes), "which is in radians already"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) * math.cos(angle), "You multiplied"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) / angle, "You divided by the angle"),
        (lambda p, angle, classes: math.log((classes - 1) * p / (1 - p)) / math.sin(angle), "That is the sine"),
        (lambda p, angle, classes: scale_for(p, math.degrees(angle), classes), "You turned the angle into degrees"),
        (lambda p, angle, classes: math.log10((classes - 1) * p / (1 - p)) / math.cos(angle), "base 10"),
        (lambda p, angle, classes: math.log2((classes - 1) * p / (1 - p)) / math.cos(angle), "base 2"),
        (lambda p, angle, classes: (classes - 1) * p / (1 - p) / math.cos(angle), "The logarithm is missing"),
        (lambda p, angle, classes: scale_for(p, min(angle, math.pi / 4), classes), "The limit of 45°"),
        (lambda p, angle, classes: scale_for(p, max(angle, math.pi / 4), classes), "an angle below 45° counts as 45°"),
        (lambda p, angle, classes: math.sqrt(2) * math.log((classes - 1) * p / (1 - p)), "the angle is 45° every time"),
        (lambda p, angle, classes: scale_for(p, math.pi / 4, classes), "the angle is 45° every time"),
        (lambda p, angle, classes: -scale_for(p, angle, classes), "The sign is turned"),
        (lambda p, angle, classes: math.log(p / (1 - p) / (classes - 1)) / math.cos(angle), "C − 1 stands below"),
        (lambda p, angle, classes: scale_for(p, math.radians(angle), classes), "nothing is to be converted"),
        (lambda p, angle, classes: torch.tensor(scale_for(p, angle, classes)).expand(3), "Yours has shape (3,)"),
        (lambda p, angle, classes: f"{p}", "yours is str"),
        (lambda p, angle, classes: print(end=""), "returned nothing"),
        (lambda p, angle, classes: (p, angle), "One number is wanted each time"),
        (lambda p, angle, classes: fixed_scale(classes), "That is Fixed AdaCos' scale"),
        (lambda p, angle, classes: math.nan, "not finite"),
        (lambda p, angle, classes: math.log(p - 1), "Your function raised ValueError"),
        (lambda p, angle: p, "Your function raised TypeError"),
    ],
    "6.3": [
        (lambda s, classes: remains(s, classes - 1, 1), "a simplex stands farther apart than 90°"),
        (lambda s, classes: remains(s, 1, classes / (classes - 1)), "The factor C − 1 is missing"),
        (lambda s, classes: remains(s, classes, classes / (classes - 1)), "The others are C − 1"),
        (lambda s, classes: math.exp(-floor(s, classes)), "That is the probability"),
        (lambda s, classes: -floor(s, classes), "That is ln P"),
        (lambda s, classes: math.exp(floor(s, classes)), "That is 1/P"),
        (lambda s, classes: (classes - 1) * math.exp(-s * classes / (classes - 1)), "what the others add"),
        (lambda s, classes: math.log((classes - 1) * math.exp(-s * classes / (classes - 1))), "The 1 is missing"),
        (lambda s, classes: remains(s, classes - 1, (classes - 1) / classes), "Upside down"),
        (lambda s, classes: remains(s, classes - 1, 1 / (classes - 1)), "cosine is alone in the exponent"),
        (lambda s, classes: remains(s, classes - 1, 1 - 1 / (classes - 1)), "in yours it is above"),
        (lambda s, classes: floor(-s, classes), "exponent's sign"),
        (lambda s, classes: floor(s, classes) / math.log(10), "base 10"),
        (lambda s, classes: floor(s, classes) / math.log(2), "base 2"),
        (lambda s, classes: remains(math.degrees(s), classes - 1, classes / (classes - 1)), "Not the same yet"),
        (lambda s, classes: F.softplus(s), "Not the same yet"),
        (lambda s, classes: print(end=""), "returned nothing"),
        (lambda s, classes: (s, classes), "One number is wanted each time"),
        (lambda s, classes: floor(s, 10), "Not the same yet"),
        (lambda s, classes: math.nan, "not finite"),
        (lambda s, classes: 1 / s, "Your function raised ZeroDivisionError"),
        (math.floor, "Your function raised TypeError"),
    ],
}
ALSO_RIGHT = {
    "6.1": [
        lambda p, angle, classes: (math.log(classes - 1) + math.log(p / (1 - p))) / math.cos(angle),
        lambda p, angle, classes: bisected(lambda scale: p - adacos_share(scale, angle, classes), 30),
        lambda p, angle, classes: (torch.logit(p) + math.log(classes - 1)) / torch.cos(angle),
        lambda p, angle, classes: np.log((classes - 1) * p / (1 - p)) / np.cos(angle),
        lambda p, angle, classes: np.array([[scale_for(p, angle, classes)]], dtype=np.float32),
        lambda p, angle, classes: (torch.logit(torch.tensor(p)) + math.log(classes - 1)) / math.cos(angle),
    ],
    "6.3": [
        on_a_simplex,
        lambda s, classes: np.log1p((classes - 1) * np.exp(-s * classes / (classes - 1))),
        lambda s, classes: torch.log1p((classes - 1) * torch.exp(-s * classes / (classes - 1))).float()[None],
        lambda s, classes: F.softplus(torch.tensor(math.log(classes - 1) - s * classes / (classes - 1))),
        lambda s, classes: -math.log(math.exp(s) / (math.exp(s) + (classes - 1) * math.exp(-s / (classes - 1)))),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_06.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_06_says_of_its_finished_pictures():
    at_45 = {(p, classes): scale_for(p, math.pi / 4, classes) for p in (0.5, 0.99) for classes in (10, 1000)}
    assert at_45[0.5, 10] == pytest.approx(fixed_scale(10)) and at_45[0.5, 1000] == pytest.approx(fixed_scale(1000))
    done = EXERCISES["6.1"].done
    assert f"√2 ln 9 = {at_45[0.5, 10]:.2f}" in done and f"p = 0.99 needs {at_45[0.99, 10]:.2f}" in done
    assert f"p = ½ needs {at_45[0.5, 1000]:.2f}" in done
    assert f"a loss of {floor(fixed_scale(10), 10):.3f} remains" in EXERCISES["6.3"].done
    assert f"s = 10 only {floor(10, 10):.4f}" in EXERCISES["6.3"].done
