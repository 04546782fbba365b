"""Exercises of lesson 12: whole classes held back, a threshold for a strict door, and the least scale."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_CLASSES = 8
_HELD = tuple(torch.tensor(held) for held in ([2, 5], [0], [3, 4, 7]))


def _made_up_labels() -> Tensor:
    """Labels (90,) of 8 classes with 8 to 15 images each, mixed."""
    labels = torch.arange(_CLASSES).repeat_interleave(torch.arange(8, 16))[:90]
    return labels[torch.randperm(90, generator=torch.Generator().manual_seed(0))]


_LABELS = _made_up_labels()


def held_back(labels: Tensor, held: Tensor) -> Tensor:
    return torch.isin(labels, held)


def _share_of_each_class(function: Any) -> Tensor:
    """What share of each class the reader's function holds back, for each choice of classes: (8, 3)."""
    found = [call(function, _LABELS.clone(), held.clone()) for held in _HELD]
    for mask in found:
        if mask.shape != _LABELS.shape:
            raise Slip(f"One True or False is wanted for each of the 90 images; yours has shape {tuple(mask.shape)}.")
    own = [(label == _LABELS).double() for label in range(_CLASSES)]
    return torch.stack([torch.stack([mask @ each / each.sum() for each in own]) for mask in found], dim=1)


def _by_place(which: Any) -> Tensor:
    """Images held back by their places in the row, as many as `held` has its share of the classes."""
    return _share_of_each_class(lambda labels, held: which(torch.arange(90), round(90 * len(held) / _CLASSES)))


def _draw_held_back(yours: Tensor | None) -> Picture:
    words = "The share of each class's images that is held back, a bar a class" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 6.4, 2.8)
    axes = quiet_axes(picture.subplots(), "class, of which 2 and 5 are to be held back", "share held back")
    axes.bar(range(_CLASSES), _HELD_BACK[:, 0].numpy(), width=0.8, color=FAINT, label="target")
    if yours is not None:
        axes.bar(range(_CLASSES), yours[:, 0].numpy(), width=0.25, color=ACCENT, label="yours")
        axes.plot(range(_CLASSES), yours[:, 0].numpy(), "o", color=ACCENT, markersize=4)
    axes.set(ylim=(-0.04, 1.1), xticks=range(_CLASSES))
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


_HELD_BACK = _share_of_each_class(held_back)

HELD_BACK = Exercise(
    number="12.1",
    stub="def held_back(labels, held):\n    ...",
    hints=(
        "Each image has one label. Ask of each whether it is among the classes in held.",
        "torch.isin(labels, held) asks just that, and answers with a bool for each image.",
    ),
    solution=held_back,
    evaluate=_share_of_each_class,
    target=_HELD_BACK,
    slips={
        "That is the other way round: True is for the images that are held back.": 1 - _HELD_BACK,
        "You took held for numbers of images: it has numbers of classes, and labels says which image is of which.": (
            _share_of_each_class(lambda labels, held: torch.isin(torch.arange(90), held))
        ),
        "That holds back the last images, some of nearly every class: a class must be held back whole.": _by_place(
            lambda place, count: place >= 90 - count
        ),
        "That holds back the first images, some of nearly every class: a class must be held back whole.": _by_place(
            lambda place, count: place < count
        ),
        "That is the first of the held classes alone: there may be several.": _share_of_each_class(
            lambda labels, held: labels == held[0]
        ),
        "That is every class from the first held one on: only those in held.": _share_of_each_class(
            lambda labels, held: labels >= held.min()
        ),
        "That is every class from the first held one to the last: only those in held.": _share_of_each_class(
            lambda labels, held: (labels >= held.min()) & (labels <= held.max())
        ),
    },
    draw=_draw_held_back,
    done="All of 2 and 5, none of the others. Parted by images instead, each class would stand somewhere between, "
    "with some of its images on either side.",
)

_IMPOSTORS = 120
_FARS = (torch.arange(10, 70, dtype=torch.float64) + 0.5) / 10 / _IMPOSTORS  # never just so many impostors


def _made_up_scores() -> tuple[Tensor, Tensor]:
    """Scores (200,) of 80 genuine pairs and 120 impostors in two overlapping bells, mixed; no two are equal."""
    chance = torch.Generator().manual_seed(1)
    same = (torch.arange(200) < 80)[torch.randperm(200, generator=chance)]
    return torch.where(same, 0.6, 0.15) + 0.2 * torch.randn(200, generator=chance, dtype=torch.float64), same


_SCORES, _SAME = _made_up_scores()


def strict_threshold(scores: Tensor, same: Tensor, far: float) -> Tensor:
    impostors = scores[~same].sort(descending=True).values
    return impostors[int(far * len(impostors)) - 1]


def _let_in(function: Any) -> Tensor:
    """The share of impostors that score at the reader's threshold or above, for each share asked for, (60,)."""
    found = [call(function, _SCORES.clone(), _SAME.clone(), far) for far in _FARS.tolist()]
    thresholds = numbers(found, 1)
    return (_SCORES[~_SAME] >= thresholds).double().mean(dim=1)


def _draw_let_in(yours: Tensor | None) -> Picture:
    picture = curve(_FARS, _LET_IN, yours, "share of impostors allowed", "share let in")
    picture.axes[0].plot([0, 0.06], [0, 0.06], color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "just as allowed", (0.036, 0.036), (-92, 8))
    return picture


_LET_IN = _let_in(strict_threshold)


def _at_place(kind: Any, extra: int) -> Tensor:
    """What comes of the threshold at this place too many among the scores of some kind of pair."""

    def mistaken(scores: Tensor, same: Tensor, far: float) -> Tensor:
        chosen = scores[kind(same)].sort(descending=True).values
        return chosen[int(far * len(chosen)) - 1 + extra]

    return _let_in(mistaken)


STRICT_THRESHOLD = Exercise(
    number="12.2",
    stub="def strict_threshold(scores, same, far):\n    ...",
    hints=(
        "Only impostors count: scores[~same]. How many of them may get in? int(far * len(impostors)), rounded down.",
        "Sort them, highest first, with .sort(descending=True).values. The last one that may get in is the threshold.",
    ),
    solution=strict_threshold,
    evaluate=_let_in,
    target=_LET_IN,
    slips={
        "That lets in one more than is allowed: counting starts at 0, and a score at the threshold is accepted.": (
            _at_place(lambda same: ~same, 1)
        ),
        "That lets in one more at times: a quantile lies between two scores, whatever far allows.": _let_in(
            lambda scores, same, far: scores[~same].quantile(1 - far)
        ),
        "One more could be let in: a score at the threshold is accepted.": _LET_IN - 1 / _IMPOSTORS,
        "That goes by the genuine pairs: far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same, 0
        ),
        "No impostor gets in. Does it go by all pairs? far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same | ~same, 0
        ),
        "That turns away the share that may get in: sort with the highest first.": _let_in(
            lambda scores, same, far: scores[~same].sort().values[int(far * _IMPOSTORS) - 1]
        ),
        "That is a share of genuine pairs turned away: far is of impostors let in.": _let_in(
            lambda scores, same, far: scores[same].quantile(far)
        ),
        "That is far itself: a threshold is a score.": _let_in(lambda scores, same, far: far),
    },
    draw=_draw_let_in,
    done="Never more than allowed: it goes up in steps of one impostor in 120. Whoever asks for 1 in 1,000 needs a "
    "thousand impostor pairs to see it at all.",
)

_COUNTS = torch.arange(2, 201)
_WANTED = (0.5, 0.9, 0.999)


def least_scale(probability: float, num_classes: int) -> float:
    odds = probability / (1 - probability)
    return (num_classes - 1) / num_classes * math.log((num_classes - 1) * odds)


def _at_each_count(function: Any) -> Tensor:
    """The reader's scale for every number of classes and each of three probabilities, (199, 3)."""
    found = [call(function, wanted, count) for count in _COUNTS.tolist() for wanted in _WANTED]
    return numbers(found, len(_WANTED))


def _draw_least_scale(yours: Tensor | None) -> Picture:
    picture = curve(_COUNTS, _LEAST, yours, "number of classes, C", "least scale")
    for wanted, height in zip(_WANTED, _LEAST[-1].tolist(), strict=True):
        name(picture, f"P = {wanted:g}", (200, height))
    return picture


_LEAST = _at_each_count(least_scale)
_OTHERS = (_COUNTS - 1).double()[:, None]
_ODDS = torch.tensor([[wanted / (1 - wanted) for wanted in _WANTED]], dtype=torch.float64)
_STRETCH = _OTHERS / (_OTHERS + 1)

LEAST_SCALE = Exercise(
    number="12.3",
    stub="def least_scale(probability, num_classes):\n    ...",
    hints=(
        "On a simplex the own cosine is 1 and each of the C − 1 others is −1/(C − 1), so they are C/(C − 1) apart.",
        "So P/(1 − P) = e^(s·C/(C − 1)) / (C − 1). Solve for s.",
    ),
    solution=least_scale,
    evaluate=_at_each_count,
    target=_LEAST,
    slips={
        "That has the others at 90°: on a simplex they stand farther off, which is worth (C − 1)/C.": (
            _LEAST / _STRETCH
        ),
        "C/(C − 1) is upside down: the wider the classes stand, the less scale is needed.": _LEAST / _STRETCH**2,
        "The others are C − 1, not C: the own class is not among them.": _STRETCH * ((_OTHERS + 1) * _ODDS).log(),
        "P over 1 − P, not the other way round.": _STRETCH * (_OTHERS / _ODDS).log(),
        "P over 1 − P: the others share what is left of 1.": (
            _STRETCH * (_OTHERS * torch.tensor(_WANTED, dtype=torch.float64)).log()
        ),
        "The others are missing: there are C − 1 of them, which count together.": (_STRETCH * _ODDS.log()),
        "The logarithm is the natural one, math.log.": _LEAST / math.log(10),
        "That is the exponent: take its logarithm, times (C − 1)/C.": _OTHERS * _ODDS,
        "That is AdaCos' fixed scale, with P = ½ at 45°: here a feature stands on its class weight.": (
            math.sqrt(2) * _OTHERS.log().expand(-1, 3)
        ),
    },
    draw=_draw_least_scale,
    done="For P = 0.9 it is 2.9 with 5 classes and 7.5 with 200: the scale goes with the logarithm of C. For P = ½ it "
    "is (C − 1)/C·ln(C − 1), where AdaCos' own scale came to rest.",
    tolerance=1e-3,
)

EXERCISES = (HELD_BACK, STRICT_THRESHOLD, LEAST_SCALE)
