import json
import math

import numpy as np
import pytest
from traitlets import TraitError

from lessons_lib.explorers import ProbabilityCurve
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, assert_apart
from tests.explorers.probabilities import CLASSES, OTHERS, PAINTER, SCALES, angle_of, params, run


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("probability_curve/view.js", "kit/seats.js", setup=PEN + PAINTER) as value:
        yield value


def all_said(v8, function, states):
    """The plain words of a function for each of these states."""
    usual = {"p": params(), "before": {}, "choice": "hand", "angle": math.radians(60)}
    texts = v8(f"{json.dumps([usual | state for state in states])}.map(s => {function}(s).replace(/<[^>]*>/g, ''))")
    for text in texts:
        assert "NaN" not in text and "undefined" not in text and "null" not in text and "Infinity" not in text
    return [text.replace("\u00a0", " ") for text in texts]


def said(v8, function, **state):
    return all_said(v8, function, [state])[0]


def test_the_sentences_hold_the_numbers(v8):
    assert said(v8, "curveSentence") == (
        "s = 16, 10 classes: a feature at θ = 60.0° counts as 99.7 % right. Too large an s: at 64.9° a feature already "
        "counts as 99 % right, and below that next to nothing is left to learn."
    )
    text = said(v8, "curveSentence", p=params(2.0), before=params())
    assert text.startswith("s 16 → 2: a feature at θ = 60.0° counted as 99.7 % right, now as 23 %. Too small an s")
    assert "(θ = 0°) still counts as only 45 % right, and no loss falls below 0.797." in text
    text = said(v8, "curveSentence", p=params(9.7676, 1_000), choice="fixed", before=params(3.1073))
    assert "s 3.11 → 9.77, C 10 → 1,000:" in text
    assert "Fixed AdaCos makes P(45°) = ½. P is steepest at 47.1° (44 %)" in text
    text = said(v8, "curveSentence", p=params(3.1073, others="simplex"), choice="fixed")
    assert "with the others at 90°; at 96.4° it is 59 %" in text
    assert "something to learn" in said(v8, "curveSentence", p=params(5))
    text = said(v8, "netSentence", net=ProbabilityCurve({"<b>": [0.1, 0.2, 0.3, 2.0, math.nan]}).nets[0])
    assert text.startswith("Of the 4 trained angles (&lt;b&gt;) 3 already count as 99 % right, 1 as less than half")
    assert text.endswith("AdaCos would take s = 2.24 next. 1 more is no number and is left out.")
    assert '<span class="tight">1/C = 10\u00a0%</span>' in v8(f"netSentence({json.dumps({'p': params()})})")
    assert "\u00a0=\u00a096.4°" in v8(f"placeText({json.dumps(params(others='simplex'))})")
    assert "1/C = 10 % right whatever s is" in said(v8, "netSentence")


def followed_at(step, **more):
    moments = ProbabilityCurve(followed=run()).moments
    moment = {"now": moments[step], "first": moments[0], "last": moments[-1], "lost": None} | more
    return {"choice": "followed", "moment": moment, "p": params(moments[step]["scale"], 10, "simplex")}


def test_a_moment_of_the_run_is_told(v8):
    text = said(v8, "curveSentence", **followed_at(2))
    assert text.startswith("Step 160, epoch 2.0: s = 2, and the mean angle is 8.6°, where P is 50 % with the others")
    assert "fallen from 3.10." in text
    assert "s goes towards ((C − 1)/C) ln(C − 1) = 1.98, the loss towards ln 2 = 0.693, not 0" in text
    assert "Above 45° the rule counts with 45°" in said(v8, "curveSentence", **followed_at(0))
    lost = {"step": 170, "scale": None}
    assert said(v8, "curveSentence", **followed_at(2, lost=lost)).endswith("left every bound at step 170.")
    assert "watch where that leads" in said(v8, "curveSentence", **followed_at(0, lost=lost))


def test_the_formula_is_worked_out(v8):
    text = said(v8, "probabilityFormula")
    assert "B = (C − 1) exp(s cos θothers)" in text  # an index of an index would be too small to read
    assert "= 9 · 1 = 9P = 2,981 / (2,981 + 9) = 0.997" in text and "s = 16, by hand" in text
    text = said(v8, "probabilityFormula", p=params(64, 100_000, "simplex"))
    assert "= 99,999 · e64 cos 90.0° = 99,935" in text and text.endswith("= 1 − 1.3·10⁻⁹")
    assert "√2 ln 9 = 3.11" in said(v8, "probabilityFormula", p=params(3.1073), choice="fixed")


@pytest.mark.parametrize(("value", "words"), [
    (0, "0"), (1e-310, "0"), (3.2e-5, "3.2·10⁻⁵"), (0.338, "0.338"), (9.0000000000001, "9"), (2980.96, "2,981"),
    (2.7e43, "2.7·10⁴³"), (99_999, "99,999"), (999.7, "1,000"),
])  # fmt: skip
def test_amounts_are_written_as_one_would(v8, value, words):
    assert v8(f"amount({value})") == words


def walk():
    """Every end of the sliders and what lies between."""
    for scale in SCALES:
        for num_classes in CLASSES:
            for others in OTHERS[: 5 if num_classes == 10 else 2]:
                yield params(scale, num_classes, others)


def test_every_sentence_can_be_said(v8):
    net = ProbabilityCurve({"a": [0.1, 0.4]}).nets[0]
    states = [{"p": p, "net": net, "angle": angle} for p in walk() for angle in (0, 1.3, math.pi)]
    for choice in ("hand", "fixed"):
        for before in ({}, params(2.5, 50, 1.3)):
            told = all_said(v8, "curveSentence", [state | {"choice": choice, "before": before} for state in states])
            assert all(text.endswith(".") for text in told)
    assert all(text.endswith(".") for text in all_said(v8, "netSentence", states))
    assert all("=" in text for text in all_said(v8, "probabilityFormula", states))
    assert v8(f"{json.dumps(states)}.every(({{ p, angle }}) => readings(p, angle).every(text => /\\d/.test(text)))")


@pytest.mark.parametrize("width", [396, 560, 608, 980])
def test_no_names_overlap_or_are_cut(v8, width):
    for k, p in enumerate(walk()):
        choice, angle = ("hand", "fixed", "followed")[k % 3], (0, 1.1, math.pi)[k % 3]
        more = json.dumps({"choice": choice, "angle": angle, "before": [{}, params(5, 30)][k % 2], "focus": True})
        found = v8(f"painted({width}, {json.dumps(p)}, {more})")
        assert "own" in found["seats"]
        assert_apart([[name, *box] for name, box in found["seats"].items()], width)
        texts = found["written"]
        assert len(texts) > 12
        assert all(left >= -4 and right <= width + 1 for _, left, _, right, _ in texts), texts
        assert_apart([at for at in texts if at[0].startswith(("steepest", "the others", "P = 1/C", "s ="))], width, 4)


NAMED = """(({ seats, frame }, p) => {
  const drawn = [p, ...fanOf(p).map(scale => ({ ...p, scale }))].map(q => [q.scale, probabilityLine(frame, q, 3)]);
  const boxes = Object.entries(seats).filter(([key]) => key !== 'fixed' && key !== 'own');
  return boxes.map(([key, box]) => [key, drawn.map(([scale, line]) => [distanceTo(line, box), String(scale)])]);
})"""


@pytest.mark.parametrize("width", [350, 396, 560, 980])
def test_the_curve_nearest_to_a_faint_name_is_its_own(v8, width):
    first = params(1.99, 10, "simplex")  # as a run of lesson 06 leaves it
    for p in [first, *walk()]:
        named = v8(f"{NAMED}(painted({width}, {json.dumps(p)}, {{ net: null }}), {json.dumps(p)})")
        for name, distances in named:
            assert min(distances)[1] == name, (p, distances)
        assert p != first or [name for name, _ in named] == ["1", "4", "8", "16", "64"]


def test_no_name_stands_on_the_dotted_line_of_what_is_read(v8):
    for angle in (0.6, 0.9, 1.0, 1.2):
        found = v8(f"painted(396, {json.dumps(params(1.99, 10, 'simplex'))}, {{ angle: {angle} }})")
        line = v8(f"probabilityFrame(396, true).Y(probability({angle}, {json.dumps(params(1.99, 10, 'simplex'))}))")
        assert all(not (top < line < bottom) or left > found["frame"]["left"] + 396 * angle / math.pi
                   for left, top, _, bottom in found["seats"].values())  # fmt: skip


def test_the_grip_is_on_the_curve_and_left_of_the_others(v8):
    for p in walk():
        found = v8(f"painted(608, {json.dumps(p)})")
        x, y = found["grip"]
        xs, ys = np.array(found["line"]).T
        assert y == pytest.approx(float(np.interp(x, xs, ys)), abs=0.5)
        assert x <= xs[0] + (xs[-1] - xs[0]) * 0.81 * angle_of(p["others"], p["num_classes"]) / math.pi


def test_the_gauges_stay_inside_and_find_the_nearest_moment(v8):
    for width in (396, 608):
        for lost in ({}, {"step": 60, "scale": None}):
            found = v8(f"gauges({width}, {json.dumps(lost)}, 1)")
            assert found["nearest"][0] == 0
            for words, left, top, right, bottom in found["written"]:
                assert left >= -2 and right <= width + 2 and top >= 0 and bottom <= found["height"], words
            assert ("lost" in [words for words, *_ in found["written"]]) == bool(lost)


def test_the_curve_is_grasped_on_its_line_and_only_before_the_others(v8):
    line = "[[0, 0], [50, 0], [100, 100]]"
    assert v8(f"graspOn({line}, [20, 6], 11, 200)") == [20, 0]
    assert v8(f"graspOn({line}, [90, 50], 11, 200)") is None
    assert v8(f"graspOn({line}, [70, 50], 11, 200)") == pytest.approx([74, 48])
    assert v8(f"graspOn({line}, [90, 80], 11, 60)") is None


def test_traits_are_checked():
    figure = ProbabilityCurve({"a": [0.5]}, scale=5, num_classes=100, others=1.3, angle=0.5)
    assert (figure.scale, figure.num_classes, figure.others, figure.angle) == (5.0, 100, 1.3, 0.5)
    for name, wrong, words in [
        ("scale", 0.05, r"scale must lie in 0\.1\.\.200, got 0\.05"), ("scale", 201.0, "scale must"),
        ("scale", math.nan, "scale must"), ("num_classes", 2, r"num_classes must lie in 3\.\.100000, got 2"),
        ("num_classes", 200_000, "num_classes must"), ("others", 90, "1.571 is that many degrees"),
        ("others", "circle", 'others must be "90", "simplex" or an angle of 60° to 120° in radians, got \'circle\''),
        ("others", math.nan, "others must be"), ("others", None, "others must be"), ("others", 0.5, "others must be"),
        ("choice", "followed", "only with a run: ProbabilityCurve"), ("choice", "none", "choice"),
        ("angle", 50.0, "0.873 is that"), ("angle", math.nan, "angle must be"), ("net", 1, "net counts the trained"),
        ("step", 1, "step counts the recorded moments from 0 to 0, got 1"), ("step", -1, "step counts"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)
    assert (figure.scale, figure.num_classes, figure.others, figure.angle) == (5.0, 100, 1.3, 0.5)
    with pytest.raises(ValueError, match="has no setting 'margin'"):
        ProbabilityCurve(margin=2)
    with pytest.raises(ValueError, match="at least one angle, got an empty list"):
        ProbabilityCurve({"a": []})


def test_settings_go_out_and_come_back():
    for given in ({"choice": "followed", "step": 1}, {"choice": "fixed", "num_classes": 300}, {"scale": 7.5}):
        sent = ProbabilityCurve({"a": [1.0], "b": [0.5]}, followed=run(), others=1.9, net=1, angle=0.3)
        sent.use(given)
        other = ProbabilityCurve({"a": [1.0], "b": [0.5]}, followed=run())
        other.use(json.dumps(sent.settings))
        assert other.settings == sent.settings
        for wrong in ('{"scale": "much"}', '{"scale": 5, "num_classes": 2}', '{"others": 0}', '{"net": 9}', "[1]"):
            with pytest.raises(ValueError):
                other.use(wrong)
            assert other.settings == sent.settings


def test_it_has_a_still_picture_and_a_small_page():
    chance = np.random.default_rng(0)
    nets = {name: np.abs(chance.normal(0, width, 10_000)) for name, width in [("a", 0.3), ("b", 0.1)]}
    moments = [(i * i, i / 5, 1.5 / (1 + i), 3.1 - 1.1 * i / 29) for i in range(30)]
    figure = ProbabilityCurve(nets, followed=run(moments))
    assert len(figure.html().encode()) < 56_000
    assert "for s = 2 and 10 classes: 27.4 % at 60.0°, 50.6 % at 0°" in figure.alt
    figure = ProbabilityCurve(scale=1.0)
    assert "s = 3.11, which gives 34.4 % at that angle" in figure.alt
    lines = {line.get_label(): line.get_ydata() for line in figure.picture().axes[0].get_lines()}
    assert lines["s = 1"].max() == pytest.approx(math.e / (math.e + 9))
    assert figure.picture().png(dpi=40).startswith(b"\x89PNG")
