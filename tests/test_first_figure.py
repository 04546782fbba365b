"""What `python -m benchmarks.first_figure` says and writes; it sets up a whole environment, so no test runs it."""

import re
from pathlib import Path

import pytest

from benchmarks import first_figure

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def watch(**steps):
    made = first_figure.Watch()
    made.steps = steps
    return made


def test_the_sentence_adds_up_and_says_what_was_kept(monkeypatch):
    monkeypatch.delenv("PIP_NO_CACHE_DIR", raising=False)
    said = watch(clone=2.4, **{"make lab": 100.0}, drag=0.4).sentence("a laptop")
    assert said == (
        "From `git clone` to a dragged figure: 103 s (clone 2 s, make lab 100 s, drag 0 s), "
        "with packages kept from before, on a laptop."
    )
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    assert "no package kept from before" in watch(clone=1.0).sentence("a laptop")


def test_readme_has_a_place_for_it_and_keeps_the_rest():
    once = first_figure.written(README, "A sentence.")
    assert first_figure.written(once, "A sentence.") == once
    assert re.search(r"<!-- first figure -->\n\nA sentence\.\n\n<!-- /first figure -->", once)
    assert len(first_figure.BETWEEN.sub("", once)) == len(first_figure.BETWEEN.sub("", README))


def test_without_its_marks_nothing_is_written():
    with pytest.raises(ValueError, match="first figure"):
        first_figure.written("# Other", "A sentence.")


def test_the_lesson_that_it_opens_is_there():
    assert (first_figure.ROOT / "notebooks" / first_figure.LESSON).exists()
