import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import VerificationThreshold
from lessons_lib.explorers.verification_threshold.counts import edges_of
from tests.browser.pictures import at_rest, each_page, paste, refused, settings

WIDE, NARROW = 1000, 420


@pytest.fixture(scope="module")
def explorer():
    chance, pairs = np.random.default_rng(0), 8_000
    same = np.arange(pairs) % 2 == 0
    drawn = {name: np.tanh(chance.normal(0.9 * same, wide)) for name, wide in (("plain", 0.4), ("better", 0.25))}
    return VerificationThreshold({name: (scores, same) for name, scores in drawn.items()}, score="cosine")


def scores(page):
    return page.get_by_role("slider", name="threshold on the scores")


def roc(page):
    return page.get_by_role("slider", name="point of the ROC curve")


def caption(page):
    return page.locator("figcaption")


def at(page, explorer, score):
    """Where in the window the histograms have a score; the same sizes as scoreFrame."""
    at_rest(page)
    scores(page).scroll_into_view_if_needed()
    box, edges = scores(page).bounding_box(), edges_of(explorer.nets[0])
    across = (score - edges[0]) / (edges[-1] - edges[0])
    return box["x"] + 10 + (box["width"] - 20) * across, box["y"] + 80


def on_roc(page, far, tar):
    """Where in the window the linear ROC has a point; the same sizes as rocFrame."""
    at_rest(page)
    roc(page).scroll_into_view_if_needed()
    box = roc(page).bounding_box()
    across = box["width"] - 58
    return box["x"] + 44 + across * far, box["y"] + 26 + min(across, 320) * (1 - tar)


def test_the_threshold_is_dragged_through_the_scores_and_past_their_edges(page, explorer):
    for words in ("counts as the same:", "% of the genuine pairs are accepted", "Of 1,000 pairs, of which half are"):
        expect(caption(page)).to_contain_text(words)
    before, edges, start = at_rest(page), edges_of(explorer.nets[0]), settings(page)["threshold"]
    page.mouse.move(*at(page, explorer, 0.2))
    page.mouse.down()
    for x, expected in [(at(page, explorer, 0.6)[0], 0.6), (-50, edges[0]), (5000, edges[-1])]:
        page.mouse.move(x, 300, steps=2)
        assert settings(page)["threshold"] == pytest.approx(expected, abs=0.005)
    expect(caption(page)).to_contain_text("Threshold ")
    page.set_viewport_size({"width": 620, "height": 900})  # while it is held
    page.wait_for_function("() => innerWidth === 620")
    page.mouse.move(*at(page, explorer, 0.5))
    page.mouse.up()
    assert settings(page)["threshold"] == pytest.approx(0.5, abs=0.005)
    page.mouse.move(*at(page, explorer, 0.1))  # nothing is held any more
    assert settings(page)["threshold"] == pytest.approx(0.5, abs=0.005)
    expect(caption(page)).to_contain_text(f"Threshold {start:.3f} → 0.")  # one gesture, from its beginning
    expect(caption(page)).to_contain_text(re.compile("false accepts? fewer, [0-9,]+ false rejects? more"))
    assert at_rest(page) != before


def test_the_handle_does_not_jump_when_taken_off_its_middle(page, explorer):
    start = settings(page)["threshold"]
    x, y = at(page, explorer, start)
    middle = scores(page).bounding_box()["height"] / 2 - 80
    page.mouse.move(x + 12, y + middle)
    page.mouse.down()
    assert settings(page)["threshold"] == start
    page.mouse.move(x + 72, y + middle, steps=3)
    page.mouse.up()
    edges = edges_of(explorer.nets[0])
    moved = 60 / (scores(page).bounding_box()["width"] - 20) * (edges[-1] - edges[0])
    assert settings(page)["threshold"] == pytest.approx(start + moved, abs=0.005)


def test_the_point_is_dragged_along_the_roc_curve(page):
    before, readings = at_rest(page), page.locator(".readings")
    page.mouse.move(*on_roc(page, 0.4, 0.9))
    page.mouse.down()
    page.mouse.move(*on_roc(page, 0, 0), steps=4)
    expect(readings.locator("tbody tr").nth(0)).to_contain_text("0 %0")  # nothing is accepted
    expect(page.locator(".read")).to_contain_text("Nothing is accepted.")
    page.mouse.move(3000, 0, steps=3)  # past the corner
    expect(readings.locator("tbody tr").nth(0)).to_contain_text("100 %4,000")
    page.set_viewport_size({"width": 620, "height": 900})
    page.wait_for_function("() => innerWidth === 620")
    page.mouse.move(*on_roc(page, 0.5, 1), steps=2)
    page.mouse.up()
    share = float(re.search(r"accepted, FAR([\d.]+)", readings.inner_text().replace("\t", "").replace("\n", ""))[1])
    assert 30 < share < 70
    assert at_rest(page) != before


def test_both_walk_by_key(page, explorer):
    edges = edges_of(explorer.nets[0])
    step, start = edges[1] - edges[0], settings(page)["threshold"]
    scores(page).focus()
    for key, expected in [
        ("ArrowRight", start + step), ("ArrowDown", start), ("Shift+ArrowUp", start + 10 * step), ("PageDown", None),
        ("Home", edges[0]), ("ArrowLeft", edges[0]), ("End", edges[-1]), ("ArrowRight", edges[-1]),
        ("PageUp", edges[-1]),
    ]:  # fmt: skip
        page.keyboard.press(key)
        if expected is not None:
            assert settings(page)["threshold"] == pytest.approx(expected, abs=1e-6)
    expect(scores(page)).to_have_attribute("aria-valuetext", re.compile("TAR 0 %, FAR 0 %"))
    roc(page).focus()
    before = at_rest(page)
    page.keyboard.press("ArrowRight")  # more is accepted
    expect(roc(page)).not_to_have_attribute("aria-valuetext", re.compile("FAR 0 %, TAR 0 %"))
    assert at_rest(page) != before
    heard = [float(roc(page).get_attribute("aria-valuenow"))]
    for key in ("ArrowRight", "PageUp", "End"):  # a slider's value rises with these keys
        page.keyboard.press(key)
        at_rest(page)
        heard.append(float(roc(page).get_attribute("aria-valuenow")))
    assert heard == sorted(heard) and heard[0] < heard[1] < heard[-1] == 100
    expect(roc(page)).to_have_attribute("aria-valuetext", re.compile("^FAR 100 %, TAR 100 %, from"))
    assert settings(page)["threshold"] == pytest.approx(edges[0])


def test_each_control_answers_and_says_what_it_did(page):
    for name in ("FAR 1 %", "FAR 0.1 %", "fewest wrong", "equal error rate"):
        paste(page, '{"threshold": 0.3}')
        before = at_rest(page)
        page.get_by_role("button", name=name, exact=True).click()
        expect(caption(page)).to_contain_text("Threshold 0.300 → ")
        assert at_rest(page) != before
    paste(page, '{"threshold": 0.4}')
    page.get_by_role("button", name="FAR 1 %", exact=True).click()
    at_rest(page)
    readings = page.locator(".readings tbody tr")
    far = float(re.search(r"[\d.]+", readings.nth(2).locator("b").inner_text())[0])
    assert 0.8 <= far <= 1
    before = at_rest(page)
    page.get_by_role("radio", name="logarithmic").check()
    assert at_rest(page) != before and settings(page)["axis"] == "log"
    asked = page.get_by_role("slider", name="pairs asked")
    right = readings.nth(4).inner_text()
    asked.press("End")
    expect(caption(page)).to_contain_text("Half are genuine → 1 in 100,000 is genuine. TAR and FAR stay")
    expect(asked).to_have_attribute("aria-valuetext", "1 in 100,000 is genuine")
    assert readings.nth(4).inner_text() != right
    page.get_by_role("button", name="fewest wrong").click()  # so rare that hardly any should be accepted
    assert settings(page)["threshold"] > 0.8
    box = asked.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"], steps=4)  # past its end
    page.mouse.up()
    assert settings(page)["prior"] == 0.8


def test_another_network_is_compared_at_the_same_far(page):
    page.get_by_role("button", name="FAR 1 %").click()
    before = at_rest(page)
    page.get_by_role("radio", name="plain").focus()
    page.keyboard.press("ArrowRight")
    expect(caption(page)).to_contain_text("plain → better: ")
    expect(caption(page)).to_contain_text("the TAR goes from")
    assert at_rest(page) != before and settings(page)["net"] == 1
    page.get_by_label("network").get_by_text("plain").click()
    expect(caption(page)).to_contain_text("better → plain: ")


OVERFLOWING = """root => [...root.querySelectorAll('.side > *, .readings td, .readings th, .field > *')]
  .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.textContent)"""


def test_it_fits_every_page(page):
    paste(page, '{"prior": 0.00001, "threshold": 0.5}')
    for width in each_page(page, (NARROW, WIDE, 1600)):
        beside = roc(page).bounding_box()["x"] > scores(page).bounding_box()["x"] + 100
        assert beside == (width >= WIDE)
        assert page.locator(".lesson").evaluate(OVERFLOWING) == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(page, explorer):
    refused(page, [
        "nonsense", "[]", '{"threshold": "a"}', '{"threshold": null}', '{"threshold": 1e400}', '{"prior": 0}',
        '{"prior": 1}', '{"prior": "half"}', '{"axis": "toString"}', '{"axis": ["log"]}', '{"net": 2}', '{"net": 0.5}',
        '{"margin": 3}',
    ])  # fmt: skip
    sent = {"net": 1, "threshold": 0.5, "axis": "log", "prior": 0.01}
    paste(page, json.dumps(sent))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(caption(page)).to_contain_text("plain → better")
    assert settings(page) == sent
    paste(page, '{"threshold": 99}')  # beyond all scores
    assert settings(page)["threshold"] == pytest.approx(edges_of(explorer.nets[1])[-1])
    paste(page, '{"net": 0, "threshold": 0.5}')
    at_rest(page)
    far = page.locator(".readings tbody tr").nth(2).locator("b").inner_text()
    paste(page, '{"net": 1}')  # alone: the same FAR
    expect(caption(page)).to_contain_text("plain → better: ")
    assert page.locator(".readings tbody tr").nth(2).locator("b").inner_text()[:2] == far[:2]


def test_one_network_is_shown_without_a_choice(show):
    page = show(VerificationThreshold([0.9, 0.5, 0.1], [True, True, False]))
    expect(page.get_by_label("network", exact=True)).to_have_count(0)
    expect(page.locator(".read")).to_contain_text("1 impostor cannot show a FAR below 100 %.")
    scores(page).press("End")
    expect(page.locator(".read")).to_contain_text("Nothing is accepted.")
