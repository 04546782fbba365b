"""What is asked of the exercises of every lesson, and what answers to several of them share."""

import ast
import base64
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises import DONE, EXERCISES, NOT_ATTEMPTED, NOT_YET, Exercise, check
from lessons_lib.figures.style import Picture

TEXTS = Path(__file__).parents[2] / "notebooks" / "text"


class EveryLesson:
    """The stub is not attempted, mistakes are met with fitting words, the solution is done (conftest.py: with what)."""

    exercises: Sequence[Exercise]
    mistakes: Mapping[str, Sequence[tuple[Any, str]]]  # number -> wrong answer, words that must be in the reply
    also_right: Mapping[str, Sequence[Any]]  # number -> other right ways to write it, which must not be turned away
    in_the_notebook: Mapping[str, Any] = {}  # what a printed solution takes from the lesson, by name

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def each_picture_drawn_once(cls):
        """Many answers look alike, or cannot be drawn at all; a picture takes longer than judging an answer."""
        with pytest.MonkeyPatch.context() as patch:
            for exercise in cls.exercises:
                patch.setitem(vars(exercise), "draw", kept(exercise.draw))
            yield

    def test_every_exercise_has_mistakes_and_hints(self, number):
        assert len(self.mistakes[number]) >= 2 and EXERCISES[number].hints

    def test_the_untouched_stub_is_not_attempted(self, number):
        assert check(number, written(EXERCISES[number].stub)).state == NOT_ATTEMPTED

    def test_the_stub_stands_in_the_lesson(self, number):
        texts = list(TEXTS.glob(f"{int(number.split('.')[0]):02d}_*.md"))
        (text,) = texts
        assert EXERCISES[number].stub in text.read_text(encoding="utf-8")
        assert f'check("{number}", ' in text.read_text(encoding="utf-8")
        assert f"**Exercise {number}**" in text.read_text(encoding="utf-8")

    def test_the_solution_is_done_as_printed(self, number):
        names = {**names_imported(number), **self.in_the_notebook}
        verdict = check(number, written(EXERCISES[number].solution_text(), names))
        assert verdict.state == DONE, verdict

    def test_what_hints_and_slips_name_is_imported_by_the_lesson(self, number):
        exercise, imported = EXERCISES[number], names_imported(number)
        named = re.findall(r"\b(math|torch|F|nn|np)\.\w", " ".join([*exercise.hints, *exercise.slips]))
        assert set(named) <= set(imported)

    def test_mistakes_are_met_with_fitting_words(self, number, answer, words):
        verdict = check(number, answer)
        assert verdict.state == NOT_YET
        assert words in verdict.words
        assert f"Exercise {number}: not yet." in repr(verdict)

    def test_a_mistake_is_shown_over_the_target_and_no_two_names_overlap(self, number, monkeypatch):
        drawn, png = [], Picture.png
        monkeypatch.setattr(Picture, "png", lambda picture, dpi: drawn.append(picture.figure) or png(picture, dpi))
        shown = check(number, self.mistakes[number][0][0])._repr_html_()
        assert f"Exercise {number}: not yet." in shown and "data:image/png;base64," in shown
        assert re.search(r'<img alt="[^"]{20,}"', shown) and len(shown) < 40_000
        texts = [text for axes in drawn[0].axes for text in axes.texts]
        for one, other in combinations({(id(text), text.get_text()): text for text in texts}.values(), 2):
            box, beside = one.get_window_extent(), other.get_window_extent()
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            up = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert across <= 1 or up <= 2, f"{one.get_text()} and {other.get_text()}"

    def test_whatever_can_be_drawn_is_drawn(self, number):
        target = EXERCISES[number].target
        kept = torch.arange(target.numel()).reshape(target.shape) % 2 == 0
        assert EXERCISES[number].draw(torch.where(kept, -1e9 * target, math.nan)).png(dpi=30)

    def test_other_ways_to_be_right_are_right(self, number, answer):
        assert check(number, answer).state == DONE

    def test_the_answer_shows_a_picture_hints_and_the_solution_folded(self, number, monkeypatch):
        monkeypatch.setattr(Picture, "png", lambda picture, dpi: b"drawn")  # really drawn above, with a mistake in it
        shown = check(number, ...)._repr_html_()
        assert shown.count("<details>") == len(EXERCISES[number].hints) + 1
        assert re.search(r'<img alt="[^"]{20,}"', shown)
        assert f"base64,{base64.b64encode(b'drawn').decode()}" in shown


def kept(draw: Callable[[Tensor | None], Picture]) -> Callable[[Tensor | None], Picture]:
    """The same, but what looks alike to the third decimal is drawn once."""
    pictures: dict[bytes | None, Picture] = {}

    def drawn(yours: Tensor | None) -> Picture:
        look = None if yours is None else yours.round(decimals=3).numpy().tobytes()
        if look not in pictures:
            pictures[look] = draw(yours)
        return pictures[look]

    return drawn


@cache
def names_imported(number: str) -> Mapping[str, Any]:
    """What the lesson itself has imported, in its cells up to this exercise's, by name."""
    (text,) = (path.read_text(encoding="utf-8") for path in TEXTS.glob(f"{int(number.split('.')[0]):02d}_*.md"))
    read = text[: text.index("```", text.index(f'check("{number}", ')) + 4]
    cells = re.findall(r"^```\{code-cell\} ipython3\n(?::.*\n)*(.*?)^```$", read, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    for cell in cells:
        imports = [node for node in ast.parse(cell).body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(ast.unparse(imports), names)
    return names


def written(source: str, in_the_notebook: Mapping[str, Any] | None = None) -> Any:
    """What a reader has after running this source in a cell: what it gives to `check`, else its last assigned name."""
    given: list[Any] = []
    names: dict[str, Any] = dict(in_the_notebook or {}) | {"check": lambda _, answer: given.append(answer)}
    known = set(names)
    exec(source, names)
    return (
        given[0]
        if given
        else next(names[name] for name in reversed(names) if name not in known and name != "__builtins__")
    )


def bisected(falling: Callable[[float], float], end: float) -> float:
    """Where a falling function is zero, between 0 and `end`."""
    low, high = 0.0, end
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return low


def slope(function: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """The derivative of a function of angles, by autograd."""
    theta = theta.clone().requires_grad_()
    return torch.autograd.grad(function(theta).sum(), theta)[0]


def own(cosines: Tensor, labels: Tensor) -> Tensor:
    """[j = y] for a whole batch, float64."""
    return F.one_hot(labels, cosines.shape[1]).double()
