"""How a training one watches keeps up, in a real JupyterLab: frames a second, and what becomes of slider events.

    make bench

LiveLab trains from raw pixels and on cached trunk features. For some seconds it is left alone; then a key is pressed on
its margin slider twelve times while it trains. Frames are counted where they are painted, events where the kernel hears
them; the time runs from the key event to the end of the frame that shows its answer. Nothing is asserted.
"""

import os
import platform
import sys
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from benchmarks.event_to_paint import WATCH, print_measured
from tests.browser.lab import SECONDS, JupyterLab, OpenNotebook, notebook_of

WATCHED, PRESSES = 10.0, 12  # seconds, keys

# The trunk is not trained: what it says takes as long to learn from.
MAKE = """
import torch
from lessons_lib.data import load_mnist
from lessons_lib.explorers import LiveLab
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run

data, warm = load_mnist(), Run(EmbeddingNet(2), SoftmaxLoss(10, 2))
"""
SHOW = """
lab, heard = LiveLab(data, warm, source={source!r}, speed={speed}), []
lab.observe(lambda change: heard.append(change.new), "margins")
lab
"""
COUNT = """figure => {
  window.paints = 0;
  const pen = figure.querySelector('canvas').getContext('2d'), clear = pen.clearRect.bind(pen);
  pen.clearRect = (...given) => { window.paints++; clear(...given); };
}"""
FIGURES = [("pixels", 1), ("pixels", 10), ("trunk", 1), ("trunk", 10), ("trunk", 50)]


def measure(notebook: OpenNotebook, place: int) -> dict[str, float]:
    """What a reader gets of the lab in that cell."""
    cell, figure = notebook.cell(place), notebook.figure(place)
    slider, numbers = figure.get_by_role("slider", name="margin"), "print(lab.steps, len(heard), lab.margin)"
    figure.wait_for(timeout=1000 * SECONDS)
    figure.evaluate(COUNT)
    figure.get_by_role("button", name="play").click()
    notebook.page.wait_for_function("() => window.paints > 5")  # the network is made
    painted, began = notebook.page.evaluate("() => window.paints"), time.monotonic()
    steps = int(notebook.python(numbers).split()[0])
    notebook.page.wait_for_timeout(1000 * WATCHED)
    painted = notebook.page.evaluate("() => window.paints") - painted
    steps = int(notebook.python(numbers).split()[0]) - steps
    seconds = time.monotonic() - began
    cell.evaluate(WATCH)
    times = []
    for _ in range(PRESSES):
        notebook.page.evaluate("() => window.expectKey()")
        slider.press("ArrowRight")
        times.append(notebook.page.evaluate("() => window.milliseconds"))
    shown = float(slider.input_value())
    _, heard, margin = notebook.python(numbers).split()
    applied = float(notebook.python("print(lab._training.head.margin)"))
    figure.get_by_role("button", name="pause").click()
    return {
        "frames": painted / seconds,
        "steps": steps / seconds,
        "heard": int(heard),
        "last": float(margin) == applied == shown,
        "median": median(times),
        "most": max(times),
    }


def table(found: dict[tuple[str, int], dict[str, float]], browser: str) -> str:
    """What was measured, and on what."""
    lines = [
        f"{'learns from':<14}{'speed':>6}{'frames/s':>10}{'steps/s':>9}{'events served':>15}{'to paint':>10}{'most':>8}"
    ]
    for (source, speed), row in found.items():
        served = f"{row['heard']} of {PRESSES}{'' if row['last'] else ', not the last'}"
        times = f"{row['median']:>7.1f} ms{row['most']:>5.0f} ms"
        lines.append(f"{source:<14}{speed:>6}{row['frames']:>10.1f}{row['steps']:>9.0f}{served:>15}{times}")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Chromium {browser} without a window"
    return "\n".join([*lines, f"Frames painted while it trains, and keys on its margin slider meanwhile; {machine}."])


def watch(browser: Browser, folder: Path) -> dict[tuple[str, int], dict[str, float]]:
    """Each figure alone in a notebook of its own."""
    found = {}
    with JupyterLab(folder) as lab:
        for source, speed in FIGURES:
            name = f"{source}{speed}"
            lab.put(name, notebook_of(MAKE, SHOW.format(source=source, speed=speed), ""))
            with lab.open(browser, name) as notebook:
                notebook.run_all()
                found[source, speed] = measure(notebook, 1)
                for trouble in notebook.troubles:
                    print(f"{source}: {trouble}", file=sys.stderr)
    return found


def main() -> int:
    """Measure and print."""
    return print_measured(lambda browser, folder: table(watch(browser, folder), browser.version))


if __name__ == "__main__":
    sys.exit(main())
