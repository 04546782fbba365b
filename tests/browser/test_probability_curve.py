import json
import math
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from lessons_lib.explorers import ProbabilityCurve
from lessons_lib.losses import AdaCosLoss
from lessons_lib.runs import Run
from tests.browser.pictures import at_rest, each_page, paste, refused, settings, stop_clock

WIDE, NARROW = 1000, 420


@pytest.fixture(scope="module")
def explorer():
    chance = np.random.default_rng(0)
    nets = {"modified softmax": 0.5, "AdaCos": 0.1}
    return ProbabilityCurve({name: np.abs(chance.normal(0, width, 10_000)) for name, width in nets.items()})


def trained(lost=False):
    """A training that is over: the scale falls with the angles, or runs away."""
    moments = [(0, 0.0, 1.5, 3.1), (10, 0.2, 1.2, 3.0), (40, 0.8, 0.6, 2.5), (90, 1.8, 0.3, 2.2), (160, 3.2, 0.15, 2.0)]
    if lost:
        moments[2:] = [(16, 0.3, 1.2, math.inf)]
    history = [dict(zip(("step", "epoch", "theta", "scale"), moment, strict=True)) for moment in moments]
    return Run(torch.nn.Identity(), AdaCosLoss(10, 4), history=history)


@pytest.fixture(scope="module")
def follower():
    return ProbabilityCurve(followed=trained())


def plot(page):
    return page.locator(".lesson .field > canvas")


def caption(page):
    return page.locator("figcaption")


def degrees(page):
    return math.degrees(settings(page)["angle"])


def at(page, angle, share):
    """Where in the window the plot has θ, in degrees, and P; the same sizes as probabilityFrame, without a run."""
    at_rest(page)
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    tall = round(min(370, max(260, 0.58 * box["width"])))
    x = box["x"] + 46 + (box["width"] - 58) * angle / 180
    return x, box["y"] + 36 + tall * (1 - share)


def half(scale):
    """The angle at which ten classes and a scale make P one half, in degrees."""
    return math.degrees(math.acos(math.log(9) / scale))


def slider(page, name):
    return page.get_by_role("slider", name=name)


def test_the_cursor_is_dragged_through_the_plot_and_past_its_edges(page):
    for words in ("s = 16, 10 classes", "θ = 60.0° counts as 99.7 % right", "Too large an s"):
        expect(caption(page)).to_contain_text(words)
    expect(page.locator(".read")).to_contain_text("Of the 10,000 trained angles (modified softmax)")
    before = at_rest(page)
    page.mouse.move(*at(page, 50, 0.3))
    page.mouse.down()
    for x, expected in [(at(page, 90, 0)[0], 90), (-50, 0), (at(page, 130, 0)[0], 130), (5000, 180)]:
        page.mouse.move(x, 300, steps=2)
        assert degrees(page) == pytest.approx(expected, abs=0.5)
    page.set_viewport_size({"width": 620, "height": 900})  # while it is held
    page.wait_for_function("() => innerWidth === 620")
    page.mouse.move(*at(page, 110, 0.3))
    page.mouse.up()
    assert degrees(page) == pytest.approx(110, abs=0.5)
    page.mouse.move(*at(page, 20, 0.3))  # nothing is held any more
    assert degrees(page) == pytest.approx(110, abs=0.5)
    assert at_rest(page) != before
    assert settings(page)["scale"] == 16


def test_the_cursor_walks_by_key(page):
    plot(page).focus()
    for key, expected in [
        ("ArrowRight", 61), ("ArrowDown", 60), ("Shift+ArrowUp", 70), ("PageDown", 60), ("Home", 0), ("ArrowLeft", 0),
        ("End", 180), ("ArrowRight", 180), ("Shift+ArrowLeft", 170),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert degrees(page) == pytest.approx(expected, abs=0.002)
    said = "θ 170.0°: P < 0.1\u00a0%, loss 18.0, slope 0.00 percent a degree"
    expect(plot(page)).to_have_attribute("aria-valuetext", said)
    expect(page.locator(".formula")).to_contain_text("at θ = 170.0°")


def test_the_curve_is_pulled_to_another_scale(page):
    before = at_rest(page)
    page.mouse.move(*at(page, half(16), 0.5))
    expect(plot(page)).to_have_attribute("style", re.compile("cursor: grab;"))
    held = at_rest(page)
    assert held != before  # it shows where it would be taken hold of
    page.mouse.down()
    page.mouse.move(*at(page, 60, 0.6), steps=5)
    scale = (math.log(0.6 / 0.4) + math.log(9)) / 0.5
    assert settings(page)["scale"] == pytest.approx(scale, rel=0.05)
    assert degrees(page) == pytest.approx(60, abs=0.01)  # the cursor stays
    expect(caption(page)).to_contain_text("s 16 → 5.")
    expect(caption(page)).to_contain_text("counted as 99.7 % right, now as")
    page.set_viewport_size({"width": 620, "height": 900})  # while it is held
    page.wait_for_function("() => innerWidth === 620")
    for to in ((-300, -300), (3000, 2000), (3000, -500), (-300, 2000)):
        page.mouse.move(*to, steps=2)
        assert 0.1 <= settings(page)["scale"] <= 200
    assert settings(page)["scale"] == 0.1
    page.mouse.move(*at(page, 75, 0.8))
    page.mouse.up()
    left = settings(page)["scale"]
    page.mouse.move(*at(page, 20, 0.2))
    assert settings(page)["scale"] == left > 5
    expect(caption(page)).to_contain_text("s 16 →")  # one gesture


def test_past_the_others_there_is_nothing_to_take_hold_of(page):
    page.mouse.move(*at(page, 120, 0))
    page.mouse.down()
    page.mouse.move(*at(page, 130, 0.5), steps=2)
    page.mouse.up()
    assert (settings(page)["scale"], degrees(page)) == (16, pytest.approx(130, abs=0.5))


def test_each_control_answers_and_says_what_it_did(page):
    for name, key, words in [
        ("scale", "Home", "s 16 → 0.10"), ("scale", "End", "s 16 → 200"), ("scale", "ArrowLeft", "s 16 → 15"),
        ("classes", "End", "C 10 → 100,000"), ("classes", "Home", "C 10 → 3"), ("classes", "ArrowRight", "C 10 → 11"),
        ("others at", "End", "the others 90.0° → 120.0°"), ("others at", "ArrowLeft", "the others 90.0° → 89.0°"),
    ]:  # fmt: skip
        paste(page, '{"scale": 16, "num_classes": 10, "others": "90", "choice": "hand"}')
        before = at_rest(page)
        slider(page, name).press(key)
        expect(caption(page)).to_contain_text(words)
        assert at_rest(page) != before
    box = slider(page, "scale").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"], steps=4)  # past its end
    page.mouse.up()
    assert settings(page)["scale"] == 0.1
    for name, others, words in [
        ("simplex", "simplex", "arccos(−1/(C − 1)) = 96.4°"), ("elsewhere", 1.68214, "All other classes at this"),
        ("90°", "90", "As the paper assumes"),
    ]:  # fmt: skip
        page.get_by_label("where the other classes stand").get_by_text(name, exact=True).click()
        expect(page.locator(".knobs")).to_contain_text(words)
        assert settings(page)["others"] == others
    page.get_by_role("radio", name="modified softmax").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".read")).to_contain_text("trained angles (AdaCos)")


def test_fixed_adacos_is_chosen_and_follows_the_classes(page):
    mark = page.get_by_role("button", name="√2 ln(C − 1) = 3.11")
    mark.click()
    expect(page.get_by_role("radio", name="Fixed AdaCos")).to_be_checked()
    for words in ("s 16 → 3.11", "Fixed AdaCos makes P(45°) = ½", "steepest at 57.1°"):
        expect(caption(page)).to_contain_text(words)
    page.get_by_role("button", name="1,000", exact=True).click()
    for words in ("s 3.11 → 9.77, C 10 → 1,000", "steepest at 47.1°"):
        expect(caption(page)).to_contain_text(words)
    assert (settings(page)["choice"], settings(page)["scale"]) == ("fixed", 9.7676)
    expect(page.get_by_role("columnheader", name="before")).to_be_visible()
    slider(page, "scale").press("ArrowRight")
    expect(page.get_by_role("radio", name="by hand")).to_be_checked()
    page.get_by_role("radio", name="by hand").press("ArrowRight")
    expect(page.get_by_role("radio", name="Fixed AdaCos")).to_be_checked()
    assert settings(page)["scale"] == 9.7676


def test_a_run_is_followed(show, follower):
    page = show(follower)
    expect(caption(page)).to_contain_text("Step 160, epoch 3.2: s = 2, and the mean angle is 8.6°, where P is 50 %")
    before = at_rest(page)
    slider(page, "recorded moment").press("Home")
    expect(caption(page)).to_contain_text("Step 0, epoch 0.0: s = 3.10")
    expect(slider(page, "recorded moment")).to_have_attribute("aria-valuetext", "step 0")
    assert at_rest(page) != before
    box = page.locator(".run canvas").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] - 500, box["y"] + 900, steps=3)
    expect(caption(page)).to_contain_text("Step 0,")
    page.mouse.move(box["x"] + 0.54 * box["width"], box["y"] + 60, steps=3)
    expect(caption(page)).to_contain_text("Step 40,")
    page.mouse.up()
    assert (settings(page)["step"], settings(page)["scale"]) == (2, 2.5)
    slider(page, "scale").press("ArrowRight")  # by hand from here
    expect(page.get_by_role("radio", name="by hand")).to_be_checked()
    page.get_by_role("radio", name="AdaCos, followed").check()
    expect(caption(page)).to_contain_text("Step 40,")
    slider(page, "classes").press("ArrowRight")  # the run had ten
    expect(page.get_by_role("radio", name="by hand")).to_be_checked()


def test_it_plays_through_the_run_once(show, follower):
    page = stop_clock(show(follower, clock=True))
    page.get_by_role("button", name="replay").click()
    seen = []
    for _ in range(16):
        page.clock.run_for(100)
        seen.append(int(re.search(r"Step (\d+)", caption(page).text_content())[1]))
    assert seen == sorted(seen)
    assert set(seen) == {0, 10, 40, 90, 160}
    expect(page.get_by_role("button", name="replay")).to_be_visible()
    page.get_by_role("button", name="replay").click()
    page.clock.run_for(400)
    page.get_by_role("button", name="pause").click()
    page.clock.run_for(2000)
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()
    expect(caption(page)).not_to_contain_text("Step 160")


def test_a_scale_that_runs_away_is_told(show):
    page = show(ProbabilityCurve(followed=trained(lost=True)))
    expect(caption(page)).to_contain_text("The scale left every bound at step 16.")
    slider(page, "recorded moment").press("Home")
    expect(caption(page)).to_contain_text("watch where that leads")


OVERFLOWING = """root => [...root.querySelectorAll('.side > *, .formula span, .knobs > *, .marks button')]
  .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
  .map(node => node.textContent)"""


def test_it_fits_every_page(show, follower):
    page = show(follower)
    paste(page, '{"scale": 64, "num_classes": 99999, "others": "simplex", "choice": "hand"}')  # the longest formula
    for width in each_page(page, (NARROW, WIDE, 1600)):
        beside = page.locator(".side").bounding_box()["x"] > plot(page).bounding_box()["x"] + 100
        assert beside == (width >= WIDE)
        assert page.locator(".lesson").evaluate(OVERFLOWING) == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(show):
    page = show(ProbabilityCurve())  # no trained angles and no run: nothing speaks of them
    assert "trained" not in page.locator(".lesson").inner_text()
    assert "followed" not in page.locator(".lesson").inner_text()
    refused(page, [
        "nonsense", "[]", '{"scale": 0}', '{"scale": "a"}', '{"scale": 1e400}', '{"num_classes": 2}',
        '{"num_classes": 10.5}', '{"others": 90}', '{"others": null}', '{"others": "circle"}', '{"choice": "followed"}',
        '{"choice": "toString"}', '{"choice": ["hand"]}', '{"angle": 4}', '{"angle": null}', '{"net": 1}',
        '{"step": 1}', '{"margin": 3}',
    ])  # fmt: skip
    sent = ProbabilityCurve(num_classes=300, others=1.9, angle=math.pi)
    sent.choice = "fixed"
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(caption(page)).to_contain_text("s 16 → 8.06, C 10 → 300, the others 90.0° → 108.9°")
    assert settings(page) == sent.settings
    paste(page, '{"scale": 30}')
    expect(page.get_by_role("radio", name="by hand")).to_be_checked()
