"""The pages of the web site in a real browser, opened from the disk: `make test` tries two, `make test-site` all."""

import os
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import build
import make_site
import nbformat
import pytest
from answers import asked
from lesson import Lesson
from PIL import Image
from playwright.sync_api import Locator, expect

from lessons_lib.exercises import EXERCISES
from tests.browser.axe import barriers
from tests.browser.engines import NEEDED, found, window
from tests.browser.lab import chromium_path, drawn, drawn_anew
from tests.browser.specimens import SPECIMENS

NAMES = [name for name in build.lessons() if (build.NOTEBOOKS / f"{name}.ipynb").exists()]
EVERY_PAGE = bool(os.environ.get("EVERY_PAGE"))
# The glossary, to which others link, the lesson that the start page's figure is from, and one with three figures. No
# sphere: to draw one takes a machine without a graphics card ten seconds.
BUILT = NAMES if EVERY_PAGE else [name for name in NAMES if name[:2] in ("00", "05", "07")]
OPENED = ["index", *([*BUILT, "library", "404"] if EVERY_PAGE else BUILT[-1:])]

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
    for (; node; node = node.parentElement ?? node.getRootNode().host) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = new Map(), homes = [document.body, ...[...document.querySelectorAll('.explorer')].map(home => home.shadowRoot)];
  for (const home of homes) for (const walker = document.createTreeWalker(home, NodeFilter.SHOW_TEXT); walker.nextNode();) {
    const node = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    if (!words || !node.checkVisibility() || node.closest('script, style, .spoken, .skip, [aria-hidden=true], :disabled, [aria-disabled=true], .js-plotly-plot')) continue;
    const style = getComputedStyle(node), large = parseFloat(style.fontSize) >= 24;
    const [one, other] = [light(rgba(style.color)), light(behind(node))], ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    if (ratio < (large || words.length === 1 ? 3 : 4.5)) found.set(`${style.color} ${ratio.toFixed(2)}`, `${node.tagName}.${node.className} ${words.slice(0, 30)}`);
  }
  return Object.fromEntries(found);
}"""  # noqa: E501  a line of JavaScript each

# What has the keyboard now, and whether one sees that: a ring around it or around its words, and no bar over it.
STOP = """() => {
  let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;  // into a figure
  const ringed = one => one && (getComputedStyle(one).outlineStyle === 'solid' || getComputedStyle(one).boxShadow !== 'none');
  const { top, bottom } = node.getBoundingClientRect(), bar = document.querySelector('.bar').getBoundingClientRect().bottom;
  const onTop = node.closest('.bar, .skip, .contents') || node.type === 'radio';
  const near = onTop || (bottom > bar && top < innerHeight);
  return { name: node.classList[0] ?? node.tagName, seen: Boolean((ringed(node) || ringed(node.closest('label'))) && near) };
}"""  # noqa: E501


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, from the notebooks that `make test` runs; whether they are fit is not asked here."""
    folder = tmp_path_factory.mktemp("site")
    lessons = [
        Lesson(name, nbformat.read(build.ROOT / path, as_version=4)) for name in BUILT if (path := build.to_test(name))
    ]
    make_site.write(lessons, folder)
    return folder


WAKE = "() => { whole(); for (const place of document.querySelectorAll('[data-explorer]')) wake(place); }"


def left(asked):
    """Whether a request ended because the page was left before the answer came."""
    return "ERR_ABORTED" in (asked.failure or "")


@pytest.fixture(scope="module", params=OPENED)
def opened(request, site, chromium):
    """A page of the site opened from the disk without a network, and what went wrong on it so far."""
    context, troubles = chromium.new_context(reduced_motion="reduce", offline=True), []
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1300, "height": 900})
    ours = (site.as_uri(), "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(ours) else troubles.append(asked.url))
    page.on("requestfailed", lambda asked: None if left(asked) else troubles.append(f"failed: {asked.url[:200]}"))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.goto((site / f"{request.param}.html").as_uri())
    page.evaluate("whole()")  # tests jump about in it
    yield page, troubles
    context.close()


def step(how, figure: Locator):
    """Let a network train some steps."""
    how(figure.get_by_role("button", name=re.compile(r"^\d+ steps?$")))


def gestures(place: Locator):
    """How a reader moves the figure at this place, by key and by mouse: found by the nearest code above it.

    Keys come first: a slider may stand already where the mouse would take it.
    """
    cells = place.locator("xpath=ancestor::*[@class='cell'] | ancestor::*[@class='cell']/preceding::*[@class='cell']")
    for code in reversed(cells.locator(".input").all_inner_texts() or [make_site.HERO]):
        if "LiveLab(" in code:  # it stands at a loss without a margin, and its specimen's gesture is one of a margin
            return tuple(partial(step, how) for how in (lambda button: button.press("Enter"), Locator.click))
        for specimen in SPECIMENS:
            if specimen.make.split(".")[1].partition("(")[0] + "(" in code:
                return specimen.by_key, specimen.by_mouse
    raise AssertionError("no code above this figure makes an explorer")


def test_a_figure_begins_when_one_comes_near(opened):
    page, _ = opened
    far = "all => all.filter(one => one.getBoundingClientRect().top > 2 * innerHeight).map(one => one.dataset.explorer)"
    for name in page.locator("[data-explorer]").evaluate_all(far)[-1:]:
        place = page.locator(f"[data-explorer='{name}']")
        expect(place.locator("img.for-light")).to_be_visible()
        place.scroll_into_view_if_needed()
        drawn(page.locator(f"[data-explorer='{name}'] figure.lesson"))


def test_a_page_comes_in_parts_until_somebody_scrolls(chromium, site):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto((site / f"{BUILT[-1]}.html").as_uri())
    left = page.locator(".part:not(:first-child, .out)")
    expect(page.locator(".part.out").first).to_be_attached()
    assert left.count() > 2
    page.mouse.wheel(0, 300)
    expect(left).to_have_count(0)
    expect(page.locator("html")).not_to_have_class("pieces")
    page.goto((site / f"{BUILT[-1]}.html").as_uri() + "#the-figure")  # a place in the same page
    page.reload()
    expect(page.locator("html")).not_to_have_class("pieces")
    page.close()


def test_where_nothing_holds_the_text_still_a_page_comes_whole(chromium, site):
    """WebKit has no scroll anchoring: what grows above would push away what is read."""
    page = chromium.new_page()
    page.add_init_script("CSS.supports = () => false")
    page.goto((site / f"{BUILT[-1]}.html").as_uri())
    expect(page.locator("html")).not_to_have_class("pieces")
    page.close()


AFTER_A_FIGURE = """return [...document.querySelectorAll('[data-explorer]')].map(figure =>
  [...document.querySelectorAll('h2, h3')].find(one => figure.compareDocumentPosition(one) & 4)?.id)"""
BEGUN_AROUND = """[...document.querySelectorAll('[data-explorer]')].filter(one =>
  Math.abs(one.getBoundingClientRect().bottom) < 700).every(one => one.querySelector('.explorer')?.shadowRoot
    ?.querySelector('figcaption')?.textContent)"""

SETTLED_TOP = """return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.getElementById(arguments[0]).getBoundingClientRect().top))))"""


def test_in_webkit_a_heading_stays_where_it_is_while_a_figure_above_it_begins(site, tmp_path):
    if not found("webkit"):
        pytest.skip(NEEDED["webkit"][1])
    page, moved = (site / f"{BUILT[-1]}.html").as_uri(), {}
    with window("webkit", tmp_path) as webkit:
        webkit.goto(page)
        for heading in {*webkit.run(AFTER_A_FIGURE)} - {None}:
            webkit.goto("about:blank")
            webkit.goto(f"{page}#{heading}")
            webkit.wait(BEGUN_AROUND)
            moved[heading] = webkit.run(SETTLED_TOP, heading)
    assert moved and all(top == pytest.approx(68, abs=2) for top in moved.values()), moved


@pytest.mark.parametrize("name", ["library", BUILT[-1]])
def test_no_paragraph_keeps_room_that_it_does_not_fill(chromium, site, name):
    page = chromium.new_page()
    page.goto((site / f"{name}.html").as_uri() + "#top")  # all of it is laid out
    roomy = """all => all.filter(one => {
      const words = document.createRange();
      words.selectNodeContents(one);
      return one.clientHeight > words.getBoundingClientRect().height + 40;
    }).map(one => one.textContent)"""
    assert page.locator("p:visible").evaluate_all(roomy) == []
    page.close()


def test_every_figure_answers_mouse_and_keys(opened):
    page, troubles = opened
    page.evaluate(WAKE)
    figures, places = page.locator("figure.lesson"), page.locator("[data-explorer]")  # a figure's own root is its wall
    expect(figures).to_have_count(places.count())
    for figure, place in zip(figures.all(), places.all(), strict=True):
        for gesture in gestures(place):
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


def test_a_formula_is_copied_as_it_was_typed(opened):
    page, _ = opened
    told = page.evaluate(
        """() => {
          const one = document.querySelector('.prose p math'), said = {};
          if (!one) return null;
          addEventListener('copy', ({ clipboardData }) => {
            for (const type of ['text/plain', 'text/html']) said[type] = clipboardData.getData(type);
          }, { once: true });
          getSelection().setBaseAndExtent(one.querySelector('mi, mn, mo').firstChild, 0, one.closest('p'),
            one.closest('p').childNodes.length);
          one.dispatchEvent(new ClipboardEvent('copy', { bubbles: true, clipboardData: new DataTransfer() }));
          getSelection().removeAllRanges();
          return { ...said, typed: `$${one.dataset.tex}$`, math: one.outerHTML };
        }"""
    )
    if told:
        assert told["text/plain"].startswith(told["typed"]) and "\n" not in told["text/plain"]
        assert told["math"] in told["text/html"]


def test_pictures_have_words_and_headings_nest(opened):
    page, _ = opened
    assert page.locator("img:not([alt]), img[alt='']:not([role=presentation])").count() == 0
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


def test_nothing_keeps_out_who_hears_the_page_or_has_keys_alone(opened):
    page, _ = opened
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = !one.closest('header'); })")
    assert barriers(page) == []


def test_the_search_opens_by_a_key_and_leads_to_a_section(opened):
    page, troubles = opened
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.keyboard.press("/")
    field, search = page.get_by_role("searchbox"), page.locator(".search")
    expect(field).to_be_focused()
    page.keyboard.type("arcface margin")
    expect(search.locator("mark").first).to_be_visible()
    assert barriers(page, ".bar") == []
    links = search.get_by_role("link").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert 3 <= len(links) <= 12 and all("#" in link for link in links)
    page.keyboard.type("qqq")
    expect(search.get_by_role("status")).to_have_text("Nothing holds all of these words.")
    field.fill("")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    assert troubles == []


def test_an_exercise_is_answered_in_the_page(opened):
    page, troubles = opened
    for form in page.locator("form.answer").all()[:2]:
        number = form.locator("small").get_attribute("id").removeprefix("how-")
        status = form.locator("xpath=..").get_by_role("status")
        for typed, said in (("0 * 7", "not yet"), (asked(EXERCISES[number]).solution, "done"), ("", "not yet")):
            form.get_by_role("textbox").fill(typed)
            form.get_by_role("textbox").press("Enter")
            expect(status).to_contain_text(f"Exercise {number}: {said}.")
    assert troubles == []


def test_the_section_one_reads_is_marked(opened):
    page, _ = opened
    contents = page.locator(".contents")
    contents.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    for link in contents.locator(".level2 a").all()[1:3]:
        link.click()
        expect(contents.locator("[aria-current]")).to_have_attribute("href", link.get_attribute("href"))


def test_all_ends_at_one_right_edge_and_no_code_is_cut_off(opened):
    page, _ = opened
    page.locator("details.folded").evaluate_all("all => all.forEach(one => { one.open = true; })")
    edges = "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().right)))]"
    for kind in ("article .input", ".prose .scroll", "article .plot:not([style] .plot)", ".prose > p"):
        found = page.locator(f"{kind}:visible").evaluate_all(edges)
        assert found in ([], page.locator("main").evaluate_all(edges)), kind
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert page.locator(".input").evaluate_all(cut) == []


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
        alt = sphere.locator("img").first.get_attribute("alt")
        sphere.get_by_role("button").click()
        sphere.get_by_role("img", name=alt).locator("canvas").first.wait_for(state="attached")
    assert troubles == []


def test_the_theme_is_a_switch_and_kept(opened):
    page, _ = opened
    switch = page.get_by_role("switch", name="Dark")
    expect(switch).to_be_checked(checked=False)
    switch.press("Space")
    expect(switch).to_be_checked(checked=True)  # before the page is left
    page.reload(wait_until="commit")
    expect(switch).to_be_checked(checked=True)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    switch.click()
    expect(switch).to_be_checked(checked=False)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    page.evaluate("() => localStorage.clear()")


def test_every_tab_and_the_page_one_comes_back_to_have_the_theme_that_was_chosen(opened):
    page, _ = opened
    other = page.context.new_page()
    other.goto(page.url.partition("#")[0])
    other.get_by_role("switch", name="Dark").click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert page.locator("meta[name=theme-color]").evaluate_all("all => all.map(one => one.media)") == ["not all", "all"]
    other.evaluate("() => localStorage.setItem('theme', 'light')")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    other.evaluate("() => localStorage.setItem('theme', 'dark')")
    other.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(other.get_by_role("switch", name="Dark")).to_be_checked()
    other.evaluate("() => localStorage.clear()")
    other.close()


def test_a_reader_s_own_colours_hide_no_switch_and_no_button(opened):
    page, _ = opened
    page.emulate_media(forced_colors="active")
    colours = {}
    for one in (page.get_by_role("switch", name="Dark"), *page.locator("form button:visible, .dot").all()):
        picture = Image.open(BytesIO(one.screenshot())).convert("RGB")
        colours[one.evaluate("one => one.outerHTML.slice(0, 60)")] = len(picture.getcolors(100_000))
    assert min(colours.values()) > 10, colours  # words or a round knob: their edges are smooth
    drawn_on = "() => getComputedStyle(document.querySelector('.theme'), '::after').backgroundImage"
    assert "gradient" in page.evaluate(drawn_on)
    page.emulate_media(forced_colors="none")


def test_pictures_take_a_dark_page_s_colours(opened):
    page, troubles = opened
    page.emulate_media(color_scheme="dark")
    pictures = page.locator("img.for-light:not([data-explorer] img)")
    expect(pictures).to_have_count(page.locator("img:not(.still, .for-dark, [data-explorer] img)").count())
    expect(page.locator("img.for-dark:not([data-explorer] img)")).to_have_count(pictures.count())
    expect(pictures.filter(visible=True)).to_have_count(0)
    paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    folder = Path(unquote(urlsplit(page.url).path)).parent
    for source in page.locator("img.for-dark").evaluate_all("all => all.map(one => one.getAttribute('src'))"):
        assert Image.open(folder / source).convert("RGB").getpixel((0, 0)) == pytest.approx(paper, abs=3)
    page.emulate_media(color_scheme="light")
    expect(page.locator("img.for-dark").filter(visible=True)).to_have_count(0)
    assert troubles == []


def test_it_works_over_http_too(chromium, site):
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here, asked = f"http://127.0.0.1:{server.server_port}/", []
        page = chromium.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(here)
        assert drawn(page.locator("figure.lesson"))
        page.locator(".menu:not(.search) summary").click()
        page.locator(".menu li:not(.more) a[href^='0']").last.click()
        expect(page.get_by_role("link", name="Lesson before")).to_be_visible()
        assert not [url for url in asked if not url.startswith((here, "data:", "blob:"))]
        page.close()
        server.shutdown()


def test_on_paper_there_is_the_lesson_alone_and_light(opened):
    page, _ = opened
    page.emulate_media(color_scheme="dark")
    expect(page.locator("img.for-dark")).to_have_count(page.locator("img.for-light").count())
    figures = page.locator("[data-explorer]").count()
    page.emulate_media(media="print", color_scheme="dark")
    gone = ".bar, .contents, .turn, button, figure.lesson, img.for-dark"
    assert not page.locator(gone).filter(visible=True).count()
    assert page.locator("img.still").filter(visible=True).count() == figures
    said = page.locator("img.still + p.still").filter(visible=True)
    assert said.all_inner_texts() == [still.get_attribute("alt") for still in page.locator("img.still").all()]
    assert page.locator("img.for-light:not([data-explorer] img)").filter(visible=False).count() == 0
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    broken = "all => all.filter(node => getComputedStyle(node).breakInside !== 'avoid').length"
    assert page.locator(".input, .output, img").evaluate_all(broken) == 0
    page.emulate_media(media="screen", color_scheme="light")
    assert not page.locator(".still").filter(visible=True).count()


def test_on_paper_columns_stay_columns_and_no_picture_takes_a_page(opened):
    page, _ = opened
    page.emulate_media(media="print")
    kept = "all => all.map(one => getComputedStyle(one)).map(({ whiteSpace, fontSize }) => [whiteSpace, fontSize])"
    tables, words = page.locator("pre.said:not(.words)"), page.locator("pre.words, pre .words")
    assert all(one == ["pre", "10.6667px"] for one in tables.evaluate_all(kept))
    assert all(space == "pre-wrap" for space, _ in words.evaluate_all(kept))
    high = "all => all.map(one => one.getBoundingClientRect().height)"
    assert max(page.locator("img.still").evaluate_all(high), default=0) <= 9 * 96 / 2.54 + 1
    assert not page.get_by_text("Type your answer").filter(visible=True).count()
    page.emulate_media(media="screen")


INDENTS = """all => all.filter(line => line.checkVisibility()).flatMap(line => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT), letter = document.createRange();
  let at = -1;
  while (at < 0 && walker.nextNode()) at = walker.currentNode.data.search(/\\S/);
  if (at < 0) return [];
  letter.setStart(walker.currentNode, at);
  letter.setEnd(walker.currentNode, at + 1);
  const { left, width } = letter.getBoundingClientRect(), indent = parseFloat(line.style.getPropertyValue('--in'));
  return [[left - line.closest('pre').getBoundingClientRect().left, width * indent]];
})"""


@pytest.mark.parametrize("width", [390, 1300])
def test_a_line_of_code_begins_where_python_has_it(site, chromium, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto((site / f"{BUILT[-1]}.html").as_uri() + "#content")
    found = page.locator(".input .line").evaluate_all(INDENTS)
    assert max(indent for _, indent in found) > 50
    assert [begins for begins, _ in found] == pytest.approx([indent for _, indent in found], abs=1)
    page.close()


def test_on_a_phone_what_goes_on_to_the_right_fades_there_until_its_end_is_seen(site, chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto((site / f"{BUILT[-1]}.html").as_uri() + "#content")
    mask = "one => getComputedStyle(one).maskImage"
    wide = "all => all.findIndex(one => one.checkVisibility() && one.scrollWidth > one.clientWidth)"
    for kind in (".plot", "pre.said"):
        one = page.locator(kind).nth(page.locator(kind).evaluate_all(wide))
        expect(one).to_have_class(re.compile(r"\bgoes-on\b"))
        assert "gradient" in one.evaluate(mask)
        one.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
        expect(one).not_to_have_class(re.compile(r"\bgoes-on\b"))
        assert one.evaluate(mask) == "none"
    ended = "all => all.filter(one => one.scrollLeft + one.clientWidth >= one.scrollWidth - 1).length"
    assert page.locator(".goes-on").evaluate_all(ended) == 0
    page.close()


def test_on_a_phone_no_table_of_names_or_numbers_is_cut(site, chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    for name in BUILT:
        page.goto((site / f"{name}.html").as_uri() + "#content")
        cut = """all => all.filter(table => table.scrollWidth > table.closest('.scroll').clientWidth)
          .map(table => table.textContent.slice(0, 60))"""
        assert page.locator("table.named, table.short").evaluate_all(cut) == []
    page.goto((site / f"{BUILT[0]}.html").as_uri() + "#content")
    assert page.locator("table.named code").evaluate_all("all => all.every(one => one.getClientRects().length <= 1)")
    assert page.locator("table.named .below[lang=ja]").first.is_visible()
    page.set_viewport_size({"width": 1300, "height": 900})
    assert not page.locator("table.named .below").filter(visible=True).count()
    page.close()


def test_keys_reach_everything_and_show_where_they_are(opened):
    page, _ = opened
    page.evaluate(WAKE)  # before, so that none grows while keys go through the page
    for figure in page.locator("figure.lesson").all():
        drawn(figure)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = false; })")
    page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
    )
    stops, most = [], 2 * page.locator("a, button, summary, input, canvas[tabindex]").count()
    while (stop := (page.keyboard.press("Tab"), page.evaluate(STOP))[1])["name"] != "BODY":
        stops.append(stop)
        assert len(stops) <= most, "nothing leads out of the page"
    assert [stop for stop in stops if not stop["seen"]] == []
    assert {"skip", "home", "theme"} <= {stop["name"] for stop in stops}
    page.locator(".skip").press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "content"


SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def finger(page, *places):
    """Put a finger down at the first place, move it through the others in small steps, and lift it."""
    hand = page.context.new_cdp_session(page)
    steps = [
        (x + (to_x - x) * i / 8, y + (to_y - y) * i / 8) for (x, y), (to_x, to_y) in pairwise(places) for i in range(9)
    ]
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * len(steps)], steps, strict=False):
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_a_phone_nothing_sticks_out_and_a_finger_moves_a_figure_or_the_page(opened, chromium):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    context = chromium.new_context(**phone, reduced_motion="reduce", offline=True)
    page = context.new_page()
    page.goto(opened[0].url.partition("#")[0])
    page.evaluate(WAKE)
    expect(page.locator("figure.lesson")).to_have_count(page.locator("[data-explorer]").count())
    for figure in page.locator("figure.lesson").all():
        drawn(figure)
    assert page.evaluate("() => [innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    # Scrolled rather than too small to be read; and none larger than it was drawn.
    scaled = """all => all.map(one => [one.getBoundingClientRect().width, Number(one.getAttribute('width'))])
      .filter(([shown, drawn]) => shown < Math.min(600, drawn) || shown > drawn)"""
    assert page.locator(".plot img.for-light:visible").evaluate_all(scaled) == []
    for slider in page.locator("figure.lesson input[type=range]:visible:enabled").all()[:1]:
        slider.evaluate("one => one.scrollIntoView({ block: 'center' })")
        box, before = slider.bounding_box(), slider.input_value()
        middle = box["y"] + box["height"] / 2
        for start, end in ((0.3, 0.7), (0.7, 0.3)):  # it may have stood at one of the ends
            finger(page, (box["x"] + start * box["width"], middle), (box["x"] + end * box["width"], middle + 3))
            expect(slider).not_to_have_value(before)
            assert slider.bounding_box() == pytest.approx(box, abs=2)  # it stays under the finger
            before = slider.input_value()
    for slider in page.locator("figure.lesson input[type=range]:visible:enabled").all():
        slider.evaluate("one => one.scrollIntoView({ block: 'center' })")
        top = slider.bounding_box()["y"]
        for key in ("Home", "End"):  # other words above it take other lines
            slider.press(key)
            page.evaluate(SETTLED)
            assert slider.bounding_box()["y"] == pytest.approx(top, abs=2), key
    if page.evaluate("() => document.documentElement.scrollHeight < 1.2 * innerHeight"):
        context.close()
        return  # there is nothing to scroll to
    words = page.locator(".prose p, .lead").first
    words.scroll_into_view_if_needed()
    box, top = words.bounding_box(), page.evaluate("scrollY")
    finger(page, (box["x"] + 30, box["y"] + 5), (box["x"] + 30, box["y"] - 80))
    page.wait_for_function("top => scrollY > top + 20", arg=top)
    context.close()


def test_the_header_has_room_at_400_percent_and_leaves_a_low_window_to_the_page(opened):
    page, _ = opened
    page.set_viewport_size({"width": 320, "height": 256})
    bar = page.locator(".bar")
    assert bar.evaluate("one => [one.scrollWidth, one.offsetHeight]") == [320, 52]
    page.evaluate("() => scrollTo(0, 600)")
    expect(bar).not_to_be_in_viewport()
    page.set_viewport_size({"width": 1300, "height": 900})
    expect(bar).to_be_in_viewport()
    page.evaluate("() => scrollTo(0, 0)")


def test_without_scripts_a_page_says_what_it_cannot_do_and_shows_the_rest(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / f"{BUILT[-1]}.html").as_uri())
    expect(page.locator("p.off")).to_contain_text("JavaScript is switched off")
    expect(page.locator("p.off")).to_be_visible()
    stills = page.locator("[data-explorer]")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        seen = page.locator(f"[data-explorer] > img.for-{theme}").filter(visible=True)
        assert seen.count() == page.locator("[data-explorer] > img").filter(visible=True).count() == stills.count() > 0
    assert page.locator(".theme, .search, form").filter(visible=True).count() == 0
    context.close()


@pytest.mark.parametrize("width", [390, 1300])
def test_letters_are_as_large_as_the_browser_is_set_to(site, chromium, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto((site / f"{BUILT[-1]}.html").as_uri())
    sizes = """() => ['body', '.bar', '.input', '.contents'].map(
      one => parseFloat(getComputedStyle(document.querySelector(one)).fontSize))"""
    before = page.evaluate(sizes)
    page.add_style_tag(content="html { font-size: 200% }")
    assert page.evaluate(sizes) == [2 * size for size in before]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    bar = page.locator(".bar > :is(a, button):visible, .bar summary")
    assert max(bar.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")) <= width
    page.close()


def test_on_a_small_phone_with_letters_twice_as_large_nothing_but_a_formula_is_scrolled(site, chromium):
    large = chromium.browser_type.launch(
        executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu", "--blink-settings=defaultFontSize=32"]
    )
    page = large.new_page(viewport={"width": 320, "height": 700})
    for name in ("index", *BUILT):
        page.goto((site / f"{name}.html").as_uri() + "#content")  # all of it is laid out
        assert page.evaluate("[parseFloat(getComputedStyle(document.documentElement).fontSize), innerWidth]") == [
            32,
            320,
        ]
        assert page.evaluate("document.documentElement.scrollWidth") == 320, name
    large.close()


@pytest.mark.parametrize("width, height", [(1280, 720), (1000, 800)])
def test_the_start_page_shows_its_whole_circle_at_first_sight(site, chromium, width, height):
    context = chromium.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    drawn(page.locator("figure.lesson"))
    box = page.locator("figure.lesson canvas").bounding_box()
    assert box["y"] + box["height"] <= height and box["width"] == box["height"] >= 360
    context.close()
