"""Exercises 13.1 and 13.2, wrong and right ways to them."""

import numpy as np
import torch

from lessons_lib.exercises import lesson_13
from lessons_lib.exercises.lesson_13 import ends, reweighted
from lessons_lib.losses import AdaFaceLoss, CurricularFaceLoss
from tests.exercises.every_lesson import TEXTS, EveryLesson

MISTAKES = {
    "13.1": [
        (lambda mean, spread, h: ends(mean, spread, h)[::-1], "The two are exchanged"),
        (lambda mean, spread, h: (mean - spread * h, mean + spread * h), "That multiplies by h"),
        (lambda mean, spread, h: (mean - spread, mean + spread), "one spread away from the mean"),
        (lambda mean, spread, h: (-spread / h, spread / h), "counted from the mean"),
        (lambda mean, spread, h: (mean - 1 / h, mean + 1 / h), "The spread is missing"),
        (lambda mean, spread, h: (mean - spread / h, mean), "That is z = −1 and z = 0"),
        (lambda mean, spread, h: (-h, h), "That is z at one length"),
        (lambda mean, spread, h: (max(mean - spread / h, 1), mean + spread / h), "Not the same yet"),
        (lambda mean, spread, h: mean - spread / h, "Two lengths are wanted"),
        (lambda mean, spread: (mean, spread), "Keep the arguments of the stub"),
        (-1, "check wants the function itself"),
    ],
    "13.2": [
        (lambda c, curve, t: torch.where(c > curve, c, c * (t + c)), "You change the easy classes"),
        (lambda c, curve, t: c * (t + c), "You change all classes"),
        (lambda c, curve, t: c, "Nothing is changed yet"),
        (lambda c, curve, t: torch.where(c > curve, t + c, c), "it multiplies cos θ_j"),
        (lambda c, curve, t: torch.where(c > curve, t * c, c), "multiplies by t alone"),
        (lambda c, curve, t: torch.where(c > curve, c * t + c, c), "The brackets are missing"),
        (lambda c, curve, t: torch.where(c > curve, c * (t + 2 * c), c), "the slope's"),
        (lambda c, curve, t: torch.where(c > curve, c * (t + curve), c), "You add t to the logit's curve"),
        (lambda c, curve, t: torch.where(c > 0, c * (t + c), c), "Hard is not what lies above 0"),
        (lambda c, curve, t: torch.where(c > curve, c * (t + c), 0), "The easy ones have become 0"),
        (lambda c, curve, t: (c * (t + c))[c > curve], "A logit for each cosine is wanted"),
        (lambda c, curve, t: c * (t + c) if c > curve else c, "Your function raised RuntimeError"),
        (lambda c, curve, t: c / 0, "not finite"),
    ],
}


def by_loops(cosines, curve, t):
    """13.2 number by number."""
    rows = zip(cosines.tolist(), curve.flatten().tolist(), strict=True)
    return [[c * (t + c) if c > own else c for c in row] for row, own in rows]


def in_place(cosines, curve, t):
    """13.2 as the published code does it."""
    hard = cosines > curve
    cosines[hard] = cosines[hard] * (t + cosines[hard])
    return cosines


ALSO_RIGHT = {
    "13.1": [
        lambda mean, spread, h: torch.tensor([mean - spread / h, mean + spread / h]),
        lambda mean, spread, h: mean + np.array([-1, 1]) * spread / h,
    ],
    "13.2": [
        by_loops,
        in_place,
        lambda c, curve, t: c + (c > curve) * c * (t + c - 1),
        lambda c, curve, t: np.where(c.numpy() > curve.numpy(), c.numpy() * (t + c.numpy()), c.numpy()),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_13.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_ends_are_those_of_the_head():
    head = AdaFaceLoss(3, 2, h=0.5).double()
    head.met.copy_(torch.tensor([20.0, 4.0]))
    low, high = ends(20.0, 4.0, 0.5)
    x = torch.tensor([[low, 0.0], [low + 0.1, 0.0], [high - 0.1, 0.0], [0.0, high]], dtype=torch.float64)
    z = head.standing(x).flatten().tolist()
    assert z[0] <= -0.999 < z[1] < -0.9 and 0.9 < z[2] < 0.999 <= z[3]


def test_the_curve_falls_with_z_so_that_it_meets_arcfaces_at_one_end_alone():
    head, theta = AdaFaceLoss(3, 2).double(), torch.linspace(0, torch.pi, 181, dtype=torch.float64)
    curves = torch.stack([head.target_logit(theta, z) for z in torch.linspace(-1, 1, 41).tolist()])
    assert (curves.diff(dim=0) <= 1e-12).all() and (curves[0] - curves[5] > 1e-6).all()


def test_what_is_asked_for_is_the_heads():
    head = CurricularFaceLoss(3, 2)
    found = reweighted(lesson_13._COSINES, lesson_13._CURVE, 0.3)
    torch.testing.assert_close(head.other_logit(lesson_13._COSINES, lesson_13._CURVE, 0.3), found)


def test_of_the_lengths_with_a_clipped_z_the_lesson_says_which_are_meant():
    task = (TEXTS / "13_after_2019.md").read_text(encoding="utf-8").partition("**Exercise 13.1**")[2]
    assert "the longest length with $z=-1$ and the shortest with $z=+1$, in this order" in task.partition("```")[0]
