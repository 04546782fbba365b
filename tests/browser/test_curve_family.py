import json
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import CurveFamily
from tests.browser.pictures import (
    at_rest,
    cut_off,
    each_page,
    paste,
    picture,
    picture_now,
    refused,
    settings,
    stop_clock,
    swiped,
)

NARROW = 390


@pytest.fixture(scope="module")
def explorer():
    chance = np.random.default_rng(0)
    far = chance.uniform(0.5, 1.9, 500)
    return CurveFamily(
        {
            "AdaFace": np.concatenate([np.abs(chance.normal(0.28, 0.1, 9_500)), far]),
            "ArcFace": np.abs(chance.normal(0.2, 0.1, 10_000)),
        }
    )


def plot(page):
    return page.locator(".lesson canvas")


def caption(page):
    return page.locator("figcaption")


def choose(page, name):
    page.get_by_role("group", name="loss").get_by_text(name).click()


def on_track(page, share):
    """Where in the window the track is dragged so far, 0..1; the same sizes as familyFrame."""
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    return box["x"] + 20 + (box["width"] - 42) * share, box["y"] + box["height"] - 42


def with_length(page, length, end=1.1 * (20 + 5.001 / 0.333)):
    return on_track(page, length / end)


def at_angle(page, degrees):
    box = plot(page).bounding_box()
    left = 30 if box["width"] < 520 else 36
    return box["x"] + left + (box["width"] - left - 14) * degrees / 180, box["y"] + 120


def test_the_length_is_dragged_and_rests_where_the_curve_has_a_name(page):
    expect(caption(page)).to_contain_text("z = −0.53, between ArcFace and CosFace: cos(θ + 0.213) − 0.187")
    before = at_rest(page)
    page.mouse.move(*with_length(page, 12))
    page.mouse.down()
    for length, words, expected in [
        (19.8, "z = 0: AdaFace is CosFace here, exactly", 20),
        (5.3, "z = −1: AdaFace is ArcFace here, exactly", 4.98198),
        (34.8, "z = +1, the other end", 35.01802), (27, "past CosFace", 27), (-50, "AdaFace is ArcFace here", 0),
    ]:  # fmt: skip
        page.mouse.move(*with_length(page, length), steps=3)
        expect(caption(page)).to_contain_text(words)
        assert settings(page)["length"] == pytest.approx(expected, abs=0.15 if length == 27 else 1e-4)
    page.mouse.move(5000, 300)  # out of the figure: the end of the track
    assert settings(page)["length"] == pytest.approx(1.1 * (20 + 5.001 / 0.333), abs=1e-3)
    page.mouse.move(*with_length(page, 36), steps=3)
    page.mouse.up()
    page.mouse.move(*with_length(page, 9))  # nothing is held any more
    assert settings(page)["length"] == pytest.approx(36, abs=0.15)
    expect(page.locator(".read")).to_contain_text("z −0.53 → +1: at θ = 60.0°")
    expect(page.locator(".read")).to_contain_text("Were the 10,000 trained features (AdaFace) all of this length")
    assert at_rest(page) != before


def test_a_press_on_the_track_brings_the_handle(show, explorer):
    page = show(explorer)
    page.mouse.click(*with_length(page, 30))
    assert settings(page)["length"] == pytest.approx(30, abs=0.15)
    page.mouse.click(*with_length(page, 5))
    expect(caption(page)).to_contain_text("AdaFace is ArcFace here, exactly")


def test_a_tap_brings_the_handle_and_a_swipe_that_scrolls_does_not(show, explorer):
    page = show(explorer, width=NARROW, has_touch=True)
    page.touchscreen.tap(*with_length(page, 30))
    assert settings(page)["length"] == pytest.approx(30, abs=0.15)
    x, y = with_length(page, 8)
    swiped(page, (x, y), [(0, -120)])
    assert settings(page)["length"] == pytest.approx(30, abs=0.15)


def test_the_plots_move_the_line(page):
    before = at_rest(page)
    page.mouse.move(*at_angle(page, 50))
    page.mouse.down()
    for x, expected in [(at_angle(page, 90)[0], 90), (-50, 0), (5000, 180), (at_angle(page, 70)[0], 70)]:
        page.mouse.move(x, 300, steps=2)
        assert math.degrees(settings(page)["angle"]) == pytest.approx(expected, abs=0.5)
    page.mouse.up()
    assert settings(page)["length"] == 12
    expect(page.locator(".read")).to_contain_text("At θ = 7")
    assert at_rest(page) != before


def test_the_length_walks_by_key(show, explorer):
    page = show(explorer)
    handle = page.get_by_role("slider", name="length ‖x‖ of the feature")
    handle.focus()
    for key, z in [
        ("ArrowRight", -0.5), ("ArrowUp", -0.45), ("Shift+ArrowLeft", -0.7), ("PageUp", 0), ("PageUp", 1),
        ("ArrowRight", 1), ("PageDown", 0), ("ArrowDown", -0.05), ("Home", -1), ("ArrowLeft", -1), ("End", 1),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert 0.333 * (settings(page)["length"] - 20) / 5.001 == pytest.approx(z, abs=1e-4)
    expect(handle).to_have_attribute("aria-valuetext", "‖x‖ = 35, z = +1: AdaFace")
    page.keyboard.press("Home")
    expect(handle).to_have_attribute("aria-valuetext", "‖x‖ = 5, z = −1: AdaFace = ArcFace")
    choose(page, "CurricularFace")
    handle = page.get_by_role("slider", name="age t of the training")
    handle.focus()
    for key, age in [("ArrowRight", 0.32), ("Shift+ArrowRight", 0.42), ("PageUp", 0.5), ("End", 1), ("Home", 0)]:
        page.keyboard.press(key)
        assert settings(page)["age"] == pytest.approx(age)
    expect(handle).to_have_attribute("aria-valuetext", "t = 0.00: CurricularFace")


def test_magface_slides_between_its_margins(page):
    choose(page, "MagFace")
    expect(caption(page)).to_contain_text("‖x‖ = 12: ArcFace with the margin of this length, m = 0.457 rad (26.2°)")
    before = at_rest(page)
    page.mouse.move(*with_length(page, 12, 121))
    page.mouse.down()
    page.mouse.move(*with_length(page, 60, 121), steps=4)
    expect(caption(page)).to_contain_text("The longer a feature, the more is asked of it.")
    page.mouse.move(*with_length(page, 110.8, 121), steps=4)
    page.mouse.up()
    expect(caption(page)).to_contain_text("with its greatest margin: m = 0.8 rad")
    expect(page.locator(".read")).to_contain_text("‖x‖ 12 → 110: at")
    assert settings(page)["length"] == 110
    assert at_rest(page) != before


def test_curricularface_grows_older(page):
    choose(page, "CurricularFace")
    expect(caption(page)).to_contain_text("t = 0.30, early in training. Hard is another class nearer than 78.6°")
    expect(page.locator(".read")).to_contain_text("where t would stand by now")
    page.mouse.move(*on_track(page, 0.3))
    page.mouse.down()
    page.mouse.move(*on_track(page, 0.495), steps=4)  # rests where the class counts as in ArcFace
    page.mouse.up()
    assert settings(page)["age"] == pytest.approx(0.5, abs=1e-5)
    expect(page.locator(".read")).to_contain_text("the other class’s logit is 0.400 → 0.500")


def test_each_control_answers_and_says_what_it_did(page):
    page.locator("summary", has_text="more").click()
    for loss, name, key, words in [
        ("AdaFace", "margin", "End", "m 0.4 → 0.5"), ("AdaFace", "h", "End", "h 0.333 → 1"),
        ("AdaFace", "mean length", "End", "μ 20 → 100"), ("AdaFace", "spread", "End", "σ 5 → 50"),
        ("AdaFace", "scale", "End", "s 16 → 64"), ("AdaFace", "classes", "End", "C 10 → 100,000"),
        ("MagFace", "margin of the shortest", "Home", "margins 0.45 to 0.8 → 0 to 0.8"),
        ("MagFace", "margin of the longest", "Home", "margins 0.45 to 0.8 → 0 to 0:"),
        ("CurricularFace", "own angle", "End", "θy 50.0° → 90.0°"), ("CurricularFace", "margin", "Home", "m 0.5 → 0"),
    ]:  # fmt: skip
        paste(page, json.dumps(CurveFamily().settings | {"length": 14.0}))
        choose(page, loss)
        before = picture(page)
        page.locator(".sliders").get_by_role("slider", name=re.compile(f"^{name}")).first.press(key)
        expect(page.locator(".read")).to_contain_text(words)
        assert picture(page) != before
    page.locator(".sliders").get_by_role("slider", name="line at").press("Home")
    expect(page.locator(".read")).to_contain_text("θj = 0.0°")
    page.get_by_role("radio", name="ArcFace", exact=True).check()
    expect(page.locator(".read")).to_contain_text("10,000 trained angles (ArcFace)")


def test_only_what_bears_on_the_loss_can_be_set(page):
    page.locator("summary", has_text="more").click()
    for loss, shown, hidden in [("AdaFace", "spread", "own angle"), ("MagFace", "margin of the longest", "spread"),
                                ("CurricularFace", "own angle", "mean length")]:  # fmt: skip
        choose(page, loss)
        expect(page.locator(".sliders label").filter(has_text=shown)).to_be_visible()
        expect(page.locator(".sliders label").filter(has_text=hidden)).to_be_hidden()


def test_a_screen_reader_hears_what_was_said(show, explorer):
    page = stop_clock(show(explorer, clock=True))
    page.get_by_role("slider", name="length ‖x‖").press("Home")
    page.clock.run_for(2_000)
    expect(page.locator(".spoken")).to_contain_text("z = −1: AdaFace is ArcFace here, exactly")
    expect(page.locator(".spoken")).to_contain_text("z −0.53 → −1: at θ = 60.0°")


def test_rings_invite_a_drag_until_the_handle_is_touched(show, explorer):
    page = stop_clock(show(explorer, clock=True))
    page.clock.run_for(3_000)  # two rings, and no more
    still = picture_now(page)
    page.clock.run_for(1_000)
    assert picture_now(page) == still
    page.get_by_role("slider", name="length ‖x‖").press("PageUp")  # on its way, then there
    page.clock.run_for(48)
    moving = picture_now(page)
    page.clock.run_for(2_000)
    assert len({still, moving, picture_now(page)}) == 3


def test_with_reduced_motion_nothing_moves_by_itself(show, explorer):
    page = stop_clock(show(explorer, clock=True, reduced_motion="reduce"))
    seen = set()
    for _ in range(6):
        seen.add(picture_now(page))
        page.clock.run_for(200)
    assert len(seen) == 1
    page.get_by_role("slider", name="length ‖x‖").press("PageUp")
    page.clock.run_for(48)
    there = picture_now(page)
    page.clock.run_for(1_000)
    assert picture_now(page) == there not in seen


def test_it_fits_every_page(page):
    page.locator("summary", has_text="more").click()
    for width in each_page(page, (340, 620, 800, 1440)):
        beside = page.locator(".said").bounding_box()["x"] > plot(page).bounding_box()["x"] + 100
        assert beside == (width >= 800)
        assert cut_off(page, ".said > *, .sliders label") == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(show):
    page = show(CurveFamily())  # no trained angles: nothing speaks of them
    assert "trained" not in page.locator(".lesson").inner_text()
    refused(page, [
        "nonsense", "[]", '{"length": -1}', '{"length": "a"}', '{"age": 2}', '{"h": 0}', '{"own": 50}',
        '{"loss": "toString"}', '{"margins": {"arcface": 1}}', '{"margins": null}', '{"magface_lengths": [9, 3]}',
        '{"angle": 4}', '{"net": 1}', '{"classes": 2.5}', '{"margin": 3}', '{"scale": 1e400}',
    ])  # fmt: skip
    sent = CurveFamily(length=33.3, mean=22.5, spread=4.0, margins={"adaface": 0.3}, angle=math.pi)
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(page.locator(".read")).to_contain_text("z −0.53 → +0.90, μ 20 → 22.5, σ 5 → 4, m 0.4 → 0.3")
    assert settings(page) == sent.settings
