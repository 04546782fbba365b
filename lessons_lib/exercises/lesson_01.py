"""Exercises of lesson 01: a loss on pairs, the distance of two unit vectors, and how many triplets there are."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import call, numbers, one_for_each
from lessons_lib.exercises.drawing import curve, dots, name, panels
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_DISTANCES, _MARGINS = torch.linspace(0, 2, 41, dtype=torch.float64), (1.0, 1.5)
_D, _SAME = _DISTANCES.repeat_interleave(2), torch.tensor([True, False]).repeat(41)  # one pair of each kind at each


def contrastive(distance: Tensor, same: Tensor, margin: float) -> Tensor:
    pull, push = distance**2, F.relu(margin - distance) ** 2
    return torch.where(same, pull, push) / 2


def _at_each_margin(function: Any) -> Tensor:
    """The reader's function, or a mistaken one: one class and two at each distance, for each margin, (41, 4)."""
    found = [call(function, _D.clone(), _SAME.clone(), margin) for margin in _MARGINS]
    return torch.cat([one_for_each(losses, len(_D), "pairs").reshape(41, 2) for losses in found], dim=1)


def _mistaken(one: Any, two: Any) -> Tensor:
    """With these in place of ½D² and ½max(0, m − D)²."""
    return _at_each_margin(
        lambda distance, same, margin: torch.where(same, one(distance, margin), two(distance, margin))
    )


def _pull(distance: Tensor, margin: float) -> Tensor:
    return distance**2 / 2


def _push(distance: Tensor, margin: float) -> Tensor:
    return F.relu(margin - distance) ** 2 / 2


def _draw_contrastive(yours: Tensor | None) -> Picture:
    columns = {"distance D, one class": [0, 2], "distance D, two classes": [1, 3]}
    picture = panels(_DISTANCES, _CONTRASTIVE, yours, columns, "loss of the pair")
    for margin in _MARGINS:  # where its curve comes to rest
        name(picture, f"m = {margin:g}", (margin, 0), (-16, -13), panel=1)
    return picture


_CONTRASTIVE = _at_each_margin(contrastive)

CONTRASTIVE = Exercise(
    number="1.2",
    stub="def contrastive(distance, same, margin):\n    ...",
    hints=(
        "F.relu(margin - distance) is max(0, m − D), for all pairs at once.",
        "Work out both for every pair; torch.where(same, a, b) takes a where same is True and b elsewhere.",
    ),
    solution=contrastive,
    evaluate=_at_each_margin,
    target=_CONTRASTIVE,
    slips={
        "The two kinds are exchanged: one class is drawn together, ½D², and the margin is for two.": _mistaken(
            _push, _pull
        ),
        "The ½ is missing.": 2 * _CONTRASTIVE,
        "The ½ is missing for pairs of one class.": _mistaken(lambda d, m: d**2, _push),
        "The ½ is missing for pairs of two classes.": _mistaken(_pull, lambda d, m: F.relu(m - d) ** 2),
        "Nothing is squared in yours, and the ½ is missing.": _mistaken(lambda d, m: d, lambda d, m: F.relu(m - d)),
        "Nothing is squared in yours: take ½ of the square.": _mistaken(
            lambda d, m: d / 2, lambda d, m: F.relu(m - d) / 2
        ),
        "The square is missing for pairs of two classes: ½max(0, m − D)².": _mistaken(
            _pull, lambda d, m: F.relu(m - d) / 2
        ),
        "The square is missing for pairs of one class: ½D².": _mistaken(lambda d, m: d / 2, _push),
        "Past the margin the loss grows again: max(0, m − D) first, then the square.": _mistaken(
            _pull, lambda d, m: (m - d) ** 2 / 2
        ),
        "m and D are exchanged, or it is .clamp(max=0) where .clamp(min=0) is the larger of each value and 0: only "
        "pairs of two classes that are nearer than m cost something.": _mistaken(
            _pull, lambda d, m: F.relu(d - m) ** 2 / 2
        ),
        "In yours the margin is for pairs of one class, too: draw these together however near they are.": _mistaken(
            lambda d, m: F.relu(d - m) ** 2 / 2, _push
        ),
        "The margin stands against the squared distance in yours: take D off it, then square.": _mistaken(
            _pull, lambda d, m: F.relu(m - d**2) / 2
        ),
        "You squared m and D one by one: take m − D first, then square.": _mistaken(
            _pull, lambda d, m: F.relu(m**2 - d**2) / 2
        ),
        "Without a margin two classes are never far enough apart: the loss falls without end.": _mistaken(
            _pull, lambda d, m: -(d**2) / 2
        ),
        "The sign is turned for pairs of two classes: the nearer they are, the more they cost.": _mistaken(
            _pull, lambda d, m: -_push(d, m)
        ),
        "same has no say in yours: that is ½D² for every pair.": _mistaken(_pull, _pull),
        "same has no say in yours: that is ½max(0, m − D)² for every pair.": _mistaken(_push, _push),
        "same has no say in yours: each pair has one of the two, not their sum.": _mistaken(
            *[lambda d, m: _pull(d, m) + _push(d, m)] * 2
        ),
        "In yours pairs of two classes cost nothing: add ½max(0, m − D)² for them.": _mistaken(
            _pull, lambda d, m: torch.zeros_like(d)
        ),
        "In yours pairs of one class cost nothing: add ½D² for them.": _mistaken(
            lambda d, m: torch.zeros_like(d), _push
        ),
        "The margin is 1 every time in yours: take the one that is given.": _CONTRASTIVE[:, [0, 1, 0, 1]],
        "Your pairs have changed places, one class first: torch.where keeps them where they are.": _at_each_margin(
            lambda distance, same, margin: torch.cat([_pull(distance[same], margin), _push(distance[~same], margin)])
        ),
    },
    draw=_draw_contrastive,
    done="One class is at rest only at D = 0, two from the margin on. Where they meet, at m/2, both cost the same.",
)

_THETA = torch.linspace(0, math.pi, 61, dtype=torch.float64)


def chord(theta: Tensor) -> Tensor:
    return 2 * torch.sin(theta / 2)


def _at_each_angle(function: Any) -> Tensor:
    return one_for_each(call(function, _THETA.clone()), len(_THETA), "angles")


def _draw_chord(yours: Tensor | None) -> Picture:
    picture = curve(_THETA.rad2deg(), _CHORD, yours, "angle between the two, degrees", "distance of the two")
    picture.axes[0].set_xticks(range(0, 181, 30))
    return picture


_CHORD, _COS = chord(_THETA), _THETA.cos()

CHORD = Exercise(
    number="1.1",
    stub="def chord(theta):\n    ...",
    hints=(
        "‖a − b‖² = ‖a‖² + ‖b‖² − 2a·b. Both lengths are 1, so what is a·b?",
        "It is 2 − 2cos θ; take torch.sqrt. Or halve the triangle: each half of the distance is sin(θ/2).",
    ),
    solution=chord,
    evaluate=_at_each_angle,
    target=_CHORD,
    slips={
        "That is the squared distance: one root is missing.": _CHORD**2,
        "That is the arc, the way along the circle: the distance goes straight through.": _THETA,
        "That is the angle in degrees, the way along the circle: the distance goes straight through.": _THETA.rad2deg(),
        "You turned the angle into degrees; torch.sin and torch.cos want radians.": chord(_THETA.rad2deg()),
        "theta is in radians already: nothing is to be converted.": chord(_THETA.deg2rad()),
        "That is the cosine: it falls as the two part, and the distance grows.": _COS,
        "That is 1 − cos θ, half of the squared distance: double it and take the root.": 1 - _COS,
        "A factor 2 is missing under the root: 2 − 2cos θ.": (1 - _COS).sqrt(),
        "The 2 before the cosine is missing: ‖a − b‖² has 2a·b in it.": (2 - _COS).sqrt(),
        "Half of the angle belongs into the sine: sin(θ/2).": 2 * _THETA.sin(),
        "That is sin θ, how far one stands from the other's line: take 2 sin(θ/2).": _THETA.sin(),
        "That is half of the distance: twice sin(θ/2).": _CHORD / 2,
        "That is 2cos(θ/2) = √(2 + 2cos θ), the length of the sum: the distance is that of the difference.": 2
        * (_THETA / 2).cos(),
        "The tangent of half of the angle goes too far out: take its sine.": 2 * (_THETA / 2).tan(),
    },
    draw=_draw_chord,
    done="60° are exactly 1, 90° are √2 = 1.414 and 180°, as far as it goes, are 2. At 10° it is 0.1743, where the arc "
    "is 0.1745: nearby, distance and angle are the same thing.",
)

_IMAGES, _BESIDE = torch.arange(1, 21), ((5,) * 9, (1, 3, 8))  # a class that grows, beside these


def triplets(sizes: Tensor) -> Tensor:
    return (sizes * (sizes - 1) * (sizes.sum() - sizes)).sum()


def _for_each_size(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every size of the growing class beside the others, (20, 2)."""
    all_sizes = [torch.tensor([size, *beside]) for size in _IMAGES.tolist() for beside in _BESIDE]
    return numbers([call(function, sizes) for sizes in all_sizes], 2)


def _summed(each: Any) -> Tensor:
    """With this in place of n·(n − 1)·(N − n) for a class of n images, of N in all classes together."""
    return _for_each_size(lambda sizes: each(sizes, sizes.sum()).sum())


def _alike(sizes: Tensor) -> Tensor:
    n, classes = sizes.double().mean(), len(sizes)
    return classes * n * (n - 1) * (classes - 1) * n


def _draw_triplets(yours: Tensor | None) -> Picture:
    picture = curve(_IMAGES, _TRIPLETS, yours, "images of one class", "triplets")
    dots(picture, _IMAGES, _TRIPLETS, yours)
    picture.axes[0].set_xticks(range(2, 21, 2))
    for words, end in zip(("beside nine of 5", "beside 1, 3 and 8"), _TRIPLETS[-1].tolist(), strict=True):
        name(picture, words, (20, end))
    return picture


_TRIPLETS = _for_each_size(triplets)

TRIPLETS = Exercise(
    number="1.3",
    stub="def triplets(sizes):\n    ...",
    hints=(
        "Take one class of n images first. How many anchors are there, and for each how many positives and negatives?",
        "n · (n − 1) · (N − n), where N counts the images of all classes. Add that up over the classes.",
    ),
    solution=triplets,
    evaluate=_for_each_size,
    target=_TRIPLETS,
    slips={
        "That counts as if every class were as large as the mean one: take each class with its own size.": (
            _for_each_size(_alike)
        ),
        "An anchor is its own positive in yours: only n − 1 others are of its class.": _summed(
            lambda n, total: n * n * (total - n)
        ),
        "That is half of them: anchor and positive are told apart, so each two of a class count twice.": _TRIPLETS / 2,
        "Those are any three images: the positive is of the anchor's class, the negative of another.": _for_each_size(
            lambda sizes: sizes.sum() ** 3
        ),
        "Those are any three different images: the positive is of the anchor's class, the negative of another.": (
            _for_each_size(lambda sizes: sizes.sum() * (sizes.sum() - 1) * (sizes.sum() - 2))
        ),
        "Those are any three images in any order: the anchor is told apart, and the classes have a say.": (
            _for_each_size(lambda sizes: sizes.sum() * (sizes.sum() - 1) * (sizes.sum() - 2) / 6)
        ),
        "Those are three different images of one class: the negative is of another.": _summed(
            lambda n, total: n * (n - 1) * (n - 2)
        ),
        "The negative may be of the anchor's class in yours: N − n images are of another.": _summed(
            lambda n, total: n * (n - 1) * total
        ),
        "The negative may be any image but the anchor in yours: N − n images are of another class.": _summed(
            lambda n, total: n * (n - 1) * (total - 1)
        ),
        "The negative may be any third image in yours: N − n images are of another class.": _summed(
            lambda n, total: n * (n - 1) * (total - 2)
        ),
        "The negative is counted once for each other class: it can be any image of these.": _for_each_size(
            lambda sizes: (sizes * (sizes - 1)).sum() * (len(sizes) - 1)
        ),
        "The negative is missing: those are the pairs of anchor and positive.": _summed(lambda n, total: n * (n - 1)),
        "The positive is missing: those are the pairs of anchor and negative.": _summed(
            lambda n, total: n * (total - n)
        ),
        "The anchor is missing: each of the n images of a class can be one.": _summed(
            lambda n, total: (n - 1) * (total - n)
        ),
        "You added up the positives and the negatives apart, and multiplied then: multiply for each class first.": (
            _for_each_size(lambda sizes: (sizes * (sizes - 1)).sum() * (sizes.sum() - sizes).sum())
        ),
        "Brackets are missing: n * n - 1 * … multiplies first, so write (n - 1).": _summed(
            lambda n, total: n * n - (total - n)
        ),
        "Those are the triplets of the first class alone: add up all classes.": _for_each_size(
            lambda sizes: sizes[0] * (sizes[0] - 1) * (sizes.sum() - sizes[0])
        ),
        "That is the mean over the classes: take the sum.": _for_each_size(lambda sizes: triplets(sizes) / len(sizes)),
        "The last class is missing in your sum.": _for_each_size(
            lambda sizes: (sizes * (sizes - 1) * (sizes.sum() - sizes))[:-1].sum()
        ),
    },
    draw=_draw_triplets,
    done="With one image a class has no positive to give: it serves as a negative only. With twice the images in each "
    "of ten classes of 5, 9,000 triplets become 81,000, nine times as many.",
)

EXERCISES = (CHORD, CONTRASTIVE, TRIPLETS)
