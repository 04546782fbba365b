import json
import re

import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import CenterUpdate
from tests.browser.pictures import each_page, hears, paste, picture, picture_now, settings, stop_clock


@pytest.fixture
def page(show):
    return opened(show)


def opened(show, **choices):
    return show(CenterUpdate(), **choices)


def field(page):
    return page.locator(".field canvas")


def caption(page):
    return page.locator("figcaption")


def at(page, x, y):
    """Where in the window the plane has (x, y); the same sizes as centerFrame."""
    field(page).scroll_into_view_if_needed()
    box = field(page).bounding_box()
    half = box["width"] / 2
    return box["x"] + half * (1 + x / 1.12), box["y"] + half * (1 - y / 1.12)


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def choose(page, name):
    page.get_by_label(name, exact=True).check(force=True)


def test_points_and_centre_are_dragged_out_of_the_figure_and_back(page):
    expect(caption(page)).to_contain_text("Step 1 went 37.5\u00a0% of the way")
    before = picture(page)
    drag(page, at(page, 0.2, -0.15), at(page, 0.5, -0.6))
    assert settings(page)["points"][2] == pytest.approx([0.5, -0.6], abs=0.01)
    expect(caption(page)).to_contain_text("the mean a third of that")
    expect(page.get_by_role("button", name="start again")).to_be_enabled()  # the walk goes on
    page.mouse.move(*at(page, *settings(page)["center"]))
    page.mouse.down()
    for place, where in [((-50, -50), [-1, 1]), ((2000, 3000), [1, -1])]:
        page.mouse.move(*place, steps=3)
        assert settings(page)["center"] == where
    page.mouse.move(*at(page, 0.1, 0.1))
    page.mouse.up()
    assert settings(page)["center"] == pytest.approx([0.1, 0.1], abs=0.01)
    expect(caption(page)).to_contain_text("the next step takes 37.5\u00a0% of that")
    expect(page.get_by_role("button", name="start again")).to_be_disabled()  # a new walk
    after = settings(page)
    page.mouse.move(*at(page, -0.5, 0.8))  # nothing is held any more
    assert settings(page) == after
    assert picture(page) != before


def test_steps_by_button_and_key_are_those_of_python(show):
    page, figure = opened(show), CenterUpdate()
    for act in (
        lambda: page.get_by_role("button", name="one step").click(),
        lambda: field(page).press("Enter"),
        lambda: field(page).press("ArrowRight"),
    ):
        before = picture(page)
        act()
        figure.step()
        assert settings(page)["center"] == figure.center
        assert picture(page) != before
    page.get_by_role("button", name="ten steps").click()
    figure.step(10)
    assert settings(page) == figure.settings
    expect(page.locator(".walk")).to_contain_text("After 14 steps (1 − 0.375)14")
    page.get_by_role("button", name="start again").click()
    assert settings(page)["center"] == figure.path[0]
    expect(caption(page)).to_contain_text("Back where the walk began")
    expect(page.get_by_role("button", name="start again")).to_be_disabled()
    choose(page, "gradient descent on ½Σ")
    page.get_by_role("slider", name="rate").press("End")
    page.get_by_role("button", name="ten steps").click()
    expect(caption(page)).to_contain_text("flies off. It has left the plane")
    for _ in range(2):
        page.get_by_role("button", name="ten steps").click()
    expect(caption(page)).to_contain_text("a million away")


def test_the_batch_is_switched_by_click_by_key_and_by_word(page):
    page.mouse.click(*at(page, 0.85, 0.3))
    assert settings(page)["batch"] == [True, False, True]
    expect(caption(page)).to_contain_text("x2 left the batch: with two points the centre goes 33.3\u00a0%")
    expect(page.locator("tr.out")).to_have_count(1)
    for key in ("1", "Space", "3", "Shift+ArrowUp", "ArrowLeft", "Space", "c", "ArrowDown"):
        page.keyboard.press(key)
    now = settings(page)
    assert (now["batch"], now["points"][2]) == ([False] * 3, [0.18, -0.05])
    expect(caption(page)).to_contain_text("nothing is divided by zero")
    before = now["center"]
    page.get_by_role("button", name="ten steps").click()
    assert settings(page)["center"] == before
    page.get_by_label("x2 in the batch").check(force=True)
    assert settings(page)["batch"] == [False, True, False]
    expect(caption(page)).to_contain_text("with three 37.5\u00a0%: the 1 in 1 + n keeps a lone outlier")
    for name, words in [("gradient of the mean", "÷ 1"), ("popular code", "× 2 ÷ 1"), ("the paper’s", "÷ (1 + 1)")]:
        choose(page, name)
        expect(page.locator("tbody")).to_contain_text(words)


def test_who_moves_by_ear_hears_what_is_held(page):
    for key, words in [
        ("1", "You hold x1, at (0.320, 0.780). "),
        ("ArrowLeft", "You hold x1, at (0.300, 0.780). "),
        ("3", "You hold x3, at (0.200, −0.150). "),
        ("c", "You hold c, at (−0.279, "),
        ("Escape", "x1 moved by 0.020"),
    ]:
        hears(page, field(page), key, words)


def test_a_step_too_long_lands_on_the_other_side_again_and_again(show):
    page = opened(show)
    page.get_by_role("button", name="overshoot").click()
    expect(caption(page)).to_contain_text("4 steps: from 1.463 to 0.599 away from the mean")
    expect(caption(page)).to_contain_text("it jumps over the mean")
    assert {name: settings(page)[name] for name in ("rule", "alpha")} == {"rule": "descent", "alpha": 0.6}
    expect(page.locator(".walk")).to_contain_text("After 4 steps (1 − 1.8)4 = 0.410")


def test_a_resize_in_the_middle_of_a_drag(page):
    page.mouse.move(*at(page, 0.32, 0.78))
    page.mouse.down()
    page.mouse.move(*at(page, 0, 0.5))
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("() => inFigures('.field canvas')[0].clientWidth < 500")
    picture(page)
    page.mouse.move(*at(page, 0.6, -0.2), steps=2)
    page.mouse.up()
    assert settings(page)["points"][0] == pytest.approx([0.6, -0.2], abs=0.1)


def test_settings_go_out_and_come_back_and_wrong_ones_get_a_sentence(page):
    before = picture(page)
    for text in [
        "nonsense", '{"points": [[0, 0]]}', '{"center": [NaN, 1]}', '{"center": [1e999, 1]}', '{"center": [3e6, 0]}',
        '{"batch": [1, 0, 1]}', '{"alpha": 2}', '{"alpha": null}', '{"rule": "toString"}', '{"path": []}',
    ]:  # fmt: skip
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(
            re.compile("These are no settings|This figure has no|cannot be")
        )
    assert picture(page) == before
    sent = CenterUpdate(rule="popular", alpha=0.3, batch=[True, True, False], center=[-4.0, 0.25])
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    page.evaluate("document.activeElement.blur()")
    assert settings(page) == sent.settings
    expect(caption(page)).to_contain_text("drawn at its edge")
    expect(page.get_by_role("button", name="start again")).to_be_disabled()
    drag(page, at(page, -0.97, 0.442), at(page, -0.5, 0.2))  # where a centre out of sight is drawn
    assert abs(settings(page)["center"][0]) <= 1


def test_it_fits_every_page(page):
    for width in each_page(page, (420, 1600)):
        plane, side = (page.locator(f"{name}").bounding_box() for name in (".field canvas", ".sums"))
        assert plane["height"] == pytest.approx(plane["width"], abs=1)
        assert (side["x"] > plane["x"] + plane["width"]) == (width >= 1000)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_step_glides_unless_motion_is_unwanted(show, motion):
    page = stop_clock(opened(show, clock=True, reduced_motion=motion))
    page.get_by_role("button", name="one step").click()
    page.clock.run_for(100)
    early = picture_now(page)
    page.clock.run_for(450)
    assert (picture_now(page) == early) == (motion == "reduce")
