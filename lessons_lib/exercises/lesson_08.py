"""Exercises of lesson 08: what CosFace's gradient hangs on, where ArcFace lets go, and a loss made for its gradient."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.drawing import curve
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

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


def _name(picture: Picture, name: str, at: tuple[float, float], rise: int) -> None:
    picture.axes[0].annotate(name, at, (9, rise), textcoords="offset points", color=SOFT, fontsize=9, va="center")


def _draw_classes(target: Tensor, yours: Tensor | None, ylabel: str, rises: tuple[int, ...]) -> Picture:
    """One curve a class over the angle of the true one, each named beside its end, `rises` points above it."""
    picture = curve(torch.rad2deg(_THETA), target, yours, "θ of the true class, degrees", ylabel)
    names = ("true class", *(f"another at {degrees}°" for degrees in _OTHERS))
    for name, end, rise in zip(names, target[-1].tolist(), rises, strict=True):
        _name(picture, name, (180, end), rise)
    return picture


def coefficients(cosines: Tensor, labels: Tensor, scale: float, margin: float) -> Tensor:
    own = F.one_hot(labels, cosines.shape[1])
    probabilities = F.softmax(scale * (cosines - margin * own), dim=1)
    return scale * (probabilities - own)


_S, _M = 8.0, 0.35


def _evaluate_coefficients(answer: Any) -> Tensor:
    return _own_class_first(call(answer, _COSINES.clone(), _LABELS.clone(), _S, _M))


def _of_logits(logits: Tensor) -> Tensor:
    """The coefficients, if these were the logits."""
    return _S * (F.softmax(logits, dim=1) - _OWN)


def _down_the_columns() -> Tensor:
    own = F.one_hot(_LABELS, 4)
    return _own_class_first(_S * (F.softmax(_S * (_COSINES - _M * own), dim=0) - own))


_P = F.softmax(_S * (_COS - _M * _OWN), dim=1)
_COEFFICIENTS = _evaluate_coefficients(coefficients)

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

_SCALES = torch.linspace(10, 64, 55, dtype=torch.float64)  # a smaller one could not outweigh a thousand classes
_SETTINGS = ((0.5, 10), (0.3, 1000))
_SCALE, (_MARGIN, _CLASSES) = _SCALES[:, None], torch.tensor(_SETTINGS, dtype=torch.float64).T


def lets_go(scale: float, margin: float, num_classes: int) -> float:
    return math.acos(math.log(num_classes - 1) / scale) - margin


def _for_both_settings(function: Any) -> Tensor:
    """The reader's function at every scale, for both margins and numbers of classes, (55, 2)."""
    found = [_angle(function, scale, *setting) for scale in _SCALES.tolist() for setting in _SETTINGS]
    if any(angle.numel() != 1 for angle in found):
        raise Slip("One number is wanted for each scale.")
    return torch.stack([angle.reshape(()) for angle in found]).reshape(-1, 2)


def _angle(function: Any, scale: float, margin: float, num_classes: int) -> Tensor:
    """One answer; NaN where math.acos raises because there is none, as torch.acos has it."""
    try:
        return call(function, scale, margin, num_classes)
    except Slip as slip:
        beyond = ("math domain error", "expected a number in range")  # the second from Python 3.14 on
        if isinstance(slip.__cause__, ValueError) and any(words in str(slip) for words in beyond):
            return torch.tensor(math.nan, dtype=torch.float64)
        raise


def _draw_lets_go(yours: Tensor | None) -> Picture:
    target, shown = _LETS_GO.rad2deg(), None if yours is None else yours.rad2deg()
    picture = curve(_SCALES, target, shown, "scale s", "θ where P_y is ½, degrees")
    for (margin, num_classes), end in zip(_SETTINGS, target[-1].tolist(), strict=True):
        _name(picture, f"m = {margin}, C = {num_classes}", (64, end), 0)
    return picture


_HALF = torch.log(_CLASSES - 1) / _SCALE  # the cosine of θ + m
_LETS_GO = _for_both_settings(lets_go)

LETS_GO = Exercise(
    number="8.2",
    stub="def lets_go(scale, margin, num_classes):\n    ...",
    hints=(
        "P_y is ½ where e^{s·cos(θ + m)} equals all others together. At 90° each of them is e⁰ = 1: how many are they?",
        "Take math.log of both sides, divide by the scale, take math.acos, and solve for θ.",
    ),
    solution=lets_go,
    evaluate=_for_both_settings,
    target=_LETS_GO,
    slips={
        "The others are C − 1: the true class is not one of them.": torch.acos(torch.log(_CLASSES) / _SCALE) - _MARGIN,
        "The 1 comes off before the logarithm: ln(C − 1).": torch.acos((torch.log(_CLASSES) - 1) / _SCALE) - _MARGIN,
        "That is the logarithm to base 10; the one that undoes e is math.log.": (
            torch.acos(torch.log10(_CLASSES - 1) / _SCALE) - _MARGIN
        ),
        "That is the logarithm to base 2; the one that undoes e is math.log.": (
            torch.acos(torch.log2(_CLASSES - 1) / _SCALE) - _MARGIN
        ),
        "You added the margin: the arccos is θ + m, so take m off it.": torch.acos(_HALF) + _MARGIN,
        "That is θ + m: the margin is still to be taken off.": torch.acos(_HALF),
        "That is CosFace's answer: ArcFace's margin is an angle, and comes off outside the arccos.": (
            torch.acos(_HALF + _MARGIN)
        ),
        "The margin stands inside the arccos: it is an angle, and comes off outside.": torch.acos(_HALF - _MARGIN),
        "The arccos is given a number beyond 1: it takes ln(C − 1), divided by the scale.": _HALF * math.nan,
        "The logarithm is missing: the others together are C − 1, and e to what power is that?": (
            torch.acos((_CLASSES - 1) / _SCALE) - _MARGIN
        ),
        "That takes a cosine for its angle: one arccos is missing.": _HALF - _MARGIN,
        "You took the cosine of what is a cosine already: math.acos gives its angle.": torch.cos(_HALF) - _MARGIN,
        "That is the arcsin: the logit is a cosine, so take math.acos.": torch.asin(_HALF) - _MARGIN,
        "The sign of the logarithm is turned: s·cos(θ + m) is ln(C − 1).": torch.acos(-_HALF) - _MARGIN,
        "The angle is right, but in degrees; return radians.": _LETS_GO.rad2deg(),
        "The arccos is in degrees and the margin in radians: leave both in radians.": (
            torch.acos(_HALF).rad2deg() - _MARGIN
        ),
        "The margin is in radians already: nothing is to be converted.": torch.acos(_HALF) - _MARGIN.deg2rad(),
    },
    draw=_draw_lets_go,
    done="With m = 0.5, s = 64 and ten classes ArcFace lets go at 59.4°; with ten thousand at 53.1°, and with s = 16 "
    "and ten at 53.5°: the settings choose the angle.",
)


def squared_error(cosines: Tensor, labels: Tensor) -> Tensor:
    wanted = F.one_hot(labels, cosines.shape[1])
    return ((cosines - wanted) ** 2).sum(dim=1).mean() / 2


def _gradient(function: Any) -> Tensor:
    """N times the gradient of the reader's loss on the cosines, (61, 4)."""
    returned: list[Any] = []

    def kept(*inputs: Tensor) -> Any:
        returned.append(function(*inputs))
        return returned[-1]

    cosines = _COSINES.clone().requires_grad_()
    with torch.enable_grad():  # a copy goes in, which may be changed in place
        loss = call(kept if callable(function) else function, cosines.clone(), _LABELS.clone())
    if loss.numel() != 1:
        raise Slip(f"One number is wanted, the mean over the batch; yours has shape {tuple(loss.shape)}.")
    try:
        (found,) = torch.autograd.grad(returned[-1].sum(), cosines)
    except Exception as error:
        raise Slip(
            "Autograd finds no way back from your loss to cosines: return a tensor computed from them, with no "
            "detach(), item(), no_grad() or backward() on the way."
        ) from error
    return _own_class_first(found * len(found))


_SQUARED_ERROR = _gradient(squared_error)
_TRUE_ALONE = _OWN * _SQUARED_ERROR

SQUARED_ERROR = Exercise(
    number="8.3",
    stub="def squared_error(cosines, labels):\n    ...",
    hints=(
        "What has the derivative x − a? Half of (x − a)².",
        "F.one_hot(labels, cosines.shape[1]) is [j = y]. Sum over the classes, dim=1, then the mean over the samples.",
    ),
    solution=squared_error,
    evaluate=_gradient,
    target=_SQUARED_ERROR,
    slips={
        "The gradient is twice as long as it should be: the factor ½ is missing.": 2 * _SQUARED_ERROR,
        "The gradient is 2/C of what it should be: as F.mse_loss, yours is the mean over the classes too, without the "
        "½; take half of their sum.": _SQUARED_ERROR / 2,
        "The gradient is 1/C of what it should be: sum over the classes, and take the mean over the samples alone.": (
            _SQUARED_ERROR / 4
        ),
        "That is the sum over the batch: take the mean over the samples.": len(_THETA) * _SQUARED_ERROR,
        "That is the sum over the batch, and the ½ is missing: take half of the mean over the samples.": (
            2 * len(_THETA) * _SQUARED_ERROR
        ),
        "[j = y] is missing: in yours every class is sent to 90°, the true one too.": _COS,
        "Every class is to reach cosine 1 in yours: only the true one should, and the others 0.": _COS - 1,
        "Only the true class is in it: the others' cosines should reach 0, so sum over all classes.": _TRUE_ALONE,
        "Only the true class is in it, and the ½ is missing: take half of the sum over all classes.": 2 * _TRUE_ALONE,
        "Only the true class is in it, and not squared: sum (cos θ_j − [j = y])² over all classes.": -_OWN,
        "You added [j = y], which sends the true class to 180°: take it off the cosine.": _COS + _OWN,
        "The sign is turned: a loss grows as the cosines leave what is wanted.": -_SQUARED_ERROR,
        "Nothing is squared in yours: the gradient is the same at every angle.": torch.ones_like(_COS),
        "These are absolute values: the gradient is ±1 at every angle, so square instead.": _SQUARED_ERROR.sign(),
        "That is the distance: square it, or the gradient is as long at every angle.": F.normalize(_SQUARED_ERROR),
        "That is cross-entropy: its gradient is P_j − [j = y], and P2SGrad forms no P.": F.softmax(_COS, dim=1) - _OWN,
    },
    draw=lambda yours: _draw_classes(_SQUARED_ERROR, yours, "N · ∂L/∂cos θ_j", (0, 2, -1, -1)),
    done="For the true class −0.13 at 30°, −0.5 at 60° and −1 at 90°: the angle alone, no s, m or C. A class at 105° "
    "has −0.26: it is brought back to 90°.",
)

EXERCISES = (COEFFICIENTS, LETS_GO, SQUARED_ERROR)
