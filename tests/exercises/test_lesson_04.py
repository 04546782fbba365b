"""Answers to the exercises of lesson 04: typical mistakes, other ways to be right, and what its words say."""

import math
import re

import pytest
import torch

from lessons_lib.exercises import EXERCISES, lesson_04
from lessons_lib.exercises.lesson_04 import edge, psi
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
        (lambda theta, m: math.cos(m * theta), "Your function raised"),
    ],
    "4.2": [
        (lambda between, m: between / 2, "half-way, the edge of plain softmax"),
        (lambda between, m: between / m, "Divided by m alone"),
        (lambda between, m: between / (2 * m), "Half-way, divided by m"),
        (lambda between, m: between / (m - 1), "m − 1 would be for a feature beyond"),
        (lambda between, m: between / m + 1, "Brackets are missing"),
        (lambda between, m: between * m / (m + 1), "the angle to the other weight"),
        (lambda between, m: between / 2 - edge(between, m), "from half-way"),
        (lambda between, m: between - 2 * edge(between, m), "the band between the two edges"),
        (lambda between, m: (between - m) / 2, "ArcFace's edge"),
        (lambda between, m: between - m, "m is no angle"),
        (lambda between, m: math.degrees(edge(between, m)), "return radians"),
        (lambda between, m: edge(math.radians(between), m), "nothing is to be converted"),
        (lambda between, m: (between, m), "One number is wanted"),
        (lambda between, m: math.pi / (m + 1), "Not the same yet"),
        (lambda between, m: m / between, "not finite"),
        (lambda between, m: between.div(m + 1), "Your function raised AttributeError"),
        (lambda between: between, "Your function raised TypeError"),
    ],
}
ALSO_RIGHT = {
    "4.1": [
        lambda theta, m: SphereFaceLoss(2, 2, m).target_logit(theta),
        lambda theta, m: pieces(theta, m, finished(theta, m).clamp(max=m - 1)),
        lambda theta, m: [psi(angle, m) for angle in theta],
        lambda theta, m: psi(theta.float(), m),
        lambda theta, m: pieces(theta, m, torch.div(m * theta, math.pi, rounding_mode="trunc")),
        lambda theta, m: pieces(theta.mul_(m), 1, torch.floor(theta / math.pi)),
    ],
    "4.2": [
        lambda between, m: between - between * m / (m + 1),
        lambda between, m: torch.tensor([between]) / (1 + m),
        lambda between, m: bisected(
            lambda theta: float(psi(torch.tensor(theta), m)) - math.cos(between - theta), between
        ),
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
    kept = math.degrees(edge(math.radians(36), 4))
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["4.2"].done) == ["36", f"{kept:.1f}", f"{36 - 2 * kept:.1f}"]
    torch.testing.assert_close(EXERCISES["4.2"].target[:, 0] * 2, torch.deg2rad(torch.arange(0, 181, 10.0).double()))


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_at_pi_either_k_of_lesson_04_gives_the_same(m):
    pi = torch.tensor([math.pi]).double()
    torch.testing.assert_close(pieces(pi, m, m), pieces(pi, m, m - 1))
