"""Answers to the exercises of lesson 10: typical mistakes, other ways to be right, and what its words say."""

import itertools
import math
import operator
import re

import numpy as np
import torch
import torch.nn.functional as F

from lessons_lib.data.pairs import Episodes
from lessons_lib.evaluation import one_shot_accuracy, roc
from lessons_lib.exercises import EXERCISES, NOT_YET, check, lesson_10
from lessons_lib.exercises.lesson_10 import by_chance, one_shot, rates
from tests.exercises.every_lesson import EveryLesson


def accepted(scores, same, threshold):
    """How many impostors and how many genuine pairs, for 10.1."""
    return ((scores >= threshold) & ~same).sum(), ((scores >= threshold) & same).sum()


def of_all_accepted(scores, same, threshold):
    """10.1 with the shares of what is accepted, 0 where nothing is."""
    far, tar = accepted(scores, same, threshold)
    return (far / (far + tar), tar / (far + tar)) if far + tar else (0, 0)


def counted(scores, same, threshold):
    """10.1 by a loop over the pairs."""
    found = {True: [], False: []}
    for score, kind in zip(scores.tolist(), same.tolist(), strict=True):
        found[kind].append(score >= threshold)
    return [sum(found[kind]) / len(found[kind]) for kind in (False, True)]


def on_the_roc(scores, same, threshold):
    """10.1 by the library's curve."""
    curve = roc(scores, same)
    at = int((curve.thresholds >= threshold).sum()) - 1
    return curve.far[at], curve.tar[at]


def share(chosen):
    """10.2 of the rows chosen for the queries."""
    return (chosen == torch.arange(len(chosen))).float().mean()


def with_unit(search):
    """10.2 by this search among unit vectors."""
    return lambda support, query: share(search(F.normalize(query), F.normalize(support)))


def in_an_episode(support, query):
    """10.2 by the library, each task an episode with one image a class."""
    rows = torch.arange(2 * len(query)).reshape(2, 1, len(query), 1)
    return one_shot_accuracy(torch.cat([support, query]), Episodes(*rows))


def walked_through(support, query):
    """10.2 by two loops."""
    right, known = 0, support.tolist()
    for i, asked in enumerate(query.tolist()):
        found = [sum(map(operator.mul, asked, one)) / (math.hypot(*asked) * math.hypot(*one)) for one in known]
        right += found.index(max(found)) == i
    return right / len(query)


def in_numpy(support, query):
    """10.2 with numpy alone."""
    support = support / np.linalg.norm(support, axis=1, keepdims=True)
    return np.mean(np.argmax(query @ support.T, axis=1) == np.arange(len(query)))


def sorted_apart(seeds):
    """10.3 by counting the ways to hand out places, up to five seeds."""
    if seeds > 5:
        return by_chance(seeds)
    ways = list(itertools.combinations(range(2 * seeds), seeds))
    return sum(max(way) < seeds or min(way) >= seeds for way in ways) / len(ways)


def drawn_one_by_one(seeds):
    """10.3: the highest run is of one of the two, and so must the next n − 1 be."""
    return math.prod((seeds - i) / (2 * seeds - i) for i in range(1, seeds))


MISTAKES = {
    "10.1": [
        (lambda s, same, t: ((s[~same] > t).double().mean(), (s[same] > t).double().mean()), ">= instead of >"),
        (lambda s, same, t: rates(s, ~same, t), "The two are exchanged"),
        (lambda s, same, t: [n / len(s) for n in accepted(s, same, t)], "shares of all pairs"),
        (lambda s, same, t: [((s >= t) & kind).double().mean() for kind in (~same, same)], "shares of all pairs"),
        (
            lambda s, same, t: [kind[s >= t].double().mean() for kind in (~same, same)],
            "shares of all that are accepted",
        ),
        (of_all_accepted, "0 where none is"),
        (lambda s, same, t: (rates(s, same, t)[0], 1 - rates(s, same, t)[1]), "Your second is"),
        (lambda s, same, t: (1 - rates(s, same, t)[0], rates(s, same, t)[1]), "Your first is"),
        (lambda s, same, t: [(s[kind] < t).double().mean() for kind in (~same, same)], "shares turned away: accepted"),
        (lambda s, same, t: [(s[kind] <= t).double().mean() for kind in (~same, same)], "shares turned away, with"),
        (accepted, "Those are counts"),
        (lambda s, same, t: [100 * rate for rate in rates(s, same, t)], "percent"),
        (lambda s, same, t: [rates(s, same, t)[1]] * 2, "Both are of the genuine pairs"),
        (lambda s, same, t: [rates(s, same, t)[0]] * 2, "Both are of the impostors"),
        (lambda s, same, t: rates(s, same, t)[0], "Two numbers are wanted, far and tar; yours has shape ()"),
        (lambda s, same, t: rates(s, same, 0.5), "Not the same yet"),
        (lambda s, same, t: (math.nan, math.nan), "not finite"),
        (lambda s, same, t: s[~same] / t / same, "Your function raised"),
        (lambda s, same, t: ((s[1 - same] >= t).double().mean(), 1), "Truth values cannot be subtracted"),
        (lambda s, same, t: ((s[not same] >= t).double().mean(), 1), "torch.where, &, |, ~ and .clamp ask each"),
        (lambda s, same, t: (rates(s, same, t)[0], s[same]), "have different shapes, () and (80,)"),
        (lambda s, same, t: torch.stack([*rates(s, same, t), torch.ones(()).double()]), "yours has shape (3,)"),
        (lambda s, same: s[same], "Keep the arguments of the stub"),
        (lambda s, same, t: print(end=""), "returned nothing"),
        (lambda s, same, t: "far, tar", "A number or a tensor is wanted"),
    ],
    "10.2": [
        (lambda support, query: share((query @ support.T).argmax(dim=1)), "Those are dot products"),
        (lambda support, query: share((F.normalize(query) @ support.T).argmax(dim=1)), "Those are dot products"),
        (lambda support, query: share(torch.cdist(query, support).argmin(dim=1)), "distance of the raw embeddings"),
        (lambda support, query: share(torch.cdist(F.normalize(query), support).argmin(dim=1)), "the query alone"),
        (with_unit(lambda query, support: torch.cdist(query, support).argmax(dim=1)), "Did you take the farthest?"),
        (with_unit(lambda query, support: (query @ support.T).argmin(dim=1)), "Did you take the farthest?"),
        (
            with_unit(lambda query, support: (query @ support.T).fill_diagonal_(-2).argmax(dim=1)),
            "Or take the diagonal out, as in 9.3?",
        ),
        (lambda support, query: share(torch.cdist(query, support).argmax(dim=1)), "farthest of the raw embeddings"),
        (with_unit(lambda query, support: (query @ support.T).argmax(dim=0)), "nearest query to each row of support"),
        (with_unit(lambda query, support: (support @ query.T).argmax(dim=1)), "nearest query to each row of support"),
        (lambda support, query: share((query @ support.T).argmax(dim=0)), "the query of the largest dot product"),
        (
            lambda support, query: share((F.normalize(query, dim=0) @ F.normalize(support, dim=0).T).argmax(dim=1)),
            "You normalised the columns",
        ),
        (lambda support, query: len(query) * one_shot(support, query), "That is how many are right"),
        (lambda support, query: 100 * one_shot(support, query), "in percent"),
        (lambda support, query: 1 - one_shot(support, query), "the share of mistakes"),
        (lambda support, query: F.cosine_similarity(support, query).mean(), "the mean cosine"),
        (lambda support, query: (query @ support.T).argmax(dim=1), "One number is wanted each time"),
        (lambda support, query: one_shot(support, query) ** 2, "Not the same yet"),
        (lambda support: support, "Keep the arguments of the stub"),
        (lambda support, query: f"{one_shot(support, query)}", "yours is str"),
        (lambda support, query: one_shot(support[:5], query), "Not the same yet"),
        (lambda support, query: one_shot(support, query) / 0, "not finite"),
        (
            lambda support, query: ((query @ support.T).argmax(dim=1) == torch.arange(20)).mean(),
            "Your function raised RuntimeError",
        ),
        (lambda support, query: print(end=""), "returned nothing"),
    ],
    "10.3": [
        (lambda n: 1 / math.comb(2 * n, n), "That is one way round"),
        (lambda n: math.comb(2 * n, n), "how many ways there are to choose"),
        (lambda n: math.comb(2 * n, n) / 2, "Upside down"),
        (lambda n: 1 - by_chance(n), "the probability that they overlap"),
        (lambda n: 0.5**n, "run 1 against run 1"),
        (lambda n: 2 * 0.5**n, "coin tosses, both ways round"),
        (lambda n: 0.5 ** (2 * n), "coin tosses for all 2n runs: "),
        (lambda n: 2 * 0.5 ** (2 * n), "coin tosses for all 2n runs, both ways round"),
        (lambda n: 1 / math.factorial(2 * n), "one order of all 2n runs"),
        (lambda n: 2 / math.factorial(2 * n), "two orders of all 2n runs"),
        (lambda n: 2 * math.factorial(n) / math.factorial(2 * n), "n! counts for both of them"),
        (lambda n: 1 / math.factorial(n), "the orders of n runs: "),
        (lambda n: 2 / math.factorial(n), "the orders of n runs, twice"),
        (lambda n: 2 / math.comb(2 * n, 2), "That chooses two runs"),
        (lambda n: 100 * by_chance(n), "in percent"),
        (lambda n: by_chance(n) if n < 6 else 0, "Not the same yet"),
        (lambda n: by_chance(min(n, 9)), "Not the same yet"),
        (lambda n: n.exp(), "Your function raised AttributeError"),
        (lambda n: print(end=""), "returned nothing"),
        (lambda n: math.comb(n, 2 * n) / 2, "Not the same yet"),
        (lambda n: (n, n), "One number is wanted each time"),
        (lambda n: math.nan, "not finite"),
        (lambda n: 1 / (n - 2), "Your function raised ZeroDivisionError"),
        (1 / 126, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "10.1": [
        counted,
        on_the_roc,
        lambda s, same, t: [n / kind.sum() for n, kind in zip(accepted(s, same, t), (~same, same), strict=True)],
        lambda s, same, t: torch.stack(rates(s.float(), same, t)),
        lambda s, same, t: torch.stack(rates(s, same, t))[:, None],
        lambda s, same, t: (np.mean(np.asarray(s)[~np.asarray(same)] >= t), np.mean(np.asarray(s)[same] >= t)),
        lambda s, same, t: (np.mean(s[~same] >= t), np.mean(s[same] >= t)),
    ],
    "10.2": [
        in_an_episode,
        walked_through,
        with_unit(lambda query, support: torch.cdist(query, support).argmin(dim=1)),
        lambda support, query: share((query @ F.normalize(support).T).argmax(dim=1)),
        lambda support, query: one_shot(support.float(), query.float())[None],
        in_numpy,
        lambda support, query: one_shot(support.div_(support.norm(dim=1, keepdim=True)), query),
        lambda support, query: share(torch.cdist(query, F.normalize(support)).argmin(dim=1)),
        lambda support, query: share(torch.cosine_similarity(query[:, None], support[None], dim=2).argmax(dim=1)),
    ],
    "10.3": [
        sorted_apart,
        drawn_one_by_one,
        lambda seeds: 2 * math.factorial(seeds) ** 2 / math.factorial(2 * seeds),
        lambda seeds: 1 / math.comb(2 * seeds - 1, seeds),
        lambda seeds: np.float64(by_chance(seeds)),
        lambda seeds: torch.tensor([by_chance(seeds)]),
        lambda seeds: 2 * math.exp(2 * math.lgamma(seeds + 1) - math.lgamma(2 * seeds + 1)),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_10.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_10_says_of_its_finished_pictures():
    thresholds = [at / 16 for at in range(17, -9, -1)]
    drawn = dict(zip(thresholds, EXERCISES["10.1"].target.tolist(), strict=True))
    assert drawn[17 / 16] == [0, 0] and drawn[-0.5] == [1, 1]
    shares = [f"{100 * share:.0f} %" for threshold in (0.5, 0.25) for share in drawn[threshold]]
    assert re.findall(r"\d+ %", EXERCISES["10.1"].done) == shares
    quiet, loud, louder = EXERCISES["10.2"].target[[0, 5, 10]].tolist()
    assert quiet == 1 and "All are right without noise" in EXERCISES["10.2"].done
    assert re.findall(r"\d+ %", EXERCISES["10.2"].done) == [f"{100 * loud:.0f} %", f"{100 * louder:.0f} %", "5 %"]
    said = EXERCISES["10.3"].done
    for words, seeds in (("Two seeds each", 2), ("Three", 3), ("Five", 5)):
        assert f"{words}: once in {1 / by_chance(seeds):.0f}." in said
    assert f"make {math.comb(10, 2)} pairs" in said and f"alone {math.comb(10, 2) * by_chance(5):.2f} of them" in said


def test_small_probabilities_of_lesson_10_are_told_apart():
    assert check("10.3", lambda seeds: by_chance(seeds) * (1 + 1e-3 * (seeds == 10))).state == NOT_YET


def test_many_tasks_of_lesson_10_leave_torch_s_threads_as_they_were():
    before, inside = torch.get_num_threads(), []
    try:
        torch.set_num_threads(2)
        check("10.2", lambda support, query: inside.append(torch.get_num_threads()) or one_shot(support, query))
        check("10.2", lambda support, query: support / None)
        assert torch.get_num_threads() == 2 and set(inside) == {1}
    finally:
        torch.set_num_threads(before)
