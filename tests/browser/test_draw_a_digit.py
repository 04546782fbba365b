import json

import pytest
import torch
from playwright.sync_api import expect

from lessons_lib.angles import circle_points
from lessons_lib.explorers import DrawADigit
from lessons_lib.losses import ModifiedSoftmaxLoss, SoftmaxLoss
from lessons_lib.nets import EmbeddingNet

LINE = [(0.3, 0.2), (0.6, 0.25), (0.5, 0.5), (0.4, 0.8)]


@pytest.fixture
def motion():
    return "no-preference"  # each step is shown


@pytest.fixture(scope="module")
def explorer():
    """An untrained network is enough to see that everything moves."""
    torch.manual_seed(0)
    net, head = EmbeddingNet(2, width=4), ModifiedSoftmaxLoss(10, 2)
    head.weight.data = circle_points(10)
    images = (torch.rand(60, 1, 28, 28) > 0.8).float()
    net(images)  # so that the running statistics are not the ones they start with
    return DrawADigit(net, head, images, torch.arange(60) % 10)


def pad(page):
    return page.get_by_role("application")


def on_pad(page, x, y):
    box = pad(page).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page, points):
    page.mouse.move(*on_pad(page, *points[0]))
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(*on_pad(page, x, y))
    page.mouse.up()


def caption(page):
    return page.locator("figcaption")


def press(page, name):
    page.get_by_role("button", name=name).click()


def news(page):
    return page.locator(".news")


def taught(page, what="Taught as"):
    """What is said once the training has ended."""
    expect(news(page)).to_contain_text(what, timeout=60_000)
    return news(page).inner_text()


def angle(page, k):
    return float(page.get_by_role("row").nth(k).inner_text().split()[-1].removesuffix("°"))


def farthest(page):
    return max(range(10), key=lambda k: angle(page, k))


def test_the_first_frame_says_where_the_prepared_three_lands(page):
    expect(caption(page)).to_contain_text("It lands")
    expect(page.locator(".hint")).to_contain_text("close the 3 on the left")
    expect(page.locator(".near")).to_have_count(1)
    expect(page.locator(".near")).to_contain_text("nearest")
    expect(page.get_by_role("row")).to_have_count(10)


def test_the_point_moves_with_every_move_of_the_pen(page):
    expect(caption(page)).to_contain_text("It lands")
    page.mouse.move(*on_pad(page, *LINE[0]))
    page.mouse.down()
    for point in LINE[1:]:
        before = caption(page).inner_text()
        page.mouse.move(*on_pad(page, *point))
        expect(caption(page)).not_to_have_text(before)
    page.mouse.up()


def test_one_can_draw_with_the_keyboard_alone(page):
    page.keyboard.press("Tab")
    expect(pad(page)).to_be_focused()
    page.keyboard.press("Delete")
    expect(caption(page)).to_contain_text("The pad is empty")
    for key in ["ArrowLeft", "Shift+ArrowUp", "Space", *["ArrowDown"] * 8, *["ArrowRight"] * 5, "Space", "ArrowUp"]:
        page.keyboard.press(key)
    expect(caption(page)).to_contain_text("It lands")
    expect(page.locator(".hint")).to_contain_text("Space puts it down")
    page.keyboard.press("Backspace")
    expect(caption(page)).to_contain_text("The pad is empty")
    page.keyboard.press("7")
    expect(caption(page)).to_contain_text("A test digit, labelled 7")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="undo")).to_be_focused()


def test_undo_takes_back_a_stroke_and_what_was_cleared(page):
    expect(caption(page)).to_contain_text("It lands")
    first = caption(page).inner_text()
    drag(page, LINE)
    expect(caption(page)).not_to_have_text(first)
    press(page, "undo")
    expect(caption(page)).to_have_text(first)
    press(page, "clear")
    expect(caption(page)).to_contain_text("The pad is empty")
    expect(page.get_by_role("button", name="clear")).to_be_disabled()
    press(page, "undo")
    expect(caption(page)).to_have_text(first)


def test_a_test_digit_can_be_called_up_and_drawn_upon(page):
    press(page, "a test digit")
    expect(caption(page)).to_contain_text("A test digit, labelled")
    drag(page, LINE)
    expect(caption(page)).not_to_contain_text("A test digit")
    expect(caption(page)).to_contain_text("It lands")


def test_leaving_the_pad_while_drawing_does_no_harm(page):
    press(page, "clear")
    drag(page, [(0.5, 0.5), (0.7, 0.5), (1.4, 0.5), (3, 3), (0.6, 0.6), (-0.5, 0.2)])
    expect(caption(page)).to_contain_text("It lands")
    drawn = caption(page).inner_text()
    page.mouse.move(*on_pad(page, 0.2, 0.2))
    page.mouse.move(*on_pad(page, 0.4, 0.9))
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert caption(page).inner_text() == drawn


def test_haste_changes_of_size_and_clearing_while_drawing_do_no_harm(page):
    for i in range(10):
        drag(page, [(0.1 * i, 0.3), (0.5, 0.1 * i)])
        page.keyboard.press("Escape")
    page.mouse.move(*on_pad(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*on_pad(page, 0.6, 0.6))
    page.set_viewport_size({"width": 450, "height": 700})
    pad(page).press("Delete")
    page.mouse.move(*on_pad(page, 0.3, 0.7))
    expect(caption(page)).to_contain_text("The pad is empty")
    page.mouse.up()
    drag(page, LINE)
    expect(caption(page)).to_contain_text("It lands")
    assert page.evaluate("document.documentElement.scrollWidth") <= 450


def test_less_motion_where_less_is_asked_for(show, explorer):
    page = show(explorer, reduced_motion="reduce", color_scheme="dark", width=420)
    press(page, "a test digit")
    expect(caption(page)).to_contain_text("A test digit, labelled")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_a_drawn_digit_is_taught_and_forgotten(page):
    expect(news(page)).to_contain_text("Nothing is taught yet")
    press(page, "clear")
    drag(page, LINE)
    expect(caption(page)).to_contain_text("It lands")
    k, height = farthest(page), page.evaluate("document.body.scrollHeight")
    before, first = caption(page).inner_text(), page.locator(".angles").inner_text()
    was = angle(page, k)
    press(page, f"Teach it as {k}")
    said = taught(page)
    assert f"θ{'₀₁₂₃₄₅₆₇₈₉'[k]} {was}° → {angle(page, k)}°" in said
    assert "of the 60 dots" in said and "step" not in said
    assert angle(page, k) < was
    expect(page.get_by_role("button", name=f"Teach it as {k}")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.body.scrollHeight") == height
    press(page, f"Forget the {k}")
    expect(news(page)).to_contain_text("Forgotten: it is the trained network again")
    expect(caption(page)).to_have_text(before)
    assert page.locator(".angles").inner_text() == first


def test_several_digits_are_taught_and_each_can_be_forgotten(show, explorer):
    page = show(explorer, reduced_motion="reduce")
    for k in (1, 2, 3):
        press(page, "a test digit")
        expect(caption(page)).to_contain_text("A test digit")
        press(page, f"Teach it as {k}")
        taught(page, f"Taught as a {k}")
    press(page, "a test digit")
    expect(page.locator(".hint")).to_contain_text("forget one to teach another")
    expect(page.get_by_role("button", name="Teach it as 1")).to_be_disabled()
    press(page, "Forget the 2")
    assert "read rightly" in taught(page, "Trained anew from the start")
    expect(page.get_by_role("button", name="Forget the")).to_have_count(2)
    press(page, "forget all")
    expect(news(page)).to_contain_text("Forgotten")
    expect(page.get_by_role("button", name="Forget the")).to_have_count(0)


def test_one_can_teach_with_the_keyboard_alone(show, explorer):
    page = show(explorer, reduced_motion="reduce")
    page.get_by_role("button", name="a test digit").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Teach it as 0")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Teach it as 9")).to_be_focused()
    page.keyboard.press("4")
    taught(page, "Taught as a 4")
    expect(page.locator(".spoken")).to_contain_text("Taught as a 4")
    page.keyboard.press("Enter")
    taught(page, "Taught as a 9")
    expect(page.get_by_role("button", name="Forget the")).to_have_count(1)  # another label for the same digit
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Forget the 9")).to_be_focused()
    page.keyboard.press("Enter")
    expect(news(page)).to_contain_text("Forgotten")
    expect(page.get_by_role("button", name="Teach it as 9")).to_be_focused()


def test_where_no_worker_is_allowed_the_page_trains_itself(show, explorer):
    page = show(explorer, reduced_motion="reduce")
    page.evaluate("() => { window.Worker = class { constructor() { throw new Error('refused'); } }; }")
    k = farthest(page)
    was = angle(page, k)
    press(page, f"Teach it as {k}")
    taught(page)
    assert angle(page, k) < was


def test_drawing_goes_on_while_it_trains(page):
    press(page, "Teach it as 8")
    drag(page, LINE)
    taught(page)
    press(page, "Teach it as 2")
    press(page, "clear")
    expect(caption(page)).to_contain_text("The pad is empty")
    taught(page, "Taught as a 2")


def test_what_cannot_be_taught_has_no_buttons_for_it(show):
    torch.manual_seed(0)
    page = show(
        DrawADigit(EmbeddingNet(2, width=2), SoftmaxLoss(10, 2), torch.rand(20, 1, 28, 28), torch.arange(20) % 10)
    )
    expect(caption(page)).to_contain_text("It lands")
    expect(page.get_by_role("button", name="Teach it as 1")).to_have_count(0)


def test_two_views_stay_in_step_and_leave_nothing_behind(page, explorer):
    page.evaluate(
        """async ([source, state]) => {
          window.listeners = [];
          window.model = {
            get: name => state[name], save_changes() {},
            set(name, value) {
              state[name] = value;
              window.listeners.filter(([n]) => n === 'change:' + name).forEach(([, f]) => f());
            },
            on: (name, f) => window.listeners.push([name, f]),
            off: (name, f) => { window.listeners = window.listeners.filter(([n, g]) => n !== name || g !== f); },
          };
          const { default: view } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
          document.body.replaceChildren();
          window.stops = [];
          window.workers = [0, 0];
          window.Worker = class extends Worker {
            constructor(address) { super(address); window.workers[0]++; }
            terminate() { super.terminate(); window.workers[1]++; }
          };
          for (let i = 0; i < 2; i++) {
            const el = document.body.appendChild(document.createElement('div'));
            window.stops.push(await view.render({ model: window.model, el }));
          }
        }""",
        [explorer._esm, json.loads(json.dumps(explorer.state()))],
    )
    both = page.locator("figcaption")
    expect(both).to_have_count(2)
    page.get_by_role("button", name="a test digit").first.click()
    expect(both.nth(1)).to_contain_text("A test digit, labelled")
    page.evaluate("window.model.set('digit', -1); window.model.set('strokes', [[[0.5, 0.2], [0.5, 0.8]]])")
    expect(both.nth(0)).not_to_contain_text("A test digit")
    assert both.nth(0).inner_text() == both.nth(1).inner_text()
    page.evaluate("window.model.set('taught', [{ strokes: [[[0.5, 0.2], [0.5, 0.8]]], digit: -1, label: 3 }])")
    for view in (0, 1):
        expect(news(page).nth(view)).to_contain_text("Taught as a 3", timeout=60_000)
    assert news(page).nth(0).inner_text() == news(page).nth(1).inner_text()
    assert page.evaluate("window.workers") == [2, 2]
    page.get_by_role("button", name="Teach it as 3").first.click()
    expect(news(page).nth(0)).to_contain_text("Training with your 3")
    page.evaluate("window.stops.forEach(stop => stop())")
    assert page.evaluate("window.workers") == [3, 3]
    assert page.evaluate("window.listeners.length") == 0
    expect(both).to_have_count(0)
