import re

import pytest
import torch
from playwright.sync_api import expect

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from tests.browser.pictures import (
    at_rest,
    each_page,
    height,
    no_worker_is_left,
    paste,
    removable,
    settings,
    wait_until_drawn_anew,
)


@pytest.fixture
def motion():
    return "no-preference"  # each step is shown


@pytest.fixture(scope="module")
def lab():
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(200) % 10
    pattern = torch.rand(10, 1, 28, 28, generator=chance)
    images = LabelledImages((pattern[labels] + torch.rand(200, 1, 28, 28, generator=chance)) / 2, labels)
    data = ImageData(images, images, images, num_classes=10, digest="made up")
    torch.manual_seed(0)
    return LiveLab(data, Run(EmbeddingNet(2, width=4), SoftmaxLoss(10, 2)), source="trunk")


@pytest.fixture
def page(show, lab):
    return show(lab)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def caption(page):
    return page.locator("figcaption")


def step_of(page):
    return int(re.match(r"Step (\d+)", caption(page).inner_text())[1])


def wait_for_step(page, most):
    page.wait_for_function("most => +/Step (\\d+)/.exec(inFigures('figcaption')[0].textContent)?.[1] > most", arg=most)


def paused(page):
    """The picture and the step once the last answer of the worker has come: two rests in a row are the same."""
    before = None
    for _ in range(5):
        now = at_rest(page), step_of(page)
        if now == before:
            return now
        before = now
    raise AssertionError("it goes on")


def choose(page, name):
    page.get_by_role("radio", name=name, exact=True).check(force=True)


def on_circle(page, x, y):
    """A place of the plane, of length 1 at the rim, in the window."""
    box = page.get_by_role("application").bounding_box()
    middle = box["width"] / 2
    disc, band = (11, 6) if box["width"] < 400 else (13, 8)
    rim = middle - disc - 2 - disc - band - 5
    return box["x"] + middle + x * rim, box["y"] + middle - y * rim


def test_it_begins_untrained_and_without_a_worker(page):
    expect(caption(page)).to_contain_text("Step 0, ArcFace, m = 0.20 rad (11.5°), s = 16, from trunk features:")
    expect(caption(page)).to_contain_text("Nothing is trained yet")
    assert page.workers == []


def test_it_plays_pauses_steps_and_begins_anew(page):
    start = at_rest(page)
    button(page, "play").click()
    wait_for_step(page, 20)
    expect(button(page, "10 steps")).to_be_disabled()
    button(page, "pause").click()
    expect(button(page, "play")).to_be_visible()
    rested, step = paused(page)
    assert rested != start and len(page.workers) == 1
    button(page, "10 steps").click()
    expect(caption(page)).to_contain_text(f"Step {step + 10},")
    page.get_by_role("application").press("ArrowRight")
    expect(caption(page)).to_contain_text(f"Step {step + 20},")
    button(page, "reset").click()
    expect(caption(page)).to_contain_text("Step 0,")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    assert no_worker_is_left(page)
    page.get_by_role("application").press(" ")
    wait_for_step(page, 0)
    page.get_by_role("application").press(" ")
    expect(button(page, "play")).to_be_visible()


def test_the_same_seed_trains_the_same_network(page):
    def after_ten_steps():
        button(page, "reset").click()
        button(page, "10 steps").click()
        expect(caption(page)).to_contain_text("Step 10,")
        page.mouse.move(0, 0)
        return at_rest(page)[0]  # the circle; how many points a curve has depends on how fast the machine is

    assert after_ten_steps() == after_ten_steps()


def test_a_change_acts_from_the_next_step_on_and_leaves_a_mark(page):
    button(page, "10 steps").click()
    expect(caption(page)).to_contain_text("Step 10,")
    choose(page, "CosFace")
    expect(caption(page)).to_contain_text("ArcFace → CosFace: what was trained until now stays")
    button(page, "10 steps").click()
    expect(caption(page)).to_contain_text("Since ArcFace → CosFace, 10 steps ago")
    page.get_by_role("slider", name="margin").press("End")
    expect(caption(page)).to_contain_text("Step 20, CosFace, m = 0.350")
    for name in ("scale", "learning rate"):
        page.get_by_role("slider", name=name).press("End")
    assert (settings(page)["scale"], settings(page)["rate"]) == (64, 0.05)
    choose(page, "P2SGrad")
    for name in ("margin", "scale"):
        expect(page.get_by_role("slider", name=name)).to_be_disabled()


def test_another_source_or_start_begins_anew(page):
    for name, words in (("pixels", "from pixels"), ("no network: own points", "20 points"), ("evenly", "20 points")):
        button(page, "10 steps").click()
        expect(caption(page)).to_contain_text("Step 10,")
        if name == "evenly":
            page.get_by_text("how it begins, and how fast").click()
        choose(page, name)
        expect(caption(page)).to_contain_text("Step 0,")
        expect(caption(page)).to_contain_text(words)


def test_own_points_are_added_moved_and_taken_away(page):
    choose(page, "no network: own points")
    expect(caption(page)).to_contain_text("20 points")
    page.get_by_role("application").press("4")
    page.mouse.click(*on_circle(page, 0.05, 0.2))
    expect(caption(page)).to_contain_text("21 points")
    added = settings(page)["points"][-1]
    assert added[:2] == pytest.approx([0.05, 0.2], abs=0.02) and added[2] == 4
    page.mouse.move(*on_circle(page, 0.05, 0.2))
    page.mouse.down()
    page.mouse.move(*on_circle(page, -0.3, 0.1), steps=4)
    page.mouse.up()
    assert settings(page)["points"][-1][:2] == pytest.approx([-0.3, 0.1], abs=0.02)
    page.mouse.down()
    page.mouse.move(*on_circle(page, -1.3, 0.1), steps=4)
    page.mouse.up()
    expect(caption(page)).to_contain_text("20 points")
    page.mouse.click(*on_circle(page, 0.0, -0.1))
    expect(caption(page)).to_contain_text("21 points")
    page.get_by_role("application").press("Delete")
    expect(caption(page)).to_contain_text("20 points")
    paste(page, '{"points": []}')
    expect(caption(page)).to_contain_text("There are no points: click into the circle to add one.")
    button(page, "play").click()
    expect(button(page, "play")).to_be_visible()


def test_own_points_train_and_go_on_from_where_they_are_put(page):
    choose(page, "no network: own points")
    button(page, "play").click()
    wait_for_step(page, 40)
    before = step_of(page)
    page.mouse.click(*on_circle(page, 0.02, 0.15))
    expect(caption(page)).to_contain_text("21 points")
    wait_for_step(page, before + 20)
    button(page, "pause").click()
    expect(button(page, "play")).to_be_visible()
    assert len(settings(page)["points"]) == 21 and len(page.workers) == 1


# A Worker in which AdaCos's scale has run away at once: what it tells is made up.
RUN_AWAY = """() => {
  window.Worker = class {
    constructor() { setTimeout(() => this.onmessage({ data: 'ready' })); }
    postMessage({ task, ...given }) {
      if (task === 'begin') this.start = given;
      const { weight, inputs: features, tag } = this.start;
      const told = { step: 7, loss: NaN, scale: 2.5e28, weight, features, rests: true, failed: true, tag };
      if (task === 'go' && given.steps) setTimeout(() => this.onmessage({ data: told }));
    }
    terminate() {}
  };
}"""


def test_a_scale_that_runs_away_is_told_and_reset_mends_it(page):
    choose(page, "no network: own points")
    choose(page, "AdaCos")
    page.evaluate(RUN_AWAY)
    button(page, "play").click()
    said = "Training stopped at step 7: the loss is no number any more: AdaCos’s scale has run away, to 2.5e+28."
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(button(page, "play")).to_be_visible()
    button(page, "reset").click()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_where_a_worker_is_refused_the_page_trains_itself(page):
    page.evaluate("window.Worker = undefined")
    button(page, "play").click()
    wait_for_step(page, 5)
    page.get_by_role("slider", name="margin").fill("0.5")
    wait_for_step(page, 15)
    button(page, "pause").click()
    expect(button(page, "play")).to_be_visible()
    assert page.workers == [] and "m = 0.50 rad" in caption(page).inner_text()


def test_controls_moved_wildly_end_where_they_were_left(page):
    button(page, "play").click()
    wait_for_step(page, 2)
    page.evaluate(
        """() => {
          const slider = inFigures('.knobs input')[0], losses = inFigures('.what input[type=radio]');
          const [play] = inFigures('.play');
          for (let i = 0; i < 300; i++) {
            slider.value = slider.max * (i * 7 % 10) / 10;
            slider.dispatchEvent(new Event('input'));
            losses[i % losses.length].click();
            if (i % 40 === 0) { play.click(); play.click(); }
          }
          losses[4].click();
          slider.value = 0.33;
          slider.dispatchEvent(new Event('input'));
        }"""
    )
    wait_for_step(page, step_of(page))
    assert settings(page)["loss"] == "arcface" and settings(page)["margins"]["arcface"] == 0.33
    assert len(page.workers) == 1


def test_a_figure_that_is_taken_away_leaves_no_worker(show, lab):
    page = show(removable(lab))
    button(page, "play").click()
    wait_for_step(page, 3)
    page.evaluate("leave()")
    page.wait_for_function("document.querySelector('.explorer') === null")
    assert no_worker_is_left(page)


def test_where_motion_is_unwanted_only_the_end_is_shown(show, lab):
    page = show(lab, reduced_motion="reduce")
    button(page, "play").click()
    expect(caption(page)).to_contain_text("Step 200,", timeout=60_000)
    expect(button(page, "play")).to_be_visible()
    expect(page.locator(".spoken")).to_contain_text("Step 200,")
    button(page, "play").click()
    button(page, "reset").click()  # a training that goes on in secret would never rest
    expect(caption(page)).to_contain_text("Step 200,", timeout=60_000)
    expect(button(page, "play")).to_be_visible()


def test_a_digit_key_shows_one_class_alone(page):
    circle, all_of_them = page.get_by_role("application"), at_rest(page)
    circle.focus()
    circle.press("3")
    wait_until_drawn_anew(page, all_of_them)
    circle.press("Escape")
    assert at_rest(page) == all_of_them


WRONG = {
    '{"margins": {"sphereface": 2.5}}': 'margins cannot be {"sphereface":2.5} here.',
    '{"points": [[0, 0, 11]]}': "points cannot be [[0,0,11]] here.",
    '{"points": 5}': "points cannot be 5 here.",
    '{"rate": 2}': "rate cannot be 2 here.",
    '{"source": "thin air"}': 'source cannot be "thin air" here.',
    '{"loss": "constructor"}': 'loss cannot be "constructor" here.',
}


def test_wrong_settings_get_a_sentence(page):
    for text, words in WRONG.items():
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(words)


def test_it_fits_every_page(page):
    for _ in each_page(page, (390, 1000, 1600)):
        page.evaluate("inFigures('details').forEach(fold => { fold.open = true; })")
        outside = page.evaluate(
            """() => inFigures('.livelab *').filter(node => {
              const { right, width } = node.getBoundingClientRect();
              return width && !node.closest('.spoken') && right > innerWidth + 0.5;
            }).map(node => node.outerHTML.slice(0, 80))"""
        )
        assert outside == []


def test_on_a_phone_its_height_stays_and_the_circle_has_its_sentence_beside_it(show, lab):
    page = show(lab, width=390)
    heights = [height(page)]
    for name in ["CosFace", "ArcFace, raw", "AdaCos", "P2SGrad", "pixels", "no network: own points"]:
        choose(page, name)
        heights.append(height(page))
    assert max(heights) - min(heights) <= 2
    circle, said = (page.locator(part).bounding_box() for part in (".circle", "figcaption"))
    assert 0 <= said["y"] - circle["y"] - circle["height"] < 20
