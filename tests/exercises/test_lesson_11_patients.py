"""Exercise 11.4: which failure each of four patients has, wrong and right answers."""

import math
import re

import numpy as np
import torch

from lessons_lib.exercises import check, lesson_11_patients
from tests.exercises.every_lesson import TEXTS, EveryLesson

AGAINST = {
    "A": {
        1: "its scale is 128",
        3: "opposite would be 180°",
        4: "of test digits, without a margin",
        5: "look at its angle beside its loss",
        7: "stand 71° apart",
        8: "has no scale",
        11: "it was chosen",
        12: "nearly nothing is read",
        14: "there the angle is 110°",
    },
    "B": {
        1: "there is a scale",
        2: "13° from their class weights",
        6: "What can make it 8?",
        8: "66 to 91°",
        11: "its scale is 20",
        15: "its loss is 8",
    },
    "C": {
        2: "nine digits of ten are read",
        3: "and not at 110°",
        8: "does not come to 0.00",
        12: "in training already",
        13: "and it reads nothing",
    },
    "D": {
        3: "opposite would be 180°",
        4: "not all but one in ten",
        8: "in training it read 95 %",
        13: "not what is read",
        14: "in training it read 95 %",
        6: "compare what it read in training",
    },
}
MISTAKES = {
    "11.4": [
        *(([entry, 7, 14, 12], words) for entry, words in AGAINST["A"].items()),
        *(([2, entry, 14, 12], words) for entry, words in AGAINST["B"].items()),
        *(([2, 7, entry, 12], words) for entry, words in AGAINST["C"].items()),
        *(([2, 7, 14, entry], words) for entry, words in AGAINST["D"].items()),
        ([2, 7, 12, 14], "2 of 4 are right. C is not entry 12"),
        ([3, 3, 3, 3], "0 of 4 are right. A is not entry 3"),
        ([2, 7, 14], "Four numbers are wanted, the entries of A, B, C and D; yours has shape (3,)"),
        (2, "yours has shape ()"),
        ([2, 7, 14, 19], "have the numbers 1 to 18"),
        ([0, 7, 14, 12], "have the numbers 1 to 18"),
        ([2, 7, 14, 12.5], "have the numbers 1 to 18"),
        ([2, 7, 14, math.nan], "have the numbers 1 to 18"),
        (["2", "7", "14", "12"], "Four numbers are wanted, as in [1, 2, 3, 4]; yours is list: part 1 is '2', a text."),
        ([2, 7, "14", 12], "yours is list: part 3 is '14', a text."),
        ([2, 7, 14, ...], "yours is list: part 4 still has its dots."),
        ((2, None, 14, 12), "yours is tuple: part 2 is NoneType."),
        ({"A": 2, "B": 7, "C": ..., "D": 12}, "yours is list: part 3 still has its dots."),
        ({"A": 2, "B": 7, "C": 14}, "yours is dict"),
        ({"A": 2, "B": 7, "C": 12, "D": 14}, "2 of 4 are right. C is not entry 12"),
        ("ABCD", "yours is str"),
    ],
}
ALSO_RIGHT = {
    "11.4": [
        (2, 7, 14, 12),
        [2.0, 7.0, 14.0, 12.0],
        np.array([[2, 7, 14, 12]]),
        torch.tensor([2, 7, 14, 12])[:, None],
        torch.tensor([2, 7, 14, 12], dtype=torch.float32),
        [torch.tensor([entry]) for entry in (2, 7, 14, 12)],
        {"B": 7, "A": 2, "C": 14, "d": torch.tensor(12)},
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_11_patients.EXERCISES, MISTAKES, ALSO_RIGHT


def test_the_patients_of_lesson_11_are_those_of_its_table():
    text = (TEXTS / "11_failure_gallery.md").read_text(encoding="utf-8")
    for who, (_, course, end) in lesson_11_patients._PATIENTS.items():
        assert re.search(rf"^\| {who} \|.*\| {end:.0%}".replace("%", " %"), text, flags=re.MULTILINE)
        assert len(course) == 10 and (who == "D") == (end < course[-1] - 0.1)


def test_the_form_of_the_answer_is_said_as_it_is_shown_to_who_gives_another():
    task = (TEXTS / "11_failure_gallery.md").read_text(encoding="utf-8").partition("**Exercise 11.4**")[2]
    assert "as a list, such as `[1, 2, 3, 4]`" in task and "as in [1, 2, 3, 4]" in check("11.4", "ABCD").words
