import json
from collections import Counter, defaultdict
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lessons_lib.explorers import Explorer
from tests.browser.harness import figure_of
from tests.browser.lab import NO_BROWSER, JupyterLab, chromium_path, headless, notebook_of
from tests.browser.pictures import IN_FIGURES
from tests.browser.specimens import BOXES_SHOWN, EXPLORERS_SHOWN, SETUP, SPECIMENS, WITHOUT_PICTURES

WITH_CLOCK = "clock"
Motion = Literal["reduce", "no-preference"]
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


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """A notebook with every explorer, then every box, run as nbconvert does it, its widgets' state kept."""
    import build

    cells = [SETUP, *EXPLORERS_SHOWN, WITHOUT_PICTURES, *BOXES_SHOWN]  # in boxes are the same figures again
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        return build.execute(notebook_of(*cells), "explorers")


@pytest.fixture(scope="session")
def shipped(executed):
    """The same, cleaned as `make notebooks` does it."""
    import build

    return build.clean(deepcopy(executed), made_from={})


class Pages:
    """Pages with one explorer each. What a test needs is taken from the test before: that costs a third of new ones.

    Pages of another kind are kept apart: a clock in the test's hand, say, cannot be taken out of a page.
    """

    def __init__(self, browser: Browser, folder: Path):
        self.browser, self.folder = browser, folder
        self.kept: defaultdict[str, list[Page]] = defaultdict(list)
        self.own: list[Page] = []
        self.taken: Counter[str] = Counter()
        self.troubles: list[str] = []
        self.count = 0
        self.motion: Motion = "reduce"

    def __call__(
        self,
        explorer: Explorer,
        width: int = 1000,
        clock: bool = False,
        ready: str = READY,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Motion | None = None,
        **choices: Any,
    ) -> Page:
        """The explorer's HTML and nothing else, `ready`; with `clock` the test may turn the page's clock.

        Where the test has no clock and does not say otherwise, nothing glides: to draw each frame takes long.
        """
        page = self.another(clock, choices)
        reduced_motion = reduced_motion or ("no-preference" if clock else self.motion)
        page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.set_viewport_size({"width": width, "height": 900})
        head = '<!doctype html><meta charset="utf-8"><title>explorer</title><link rel="icon" href="data:,">'
        self.count += 1  # another address each time: the same one again would keep what was scrolled and typed
        file = self.folder / f"{self.count}.html"
        file.write_text(head + figure_of(explorer), encoding="utf-8")
        page.goto(file.as_uri(), wait_until="commit")
        page.wait_for_function(ready)
        return page

    def another(self, clock: bool, choices: dict[str, Any]) -> Page:
        """A page of this kind that this test has not had yet."""
        kind = WITH_CLOCK if clock else json.dumps(choices)
        if self.taken[kind] == len(self.kept[kind]):
            page = self.new_page(**choices)
            self.own.remove(page)
            self.kept[kind].append(page)
            if clock:
                page.clock.install()  # before a figure sets a timer: one that runs by the true clock stays with it
        self.taken[kind] += 1
        return self.kept[kind][self.taken[kind] - 1]

    def new_page(self, **choices: Any) -> Page:
        """A page of this test's own, in a context of its own."""
        context = self.browser.new_context(**choices)
        context.add_init_script(IN_FIGURES)
        page = context.new_page()
        self.own.append(page)
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: self.troubles.append(asked.url) if asked.url.startswith("http") else None)
        return page

    def begin(self, motion: Motion) -> None:
        self.motion = motion
        self.taken.clear()
        self.troubles.clear()

    def end(self) -> None:
        """Close what only this test used; what is kept shows nothing any more that moves or trains."""
        for kind, pages in self.kept.items():
            for page in pages[: self.taken[kind]]:
                page.mouse.move(0, 0)
                page.evaluate("0")  # whatever failed until now has been told when this is answered
                if kind == WITH_CLOCK:
                    page.clock.resume()
                if kind == WITH_CLOCK or self.motion != "reduce":
                    page.goto("about:blank")
        for page in self.own:
            page.context.close()
        self.own.clear()


@pytest.fixture(scope="session")
def pages(chromium, tmp_path_factory):
    return Pages(chromium, tmp_path_factory.mktemp("pages"))


@pytest.fixture
def motion() -> Motion:
    """What a page is asked for where a test does not say; a module of figures that train has another."""
    return "reduce"


@pytest.fixture
def show(pages, motion):
    """show(explorer, width=1000, clock=False, **choices) -> a page with the explorer's HTML and nothing else.

    At the end no script may have failed and no request may have left the page.
    """
    pages.begin(motion)
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
