import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, the one that PROBE_CHROMIUM names or that is installed."""
    path = os.environ.get("PROBE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium was found: install one (Debian: apt install chromium) to run the browser tests.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def show(chromium, tmp_path):
    """show(explorer, width=1000, **context) -> a page with the explorer's HTML and nothing else.

    At the end no script may have failed and no request may have left the page.
    """
    contexts, troubles = [], []

    def opened(explorer, width=1000, **choices):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **choices)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("console", lambda said: troubles.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("request", lambda request: troubles.append(request.url) if request.url.startswith("http") else None)
        file = tmp_path / f"page{len(contexts)}.html"
        head = '<!doctype html><meta charset="utf-8"><title>explorer</title><link rel="icon" href="data:,">'
        file.write_text(head + explorer.html(), encoding="utf-8")
        page.goto(file.as_uri())
        page.wait_for_selector("figure.lesson")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
