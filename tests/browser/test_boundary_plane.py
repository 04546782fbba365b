import json
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import BoundaryPlane
from tests.browser.pictures import paste, picture, settings
from tests.browser.planes import NARROW, caption, circle, field, opened, point


@pytest.fixture
def page(show):
    return opened(show)


def reading(page):
    return page.locator(".read")


def at(page, theta1, theta2):
    """Where in the window the plane has (θ1, θ2), in degrees; the same sizes as planeFrame."""
    field(page).scroll_into_view_if_needed()
    box = field(page).bounding_box()
    side = box["width"] - 56 - 14
    return box["x"] + 56 + side * theta1 / 180, box["y"] + 64 + side * (1 - theta2 / 180)


def on_circle(page, turn, between=36, reach=1.0):
    """Where the circle has the direction at `turn` from W1 towards W2, in degrees; the same sizes as circleFrame."""
    circle(page).scroll_into_view_if_needed()
    box = circle(page).bounding_box()
    radius, up = box["width"] / 2 - 36, math.radians(90 + between / 2 - turn)
    x, y = box["x"] + box["width"] / 2, box["y"] + radius + 36
    return x + reach * radius * math.cos(up), y - reach * radius * math.sin(up)


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def test_the_first_frame_says_what_arcface_does(page):
    expect(caption(page)).to_contain_text("ArcFace, m = 0.20 rad (11.5°): between two weights 36° apart")
    expect(caption(page)).to_contain_text("11.5° wide everywhere")
    expect(reading(page)).to_contain_text("θ₁ + m = 12.0° + 11.5° = 23.5° < θ₂ = 24.0°: right enough")
    expect(field(page)).to_have_attribute("aria-valuetext", "θ₁ 12.0°, θ₂ 24.0°, class 1: right enough")


def test_each_loss_changes_the_picture_and_the_words(page):
    before = picture(page)
    for loss, words in [
        ("softmax", "softmax has no margin"),
        ("SphereFace", "closes at the origin"),
        ("CosFace", "widest in angle where angles are small"),
    ]:
        page.get_by_label(loss, exact=True).check(force=True)
        expect(caption(page)).to_contain_text(words)
        assert all(old != new for old, new in zip(before, picture(page), strict=True))
    page.get_by_label("ArcFace", exact=True).check(force=True)
    assert picture(page) == before


def test_the_arrow_keys_choose_a_loss(page):
    page.get_by_label("ArcFace", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    expect(caption(page)).to_contain_text("CosFace, m = 0.100")


def test_a_name_above_the_plane_chooses_its_loss(page):
    box = field(page).bounding_box()
    page.mouse.click(box["x"] + 56 + (box["width"] - 70) / 4, box["y"] + 10)  # SphereFace leaves the plane at 180° / 4
    expect(caption(page)).to_contain_text("SphereFace, m = 4.0")


def test_the_sliders_change_the_picture_and_the_words(page):
    for name, key, words in [
        ("margin", "ArrowRight", "m = 0.21 rad (12.0°)"),
        ("margin", "Home", "no margin at all"),
        ("margin", "End", "no direction is right enough"),
        ("angle between", "ArrowRight", "two weights 37° apart"),
        ("angle between", "Home", "swallowed the corner (0°, 10°)"),
        ("angle between", "End", "two weights 180° apart"),
    ]:
        paste(page, '{"margins": {"arcface": 0.2}, "between": 0.62832}')
        before = picture(page)
        page.get_by_role("slider", name=name).press(key)
        expect(caption(page)).to_contain_text(words)
        assert all(old != new for old, new in zip(before, picture(page), strict=True))


def test_the_line_itself_is_dragged(page):
    before = picture(page)
    drag(page, at(page, 90, 90 + 11.46), at(page, 85, 110), at(page, 80, 110))
    assert settings(page)["margins"]["arcface"] == pytest.approx(math.radians(30), abs=0.006)
    expect(caption(page)).to_contain_text("m = 0.52 rad")
    assert all(old != new for old, new in zip(before, picture(page), strict=True))
    drag(page, at(page, 100 + 29.8, 100), at(page, 110, 100))  # its mirror image, below the diagonal
    assert settings(page)["margins"]["arcface"] == pytest.approx(math.radians(10), abs=0.006)
    assert point(page) == pytest.approx([12, 24], abs=0.01)  # x has not moved


def test_the_pointer_stays_on_the_line(page):
    for loss, start, end, m in [
        ("cosface", (60, 66.42), (60, 75), 0.240),
        ("sphereface", (30, 120), (30, 60), 2.0),
    ]:
        paste(page, json.dumps({"loss": loss}))
        assert settings(page)["loss"] == loss  # painted: only then is the line where it is taken hold of
        drag(page, at(page, *start), at(page, *end))
        assert settings(page)["margins"][loss] == pytest.approx(m, abs=0.0051 if loss == "cosface" else 0.051)


def test_settings_that_are_being_typed_are_not_overwritten_by_a_repaint(page):
    paste(page, '{"loss": "cosface"}')
    line = page.get_by_label("settings of this figure")
    expect(line).to_have_value(re.compile('"margins"'))  # what was pasted has been taken and painted
    line.fill('{"loss": "sph')
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("() => innerWidth === 700")
    picture(page)
    expect(line).to_have_value('{"loss": "sph')


def test_softmax_has_no_line_to_drag(show):
    page = opened(show, BoundaryPlane(loss="softmax"))
    expect(page.get_by_role("slider", name="margin")).to_be_disabled()
    margins = settings(page)["margins"]
    drag(page, at(page, 90, 90), at(page, 80, 110))
    assert settings(page)["margins"] == margins
    assert point(page) == pytest.approx([80, 110], abs=0.5)


def test_x_is_dragged_in_the_plane_and_stays_where_features_are(page):
    drag(page, at(page, 12, 24), at(page, 80, 100))
    assert point(page) == pytest.approx([80, 100], abs=0.6)
    expect(page.locator(".beside p")).to_contain_text("needs a third dimension")
    expect(reading(page)).to_contain_text("right enough")
    drag(page, at(page, 80, 100), at(page, 20, 170))
    assert point(page) == pytest.approx([77, 113], abs=0.6)  # the foot on the border
    expect(page.locator(".beside p")).to_contain_text("round the circle")


def test_x_is_dragged_on_the_circle_along_the_border(page):
    for turn, expected in [(24, (24, 12)), (60, (60, 24)), (-20, (20, 56)), (198, (162, 162))]:
        drag(page, on_circle(page, turn, reach=0.8), on_circle(page, turn, reach=0.9))
        assert point(page) == pytest.approx(expected, abs=0.8)
        expect(page.locator(".beside p")).to_contain_text("round the circle")
    expect(reading(page)).to_contain_text("neither class wins" if point(page)[0] == point(page)[1] else "not")


def test_the_weights_are_dragged_apart_and_x_stays_in_their_plane(page):
    seat = 1 + 20 / (circle(page).bounding_box()["width"] / 2 - 36)
    drag(page, on_circle(page, 0, reach=seat), on_circle(page, -12, reach=seat), on_circle(page, -27, reach=seat))
    assert math.degrees(settings(page)["between"]) == pytest.approx(90, abs=1.01)
    expect(caption(page)).to_contain_text("apart, class 1 is right enough up to")
    assert point(page).sum() == pytest.approx(math.degrees(settings(page)["between"]), abs=0.01)
    box = circle(page).bounding_box()
    drag(page, on_circle(page, 90, 90, reach=seat), (box["x"] + 60, box["y"] + 5))  # W2 to the far side of W1
    assert math.degrees(settings(page)["between"]) == pytest.approx(10, abs=0.01)


def test_x_walks_by_key_in_the_plane(page):
    field(page).focus()
    for key, expected in [("ArrowUp", (12, 25)), ("ArrowRight", (13, 25)), ("Shift+ArrowRight", (18, 25))]:
        before = picture(page)
        page.keyboard.press(key)
        assert point(page) == pytest.approx(expected, abs=0.01)
        assert all(old != new for old, new in zip(before, picture(page), strict=True))
    expect(field(page)).to_have_attribute(
        "aria-valuetext", "θ₁ 18.0°, θ₂ 25.0°, class 1: right, but not right enough, off the plane of the weights"
    )


def test_x_walks_by_key_on_the_circle(page):
    circle(page).focus()
    for key, expected in [("ArrowRight", (13, 23)), ("Shift+ArrowLeft", (8, 28)), ("Home", (0, 36)), ("End", (36, 0))]:
        page.keyboard.press(key)
        assert point(page) == pytest.approx(expected, abs=0.01)
    expect(reading(page)).to_contain_text("read as class 2")


def test_dragging_out_of_the_figure_ends_at_the_limits(page):
    drag(page, at(page, 90, 90 + 11.46), at(page, 20, 175), (2, 2), (990, 895))
    assert 0 <= settings(page)["margins"]["arcface"] <= 0.8
    drag(page, at(page, *point(page)), (-50, -50), (2000, 2000), (-50, 450))
    theta1, theta2 = point(page)
    assert abs(theta1 - theta2) <= 36.01
    assert 35.99 <= theta1 + theta2 <= 324.01
    drag(page, on_circle(page, 100, reach=0.5), (2000, -10), (-10, 3000))
    assert np.isfinite(point(page)).all()
    before = picture(page)
    page.mouse.move(*at(page, 90, 60))  # nothing is held any more
    assert picture(page) == before


def test_a_finger_drags_what_it_touches_and_scrolls_elsewhere(show):
    page = opened(show, width=NARROW, has_touch=True)
    finger = page.context.new_cdp_session(page)

    def swipe(*places):
        kinds = ["touchStart", *["touchMove"] * (len(places) - 1)]
        for kind, (x, y) in zip(kinds, places, strict=True):
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe(at(page, 90, 101.5), at(page, 85, 105), at(page, 80, 108), at(page, 80, 110))
    assert settings(page)["margins"]["arcface"] == pytest.approx(math.radians(30), abs=0.03)
    before = settings(page)
    swipe(at(page, 140, 40), at(page, 140, 60), at(page, 140, 90))
    assert settings(page) == before


def test_a_resize_in_the_middle_of_a_drag(page):
    page.mouse.move(*at(page, 12, 24))
    page.mouse.down()
    page.mouse.move(*at(page, 60, 70))
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("() => innerWidth === 500")
    picture(page)
    page.mouse.move(*at(page, 100, 110), steps=2)
    page.mouse.up()
    assert point(page) == pytest.approx([100, 110], abs=8)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
