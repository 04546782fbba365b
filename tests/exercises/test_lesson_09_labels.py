"""Exercise 9.4: the shares of doubtful and of wrong labels, wrong and right ways to them."""

import math
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_09_labels
from tests.exercises.every_lesson import EveryLesson


class Labels:
    """The lesson's training labels for 9.4, 10,000 of them, as far as the shares go: a fifth is wrong, and the network
    doubts 987 of 1,000 of those and a tenth of the right ones."""

    truth = torch.arange(10_000) % 10
    wrong = torch.arange(10_000) < 2_000
    said = torch.where(wrong, (truth + 1) % 10, truth)
    doubtful = torch.where(wrong, torch.arange(10_000) >= 26, torch.arange(10_000) >= 9_110)
    predicted = torch.where(doubtful, torch.where(wrong, truth, truth + 2), said)
    mistaken = torch.where(wrong, torch.arange(10_000) < 230, torch.arange(10_000) >= 9_110)


def shares(doubtful, wrong=Labels.wrong):
    """(found, wrong) of 9.4 where these are doubted."""
    return doubtful[wrong].double().mean(), wrong[doubtful].double().mean()


FOUND, PURE = map(float, shares(Labels.doubtful))
IN_THE_NOTEBOOK = {
    "mnist": SimpleNamespace(train=SimpleNamespace(labels=Labels.truth)),
    "noisy": SimpleNamespace(train=SimpleNamespace(labels=Labels.said, images=Labels.predicted)),
    "spoilt": {"linear, K = 1": SimpleNamespace(net=None, head=SimpleNamespace(logits=lambda x: F.one_hot(x, 12)))},
    "embed": lambda net, images: images,
}


MISTAKES = {
    "9.4": [
        ((PURE, FOUND), "The two are exchanged"),
        ((100 * FOUND, 100 * PURE), "per cent"),
        ((Labels.doubtful[Labels.wrong].sum(), Labels.wrong[Labels.doubtful].sum()), "Those are counts"),
        (shares(Labels.wrong | ~Labels.wrong), "Are those all images?"),
        (shares(~Labels.doubtful), "whose label the network predicts"),
        (shares(Labels.wrong), "which nobody has in use"),
        (shares(Labels.mistaken), "the network's mistakes"),
        ((Labels.doubtful.double().mean(), PURE), "Your first is the share of all images that is doubtful"),
        ((FOUND, Labels.doubtful.double().mean()), "Your second is the share of all images that is doubtful, or"),
        ((FOUND, 1 - PURE + 0.02), "or the share of the doubtful ones whose label is right"),
        ((FOUND, 1 - PURE), "or the share of the doubtful ones whose label is right"),
        ((1 - FOUND, PURE), "that is not found"),
        (((Labels.doubtful & Labels.wrong).double().mean(), PURE), "Your first is a share of all images"),
        ((FOUND, (Labels.doubtful & Labels.wrong).double().mean()), "Or is your second a share of all images?"),
        ([(Labels.doubtful & Labels.wrong).double().mean()] * 2, "divide by the wrong labels, and by"),
        ((0.8955, PURE), "the network's accuracy"),
        (FOUND, "Two shares are wanted, (found, wrong); yours has shape ()"),
        (Labels.doubtful, "yours has shape (10000,)"),
        ((0.5, 0.5), "Not the same yet"),
        ((math.nan, PURE), "not finite"),
        (f"{FOUND:.0%}, {PURE:.0%}", "yours is str"),
        ((..., ...), "yours is tuple: part 1 still has its dots."),
        ((FOUND, ...), "yours is tuple: part 2 still has its dots."),
        ((FOUND, f"{PURE:.2f}"), "yours is tuple: part 2 is '0.69', a text."),
        (lambda: (FOUND, PURE), "yours is function"),
    ],
}
ALSO_RIGHT = {
    "9.4": [
        (0.984, 0.67),
        [0.9895, 0.7299],  # with ten centres
        shares(Labels.doubtful),
        torch.tensor([FOUND, PURE])[:, None],
        np.array([FOUND, PURE], dtype=np.float32),
        (torch.tensor([FOUND]), torch.tensor([PURE])),
        (np.float32(FOUND), np.array(PURE)),
        (np.float64(FOUND), round(PURE, 1)),
    ],
}


def test_no_two_of_its_slips_are_so_near_to_each_other_that_a_start_decides_which_is_told():
    exercise = EXERCISES["9.4"]
    for one, other in combinations([exercise.target, *exercise.slips.values()], 2):
        assert (one - other).abs().max() > exercise.tolerance


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_09_labels.EXERCISES, MISTAKES, ALSO_RIGHT
    in_the_notebook = IN_THE_NOTEBOOK
