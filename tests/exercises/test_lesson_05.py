"""Answers to the exercises of lesson 05: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import torch

from lessons_lib.exercises import EXERCISES, lesson_05
from lessons_lib.exercises.lesson_05 import combined, cosface_edge
from lessons_lib.losses import CombinedMarginLoss
from tests.exercises.every_lesson import EveryLesson, bisected

MISTAKES = {
    "5.1": [
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2) + m3, "m3 is added"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * (theta + m2)) - m3, "m1 multiplies m2 as well"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) + m2 - m3, "m2 stands outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m2 - m3, "m2 is taken off outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2 - m3), "m3 stands inside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2 + m3), "m3 is added inside"),
        (lambda theta, m1, m2, m3: combined(theta, m1, m3, m2), "m2 and m3 are exchanged"),
        (lambda theta, m1, m2, m3: m1 * torch.cos(theta + m2) - m3, "m1 stands outside"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta - m2) - m3, "taken off the angle"),
        (lambda theta, m1, m2, m3: torch.cos(torch.rad2deg(m1 * theta + m2)) - m3, "torch.cos wants radians"),
        (lambda theta, m1, m2, m3: torch.cos(torch.deg2rad(m1 * theta + m2)) - m3, "theta and m2 are in radians"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + math.radians(m2)) - m3, "m2 is in radians"),
        (lambda theta, m1, m2, m3: torch.cos(theta + m2) - m3, "m1 is missing"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta) - m3, "m2 is missing"),
        (lambda theta, m1, m2, m3: torch.cos(m1 * theta + m2), "m3 is missing"),
        (lambda theta, m1, m2, m3: torch.cos((m1 * theta + m2).clamp(max=math.pi)) - m3, "leave the clamp out"),
        (lambda theta, m1, m2, m3: np.cos(np.minimum(m1 * theta + m2, np.pi)) - m3, "leave the clamp out"),
        (
            lambda theta, m1, m2, m3: combined(theta, m1, m2, m3).where(m1 * theta + m2 <= math.pi, 0),
            "but not beyond it",
        ),
        (lambda theta, m1, m2, m3: combined(theta.clamp(max=2.2), m1, m2, m3), "Not the same yet"),
        (lambda theta, m1, m2, m3: torch.cos(theta / m1 + m2) - m3, "m1 divides the angle"),
        (lambda theta, m1, m2, m3: torch.cos(theta + m2) ** m1 - m3, "raised to the power"),
        (lambda theta, m1, m2, m3: torch.sin(m1 * theta + m2) - m3, "That is the sine"),
        (lambda theta, m1, m2, m3: -combined(theta, m1, m2, m3), "The sign is turned"),
        (lambda theta, m1, m2, m3: combined(theta, m1, m2, m3)[:, None], "yours has shape (60, 1)"),
        (lambda theta, m1, m2, m3: str(theta), "yours is str"),
        (lambda theta, m1, m2, m3: print(end=""), "returned nothing"),
        (lambda theta, m: torch.cos(theta + m), "Keep the arguments of the stub"),
        (lambda theta, m1, m2, m3: combined(theta, m1, m2, m3).mean(), "for each of the 60 angles"),
        (lambda theta, m1, m2, m3: theta if m2 else m3, "for each of the 60 angles"),
        (lambda theta, m1, m2, m3: math.cos(m1 * theta + m2) - m3, "math takes one number, torch takes many"),
    ],
    "5.2": [
        (lambda apart, margin: apart / 2, "the margin is still missing"),
        (lambda apart, margin: (apart - margin) / 2, "ArcFace's edge"),
        (lambda apart, margin: apart / 2 - margin, "no angle"),
        (lambda apart, margin: apart / 2 - math.asin(margin), "The sine is m alone"),
        (lambda apart, margin: apart / 2 - math.asin(margin / 2), "The sine is m/2"),
        (lambda apart, margin: apart / 2 - math.asin(margin / math.sin(apart / 2)), "A factor 2 is missing"),
        (lambda apart, margin: apart / 2 - math.asin(margin / (2 * math.sin(apart))), "half of apart"),
        (lambda apart, margin: apart / 2 - margin / (2 * math.sin(apart / 2)), "arcsin is missing"),
        (lambda apart, margin: apart / 2 - cosface_edge(apart, margin), "from the boundary"),
        (lambda apart, margin: apart / 2 + math.asin(margin / (2 * math.sin(apart / 2))), "far side"),
        (lambda apart, margin: math.acos(min(1, math.cos(apart) + margin)), "The other cosine moves"),
        (lambda apart, margin: math.degrees(cosface_edge(apart, margin)), "return radians"),
        (
            lambda apart, margin: math.radians(apart) / 2 - math.asin(margin / (2 * math.sin(apart / 2))),
            "nothing is to be converted",
        ),
        (lambda apart, margin: -cosface_edge(apart, margin), "The sign is turned"),
        (lambda apart, margin: apart / 2 - math.acos(margin / (2 * math.sin(apart / 2))), "That is the arccos"),
        (lambda apart, margin: apart - math.asin(margin / (2 * math.sin(apart / 2))), "The half of apart is missing"),
        (lambda apart, margin: cosface_edge(apart, 0.1), "Not the same yet"),
        (lambda apart, margin: math.asin(1 + margin), "Your function raised ValueError"),
        (lambda apart, margin: math.acos(math.cos(apart / 2) + margin), "acos and asin take numbers from −1 to 1"),
        (lambda apart, margin: torch.asin(1.5 + margin), "not finite"),
        (lambda apart, margin: print(end=""), "returned nothing"),
        (lambda apart, margin: (apart, margin), "One number is wanted"),
        (lambda apart, margin: cosface_edge(math.radians(36), margin), "Not the same yet"),
    ],
}
ALSO_RIGHT = {
    "5.1": [
        lambda theta, m1, m2, m3: [math.cos(m1 * angle + m2) - m3 for angle in theta.tolist()],
        lambda theta, m1, m2, m3: np.cos(m1 * theta + m2) - m3,
        lambda theta, m1, m2, m3: np.cos(m1 * np.asarray(theta, dtype=np.float32) + m2) - m3,
        lambda theta, m1, m2, m3: combined(theta.float(), m1, m2, m3),
        lambda theta, m1, m2, m3: theta.mul_(m1).add_(m2).cos_() - m3,
        lambda theta, m1, m2, m3: CombinedMarginLoss(2, 2, m1, m2, m3).target_logit(theta),
    ],
    "5.2": [
        lambda apart, margin: bisected(lambda edge: math.cos(edge) - margin - math.cos(apart - edge), apart),
        lambda apart, margin: apart / 2 - torch.asin(margin / (2 * torch.sin(apart / 2))),
        lambda apart, margin: apart / 2 - np.arcsin(margin / (2 * np.sin(apart / 2))),
        lambda apart, margin: [[np.float32(cosface_edge(apart, margin))]],
        lambda apart, margin: apart / 2 - torch.asin(torch.tensor(margin / 2 / math.sin(apart / 2))),
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_05.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_05_says_of_its_finished_pictures():
    begins = dict(zip(("m2", "m3", "m1", "all"), EXERCISES["5.1"].target[0].tolist(), strict=True))
    assert begins["m1"] == 1 and max(begins["m2"], begins["m3"], begins["all"]) < 0.9
    edges = EXERCISES["5.2"].target.rad2deg()
    torch.testing.assert_close(edges[[0, -1]], torch.tensor([[18.0, 30.0], [0.0, 0.0]]).double(), rtol=0, atol=1e-5)
    assert f"{1 - math.cos(math.radians(36)):.3f} for 36°" in EXERCISES["5.2"].done
