"""How soon a figure answers: from a key on its margin slider to the painted frame, in a real JupyterLab.

    make bench

MarginBand computes and draws in the browser. Beside it stands the same picture (the same points, the same band) drawn
with matplotlib under `ipywidgets.interact`, which sends every press to the kernel and an image back. Both are measured
in the page: from the key event's own time to the end of the frame that shows the answer. Nothing is asserted.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Locator, sync_playwright

from tests.browser.lab import NO_BROWSER, JupyterLab, OpenNotebook, chromium_path, headless, notebook_of

POINTS, PRESSES, WARMING_UP = 5_000, 60, 4

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
# of every frame is looked at: a message sent while a frame is made arrives when it has been painted.
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
      answered ||= cell.contains(this.canvas);
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
      do await endOfFrame(); while (!answered);
      tell(performance.now() - timeStamp);
    }, { capture: true, once: true }));
  };
}"""


def measure(notebook: OpenNotebook, cell: Locator, slider: Locator) -> list[float]:
    """Milliseconds from a press to the painted answer, press after press; each waits for the one before."""
    slider.wait_for()
    cell.evaluate(WATCH)
    times = []
    for press in range(WARMING_UP + PRESSES):
        notebook.page.evaluate("() => window.expectKey()")
        slider.press("ArrowLeft" if press % 2 else "ArrowRight")
        times.append(notebook.page.evaluate("() => window.milliseconds"))
    return times[WARMING_UP:]


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
                times[figure] = measure(notebook, cell, cell.locator(sliders[figure]).first)
                for trouble in notebook.troubles:
                    print(f"{figure}: {trouble}", file=sys.stderr)
    return times


def table(times: dict[str, list[float]], browser: str) -> str:
    """What was measured, and on what."""
    lines = [f"{'figure':<24}{'points':>8}{'median':>10}{'p90':>10}"]
    for figure, milliseconds in times.items():
        middle, most = median(milliseconds), quantiles(milliseconds, n=10)[-1]
        lines.append(f"{figure:<24}{POINTS:>8,}{middle:>7.1f} ms{most:>7.1f} ms")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Chromium {browser} without a window"
    return "\n".join([*lines, f"Key event to painted frame, {PRESSES} presses each; {machine}."])


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
    return print_measured(lambda browser, folder: table(compare(browser, folder), browser.version))


if __name__ == "__main__":
    sys.exit(main())
