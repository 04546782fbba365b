"""Exercises of all lessons: `check("2.1", answer)` draws an answer over the target and says in words what is off."""

from typing import Any

from lessons_lib.exercises import (  # noqa: F401  EXERCISES takes every lesson imported here
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_05_head,
    lesson_06,
    lesson_06_logs,
    lesson_07,
    lesson_07_law,
    lesson_08,
    lesson_08_head,
    lesson_08_lets_go,
    lesson_09,
    lesson_09_labels,
    lesson_10,
    lesson_11,
    lesson_12,
    lesson_12_margin,
    lesson_13,
    lesson_13_choice,
    lesson_14,
    lesson_15,
)
from lessons_lib.exercises.exercise import DONE, NOT_ATTEMPTED, NOT_YET, Exercise, Verdict

_LESSONS = [module for name, module in sorted(vars().items()) if name.startswith("lesson_")]
_IN_ORDER = sorted(
    (exercise for lesson in _LESSONS for exercise in lesson.EXERCISES),
    key=lambda exercise: [int(part) for part in exercise.number.split(".")],
)
EXERCISES: dict[str, Exercise] = {exercise.number: exercise for exercise in _IN_ORDER}


def check(number: str, answer: Any) -> Verdict:
    """Judge the answer to exercise `number`. Raises ValueError for a number there is none of."""
    if number not in EXERCISES:
        raise ValueError(f"There is no exercise {number!r}; there are {', '.join(EXERCISES)}.")
    return EXERCISES[number].check(answer)


__all__ = ["DONE", "EXERCISES", "NOT_ATTEMPTED", "NOT_YET", "Exercise", "Verdict", "check"]
