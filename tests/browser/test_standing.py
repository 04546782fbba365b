"""Wherever a figure stands it is the same: a page's styles do not reach it, its own do not reach the page."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image, ImageChops

from tests.browser.harness import figure_of
from tests.browser.pictures import at_rest
from tests.browser.specimens import HOSTILE, SPECIMENS

FIGURE = "figure.lesson"
A_SHADE = 4  # of 255
TRIES = 3  # on a busy machine words may follow their canvas some frames later
NARROWEST = 296  # as on the site where it is 320 pixels wide: on a small phone, or at a zoom of 400 %
# From now on the words that are drawn past an edge of their canvas are kept.
WATCH_WORDS = """() => {
  const pen = CanvasRenderingContext2D.prototype, fill = pen.fillText;
  globalThis.cutOff = [];
  pen.fillText = function (words, x, y) {
    const { actualBoundingBoxLeft: before, actualBoundingBoxRight: after } = this.measureText(words);
    const { a, b, e } = this.getTransform(), ends = [a * (x - before) + e, a * (x + after) + e];
    if (!b && (ends[0] < -2 || ends[1] > this.canvas.width + 2)) cutOff.push(words);
    fill.call(this, words, x, y);
  };
}"""
# A page may well say where a figure stands, on half a pixel as well.
IN_ONE_PLACE = "all: initial; display: block; position: absolute; left: 20px; top: 20px; width: 900px"


@pytest.fixture(params=SPECIMENS, ids=lambda specimen: specimen.name)
def explorer(request, made):
    return made(request.param.name)


def on_a_page(show, before, *figures, after="", **choices):
    html = before + "".join(map(figure_of, figures)) + after
    return show(SimpleNamespace(html=lambda: html), **choices)


def test_no_style_of_a_page_reaches_a_figure(show, explorer):
    pages = [on_a_page(show, styles, explorer) for styles in ("", HOSTILE)]
    for page in pages:
        page.evaluate(f"document.querySelector('[data-explorer]').style = '{IN_ONE_PLACE}'")
    for _ in range(TRIES):
        for page in pages:
            at_rest(page)
        one, other = (page.locator(FIGURE).screenshot(animations="disabled") for page in pages)
        if one == other or not (apart := differs(one, other)):
            return
    pytest.fail(f"the figure looks different {apart}")


def differs(*screenshots):
    """Where two pictures are more than a shade apart: Chromium draws a rounded box a shade lighter now and then."""
    one, other = (Image.open(BytesIO(screenshot)).convert("RGB") for screenshot in screenshots)
    if one.size != other.size:
        return f"in size: {one.size}, {other.size}"
    box = ImageChops.difference(one, other).point(lambda by: by > A_SHADE and 255).getbbox()
    return box and f"in {box}"


def test_no_style_of_a_figure_reaches_the_page(show, made):
    words = "<div id=own class=lesson><p class='soft row bar side'>x <b class=m>m</b><button>b</button></p></div>"
    look = """() => [...document.querySelectorAll('#own, #own *')].map(node => {
      const style = getComputedStyle(node);
      return [...style].map(name => style.getPropertyValue(name)).join();
    })"""
    alone = show.new_page()
    alone.set_content(f"<!doctype html>{words}")
    alone.set_viewport_size({"width": 1000, "height": 900})
    page = on_a_page(show, f"<body>{words}", made("arrows"))
    at_rest(page)
    assert page.evaluate(look) == alone.evaluate(look)


def test_two_figures_share_a_row(show, made):
    row = "<div style='display:flex;width:900px'>"
    page = on_a_page(show, row, made("logits"), made("plane"), after="</div>")
    at_rest(page)
    assert page.locator(FIGURE).evaluate_all("all => all.map(one => one.clientWidth)") == [450, 450]
    assert min(page.locator("canvas").evaluate_all("all => all.map(one => one.clientWidth)")) > 150
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_figure_beside_something_narrow_takes_the_rest(show, made):
    row = "<div style='display:flex;width:900px'><div style='flex:none;width:300px'>a slider</div>"
    page = on_a_page(show, row, made("logits"), after="</div>")
    at_rest(page)
    assert page.locator(FIGURE).evaluate("one => one.clientWidth") == 600


def test_a_figure_that_was_hidden_is_drawn_once_it_is_shown(show, made):
    hidden = "<div id=tab style='display:none'>"
    html = hidden + figure_of(made("logits")) + "</div>" + figure_of(made("plane"))
    page = show(SimpleNamespace(html=lambda: html), ready="inFigures('figcaption')[1]?.textContent")
    assert page.evaluate("inFigures('figcaption')[0].textContent") == ""
    page.evaluate("document.querySelector('#tab').style.display = ''")
    page.wait_for_function("inFigures('figcaption')[0].textContent")
    assert page.evaluate("inFigures('canvas')[0].clientWidth") > 300


def test_a_figure_is_sharp_after_the_page_is_zoomed(show, explorer):
    page = show(explorer, width=1250)
    at_rest(page)
    tool = page.context.new_cdp_session(page)
    zoomed = {"width": 1240, "height": 890, "deviceScaleFactor": 2, "mobile": False}  # the figure keeps its 1000 pixels
    tool.send("Emulation.setDeviceMetricsOverride", zoomed)
    page.wait_for_function("() => devicePixelRatio === 2 && innerWidth === 1240")
    at_rest(page)
    blurred = """all => all.filter(one => one.width < 2 * one.clientWidth - 1 && one.width !== 28)
      .map(one => [one.width, one.clientWidth])"""  # 28: a digit, whose pixels are meant to be seen
    found = page.locator("canvas:visible").evaluate_all(blurred)
    tool.detach()  # the next test's page is not zoomed
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_s_own_colours_hide_nothing_of_a_figure(show, made, scheme):
    page = show(made("band"), color_scheme=scheme, forced_colors="active")
    at_rest(page)
    pixels = [Image.open(BytesIO(one.screenshot())).convert("RGB") for one in page.get_by_role("slider").all()]
    assert all(len(picture.getcolors(10_000)) > 1 for picture in pixels)  # a track and a thumb
    lines = "all => all.map(one => getComputedStyle(one).borderBottomColor)"
    which = ("has(:checked)", "not(:has(:checked))")
    chosen, others = (set(page.locator(f"fieldset label:{one}").evaluate_all(lines)) for one in which)
    assert not chosen & others
    system = "() => { const on = name => (document.body.style.color = name, getComputedStyle(document.body).color);"
    asked = page.evaluate(f"{system} return [on('CanvasText'), on('Canvas')]; }}")
    has = page.locator(FIGURE).evaluate("one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]")
    assert has == asked


def test_in_the_narrowest_column_nothing_of_a_figure_is_cut_off(show, explorer):
    page = show(explorer, width=NARROWEST + 60)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    page.evaluate(WATCH_WORDS)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    page.wait_for_function(f"() => innerWidth === {NARROWEST}")
    page.evaluate("cutOff = []")
    page.locator(FIGURE).evaluate(
        "one => { one.style.maxWidth = 'calc(100% - .5px)'; }"
    )  # so that all is drawn once more
    at_rest(page)
    assert page.evaluate("cutOff") == []
    assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST
    beyond = f"""all => all.filter(one => one.getBoundingClientRect().right > {NARROWEST} - 7)
      .filter(one => !one.closest('.numbers, .spoken')).map(one => one.outerHTML.slice(0, 60))"""  # these are scrolled
    assert page.locator(f"{FIGURE} *").evaluate_all(beyond) == []
