"""Answers to exercise 6.2: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_06_step
from lessons_lib.exercises.lesson_06_step import next_scale
from lessons_lib.losses import AdaCosLoss
from lessons_lib.losses.adacos import fixed_scale
from tests.exercises.every_lesson import EveryLesson, bisected, own


def followed(scale, cosines, labels, probability):
    """6.2 by the library, whose step is the one for one half."""
    head = AdaCosLoss(cosines.shape[1], 4).double()
    head.scale.fill_(scale)
    head.follow(cosines, labels)
    half_way = math.cos(min(math.pi / 4, float(target_angles(cosines, labels).median())))
    return head.scale + math.log(probability / (1 - probability)) / half_way


def searched(scale, cosines, labels, probability):
    """6.2 by trying scales until the median has the probability."""
    b, angle = (
        others_sums(scale, cosines, labels).mean(),
        target_angles(cosines, labels).median().clamp(max=math.pi / 4),
    )
    return bisected(lambda s: probability - float(1 / (1 + b * torch.exp(-s * angle.cos()))), 30)


def in_numpy(scale, cosines, labels, probability):
    """6.2 with numpy alone."""
    own = np.eye(cosines.shape[1], dtype=bool)[labels]
    b = np.exp(scale * np.asarray(cosines)[~own]).sum() / len(labels)
    angle = min(np.pi / 4, np.median(np.arccos(np.asarray(cosines)[own])))
    return np.log(b * probability / (1 - probability)) / np.cos(angle)


def others_sums(scale, cosines, labels):
    """Σ e^{s·cos θ_j} over the other classes, for each sample."""
    return torch.exp(scale * cosines).masked_fill(own(cosines, labels).bool(), 0).sum(dim=1)


def target_angles(cosines, labels):
    return torch.acos(cosines.gather(1, labels[:, None]).squeeze(1))


def over(divisor):
    """6.2 with ln B divided by this of the target angles."""
    return lambda s, c, y, p: (others_sums(s, c, y).mean().log() + odds(p)) / divisor(target_angles(c, y))


def with_b(log_b):
    """6.2 with this in place of ln B, made from the others' sums of the samples."""
    return lambda s, c, y, p: (log_b(others_sums(s, c, y)) + odds(p)) / limited(c, y)


def at_scale(exponent):
    """6.2 with this of the scale in the exponent of B."""
    return lambda s, c, y, p: (others_sums(exponent(s), c, y).mean().log() + odds(p)) / limited(c, y)


def with_odds(of_p):
    """6.2 with this of p in place of ln p/(1 − p)."""
    return lambda s, c, y, p: (others_sums(s, c, y).mean().log() + of_p(p)) / limited(c, y)


def odds(p):
    return math.log(p / (1 - p))


def limited(cosines, labels):
    """cos min(45°, θ_med)."""
    return math.cos(min(math.pi / 4, float(target_angles(cosines, labels).median())))


MISTAKES = {
    "6.2": [
        (with_b(lambda sums: (sums + 1).mean().log()), "The true class still counts 1"),
        (
            lambda s, c, y, p: (torch.exp(s * c).sum(dim=1).mean().log() + odds(p)) / limited(c, y),
            "The true class is in B as well",
        ),
        (with_b(lambda sums: (sums / 9).mean().log()), "You averaged over the classes too"),
        (with_b(lambda sums: sums.sum().log()), "B is summed over the samples"),
        (with_b(lambda sums: sums.log().mean()), "the mean of the logarithms"),
        (
            lambda s, c, y, p: (torch.exp(s * c).mean().log() + odds(p)) / limited(c, y),
            "all pairs, the true classes among",
        ),
        (with_b(lambda sums: (sums / 10).mean().log()), "with 0 for the true classes"),
        (lambda s, c, y, p: (torch.exp(s * c).sum().log() + odds(p)) / limited(c, y), "You summed over all pairs"),
        (lambda s, c, y, p: next_scale(1, c, y, p), "The scale is missing in the exponent"),
        (lambda s, c, y, p: next_scale(fixed_scale(10), c, y, p), "AdaCos' fixed scale"),
        (at_scale(lambda s: 0), "no scale and no cosine"),
        (at_scale(lambda s: 1 / s), "divided by the scale"),
        (at_scale(lambda s: -s), "The exponent's sign"),
        (with_odds(lambda p: 0), "probability has no say"),
        (with_odds(math.log), "p stands alone"),
        (with_odds(lambda p: -odds(p)), "Upside down"),
        (lambda s, c, y, p: next_scale(s, c, y, 0.5) * p / (1 - p), "outside the logarithm"),
        (lambda s, c, y, p: next_scale(s, c, y, 0.5) + odds(p), "the cosine divides both"),
        (lambda s, c, y, p: others_sums(s, c, y).mean() * p / (1 - p) / limited(c, y), "The logarithm is missing"),
        (lambda s, c, y, p: next_scale(s, c, y, p) / math.log(10), "base 10"),
        (lambda s, c, y, p: next_scale(s, c, y, p) / math.log(2), "base 2"),
        (over(lambda theta: theta.median().rad2deg().clamp(max=45).cos()), "45 is no angle in radians"),
        (lambda s, c, y, p: c[F.one_hot(y).bool()].mean(), "tell it cosines.shape[1]"),
        (lambda s, c, y, p: next_scale(s, c.double(), y, p)[None, None].expand(2, 2), "Yours has shape (2, 2)"),
        (over(lambda theta: theta.mean().clamp(max=math.pi / 4).cos()), "That takes the mean angle"),
        (over(lambda theta: theta.cos().mean().clamp(min=math.sqrt(0.5))), "That takes the mean cosine"),
        (over(lambda theta: theta.median().cos()), "The limit is missing"),
        (over(lambda theta: theta.median().clamp(max=45).cos()), "The limit is missing"),
        (over(lambda theta: math.cos(max(math.pi / 4, theta.median()))), "That is max"),
        (over(lambda theta: math.sqrt(0.5)), "The angle is 45° every time"),
        (
            lambda s, c, y, p: over(lambda theta: torch.acos(c).median().clamp(max=math.pi / 4).cos())(s, c, y, p),
            "The angle is 45° every time",
        ),
        (over(lambda theta: theta.median().clamp(max=math.pi / 4)), "You divided by the angle"),
        (over(lambda theta: 1), "that is the logarithm alone"),
        (over(lambda theta: 1 / theta.median().clamp(max=math.pi / 4).cos()), "You multiplied by the cosine"),
        (over(lambda theta: theta.cos().median().clamp(max=math.pi / 4).cos()), "a cosine already"),
        (over(lambda theta: theta.clamp(max=math.pi / 4).cos()), "One number is wanted each time"),
        (lambda s, c, y, p: s, "Not the same yet"),
        (lambda s, c, y, p: next_scale(s, c, 0 * y, p), "Not the same yet"),
        (
            lambda s, c, y, p: (
                (others_sums(s, c, y).mean().log() + odds(p)) / c.max(dim=1).values.median().clamp(min=math.sqrt(0.5))
            ),
            "the angle to the true class, labels, not to the nearest",
        ),
        (lambda s, c, y, p: next_scale(s, c.clamp(min=0), y, p), "Not the same yet"),
        (lambda s, c, y, p: math.exp(s * c), "Your function raised"),
        (lambda s, c, y: s, "Keep the arguments of the stub"),
        (lambda s, c, y, p: print(end=""), "returned nothing"),
    ],
}
ALSO_RIGHT = {
    "6.2": [
        followed,
        searched,
        in_numpy,
        over(lambda theta: theta.cos().median().clamp(min=math.sqrt(0.5))),
        with_odds(lambda p: math.log(p) - math.log(1 - p)),
        lambda s, c, y, p: next_scale(s, c.float(), y, p),
        lambda s, c, y, p: [next_scale(s, c, y, p)],
        lambda s, c, y, p: next_scale(torch.tensor([s]), c.acos_().cos_(), y, p),
        lambda s, c, y, p: (
            float(
                (torch.exp(s * c).sum() - torch.exp(s * torch.cos(target_angles(c, y))).sum()).div(len(y)).log()
                + odds(p)
            )
            / limited(c, y)
        ),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_06_step.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_6_2_says_of_its_finished_picture():
    drawn = EXERCISES["6.2"].target  # medians of 5° to 80° in steps of 2.5°, after 8, 4 and 2
    torch.testing.assert_close(drawn[16:], drawn[-1:].expand(15, 3))
    assert (drawn[:17].diff(dim=0) > 0).all()
    (eight, _, two), (eight_at_5, _, two_at_5) = drawn[-1].tolist(), drawn[0].tolist()
    assert f"8 to {eight:.1f} with P = ½, and 2 to {two:.1f} with P = 0.99" in EXERCISES["6.2"].done
    assert f"at 5° to {eight_at_5:.1f} and {two_at_5:.1f}" in EXERCISES["6.2"].done
