"""What a figure shows, as numbers, and the settings it tells: every explorer's tests look at it this way."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from types import SimpleNamespace

from playwright.sync_api import Locator, Page, expect

from lessons_lib.explorers import Explorer
from tests.browser.harness import figure_of

# A figure lives in a shadow root, where document.querySelector does not look; every test's page has this function.
IN_FIGURES = """globalThis.inFigures = selector => [...document.querySelectorAll('.explorer')]
  .flatMap(home => [...home.shadowRoot.querySelectorAll(selector)]);"""

# A number for each canvas, from its pixels: to encode them as PNG, as toDataURL does, takes several times as long.
LOOK = """root => (root === document ? inFigures('canvas') : [...root.querySelectorAll('canvas')]).map(canvas => {
  if (!canvas.width || !canvas.height) return 0;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(data.buffer);
  let number = canvas.width;
  for (let i = 0; i < pixels.length; i++) {
    number = Math.imul(number ^ pixels[i], 0x9e3779b1);
    number ^= number >>> 15;
  }
  return number;
})"""
SETTINGS = "settings of this figure"


def stop_clock(page: Page) -> Page:
    """From now on nothing moves on the page but by `page.clock.run_for`, however busy the machine is."""
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1000)  # seconds: not yet past, however slow the answer
    page.clock.run_for(100)
    return page


def picture_now(page: Page) -> tuple[int, ...]:
    """All canvases as they are, on a page whose clock stands."""
    return tuple(page.evaluate(f"({LOOK})(document)"))


def wait_until_painted(page: Page) -> None:
    """What was asked for before now is painted in the second frame from now, also where a size changed."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def picture(page: Page) -> tuple[int, ...]:
    """All canvases, after all that was asked for has been painted."""
    wait_until_painted(page)
    return tuple(page.evaluate(f"({LOOK})(document)"))


def at_rest(page: Page) -> tuple[int, ...]:
    """All canvases, once nothing is left to paint: three frames in a row without a change."""
    return tuple(
        page.evaluate(
            f"""async () => {{
              let now = [], before = '';
              for (let same = 0; same < 3;) {{
                await new Promise(done => requestAnimationFrame(done));
                now = ({LOOK})(document);
                same = now.join() === before ? same + 1 : 0;
                before = now.join();
              }}
              return now;
            }}"""
        )
    )


def wait_until_drawn_anew(page: Page, before: tuple[int, ...]) -> None:
    """Until the canvases show something else than before."""
    page.wait_for_function(f"before => ({LOOK})(document).join() !== before.join()", arg=list(before))


def settings(page: Page) -> dict:
    """What the figure's own line says, after all that was asked for has been painted."""
    wait_until_painted(page)
    return json.loads(page.get_by_label(SETTINGS).input_value())


def paste(page: Page, text: str) -> None:
    """Put settings into the figure's own line, as a reader would."""
    line = page.get_by_label(SETTINGS)
    if not line.is_visible():
        page.locator("summary", has_text="settings").click()
    line.fill(text)
    page.keyboard.press("Enter")


def refused(page: Page, texts: Sequence[str]) -> None:
    """Each of these settings gets a sentence and changes nothing."""
    before = at_rest(page)
    for text in texts:
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(re.compile("These are no settings|has no|cannot be"))
    assert at_rest(page) == before


def each_page(page: Page, widths: Sequence[int]) -> Iterator[int]:
    """The figure at these widths: no page is wider than it is."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"() => innerWidth === {width}")
        at_rest(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        yield width


def cut_off(page: Page, parts: str) -> list:
    """Which of these parts have more in them than they show."""
    return page.locator(parts).evaluate_all("all => all.filter(n => n.scrollWidth > n.clientWidth + 1)")


def height(page: Page) -> float:
    """How tall the figure is, after all that was asked for has been painted."""
    wait_until_painted(page)
    return page.locator("figure.lesson").evaluate("node => node.getBoundingClientRect().height")


def hears(page: Page, field: Locator, key: str, words: str) -> None:
    """After this key, what is spoken begins with these words."""
    field.press(key)
    expect(page.locator(".spoken")).to_contain_text(re.compile(f"^{re.escape(words)}"))


def swiped(page: Page, place: Sequence[float], ways: Sequence[tuple[float, float]], *, lost: bool = False) -> None:
    """A finger is put down here and goes these ways, in steps of 6 pixels; `lost`, the browser then takes it away."""
    finger, (x, y) = page.context.new_cdp_session(page), place

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (x, y))
    for right, down in ways:
        steps = round(math.hypot(right, down) / 6)
        for _ in range(steps):
            x, y = x + right / steps, y + down / steps
            touch("touchMove", (x, y))
    touch("touchCancel" if lost else "touchEnd")
    finger.detach()


def no_worker_is_left(page: Page, patience: int = 200) -> bool:
    """Whether the last Worker goes: Playwright hears of that a moment later."""
    while page.workers and patience:
        page.wait_for_timeout(25)
        patience -= 1
    return not page.workers


def removable(explorer: Explorer) -> SimpleNamespace:
    """A stand-in for the explorer; on its page `await left()` ends the view, as Lab does when it goes."""
    whole, apart = "figure.stand(figure, home", "figure.stand({ render: given => (left = figure.render(given)) }, home"
    html = figure_of(explorer).replace(whole, f"let left; window.leave = async () => (await left)();\n{apart}")
    return SimpleNamespace(html=lambda: html)
