"""Answers to the exercises of lesson 12: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import pytest
import torch

from lessons_lib.evaluation import roc, tar_at_far
from lessons_lib.exercises import EXERCISES, lesson_12
from lessons_lib.exercises.lesson_12 import strict_threshold, which_to_use
from tests.exercises.every_lesson import EveryLesson


def impostors_down(scores, same):
    """The impostors' scores from the highest down, for 12.2."""
    return scores[~same].sort(descending=True).values


def tried_from_below(scores, same, far):
    """12.2 by trying every impostor's score, from the lowest up, until few enough get in."""
    impostors = scores[~same]
    tried = [*impostors.sort().values.tolist(), math.inf]
    return next(t for t in tried if (impostors >= t).double().mean() <= far)


def choice(ahead):
    """12.1 with another way to see whether the network is ahead, given its figures and the others'."""
    return lambda network, others: 0 if ahead(network, others) else 1 + others.mean(dim=1).argmax()


def one_by_one(network, others):
    """12.1 by a loop over the others."""
    for other in others:
        if sum(bool(mine > its) for mine, its in zip(network, other, strict=True)) < 0.975 * len(network):
            return [other.mean() for other in others].index(max(other.mean() for other in others)) + 1
    return 0


def by_quantile(network, others):
    """12.1 by the low end of the difference's interval."""
    low = (network - others).quantile(0.025, dim=1)
    return 0 if bool((low > 0).all()) else int(others.mean(1).argmax()) + 1


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
        (choice(lambda n, o: (n.mean() > o.mean(dim=1)).all()), "That goes by the means, or by half of the draws"),
        (
            choice(lambda n, o: ((n > o).double().mean(1) > 0.5).all()),
            "That goes by the means, or by half of the draws",
        ),
        (choice(lambda n, o: (n > o).all()), "That asks for every draw"),
        (choice(lambda n, o: ((n > o).double().mean(1) >= 0.95).all()), "That asks for 19 of 20 draws"),
        (choice(lambda n, o: (n > o.amax(0)).double().mean() >= 0.975), "Right but where the others take turns"),
        (choice(lambda n, o: (n > o).all(0).double().mean() >= 0.975), "Right but where the others take turns"),
        (choice(lambda n, o: (n.quantile(0.025) > o.quantile(0.975, dim=1)).all()), "two intervals held against each"),
        (choice(lambda n, o: ((n > o).double().mean(1) >= 0.975).any()), "Ahead of one of them is not enough"),
        (choice(lambda n, o: (n > o.mean(0)).double().mean() >= 0.975), "the mean of the others"),
        (lambda n, o: 0 if which_to_use(n, o) == 0 else o.mean(1).argmax(), "The others are numbered from 1"),
        (lambda n, o: 0 if which_to_use(n, o) == 0 else 1, "not always the first"),
        (lambda n, o: 0 if which_to_use(n, o) == 0 else 1 + o.mean(1).argmin(), "the worse of the others"),
        (lambda n, o: 0 if which_to_use(n, o) else 1 + o.mean(1).argmax(), "the other way round"),
        (lambda n, o: 1 + o.mean(1).argmax(), "never chosen"),
        (lambda n, o: 0, "always chosen"),
        (lambda n, o: (n > o).double().mean(1), "One number is wanted each time"),
        (lambda n, o: n.mean(), "0 is wanted for the network"),
        (lambda n, o: 2 - which_to_use(n, o), "Not the same yet"),
        (lambda n, o: n > o and 0, "Boolean value of Tensor"),
        (lambda n, o: print(end=""), "returned nothing"),
        (lambda n: 0, "Keep the arguments of the stub"),
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
}
ALSO_RIGHT = {
    "12.1": [
        one_by_one,
        by_quantile,
        choice(lambda n, o: (n > o).double().mean(dim=1).min() >= 0.975),
        choice(lambda n, o: all((n - other > 0).sum() >= 0.975 * len(n) for other in o)),
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
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_12.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_12_says_of_its_finished_pictures():
    assert set(EXERCISES["12.1"].target.tolist()) == {0, 1, 2}
    spread = [float(network.quantile(0.975) - network.quantile(0.025)) for network, _ in lesson_12._CONTESTS]
    assert f"by {'twelve' if round(100 * sum(spread) / len(spread)) == 12 else '?'} points" in EXERCISES["12.1"].done
    ahead = lesson_12._AHEAD[EXERCISES["12.1"].target == 0]
    assert ahead.min() < 0.02 and (lesson_12._AHEAD[lesson_12._AHEAD >= 0.02] == ahead[ahead >= 0.02]).all()
    assert set((EXERCISES["12.2"].target * 120).round().diff().tolist()) == {0, 1}


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
