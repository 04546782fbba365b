import json
import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lessons_lib.explorers import ChargeSphere
from lessons_lib.explorers.charge_sphere.places import scattered, seen
from tests.browser.pictures import at_rest, each_page, paste, settings

TRAINED = {"λ = 0": np.array(scattered(10, 3, seed=5)) * 3, "plane": np.array(scattered(8, 2, seed=6))}


def opened(show, figure=None, **choices):
    """The figure where charges come to rest at once, unless motion is welcome."""
    return show(figure or ChargeSphere(), **choices)


@pytest.fixture
def page(show):
    return opened(show)


def field(page):
    return page.locator(".field canvas")


def caption(page):
    return page.locator("figcaption")


def place(page, right, up):
    """Where in the window the sphere has a spot, in units of its radius; the same sizes as chargeFrame."""
    field(page).scroll_into_view_if_needed()
    at_rest(page)
    many = len(settings(page)["points"])
    box = field(page).bounding_box()
    side, middle = box["width"], box["width"] / 2
    radius = middle - (12 if side < 480 else 13.5) + (1 if many > 14 else 0) - (14 if side < 480 else 18)
    return box["x"] + middle + radius * right, box["y"] + middle - radius * up


def charge(page, j):
    now = settings(page)
    return place(page, *seen(now["points"], now["turn"])[j, :2])


def front(page):
    """The charge nearest to the eye."""
    now = settings(page)
    return int(np.argmax(seen(now["points"], now["turn"])[:, 2]))


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for spot in places[1:]:
        page.mouse.move(*spot, steps=3)
    page.mouse.up()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def choose(page, name):
    page.get_by_role("radio", name=name, exact=True).check(force=True)


def test_let_go_the_charges_come_to_rest_in_the_optimum_of_each_law(page):
    expect(caption(page)).to_contain_text("Ten charges thrown at random: the nearest two, 4 and 6, stand 28.9° apart")
    before = at_rest(page)
    button(page, "let go").click()
    expect(caption(page)).to_contain_text(
        "at rest in the best arrangement known for UniformFace’s law, energy 0.415524"
    )
    expect(caption(page)).to_contain_text("smallest angle 65.2°")
    expect(page.locator(".laws")).to_contain_text("0.415524")
    after = at_rest(page)
    assert after != before
    choose(page, "Coulomb")
    expect(caption(page)).to_contain_text("for Coulomb’s law, energy 32.7169: smallest angle 65.0°")
    assert at_rest(page) != after
    choose(page, "steep")
    expect(caption(page)).to_contain_text("is possible. Even a law this steep can miss Tammes")
    button(page, "hold still").click()
    before = settings(page)["points"]
    choose(page, "UniformFace")
    expect(button(page, "let go")).to_be_visible()
    expect(caption(page)).to_contain_text("held still")
    assert settings(page)["points"] == before
    field(page).press("Space")
    expect(caption(page)).to_contain_text("energy 0.415524")
    button(page, "throw anew").click()
    expect(caption(page)).to_contain_text("energy 0.415524")
    assert settings(page)["points"] != before
    before = settings(page)["points"]
    button(page, "shake").click()
    expect(caption(page)).to_contain_text("energy 0.415524")
    assert settings(page)["points"] != before


def test_the_reader_sees_them_move_and_can_stop_them(show):
    page = opened(show, reduced_motion="no-preference")
    start = at_rest(page)
    button(page, "let go").click()
    expect(caption(page)).to_contain_text(
        re.compile(r"push one another apart under UniformFace’s law: after \d+ steps")
    )
    field(page).press("Space")
    expect(caption(page)).to_contain_text("held still")
    middle = at_rest(page)
    assert middle != start
    field(page).press("Space")
    expect(caption(page)).to_contain_text("at rest in the best arrangement", timeout=20_000)
    assert at_rest(page) not in (start, middle)


def test_a_charge_is_dragged_past_the_edges_and_the_others_give_way(page):
    j = front(page)
    before, home = settings(page)["points"], charge(page, j)
    drag(page, home, place(page, 0.3, -0.4))
    now = settings(page)
    np.testing.assert_allclose(seen(now["points"], now["turn"])[j, :2], [0.3, -0.4], atol=0.02)
    assert [p for k, p in enumerate(now["points"]) if k != j] == [p for k, p in enumerate(before) if k != j]
    page.mouse.move(*charge(page, j))
    page.mouse.down()
    for where in [(-60, -60), (3000, 2000), place(page, 0, 1.3)]:
        page.mouse.move(*where, steps=3)
        now = settings(page)
        assert math.dist(now["points"][j], [0, 0, 0]) == pytest.approx(1, abs=1e-5)
        assert np.hypot(*seen(now["points"], now["turn"])[j, :2]) == pytest.approx(1, abs=1e-4)  # on the rim
    expect(caption(page)).to_contain_text(f"You hold {j}. Its nearest neighbour")
    page.mouse.up()
    expect(caption(page)).not_to_contain_text("You hold")
    rest = at_rest(page)
    page.mouse.move(*place(page, -0.5, 0.5))  # nothing is held any more
    assert at_rest(page) == rest
    button(page, "let go").click()
    expect(caption(page)).to_contain_text("energy 0.415524")
    home, others = charge(page, j := front(page)), settings(page)["points"]
    page.mouse.move(*home)
    page.mouse.down()
    page.mouse.move(home[0] + 60, home[1] + 40, steps=3)
    now = settings(page)["points"]
    assert max(math.dist(p, q) for k, (p, q) in enumerate(zip(now, others, strict=True)) if k != j) > 0.02
    page.mouse.up()
    expect(caption(page)).to_contain_text("energy 0.415524")


def test_the_sphere_turns_by_mouse_and_by_key_and_no_charge_moves(page):
    before = settings(page)
    drag(page, place(page, 0.05, 0.05), place(page, 0.5, 0.4), (-40, 3000))
    after = settings(page)
    assert (after["turn"] != before["turn"], after["points"]) == (True, before["points"])
    assert after["turn"][1] == pytest.approx(math.pi / 2, abs=1e-3)
    shown = at_rest(page)
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        field(page).press(key)
        assert at_rest(page) != shown
        shown = at_rest(page)
    assert settings(page)["points"] == before["points"]


def test_keys_take_hold_of_a_charge_and_move_it(page):
    before = settings(page)["points"]
    field(page).press("3")
    expect(caption(page)).to_contain_text("You hold 3.")
    shown = at_rest(page)
    for key in ("ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
        assert at_rest(page) != shown
        shown = at_rest(page)
    after = settings(page)["points"]
    assert 5 < math.degrees(math.dist(before[3], after[3])) < 13
    for key, j in [("]", 4), ("PageUp", 3), ("0", 0), ("[", 9), ("PageDown", 0)]:
        page.keyboard.press(key)
        expect(caption(page)).to_contain_text(f"You hold {j}.")
    page.keyboard.press("Escape")
    expect(caption(page)).not_to_contain_text("You hold")
    page.mouse.click(*charge(page, front(page)))  # a click holds, another lets go
    expect(caption(page)).to_contain_text("You hold")
    page.mouse.click(*charge(page, front(page)))
    expect(caption(page)).not_to_contain_text("You hold")
    assert settings(page)["points"] == after


def test_number_and_surface(page):
    slider = page.get_by_role("slider", name="charges")
    before = at_rest(page)
    slider.press("ArrowRight")
    expect(caption(page)).to_contain_text(
        "With eleven instead of ten the widest smallest angle falls from 66.1° to 63.4°."
    )
    assert at_rest(page) != before
    assert len(settings(page)["points"]) == 11
    button(page, "let go").click()
    expect(caption(page)).to_contain_text("Eleven charges at rest")
    slider.press("End")
    expect(caption(page)).to_contain_text("24")
    assert len(settings(page)["points"]) == 24
    choose(page, "circle")
    expect(caption(page)).to_contain_text("evenly spaced is best, 15.0° apart; on the sphere there is room for 43.7°")
    expect(caption(page)).to_contain_text("24 charges at rest in the best arrangement for UniformFace’s law")
    slider.press("Home")
    expect(caption(page)).to_contain_text("smallest angle 180.0°, between one pair")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    assert 10 < len(settings(page)["points"]) < 16
    before = settings(page)["points"]
    drag(page, charge(page, 2), place(page, 0, 0), place(page, 0.1, -1.2))  # across the middle, where there is no place
    assert settings(page)["points"] != before
    field(page).press("1")
    shown = at_rest(page)
    page.keyboard.press("ArrowLeft")
    assert at_rest(page) != shown
    choose(page, "sphere")
    expect(caption(page)).to_contain_text("A third dimension gives room")
    expect(caption(page)).to_contain_text("at rest in the best arrangement known")


def test_it_starts_from_trained_centres_and_leads_back(show):
    page = opened(show, ChargeSphere(TRAINED))
    expect(caption(page)).to_contain_text("Ten class centres as trained with “λ = 0”: the nearest two")
    first, start = at_rest(page), settings(page)
    button(page, "let go").click()
    expect(caption(page)).to_contain_text("Ten class centres at rest in the best arrangement known")
    expect(page.locator(".aside")).to_contain_text(
        re.compile(r"they have turned by \d+\.\d° on average, \d the farthest")
    )
    assert at_rest(page) != first
    button(page, "back to trained").click()
    expect(caption(page)).to_contain_text("as trained with")
    assert settings(page) == start
    choose(page, "plane")
    expect(caption(page)).to_contain_text("Eight class centres as trained with “plane”")
    button(page, "let go").click()
    expect(caption(page)).to_contain_text("smallest angle 45.0°, between 8 pairs")
    choose(page, "random")
    expect(button(page, "throw anew")).to_be_visible()
    expect(caption(page)).to_contain_text("Eight charges at rest")


def test_a_local_optimum_is_told_and_left(page):
    ring = [[math.cos(0.2 * math.pi * k), math.sin(0.2 * math.pi * k), 0] for k in range(10)]
    paste(page, json.dumps({"points": ring}))
    expect(caption(page)).to_contain_text("local optimum: energy 0.43798, where 0.41552 is possible")
    button(page, "let go").click()
    expect(caption(page)).to_contain_text("energy 0.415524")


def test_settings_go_out_and_come_back_and_wrong_ones_get_a_sentence(show):
    page = opened(show, ChargeSphere(TRAINED))
    before = at_rest(page)
    for text in [
        "nonsense", '{"points": [[0]]}', '{"points": [[0, 0], [1, 0]]}', '{"points": [[1, 0], [1, 0, 0]]}',
        '{"points": 3}', '{"law": "toString"}', '{"start": "nowhere"}', '{"turn": [1]}', '{"turn": [1e999, 0]}',
        '{"steps": 3}',
    ]:  # fmt: skip
        paste(page, text)
        expect(page.get_by_role("status")).to_have_text(
            re.compile("These are no settings|This figure has no|cannot be")
        )
    assert at_rest(page) == before
    sent = ChargeSphere(surface="circle", charges=7, law="steep", turn=[0.1, 0.2])
    paste(page, json.dumps(sent.settings))
    expect(page.get_by_role("status")).to_have_text("Set.")
    page.evaluate("document.activeElement.blur()")
    assert settings(page) == sent.settings
    paste(page, '{"start": "λ = 0"}')
    page.evaluate("document.activeElement.blur()")
    assert settings(page)["points"] == ChargeSphere(TRAINED).points


def test_a_resize_in_the_middle_of_a_drag(page):
    j = front(page)
    page.mouse.move(*charge(page, j))
    page.mouse.down()
    page.mouse.move(*place(page, 0.2, 0.2))
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("() => inFigures('.field canvas')[0].clientWidth < 500")
    page.mouse.move(*place(page, -0.3, 0.5), steps=2)
    page.mouse.up()
    now = settings(page)
    np.testing.assert_allclose(seen(now["points"], now["turn"])[j, :2], [-0.3, 0.5], atol=0.06)


def test_it_fits_every_page(show):
    page = opened(show, ChargeSphere(TRAINED))
    for width in each_page(page, (420, 760, 845, 1000, 1600)):  # JupyterLab makes it 830 wide
        stage, gauge = (page.locator(f"{name} canvas").bounding_box() for name in (".field", ".gauge"))
        assert stage["height"] == pytest.approx(stage["width"], abs=1)
        assert (gauge["x"] > stage["x"] + stage["width"]) == (width > 700)
        cut = "parts => parts.filter(part => part.scrollWidth > part.clientWidth + 1).length"
        assert page.locator(".laws .row > *").evaluate_all(cut) == 0
