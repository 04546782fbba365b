"""Answers to the exercises of lesson 07: typical mistakes, other ways to be right, and what its words say."""

import itertools
import math
import re

import numpy as np
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


def pairwise(points, charges):
    """7.1 by two loops."""
    unit, total, weights = [point / point.norm() for point in points], 0, 0
    for i, j in itertools.combinations(range(len(points)), 2):
        total += charges[i] * charges[j] / (1 + (unit[i] - unit[j]).norm())
        weights += charges[i] * charges[j]
    return total / weights


def in_numpy(points, charges):
    """7.1 with numpy alone."""
    x = points / np.linalg.norm(points, axis=1, keepdims=True)
    d = np.sqrt(np.maximum(0, 2 - 2 * x @ x.T))
    weight = np.outer(charges, charges) * (1 - np.eye(len(x)))
    return np.sum(weight / (1 + d)) / np.sum(weight)


def repeated(points, charges):
    """7.1 by as many points of charge 1 as each charge says, those of one place not paired with each other."""
    places = torch.arange(len(points)).repeat_interleave(charges.long())
    apart = places[:, None] != places
    return (1 / (1 + distances(points[places])))[apart].mean()


def of_each(points, charges, value, together=torch.mul):
    """7.1 with this in place of 1/(1 + d), and this of the two charges."""
    weight = together(*torch.combinations(charges).T)
    return (weight * value(F.pdist(F.normalize(points)))).sum() / weight.sum()


def inverse(d):
    return 1 / (1 + d)


def on_their_lengths(x, q):
    weight = torch.combinations(q).prod(dim=1)
    return (weight * inverse(F.pdist(x))).sum() / weight.sum()


def of_table(combine):
    """7.1 by the table of 1/(1 + d), diagonal and all, and the products of the charges without their diagonal."""
    return lambda x, q: combine(inverse(distances(x)), torch.outer(q, q).fill_diagonal_(0), q)


def repelled(angle):
    """7.2 by autograd, from two real points on the circle."""
    moving = angle.clone().requires_grad_()
    d = torch.stack([moving.cos() - 1, moving.sin()]).norm(dim=0)
    return -torch.autograd.grad((1 / (1 + d)).sum(), moving)[0]


def by_forward_autograd(angle):
    return -torch.func.jvp(lambda a: 1 / (1 + chord(a)), (angle,), (torch.ones_like(angle),))[1]


def by_backward(angle):
    angle.requires_grad = True
    (1 / (1 + chord(angle))).sum().backward()
    return -angle.grad


def by_a_tensor_of_their_own(angle):
    moving = torch.tensor(angle.tolist(), requires_grad=True)
    (1 / (1 + chord(moving))).sum().backward()
    return -moving.grad


def by_differences(angle, step=1e-6):
    """7.2 with neither autograd nor a formula."""
    return (1 / (1 + chord(angle - step)) - 1 / (1 + chord(angle + step))) / (2 * step)


MISTAKES = {
    "7.1": [
        (lambda x, q: uniform_energy(x), "charges has no say"),
        (lambda x, q: inverse(F.pdist(F.normalize(x))).mean(), "charges has no say"),
        (on_their_lengths, "on their own lengths"),
        (lambda x, q: on_their_lengths(F.normalize(x, dim=0), q), "You normalised the columns"),
        (lambda x, q: of_each(x, q, lambda d: 1 / (1 + d**2)), "squared"),
        (lambda x, q: of_each(x, q, lambda d: 1 / d), "Coulomb's"),
        (lambda x, q: of_each(x, q, lambda d: 1 / 1 + d), "Brackets are missing"),
        (lambda x, q: of_each(x, q, lambda d: 1 / (1 + 2 * torch.asin(d / 2))), "the angle of each pair"),
        (lambda x, q: of_each(x, q, lambda d: 1 / (1 + torch.acos(1 - d**2 / 2))), "the angle of each pair"),
        (lambda x, q: of_each(x, q, lambda d: 1 / (1 + 1 - d**2 / 2)), "the cosine of each pair"),
        (lambda x, q: of_each(x, q, inverse, torch.add), "are added in yours"),
        (lambda x, q: of_each(x, q, inverse, lambda a, b: (a * b).sqrt()), "the root of the product"),
        (
            of_table(lambda e, w, q: (e.fill_diagonal_(0) * q).sum() / (len(q) - 1) / q.sum()),
            "one of its two charges",
        ),
        (
            of_table(lambda e, w, q: (e.fill_diagonal_(0) * q**2).sum() / (len(q) - 1) / (q**2).sum()),
            "charges in yours, s",
        ),
        (of_table(lambda e, w, q: (e * w).triu().sum()), "the weighed sum over the pairs: "),
        (of_table(lambda e, w, q: (e * w).sum()), "each counted twice"),
        (of_table(lambda e, w, q: (e * w).sum() / len(q) / (len(q) - 1)), "by the number of pairs"),
        (of_table(lambda e, w, q: (e * w).mean()), "You divided by N²"),
        (of_table(lambda e, w, q: (e * w).triu().sum() / q.sum()), "by the sum of the charges"),
        (of_table(lambda e, w, q: (e * w).triu().sum() / w.sum()), "that is half of it"),
        (of_table(lambda e, w, q: (e * w).sum() / w.triu().sum()), "that is twice of it"),
        (of_table(lambda e, w, q: (e * torch.outer(q, q)).sum() / q.sum() ** 2), "with itself as well"),
        (of_table(lambda e, w, q: (e * torch.outer(q, q)).sum() / w.sum()), "but not in the divisor"),
        (of_table(lambda e, w, q: (e * w).sum() / q.sum() ** 2), "but not in the sum"),
        (
            lambda x, q: (torch.outer(q, q).triu() * inverse(distances(x))).sum() / torch.outer(q, q).triu().sum(),
            "as well, d = 0: triu(diagonal=1)",
        ),
        (
            of_table(lambda e, w, q: (torch.outer(q, q).triu() * e).sum() / w.triu().sum()),
            "but not in the divisor: triu(diagonal=1)",
        ),
        (lambda x, q: inverse(F.pdist(F.normalize(x))), "One number is wanted each time"),
        (lambda x, q: energy(x, q) ** 2, "Not the same yet"),
        (lambda x, q: -energy(x, q), "Not the same yet"),
        (lambda x, q: (1 / distances(x)).mean(), "not finite"),
        (lambda x, q: print(end=""), "returned nothing"),
        (lambda x, q: x @ x, "Your function raised RuntimeError"),
        (lambda x: uniform_energy(x), "Keep the arguments of the stub"),
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
        (lambda angle: -1 / (1 + chord(angle)) ** 2, "the derivative of 1/(1 + d) by d, with its minus"),
        (lambda angle: torch.cos(angle / 2) / (1 + 2 * torch.sin(angle / 2) ** 2), "not the sine alone"),
        (lambda angle: torch.cos(angle) / (1 + chord(angle)) ** 2, "The cosine takes half"),
        (lambda angle: torch.cos(angle / 2) / (1 + 2 * torch.sin(angle)) ** 2, "The sine takes half"),
        (lambda angle: torch.sin(angle / 2) / (1 + chord(angle)) ** 2, "The derivative of the sine"),
        (lambda angle: push(torch.rad2deg(angle)), "torch.sin and torch.cos want radians"),
        (lambda angle: push(torch.deg2rad(angle)), "in radians already"),
        (repelled, "That is autograd"),
        (by_forward_autograd, "That is autograd"),
        (by_backward, "That is autograd"),
        (by_a_tensor_of_their_own, "That is autograd"),
        (lambda angle: -torch.func.grad(lambda a: (1 / (1 + chord(a))).sum())(angle), "That is autograd"),
        (lambda angle: -torch.func.vmap(torch.func.grad(lambda a: 1 / (1 + chord(a))))(angle), "That is autograd"),
        (lambda angle: -torch.cos(angle / 2) / chord(angle) ** 2, "Coulomb's with its sign turned"),
        (lambda angle: torch.cos(angle / 2), "the derivative of d"),
        (chord, "That is d, the distance"),
        (lambda angle: push(angle)[:, None], "yours has shape (90, 1)"),
        (lambda angle: print(end=""), "returned nothing"),
        (lambda angle: push(angle).sum(), "for each of the 90 angles"),
        (lambda angle: push(angle) ** 2, "Not the same yet"),
        (lambda angle: math.cos(angle / 2), "math takes one number, torch takes many"),
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
        (lambda count: -1 / (2 * count - 1), "Not the same yet"),
        (lambda count: count.cos(), "Your function raised AttributeError"),
        (lambda count: "-1/(C-1)", "yours is str"),
        (lambda count: print(end=""), "returned nothing"),
        (lambda count: [simplex_cosine(count)] * count, "One number is wanted each time"),
        (lambda count: -0.5, "Not the same yet"),
        (lambda count: 1 / (count - 2), "Your function raised ZeroDivisionError"),
        (-1 / 9, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "7.1": [
        pairwise,
        in_numpy,
        repeated,
        lambda x, q: of_each(x, q, inverse),
        lambda x, q: energy(x.float(), q.float()),
        lambda x, q: energy(x.div_(x.norm(dim=1, keepdim=True)), q.mul_(2)),
        lambda x, q: [energy(x, q)],
        of_table(lambda e, w, q: (e * w).sum() / (q.sum() ** 2 - (q**2).sum())),
    ],
    "7.2": [
        by_differences,
        lambda angle: np.cos(angle / 2) / (1 + 2 * np.sin(angle / 2)) ** 2,
        lambda angle: push(angle.float()),
        lambda angle: torch.cos(angle / 2) / (1 + torch.sqrt(2 - 2 * torch.cos(angle))) ** 2,
        lambda angle: [math.cos(a / 2) / (1 + 2 * math.sin(a / 2)) ** 2 for a in angle.tolist()],
    ],
    "7.3": [
        lambda count: (1 - count) ** -1,
        lambda count: np.float32(-1) / (count - 1),
        lambda count: torch.tensor([[1 / (1 - count)]]),
        lambda count: F.normalize(torch.eye(count) - 1 / count)[0] @ F.normalize(torch.eye(count) - 1 / count)[1],
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_07.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_07_says_of_its_finished_pictures():
    meeting = torch.tensor([[0.6, 0.8], [3.0, 4.0], [1.2, 1.6]]).double()
    assert float(energy(meeting, torch.tensor([1.0, 2, 5]))) == pytest.approx(1, abs=1e-6)
    assert (EXERCISES["7.1"].target[:, 2].diff() < 0).all()  # two points, opened from 4° to 176°
    tetrahedron, ones = (
        torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double(),
        torch.ones(4).double(),
    )
    assert float(energy(tetrahedron, ones)) == pytest.approx(0.379795897)
    assert float(energy(tetrahedron, ones)) == pytest.approx(float(uniform_energy(tetrahedron)))
    at = lambda degrees: float(push(torch.tensor(math.radians(degrees)).double()))  # noqa: E731
    assert at(0) == 1 and at(180) == pytest.approx(0, abs=1e-6) and f"{at(90):.2f} at 90°" in EXERCISES["7.2"].done
    apart = [math.degrees(math.acos(simplex_cosine(count))) for count in (2, 3, 4, 10, 1000)]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["7.3"].done) == [
        *(f"{angle:.0f}" for angle in apart[:2]),
        *(f"{angle:.1f}" for angle in apart[2:4]),
        f"{apart[4]:.2f}",
    ]
