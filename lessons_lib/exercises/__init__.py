"""Exercises of all lessons: `check("2.1", answer)` draws an answer over the target and says in words what is off."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from lessons_lib.exercises.exercise import DONE, NOT_ATTEMPTED, NOT_YET, Exercise, Verdict


class _Exercises(Mapping[str, Exercise]):
    """Every exercise by its number, in order. Who asks for one has its lesson's computed, and not those of the others.

    An exercise holds its target and what each typical slip would give: for all lessons that takes a second.
    """

    def __getitem__(self, number: str) -> Exercise:
        lesson = str(number).partition(".")[0]
        return {exercise.number: exercise for exercise in _of_lesson(lesson.zfill(2))}[number]

    def __iter__(self) -> Iterator[str]:
        return iter([exercise.number for exercise in _of_lesson("")])

    def __len__(self) -> int:
        return len(list(iter(self)))


def _of_lesson(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, "05", or of all, "": what its modules, lesson_05 and the like, list."""
    names = [module.name for module in iter_modules(__path__) if module.name.startswith(f"lesson_{lesson}")]
    exercises = [exercise for name in names for exercise in import_module(f"{__name__}.{name}").EXERCISES]
    return sorted(exercises, key=lambda exercise: [int(part) for part in exercise.number.split(".")])


EXERCISES: Mapping[str, Exercise] = _Exercises()


def check(number: str | float, answer: Any) -> Verdict:
    """Judge the answer to exercise `number`. Raises ValueError for a number there is none of."""
    number = str(number).strip()  # 2.1 is understood as "2.1"
    if number not in EXERCISES:
        raise ValueError(f"There is no exercise {number!r}; there are {', '.join(EXERCISES)}.")
    return EXERCISES[number].check(answer)


__all__ = ["DONE", "EXERCISES", "NOT_ATTEMPTED", "NOT_YET", "Exercise", "Verdict", "check"]
