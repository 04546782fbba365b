import json
import math

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.explorers import BoundaryPlane
from lessons_lib.explorers.boundary_plane.explorer import _edge
from lessons_lib.explorers.kit.losses import MARGINS
from lessons_lib.losses import ArcFaceLoss, CombinedMarginLoss, CosFaceLoss, NormalizedSoftmaxLoss
from tests.explorers.modules import loose, modules
from tests.explorers.plots import PEN, reached

BETWEENS = np.radians([10, 20, 36, 60, 90, 120, 150, 179, 180])


def some(loss):
    return reached(loss)[:: max(1, len(reached(loss)) // 8)]


def head(loss, m, scale=16.0):
    made = {
        "softmax": lambda: NormalizedSoftmaxLoss(2, 2, scale=scale),
        "sphereface": lambda: CombinedMarginLoss(2, 2, m1=m, m2=0.0, m3=0.0, scale=scale),
        "cosface": lambda: CosFaceLoss(2, 2, margin=m, scale=scale),
        "arcface": lambda: ArcFaceLoss(2, 2, margin=m, scale=scale),
    }
    return made[loss]()


def target(loss, m, theta, scale=16.0):
    return head(loss, m, scale).target_logit(torch.as_tensor(theta, dtype=torch.float64)).numpy()


PAINTER = """
function paintedBoxes(width, state) {
  const { taken } = paintPlane(brush(), width, { look, hot: true, focus: true, ...state });
  paintCircle(brush(), Math.min(330, width), { look, focus: true, ...state });
  return taken;
}
"""


@pytest.fixture(scope="module")
def v8():
    """The figure's maths and painting in V8: value of an expression, NaN as None."""
    with modules("boundary_plane/view.js", setup=PEN + PAINTER) as value:
        yield value


GRID = np.linspace(0, math.pi, 73)


@pytest.mark.parametrize("scale", [1.0, 16.0, 64.0])
@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_right_enough_is_what_the_head_says(v8, loss, scale):
    points = f"{GRID.tolist()}"
    for m in reached(loss):
        said = np.array(v8(f"{points}.map(a => {points}.map(b => +rightEnough('{loss}', {m}, a, b)))"), bool)
        ahead = target(loss, m, GRID, scale)[:, None] - np.cos(GRID)
        clear = np.abs(ahead) > 1e-9
        np.testing.assert_array_equal(said[clear], (ahead > 0)[clear])


@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_the_drawn_edge_is_where_the_head_changes_its_mind(v8, loss):
    for m in reached(loss):
        edge = np.array(v8(f"bandEdge('{loss}', {m})"))
        np.testing.assert_allclose(target(loss, m, edge[:, 0]), np.cos(edge[:, 1]), atol=2e-9)
        assert (np.diff(edge, axis=0) >= -1e-9).all()
        assert edge[0, 0] == 0
        assert edge[-1, 1] == pytest.approx(math.pi)
        still = np.radians(_edge(loss, m))
        np.testing.assert_allclose(np.interp(still[:, 0], edge[:, 0], edge[:, 1]), still[:, 1], atol=0.01)


@pytest.mark.parametrize("between", BETWEENS)
@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_the_width_between_the_weights_is_that_of_all_directions_there(v8, loss, between):
    """Brute force: the last of many directions, walking from W1 towards W2, that the head finds right enough."""
    turn = np.linspace(0, between, 40_001)
    for m in some(loss):
        enough = target(loss, m, turn) > np.cos(between - turn) + 1e-12
        width = v8(f"bandWidth('{loss}', {m}, {between})")
        if not enough.any():
            assert width is None or width >= between - 2e-4
        else:
            assert (between - width) / 2 == pytest.approx(turn[enough][-1], abs=between / 20_000 + 1e-9)


@pytest.mark.parametrize("between", BETWEENS)
@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_the_sectors_of_the_circle_are_all_directions_that_are_right_enough(v8, loss, between):
    turn = np.linspace(-math.pi, math.pi, 40_001)[1:]
    own, other = np.abs(turn), np.abs(np.angle(np.exp(1j * (turn - between))))
    for m in some(loss):
        ahead = target(loss, m, own) - np.cos(other)
        arc = v8(f"clearArc('{loss}', {m}, {between})")
        inside = np.zeros(len(turn), bool) if arc is None else (turn > arc[0]) & (turn < arc[1])
        clear = np.abs(ahead) > 1e-3
        np.testing.assert_array_equal(inside[clear], (ahead > 0)[clear])


@pytest.mark.parametrize("between", BETWEENS)
@pytest.mark.parametrize("loss", ["cosface", "arcface"])
def test_at_the_ceiling_the_band_takes_the_weight_itself(v8, loss, between):
    top = v8(f"ceilingAt('{loss}', {between})")
    for m, open_ in [(0.999 * top, True), (1.001 * top, False)]:
        if m <= (2 if loss == "cosface" else math.pi):
            assert v8(f"rightEnough('{loss}', {m}, 0, {between})") == open_
            turn = np.linspace(0, between, 5001)
            assert (target(loss, m, turn) > np.cos(between - turn)).any() == open_
    assert v8(f"ceilingAt('softmax', {between})") is v8(f"ceilingAt('sphereface', {between})") is None  # never


@pytest.mark.parametrize("loss", MARGINS)
def test_a_grabbed_point_lies_on_the_edge_of_the_margin_it_gives(v8, loss):
    chance = np.random.default_rng(0)
    for m in chance.uniform(*MARGINS[loss], 60):
        edge = np.array(v8(f"bandEdge('{loss}', {m})"))
        own, other = edge[chance.integers(1, len(edge) - 1)]
        for point in ((own, other), (other, own)):
            assert v8(f"marginThrough('{loss}', {point[0]}, {point[1]})") == pytest.approx(m, abs=1e-6)
    for corner in ((0, 0), (0, math.pi), (math.pi, math.pi), (1, 1)):
        low, high = MARGINS[loss]
        m = v8(f"marginStep('{loss}', marginThrough('{loss}', {corner[0]}, {corner[1]}))")
        assert low <= m <= high
    assert v8("marginThrough('softmax', 1, 2)") is None


def exists(own, other, between, slack=2e-5):
    total = own + other
    return abs(own - other) <= between + slack and between - slack <= total <= 2 * math.pi - between + slack


@pytest.mark.parametrize("between", BETWEENS)
def test_what_can_exist_is_what_vectors_in_space_do(v8, between):
    """Random unit vectors all lie in the rectangle; those in the plane of the weights lie on its border."""
    chance = np.random.default_rng(1)
    weights = np.array([[1, 0, 0], [math.cos(between), math.sin(between), 0]])
    for flat in (False, True):
        x = chance.normal(size=(200, 3)) * [1, 1, not flat]
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        angles = np.arccos(np.clip(x @ weights.T, -1, 1))
        moved = np.array(v8(f"{angles.tolist()}.map(p => reach(p, {between}))"))
        np.testing.assert_allclose(moved, angles, atol=2e-5)
        if 1 < math.degrees(between) < 170:
            seen = v8(f"{moved.tolist()}.map(p => shadow(p, {between}))")
            np.testing.assert_allclose([s["length"] for s in seen], np.hypot(x[:, 0], x[:, 1]), atol=2e-3)
            turns = np.array([s["turn"] for s in seen]) - np.arctan2(x[:, 1], x[:, 0])
            long = np.hypot(x[:, 0], x[:, 1]) > 0.3
            np.testing.assert_allclose(np.cos(turns[long]), 1, atol=1e-3)
            if flat:
                assert all(s["inPlane"] for s in seen)


@pytest.mark.parametrize("between", BETWEENS)
def test_any_point_is_moved_to_the_nearest_that_exists(v8, between):
    chance = np.random.default_rng(2)
    grid = np.stack(np.meshgrid(*2 * [np.linspace(0, math.pi, 181)]), -1).reshape(-1, 2)
    there = grid[[exists(a, b, between, 1e-2) for a, b in grid]]
    for point in [[0, 0], [math.pi, math.pi], [0, math.pi], *chance.uniform(-1, 4, (20, 2)).tolist()]:
        moved = v8(f"reach({point}, {between})")
        assert exists(*moved, between)
        assert math.dist(point, moved) <= np.linalg.norm(there - point, axis=1).min() + 0.02
        assert v8(f"reach({moved}, {between})") == pytest.approx(moved, abs=1.1e-5)
    assert v8("reach([0.31, 0.33], Math.PI / 5, 0.02)") == pytest.approx([0.30416, 0.32416], abs=2e-5)  # pulled


def test_x_stays_in_the_plane_when_the_weights_move(v8):
    for turn in np.radians([-120, -30, 0, 12, 36, 100, 179]):
        point = v8(f"angledAt({turn}, {math.radians(36)})")
        for between in (math.radians(10), math.radians(70), math.pi):
            moved = v8(f"carried({point}, {math.radians(36)}, {between})")
            assert exists(*moved, between)
            assert v8(f"shadow({moved}, {between}).inPlane")
    assert not v8("shadow(carried([1.5, 1.6], 0.5, 0.6), 0.6).inPlane")


def test_the_point_is_read_in_the_terms_of_its_loss(v8):
    def said(loss, m, *point):
        return v8(f"pointReading('{loss}', {m}, {[math.radians(a) for a in point]}).text")

    assert said("arcface", 0.2, 12, 24) == "θ₁ + m = 12.0° + 11.5° = 23.5° < θ₂ = 24.0°: right enough"
    assert said("arcface", 0.2, 24, 14) == "θ₂ + m = 14.0° + 11.5° = 25.5° > θ₁ = 24.0°: right, but not right enough"
    cosines = "cos θ₁ − m = 0.978 − 0.100 = 0.878 < cos θ₂ = 0.914"
    assert said("cosface", 0.1, 12, 24) == f"{cosines}: right, but not right enough"
    assert said("sphereface", 4, 5, 24) == "m · θ₁ = 4.0 · 5.0° = 20.0° < θ₂ = 24.0°: right enough"
    assert said("softmax", 0, 12, 24) == "θ₁ = 12.0° < θ₂ = 24.0°: right, and that is enough"
    assert "neither class wins" in said("arcface", 0.2, 20, 20)
    assert "= 23.460° < θ₂ = 23.470°" in said("arcface", 0.2, 12.0008, 23.47)


@pytest.mark.parametrize(("loss", "m", "between", "words"), [
    ("arcface", 0.2, 36, ["36°", "up to 12.3° instead of 18°", "11.5° wide everywhere", "m reaches 0.63 rad (36.0°)"]),
    ("cosface", 0.1, 36, ["up to 8.7° instead of 18°", "18.6° wide there", "8.1° between weights 90°", "5.7° between"]),
    ("cosface", 0.1, 90, ["8.1° wide there, 5.7° between opposite ones"]),
    ("sphereface", 4, 36, ["up to 7.2° instead of 18°", "21.6° wide there", "60 % of θ₁ + θ₂"]),
    ("softmax", 0, 36, ["no margin", "nothing to drag", "up to 18°"]),
    ("arcface", 0.7, 36, ["swallowed the corner (0°, 36°)", "no direction is right enough"]),
    ("cosface", 0.25, 36, ["1 − cos 36° = 0.191", "only some beyond W₁"]),
    ("cosface", 0.35, 10, ["1 − cos 10° = 0.015", "no direction is right enough"]),
    ("arcface", 0, 36, ["no margin at all", "18°"]),
])  # fmt: skip
def test_the_sentence_holds_the_numbers(v8, loss, m, between, words):
    text = loose(v8(f"bandSentence('{loss}', {m}, {math.radians(between)})"))
    assert [part for part in words if part not in text] == []


@pytest.mark.parametrize("width", [396, 560, 590])
@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_names_above_the_plane_keep_apart_and_inside(v8, loss, width):
    margins = {"sphereface": 4.0, "cosface": 0.1, "arcface": 0.2}
    state = {"loss": loss, "between": 0.62832, "point": [0.3, 0.4]}
    each = [state | {"m": m, "margins": margins | ({} if loss == "softmax" else {loss: m})} for m in reached(loss)]
    painted = f"state => paintPlane(brush(), {width}, {{ look, ...state }}).clickable.map(n => n.box)"
    for boxes in map(np.array, v8(f"{json.dumps(each)}.map({painted})")):
        assert (boxes[1:, 0] >= boxes[:-1, 2]).all()
        assert boxes.min() >= -5
        assert boxes[:, 2].max() <= width + 5


@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_every_position_paints_numbers_only(v8, loss):
    """All margins and gaps, points at the corners and beyond: a coordinate that is no number would raise in V8."""
    margins = {"sphereface": 4.0, "cosface": 0.1, "arcface": 0.2}
    places = [(320, [0, 0]), (396, [0, 4]), (590, [4, 0]), (980, [1.5, 1.6]), (396, [4, 4])]
    painted = "([width, p, state]) => paintedBoxes(width, { ...state, point: reach(p, state.between) }).length"
    for m in some(loss):
        states = [{"loss": loss, "m": m, "margins": margins, "between": between} for between in BETWEENS]
        each = [(*place, state) for state in states for place in places]
        assert min(v8(f"{json.dumps(each)}.map({painted})")) > 10


def test_traits_are_checked():
    plane = BoundaryPlane(loss="cosface", margin=0.2, between=1.0, point=[0.4, 0.9])
    assert (plane.margin, plane.between, plane.point) == (0.2, 1.0, [0.4, 0.9])
    for between in (0.1, 3.2, math.nan, math.inf, 36):
        with pytest.raises(TraitError, match="between must be an angle"):
            plane.between = between
    with pytest.raises(TraitError, match=r"0\.628 is that many degrees"):
        plane.between = 36.0
    for point in ([math.nan, 1], [1, math.inf], [1], [1, 2, 3], ["a", 1], [-0.1, 1], [1, 4]):
        with pytest.raises(TraitError, match="point must be two angles"):
            plane.point = point
    with pytest.raises(ValueError, match="the margin of arcface must lie in"):
        BoundaryPlane(margins={"arcface": 2.0})
    assert (plane.between, plane.point) == (1.0, [0.4, 0.9])


@pytest.mark.parametrize("between", [0.17453, 0.62832, 1.5, 3.14159, math.pi])
def test_the_point_is_the_browsers(v8, between):
    plane = BoundaryPlane(between=between)
    for point in ([0, 0], [0.3, 3.0], [3.1, 3.1], [1.5, 1.6], [0, between]):
        plane.point = point
        assert plane.point == pytest.approx(v8(f"reach({point}, {between})"), abs=1.1e-5)
        assert exists(*plane.point, between)
    before = plane.point
    plane.between = 0.3
    assert plane.point == pytest.approx(v8(f"reach({before}, 0.3)"), abs=1.1e-5)


def test_settings_come_back_in_any_order():
    plane = BoundaryPlane(loss="arcface", margin=0.5, between=2.0, point=[1.2, 1.9])
    for order in (plane.settings, dict(reversed(plane.settings.items()))):
        other = BoundaryPlane()
        other.use(json.dumps(order))
        assert other.settings == plane.settings
        assert BoundaryPlane(**order).settings == plane.settings
    before = other.settings
    for wrong in ('{"between": 0.01}', '{"point": [NaN, 1]}', '{"loss": "cosface", "point": 3}', '{"angle": 1}'):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == before


@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_it_has_a_still_picture_and_a_small_page(loss):
    plane = BoundaryPlane(loss=loss)
    picture = plane.picture()
    drawn = [text.get_text() for text in picture.axes[0].texts]
    assert [name for name in ("SphereFace", "CosFace", "ArcFace", "softmax", "W₁") if name not in " ".join(drawn)] == []
    page = plane.html()
    assert len(page) < 70_000 and "data:image/png;base64,iVBORw0KGgo" in page
    assert "36° apart" in plane.alt
    assert ("no margin" in plane.alt) == (loss == "softmax")


def test_the_kernel_takes_over_what_a_view_sends():
    """Weights moved apart and the point carried along come in one message, in whatever order."""
    for names in (("between", "point"), ("point", "between")):
        plane, sent = BoundaryPlane(), {"between": 1.0, "point": [0.3, 0.7]}
        plane.set_state({name: sent[name] for name in names})
        assert (plane.between, plane.point) == (1.0, [0.3, 0.7])
