"""Exercise 7.4: laws that leave the nearest two too close, laws that do not, and what cannot be followed downhill."""

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.angles import tammes_angle, uniform_optimum
from lessons_lib.exercises import EXERCISES, lesson_07_law
from lessons_lib.losses import RegularFaceRegularizer, uniform_energy
from tests.exercises.every_lesson import EveryLesson


def power(p):
    return lambda points: (1 / torch.pdist(points) ** p).mean()


def cosines(points):
    """All cosines, a point's with itself far below."""
    return points @ points.T - 2 * torch.eye(10, dtype=points.dtype)


def left_out_too_late(value):
    """A law of the mean of this of distances written by hand, of which a point's from itself has an endless slope."""

    def law(points):
        d = (points[:, None] - points).square().sum(dim=2).sqrt()
        return value(d).masked_select(~torch.eye(10, dtype=torch.bool)).mean()

    return law


def angles(d):
    return torch.acos(1 - d**2 / 2)


def silent(points):
    """Somebody forgot to return."""
    torch.pdist(points)


MISTAKES = {
    "7.4": [
        (power(1), "Your charges rest with 65.00° between the nearest two; UniformFace's with 65.15°"),
        (uniform_energy, "rest with 65.15°"),
        (power(4), "Your charges rest with 64.79°"),
        (power(16), "Your charges rest with 65.05°"),
        (power(8), "make the nearest ones count far more"),
        (lambda points: -torch.pdist(points).mean(), "rest with 65.31°"),
        (lambda points: torch.pdist(points).min(), "Some of your charges sit on each other"),
        (lambda points: -torch.pdist(points).min(), "looks at so few pairs"),
        (lambda points: cosines(points).max(), "looks at so few pairs"),
        (lambda points: (points @ points.T).square().mean(), "asks for something else than distance"),
        (power(600), "Your energy is not finite"),
        (lambda points: (1 / torch.cdist(points, points)).mean(), "Your energy is not finite"),
        (power(400), "Your energy is not finite"),
        (lambda points: power(32)(points.float()), "Your energy is not finite"),
        (lambda points: (-2000 * torch.pdist(points)).exp().sum(), "it is so steep"),
        (left_out_too_late(lambda d: 1 / d), "The energy is finite, its gradient is not"),
        (left_out_too_late(lambda d: 1 / (1 + angles(d))), "The energy is finite, its gradient is not"),
        (lambda points: power(1)(points) - 0.7, "Your charges rest with 65.00°"),
        (lambda points: 1e-30 * power(1)(points), "Your charges rest with 65.00°"),
        (lambda points: 1 / torch.pdist(points), "yours has shape (45,)"),
        (lambda points: 3.0, "Autograd finds no way back"),
        (lambda points: torch.pdist(points).mean().item(), "Autograd finds no way back"),
        (lambda points: points.sum() + "a", "Your function raised TypeError"),
        (silent, "returned nothing"),
        (lambda: 1, "Your function raised TypeError"),
        (64, "check wants the function itself"),
    ]
}
ALSO_RIGHT = {
    "7.4": [
        lambda points: torch.logsumexp(64 * cosines(points).flatten(), 0),
        lambda points: RegularFaceRegularizer()(points)[None],
        lambda points: (1 / torch.pdist(F.normalize(points)) ** 64).sum(),
        power(100),
        lambda points: (-64 * torch.pdist(points)).exp().sum(),
        lambda points: (64 - 64 * torch.pdist(points)).exp().sum(),
        lambda points: (1 / (1 + torch.pdist(points)) ** 128).sum(),
        lambda points: (-60 * torch.pdist(points) ** 2).exp().mean(),
    ]
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_07_law.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_is_drawn_grey_is_where_the_solution_rests_and_its_words_have_the_two_optima():
    exercise = EXERCISES["7.4"]
    torch.testing.assert_close(exercise.evaluate(power(64)), exercise.target, rtol=0, atol=0.06)
    assert torch.rad2deg(torch.tensor(tammes_angle(10, 3))).item() == pytest.approx(66.147, abs=5e-3)
    assert torch.rad2deg(torch.tensor(uniform_optimum(10, 3).angle)).item() == pytest.approx(65.15, abs=5e-3)
    assert "66.15°" in exercise.done and 65.5 < exercise.target.min() < 66.147
