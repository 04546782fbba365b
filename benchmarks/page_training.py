"""How fast a page trains, and how soon it answers meanwhile, in headless Chromium.

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
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Locator, Page

from benchmarks.event_to_paint import WATCH, print_measured
from lessons_lib.data import load_mnist
from lessons_lib.explorers import Explorer, LiveLab, MarginBand
from lessons_lib.training import warm_up

PRESSES, SECONDS, ENOUGH, PATIENCE = 40, 5.0, 95.0, 60.0
LOSSES = ("plain softmax", "cosine softmax", "CosFace", "ArcFace")


def opened(browser: Browser, folder: Path, figure: Explorer) -> Page:
    """The figure alone on a page, as a file opened from disk."""
    file = folder / "figure.html"
    file.write_text(f'<!doctype html><meta charset="utf-8"><title>figure</title>{figure.html()}', encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.locator("figcaption").wait_for()
    return page


def number(words: Locator, pattern: str) -> float:
    """A number that a figure says."""
    found = re.search(pattern, words.inner_text())
    return float(found[1].replace(",", "")) if found else 0.0


def answers(page: Page) -> tuple[float, list[float]]:
    """Steps a second of MarginBand left alone, and milliseconds from a key to the painted frame while it trains."""
    page.get_by_role("switch").click()
    read, steps = page.locator(".read"), r"([\d,]+) steps"
    page.wait_for_timeout(1_000)
    begun, before = time.perf_counter(), number(read, steps)
    page.wait_for_timeout(1_000 * SECONDS)
    rate = (number(read, steps) - before) / (time.perf_counter() - begun)
    slider = page.get_by_role("slider", name="margin")
    page.locator("[data-explorer]").evaluate(WATCH)
    times = []
    for press in range(PRESSES):
        page.evaluate("() => window.expectKey()")
        slider.press("ArrowLeft" if press % 2 else "ArrowRight")
        times.append(page.evaluate("() => window.milliseconds"))
    return rate, times


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


def measured(browser: Browser, folder: Path) -> str:
    """What was measured, and on what."""
    mnist = load_mnist()
    warm = warm_up(mnist, embedding_size=2)
    rate, times = answers(opened(browser, folder, MarginBand(warm, mnist)))
    lines = [
        f"MarginBand, 256 digits a step: {rate:.0f} steps/s",
        f"key to paint while it trains: median {median(times):.1f} ms, p90 {quantiles(times, n=10)[-1]:.1f} ms",
        f"{'LiveLab, from random weights':<30}{'seconds to 95 %':>16}{'steps':>8}{'read right':>12}",
    ]
    page = opened(browser, folder, LiveLab(mnist, warm, source="trunk", speed=50))
    for loss in LOSSES:
        took, step, share = until_enough(page, loss)
        lines.append(f"{loss:<30}{took:>16.1f}{step:>8.0f}{share:>10.1f} %")
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return "\n".join([*lines, f"{where}, Chromium {browser.version} without a window."])


if __name__ == "__main__":
    sys.exit(print_measured(measured))
