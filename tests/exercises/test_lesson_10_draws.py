"""Exercise 10.4: how many draws are enough, wrong and right ways to it."""

import math

import numpy as np
import torch

from lessons_lib.exercises import EXERCISES, lesson_10_draws
from tests.exercises.every_lesson import TEXTS, EveryLesson

PILOT = torch.tensor([[94.1, 95.8, 92.3, 94.6], [93.3, 96.1, 91.7, 94.5]], dtype=torch.float64)
AHEAD = PILOT[0] - PILOT[1]


def draws_for(spread, factor=2):
    """10.4 for differences of this standard deviation, with so many standard errors either side."""
    return math.ceil((factor * spread / float(AHEAD.mean())) ** 2)


MISTAKES = {
    "10.4": [
        (draws_for(0.4967, factor=1), "The 2 is missing"),
        (math.ceil(2 * 0.4967 / 0.3), "0.30 ± 0.50: it still holds 0. Is the root missing"),
        (draws_for(0.4967) - 4, "how many are still to come"),
        (draws_for(float(AHEAD.std(correction=0))), "divides by n − 1"),
        (int((2 * AHEAD.std() / AHEAD.mean()) ** 2), "Rounded down"),
        (draws_for(0.4967, factor=3), "Three standard errors"),
        (float((2 * AHEAD.std() / AHEAD.mean()) ** 2), "round up"),
        (float((AHEAD.std() / AHEAD.mean()) ** 2), "The 2 is missing"),
        (draws_for(math.hypot(*PILOT.std(dim=1).tolist())), "without their pairs"),
        (12, "fewer would be enough"),
        (5, "With 5 draws the interval is 0.30 ± 0.44: it still holds 0."),
        (torch.tensor(8), "With 8 draws the interval is 0.30 ± 0.35"),
        (1, "One draw has no spread"),
        (0, "one or more"),
        (math.nan, "one or more"),
        (math.inf, "one or more"),
        (AHEAD, "One number is wanted. Yours has shape (4,)"),
        ("eleven", "yours is str"),
        (lambda: 11, "yours is function"),
    ],
}
ALSO_RIGHT = {
    "10.4": [
        draws_for(float(AHEAD.std())),
        next(n for n in range(2, 99) if AHEAD.mean() > 2 * AHEAD.std() / n**0.5),
        next(n for n in range(2, 99) if AHEAD.mean() > 1.96 * AHEAD.std() / n**0.5),
        11.0,
        np.ceil(4 * np.var(AHEAD.numpy(), ddof=1) / 0.09),
        torch.tensor([11]),
        np.int64(11),
        torch.tensor(11.0, dtype=torch.float32),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_10_draws.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_exercise_10_4_says_of_its_finished_picture():
    said = EXERCISES["10.4"].done
    half = float(2 * AHEAD.std() / 11**0.5)
    assert 0.295 < half < 0.3 < float(2 * AHEAD.std() / 10**0.5) and "half of the interval is just below 0.30" in said
    assert 240 < draws_for(math.hypot(*PILOT.std(dim=1).tolist())) < 260 and "about 250" in said


def test_the_pilot_of_lesson_10_stands_in_its_text():
    text = (TEXTS / "10_open_set.md").read_text(encoding="utf-8")
    for name, row in zip(("first loss", "second loss"), PILOT.tolist(), strict=True):
        assert f"| {name} | " + " | ".join(f"{share:.1f}" for share in row) + " |" in text
