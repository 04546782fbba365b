"""For each exercise: the stub is not attempted, typical mistakes are met with fitting words, the solution is done."""

import math
import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.exercises import DONE, EXERCISES, NOT_ATTEMPTED, NOT_YET, check
from lessons_lib.exercises.lesson_00 import angle
from lessons_lib.exercises.lesson_02 import boundary, cosines, tie

TEXTS = Path(__file__).parents[2] / "notebooks" / "text"

# number -> wrong answer, words that must be in the reply
MISTAKES = {
    "0.1": [
        (0.5, "still in radians"),
        (0.5 * 180, "divide by π"),
        (math.radians(0.5), "other way round"),
        (0.5 * 360 / math.pi, "whole turn is 2π"),
        (28.0, "should be 28.648; yours is 28.000"),
        ("28.65 degrees", "A number or a tensor is wanted; yours is str"),
    ],
    "0.2": [
        (lambda a, b: torch.cosine_similarity(a, b, dim=0), "one arccos is missing"),
        (lambda a, b: torch.rad2deg(angle(a, b)), "in degrees"),
        (lambda a, b: a @ b, "divide by both lengths"),
        (lambda a, b: torch.acos(a @ b), "divide by both lengths first"),
        (lambda a, b: torch.acos(a @ b / a.norm()), "Only one of the two"),
        (lambda a, b: torch.acos(a @ b / b.norm()), "Only one of the two"),
        (lambda a: a, "raised TypeError"),
        (0.3, "wants the function itself"),
    ],
    "2.1": [
        (lambda x, w: x @ w.T, "dot products"),
        (lambda x, w: F.normalize(x) @ w.T, "class weights still have their lengths"),
        (lambda x, w: x @ F.normalize(w).T, "features still have their lengths"),
        (lambda x, w: F.normalize(x, dim=0) @ F.normalize(w, dim=0).T, "dim=0"),
        (lambda x, w: cosines(w, x), "Turned round"),
        (lambda x, w: cosines(x, w).sum(), "shape should be (73, 3)"),
        (lambda x, w: print(end=""), "returned nothing"),
    ],
    "2.2": [
        (lambda a, b: (a + b) / 2, "across the seam"),
        (lambda a, b: math.degrees(boundary(a, b)), "degrees"),
        (lambda a, b: math.remainder(b - a, 2 * math.pi) / 2, "half of the way from a to b"),
        (lambda a, b: (b - a) / 2, "half of b − a"),
        (lambda a, b: a, "Not the same yet"),
    ],
    "2.3": [
        (lambda ratio, apart: apart / 2, "bisector"),
        (lambda ratio, apart: math.tan(tie(ratio, apart)), "arctan is missing"),
        (lambda ratio, apart: tie(1 / ratio, apart), "upside down"),
        (lambda ratio, apart: math.degrees(tie(ratio, apart)), "return radians"),
        (lambda ratio, apart: ratio / 0, "raised ZeroDivisionError"),
        (lambda ratio, apart: math.nan, "not finite"),
    ],
}
# Other right ways to write it, which must not be turned away.
ALSO_RIGHT = {
    "0.1": [28.65, torch.tensor(0.5).rad2deg()],
    "0.2": [lambda a, b: torch.atan2((a[0] * b[1] - a[1] * b[0]).abs(), a @ b).item()],
    "2.1": [lambda x, w: F.normalize(x) @ F.normalize(w).T],
    "2.2": [
        lambda a, b: math.atan2(math.sin(a) + math.sin(b), math.cos(a) + math.cos(b)),
        lambda a, b: boundary(a, b) + 2 * math.pi,
    ],
    "2.3": [lambda ratio, apart: math.atan((ratio - math.cos(apart)) / math.sin(apart))],
}


def written(source: str):
    """What a reader has after running this source in a cell: its last assigned name."""
    names: dict[str, object] = {"math": math, "torch": torch, "F": F}
    known = set(names)
    exec(re.sub(r"-> \w+|: (Tensor|float)\b", "", source), names)
    return next(names[name] for name in reversed(names) if name not in known and name != "__builtins__")


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_has_mistakes_and_hints(number):
    assert len(MISTAKES[number]) >= 2 and EXERCISES[number].hints


@pytest.mark.parametrize("number", EXERCISES)
def test_the_untouched_stub_is_not_attempted_and_stands_in_the_lesson(number):
    exercise = EXERCISES[number]
    assert check(number, written(exercise.stub)).state == NOT_ATTEMPTED
    (text,) = TEXTS.glob(f"{int(number.split('.')[0]):02d}_*.md")
    assert exercise.stub in text.read_text(encoding="utf-8")
    assert f'check("{number}", ' in text.read_text(encoding="utf-8")
    assert f"**Exercise {number}**" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_is_done_as_printed(number):
    verdict = check(number, written(EXERCISES[number].solution_text()))
    assert verdict.state == DONE, verdict


@pytest.mark.parametrize(
    ("number", "answer", "words"), [(n, *mistake) for n, known in MISTAKES.items() for mistake in known]
)
def test_mistakes_are_met_with_fitting_words(number, answer, words):
    verdict = check(number, answer)
    assert verdict.state == NOT_YET
    assert words in verdict.words
    assert f"Exercise {number}: not yet." in verdict._repr_html_()


@pytest.mark.parametrize(("number", "answer"), [(n, answer) for n, known in ALSO_RIGHT.items() for answer in known])
def test_other_ways_to_be_right_are_right(number, answer):
    assert check(number, answer).state == DONE


@pytest.mark.parametrize("number", EXERCISES)
def test_the_answer_shows_a_picture_hints_and_the_solution_folded(number):
    shown = check(number, ...)._repr_html_()
    assert shown.count("<details>") == len(EXERCISES[number].hints) + 1
    assert re.search(r'<img alt="[^"]{20,}"', shown) and "data:image/png;base64," in shown
    assert len(shown) < 40_000


def test_a_number_there_is_none_of_is_one_sentence():
    with pytest.raises(ValueError, match=r"^There is no exercise '9\.9'; there are 0\.1, 0\.2, 2\.1, 2\.2, 2\.3\.$"):
        check("9.9", 1)
