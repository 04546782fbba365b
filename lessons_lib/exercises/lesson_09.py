"""Exercises of lesson 09: softmax as the smoothed worst triplet, several centres, and recall at 1."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, one_for_each
from lessons_lib.exercises.drawing import curve
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture


def _draw(x: Tensor, target: Tensor, yours: Tensor | None, axes: tuple[str, str], names: list[str]) -> Picture:
    """A family of curves, each named at its end."""
    picture = curve(x, target, yours, *axes)
    look = {"textcoords": "offset points", "color": SOFT, "fontsize": 9, "va": "center"}
    for name, height in zip(names, target[-1].tolist(), strict=True):
        picture.axes[0].annotate(name, (float(x[-1]), height), (9, 0), **look)
    return picture


_OWN = torch.linspace(0, 2 * math.pi / 3, 61, dtype=torch.float64)
_SCALES = (1, 2, 30)


def _batch() -> Tensor:
    """Cosines (61, 4): the true class in column 0, the others at 60°, 75° and 100°."""
    return torch.stack([_OWN, *(torch.full_like(_OWN, math.radians(at)) for at in (60, 75, 100))], dim=1).cos()


def smoothed(cosines: Tensor, scale: float) -> Tensor:
    return torch.logsumexp(scale * (cosines - cosines[:, :1]), dim=1) / scale


def _at_each_scale(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every scale, (61, 3)."""
    found = [call(function, _batch(), scale) for scale in _SCALES]
    return torch.stack([one_for_each(values, len(_OWN), "rows") for values in found], dim=1)


def _draw_smoothed(yours: Tensor | None) -> Picture:
    axes = "angle to the true class, degrees", "loss ÷ scale"
    picture = _draw(_OWN.rad2deg(), _SMOOTHED, yours, axes, [f"s = {scale}" for scale in _SCALES])
    picture.axes[0].plot(_OWN.rad2deg(), _WORST.clamp(min=0), color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    return picture


_SMOOTHED = _at_each_scale(smoothed)
_S, _GAPS = torch.tensor(_SCALES).double(), _batch() - _batch()[:, :1]
_WORST = _GAPS[:, 1:].amax(dim=1)
_SCALED = _S[:, None] * _GAPS[:, None]  # (61, 3, 4)

SMOOTHED = Exercise(
    number="9.1",
    stub="def smoothed(cosines, scale):\n    ...",
    hints=(
        "The loss is ln Σ_j e^{s(cos θ_j − cos θ_y)}, the true class among the j: its term is e⁰ = 1.",
        "cosines - cosines[:, :1] takes the true class's cosine off; torch.logsumexp(…, dim=1) does the rest.",
    ),
    solution=smoothed,
    evaluate=_at_each_scale,
    target=_SMOOTHED,
    slips={
        "That is softmax's loss: divide it by the scale.": _SMOOTHED * _S,
        "The true class is missing in the sum: its term is e⁰ = 1.": _SCALED[..., 1:].logsumexp(dim=2) / _S,
        "That is the worst triplet itself, not smoothed yet.": _WORST.clamp(min=0)[:, None].expand(61, 3),
        "That is the largest difference, not smoothed yet.": _WORST[:, None].expand(61, 3),
        "The sign is turned: cos θ_j − cos θ_y, the true class taken off.": (-_SCALED).logsumexp(dim=2) / _S,
        "The scale is missing in the exponent.": _GAPS.logsumexp(dim=1)[:, None] / _S,
        "The scale is missing: it stands in the exponent, and below.": _GAPS.logsumexp(dim=1)[:, None].expand(61, 3),
        "The scale is upside down: it multiplies the differences, and divides the logarithm.": (
            (_GAPS[:, None] / _S[:, None]).logsumexp(dim=2) * _S
        ),
        "You averaged over the classes: the exponentials are added up.": _SMOOTHED - math.log(4) / _S,
        "That is the smoothed largest cosine: take the true class's cosine off.": (
            _SMOOTHED + _batch()[:, :1].expand(61, 3)
        ),
        "The logarithm is missing.": _SCALED.exp().sum(dim=2) / _S,
        "That is ln P, divided by the scale: a minus in front makes it the loss.": -_SMOOTHED,
        "That is the probability of the true class: take −ln of it, and divide by the scale.": (-_SMOOTHED * _S).exp(),
        "That is the weighed mean of the triplets: the entropy is missing.": (
            (_SCALED.softmax(dim=2) * _GAPS[:, None]).sum(dim=2)
        ),
        "That adds all triplets up, the worst counting no more than the others.": (
            _GAPS.clamp(min=0).sum(dim=1)[:, None].expand(61, 3)
        ),
        "That is the logarithm to base 10; the one that undoes e is torch.log.": _SMOOTHED / math.log(10),
        "That is the logarithm to base 2; the one that undoes e is torch.log.": _SMOOTHED / math.log(2),
    },
    draw=_draw_smoothed,
    done="The dashed line is the worst triplet, zero up to 60°. At s = 30 the curve lies on it but for the corner; at "
    "s = 1 all three others count, however far away they are.",
)

_TURNS = torch.linspace(0, 2 * math.pi, 61, dtype=torch.float64)
_CENTERS = torch.tensor([[0, 100, 140], [60, 210, 290]]).double().deg2rad()
_GAMMA = 0.2


def _around() -> Tensor:
    """Cosines (61, 2, 3) of features all around the circle with three centres of each of two classes."""
    return (_TURNS[:, None, None] - _CENTERS).cos()


def class_similarity(cosines: Tensor, gamma: float) -> Tensor:
    p = torch.softmax(cosines / gamma, dim=2)
    return (p * cosines).sum(dim=2)


def _all_around(function: Any) -> Tensor:
    return call(function, _around(), _GAMMA)


def _evaluate_similarity(answer: Any) -> Tensor:
    found = _all_around(answer)
    if found.shape == _SIMILARITY.shape and torch.allclose(found, _SIMILARITY, atol=2e-3):
        wide = call(answer, _around(), 1.0)
        if wide.shape != found.shape or not torch.allclose(wide, class_similarity(_around(), 1.0), atol=2e-3):
            raise Slip("Right for γ = 0.2, but not for γ = 1: take gamma as it is given.")
    return found


def _draw_similarity(yours: Tensor | None) -> Picture:
    axes = "where the feature stands, degrees", "similarity S"
    return _draw(_TURNS.rad2deg(), _SIMILARITY, yours, axes, ["class 0", "class 1"])


_SIMILARITY, _COS = _all_around(class_similarity), _around()

SIMILARITY = Exercise(
    number="9.2",
    stub="def class_similarity(cosines, gamma):\n    ...",
    hints=(
        "p is a softmax of the cosines divided by γ, over the centres of one class: the last dimension.",
        "p = torch.softmax(cosines / gamma, dim=2); then the cosines weighed with p and added up over the same one.",
    ),
    solution=class_similarity,
    evaluate=_evaluate_similarity,
    target=_SIMILARITY,
    slips={
        "That is the mean weighed with the cosines themselves: weigh with p, the softmax of them.": (
            (_COS * _COS).sum(dim=2) / _COS.sum(dim=2)
        ),
        "Those are the sums over the centres: weigh the cosines with p first.": _COS.sum(dim=2),
        "That is the farthest centre alone.": _COS.amin(dim=2),
        "That is the share of the nearest centre: weigh the cosines with the shares, and add up.": (
            (_COS / _GAMMA).softmax(dim=2).amax(dim=2)
        ),
        "The softmax runs over the classes in yours: it is over the centres of one, dim=2.": (
            (_COS / _GAMMA).softmax(dim=1) * _COS
        ).sum(dim=2),
        "The softmax runs over the batch in yours: it is over the centres of one class, dim=2.": (
            (_COS / _GAMMA).softmax(dim=0) * _COS
        ).sum(dim=2),
        "γ is missing: the cosines are divided by it inside the softmax.": (_COS.softmax(dim=2) * _COS).sum(dim=2),
        "You multiplied by γ: divide by it, so that a small γ makes the nearest centre count.": (
            ((_COS * _GAMMA).softmax(dim=2) * _COS).sum(dim=2)
        ),
        "γ belongs inside the softmax, not around it.": (_COS.softmax(dim=2) * _COS).sum(dim=2) / _GAMMA,
        "The cosines that are added up are divided by γ too: there it is the plain cosine.": _SIMILARITY / _GAMMA,
        "That is the plain mean, as for a very large γ.": _COS.mean(dim=2),
        "That is the nearest centre alone, as for a very small γ.": _COS.amax(dim=2),
        "The shares p add up to 1: weigh the cosines with them.": torch.ones(61, 2).double(),
        "That is γ·ln Σ e^{cos/γ}, a smooth maximum too, but not the paper's: weigh the cosines with p.": (
            _GAMMA * (_COS / _GAMMA).logsumexp(dim=2)
        ),
        "The shares do not add up to 1: divide by the sum of the exponentials.": (
            ((_COS / _GAMMA).exp() * _COS).sum(dim=2)
        ),
        "You took the mean over the centres after weighing: p adds up to 1 already, so take the sum.": _SIMILARITY / 3,
        "The sign inside the softmax is turned: the farthest centre counts most in yours.": (
            ((-_COS / _GAMMA).softmax(dim=2) * _COS).sum(dim=2)
        ),
    },
    draw=_draw_similarity,
    done="Each centre lifts the curve of its class. A feature belongs to the higher curve: around the circle that "
    "changes four times, where one centre a class would make two changes at most.",
)

_NOISE = torch.linspace(2, 50, 25, dtype=torch.float64)  # degrees
_CLASSES, _EACH = 4, 12


def _cloud(index: int) -> tuple[Tensor, Tensor]:
    """Features (48, 2) of any length around four directions, spread by so many degrees, with their labels."""
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(_CLASSES * _EACH) % _CLASSES
    turns = 90.0 * labels + _NOISE[index] * torch.randn(len(labels), generator=chance, dtype=torch.float64)
    length = 0.5 + 3 * torch.rand(len(labels), 1, generator=chance, dtype=torch.float64)
    return length * torch.stack([turns.deg2rad().cos(), turns.deg2rad().sin()], dim=1), labels


def recall_at_1(embeddings: Tensor, labels: Tensor) -> Tensor:
    x = F.normalize(embeddings)
    nearest = (x @ x.T).fill_diagonal_(-2).argmax(dim=1)
    return (labels[nearest] == labels).double().mean()


def _at_each_noise(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, for every spread, (25,)."""
    found = [call(function, *_cloud(index)) for index in range(len(_NOISE))]
    if any(value.numel() != 1 for value in found):
        raise Slip("One number is wanted, the share of images whose nearest other is of their class.")
    return torch.stack([value.reshape(()) for value in found])


def _by(score: Any) -> Tensor:
    """R@1 with this in place of the cosines; what scores highest counts as nearest."""

    def mistaken(embeddings: Tensor, labels: Tensor) -> Tensor:
        return (labels[score(embeddings).fill_diagonal_(-torch.inf).argmax(dim=1)] == labels).double().mean()

    return _at_each_noise(mistaken)


def _at_2(embeddings: Tensor, labels: Tensor) -> Tensor:
    x = F.normalize(embeddings)
    two = (x @ x.T).fill_diagonal_(-2).topk(2, dim=1).indices
    return (labels[two] == labels[:, None]).any(dim=1).double().mean()


def _draw_recall(yours: Tensor | None) -> Picture:
    return curve(_NOISE, _RECALL, yours, "spread of each class, degrees", "R@1")


_RECALL = _at_each_noise(recall_at_1)

# The first stands nearly opposite to all others. The nearest other is of another class for each of the four.
_TURNED = torch.tensor([0.0, 175, 181, 184], dtype=torch.float64).deg2rad()
_BEYOND = 2 * torch.stack([_TURNED.cos(), _TURNED.sin()], dim=1), torch.tensor([0, 1, 0, 1])


def _evaluate_recall(answer: Any) -> Tensor:
    found = _at_each_noise(answer)
    if torch.allclose(found, _RECALL, atol=2e-3):
        beyond = call(answer, *_BEYOND)
        if torch.allclose(beyond, torch.tensor(0.25, dtype=torch.float64)):  # the first, and nobody else
            raise Slip(
                "Right while some other image is near. Where all others stand beyond 90°, an image still finds itself "
                "in yours: what stands in its own place beats their cosines, so put less than −1 there."
            )
        if not torch.allclose(beyond, recall_at_1(*_BEYOND), atol=2e-3):
            raise Slip("Right while some other image is near, but not where all others stand beyond 90°.")
    return found


RECALL = Exercise(
    number="9.3",
    stub="def recall_at_1(embeddings, labels):\n    ...",
    hints=(
        "With x = F.normalize(embeddings), x @ x.T has the cosines of all with all, each image's own on the diagonal.",
        ".fill_diagonal_(-2) puts the image itself last, .argmax(dim=1) is the nearest other. Compare the two labels.",
    ),
    solution=recall_at_1,
    evaluate=_evaluate_recall,
    target=_RECALL,
    slips={
        "Each image finds itself: take it out, with .fill_diagonal_(-2).": torch.ones(25).double(),
        "The features are on their own lengths in yours: a long one is near to everybody.": _by(lambda x: x @ x.T),
        "That is the distance of the features on their own lengths: normalise them first.": _by(
            lambda x: -torch.cdist(x, x)
        ),
        "You normalised the columns: an image is a row, so F.normalize(embeddings, dim=1).": _by(
            lambda x: F.normalize(x, dim=0) @ F.normalize(x, dim=0).T
        ),
        "That is the farthest image: take the largest cosine.": _by(lambda x: -(F.normalize(x) @ F.normalize(x).T)),
        "That is R@2: the nearest other alone counts.": _at_each_noise(_at_2),
        "That is the number of hits: take the share.": _RECALL * _CLASSES * _EACH,
        "You divided by the number of others: each of the N images is asked, so divide by N.": (
            _RECALL * _CLASSES * _EACH / (_CLASSES * _EACH - 1)
        ),
        "That is the number of misses: take the share of hits.": (1 - _RECALL) * _CLASSES * _EACH,
        "That is in per cent: return a share, 0 to 1.": _RECALL * 100,
        "That is the share of misses.": 1 - _RECALL,
    },
    draw=_draw_recall,
    done="Four classes 90° apart. R@1 is 1 while they stay clear of each other, and below two thirds from a spread of "
    "44° on; chance alone would be about a quarter.",
)

EXERCISES = (SMOOTHED, SIMILARITY, RECALL)
