"""Answers to the exercises of lesson 01: typical mistakes, other ways to be right, and what its words say."""

import itertools
import math

import numpy as np
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


def all_alike(sizes):
    """1.3 with the mean for every size."""
    n = sizes.double().mean()
    return len(sizes) * n * (n - 1) * (len(sizes) - 1) * n


def counted(sizes):
    """1.3 image by image."""
    labels = np.repeat(np.arange(len(sizes)), np.asarray(sizes))
    alike = labels[:, None] == labels
    return ((alike.sum(axis=1) - 1) * (~alike).sum(axis=1)).sum()


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
        (lambda theta: 2 * math.sin(theta / 2), "math takes one number, torch takes many"),
        (lambda theta: [[2 * math.sin(value / 2)] for value in theta], "yours has shape (61, 1)"),
        (lambda theta: [theta[:2], theta[:3]], "have different shapes, (2,) and (3,)"),
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
        (either(lambda m, d: d**2 / 2, lambda m, d: (m - d).clamp(max=0) ** 2 / 2), "or it is .clamp(max=0) where"),
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
        (lambda d, same, m: torch.where(same, d**2, torch.max(0, m - d) ** 2), ".clamp(min=0) is the larger of each"),
        (lambda d, same, m: (1 - same) * d, "Truth values cannot be subtracted: ~ turns them round"),
        (lambda d, same, m: -same * d, "Truth values cannot be subtracted: ~ turns them round"),
        (lambda d, same, m: d**2 / 2 if same else relu(m - d) ** 2 / 2, "torch.where, &, |, ~ and .clamp ask each"),
        (lambda d, same, m: max(0, m - d) ** 2 / 2, "torch.where, &, |, ~ and .clamp ask each"),
        (lambda d, same, m: contrastive(d, same, m)[:, None], "yours has shape (82, 1)"),
        (lambda d, same, m: [str(value) for value in d], "yours is list"),
        (lambda d, same, m: print(end=""), "returned nothing"),
        (0.5, "wants the function itself"),
    ],
    "1.3": [
        (
            lambda n: len(n) * n.double().mean() ** 2 * (n.double().mean() - 1) * (len(n) - 1),
            "as large as the mean one",
        ),
        (lambda n: (n * n * (n.sum() - n)).sum(), "An anchor is its own positive"),
        (lambda n: triplets(n) / 2, "That is half of them"),
        (lambda n: n.sum() ** 3, "any three images: "),
        (lambda n: math.perm(n.sum(), 3), "any three different images"),
        (lambda n: math.comb(n.sum(), 3), "any three images in any order"),
        (lambda n: sum(math.perm(of_one, 3) for of_one in n), "three different images of one class"),
        (lambda n: (n * (n - 1)).sum() * n.sum(), "may be of the anchor's class"),
        (lambda n: (n * (n - 1)).sum() * (n.sum() - 1), "any image but the anchor"),
        (lambda n: (n * (n - 1)).sum() * (n.sum() - 2), "any third image"),
        (lambda n: (n * (n - 1)).sum() * (len(n) - 1), "once for each other class"),
        (lambda n: (n * (n - 1)).sum(), "The negative is missing"),
        (lambda n: (n * (n.sum() - n)).sum(), "The positive is missing"),
        (lambda n: ((n - 1) * (n.sum() - n)).sum(), "The anchor is missing"),
        (lambda n: (n * (n - 1)).sum() * (n.sum() - n).sum(), "multiply for each class first"),
        (lambda n: (n * n - 1 * (n.sum() - n)).sum(), "so write (n - 1)"),
        (lambda n: n[0] * (n[0] - 1) * (n.sum() - n[0]), "of the first class alone"),
        (lambda n: triplets(n) / len(n), "the mean over the classes"),
        (lambda n: sum(n[i] * (n[i] - 1) * (n.sum() - n[i]) for i in range(len(n) - 1)), "The last class is missing"),
        (lambda n: n * (n - 1) * (n.sum() - n), "One number is wanted each time. Yours has shape (10,)"),
        (lambda n: triplets(n) + 1000, "Not the same yet"),
        (lambda n: 3 * triplets(n), "at the worst place it should be 27,900; yours is 83,700."),
        (lambda n: math.inf, "not finite"),
        (lambda n: 0 if n > 1 else 1, "raised RuntimeError: Boolean value of Tensor"),
        (lambda n: n[20], "Your function raised IndexError"),
        (lambda classes, images: classes * images, "Keep the arguments of the stub"),
        (684_000, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "1.1": [
        lambda theta: torch.sqrt(2 - 2 * torch.cos(theta)),
        lambda theta: [2 * math.sin(value / 2) for value in theta.tolist()],
        lambda theta: torch.stack([torch.cos(theta) - 1, torch.sin(theta)]).norm(dim=0),
        lambda theta: chord(theta.float()),
        lambda theta: 2 * np.sin(theta / 2),
        lambda theta: 2 * np.sin(np.asarray(theta, dtype=np.float32) / 2),
        lambda theta: [2 * torch.sin(value / 2) for value in theta],
        lambda theta: np.sin(theta[::1].numpy()[::-1][::-1] / 2) * 2,
        lambda theta: abs(np.exp(1j * np.asarray(theta)) - 1),
        lambda theta: theta.div_(2).sin_().mul_(2),
    ],
    "1.2": [
        one_by_one,
        by_the_library,
        filled,
        lambda d, same, m: 0.5 * same * d**2 + 0.5 * ~same * relu(m - d) ** 2,
        lambda d, same, m: contrastive(d.float(), same, m),
        lambda d, same, m: np.where(same, d**2, np.maximum(0, m - d) ** 2) / 2,
        lambda d, same, m: (same.double() * d**2 + (1 - same.double()) * relu(m - d) ** 2) / 2,
        lambda d, same, m: (same.astype(float) * d**2 + (1 - same.astype(float)) * np.clip(m - d, 0, None) ** 2) / 2,
    ],
    "1.3": [
        lambda n: sum(math.perm(of_one, 2) * (sum(n) - of_one) for of_one in n),
        lambda n: (n**2 - n) @ (n.sum() - n),
        lambda n: torch.tensor([triplets(n.float())]),
        lambda n: np.sum(n * (n - 1) * (np.sum(n) - n)),
        lambda n: sum(a * (a - 1) * b for i, a in enumerate(n) for j, b in enumerate(n) if i != j),
        counted,
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
    said, (five, ten) = EXERCISES["1.3"].done, (int(triplets(torch.full((10,), size))) for size in (5, 10))
    assert f"classes of 5, {five:,} triplets become {ten:,}, nine times as many" in said and ten == 9 * five
    few, more = (triplets(torch.tensor([4, 4, *alone])) for alone in ([], [1]))
    assert more - few == 2 * 4 * 3  # a third class of one image: a negative more to each pair


@pytest.mark.parametrize("sizes", [(4, 4, 4), (1, 5, 2), (3,)])
def test_the_triplets_of_lesson_01_are_all_there_are(sizes):
    images = [(label, image) for label, size in enumerate(sizes) for image in range(size)]
    found = [
        (anchor, positive, negative)
        for anchor, positive, negative in itertools.product(images, repeat=3)
        if anchor[0] == positive[0] != negative[0] and anchor != positive
    ]
    assert len(found) == triplets(torch.tensor(sizes))
