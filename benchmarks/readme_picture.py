"""The moving picture at the top of README: lesson 05's MarginBand, its margin dragged while it trains.

    python -m benchmarks.readme_picture

The figure is the one in the saved notebook, in Chromium, trained as it is looked at; only the pointer is drawn.
"""

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.lab import NO_BROWSER, chromium_path, headless
from tests.browser.pictures import IN_FIGURES

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / ".github" / "first_minute.webp"
LESSON, FIGURE = ROOT / "notebooks" / "05_cosface_arcface.ipynb", "in which a digit is right, but not right enough"
WIDTH, EACH, REST = 860, 110, 1_500  # pixels, milliseconds a frame, and those of the last
POINTER = """() => {
  const pointer = document.createElement('div');
  pointer.innerHTML = `<svg width="22" height="26"><path d="M2 1v19l5-5 4 9 4-2-4-8h7z" fill="#111" stroke="#fff"
    stroke-width="1.5"/></svg>`;
  pointer.style.cssText = 'position:fixed;left:0;top:0;pointer-events:none;z-index:9';
  document.body.append(pointer);
  addEventListener('mousemove', ({ x, y }) => { pointer.style.transform = `translate(${x}px,${y}px)`; }, true);
}"""


def saved_figure() -> str:
    """What the notebook shows of it."""
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    pages = ["".join(out.get("data", {}).get("text/html", "")) for cell in cells for out in cell.get("outputs", ())]
    return next(page for page in pages if FIGURE in page)


def way(start: float, end: float, steps: int) -> Iterator[float]:
    """From here to there, slowly at both ends."""
    for step in range(1, steps + 1):
        part = step / steps
        yield start + (end - start) * part * part * (3 - 2 * part)


def film(page: Page, figure: Locator) -> Iterator[bytes]:
    """The figure's frames: as it is, then its training turned on, then its margin taken up and down while it trains."""
    train = box(figure.get_by_role("switch", name="train what I drag"))
    margin = box(figure.get_by_role("slider", name="margin"))
    handle, level = margin["width"] - 16, margin["y"] + margin["height"] / 2
    whole = box(figure) | {"x": 0, "width": WIDTH}
    at = (train["x"] - 90, train["y"] + 40)

    def move(x: float, y: float, steps: int) -> Iterator[bytes]:
        nonlocal at
        for to in zip(way(at[0], x, steps), way(at[1], y, steps), strict=True):
            page.mouse.move(*to)
            yield page.screenshot(clip=whole)
        at = (x, y)

    def margin_at(radians: float) -> float:
        return margin["x"] + 8 + handle * radians / 0.8  # a slider's handle is 16 pixels wide

    yield from move(train["x"] + 30, train["y"] + train["height"] / 2, 6)
    page.mouse.down(), page.mouse.up()
    yield from move(margin_at(0.4), level, 8)
    page.mouse.down()
    for radians, steps in ((0.62, 12), (0.62, 10), (0.1, 16), (0.1, 8), (0.4, 10)):
        yield from move(margin_at(radians), level, steps)
    page.mouse.up()


def box(found: Locator) -> dict[str, float]:
    """Where it is on the page, as page.screenshot takes it."""
    place = found.bounding_box()
    assert place
    return dict(place)


def main() -> None:
    """Record it and say how large it is."""
    path = chromium_path()
    if path is None:
        raise SystemExit(NO_BROWSER)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        headless(playwright, path) as browser,
    ):
        file = Path(folder) / "figure.html"
        file.write_text(f'<!doctype html><meta charset="utf-8"><body>{saved_figure()}', encoding="utf-8")
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.add_init_script(IN_FIGURES)
        page.goto(file.as_uri())
        page.wait_for_function("inFigures('figcaption')[0]?.textContent")
        page.evaluate(POINTER)
        frames = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in film(page, page.locator("figure.lesson"))]
    first, *others = frames
    often = [EACH] * len(others) + [REST]
    first.save(PICTURE, save_all=True, append_images=others, duration=often, loop=0, quality=45, method=3)
    print(f"{PICTURE.relative_to(ROOT)}: {len(frames)} frames of {first.size}, {PICTURE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
