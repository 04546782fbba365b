import json
import math

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.explorers import CurveFamily
from tests.explorers.families import LOSSES, PAINTER, params
from tests.explorers.modules import modules


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("curve_family/view.js", setup=PAINTER) as value:
        yield value


def test_traits_are_checked():
    figure = CurveFamily(loss="magface", length=60, magface_margins=[0.45, 0.7], magface_lengths=[20, 80])
    assert (figure.loss, figure.margin) == ("magface", pytest.approx(0.45 + 0.25 * 40 / 60))
    assert CurveFamily(margins={"adaface": 0.2}).margins == {"adaface": 0.2, "curricularface": 0.5}
    for name, wrong, words in [
        ("length", -1.0, "length must lie in 0..1000, got -1"), ("length", math.nan, "length must lie"),
        ("age", 1.5, "age must lie in 0..1"), ("mean", 0.0, "mean must lie in 1..100"), ("spread", 0.0, "spread must"),
        ("h", 0.0, "h must lie in 0.05..1"), ("scale", 65.0, "scale must lie in 1..64"),
        ("classes", 2, "classes must lie in 3..100000"), ("own", 50.0, "0.873 is that many degrees"),
        ("angle", 50.0, "0.873 is that"), ("net", 1, "net counts the trained"), ("loss", "arcface", "loss must be one"),
        ("margins", {"arcface": 0.2}, "margins are those of"),
        ("margins", {"adaface": 23.0}, "0.0..0.5, got 23.0; 0.401 is that many degrees"),
        ("margins", {"adaface": math.nan}, "margin of adaface"),
        ("magface_margins", [0.75, 0.7], "magface_margins must be two numbers in 0..0.8, the first not above"),
        ("magface_margins", [0.1, 0.9], "magface_margins must be"), ("magface_lengths", [80, 20], "magface_lengths"),
        ("magface_lengths", [1.0], "two numbers"), ("magface_lengths", [0.0, 5.0], "0.1..1000"),
        ("magface_lengths", "ab", "two numbers"), ("magface_lengths", [math.nan, 5.0], "two numbers"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)


def test_the_margin_is_that_of_the_loss():
    for loss in ("adaface", "curricularface"):
        figure = CurveFamily({}, loss=loss, margin=0.3)
        assert figure.margin == figure.margins[loss] == 0.3
        figure.margin = torch.tensor(0.25)
        assert figure.margin == figure.margins[loss] == 0.25
        with pytest.raises(TraitError, match=f"the margin of {loss} must lie in"):
            figure.margin = 28.6
    with pytest.raises(ValueError, match="the margin of adaface must lie in"):
        CurveFamily({}, margin=0.6)
    figure = CurveFamily(loss="magface")
    with pytest.raises(ValueError, match="MagFace has no single margin: set `magface_margins`"):
        figure.margin = 0.3
    with pytest.raises(ValueError, match="MagFace has no single margin: set `magface_margins`"):
        CurveFamily({}, loss="magface", margin=0.3)
    assert figure.margins == CurveFamily().margins


@pytest.mark.parametrize(("lengths", "words"), [
    ([3.0], r"N of at least 2, got shape \(1,\)"), ([[1.0, 2.0]], r"got shape \(1, 2\)"),
    (["x", "y"], "must be numbers"),
    ([1.0, math.nan], "finite"), ([1.0, -2.0], "not negative"), ([0.0, 0.0], "not negative"),
])  # fmt: skip
def test_lengths_that_are_none_are_refused_in_a_sentence(lengths, words):
    with pytest.raises(ValueError, match=words):
        CurveFamily(lengths=lengths)


def test_angles_that_are_none_are_refused_in_a_sentence():
    for theta, words in [([0.5, 1.0], "a mapping of a name to angles"), ({"a": [20.0, 50.0]}, "np.radians")]:
        with pytest.raises(ValueError, match=words):
            CurveFamily(theta)


def test_a_batch_brings_its_mean_and_spread():
    lengths = torch.tensor([10.0, 14.0, 18.0, 22.0])
    figure = CurveFamily(lengths=lengths)
    assert (figure.mean, figure.spread) == (16, pytest.approx(float(lengths.std()), rel=1e-4))
    assert (sum(figure.crowd["counts"]), figure.crowd["end"]) == (4, 22)
    assert figure.length == pytest.approx(16 - float(lengths.std()), rel=1e-4)
    given = CurveFamily(lengths=lengths, mean=30.0, length=12.0)
    assert (given.mean, given.length) == (30, 12)


def test_the_hand_stays_on_its_track_however_long_the_feature(v8):
    """The ring of a feature longer than the track reaches is seen whole, at its end."""
    frame = f"familyFrame(700, 0, {{ ...({json.dumps(params())}), length: %s }})"
    at, end = (v8(f"{frame % length}.T({length})") for length in (1e3, v8(f"{frame % 20}.end")))
    assert at == end == v8(f"{frame % 20}.ends[1]")


def test_settings_go_out_and_come_back():
    sent = CurveFamily({"a": [1.0], "b": torch.tensor([0.5])}, loss="curricularface", age=0.7, own=math.pi / 2, net=1)
    other = CurveFamily({"a": [1.0], "b": [0.5]})
    other.use(json.dumps(sent.settings))
    assert other.settings == sent.settings
    for wrong in (
        '{"age": "old"}',
        '{"angle": NaN}',
        '{"magface_lengths": [3]}',
        '{"loss": "magface", "net": 9}',
        "[1]",
    ):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == sent.settings


def test_the_browser_refuses_what_python_refuses(v8):
    figure = CurveFamily({"a": [1.0], "b": [0.5]})
    state = json.dumps(figure.state())
    fits = lambda name, value: v8(f"fitsIn({{ get: n => ({state})[n] }})('{name}', {json.dumps(value)})")  # noqa: E731
    for name, value in figure.settings.items():
        assert fits(name, value)
    for name, wrong in [
        ("length", -1), ("length", "long"), ("length", None), ("age", 1.2), ("mean", 0), ("spread", 0), ("h", 2),
        ("scale", 65), ("classes", 2), ("classes", 10.5), ("own", 50), ("angle", 50), ("net", 2), ("loss", "arcface"),
        ("loss", "toString"), ("loss", ["adaface"]), ("margins", {"arcface": 0.2}), ("margins", {"adaface": 23}),
        ("margins", None), ("margins", [0.4]), ("magface_margins", [0.5, 0.81]), ("magface_margins", [0.5, 0.2]),
        ("magface_lengths", [80, 20]), ("magface_lengths", [1]), ("magface_lengths", 5), ("magface_lengths", [0, 5]),
        ("magface_lengths", None),
    ]:  # fmt: skip
        assert not fits(name, wrong), (name, wrong)
        with pytest.raises((TraitError, ValueError, TypeError)):
            figure.use({name: wrong})


def test_margins_of_magface_stay_in_order(v8):
    assert v8("[inOrder([0.3, 0.5], 0, 0.9), inOrder([0.3, 0.5], 0, 0.1)]") == [[0.9, 0.9], [0.1, 0.5]]
    assert v8("[inOrder([0.3, 0.5], 1, 0.2), inOrder([0.3, 0.5], 1, 0.7)]") == [[0.2, 0.2], [0.3, 0.7]]


def test_it_has_a_still_picture_and_a_small_page():
    chance = np.random.default_rng(0)
    theta = {name: np.abs(chance.normal(0, width, 10_000)) for name, width in [("a", 0.3), ("b", 0.1)]}
    figure = CurveFamily(theta, lengths=chance.gamma(16, 1.3, 5_000))
    assert len(figure.html().encode()) < 120_000
    figure = CurveFamily(length=2)
    assert "z = -1.00, which is ArcFace" in figure.alt and "At 60.0° it is 0.123" in figure.alt
    lines = {line.get_label(): line.get_ydata() for line in figure.picture().axes[0].get_lines()}
    np.testing.assert_allclose(lines["AdaFace"], lines["ArcFace"], atol=1e-12)
    np.testing.assert_allclose(lines["CosFace"], np.cos(np.linspace(0, math.pi, 721)) - 0.4, atol=1e-12)
    for loss in LOSSES:
        assert CurveFamily(loss=loss).picture().png(dpi=40).startswith(b"\x89PNG")
    assert "ArcFace with a margin of 0.625" in CurveFamily(loss="magface", length=60).alt
    assert "at age t = 0.30" in CurveFamily(loss="curricularface").alt
