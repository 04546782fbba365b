"""From `git clone` to a figure that one has dragged: seconds, on this machine.

    python -m benchmarks.first_figure                 a clone of this repository, as it is committed
    python -m benchmarks.first_figure ADDRESS         of the one at this address, its download included
    python -m benchmarks.first_figure --write         put the sentence into README

Does what README says, in a new folder: clones, runs `make lab`, opens lesson 00 in Chromium and moves its film before
any cell has run. `make` sees PIP_ARGS and PYTHON as anybody's would. What uv or pip kept before is used, unless
PIP_NO_CACHE_DIR=1 is set: so the sentence says which. Nothing is asserted.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.lesson_times import machine
from tests.browser.lab import NO_BROWSER, chromium_path, drawn, drawn_anew, headless
from tests.browser.pictures import IN_FIGURES

ROOT = Path(__file__).resolve().parents[1]
LESSON = "00_start_here.ipynb"
README = ROOT / "README.md"
BETWEEN = re.compile(r"(<!-- first figure -->\n).*?(<!-- /first figure -->)", flags=re.DOTALL)
PATIENCE = 3_600  # seconds: a slow line takes its time with torch


class Watch:
    """Takes the time of one step after the other."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = time.perf_counter()

    def done(self, step: str) -> None:
        """A step has ended, and the next begins."""
        now = time.perf_counter()
        self.steps[step], self._last = now - self._last, now
        print(f"{step}: {self.steps[step]:.1f} s", flush=True)

    def sentence(self, about: str) -> str:
        """What README says of it."""
        each = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in self.steps.items())
        kept = "no package kept from before" if os.environ.get("PIP_NO_CACHE_DIR") else "with packages kept from before"
        return f"From `git clone` to a dragged figure: {sum(self.steps.values()):.0f} s ({each}), {kept}, on {about}."


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def lab(clone: Path) -> Iterator[str]:
    """`make lab` in the clone until the block is left; yields its address once it listens. RuntimeError if it ends."""
    port, log = free_port(), clone / "lab.log"
    options = f"--no-browser --port={port} --IdentityProvider.token=first"
    # The environment of whoever measures is not that of the clone.
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS")}
    with log.open("wb") as said:
        command = ["make", "lab", f"LAB_ARGS={options}"]
        server = subprocess.Popen(
            command, cwd=clone, env=kept, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
    try:
        end = time.monotonic() + PATIENCE
        while f"http://localhost:{port}/lab" not in log.read_text(errors="replace"):
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"make lab did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        yield f"http://localhost:{port}/lab/tree/{LESSON}?token=first"
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def drag(browser: Browser, address: str, watch: Watch) -> None:
    """Open the lesson, wait for its film and move it by a key; no cell is run."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(120_000)
    page.add_init_script(IN_FIGURES)
    page.goto(address)
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.wait_for()
    figure = page.locator("figure.lesson").first
    page.mouse.move(640, 600)
    while figure.count() == 0:  # JupyterLab makes a cell when somebody scrolls to it
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(50)
    before = drawn(figure)
    watch.done("open the lesson until a figure is alive")
    figure.get_by_role("slider").first.press("ArrowLeft")
    drawn_anew(figure, before)
    watch.done("drag it")


def written(readme: str, sentence: str) -> str:
    """README with this sentence between its two marks; ValueError where it has none."""
    if not BETWEEN.search(readme):
        raise ValueError("README.md has no <!-- first figure --> with a <!-- /first figure --> after it.")
    return BETWEEN.sub(lambda found: f"{found[1]}\n{sentence}\n\n{found[2]}", readme)


def main(arguments: list[str]) -> None:
    """Clone, set up, open and drag; then say how long it took."""
    path = chromium_path()
    if path is None:
        raise SystemExit(NO_BROWSER)
    source = next((given for given in arguments if given != "--write"), ROOT.as_uri())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        clone, watch = Path(folder) / "course", Watch()
        subprocess.run(["git", "clone", "--quiet", "--depth=1", source, str(clone)], check=True)
        watch.done("clone")
        with lab(clone) as address, sync_playwright() as playwright, headless(playwright, path) as browser:
            watch.done("make lab")
            drag(browser, address, watch)
    sentence = watch.sentence(f"{machine()}, {date.today():%d %B %Y}")
    print(sentence)
    if "--write" in arguments:
        README.write_text(written(README.read_text(encoding="utf-8"), sentence), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
