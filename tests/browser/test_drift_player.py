import math

import numpy as np
import pytest

from lessons_lib.explorers import DriftPlayer
from tests.browser.harness import twice
from tests.browser.pictures import each_page, picture_now, stop_clock

CAPTION = "inFigures('figcaption')[0].textContent"


def film(moments=9, steps=320):
    """A made-up training in the plane: three classes walk outwards, each on its own ray."""
    chance = np.random.default_rng(0)
    labels, noise = np.arange(60) % 3, chance.normal(size=(60, 2))
    frames = []
    for share in np.linspace(0, 1, moments) ** 2:
        angle = np.array([0.3, 2.2, -2.0]) + np.array([0.9, -0.4, 0.2]) * math.sqrt(share)
        directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        embeddings = 20 * share * directions[labels] + noise
        accuracy = float(((embeddings @ directions.T).argmax(1) == labels).mean())
        metrics = {"epoch": 2 * share, "epochs": 2, "accuracy": accuracy, "theta": 1.5 - share}
        frame = {"embeddings": embeddings, "labels": labels, "directions": directions}
        frames.append((round(steps * share), metrics, frame | {"boundary": {"weight": directions, "bias": None}}))
    return frames


STEPS = [step for step, _, _ in film()]


def film_with_centers():
    """The same training with class centres half-way out to where the classes will be."""
    frames = film()
    for step, _, frame in frames:
        frame["centers"] = (0.5 + 10 * step / 320) * frame["directions"]
    return frames


@pytest.fixture
def watch(show):
    """show, with the page's clock in the test's hand: nothing moves but by `page.clock.run_for`."""

    def opened(explorer, **choices):
        return stop_clock(show(explorer, clock=True, **choices))

    return opened


@pytest.fixture(scope="module")
def player():
    return DriftPlayer.of(film())


@pytest.fixture
def page(watch, player):
    return watch(player)


def step(page):
    """The step that the sentence speaks of."""
    return int(page.evaluate(f"{CAPTION}.match(/Step (\\d+)/)[1]"))


def place(page):
    return float(page.locator(".lesson input").input_value())


def picture(page):
    return picture_now(page)[0]


def rest(page):
    """Let everything that moves come to rest."""
    page.clock.run_for(900)


def test_it_opens_on_the_trained_network_with_a_play_button(page):
    assert step(page) == STEPS[-1]
    assert page.get_by_role("button").inner_text() == "replay"
    assert page.get_by_role("img").get_attribute("aria-label").startswith("The 2-D embedding. Step 320")
    assert page.get_by_role("slider").get_attribute("aria-valuetext").startswith("step 320, ")


def test_playing_runs_through_the_whole_film_once(page):
    page.get_by_role("button").click()
    page.clock.run_for(20)
    seen, pictures = [], set()
    for _ in range(28):
        seen.append(step(page))
        pictures.add(picture(page))
        page.clock.run_for(250)
    assert seen == sorted(seen)
    assert set(seen) == set(STEPS)
    assert len(pictures) > 20
    assert page.get_by_role("button").inner_text() == "replay"
    assert place(page) == 1


def test_a_pause_comes_to_rest_on_a_recorded_frame(page):
    page.get_by_role("button").click()
    page.clock.run_for(2600)
    assert page.get_by_role("button").inner_text() == "pause"
    page.get_by_role("button").click()
    rest(page)
    assert page.get_by_role("button").inner_text() == "play"
    assert place(page) == pytest.approx(math.sqrt(step(page) / 320), abs=1e-4)
    assert 0 < step(page) < 320


def test_keys_walk_from_frame_to_frame(page):
    page.get_by_role("slider").focus()
    for key, expected in [("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1), ("PageUp", 6), ("End", 8)]:
        page.keyboard.press(key)
        rest(page)
        assert step(page) == STEPS[expected]
    page.keyboard.press("Space")
    page.clock.run_for(500)
    assert page.get_by_role("button").inner_text() == "pause"
    page.keyboard.press("Space")
    rest(page)
    assert page.get_by_role("button").inner_text() == "play"


def test_quick_keys_lose_no_step_and_only_the_last_is_spoken(page):
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    rest(page)
    assert step(page) == STEPS[5]
    assert page.locator("[aria-live]").text_content() != page.locator("figcaption").text_content()
    rest(page)
    assert page.locator("[aria-live]").text_content() == page.locator("figcaption").text_content()


def test_dragging_scrubs_and_rests_on_a_recorded_frame(page):
    box = page.get_by_role("slider").bounding_box()
    at = [box["x"] + 8 + share * (box["width"] - 16) for share in (1, 0.8, 0.4)]
    page.mouse.move(at[0], box["y"] + box["height"] - 40)
    page.mouse.down()
    for x in at[1:]:
        page.mouse.move(x, box["y"] + box["height"] - 40)
    page.clock.run_for(50)
    assert place(page) == pytest.approx(0.4, abs=0.01)
    page.mouse.up()
    rest(page)
    assert place(page) == pytest.approx(0.375, abs=1e-4)
    assert step(page) == STEPS[3]


def test_reduced_motion_jumps_and_never_starts_by_itself(watch, player):
    page = watch(player, reduced_motion="reduce")
    before = picture(page)
    page.clock.run_for(500)
    assert picture(page) == before
    page.get_by_role("button").click()
    for _ in range(8):
        page.clock.run_for(300)
        assert min(abs(place(page) - math.sqrt(recorded / 320)) for recorded in STEPS) < 1e-4
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.clock.run_for(20)
    assert place(page) == 0


def test_a_digit_on_the_rim_shows_its_class_alone(page):
    rest(page)
    plain, hint = picture(page), page.locator(".lesson p").inner_text()
    box = page.get_by_role("img").bounding_box()
    middle, seat = box["width"] / 2, box["width"] * (0.5 - 0.08) - 3
    page.mouse.move(box["x"] + middle + seat * math.cos(1.2), box["y"] + middle - seat * math.sin(1.2))
    page.clock.run_for(50)
    assert page.locator(".lesson p").inner_text().startswith("Class 0: 20 of its 20 digits on the right side")
    assert picture(page) != plain
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.clock.run_for(50)
    assert page.locator(".lesson p").inner_text() == hint
    page.get_by_role("slider").focus()
    page.keyboard.press("2")
    page.clock.run_for(50)
    assert page.locator(".lesson p").inner_text().startswith("Class 2")
    page.keyboard.press("Escape")
    page.clock.run_for(50)
    assert page.locator(".lesson p").inner_text() == hint


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_centers_are_drawn_told_and_pointed_at(watch, scheme):
    page = watch(DriftPlayer.of(film_with_centers()), color_scheme=scheme)
    rest(page)
    box, aside = page.get_by_role("img").bounding_box(), page.locator(".lesson p")
    assert page.locator("figcaption").inner_text().find("from its centre on average; the nearest two centres are") > 0
    assert aside.inner_text().startswith("◆ class centre")
    all_classes, pixel = picture(page), "(([x, y]) => [...inFigures('canvas')[0].getContext('2d')"
    pixel += ".getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data.slice(0, 3)])"
    rim = np.percentile(np.linalg.norm(film()[-1][2]["embeddings"], axis=1), 99.5)
    inside = box["width"] * (0.5 - 0.08) - 3 - 13 - 3  # the circle's radius, as plan() has it
    x, y = box["width"] / 2 + 10.5 * inside / rim * np.array([math.cos(1.2), -math.sin(1.2)])
    red, green, blue = page.evaluate(f"{pixel}([{x}, {y}])")
    assert (red, green, blue) == ((63, 144, 218) if scheme == "light" else (90, 162, 230))  # class 0's colour
    page.mouse.move(box["x"] + x, box["y"] + y + 3)
    page.clock.run_for(50)
    assert aside.inner_text().startswith("Class 0: 20 of its 20 digits")
    assert "its centre has moved 10 since then and stands" in aside.inner_text()
    alone = picture(page)
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.clock.run_for(50)
    assert picture(page) == all_classes != alone
    page.get_by_role("slider").focus()
    page.keyboard.press("0")
    page.clock.run_for(50)
    assert picture(page) == alone


def test_it_fits_every_page(show, player):
    page = show(player)
    for width in each_page(page, (420, 700, 1000, 1600)):
        circle, slider = page.get_by_role("img").bounding_box(), page.get_by_role("slider").bounding_box()
        assert circle["width"] == pytest.approx(circle["height"], abs=1)
        assert 350 < circle["width"] < 650
        assert (slider["x"] > circle["x"] + circle["width"]) == (width >= 1000)


def test_a_resize_while_it_plays_changes_nothing_but_the_size(page):
    page.get_by_role("button").click()
    page.clock.run_for(2000)
    reached = place(page)
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("() => inFigures('canvas')[0].clientWidth < 500")
    page.clock.run_for(1000)
    assert page.get_by_role("button").inner_text() == "pause"
    assert reached < place(page) < 1
    box = page.get_by_role("img").bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1)


@pytest.fixture
def two_views(watch):
    def opened(player):
        return watch(twice(player, player.state() | {"live": player.live}))

    return opened


def steps(page):
    return page.evaluate("inFigures('figcaption').map(c => Number(c.textContent.match(/Step (\\d+)/)?.[1]))")


def test_two_views_of_one_film_stay_in_step(two_views):
    page = two_views(DriftPlayer.of(film()))
    page.get_by_role("button").first.click()
    page.clock.run_for(1500)
    assert [button.inner_text() for button in page.get_by_role("button").all()] == ["pause", "pause"]
    first, second = (float(slider.input_value()) for slider in page.get_by_role("slider").all())
    assert abs(first - second) < 0.02
    page.get_by_role("button").last.click()
    rest(page)
    assert steps(page)[0] == steps(page)[1] not in (0, 320)
    page.get_by_role("slider").last.focus()
    page.keyboard.press("Home")
    rest(page)
    assert steps(page) == [0, 0]


def test_it_follows_a_training_and_is_a_film_afterwards(two_views):
    frames = film()
    live = DriftPlayer()
    live.live = True
    page = two_views(live)
    assert page.locator("figcaption").first.inner_text() == "The first frame is on its way."
    assert page.get_by_role("button").first.is_disabled()
    for count in range(1, 8):
        grown = DriftPlayer.of(frames[:count]).state() | {"live": True}
        page.evaluate("state => model.update(state)", grown)
        page.clock.run_for(900)
        assert steps(page) == [STEPS[count - 1]] * 2
    page.get_by_role("slider").first.focus()
    page.keyboard.press("Home")
    rest(page)
    assert page.get_by_role("button").first.inner_text() == "go live"
    page.get_by_role("button").first.click()
    page.evaluate("state => model.update(state)", DriftPlayer.of(frames).state())
    rest(page)
    assert steps(page)[0] == 320
    assert page.get_by_role("button").first.inner_text() == "replay"


def test_the_end_of_a_training_is_the_end_of_the_film_at_once(two_views):
    """JupyterLab then takes this view away and makes a new one, which starts where `position` says."""
    frames = film()
    live = DriftPlayer()
    live.live = True
    page = two_views(live)
    for state in (DriftPlayer.of(frames[:2]).state() | {"live": True}, DriftPlayer.of(frames).state()):
        state.pop("position")
        page.evaluate("state => model.update(state)", state)
        page.clock.run_for(40)
    assert page.evaluate("model.get('position')") == 1


def test_a_view_that_goes_leaves_nothing_behind(two_views):
    page = two_views(DriftPlayer.of(film()))
    page.get_by_role("button").first.click()
    page.clock.run_for(1000)
    page.evaluate("() => { stop.forEach(end => end()); paints = 0; }")
    page.clock.run_for(1000)
    assert page.evaluate("[model.listening(), paints, model.get('playing')]") == [0, 0, False]


@pytest.mark.parametrize("count", [0, 1])
def test_a_film_too_short_to_play_says_so(watch, count):
    page = watch(DriftPlayer.of(film()[:count]))
    assert page.get_by_role("button").is_disabled()
    assert page.get_by_role("slider").is_disabled()
    assert page.locator("figcaption").inner_text().endswith(("nothing to see yet.", "This is the only frame."))
