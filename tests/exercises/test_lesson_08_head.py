"""Exercise 8.4: heads that let go between 1° and 90°, heads that do not, and what its words say of scales."""

import math

import pytest
import torch

from lessons_lib.exercises import EXERCISES, check, lesson_08_head
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    Head,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SoftTripleLoss,
    SphereFaceLoss,
)
from tests.exercises.every_lesson import EveryLesson


class Flat(Head):
    """A head of a reader's own whose curve is flat between 40° and 50°."""

    def target_logit(self, theta):
        return torch.where(theta < math.radians(40), theta.cos(), (theta - math.radians(10)).cos()).where(
            (theta < math.radians(40)) | (theta > math.radians(50)), torch.tensor(math.cos(math.radians(40)))
        )


MISTAKES = {
    "8.4": [
        (ArcFaceLoss(10, 64, margin=0.5, scale=64), "let go of every digit inside 55°"),
        (ArcFaceLoss(10, 64, margin=0.5, scale=8), "inside 8°"),
        (CosFaceLoss(10, 64, margin=0.35, scale=64), "let go of every digit inside"),
        (NormalizedSoftmaxLoss(10, 64, scale=8), "inside 37°"),
        (NormalizedSoftmaxLoss(10, 64, scale=2.2), "let go of every digit at 1°"),
        (FixedAdaCosLoss(10, 64), "at 1° its pull is 0.0054 of its largest"),
        (AdaCosLoss(10, 64), "let go of every digit at 1°"),
        (P2SGradLoss(10, 64), "inside 17°"),
        (Flat(10, 64, scale=1.0), "lets go of it at 41°, on the way"),
        (SphereFaceLoss(10, 64), "The scale of SphereFaceLoss is the length of the feature"),
        (ModifiedSoftmaxLoss(10, 64), "The scale of ModifiedSoftmaxLoss is the length"),
        (SoftmaxLoss(10, 64), "The scale of SoftmaxLoss is the length"),
        (SoftTripleLoss(10, 64), "several weights a class"),
        (NormalizedSoftmaxLoss(100, 64, scale=2), "has 100 classes in 64 dimensions"),
        (NormalizedSoftmaxLoss(10, 2, scale=2), "has 10 classes in 2 dimensions"),
        (NormalizedSoftmaxLoss, "That is the class NormalizedSoftmaxLoss"),
        (2, "yours is int"),
        ("scale=2", "yours is str"),
        (lambda head: head, "Your function raised TypeError"),
    ]
}
ALSO_RIGHT = {
    "8.4": [
        NormalizedSoftmaxLoss(10, 64, scale=1),
        NormalizedSoftmaxLoss(10, 64, scale=torch.tensor([2.0])).double(),
        lambda: NormalizedSoftmaxLoss(10, 64, scale=2),
        ArcFaceLoss(10, 64, margin=0.5, scale=7),
        ArcFaceLoss(10, 64, margin=1.0, scale=10),
        CosFaceLoss(10, 64, margin=0.35, scale=2),
        CombinedMarginLoss(10, 64, scale=5),
    ]
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_08_head.EXERCISES, MISTAKES, ALSO_RIGHT


def pull_of_cosine_softmax(scale, theta):
    others = 9 / (9 + math.exp(scale * math.cos(theta)))
    return others * math.sin(theta)


@pytest.mark.parametrize(("scale", "holds"), [(2.09, True), (2.15, False)])
def test_the_largest_scale_that_holds_is_the_one_it_names(scale, holds):
    largest = max(pull_of_cosine_softmax(scale, math.radians(angle)) for angle in range(1, 180))
    assert (pull_of_cosine_softmax(scale, math.radians(1)) / largest >= 0.01) == holds
    assert (check("8.4", NormalizedSoftmaxLoss(10, 64, scale=scale)).state == "done") == holds
    assert "none above 2.1" in EXERCISES["8.4"].done and "up to 7," in EXERCISES["8.4"].done
    assert check("8.4", ArcFaceLoss(10, 64, margin=0.5, scale=7.1)).state == "not yet"


def test_what_is_drawn_grey_is_the_solutions_curve():
    exercise = EXERCISES["8.4"]
    torch.testing.assert_close(exercise.evaluate(NormalizedSoftmaxLoss(10, 64, scale=2)), exercise.target)
