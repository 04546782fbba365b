"""What holds for the exercises of all lessons together; each lesson's own are tested in its file here."""

import re
from pathlib import Path

import pytest

from lessons_lib import exercises
from lessons_lib.exercises import EXERCISES, check
from tests.exercises.every_lesson import TEXTS


def test_every_lesson_that_has_exercises_has_its_answers_here():
    of_lessons = {f"test_{path.name}" for path in Path(exercises.__file__).parent.glob("lesson_*.py")}
    answered = {path.name for path in Path(__file__).parent.glob("test_lesson_*.py")}
    lost = sorted(of_lessons - answered)
    assert not lost, (
        f"write tests/exercises/{', '.join(lost)}: right answers and wrong ones, as its neighbours have them"
    )
    assert not answered - of_lessons


def test_a_number_there_is_none_of_is_one_sentence():
    """What there are is what the lessons' texts pose, in their order."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(TEXTS.glob("[0-9]*.md"))]
    posed = [number for text in texts for number in re.findall(r"^\*\*Exercise (\d+\.\d+)\*\*", text, re.MULTILINE)]
    assert len(posed) > 40
    with pytest.raises(ValueError) as error:
        check("9.9", 1)
    assert str(error.value) == f"There is no exercise '9.9'; there are {', '.join(posed)}."


def test_a_number_without_quotes_is_understood():
    assert check(0.1, ...).exercise is check(" 0.1 ", ...).exercise is EXERCISES["0.1"]
    with pytest.raises(ValueError, match=r"^There is no exercise '9\.9'; "):
        check(9.9, 1)
