import json
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import BoundaryPlane
from tests.browser.harness import twice
from tests.browser.pictures import each_page, paste, picture, settings, stop_clock
from tests.browser.planes import NARROW, WIDE, apart, caption, circle, field, opened


@pytest.fixture
def page(show):
    return opened(show)


def test_settings_go_out_and_come_back(show):
    sent = BoundaryPlane(loss="cosface", margin=0.25, between=0.9, point=[0.5, 0.8])
    first = opened(show, sent)
    assert settings(first) == sent.settings
    second = opened(show)
    paste(second, json.dumps(sent.settings))
    expect(second.get_by_role("status")).to_have_text("Set.")
    assert picture(second) == picture(first)
    back = BoundaryPlane()
    back.use(json.dumps(settings(second)))
    assert back.settings == sent.settings


def test_wrong_settings_get_a_sentence_and_change_nothing(page):
    before = picture(page)
    for text in [
        "nonsense", "[]",
        '{"point": [NaN, 1]}', '{"point": [1e999, 1]}', '{"point": [1, 4]}', '{"between": 36}', '{"between": null}',
        '{"loss": "hinge"}', '{"loss": "toString"}', '{"margins": {"arcface": 2}}', '{"margins": null}', '{"angle": 1}',
    ]:  # fmt: skip
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(
            re.compile("These are no settings|This figure has no|cannot be")
        )
        assert picture(page) == before


def test_settings_may_leave_a_margin_out_and_name_a_point_that_cannot_be(page):
    paste(page, '{"margins": {"arcface": 0.3}, "between": 1.0, "point": [0, 0]}')
    expect(page.get_by_role("status")).to_have_text("Set.")
    page.get_by_label("CosFace", exact=True).check(force=True)
    expect(caption(page)).to_contain_text("CosFace, m = 0.100")
    assert settings(page)["point"] == pytest.approx([0.5, 0.5])


# Boxes of all words painted into the plane, by the browser's own measure; slanted ones as their four corners.
RECORD = """() => {
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (words, x, y, ...rest) {
    if (this.canvas.closest('.field') && words && words !== 'x') {
      const w = this.measureText(words), t = this.getTransform(), r = devicePixelRatio;
      const place = (a, b) => { const p = t.transformPoint({ x: x + a, y: y + b }); return [p.x / r, p.y / r]; };
      const l = -w.actualBoundingBoxLeft, e = w.actualBoundingBoxRight;
      const u = -w.actualBoundingBoxAscent, d = w.actualBoundingBoxDescent;
      window.written.push([words, [place(l, u), place(e, u), place(e, d), place(l, d)]]);
    }
    return write.call(this, words, x, y, ...rest);
  };
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (this.canvas.closest('.field')) window.written = [];
    return clear.apply(this, box);
  };
}"""


SWEEP = """async states => {
  const line = inFigures('details [type=text]')[0], found = [];
  for (const state of states) {
    line.value = JSON.stringify(state); line.dispatchEvent(new Event('change'));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    found.push(window.written);
  }
  return found;
}"""


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_no_words_overlap_or_are_cut_at_any_position(show, width):
    page = opened(show, width=width)
    page.evaluate(RECORD)
    states = [
        {"loss": loss, "margins": {loss: m} if loss != "softmax" else {}, "between": math.radians(gap), "point": p}
        for loss, margins in (
            ("softmax", [0]), ("sphereface", [1, 2, 5]), ("cosface", [0, 0.1, 0.35]), ("arcface", [0, 0.2, 0.8]),
        )
        for m in margins
        for gap in (10, 36, 90, 180)
        for p in ([0.2, 0.4] if gap < 60 else [1.5, 1.4],)
    ]  # fmt: skip
    box = field(page).bounding_box()
    troubles = []
    for state, written in zip(states, page.evaluate(SWEEP, states), strict=True):
        assert len(written) > 12
        shapes = [(words, np.array(corners)) for words, corners in written]
        for i, (words, a) in enumerate(shapes):
            if a.min() < 0 or a[:, 0].max() > box["width"] or a[:, 1].max() > box["height"]:
                troubles.append(("cut", words, state))
            troubles += [(words, other, state) for other, b in shapes[:i] if not apart(a, b)]
    assert troubles == []


def test_it_fits_every_page(page):
    for width in each_page(page, (NARROW, 700, WIDE, 1600)):
        plane, ring = field(page).bounding_box(), circle(page).bounding_box()
        assert plane["height"] - plane["width"] == pytest.approx(46, abs=1)
        assert (ring["x"] > plane["x"] + plane["width"]) == (width >= WIDE)


def test_only_the_last_of_quick_keys_is_spoken(show):
    page = stop_clock(opened(show, clock=True))
    field(page).focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    page.clock.run_for(300)
    assert "28.0°" not in page.locator("[aria-live]").text_content()
    page.clock.run_for(1500)
    assert "< θ₂ = 28.0°: right enough" in page.locator("[aria-live]").text_content()


@pytest.fixture
def two_views(show):
    plane = BoundaryPlane()
    return opened(show, twice(plane, plane.state()))


def test_two_views_stay_in_step_and_the_kernel_hears_of_it(two_views):
    page = two_views
    page.get_by_role("slider", name="margin").first.focus()
    page.keyboard.press("End")
    for view in caption(page).all():
        expect(view).to_contain_text("m = 0.80 rad")
    assert page.evaluate("saved") == 1
    page.evaluate("model.set('between', 1)")
    for view in caption(page).all():
        expect(view).to_contain_text("57.3°")
    canvases = picture(page)
    assert canvases[:2] == canvases[2:]


def test_a_drag_is_saved_once_at_its_end(two_views):
    page = two_views
    box = field(page).first.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 350)
    page.mouse.down()
    page.mouse.move(box["x"] + 340, box["y"] + 300, steps=5)
    assert page.evaluate("saved") == 0
    page.mouse.up()
    assert page.evaluate("saved") == 1


def test_a_view_that_goes_leaves_nothing_behind(two_views):
    page = two_views
    picture(page)
    page.evaluate("() => { stop.forEach(end => end()); paints = 0; model.set('between', 1); }")
    picture(page)
    assert page.evaluate("[model.listening(), paints, inFigures('.lesson').length]") == [0, 0, 0]
