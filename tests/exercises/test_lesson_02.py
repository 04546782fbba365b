"""Answers to the exercises of lesson 02: typical mistakes, other ways to be right, and what its words say."""

import math

import torch.nn.functional as F

from lessons_lib.exercises import lesson_02
from lessons_lib.exercises.lesson_02 import boundary, cosines, tie
from tests.exercises.every_lesson import EveryLesson

MISTAKES = {
    "2.1": [
        (lambda x, w: x @ w.T, "dot products"),
        (lambda x, w: F.normalize(x) @ w.T, "class weights still have their lengths"),
        (lambda x, w: x @ F.normalize(w).T, "features still have their lengths"),
        (lambda x, w: F.normalize(x, dim=0) @ F.normalize(w, dim=0).T, "dim=0"),
        (lambda x, w: cosines(w, x), "Turned round"),
        (lambda x, w: cosines(x, w).sum(), "shape should be (73, 3)"),
        (lambda x, w: print(end=""), "returned nothing"),
    ],
    "2.2": [
        (lambda a, b: (a + b) / 2, "across the seam"),
        (lambda a, b: math.degrees(boundary(a, b)), "degrees"),
        (lambda a, b: math.remainder(b - a, 2 * math.pi) / 2, "half of the way from a to b"),
        (lambda a, b: (b - a) / 2, "half of b − a"),
        (lambda a, b: a, "Not the same yet"),
    ],
    "2.3": [
        (lambda ratio, apart: apart / 2, "bisector"),
        (lambda ratio, apart: math.tan(tie(ratio, apart)), "arctan is missing"),
        (lambda ratio, apart: tie(1 / ratio, apart), "upside down"),
        (lambda ratio, apart: math.degrees(tie(ratio, apart)), "return radians"),
        (lambda ratio, apart: ratio / 0, "raised ZeroDivisionError"),
        (lambda ratio, apart: math.nan, "not finite"),
    ],
}
ALSO_RIGHT = {
    "2.1": [lambda x, w: F.normalize(x) @ F.normalize(w).T],
    "2.2": [
        lambda a, b: math.atan2(math.sin(a) + math.sin(b), math.cos(a) + math.cos(b)),
        lambda a, b: boundary(a, b) + 2 * math.pi,
    ],
    "2.3": [lambda ratio, apart: math.atan((ratio - math.cos(apart)) / math.sin(apart))],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_02.EXERCISES, MISTAKES, ALSO_RIGHT
