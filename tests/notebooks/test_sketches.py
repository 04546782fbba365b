"""Curves to draw on the site: what is asked, how the page's script judges it, and the form that carries it."""

import json
import math
import re
from itertools import pairwise

import pytest
import torch
from answers import asked
from exercise_forms import Answers
from make_site import HERE
from py_mini_racer import MiniRacer
from sketches import CURVES, ROOM, sketch

from lessons_lib.exercises import EXERCISES, check


@pytest.fixture(scope="module")
def script():
    """value(expression): what the page's script says."""
    with MiniRacer() as context:
        context.eval((HERE / "sketches.js").read_text(encoding="utf-8") + ";0")
        yield lambda expression: json.loads(context.eval(f"JSON.stringify({expression})"))


@pytest.fixture
def judge(script):
    return lambda drawn, heights: script(f"judgeDots({json.dumps(drawn.for_page())}, {json.dumps(heights)})")


@pytest.mark.parametrize("number", CURVES)
def test_the_right_curve_is_done_and_a_flat_one_is_not(judge, number):
    drawn = sketch(number)
    assert judge(drawn, drawn.wanted) == {
        "state": "done",
        "words": f"Your curve is right at all of its dots. {EXERCISES[number].done}",
    }
    middle = (drawn.low + drawn.high) / 2
    flat = judge(drawn, [middle] * len(drawn.dots))
    assert flat["state"] == "not yet" and "too low at" in flat["words"] and "too high at" in flat["words"]


@pytest.mark.parametrize("number", CURVES)
def test_every_dot_counts(judge, number):
    drawn = sketch(number)
    for i, at in enumerate(drawn.dots):
        for sign, words in ((1, "too high"), (-1, "too low")):
            heights = [height + (1.5 * sign * drawn.room if i == k else 0) for k, height in enumerate(drawn.wanted)]
            said = judge(drawn, heights)["words"]
            assert f"{words} at {at:g}{drawn.unit};" in said and f"farthest off at {at:g}{drawn.unit}." in said


@pytest.mark.parametrize("number", CURVES)
def test_a_mistake_that_can_be_drawn_is_named(judge, number):
    drawn = sketch(number)
    assert len(drawn.slips) >= 4
    alike = {}
    for words, heights in drawn.slips:
        assert words in EXERCISES[number].slips
        assert all(drawn.low <= height <= drawn.high for height in heights)
        alike.setdefault(tuple(heights), words)
    for heights, words in alike.items():
        assert judge(drawn, heights) == {"state": "not yet", "words": words}


@pytest.mark.parametrize("number", CURVES)
def test_all_that_is_wanted_can_be_reached_by_keys(number):
    drawn = sketch(number)
    assert 0 < drawn.step <= drawn.room  # from one step to the next there is one within the room
    assert drawn.room == pytest.approx(ROOM * (max(h for _, h in drawn.line) - min(h for _, h in drawn.line)), abs=1e-3)
    assert drawn.low < min(drawn.wanted) and max(drawn.wanted) < drawn.high
    assert all(a < b for a, b in pairwise(drawn.dots))


@pytest.mark.parametrize(
    ("number", "height"),
    [
        ("1.1", lambda angle: 2 * math.sin(angle / 2)),
        ("4.1", lambda angle: math.cos(2 * angle) if angle < math.pi / 2 else -math.cos(2 * angle) - 2),
        ("5.1", lambda angle: math.cos(angle + 0.5)),
        ("7.2", lambda angle: math.cos(angle / 2) / (1 + 2 * math.sin(angle / 2)) ** 2),
    ],
)
def test_what_is_wanted_is_the_formula_s(number, height):
    drawn = sketch(number)
    right = [height(math.radians(at)) for at in drawn.dots]
    assert drawn.wanted == pytest.approx(right, abs=0.01 * (max(right) - min(right)))
    assert asked(EXERCISES[number]) is not None and drawn.unit == "°"


def test_the_margin_s_loss_is_the_formula_s():
    assert sketch("1.2").wanted == pytest.approx([max(0, 1 - d) ** 2 / 2 for d in sketch("1.2").dots], abs=1e-3)
    assert sketch("1.2").unit == "" and sketch("1.2").names == ("distance D, two classes", "loss of the pair")


def test_no_answer_that_is_no_curve_is_drawn():
    assert sketch("0.1") is None and sketch("none") is None


def test_the_line_through_the_dots_swings_past_none(script):
    heights = torch.rand(40, generator=torch.Generator().manual_seed(0)).tolist()
    path = script(f"smooth({json.dumps([[10 * i, 100 * height] for i, height in enumerate(heights)])})")
    numbers = [[float(word) for word in part.split()] for part in re.split("[MC]", path)[1:]]
    for (*_, start), (_, one, _, other, _, end) in pairwise(numbers):
        low, high = min(start, end) - 0.1, max(start, end) + 0.1
        assert low <= one <= high and low <= other <= high


def test_a_page_has_paper_before_the_line_and_the_target_waits():
    forms = Answers()
    drawn, plain = (forms(check(number, ...)._repr_html_()) for number in ("1.1", "4.2"))
    assert drawn.index('<form class="sketch"') < drawn.index('<form class="answer"') < drawn.index("plot target")
    assert "<form" in plain and "sketch" not in plain and "plot target" not in plain
    told = re.search(r'<form class="sketch".*?<script type="application/json">(.*?)</script>', drawn, re.DOTALL)[1]
    assert json.loads(told)["wanted"] == sketch("1.1").wanted


def test_where_only_a_curve_is_judged_the_page_says_where_code_is():
    page = Answers()(check("1.2", ...)._repr_html_())
    assert '<form class="sketch"' in page and '<form class="answer"' not in page
    assert "Its code is answered in Python" in page
