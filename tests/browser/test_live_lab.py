import re

import pytest
import torch
from playwright.sync_api import expect

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab
from tests.browser.lab import SECONDS, drawn, drawn_anew, notebook_of
from tests.browser.pictures import at_rest, stop_clock, wait_until_drawn_anew

SETUP = """
import torch
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab
from lessons_lib.nets import EmbeddingNet
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.runs import Run

labels = torch.arange(300) % 10
images = LabelledImages(((torch.rand(10, 1, 28, 28)[labels] + torch.rand(300, 1, 28, 28)) / 2), labels)
data = ImageData(images, images, images, num_classes=10, digest="made up")
warm = Run(EmbeddingNet(2, width=4), SoftmaxLoss(10, 2))
"""
SHOW = """
lab, heard = LiveLab(data, warm, speed=2), []
lab.record(20)
lab.observe(lambda change: heard.append(change.new["arcface"]), "margins")
lab
"""


@pytest.fixture(scope="module")
def data():
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(200) % 10
    pattern = torch.rand(10, 1, 28, 28, generator=chance)
    images = LabelledImages((pattern[labels] + torch.rand(200, 1, 28, 28, generator=chance)) / 2, labels)
    return ImageData(images, images, images, num_classes=10, digest="made up")


@pytest.fixture(scope="module")
def recorded(data):
    """A lab with a recorded run that changes its margin and then its loss."""
    lab = LiveLab(data)
    lab.record(60, {30: {"margin": 0.5}, 45: {"loss": "p2sgrad"}})
    return lab


@pytest.fixture
def page(show, recorded):
    return show(recorded)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def caption(page):
    return page.locator("figcaption")


def step_of(page):
    return int(re.match(r"Step (\d+)", caption(page).inner_text())[1])


# ---- without a kernel


def test_without_a_kernel_it_stands_at_the_end_of_the_recording_and_says_what_does_not_work(page):
    expect(caption(page)).to_contain_text("Step 60, P2SGrad, from raw pixels:")
    expect(page.get_by_text("This is a recording: other losses, margins and scales need a kernel")).to_be_visible()
    for name in ("margin", "scale", "speed"):
        expect(page.get_by_role("slider", name=name)).to_be_disabled()
    assert all(radio.is_disabled() for radio in page.get_by_role("radio").all())
    expect(page.get_by_role("radio", name="P2SGrad")).to_be_checked()
    expect(page.get_by_text("settings", exact=True)).to_be_hidden()


def test_without_a_recording_it_stands_as_it_was_and_says_what_is_missing(show, data):
    lab = LiveLab(data)
    lab.run(7)
    page = show(lab)
    expect(caption(page)).to_contain_text("Step 7, ArcFace, m = 0.20")
    expect(page.get_by_text("nothing was recorded to be replayed: lab.record() before it is shown")).to_be_visible()
    for name in ("play", "next frame", "to the start"):
        expect(button(page, name)).to_be_disabled()
    expect(page.get_by_role("slider", name="moment of the recorded run")).to_be_hidden()


def test_the_recording_plays_to_its_end_pauses_and_begins_again(show, recorded):
    page = stop_clock(show(recorded, clock=True))
    button(page, "to the start").click()
    page.clock.run_for(100)
    expect(caption(page)).to_contain_text("Nothing is trained yet")
    button(page, "play").click()
    page.clock.run_for(1000)
    half = step_of(page)
    assert 0 < half < 60
    button(page, "pause").click()
    page.clock.run_for(1000)
    assert step_of(page) == half
    button(page, "play").click()
    page.clock.run_for(7_000)
    assert step_of(page) == 60
    expect(button(page, "replay")).to_be_enabled()
    button(page, "replay").click()
    page.clock.run_for(400)
    assert step_of(page) < half


def test_the_recording_is_stepped_by_button_and_keys_and_scrubbed(page):
    circle, range_ = page.get_by_role("application"), page.get_by_role("slider", name="moment of the recorded run")
    end = at_rest(page)
    button(page, "next frame").click()  # past the end comes the start
    wait_until_drawn_anew(page, end)
    assert step_of(page) == 0
    for key, there in (("ArrowRight", lambda step: step > 0), ("ArrowLeft", lambda step: step == 0)):
        before = at_rest(page)
        circle.press(key)
        wait_until_drawn_anew(page, before)
        assert there(step_of(page))
    before = at_rest(page)
    range_.press("End")
    wait_until_drawn_anew(page, before)
    assert step_of(page) == 60
    box = range_.bounding_box()
    before = at_rest(page)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until_drawn_anew(page, before)
    assert 0 < step_of(page) < 60
    assert f"step {step_of(page)}," in range_.get_attribute("aria-valuetext")


def test_settings_and_news_are_those_of_the_moment(page):
    range_ = page.get_by_role("slider", name="moment of the recorded run")
    moments = int(range_.get_attribute("max"))
    seen = set()
    for moment in range(moments + 1):
        range_.fill(str(moment))
        at_rest(page)
        asked = {True: "ArcFace, m = 0.20", False: "ArcFace, m = 0.50"}[step_of(page) < 30]
        asked = asked if step_of(page) < 45 else "P2SGrad"
        expect(caption(page)).to_contain_text(asked)
        seen.add(asked)
    assert len(seen) == 3
    expect(page.get_by_role("slider", name="scale")).to_have_attribute("aria-valuetext", "none")


def test_a_digit_key_shows_one_class_alone(page):
    circle, all_of_them = page.get_by_role("application"), at_rest(page)
    circle.focus()
    circle.press("3")
    wait_until_drawn_anew(page, all_of_them)
    circle.press("Escape")
    assert at_rest(page) == all_of_them


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_from_420_to_1600_pixels(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for width in (420, 1000, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        at_rest(page)
        outside = page.evaluate(
            """() => inFigures('.livelab *').filter(node => {
              const { right, width } = node.getBoundingClientRect();
              return width && !node.closest('.spoken') && right > innerWidth + 0.5;
            }).map(node => node.outerHTML.slice(0, 80))"""
        )
        assert outside == [] and page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_recording_that_ended_badly_says_so_at_its_end(show, recorded):
    state = recorded.recorded
    try:
        recorded.recorded = {**state, "problem": "Training stopped at step 60: made up. Reset begins anew."}
        page = show(recorded)
        expect(page.get_by_role("alert")).to_have_text("Training stopped at step 60: made up. Reset begins anew.")
        button(page, "to the start").click()
        expect(page.get_by_role("alert")).to_be_hidden()
    finally:
        recorded.recorded = state


# ---- with a kernel, in JupyterLab


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    lab.put("live", notebook_of(SETUP, SHOW, ""))
    with lab.open(chromium, "live") as notebook:
        notebook.run_all()
        yield notebook


@pytest.fixture
def figure(notebook):
    """The lab at rest, where its recording ended."""
    notebook.python("lab.pause(); lab.use({'loss': 'arcface', 'scale': 16, 'source': 'pixels', 'speed': 2})")
    notebook.python("lab.margin = 0.2; lab.reset(); lab.run(20); heard.clear()")
    figure = notebook.figure(1)
    expect(figure.locator("figcaption")).to_contain_text("Step 20, ArcFace, m = 0.20")
    expect(button(figure, "play")).to_be_visible()
    yield figure
    assert notebook.troubles == []


def until(notebook, question):
    """Ask the kernel until it says True; each answer is another cell's, so a cell runs while it trains."""
    for _ in range(20 * SECONDS):
        if notebook.python(f"print({question})") == "True":
            return
    raise AssertionError(f"{question} did not become true: {notebook.python('print(lab.settings, lab.problem)')}")


def shows_more_than(figure, step):
    """Wait until the page itself has painted a later step."""
    figure.page.wait_for_function(
        "([node, step]) => Number(node.textContent.match(/^Step (\\d+)/)[1]) > step",
        arg=[figure.locator("figcaption").element_handle(), step],
        timeout=1000 * SECONDS,
    )


def shown_step(figure):
    return int(re.match(r"Step (\d+)", figure.locator("figcaption").inner_text())[1])


def test_it_trains_while_other_cells_run_and_pause_rests(notebook, figure):
    before = drawn(figure)
    button(figure, "play").click()
    shows_more_than(figure, 30)
    assert notebook.python("print(6 * 7)") == "42"
    shows_more_than(figure, shown_step(figure) + 10)
    expect(button(figure, "2 steps")).to_be_disabled()
    expect(figure.get_by_role("slider", name="moment of the recorded run")).to_be_hidden()
    button(figure, "pause").click()
    until(notebook, "lab._loop._task.done() and not lab.playing")
    drawn_anew(figure, before)
    assert notebook.python("print(lab.steps)") == str(shown_step(figure))


def test_every_move_of_the_margin_is_served_while_it_trains(notebook, figure):
    slider = figure.get_by_role("slider", name="margin")
    button(figure, "play").click()
    for move in range(12):
        here = shown_step(figure)
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^0.{21 + move} rad"))
        shows_more_than(figure, here)
    until(notebook, "len(heard) == 12 and lab._training.head.margin == 0.32")
    assert notebook.python("print(lab.playing, [round(m, 2) for m in heard] == [m / 100 for m in range(21, 33)])") == (
        "True True"
    )
    expect(figure.locator("figcaption")).to_contain_text("m 0.20 → 0.32")
    figure.get_by_role("application").press(" ")
    until(notebook, "not lab.playing")


def test_loss_scale_source_and_speed_are_taken_over(notebook, figure):
    for loss, name in (("adacos_dynamic", "AdaCos"), ("p2sgrad", "P2SGrad"), ("softmax", "cosine softmax")):
        figure.get_by_role("radio", name=name, exact=True).check(force=True)
        button(figure, "2 steps").click()
        until(notebook, f"lab._training.choice[0] == {loss!r}")
        expect(figure.get_by_role("slider", name="scale")).to_be_enabled(enabled=loss == "softmax")
        expect(figure.get_by_role("slider", name="margin")).to_be_disabled()
    figure.get_by_role("slider", name="scale").press("End")
    figure.get_by_role("slider", name="speed").press("End")
    until(notebook, "(lab.scale, lab.speed) == (64, 50)")
    button(figure, "50 steps").click()
    until(notebook, "lab.steps == 76 and lab._training.head.scale == 64")
    figure.get_by_role("radio", name="trunk features").check(force=True)
    until(notebook, "lab.steps == 0 and lab._training.net[0].in_features == 64")
    expect(figure.locator("figcaption")).to_contain_text("from trunk features")


def test_reset_begins_anew_also_while_it_trains(notebook, figure):
    button(figure, "play").click()
    shows_more_than(figure, 60)
    button(figure, "reset").click()
    figure.page.wait_for_function(
        "node => Number(node.textContent.match(/^Step (\\d+)/)[1]) < 60",
        arg=figure.locator("figcaption").element_handle(),
    )
    button(figure, "pause").click()
    until(notebook, "not lab.playing")
    figure.get_by_role("application").press("r")
    expect(figure.locator("figcaption")).to_contain_text("Step 0,")
    expect(figure.locator("figcaption")).to_contain_text("Nothing is trained yet")


def test_an_error_is_shown_in_place_and_reset_mends_it(notebook, figure):
    button(figure, "play").click()
    shows_more_than(figure, 24)
    notebook.python("lab._training.net[0].weight.data.fill_(float('nan'));")
    expect(figure.get_by_role("alert")).to_contain_text("Training stopped at step")
    expect(figure.get_by_role("alert")).to_contain_text("Reset begins anew from the seed.")
    expect(button(figure, "play")).to_be_visible()
    assert notebook.python("print(type(lab.error).__name__)") == "ValueError"
    button(figure, "reset").click()
    expect(figure.get_by_role("alert")).to_be_hidden()


def test_settings_can_be_pasted(notebook, figure):
    figure.locator("summary").click()
    line = figure.get_by_label("settings of this figure")
    line.fill('{"loss": "cosface", "speed": 5}')
    line.press("Enter")
    until(notebook, "(lab.loss, lab.speed) == ('cosface', 5)")
    line.fill('{"margins": {"sphereface": 2.5}}')
    line.press("Enter")
    expect(figure.get_by_role("status")).to_have_text('margins cannot be {"sphereface":2.5} here.')
    figure.locator("summary").click()


def test_a_second_window_is_told_what_the_first_one_sets(lab, chromium, notebook, figure):
    notebook.save()
    with lab.open(chromium, "live") as other:
        second = other.figure(1)
        # What the kernel says while Lab is still making the second window's model is lost: ipywidgets does not keep it.
        expect(second.locator("figcaption")).to_contain_text("Step 20, ArcFace", timeout=1000 * SECONDS)
        for here, there in ((figure, second), (second, figure)):
            slider = here.get_by_role("slider", name="margin")
            before = slider.get_attribute("aria-valuetext")
            slider.press("ArrowRight")
            expect(slider).not_to_have_attribute("aria-valuetext", before)
            said = slider.get_attribute("aria-valuetext")
            expect(there.get_by_role("slider", name="margin")).to_have_attribute("aria-valuetext", said)
            name = "CosFace" if here is figure else "ArcFace"
            here.get_by_role("radio", name=name, exact=True).check(force=True)
            expect(there.get_by_role("radio", name=name, exact=True)).to_be_checked()


def test_it_replays_when_the_kernel_has_gone(notebook, figure):
    """The last of these tests: the kernel does not come back to this figure."""
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(figure.get_by_role("alert")).to_have_text(
        "The kernel is gone; this is the recorded run. Run this cell again to train.", timeout=1000 * SECONDS
    )
    button(figure, "next frame").click()
    expect(figure.locator("figcaption")).to_contain_text("Step 0,")
