import json
import math

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import GradientLength
from tests.browser.pictures import at_rest, each_page, paste, refused, settings, stop_clock

WIDE, NARROW = 1000, 420


def trained():
    chance = np.random.default_rng(0)
    return {
        "softmax, 64-d": np.radians(np.clip(chance.normal(47, 12, 10_000), 0, 180)),
        "ArcFace, 64-d": np.radians(np.abs(chance.normal(20, 8, 10_000))),
    }


@pytest.fixture(scope="module")
def explorer():
    return GradientLength(trained())


def plot(page):
    return page.locator(".field canvas")


def caption(page):
    return page.locator("figcaption")


def degrees(page):
    return math.degrees(settings(page)["angle"])


def at(page, angle, down=120):
    """Where in the window the plot has θ, in degrees; the same sizes as lengthFrame."""
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    left, right = (34, 14) if box["width"] < 520 else (42, 14)
    return box["x"] + left + (box["width"] - left - right) * angle / 180, box["y"] + down


def unfold(page):
    page.locator("summary").first.click()
    at_rest(page)


# Places in the plot, one for each piece of a name, where a press would choose a loss.
NAMES = """node => {
  const box = node.getBoundingClientRect(), found = [];
  for (let y = 40; y < 360; y += 12) for (let x = 44; x < box.width - 12; x += 30) {
    const spot = [box.left + x, box.top + y];
    node.dispatchEvent(new PointerEvent('pointermove', { clientX: spot[0], clientY: spot[1], pointerType: 'mouse' }));
    if (node.style.cursor === 'pointer') found.push(spot);
  }
  return found;
}"""


def row(page, loss):
    return page.get_by_role("radiogroup", name="loss").locator("label").filter(has_text=loss)


def test_the_first_frame_says_what_arcface_leaves(page):
    for words in ("ArcFace, s = 64, m = 0.50 rad", "0.00191", "below 55.3°", "63.8 at 65.5°", "with 0.274 there"):
        expect(caption(page)).to_contain_text(words)
    expect(page.locator(".read")).to_contain_text("Of the 10,000 trained angles (softmax, 64-d) ArcFace still pushes")
    expect(page.locator(".formula")).to_contain_text("· 64 · 1.28 · 0.766 = 0.00191")
    expect(plot(page)).to_have_attribute("aria-valuetext", "θ 50.0°: ArcFace 3.0·10⁻⁵, P2SGrad 0.274")


def test_the_cursor_is_dragged_through_the_plot_and_past_its_edges(page):
    before = at_rest(page)
    page.mouse.move(*at(page, 50, 440))  # on the trained angles: one cursor for both
    page.mouse.down()
    for x, expected in [(at(page, 90)[0], 90), (-50, 0), (at(page, 130)[0], 130), (5000, 180), (at(page, 70)[0], 70)]:
        page.mouse.move(x, 300, steps=2)
        assert degrees(page) == pytest.approx(expected, abs=0.5)
    page.set_viewport_size({"width": 620, "height": 900})  # while it is held
    page.wait_for_function("() => innerWidth === 620")
    at_rest(page)
    page.mouse.move(*at(page, 110))
    page.mouse.up()
    assert degrees(page) == pytest.approx(110, abs=0.5)
    page.mouse.move(*at(page, 20))  # nothing is held any more
    assert degrees(page) == pytest.approx(110, abs=0.5)
    assert at_rest(page) != before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_cursor_walks_by_key(page):
    plot(page).focus()
    for key, expected in [
        ("ArrowRight", 51), ("ArrowDown", 50), ("Shift+ArrowUp", 60), ("PageDown", 50), ("PageUp", 60),
        ("Home", 0), ("ArrowLeft", 0), ("End", 180), ("ArrowRight", 180), ("Shift+ArrowLeft", 170),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert degrees(page) == pytest.approx(expected, abs=0.002)
    expect(page.locator(".formula")).to_contain_text("ArcFace at θ = 170.0°")


def test_each_control_answers_to_a_key(show, explorer):
    page = show(explorer, reduced_motion="no-preference")
    unfold(page)
    for role, name, key, words in [
        ("slider", "scale", "ArrowLeft", "s 64 → 63"),
        ("slider", "scale", "Home", "s 64 → 1"),
        ("slider", "margin", "ArrowRight", "m of ArcFace 0.50 rad → 0.51 rad"),
        ("slider", "classes", "ArrowRight", "C 10 → 11"),
        ("slider", "classes", "Home", "C 10 → 3"),
        ("slider", "classes", "End", "C 10 → 100,000"),
        ("radio", "at 90°", "ArrowRight", "others at 90° → simplex"),
        ("radio", "at 90°", "ArrowLeft", "others at 90° → on a circle"),
    ]:
        usual = {"scale": 64, "margins": {"arcface": 0.5}, "classes": 10, "others": "90"}
        paste(page, json.dumps(usual))
        before = at_rest(page)
        page.get_by_role(role, name=name, exact=role == "radio").press(key)
        expect(caption(page)).to_contain_text(words)
        assert at_rest(page) != before
    for name in ("length", "divided by s", "the true class"):
        before = at_rest(page)
        page.get_by_role("radio", name=name, exact=True).focus()
        page.keyboard.press("ArrowRight")
        assert at_rest(page) != before
    expect(page.locator(".radios")).to_contain_text("coefficient at θ = 50.0°")
    expect(page.locator(".read")).to_contain_text("the push on another class: 50.0° from it, the true one 14.0° away")
    page.get_by_role("radio", name="the true class", exact=True).check(force=True)
    page.get_by_role("radio", name="softmax, 64-d").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".read")).to_contain_text("trained angles (ArcFace, 64-d)")


# The pixels of P2SGrad's line, and of nothing else that is so red.
RED = """() => {
  const canvas = inFigures('canvas')[0], g = canvas.getContext('2d'), found = [];
  const { data, width } = g.getImageData(0, 0, canvas.width, 400);
  for (let x = 62; x < width - 20; x++) {
    let low = -1, high = -1;
    for (let y = 80; y < 345; y++) {
      const i = 4 * (y * width + x);
      if (data[i + 3] < 255) continue;                                 // the halo
      if (Math.abs(data[i] - 189) + Math.abs(data[i + 1] - 31) + Math.abs(data[i + 2] - 1) >= 12) continue;
      high = y; if (low < 0) low = y;
    }
    found.push([low, high]);
  }
  return found;
}"""


def test_p2sgrad_stays_where_it_is(page):
    plot(page).focus()
    page.keyboard.press("Home")
    at_rest(page)
    before = page.evaluate(RED)
    assert sum(low >= 0 for low, _ in before) > 300
    for name, key in [("scale", "Home"), ("margin", "Home"), ("classes", "End")]:
        page.get_by_role("slider", name=name).press(key)
        at_rest(page)
        assert page.evaluate(RED) == before
        expect(row(page, "P2SGrad")).to_contain_text("unmoved")
        expect(caption(page)).to_contain_text("P2SGrad has not moved")
    plot(page).press("Shift+ArrowRight")
    expect(row(page, "ArcFace")).to_contain_text("→")
    row(page, "P2SGrad").click()
    expect(page.get_by_role("slider", name="margin")).to_be_disabled()
    expect(page.locator(".formula")).to_contain_text("(1 − cos θ) · sin θ")
    expect(page.locator(".read")).to_contain_text("below 17.1° less than 1 % of its peak is left")


def test_a_click_on_a_name_chooses_its_loss(page):
    unfold(page)
    panels = page.locator(".panels").bounding_box()
    for k, name in enumerate(["cosine softmax", "SphereFace", "CosFace", "ArcFace", "Fixed AdaCos", "P2SGrad"]):
        page.locator(".panels").scroll_into_view_if_needed()
        panels = page.locator(".panels").bounding_box()
        page.mouse.click(panels["x"] + panels["width"] - 90, panels["y"] + 28 + 15 * k + 5)
        expect(page.locator(".formula")).to_contain_text(f"{name} at θ = 50.0°")
        expect(row(page, name).get_by_role("radio")).to_be_checked()
    page.mouse.click(*at(page, 0, 180))  # no name there: that is θ
    assert degrees(page) == pytest.approx(0, abs=0.5)
    row(page, "softmax").first.click()
    seen = set()
    for x, y in plot(page).evaluate(NAMES):
        page.mouse.click(x, y)
        seen.add(page.locator(".radios :checked").input_value())
    assert len(seen) > 1


def test_sphereface_is_drawn_where_it_is_chosen(page):
    before = at_rest(page)
    row(page, "SphereFace").click()
    chosen = at_rest(page)
    row(page, "ArcFace").click()
    assert at_rest(page) == before != chosen


def test_the_ghost_stays_until_the_next_gesture(show, explorer):
    page = show(explorer, clock=True, reduced_motion="reduce")
    scale = page.get_by_role("slider", name="scale")
    box = scale.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5, steps=3)
    page.clock.fast_forward(1000)  # held still: the same gesture
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 5, steps=3)
    page.mouse.up()
    said = f"s 64 → {page.get_by_role('slider', name='scale').input_value()}: at"
    expect(caption(page)).to_contain_text(said)
    ghost = at_rest(page)
    page.mouse.click(*at(page, 50, 200))  # the cursor is no change
    expect(caption(page)).to_contain_text(said)
    unfold(page)
    page.get_by_text("as it is").click()
    assert at_rest(page) != ghost
    expect(caption(page)).to_contain_text(said)
    stop_clock(page)
    page.get_by_role("slider", name="margin").press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.clock.run_for(100)
    expect(caption(page)).to_contain_text("m of ArcFace 0.50 rad → 0.48 rad: at")


OVERFLOWING = """side => [...side.querySelectorAll('.radios label, .formula')]
  .filter(node => node.scrollWidth > node.clientWidth).length"""


def test_it_fits_every_page(page):
    for width in each_page(page, (NARROW, 700, WIDE, 1600)):
        beside = page.locator(".side").bounding_box()["x"] > plot(page).bounding_box()["x"] + 100
        assert beside == (width >= WIDE)
        assert page.locator(".side").evaluate(OVERFLOWING) == 0


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(show):
    page = show(GradientLength())  # no trained angles: nothing speaks of them
    assert "trained" not in page.locator(".lesson").inner_text()
    refused(page, [
        "nonsense", "[]", '{"scale": 0.5}', '{"scale": "a"}', '{"classes": 2.5}', '{"classes": 1e9}',
        '{"others": "toString"}',
        '{"loss": "hinge"}', '{"loss": ["arcface"]}', '{"margins": {"adacos": 1}}', '{"margins": {"arcface": null}}',
        '{"margins": null}', '{"angle": 4}', '{"angle": null}', '{"divided": 1}', '{"net": 1}', '{"theta": []}',
    ])  # fmt: skip
    sent = GradientLength(loss="sphereface", margin=5.0, scale=1, classes=100_000, others="circle", angle=math.pi)
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(caption(page)).to_contain_text("SphereFace’s length")
    assert settings(page) == sent.settings
    odd = show(GradientLength({"odd": [1.0, math.nan]}, scale=1, angle=0, quantity="coefficient"))
    expect(odd.locator(".read")).to_contain_text("1 more is no number and is left out")
    expect(odd.locator(".radios")).to_contain_text("∞")  # ArcFace's coefficient at 0
