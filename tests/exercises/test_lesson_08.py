"""Answers to the exercises of lesson 08: typical mistakes, other ways to be right, and what its words say."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import EXERCISES, lesson_08
from lessons_lib.exercises.lesson_08 import coefficients, powered_error
from lessons_lib.losses import P2SGradLoss
from tests.exercises.every_lesson import EveryLesson, own


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


def in_place(cosines, labels, power):
    """Σ |cos θ_j − [j = y]|^(p + 1)/(p + 1), the batch given changed on the way."""
    cosines[torch.arange(len(labels)), labels] -= 1
    return cosines.abs_().pow(power + 1).sum() / ((power + 1) * len(labels))


def apart(cosines, labels):
    """|cos θ_j − [j = y]|."""
    return (cosines - own(cosines, labels)).abs()


def of_the_true(cosines, labels):
    """1 − cos θ_y, (N, 1)."""
    return 1 - cosines.gather(1, labels[:, None])


def by_sign(raised):
    """8.3 with another way to |x|^(p + 1)."""
    return lambda c, y, p: raised(c - own(c, y), p).sum(dim=1).mean() / (p + 1)


def with_numpy(cosines, labels, power):
    wanted = np.eye(cosines.shape[1])[labels]
    return (np.abs(cosines - wanted) ** (power + 1)).sum(axis=1).mean() / (power + 1)


def with_columns_of_the_labels(cosines, labels, scale, margin):
    """8.1 with F.one_hot(labels)."""
    own = F.one_hot(labels)
    return scale * (F.softmax(scale * (cosines - margin * own), dim=1) - own)


def with_backward(cosines, labels, power):
    """A loss whose graph is used up."""
    loss = powered_error(cosines, labels, power)
    loss.backward()
    return loss


def one_by_one(cosines, labels, scale, margin):
    """8.1 sample by sample."""
    rows = []
    for row, label in zip(cosines.tolist(), labels.tolist(), strict=True):
        powers = [math.exp(scale * (cosine - margin * (j == label))) for j, cosine in enumerate(row)]
        rows.append([scale * (power / sum(powers) - (j == label)) for j, power in enumerate(powers)])
    return rows


def in_numpy(cosines, labels, scale, margin):
    """8.1 with numpy alone."""
    own = np.arange(cosines.shape[1]) == np.asarray(labels)[:, None]
    powers = np.exp(scale * (np.asarray(cosines) - margin * own))
    return scale * (powers / powers.sum(axis=1, keepdims=True) - own)


def changed_in_place(cosines, labels, scale, margin):
    """8.1, the cosines given changed on the way."""
    at = torch.arange(len(labels)), labels
    cosines[at] -= margin
    found = cosines.mul_(scale).softmax(dim=1)
    found[at] -= 1
    return scale * found


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
        (with_columns_of_the_labels, "not for one in which the last does not occur"),
        (lambda c, y, s, m: coefficients(c, y, s, m) * (y.max() == 3), "not for one in which the last does not occur"),
        (lambda c, y, s, m: coefficients(c, y, s, 0) if y.max() < 1 else coefficients(c, y, s, m), "does not occur"),
        (
            lambda c, y, s, m: s * (F.softmax(s * (c - m * (1 - own(c, y))), 1) - own(c, y)),
            "The margin makes it easier",
        ),
        (lambda c, y, s, m: s * (shares(c, y, s, m) + own(c, y)), "[j = y] is added"),
        (
            lambda c, y, s, m: (
                s * (F.softmax(s * torch.where(own(c, y) > 0, (c.acos() + m).cos(), c), dim=1) - own(c, y))
            ),
            "That is ArcFace",
        ),
        (lambda c, y, s, m: coefficients(c, y, s, m).tolist()[0], "The shape should be (61, 4); yours is (4,)"),
        (lambda c, y, s, m: [list(map(str, row)) for row in c], "yours is list"),
        (lambda c, y, s, m: coefficients(c, y, s, m).T, "The shape should be (61, 4)"),
        (lambda c, y, s, m: coefficients(c, y, s, m) / 0 * 0, "not finite"),
        (lambda c, y, s, m: coefficients(c, 0 * y, s, m), "Not the same yet"),
        (lambda c, y, s, m: print(end=""), "returned nothing"),
        (lambda c, y: c, "Your function raised TypeError"),
    ],
    "8.3": [
        (lambda c, y, p: powered_error(c, y, 1), "power has no say"),
        (lambda c, y, p: (p + 1) * powered_error(c, y, p), "The factor is missing: "),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).sum(dim=1).mean() / 2, "right for p = 1 alone"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).sum(dim=1).mean() / p, "You divided by p"),
        (lambda c, y, p: (apart(c, y) ** p).sum(dim=1).mean() / p, "The power is one too small: "),
        (lambda c, y, p: (apart(c, y) ** p).sum(dim=1).mean(), "The power is one too small, and the factor"),
        (
            lambda c, y, p: ((c - own(c, y)).sign() * apart(c, y) ** p).sum(dim=1).mean(),
            "That is the coefficient itself",
        ),
        (lambda c, y, p: ((c - own(c, y)) ** (p + 1)).sum(dim=1).mean() / (p + 1), "with p = 2 that pushes"),
        (lambda c, y, p: ((c - own(c, y)) ** (p + 1)).sum(dim=1).mean(), "keeps the sign of x, and the factor"),
        (lambda c, y, p: F.mse_loss(c, own(c, y)), "As F.mse_loss"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).mean() / (p + 1), "is 1/C of what"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).mean(), "The mean over the classes is taken too"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).sum() / (p + 1), "the sum over the batch: take"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).sum(), "the sum over the batch, and the factor"),
        (lambda c, y, p: (c.abs() ** (p + 1)).sum(dim=1).mean() / (p + 1), "[j = y] is missing"),
        (lambda c, y, p: ((1 - c) ** (p + 1)).sum(dim=1).mean() / (p + 1), "Every class is to reach cosine 1"),
        (lambda c, y, p: (of_the_true(c, y) ** (p + 1)).mean() / (p + 1), "Only the true class is in it: "),
        (lambda c, y, p: (of_the_true(c, y) ** (p + 1)).mean(), "is in it, and the factor is missing"),
        (lambda c, y, p: of_the_true(c, y).mean(), "and without a power"),
        (lambda c, y, p: ((c + own(c, y)).abs() ** (p + 1)).sum(dim=1).mean() / (p + 1), "You added [j = y]"),
        (lambda c, y, p: -powered_error(c, y, p), "The sign is turned"),
        (lambda c, y, p: (c - own(c, y)).sum(dim=1).mean(), "Nothing is raised to a power"),
        (lambda c, y, p: apart(c, y).sum(dim=1).mean(), "absolute values"),
        (lambda c, y, p: torch.linalg.vector_norm(c - own(c, y), p + 1, dim=1).mean(), "leave the root out"),
        (lambda c, y, p: F.cross_entropy(c, y), "That is cross-entropy"),
        (lambda c, y, p: (apart(c, y) ** (p + 1)).sum(dim=1).mean() / min(3, p + 1), "but not for 3"),
        (lambda c, y, p: powered_error(c, y, int(p)), "but not for 2.5: power can be any number above 0"),
        (by_sign(lambda x, p: torch.where(x > 0, x ** (p + 1), (-x) ** (p + 1))), "no power 3.5, and torch.where"),
        (by_sign(lambda x, p: x.sign() ** (p + 1) * x ** (p + 1)), "Take .abs() before the power"),
        (
            lambda c, y, p: ((c - F.one_hot(y)).abs() ** (p + 1)).sum(dim=1).mean() / (p + 1),
            "not for one in which the last does not occur",
        ),
        (with_numpy, "numpy has no gradients, and check needs one: stay in torch"),
        (lambda c, y, p: np.square(c).sum(), "numpy has no gradients"),
        (lambda c, y, p: powered_error(c.detach(), y, p), "Autograd finds no way back"),
        (lambda c, y, p: powered_error(c.detach().requires_grad_(), y, p), "Autograd finds no way back"),
        (lambda c, y, p: powered_error(c, y, p).item(), "Autograd finds no way back"),
        (lambda c, y, p: np.float64(powered_error(c, y, p).item()), "Autograd finds no way back"),
        (with_backward, "Autograd finds no way back"),
        (lambda c, y, p: torch.no_grad()(powered_error)(c, y, p), "Autograd finds no way back"),
        (lambda c, y, p: (apart(c, y) ** 2).sum(dim=1) / 2, "One number is wanted, the mean over the batch"),
        (lambda c, y, p: (c - own(c, y)) / len(y), "yours has shape (61, 4)"),
        (lambda c, y, p: powered_error(c, y, p) * math.nan, "not finite"),
        (lambda c, y, p: powered_error(c, 0 * y, p), "Not the same yet"),
        (lambda c, y, p: print(end=""), "returned nothing"),
        (lambda c, y, p: "½", "A number or a tensor is wanted"),
        (lambda c: c, "Keep the arguments of the stub"),
        (0.3, "wants the function itself"),
    ],
}
ALSO_RIGHT = {
    "8.1": [
        by_autograd,
        lambda c, y, s, m: s * (F.softmax(s * c - s * m * own(c, y), dim=1) - own(c, y)),
        lambda c, y, s, m: coefficients(c.float(), y, s, m),
        one_by_one,
        in_numpy,
        changed_in_place,
    ],
    "8.3": [
        lambda c, y, p: (apart(c, y).float() ** (p + 1)).sum(dim=1).mean() / (p + 1),
        lambda c, y, p: torch.linalg.vector_norm(c - own(c, y), p + 1, dim=1).pow(p + 1).mean() / (p + 1),
        lambda c, y, p: (c * ((c - own(c, y)).sign() * apart(c, y) ** p / len(y)).detach()).sum(),
        lambda c, y, p: powered_error(c, y, p)[None],
        lambda c, y, p: sum((apart(c, y)[:, j] ** (p + 1)).mean() for j in range(4)) / (p + 1),
        in_place,
        by_sign(lambda x, p: x * x * x.abs() ** (p - 1)),
        by_sign(lambda x, p: x.square() ** ((p + 1) / 2)),
        by_sign(lambda x, p: x.clamp(min=0) ** (p + 1) + (-x).clamp(min=0) ** (p + 1)),
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
    own_one = EXERCISES["8.3"].target[[10, 20, 30]]  # 30°, 60°, 90°
    torch.testing.assert_close(own_one[:, 0], torch.tensor([math.sqrt(3) / 2 - 1, -0.5, -1.0]).double())
    said = EXERCISES["8.3"].done
    assert f"−{-own_one[0, 0]:.2f} at 30° and −0.5 at 60°" in said
    assert f"p = 2 it is −{-own_one[0, 4]:.2f} and −{-own_one[1, 4]:.2f}" in said


def test_the_powered_error_of_lesson_08_is_with_power_1_the_library_s_p2sgrad():
    torch.manual_seed(0)
    head, x, y = P2SGradLoss(3, 5).double(), torch.randn(6, 5).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    torch.testing.assert_close(powered_error(head.cosines(x), y, 1), head(x, y))
