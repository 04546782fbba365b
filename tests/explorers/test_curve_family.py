import json
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from traitlets import TraitError

from lessons_lib.explorers import CurveFamily
from lessons_lib.losses import AdaFaceLoss, ArcFaceLoss, CosFaceLoss, CurricularFaceLoss, MagFaceLoss
from tests.explorers.modules import modules

LOSSES = ("adaface", "magface", "curricularface")
MARGINS = {"adaface": 0.4, "curricularface": 0.5}
STANDINGS = (-1.0, -0.35, 0.0, 0.2, 1.0)
AGES = (0.0, 0.3, 0.7, 1.0)
DEGREES = np.array([0.4, 11.0, 23.5, 47.0, 60.0, 77.7, 91.0, 120.0, 155.5, 170.0, 179.6])
THETA = torch.tensor(np.radians(DEGREES))

PAINTER = """
const classes = ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'];
const look = { ink: 'rgb(27,31,36)', paper: 'rgb(255,255,255)', accent: '#c2187f', classes, dark: false };
const written = [], size = font => Number(/([\\d.]+)px/.exec(font)[1]);
const brush = () => new Proxy({ font: '12px' }, {
  get: (own, name) => name === 'measureText' ? words => ({ width: 0.56 * size(own.font) * words.length })
    : name in own ? own[name] : (...given) => {
      if (given.some(v => typeof v === 'number' && !Number.isFinite(v))) throw new Error(`${name}(${given})`);
      if (name === 'fillText') {
        const wide = 0.56 * size(own.font) * given[0].length, left = given[1] - wide * { left: 0, center: 0.5, right: 1 }[own.textAlign];
        written.push([given[0], left, given[2] - 0.4 * size(own.font), left + wide, given[2] + 0.4 * size(own.font)]);
      }
    },
  set: (own, name, value) => { own[name] = value; return true; },
});
function painted(width, p, more = {}) {
  written.length = 0;
  const { frame } = paintFamily(brush(), width, { p, look, crowd: {}, angle: 1, pulse: 0.3, focus: true, ...more });
  return { written: [...written], frame };
}
"""  # noqa: E501


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("curve_family/view.js", setup=PAINTER) as value:
        yield value


def params(loss="adaface", **given):
    usual = {
        "loss": loss, "length": 20.0, "age": 0.3, "magface_margins": [0.45, 0.8], "magface_lengths": [10.0, 110.0],
        "mean": 20.0, "spread": 5.0, "h": 0.333, "own": math.radians(50), "scale": 16.0, "classes": 10,
    }  # fmt: skip
    margins = MARGINS | given.pop("margins", {})
    return usual | given | {"margins": margins}


def at_places(v8, what, p, places, theta=THETA):
    """A member's `value` or `push` at angles (N,), for each place of the family."""
    expression = f"{json.dumps(places)}.map(u => {json.dumps(theta.tolist())}.map(member(u, {json.dumps(p)}).{what}))"
    return torch.tensor(v8(expression), dtype=torch.float64)


@pytest.mark.parametrize("m", [0.0, 0.1, 0.4, 0.5])
def test_adafaces_curve_is_the_target_logit_of_its_head(v8, m):
    head, theta = AdaFaceLoss(3, 2, margin=m), torch.linspace(0, math.pi, 181, dtype=torch.float64)
    found = at_places(v8, "value", params(margins={"adaface": m}), STANDINGS, theta)
    for z, curve in zip(STANDINGS, found, strict=True):
        torch.testing.assert_close(curve, head.target_logit(theta, z), rtol=0, atol=1e-12)


def test_adaface_is_exactly_arcface_at_one_end_and_exactly_cosface_in_the_middle(v8):
    theta = torch.linspace(0, math.pi, 181, dtype=torch.float64)
    for m in (0.0, 0.2, 0.4, 0.5):
        arc, cos = at_places(v8, "value", params(margins={"adaface": m}), [-1, 0], theta)
        torch.testing.assert_close(arc, ArcFaceLoss(3, 2, margin=m).target_logit(theta), rtol=0, atol=1e-12)
        torch.testing.assert_close(cos, CosFaceLoss(3, 2, margin=m).target_logit(theta), rtol=0, atol=0)


def test_outside_its_half_turn_adaface_goes_on_falling(v8):
    theta = torch.linspace(0, math.pi, 721, dtype=torch.float64)
    for curve in at_places(v8, "value", params(margins={"adaface": 0.5}), STANDINGS, theta):
        assert torch.all(curve.diff() < 1e-12) and float(curve.diff().abs().max()) < 1.1 * math.pi / 720


@pytest.mark.parametrize("length", [5.0, 10.0, 60.0, 85.0, 110.0, 500.0])
def test_magfaces_curve_is_the_target_logit_of_its_head(v8, length):
    head, p = (
        MagFaceLoss(3, 2, 0.4, 0.75, 12.0, 90.0),
        params("magface", length=length, magface_margins=[0.4, 0.75], magface_lengths=[12.0, 90.0]),
    )
    place = v8(f"placeOf({json.dumps(p)})")
    assert place == pytest.approx(float(head.margin_at(length)), abs=1e-12)
    found = at_places(v8, "value", p, [place])[0]
    torch.testing.assert_close(found, head.target_logit(THETA, length), rtol=0, atol=1e-12)


@pytest.mark.parametrize("own", [5, 50, 90])
def test_curricularfaces_other_classes_are_those_of_its_head(v8, own):
    head, p = CurricularFaceLoss(3, 2, margin=0.5), params("curricularface", own=math.radians(own))
    target = head.target_logit(torch.tensor(p["own"], dtype=torch.float64))
    found = at_places(v8, "value", p, AGES)
    for t, curve in zip(AGES, found, strict=True):
        torch.testing.assert_close(curve, head.other_logit(THETA.cos(), target, t), rtol=0, atol=1e-12)
    hardness = v8(f"hardness({json.dumps(p)})")
    assert hardness["target"] == pytest.approx(float(target), abs=1e-12)
    assert math.degrees(hardness["edge"]) == pytest.approx(own + math.degrees(0.5), abs=1e-6)
    plain = at_places(v8, "value", p, [None])[0]
    torch.testing.assert_close(plain, THETA.cos(), rtol=0, atol=1e-12)
    easy = torch.gt(THETA, hardness["edge"])
    assert torch.equal(found[:, easy], plain[easy].expand(len(AGES), -1))


def pushed(logits, theta, scale):
    """|d loss/dθ| / s of a cross-entropy whose logits (N, C) are a function of angles (N,), by autograd."""
    loss = F.cross_entropy(scale * logits, torch.zeros(len(theta), dtype=torch.int64), reduction="sum")
    (slope,) = torch.autograd.grad(loss, theta)
    return slope.abs() / scale


@pytest.mark.parametrize("classes", [3, 10, 1_000])
@pytest.mark.parametrize("scale", [8.0, 16.0, 64.0])
def test_the_push_is_the_gradient_of_a_softmax(v8, scale, classes):
    """The others at 90°: along the circle towards the weight, W's gradient is as long as the loss is steep in θ."""
    rest = torch.zeros(len(THETA), classes - 1, dtype=torch.float64)
    for z in STANDINGS:
        theta = THETA.clone().requires_grad_()
        curve = AdaFaceLoss(3, 2, margin=0.4).target_logit(theta, z)
        expected = pushed(torch.cat([curve[:, None], rest], dim=1), theta, scale)
        found = at_places(v8, "push", params(scale=scale, classes=classes), [z])[0]
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    for m in (0.45, 0.8):
        theta = THETA.clone().requires_grad_()
        curve = ArcFaceLoss(3, 2, margin=m).target_logit(theta)
        expected = pushed(torch.cat([curve[:, None], rest], dim=1), theta, scale)
        found = at_places(v8, "push", params("magface", scale=scale, classes=classes), [m])[0]
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("scale", "classes"), [(8.0, 3), (16.0, 10), (64.0, 1_000)])
def test_the_push_on_another_class_is_the_gradient_of_a_softmax(v8, scale, classes):
    p = params("curricularface", scale=scale, classes=classes)
    target = math.cos(p["own"] + 0.5)
    for t in (None, *AGES):
        theta = THETA.clone().requires_grad_()
        head = CurricularFaceLoss(3, 2, margin=0.5)
        other = theta.cos() if t is None else head.other_logit(theta.cos(), torch.tensor(target), t)
        own, rest = torch.full_like(theta, target), torch.zeros(len(theta), classes - 2, dtype=torch.float64)
        logits = torch.cat([own[:, None], other[:, None], rest], dim=1)
        found = at_places(v8, "push", p, [t])[0].abs()  # it may pull
        torch.testing.assert_close(found, pushed(logits, theta, scale), rtol=1e-8, atol=1e-9)


def test_z_is_what_the_head_makes_of_a_length(v8):
    head = AdaFaceLoss(3, 2, h=0.5)
    head.met = torch.tensor([22.5, 7.5])
    lengths = torch.tensor([0.0005, 3.0, 12.0, 22.5, 31.0, 150.0], dtype=torch.float64)
    expected = head.standing(torch.stack([lengths, torch.zeros_like(lengths)], dim=1))[:, 0]
    given = json.dumps({"mean": 22.5, "spread": 7.5, "h": 0.5})
    found = v8(f"{json.dumps(lengths.tolist())}.map(length => standardised(length, {given}))")
    np.testing.assert_allclose(found, expected, atol=1e-12)
    for length, mean, spread, h in [(12, 20, 5, 0.333), (20, 20, 5, 0.333), (3, 20, 5, 0.333), (31, 22.5, 7.5, 0.5)]:
        given = {"length": float(length), "mean": float(mean), "spread": float(spread), "h": h}
        z = v8(f"standardised({length}, {json.dumps(given)})")
        assert z == pytest.approx(np.clip(h * (length - mean) / (spread + 1e-3), -1, 1), abs=1e-12)
        assert CurveFamily(**given).z == pytest.approx(z, abs=1e-12)
        if abs(z) < 1:
            assert v8(f"lengthOf({z}, {json.dumps(given)})") == pytest.approx(length)


def test_python_draws_the_same_curves(v8):
    for p in (params(length=12.0), params("magface", length=47.0), params("curricularface", age=0.6)):
        figure = CurveFamily(**p)
        place = v8(f"placeOf({json.dumps(p)})")
        torch.testing.assert_close(figure.curve(THETA), at_places(v8, "value", p, [place])[0], rtol=0, atol=1e-12)


def test_a_drag_rests_on_what_the_curve_is_called_after(v8):
    stops = v8(f"stops({json.dumps(params())}, 1, null)")
    assert [stop["key"] for stop in stops] == ["z-1", "z0", "z1"]
    for stop, z in zip(stops, (-1, 0, 1), strict=True):
        near = v8(f"rested({stop['at'] + 0.2}, {json.dumps(params())}, {json.dumps(stops)}, 0.3)")
        assert CurveFamily(length=near).z == pytest.approx(z, abs=1e-6)
    assert v8(f"rested(18.5, {json.dumps(params())}, {json.dumps(stops)}, 0.3)") == 18.5
    wide = v8(f"stops({json.dumps(params(spread=9.0))}, 1, null)")  # so wide a batch has no z = −1
    assert [stop["key"] for stop in wide] == ["z0", "z1"]
    assert v8(f"stops({json.dumps(params('magface'))}, 1, null).map(stop => stop.at)") == [10, 110]
    p = json.dumps(params("curricularface"))
    ages = {stop["key"]: stop["at"] for stop in v8(f"stops({p}, {math.pi / 3}, 0.9)")}
    assert ages == {"start": 0, "even": pytest.approx(0.5), "trained": 0.9, "end": 1}
    even = at_places(v8, "value", params("curricularface"), [0.5], torch.tensor([math.pi / 3]))
    assert float(even) == pytest.approx(0.5)  # as ArcFace's cosine
    assert "even" not in {stop["key"] for stop in v8(f"stops({p}, 2, null)")}  # there it is not hard


def test_the_keys_meet_every_stop(v8):
    for loss, start, name in [("adaface", 12.0, "length"), ("magface", 33.0, "length"), ("curricularface", 0.3, "age")]:
        for by, key in ((1, -1), (-1, 0)):
            p, seen = params(loss, **{name: start}), []
            for _ in range(60):
                p[name] = v8(f"stepped({json.dumps(p)}, {by})")
                seen.append(p[name])
            assert (sorted(seen) == seen) if by > 0 else (sorted(seen, reverse=True) == seen)
            places = [stop["at"] for stop in v8(f"stops({json.dumps(params(loss))}, 1, null)") if stop["key"] != "even"]
            assert seen[-1] == pytest.approx(places[key])
            for place in places:
                reached = place > start if by > 0 else place < start
                assert any(abs(place - value) < 1e-6 for value in seen) == reached


def brute(one, other):
    return np.where(np.abs(one - other) < 0.002, "alike", np.where(one > other, "harder", "less"))


@pytest.mark.parametrize("p", [params(length=2.0), params(length=36.0, scale=64.0), params("magface", length=80.0)])
def test_which_angles_are_pushed_harder(v8, p):
    text = json.dumps(p)
    runs = v8(f"compared(member(placeOf({text}), {text}), member(reference({text}), {text}))")
    assert (runs[0]["from"], runs[-1]["to"]) == (0, 180)
    assert all(one["to"] == other["from"] for one, other in pairwise(runs))
    degrees = torch.arange(0.25, 180, 0.5, dtype=torch.float64)
    place, beside = v8(f"[placeOf({text}), reference({text})]")
    own, kin = at_places(v8, "push", p, [place, beside], torch.deg2rad(degrees)).numpy()
    told = [next(run["kind"] for run in runs if degree <= run["to"]) for degree in degrees]
    assert np.mean(brute(own, kin) == told) > 0.97  # but for half a degree at each change
    angles = np.abs(np.random.default_rng(0).normal(0.9, 0.4, 5_000)) % math.pi
    net = CurveFamily({"made up": angles}).nets[0]
    counted = v8(f"countKinds({json.dumps(net)}, {json.dumps(runs)})")
    assert counted["all"] == 5_000 == counted["harder"] + counted["less"] + counted["alike"]
    one, two = at_places(v8, "push", p, [place, beside], torch.tensor(angles)).numpy()
    for kind in ("harder", "less", "alike"):
        assert counted[kind] == pytest.approx((brute(one, two) == kind).sum(), abs=90)


def test_the_age_of_a_trained_net_is_its_mean_cosine(v8):
    angles = np.abs(np.random.default_rng(1).normal(0.3, 0.2, 4_000))
    net = json.dumps(CurveFamily({"a": angles}).nets[0])
    assert v8(f"meanCosine({net})") == pytest.approx(np.cos(angles).mean(), abs=1e-4)


def all_said(v8, function, states):
    """The plain words of a function for each of these states."""
    ready = "s.runs = compared(member(placeOf(s.p), s.p), member(reference(s.p), s.p))"
    usual = {"p": params(), "angle": math.radians(60)}
    given = json.dumps([usual | state for state in states])
    texts = v8(f"{given}.map(s => {{ {ready}; return {function}(s).replace(/<[^>]*>/g, ''); }})")
    for text in texts:
        assert not any(word in text for word in ("NaN", "undefined", "null", "Infinity", "  "))
    return texts


def said(v8, function, **state):
    return all_said(v8, function, [state])[0]


def test_the_sentences_hold_the_numbers(v8):
    assert said(v8, "curveSentence").startswith("z = 0: AdaFace is CosFace here, exactly: cos θ − 0.4. The feature is")
    text = said(v8, "curveSentence", p=params(length=4.0))
    assert text.startswith("z = −1: AdaFace is ArcFace here, exactly: cos(θ + 0.4). So short a feature is taken for")
    assert "Beside a feature of mean length (CosFace) it is pulled harder from 61° to 78°" in text
    text = said(v8, "curveSentence", p=params(length=40.0))
    assert text.startswith("z = +1, the other end: cos(θ − 0.4) − 0.8. Longer than the mean")
    assert "less from 60° to 101°" in text
    text = said(v8, "curveSentence", p=params(length=15.0))
    assert text.startswith("z = −0.33, between ArcFace and CosFace: cos(θ + 0.133) − 0.267.")
    assert "exactly" not in said(v8, "curveSentence", p=params(length=19.9))
    assert "changes" not in said(v8, "curveSentence") and "with m = 0 every length has the curve cos θ" in said(
        v8, "curveSentence", p=params(margins={"adaface": 0.0})
    )
    text = said(v8, "curveSentence", p=params("magface", length=60.0))
    assert text.startswith("‖x‖ = 60: ArcFace with the margin of this length, m = 0.625 rad (35.8°).")
    text = said(v8, "curveSentence", p=params("magface", length=3.0))
    assert text.startswith("‖x‖ = 3: MagFace is ArcFace here, exactly, with its least margin: m = 0.45 rad (25.8°)")
    assert "greatest margin: m = 0.8 rad" in said(v8, "curveSentence", p=params("magface", length=110.0))
    text = said(v8, "curveSentence", p=params("curricularface"))
    assert text.startswith("t = 0.30, early in training. Hard is another class nearer than 78.6°, where cos θj exceeds")
    assert text.endswith(
        "its logit is cos θj(0.30 + cos θj): a larger logit than in ArcFace below 45.6°, a smaller one from there on. "
        "Its slope exceeds ArcFace’s, 1, below 69.5°: a smaller logit is not a smaller push."
    )
    text = said(v8, "curveSentence", p=params("curricularface", age=0.0, own=math.pi / 2))
    assert "a smaller logit than in ArcFace up to 90°, a larger one beyond. Its slope exceeds" in text
    assert text.endswith("From 90.0° on its slope t + 2 cos θj is negative: there it is pulled closer.")
    assert "a smaller logit than in ArcFace, at every angle." in said(
        v8, "curveSentence", p=params("curricularface", age=0.0)
    )
    text = said(v8, "curveSentence", p=params("curricularface", age=0.9))
    assert "a larger logit than in ArcFace, wherever it is hard. Its slope exceeds ArcFace’s, 1, below 78.6°" in text


@pytest.mark.parametrize("age", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("own", [20, 50, 90])
def test_where_the_sentence_says_larger_the_logit_is_larger(v8, age, own):
    p = params("curricularface", age=age, own=math.radians(own))
    figure, text = CurveFamily(loss="curricularface", age=age, own=p["own"]), said(v8, "curveSentence", p=p)
    theta = torch.arange(0.5, 180.0, 1.0, dtype=torch.float64)
    cosines = theta.deg2rad().cos()
    logit = figure.curve(theta.deg2rad())
    hard = theta < own + math.degrees(0.5)
    even = math.degrees(math.acos(1 - age))
    larger = hard & ((theta < even) | (theta > 90))
    assert (logit[larger] > cosines[larger]).all() and (logit[hard & ~larger] < cosines[hard & ~larger]).all()
    told = f"below {even:.1f}°, a smaller one" in text
    assert told == (age > 0 and even < min(own + math.degrees(0.5), 90) - 1e-3)
    assert ("90°, a larger one beyond" in text) == (bool((larger & (theta > 90)).any()) and age < 1)


def test_a_gesture_is_told_from_where_it_began(v8):
    text = said(v8, "hereSentence")
    assert text == "At θ = 60.0° the logit is 0.100, its pull 0.559 s (at mean length 0.559 s)."
    text = said(v8, "hereSentence", p=params(length=36.0), before=params())
    assert text.startswith("z 0 → +1: at θ = 60.0° the logit is 0.100 → −0.002, its pull 0.559 s → 0.545 s")
    text = said(v8, "hereSentence", p=params(scale=64.0), before=params())
    assert text.startswith("s 16 → 64: at θ = 60.0° the logit is 0.100 as before")
    text = said(v8, "hereSentence", p=params("magface", length=60.0), before=params("magface"))
    assert text.startswith("‖x‖ 20 → 60:")
    for before in (params(age=0.9), params("magface"), {}):  # nothing that bears on AdaFace
        assert said(v8, "hereSentence", before=before).startswith("At θ")
    text = said(v8, "hereSentence", p=params("curricularface", age=0.5), before=params("curricularface"))
    assert text.startswith("t 0.30 → 0.50: at θj = 60.0° the other class’s logit is 0.400 → 0.500")


def test_the_trained_angles_are_told(v8):
    net = CurveFamily({"<b>": [0.1, 1.1, 2.0, 2.2, math.nan]}).nets[0]
    text = said(v8, "netSentence", p=params(length=2.0), net=net)
    assert text == (
        "Were the 4 trained features (&lt;b&gt;) all of this length, 1 would be pulled harder than at mean length, "
        "2 less. 1 more is no number and is left out."
    )
    assert said(v8, "netSentence", net=net).startswith("Drag the length: the 4 trained angles")
    text = said(v8, "netSentence", p=params("curricularface"), net=net)
    assert "mean cosine of the 4 trained angles (&lt;b&gt;) is 0.111" in text
    assert said(v8, "netSentence") == ""


def test_the_formula_is_worked_out(v8):
    text = said(v8, "familyFormula", p=params(length=12.0))
    for words in (
        "= 0.333 · (12 − 20)/5 → −0.53",
        "= cos(θ + 0.213) − 0.187 = 0.119",
        "pull ÷ s = 0.547, s = 16, C = 10",
    ):
        assert words in text
    assert "= cos(60.0° + 35.8°) = −0.101" in said(v8, "familyFormula", p=params("magface", length=60.0))
    text = said(v8, "familyFormula", p=params("curricularface"))
    assert "= 0.500 · (0.30 + 0.5) = 0.400" in text and "slope = 1.300" in text
    assert "slope = 1push" in said(v8, "familyFormula", p=params("curricularface"), angle=2.0)


def walk():
    """A walk through the parameters: every end of them and what lies between."""
    found = []
    for scale, classes in ((1.0, 3), (16.0, 10), (64.0, 100_000)):
        more = {"scale": scale, "classes": classes}
        found += [params(length=length, **more) for length in (0.0, 4.985, 12.0, 20.0, 35.0, 1000.0)]
        found += [params("magface", length=length, **more) for length in (0.0, 10.0, 60.0, 110.0)]
        found += [
            params("curricularface", age=age, own=own, **more) for age in AGES for own in (0.0, 0.9, 2.5, math.pi)
        ]
    none = {"adaface": 0.0, "curricularface": 0.0}
    found += [params(loss, margins=none, magface_margins=[0.3, 0.3]) for loss in LOSSES]
    found.append(params("magface", magface_lengths=[30.0, 30.0], length=31.0))
    return [*found, params(mean=1.0, spread=50.0, h=0.05), params(mean=100.0, spread=0.1, h=1.0, length=100.0)]


def test_every_sentence_can_be_said(v8):
    net = CurveFamily({"a": [0.1, 0.4]}).nets[0]
    states = [{"p": p, "angle": angle, "net": net} for p in walk() for angle in (0, 1.3, math.pi)]
    for before in ({}, params(mean=30.0), params("magface", length=99.0), params("curricularface", age=0.5)):
        told = all_said(v8, "hereSentence", [state | {"before": before} for state in states])
        assert all(text.endswith(").") for text in told)
    for function in ("curveSentence", "netSentence", "hintText"):
        assert all(text.endswith(".") for text in all_said(v8, function, states))
    assert all("=" in text for text in all_said(v8, "familyFormula", states))


@pytest.mark.parametrize("width", [330, 390, 560, 980])
def test_no_words_overlap_or_are_cut(v8, width):
    net = CurveFamily({"a net with a name": [0.1, 0.4, 1.0]}).nets[0]
    for i, p in enumerate(walk()):
        more = {"net": net if i % 3 else None, "angle": [0, 0.9, math.pi][i % 3]}
        more |= {"before": p | {"scale": 5.0, "length": 30.0, "age": 0.4}} if i % 2 else {}
        found = v8(f"painted({width}, {json.dumps(p)}, {json.dumps(more)})")
        assert len(found["written"]) > 15
        for k, (words, left, top, right, bottom) in enumerate(found["written"]):
            assert left >= -1 and right <= width + 1, (words, p)
            assert top >= 0 and bottom <= found["frame"]["height"], (words, p)
            for other, x0, y0, x1, y1 in found["written"][:k]:
                assert left >= x1 or right <= x0 or top >= y1 or bottom <= y0, (words, other, p)


def test_no_setting_moves_an_axis_and_every_curve_stands_on_it(v8):
    for loss in LOSSES:
        axis = v8(f"FAMILY_AXES.{loss}")
        for p in (q for q in walk() if q["loss"] == loss):
            places = v8(f"[...fan({json.dumps(p)}), placeOf({json.dumps(p)})]")
            for what in ("value", "push"):
                (low, high), found = axis[what], at_places(v8, what, p, places)
                assert float(found.max()) <= high + 1e-9, (what, p)
                leaves = what == "push" and p["own"] > 1  # a pull, cut off at the foot
                assert low - 1e-9 <= float(found.min()) or leaves, (what, p)


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
        ("margins", {"arcface": 0.2}, "margins are those of"), ("margins", {"adaface": 23.0}, "0.0..0.5 radians"),
        ("margins", {"adaface": math.nan}, "margin of adaface"),
        ("magface_margins", [0.75, 0.7], "magface_margins must be two numbers in 0..0.8, the first not above"),
        ("magface_margins", [0.1, 0.9], "magface_margins must be"), ("magface_lengths", [80, 20], "magface_lengths"),
        ("magface_lengths", [1.0], "two numbers"), ("magface_lengths", [0.0, 5.0], "0.1..1000"),
        ("magface_lengths", "ab", "two numbers"), ("magface_lengths", [math.nan, 5.0], "two numbers"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)
    with pytest.raises(ValueError, match="has no setting 'margin'"):
        CurveFamily(margin=0.4)


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
