"""Exercises of lesson 01: a loss on pairs, the distance of two unit vectors, and how many triplets there are."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
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
    for losses in found:
        if losses.shape != _D.shape:
            raise Slip(f"One number is wanted for each of the {len(_D)} pairs; yours has shape {tuple(losses.shape)}.")
    return torch.cat([losses.reshape(41, 2) for losses in found], dim=1)


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
        "m and D are exchanged: only pairs of two classes that are nearer than m cost something.": _mistaken(
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
    found = call(function, _THETA.clone())
    if found.shape != _THETA.shape:
        raise Slip(f"One number is wanted for each of the 61 angles; yours has shape {tuple(found.shape)}.")
    return found


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

_IMAGES, _CLASSES = torch.arange(2, 21, 2), (100, 10)


def triplets(classes: int, images: int) -> int:
    return classes * images * (images - 1) * (classes - 1) * images


def _for_each_number(function: Any) -> Tensor:
    """The reader's function at every number of images, for each number of classes, (10, 2)."""
    return numbers([call(function, classes, images) for images in _IMAGES.tolist() for classes in _CLASSES], 2)


def _draw_triplets(yours: Tensor | None) -> Picture:
    axes = "images of each class", "triplets"
    picture = curve(_IMAGES, _TRIPLETS, yours, *axes, logarithmic=True)
    dots(picture, _IMAGES, _TRIPLETS, yours)
    picture.axes[0].set_xticks(range(2, 21, 2))
    for classes, end in zip(_CLASSES, _TRIPLETS[-1].tolist(), strict=True):
        name(picture, f"{classes} classes", (20, end))
    return picture


_C, _N = torch.tensor(_CLASSES).double(), _IMAGES.double()[:, None]
_TRIPLETS, _ALL = _for_each_number(triplets), _C * _N

TRIPLETS = Exercise(
    number="1.3",
    stub="def triplets(classes, images):\n    ...",
    hints=(
        "Choose one after the other: how many anchors are there, then how many positives, then how many negatives?",
        "Any of the classes·images can be the anchor; images − 1 others are its class, (classes − 1)·images are not.",
    ),
    solution=triplets,
    evaluate=_for_each_number,
    target=_TRIPLETS,
    slips={
        "An anchor is its own positive in yours: images − 1 others are of its class.": _ALL * _N * (_C - 1) * _N,
        "That is half of them: anchor and positive are told apart, so each two of a class count twice.": _TRIPLETS / 2,
        "Those are any three images: the positive is of the anchor's class, the negative of another.": _ALL**3,
        "Those are any three different images: the positive is of the anchor's class, the negative of another.": (
            _ALL * (_ALL - 1) * (_ALL - 2)
        ),
        "Those are any three images in any order: the anchor is told apart, and the classes have a say.": (
            _ALL * (_ALL - 1) * (_ALL - 2) / 6
        ),
        "The negative may be of the anchor's class in yours: it comes from classes − 1 others.": (
            _ALL * (_N - 1) * _ALL
        ),
        "The negative may be of the anchor's class in yours, and the anchor its own positive.": _ALL * _N * _ALL,
        "A factor images is missing: any image of a class can be the anchor, and any of another class the negative.": (
            _ALL * (_N - 1) * (_C - 1)
        ),
        "That is one negative class: there are classes − 1 to choose from.": _ALL * (_N - 1) * _N,
        "The negative is missing: those are the pairs of anchor and positive.": _ALL * (_N - 1),
        "The positive is missing: those are the pairs of anchor and negative.": _ALL * (_C - 1) * _N,
        "Those are the triplets of one anchor: there are classes · images of them.": (_N - 1) * (_C - 1) * _N,
        "Those are the triplets of one class: any of the classes can be the anchor's.": _TRIPLETS / _C,
        "Brackets are missing: * images - 1 * … multiplies first, so write (images - 1).": (_ALL * _N - (_C - 1) * _N),
        "Brackets are missing: * classes - 1 * … multiplies first, so write (classes - 1).": (
            _ALL * (_N - 1) * _C - _N
        ),
        "The negative is counted without one image of its class: only the anchor's class loses one.": (
            _ALL * (_N - 1) * (_C - 1) * (_N - 1)
        ),
    },
    draw=_draw_triplets,
    done="Ten classes of 20 images have 684,000, a hundred have 75 million: ten times the images, 110 times the "
    "triplets. Nobody looks at all of them.",
)

EXERCISES = (CHORD, CONTRASTIVE, TRIPLETS)
