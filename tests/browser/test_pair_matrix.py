import json
import re

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect

from lessons_lib.data import gram_counts
from lessons_lib.explorers import PairMatrix
from lessons_lib.text_nets import character_net
from tests.browser.pictures import (
    at_rest,
    cut_off,
    each_page,
    height,
    paste,
    picture,
    refused,
    settings,
    stop_clock,
    swiped,
    wait_until_painted,
)

NARROW = 390
CAPTIONS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "3 + 4", "number 2"]
LABELS = [*range(10), 7, 2]
VOCABULARY = tuple("abcdefghijklmnopqrstuvwxyz0123456789+-")


def made(d=8, **given):
    chance = torch.Generator().manual_seed(3)
    torch.manual_seed(5)
    net = character_net(len(VOCABULARY), d, 16)
    rays = torch.randn(10, d, generator=chance)
    texts = net(gram_counts(CAPTIONS, VOCABULARY)).detach()
    pictures = torch.zeros(12, 1, 28, 28)
    pictures[:, :, 6:22, 12:16] = 1
    images = F.normalize(texts, dim=1) + 0.2 * torch.randn(12, d, generator=chance)
    more = {"labels": LABELS, "text_net": net, "vocabulary": VOCABULARY, "directions": rays, "tries": ["drei", "3 + 4"]}
    return PairMatrix(pictures, CAPTIONS, images, texts, **more | given)


@pytest.fixture(scope="module")
def explorer():
    return made(row=0, column=0)


def matrix(page):
    return page.get_by_role("application")


def caption(page):
    return page.locator("figcaption")


def read(page):
    return page.locator(".read")


def cell(page, i, j):
    """The middle of a cell in the window; the same sizes as matrixFrame."""
    matrix(page).scroll_into_view_if_needed()
    box = matrix(page).bounding_box()
    small = box["width"] < 480
    left, below = (30, 58) if small else (44, 40)
    side = min(38, int((box["width"] - left - over(page) + 8) / 12))
    top = box["height"] - below - 12 * side
    return box["x"] + left + (j + 0.5) * side, box["y"] + top + (i + 0.5) * side


def over(page):
    """How far the last slanted word leans out."""
    longest = page.evaluate(
        """texts => {
          const g = document.createElement('canvas').getContext('2d');
          g.font = '600 13px system-ui, sans-serif';
          return Math.max(...texts.map(text => g.measureText(text).width)) + 4;
        }""",
        CAPTIONS,
    )
    room = min(84 if matrix(page).bounding_box()["width"] < 480 else 118, max(60, longest))
    return int(room / 2) + 1


def own(page):
    return page.get_by_role("textbox", name="write a caption")


def test_a_press_on_a_cell_reads_it_and_a_drag_goes_on(page):
    expect(read(page)).to_contain_text("The image of a 0 and “zero”")
    before = at_rest(page)
    page.mouse.click(*cell(page, 2, 11))
    now = settings(page)
    assert (now["row"], now["column"]) == (2, 11)
    expect(read(page)).to_contain_text("The image of a 2 and “number 2”")
    expect(read(page)).to_contain_text("belongs to a 2 too: wrong only because")
    page.mouse.move(*cell(page, 4, 4))
    page.mouse.down()
    page.mouse.move(*cell(page, 5, 5), steps=4)
    page.mouse.move(5000, 5000)
    page.mouse.up()
    page.mouse.move(*cell(page, 1, 1))  # nothing is held any more
    now = settings(page)
    assert (now["row"], now["column"]) == (11, 11)
    assert at_rest(page) != before


def test_the_mouse_over_a_cell_reads_it_for_as_long_as_it_is_there(page):
    before = settings(page)
    page.mouse.move(*cell(page, 3, 9))
    expect(read(page)).to_contain_text("The image of a 3 and “nine”")
    page.mouse.move(2, 2)
    expect(read(page)).to_contain_text("The image of a 0 and “zero”")
    assert settings(page) == before


def test_what_is_chosen_is_read_wherever_the_mouse_rests(page):
    page.mouse.move(*cell(page, 3, 9))
    page.mouse.down()
    page.mouse.move(*cell(page, 5, 6), steps=3)
    expect(read(page)).to_contain_text("The image of a 5 and “six”")
    page.mouse.up()
    matrix(page).press("ArrowRight")
    expect(read(page)).to_contain_text("The image of a 5 and “seven”")


def test_a_caption_stays_with_its_column(page):
    own(page).click()
    page.keyboard.type("nine")
    page.mouse.click(*cell(page, 3, 3))
    assert settings(page)["written"] == {"0": "nine"}
    page.mouse.click(*cell(page, 0, 0))
    expect(own(page)).to_have_value("nine")


def test_a_word_and_an_image_lead_to_the_right_pair(page):
    x, y = cell(page, 0, 7)
    side = cell(page, 1, 7)[1] - y
    page.mouse.click(x + 10, y - side / 2 - 14)
    assert [settings(page)[name] for name in ("row", "column")] == [7, 7]
    page.mouse.click(matrix(page).bounding_box()["x"] + 20, cell(page, 4, 0)[1])
    assert [settings(page)[name] for name in ("row", "column")] == [4, 4]


def test_keys_go_from_cell_to_cell_and_to_the_caption(page):
    matrix(page).focus()
    for key, place in [
        ("ArrowRight", [0, 1]), ("ArrowDown", [1, 1]), ("ArrowLeft", [1, 0]), ("ArrowLeft", [1, 0]), ("End", [1, 11]),
        ("Home", [1, 0]), ("ArrowUp", [0, 0]), ("ArrowUp", [0, 0]),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert [settings(page)[name] for name in ("row", "column")] == place, key
    page.keyboard.press("Enter")
    page.keyboard.type("nine")
    expect(caption(page)).to_contain_text("CLIP:")
    assert settings(page)["written"] == {"0": "nine"}


def test_a_tap_reads_and_a_swipe_that_scrolls_does_not(show, explorer):
    page = show(explorer, width=NARROW, has_touch=True)
    page.touchscreen.tap(*cell(page, 6, 8))
    assert [settings(page)[name] for name in ("row", "column")] == [6, 8]
    x, y = cell(page, 1, 2)
    swiped(page, (x, y), [(0, -120)])
    assert [settings(page)[name] for name in ("row", "column")] == [6, 8]


def test_the_scale_is_dragged_and_fewer_pairs_push(page):
    few = re.compile(r"(\d+) of 132")

    def pushing():
        wait_until_painted(page)
        return int(few.search(caption(page).inner_text())[1])

    slider = page.get_by_role("slider", name="scale")
    slider.press("Home")
    most = pushing()
    before = picture(page)
    slider.press("End")
    assert pushing() < most / 2
    expect(caption(page)).to_contain_text("s = 100")
    expect(slider).to_have_attribute("aria-valuetext", "100 · CLIP’s cap")
    expect(read(page)).to_contain_text("s 14.3 → 100: loss")
    assert picture(page) != before


def test_each_way_says_what_it_is(page):
    seen = set()
    for name, words in [
        ("softmax by row", "which caption belongs to an image?"), ("softmax by column", "which image belongs"),
        ("both: CLIP", "the mean of softmax by row and by column"), ("sigmoid by cell", "each cell on its own"),
    ]:  # fmt: skip
        page.get_by_role("group", name="loss").get_by_text(name).click()
        expect(caption(page)).to_contain_text(words)
        seen.add(picture(page))
    assert len(seen) == 4
    bias = page.get_by_role("slider", name="bias")
    expect(bias).to_have_attribute("aria-valuetext", re.compile("P = 1/B"))
    bias.press("End")
    expect(caption(page)).to_contain_text("b = 5")
    page.get_by_role("slider", name="margin").press("End")
    expect(read(page)).to_contain_text("m 0 → 0.5: loss")
    page.get_by_role("group", name="loss").get_by_text("both: CLIP").click()
    expect(bias).to_be_disabled()


def test_a_caption_that_is_typed_takes_the_column_and_lands(page):
    before = picture(page)
    landing = page.locator(".landing")
    expect(landing).to_contain_text("“zero” lands")
    own(page).fill("seven")
    expect(landing).to_contain_text("“seven” lands")
    expect(read(page)).to_contain_text("The image of a 0 and “seven”")
    expect(read(page)).to_contain_text("“zero” → “seven”: loss")
    assert settings(page)["written"] == {"0": "seven"}
    assert picture(page) != before
    own(page).fill("♪")
    expect(landing).to_contain_text("The network knows nothing of “♪”")
    own(page).fill("<b>x</b>")
    expect(landing).to_contain_text("“<b>x</b>” lands")
    page.get_by_role("button", name="put back").click()
    assert settings(page)["written"] == {"0": ""}
    page.mouse.move(2, 2)
    expect(read(page)).to_contain_text("and “zero”")
    page.get_by_role("button", name="drei").click()
    expect(landing).to_contain_text("“drei” lands")
    expect(own(page)).to_have_value("drei")
    page.mouse.click(*cell(page, 3, 3))  # another column has its own
    expect(own(page)).to_have_value("")
    expect(landing).to_contain_text("“three” lands")


def test_where_a_caption_lands_is_where_python_puts_it(page):
    shown, text = made(), "sieben, by hand"
    own(page).fill(text)
    expect(page.locator(".landing")).to_contain_text("sieben")
    torch.manual_seed(5)
    net = character_net(len(VOCABULARY), 8, 16)
    chance = torch.Generator().manual_seed(3)
    rays = torch.randn(10, 8, generator=chance)
    angles = torch.rad2deg(F.cosine_similarity(net(gram_counts([text], VOCABULARY)), rays).acos()).detach()
    said = page.locator(".landing").inner_text()
    told = [(float(angle), int(digit)) for angle, digit in re.findall(r"([\d.]+)° from (\d)", said)]
    assert len(told) == 2 and [digit for _, digit in told] == angles.argsort()[:2].tolist()
    for angle, digit in told:
        assert angle == pytest.approx(float(angles[digit]), abs=3)
    assert shown.facts["captions"] == CAPTIONS


def test_in_the_plane_images_and_words_stand_on_one_circle(show):
    page = show(made(2, row=0, column=0))
    place = page.locator(".side canvas")
    box = place.bounding_box()
    assert box["height"] == pytest.approx(300, abs=1)
    before = picture(page)
    own(page).fill("nine")
    expect(page.locator(".landing")).to_contain_text("“nine” lands")
    after = picture(page)
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_without_a_text_network_nothing_is_written(show):
    page = show(made(text_net=None, vocabulary=()))
    assert page.get_by_role("textbox", name="write a caption").count() == 0
    expect(page.locator(".landing")).to_contain_text("lands")
    paste(page, '{"written": {"0": "x"}}')
    expect(page.get_by_role("status")).to_contain_text("written cannot be")


def test_a_screen_reader_hears_what_was_said(show, explorer):
    page = stop_clock(show(explorer, clock=True))
    matrix(page).press("ArrowRight")
    page.clock.run_for(2_000)
    expect(page.locator(".spoken")).to_contain_text("The image of a 0 and “one”")
    page.get_by_role("slider", name="scale").press("End")
    page.clock.run_for(2_000)
    expect(page.locator(".spoken")).to_contain_text("s = 100")


@pytest.mark.parametrize("width", [NARROW, 800])
def test_no_caption_moves_the_page(show, explorer, width):
    page = show(explorer, width=width)
    heights = {height(page)}
    page.mouse.click(*cell(page, 2, 11))
    for text in ("a caption of forty characters, not less!", "♪♪♪♪♪♪♪♪♪♪"):
        own(page).fill(text)
        heights.add(height(page))
    assert len(heights) == 1


def test_it_fits_every_page(page):
    for _ in each_page(page, (340, 620, 800, 1440)):
        assert cut_off(page, ".words > *, figcaption, .slider label, .desk label, .desk button") == []


def test_settings_pasted_wrong_get_a_sentence_and_right_ones_are_taken(page):
    refused(page, [
        "nonsense", "[]", '{"way": "toString"}', '{"scale": 0.5}', '{"scale": "a"}', '{"margin": 1}', '{"bias": 9}',
        '{"row": 12}', '{"column": 1.5}', '{"written": "x"}', '{"written": {"12": "x"}}', '{"written": {"0": 7}}',
        '{"temperature": 1}',
    ])  # fmt: skip
    sent = made(way="sigmoid", scale=40.0, margin=0.1, bias=-3.0, row=2, column=11, written={"11": "zwei"})
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    expect(read(page)).to_contain_text("The image of a 2 and “zwei”")
    assert settings(page) == sent.settings
