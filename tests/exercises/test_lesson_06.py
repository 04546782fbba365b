"""Answers to the exercises of lesson 06: typical mistakes, other ways to be right, and what its words say."""

import math

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_06
from lessons_lib.exercises.lesson_06 import floor, next_scale, scale_for
from lessons_lib.losses import AdaCosLoss
from lessons_lib.losses.adacos import fixed_scale
from tests.exercises.every_lesson import EveryLesson, bisected, own


def adacos_share(scale, angle, num_classes):
    """P_y with the other classes at 90°, for 6.1."""
    logits = torch.zeros(num_classes, dtype=torch.float64)
    logits[0] = scale * math.cos(angle)
    return float(F.softmax(logits, dim=0)[0])


def followed(scale, cosines, labels):
    """6.2 by the library."""
    head = AdaCosLoss(cosines.shape[1], 4).double()
    head.scale.fill_(scale)
    head.follow(cosines, labels)
    return head.scale


def others_sums(scale, cosines, labels):
    """Σ e^{s·cos θ_j} over the other classes, for each sample."""
    return torch.exp(scale * cosines).masked_fill(own(cosines, labels).bool(), 0).sum(dim=1)


def target_angles(cosines, labels):
    return torch.acos(cosines.gather(1, labels[:, None]).squeeze(1))


def over(divisor):
    """6.2 with ln B divided by this of the target angles."""
    return lambda s, c, y: others_sums(s, c, y).mean().log() / divisor(target_angles(c, y))


def with_b(log_b):
    """6.2 with this in place of ln B, made from the others' sums of the samples."""
    return lambda s, c, y: log_b(others_sums(s, c, y)) / math.cos(min(math.pi / 4, float(target_angles(c, y).median())))


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
        (lambda p, angle, classes: (p, angle), "One number is wanted each time"),
        (lambda p, angle, classes: fixed_scale(classes), "Not the same yet"),
        (lambda p, angle, classes: math.nan, "not finite"),
        (lambda p, angle, classes: math.log(p - 1), "Your function raised ValueError"),
        (lambda p, angle: p, "Your function raised TypeError"),
    ],
    "6.2": [
        (with_b(lambda sums: (sums + 1).mean().log()), "The true class still counts 1"),
        (
            lambda s, c, y: (
                torch.exp(s * c).sum(dim=1).mean().log() / target_angles(c, y).median().clamp(max=0.25 * math.pi).cos()
            ),
            "The true class is in B as well",
        ),
        (with_b(lambda sums: (sums / 9).mean().log()), "You averaged over the classes too"),
        (with_b(lambda sums: sums.sum().log()), "B is summed over the samples"),
        (with_b(lambda sums: sums.log().mean()), "the mean of the logarithms"),
        (lambda s, c, y: next_scale(1, c, y), "The scale is missing in the exponent"),
        (with_b(lambda sums: sums.mean()), "The logarithm of B is missing"),
        (over(lambda theta: theta.mean().clamp(max=math.pi / 4).cos()), "That takes the mean angle"),
        (over(lambda theta: theta.cos().mean().clamp(min=math.sqrt(0.5))), "That takes the mean cosine"),
        (over(lambda theta: theta.median().cos()), "The limit is missing"),
        (over(lambda theta: theta.median().clamp(max=45).cos()), "The limit is missing"),
        (over(lambda theta: math.cos(max(math.pi / 4, theta.median()))), "That is max"),
        (over(lambda theta: math.sqrt(0.5)), "The angle is 45° every time"),
        (
            lambda s, c, y: over(lambda theta: torch.acos(c).median().clamp(max=math.pi / 4).cos())(s, c, y),
            "The angle is 45° every time",
        ),
        (over(lambda theta: theta.median().clamp(max=math.pi / 4)), "You divided by the angle"),
        (over(lambda theta: 1), "that is ln B"),
        (over(lambda theta: 1 / theta.median().clamp(max=math.pi / 4).cos()), "You multiplied by the cosine"),
        (over(lambda theta: theta.cos().median().clamp(max=math.pi / 4).cos()), "a cosine already"),
        (over(lambda theta: theta.clamp(max=math.pi / 4).cos()), "One number is wanted each time"),
        (lambda s, c, y: s, "Not the same yet"),
        (lambda s, c, y: next_scale(s, c, 0 * y), "Not the same yet"),
        (lambda s, c, y: math.exp(s * c), "Your function raised"),
        (lambda s, c, y: print(end=""), "returned nothing"),
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
        lambda p, angle, classes: (torch.logit(torch.tensor(p)) + math.log(classes - 1)) / math.cos(angle),
    ],
    "6.2": [
        followed,
        over(lambda theta: theta.cos().median().clamp(min=math.sqrt(0.5))),
        lambda s, c, y: next_scale(s, c.float(), y),
        lambda s, c, y: float(
            (torch.exp(s * c).sum() - torch.exp(s * torch.cos(target_angles(c, y))).sum()).div(len(y)).log()
            / math.cos(min(math.pi / 4, float(target_angles(c, y).median())))
        ),
    ],
    "6.3": [
        on_a_simplex,
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
    drawn = EXERCISES["6.2"].target  # medians of 5° to 80° in steps of 2.5°, after 8, 4 and 2
    torch.testing.assert_close(drawn[16:], drawn[-1:].expand(15, 3))
    assert (drawn[:17].diff(dim=0) > 0).all()
    (eight, _, two), (eight_at_5, _, two_at_5) = drawn[-1].tolist(), drawn[0].tolist()
    assert f"2 and 8 to {two:.1f} and {eight:.1f} at 45° and beyond" in EXERCISES["6.2"].done
    assert f"to {two_at_5:.1f} and {eight_at_5:.1f} at 5°" in EXERCISES["6.2"].done
    assert f"a loss of {floor(fixed_scale(10), 10):.3f} remains" in EXERCISES["6.3"].done
    assert f"s = 10 only {floor(10, 10):.4f}" in EXERCISES["6.3"].done
