"""Answers to the exercises of lesson 09: typical mistakes, other ways to be right, and what its words say."""

import math
import operator

import numpy as np
import torch
import torch.nn.functional as F

from lessons_lib.evaluation import recall_at_k
from lessons_lib.exercises import EXERCISES, lesson_09
from lessons_lib.exercises.lesson_09 import class_similarity, recall_at_1, smoothed
from lessons_lib.losses import SoftTripleLoss
from tests.exercises.every_lesson import EveryLesson


def zeros(cosines):
    """The labels of 9.1."""
    return torch.zeros(len(cosines), dtype=torch.int64)


def gaps(cosines):
    """cos θ_j − cos θ_y of 9.1, the true class's own 0 among them."""
    return cosines - cosines[:, :1]


def several(cosines, gamma):
    """9.2 by the library, its cosines given."""
    head = SoftTripleLoss(*cosines.shape[1:2], 2, cosines.shape[2], gamma=gamma)
    head.center_cosines = lambda embeddings: embeddings
    return head.cosines(cosines)


def found_by(scores, labels):
    """9.3 with these for the cosines."""
    return (labels[scores.fill_diagonal_(-math.inf).argmax(dim=1)] == labels).double().mean()


def one_after_the_other(embeddings, labels):
    """9.3 by two loops."""
    hits, rows = 0, embeddings.tolist()
    for i, one in enumerate(rows):
        cosine = {
            j: sum(map(operator.mul, one, other)) / (math.hypot(*one) * math.hypot(*other))
            for j, other in enumerate(rows)
            if j != i
        }
        hits += int(labels[max(cosine, key=cosine.get)] == labels[i])
    return hits / len(labels)


def with_diagonal(embeddings, labels, own):
    """9.3 with this in the place of an image with itself."""
    x = F.normalize(embeddings)
    return (labels[(x @ x.T).fill_diagonal_(own).argmax(dim=1)] == labels).double().mean()


def minus_the_identity(embeddings, labels):
    """9.3 with 1 taken off an image's cosine with itself, which leaves 0."""
    x = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.mean(np.asarray(labels)[np.argmax(np.asarray(x @ x.T) - np.eye(len(x)), axis=1)] == np.asarray(labels))


def in_numpy(embeddings, labels):
    """9.3 with numpy alone."""
    x, y = np.asarray(embeddings), np.asarray(labels)
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosines = x @ x.T
    np.fill_diagonal(cosines, -np.inf)
    return np.mean(y[cosines.argmax(axis=1)] == y)


MISTAKES = {
    "9.1": [
        (lambda c, s: F.cross_entropy(s * c, zeros(c), reduction="none"), "divide it by the scale"),
        (lambda c, s: torch.logsumexp(s * gaps(c)[:, 1:], dim=1) / s, "true class is missing in the sum"),
        (lambda c, s: gaps(c).amax(dim=1), "the worst triplet itself"),
        (lambda c, s: gaps(c)[:, 1:].amax(dim=1), "the largest difference"),
        (lambda c, s: torch.logsumexp(-s * gaps(c), dim=1) / s, "The sign is turned"),
        (lambda c, s: smoothed(c, 1) / s, "missing in the exponent"),
        (lambda c, s: smoothed(c, 1), "The scale is missing: it stands"),
        (lambda c, s: torch.exp(s * gaps(c)).mean(dim=1).log() / s, "You averaged over the classes"),
        (lambda c, s: torch.logsumexp(s * c, dim=1) / s, "take the true class's cosine off"),
        (lambda c, s: torch.exp(s * gaps(c)).sum(dim=1) / s, "The logarithm is missing"),
        (lambda c, s: F.softmax(s * c, dim=1)[:, 0], "That is the probability"),
        (lambda c, s: F.log_softmax(s * c, dim=1)[:, 0] / s, "That is ln P, divided by the scale: a minus in front"),
        (lambda c, s: (F.softmax(s * c, dim=1) * gaps(c)).sum(dim=1), "the entropy is missing"),
        (lambda c, s: gaps(c).clamp(min=0).sum(dim=1), "adds all triplets up"),
        (lambda c, s: smoothed(c, s) / math.log(10), "base 10"),
        (lambda c, s: smoothed(c, s) / math.log(2), "base 2"),
        (lambda c, s: torch.logsumexp(gaps(c) / s, dim=1) * s, "The scale is upside down"),
        (lambda c, s: smoothed(c, s)[:, None], "yours has shape (61, 1)"),
        (lambda c, s: [math.log(sum(math.exp(s * gap) for gap in gaps(c))) / s], "math takes one number"),
        (lambda c, s: print(end=""), "returned nothing"),
        (lambda c, s: "s", "yours is str"),
        (lambda c: c, "Keep the arguments of the stub"),
        (lambda c, s: smoothed(c, s).mean(), "for each of the 61 rows"),
        (lambda c, s: smoothed(c, 2 * s), "Not the same yet"),
        (lambda c, s: smoothed(c, s) / 0, "not finite"),
        (lambda c, s: c[:, 9], "Your function raised IndexError"),
    ],
    "9.2": [
        (lambda c, g: ((c / g).softmax(dim=1) * c).sum(dim=2), "over the classes in yours"),
        (lambda c, g: ((c / g).softmax(dim=0) * c).sum(dim=2), "over the batch in yours"),
        (lambda c, g: class_similarity(c, 1), "γ is missing"),
        (lambda c, g: class_similarity(c, 1 / g), "You multiplied by γ"),
        (lambda c, g: (c.softmax(dim=2) / g * c).sum(dim=2), "not around it"),
        (lambda c, g: ((c / g).softmax(dim=2) * c / g).sum(dim=2), "divided by γ too"),
        (lambda c, g: c.mean(dim=2), "the plain mean"),
        (lambda c, g: c.amax(dim=2), "the nearest centre alone"),
        (lambda c, g: (c / g).softmax(dim=2).sum(dim=2), "The shares p add up to 1"),
        (lambda c, g: g * torch.logsumexp(c / g, dim=2), "a smooth maximum too"),
        (lambda c, g: ((c / g).exp() * c).sum(dim=2), "The shares do not add up to 1"),
        (lambda c, g: ((c / g).softmax(dim=2) * c).mean(dim=2), "the mean over the centres after weighing"),
        (lambda c, g: ((-c / g).softmax(dim=2) * c).sum(dim=2), "sign inside the softmax"),
        (lambda c, g: (c / g).softmax(dim=2) * c, "The shape should be (61, 2)"),
        (lambda c, g: ((c / g).softmax(dim=2) * c).sum(dim=1), "The shape should be (61, 2)"),
        (lambda c, g: class_similarity(c, 0.2), "but not for γ = 1"),
        (lambda c, g: (c * c).sum(dim=2) / c.sum(dim=2), "with the cosines themselves"),
        (lambda c, g: c.sum(dim=2), "the sums over the centres"),
        (lambda c, g: c.amin(dim=2), "the farthest centre alone"),
        (lambda c, g: (c / g).softmax(dim=2).amax(dim=2), "the share of the nearest centre"),
        (lambda c, g: class_similarity(c, g).T, "The shape should be (61, 2); yours is (2, 61)"),
        (lambda c, g: print(end=""), "returned nothing"),
        (lambda c, g: class_similarity(c.acos(), g), "Not the same yet"),
        (lambda c, g: class_similarity(c, g) ** 2, "Not the same yet"),
        (lambda c: c, "Your function raised TypeError"),
    ],
    "9.3": [
        (lambda x, y: (y[(F.normalize(x) @ F.normalize(x).T).argmax(dim=1)] == y).double().mean(), "finds itself"),
        (lambda x, y: found_by(x @ x.T, y), "a long one is near to everybody"),
        (lambda x, y: found_by(-torch.cdist(x, x), y), "the distance of the features"),
        (lambda x, y: found_by(F.normalize(x, dim=0) @ F.normalize(x, dim=0).T, y), "You normalised the columns"),
        (lambda x, y: found_by(torch.cdist(F.normalize(x), F.normalize(x)), y), "the farthest image"),
        (lambda x, y: recall_at_k(x, y, [2])[2], "That is R@2"),
        (lambda x, y: recall_at_1(x, y) * len(y), "the number of hits"),
        (lambda x, y: 100 * recall_at_1(x, y), "in per cent"),
        (lambda x, y: 1 - recall_at_1(x, y), "the share of misses"),
        (lambda x, y: y == y, "One number is wanted"),
        (lambda x, y: with_diagonal(x, y, 0), "an image still finds itself in yours"),
        (lambda x, y: with_diagonal(x, y, -0.3), "an image still finds itself in yours"),
        (minus_the_identity, "an image still finds itself in yours"),
        (lambda x, y: recall_at_1(x, y) if len(x) > 4 else 0.5, "but not where all others stand beyond 90°"),
        (lambda x, y: recall_at_1(x, y) * len(y) / (len(y) - 1), "by the number of others"),
        (lambda x, y: (1 - recall_at_1(x, y)) * len(y), "the number of misses"),
        (lambda x, y: recall_at_1(y, x), "Your function raised"),
        (lambda x, y: f"{recall_at_1(x, y):.0%}", "yours is str"),
        (lambda x, y: 0.5, "Not the same yet"),
        (lambda x, y: print(end=""), "returned nothing"),
        (lambda x, y: x @ x, "Your function raised RuntimeError"),
    ],
}
ALSO_RIGHT = {
    "9.1": [
        lambda c, s: F.cross_entropy(s * c, zeros(c), reduction="none") / s,
        lambda c, s: torch.log(1 + torch.exp(s * gaps(c)[:, 1:]).sum(dim=1)) / s,
        lambda c, s: -torch.log_softmax(s * c, dim=1)[:, 0] / s,
        lambda c, s: np.log(np.exp(s * (c - c[:, :1])).sum(axis=1)) / s,
        lambda c, s: smoothed(c.float(), s),
        lambda c, s: c.sub_(c[:, :1].clone()).mul_(s).logsumexp(dim=1) / s,
        lambda c, s: [float(smoothed(row[None], s)) for row in c],
    ],
    "9.2": [
        several,
        lambda c, g: (np.exp(c / g) / np.exp(c / g).sum(axis=2, keepdims=True) * c).sum(axis=2),
        lambda c, g: class_similarity(c.float(), g),
        lambda c, g: torch.einsum("nck,nck->nc", F.softmax(c / g, dim=-1), c),
        lambda c, g: ((c / g).exp() * c).sum(dim=2) / (c / g).exp().sum(dim=2),
    ],
    "9.3": [
        lambda x, y: recall_at_k(x, y)[1],
        lambda x, y: (y[(F.normalize(x) @ F.normalize(x).T).topk(2, dim=1).indices[:, 1]] == y).double().mean(),
        lambda x, y: found_by(-torch.cdist(F.normalize(x), F.normalize(x)), y).item(),
        lambda x, y: with_diagonal(x, y, -1.5),
        lambda x, y: with_diagonal(x.float(), y, -math.inf)[None],
        lambda x, y: recall_at_1(x.div_(x.norm(dim=1, keepdim=True)), y),
        in_numpy,
        one_after_the_other,
    ],
}


class TestExercises(EveryLesson):
    exercises, mistakes, also_right = lesson_09.EXERCISES, MISTAKES, ALSO_RIGHT


def test_what_lesson_09_says_of_its_finished_pictures():
    drawn = EXERCISES["9.1"].target  # 0° to 120° in steps of 2°; the nearest other at 60°
    own = torch.linspace(0, 120, 61).double().deg2rad()
    worst = (0.5 - own.cos()).clamp(min=0)
    assert (worst[:30] == 0).all() and worst[31] > 0
    off = drawn[:, 2] - worst
    assert off.max() < 0.05 and off[:25].max() < 0.005 and off[27:34].max() == off.max()
    higher = EXERCISES["9.2"].target.argmax(dim=1)
    assert (higher.diff() != 0).sum() == 4 and "changes four times" in EXERCISES["9.2"].done
    recall = EXERCISES["9.3"].target
    assert (recall[:4] == 1).all() and recall[-4:].max() < 2 / 3 and "a spread of 44°" in EXERCISES["9.3"].done
