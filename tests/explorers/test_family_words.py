import json
import math

import pytest
import torch

from lessons_lib.explorers import CurveFamily
from tests.explorers.families import AGES, LOSSES, PAINTER, at_places, params
from tests.explorers.modules import modules


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("curve_family/view.js", setup=PAINTER) as value:
        yield value


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
        "its logit is cos θj(0.30 + cos θj): larger than ArcFace’s below 45.6°, smaller from there on. "
        "Its slope exceeds ArcFace’s, 1, below 69.5°: a smaller logit is not a smaller push."
    )
    text = said(v8, "curveSentence", p=params("curricularface", age=0.0, own=math.pi / 2))
    assert "smaller than ArcFace’s up to 90°, larger beyond. Its slope exceeds" in text
    assert text.endswith("From 90.0° on its slope t + 2 cos θj is negative: there it is pulled closer.")
    assert "smaller than ArcFace’s, at every angle." in said(v8, "curveSentence", p=params("curricularface", age=0.0))
    text = said(v8, "curveSentence", p=params("curricularface", age=0.9))
    assert "larger than ArcFace’s, wherever it is hard. Its slope exceeds ArcFace’s, 1, below 78.6°" in text


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
    told = f"below {even:.1f}°, smaller" in text
    assert told == (age > 0 and even < min(own + math.degrees(0.5), 90) - 1e-3)
    assert ("90°, larger beyond" in text) == (bool((larger & (theta > 90)).any()) and age < 1)


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
