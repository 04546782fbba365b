"""Nothing in an explorer keeps a reader out who hears the page, or has keys alone."""

import pytest

from tests.browser.axe import OF_COLOURS, barriers
from tests.browser.pictures import at_rest
from tests.browser.specimens import SPECIMENS


def test_it_finds_what_is_wrong(show):
    page = show.new_page()
    faint = "<p style='color: silver; background: white'>faint</p>"
    page.set_content(f"<!doctype html><html lang=en><title>t</title><main><h1>t</h1><a href='#x'></a>{faint}</main>")
    assert [found.split(":")[0] for found in barriers(page)] == ["color-contrast", "link-name"]
    assert [found.split(":")[0] for found in barriers(page, rules=OF_COLOURS)] == ["color-contrast"]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_no_explorer_has_a_barrier(show, made, specimen):
    page = show(made(specimen.name))
    for scheme, rules in (("light", ()), ("dark", OF_COLOURS)):  # nothing but colours is another with the scheme
        page.emulate_media(color_scheme=scheme)
        page.locator("summary").evaluate_all("all => all.forEach(one => { one.parentElement.open = true; })")
        at_rest(page)
        assert barriers(page, "[data-explorer]", rules) == [], scheme
