"""Exercises that are answered by dragging a curve, on a page of the site's look: mouse, finger, keys, both themes."""

import re
from itertools import pairwise

import make_site
import pytest
from exercise_forms import Answers
from playwright.sync_api import Page, expect
from sketches import CURVES, sketch

from lessons_lib.exercises import check
from tests.browser.axe import barriers

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def exercise(show, tmp_path):
    """exercise(number, dark, **context): a page with this exercise alone, as a lesson's page has it."""

    def make(number: str, dark: bool = False, **context) -> Page:
        look = make_site.look(*make_site.LOOKS, *(["dark"] if dark else []))
        scripts = "".join(f"<script>{(make_site.HERE / name).read_text()}</script>" for name in make_site.FORMS)
        verdict = Answers()(check(number, ...)._repr_html_())
        page = show.another(False, context)
        page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
        page.set_viewport_size(context.get("viewport", {"width": 1200, "height": 900}))
        file = tmp_path / f"{number}.html"
        file.write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<title>{number}</title><link rel="icon" href="data:,"><style>{look.replace("url(", "url(data:,")}</style>'
            f'{scripts}<div class="columns"><main><h1>{number}</h1><div class="output">{verdict}</div></main></div>',
            encoding="utf-8",
        )
        page.goto(file.as_uri())
        expect(page.get_by_role("slider")).to_have_count(len(CURVES[number].dots))
        return page

    return make


def said(page: Page):
    return page.locator(".sketch [aria-live]")


def middle(box) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def places(page: Page, drawn, heights) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """From where to where each dot is taken, for these heights: read off the values that the axis itself shows."""
    ticks = page.locator(".paper .tick").evaluate_all("all => all.map(one => one.getBoundingClientRect().y)")
    (low, y_low), (high, y_high) = [(drawn.ticks[1][i], ticks[i]) for i in (0, -1)]
    boxes = [middle(dot.bounding_box()) for dot in page.get_by_role("slider").all()]
    return [
        ((x, y), (x, y_low + (height - low) / (high - low) * (y_high - y_low)))
        for (x, y), height in zip(boxes, heights, strict=True)
    ]


def finger(page: Page, *way: tuple[float, float]) -> None:
    """Put a finger down at the first place, move it to the others in steps, and lift it."""
    hand = page.context.new_cdp_session(page)
    steps = [(a + (c - a) * i / 8, b + (d - b) * i / 8) for (a, b), (c, d) in pairwise(way) for i in range(9)]
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * len(steps)], steps, strict=False):
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("number", CURVES)
def test_a_mouse_draws_the_curve_and_check_tells_where_it_is_off(exercise, number):
    page, drawn = exercise(number), sketch(number)
    picture, button = page.locator(".plot.target"), page.get_by_role("button", name="Check the curve")
    expect(picture).to_be_hidden()
    *rest, last = places(page, drawn, drawn.wanted)
    for start, end in rest:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=3)
        page.mouse.up()
    button.click()
    expect(said(page)).to_contain_text(f"at {drawn.dots[-1]:g}{drawn.unit}")
    expect(said(page)).to_contain_text("not yet")
    page.mouse.click(*last[1])  # the paper above or below a dot takes it as well
    button.click()
    expect(said(page)).to_contain_text("The curve: done.")
    expect(page.locator(".paper .wanted")).to_have_count(1)
    expect(picture).to_be_visible()


def test_keys_draw_it_too(exercise):
    page, drawn = exercise("4.1"), sketch("4.1")
    for dot, wanted in zip(page.get_by_role("slider").all(), drawn.wanted, strict=True):
        expect(dot).to_have_attribute("aria-label", re.compile(r"^ψ\(θ\) at \d+°$"))
        dot.press("End")
        expect(dot).to_have_attribute("aria-valuenow", f"{drawn.high:.2f}")
        for _ in range(round((drawn.high - wanted) / drawn.step)):
            dot.press("ArrowDown")
    page.get_by_role("button", name="Check the curve").press("Enter")
    expect(said(page)).to_contain_text("The curve: done.")


def test_the_target_is_shown_to_who_asks(exercise):
    page = exercise("7.2")
    button, picture = page.get_by_role("button", name="Show the target"), page.locator(".plot.target")
    for shown in (True, False):
        button.click()
        expect(picture).to_be_visible(visible=shown)
        expect(button).to_have_attribute("aria-pressed", str(shown).lower())
        expect(page.locator(".paper .wanted")).to_have_count(int(shown))
    page.emulate_media(media="print")
    expect(picture).to_be_visible()
    expect(page.locator("form.sketch")).to_be_hidden()


def test_a_finger_moves_a_dot_and_scrolls_from_the_paper(exercise):
    page, drawn = exercise("1.1", **PHONE), sketch("1.1")
    page.locator("main").evaluate("main => { main.style.paddingBottom = '900px'; }")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    dots = page.get_by_role("slider").all()
    boxes = [dot.bounding_box() for dot in dots]
    assert all(box["width"] >= 30 and box["height"] >= 44 and box["x"] + box["width"] <= 390 for box in boxes)
    assert all(one["x"] + one["width"] <= other["x"] + 1 for one, other in pairwise(boxes))
    start, end = places(page, drawn, drawn.wanted)[-1]
    finger(page, start, end)
    assert float(dots[-1].get_attribute("aria-valuenow")) == pytest.approx(2, abs=drawn.room)
    assert page.evaluate("scrollY") == 0
    _, y = middle(page.locator(".paper").bounding_box())
    between = (boxes[3]["x"] + boxes[4]["x"] + boxes[4]["width"]) / 2
    finger(page, (between, y + 80), (between, y - 80))
    page.wait_for_function("scrollY > 20")
    assert float(dots[3].get_attribute("aria-valuenow")) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_it_keeps_nobody_out(exercise, dark):
    page = exercise("1.2", dark)
    page.get_by_role("button", name="Check the curve").click()
    expect(said(page)).to_contain_text("not yet")
    assert barriers(page) == []
    dot = page.get_by_role("slider").first
    dot.focus()
    page.keyboard.press("ArrowUp")
    assert dot.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    for mark, colour in ((".yours", "stroke"), (".tick", "stroke"), ("text", "fill")):
        shown = page.locator(f".paper {mark}").first.evaluate("(one, name) => getComputedStyle(one)[name]", colour)
        assert shown not in (paper, "none"), mark
