"""What holds for the exercises of all lessons together; each lesson's own are tested in its file here."""

from pathlib import Path

import pytest

from lessons_lib import exercises
from lessons_lib.exercises import check


def test_every_lesson_that_has_exercises_has_its_answers_here():
    of_lessons = {f"test_{path.name}" for path in Path(exercises.__file__).parent.glob("lesson_*.py")}
    assert {path.name for path in Path(__file__).parent.glob("test_lesson_*.py")} == of_lessons


def test_a_number_there_is_none_of_is_one_sentence():
    there_are = (
        r"0\.1, 0\.2, 1\.1, 1\.2, 1\.3, 2\.1, 2\.2, 2\.3, 3\.1, 3\.2, 4\.1, 4\.2, 5\.1, 5\.2, 5\.3, 5\.4, "
        r"6\.1, 6\.2, 6\.3, 6\.4, 7\.1, 7\.2, 7\.3, 7\.4, 8\.1, 8\.2, 8\.3, 8\.4, 9\.1, 9\.2, 9\.3, 9\.4, "
        r"10\.1, 10\.2, 10\.3, 10\.4, 11\.1, 11\.2, 11\.3, 11\.4, 12\.1, 12\.2, 12\.3, 13\.1, 13\.2, 13\.3, "
        r"14\.1, 14\.2, 14\.3, 15\.1, 15\.2"
    )
    with pytest.raises(ValueError, match=rf"^There is no exercise '9\.9'; there are {there_are}\.$"):
        check("9.9", 1)
