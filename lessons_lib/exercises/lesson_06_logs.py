"""Exercise 6.4: four logs of AdaCos, and which slip in its code wrote each."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, SOFT, Picture, quiet_axes

_CLASSES, _BATCH, _STEPS = 100, 512, 200
CAUSES = {"D": "fixed", "A": "median of all", "C": "none", "B": "sum"}  # what wrote each log, in no telling order
_WORDS = {
    "none": "With AdaCos as it should be",
    "sum": "With the sum over the batch for the mean",
    "median of all": "With the median of all angles, the others' among them",
    "true class": "With the true class in B",
    "fixed": "With the fixed scale",
}


def _step(cause: str, scale: float, own: float, other: float) -> float:
    """AdaCos' next scale with that slip: all features at `own` radians from their weight, all others at `other`."""
    if cause == "fixed":
        return math.sqrt(2) * math.log(_CLASSES - 1)
    b = (_CLASSES - 1) * math.exp(scale * math.cos(other))
    if cause == "sum":
        b *= _BATCH
    if cause == "true class":
        b += math.exp(scale * math.cos(own))
    median = other if cause == "median of all" else own  # of a hundred angles ninety-nine are the others'
    return math.log(b) / math.cos(min(median, math.pi / 4))


def log(cause: str, steps: int = _STEPS) -> tuple[float, float, float]:
    """The scale after the first step, all at 90°; then that and the loss after `steps` with perfect features."""
    first = scale = _step(cause, math.sqrt(2) * math.log(_CLASSES - 1), math.pi / 2, math.pi / 2)
    apart = math.acos(-1 / (_CLASSES - 1))  # a simplex
    for _ in range(steps):
        scale = _step(cause, scale, 0.0, apart)
    return first, scale, math.log1p((_CLASSES - 1) * math.exp(scale * (math.cos(apart) - 1)))


def _evaluate(answer: Any) -> Tensor:
    """The scales at the end that the reader's causes would have written, (4,)."""
    if not isinstance(answer, Mapping):
        raise Slip(f"A dict is wanted, a cause for each of A, B, C and D; yours is {type(answer).__name__}.")
    given = {str(name).strip().upper(): _plain(cause) for name, cause in answer.items()}
    missing = [name for name in sorted(CAUSES) if name not in given]
    if missing or len(given) > len(CAUSES):
        raise Slip(f"A cause is wanted for each of A, B, C and D; yours are for {', '.join(sorted(given)) or 'none'}.")
    unknown = [name for name in sorted(CAUSES) if given[name] not in _WORDS]
    if unknown:
        raise Slip(f"{unknown[0]} is none of the causes yet: write one of {', '.join(map(repr, _WORDS))}.")
    return torch.tensor([log(given[name])[1] for name in sorted(CAUSES)], dtype=torch.float64)


def _plain(cause: Any) -> str:
    return " ".join(cause.lower().split()) if isinstance(cause, str) else ""


def _judge(found: Tensor) -> str:
    """The first log that its cause would not have written, and what that would have written."""
    for name, scale, right in zip(sorted(CAUSES), found.tolist(), _TARGET.tolist(), strict=True):
        if abs(scale - right) > 1e-6:
            cause = next(cause for cause in _WORDS if abs(log(cause)[1] - scale) < 1e-9)
            first, end, loss = log(cause)
            rising = f", after {_STEPS} steps and still rising," if cause == "true class" else ""
            return (
                f"{name} is another one. {_WORDS[cause]} the log would begin with s = {first:.2f} and end with "
                f"s = {end:.2f}{rising} and a loss of {loss:.4f}."
            )
    return ""


def _draw(yours: Tensor | None) -> Picture:
    said = "." if yours is None else ", and those of your causes."
    picture = Picture(f"The scales that the four logs A to D end with{said}", 6.4, 2.4)
    axes = quiet_axes(picture.subplots(), "scale s at the end")
    rows = list(range(len(CAUSES)))
    axes.plot(_TARGET.numpy(), rows, "o", color=FAINT, markeredgecolor=SOFT, markersize=13, label="in the log")
    if yours is not None:
        axes.plot(yours.numpy(), rows, "o", color=ACCENT, markersize=6, label="with your cause")
    axes.set_yticks(rows, sorted(CAUSES))
    axes.set(xlim=(0, 14), ylim=(3.5, -0.5))
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


_TARGET = torch.tensor([log(CAUSES[name])[1] for name in sorted(CAUSES)], dtype=torch.float64)

LOGS = Exercise(
    number="6.4",
    stub='check("6.4", {"A": ..., "B": ..., "C": ..., "D": ...})',
    hints=(
        "At the end cos θ is 1 for the own class, −1/99 for the others. Which s does the rule, with each slip, repeat?",
        "Without a slip s = ln 99 − s/99. The sum adds ln 512. The median of all angles divides by cos 45° for ever.",
    ),
    solution=f'check("6.4", {dict(sorted(CAUSES.items()))})'.replace("'", '"'),
    evaluate=_evaluate,
    target=_TARGET,
    slips={},
    draw=_draw,
    done="C is AdaCos as it should be, though it has the largest loss: s = 99/100·ln 99 and a loss of ln 2. "
    "With the true class in B, the cause left over, s would rise without end, more and more slowly.",
    judge=_judge,
)

EXERCISES = (LOGS,)
