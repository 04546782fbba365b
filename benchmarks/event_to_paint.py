"""How soon a figure answers: from a key to the painted frame.

    make bench

Every explorer is measured alone on a page; half of its answers should take 30 ms at most, nine in ten 60 ms. Then, in a
real JupyterLab, MarginBand stands beside the same picture (the same points, the same band) drawn with matplotlib under
`ipywidgets.interact`, which sends every press to the kernel and an image back. All are measured in the page: from the
key event's own time to the end of the frame that shows the answer. Nothing is asserted.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.lab import NO_BROWSER, JupyterLab, chromium_path, headless, notebook_of
from tests.browser.specimens import SETUP, SPECIMENS

POINTS, PRESSES, WARMING_UP = 5_000, 60, 4
# Two keys, one after the other: an arrow and the one that takes it back, so that no slider comes to its end.
KEYS = {"pad": ("3", "7"), "center": ("Enter", "Enter")}
THERE_AND_BACK = ("ArrowLeft", "ArrowRight")

MAKE = f"""
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import torch
from ipywidgets import FloatSlider, interact
from lessons_lib.angles import circle_points
from lessons_lib.explorers import MarginBand
from lessons_lib.explorers.margin_band.explorer import in_band
from lessons_lib.figures.plane import draw_directions, draw_points, draw_rim
from lessons_lib.figures.style import ACCENT
from lessons_lib.losses import ArcFaceLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run

torch.manual_seed(0)
rays, labels = circle_points(10), torch.arange({POINTS}) % 10
points = 10 * torch.rand({POINTS}, 1) * rays[labels] + torch.randn({POINTS}, 2)
head = ArcFaceLoss(10, 2)
head.weight.data = rays
run = Run(EmbeddingNet(2), head, frames=[{{"embeddings": points, "labels": labels}}])
"""
EXPLORER = "MarginBand(run)"
INTERACT = """
@interact(margin=FloatSlider(0.2, min=0, max=0.8, step=0.01))
def draw(margin):
    head.margin = margin
    figure, axes = plt.subplots(figsize=(5.4, 5.4))
    rim = float(points.norm(dim=1).quantile(0.995))
    line = np.linspace(-rim, rim, 200)
    axes.contourf(line, line, in_band(head, line), levels=[0.5, 1.5], colors=[ACCENT], alpha=0.16)
    draw_points(axes, points, labels, rim)
    draw_rim(axes, rim)
    draw_directions(axes, head, rim)
    plt.show()
"""

# `answered` is set when a canvas in the cell was drawn on, or a new picture in it was decoded. From the key on, the end
# of every frame is looked at, for five seconds at most: a message sent while a frame is made comes once it is painted.
WATCH = """cell => {
  let answered = false;
  const see = node => node.tagName === 'IMG' && node.decode().then(() => { answered = true; }, () => {});
  new MutationObserver(changes => changes.forEach(({ target, addedNodes }) => {
    see(target);
    addedNodes.forEach(node => node.querySelectorAll && [node, ...node.querySelectorAll('img')].forEach(see));
  })).observe(cell, { subtree: true, childList: true, attributeFilter: ['src'] });
  for (const name of ['fill', 'stroke', 'fillRect', 'drawImage', 'putImageData']) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      answered ||= cell.contains(this.canvas.getRootNode().host ?? this.canvas);
      return draw.apply(this, given);
    };
  }
  const endOfFrame = () => new Promise(done => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  }));
  window.expectKey = () => {
    window.milliseconds = new Promise(tell => document.addEventListener('keydown', async ({ timeStamp }) => {
      answered = false;
      do await endOfFrame(); while (!answered && performance.now() - timeStamp < 5000);
      tell(performance.now() - timeStamp);
    }, { capture: true, once: true }));
  };
}"""


def measure(page: Page, cell: Locator, keys: tuple[str, str] = THERE_AND_BACK) -> list[float]:
    """Milliseconds from a press to the painted answer, press after press; each waits for the one before."""
    cell.evaluate(WATCH)
    times = []
    for press in range(WARMING_UP + PRESSES):
        page.evaluate("() => window.expectKey()")
        page.keyboard.press(keys[press % 2])
        times.append(page.evaluate("() => window.milliseconds"))
    return times[WARMING_UP:]


def every_explorer(browser: Browser, folder: Path) -> dict[str, list[float]]:
    """The times of each explorer, alone on a page and with few points."""
    times, made = {}, {}
    exec(SETUP, made)
    for specimen in SPECIMENS:
        explorer = eval(specimen.make, made)
        file = folder / f"{specimen.name}.html"
        file.write_text(f"<!doctype html><meta charset=utf-8>{explorer.html()}", encoding="utf-8")
        page = browser.new_page(viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
        page.goto(file.as_uri())
        page.locator("figcaption:not(:empty)").wait_for(state="attached")
        specimen.by_key(page.locator("figure.lesson"))  # now it has the keyboard
        keys = KEYS.get(specimen.name, THERE_AND_BACK)
        times[type(explorer).__name__] = measure(page, page.locator("[data-explorer]"), keys)
        page.close()
    return times


def compare(browser: Browser, folder: Path) -> dict[str, list[float]]:
    """The times of both figures, each alone in a notebook of its own."""
    sliders = {"MarginBand": 'input[type="range"]', "interact + matplotlib": ".noUi-handle"}
    times = {}
    with JupyterLab(folder) as lab:
        for place, (figure, shown) in enumerate(zip(sliders, (EXPLORER, INTERACT), strict=True)):
            lab.put(f"figure{place}", notebook_of(MAKE, shown))
            with lab.open(browser, f"figure{place}") as notebook:
                notebook.run_all()
                cell = notebook.cell(1)
                cell.locator(sliders[figure]).first.focus()
                times[figure] = measure(notebook.page, cell)
                for trouble in notebook.troubles:
                    print(f"{figure}: {trouble}", file=sys.stderr)
    return times


def table(times: dict[str, list[float]]) -> str:
    """The middle time of each figure, and the one that nine in ten stay under."""
    lines = [f"{'figure':<24}{'median':>10}{'p90':>10}"]
    for figure, milliseconds in times.items():
        middle, most = median(milliseconds), quantiles(milliseconds, n=10)[-1]
        late = "" if middle <= 30 and most <= 60 else "  over 30 or 60 ms"
        lines.append(f"{figure:<24}{middle:>7.1f} ms{most:>7.1f} ms{late}")
    return "\n".join(lines)


def report(browser: Browser, folder: Path) -> str:
    """What was measured, and on what."""
    alone, beside = every_explorer(browser, folder), compare(browser, folder)
    cores = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    machine = f"{cores}, Chromium {browser.version} without a window"
    lab = f"In JupyterLab, {POINTS:,} points:"
    return f"{table(alone)}\n{lab}\n{table(beside)}\nKey event to painted frame, {PRESSES} presses each; {machine}."


def print_measured(measured: Callable[[Browser, Path], str]) -> int:
    """Print what is measured in a browser, with a folder to work in; 1 where there is no browser to measure in."""
    path = chromium_path()
    if path is None:
        print(f"There is nothing to measure in: {NO_BROWSER}", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
        headless(playwright, path) as browser,
    ):
        print(measured(browser, Path(folder)))
    return 0


def main() -> int:
    """Measure and print."""
    return print_measured(report)


if __name__ == "__main__":
    sys.exit(main())
