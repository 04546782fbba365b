import itertools
import json
import math

import numpy as np
import pytest
import torch

from lessons_lib.explorers.kit.losses import MARGINS, named_head
from lessons_lib.gradients import gradients, with_weights
from tests.explorers.arrows import FIRST, PAINTER, setting
from tests.explorers.modules import modules

LOSSES = ("softmax", *MARGINS, "adacos", "p2sgrad")
SCALES = (1.0, 16.0, 64.0)


pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: value of an expression, NaN and infinity as None."""
    with modules("gradient_arrows/view.js", setup=PAINTER.replace("LIMITS", json.dumps(FIRST["limits"]))) as value:
        yield value


def some_margins(loss):
    low, high = MARGINS.get(loss, (0.0, 0.0))
    return [low, low + 0.37 * (high - low), high] if high else [0.0]


def settings_of(loss):
    """Margins and scales over all that the sliders reach; losses that have none of them once."""
    return [(m, s) for m in some_margins(loss) for s in (SCALES if loss not in ("adacos", "p2sgrad") else [16.0])]


def some_places(classes, count, seed=0):
    """Directions, and features over points at all distances and heights, the first of them in the plane."""
    chance = np.random.default_rng(10 * classes + seed)
    return [
        (
            chance.uniform(-math.pi, math.pi, classes),
            (chance.uniform(0.05, 1.3), chance.uniform(-math.pi, math.pi)),
            0.0 if k % 3 == 0 else chance.uniform(0, 1.4),
            int(chance.integers(classes)),
        )
        for k in range(count)
    ]


def in_space(step, directions, turn, lift):
    """The browser's step on x and on every weight as vectors (3,), (C, 3)."""
    along = np.array([-math.sin(turn), math.cos(turn), 0])
    up = np.array([-math.sin(lift) * math.cos(turn), -math.sin(lift) * math.sin(turn), math.cos(lift)])
    tangents = np.stack([-np.sin(directions), np.cos(directions), 0 * directions], axis=1)
    weights = np.array(step["weights"])
    return step["x"][0] * along + step["x"][1] * up, weights[:, :1] * tangents + weights[:, 1:] * [0, 0, 1]


def by_autograd(loss, m, s, directions, feature, label):
    chance = torch.Generator().manual_seed(1)
    weight = torch.tensor(np.stack([np.cos(directions), np.sin(directions), 0 * directions], axis=1))
    weight = weight * (0.2 + 3 * torch.rand(len(directions), 1, generator=chance, dtype=torch.float64))
    head = with_weights(named_head(loss, m, s, len(directions), 3), weight)
    return gradients(head, torch.tensor(feature)[None], torch.tensor([label]))


@pytest.mark.parametrize("classes", [3, 5, 10])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_arrow_is_minus_the_gradient(v8, loss, classes):
    for k, (m, s) in enumerate(settings_of(loss)):
        for directions, (r, turn), lift, label in some_places(classes, 3, seed=k):
            point = [r * math.cos(turn), r * math.sin(turn)]
            held = json.dumps({"directions": directions.tolist(), "label": label, "scale": s, "margins": {loss: m}})
            step = v8(f"steps('{loss}', {held}, pose({point}, {lift}))")
            feature = [*point, r * math.tan(lift)]
            found = by_autograd(loss, m, s, directions, feature, label)
            on_x, on_weights = in_space(step, directions, turn, lift)
            wide = max(1.0, float(found.feature_length.max()), float(found.weight_length.max()))
            np.testing.assert_allclose(on_x, -found.on_feature[0], rtol=0, atol=1e-6 * wide)
            np.testing.assert_allclose(on_weights, -found.on_weights[0], rtol=0, atol=1e-6 * wide)


@pytest.mark.parametrize(("loss", "other"), list(itertools.combinations(LOSSES, 2)))
def test_both_arrows_on_a_weight_lie_on_one_line_and_those_on_x_need_not(v8, loss, other):
    widest = 0.0
    for directions, (_, turn), lift, label in some_places(5, 6):
        held = json.dumps({"directions": directions.tolist(), "label": label, "scale": 4, "margins": {
            "sphereface": 2, "cosface": 0.2, "arcface": 0.3}})  # fmt: skip
        at = f"{{ turn: {turn}, lift: {lift} }}"
        pair = [v8(f"steps('{name}', {held}, {at})") for name in (loss, other)]
        (x, w), (u, v) = (in_space(step, directions, turn, lift) for step in pair)
        cosines = (w * v).sum(1) / np.linalg.norm(w, axis=1) / np.linalg.norm(v, axis=1)
        np.testing.assert_allclose(np.abs(cosines), 1, atol=1e-9)
        turned = v8(f"turned({json.dumps(pair[0])}, {json.dumps(pair[1])})")
        assert turned == np.flatnonzero(cosines < 0).tolist()
        seen = math.acos(np.clip(x @ u / np.linalg.norm(x) / np.linalg.norm(u), -1, 1))
        angle = v8(f"apart({pair[0]['x']}, {pair[1]['x']})")
        assert angle == pytest.approx(seen, abs=1e-6)
        if lift == 0:
            assert min(angle, math.pi - angle) < 1e-9
        widest = max(widest, min(angle, math.pi - angle))
    if {loss, other} != {"softmax", "cosface"}:  # with one scale those two mix the classes in the same shares
        assert widest > 1e-3


def test_p2sgrad_turns_round_at_a_right_angle(v8):
    for lift in (0.0, 0.6):
        for off, sign in ((-1e-7, 1), (1e-7, -1)):  # a little nearer than 90°, a little farther
            held = {"directions": [0.0, 1.0 + math.pi / 2 + off, -2.0], "label": 0, "scale": 16, "margins": {}}
            a = v8(f"steps('p2sgrad', {json.dumps(held)}, {{ turn: 1, lift: {lift} }}).a[1]")
            assert math.copysign(1, a) == sign
            assert v8(f"steps('softmax', {json.dumps(held)}, {{ turn: 1, lift: {lift} }}).a[1]") > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_no_arrow_is_longer_than_the_longest(v8, loss):
    for lift in (0.0, 0.44, 1.4):
        held = json.dumps(setting(loss=loss, lift=lift, classes=5))
        top = v8(f"longest('{loss}', {held}, {lift})")["length"]
        turns = np.linspace(-math.pi, math.pi, 700).tolist()
        reached = v8(f"{turns}.map(turn => longestOf(steps('{loss}', {held}, {{ turn, lift: {lift} }})))")
        assert 0.97 < top / max(reached) < 1.01


def test_arrows_are_measured_as_asked(v8):
    assert v8("units('own', [20, 2], [16, 1])") == pytest.approx([1 / 20, 1 / 2])
    assert v8("units('as_is', [20, 2], [16, 1])") == pytest.approx([1 / 20, 1 / 20])
    assert v8("units('per_scale', [20, 2], [16, 1])") == pytest.approx([1 / 32, 1 / 2])
    for lengths in ("own", "as_is", "per_scale"):
        assert v8(f"units('{lengths}', [0, 0], [1, 1])") == [0, 0]


AWKWARD = [
    {"point": [0, 0]}, {"point": [0.001, 0]}, {"point": [0, 1], "lift": 0}, {"point": [0, 1.3], "lift": 1.4},
    {"point": [0, -1], "lift": 0, "classes": 3}, {"point": [0, -0.02], "lift": 0, "classes": 10},
    {"directions": [0.5, 0.5, 0.5], "point": [math.cos(0.5), math.sin(0.5)], "lift": 0},
    {"directions": [0.0, math.pi, 0.0, math.pi, 0.0], "point": [-1, 0], "lift": 0},
    {"directions": [math.pi / 2] * 10, "point": [0.3, 0.3], "label": 7}, {"other": "arcface"},
]  # fmt: skip


@pytest.mark.parametrize("changes", AWKWARD, ids=str)
def test_awkward_places_paint_numbers_only_and_say_something(v8, changes):
    """A coordinate that is no number would raise in V8; what is said holds none either."""
    for loss in LOSSES:
        each = []
        for (m, s), lengths in zip(settings_of(loss), itertools.cycle(("own", "as_is", "per_scale")), strict=False):
            margins = {loss: m} if loss in MARGINS else {}
            each.append(setting(**({"loss": loss, "scale": s, "margins": margins, "lengths": lengths} | changes)))
        for words in v8(f"{json.dumps(each)}.map(given => (painted(given, 560), said(given)))"):
            assert words["text"]
            everything = json.dumps(words, ensure_ascii=False)
            assert not [wrong for wrong in ("NaN", "Infinity", "undefined", "null") if wrong in everything]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_that_x_lies_on_or_opposite_has_no_way_to_turn(v8, loss):
    for turn, words in ((0.5, "x lies on it"), (0.5 + math.pi, "x is opposite"), (0.50001, "x lies on it")):
        place = {"point": [math.cos(turn), math.sin(turn)], "lift": 0.0}
        given = json.dumps(setting(loss=loss, directions=[0.5, 2.0, -2.0], **place))
        step = v8(f"steps('{loss}', {given}, pose({place['point']}, 0))")
        assert np.abs(step["weights"][0]).max() == 0
        assert np.isfinite(step["x"]).all()
        row = v8(f"said({given})")["rows"][0]
        assert row[2:] == ["–", "–", words]


def test_keys_turn_x_or_the_weight_that_is_held(v8):
    now = json.dumps(setting(classes=3, point=[0.5, 0.0]))

    def press(held, key, shift="false"):
        return v8(f"pressed({held}, {{ key: '{key}', shiftKey: {shift} }}, {now})")

    assert press("'x'", "ArrowUp") == {"held": "x", "set": ["point", [0.52, 0]]}
    assert press("'x'", "ArrowLeft", "true")["set"][1] == pytest.approx([0.4924, 0.0868])
    assert [press("'x'", key) for key in ("2", "Escape", "3", "Tab")] == [{"held": 2}, {"held": "x"}, None, None]
    assert [press("2", key) for key in ("ArrowUp", "ArrowDown", "Enter")] == [
        {"held": 0},
        {"held": 1},
        {"held": 2, "set": ["label", 2]},
    ]
    assert press("0", "ArrowRight")["set"][1][0] == pytest.approx(math.radians(89), abs=1e-5)
    assert press("7", "ArrowUp")["held"] == "x"  # a class that is gone
    origin = now.replace("[0.5, 0.0]", "[0, 0]")
    for key, point in (("ArrowUp", [0.02, 0]), ("ArrowLeft", [0, 0]), ("ArrowDown", [0, 0])):
        assert v8(f"pressed('x', {{ key: '{key}' }}, {origin})")["set"][1] == point


def test_nothing_is_drawn_for_an_x_that_points_nowhere(v8):
    for point in ([0, 0], [0.005, -0.005]):
        given = json.dumps(setting(point=point))
        assert v8(f"pose({point}, 0.3)") is None
        assert "x lies at the origin" in v8(f"said({given})")["text"]
        assert [words for words, _ in v8(f"painted({given}, 400).plane")] == [*"01234", "x"]


@pytest.mark.parametrize("side", [396, 560, 980])
def test_names_keep_apart_and_inside(v8, side):
    chance = np.random.default_rng(side)
    for classes in (3, 5, 10):
        sets = [None, *(chance.uniform(-3.1, s, classes).tolist() for s in (3.1, 0, -2.9)), [1.0] * classes]
        for directions in sets:
            for turn in chance.uniform(-math.pi, math.pi, 12):
                r, lift = chance.uniform(0.05, 0.9), float(chance.choice([0, 0.4, 1.2]))
                given = {"point": [r * math.cos(turn), r * math.sin(turn)], "lift": lift}
                given |= {"directions": directions} if directions else {"classes": classes}
                words = v8(f"painted({json.dumps(setting(**given))}, {side})")
                for name, width in (("plane", side), ("along", min(side, 380))):
                    boxes = [box for text, box in words[name] if name == "plane" or text != "x"]
                    for a, b in itertools.combinations(boxes, 2):
                        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1], (given, words[name])
                    assert np.min(boxes) >= 0
                    assert np.max(np.array(boxes)[:, 2]) <= width
                if words["plane"][-1][0] == "90° from x":  # nor does it lie on an arrow
                    *others, a = words["taken"]
                    assert not [b for b in others if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]]


def test_crowded_names_share_the_room(v8):
    for directions, seats in (
        ([1, 1, 3], [0.9, 1.1, 3]),
        ([0.05, -0.05, 3], [0.1, -0.1, 3]),
        ([3.1, -3.1, 0], [math.pi - 0.05, math.pi + 0.05, 0]),
        ([0, 2, 4], [0, 2, 4]),
    ):
        gap = 0.1 if 3.1 in directions else 0.2
        off = np.array(v8(f"seats({directions}, {gap})")) - seats
        np.testing.assert_allclose(np.sin(off / 2), 0, atol=1e-9)
