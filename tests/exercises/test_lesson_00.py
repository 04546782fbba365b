"""Answers to the exercises of lesson 00: typical mistakes, other ways to be right, and what its words say."""

import math

import torch

from lessons_lib.exercises import lesson_00
from lessons_lib.exercises.lesson_00 import angle
from tests.exercises.every_lesson import EveryLesson

MISTAKES = {
    "0.1": [
        (0.5, "still in radians"),
        (0.5 * 180, "divide by π"),
        (math.radians(0.5), "other way round"),
        (0.5 * 360 / math.pi, "whole turn is 2π"),
        (28.0, "should be 28.648; yours is 28.000"),
        ("28.65 degrees", "A number or a tensor is wanted; yours is str"),
    ],
    "0.2": [
        (lambda a, b: torch.cosine_similarity(a, b, dim=0), "one arccos is missing"),
        (lambda a, b: torch.rad2deg(angle(a, b)), "in degrees"),
        (lambda a, b: a @ b, "divide by both lengths"),
        (lambda a, b: torch.acos(a @ b), "divide by both lengths first"),
        (lambda a, b: torch.acos(a @ b / a.norm()), "Only one of the two"),
        (lambda a, b: torch.acos(a @ b / b.norm()), "Only one of the two"),
        (lambda a: a, "raised TypeError"),
        (0.3, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "0.1": [28.65, torch.tensor(0.5).rad2deg()],
    "0.2": [lambda a, b: torch.atan2((a[0] * b[1] - a[1] * b[0]).abs(), a @ b).item()],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_00.EXERCISES, MISTAKES, ALSO_RIGHT
