"""Nothing in an explorer keeps a reader out who hears the page, or has keys alone."""

import pytest

from tests.browser.axe import barriers
from tests.browser.pictures import at_rest
from tests.browser.specimens import SPECIMENS


def test_it_finds_what_is_wrong(show):
    page = show.new_page()
    page.set_content("<!doctype html><html lang=en><title>t</title><main><h1>t</h1><a href='#x'></a></main>")
    assert [found.split(":")[0] for found in barriers(page)] == ["link-name"]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_no_explorer_has_a_barrier(show, made, specimen):
    page = show(made(specimen.name))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator("summary").evaluate_all("all => all.forEach(one => { one.parentElement.open = true; })")
        at_rest(page)
        assert barriers(page, "[data-explorer]") == [], scheme
