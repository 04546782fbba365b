"""Answers to the exercises of lesson 03: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import torch

from lessons_lib.exercises import EXERCISES, lesson_03
from lessons_lib.exercises.lesson_03 import left, moved
from lessons_lib.losses import CenterLoss
from tests.exercises.every_lesson import EveryLesson


def nudged(center, points, alpha):
    """3.1 by the library, whose update takes x − c and has all classes."""
    loss = CenterLoss(2, 2, alpha)
    loss.centers.copy_(center.expand(2, 2))
    loss.follow(points - center, torch.zeros(len(points), dtype=torch.int64))
    return loss.centers[0]


def moved_in_place(center, points, alpha):
    """3.1 by a loop, the centre given moved on the way."""
    total = torch.zeros(2)
    for point in points:
        total = total + center - point
    center -= alpha * total / (1 + len(points))
    return center


def moved_on_the_way(center, points, alpha):
    """3.1 with each point taken off where the one before it has moved the centre to."""
    for point in points:
        center = center - alpha * (center - point) / (1 + len(points))
    return center


def walked(count, alpha, steps):
    """3.2 by really taking the steps."""
    points = torch.randn(count, 2, generator=torch.Generator().manual_seed(0)).double()
    start = center = torch.tensor([3.0, -2.0]).double()
    for _ in range(steps):
        center = moved(center, points, alpha)
    return (center - points.mean(dim=0)).norm() / (start - points.mean(dim=0)).norm()


MISTAKES = {
    "3.1": [
        (lambda c, x, a: c - a * (c - x).mean(dim=0), "Divided by n, which is 0"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / len(x), "Divided by n, which is 0"),
        (lambda c, x, a: (1 - a) * c + a * x.mean(dim=0), "Divided by n, which is 0"),
        (lambda c, x, a: c - a / len(x) * (c - x).sum(dim=0), "divides by zero when the class has no point"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / max(1, len(x)), "with the empty batch apart"),
        (lambda c, x, a: c - a * (c - x.mean(dim=0)) if len(x) else c, "with the empty batch apart"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0), "Not divided"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / 1 + len(x), "Brackets are missing"),
        (lambda c, x, a: c + a * (c - x).sum(dim=0) / (1 + len(x)), "moves away"),
        (lambda c, x, a: moved(c, x, 1 - a), "α is on the wrong side: "),
        (lambda c, x, a: a * c + (1 - a) * x.mean(dim=0), "α is on the wrong side, and n divides"),
        (lambda c, x, a: c - (c - x).sum(dim=0) / (1 + len(x)), "α is missing"),
        (moved_on_the_way, "Your centre moves inside the loop"),
        (lambda c, x, a: x.mean(dim=0), "the mean of the points"),
        (lambda c, x, a: a * (x - c).sum(dim=0) / (1 + len(x)), "the change alone"),
        (lambda c, x, a: a * (c - x).sum(dim=0) / (1 + len(x)), "what comes off"),
        (lambda c, x, a: (c - x).sum(dim=0) / (1 + len(x)), "That is the Δ"),
        (lambda c, x, a: c - a * (c - x.sum(dim=0)) / (1 + len(x)), "in the sum only once"),
        (lambda c, x, a: c - a * (c - x.sum(dim=0) / (1 + len(x))), "divides the points alone"),
        (lambda c, x, a: c - a * (c - x).sum() / (1 + len(x)), "over the coordinates too"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / (1 + x.numel()), "counts the coordinates too"),
        (lambda c, x, a: c - a * (c - x).sum(dim=1) / (1 + len(x)), "are the rows: dim=0"),
        (lambda c, x, a: c - a * (c - x) / (1 + len(x)), "with n = 0 yours has shape (0, 2)"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0, keepdim=True) / (1 + len(x)), "yours has shape (1, 2)"),
        (lambda c, x, a: (c - x).sum(), "yours has shape ()"),
        (lambda c, x, a: c + a * len(x) / (len(x) + 1) * (x.mean(dim=0) - c), "Right but for n = 0"),
        (lambda c, x, a: c - a * (c - np.mean(np.asarray(x), axis=0)) * len(x) / (1 + len(x)), "Right but for n = 0"),
        (lambda c, x, a: c - a * (c - x).mean(dim=0) / (1 + len(x)), "not finite"),
        (lambda c, x, a: c + a * (c - x).mean(dim=0), "not finite"),
        (lambda c, x, a: c * (1 if len(x) else math.nan), "not finite"),
        (lambda c, x, a: c - a * (1 + (c - x).sum(dim=0) / max(1, len(x))), "the 1 is added to the step"),
        (lambda c, x, a: c - a * (c - x).sum(dim=0) / max(1, len(x)) / (1 + len(x)), "divided by 1 + n twice"),
        (lambda c, x, a: x[0], "Your function raised IndexError"),
        (lambda c, x, a: c / len(x[1:]) if len(x) == 1 else c, "not finite"),
        (lambda c, x, a: [c, x], "have different shapes"),
        (lambda c, x, a: str(c), "yours is str"),
        (lambda c, x, a: c, "Not the same yet"),
        (lambda c, x, a: moved(c, x, a**2), "Not the same yet"),
        (lambda c, x, a: c.sub_(a), "Not the same yet"),
        (lambda c, x, a: c.sub_(a) and None, "Your function raised RuntimeError: Boolean value"),
        (lambda c, x, a: print(end=""), "returned nothing"),
        (lambda c, x: c, "Your function raised TypeError"),
        (lambda c, x: c, "Keep the arguments of the stub"),
        (0.5, "wants the function itself"),
    ],
    "3.2": [
        (lambda n, a, k: 1 - left(n, a, k), "the share gone: what is left"),
        (lambda n, a, k: (a * n / (n + 1)) ** k, "one update's share gone, to the power"),
        (lambda n, a, k: 1 - (a * n / (n + 1)) ** k, "takes the power first"),
        (lambda n, a, k: (1 - a / (n + 1)) ** k, "the n on top is missing"),
        (lambda n, a, k: (1 - a) ** k, "α alone"),
        (lambda n, a, k: (1 - n / (n + 1)) ** k, "α is missing"),
        (lambda n, a, k: (1 - a * (n + 1) / n) ** k, "Upside down"),
        (lambda n, a, k: (1 - a * n) ** k, "Not divided by n + 1"),
        (lambda n, a, k: (1 - a * n / n + 1) ** k, "Brackets are missing"),
        (lambda n, a, k: 1 - a * n / (n + 1), "That is after one update"),
        (lambda n, a, k: 1 - k * a * n / (n + 1), "The steps do not add up"),
        (lambda n, a, k: k * (1 - a * n / (n + 1)), "You multiplied by steps"),
        (lambda n, a, k: (1 + a * n / (n + 1)) ** k, "The sign is turned"),
        (lambda n, a, k: math.exp(-k * a * n / (n + 1)), "for small steps alone"),
        (lambda n, a, k: 100 * left(n, a, k), "in percent"),
        (lambda n, a, k: [left(n, a, step) for step in range(k)], "One number is wanted: a share"),
        (lambda n, a, k: left(n, a, k + 1), "one step more"),
        (lambda n, a, k: left(n, a, max(0, k - 1)), "Not the same yet"),
        (lambda n, a, k: left(n, a, k) / left(n, a, 1), "one step fewer"),
        (lambda n, a, k: left(n, a, 2 * k), "Not the same yet"),
        (lambda n, a, k: left(n, a, k)[0], "raised TypeError"),
        (lambda n, a, k: print(end=""), "returned nothing"),
        (lambda n, a, k: math.nan, "not finite"),
        (lambda n, a, k: a / k, "Your function raised ZeroDivisionError"),
    ],
}
ALSO_RIGHT = {
    "3.1": [
        nudged,
        moved_in_place,
        lambda c, x, a: c + a * (x - c).sum(dim=0) / (len(x) + 1),
        lambda c, x, a: (1 - a * len(x) / (1 + len(x))) * c + a / (1 + len(x)) * x.sum(dim=0),
        lambda c, x, a: c - a * len(x) / (len(x) + 1) * (c - x.mean(dim=0)) if len(x) else c,
        lambda c, x, a: c - a * np.sum(c - x, axis=0) / (1 + len(x)),
        lambda c, x, a: c - a * torch.nan_to_num(c - x.mean(dim=0)) * len(x) / (1 + len(x)),
        lambda c, x, a: [c[i] - a * sum(c[i] - point[i] for point in x) / (1 + len(x)) for i in range(2)],
        lambda c, x, a: (c + a * x.sum(dim=0) + (1 - a) * len(x) * c) / (1 + len(x)),
        lambda c, x, a: (c - a * (c - x).float().sum(dim=0) / (1 + len(x))).tolist(),
    ],
    "3.2": [
        walked,
        lambda n, a, k: math.prod([1 - a * n / (n + 1)] * k),
        lambda n, a, k: np.power(1 - a * n / (n + 1), k),
        lambda n, a, k: np.array([[np.float32(left(n, a, k))]]),
        lambda n, a, k: math.exp(k * math.log1p(-a * n / (n + 1))),
        lambda n, a, k: torch.pow(1 - a * n / (n + 1), k),
        lambda n, a, k: torch.tensor([1 - a + a / (n + 1)]) ** k,
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_03.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_03_says_of_its_finished_pictures():
    still, one, three = EXERCISES["3.1"].target.reshape(11, 2, 3).unbind(dim=2)
    points = torch.tensor([[1.3, -1.0], [2.1, -2.2], [1.7, -1.6]]).double()
    torch.testing.assert_close(still, still[:1].expand(11, 2))
    assert "one point draws the centre 50 % of the way to itself, three draw it 75 % of" in EXERCISES["3.1"].done
    torch.testing.assert_close(one[-1], still[0] + 0.50 * (points[0] - still[0]))
    torch.testing.assert_close(three[-1], still[0] + 0.75 * (points.mean(dim=0) - still[0]))
    one, nine = EXERCISES["3.2"].target[10, :2].tolist()  # α = 0.2
    assert f"leaves {100 * one:.0f} % of the distance and nine leave {100 * nine:.0f} %" in EXERCISES["3.2"].done
    assert f"it would be {100 * 0.8**10:.0f} % for both" in EXERCISES["3.2"].done
