import json
import math

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.explorers import LogitCurves
from lessons_lib.explorers.kit.losses import LOSSES, MARGINS, named_head
from lessons_lib.losses import SphereFaceLoss
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, assert_apart, reached

USUAL = {"sphereface": 4.0, "cosface": 0.1, "arcface": 0.2}
LAMBDAS = (0, 0.1, 5, 100, 1000)
THETA = torch.linspace(0, math.pi, 361, dtype=torch.float64)

PAINTER = """
function painted(width, p, more = {}) {
  written.length = 0;
  const state = { look, loss: 'sphereface', angle: 0.34907, p, before: {}, net, names: new Map(), now: 0, ...more };
  const { seats } = paintLogits(brush(), width, state), inPlot = [...written];
  written.length = 0;
  paintStrip(brush(), width, state);
  return { seats, inPlot, inStrip: [...written], frame: logitFrame(width, true) };
}
"""


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("logit_curves/view.js", setup=PEN + PAINTER) as value:
        yield value


def params(annealing=0.0, between=math.pi / 5, **margins):
    return {"margins": USUAL | margins, "annealing": annealing, "between": between}


def drawn(v8, loss, *sets):
    return torch.tensor(v8(f"{json.dumps(sets)}.map(p => [...logitsOf('{loss}', p)])"), dtype=torch.float64)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_curve_is_the_target_logit_of_its_head(v8, loss):
    margins = reached(loss)
    trained = torch.stack([named_head(loss, m, 16.0, 3, 2).target_logit(THETA) for m in margins])
    found = drawn(v8, loss, *(params(**({loss: m} if loss in MARGINS else {})) for m in margins))
    torch.testing.assert_close(found, trained, rtol=0, atol=1e-9)


@pytest.mark.parametrize("annealing", LAMBDAS)
def test_annealing_mixes_as_the_head_does(v8, annealing):
    for m in (1, 2, 3, 4, 5):
        head = SphereFaceLoss(3, 2, margin=m, annealing=annealing)
        p = params(annealing, sphereface=float(m))
        torch.testing.assert_close(drawn(v8, "sphereface", p)[0], head.target_logit(THETA), rtol=0, atol=1e-9)
    figure = LogitCurves(margin=3.7, annealing=annealing)  # between whole m the same mixture
    p = params(annealing, sphereface=3.7)
    torch.testing.assert_close(drawn(v8, "sphereface", p)[0], figure._curve("sphereface", THETA), rtol=0, atol=1e-9)
    for other in ("softmax", "cosface", "arcface"):  # λ is SphereFace's
        assert torch.equal(drawn(v8, other, params(annealing)), drawn(v8, other, params()))


GAPS = [math.radians(g) for g in (10, 36, 72, 90, 135, 180)]


@pytest.mark.parametrize("loss", LOSSES)
def test_edges_are_those_of_brute_force(v8, loss):
    for m in {reached(loss)[i] for i in (0, len(reached(loss)) // 3, -1)}:
        head = named_head(loss, m, 16.0, 3, 2)
        for annealing in LAMBDAS if loss == "sphereface" else (0,):
            for between in GAPS[1::2]:
                theta = torch.linspace(0, between, 4_001, dtype=torch.float64)
                f = (annealing * theta.cos() + head.target_logit(theta)) / (1 + annealing)
                good = theta[(f if loss == "sphereface" else head.target_logit(theta)) >= torch.cos(between - theta)]
                edge = v8(f"edgeOf('{loss}', {json.dumps(params(annealing, between, **{loss: m}))})")
                if edge is None:
                    assert not len(good)
                else:
                    assert edge == pytest.approx(float(good.max()), abs=between / 3_900)


def test_edges_follow_their_formulas(v8):
    for between in GAPS:
        edge = lambda loss, **more: v8(f"edgeOf('{loss}', {json.dumps(params(0, between, **more))})")  # noqa: E731, B023
        assert edge("softmax") == pytest.approx(between / 2, abs=1e-9)
        for m in reached("sphereface"):
            assert edge("sphereface", sphereface=m) == pytest.approx(between / (m + 1), abs=1e-9)
        for m in (0, 0.1, 0.17):
            assert edge("arcface", arcface=m) == pytest.approx((between - m) / 2, abs=1e-9)
        for m in (0, 0.01):
            bound = between / 2 - math.asin(m / (2 * math.sin(between / 2)))
            assert edge("cosface", cosface=m) == pytest.approx(bound, abs=1e-9)
    tight = params(0, math.radians(36), cosface=0.2, arcface=0.7)  # 1 − cos 36° = 0.191, 36° = 0.628
    assert v8(f"['cosface', 'arcface'].map(loss => edgeOf(loss, {json.dumps(tight)}))") == [None, None]


def test_what_is_asked_is_the_angle_with_that_cosine(v8):
    asks = lambda loss, degrees, p: v8(f"sameCosine(logitAt('{loss}', {math.radians(degrees)}, {json.dumps(p)}))")  # noqa: E731
    for degrees in (0, 7, 20, 44.9):
        assert math.degrees(asks("sphereface", degrees, params())) == pytest.approx(4 * degrees, abs=1e-5)
        assert asks("arcface", degrees, params()) == pytest.approx(math.radians(degrees) + 0.2, abs=1e-9)
        cosine = math.cos(math.radians(degrees)) - 0.1
        assert math.cos(asks("cosface", degrees, params())) == pytest.approx(cosine, abs=1e-9)
    assert asks("sphereface", 46, params()) is None
    assert v8("[asksText(-1.0000001), asksText(-1), asksText(1.0000001)]") == ["none", "180.0°", "0.0°"]


def test_the_pieces_of_psi(v8):
    for m in reached("sphereface"):
        pieces = v8(f"piecesOf({m})")
        assert [piece["k"] for piece in pieces] == list(range(math.ceil(m - 1e-9)))
        assert (pieces[0]["from"], pieces[-1]["to"]) == (0, pytest.approx(math.pi))
        for piece in pieces[:-1]:
            assert piece["to"] - piece["from"] == pytest.approx(math.pi / m)


def test_a_change_is_told_where_it_changed_something(v8):
    def about(loss, p, before):
        return v8(f"changed(concerning('{loss}', {json.dumps(before)}, {json.dumps(p)}), {json.dumps(p)}).was")

    before, p = params(), params(5, sphereface=3.0)
    assert about("sphereface", p, before) == "m of SphereFace 4.0, λ 0"
    assert about("arcface", p, before) == about("softmax", p, before) == ""
    p = params(5, 1.0, arcface=0.5)
    assert about("arcface", p, before) == "m of ArcFace 0.20 rad, θ₁₂ 36.0°"
    assert about("softmax", p, before) == "θ₁₂ 36.0°"
    assert v8(f"concerning('arcface', {{}}, {json.dumps(p)})") == {}


def test_the_slider_of_annealing(v8):
    steps = v8("LAMBDAS")
    assert (steps[0], steps[1], steps[-1]) == (0, 0.1, 1000)
    assert steps == sorted(set(steps)) and {1, 5, 10, 100} < set(steps)
    assert v8("LAMBDAS.map(nearestLambda)") == list(range(len(steps)))


def test_the_axis_is_smooth_and_holds_every_curve(v8):
    depths = np.array(v8("Array.from({ length: 10001 }, (_, i) => depthOf(1 - i / 1000))"))
    assert depths[0] == 0 and depths[-1] == pytest.approx(1)
    slope = np.diff(depths)
    assert np.all(slope > 0) and np.all(np.abs(np.diff(slope)) < 0.003 * slope[:-1])
    lowest = min(float(drawn(v8, loss, params(sphereface=5.0, cosface=0.35, arcface=0.8)).min()) for loss in LOSSES)
    assert lowest == pytest.approx(v8("LOWEST"))


def walk():
    """A walk through the parameters: every end of them and what lies between."""
    chance, seen = np.random.default_rng(4), [params()]
    for annealing in (0, 5, 1000):
        for between in GAPS[::2] + GAPS[-1:]:
            margins = {loss: float(chance.choice(reached(loss))) for loss in MARGINS}
            seen.append(params(annealing, between, **margins))
    return seen + [params(0, GAPS[-1 - k], **{loss: ends[k] for loss, ends in MARGINS.items()}) for k in (0, 1)]


@pytest.mark.parametrize("width", [396, 560, 980])
def test_no_words_overlap_or_are_cut(v8, width):
    for i, p in enumerate(walk()):
        for loss in LOSSES:
            angle, before = [(0, {}), (0.9, params(2, 1.0)), (math.pi, {})][i % 3]
            more = json.dumps({"loss": loss, "angle": angle, "before": before})
            found = v8(f"painted({width}, {json.dumps(p)}, {more})")
            assert set(LOSSES) | {"other"} <= set(found["seats"])
            assert len(found["inPlot"]) > 15 and len(found["inStrip"]) > 10
            for boxes in ([[key, *box] for key, box in found["seats"].items()], found["inPlot"], found["inStrip"]):
                assert_apart(boxes, width)


@pytest.mark.parametrize("width", [340, 400, 560])
def test_the_words_on_the_pressed_part_cover_no_curve_and_no_cursor(v8, width):
    cases = [
        [params(sphereface=m), math.radians(angle)] for m in reached("sphereface", 9) for angle in range(0, 181, 5)
    ]
    met = v8(
        f"""{json.dumps(cases)}.map(([p, angle]) => {{
          const {{ inPlot, frame }} = painted({width}, p, {{ angle }});
          const box = inPlot.find(([words]) => /pressed/.test(words)), {{ X, top, floor }} = frame;
          if (!box) return 'none';
          const curve = LOGITS.flatMap(loss => logitLine(frame, logitsOf(loss, p)));
          const line = Array.from({{ length: 60 }}, (_, i) => [X(angle), top + ((floor - top) * i) / 59]);
          const covers = ([x, y]) => x > box[1] && x < box[3] && y > box[2] && y < box[4];
          return [...curve, ...line].some(covers) ? 'covers' : 'clear';
        }})"""
    )
    assert "covers" not in met and met.count("clear") > 0.9 * len(met)


def test_every_coordinate_is_a_number(v8):
    """A coordinate that is none would raise in V8."""
    for p in walk():
        for loss in LOSSES:
            more = f"{{ loss: '{loss}', angle: Math.PI, focus: true, before: {json.dumps(params(3, 0.5))} }}"
            assert v8(f"painted(420, {json.dumps(p)}, {more}).inPlot.length") > 15
    assert v8(f"painted(300, {json.dumps(params())}, {{ net: undefined }}).inPlot.length") > 10


def test_angles_are_counted_below_the_edge(v8):
    theta = np.abs(np.random.default_rng(0).normal(0, 0.2, 10_000))
    net = json.dumps(LogitCurves({"made up": theta}).nets[0])
    assert v8(f"sizeOf({net})") == 10_000
    for edge in (0.1, math.pi / 10):
        assert v8(f"countIn({net}, upTo({edge}))") == pytest.approx((theta <= edge).sum(), abs=60)
    assert v8(f"[countIn({net}, upTo(null)), countIn({net}, upTo(Math.PI))]") == [0, 10_000]


def all_said(v8, function, states):
    """The plain words of a function for each of these states."""
    usual = {"p": params(), "before": {}, "loss": "sphereface", "angle": math.radians(20)}
    texts = v8(f"{json.dumps([usual | state for state in states])}.map(s => {function}(s).replace(/<[^>]*>/g, ''))")
    for text in texts:
        assert "NaN" not in text and "undefined" not in text and "null" not in text
    return texts


def said(v8, function, **state):
    return all_said(v8, function, [state])[0]


def test_the_sentences_hold_the_numbers(v8):
    text = said(v8, "logitSentence")
    assert text.startswith("SphereFace, m = 4.0, λ = 0: at θ = 20.0° the logit of the true class is 0.174, what")
    assert "softmax has at 80.0°" in text and "past 180°/m = 45.0°" in text
    assert "k = 1" in (text := said(v8, "logitSentence", angle=1.0)) and "lower than softmax has at any angle" in text
    text = said(v8, "logitSentence", before=params(sphereface=3.0))
    for words in ("m of SphereFace 3.0 → 4.0", "goes from 0.500 to 0.174", "boundary goes from 9.0° to 7.2°"):
        assert words in text
    text = said(v8, "logitSentence", p=params(5), before=params())
    assert "λ 0 → 5" in text and "1/(1 + λ) = 16.7 % counts" in text
    assert "adds the same 11.5°" in said(v8, "logitSentence", loss="arcface")
    assert "25.8° on top of 0°, but only 5.7° on top of 90°" in said(v8, "logitSentence", loss="cosface")
    assert "half-way" in said(v8, "logitSentence", loss="softmax")
    text = said(v8, "edgeSentence")
    assert "θ₁₂ = 36.0° apart x is right enough for SphereFace up to 7.2° = θ₁₂/(m + 1); from there to 28.8°" in text
    net = LogitCurves({"a": [0.1, 0.4]}).nets[0]
    text = said(v8, "edgeSentence", loss="arcface", p=params(arcface=0.7), net=net)
    assert text.endswith("for ArcFace. Of the 2 trained angles (a) 1 lie below softmax’s 18.0°.")
    assert "not even θ = 0° is right enough" in said(v8, "edgeSentence", loss="arcface", p=params(arcface=0.7))
    odd = LogitCurves({"<b>": [0.1, 0.2, 1.0, math.nan]}).nets[0]
    text = said(v8, "edgeSentence", net=odd)
    assert "Of the 3 trained angles (&lt;b&gt;) 1 lie below that, 2 below softmax’s 18.0°. 1 more is no number" in text


def test_the_formula_is_worked_out(v8):
    for loss, degrees, p, words in [
        ("sphereface", 20, params(), "= cos 80.0° = 0.174"),
        ("sphereface", 50, params(), "= −cos 200.0° − 2 = −1.060"),
        ("sphereface", 50, params(5), "= (5 · 0.643 − 1.060) / 6 = 0.359"),
        ("cosface", 20, params(), "= cos 20.0° − 0.100 = 0.840"),
        ("arcface", 20, params(), "= cos 31.5° = 0.853"),
        ("arcface", 175, params(), "= −cos 186.5° − 2 = −1.006"),
        ("softmax", 20, params(), "= cos 20.0° = 0.940"),
    ]:
        assert words in said(v8, "logitFormula", loss=loss, angle=math.radians(degrees), p=p)


def test_every_sentence_can_be_said(v8):
    net = LogitCurves({"a": [0.1, 0.4]}).nets[0]
    states = [
        {"p": p, "loss": loss, "angle": angle, "net": net}
        for p in walk()
        for loss in LOSSES
        for angle in (0, 1.3, math.pi)
    ]
    for before in ({}, params(0.5, 1.0, sphereface=2.2, arcface=0.8, cosface=0.35)):
        told = all_said(v8, "logitSentence", [state | {"before": before} for state in states])
        assert all(text.endswith(".") for text in told)
    assert all(text.endswith(".") for text in all_said(v8, "edgeSentence", states))
    assert all("=" in text for text in all_said(v8, "logitFormula", states))


def test_traits_are_checked():
    figure = LogitCurves(loss="cosface", margin=0.2, annealing=5, between=1.0, angle=0.5)
    assert (figure.loss, figure.margin, figure.annealing, figure.between) == ("cosface", 0.2, 5.0, 1.0)
    for name, wrong, words in [
        ("annealing", -1.0, "annealing must lie in 0..1000, got -1"), ("annealing", math.nan, "annealing must"),
        ("annealing", 1001.0, "annealing must"), ("between", 36.0, "0.628 is that many degrees"),
        ("between", 0.1, "10° to 180°"), ("between", math.nan, "between must be"), ("angle", 50.0, "0.873 is that"),
        ("angle", -0.1, "angle must be"), ("angle", math.nan, "angle must be"), ("net", 1, "net counts the trained"),
        ("margins", {"sphereface": 6.0}, "margin of sphereface"), ("margins", {"softmax": 1.0}, "margins are those"),
        ("loss", "p2sgrad", "loss"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)
    figure.loss = "softmax"
    assert figure.margin == 0
    with pytest.raises(ValueError, match="softmax has no margin"):
        figure.margin = 0.3
    with pytest.raises(ValueError, match="has no setting 'scale'"):
        LogitCurves(scale=2)


@pytest.mark.parametrize(("theta", "words"), [
    ([0.5, 1.0], "a mapping of a name to angles"),
    ({"a": []}, "at least one angle, got an empty list"),
    ({"a": [20.0, 50.0]}, "np.radians"),
    ({"a": [[0.5, 0.6]]}, r"got shape \(1, 2\)"),
    ({"a": ["x"]}, "must be numbers"),
])  # fmt: skip
def test_angles_that_are_none_are_refused_in_a_sentence(theta, words):
    with pytest.raises(ValueError, match=words):
        LogitCurves(theta)


def test_settings_go_out_and_come_back():
    sent = LogitCurves({"a": [1.0], "b": torch.tensor([0.5])}, margin=3.0, annealing=5, between=math.pi, net=1)
    other = LogitCurves({"a": [1.0], "b": [0.5]})
    other.use(json.dumps(sent.settings))
    assert other.settings == sent.settings
    for wrong in ('{"annealing": "much"}', '{"angle": NaN}', '{"between": 0}', '{"loss": "cosface", "net": 9}', "[1]"):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == sent.settings


def test_it_has_a_still_picture_and_a_small_page():
    chance = np.random.default_rng(0)
    figure = LogitCurves({name: np.abs(chance.normal(0, width, 10_000)) for name, width in [("a", 0.3), ("b", 0.1)]})
    assert "At 20.0° SphereFace (m = 4, λ = 0) has 0.174, what softmax has at 80.0°" in figure.alt
    assert len(figure.html().encode()) < 50_000
    lines = {line.get_label(): line.get_ydata() for line in figure.picture().axes[0].get_lines()}
    assert lines["SphereFace"].min() == pytest.approx(-7)
    figure = LogitCurves(loss="softmax", angle=math.pi)
    assert figure.picture().png(dpi=40).startswith(b"\x89PNG") and "softmax has -1.000" in figure.alt
    assert "lower than softmax has at any angle" in LogitCurves(angle=1.0).alt
