import json
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.explorers import CurveFamily
from lessons_lib.losses import AdaFaceLoss, ArcFaceLoss, CosFaceLoss, CurricularFaceLoss, MagFaceLoss
from tests.explorers.families import AGES, PAINTER, THETA, at_places, params
from tests.explorers.modules import modules

STANDINGS = (-1.0, -0.35, 0.0, 0.2, 1.0)


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("curve_family/view.js", setup=PAINTER) as value:
        yield value


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
