import json
import math
import re

import pytest
import torch
from playwright.sync_api import expect

from lessons_lib.angles import circle_points
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import MarginBand
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from tests.browser.harness import figure_of, twice
from tests.browser.pictures import (
    at_rest,
    each_page,
    height,
    no_worker_is_left,
    picture,
    removable,
    wait_until_drawn_anew,
)


def band(count=300, skip=None, **settings):
    """A made-up run: points about ten even class weights, class `skip` left without any."""
    chance, labels = torch.Generator().manual_seed(0), torch.arange(count) % 10
    labels = labels[labels != skip] if skip is not None else labels
    turn = labels * math.tau / 10 + 0.15 * torch.randn(len(labels), generator=chance)
    length = 5 + 20 * torch.rand(len(labels), generator=chance)
    embeddings = length[:, None] * torch.stack([turn.cos(), turn.sin()], dim=1)
    head = ModifiedSoftmaxLoss(10, 2)
    head.weight.data = circle_points(10)
    frame = {"embeddings": embeddings, "labels": labels, "directions": head.weight.detach()}
    return MarginBand(Run(EmbeddingNet(2, width=2), head, frames=[frame]), **settings)


@pytest.fixture
def motion():
    return "no-preference"  # each step is shown


@pytest.fixture(scope="module")
def explorer():
    return band()


@pytest.fixture(scope="module")
def trainable():
    """A made-up run with images to train on."""
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(300) % 10
    images = (torch.rand(10, 1, 28, 28, generator=chance)[labels] + torch.rand(300, 1, 28, 28, generator=chance)) / 2
    head, part = ModifiedSoftmaxLoss(10, 2), LabelledImages(images, labels)
    head.weight.data = circle_points(10)
    torch.manual_seed(0)
    return MarginBand(Run(EmbeddingNet(2, width=2), head), ImageData(part, part[:20], part[:20], 10, "made up"))


@pytest.fixture
def page(show, explorer):
    return drawn(show(explorer))


def drawn(page):
    expect(page.locator("figcaption")).not_to_be_empty()
    return page


def caption(page):
    return page.locator("figcaption").inner_text()


def on_circle(page, angle, share):
    """The place at this direction and share of the rim, in the window."""
    box = page.locator("canvas").bounding_box()
    r = share * (box["width"] / 2 - 32)
    return box["x"] + box["width"] / 2 + r * math.cos(angle), box["y"] + box["width"] / 2 - r * math.sin(angle)


def drag(page, start, *ways):
    page.mouse.move(*start)
    page.mouse.down()
    for x, y in ways:
        page.mouse.move(x, y, steps=3)
    page.mouse.up()


def settings(page):
    page.locator("summary").click()
    text = page.get_by_role("textbox").input_value()
    page.locator("summary").click()
    return json.loads(text)


def test_the_first_frame_says_something(page):
    assert "ArcFace, m = 0.20 rad (11.5°)" in caption(page) and "of 300 digits" in caption(page)
    assert "0.63 rad (36.0°)" in caption(page)
    assert "cos(θy + 0.20)" in page.locator(".formula").inner_text().replace("\n", "")
    expect(page.get_by_role("switch", name="train what I drag")).to_be_disabled()
    expect(page.get_by_text("To train, it needs images")).to_be_visible()


def test_every_slider_answers_to_key_and_mouse(page):
    for label, value in [("scale", "17"), ("margin", "0.21 rad")]:
        slider, before = page.get_by_label(label), picture(page)
        slider.focus()
        page.keyboard.press("ArrowRight")
        after = picture(page)
        assert after != before and slider.get_attribute("aria-valuetext").startswith(value)
        box = slider.bounding_box()
        drag(page, (box["x"] + box["width"] / 3, box["y"] + box["height"] / 2), (box["x"] + box["width"], box["y"]))
        assert picture(page) != after
        assert slider.input_value() == slider.get_attribute("max")


def test_a_loss_is_chosen_by_mouse_and_by_key(page):
    by_mouse = {}
    for name, words in [
        ("CosFace", "CosFace, m = 0.100"),
        ("SphereFace", "SphereFace, m = 4.0"),
        ("softmax", "Softmax: of"),
    ]:
        page.get_by_text(name, exact=True).click()
        by_mouse[name] = picture(page)
        assert words in caption(page)
    assert len(set(by_mouse.values())) == 3
    for name in ("SphereFace", "CosFace"):
        page.keyboard.press("ArrowRight")
        assert picture(page) == by_mouse[name] and caption(page).startswith(name)


def test_the_sentence_remembers_what_was_before(page):
    page.get_by_label("margin").fill("0.4")
    expect(page.locator("figcaption")).to_contain_text("0.40 rad")
    assert " at 0.20) are right" in caption(page) or " at 0.20) is right" in caption(page)


def test_only_the_angle_moves_points_along_their_ray(page):
    before = picture(page)
    page.get_by_text("only the angle").click()
    wait_until_drawn_anew(page, before)
    assert settings(page)["view"] == "angle"


def test_a_class_weight_is_turned_by_mouse_and_by_key(page, explorer):
    box = page.locator("canvas").bounding_box()
    rim = 1 + 15 / (box["width"] / 2 - 32)
    drag(page, on_circle(page, 2 * math.tau / 10, rim), on_circle(page, 1.6, rim))
    assert settings(page)["directions"][2] == pytest.approx(1.6, abs=0.02)
    page.locator("canvas").focus()
    page.keyboard.press("ArrowLeft")
    assert settings(page)["directions"][2] == pytest.approx(1.6 + math.radians(1), abs=0.02)
    page.locator("canvas").focus()
    page.keyboard.press("7")
    page.keyboard.press("Shift+ArrowRight")
    turned = settings(page)["directions"][7] - explorer.home[7]
    assert turned == pytest.approx(-math.radians(5), abs=1e-6)
    assert page.locator("canvas").get_attribute("aria-valuetext").startswith("class 7 at ")
    page.get_by_role("button", name="back").click()
    assert settings(page)["directions"] == explorer.home


def test_a_class_weight_answers_to_the_keys_of_a_slider(page, explorer):
    canvas, home = page.locator("canvas"), explorer.home[7]
    canvas.press("7")
    for key, turned in [("PageUp", 10), ("PageUp", 20), ("PageDown", 10), ("ArrowRight", 9), ("Home", 0)]:
        canvas.press(key)
        assert math.remainder(settings(page)["directions"][7] - home, math.tau) == pytest.approx(math.radians(turned))
        canvas.focus()
    assert settings(page)["directions"] == explorer.home
    place = canvas.get_attribute("aria-valuetext")
    assert place == "class 7 at −108.0°" and canvas.get_attribute("aria-valuenow") == "-108"


def test_an_edge_of_the_band_can_be_dragged(page):
    edge = (math.tau / 10 - 0.2) / 2  # of class 0, towards class 1
    drag(page, on_circle(page, edge, 0.7), on_circle(page, edge - 0.1, 0.7))
    assert settings(page)["margins"]["arcface"] == pytest.approx(0.4, abs=0.02)
    page.get_by_text("CosFace", exact=True).click()
    edge = math.pi / 10 - math.asin(0.1 / (2 * math.sin(math.pi / 10)))
    drag(page, on_circle(page, edge, 0.7), on_circle(page, math.pi / 10 - 0.05, 0.7))
    assert settings(page)["margins"]["cosface"] == pytest.approx(2 * math.sin(math.pi / 10) * math.sin(0.05), abs=0.006)


def test_a_point_is_read_where_the_mouse_stands(page):
    page.mouse.move(*on_circle(page, 0.05, 0.6))
    expect(page.locator(".read")).to_contain_text("A 0 here: θ₀ + m = 2.")
    expect(page.locator(".read")).to_contain_text("right enough.")
    page.mouse.move(*on_circle(page, 0.28, 0.6))
    expect(page.locator(".read")).to_contain_text("right, but not right enough")


def test_dragging_out_of_the_figure_and_resizing_meanwhile(page, explorer):
    page.mouse.move(*on_circle(page, 0.0, 1.06))
    page.mouse.down()
    page.mouse.move(-50, -50)
    page.set_viewport_size({"width": 500, "height": 700})
    page.mouse.move(300, 690, steps=4)
    page.mouse.up()
    page.mouse.move(200, 200)
    turned = settings(page)["directions"]
    assert turned[0] != explorer.home[0] and turned[1:] == explorer.home[1:]
    assert all(math.isfinite(turn) for turn in turned)


def test_margins_at_their_ends_and_the_smallest_scale(page):
    page.get_by_label("scale").press("Home")
    for name in ("ArcFace", "CosFace", "SphereFace"):
        for end in ("Home", "End"):
            page.get_by_text(name, exact=True).click()
            expect(page.locator("figcaption")).to_contain_text(f"{name}, ")
            page.get_by_label("margin").press(end)
            page.mouse.move(*on_circle(page, 0.1, 0.5))
            expect(page.locator(".read")).to_contain_text("A 0 here")
            words = caption(page)
            assert name in words and "NaN" not in words + page.locator(".read").inner_text()
            assert ("asks for nothing more" in words) == (end == "Home")
            assert ("No direction on this circle can satisfy it" in words) == (end == "End" and name != "SphereFace")


def test_settings_travel_as_text(page):
    page.locator("summary").click()
    line = page.get_by_role("textbox")
    line.fill('{"loss":"cosface","margins":{"sphereface":2,"cosface":0.15,"arcface":0.2},"scale":30}')
    line.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(page.locator("figcaption")).to_contain_text("CosFace, m = 0.150")
    assert page.get_by_label("scale").input_value() == "30"


WRONG = {
    "drag me": "These are no settings",
    '{"depth":3}': "This figure has no depth; it has loss, margins",
    '{"margins":{"arcface":28.6}}': "margins cannot be",
    '{"margins":5}': "margins cannot be 5 here.",
    '{"scale":null}': "scale cannot be null here.",
    '{"scale":[16]}': "scale cannot be [16] here.",
    '{"loss":"constructor"}': 'loss cannot be "constructor" here.',
    '{"directions":[1,2]}': "directions cannot be [1,2] here.",
}


def test_wrong_settings_get_a_sentence(page):
    before = caption(page)
    page.locator("summary").click()
    for text, words in WRONG.items():
        page.get_by_role("textbox").fill(text)
        page.get_by_role("textbox").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(words)
        assert caption(page) == before


def test_no_points_and_a_class_without_points(show):
    page = drawn(show(band(count=0)))
    assert "There are no points to show" in caption(page)
    page.get_by_text("only the angle").click()
    page.get_by_label("margin").press("End")
    page = drawn(show(band(skip=4)))
    assert "of 270 digits" in caption(page)
    page.locator("canvas").focus()
    page.keyboard.press("4")
    expect(page.locator(".read")).to_contain_text("no digits")


def test_it_fits_every_page(page):
    for _ in each_page(page, (420, 1600)):
        assert page.locator("canvas").bounding_box()["width"] > 380


# ---- what one drags is trained, in the page


def train(page):
    page.get_by_role("switch", name="train what I drag").click()


def wait_for_steps(page, most=0):
    expect(page.locator(".read")).to_contain_text(re.compile(r"steps since you began"))
    page.wait_for_function(
        "most => Number(/([\\d,]+) steps/.exec(inFigures('.read')[0].textContent)?.[1].replace(',', '')) > most",
        arg=most,
    )


def test_what_one_drags_is_trained_and_back_undoes_it(show, trainable):
    page = drawn(show(trainable))
    begin = picture(page)
    assert page.workers == []
    train(page)
    wait_for_steps(page, 5)
    assert len(page.workers) == 1 and picture(page) != begin
    page.get_by_label("margin").fill("0.5")
    expect(page.locator(".read")).to_contain_text("not yet right enough")
    wait_for_steps(page, 10)
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    train(page)
    expect(page.locator(".read")).to_contain_text("Trained")
    rested = at_rest(page)
    assert settings(page)["directions"] != trainable.home and at_rest(page) == rested
    page.get_by_label("margin").fill("0.2")
    page.get_by_role("button", name="back").click()
    expect(page.get_by_role("button", name="back")).to_be_disabled()
    expect(page.locator(".read")).to_contain_text("Drag an edge of the band")
    page.mouse.move(0, 0)
    assert settings(page)["directions"] == trainable.home and no_worker_is_left(page)
    assert at_rest(page) == begin


def test_switched_off_it_still_tells_what_the_training_has_done(show, trainable):
    page = drawn(show(trainable))
    train(page)
    wait_for_steps(page, 20)
    page.wait_for_timeout(1000)  # longer than what is still one gesture
    train(page)
    expect(page.locator(".read")).to_contain_text(re.compile("^Trained"))
    at_rest(page)
    steps = int(re.search(r"^Trained ([\d,]+) steps", page.locator(".read").inner_text())[1].replace(",", ""))
    assert steps > 20
    expect(page.locator(".spoken")).to_contain_text(f"Trained {steps:,} steps since you began")


def test_what_is_heard_is_what_is_read(show, trainable):
    page = drawn(show(trainable, reduced_motion="reduce"))
    train(page)
    expect(page.locator(".read")).to_contain_text("agree with PyTorch", timeout=60_000)
    at_rest(page)
    words = [page.locator(part).text_content() for part in ("figcaption", ".read")]
    expect(page.locator(".spoken")).to_have_text(" ".join(words))


def test_a_class_weight_turned_by_hand_is_where_training_goes_on(show, trainable):
    page = drawn(show(trainable))
    train(page)
    wait_for_steps(page)
    page.locator("canvas").press("3")
    for _ in range(8):
        page.locator("canvas").press("Shift+ArrowLeft")
    train(page)
    expect(page.locator(".read")).to_contain_text("Trained")
    pairs = zip(settings(page)["directions"], trainable.home, strict=True)
    turned = [abs(math.remainder(now - home, math.tau)) for now, home in pairs]
    assert turned[3] > 0.3 and max(turned[:3] + turned[4:]) < turned[3] / 2  # the others go as far as steps take them


def test_where_a_worker_is_refused_the_page_trains_itself(show, trainable):
    page = drawn(show(trainable))
    page.evaluate("window.Worker = undefined")
    train(page)
    wait_for_steps(page, 3)
    assert page.workers == []
    page.get_by_label("scale").fill("30")
    wait_for_steps(page, 3)
    train(page)
    expect(page.locator(".read")).to_contain_text("Trained")


def test_a_slider_moved_wildly_ends_where_it_was_left(show, trainable):
    page = drawn(show(trainable))
    train(page)
    page.evaluate(
        """() => {
          const slider = inFigures('.scent input')[0], on = inFigures('[role=switch]')[0];
          for (let i = 0; i < 300; i++) {
            slider.value = (i * 7 % 80) / 100;
            slider.dispatchEvent(new Event('input'));
            if (i % 50 === 0) { on.click(); on.click(); }
          }
          slider.value = 0.33;
          slider.dispatchEvent(new Event('input'));
        }"""
    )
    wait_for_steps(page, 3)
    assert "m = 0.33 rad" in caption(page) and settings(page)["margins"]["arcface"] == 0.33
    assert len(page.workers) == 1


def test_a_figure_that_was_hidden_goes_on(show, trainable):
    page = drawn(show(trainable))
    train(page)
    wait_for_steps(page, 3)
    page.evaluate("document.querySelector('.explorer').style.display = 'none'")
    assert picture(page) == picture(page)
    page.evaluate("document.querySelector('.explorer').style.display = 'block'")
    wait_for_steps(page, 9)


def test_a_figure_that_is_taken_away_leaves_no_worker(show, trainable):
    page = drawn(show(removable(trainable)))
    train(page)
    wait_for_steps(page, 3)
    page.evaluate("leave()")
    page.wait_for_function("document.querySelector('.explorer') === null")
    assert no_worker_is_left(page)


def test_two_figures_train_beside_each_other(show, trainable):
    class Two:
        def html(self):
            return 2 * figure_of(trainable)

    page = show(Two())
    page.wait_for_function("inFigures('figcaption').length === 2")
    for place in range(2):
        page.get_by_role("switch").nth(place).click()
    for place in range(2):
        expect(page.locator(".read").nth(place)).to_contain_text("steps since you began")
    assert len(page.workers) == 2


def test_of_two_views_the_one_that_did_not_train_says_so_and_its_back_ends_the_training(show, trainable):
    page = show(twice(trainable, trainable.state()))
    page.wait_for_function("inFigures('figcaption').length === 2 && inFigures('figcaption')[1].textContent")
    begin, (one, other) = at_rest(page), (page.locator(".read").nth(k) for k in (0, 1))
    page.get_by_role("switch").first.click()
    expect(one).to_contain_text("steps since you began")
    expect(other).to_contain_text("The class weights were trained, not in this view")
    page.get_by_role("switch").first.click()
    expect(one).to_contain_text("Trained")
    expect(page.locator(".spoken").nth(1)).to_contain_text("not in this view")
    page.get_by_role("button", name="back").nth(1).click()
    for read in (one, other):
        expect(read).to_contain_text("Drag an edge of the band")
    for k in (0, 1):
        expect(page.get_by_role("button", name="back").nth(k)).to_be_disabled()
    page.mouse.move(0, 0)
    assert no_worker_is_left(page) and at_rest(page) == begin
    assert page.evaluate("model.get('trained')") is False


def test_where_motion_is_unwanted_only_the_end_is_shown(show, trainable):
    page = drawn(show(trainable, reduced_motion="reduce"))
    train(page)
    expect(page.locator(".read")).to_contain_text("Trained 150 steps since you began", timeout=60_000)
    expect(page.locator(".read")).to_contain_text("agree with PyTorch", timeout=60_000)
    expect(page.locator(".spoken")).to_contain_text("Trained 150 steps since you began")


@pytest.mark.parametrize("width", [390, 740, 1000])
def test_the_switch_fits(show, trainable, width):
    page = drawn(show(trainable, width=width))
    box = page.get_by_role("switch").bounding_box()
    assert box["height"] < 50 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_another_scale_and_view_do_is_told(page):
    page.get_by_label("scale").fill("30")
    expect(page.locator(".read")).to_contain_text(re.compile(r"s 16 → 30: the mean push goes from 0\.\d+ to 0\.\d+"))
    page.get_by_label("margin").fill("0.3")
    page.get_by_role("radio", name="only the angle").check(force=True)
    expect(page.locator(".read")).to_contain_text("Lengths are left out here")


def test_on_a_phone_its_height_stays(show, explorer):
    page = drawn(show(explorer, width=390))
    heights = [height(page)]
    for name in ["softmax", "SphereFace", "CosFace", "only the angle"]:
        page.get_by_role("radio", name=name, exact=True).check(force=True)
        heights.append(height(page))
        page.mouse.move(*on_circle(page, 2.2, 0.5))
        heights.append(height(page))
        page.mouse.move(0, 0)
    assert max(heights) - min(heights) <= 2


@pytest.mark.parametrize("width, height", [(1440, 900), (1536, 864), (1680, 1050)])
def test_below_the_start_page_s_words_the_circle_and_the_first_line_of_its_sentence_are_seen(
    show, explorer, width, height
):
    page = show(explorer, width=min(width, 1000))
    page.set_viewport_size({"width": width, "height": height})
    drawn(page)
    circle, said = (page.locator(what).bounding_box() for what in ("canvas", "figcaption"))
    above = 300 - page.locator("figure.lesson").bounding_box()["y"]  # what the start page has above the figure
    assert circle["width"] >= 360 and above + said["y"] + 25 <= height


def test_an_edge_of_the_band_has_a_grip_that_pulls_it(page):
    """On the edge beside the selected class, at 0.7 of the rim, the picture is the accent's colour."""
    page.get_by_label("margin").fill("0.2")
    at_rest(page)
    edge = (math.tau / 10 - 0.2) / 2
    x, y = on_circle(page, edge, 0.7)
    box = page.locator("canvas").bounding_box()
    ink = page.evaluate(
        """([x, y]) => {
          const canvas = inFigures('canvas')[0], ratio = canvas.width / canvas.clientWidth;
          return [...canvas.getContext('2d').getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data];
        }""",
        [x - box["x"], y - box["y"]],
    )
    assert ink[:3] == [194, 24, 127]
    drag(page, (x, y), on_circle(page, 0.1, 0.7))
    assert "m = 0.43 rad" in caption(page)
