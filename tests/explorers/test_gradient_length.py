import json
import math

import numpy as np
import pytest
import torch

from lessons_lib.explorers import GradientLength
from lessons_lib.explorers.gradient_length.explorer import at_cosines
from lessons_lib.explorers.kit.losses import MARGINS, named_head
from lessons_lib.gradients import at_angles
from tests.explorers.lengths import ANGLES, LOSSES, PAINTER, PLACES, USUAL, params
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, reached

SCALES = (1.0, 23.0, 64.0)


pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("gradient_length/view.js", setup=PEN + PAINTER) as value:
        yield value


def curve(v8, loss, p, quantity, theta):
    call = f"{theta.tolist()}.map(t => factorsAt('{loss}', t, {json.dumps(p)}).{quantity})"
    return torch.tensor(v8(call), dtype=torch.float64)


def assert_drawn_as_measured(v8, loss, p, found, theta, close=1e-6):
    for quantity, measured in [("length", found.weight_length), ("coefficient", found.coefficient.abs())]:
        drawn = curve(v8, loss, p, quantity, theta)
        torch.testing.assert_close(drawn, measured[:, 0], rtol=close, atol=close)


@pytest.mark.parametrize("others", PLACES)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_curves_are_what_autograd_measures(v8, loss, others):
    for margin in reached(loss, 5):
        for scale in SCALES if loss not in ("adacos", "p2sgrad") else (16.0,):
            for classes in (3, 10):
                p = params(scale, classes, others, **{loss: margin})
                if others == "circle":  # whose weights `place` keeps in float32
                    found = at_cosines(loss, margin, scale, classes, others, ANGLES)
                else:
                    found = at_angles(named_head(loss, margin, scale, classes, 2), ANGLES, others)
                assert_drawn_as_measured(v8, loss, p, found, ANGLES)


@pytest.mark.parametrize("others", PLACES)
@pytest.mark.parametrize("loss", LOSSES)
def test_many_classes_in_their_own_dimensions(v8, loss, others):
    some = ANGLES[[1, 3, 5]]
    for classes, scale in [(100, 64.0), (1000, 8.0)]:
        margin = reached(loss, 5)[-2:][0]
        found = at_angles(named_head(loss, margin, scale, classes, 2), some[: 1000 // classes], others)
        p = params(scale, classes, others, **{loss: margin})
        close = 1e-5 if others == "circle" else 1e-6
        assert_drawn_as_measured(v8, loss, p, found, some[: 1000 // classes], close)


@pytest.mark.parametrize("others", PLACES)
@pytest.mark.parametrize("loss", LOSSES)
def test_as_many_classes_as_the_slider_reaches(v8, loss, others):
    for classes in (64, 65, 2_000, 100_000):
        for scale in (1.0, 64.0) if classes < 100_000 else (16.0,):
            margin, some = (
                reached(loss, 5)[2 % len(reached(loss, 5))],
                ANGLES[[0, 3, 6]] if classes < 2_000 else ANGLES[3:4],
            )
            found = at_cosines(loss, margin, scale, classes, others, some)
            assert_drawn_as_measured(v8, loss, params(scale, classes, others, **{loss: margin}), found, some)


@pytest.mark.parametrize("others", PLACES)
def test_the_compact_weights_have_the_same_gradient(others):
    for loss in LOSSES:
        margin = USUAL.get(loss, 0.0)
        full = at_angles(named_head(loss, margin, 16.0, 7, 2), ANGLES, others)
        small = at_cosines(loss, margin, 16.0, 7, others, ANGLES)
        close = {"rtol": 1e-5 if others == "circle" else 1e-9, "atol": 1e-9}
        torch.testing.assert_close(small.weight_length[:, 0], full.weight_length[:, 0], **close)


def test_a_full_circle_is_summed_to_nine_digits(v8):
    turn = np.arange(1, 100_000)
    for classes in (3, 64, 65, 80, 1_000, 100_000):
        for scale in (1.0, 16.0, 64.0):
            for theta in (0.0, 0.01, 1.0, math.pi):
                whole = np.exp(scale * (np.cos(theta - math.tau * turn[: classes - 1] / classes) - 1)).sum()
                drawn = v8(f"circleLog({theta}, {classes}, {scale})")
                assert drawn == pytest.approx(scale + math.log(whole), rel=1e-9)


def test_known_values(v8):
    at = lambda p, degrees: v8(f"factorsAt('arcface', {math.radians(degrees)}, {json.dumps(p)}).length")  # noqa: E731
    large, small = params(64.0), params(8.0, arcface=0.3)
    assert at(large, 60) == pytest.approx(42.568, abs=5e-4)
    assert at(large, 50) == pytest.approx(1.909e-3, rel=5e-4)
    assert at(large, 40) == pytest.approx(4.07e-8, rel=2e-3)
    assert at(small, 0) == pytest.approx(0.01016, abs=5e-6)
    for loss, p, length, degrees in [
        ("arcface", large, 63.763, 65.465),
        ("arcface", small, 7.668, 83.60),
        ("p2sgrad", large, 1.29904, 120),
    ]:
        peak = v8(f"study('{loss}', {json.dumps(p)}).peak")
        assert peak["length"] == pytest.approx(length, abs=5e-4)
        assert math.degrees(peak["theta"]) == pytest.approx(degrees, abs=5e-3)


def test_at_the_ends_stands_what_the_curve_tends_to(v8):
    for loss, p, start, end in [
        ("softmax", params(1.0), 1, 1),
        ("sphereface", params(sphereface=3.0), 9, 9),
        ("arcface", params(), None, None),
        ("arcface", params(arcface=0.0), 1, 1),
    ]:
        for theta, slope in ((0, start), (math.pi, end)):
            found = v8(f"factorsAt('{loss}', {theta}, {json.dumps(p)})")
            assert found["slope"] == (None if slope is None else pytest.approx(slope, abs=1e-6))
            assert found["length"] is not None
    assert v8(f"factorsAt('p2sgrad', Math.PI, {json.dumps(params())})")["length"] == 0


DENSE = np.linspace(0, math.pi, 20_001)[1:-1]


@pytest.mark.parametrize("others", PLACES)
@pytest.mark.parametrize("loss", LOSSES)
def test_peak_and_ranges_are_those_of_brute_force(v8, loss, others):
    for scale, classes, margin in zip((1.0, 8.0, 64.0), (10, 10_000, 3), reached(loss, 3) * 3, strict=False):
        p = json.dumps(params(scale, classes, others, **{loss: margin}))
        found = v8(f"(({{ peak, ranges }}) => ({{ peak, ranges }}))(study('{loss}', {p}))")
        length = np.array(
            v8(f"{DENSE.tolist()}.map((about => t => pull('{loss}', t, about(t)).length)(given('{loss}', {p})))")
        )
        assert found["peak"]["length"] >= length.max() * (1 - 1e-9)
        assert found["peak"]["length"] <= length.max() * (1 + 1e-3)
        inside = np.zeros(len(DENSE), bool)
        for start, end in found["ranges"]:
            assert start <= end
            inside |= (start <= DENSE) & (end >= DENSE)
        part = length / found["peak"]["length"]
        clear = np.abs(part - 0.01) > 1e-5
        np.testing.assert_array_equal(inside[clear], (part >= 0.01)[clear])


def test_trained_angles_are_counted_inside_the_ranges(v8):
    chance = np.random.default_rng(0)
    theta = np.clip(chance.normal(0.8, 0.25, 10_000), 0, math.pi)
    net = GradientLength({"made up": theta}).nets[0]
    assert sum(net["counts"]) == v8(f"sizeOf({json.dumps(net)})") == 10_000
    for loss, p in [("arcface", params()), ("arcface", params(8.0, arcface=0.3)), ("p2sgrad", params())]:
        ranges = v8(f"study('{loss}', {json.dumps(p)}).ranges")
        pushed = v8(f"countIn({json.dumps(net)}, {ranges})")
        really = sum(((start <= theta) & (theta <= end)).sum() for start, end in ranges)
        assert pushed == pytest.approx(really, abs=40)  # bins of a tenth of a degree: those at an edge
    ends = GradientLength({"ends": [0.0, math.pi, math.nan, math.inf]}).nets[0]
    assert (v8(f"countIn({json.dumps(ends)}, [[0, Math.PI]])"), ends["left_out"]) == (2, 2)


def test_the_slider_of_classes_has_both_ends_and_the_powers_of_ten(v8):
    steps = v8("CLASSES")
    assert (steps[0], steps[-1]) == (3, 100_000)
    assert steps == sorted(set(steps))
    assert {10, 100, 1_000, 10_000} < set(steps)
    assert v8("CLASSES.map(C => nearestIn(CLASSES, C))") == list(range(len(steps)))
    assert v8("CLASSES[nearestIn(CLASSES, 85742)]") == 89_000


def test_axes_are_smooth_and_reach_what_can_stand_on_them(v8):
    for divided in ("true", "false"):
        for quantity in ("length", "coefficient"):
            axis = f"AXES.{divided}.{quantity}"
            ticks, heights = v8(f"[{axis}.ticks, {axis}.ticks.map({axis}.height)]")
            assert heights[0] == 0
            assert heights[-1] == pytest.approx(1)
            assert np.all(np.diff(heights) > 0)
            low, knee, high = v8(f"[-1e-6, 0, 1e-6].map(d => {axis}.height({axis}.knee * (1 + d)))")
            assert (high - knee) / (knee - low) == pytest.approx(1, abs=1e-3)
            assert v8(f"{axis}.height(Infinity)") == v8("OVER") > 1
            assert len(ticks) >= 5
    assert v8("AXES.true.length.top") >= MARGINS["sphereface"][1]
    assert v8("AXES.false.coefficient.top") >= 64 * MARGINS["sphereface"][1] ** 2
