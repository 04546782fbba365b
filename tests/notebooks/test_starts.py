"""A text that says how many starts were recorded says how many there are."""

import json
import re

import pytest

from benchmarks.made_from import BENCHMARKS, TEXTS

LESSONS = sorted(path.stem for path in TEXTS.glob("[0-9]*.md"))
WORDS = {"twelve": 12, "thirteen": 13, "sixteen": 16, "twenty-four": 24}
# "ten of twelve starts", "recorded from 24 starts", "(13 draws)"; what was tried beside the record says so.
TOLD = re.compile(r"(?:\bof (?:the )?|\brecorded from |[(,] ?)([\w-]+)(?: recorded)? (?:starts|draws\))")


def told(text: str) -> list[int]:
    """The numbers of starts that a text gives, as numbers."""
    numbers = (WORDS.get(word) or (int(word) if word.isdigit() else 0) for word in TOLD.findall(text))
    return [number for number in numbers if number]


def recorded(lesson: str, text: str) -> set[int]:
    """How many starts the lesson's own record has, and each benchmark's that it names."""
    records = [BENCHMARKS / "records" / f"{name}.json" for name in {lesson, *re.findall(r"benchmarks/(\w+)\.py", text)}]
    records += [BENCHMARKS / "records" / f"{name}.json" for name in re.findall(r'Record\("(\w+)"\)', text)]
    return {len(json.loads(path.read_text())["starts"]) for path in records if path.exists()}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("from ten of twelve starts", [12]),
        ("from 22 of the 24 starts (one or two from the others)", [24]),
        ("Each training was recorded from twelve starts; what", [12]),
        ("half a point (13 draws)", [13]),
        ("(From three of 55 further starts, not recorded, it was", []),
        ("the best from twelve starts", []),
        ("from some of these starts", []),
    ],
)
def test_what_a_text_says_is_found(text, numbers):
    assert told(text) == numbers


@pytest.mark.parametrize("lesson", LESSONS)
def test_as_many_starts_are_recorded_as_the_text_says(lesson):
    text = (TEXTS / f"{lesson}.md").read_text(encoding="utf-8")
    assert set(told(text)) <= recorded(lesson, text)
