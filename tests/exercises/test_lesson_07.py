"""Answers to the exercises of lesson 07: typical mistakes, other ways to be right, and what its words say."""

import math
import re

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_07
from lessons_lib.exercises.lesson_01 import chord
from lessons_lib.exercises.lesson_07 import energy, push, simplex_cosine
from lessons_lib.losses import uniform_energy
from tests.exercises.every_lesson import EveryLesson


def distances(points):
    """Of all points from all, (N, N)."""
    return torch.cdist(F.normalize(points), F.normalize(points))


def pairwise(points):
    """7.1 by two loops."""
    unit = [point / point.norm() for point in points]
    each = [1 / (1 + (a - b).norm()) for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j]
    return sum(each) / len(each)


def of_each(points, value):
    """7.1 with this in place of 1/(1 + d)."""
    return value(F.pdist(F.normalize(points))).mean()


def repelled(angle):
    """7.2 by autograd, from two real points on the circle."""
    moving = angle.clone().requires_grad_()
    d = torch.stack([moving.cos() - 1, moving.sin()]).norm(dim=0)
    return -torch.autograd.grad((1 / (1 + d)).sum(), moving)[0]


MISTAKES = {
    "7.1": [
        (lambda x: (1 / (1 + F.pdist(x))).mean(), "on their own lengths"),
        (lambda x: (1 / (1 + F.pdist(F.normalize(x, dim=0)))).mean(), "You normalised the columns"),
        (lambda x: of_each(x, lambda d: 1 / (1 + d**2)), "squared"),
        (lambda x: of_each(x, lambda d: 1 / d), "Coulomb's"),
        (lambda x: of_each(x, lambda d: 1 / 1 + d), "Brackets are missing"),
        (lambda x: 1 / (1 + F.pdist(F.normalize(x)).mean()), "of the mean distance"),
        (lambda x: of_each(x, lambda d: 1 / (1 + 2 * torch.asin(d / 2))), "the angle of each pair"),
        (lambda x: of_each(x, lambda d: 1 / (1 + torch.acos(1 - d**2 / 2))), "the angle of each pair"),
        (lambda x: (1 / (1 + F.pdist(F.normalize(x)))).sum(), "the sum over the pairs: take"),
        (lambda x: (1 / (1 + distances(x))).sum() - len(x), "each counted twice"),
        (lambda x: (1 / (1 + distances(x))).triu(1).sum() / (len(x) * (len(x) - 1)), "That is half of it"),
        (lambda x: (1 / (1 + distances(x))).mean(), "with itself as well"),
        (lambda x: (1 / (1 + distances(x))).sum() / (len(x) * (len(x) - 1)), "but not in the count"),
        (lambda x: (1 / (1 + distances(x))).fill_diagonal_(0).mean(), "You divided by N²"),
        (lambda x: 1 / (1 + F.pdist(F.normalize(x))), "One number is wanted each time"),
        (lambda x: energy(x) ** 2, "Not the same yet"),
        (lambda x: (1 / distances(x)).mean(), "not finite"),
        (lambda x: print(end=""), "returned nothing"),
        (lambda x: x @ x, "Your function raised RuntimeError"),
    ],
    "7.2": [
        (lambda angle: 1 / (1 + chord(angle)) ** 2, "along the chord"),
        (lambda angle: -push(angle), "The sign is turned"),
        (lambda angle: torch.cos(angle / 2) / (4 * torch.sin(angle / 2) ** 2), "That is Coulomb's"),
        (lambda angle: 1 / (1 + angle) ** 2, "The angle stands for the distance"),
        (lambda angle: torch.cos(angle / 2) / (1 + angle) ** 2, "stands for d in the denominator"),
        (lambda angle: 2 * push(angle), "twice the push"),
        (lambda angle: push(angle) / 2, "half of the push"),
        (lambda angle: torch.cos(angle / 2) / (1 + torch.sin(angle / 2)) ** 2, "the 2 is missing in the denominator"),
        (lambda angle: 1 / (1 + chord(angle)), "That is the energy"),
        (lambda angle: torch.cos(angle / 2) / (1 + chord(angle)), "The square is missing"),
        (lambda angle: torch.cos(angle / 2) / (1 + chord(angle) ** 2), "The square takes all of 1 + d"),
        (lambda angle: torch.cos(angle) / (1 + chord(angle)) ** 2, "The cosine takes half"),
        (lambda angle: torch.cos(angle / 2) / (1 + 2 * torch.sin(angle)) ** 2, "The sine takes half"),
        (lambda angle: torch.sin(angle / 2) / (1 + chord(angle)) ** 2, "The derivative of the sine"),
        (lambda angle: push(torch.rad2deg(angle)), "torch.sin and torch.cos want radians"),
        (lambda angle: push(torch.deg2rad(angle)), "in radians already"),
        (lambda angle: push(angle).sum(), "for each of the 90 angles"),
        (lambda angle: push(angle) ** 2, "Not the same yet"),
        (lambda angle: math.cos(angle / 2), "Your function raised"),
    ],
    "7.3": [
        (lambda count: 1 / (count - 1), "The sign is turned"),
        (lambda count: -1 / count, "divide by that"),
        (lambda count: 1 / count, "and with all of them it adds up to 0"),
        (lambda count: -1 / count - 1, "Brackets are missing"),
        (lambda count: -1 / (count + 1), "one fewer, not one more"),
        (lambda count: math.acos(simplex_cosine(count)), "in radians"),
        (lambda count: math.degrees(math.acos(simplex_cosine(count))), "in degrees"),
        (lambda count: math.sqrt(2 - 2 * simplex_cosine(count)), "the distance between two"),
        (lambda count: math.cos(2 * math.pi / count), "neighbours on a circle"),
        (lambda count: 0, "At 90° the sum would not be zero"),
        (lambda count: -1, "which only two can"),
        (lambda count: [simplex_cosine(count)] * count, "One number is wanted each time"),
        (lambda count: -0.5, "Not the same yet"),
        (lambda count: 1 / (count - 2), "Your function raised ZeroDivisionError"),
        (-1 / 9, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "7.1": [
        uniform_energy,
        pairwise,
        lambda x: ((1 / (1 + distances(x))).sum() - len(x)) / (len(x) * (len(x) - 1)),
        lambda x: (1 / (1 + distances(x)[~torch.eye(len(x), dtype=torch.bool)])).mean(),
        lambda x: energy(x.float()),
    ],
    "7.2": [
        repelled,
        lambda angle: torch.cos(angle / 2) / (1 + torch.sqrt(2 - 2 * torch.cos(angle))) ** 2,
        lambda angle: [math.cos(a / 2) / (1 + 2 * math.sin(a / 2)) ** 2 for a in angle.tolist()],
    ],
    "7.3": [
        lambda count: (1 - count) ** -1,
        lambda count: F.normalize(torch.eye(count) - 1 / count)[0] @ F.normalize(torch.eye(count) - 1 / count)[1],
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_07.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_07_says_of_its_finished_pictures():
    meeting = torch.tensor([[0.6, 0.8], [3.0, 4.0], [1.2, 1.6]]).double()
    assert float(energy(meeting)) == pytest.approx(1, abs=1e-6)
    _, four, two = EXERCISES["7.1"].target.unbind(dim=1)  # at 4°, 8° … 176°
    assert four.argmin() == 26 and (two.diff() < 0).all()  # 108°, the nearest to 109.5°
    tetrahedron = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double()
    assert float(energy(tetrahedron)) == pytest.approx(0.379795897) and float(energy(tetrahedron)) < four.min()
    at = lambda degrees: float(push(torch.tensor(math.radians(degrees)).double()))  # noqa: E731
    assert at(0) == 1 and at(180) == pytest.approx(0, abs=1e-6) and f"{at(90):.2f} at 90°" in EXERCISES["7.2"].done
    apart = [math.degrees(math.acos(simplex_cosine(count))) for count in (2, 3, 4, 10, 1000)]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["7.3"].done) == [
        *(f"{angle:.0f}" for angle in apart[:2]),
        *(f"{angle:.1f}" for angle in apart[2:4]),
        f"{apart[4]:.2f}",
    ]
