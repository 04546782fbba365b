import json
import math
import re

import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import ClassCost
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
POINT = {"embedding_size": 64, "batch": 128}
POINTS = [
    POINT | {"num_classes": 1_000_000, "processes": 2, "memory": 1.38e9, "seconds": 1.5, "sent": 34e3},
    POINT | {"num_classes": 1_000_000, "processes": 1, "memory": 2.8e9, "seconds": 3.1},
    POINT | {"num_classes": 123_456, "processes": 2, "memory": 0.18e9, "seconds": 0.19},
]


@pytest.fixture(scope="module")
def explorer():
    return ClassCost(POINTS)


def plot(page):
    return page.locator(".lesson canvas")


def caption(page):
    return page.locator("figcaption")


def slider(page, name):
    return page.get_by_role("slider", name=re.compile(f"^{name}"))


def choose(page, group, name):
    page.get_by_role("group", name=group).get_by_text(name).click()


def at_classes(page, classes, up=60):
    """Where in the window a number of classes stands; the same sizes as costFrame."""
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    left = 52 if box["width"] < 520 else 58
    return box["x"] + left + (box["width"] - left - 14) * math.log10(classes / 100) / 6, box["y"] + up


def test_the_number_of_classes_is_dragged(page):
    expect(caption(page)).to_contain_text("2 processes: 1.41 GB each")
    before = at_rest(page)
    page.mouse.move(*at_classes(page, 2_000_000))
    page.mouse.down()
    for classes, words in [
        (5_000_000, "One alone could not hold it: it would need"), (20_000_000, "they could not hold it"),
        (10_000, "so either fits"),
    ]:  # fmt: skip
        page.mouse.move(*at_classes(page, classes), steps=3)
        expect(caption(page)).to_contain_text(words)
        assert settings(page)["num_classes"] == pytest.approx(classes, rel=0.05)
    page.mouse.move(5000, 300)  # out of the figure: the end of the axis
    assert settings(page)["num_classes"] == 100_000_000
    page.mouse.move(-5000, 300)
    assert settings(page)["num_classes"] == 100
    page.mouse.move(*at_classes(page, 300_000), steps=2)
    page.mouse.up()
    page.mouse.move(*at_classes(page, 3_000))  # nothing is held any more
    assert settings(page)["num_classes"] == pytest.approx(300_000, rel=0.05)
    expect(caption(page)).to_contain_text("C 1,000,000 → 300,000: memory 1.41 GB →")
    assert at_rest(page) != before


def test_a_drag_rests_where_something_was_measured(page):
    page.mouse.move(*at_classes(page, 300_000))
    page.mouse.down()
    page.mouse.move(*at_classes(page, 125_500), steps=3)
    page.mouse.up()
    assert settings(page)["num_classes"] == 123_456
    expect(page.locator(".read")).to_contain_text(
        "Measured here: memory 180 MB (model −3 %), time 190 ms (model +25 %)."
    )


def test_a_press_beside_the_middle_of_the_ring_moves_nothing(page):
    top, before = plot(page).bounding_box()["y"], settings(page)
    x = at_classes(page, 1_000_000)[0] + 6
    for up in range(40, 200, 4):  # the ring is where the mouse is a hand
        page.mouse.move(x, top + up)
        if plot(page).evaluate("node => node.style.cursor") == "grab":
            break
    else:
        pytest.fail("no ring was found")
    page.mouse.down()
    page.mouse.up()
    assert settings(page) == before
    page.mouse.move(x + 40, top + 20)
    page.mouse.down()
    page.mouse.up()
    assert settings(page) != before


def test_a_tap_moves_it_and_a_swipe_that_scrolls_does_not(show, explorer):
    page = show(explorer, width=NARROW, has_touch=True)
    page.touchscreen.tap(*at_classes(page, 10_000_000))
    assert settings(page)["num_classes"] == pytest.approx(10_000_000, rel=0.1)
    x, y = at_classes(page, 1_000)
    swiped(page, (x, y), [(0, -120)])
    assert settings(page)["num_classes"] == pytest.approx(10_000_000, rel=0.1)


def test_keys_walk_through_round_numbers(page):
    handle = page.get_by_role("slider", name="number of classes")
    handle.focus()
    for key, classes in [
        ("ArrowRight", 1_250_000), ("ArrowUp", 1_600_000), ("Shift+ArrowLeft", 500_000), ("PageUp", 5_000_000),
        ("End", 100_000_000), ("ArrowRight", 100_000_000), ("PageDown", 10_000_000), ("Home", 100), ("ArrowLeft", 100),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert settings(page)["num_classes"] == classes
    page.keyboard.press("End")
    said = "C = 100,000,000: memory 141 GB a process, time 2.93 min, sent 35.8 kB"
    expect(handle).to_have_attribute("aria-valuetext", said)
    expect(handle).to_have_attribute("aria-valuenow", "100.0")


def test_each_control_answers_and_says_what_it_did(page):
    for name, key, words in [
        ("processes", "End", "R 2 → 1,024"), ("processes", "Home", "R 2 → 1"), ("dimensions", "End", "d 64 → 2,048"),
        ("batch", "End", "N 128 → 16,384"), ("share", "Home", "share 100 % → 0.1 %"),
    ]:  # fmt: skip
        paste(page, json.dumps(ClassCost(POINTS).settings))
        before = picture(page)
        slider(page, name).press(key)
        expect(caption(page)).to_contain_text(words)
        assert picture(page) != before
    paste(page, json.dumps(ClassCost(POINTS).settings))
    choose(page, "loss", "P2SGrad")
    expect(caption(page)).to_contain_text("loss softmax → P2SGrad: memory 1.41 GB as before")
    expect(page.locator(".read")).to_contain_text("P2SGrad needs no sum over all classes")
    choose(page, "machine", "H100")
    expect(caption(page)).to_contain_text("machine CPU, one core → H100 GPU")
    expect(caption(page)).to_contain_text("one H100 has 80 GB")


def test_the_table_adds_up_to_the_sentence(page):
    rows = page.locator(".readings tr").all_inner_texts()
    table = {name: rest for name, *rest in (re.split(r"\t", row) for row in rows)}
    assert table["memory"] == ["1.41 GB", "2.82 GB"]
    assert table["weights"] == ["128 MB", "256 MB"] and table["logits, 3 copies"] == ["768 MB", "1.54 GB"]
    assert table["time a step"] == ["1.78 s", "3.52 s"] and table["sent a step"] == ["35.8 kB", "–"]
    slider(page, "processes").press("Home")
    expect(page.locator(".readings tbody td:last-child").filter(has_text=re.compile("."))).to_have_count(0)


def test_what_was_measured_is_one_press_away(page):
    back = page.get_by_role("button", name="to what was measured")
    expect(back).to_be_hidden()  # it is shown
    slider(page, "dimensions").press("End")
    back.click()
    assert settings(page) == ClassCost(POINTS).settings
    expect(page.locator(".read")).to_contain_text("Measured here: memory 1.38 GB (model +2 %)")
    expect(back).to_be_hidden()


def test_without_measurements_nothing_speaks_of_them(show):
    page = show(ClassCost())
    assert "easured" not in page.locator(".lesson").inner_text()
    expect(caption(page)).to_contain_text(
        "8 processes: 20.5 GB each. One alone could not hold it: it would need 164 GB"
    )


def test_how_it_is_counted_names_the_peaks_that_were_published(page):
    page.locator("summary", has_text="how it is counted").click()
    text = page.locator(".counted")
    for words in (
        "memory = 4 W + max(2 W, D + 3 L)",
        "NVIDIA H100 SXM, 80 GB. Published peaks",
        "Measured, one thread",
    ):
        expect(text).to_contain_text(words)


def test_a_screen_reader_hears_what_was_said(show, explorer):
    page = stop_clock(show(explorer, clock=True))
    page.get_by_role("slider", name="number of classes").press("End")
    page.clock.run_for(2_000)
    expect(page.locator(".spoken")).to_contain_text("2 processes: 141 GB each, but a process has 12 GB")
    expect(page.locator(".spoken")).to_contain_text("C 1,000,000 → 100,000,000: memory")


def test_nothing_moves_by_itself(show, explorer):
    page = stop_clock(show(explorer, clock=True))
    page.get_by_role("slider", name="number of classes").press("PageUp")
    page.clock.run_for(48)
    there = picture_now(page)
    page.clock.run_for(2_000)
    assert picture_now(page) == there


def test_it_fits_every_page(page):
    page.locator("summary", has_text="how it is counted").click()
    for _ in each_page(page, (340, 620, 800, 1440)):
        assert cut_off(page, ".words > *, .knobs label, .readings th, .readings td, .counted") == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(page):
    refused(page, [
        "nonsense", "[]", '{"num_classes": 10}', '{"processes": 1.5}', '{"share": 0}', '{"loss": "toString"}',
        '{"machine": "__proto__"}', '{"batch": null}', '{"points": []}', '{"embedding_size": 1e400}',
    ])  # fmt: skip
    sent = ClassCost(num_classes=54_321, processes=5, share=0.25, loss="p2sgrad", embedding_size=100, batch=300)
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(caption(page)).to_contain_text("C 1,000,000 → 54,321, d 64 → 100, R 2 → 5, N 128 → 300, share 100 % → 25 %")
    assert settings(page) == sent.settings
