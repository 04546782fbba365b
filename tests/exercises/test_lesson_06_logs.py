"""Exercise 6.4: causes that the logs do not have, other ways to write those they have, and the lesson's table."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_06_logs
from lessons_lib.exercises.lesson_06_logs import CAUSES, log
from lessons_lib.losses import AdaCosLoss, FixedAdaCosLoss
from tests.exercises.every_lesson import TEXTS, EveryLesson

RIGHT = dict(sorted(CAUSES.items()))


MISTAKES = {
    "6.4": [
        (RIGHT | {"A": "fixed", "D": "median of all"}, "A is another one. With the fixed scale the log would begin"),
        (RIGHT | {"C": "fixed", "D": "none"}, "C is another one. With the fixed scale"),
        (RIGHT | {"B": "true class"}, "end with s = 9.84, after 200 steps and still rising, and a loss of 0.0048"),
        (RIGHT | {"C": "sum"}, "C is another one. With the sum over the batch for the mean"),
        (RIGHT | {"D": "none"}, "s = 4.55 and a loss of 0.6931"),
        (dict.fromkeys("ABCD", "none"), "A is another one. With AdaCos as it should be"),
        (RIGHT | {"B": ...}, "B is none of the causes yet"),
        (RIGHT | {"B": "mean"}, "write one of 'none', 'sum'"),
        (RIGHT | {"B": 3}, "B is none of the causes yet"),
        ({"A": "none", "B": "sum"}, "yours are for A, B"),
        ({}, "yours are for none"),
        (RIGHT | {"E": "none"}, "yours are for A, B, C, D, E"),
        (["none", "sum", "none", "fixed"], "A dict is wanted"),
        ("sum", "yours is str"),
        (np.array([1, 2]), "yours is ndarray"),
    ]
}
ALSO_RIGHT = {
    "6.4": [
        RIGHT,
        CAUSES,
        {name.lower(): f" {cause.capitalize()} " for name, cause in CAUSES.items()},
        {name: np.str_(cause) for name, cause in CAUSES.items()},
    ]
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_06_logs.EXERCISES, MISTAKES, ALSO_RIGHT


def head_at_the_end(head, steps=200):
    """A head after that many batches of perfect features on a simplex of a hundred classes, and its loss there."""
    head.weight.data = F.normalize(torch.eye(100) - 1 / 100)
    x, y = head.weight.detach().clone(), torch.arange(100)
    for _ in range(steps):
        loss = head(x, y)
    return float(head.scale), loss.item()


def test_the_log_without_a_slip_and_the_fixed_one_are_those_of_the_library():
    assert log("none")[1:] == pytest.approx(head_at_the_end(AdaCosLoss(100, 100)), rel=1e-4)
    assert log("fixed")[1:] == pytest.approx(head_at_the_end(FixedAdaCosLoss(100, 100), 1), rel=1e-4)


def test_the_slips_rest_where_their_equations_say_and_one_never_rests():
    assert log("none")[1] == pytest.approx(99 / 100 * math.log(99))
    assert log("sum")[1] == pytest.approx(99 / 100 * (math.log(99) + math.log(512)))
    assert log("median of all")[1] == pytest.approx(math.log(99) / (math.cos(math.pi / 4) + 1 / 99))
    ends = [log("true class", steps)[1] for steps in (200, 400, 800, 1600)]
    assert all(after > before + 0.5 for before, after in pairwise(ends))


def test_the_lesson_prints_the_logs_as_they_come_out():
    (text,) = (path.read_text(encoding="utf-8") for path in TEXTS.glob("06_*.md"))
    for name, cause in CAUSES.items():
        first, end, loss = log(cause)
        row = re.search(rf"^\| {name} \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", text, flags=re.MULTILINE)
        assert [float(part) for part in row.groups()] == pytest.approx([first, end, loss], abs=0.0051)
        assert f'`"{cause}"`' in text
    assert '`"true class"`' in text
    assert "the largest loss" in EXERCISES["6.4"].done and max(CAUSES, key=lambda name: log(CAUSES[name])[2]) == "C"
