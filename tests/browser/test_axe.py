"""Nothing in an explorer keeps a reader out who hears the page, or has keys alone, whatever the scheme."""

import pytest

from tests.browser.axe import OF_COLOURS, barriers
from tests.browser.pictures import at_rest
from tests.browser.specimens import SPECIMENS

# Their inks, and the rules to ask: nothing but colours is another with the scheme.
SCHEMES = [("light", "rgb(27, 31, 36)", ()), ("dark", "rgb(232, 234, 237)", OF_COLOURS)]


def test_it_finds_what_is_wrong(show):
    page = show.new_page()
    faint = "<p style='color: silver; background: white'>faint</p>"
    page.set_content(f"<!doctype html><html lang=en><title>t</title><main><h1>t</h1><a href='#x'></a>{faint}</main>")
    assert [found.split(":")[0] for found in barriers(page)] == ["color-contrast", "link-name"]
    assert [found.split(":")[0] for found in barriers(page, rules=OF_COLOURS)] == ["color-contrast"]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_no_explorer_has_a_barrier_in_either_scheme(show, made, specimen):
    page, pictures = show(made(specimen.name)), set()
    page.locator("summary").evaluate_all("all => all.forEach(one => { one.parentElement.open = true; })")
    for scheme, ink, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        pictures.add(at_rest(page))
        assert page.evaluate("getComputedStyle(inFigures('.lesson')[0]).color") == ink
        assert barriers(page, "[data-explorer]", rules) == [], scheme
    assert len(pictures) == len(SCHEMES)
