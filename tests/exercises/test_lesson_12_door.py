"""Exercise 12.2: a strict door, wrong and right ways to it."""

import math

import numpy as np
import pytest
import torch

from lessons_lib.evaluation import roc, tar_at_far
from lessons_lib.exercises import EXERCISES, lesson_12_door
from lessons_lib.exercises.lesson_12_door import strict_threshold
from tests.exercises.every_lesson import EveryLesson


def impostors_down(scores, same):
    """The impostors' scores from the highest down, for 12.2."""
    return scores[~same].sort(descending=True).values


def tried_from_below(scores, same, far):
    """12.2 by trying every impostor's score, from the lowest up, until few enough get in."""
    impostors = scores[~same]
    tried = [*impostors.sort().values.tolist(), math.inf]
    return next(t for t in tried if (impostors >= t).double().mean() <= far)


def by_those_turned_away(scores, same, far):
    """12.2 counted from below: one place too low where far allows a whole number."""
    impostors = scores[~same].sort().values
    return impostors[int((1 - far) * len(impostors))]


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
        (
            lambda s, same, far: by_those_turned_away(s, same, far) + 1e-9,
            "just 6 of 120 may get in, and yours lets in 5",
        ),
        (
            lambda s, same, far: impostors_down(s, same)[math.ceil(far * (~same).sum()) - 1] + 1e-9,
            "just 6 of 120 may get in, and yours lets in 5",
        ),
        (lambda s, same, far: s[~same].topk(int(far * (~same).sum())).values[-1], "Your function raised IndexError"),
        (lambda s, same, far: refuses(s, same, far) if far > 0.0083 else None, "returned nothing"),
        (always_refuses, "Your function raised ValueError: no data supports anything."),
        (lambda s, same, far: 0.5, "Not the same yet"),
        (lambda s, same, far: impostors_down(s, same)[:2], "One number is wanted each time"),
        (lambda s, same, far: s[same, 1], "Your function raised IndexError"),
        (lambda s, same, far: s[1 - same], "Truth values cannot be subtracted"),
    ],
}
ALSO_RIGHT = {
    "12.2": [
        refuses,
        asserts,
        of_numpy,
        lambda s, same, far: impostors_down(s, same)[math.floor(far * (~same).sum())] + 1e-9,
        lambda s, same, far: impostors_down(s, same)[int(far * (~same).sum() + 1e-9)] + 1e-9,
        lambda s, same, far: s[~same].sort().values[math.ceil((1 - far) * (~same).sum()) - 1] + 1e-9,
        lambda s, same, far: math.nextafter(impostors_down(s, same)[int(far * (~same).sum())], math.inf),
        lambda s, same, far: strict_threshold(s.float(), same, far),
        lambda s, same, far: strict_threshold(s, same, far)[None],
        tried_from_below,
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_12_door.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_share_let_in_goes_up_in_steps_of_one_impostor():
    assert set((EXERCISES["12.2"].target * 120).round().diff().tolist()) == {0, 1}


def test_the_strict_door_of_lesson_12_is_the_library_s():
    chance = torch.Generator().manual_seed(3)
    scores, same = torch.randn(500, generator=chance).double(), torch.arange(500) % 3 == 0
    for far in (0.011, 0.052, 0.27):
        accepted = scores >= strict_threshold(scores, same, far)
        let_in, next_one = accepted[~same].double().mean(), 1 / (~same).sum()
        assert let_in <= far < let_in + next_one
        assert accepted[same].double().mean() <= tar_at_far(roc(scores, same), far)


@pytest.mark.parametrize(("far", "share"), [(0.29, 0.29), (0.57, 0.57), (0.58, 0.58), (0.289, 0.28), (0.2999, 0.29)])
def test_the_strict_door_lets_in_all_that_it_may_though_far_times_their_number_is_a_little_short(far, share):
    scores, same = torch.randn(150, generator=torch.Generator().manual_seed(5)).double(), torch.arange(150) < 50
    assert (scores >= strict_threshold(scores, same, far))[~same].double().mean() == pytest.approx(share)


@pytest.mark.parametrize("far", [0.02, 0.05, 0.1, 0.3])
def test_the_whole_numbers_that_are_tried_are_the_same_however_one_counts(far):
    assert int(far * 120) == int(far * 120 + 1e-9) == 120 - math.ceil((1 - far) * 120)


@pytest.mark.parametrize(("impostors", "far"), [(600, 0.001), (120, 0.008), (5, 0.1)])
def test_nobody_gets_through_the_strict_door_of_lesson_12_where_not_even_one_may(impostors, far):
    scores = torch.randn(impostors + 50, generator=torch.Generator().manual_seed(4)).double()
    same = torch.arange(len(scores)) < 50
    assert (scores[~same] < strict_threshold(scores, same, far)).all()
    assert (scores[~same] < strict_threshold(scores.float(), same, far)).all()


def test_the_last_hint_leads_to_a_door_that_is_right():
    assert "torch.nextafter(x, x + 1)" in EXERCISES["12.2"].hints[-1]
    assert all(torch.nextafter(x, x + 1) > x for x in torch.tensor([-3.0, 0.0, 0.7], dtype=torch.float64))
