"""On a phone, a tablet and a desk: what a figure says stands beside what it shows, and can be read."""

import pytest

from tests.browser.pictures import at_rest, cut_off
from tests.browser.specimens import SPECIMENS

PHONE, TABLET, DESK = 350, 728, 920  # as wide as lessons make a figure
SCREEN = {PHONE: 900, TABLET: 900, DESK: 860}  # the tallest picture with its sentence
NAMES = ["plane", "center", "charges", "cost", "family", "pad", "film", "arrows"]

# Where a line ends in the middle of what belongs together: "90 / %", "1 / + n", "C = / 10", "C / 1,000".
BROKEN = """() => {
  const found = [], lines = new Map(), range = document.createRange();
  for (const block of inFigures('figcaption, p:not(.formula, .counted), label, summary, th, td')) {
    const words = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let line = '', before = null;
    if (block.checkVisibility()) while (words.nextNode())
      [...words.currentNode.data].forEach((letter, i) => {
        range.setStart(words.currentNode, i);
        range.setEnd(words.currentNode, i + 1);
        const [box] = range.getClientRects();
        if (!box?.width) return;
        if (before && box.left < before.left && box.top > before.bottom - 4) {
          lines.set(block, [...(lines.get(block) ?? []), line]);
          line = '';
        }
        line += letter;
        before = box;
      });
    lines.set(block, [...(lines.get(block) ?? []), line].map(text => text.trim()));
  }
  for (const texts of lines.values())
    texts.slice(1).forEach((next, i) => {
      const last = texts[i];
      const broken = /[=<>+·×÷/(≈→]$/.test(last) || /^([+·×÷/)%≈→°]|− )/.test(next)
        || (/\\d$/.test(last) && /^(rad|[kMGT]?B|[mµn]?s)\\b/.test(next));
      if (broken) found.push(`${last} / ${next}`);
    });
  return found;
}"""
# The smallest letters written on a canvas since it was last cleared.
LETTERS = """<script>{
  const pen = CanvasRenderingContext2D.prototype, { fillText } = pen;
  globalThis.smallest = Infinity;
  pen.fillText = function (words, ...rest) {
    if (String(words).trim()) smallest = Math.min(smallest, Number(/([\\d.]+)px/.exec(this.font)[1]));
    fillText.call(this, words, ...rest);
  };
}</script>"""


class Listened:
    """The explorer on a page that hears how small its letters are."""

    def __init__(self, explorer, width):
        place = f"<style>body {{ margin: 0; width: {width}px }}</style>"
        self.html = lambda: LETTERS + place + explorer.html()


def reach_of_sentence(page):
    """How far the sentence's last line is below the picture's first."""
    return page.evaluate(
        """() => {
          const range = document.createRange();
          range.selectNodeContents(inFigures('figcaption')[0]);
          return range.getBoundingClientRect().bottom - inFigures('canvas')[0].getBoundingClientRect().top;
        }"""
    )


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
@pytest.mark.parametrize("name", NAMES)
def test_picture_and_sentence_share_a_screen_and_no_line_breaks_inside_a_formula(show, made, name, width):
    page = show(Listened(made(name), width), width=max(width, 400), reduced_motion="reduce")
    at_rest(page)
    figure = page.locator("figure.lesson")
    for gesture in (lambda figure: None, next(one for one in SPECIMENS if one.name == name).by_key):
        gesture(figure)
        at_rest(page)
        assert page.evaluate(BROKEN) == []
        assert reach_of_sentence(page) < SCREEN[width]
        assert cut_off(page, ".formula, .law, .share") == []
    assert page.evaluate("smallest") >= 9
