"""Explorers in Firefox and in WebKit, on a page that has the worst of styles.

`make test` tries one gesture of each explorer, every second one in Firefox and the others in WebKit; `make
test-browsers` all explorers in both, with all gestures: the mouse, a key, a choice and a fold where there is one.
"""

import os
from contextlib import ExitStack
from functools import cache

import pytest

from tests.browser.engines import LISTEN, NEEDED, Place, Window, found, window
from tests.browser.harness import figure_of
from tests.browser.pictures import LOOK
from tests.browser.specimens import HOSTILE, SPECIMENS

EVERY_GESTURE = bool(os.environ.get("EVERY_GESTURE"))
SHOWN = f"[...inFigures('figcaption').map(one => one.textContent), ...({LOOK})(document)].join()"
# Once three frames in a row show the same.
REST = f"""return (async () => {{
  for (let same = 0, before = ''; same < 3;) {{
    await new Promise(done => requestAnimationFrame(done));
    const now = {SHOWN};
    same = now === before ? same + 1 : 0;
    before = now;
  }}
  return {SHOWN};
}})()"""
# Cells whose words stick out of them or stand a letter a line, and indices that left the line of what they belong to.
ASKEW = """
const box = node => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return range.getBoundingClientRect();
};
const narrow = inFigures('th, td').filter(cell => cell.checkVisibility() && cell.textContent.trim().length > 2
  && (box(cell).width > cell.getBoundingClientRect().width + 1 || cell.getBoundingClientRect().width < 20));
const lost = inFigures('sub, sup').filter(index => {
  const before = index.previousSibling;
  if (!index.checkVisibility() || !before?.textContent.trim()) return false;
  const of = [...(before.getClientRects?.() ?? (range => (range.selectNodeContents(before), range.getClientRects()))(
    document.createRange()))].at(-1), { left, top, bottom } = index.getBoundingClientRect();
  return Math.abs(left - of.right) > 4 || top > of.bottom || bottom < of.top;
});
return [...narrow, ...lost].map(node => `${node.tagName} ${node.textContent} ${node.getBoundingClientRect().width}`);"""
TRIED = [
    pytest.param(engine, specimen, id=f"{engine}-{specimen.name}")
    for turn, engine in enumerate(NEEDED)
    for place, specimen in enumerate(SPECIMENS)
    if EVERY_GESTURE or place % len(NEEDED) == turn
]
CHOICE = "label:has(input[type=radio]:not(:checked):enabled)"


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """windows(engine): its window, the same one each time."""
    with ExitStack() as stack:
        yield cache(lambda engine: stack.enter_context(window(engine, tmp_path_factory.mktemp(engine))))


@pytest.fixture
def engine(request, windows):
    if not found(request.param):
        pytest.skip(NEEDED[request.param][1])
    return windows(request.param)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return {}, tmp_path_factory.mktemp("explorers")


@pytest.fixture
def figure(engine: Window, specimen, made, written):
    """The page with the explorer, drawn."""
    files, folder = written
    if specimen.name not in files:  # the other engine takes it too
        files[specimen.name] = folder / f"{specimen.name}.html"
        html = figure_of(made(specimen.name))
        files[specimen.name].write_text(f"<!doctype html><meta charset=utf-8>{LISTEN}{HOSTILE}{html}", "utf-8")
    engine.goto(files[specimen.name].as_uri())
    engine.wait("inFigures('figcaption')[0]?.textContent && inFigures('canvas, svg').length")
    return engine


def answers(page: Window, gesture) -> None:
    before = page.run(REST)
    gesture(page)
    page.wait(f"{SHOWN} !== arguments[0]", before)


def choose(page: Window) -> None:
    if page.run(f"return inFigures('{CHOICE}').some(one => one.checkVisibility())"):
        answers(page, lambda page: Place(page, CHOICE).click())


def unfold(page: Window) -> None:
    for summary in range(page.run("return inFigures('summary').length")):
        page.run("inFigures('summary').forEach((one, i) => { one.dataset.turn = i; });")
        place = Place(page, f"summary[data-turn='{summary}']")
        closed = place.run("return !one.parentElement.open;")
        place.click()
        page.wait(f"inFigures('summary')[{summary}].parentElement.open === arguments[0]", closed)


@pytest.mark.parametrize("engine, specimen", TRIED, indirect=["engine"])
def test_it_answers_in_its_engine(figure, specimen):
    assert figure.run(ASKEW) == []
    answers(figure, specimen.by_mouse)
    if EVERY_GESTURE:
        answers(figure, specimen.by_key)
        choose(figure)
        unfold(figure)
        figure.run(REST)
        assert figure.run(ASKEW) == []
    assert figure.run("return troubles") == []
