"""Exercises of lesson 08: CosFace's coefficients, and a loss made for its gradient."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, number, returned
from lessons_lib.exercises.drawing import curve, name, panels
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import Picture

_THETA = torch.linspace(0, math.pi, 61, dtype=torch.float64)
_LABELS = torch.arange(len(_THETA)) % 4  # each class has its turn
# A row with the sample's own class first: that one at θ, the three others at fixed angles. Targets and slips have this
# order, in which a column is a curve; the reader's function is given the classes in theirs.
_OTHERS = (65, 80, 105)
_ANGLES = torch.stack([_THETA, *(torch.full_like(_THETA, math.radians(degrees)) for degrees in _OTHERS)], dim=1)
_COS, _OWN = _ANGLES.cos(), torch.eye(4, dtype=torch.float64)[0].expand(len(_THETA), 4)
_COLUMNS = (_LABELS[:, None] + torch.arange(4)) % 4
_COSINES = torch.zeros_like(_COS).scatter(1, _COLUMNS, _COS)


def _own_class_first(rows: Tensor) -> Tensor:
    return rows.gather(1, _COLUMNS) if rows.shape == _COLUMNS.shape else rows


def _draw_classes(target: Tensor, yours: Tensor | None, ylabel: str, rises: tuple[int, ...]) -> Picture:
    """One curve a class over the angle of the true one, each named beside its end, `rises` points above it."""
    picture = curve(torch.rad2deg(_THETA), target, yours, "θ of the true class, degrees", ylabel)
    names = ("true class", *(f"another at {degrees}°" for degrees in _OTHERS))
    for words, end, rise in zip(names, target[-1].tolist(), rises, strict=True):
        name(picture, words, (180, end), (9, rise))
    return picture


def coefficients(cosines: Tensor, labels: Tensor, scale: float, margin: float) -> Tensor:
    own = F.one_hot(labels, cosines.shape[1])
    probabilities = F.softmax(scale * (cosines - margin * own), dim=1)
    return scale * (probabilities - own)


_S, _M = 8.0, 0.35


def _of_the_batch(function: Any) -> Tensor:
    return _own_class_first(call(function, _COSINES, _LABELS, _S, _M))


def _evaluate_coefficients(answer: Any) -> Tensor:
    found = _of_the_batch(answer)
    if found.shape == _COEFFICIENTS.shape and torch.allclose(found, _COEFFICIENTS, atol=2e-3):
        for labels in (_LABELS % 3, 0 * _LABELS):
            right = coefficients(_COSINES, labels, _S, _M)
            _also_without_the_last_class(right, lambda labels=labels: call(answer, _COSINES, labels, _S, _M))
    return found


def _also_without_the_last_class(right: Tensor, found: Callable[[], Tensor]) -> None:
    """A Slip unless this is right as well, for a batch in which the last class does not occur."""
    try:
        yours = found()
        fits = yours.shape == right.shape and torch.allclose(yours, right, atol=2e-3)
    except Slip:
        fits = False
    if not fits:
        raise Slip(
            "Right for a batch that has every class, but not for one in which the last does not occur. Is it "
            "F.one_hot(labels)? That has columns up to the largest label only: tell it cosines.shape[1]."
        )


def _of_logits(logits: Tensor) -> Tensor:
    """The coefficients, if these were the logits."""
    return _S * (F.softmax(logits, dim=1) - _OWN)


def _down_the_columns() -> Tensor:
    own = F.one_hot(_LABELS, 4)
    return _own_class_first(_S * (F.softmax(_S * (_COSINES - _M * own), dim=0) - own))


_P = F.softmax(_S * (_COS - _M * _OWN), dim=1)
_COEFFICIENTS = _of_the_batch(coefficients)

COEFFICIENTS = Exercise(
    number="8.1",
    stub="def coefficients(cosines, labels, scale, margin):\n    ...",
    hints=(
        "Cross-entropy's gradient on a logit is P_j − [j = y]. CosFace's logits are s·(cos θ_j − m[j = y]), so…",
        "own = F.one_hot(labels, cosines.shape[1]) is [j = y] of the whole batch; P is F.softmax(logits, dim=1).",
    ),
    solution=coefficients,
    evaluate=_evaluate_coefficients,
    target=_COEFFICIENTS,
    slips={
        "The margin has no effect in yours: off every class alike it cancels, so take it off the true class alone.": (
            _of_logits(_S * _COS)
        ),
        "The margin makes it easier in yours: take it off the true class's cosine, and off no other.": (
            _of_logits(_S * (_COS + _M * _OWN))
        ),
        "That is ArcFace: CosFace's margin comes off the cosine, not on the angle.": _of_logits(
            _S * torch.where(_OWN.bool(), (_ANGLES + _M).cos(), _COS)
        ),
        "[j = y] is added: take 1 off the probability of the true class.": _S * (_P + _OWN),
        "You took the margin off after scaling: take it off the cosine first, then multiply by s.": (
            _of_logits(_S * _COS - _M * _OWN)
        ),
        "The scale in front is missing: P_j − [j = y] is by the logit, and the logit is s times as steep.": _P - _OWN,
        "The scale is missing inside the softmax: multiply the cosines by s before it.": _of_logits(_COS - _M * _OWN),
        "The scale is nowhere in yours: it belongs inside the softmax, and once more in front.": (
            _of_logits(_COS - _M * _OWN) / _S
        ),
        "[j = y] is missing: take 1 off the probability of the true class.": _S * _P,
        "[j = y] is missing, and the scale in front: these are the probabilities alone.": _P,
        "The scale multiplies the probabilities alone: put P_j − [j = y] in brackets.": _S * _P - _OWN,
        "The scale multiplies [j = y] alone: put P_j − [j = y] in brackets.": _P - _S * _OWN,
        "The sign is turned: it is P_j − [j = y], negative for the true class.": -_COEFFICIENTS,
        "You divided by the number of samples: give each sample's as if it were alone.": _COEFFICIENTS / len(_THETA),
        "Your softmax runs along dim=0, over the samples; the classes of one sample are a row, dim=1.": (
            _down_the_columns()
        ),
        "That is the true class alone: give every class of each sample its number, shape (N, C).": _COEFFICIENTS[:, 0],
    },
    draw=lambda yours: _draw_classes(_COEFFICIENTS, yours, "∂L/∂cos θ_j", (0, 0, 4, -4)),
    done="Each sample's four sum to 0. With s = 8 and m = 0.35 the true class's is −1.25 at 0°, half of s at 37.9° and "
    "−7.99 at 90°: another scale or margin, another curve.",
)

_POWERS = (1, 2)


def powered_error(cosines: Tensor, labels: Tensor, power: float) -> Tensor:
    wanted = F.one_hot(labels, cosines.shape[1])
    return ((cosines - wanted).abs() ** (power + 1)).sum(dim=1).mean() / (power + 1)


def _gradient(function: Any, power: float, labels: Tensor = _LABELS) -> Tensor:
    """N times the gradient of the reader's loss on the cosines, (61, 4)."""
    cosines = _COSINES.clone().requires_grad_()
    with torch.enable_grad():  # a copy goes in, which may be changed in place
        value = returned(function, cosines, labels, power)
    loss = number(value)
    if loss.numel() != 1:
        raise Slip(f"One number is wanted, the mean over the batch; yours has shape {tuple(loss.shape)}.")
    try:
        (found,) = torch.autograd.grad(value.sum(), cosines)
    except Exception as error:
        raise Slip(
            "Autograd finds no way back from your loss to cosines: return a tensor of torch, computed from them with "
            "no detach(), item(), no_grad(), numpy or backward() on the way."
        ) from error
    return found * len(found)


def _for_each_power(function: Any) -> Tensor:
    """The gradients of the reader's loss for both powers, each sample's own class first, (61, 8)."""
    return torch.cat([_own_class_first(_gradient(function, power)) for power in _POWERS], dim=1)


def _evaluate_powered(answer: Any) -> Tensor:
    found = _for_each_power(answer)
    if torch.allclose(found, _POWERED, atol=2e-3):
        right = _gradient(powered_error, 1, _LABELS % 3)
        _also_without_the_last_class(right, lambda: _gradient(answer, 1, _LABELS % 3))
        for power in (3, 2.5):
            _also_for_the_power(answer, power)
    return found


def _also_for_the_power(answer: Any, power: float) -> None:
    yours = _gradient(answer, power)
    if not yours.isfinite().all():
        raise Slip(
            f"Right for the powers 1 and 2, but for {power} some gradients are not finite: a number below 0 has no "
            f"power {power + 1}, and torch.where does not help, as both its branches count in the gradient. Take "
            ".abs() before the power."
        )
    if not torch.allclose(yours, _gradient(powered_error, power), atol=2e-3):
        raise Slip(f"Right for the powers 1 and 2, but not for {power}: power can be any number above 0.")


def _draw_powered(yours: Tensor | None) -> Picture:
    columns = {f"θ of the true class, degrees; p = {p}": [4 * i + j for j in range(4)] for i, p in enumerate(_POWERS)}
    picture = panels(torch.rad2deg(_THETA), _POWERED, yours, columns, "N · ∂L/∂cos θ_j")
    name(picture, "true class", (95, -1), (0, -14))
    name(picture, "others", (2, 0), (0, -14))
    return picture


_POWERED = _for_each_power(powered_error)
_D, _ALL_OWN = torch.cat([_COS - _OWN] * 2, dim=1), torch.cat([_OWN] * 2, dim=1)
_PS = torch.tensor(_POWERS, dtype=torch.float64).repeat_interleave(4)


def _pulled(difference: Tensor, power: Tensor = _PS) -> Tensor:
    """The coefficients, were this cos θ_j − [j = y], and this the power."""
    return difference.sign() * difference.abs() ** power


def _length(difference: Tensor) -> Tensor:
    """Of the four numbers of each sample, the (p + 1)-norm to the power p, for either power."""
    norms = [
        (part.abs() ** (p + 1)).sum(dim=1) ** (p / (p + 1))
        for part, p in zip(difference.split(4, 1), _POWERS, strict=True)
    ]
    return torch.stack(norms, dim=1).repeat_interleave(4, dim=1)


POWERED_ERROR = Exercise(
    number="8.3",
    stub="def powered_error(cosines, labels, power):\n    ...",
    hints=(
        "What has the derivative x? Half of x². And what has the derivative x², for x above 0? And below 0?",
        "|x|^(p + 1)/(p + 1). x is cosines - F.one_hot(labels, cosines.shape[1]); sum over the classes, then the mean.",
    ),
    solution=powered_error,
    evaluate=_evaluate_powered,
    target=_POWERED,
    slips={
        "power has no say in yours: that is p = 1 every time.": _D,
        "The factor is missing: the derivative of |x|^(p + 1) is p + 1 times too long.": (_PS + 1) * _POWERED,
        "The factor ½ is right for p = 1 alone: divide by p + 1.": (_PS + 1) / 2 * _POWERED,
        "You divided by p: the derivative of |x|^(p + 1) has p + 1 in front.": (_PS + 1) / _PS * _POWERED,
        "The power is one too small: what has |x|^p as its derivative?": _pulled(_D, _PS - 1),
        "The power is one too small, and the factor is missing: what has |x|^p as its derivative?": (
            _PS * _pulled(_D, _PS - 1)
        ),
        "That is the coefficient itself: wanted is a loss that has it as its derivative.": _D.sign() ** 2
        * _PS
        * _D.abs() ** (_PS - 1),
        "Without the absolute value an odd power keeps the sign of x: with p = 2 that pushes all cosines down.": (
            _D**_PS
        ),
        "Without the absolute value an odd power keeps the sign of x, and the factor is missing besides.": (
            (_PS + 1) * _D**_PS
        ),
        "As F.mse_loss, yours is the mean over the classes too, p = 1 every time and without the ½.": _D / 2,
        "The gradient is 1/C of what it should be: sum over the classes, and take the mean over the samples alone.": (
            _POWERED / 4
        ),
        "The mean over the classes is taken too, and the factor is missing: sum over them, and divide by p + 1.": (
            (_PS + 1) * _POWERED / 4
        ),
        "That is the sum over the batch: take the mean over the samples.": len(_THETA) * _POWERED,
        "That is the sum over the batch, and the factor is missing: take the mean, divided by p + 1.": (
            (_PS + 1) * len(_THETA) * _POWERED
        ),
        "[j = y] is missing: in yours every class is sent to 90°, the true one too.": _pulled(_D + _ALL_OWN),
        "Every class is to reach cosine 1 in yours: only the true one should, and the others 0.": (
            _pulled(_D + _ALL_OWN - 1)
        ),
        "Only the true class is in it: the others' cosines should reach 0, so sum over all classes.": (
            _ALL_OWN * _POWERED
        ),
        "Only the true class is in it, and the factor is missing: sum over all classes, and divide by p + 1.": (
            _ALL_OWN * (_PS + 1) * _POWERED
        ),
        "Only the true class is in it, and without a power: sum |cos θ_j − [j = y]|^(p + 1) over all classes.": (
            -_ALL_OWN
        ),
        "You added [j = y], which sends the true class to 180°: take it off the cosine.": _pulled(_D + 2 * _ALL_OWN),
        "The sign is turned: a loss grows as the cosines leave what is wanted.": -_POWERED,
        "Nothing is raised to a power in yours: the gradient is the same at every angle.": torch.ones_like(_D),
        "These are absolute values: the gradient is ±1 at every angle, so raise them to the power p + 1.": _D.sign(),
        "That is the norm of each sample: leave the root out.": _POWERED / _length(_D),
        "That is cross-entropy: its gradient is P_j − [j = y], and P2SGrad forms no P.": torch.cat(
            [F.softmax(_COS, dim=1) - _OWN] * 2, dim=1
        ),
    },
    draw=_draw_powered,
    done="With p = 1 that is P2SGrad: for the true class −0.13 at 30° and −0.5 at 60°, the angle alone, no s, m or C. "
    "With p = 2 it is −0.02 and −0.25: what is nearly right is let go sooner.",
)

EXERCISES = (COEFFICIENTS, POWERED_ERROR)
