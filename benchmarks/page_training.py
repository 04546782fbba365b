"""How fast a page trains, and how soon it answers meanwhile, in Chromium, and in Firefox and WebKit where they are.

    python -m benchmarks.page_training

MarginBand trains on while keys are pressed on its margin slider: steps a second of 256 digits, and the time from a key
to the painted frame. LiveLab trains from random weights on what a trunk says of digits: seconds until 95 of 100 of its
1,000 held-out digits are read right. Nothing is asserted.
"""

import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from benchmarks.event_to_paint import WATCH, print_measured
from lessons_lib.data import ImageData, load_mnist
from lessons_lib.explorers import Explorer, LiveLab, MarginBand
from lessons_lib.runs import Run
from lessons_lib.training import warm_up
from tests.browser.engines import NEEDED, Window, found, window
from tests.browser.pictures import IN_FIGURES

PRESSES, SECONDS, ENOUGH, PATIENCE = 40, 8, 95.0, 60.0
KEYS = ("ArrowRight", "ArrowLeft")
ENGINES = {"firefox": "Firefox", "webkit": "WebKitGTK, Safari"}
LOSSES = ("plain softmax", "cosine softmax", "CosFace", "ArcFace")
IN_PAGE = f"""{IN_FIGURES}
globalThis.watch = {WATCH};
const steps = () => Number(/([\\d,]+) steps/.exec(inFigures('.read')[0].textContent)?.[1].replaceAll(',', '') ?? 0);
globalThis.stepsIn = async seconds => {{
  await new Promise(done => setTimeout(done, 100)); // a change begins the count anew
  const begun = performance.now(), before = steps();
  await new Promise(done => setTimeout(done, 1000 * seconds));
  return (1000 * (steps() - before)) / (performance.now() - begun);
}};
"""


def written(folder: Path, figure: Explorer) -> str:
    """The address of a page with the figure alone, as a file opened from disk."""
    file = folder / f"{type(figure).__name__}.html"
    head = f'<!doctype html><meta charset="utf-8"><title>figure</title><script>{IN_PAGE}</script>'
    file.write_text(head + figure.html(), encoding="utf-8")
    return file.as_uri()


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(address)
    page.locator("figcaption").wait_for()
    return page


def number(words: Locator, pattern: str) -> float:
    """A number that a figure says."""
    found = re.search(pattern, words.inner_text())
    return float(found[1].replace(",", "")) if found else 0.0


def answers(page: Page | Window, value: Callable[[str], Any]) -> tuple[list[float], list[float]]:
    """MarginBand's steps in each of some seconds, and milliseconds from a key to the painted frame while it trains.

    `value` gives that of an expression in the page, once it is there.
    """
    page.get_by_role("switch").click()
    slider = page.get_by_role("slider", name="margin")
    rates, times = [], []
    for turn in range(SECONDS + 1):  # it trains on for 600 steps after each change
        slider.press(KEYS[turn % 2])
        rates.append(value("stepsIn(1)"))
    value("watch(document.querySelector('[data-explorer]'))")
    for press in range(PRESSES):
        value("expectKey()")
        slider.press(KEYS[press % 2])
        times.append(value("milliseconds"))
    return rates[1:], times


def in_engine(engine: str, folder: Path, address: str) -> tuple[str, list[float], list[float]]:
    """What `answers` finds in Firefox or WebKit, and what they call themselves."""
    profile = folder / engine
    profile.mkdir()
    with window(engine, profile, calm=False) as opened:
        opened.goto(address)
        opened.wait("inFigures('figcaption')[0]?.textContent")
        version = opened.run(r"return /(?:Firefox|Version)\/(\S+)/.exec(navigator.userAgent)[1];")
        return f"{ENGINES[engine]} {version}", *answers(opened, lambda expression: opened.run(f"return {expression};"))


def until_enough(page: Page, loss: str) -> tuple[float, float, float]:
    """Seconds from play until enough digits are read right (NaN: not in a minute), the step, and the share read."""
    page.get_by_role("radio", name=loss, exact=True).check(force=True)
    page.get_by_role("button", name="reset").click()
    words = page.locator("figcaption")
    begun = time.perf_counter()
    page.get_by_role("button", name="play").click()
    while number(words, r"([\d.]+) %") < ENOUGH and time.perf_counter() - begun < PATIENCE:
        page.wait_for_timeout(20)
    took, step, share = time.perf_counter() - begun, number(words, r"Step ([\d,]+)"), number(words, r"([\d.]+) %")
    page.get_by_role("button", name="pause").click()
    return took if share >= ENOUGH else float("nan"), step, share


def line(name: str, rates: list[float], times: list[float]) -> str:
    late = "" if median(times) <= 30 and quantiles(times, n=10)[-1] <= 60 else "  over 30 or 60 ms"
    numbers = f"{median(rates):>12.0f}{min(rates):>8.0f}{median(times):>12.1f} ms{quantiles(times, n=10)[-1]:>8.1f} ms"
    return f"{name:<30}{numbers}{late}"


def band_lines(browser: Browser, folder: Path, warm: Run, data: ImageData) -> Iterator[str]:
    """How fast MarginBand trains and answers in each engine that is here."""
    address = written(folder, MarginBand(warm, data))
    page = opened(browser, address)
    yield f"{'MarginBand, 256 digits a step':<30}{'steps/s':>12}{'least':>8}{'key: median':>15}{'p90':>11}"
    yield line(f"Chromium {browser.version}", *answers(page, page.evaluate))
    page.close()
    for engine, (_, missing) in NEEDED.items():
        yield line(*in_engine(engine, folder, address)) if found(engine) else f"{engine}: {missing}"


def measured(browser: Browser, folder: Path) -> str:
    """What was measured, and on what."""
    mnist = load_mnist()
    warm = warm_up(mnist, embedding_size=2)
    lines = list(band_lines(browser, folder, warm, mnist))
    lines.append(f"{'LiveLab, from random weights':<30}{'seconds to 95 %':>16}{'steps':>8}{'read right':>12}")
    page = opened(browser, written(folder, LiveLab(mnist, warm, source="trunk", speed=50)))
    for loss in LOSSES:
        took, step, share = until_enough(page, loss)
        lines.append(f"{loss:<30}{took:>16.1f}{step:>8.0f}{share:>10.1f} %")
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return "\n".join([*lines, f"{where}, no engine with a window; LiveLab in Chromium."])


if __name__ == "__main__":
    sys.exit(print_measured(measured))
