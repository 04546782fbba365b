"""Answers to the exercises of lesson 00: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from lessons_lib.exercises import lesson_00
from lessons_lib.exercises.lesson_00 import angle
from tests.exercises.every_lesson import EveryLesson


def unit(vector):
    return vector / vector.norm()


def direction(vector):
    return torch.atan2(vector[1], vector[0])


def by_lists(a, b):
    """0.2 in plain Python."""
    (ax, ay), (bx, by) = a.tolist(), b.tolist()
    return math.acos((ax * bx + ay * by) / (math.hypot(ax, ay) * math.hypot(bx, by)))


def in_place(a, b):
    """0.2, with what was handed in changed on the way."""
    a /= a.norm()
    b /= b.norm()
    return torch.acos(a.mul_(b).sum())


def gives_up(a, b):
    raise ValueError("a and b are far too long")


def gives_up_in_silence(a, b):
    raise NotImplementedError


MISTAKES = {
    "0.1": [
        (0.5, "still in radians"),
        (0.5 * 180, "divide by π"),
        (math.radians(0.5), "other way round"),
        (0.5 * 360 / math.pi, "whole turn is 2π"),
        (0.5 * 90 / math.pi, "Half a turn is π, not 2π"),
        (0.5 / math.pi, "multiply by 180"),
        (math.cos(0.5), "only the unit changes"),
        (28.0, "Not the same yet: it should be 28.648; yours is 28."),
        (torch.tensor([[28.0]]), "Not the same yet: it should be 28.648; yours is 28."),
        ([28.65, 28.65], "One number is wanted. Yours has shape (2,)"),
        (torch.tensor([]), "One number is wanted. Yours has shape (0,)"),
        (float("nan"), "not finite"),
        (28.65 + 1j, "A number or a tensor is wanted; yours is complex"),
        (10**400, "A number or a tensor is wanted; yours is int"),
        ("28.65 degrees", "A number or a tensor is wanted; yours is str"),
        ("28.65", "A number or a tensor is wanted; yours is str"),
        (None, "A number or a tensor is wanted; yours is NoneType"),
        (math.degrees, "A number or a tensor is wanted; yours is builtin"),
    ],
    "0.2": [
        (lambda a, b: torch.cosine_similarity(a, b, dim=0), "one arccos is missing"),
        (lambda a, b: torch.rad2deg(angle(a, b)), "in degrees"),
        (lambda a, b: a @ b, "divide by both lengths"),
        (lambda a, b: torch.acos(a @ b), "divide by both lengths first"),
        (lambda a, b: torch.acos(a @ b / a.norm()), "Only a has been divided"),
        (lambda a, b: torch.acos(unit(b) @ a), "Only b has been divided"),
        (lambda a, b: torch.acos(a @ b / (a @ a * (b @ b))), "squared lengths"),
        (lambda a, b: torch.acos(a @ b / a.norm() * b.norm()), "Brackets are missing"),
        (lambda a, b: torch.acos((a @ b / 6).clamp(-1, 1)), "Not the same yet"),
        (lambda a, b: torch.acos(a @ b / 6), "Not the same yet"),
        (lambda a, b: direction(b) - direction(a), "jumps by a whole turn, 349°"),
        (lambda a, b: direction(a) - direction(b), "it has a sign, the wrong way round"),
        (lambda a, b: (direction(b) - direction(a)).abs(), "349° apart is 11° apart"),
        (lambda a, b: torch.remainder(direction(b) - direction(a), 2 * math.pi), "go the other way round"),
        (lambda a, b: math.remainder(direction(b) - direction(a), 2 * math.pi), "Yours has a sign, which tells"),
        (lambda a, b: math.remainder(direction(a) - direction(b), 2 * math.pi), "the wrong way round besides"),
        (lambda a, b: torch.asin((a[0] * b[1] - a[1] * b[0]).abs() / (a.norm() * b.norm())), "never goes past 90°"),
        (lambda a, b: torch.asin((a[0] * b[1] - a[1] * b[0]) / (a.norm() * b.norm())), "with a sign"),
        (lambda a, b: torch.acos((unit(a) @ unit(b)).abs()), "never goes past 90°"),
        (lambda a, b: (unit(a) - unit(b)).norm(), "the straight way"),
        (lambda a, b: (a - b).norm(), "the distance between a and b"),
        (lambda a, b: 1 - unit(a) @ unit(b), "wanted is θ"),
        (lambda a, b: angle(a, b) / math.pi, "a part of half a turn"),
        (lambda a, b: angle(-a, b), "π − θ"),
        (lambda a, b: angle(a, b).item() / 0, "raised ZeroDivisionError: "),
        (lambda a, b: a, "One number is wanted for each pair. Yours has shape (2,)"),
        (lambda a, b: a if a[0] > 0 else a[0], "One number is wanted for each pair"),
        (lambda a, b: str(angle(a, b)), "yours is str"),
        (lambda a, b: print(end=""), "returned nothing"),
        (lambda a, b: F.cosine_similarity(a, b), "A vector has one dimension only, dim=0."),
        (lambda a, b: torch.acos(np.asarray(a) * b), "numpy and torch are mixed"),
        (lambda a: a, "Keep the arguments of the stub"),
        (gives_up, "Your function raised ValueError: a and b are far too long."),
        (gives_up_in_silence, "Your function raised NotImplementedError."),
        (0.3, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "0.1": [
        28.65,
        28.6,
        torch.tensor(0.5).rad2deg(),
        np.degrees(0.5),
        np.float32(28.648),
        torch.tensor([28.648]),
        [28.648],
        np.rad2deg(np.array([[0.5]])),
    ],
    "0.2": [
        lambda a, b: torch.atan2((a[0] * b[1] - a[1] * b[0]).abs(), a @ b).item(),
        lambda a, b: angle(a.float(), b.float()),
        lambda a, b: angle(a, b)[None],
        lambda a, b: [[angle(a, b)]],
        lambda a, b: np.arccos(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))),
        lambda a, b: math.acos(sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))),
        lambda a, b: torch.acos(F.cosine_similarity(a[None], b[None])),
        lambda a, b: np.arccos((a / np.sqrt(a.dot(a))).astype(float) @ (b / np.sqrt(b.dot(b)))),
        lambda a, b: abs(math.remainder(direction(b) - direction(a), 2 * math.pi)),
        lambda a, b: 2 * torch.asin((unit(a) - unit(b)).norm() / 2),
        by_lists,
        in_place,
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_00.EXERCISES, MISTAKES, ALSO_RIGHT
