"""How an exercise is judged and shown: three states, yours drawn over the target, hints, a solution to unfold."""

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, untouched
from lessons_lib.exercises.printed import printed
from lessons_lib.figures.style import Picture

NOT_ATTEMPTED, NOT_YET, DONE = "not attempted", "not yet", "done"
_MARKS = {NOT_ATTEMPTED: ("○", "#717581"), NOT_YET: ("◐", "#c2187f"), DONE: ("●", "#2a7d4f")}


@dataclass(frozen=True)
class Exercise:
    """A task. `compare` draws an answer over the target (or the target alone, given None) and raises Slip if it is off.

    `stub` is what the lesson shows; `solution` is a function, or source text. Where many answers are right `judge` says
    what is off, nothing where all is well, and `target` is what one of them gives.
    """

    number: str
    stub: str
    hints: tuple[str, ...]
    solution: Callable[..., Any] | str
    evaluate: Callable[[Any], Tensor]
    target: Tensor
    slips: Mapping[str, Tensor]
    draw: Callable[[Tensor | None], Picture]
    done: str
    tolerance: float = 2e-3
    judge: Callable[[Tensor], str] | None = None
    not_finite: str = (
        "Some of your values are not finite: is something divided by zero, or has a root, a logarithm or an arccos "
        "been given what it cannot take?"
    )

    def check(self, answer: Any) -> "Verdict":
        """Judge an answer; never raises, whatever the answer does."""
        if untouched(answer):
            return Verdict(self, NOT_ATTEMPTED, "Replace the … above and run the cell again.", None)
        yours = None
        try:
            yours = self.evaluate(answer)
            self.compare(yours)
        except Slip as slip:
            drawable = (
                yours if yours is not None and yours.shape == self.target.shape and yours.isfinite().any() else None
            )
            return Verdict(self, NOT_YET, str(slip), drawable)
        return Verdict(self, DONE, self.done, yours)

    def compare(self, yours: Tensor) -> None:
        """Raise a Slip that names what is off: the typical slip nearest to it, else the largest difference."""
        if self.judge is not None:
            if words := self.judge(yours):
                raise Slip(words)
            return
        if yours.shape == self.target.shape and torch.allclose(yours, self.target, atol=self.tolerance):
            return
        alike = {words: self._how_far(yours, wrong) for words, wrong in self.slips.items()}
        words = min(alike, key=alike.__getitem__, default=None)
        if words is not None and alike[words] < math.inf:
            raise Slip(words)
        if yours.shape != self.target.shape:
            raise Slip(f"The shape should be {tuple(self.target.shape)}; yours is {tuple(yours.shape)}.")
        if not yours.isfinite().all():
            raise Slip(self.not_finite)
        worst = (yours - self.target).abs().argmax()
        ours, theirs = _told_apart(*(float(values.flatten()[worst]) for values in (self.target, yours)))
        where = "at the worst place " if yours.numel() > 1 else ""
        raise Slip(f"Not the same yet: {where}it should be {ours}; yours is {theirs}.")

    def _how_far(self, yours: Tensor, wrong: Tensor) -> float:
        """How far an answer is from a wrong one, infinitely beyond the tolerance; NaN is as far as NaN."""
        if wrong.shape != yours.shape or not torch.allclose(yours, wrong, atol=self.tolerance, equal_nan=True):
            return math.inf
        return float((yours - wrong).abs().nan_to_num().max())

    def solution_text(self) -> str:
        """The solution as the reader would write it."""
        return self.solution if isinstance(self.solution, str) else printed(self.solution)


@dataclass(frozen=True)
class Verdict:
    """What `check` answers: state, words and a picture; shows itself in a notebook with hints and solution folded.

    `yours` is what can be drawn of the answer. The picture is drawn when it is looked at.
    """

    exercise: Exercise
    state: str
    words: str
    yours: Tensor | None

    @cached_property
    def picture(self) -> Picture:
        """The answer over the target, or the target alone."""
        return self.exercise.draw(self.yours)

    def __repr__(self) -> str:
        return f"Exercise {self.exercise.number}: {self.state}. {self.words}"

    def _repr_html_(self) -> str:
        mark, colour = _MARKS[self.state]
        number = self.exercise.number
        hints = "".join(_folded(f"Hint {i}", f"<p>{hint}</p>") for i, hint in enumerate(self.exercise.hints, 1))
        solution = _folded("Solution", f"<pre>{html.escape(self.exercise.solution_text())}</pre>")
        return (
            f'<div style="border-left:4px solid {colour};padding:2px 0 2px 14px;max-width:760px">'
            f'<p role="status"><b><span style="color:{colour}">{mark}</span> Exercise {number}: {self.state}.</b> '
            f"{html.escape(self.words)}</p>"
            f"{self.picture.img(dpi=100)}{hints}{solution}</div>"
        )


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two different values in so many digits that they can be told apart: 0 and 0.0004, not 0 and 0.000."""
    rounded = next((digits for digits in range(17) if round(one, digits) != round(other, digits)), 17)
    return _said(one, rounded), _said(other, rounded)


def _said(value: float, digits: int) -> str:
    """With three digits after the point or more; a whole number, and a large one, with none if that will do."""
    enough = value.is_integer() or (abs(value) >= 1e4 and digits == 0)
    return f"{value + 0.0:,.{0 if enough else max(3, digits)}f}"


def _folded(title: str, content: str) -> str:
    return f'<details><summary style="cursor:pointer">{title}</summary>{content}</details>'
