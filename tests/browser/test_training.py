"""Training in the page, whatever happens to the page meanwhile. The Worker alone: explorers/test_serve.py."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.harness import figure_of
from tests.browser.pictures import at_rest, no_worker_is_left, wait_until_painted

# How training begins, and how many steps are made, of each figure that trains.
FIGURES = {
    "band": ("switch", "train what I drag", r"Training: ([\d,]+) steps"),
    "live": ("button", "play", r"Step ([\d,]+)"),
    "pad": ("button", "Teach it as 8", r"Training with your 8: step (\d+)"),
}
# What a page learns of being in a tab that is hidden: an event, and nobody calls back for a frame. Chromium without a
# window does not hide one.
HIDE = """() => {
  const unpainted = globalThis.unpainted = [], { requestAnimationFrame } = globalThis;
  const become = state => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  globalThis.requestAnimationFrame = f => unpainted.push(f);
  globalThis.showAgain = () => {
    Object.assign(globalThis, { requestAnimationFrame });
    become('visible');
    unpainted.splice(0).forEach(f => requestAnimationFrame(f));
  };
  become('hidden');
}"""
NO_WORKERS = """<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">"""


@pytest.fixture
def motion():
    return "no-preference"  # each step is shown


@pytest.fixture(params=FIGURES)
def name(request):
    return request.param


def on_a_page(show, *parts, **choices):
    return show(SimpleNamespace(html=lambda: "".join(parts)), **choices)


def begin(page, name):
    role, button, _ = FIGURES[name]
    page.get_by_role(role, name=button, exact=True).click()


def wait_for_steps(page, name, most=0):
    """Until more steps than `most` have been made; a digit may be taught before one has looked."""
    look = """([said, most]) => {
      const { textContent } = inFigures('figure')[0];
      return /Taught as/.test(textContent) || +new RegExp(said).exec(textContent)?.[1].replace(',', '') > most;
    }"""
    page.wait_for_function(look, arg=[FIGURES[name][2], most])


def steps(page):
    return int(re.match(r"Step (\d+)", page.locator("figcaption").first.inner_text())[1])


def train_ten_steps(page, place=0):
    page.get_by_role("button", name="10 steps").nth(place).click()


def circle(page, place=0):
    """LiveLab's circle, once nothing is left to paint."""
    page.mouse.move(0, 0)
    page.evaluate("inFigures('button').forEach(one => one.blur())")
    return at_rest(page)[2 * place]


def after_twenty_steps(page):
    train_ten_steps(page)
    expect(page.locator("figcaption")).to_contain_text("Step 10,")
    train_ten_steps(page)
    expect(page.locator("figcaption")).to_contain_text("Step 20,")
    return circle(page)


def test_a_figure_that_is_taken_off_a_static_page_leaves_no_worker(show, made, name):
    page = show(made(name))
    begin(page, name)
    wait_for_steps(page, name)
    assert len(page.workers) == 1
    page.evaluate("(globalThis.away = document.querySelector('[data-explorer]')).remove()")
    assert no_worker_is_left(page)


@pytest.mark.parametrize("name", ["band", "live"])
def test_a_figure_that_is_put_back_trains_again(show, made, name):
    page = show(made(name))
    begin(page, name)
    wait_for_steps(page, name)
    page.evaluate("(globalThis.away = document.querySelector('[data-explorer]')).remove()")
    assert no_worker_is_left(page)
    page.evaluate("document.body.append(away)")
    begin(page, name)
    wait_for_steps(page, name)
    assert len(page.workers) == 1


def test_a_figure_that_is_moved_within_the_page_trains_on(show, made):
    page = show(made("live"))
    begin(page, "live")
    wait_for_steps(page, "live", 5)
    before = steps(page)
    page.evaluate("document.body.prepend(document.querySelector('[data-explorer]'))")
    wait_for_steps(page, "live", before + 5)
    assert len(page.workers) == 1


def test_a_hidden_tab_waits_and_goes_on_to_the_same_end_once_it_is_shown(show, made):
    undisturbed = after_twenty_steps(show(made("live")))
    page = show(made("live"))
    train_ten_steps(page)
    expect(page.locator("figcaption")).to_contain_text("Step 10,")
    page.evaluate(HIDE)
    train_ten_steps(page)
    page.wait_for_function("unpainted.length", polling=50)
    assert steps(page) == 10
    page.evaluate("showAgain()")
    expect(page.locator("figcaption")).to_contain_text("Step 20,")
    assert circle(page) == undisturbed


def test_a_tab_that_is_hidden_while_it_trains_goes_on(show, made, name):
    page = show(made(name))
    begin(page, name)
    wait_for_steps(page, name)
    page.evaluate(HIDE)
    page.wait_for_function("unpainted.length", polling=50)
    page.evaluate("showAgain()")
    wait_for_steps(page, name, 20)
    assert len(page.workers) <= 1  # none where it was taught meanwhile


@pytest.mark.parametrize("name", ["live", "pad"])
def test_fast_reloads_while_it_trains(show, made, name):
    page = show(made(name))
    for _ in range(3):
        begin(page, name)
        page.reload(wait_until="commit")
        page.wait_for_function("inFigures('figcaption')[0]?.textContent")
    begin(page, name)
    wait_for_steps(page, name)
    assert len(page.workers) == 1 == page.locator(".lesson").count()


def test_two_figures_that_train_at_once_end_as_each_does_alone(show, made):
    alone = after_twenty_steps(show(made("live")))
    page = on_a_page(show, figure_of(made("live")) * 2, ready="inFigures('figcaption')[1]?.textContent")
    for end in (10, 20):
        for place in (0, 1):
            train_ten_steps(page, place)
        for place in (0, 1):
            expect(page.locator("figcaption").nth(place)).to_contain_text(f"Step {end},")
    assert len(page.workers) == 2
    assert [circle(page, 0), circle(page, 1)] == [alone, alone]


def test_a_page_that_forbids_workers_trains_itself(show, made, name):
    page = on_a_page(show, NO_WORKERS, figure_of(made(name)))
    begin(page, name)
    wait_for_steps(page, name)
    wait_until_painted(page)
    assert page.workers == []
    assert all("Content Security Policy" in told for told in show.troubles)
    show.troubles.clear()
