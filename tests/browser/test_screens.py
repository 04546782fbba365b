"""On a phone, a tablet and a desk: what a figure says stands beside what it shows, and can be read."""

import pytest

from tests.browser.pictures import at_rest
from tests.browser.specimens import SPECIMENS

# As wide as lessons make a figure on a phone, a tablet and a desk: the tallest picture with its sentence.
SCREEN = {350: 900, 728: 900, 920: 860}

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
# No part has more in it than it shows. One of GradientArrows has, now and then, for a moment: hence waited for.
WHOLE = "parts => inFigures(parts).every(part => part.scrollWidth <= part.clientWidth + 1)"
# Every control at both of its ends and between, and with each choice all of them at one end and at the other: the
# heights that the figure takes, and what first gave it another one.
HEIGHTS = """async () => {
  const figure = inFigures('figure.lesson')[0], found = {};
  const look = async name => {
    await new Promise(done => requestAnimationFrame(done));
    found[Math.round(figure.getBoundingClientRect().height)] ??= name;
  };
  const shown = () => inFigures('input[type=range], input[type=radio], canvas[role]')
    .filter(one => !one.disabled && one.checkVisibility());
  const slide = (one, part) => {
    one.value = Number(one.min) + part * (one.max - one.min);
    one.dispatchEvent(new Event('input'));
  };
  const press = (one, key) => one.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey: true, bubbles: true }));
  await look('at first');
  for (const one of shown()) {
    const name = one.labels?.[0]?.textContent ?? one.getAttribute('aria-label');
    if (one.type === 'range') for (const part of [0, 1, 0.4]) {
      slide(one, part);
      await look(`${name}: ${one.value}`);
    } else if (one.type === 'radio') {
      one.click();
      for (const [part, key] of [[0, 'Home'], [1, 'End']]) {
        for (const other of shown()) if (other.type === 'range') slide(other, part);
          else if (other.type !== 'radio') press(other, key);
        await look(`${name}, all: ${key}`);
      }
    } else for (const key of ['Home', 'ArrowRight', 'End', 'ArrowLeft', 'ArrowUp']) {
      press(one, key);
      await look(`${name}: ${key}`);
    }
  }
  await look('in the end');
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

    def __init__(self, explorer):
        self.html = lambda: f"{LETTERS}<style>body {{ margin: 0 }}</style>{explorer.html()}"


def reach_of_sentence(page):
    """How far the sentence's last line is below the picture's first."""
    return page.evaluate(
        """() => {
          const range = document.createRange();
          range.selectNodeContents(inFigures('figcaption')[0]);
          return range.getBoundingClientRect().bottom - inFigures('canvas')[0].getBoundingClientRect().top;
        }"""
    )


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.name)
def test_picture_and_sentence_share_a_screen_lines_end_well_and_no_gesture_changes_the_height(show, made, specimen):
    page = show(Listened(made(specimen.name)), width=1_000)
    figure = page.locator("figure.lesson")
    for gesture in (lambda figure: None, specimen.by_key):
        gesture(figure)
        for width, tallest in SCREEN.items():
            page.evaluate("width => { document.body.style.width = `${width}px`; smallest = Infinity; }", width)
            at_rest(page)
            assert page.evaluate(BROKEN) == [], width
            assert reach_of_sentence(page) < tallest, width
            page.wait_for_function(WHOLE, arg=".formula, .law, .share")
            assert page.evaluate("smallest") >= 9, width
    for width in (280, 729, 774):
        page.evaluate("width => { document.body.style.width = `${width}px`; }", width)
        at_rest(page)
        assert len(heights := page.evaluate(HEIGHTS)) == 1, (width, heights)
