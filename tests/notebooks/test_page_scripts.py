"""What a page does by itself, in V8: it searches, and it judges answers that are arithmetic."""

import json
import math

import make_site
import pytest
from answers import asked
from py_mini_racer import MiniRacer

from lessons_lib.exercises import EXERCISES
from lessons_lib.exercises.exercise import _told_apart


@pytest.fixture(scope="module")
def scripts():
    """value(expression): what the page's own search and arithmetic say."""
    with MiniRacer() as context:
        for name in ("search.js", "answers.js", "steady.js"):
            context.eval((make_site.HERE / name).read_text(encoding="utf-8") + ";0")
        yield lambda expression: json.loads(context.eval(f"JSON.stringify({expression})"))


def test_search_finds_sections_with_all_words_those_with_it_in_the_heading_first(made, scripts):
    written = (made / "site" / "assets" / "sections.js").read_text(encoding="utf-8")
    sections = json.loads(written.removeprefix("var SECTIONS = ").rstrip(";\n"))
    lessons = [section for section in sections if section[0].startswith("0")]
    assert ["01_dummy.html#1-dummy", "1 · Dummy", "1 · Dummy", "About 5 minutes. A logit."] in [
        [*section[:3], section[3].replace("\xa0", " ")] for section in lessons
    ]

    def found(typed):
        return [one["place"] for one in scripts(f"find({json.dumps(sections)}, {json.dumps(typed)})")]

    scale = next(text for _, _, heading, text in sections if heading == "Notation")
    assert scale.count("what cosines") == 1 and scale.count("scale") == 1  # once, though the page has it for phones too
    assert found("ArcFace loss")[0] == "library.html#losses.ArcFaceLoss"
    assert found("LOGIT minutes") == ["01_dummy.html#1-dummy"]
    assert found("nowhere to be seen") == [] and found("  ") == []
    assert found("(")  # a sign that regular expressions know
    assert scripts('around("some words about a Margin here", ["margin"])') == [
        ["some words about a ", False], ["Margin", True], [" here", False],
    ]  # fmt: skip
    pieces = scripts('around("a margin and other words ".repeat(20), ["margin"])')
    assert "".join(words for words, _ in pieces[:-1]).split()[-1] in ("a", "margin", "and", "other", "words")
    assert pieces[-1] == [" …", False]
    assert scripts('around("a margin" + "x".repeat(300), ["margin"])')[-2] == ["x" * 142, False]  # one long word


@pytest.mark.parametrize(
    ("boxes", "pushed"),
    [
        ([(-900, 400, 700)], 300),
        ([(-300, 400, 700)], 0),  # its end was in sight: one reads in it
        ([(-900, 400, 700), (-100, 400, 500)], 400),  # the first has moved the second
        ([(-900, 400, 300), (200, 400, 700)], -100),
    ],
)
def test_what_figures_above_have_grown_by_is_scrolled(scripts, boxes, pushed):
    named = [dict(zip(("top", "before", "now"), box, strict=True)) for box in boxes]
    assert scripts(f"pushedDown({json.dumps(named)}, 68)") == pushed


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2 + 3 * 4", 14), ("-2 ** 2", -4), ("2 ** -1", 0.5), ("2 ^ 3 ^ 2", 512), ("(1 - 2) - 3", -4), ("8 / 2 / 2", 2),
        ("cos(pi) · 2", -2), ("math.acos(−1) / π", 1), ("return torch.sqrt(16)", 4), ("comb(6, 3)", 20), ("2x²", None),
        ("1.5e2", 150), ("x² + 1", 10), ("atan2(0, -1)", math.pi), ("log(e)", 1), ("rad2deg(pi)", 180), (".5", 0.5),
    ],
)  # fmt: skip
def test_arithmetic_is_read_as_python_reads_it(scripts, typed, value):
    reading = f"(() => {{ try {{ return readFormula({json.dumps(typed)}, ['x'])([3]); }} catch {{ return null; }} }})()"
    assert scripts(reading) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0, 0.0004),
        (28.648, 29),
        (27900, 8500),
        (27900, 8500.25),
        (-0.0, 2),
        (-1.98, 1.98),
        (12345.6, 12345.7),
        (1, 1.5e9),
    ],
)
def test_two_numbers_are_told_apart_as_in_a_notebook(scripts, one, other):
    assert scripts(f"toldApart({one}, {other})") == list(_told_apart(float(one), float(other)))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Nothing is typed"), ("2 +", "missing at the end"), ("cos 2", "wants brackets"),
        ("2 x", "a sign is missing"),
        ("alert(1)", "alert is not known"), ("constructor", "is not known"), ("toString(1)", "is not known"),
        ("x[0]", "cannot be read"), ("x(2)", "a sign is missing"), ("(2", "is missing"), ("cos(1, 2)", "one number"),
        ("atan2(1)", "two numbers"), ("x; x", "cannot be read"), ("(" * 400, "At most 300"),
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_told(scripts, typed, words):
    asked = json.dumps({"arguments": ["x"], "inputs": [[1]]})
    judged = scripts(f"judge({asked}, {json.dumps(typed)})")
    assert judged["state"] == "not yet" and words in judged["words"]


IN_THE_PAGE = {number: given for number, one in EXERCISES.items() if (given := asked(one))}


def test_these_exercises_are_answered_in_the_page():
    first = "0.1 1.1 2.3 3.2 4.1 4.2 5.1 5.2 5.4 6.1 6.3 7.2 7.3 8.2 10.3 10.4 11.1 11.3"
    assert set(IN_THE_PAGE) >= {*first.split()}


@pytest.mark.parametrize("number", IN_THE_PAGE)
def test_the_page_judges_as_python_does(scripts, number):
    given, exercise = IN_THE_PAGE[number], EXERCISES[number]

    def judge(typed):
        return scripts(f"judge({json.dumps(given.for_page())}, {json.dumps(typed)})")

    assert judge(given.solution) == {"state": "done", "words": exercise.done}
    twice = judge(f"2 * ({given.solution})")
    by_python = exercise.check(
        (lambda *a: 2 * exercise.solution(*a)) if given.arguments else 2 * exercise.target.item()
    )
    assert twice["state"] == by_python.state == "not yet"
    if by_python.words in exercise.slips:
        assert twice["words"] == by_python.words
    assert "solution" not in given.for_page()
    for (words, wrong), tensor in zip(given.slips, exercise.slips.values(), strict=True):
        assert (words in exercise.slips and None in wrong) or len(wrong) <= tensor.numel()
        assert scripts(f"alike({json.dumps(wrong)}, {json.dumps(given.target)}, {given.tolerance})") is False
