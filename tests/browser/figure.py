"""What the explorers' own tests do with a page that shows one figure and nothing else."""

import json

from playwright.sync_api import Page, expect

_AT_REST = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const look = () => [...document.querySelectorAll('.lesson canvas')].map(canvas => canvas.toDataURL());
  await frame(); await frame();  // what a gesture asked for is painted in the next
  for (let before = look(), same = 0; same < 2;) {
    await frame();
    const now = look();
    same = now.every((drawing, i) => drawing === before[i]) ? same + 1 : 0; before = now;
  }
  return look();
}"""


def opened(show, explorer, **choices) -> Page:
    """The explorer on a page, once it has said its first sentence."""
    page = show(explorer, **choices)
    expect(page.locator("figcaption")).not_to_be_empty()
    return page


def caption(page: Page):
    """The sentence under the figure, for `expect`."""
    return page.locator("figcaption")


def picture(page: Page) -> list[str]:
    """What each canvas shows, once nothing is left to paint."""
    return page.evaluate(_AT_REST)


def settings(page: Page) -> dict:
    """What the figure's own line says, once nothing is left to paint."""
    picture(page)
    return json.loads(page.get_by_label("settings of this figure").input_value())


def paste(page: Page, text: str) -> None:
    """Put settings into the figure's own line."""
    if not page.get_by_label("settings of this figure").is_visible():
        page.locator("summary").click()
    page.get_by_label("settings of this figure").fill(text)
    page.keyboard.press("Enter")


def drag(page: Page, *places: tuple[float, float]) -> None:
    """Press the mouse at the first place, move it through the others and let go."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
