"""Exercises of lesson 14: the gradient on a learnt scale, where P2SGrad comes to rest among pairs, SigLIP's bias."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import call, numbers
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_SCALES = tuple(2.0 ** (k / 2) for k in range(15))
_COUNTS = (1, 2, 4, 10, 26, 51, 200)
_BATCHES = ((8, 1), (256, 1), (256, 26), (512, 51), (32_768, 1), (32_768, 400))


def _made_up_cosines() -> tuple[Tensor, Tensor]:
    """Two batches of cosines (5, 5), float64: the right one largest in each row; and in one row not, nor in columns."""
    chance = torch.Generator().manual_seed(4)
    cosines = 0.5 * torch.rand(5, 5, generator=chance, dtype=torch.float64)
    clear = cosines + 0.3 * torch.eye(5, dtype=torch.float64)
    clear.diagonal().clamp_(min=0.55)
    wrong = clear.clone()
    wrong[1, 3] = 0.9
    return clear, wrong


_CLEAR, _WRONG = _made_up_cosines()


def on_scale(cosines: Tensor, s: float) -> Tensor:
    p = (s * cosines).softmax(dim=1)
    return ((p * cosines).sum(dim=1) - cosines.diagonal()).mean()


def _gradients(function: Any) -> Tensor:
    """The reader's gradients of two batches at fifteen scales, (2, 15)."""
    found = [call(function, cosines, s) for cosines in (_CLEAR, _WRONG) for s in _SCALES]
    return numbers(found, len(_SCALES), "One number is wanted, the mean over the rows.")


def _draw_gradients(yours: Tensor | None) -> Picture:
    words = "The gradient on s against s, for pairs that are all right and for pairs of which one is wrong" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 7.4, 3.0)
    for k, (axes, name) in enumerate(zip(picture.subplots(1, 2), ("all right", "one wrong"), strict=True)):
        quiet_axes(axes, f"scale s: {name}", "" if k else "∂L/∂s")
        axes.axhline(0, color=SOFT, linewidth=1, dashes=(5, 3))
        axes.plot(_SCALES, _ON_SCALE[k].numpy(), "o-", color=FAINT, markersize=9)
        if yours is not None:
            axes.plot(_SCALES, yours[k].numpy(), "o", color=ACCENT, markersize=4)
        axes.set_xscale("log")
    return picture


_ON_SCALE = _gradients(on_scale)


def _other(change: Callable[[Tensor, Tensor, float], Tensor]) -> Tensor:
    """What another rule gives, from the probabilities by row."""
    return _gradients(lambda cosines, s: change((s * cosines).softmax(1), cosines, s))


ON_SCALE = Exercise(
    number="14.1",
    stub="def on_scale(cosines, s):\n    ...",
    hints=(
        "P is (s * cosines).softmax(dim=1): each row is a softmax of its own.",
        "Expected cosine: (P * cosines).sum(dim=1). Right cosine: cosines.diagonal(). Then the mean of the difference.",
    ),
    solution=on_scale,
    evaluate=_gradients,
    target=_ON_SCALE,
    slips={
        "The sign is the other way round: expected minus right.": -_ON_SCALE,
        "P is made without s: the logits are s times the cosines.": _gradients(
            lambda cosines, s: ((cosines.softmax(1) * cosines).sum(1) - cosines.diagonal()).mean()
        ),
        "That is the derivative by a = ln s: it has a factor s too many.": _other(
            lambda p, c, s: s * ((p * c).sum(1) - c.diagonal()).mean()
        ),
        "That is the expected cosine alone: take the right one off.": _other(lambda p, c, s: (p * c).sum(1).mean()),
        "That is the sum over the rows: the mean is wanted.": _other(
            lambda p, c, s: ((p * c).sum(1) - c.diagonal()).sum()
        ),
        "Your softmax runs down the columns: dim=1.": _gradients(
            lambda cosines, s: (((s * cosines).softmax(0) * cosines).sum(0) - cosines.diagonal()).mean()
        ),
        "That is the mean of rows and columns, as CLIP's loss has it: here the rows alone.": (
            (_ON_SCALE + _gradients(lambda cosines, s: on_scale(cosines.T, s))) / 2
        ),
        "That is P of the right one minus 1: weigh the cosines with P instead.": _other(
            lambda p, c, s: (p.diagonal() - 1).mean()
        ),
        "That is the loss: its derivative by s is wanted.": _other(lambda p, c, s: -p.diagonal().log().mean()),
        "The right cosine is taken off without the others' expectation.": _other(lambda p, c, s: -c.diagonal().mean()),
    },
    draw=_draw_gradients,
    done="On the left it is below 0 at every s: s grows for ever, ever more slowly. On the right it crosses 0, and "
    "there s comes to rest.",
)


def rests_at(n: int) -> float:
    return math.acos(1 / n)


def _angles(function: Any) -> Tensor:
    """The reader's angles for some numbers of right captions, (7, 1)."""
    return numbers([call(function, n) for n in _COUNTS], 1)


def _draw_angles(yours: Tensor | None) -> Picture:
    words = "The angle at which P2SGrad comes to rest, against the number of right captions" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 6.4, 2.8)
    axes = quiet_axes(picture.subplots(), "captions of the batch that mean the same, n", "θ")
    axes.plot(_COUNTS, _RESTS.rad2deg().flatten().numpy(), "o-", color=FAINT, markersize=9)
    if yours is not None:
        axes.plot(_COUNTS, yours.rad2deg().flatten().numpy(), "o", color=ACCENT, markersize=4)
    axes.set_xscale("log")
    axes.set_ylim(-10, 190)
    axes.yaxis.set_major_formatter("{x:.0f}°")
    return picture


_RESTS = _angles(rests_at)


def _angles_of(angle: Callable[[int], float]) -> Tensor:
    return torch.tensor([[angle(n)] for n in _COUNTS], dtype=torch.float64)


RESTS = Exercise(
    number="14.2",
    stub="def rests_at(n):\n    ...",
    hints=(
        "Where it rests, the derivative by c is 0: −(1 − c) + (n − 1) c = 0.",
        "That gives n c = 1. The angle is math.acos of that c.",
    ),
    solution=rests_at,
    evaluate=_angles,
    target=_RESTS,
    slips={
        "That is the cosine, 1/n: the angle is wanted, its arccos.": _angles_of(lambda n: 1 / n),
        "That is in degrees: radians are wanted.": _angles_of(lambda n: math.degrees(math.acos(1 / n))),
        "Of the n captions n − 1 are called wrong, not n: the derivative is −(1 − c) + (n − 1) c.": _angles_of(
            lambda n: math.acos(1 / (n + 1))
        ),
        "arccos, not arcsin: c is a cosine.": _angles_of(lambda n: math.asin(1 / n)),
        "The others are at the same c, not at 0: they push as well.": _angles_of(lambda n: 0.0),
        "There the two parts of the loss are equal; where it rests their derivatives add up to 0.": _angles_of(
            lambda n: math.acos(1 / (1 + math.sqrt(n - 1)))
        ),
    },
    draw=_draw_angles,
    done="With one caption it is 0°, all is well. With two it is 60° already, with 26 it is 87.8°: the right captions "
    "are called wrong so often that they end near a right angle, like all others.",
    tolerance=1e-3,
)


def start(pairs: int, right: int) -> float:
    p = right / pairs
    return math.log(p / (1 - p))


def _biases(function: Any) -> Tensor:
    """The reader's biases for some batches, (6, 1)."""
    return numbers([call(function, *batch) for batch in _BATCHES], 1)


def _draw_biases(yours: Tensor | None) -> Picture:
    words = "The bias to start from, for six batches" + (", and yours." if yours is not None else ".")
    picture = Picture(words, 6.4, 2.6)
    axes = quiet_axes(picture.subplots(), "bias b")
    rows = range(len(_BATCHES))
    axes.plot(_STARTS.flatten().numpy(), rows, "o", color=FAINT, markersize=10)
    if yours is not None:
        axes.plot(yours.flatten().numpy(), rows, "o", color=ACCENT, markersize=5)
    axes.axvline(-10, color=SOFT, linewidth=1, dashes=(5, 3))
    axes.set(xlim=(-14, 4), ylim=(-0.7, len(_BATCHES) - 0.3), yticks=rows)
    axes.set_yticklabels([f"{right} of {pairs:,}" for pairs, right in _BATCHES])
    return picture


_STARTS = _biases(start)


def _biases_of(rule: Callable[[float, float], float]) -> Tensor:
    return torch.tensor([[rule(pairs, right)] for pairs, right in _BATCHES], dtype=torch.float64)


START = Exercise(
    number="14.3",
    stub="def start(pairs, right):\n    ...",
    hints=(
        "p is the share of cells that are right: right / pairs.",
        "σ(b) = p, turned round: b = ln(p / (1 − p)), with math.log.",
    ),
    solution=start,
    evaluate=_biases,
    target=_STARTS,
    slips={
        "The sign is the other way round: of few right ones b is below 0.": -_STARTS,
        "That is p itself: b is where σ(b) = p.": _biases_of(lambda pairs, right: right / pairs),
        "That is ln p: it is ln(p/(1 − p)).": _biases_of(lambda pairs, right: math.log(right / pairs)),
        "That is for one right caption: there are `right` of them.": _biases_of(
            lambda pairs, right: -math.log(pairs - 1)
        ),
        "That is σ(p): it is the other way round, b with σ(b) = p.": _biases_of(
            lambda pairs, right: 1 / (1 + math.exp(-right / pairs))
        ),
        "Logarithms to the base e, not 10: math.log.": _STARTS / math.log(10),
        "Logarithms to the base e, not 2: math.log.": _STARTS / math.log(2),
        "That has AdaCos's √2: here it is not asked for an angle of 45°.": math.sqrt(2) * _STARTS,
        "−10 is the paper's, for one batch size: yours depends on p.": torch.full(
            (len(_BATCHES), 1), -10.0, dtype=torch.float64
        ),
    },
    draw=_draw_biases,
    done="The dashed line is the −10 of the article, near the −10.4 of a batch of 32,768 with one right caption each. "
    "Where there are many right ones, b starts nearer to 0.",
)

EXERCISES = (ON_SCALE, RESTS, START)
