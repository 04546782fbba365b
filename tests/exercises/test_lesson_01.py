"""Answers to the exercises of lesson 01: typical mistakes, other ways to be right, and what its words say."""

import itertools
import math

import pytest
import torch

from lessons_lib.exercises import EXERCISES, lesson_01
from lessons_lib.exercises.lesson_01 import chord, contrastive, triplets
from lessons_lib.losses import ContrastiveLoss
from tests.exercises.every_lesson import EveryLesson


def relu(value):
    return torch.clamp(value, min=0)


def one_by_one(distance, same, margin):
    """1.1 by a loop over the pairs."""
    pairs = zip(distance.tolist(), same.tolist(), strict=True)
    return [d**2 / 2 if alike else max(0, margin - d) ** 2 / 2 for d, alike in pairs]


def by_the_library(distance, same, margin):
    """1.1 by the library's loss, a pair at a time."""
    ends = torch.stack([distance, torch.zeros_like(distance)], dim=1)
    loss = ContrastiveLoss(margin)
    return torch.stack([loss(end[None], 0 * end[None], alike[None]) for end, alike in zip(ends, same, strict=True)])


def filled(distance, same, margin):
    """1.1 into an empty tensor."""
    losses = torch.empty_like(distance)
    losses[same], losses[~same] = distance[same] ** 2 / 2, relu(margin - distance[~same]) ** 2 / 2
    return losses


def either(one, two):
    """1.1 with these of m and D for the two kinds."""
    return lambda d, same, m: torch.where(same, one(m, d), two(m, d))


MISTAKES = {
    "1.1": [
        (lambda theta: 2 - 2 * torch.cos(theta), "the squared distance"),
        (lambda theta: theta, "That is the arc"),
        (torch.rad2deg, "in degrees, the way along the circle"),
        (lambda theta: chord(torch.rad2deg(theta)), "You turned the angle into degrees"),
        (lambda theta: chord(torch.deg2rad(theta)), "in radians already"),
        (torch.cos, "That is the cosine"),
        (lambda theta: 1 - torch.cos(theta), "half of the squared distance"),
        (lambda theta: torch.sqrt(1 - torch.cos(theta)), "A factor 2 is missing"),
        (lambda theta: torch.sqrt(2 - torch.cos(theta)), "The 2 before the cosine"),
        (lambda theta: 2 * torch.sin(theta), "Half of the angle"),
        (torch.sin, "That is sin θ"),
        (lambda theta: torch.sin(theta / 2), "half of the distance"),
        (lambda theta: 2 * torch.cos(theta / 2), "the length of the sum"),
        (lambda theta: torch.sqrt(2 + 2 * torch.cos(theta)), "the length of the sum"),
        (lambda theta: 2 * torch.tan(theta / 2), "The tangent"),
        (lambda theta: chord(theta).sum(), "for each of the 61 angles"),
        (lambda theta: chord(theta) ** 3, "Not the same yet"),
        (lambda theta: torch.sqrt(torch.cos(theta)), "not finite"),
        (lambda theta: 2 * math.sin(theta / 2), "Your function raised"),
        (lambda theta: print(end=""), "returned nothing"),
    ],
    "1.2": [
        (lambda d, same, m: contrastive(d, ~same, m), "The two kinds are exchanged"),
        (lambda d, same, m: 2 * contrastive(d, same, m), "The ½ is missing."),
        (either(lambda m, d: d**2, lambda m, d: relu(m - d) ** 2 / 2), "The ½ is missing for pairs of one class"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d) ** 2), "The ½ is missing for pairs of two"),
        (either(lambda m, d: d, lambda m, d: relu(m - d)), "Nothing is squared in yours, and the ½"),
        (either(lambda m, d: d / 2, lambda m, d: relu(m - d) / 2), "Nothing is squared in yours: take ½"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d) / 2), "The square is missing for pairs of two"),
        (either(lambda m, d: d / 2, lambda m, d: relu(m - d) ** 2 / 2), "The square is missing for pairs of one"),
        (either(lambda m, d: d**2 / 2, lambda m, d: (m - d) ** 2 / 2), "Past the margin the loss grows again"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu((m - d) ** 2) / 2), "Past the margin the loss grows again"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(d - m) ** 2 / 2), "m and D are exchanged"),
        (either(lambda m, d: relu(d - m) ** 2 / 2, lambda m, d: relu(m - d) ** 2 / 2), "for pairs of one class, too"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m - d**2) / 2), "against the squared distance"),
        (either(lambda m, d: d**2 / 2, lambda m, d: relu(m**2 - d**2) / 2), "You squared m and D one by one"),
        (either(lambda m, d: d**2 / 2, lambda m, d: -(d**2) / 2), "Without a margin"),
        (either(lambda m, d: d**2 / 2, lambda m, d: -(relu(m - d) ** 2) / 2), "The sign is turned"),
        (lambda d, same, m: d**2 / 2, "same has no say in yours: that is ½D²"),
        (lambda d, same, m: relu(m - d) ** 2 / 2, "same has no say in yours: that is ½max"),
        (lambda d, same, m: d**2 / 2 + relu(m - d) ** 2 / 2, "not their sum"),
        (either(lambda m, d: d**2 / 2, lambda m, d: 0), "pairs of two classes cost nothing"),
        (either(lambda m, d: 0, lambda m, d: relu(m - d) ** 2 / 2), "pairs of one class cost nothing"),
        (lambda d, same, m: contrastive(d, same, 1), "The margin is 1 every time"),
        (lambda d, same, m: torch.cat([d[same] ** 2, relu(m - d[~same]) ** 2]) / 2, "have changed places"),
        (lambda d, same, m: contrastive(d, same, m).mean(), "One number is wanted for each of the 82 pairs"),
        (lambda d, same, m: contrastive(d, same, m) ** 2, "Not the same yet"),
        (lambda d, same, m: d / 0, "not finite"),
        (lambda d, same, m: d if same else m, "Your function raised RuntimeError"),
        (lambda d, same, m: (1 - same) * d, "Your function raised RuntimeError"),
        (lambda d, same, m: print(end=""), "returned nothing"),
        (0.5, "wants the function itself"),
    ],
    "1.3": [
        (lambda c, n: c * n * n * (c - 1) * n, "An anchor is its own positive"),
        (lambda c, n: c * math.comb(n, 2) * (c - 1) * n, "That is half of them"),
        (lambda c, n: (c * n) ** 3, "any three images: "),
        (lambda c, n: c * n * (c * n - 1) * (c * n - 2), "any three different images"),
        (lambda c, n: math.comb(c * n, 3), "any three images in any order"),
        (lambda c, n: c * n * (n - 1) * c * n, "from classes − 1 others"),
        (lambda c, n: c * n * n * c * n, "and the anchor its own positive"),
        (lambda c, n: c * n * (n - 1) * (c - 1), "A factor images is missing"),
        (lambda c, n: c * (n - 1) * (c - 1) * n, "A factor images is missing"),
        (lambda c, n: c * n * (n - 1) * n, "That is one negative class"),
        (lambda c, n: c * n * (n - 1), "The negative is missing"),
        (lambda c, n: c * n * (c - 1) * n, "The positive is missing"),
        (lambda c, n: (n - 1) * (c - 1) * n, "the triplets of one anchor"),
        (lambda c, n: n * (n - 1) * (c - 1) * n, "the triplets of one class"),
        (lambda c, n: c * n * n - 1 * (c - 1) * n, "* images - 1"),
        (lambda c, n: c * n * (n - 1) * c - 1 * n, "* classes - 1"),
        (lambda c, n: c * n * (n - 1) * (c - 1) * (n - 1), "counted without one image"),
        (lambda c, n: (c, n), "One number is wanted each time"),
        (lambda c, n: triplets(c, n) + 1000, "it should be 39,600; yours is 40,600"),
        (lambda c, n: 3 * triplets(c, n), "it should be 75,240,000; yours is 225,720,000"),
        (lambda c, n: math.inf, "not finite"),
        (lambda c: c, "Your function raised TypeError"),
        (684_000, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "1.1": [
        lambda theta: torch.sqrt(2 - 2 * torch.cos(theta)),
        lambda theta: [2 * math.sin(value / 2) for value in theta.tolist()],
        lambda theta: torch.stack([torch.cos(theta) - 1, torch.sin(theta)]).norm(dim=0),
        lambda theta: chord(theta.float()),
    ],
    "1.2": [
        one_by_one,
        by_the_library,
        filled,
        lambda d, same, m: 0.5 * same * d**2 + 0.5 * ~same * relu(m - d) ** 2,
        lambda d, same, m: contrastive(d.float(), same, m),
    ],
    "1.3": [
        lambda classes, images: classes * math.perm(images, 2) * (classes * images - images),
        lambda classes, images: 2 * math.comb(images, 2) * 2 * math.comb(classes, 2) * images,
        lambda classes, images: torch.tensor([float(triplets(classes, images))]),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_01.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_01_says_of_its_finished_pictures():
    at = torch.tensor([0.0, 0.5, 1.0, 1.7]).double()
    one, two = (contrastive(at, torch.full((4,), same), 1) for same in (True, False))
    assert one[0] == 0 and (one[1:] > 0).all() and one[1] == two[1]
    assert (two[:2] > 0).all() and (two[2:] == 0).all()
    said = EXERCISES["1.1"].done
    for degrees, words in (
        (60, "60° are exactly 1"),
        (90, "90° are √2 = 1.414"),
        (180, "180°, as far as it goes, are 2"),
    ):
        assert words in said
        assert float(chord(torch.tensor(math.radians(degrees)))) == pytest.approx(float(words.split()[-1]), abs=5e-4)
    ten = math.radians(10)
    assert f"it is {float(chord(torch.tensor(ten))):.4f}, where the arc is {ten:.4f}" in said
    said, (ten, hundred) = EXERCISES["1.3"].done, (triplets(classes, 20) for classes in (10, 100))
    assert f"of 20 images have {ten:,}, a hundred have {hundred / 1e6:.0f} million" in said
    assert f"ten times the images, {hundred / ten:.0f} times the triplets" in said


def test_the_triplets_of_lesson_01_are_all_there_are():
    images = [(label, image) for label in range(3) for image in range(4)]
    found = [
        (anchor, positive, negative)
        for anchor, positive, negative in itertools.product(images, repeat=3)
        if anchor[0] == positive[0] != negative[0] and anchor != positive
    ]
    assert len(found) == triplets(3, 4)
