"""Exercise 12.1: which contestant to use, wrong and right ways to it."""

from lessons_lib.exercises import EXERCISES, lesson_12
from lessons_lib.exercises.lesson_12 import which_to_use
from tests.exercises.every_lesson import EveryLesson


def choice(ahead):
    """12.1 with another way to see whether the network is ahead, given its figures and the others'."""
    return lambda network, others: 0 if ahead(network, others) else 1 + others.mean(dim=1).argmax()


def ahead_of_one(which):
    """12.1's question for a single one of the others."""
    return lambda network, others: (network > others[which(others)]).double().mean() >= 0.975


def numbered_by(height):
    """12.1 with the number of the other that stands highest by this."""
    return lambda network, others: 0 if which_to_use(network, others) == 0 else 1 + height(others).argmax()


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
        (choice(ahead_of_one(lambda o: o.mean(1).argmax())), "ask for each of the others"),
        (choice(ahead_of_one(lambda o: o.amax(1).argmax())), "ask for each of the others"),
        (choice(ahead_of_one(lambda o: o.median(1).values.argmax())), "ask for each of the others"),
        (numbered_by(lambda o: o.amax(1)), "goes by the mean over all draws"),
        (numbered_by(lambda o: o.amin(1)), "Not the same yet"),
        (numbered_by(lambda o: o.median(1).values), "goes by the mean over all draws"),
        (numbered_by(lambda o: (o == o.amax(0)).double().mean(1)), "goes by the mean over all draws"),
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
}
ALSO_RIGHT = {
    "12.1": [
        one_by_one,
        by_quantile,
        choice(lambda n, o: (n > o).double().mean(dim=1).min() >= 0.975),
        choice(lambda n, o: all((n - other > 0).sum() >= 0.975 * len(n) for other in o)),
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
