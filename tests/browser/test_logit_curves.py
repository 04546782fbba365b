import json
import math

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import LogitCurves
from tests.browser.pictures import at_rest, each_page, paste, refused, settings

WIDE, NARROW = 1000, 420


@pytest.fixture(scope="module")
def explorer():
    chance = np.random.default_rng(0)
    return LogitCurves(
        {
            "modified softmax": np.abs(chance.normal(0, 0.17, 10_000)),
            "SphereFace": np.abs(chance.normal(0, 0.07, 10_000)),
        }
    )


def plot(page):
    return page.locator(".field canvas")


def degrees(page):
    return math.degrees(settings(page)["angle"])


def at(page, angle, down=150):
    """Where in the window the plot has θ, in degrees; the same sizes as logitFrame."""
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    left, right = 36 if box["width"] < 520 else 40, 12
    return box["x"] + left + (box["width"] - left - right) * angle / 180, box["y"] + down


def on_strip(page, share, k):
    """Where in the window the strip has a share of the way from W₁ to W₂, in the row of a loss; as in stripFrame."""
    page.locator(".strip").scroll_into_view_if_needed()
    box = page.locator(".strip").bounding_box()
    return box["x"] + 92 + (box["width"] - 156) * share, box["y"] + 30 + 20 * k + 10


# Places in the plot, one for each piece of a name, where a press would choose a loss.
NAMES = """node => {
  const box = node.getBoundingClientRect(), found = [];
  for (let y = 50; y < 400; y += 12) for (let x = 44; x < box.width - 12; x += 30) {
    const spot = [box.left + x, box.top + y];
    node.dispatchEvent(new PointerEvent('pointermove', { clientX: spot[0], clientY: spot[1], pointerType: 'mouse' }));
    if (node.style.cursor === 'pointer') found.push(spot);
  }
  return found;
}"""


def row(page, loss):
    return page.get_by_role("radiogroup", name="loss").locator("label").filter(has_text=loss)


def test_the_cursor_is_dragged_through_the_plot_and_past_its_edges(page):
    for words in ("SphereFace, m = 4.0, λ = 0: at θ = 20.0°", "is 0.174, what softmax has at 80.0°"):
        expect(page.locator("figcaption")).to_contain_text(words)
    expect(page.locator(".read")).to_contain_text("up to 7.2° = θ₁₂/(m + 1)")
    expect(page.locator(".read")).to_contain_text("Of the 10,000 trained angles (modified softmax)")
    before = at_rest(page)
    page.mouse.move(*at(page, 50))
    page.mouse.down()
    for x, expected in [(at(page, 90)[0], 90), (-50, 0), (at(page, 130)[0], 130), (5000, 180), (at(page, 70)[0], 70)]:
        page.mouse.move(x, 300, steps=2)
        assert degrees(page) == pytest.approx(expected, abs=0.5)
    page.set_viewport_size({"width": 620, "height": 900})  # while it is held
    page.wait_for_function("() => innerWidth === 620")
    at_rest(page)
    page.mouse.move(*at(page, 110))
    page.mouse.up()
    page.mouse.move(*at(page, 20))  # nothing is held any more
    assert degrees(page) == pytest.approx(110, abs=0.5)
    assert at_rest(page) != before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.mouse.click(*on_strip(page, 0.5, 2))  # half-way to W₂
    assert degrees(page) == pytest.approx(18, abs=0.1)


def test_the_cursor_walks_by_key(page):
    plot(page).focus()
    for key, expected in [
        ("ArrowRight", 21), ("ArrowDown", 20), ("Shift+ArrowUp", 30), ("PageDown", 20), ("PageUp", 30),
        ("Home", 0), ("ArrowLeft", 0), ("End", 180), ("ArrowRight", 180), ("Shift+ArrowLeft", 170),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert degrees(page) == pytest.approx(expected, abs=0.002)
    expect(page.locator(".formula")).to_contain_text("SphereFace at θ = 170.0°")
    expect(plot(page)).to_have_attribute("aria-valuetext", "θ 170.0°: SphereFace −6.766, lower than any cosine")


def test_each_control_answers_and_says_what_it_did(show, explorer):
    page = show(explorer, reduced_motion="no-preference")
    caption, before = page.locator("figcaption"), at_rest(page)
    for name, key, words in [
        ("margin", "End", "m of SphereFace 4.0 → 5.0"),
        ("annealing", "ArrowRight", "λ 0 → 0.1"),
        ("annealing", "End", "λ 0 → 1,000"),
        ("between classes", "End", "θ₁₂ 36.0° → 180.0°"),
    ]:
        paste(page, json.dumps({"margins": {"sphereface": 4}, "annealing": 0, "between": round(math.pi / 5, 5)}))
        page.get_by_role("slider", name=name).press(key)
        expect(caption).to_contain_text(words)
    assert at_rest(page) != before
    margin = page.get_by_role("slider", name="margin")
    box = margin.bounding_box()
    page.mouse.move(box["x"] + 0.76 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"], steps=4)  # past its end
    page.mouse.up()
    assert settings(page)["margins"]["sphereface"] == 1
    expect(caption).to_contain_text("→ 1.0: at")
    expect(caption).to_contain_text("With this margin it is softmax.")
    page.get_by_role("radio", name="modified softmax").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".read")).to_contain_text("trained angles (SphereFace)")


def test_a_click_on_a_name_chooses_its_loss(page):
    for k, name in enumerate(["softmax", "SphereFace", "CosFace", "ArcFace"]):
        page.mouse.click(page.locator(".strip").bounding_box()["x"] + 20, on_strip(page, 0, k)[1])
        expect(page.locator(".formula")).to_contain_text(f"{name} at θ = 20.0°")
        expect(row(page, name).get_by_role("radio")).to_be_checked()
        expect(page.get_by_role("slider", name="annealing")).to_be_enabled(enabled=name == "SphereFace")
        expect(page.get_by_role("slider", name="margin")).to_be_enabled(enabled=name != "softmax")
    row(page, "CosFace").click()
    expect(page.locator("figcaption")).to_contain_text("It takes the same 0.100 off every cosine")
    seen, k = set(), 0
    while True:  # in the plot a name goes where its curve goes, so each choice may move the names
        at_rest(page)
        spots = plot(page).evaluate(NAMES)
        if len(seen) > 1 or k >= len(spots):
            break
        page.mouse.click(*spots[k])
        seen.add(page.locator(".radios :checked").input_value())
        k += 1
    assert len(seen) > 1


OVERFLOWING = """side => [...side.querySelectorAll('.row, .formula')]
  .filter(node => node.scrollWidth > node.clientWidth).map(node => node.textContent)"""


def test_it_fits_every_page(page):
    paste(page, '{"annealing": 999, "angle": 3.0, "margins": {"sphereface": 5}}')  # the longest formula
    for width in each_page(page, (NARROW, WIDE, 1600)):
        beside = page.locator(".side").bounding_box()["x"] > plot(page).bounding_box()["x"] + 100
        assert beside == (width >= WIDE)
        assert page.locator(".side").evaluate(OVERFLOWING) == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(show):
    page = show(LogitCurves())  # no trained angles: nothing speaks of them
    assert "trained" not in page.locator(".lesson").inner_text()
    refused(page, [
        "nonsense", "[]", '{"annealing": -1}', '{"annealing": "a"}', '{"annealing": 1e9}', '{"between": 36}',
        '{"between": null}', '{"loss": "toString"}', '{"loss": ["arcface"]}', '{"margins": {"softmax": 1}}',
        '{"margins": {"arcface": null}}', '{"margins": null}', '{"angle": 4}', '{"angle": null}', '{"net": 1}',
        '{"scale": 3}', '{"margins": {"sphereface": 1e400}}',
    ])  # fmt: skip
    sent = LogitCurves(margin=2.35, annealing=0.7, between=math.pi, angle=math.pi)
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(page.locator("figcaption")).to_contain_text("m of SphereFace 4.0 → 2.4, λ 0 → 0.7, θ₁₂ 36.0° → 180.0°")
    assert settings(page) == sent.settings
