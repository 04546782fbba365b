import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lessons_lib.explorers import Explorer
from tests.browser.lab import NO_BROWSER, JupyterLab, chromium_path, headless
from tests.browser.pictures import IN_FIGURES
from tests.browser.specimens import SETUP, SPECIMENS

READY = "inFigures('figcaption')[0]?.textContent"  # its sentence comes with the drawing


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, the one that PROBE_CHROMIUM names or that is installed."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright, headless(playwright, path) as browser:
        yield browser


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """One JupyterLab for all tests, with nothing in it: starting it takes seconds."""
    with JupyterLab(tmp_path_factory.mktemp("lab")) as server:
        yield server


class Pages:
    """Pages with one explorer each. A test's first page is that of the test before, used again: that is quicker."""

    def __init__(self, browser: Browser, folder: Path):
        self.browser, self.folder, self.shared = browser, folder, None
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.made: dict[str, str] = {}
        self.count = 0

    def __call__(
        self, explorer: Explorer, width: int = 1000, clock: bool = False, ready: str = READY, **choices: Any
    ) -> Page:
        """The explorer's HTML and nothing else, `ready`; with `clock` the test may turn the page's clock."""
        if clock or choices or self.taken:
            page = self.new_page(**choices)
            if clock:
                page.clock.install()  # before the figure sets a timer: one that runs by the true clock stays with it
        else:
            page = self.shared = self.shared or self.new_page()
            self.taken = True
        page.set_viewport_size({"width": width, "height": 900})
        self.count += 1  # another address each time: the same one again would keep what was scrolled and typed
        file = self.folder / f"{self.count}.html"
        head = '<!doctype html><meta charset="utf-8"><title>explorer</title><link rel="icon" href="data:,">'
        file.write_text(head + self.html(explorer), encoding="utf-8")
        page.goto(file.as_uri(), wait_until="commit")
        page.wait_for_function(ready)
        return page

    def html(self, explorer: Explorer) -> str:
        """Made once for each state: drawing the still picture takes longer than loading the page."""
        if not isinstance(explorer, Explorer):  # a test's stand-in
            return explorer.html()
        state = json.dumps([type(explorer).__name__, explorer.state()], sort_keys=True)
        if state not in self.made:
            self.made[state] = explorer.html()
        return self.made[state]

    def new_page(self, **choices: Any) -> Page:
        context = self.browser.new_context(**choices)
        self.contexts.append(context)
        context.add_init_script(IN_FIGURES)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: self.troubles.append(asked.url) if asked.url.startswith("http") else None)
        return page

    def begin(self) -> None:
        self.taken = False
        self.troubles.clear()

    def end(self) -> None:
        """Close what only this test used."""
        if self.shared is not None:
            self.shared.emulate_media(color_scheme="null", reduced_motion="null")  # None would leave them as they are
            self.shared.mouse.move(0, 0)
            self.shared.evaluate("0")  # whatever failed until now has been told when this is answered
        for context in self.contexts:
            if self.shared is None or context is not self.shared.context:
                context.close()
        self.contexts = [] if self.shared is None else [self.shared.context]


@pytest.fixture(scope="session")
def pages(chromium, tmp_path_factory):
    return Pages(chromium, tmp_path_factory.mktemp("pages"))


@pytest.fixture
def show(pages):
    """show(explorer, width=1000, clock=False, **context) -> a page with the explorer's HTML and nothing else.

    At the end no script may have failed and no request may have left the page.
    """
    pages.begin()
    yield pages
    pages.end()
    assert pages.troubles == []


@pytest.fixture
def page(show, explorer):
    """The `explorer` of a test's module on a page."""
    return show(explorer)


@pytest.fixture
def made():
    """The specimen of a name."""

    def make(name):
        names = {}
        exec(SETUP, names)
        exec(next(f"{name} = {specimen.make}" for specimen in SPECIMENS if specimen.name == name), names)
        return names[name]

    return make
