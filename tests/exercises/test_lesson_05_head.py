"""Exercise 5.3: heads that fail one of its demands each, heads that meet all, and the words said of them."""

import math
import re
import warnings

import pytest
import torch
from torch import nn

from lessons_lib.exercises import EXERCISES, check, lesson_05_head
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftTripleLoss,
    SphereFaceLoss,
)
from tests.exercises.every_lesson import EveryLesson

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # twenty classes in a plane
    P2SGRAD = P2SGradLoss(20, 2)


def raising():
    raise RuntimeError("no such head")


def arcface(margin=0.1, scale=100.0, **others):
    return ArcFaceLoss(20, 2, margin=margin, scale=scale, **others)


MISTAKES = {
    "5.3": [
        (NormalizedSoftmaxLoss(20, 2, scale=64), "it needs a margin"),
        (AdaCosLoss(20, 2), "it needs a margin"),
        (arcface(margin=0.0), "it needs a margin"),
        (CosFaceLoss(20, 2, margin=0.0, scale=64), "it needs a margin"),
        (CombinedMarginLoss(20, 2, m1=1.0, m2=0.0, m3=0.0, scale=64), "it needs a margin"),
        (arcface(margin=0.5, scale=64), "No point can satisfy your margin"),
        (arcface(margin=0.32), "No point can satisfy your margin"),
        (CosFaceLoss(20, 2), "No point can satisfy your margin"),
        (CosFaceLoss(20, 2, margin=0.05, scale=256), "No point can satisfy your margin"),
        (arcface(scale=16), "gets P = 0.48, and 0.9 is wanted"),
        (arcface(margin=0.25, scale=64), "A larger scale, or a smaller margin"),
        (arcface(margin=0.05, scale=256), "A smaller scale, or a larger margin"),
        (SphereFaceLoss(20, 2), "SphereFaceLoss has no scale of its own"),
        (ModifiedSoftmaxLoss(20, 2), "has no scale of its own"),
        (P2SGRAD, "P2SGradLoss has no scale of its own"),
        (SoftTripleLoss(20, 2), "several weights a class"),
        (ArcFaceLoss(10, 2, margin=0.2, scale=16), "your ArcFaceLoss has 10 classes in 2 dimensions"),
        (ArcFaceLoss(20, 64, margin=0.1, scale=100), "has 20 classes in 64 dimensions"),
        (ArcFaceLoss, "That is the class ArcFaceLoss: give it its numbers"),
        ((0.1, 100), "A head is wanted, one of the course's losses; yours is tuple"),
        (0.1, "yours is float"),
        (nn.Linear(2, 20), "yours is Linear"),
        (raising, "Your function raised RuntimeError: no such head"),
    ]
}
ALSO_RIGHT = {
    "5.3": [
        arcface(),
        lambda: arcface(margin=0.15, scale=128),
        arcface(margin=0.2, scale=256),
        arcface(gradient="detached"),
        arcface(margin=0.02, scale=64),
        arcface(margin=0.03, scale=80),
        CosFaceLoss(20, 2, margin=0.001, scale=64),
        CombinedMarginLoss(20, 2, m1=2.0, m2=0.0, m3=0.0, scale=64),
        arcface(scale=torch.tensor([100.0], dtype=torch.float64)),
        arcface().double(),
        arcface().eval(),
        CosFaceLoss(20, 2, margin=0.02, scale=128),
        CombinedMarginLoss(20, 2, m1=1.0, m2=0.05, m3=0.005, scale=100),
    ]
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_05_head.EXERCISES, MISTAKES, ALSO_RIGHT


@pytest.mark.parametrize("scale", [16.0, 100.0])
def test_the_probability_on_the_own_weight_is_that_of_the_circle(scale):
    margin = 0.1
    others = sum(math.exp(scale * math.cos(2 * math.pi * k / 20)) for k in range(1, 20))
    own = math.exp(scale * math.cos(margin))
    verdict = check("5.3", arcface(margin, scale))
    said = re.search(r"gets P = (\d\.\d+)", verdict.words)
    assert own / (own + others) == pytest.approx(float(said[1]), abs=0.006) if said else own / (own + others) > 0.9


def test_what_it_says_of_twenty_classes_and_a_scale_of_16():
    others = sum(math.exp(16 * (math.cos(2 * math.pi * k / 20) - 1)) for k in range(1, 20))
    assert 1 / (1 + others) == pytest.approx(0.5, abs=0.01)
    assert "for twenty it would leave P at one half" in EXERCISES["5.3"].done
