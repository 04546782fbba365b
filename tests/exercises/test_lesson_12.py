"""Answers to the exercises of lesson 12: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
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
    tried = [*impostors.sort().values.tolist(), math.inf]
    return next(t for t in tried if (impostors >= t).double().mean() <= far)


def bisected_scale(probability, num_classes):
    """12.3 by the softmax of a feature on a weight of the simplex."""

    def missing(scale):
        own, other = math.exp(scale), (num_classes - 1) * math.exp(-scale / (num_classes - 1))
        return probability - own / (own + other)

    return bisected(missing, 40.0)


def whole(how_many):
    """12.1 with this many classes from the beginning of the order, given how many images each has."""
    return lambda labels, order, share: torch.isin(labels, order[: how_many(torch.bincount(labels)[order], share)])


def one_by_one(labels, order, share):
    """12.1 by a loop over the classes."""
    held = torch.zeros(len(labels), dtype=torch.bool)
    for label in order.tolist():
        if held.sum() >= share * len(labels):
            break
        held |= labels == label
    return held


def in_numpy(labels, order, share):
    """12.1 with numpy alone."""
    reached = np.cumsum(np.bincount(labels)[order])
    return np.isin(labels, order[: np.searchsorted(reached, share * len(labels)) + 1])


def enough(counts, share):
    return int((counts.cumsum(0) < share * 90).sum()) + 1


def door_of_old(scores, same, far):
    """12.2 with the place −1 where not even one may get in."""
    return impostors_down(scores, same)[int(far * (~same).sum()) - 1]


def refuses(scores, same, far):
    if far * (~same).sum() < 1:
        raise ValueError("too few impostors for such a rate")
    impostors = impostors_down(scores, same)
    return torch.nextafter(impostors[int(far * len(impostors))], torch.tensor(9.0).double())


def asserts(scores, same, far):
    assert far * (~same).sum() >= 1, "too few impostors for such a rate"
    return strict_threshold(scores, same, far)


def always_refuses(scores, same, far):
    raise ValueError("no data supports anything")


def of_numpy(scores, same, far):
    """12.2 with numpy alone."""
    impostors = np.sort(scores[~same])[::-1]
    return np.nextafter(impostors[int(far * len(impostors))], np.inf)


MISTAKES = {
    "12.1": [
        (lambda labels, order, share: ~held_back(labels, order, share), "the other way round"),
        (whole(lambda counts, share: enough(counts, share) - 1), "one class too few"),
        (whole(lambda counts, share: enough(counts, share) + 1), "one class too many"),
        (whole(lambda counts, share: math.ceil(8 * share)), "That is the share of the classes: "),
        (whole(lambda counts, share: round(8 * share)), "That is the share of the classes, rounded"),
        (lambda labels, order, share: held_back(labels, torch.arange(8), share), "order has no say"),
        (lambda labels, order, share: held_back(labels, order.flip(0), share), "from the end of the order"),
        (
            lambda labels, order, share: torch.isin(labels, order[: enough(torch.bincount(labels), share)]),
            "The counts are not in that order",
        ),
        (lambda labels, order, share: held_back(labels, order, 1 - share), "the share to train with"),
        (lambda labels, order, share: torch.arange(90) >= 90 - math.ceil(90 * share), "holds back the last images"),
        (lambda labels, order, share: torch.arange(90) < 90 * share, "That holds back the first images"),
        (
            lambda labels, order, share: labels == order[enough(torch.bincount(labels)[order], share) - 1],
            "only the class with which",
        ),
        (lambda labels, order, share: labels == order[0], "the first class of the order alone"),
        (lambda labels, order, share: labels == labels, "All images are held back"),
        (lambda labels, order, share: labels < 0, "No image is held back"),
        (lambda labels, order, share: torch.arange(90) % 4 == 0, "Not the same yet: at the worst place it should be 1"),
        (lambda labels, order, share: held_back(labels, order, share).nonzero().squeeze(1), "One True or False is"),
        (lambda labels, order, share: held_back(labels, order, share)[:, None], "yours has shape (90, 1)"),
        (lambda labels, order, share: labels, "yours has other numbers"),
        (lambda labels, order, share: labels == order, "Your function raised RuntimeError"),
        (lambda labels, held: torch.isin(labels, held), "Keep the arguments of the stub"),
        (lambda labels, order, share: print(end=""), "returned nothing"),
    ],
    "12.2": [
        (lambda s, same, far: impostors_down(s, same)[int(far * (~same).sum())], "That lets in one more"),
        (lambda s, same, far: s[~same].quantile(1 - far), "quantile counts the steps between scores"),
        (
            lambda s, same, far: s[~same].quantile(1 - far, interpolation="higher"),
            "quantile counts the steps between scores",
        ),
        (lambda s, same, far: np.quantile(s[~same], 1 - far), "quantile counts the steps between scores"),
        (lambda s, same, far: s[~same].quantile(1 - far, interpolation="midpoint"), "quantile counts the steps"),
        (lambda s, same, far: s[~same].quantile(1 - far, interpolation="lower"), "takes the lower of two"),
        (lambda s, same, far: s[~same].quantile(1 - far, interpolation="nearest"), "takes the nearest score"),
        (lambda s, same, far: impostors_down(s, same)[int(far * 120) - 1] + 1e-9, "One more could be let in"),
        (lambda s, same, far: impostors_down(s, ~same)[int(far * 80) - 1], "That goes by the genuine pairs"),
        (lambda s, same, far: s.sort(descending=True).values[int(far * 200) - 1], "Does it go by all pairs?"),
        (lambda s, same, far: s[~same].sort().values[int(far * 120) - 1], "turns away the share that may get in: sort"),
        (lambda s, same, far: s[~same].quantile(far), "turns away the share that may get in: take"),
        (lambda s, same, far: s[same].quantile(far), "a share of genuine pairs turned away"),
        (lambda s, same, far: far, "a threshold is a score"),
        (lambda s, same, far: math.inf, "No impostor gets in"),
        (lambda s, same, far: math.nan, "No impostor gets in"),
        (lambda s, same, far: -9, "Every impostor gets in"),
        (door_of_old, "120 impostors and far = 0.004 not even one may, and yours lets in 100.0%"),
        (
            lambda s, same, far: strict_threshold(s, same, far) if len(s) < 300 else door_of_old(s, same, far),
            "600 impostors and far = 0.001 not even one may, and yours lets in 100.0%",
        ),
        (
            lambda s, same, far: impostors_down(s, same)[max(1, int(far * (~same).sum())) - 1],
            "not even one may, and yours lets in 0.8%",
        ),
        (
            lambda s, same, far: door_of_old(s, same, far) if far * (~same).sum() >= 1 else math.inf,
            "Where many are, yours lets in",
        ),
        (
            lambda s, same, far: strict_threshold(s, same, far) + 0.2 * (len(s.unique()) < 50),
            "could get in",
        ),
        (lambda s, same, far: s[~same].topk(int(far * (~same).sum())).values[-1], "Your function raised IndexError"),
        (lambda s, same, far: refuses(s, same, far) if far > 0.0083 else None, "returned nothing"),
        (always_refuses, "Your function raised ValueError: no data supports anything."),
        (lambda s, same, far: 0.5, "Not the same yet"),
        (lambda s, same, far: impostors_down(s, same)[:2], "One number is wanted each time"),
        (lambda s, same, far: s[same, 1], "Your function raised IndexError"),
        (lambda s, same, far: s[1 - same], "Truth values cannot be subtracted"),
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
        (lambda p, c: -least_scale(p, c), "The sign is turned"),
        (lambda p, c: (c - 1) / c * math.log(p / (1 - p) / (c - 1)), "C − 1 stands below"),
        (lambda p, c: math.log((c - 1) * p / (1 - p)) / np.float64(1 - 1 / (c - 1)), "nearer than 90°"),
        (lambda p, c: (c - 1) / c * math.log2((c - 1) * p / (1 - p)), "to base 2"),
        (lambda p, c: f"{p}", "yours is str"),
        (lambda p, c: print(end=""), "returned nothing"),
        (lambda p: p, "Keep the arguments of the stub"),
        (lambda p, c: (p, c), "One number is wanted each time"),
        (lambda p, c: 1 / (c - 2), "Your function raised ZeroDivisionError"),
    ],
}
ALSO_RIGHT = {
    "12.1": [
        one_by_one,
        in_numpy,
        whole(enough),
        lambda labels, order, share: held_back(labels, order, share).double(),
        lambda labels, order, share: [bool(held) for held in held_back(labels, order, share)],
    ],
    "12.2": [
        refuses,
        asserts,
        of_numpy,
        lambda s, same, far: impostors_down(s, same)[math.floor(far * (~same).sum())] + 1e-9,
        lambda s, same, far: math.nextafter(impostors_down(s, same)[int(far * (~same).sum())], math.inf),
        lambda s, same, far: strict_threshold(s.float(), same, far),
        lambda s, same, far: strict_threshold(s, same, far)[None],
        tried_from_below,
    ],
    "12.3": [
        bisected_scale,
        lambda p, c: (torch.logit(p) + math.log(c - 1)) * (1 - 1 / c),
        lambda p, c: np.log((c - 1) * p / (1 - p)) / (1 + 1 / (c - 1)),
        lambda p, c: (math.log(c - 1) - math.log(1 / p - 1)) * (1 - 1 / c),
        lambda p, c: (c - 1) / c * torch.tensor((c - 1.0) * p / (1 - p), dtype=torch.float64).log(),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_12.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_12_says_of_its_finished_pictures():
    assert EXERCISES["12.1"].target[:, 0].tolist() == [0, 0, 1, 0, 0, 1, 0, 0]
    labels = lesson_12._LABELS
    assert (
        f"20% asked for are {torch.isin(labels, torch.tensor([2, 5])).double().mean():.0%} here"
        in EXERCISES["12.1"].done
    )
    for order, share in lesson_12._PLANS:
        reached = torch.bincount(labels)[torch.tensor(order)].cumsum(0) / len(labels)
        assert (reached - share).abs().min() > 0.01  # so that rounding has no say
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


@pytest.mark.parametrize(("impostors", "far"), [(600, 0.001), (120, 0.008), (5, 0.1)])
def test_nobody_gets_through_the_strict_door_of_lesson_12_where_not_even_one_may(impostors, far):
    scores = torch.randn(impostors + 50, generator=torch.Generator().manual_seed(4)).double()
    same = torch.arange(len(scores)) < 50
    assert (scores[~same] < strict_threshold(scores, same, far)).all()
    assert (scores[~same] < strict_threshold(scores.float(), same, far)).all()
