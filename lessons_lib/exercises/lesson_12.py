"""Exercises of lesson 12: whole classes held back until there are enough, a strict door, and the least scale."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_CLASSES, _IMAGES = 8, 90
# Orders in which classes are held back, and shares of the images; no number of whole classes has just such a share.
_PLANS = (([2, 5, 0, 7, 1, 3, 6, 4], 0.2), ([7, 6, 4, 5, 0, 1, 2, 3], 0.5), ([0, 1, 4, 2, 3, 5, 7, 6], 0.27))


def _made_up_labels() -> Tensor:
    """Labels (90,) of 8 classes with 4 to 19 images each, mixed."""
    labels = torch.arange(_CLASSES).repeat_interleave(torch.tensor([4, 6, 8, 10, 12, 14, 17, 19]))
    return labels[torch.randperm(_IMAGES, generator=torch.Generator().manual_seed(0))]


_LABELS = _made_up_labels()


def held_back(labels: Tensor, order: Tensor, share: float) -> Tensor:
    reached = torch.bincount(labels)[order].cumsum(dim=0)
    return torch.isin(labels, order[: int((reached < share * len(labels)).sum()) + 1])


def _share_of_each_class(function: Any) -> Tensor:
    """What share of each class the reader's function holds back, for each plan: (8, 3)."""
    found = [call(function, _LABELS, torch.tensor(order), share) for order, share in _PLANS]
    for mask in found:
        if mask.shape != _LABELS.shape:
            raise Slip(f"One True or False is wanted for each of the 90 images; yours has shape {tuple(mask.shape)}.")
        if not ((mask == 0) | (mask == 1)).all():
            raise Slip("True or False is wanted for each image, or 1 or 0; yours has other numbers.")
    own = [(label == _LABELS).double() for label in range(_CLASSES)]
    return torch.stack([torch.stack([mask @ each / each.sum() for each in own]) for mask in found], dim=1)


def _with_classes(how_many: Any) -> Tensor:
    """With this many classes from the beginning of the order."""
    return _share_of_each_class(
        lambda labels, order, share: torch.isin(labels, order[: how_many(torch.bincount(labels)[order], share)])
    )


def _enough(counts: Tensor, share: float) -> int:
    """How many classes it takes."""
    return int((counts.cumsum(dim=0) < share * _IMAGES).sum()) + 1


def _by_place(which: Any) -> Tensor:
    """Images held back by their places in the row, as many as the share says."""
    return _share_of_each_class(lambda labels, order, share: which(torch.arange(_IMAGES), math.ceil(share * _IMAGES)))


def _draw_held_back(yours: Tensor | None) -> Picture:
    words = "The share of each class's images that is held back, a bar a class" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 6.4, 2.8)
    order, share = _PLANS[0]
    axes = quiet_axes(picture.subplots(), f"class; in the order {order}, at least {share:.0%}", "share held back")
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
    stub="def held_back(labels, order, share):\n    ...",
    hints=(
        "torch.bincount(labels)[order] counts the images of each class, in that order; .cumsum(dim=0) adds them up.",
        "Take classes while fewer than share * len(labels) images are together. torch.isin(labels, chosen) marks them.",
    ),
    solution=held_back,
    evaluate=_share_of_each_class,
    target=_HELD_BACK,
    slips={
        "That is the other way round: True is for the images that are held back.": 1 - _HELD_BACK,
        "That is one class too few: at least the share is to be held back.": _with_classes(
            lambda counts, share: _enough(counts, share) - 1
        ),
        "That is one class too many: stop as soon as the share is reached.": _with_classes(
            lambda counts, share: _enough(counts, share) + 1
        ),
        "That is the share of the classes: the share of the images counts, and some classes have more.": _with_classes(
            lambda counts, share: math.ceil(share * _CLASSES)
        ),
        "That is the share of the classes, rounded: the share of the images counts, and some classes have more.": (
            _with_classes(lambda counts, share: round(share * _CLASSES))
        ),
        "order has no say in yours: take the classes as they stand there.": _share_of_each_class(
            lambda labels, order, share: held_back(labels, torch.arange(_CLASSES), share)
        ),
        "You took the classes from the end of the order: begin at its beginning.": _share_of_each_class(
            lambda labels, order, share: held_back(labels, order.flip(0), share)
        ),
        "The counts are not in that order in yours: torch.bincount(labels)[order].": _share_of_each_class(
            lambda labels, order, share: torch.isin(labels, order[: _enough(torch.bincount(labels), share)])
        ),
        "That is the share to train with: share is what is held back.": _share_of_each_class(
            lambda labels, order, share: held_back(labels, order, 1 - share)
        ),
        "That holds back the last images, some of nearly every class: a class must be held back whole.": _by_place(
            lambda place, count: place >= _IMAGES - count
        ),
        "That holds back the first images, some of nearly every class: a class must be held back whole.": _by_place(
            lambda place, count: place < count
        ),
        "That is only the class with which the share is reached: those before it are held back as well.": (
            _share_of_each_class(
                lambda labels, order, share: labels == order[_enough(torch.bincount(labels)[order], share) - 1]
            )
        ),
        "That is the first class of the order alone: the share is not reached yet.": _share_of_each_class(
            lambda labels, order, share: labels == order[0]
        ),
        "All images are held back in yours.": torch.ones(_CLASSES, 3).double(),
        "No image is held back in yours.": torch.zeros(_CLASSES, 3).double(),
    },
    draw=_draw_held_back,
    done="Each class is on one side, whole. The share cannot be met exactly: 20% asked for are 24% here.",
)

_IMPOSTORS = 120
_FARS = (torch.arange(10, 90, dtype=torch.float64) + 0.5) / 10 / _IMPOSTORS  # never just so many impostors


def _made_up_scores(genuine: int, impostors: int, seed: int) -> tuple[Tensor, Tensor]:
    """Scores of genuine pairs and of impostors in two overlapping bells, mixed; no two are equal."""
    chance, count = torch.Generator().manual_seed(seed), genuine + impostors
    same = (torch.arange(count) < genuine)[torch.randperm(count, generator=chance)]
    return torch.where(same, 0.6, 0.15) + 0.2 * torch.randn(count, generator=chance, dtype=torch.float64), same


_SCORES, _SAME = _made_up_scores(80, _IMPOSTORS, 1)


def strict_threshold(scores: Tensor, same: Tensor, far: float) -> Tensor:
    impostors = scores[~same].sort(descending=True).values
    first_outside = impostors[int(far * len(impostors))]
    return torch.nextafter(first_outside, first_outside + 1)


def _share_let_in(function: Any, scores: Tensor, same: Tensor, far: float) -> Tensor:
    """The share of impostors that score at the reader's threshold or above; none where it says there is no such."""
    try:
        threshold = call(function, scores, same, far)
    except Slip as slip:
        if isinstance(slip.__cause__, ValueError | AssertionError) and far * int((~same).sum()) < 1:
            return torch.zeros((), dtype=torch.float64)
        raise
    if threshold.numel() != 1:
        raise Slip(f"One number is wanted each time. Yours has shape {tuple(threshold.shape)}.")
    return (scores[~same] >= threshold.reshape(())).double().mean()


def _let_in(function: Any) -> Tensor:
    """That share for each one asked for, (80,)."""
    return torch.stack([_share_let_in(function, _SCORES, _SAME, far) for far in _FARS.tolist()])


def _evaluate_let_in(answer: Any) -> Tensor:
    """As above; a Slip when only a door where not even one may get in, or one with equal scores, is wrong."""
    found = _let_in(answer)
    if torch.allclose(found, _LET_IN, atol=1e-3):
        for far, pairs in ((0.004, (_SCORES, _SAME)), (0.008, (_SCORES, _SAME)), (0.001, _made_up_scores(100, 600, 2))):
            _nobody_gets_in(answer, *pairs, far)
        for far in (0.02, 0.05, 0.1, 0.3):
            _equal_scores_do_no_harm(answer, far)
    return found


def _nobody_gets_in(answer: Any, scores: Tensor, same: Tensor, far: float) -> None:
    share = float(_share_let_in(answer, scores, same, far))
    if share > 0:
        raise Slip(
            f"Right where one impostor or more may get in. But with {int((~same).sum())} impostors and far = {far:g} "
            f"not even one may, and yours lets in {share:.1%}. Let nobody in then, with a threshold above the highest "
            "impostor, or raise a ValueError: so few pairs cannot show such a rate."
        )


def _equal_scores_do_no_harm(answer: Any, far: float) -> None:
    rounded = (_SCORES * 8).round() / 8, _SAME
    yours, most = (float(_share_let_in(door, *rounded, far)) for door in (answer, strict_threshold))
    said = f"Right where no two scores are equal. Where many are, yours lets in {yours:.1%} for far = {far:g}"
    if yours > far:
        raise Slip(
            f"{said}: all that score at the threshold get in, so put it just above the first that must stay outside."
        )
    if yours < most - 1e-9:
        raise Slip(f"{said}, and {most:.1%} could get in.")


def _draw_let_in(yours: Tensor | None) -> Picture:
    picture = curve(_FARS, _LET_IN, yours, "share of impostors allowed", "share let in")
    picture.axes[0].plot([0, 0.075], [0, 0.075], color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "just as allowed", (0.045, 0.045), (-92, 8))
    return picture


_LET_IN = _let_in(strict_threshold)


def _at_place(kind: Any, extra: int) -> Tensor:
    """What comes of the threshold at this place too many among the scores of some kind of pair."""

    def mistaken(scores: Tensor, same: Tensor, far: float) -> Tensor:
        chosen = scores[kind(same)].sort(descending=True).values
        return chosen[int(far * len(chosen)) - 1 + extra]

    return _let_in(mistaken)


def _by_quantile(interpolation: str) -> Tensor:
    return _let_in(lambda scores, same, far: scores[~same].quantile(1 - far, interpolation=interpolation))


STRICT_THRESHOLD = Exercise(
    number="12.2",
    stub="def strict_threshold(scores, same, far):\n    ...",
    hints=(
        "Only impostors count: scores[~same]. How many of them may get in? int(far * len(impostors)), rounded down.",
        "Sorted, highest first, the one at that place, counted from 0, stays outside: torch.nextafter goes above it.",
    ),
    solution=strict_threshold,
    evaluate=_evaluate_let_in,
    target=_LET_IN,
    slips={
        "That lets in one more than is allowed: counting starts at 0, and a score at the threshold is accepted.": (
            _at_place(lambda same: ~same, 1)
        ),
        "quantile counts the steps between scores, one fewer than there are scores. So one impostor too many gets in "
        "for most shares: count the impostors instead.": _by_quantile("linear"),
        "This quantile takes the lower of two scores, and so lets in one impostor too many: count them instead.": (
            _by_quantile("lower")
        ),
        "This quantile takes the nearest score, and so lets in one impostor too many at times: count them instead.": (
            _by_quantile("nearest")
        ),
        "One more could be let in: a score at the threshold is accepted.": _LET_IN - 1 / _IMPOSTORS,
        "That goes by the genuine pairs: far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same, 0
        ),
        "No impostor gets in. Does it go by all pairs? far is a share of the impostors, scores[~same].": _at_place(
            lambda same: same | ~same, 0
        ),
        "Every impostor gets in, whatever far allows.": torch.ones_like(_LET_IN),
        "That turns away the share that may get in: sort with the highest first.": _let_in(
            lambda scores, same, far: scores[~same].sort().values[int(far * _IMPOSTORS) - 1]
        ),
        "That turns away the share that may get in: take the quantile of 1 − far, or better count.": _let_in(
            lambda scores, same, far: scores[~same].quantile(far)
        ),
        "That is a share of genuine pairs turned away: far is of impostors let in.": _let_in(
            lambda scores, same, far: scores[same].quantile(far)
        ),
        "That is far itself: a threshold is a score.": _let_in(lambda scores, same, far: far),
    },
    draw=_draw_let_in,
    done="Never more than allowed: it goes up in steps of one impostor in 120, and below one in 120 nobody gets in. "
    "Whoever asks for 1 in 1,000 needs a thousand impostor pairs to see it at all.",
    tolerance=1e-3,
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
        "The sign is turned: is P/(1 − P) upside down, or C − 1 below the line?": -_LEAST,
        "C − 1 stands below the line: the true class has to outweigh that many.": _STRETCH * (_ODDS / _OTHERS).log(),
        "That has the others at the cosine 1/(C − 1), nearer than 90°: theirs is below 0, −1/(C − 1).": (
            (_OTHERS * _ODDS).log() / (1 - 1 / _OTHERS)
        ),
        "The logarithm is to base 2 in yours: the natural one is math.log.": _LEAST / math.log(2),
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
