"""What the explorers' modules look like: nothing in store, no function that fills more than a screen."""

import re
from pathlib import Path

import pytest

from tests.explorers.modules import EXPLORERS

SOURCES = {path.relative_to(EXPLORERS).as_posix(): path.read_text(encoding="utf-8") for path in EXPLORERS.rglob("*.js")}
PAGE = (EXPLORERS / "kit/page.html").read_text(encoding="utf-8")
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("*.py"))
EXPORT = re.compile(r"^export (?:async )?(?:const|let|class|function\*?) (\w+)", re.M)
IMPORT = re.compile(r"^import \{([^}]*)\}", re.M)
MOST = 46  # lines
BEGINS = re.compile(r"^\s*(?:export )?(?:default )?(?:async )?function\b.*\{$|=> \{$|^ +(?:async |#)*\w+\([^()]*\) \{$")
NO_FUNCTION = re.compile(r"^\s*(?:if|for|while|switch|catch) ")


def imported(text):
    return {name.split(" as ")[0].strip() for names in IMPORT.findall(text) for name in names.split(",")}


def functions(text):
    """(first line, how many lines) of each function; the formatter ends it with the first } that stands as far left."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if BEGINS.search(line) and not NO_FUNCTION.match(line):
            indent = line[: len(line) - len(line.lstrip())]
            end = next(i for i in range(start + 1, len(lines)) if lines[i].startswith(f"{indent}}}"))
            yield start + 1, end - start + 1


def test_somebody_imports_whatever_is_exported():
    """Another module, a test by its name, or who has all of it: the page of a Worker or a figure, anywidget."""
    whole = PAGE + SOURCES["kit/training.js"]
    wanted = {"initialize", *re.findall(r"\.(\w+)\(", whole), *re.findall(r"\w+", TESTS)}
    wanted.update(*map(imported, SOURCES.values()))
    kept = {name: [own for own in EXPORT.findall(text) if own not in wanted] for name, text in SOURCES.items()}
    assert {name: exports for name, exports in kept.items() if exports} == {}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_function_fits_a_screen(name):
    assert [(line, long) for line, long in functions(SOURCES[name]) if long > MOST] == []


def test_no_gradient_begins_with_a_stripe_of_a_pixel():
    """Firefox, as tried, draws nothing of a first stop that is 1 px: the stripe comes after the gap."""
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in EXPLORERS.rglob("*.css"))
    assert not re.search(r"repeating-linear-gradient\([^;]*?(?<=,) *(?!transparent)\S[^,;]* 0 1px", sheets)


def test_a_formula_of_the_band_has_room_for_the_tail_of_an_index():
    sheet = (EXPLORERS / "margin_band/style.css").read_text(encoding="utf-8")
    assert "padding-bottom: 5px" in sheet.partition(".band .formula {")[2].partition("}")[0]
