import json
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import GradientArrows
from tests.browser.pictures import each_page, hears, paste, picture, picture_now, settings, stop_clock

WIDE, NARROW = 1000, 420


@pytest.fixture
def page(show):
    return opened(show)


def opened(show, arrows=None, **choices):
    """The figure with all that is folded unfolded."""
    page = show(arrows or GradientArrows(), **choices)
    page.evaluate("inFigures('details').forEach(one => { one.open = true; })")
    return page


def field(page):
    return page.locator(".field canvas")


def caption(page):
    return page.locator("figcaption")


def at(page, x, y):
    """Where in the window the plane has (x, y), in radii; the same sizes as planeFrame."""
    field(page).scroll_into_view_if_needed()
    box = field(page).bounding_box()
    half = box["width"] / 2
    return box["x"] + half * (1 + x / 1.3), box["y"] + half * (1 - y / 1.3)


def on_rim(page, turn):
    return at(page, math.cos(turn), math.sin(turn))


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def test_x_is_dragged_anywhere_out_of_the_figure_and_back(page):
    expect(caption(page)).to_contain_text("the two steps stand 56.4° apart")
    before = picture(page)
    drag(page, at(page, -0.3, 0.48), at(page, 0.1, -0.7))
    assert settings(page)["point"] == pytest.approx([0.1, -0.7], abs=0.02)
    assert all(old != new for old, new in zip(before, picture(page), strict=True))
    expect(caption(page)).to_contain_text("(it was 56.4°)")
    page.mouse.move(*at(page, 0.1, -0.7))
    page.mouse.down()
    for place in [(-50, -50), (2000, 450), (400, 3000)]:
        page.mouse.move(*place, steps=3)
        assert np.hypot(*settings(page)["point"]) == pytest.approx(1.3, abs=1e-3)
    page.mouse.move(*at(page, 0, 0))
    expect(caption(page)).to_contain_text("x lies at the origin")
    page.mouse.move(*at(page, 0.5, 0.5))
    page.mouse.up()
    assert settings(page)["point"] == pytest.approx([0.5, 0.5], abs=0.02)
    expect(caption(page)).to_contain_text("apart")
    after = settings(page)
    page.mouse.move(*at(page, -0.5, -0.5))  # nothing is held any more
    assert settings(page) == after


def test_a_weight_is_dragged_round_and_a_click_makes_it_the_class_of_x(page):
    turns = settings(page)["directions"]
    drag(page, on_rim(page, turns[1]), on_rim(page, turns[1] - 0.3), on_rim(page, turns[1] - 0.5))
    moved = settings(page)
    assert moved["directions"][1] == pytest.approx(turns[1] - 0.5, abs=0.02)
    assert moved["directions"][2:] == turns[2:]
    assert moved["label"] == 0
    page.mouse.click(*on_rim(page, turns[4]))
    assert settings(page)["label"] == 4
    assert settings(page)["directions"] == moved["directions"]
    expect(page.locator("tr.own")).to_contain_text("4 = y")


def test_a_resize_in_the_middle_of_a_drag(page):
    page.mouse.move(*at(page, -0.3, 0.48))
    page.mouse.down()
    page.mouse.move(*at(page, 0.3, 0.3))
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("() => inFigures('.field canvas')[0].clientWidth < 500")
    picture(page)
    page.mouse.move(*at(page, 0.6, -0.2), steps=2)
    page.mouse.up()
    assert settings(page)["point"] == pytest.approx([0.6, -0.2], abs=0.1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_is_reached_by_key(page):
    field(page).focus()
    r, turn = math.hypot(0.3, 0.48), math.atan2(0.48, -0.3)
    for key, length, angle in [("ArrowLeft", r, 1), ("Shift+ArrowRight", r, -9), ("ArrowUp", r + 0.02, -9)]:
        before = picture(page)
        page.keyboard.press(key)
        want = turn + math.radians(angle)
        assert settings(page)["point"] == pytest.approx([length * math.cos(want), length * math.sin(want)], abs=1e-3)
        assert picture(page)[0] != before[0]
    turns = settings(page)["directions"]
    for key in ("2", "Shift+ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowRight", "Enter", "x", "ArrowDown"):
        page.keyboard.press(key)
    now = settings(page)
    assert np.degrees(now["directions"]) - np.degrees(turns) == pytest.approx([0, 0, 11, -1, 0], abs=0.01)
    assert now["label"] == 3
    assert math.hypot(*now["point"]) == pytest.approx(r, abs=1e-3)
    for group, key, name, value in [
        ("loss", "ArrowLeft", "loss", "cosface"),
        ("the other loss", "ArrowLeft", "other", "adacos"),
        ("class of x", "ArrowRight", "label", 4),
        ("number of classes", "ArrowRight", "directions", 10),
        ("arrows measured", "ArrowRight", "lengths", "as_is"),
    ]:
        page.locator(f'fieldset[aria-label="{group}"] input:checked').focus()
        page.keyboard.press(key)
        now = settings(page)[name]
        assert (len(now) if name == "directions" else now) == value
    for slider, key, name, value in [("scale", "End", "scale", 64), ("lift", "Home", "lift", 0)]:
        page.get_by_role("slider", name=slider).press(key)
        assert settings(page)[name] == value
    page.get_by_role("slider", name="margin").press("Home")
    assert settings(page)["margins"]["cosface"] == 0
    assert page.locator("tbody tr:visible").count() == 10


def test_who_moves_by_ear_hears_what_is_held(page):
    expect(page.locator(".spoken")).to_contain_text(re.compile("^x: angle to its class 0"))
    for key, words in [
        ("2", "You hold W2, at −126.0°. x: angle to its class 0"),
        ("ArrowLeft", "You hold W2, at −125.0°. x: angle"),
        ("3", "You hold W3, at −54.0°."),
        ("x", "You hold x: angle to its class 0"),
    ]:
        hears(page, field(page), key, words)


def test_each_loss_has_its_margin_and_its_words(page):
    for name in ("cosine softmax", "SphereFace", "P2SGrad"):
        page.locator('fieldset[aria-label="loss"]').get_by_label(name, exact=True).check(force=True)
        expect(page.locator(".loss").first.locator(".slider")).to_be_visible(visible=name == "SphereFace")
        expect(page.locator("thead")).to_contain_text(name)
    expect(caption(page)).to_contain_text("P2SGrad twice: the arrows are the same")


def test_wrong_settings_get_a_sentence_and_change_nothing(page):
    before = picture(page)
    for text in [
        "nonsense", "[]", '{"point": [NaN, 1]}', '{"point": [1e999, 1]}', '{"point": [2, 0]}', '{"lift": 30}',
        '{"loss": "hinge"}', '{"other": "toString"}', '{"margins": {"arcface": 2}}', '{"margins": null}',
        '{"angle": 1}', '{"directions": [1, 2]}', '{"directions": null}', '{"label": 12}', '{"lengths": 3}',
        '{"scale": 0}',
    ]:  # fmt: skip
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(
            re.compile("These are no settings|This figure has no|cannot be")
        )
    assert picture(page) == before
    paste(page, '{"directions": [0, 1, 2], "label": 9, "margins": {"cosface": 0.1}, "point": [0, 0]}')
    expect(page.get_by_role("status")).to_have_text("Set.")
    assert settings(page)["label"] == 0
    assert settings(page)["margins"] == {"sphereface": 4, "cosface": 0.1, "arcface": 0.5}
    expect(caption(page)).to_contain_text("x lies at the origin")


def test_settings_go_out_and_come_back(show):
    sent = GradientArrows(
        loss="cosface", other="softmax", margin=0.25, classes=10, label=7, lift=0.2, lengths="per_scale"
    )
    first = opened(show, sent)
    assert settings(first) == sent.settings
    second = opened(show)
    paste(second, json.dumps(sent.settings))
    second.evaluate("document.activeElement.blur()")
    assert picture(second) == picture(first)
    back = GradientArrows()
    back.use(json.dumps(settings(second)))
    assert back.settings == sent.settings


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_another_measure_glides_unless_motion_is_unwanted(show, motion):
    page = stop_clock(opened(show, clock=True, reduced_motion=motion))
    page.get_by_label("as they are").check(force=True)
    page.clock.run_for(100)
    early = picture_now(page)
    page.clock.run_for(450)
    assert (picture_now(page) == early) == (motion == "reduce")


def test_it_fits_every_page(show):
    page = opened(show)
    for width in each_page(page, (NARROW, 700, WIDE, 1600)):
        plane, along = (page.locator(f"{name} canvas").bounding_box() for name in (".field", ".beside"))
        assert plane["height"] == pytest.approx(plane["width"], abs=1)
        assert (along["x"] > plane["x"] + plane["width"]) == (width >= WIDE)


def test_nothing_below_the_picture_moves_whatever_is_set(show):
    for width in (390, 1000):
        page = opened(show, width=width)
        page.set_viewport_size({"width": width, "height": 900})
        tall = "inFigures('.lesson')[0].offsetHeight"
        page.wait_for_function(f"() => innerWidth === {width}")
        heights = set()
        for setting in [
            {"loss": "arcface"}, {"loss": "sphereface", "other": "cosface"}, {"loss": "softmax", "other": "adacos"},
            {"point": [0, 0]}, {"point": [1.2, 0.1], "lift": 0}, {"directions": [0, 1, 2], "label": 0},
            {"directions": [0.6 * k for k in range(10)], "other": "p2sgrad", "point": [-0.6, -0.9], "lift": 0.5},
        ]:  # fmt: skip
            paste(page, json.dumps(setting))
            picture(page)
            heights.add(page.evaluate(tall))
        assert len(heights) == 1


def test_a_finger_moves_what_it_takes_hold_of_and_scrolls_elsewhere(show):
    page = opened(show, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 600})
    before, finger = settings(page)["point"], page.context.new_cdp_session(page)
    for start, scrolls in [(before, False), ((0.4, 0.1), True)]:
        page.evaluate("scrollTo(0, 0)")
        box = field(page).bounding_box()
        x, y = (
            box[side] + box["width"] / 2 * (1 + way) for side, way in (("x", start[0] / 1.3), ("y", -start[1] / 1.3))
        )
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 9):
            finger.send(
                "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 10 * step}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert (settings(page)["point"] == before) == scrolls
        assert (page.evaluate("scrollY") > 20) == scrolls
        before = settings(page)["point"]
