"""Answers to the exercises of lesson 04: typical mistakes, other ways to be right, and what its words say."""

import math
import re

import numpy as np
import pytest
import torch

from lessons_lib.exercises import EXERCISES, lesson_04
from lessons_lib.exercises.lesson_04 import clearance, psi
from lessons_lib.losses import SphereFaceLoss
from tests.exercises.every_lesson import EveryLesson, bisected, slope


def pieces(theta, m, k):
    """SphereFace's curve with this for k."""
    return (-1) ** k * torch.cos(m * theta) - 2 * k


def finished(theta, m):
    """k, the pieces of the curve that θ has passed."""
    return torch.floor(m * theta / math.pi)


def open_pieces(theta, m):
    """SphereFace's curve piece by piece, each without its ends."""
    found = torch.zeros_like(theta)
    for k in range(m):
        inside = (theta > k * math.pi / m) & (theta < (k + 1) * math.pi / m) | (theta == 0)
        found[inside] = pieces(theta[inside], m, k)
    return torch.where(theta == 0, 1, found)


def edge(between, m):
    """Where SphereFace's curve is as high as the neighbour's cosine, found without a formula."""
    return bisected(lambda theta: float(psi(torch.tensor(theta), m)) - math.cos(between - theta), between)


MISTAKES = {
    "4.1": [
        (lambda theta, m: torch.cos(m * theta), "That is cos(mθ)"),
        (lambda theta, m: pieces(theta, m, torch.floor(theta / math.pi)), "That is cos(mθ)"),
        (lambda theta, m: torch.cos(m * theta) - 2 * finished(theta, m), "(−1)^k is missing"),
        (
            lambda theta, m: -(1 ** finished(theta, m)) * torch.cos(m * theta) - 2 * finished(theta, m),
            "(-1) ** k",
        ),
        (lambda theta, m: (-1) ** finished(theta, m) * torch.cos(m * theta), "− 2k is missing"),
        (lambda theta, m: psi(theta, m) + 4 * finished(theta, m), "2k is added"),
        (lambda theta, m: psi(theta, m) + finished(theta, m), "only once"),
        (
            lambda theta, m: (-1) ** finished(theta, m) * (torch.cos(m * theta) - 2 * finished(theta, m)),
            "multiplies 2k as well",
        ),
        (lambda theta, m: pieces(theta, m, torch.floor(m * theta)), "k is ⌊mθ⌋"),
        (lambda theta, m: pieces(theta, m, torch.round(m * theta / math.pi)), "to the nearest whole number"),
        (lambda theta, m: pieces(theta, m, torch.ceil(m * theta / math.pi)), "k is rounded up"),
        (lambda theta, m: pieces(theta, m, m * theta / math.pi), "k is not rounded"),
        (lambda theta, m: pieces(theta, m, 1 + finished(theta, m)), "k begins at 1"),
        (lambda theta, m: m * torch.cos(theta), "That is m·cos θ"),
        (
            lambda theta, m: (-1) ** finished(theta, m) * m * torch.cos(theta) - 2 * finished(theta, m),
            "m stands outside the cosine",
        ),
        (lambda theta, m: pieces(theta, 1, finished(theta, m)), "m is missing in the cosine"),
        (lambda theta, m: torch.cos(torch.clamp(m * theta, max=math.pi)), "stays at −1"),
        (lambda theta, m: psi(torch.rad2deg(theta), m), "You turned the angle into degrees"),
        (lambda theta, m: pieces(torch.rad2deg(theta), m, finished(theta, m)), "the cosine is given degrees"),
        (lambda theta, m: psi(torch.deg2rad(theta), m), "nothing is to be converted"),
        (open_pieces, "at θ = kπ/m it should be 1 − 2k"),
        (lambda theta, m: torch.where(theta < math.pi, psi(theta, m), 0), "or at π itself"),
        (lambda theta, m: psi(theta, m).mean(), "for each of the 62 angles"),
        (lambda theta, m: psi(theta, 4), "Not the same yet"),
        (lambda theta, m: psi(theta, m) * math.nan, "not finite"),
        (lambda theta, m: math.cos(m * theta), "math takes one number, torch takes many"),
        (lambda theta, m: psi(theta, m) if theta < math.pi / m else -1, "torch.where, &, |, ~ and .clamp ask each"),
        (lambda theta, m: psi(theta, m)[None], "yours has shape (1, 62)"),
        (lambda theta, m: str(m), "yours is str"),
        (lambda theta, m: print(end=""), "returned nothing"),
    ],
    "4.2": [
        (lambda m: 2 / (m + 1), "the room of a class as a part"),
        (lambda m: 1 / (m + 1), "on one side of a weight"),
        (lambda m: 1 - 2 / (m + 1), "the gap as a part"),
        (lambda m: 2 / (m - 1), "Upside down"),
        (lambda m: (1 - 2 / (m + 1)) / (1 / (m + 1)), "yours has one side"),
        (lambda m: (1 - 1 / (m + 1)) / (2 / (m + 1)), "the room of the neighbour"),
        (lambda m: m, "one side too few"),
        (lambda m: (1 - 2 / m) / (2 / m), "not at θ₁₂/m"),
        (lambda m: (m + 1) / 2, "begins where the room ends"),
        (lambda m: m + 1, "divided by one side"),
        (lambda m: (m - 1) / 4, "up to the middle"),
        (lambda m: m - 1 / 2, "Brackets are missing"),
        (lambda m: (m - 3) / (m + 1), "divide instead"),
        (lambda m: 100 * clearance(m), "in percent"),
        (lambda m: math.radians(36) * clearance(m), "θ₁₂ has no say"),
        (lambda m: (m - 1) // 2, "Not the same yet"),
        (lambda m: (m, 2), "One number is wanted"),
        (lambda m: 1 / (m - 2), "not finite"),
        (lambda m: m.div(2), "Your function raised AttributeError"),
        (lambda between, m: between / (m + 1), "Keep the arguments of the stub"),
        (lambda m: "(m - 1) / 2", "yours is str"),
        (lambda m: print(end=""), "returned nothing"),
        (1.5, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "4.1": [
        lambda theta, m: SphereFaceLoss(2, 2, m).target_logit(theta),
        lambda theta, m: pieces(theta, m, finished(theta, m).clamp(max=m - 1)),
        lambda theta, m: [psi(angle, m) for angle in theta],
        lambda theta, m: psi(theta.float(), m),
        lambda theta, m: (-1) ** np.floor(m * theta / np.pi) * np.cos(m * theta) - 2 * np.floor(m * theta / np.pi),
        lambda theta, m: np.cos(np.asarray(m * theta)) * (-1) ** (m * theta // np.pi) - 2 * (m * theta // np.pi),
        lambda theta, m: torch.where(finished(theta, m) % 2 == 0, 1, -1) * (m * theta).cos() - 2 * finished(theta, m),
        lambda theta, m: pieces(theta, m, torch.div(m * theta, math.pi, rounding_mode="trunc")),
        lambda theta, m: pieces(theta.mul_(m), 1, torch.floor(theta / math.pi)),
    ],
    "4.2": [
        lambda m: torch.tensor([m - 1]) / 2,
        lambda m: np.float32(m - 1) / 2,
        lambda m: (1 - 2 / (m + 1)) / (2 / (m + 1)),
        lambda m: (math.pi - 2 * edge(math.pi, m)) / (2 * edge(math.pi, m)),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_04.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_04_says_of_its_finished_pictures():
    drawn = EXERCISES["4.1"].target
    torch.testing.assert_close(drawn[0], torch.ones(4).double())
    torch.testing.assert_close(drawn[-1], 1 - 2 * torch.arange(1.0, 5).double(), rtol=0, atol=1e-9)
    assert (drawn.diff(dim=0) <= 0).all() and "−7 for m = 4" in EXERCISES["4.1"].done
    flat = [math.radians(float(degrees)) for degrees in re.findall(r"\d+(?=°)", EXERCISES["4.1"].done)]
    assert len(flat) == 3
    assert slope(lambda theta: psi(theta, 4), torch.tensor(flat).double()).abs().max() < 1e-6
    said = EXERCISES["4.2"].done
    assert "With m = 3 the gap is as wide as the room" in said and clearance(3) == 1
    assert "at m = 1 there is no gap at all" in said and clearance(1) == 0


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_gap_of_exercise_4_2_is_the_one_between_features_that_are_content(m):
    turn, between = torch.linspace(-math.pi, math.pi, 7201, dtype=torch.float64), 2 * math.pi / 10
    others = torch.stack([torch.cos(turn - k * between) for k in range(1, 10)]).amax(dim=0)
    room = turn[psi(turn.abs(), m) > others]
    gap = between - (room.max() - room.min())
    assert float(gap / (room.max() - room.min())) == pytest.approx(clearance(m), abs=0.05)


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_at_pi_either_k_of_lesson_04_gives_the_same(m):
    pi = torch.tensor([math.pi]).double()
    torch.testing.assert_close(pieces(pi, m, m), pieces(pi, m, m - 1))
