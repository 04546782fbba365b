"""The pages of the web site in a real browser, opened from the disk: `make test` tries two, `make test-site` all."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import build
import make_site
import nbformat
import pytest
from lesson import Lesson
from playwright.sync_api import Locator, expect

from tests.browser.lab import drawn, drawn_anew
from tests.browser.specimens import SPECIMENS, drag

NAMES = [name for name in build.lessons() if (build.NOTEBOOKS / f"{name}.ipynb").exists()]
EVERY_PAGE = bool(os.environ.get("EVERY_PAGE"))
# The glossary, to which others link, the lesson that the start page's figure is from, and one with three figures. No
# sphere: to draw one takes a machine without a graphics card ten seconds.
BUILT = NAMES if EVERY_PAGE else [name for name in NAMES if name[:2] in ("00", "05", "07")]
OPENED = ["index", *(BUILT if EVERY_PAGE else BUILT[-1:])]

# Text that a reader may find hard to read: its words, and its contrast with what is painted behind it. Large words and
# a sign alone (an exercise's mark, a class's number on its colour) may have less.
FAINT = """() => {
  const probe = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const rgba = colour => { probe.clearRect(0, 0, 1, 1); probe.fillStyle = colour; probe.fillRect(0, 0, 1, 1); return [...probe.getImageData(0, 0, 1, 1).data]; };
  const light = colour => [.2126, .7152, .0722].reduce((sum, weight, i) => {
    const part = colour[i] / 255;
    return sum + weight * (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
  }, 0);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    if (!words || !node.checkVisibility() || node.closest('script, style, .spoken, .skip, [aria-hidden=true], :disabled, .js-plotly-plot')) continue;
    const style = getComputedStyle(node), large = parseFloat(style.fontSize) >= 24;
    const [one, other] = [light(rgba(style.color)), light(behind(node))], ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    if (ratio < (large || words.length === 1 ? 3 : 4.5)) found.set(`${style.color} ${ratio.toFixed(2)}`, `${node.tagName}.${node.className} ${words.slice(0, 30)}`);
  }
  return Object.fromEntries(found);
}"""  # noqa: E501  a line of JavaScript each


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, from the notebooks that `make test` runs; whether they are fit is not asked here."""
    folder = tmp_path_factory.mktemp("site")
    lessons = [
        Lesson(name, nbformat.read(build.ROOT / path, as_version=4)) for name in BUILT if (path := build.to_test(name))
    ]
    make_site.write(lessons, folder)
    return folder


@pytest.fixture(scope="module", params=OPENED)
def opened(request, site, chromium):
    """A page of the site opened from the disk without a network, and what went wrong on it so far."""
    context, troubles = chromium.new_context(reduced_motion="reduce", offline=True), []
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1300, "height": 900})
    ours = (site.as_uri(), "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(ours) else troubles.append(asked.url))
    page.on("requestfailed", lambda asked: troubles.append(f"failed: {asked.url[:200]}"))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.goto((site / f"{request.param}.html").as_uri())
    yield page, troubles
    context.close()


def gestures(figure: Locator):
    """How a reader moves this figure, by key and by mouse: its specimen's gestures, found by the code above it.

    Keys come first: a slider may stand already where the mouse would take it.
    """
    code = figure.locator("xpath=ancestor::*[@class='cell']").locator(".input").all_inner_texts() or [make_site.HERO]
    for specimen in SPECIMENS:
        if specimen.make.split(".")[1].partition("(")[0] + "(" in code[0]:
            return specimen.by_key, specimen.by_mouse
    slider = figure.get_by_role("slider").first
    return (lambda _: slider.press("ArrowRight")), (lambda _: drag(slider, (0.3, 0.5), (0.6, 0.5)))


def test_every_figure_answers_mouse_and_keys(opened):
    page, troubles = opened
    figures = page.locator("figure.lesson")
    expect(figures).to_have_count(page.locator("[data-explorer]").count())
    for figure in figures.all():
        for gesture in gestures(figure):
            before = drawn(figure)
            gesture(figure)
            drawn_anew(figure, before)
    assert troubles == []


def test_formulas_are_set_in_their_font(opened):
    page, _ = opened
    sizes = page.evaluate("() => [...document.querySelectorAll('math')].map(f => f.getBoundingClientRect().width)")
    assert all(sizes)
    if sizes:
        assert page.evaluate("async () => (await document.fonts.load('16px Formulas', 'x')).length") == 1
    prose = " ".join(page.locator(".prose, .lessons").all_inner_texts())
    assert "$" not in prose and "\\frac" not in prose


def test_pictures_have_words_and_headings_nest(opened):
    page, _ = opened
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    mute = "canvas:not([aria-label], [aria-labelledby], [aria-hidden=true], [role=img] canvas)"
    assert page.locator(mute).evaluate_all("all => all.filter(c => !c.textContent.trim()).map(c => c.outerHTML)") == []
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(lower <= level + 1 for level, lower in pairwise(levels))
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_schemes(opened, scheme):
    page, troubles = opened
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = !one.closest('header'); })")
    assert page.evaluate(FAINT) == {}
    page.emulate_media(color_scheme="light")
    assert troubles == []


def test_nothing_sticks_out_on_a_phone(opened):
    page, _ = opened
    page.set_viewport_size({"width": 400, "height": 800})
    for figure in page.locator("figure.lesson").all():
        drawn(figure)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    page.set_viewport_size({"width": 1300, "height": 900})


def test_links_within_the_page_lead_somewhere(opened):
    page, _ = opened
    lost = "all => all.map(a => a.hash.slice(1)).filter(id => id && !document.getElementById(decodeURIComponent(id)))"
    assert page.locator("a[href^='#']").evaluate_all(lost) == []


def test_hints_and_solution_unfold(opened):
    page, _ = opened
    for solution in page.locator("details:has(> summary:text-is('Solution'))").all():
        solution.evaluate("one => { one.open = false; }")
        solution.locator("summary").click()
        expect(solution.locator("pre")).to_be_visible()


def test_a_sphere_turns_once_it_is_asked_to(opened):
    page, troubles = opened
    for sphere in page.locator(".turnable").all():
        alt = sphere.locator("img").get_attribute("alt")
        sphere.get_by_role("button").click()
        sphere.get_by_role("img", name=alt).locator("canvas").first.wait_for(state="attached")
    assert troubles == []


def test_a_chosen_theme_is_kept(opened):
    page, _ = opened
    for choice, light in (("Dark", "false"), ("Light", "true")):
        page.get_by_role("button", name=choice, exact=True).click()
        page.reload(wait_until="commit")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    page.evaluate("() => localStorage.clear()")
    page.reload()


def test_it_works_over_http_too(chromium, site):
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here, asked = f"http://127.0.0.1:{server.server_port}/", []
        page = chromium.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(here)
        assert drawn(page.locator("figure.lesson"))
        page.locator(".bar summary").click()
        page.get_by_role("navigation", name="Lessons").get_by_role("link").last.click()
        expect(page.get_by_role("link", name="Lesson before")).to_be_visible()
        assert not [url for url in asked if not url.startswith((here, "data:", "blob:"))]
        page.close()
        server.shutdown()


def test_on_paper_there_is_the_lesson_alone(opened):
    page, _ = opened
    page.emulate_media(media="print")
    assert not page.locator(".bar, .contents, .turn").filter(visible=True).count()
    expect(page.get_by_role("main")).to_be_visible()
    page.emulate_media(media="screen")
