"""Exercises of lesson 04: SphereFace's curve that keeps falling, and how much clear space it leaves."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, numbers, one_for_each
from lessons_lib.exercises.drawing import curve, dots, name
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
    return torch.stack([one_for_each(column, len(_THETA), "angles") for column in columns], dim=1)


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


def _draw_psi(yours: Tensor | None) -> Picture:
    picture = curve(torch.rad2deg(_THETA), _PSI, yours, "θ, degrees", "ψ(θ)")
    for m, end in zip(_FACTORS, _PSI[-1].tolist(), strict=True):
        name(picture, f"m = {m}", (180, end))
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

_WHOLE = torch.arange(1, 9)


def clearance(m: int) -> float:
    return (m - 1) / 2


def _for_every_whole_m(function: Any) -> Tensor:
    """The reader's function for every m, (8,)."""
    return numbers([_number(function, m) for m in _WHOLE.tolist()], 1).flatten()


def _number(function: Any, m: int) -> Tensor:
    """One answer; infinite where it divides by zero, as m − 1 is for m = 1."""
    try:
        return call(function, m)
    except Slip as slip:
        if isinstance(slip.__cause__, ZeroDivisionError):
            return torch.tensor(math.inf, dtype=torch.float64)
        raise


def _draw_clearance(yours: Tensor | None) -> Picture:
    picture = curve(_WHOLE, _CLEARANCE, yours, "m", "gap ÷ room of a class")
    dots(picture, _WHOLE, _CLEARANCE, yours)
    picture.axes[0].axhline(1, color=SOFT, linewidth=1, dashes=(5, 3), zorder=1)
    name(picture, "as wide as the room", (1, 1), (0, 8))
    return picture


_CLEARANCE, _W = _for_every_whole_m(clearance), _WHOLE.double()

CLEARANCE = Exercise(
    number="4.2",
    stub="def clearance(m):\n    ...",
    hints=(
        "A class has room on both sides of its weight, θ₁₂/(m + 1) each. What do two neighbours leave of θ₁₂?",
        "The room is 2θ₁₂/(m + 1) wide, the gap θ₁₂ − 2θ₁₂/(m + 1). In their quotient θ₁₂ cancels.",
    ),
    solution=clearance,
    evaluate=_for_every_whole_m,
    target=_CLEARANCE,
    slips={
        "That is the room of a class as a part of θ₁₂: put the gap above it.": 2 / (_W + 1),
        "That is the room on one side of a weight, as a part of θ₁₂.": 1 / (_W + 1),
        "That is the gap as a part of θ₁₂: divide it by the room of a class.": (_W - 1) / (_W + 1),
        "Upside down: the gap, divided by the room.": 2 / (_W - 1),
        "A class has room on both sides of its weight: yours has one side.": _W - 1,
        "Two classes take from θ₁₂: yours leaves out the room of the neighbour.": _W / 2,
        "Both room and gap have one side too few: a class has room on both sides, and two classes take from θ₁₂.": _W,
        "The edge is at θ₁₂/(m + 1), not at θ₁₂/m: as θ grows, the other angle shrinks.": (_W - 2) / 2,
        "That is from weight to weight, divided by the room: the gap begins where the room ends.": (_W + 1) / 2,
        "That is from weight to weight, divided by one side of the room.": _W + 1,
        "That is the gap up to the middle: it reaches to the neighbour's room.": (_W - 1) / 4,
        "Brackets are missing: m - 1 / 2 divides first, so write (m - 1) / 2.": _W - 0.5,
        "That is by how much the gap is wider than the room: divide instead.": (_W - 3) / (_W + 1),
        "That is in percent: return how many times.": 100 * _CLEARANCE,
        "θ₁₂ has no say: gap and room grow with it alike.": math.radians(36) * _CLEARANCE,
    },
    draw=_draw_clearance,
    done="With m = 3 the gap is as wide as the room: from there on two features of one class are never farther apart "
    "than two of different classes. So the paper asks for m ≥ 3; at m = 1 there is no gap at all.",
)

EXERCISES = (PSI, CLEARANCE)
