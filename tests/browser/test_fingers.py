"""A finger that scrolls the page over a figure moves nothing in it; one that goes sideways does."""

import json

import pytest

from tests.browser.pictures import SETTINGS, at_rest, swiped

NARROW = 420
# Of a canvas, by what it is called: a place, in shares of its width and height, at which a finger holds no small thing.
PLACES = {
    "cost": ("number of classes", (0.45, 0.3)),
    "family": ("length", (0.4, 0.3)),
    "length": ("angle", (0.4, 0.5)),
    "logits": ("angle", (0.4, 0.5)),
    "probability": ("angle", (0.4, 0.6)),
    "verification": ("scores", (0.2, 0.4)),
    "charges": ("charges", (0.5, 0.9)),
    "pairs": ("matrix", (0.5, 0.6)),
}


@pytest.fixture(params=PLACES)
def place(request, show, made):
    """A figure on a phone, scrolled so that the finger has room, and the place."""
    label, (right, down) = PLACES[request.param]
    page = show(made(request.param), width=NARROW, has_touch=True)
    page.evaluate("document.body.style.paddingBottom = '1500px'")
    canvas = page.get_by_label(label).and_(page.locator("canvas")).first
    canvas.evaluate("node => scrollBy(0, node.getBoundingClientRect().top - 200)")
    at_rest(page)
    box = canvas.bounding_box()
    return page, (box["x"] + right * box["width"], box["y"] + down * box["height"])


def settings(page):
    at_rest(page)
    return json.loads(page.get_by_label(SETTINGS).input_value())


def test_a_finger_that_scrolls_the_page_changes_nothing(place):
    page, start = place
    before, stood = settings(page), page.evaluate("scrollY")
    swiped(page, start, [(0, -120)])
    assert page.evaluate("scrollY") > stood and settings(page) == before
    swiped(page, start, [(0, 120)])
    assert settings(page) == before


def test_a_finger_that_goes_sideways_moves_it(place):
    page, start = place
    before, stood = settings(page), page.evaluate("scrollY")
    swiped(page, start, [(60, 6)])
    assert settings(page) != before and page.evaluate("scrollY") == stood


def test_what_a_finger_moved_is_put_back_where_the_browser_takes_it_away(place):
    page, start = place
    before = settings(page)
    swiped(page, start, [(60, 6)], lost=True)
    assert settings(page) == before
