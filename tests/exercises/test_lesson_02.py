"""Answers to the exercises of lesson 02: typical mistakes, other ways to be right, and what its words say."""

import cmath
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_02
from lessons_lib.exercises.lesson_02 import boundary, cosines, tie
from tests.exercises.every_lesson import EveryLesson

MISTAKES = {
    "2.1": [
        (lambda x, w: x @ w.T, "dot products"),
        (lambda x, w: x / x.norm(dim=1, keepdim=True) @ w.T, "class weights still have their lengths"),
        (lambda x, w: x @ (w / w.norm(dim=1, keepdim=True)).T, "features still have their lengths"),
        (lambda x, w: x / x.norm(dim=0) @ (w / w.norm(dim=0)).T, "dim=0"),
        (lambda x, w: cosines(w, x), "Turned round"),
        (lambda x, w: cosines(x, w).sum(), "shape should be (73, 3)"),
        (lambda x, w: cosines(x, w)[:, 0], "shape should be (73, 3); yours is (73,)"),
        (lambda x, w: cosines(x, w)[None], "shape should be (73, 3); yours is (1, 73, 3)"),
        (lambda x, w: F.normalize(x) @ F.normalize(w).T, "F.normalize is what you write here"),
        (lambda x, w: cosines(x, w) / (x.norm(dim=1, keepdim=True) * w.norm(dim=1)), "squared lengths"),
        (lambda x, w: x / x.sum(1, keepdim=True) @ (w / w.sum(1, keepdim=True)).T, "the sum of the coordinates"),
        (lambda x, w: x / x.norm() @ (w / w.norm()).T, "the whole table"),
        (lambda x, w: cosines(x, w).acos(), "Those are the angles: "),
        (lambda x, w: cosines(x, w).acos().rad2deg(), "in degrees: "),
        (lambda x, w: cosines(x, w).abs(), "absolute values"),
        (lambda x, w: cosines(x, w).relu(), "nothing below 0"),
        (lambda x, w: (x * x.norm(dim=1, keepdim=True)) @ (w * w.norm(dim=1, keepdim=True)).T, "divide by them"),
        (lambda x, w: x / x.norm(dim=1) @ w.T, "raised RuntimeError"),
        (lambda x, w: print(end=""), "returned nothing"),
    ],
    "2.2": [
        (lambda a, b: (a + b) / 2, "across the seam"),
        (lambda a, b: np.mean([a, b]), "across the seam"),
        (lambda a, b: (a % (2 * math.pi) + b % (2 * math.pi)) / 2, "the seam has only moved to 0"),
        (lambda a, b: boundary(a, b) + math.pi, "the other end of the boundary"),
        (lambda a, b: math.degrees(boundary(a, b)), "degrees"),
        (lambda a, b: boundary(math.radians(a), math.radians(b)), "nothing is to be converted"),
        (lambda a, b: math.remainder(b - a, 2 * math.pi) / 2, "half of the way from a to b"),
        (lambda a, b: (b - a) / 2, "half of b − a"),
        (lambda a, b: b - a, "take half of it, and add a"),
        (lambda a, b: a - math.remainder(b - a, 2 * math.pi) / 2, "away from b"),
        (lambda a, b: a + abs(math.remainder(b - a, 2 * math.pi)) / 2, "the same way round every time"),
        (lambda a, b: a + (b - a) % (2 * math.pi) / 2, "always goes up in yours"),
        (lambda a, b: a + math.fmod(b - a, math.pi) / 2, "π is half a turn, and math.fmod keeps the sign: math.rem"),
        (lambda a, b: a + math.remainder(b - a, math.pi) / 2, "π is half a turn: math.remainder(b - a, 2 * math.pi)"),
        (lambda a, b: boundary(a, b) - math.pi, "the other end of the boundary"),
        (lambda a, b: boundary(a, b) + (math.pi if b > 0 else -math.pi), "the other end of the boundary"),
        (lambda a, b: math.atan2(math.cos(a) + math.cos(b), math.sin(a) + math.sin(b)), "takes the sine first"),
        (lambda a, b: math.atan((math.sin(a) + math.sin(b)) / (math.cos(a) + math.cos(b))), "from its opposite"),
        (lambda a, b: math.atan2(math.sin(a) - math.sin(b), math.cos(a) - math.cos(b)), "W_a − W_b"),
        (lambda a, b: math.atan2(math.sin(b) - math.sin(a), math.cos(b) - math.cos(a)), "W_b − W_a"),
        (lambda a, b: a, "That is a itself"),
        (lambda a, b: b, "That is b itself"),
        (lambda a, b: a + math.remainder(b - a, 2 * math.pi) / 3, "Not the same yet"),
        (lambda a, b: [a, b], "One number is wanted for each pair of directions. Yours has shape (2,)"),
        (lambda a, b: math.nan, "not finite"),
        (lambda a, b: f"{a}", "yours is str"),
        (lambda a, b: torch.atan2(math.sin(a), math.cos(a)), "torch takes a tensor; for a plain number there is math"),
    ],
    "2.3": [
        (lambda ratio, apart: apart / 2, "bisector"),
        (lambda ratio, apart: math.tan(tie(ratio, apart)), "arctan is missing"),
        (lambda ratio, apart: tie(ratio, apart) + math.pi, "the other end of the boundary, opposite"),
        (lambda ratio, apart: tie(ratio, apart) - math.pi, "the other end of the boundary, opposite"),
        (lambda ratio, apart: math.atan2(math.cos(apart) - ratio, -math.sin(apart)), "the other end of the boundary"),
        (lambda ratio, apart: tie(1 / ratio, apart), "upside down"),
        (lambda ratio, apart: math.degrees(tie(ratio, apart)), "return radians"),
        (lambda ratio, apart: tie(ratio, math.radians(apart)), "nothing is to be converted"),
        (lambda ratio, apart: min(tie(ratio, apart), apart), "Yours stops at W₂"),
        (lambda ratio, apart: max(tie(ratio, apart), 0), "Yours stops at W₁"),
        (lambda ratio, apart: min(max(tie(ratio, apart), 0), apart), "stays between the weights"),
        (lambda ratio, apart: abs(tie(ratio, apart)), "never below 0"),
        (
            lambda ratio, apart: math.acos(math.sin(apart) / math.sqrt(1 + ratio**2 - 2 * ratio * math.cos(apart))),
            "never below 0",
        ),
        (lambda ratio, apart: math.atan((2 * ratio - 1) / math.sqrt(3)), "60° apart every time"),
        (lambda ratio, apart: math.atan(ratio), "90° apart every time"),
        (lambda ratio, apart: apart - tie(ratio, apart), "the angle from W₂"),
        (lambda ratio, apart: -tie(ratio, apart), "counted away from W₂"),
        (lambda ratio, apart: apart * ratio / (1 + ratio), "not shared out as the lengths are: "),
        (lambda ratio, apart: apart / (1 + ratio), "nor does the longer weight get less"),
        (lambda ratio, apart: ratio * apart / 2, "not stretched by the ratio"),
        (lambda ratio, apart: math.atan(ratio / math.sin(apart)), "cos(apart) is missing"),
        (lambda ratio, apart: math.atan(ratio - math.cos(apart)), "sin(apart) is missing"),
        (lambda ratio, apart: math.atan2(ratio + math.cos(apart), math.sin(apart)), "is added"),
        (lambda ratio, apart: math.atan(ratio - math.cos(apart) / math.sin(apart)), "Brackets are missing"),
        (lambda ratio, apart: math.atan((ratio - math.sin(apart)) / math.cos(apart)), "are exchanged"),
        (lambda ratio, apart: math.atan2(math.sin(apart), ratio - math.cos(apart)), "comes first"),
        (lambda ratio, apart: math.atan(math.sin(apart) / (ratio - math.cos(apart))), "cotangent"),
        (lambda ratio, apart: ratio / 0, "raised ZeroDivisionError"),
        (lambda ratio, apart: math.nan, "not finite"),
        (lambda ratio, apart: (ratio, apart), "One number is wanted for each ratio and angle"),
        (lambda ratio, apart: tie(ratio, apart) + 0.01, "Not the same yet"),
    ],
}
ALSO_RIGHT = {
    "2.1": [
        lambda x, w: F.cosine_similarity(x[:, None], w[None], dim=2),
        lambda x, w: (x @ w.T) / x.norm(dim=1, keepdim=True) / w.norm(dim=1),
        lambda x, w: cosines(x.float(), w.float()),
        lambda x, w: (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (w / np.linalg.norm(w, axis=1, keepdims=True)).T,
        lambda x, w: np.dot(x, w.T) / np.outer(np.sqrt((x**2).sum(1)), np.sqrt((w**2).sum(1))),
        lambda x, w: [[a @ b / (a.norm() * b.norm()) for b in w] for a in x],
        lambda x, w: x.div_(x.norm(dim=1, keepdim=True)) @ w.div_(w.norm(dim=1, keepdim=True)).T,
        lambda x, w: torch.cos(torch.atan2(x[:, 1:], x[:, :1]) - torch.atan2(w[:, 1], w[:, 0])),
    ],
    "2.2": [
        lambda a, b: math.atan2(math.sin(a) + math.sin(b), math.cos(a) + math.cos(b)),
        lambda a, b: torch.atan2(torch.sin(a) + torch.sin(b), torch.cos(a) + torch.cos(b)),
        lambda a, b: torch.atan2(a.sin() + b.sin(), a.cos() + b.cos()),
        lambda a, b: np.arctan2(np.sin(a) + np.sin(b), np.cos(a) + np.cos(b)),
        lambda a, b: np.angle(np.exp(1j * a) + np.exp(1j * b)),
        lambda a, b: cmath.phase(cmath.rect(1, a) + cmath.rect(1, b)),
        lambda a, b: boundary(a, b) + 2 * math.pi,
        lambda a, b: torch.tensor([boundary(a, b)]),
        lambda a, b: [boundary(a, b)],
        lambda a, b: a + ((b - a + math.pi) % (2 * math.pi) - math.pi) / 2,
        lambda a, b: np.float32(boundary(a, b)),
    ],
    "2.3": [
        lambda ratio, apart: math.atan((ratio - math.cos(apart)) / math.sin(apart)),
        lambda ratio, apart: torch.atan((ratio - torch.cos(apart)) / torch.sin(apart)),
        lambda ratio, apart: torch.atan2(ratio - apart.cos(), apart.sin())[None],
        lambda ratio, apart: tie(ratio, apart) + 2 * math.pi,
        lambda ratio, apart: tie(ratio, apart) % (2 * math.pi),
        lambda ratio, apart: np.arctan((ratio - np.cos(apart)) / np.sin(apart)),
        lambda ratio, apart: np.arctan2(np.float32(ratio - np.cos(apart)), np.float32(np.sin(apart))),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_02.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_02_says_of_its_finished_pictures():
    assert "At ratio 2 and 60° the boundary stands at 60°" in EXERCISES["2.3"].done
    assert math.degrees(tie(2, math.radians(60))) == pytest.approx(60)
    assert math.degrees(tie(2.6, math.radians(60))) == pytest.approx(67.6, abs=0.05)


def test_the_pairs_of_exercise_2_2_lie_on_either_side_of_every_seam():
    for seam in (0, math.pi):
        across = [
            abs(math.remainder(a - seam, 2 * math.pi)) + abs(math.remainder(b - seam, 2 * math.pi)) < math.pi
            and math.remainder(a - seam, 2 * math.pi) * math.remainder(b - seam, 2 * math.pi) < 0
            for a, b in lesson_02._PAIRS
        ]
        assert 4 <= sum(across) < len(across)
