"""Exercises of lesson 15: the loss from two pieces of a softmax, and the memory that a process needs."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, INK, Picture, quiet_axes


def _made_up_pieces() -> list[tuple[Tensor, ...]]:
    """For three batches of six images: largest logit and sum of each of two pieces, and the true logit."""
    chance, batches = torch.Generator().manual_seed(3), []
    now_one_now_the_other = (-1.0) ** torch.arange(6)[:, None]
    for spread, above in (
        (3.0, 0.0),
        (3.0, 8.0),
        (2_000.0, 4_000.0),
    ):  # alike, one piece far above, logits in the thousands: neither piece's own m will do for all images
        pieces = [spread * torch.randn(6, k, generator=chance, dtype=torch.float64) for k in (5, 4)]
        pieces[1] = pieces[1] + above * now_one_now_the_other
        largest = [piece.amax(dim=1) for piece in pieces]
        sums = [(piece - m[:, None]).exp().sum(dim=1) for piece, m in zip(pieces, largest, strict=True)]
        batches.append((largest[0], sums[0], largest[1], sums[1], pieces[0][:, 0]))
    return batches


_BATCHES = _made_up_pieces()


def joined(m1: Tensor, t1: Tensor, m2: Tensor, t2: Tensor, own: Tensor) -> Tensor:
    m = torch.maximum(m1, m2)
    t = t1 * torch.exp(m1 - m) + t2 * torch.exp(m2 - m)
    return (torch.log(t) + m - own).mean()


def _losses(function: Any) -> Tensor:
    """The reader's loss of each batch, (3,)."""
    found = [call(function, *batch) for batch in _BATCHES]
    for value in found:
        if value.numel() == 6:
            raise Slip("That is a loss for each image: the mean over the batch is wanted.")
        if value.numel() != 1:
            raise Slip(f"One number is wanted, the mean loss; yours has shape {tuple(value.shape)}.")
    return torch.stack([value.reshape(()) for value in found])


def _draw_losses(yours: Tensor | None) -> Picture:
    words = "The loss of three batches" + (", and yours." if yours is not None else ".")
    picture = Picture(words, 7.4, 2.2)
    names = ("pieces alike", "one far above", "logits in thousands")
    for place, (axes, name) in enumerate(zip(picture.subplots(1, 3), names, strict=True)):
        quiet_axes(axes, name).set(yticks=[])
        axes.axvline(float(_LOSSES[place]), color=FAINT, linewidth=8)
        value = float("nan") if yours is None else float(yours[place].nan_to_num(posinf=9e9, neginf=-9e9))
        width = max(1.0, 0.5 * float(_LOSSES[place]))
        axes.set_xlim(float(_LOSSES[place]) - width, float(_LOSSES[place]) + width)
        if yours is not None:
            low, high = axes.get_xlim()
            axes.plot([min(max(value, low), high)], [0], "o", color=ACCENT, markersize=7)
    return picture


_LOSSES = _losses(joined)


def _by(loss: Callable[..., Tensor]) -> Tensor:
    """What comes of another formula for the loss of each image."""
    return _losses(lambda *batch: loss(*batch).mean())


JOINED = Exercise(
    number="15.1",
    stub="def joined(m1, t1, m2, t2, own):\n    ...",
    hints=(
        "t1 is the sum of e^(z − m1). Times e^(m1 − m) it becomes the sum of e^(z − m), for the largest m of both.",
        "The loss of an image is log t + m − own, with t the sum over both pieces; then the mean.",
    ),
    solution=joined,
    evaluate=_losses,
    target=_LOSSES,
    slips={
        "The two sums are counted from two different largest logits: bring both to one before you add them.": _by(
            lambda m1, t1, m2, t2, own: (t1 + t2).log() + torch.maximum(m1, m2) - own
        ),
        "The largest logits are missing: t1 and t2 are sums of e^(z − m), not of e^z.": _by(
            lambda m1, t1, m2, t2, own: (t1 + t2).log() - own
        ),
        "e^m is infinite for logits in the thousands, and e^(m2 − m1) where m2 is far above: in each image take the "
        "larger of m1 and m2 out of the sum first. Or is P itself formed? e^(own − m) is 0 there: subtract logarithms "
        "instead, log t + m − own.": _by(lambda m1, t1, m2, t2, own: (t1 * m1.exp() + t2 * m2.exp()).log() - own),
        "One largest logit stands for the whole batch in yours, and in images far below it both sums are 0: take the "
        "larger of m1 and m2 in each image, torch.maximum(m1, m2).": _by(
            lambda m1, t1, m2, t2, own: (lambda m: (t1 * (m1 - m).exp() + t2 * (m2 - m).exp()).log() + m - own)(
                torch.maximum(m1.max(), m2.max())
            )
        ),
        "m is missing at the end: t is the sum of e^(z − m), so the loss is log t + m − own.": _by(
            lambda m1, t1, m2, t2, own: (
                (t1 * (m1 - torch.maximum(m1, m2)).exp() + t2 * (m2 - torch.maximum(m1, m2)).exp()).log() - own
            )
        ),
        "The true logit is missing: the loss is log t + m − own.": _by(
            lambda m1, t1, m2, t2, own: joined(m1, t1, m2, t2, torch.zeros_like(own))
        ),
        "That is a sum over the images: take their mean.": 6 * _LOSSES,
        "The sign is turned: the loss is −log P, and never negative.": -_LOSSES,
        "Turn the two differences round: it is m1 − m with the larger one, m, so that no exponential is above 1.": _by(
            lambda m1, t1, m2, t2, own: (
                (t1 * (torch.maximum(m1, m2) - m1).exp() + t2 * (torch.maximum(m1, m2) - m2).exp()).log()
                + torch.maximum(m1, m2)
                - own
            )
        ),
    },
    draw=_draw_losses,
    done="m and t are all that a piece must know of the other, two numbers an image, and the true logit is the third. "
    "With more processes it is the same line with more terms.",
)

_HEADS = ((1e6, 64, 256, 1), (1e6, 64, 256, 2), (1e7, 512, 1024, 4), (1e7, 512, 64, 8), (1e8, 256, 4096, 64))


def gigabytes(C: float, d: float, N: float, R: float) -> float:
    numbers = 4 * C * d + 3 * N * C
    return 4 * numbers / R / 1e9


def _memory(function: Any) -> Tensor:
    """The reader's gigabytes for each of five heads, (5,)."""
    found = [call(function, *head) for head in _HEADS]
    for value in found:
        if value.numel() != 1:
            raise Slip(f"One number is wanted for each head; yours has shape {tuple(value.shape)}.")
    return torch.stack([value.reshape(()) for value in found])


def _draw_memory(yours: Tensor | None) -> Picture:
    words = "Gigabytes a process for five heads" + (", and yours." if yours is not None else ".")
    picture = Picture(words, 7.0, 2.6)
    axes = quiet_axes(picture.subplots(), "GB a process")
    axes.plot(_MEMORY.numpy(), range(5), "o", color=FAINT, markersize=12)
    if yours is not None:
        axes.plot(yours.nan_to_num().clamp(1e-3, 1e6).numpy(), range(5), "o", color=ACCENT, markersize=5)
    axes.set(xscale="log", ylim=(-0.7, 4.7))
    names = [f"C = $10^{len(str(int(C))) - 1}$, d = {d}, N = {N}, R = {R}" for C, d, N, R in _HEADS]
    axes.set_yticks(range(5), names, color=INK, fontsize=8)
    return picture


_MEMORY = _memory(gigabytes)

GIGABYTES = Exercise(
    number="15.2",
    stub="def gigabytes(C, d, N, R):\n    ...",
    hints=(
        "A process owns C/R classes: C/R·d numbers a tensor of weights.",
        "Its logits are of all N images and its own classes: N·C/R numbers a tensor. Four of the one, three of these.",
    ),
    solution=gigabytes,
    evaluate=_memory,
    target=_MEMORY,
    slips={
        "The classes are not shared yet: a process has C/R of them.": _memory(lambda C, d, N, R: gigabytes(C, d, N, 1)),
        "The weights are not shared yet: a process has those of its own classes.": _memory(
            lambda C, d, N, R: gigabytes(C, d * R, N, R)
        ),
        "Each process sees all N images: only the classes are shared.": _memory(
            lambda C, d, N, R: gigabytes(C, d, N / R, R)
        ),
        "The logits are not shared yet: a process has those of its own classes.": _memory(
            lambda C, d, N, R: gigabytes(C, d, N * R, R)
        ),
        "The logits are missing: three tensors of N times C/R.": _memory(lambda C, d, N, R: gigabytes(C, d, 0, R)),
        "Only one tensor of weights: there are the gradient and Adam's two moments as well.": _memory(
            lambda C, d, N, R: gigabytes(C, d / 4, N, R)
        ),
        "Four tensors of weights, not three: weights, gradient and Adam's two moments.": _memory(
            lambda C, d, N, R: gigabytes(C, 3 * d / 4, N, R)
        ),
        "The counts are exchanged: four tensors of weights, three of logits.": _memory(
            lambda C, d, N, R: 4 * (3 * C * d + 4 * N * C) / R / 1e9
        ),
        "Only one tensor of logits: there are three.": _memory(lambda C, d, N, R: gigabytes(C, d, N / 3, R)),
        "Those are bytes: divide by 10⁹.": _memory(lambda C, d, N, R: 1e9 * gigabytes(C, d, N, R)),
        "Those are numbers: each takes four bytes.": _memory(lambda C, d, N, R: gigabytes(C, d, N, R) / 4),
        "Here a GB is 10⁹ bytes, not 2³⁰.": _memory(lambda C, d, N, R: 1e9 / 2**30 * gigabytes(C, d, N, R)),
    },
    draw=_draw_memory,
    done="205 GB in all: three GPUs of 80 GB are enough, with 68 GB in each, and two are not. More than half of it is "
    "logits, so there a smaller batch or fewer negatives help.",
)

EXERCISES = (JOINED, GIGABYTES)
