"""Exercises of lesson 04: SphereFace's curve that keeps falling, and how narrow a class it asks for."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call
from lessons_lib.exercises.drawing import curve
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

_FACTORS = (1, 2, 3, 4)
_M = torch.tensor(_FACTORS, dtype=torch.float64)
# In 61 parts, so that none but 0 is a multiple of π/m: there a mistaken curve jumps, and either side could be meant.
_THETA = torch.linspace(0, math.pi - 1e-6, 62, dtype=torch.float64)


def psi(theta: Tensor, m: int) -> Tensor:
    k = torch.floor(m * theta / math.pi)
    return (-1) ** k * torch.cos(m * theta) - 2 * k


def _for_each_factor(function: Any) -> Tensor:
    """The reader's function, or a mistaken one, at every angle for every m, (62, 4)."""
    columns = [call(function, _THETA.clone(), m) for m in _FACTORS]
    for column in columns:
        if column.shape != _THETA.shape:
            raise Slip(f"One number is wanted for each of the 62 angles; yours has shape {tuple(column.shape)}.")
    return torch.stack(columns, dim=1)


def _evaluate_psi(answer: Any) -> Tensor:
    found = _for_each_factor(answer)
    if not torch.allclose(found, _PSI, atol=2e-3):
        return found
    for m in _FACTORS:  # where two pieces meet; either k is right there, as both give 1 − 2k
        k = torch.arange(m + 1, dtype=torch.float64)
        at = call(answer, k * math.pi / m, m)
        if at.shape != k.shape or not torch.allclose(at, 1 - 2 * k, atol=2e-3):
            raise Slip("Right but where two pieces meet, or at π itself: at θ = kπ/m it should be 1 − 2k.")
    return found


def _with(k: Tensor) -> Tensor:
    """The curves, if this were k."""
    return (-1) ** k * _COS - 2 * k


def _name(picture: Picture, name: str, at: tuple[float, float]) -> None:
    picture.axes[0].annotate(name, at, (9, 0), textcoords="offset points", color=SOFT, fontsize=9, va="center")


def _draw_psi(yours: Tensor | None) -> Picture:
    picture = curve(torch.rad2deg(_THETA), _PSI, yours, "θ, degrees", "ψ(θ)")
    for m, end in zip(_FACTORS, _PSI[-1].tolist(), strict=True):
        _name(picture, f"m = {m}", (180, end))
    return picture


_T, _PSI = _THETA[:, None], _for_each_factor(psi)
_COS, _PARTS = torch.cos(_M * _T), _M * _T / math.pi
_K, _SIGN = _PARTS.floor(), (-1) ** _PARTS.floor()

PSI = Exercise(
    number="4.1",
    stub="def psi(theta, m):\n    ...",
    hints=(
        "k counts how often mθ has passed a multiple of π. Each time, cos(mθ) is turned over and set 2 lower.",
        "k = torch.floor(m * theta / math.pi); the sign is (-1) ** k, with the brackets.",
    ),
    solution=psi,
    evaluate=_evaluate_psi,
    target=_PSI,
    slips={
        "That is cos(mθ), which rises again past π/m: take k = ⌊mθ/π⌋, which is 0 only up to there.": _COS,
        "(−1)^k is missing: turn every other piece over, so that it falls too.": _COS - 2 * _K,
        "-1 ** k is −(1 ** k) in Python, −1 always: write (-1) ** k.": -_COS - 2 * _K,
        "− 2k is missing: each piece falls by 2, so the next has to begin 2 lower.": _SIGN * _COS,
        "2k is added: the curve should go on downwards, so take it off.": _SIGN * _COS + 2 * _K,
        "k is taken off only once: a cosine falls by 2 on each piece, so take off 2k.": _SIGN * _COS - _K,
        "(−1)^k multiplies 2k as well: it turns the cosine alone, so take 2k off afterwards.": _SIGN * (_COS - 2 * _K),
        "k is ⌊mθ⌋ in yours: a piece is π long, so divide mθ by π first.": _with((_M * _T).floor()),
        "k is rounded to the nearest whole number: it counts the finished pieces, so take torch.floor.": (
            _with(_PARTS.round())
        ),
        "k is rounded up: it counts the finished pieces, so take torch.floor.": _with(_PARTS.ceil()),
        "k is not rounded: it counts the finished pieces, so take torch.floor.": _with(_PARTS),
        "k begins at 1 in yours: the first piece, up to π/m, has k = 0.": _with(_K + 1),
        "That is m·cos θ: m multiplies the angle, inside the cosine.": _M * torch.cos(_T),
        "m stands outside the cosine: it multiplies the angle, inside.": _SIGN * _M * torch.cos(_T) - 2 * _K,
        "m is missing in the cosine: it multiplies the angle there too.": _SIGN * torch.cos(_T) - 2 * _K,
        "That stays at −1 past π/m, where a feature would feel no pull: go on downwards, with k.": (
            torch.cos((_M * _T).clamp(max=math.pi))
        ),
        "You turned the angle into degrees; torch.cos wants radians, and theta has them already.": (
            _for_each_factor(lambda theta, m: psi(torch.rad2deg(theta), m))
        ),
        "k is right, but the cosine is given degrees: theta is in radians already, as torch.cos wants it.": (
            _SIGN * torch.cos(torch.rad2deg(_M * _T)) - 2 * _K
        ),
        "theta is in radians already: nothing is to be converted.": torch.cos(torch.deg2rad(_M * _T)),
    },
    draw=_draw_psi,
    done="Every curve begins at 1, never rises and ends at 1 − 2m, −7 for m = 4. Where two pieces meet it is flat: for "
    "m = 4 at 45°, 90° and 135°.",
)

_BETWEEN = torch.deg2rad(torch.linspace(0, 180, 19, dtype=torch.float64))
_B = _BETWEEN[:, None]


def edge(between: float, m: int) -> float:
    return between / (m + 1)


def _for_all_weights(function: Any) -> Tensor:
    """The reader's function at every angle between the weights for every m, (19, 4)."""
    found = [_angle(function, between, m) for between in _BETWEEN.tolist() for m in _FACTORS]
    if any(angle.numel() != 1 for angle in found):
        raise Slip("One number is wanted for each angle between the weights.")
    return torch.stack([angle.reshape(()) for angle in found]).reshape(-1, len(_FACTORS))


def _angle(function: Any, between: float, m: int) -> Tensor:
    """One answer; NaN where it divides by zero, as m − 1 is for m = 1."""
    try:
        return call(function, between, m)
    except Slip as slip:
        if isinstance(slip.__cause__, ZeroDivisionError):
            return torch.tensor(math.nan, dtype=torch.float64)
        raise


def _draw_edge(yours: Tensor | None) -> Picture:
    target, shown = _EDGE.rad2deg(), None if yours is None else yours.rad2deg()
    picture = curve(_BETWEEN.rad2deg(), target, shown, "angle between the weights, degrees", "edge, degrees")
    for m, end in zip(_FACTORS, target[-1].tolist(), strict=True):
        _name(picture, f"m = {m}", (180, end))
    return picture


_EDGE = _B / (_M + 1)

EDGE = Exercise(
    number="4.2",
    stub="def edge(between, m):\n    ...",
    hints=(
        "A feature at θ from its own weight is between − θ from the other. At the edge both curves are equal: mθ = …",
        "mθ = between − θ has θ on both sides: bring them to one.",
    ),
    solution=edge,
    evaluate=_for_all_weights,
    target=_EDGE,
    slips={
        "That is half-way, the edge of plain softmax: m is still missing, mθ = between − θ.": (_B / 2).expand(19, 4),
        "Divided by m alone: as θ grows, the other angle shrinks, so mθ = between − θ.": _B / _M,
        "Half-way, divided by m: the other angle is not half of between, but between − θ.": _B / (2 * _M),
        "m − 1 would be for a feature beyond its own weight; between the two it is mθ = between − θ.": torch.where(
            _M == 1, math.nan, _B / (_M - 1)
        ),
        "Brackets are missing: / m + 1 divides by m and then adds 1, so write / (m + 1).": _B / _M + 1,
        "That is the angle to the other weight: wanted is the one to its own.": _B * _M / (_M + 1),
        "That is how far the edge stands from half-way: wanted is how far from its own weight.": _B / 2 - _EDGE,
        "That is the band between the two edges: wanted is how far one is from its own weight.": _B - 2 * _EDGE,
        "That is ArcFace's edge, whose m is added to the angle: here it multiplies it, mθ = between − θ.": (
            (_B - _M) / 2
        ),
        "m is no angle that could be taken off: it multiplies one, mθ = between − θ.": _B - _M,
        "The angle is right, but in degrees; return radians.": _EDGE.rad2deg(),
        "between is in radians already: nothing is to be converted.": _EDGE.deg2rad(),
    },
    draw=_draw_edge,
    done="With m = 1 it is half-way. Of the 36° between two of ten classes on a circle, m = 4 leaves 7.2° beside each "
    "weight, and a band of 21.6° between that is neither's.",
)

EXERCISES = (PSI, EDGE)
