"""Answers to the exercises of lesson 08: typical mistakes, other ways to be right, and what its words say."""

import math
import re

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_08
from lessons_lib.exercises.lesson_08 import coefficients, lets_go, squared_error
from lessons_lib.losses import P2SGradLoss
from tests.exercises.every_lesson import EveryLesson, bisected, own


def shares(cosines, labels, scale, margin):
    """CosFace's probabilities."""
    return F.softmax(scale * (cosines - margin * own(cosines, labels)), dim=1)


def margin_off_whole_columns(cosines, labels, scale, margin):
    """What `cosines[:, labels]` does where the row's own class is meant."""
    cosines[:, labels] -= margin
    return scale * (F.softmax(scale * cosines, dim=1) - own(cosines, labels))


def by_autograd(cosines, labels, scale, margin):
    """CosFace's coefficients as autograd has them."""
    cosines.requires_grad_()
    loss = F.cross_entropy(scale * (cosines - margin * own(cosines, labels)), labels, reduction="sum")
    return torch.autograd.grad(loss, cosines)[0]


def arcface_share(theta, scale, margin, num_classes):
    """P_y with the other classes at 90°."""
    return 1 / (1 + (num_classes - 1) * math.exp(-scale * math.cos(theta + margin)))


def in_place(cosines, labels):
    """½ Σ (cos θ_j − [j = y])², the batch given changed on the way."""
    cosines[torch.arange(len(labels)), labels] -= 1
    return cosines.square_().sum() / (2 * len(labels))


def with_backward(cosines, labels):
    """A loss whose graph is used up."""
    loss = squared_error(cosines, labels)
    loss.backward()
    return loss


MISTAKES = {
    "8.1": [
        (lambda c, y, s, m: s * (F.softmax(s * c, dim=1) - own(c, y)), "The margin has no effect"),
        (lambda c, y, s, m: s * (F.softmax(s * (c - m), dim=1) - own(c, y)), "The margin has no effect"),
        (margin_off_whole_columns, "The margin has no effect"),
        (lambda c, y, s, m: coefficients(c, y, s, -m), "The margin makes it easier"),
        (lambda c, y, s, m: coefficients(c, y, s, m / s), "after scaling"),
        (lambda c, y, s, m: shares(c, y, s, m) - own(c, y), "The scale in front is missing"),
        (lambda c, y, s, m: s * (shares(c, y, 1, m) - own(c, y)), "missing inside the softmax"),
        (lambda c, y, s, m: shares(c, y, 1, m) - own(c, y), "The scale is nowhere"),
        (lambda c, y, s, m: s * shares(c, y, s, m), "[j = y] is missing: take 1 off"),
        (shares, "these are the probabilities alone"),
        (lambda c, y, s, m: s * shares(c, y, s, m) - own(c, y), "The scale multiplies the probabilities alone"),
        (lambda c, y, s, m: shares(c, y, s, m) - s * own(c, y), "The scale multiplies [j = y] alone"),
        (lambda c, y, s, m: s * (own(c, y) - shares(c, y, s, m)), "The sign is turned"),
        (lambda c, y, s, m: by_autograd(c, y, s, m) / len(y), "divided by the number of samples"),
        (lambda c, y, s, m: s * (F.softmax(s * (c - m * own(c, y)), dim=0) - own(c, y)), "along dim=0"),
        (lambda c, y, s, m: -s * (1 - shares(c, y, s, m)[torch.arange(len(y)), y]), "the true class alone"),
        (lambda c, y, s, m: coefficients(c, y, s, m).T, "The shape should be (61, 4)"),
        (lambda c, y, s, m: coefficients(c, y, s, m) / 0 * 0, "not finite"),
        (lambda c, y, s, m: coefficients(c, 0 * y, s, m), "Not the same yet"),
        (lambda c, y, s, m: print(end=""), "returned nothing"),
        (lambda c, y: c, "Your function raised TypeError"),
    ],
    "8.2": [
        (lambda s, m, classes: lets_go(s, m, classes + 1), "The others are C − 1"),
        (lambda s, m, classes: math.acos((math.log(classes) - 1) / s) - m, "before the logarithm"),
        (lambda s, m, classes: math.acos(math.log10(classes - 1) / s) - m, "base 10"),
        (lambda s, m, classes: math.acos(math.log2(classes - 1) / s) - m, "base 2"),
        (lambda s, m, classes: lets_go(s, -m, classes), "You added the margin"),
        (lambda s, m, classes: lets_go(s, 0, classes), "still to be taken off"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) / s + m), "CosFace's answer"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) / s - m), "stands inside the arccos"),
        (lambda s, m, classes: math.acos(math.log(classes - 1)) - m, "a number beyond 1"),
        (lambda s, m, classes: math.acos(math.log(classes - 1) * s) - m, "a number beyond 1"),
        (lambda s, m, classes: torch.acos(torch.tensor(s / math.log(classes - 1))) - m, "a number beyond 1"),
        (lambda s, m, classes: math.acos((classes - 1) / s) - m, "The logarithm is missing"),
        (lambda s, m, classes: math.log(classes - 1) / s - m, "one arccos is missing"),
        (lambda s, m, classes: math.cos(math.log(classes - 1) / s) - m, "cosine already"),
        (lambda s, m, classes: math.asin(math.log(classes - 1) / s) - m, "arcsin"),
        (lambda s, m, classes: math.acos(-math.log(classes - 1) / s) - m, "sign of the logarithm"),
        (lambda s, m, classes: math.degrees(lets_go(s, m, classes)), "return radians"),
        (lambda s, m, classes: math.degrees(lets_go(s, 0, classes)) - m, "leave both in radians"),
        (lambda s, m, classes: lets_go(s, math.radians(m), classes), "The margin is in radians already"),
        (lambda s, m, classes: (s, m), "One number is wanted for each scale"),
        (lambda s, m, classes: lets_go(s, 0.5, classes), "Not the same yet"),
        (lambda s, m, classes: int("half"), "Your function raised ValueError: invalid literal"),
        (lambda s, m, classes: torch.acos(s), "Your function raised TypeError"),
    ],
    "8.3": [
        (lambda c, y: 2 * squared_error(c, y), "the factor ½ is missing"),
        (lambda c, y: F.mse_loss(c, own(c, y)), "is 2/C of what"),
        (lambda c, y: ((c - own(c, y)) ** 2).mean() / 2, "is 1/C of what"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum() / 2, "the sum over the batch: take"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum(), "the sum over the batch, and the ½"),
        (lambda c, y: (c**2).sum(dim=1).mean() / 2, "[j = y] is missing"),
        (lambda c, y: ((c - 1) ** 2).sum(dim=1).mean() / 2, "Every class is to reach cosine 1"),
        (lambda c, y: ((1 - c.gather(1, y[:, None])) ** 2).mean() / 2, "Only the true class is in it: "),
        (lambda c, y: ((1 - c.gather(1, y[:, None])) ** 2).mean(), "and the ½ is missing"),
        (lambda c, y: (1 - c.gather(1, y[:, None])).mean(), "and not squared"),
        (lambda c, y: ((c + own(c, y)) ** 2).sum(dim=1).mean() / 2, "You added [j = y]"),
        (lambda c, y: -squared_error(c, y), "The sign is turned"),
        (lambda c, y: (c - own(c, y)).sum(dim=1).mean(), "Nothing is squared"),
        (lambda c, y: (c - own(c, y)).abs().sum(dim=1).mean(), "absolute values"),
        (lambda c, y: torch.linalg.vector_norm(c - own(c, y), dim=1).mean(), "That is the distance"),
        (F.cross_entropy, "That is cross-entropy"),
        (lambda c, y: squared_error(c.detach(), y), "Autograd finds no way back"),
        (lambda c, y: squared_error(c.detach().requires_grad_(), y), "Autograd finds no way back"),
        (lambda c, y: squared_error(c, y).item(), "Autograd finds no way back"),
        (with_backward, "Autograd finds no way back"),
        (lambda c, y: torch.no_grad()(squared_error)(c, y), "Autograd finds no way back"),
        (lambda c, y: ((c - own(c, y)) ** 2).sum(dim=1) / 2, "One number is wanted, the mean over the batch"),
        (lambda c, y: (c - own(c, y)) / len(y), "yours has shape (61, 4)"),
        (lambda c, y: squared_error(c, y) * math.nan, "not finite"),
        (lambda c, y: squared_error(c, 0 * y), "Not the same yet"),
        (lambda c, y: print(end=""), "returned nothing"),
        (lambda c, y: "½", "A number or a tensor is wanted"),
        (lambda c: c, "Your function raised TypeError"),
        (0.3, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "8.1": [
        by_autograd,
        lambda c, y, s, m: s * (F.softmax(s * c - s * m * own(c, y), dim=1) - own(c, y)),
    ],
    "8.2": [
        lambda s, m, classes: bisected(lambda theta: arcface_share(theta, s, m, classes) - 0.5, math.pi - m),
        lambda s, m, classes: torch.acos(torch.log(torch.tensor(classes - 1.0)) / s) - m,
    ],
    "8.3": [
        lambda c, y: ((c**2).sum(dim=1) / 2 - c.gather(1, y[:, None]).squeeze(1)).mean(),
        lambda c, y: F.mse_loss(c, own(c, y)) * c.shape[1] / 2,
        lambda c, y: F.mse_loss(c, own(c, y), reduction="sum") / (2 * len(y)),
        lambda c, y: (c * ((c - own(c, y)) / len(y)).detach()).sum(),
        in_place,
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_08.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_08_says_of_its_finished_pictures():
    # Four classes at θ, 65°, 80° and 105°, as the picture names them; s = 8, m = 0.35.
    at = torch.deg2rad(torch.tensor([[theta, 65, 80, 105] for theta in (0, 37.9, 90)]).double()).cos()
    found = coefficients(at, torch.zeros(3, dtype=torch.int64), 8, 0.35)
    torch.testing.assert_close(found.sum(dim=1), torch.zeros(3).double())
    own_one = found[:, 0].tolist()
    assert f"−{-own_one[0]:.2f} at 0°, half of s at 37.9° and −{-own_one[2]:.2f} at 90°" in EXERCISES["8.1"].done
    assert own_one[1] == pytest.approx(-4, abs=1e-2)
    drawn = EXERCISES["8.1"].target
    torch.testing.assert_close(drawn[[0, 30]], found[[0, 2]])
    angles = [math.degrees(lets_go(*setting)) for setting in ((64, 0.5, 10), (64, 0.5, 10_000), (16, 0.5, 10))]
    assert [round(angle, 1) for angle in angles] == [59.4, 53.1, 53.5]
    assert re.findall(r"[\d.]+(?=°)", EXERCISES["8.2"].done) == [f"{angle:.1f}" for angle in angles]
    own_one = EXERCISES["8.3"].target[[10, 20, 30], 0]  # 30°, 60°, 90°
    torch.testing.assert_close(own_one, torch.tensor([math.sqrt(3) / 2 - 1, -0.5, -1.0]).double())
    assert f"−{-own_one[0]:.2f} at 30°" in EXERCISES["8.3"].done
    assert f"has −{-math.cos(math.radians(105)):.2f}" in EXERCISES["8.3"].done


def test_the_squared_error_of_lesson_08_is_the_library_s_p2sgrad():
    torch.manual_seed(0)
    head, x, y = P2SGradLoss(3, 5).double(), torch.randn(6, 5).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    torch.testing.assert_close(squared_error(head.cosines(x), y), head(x, y))
