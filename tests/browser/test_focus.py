"""Keys stay on the button that was pressed, also where it has nothing left to do."""

import pytest
from playwright.sync_api import expect

from tests.browser.pictures import settings

NARROW = 420
ON_KEYS = "inFigures('button').findIndex(one => one.matches(':focus'))"


def write_a_caption(page):
    page.get_by_role("textbox", name="write a caption").fill("b b")


def turn_a_weight(page):
    page.get_by_role("slider", name="Direction of class weight").press("ArrowLeft")


@pytest.mark.parametrize(
    "name, label, before",
    [
        ("center", "start again", lambda page: None),
        ("pad", "undo", lambda page: None),
        ("pad", "clear", lambda page: None),
        ("pairs", "put back", write_a_caption),
        ("band", "back", turn_a_weight),
    ],
)
def test_a_button_that_has_done_its_work_keeps_the_focus(show, made, name, label, before):
    page = show(made(name))
    before(page)
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_be_enabled()
    button.focus()
    place = page.evaluate(ON_KEYS)
    page.keyboard.press("Enter")
    expect(button).to_be_disabled()
    assert place == page.evaluate(ON_KEYS) >= 0
    if name != "pad":  # which has no line of settings
        done = settings(page)
        page.keyboard.press("Enter")
        assert settings(page) == done
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(ON_KEYS) == place
