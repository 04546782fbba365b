"""Answers to the exercises of lesson 12: typical mistakes, other ways to be right, and what its words say."""

import math

import pytest
import torch

from lessons_lib.evaluation import roc, tar_at_far
from lessons_lib.exercises import EXERCISES, lesson_12
from lessons_lib.exercises.lesson_12 import held_back, least_scale, strict_threshold
from tests.exercises.every_lesson import EveryLesson, bisected


def impostors_down(scores, same):
    """The impostors' scores from the highest down, for 12.2."""
    return scores[~same].sort(descending=True).values


def tried_from_below(scores, same, far):
    """12.2 by trying every impostor's score, from the lowest up, until few enough get in."""
    impostors = scores[~same]
    return next(t for t in impostors.sort().values.tolist() if (impostors >= t).double().mean() <= far)


def bisected_scale(probability, num_classes):
    """12.3 by the softmax of a feature on a weight of the simplex."""

    def missing(scale):
        own, other = math.exp(scale), (num_classes - 1) * math.exp(-scale / (num_classes - 1))
        return probability - own / (own + other)

    return bisected(missing, 40.0)


MISTAKES = {
    "12.1": [
        (lambda labels, held: ~held_back(labels, held), "the other way round"),
        (lambda labels, held: torch.isin(torch.arange(len(labels)), held), "took held for numbers of images"),
        (lambda labels, held: torch.arange(90) >= 90 - round(90 * len(held) / 8), "That holds back the last images"),
        (lambda labels, held: torch.arange(90) < round(90 * len(held) / 8), "That holds back the first images"),
        (lambda labels, held: labels == held[0], "the first of the held classes alone"),
        (lambda labels, held: labels >= held.min(), "from the first held one on:"),
        (lambda labels, held: (labels >= held.min()) & (labels <= held.max()), "to the last: only those in held"),
        (lambda labels, held: torch.arange(90) % 4 == 0, "Not the same yet: at the worst place it should be 1.000"),
        (lambda labels, held: held_back(labels, held).nonzero().squeeze(1), "One True or False is wanted"),
        (lambda labels, held: labels == held, "Your function raised RuntimeError"),
        (lambda labels, held: print(end=""), "returned nothing"),
    ],
    "12.2": [
        (lambda s, same, far: impostors_down(s, same)[int(far * (~same).sum())], "That lets in one more"),
        (lambda s, same, far: s[~same].quantile(1 - far), "a quantile lies between two scores"),
        (lambda s, same, far: impostors_down(s, same)[int(far * 120) - 1] + 1e-9, "One more could be let in"),
        (lambda s, same, far: impostors_down(s, ~same)[int(far * 80) - 1], "That goes by the genuine pairs"),
        (lambda s, same, far: s.sort(descending=True).values[int(far * 200) - 1], "Does it go by all pairs?"),
        (lambda s, same, far: s[~same].sort().values[int(far * 120) - 1], "That turns away the share"),
        (lambda s, same, far: s[same].quantile(far), "a share of genuine pairs turned away"),
        (lambda s, same, far: far, "a threshold is a score"),
        (lambda s, same, far: math.inf, "No impostor gets in"),
        (lambda s, same, far: 0.5, "Not the same yet"),
        (lambda s, same, far: impostors_down(s, same)[:2], "One number is wanted each time"),
        (lambda s, same, far: s[same, 1], "Your function raised IndexError"),
    ],
    "12.3": [
        (lambda p, c: math.log((c - 1) * p / (1 - p)), "That has the others at 90°"),
        (lambda p, c: c / (c - 1) * math.log((c - 1) * p / (1 - p)), "upside down"),
        (lambda p, c: (c - 1) / c * math.log(c * p / (1 - p)), "The others are C − 1, not C"),
        (lambda p, c: (c - 1) / c * math.log((c - 1) * (1 - p) / p), "not the other way round"),
        (lambda p, c: (c - 1) / c * math.log((c - 1) * p), "the others share what is left"),
        (lambda p, c: (c - 1) / c * math.log(p / (1 - p)), "The others are missing"),
        (lambda p, c: (c - 1) / c * math.log10((c - 1) * p / (1 - p)), "The logarithm is the natural one"),
        (lambda p, c: (c - 1) * p / (1 - p), "That is the exponent"),
        (lambda p, c: math.sqrt(2) * math.log(c - 1), "AdaCos' fixed scale"),
        (lambda p, c: 16, "Not the same yet"),
        (lambda p, c: (p, c), "One number is wanted each time"),
        (lambda p, c: 1 / (c - 2), "Your function raised ZeroDivisionError"),
    ],
}
ALSO_RIGHT = {
    "12.1": [
        lambda labels, held: (labels[:, None] == held).any(dim=1),
        lambda labels, held: [label in held.tolist() for label in labels.tolist()],
        lambda labels, held: sum((labels == one).double() for one in held),
    ],
    "12.2": [
        tried_from_below,
        lambda s, same, far: s[~same].topk(int(far * 120)).values[-1],
        lambda s, same, far: impostors_down(s, same)[math.floor(far * 120)] + 1e-9,
    ],
    "12.3": [
        bisected_scale,
        lambda p, c: (math.log(c - 1) - math.log(1 / p - 1)) * (1 - 1 / c),
        lambda p, c: (c - 1) / c * torch.tensor((c - 1.0) * p / (1 - p), dtype=torch.float64).log(),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_12.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_12_says_of_its_finished_pictures():
    assert EXERCISES["12.1"].target[:, 0].tolist() == [0, 0, 1, 0, 0, 1, 0, 0]
    assert set((EXERCISES["12.2"].target * 120).round().diff().tolist()) == {0, 1}
    said = EXERCISES["12.3"].done
    assert f"it is {least_scale(0.9, 5):.1f} with 5 classes and {least_scale(0.9, 200):.1f} with 200" in said
    assert least_scale(0.5, 50) == pytest.approx(49 / 50 * math.log(49))


def test_the_strict_door_of_lesson_12_is_the_library_s():
    chance = torch.Generator().manual_seed(3)
    scores, same = torch.randn(500, generator=chance).double(), torch.arange(500) % 3 == 0
    for far in (0.011, 0.052, 0.27):
        accepted = scores >= strict_threshold(scores, same, far)
        let_in, next_one = accepted[~same].double().mean(), 1 / (~same).sum()
        assert let_in <= far < let_in + next_one
        assert accepted[same].double().mean() <= tar_at_far(roc(scores, same), far)
