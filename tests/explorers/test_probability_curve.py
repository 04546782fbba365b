import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from traitlets import TraitError

from lessons_lib.explorers import ProbabilityCurve
from lessons_lib.losses import AdaCosLoss, FixedAdaCosLoss
from lessons_lib.runs import Run
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, assert_apart

SCALES, CLASSES = (0.1, 1.0, 3.1073, 16.0, 64.0, 200.0), (3, 10, 1_000, 100_000)
OTHERS = ("90", "simplex", 1.2, math.radians(60), math.radians(120))
THETA = torch.linspace(0, math.pi, 181, dtype=torch.float64)

PAINTER = """
const moments = [{ step: 0, epoch: 0, theta: 1.5, scale: 3.1 }, { step: 40, epoch: 1, theta: 0.2, scale: 2 }];
const moment = { now: moments[1], first: moments[0], last: moments[1], lost: null };
function painted(width, p, more = {}) {
  written.length = 0;
  const state = { look, p, choice: 'hand', angle: 1, before: {}, net, moment, ...more };
  const { seats, frame, grip, line } = paintProbability(brush(), width, state);
  return { seats, written: [...written], frame, grip, line };
}
function gauges(width, lost, step) {
  written.length = 0;
  const frame = gaugeFrame(width, moments, lost);
  paintGauges(penOn(brush(), tints(look)), frame, { moments, lost, step, runClasses: 10, active: true });
  return { written: [...written], height: frame.height, nearest: [0, width / 4, width].map(frame.nearest) };
}
"""


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("probability_curve/view.js", setup=PEN + PAINTER) as value:
        yield value


def params(scale=16.0, num_classes=10, others="90"):
    return {"scale": scale, "num_classes": num_classes, "others": others}


def angle_of(others, num_classes):
    named = {"90": math.pi / 2, "simplex": math.acos(-1 / (num_classes - 1))}
    return named.get(others, others)


def trained(theta, scale, num_classes, others):
    """Loss of a softmax over every class, at angles (N,): what a head would compute, without closed forms."""
    cosines = torch.full((len(theta), num_classes), math.cos(angle_of(others, num_classes)), dtype=torch.float64)
    logits = scale * torch.cat([theta.cos()[:, None], cosines[:, 1:]], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(theta), dtype=torch.int64), reduction="none")


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("num_classes", CLASSES)
def test_probability_loss_and_slope_are_those_of_a_softmax(v8, num_classes, others):
    theta = THETA[::15].clone().requires_grad_()
    figure = ProbabilityCurve(num_classes=num_classes, others=others)
    for scale in SCALES:
        p = json.dumps(params(scale, num_classes, others))
        loss = trained(theta, scale, num_classes, others)
        (slope,) = torch.autograd.grad(loss.neg().exp().sum(), theta)
        angles = json.dumps(theta.tolist())
        found = v8(f"{angles}.map(a => [probability(a, {p}), lossAt(a, {p}), slopeAt(a, {p})])")
        expected = torch.stack([loss.neg().exp(), loss, slope], dim=1).detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-8)  # autograd forms P − 1
        figure.scale = scale
        np.testing.assert_allclose(figure.probability(theta.detach().numpy()), expected[:, 0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("others", OTHERS[:3])
def test_the_steepest_angle_is_where_autograd_finds_no_slope_of_the_slope(v8, others):
    for num_classes in (3, 10, 200):
        for scale in SCALES:
            found = v8(f"steepestOf({json.dumps(params(scale, num_classes, others))})")
            theta = torch.linspace(max(0, found - 0.02), min(math.pi, found + 0.02), 2_001, dtype=torch.float64)
            theta.requires_grad_()
            share = trained(theta, scale, num_classes, others).neg().exp()
            (slope,) = torch.autograd.grad(share.sum(), theta)
            assert abs(float(theta.detach()[slope.argmin()]) - found) < 3e-5
            elsewhere = THETA.clone().requires_grad_()
            (wide,) = torch.autograd.grad(trained(elsewhere, scale, num_classes, others).neg().exp().sum(), elsewhere)
            assert float(wide.min()) >= float(slope.min()) - 1e-9


def test_what_the_paper_says_of_45_degrees(v8):
    for num_classes, degrees, share in [(10, 57.1, 0.38), (1_000, 47.1, 0.44), (100_000, 45.8, 0.46)]:
        scale = v8(f"fixedScale({num_classes})")
        assert scale == pytest.approx(FixedAdaCosLoss(num_classes, 2).scale, rel=1e-4)
        p = json.dumps(params(scale, num_classes))
        half, steepest = v8(f"[probability(Math.PI / 4, {p}), steepestOf({p})]")
        assert half == pytest.approx(0.5, abs=1e-4)
        assert math.degrees(steepest) == pytest.approx(degrees, abs=0.06)
        assert v8(f"probability({steepest}, {p})") == pytest.approx(share, abs=0.01)


def test_dynamic_adacos_ends_where_the_figure_says(v8):
    num_classes = 10
    head = AdaCosLoss(num_classes, num_classes).train()
    cosines = torch.full((num_classes, num_classes), -1 / (num_classes - 1)).fill_diagonal_(1)
    for _ in range(200):
        previous = float(head.scale)
        head.follow(cosines, torch.arange(num_classes))
    end, rule = v8(f"[endScale(10), ruleScale(0, {json.dumps(params(previous, 10, 'simplex'))})]")
    assert end == pytest.approx(1.9775, abs=1e-4)
    assert float(head.scale) == pytest.approx(end, rel=1e-4)
    assert rule == pytest.approx(float(head.scale), rel=1e-4)
    share, loss = v8(f"(p => [probability(0, p), lossAt(0, p)])({json.dumps(params(end, 10, 'simplex'))})")
    assert (share, loss) == (pytest.approx(0.5), pytest.approx(math.log(2)))


def test_the_curve_that_is_pulled_passes_through_the_pointer(v8):
    for others in OTHERS:
        for num_classes in (3, 10, 1_000):
            for theta in (0.2, 0.6, 0.95):
                for share in (0.5, 0.8, 0.95):
                    scale = v8(f"scaleThrough({theta}, {share}, {json.dumps(params(7, num_classes, others))})")
                    found = v8(f"probability({theta}, {json.dumps(params(scale, num_classes, others))})")
                    assert found == pytest.approx(share, abs=1e-3) or scale in (0.1, 200)
    p = json.dumps(params())
    ends = v8(f"[[1.56, 1], [3, 1], [0.2, 0], [-5, 0.05], [0.5, NaN]].map(([a, P]) => scaleThrough(a, P, {p}))")
    assert ends[:4] == [200, 200, 0.1, 0.1]


def test_the_angle_with_a_share_has_it(v8):
    for scale in SCALES:
        for num_classes in CLASSES:
            p = json.dumps(params(scale, num_classes))
            edge, best = v8(f"[angleWith(0.99, {p}), probability(0, {p})]")
            if edge is None:
                assert best < 0.99
            else:
                assert v8(f"probability({edge}, {p})") == pytest.approx(0.99, abs=1e-6)


def test_sliders_reach_both_ends_and_come_back(v8):
    assert v8("[scaleAt(0), scaleAt(SCALE_STEPS), CLASSES[0], CLASSES.at(-1)]") == [0.1, 200, 3, 100_000]
    classes = v8("CLASSES")
    assert classes == sorted(set(classes)) and {10, 100, 1_000, 10_000} < set(classes)
    assert v8("CLASSES.map(classesStep)") == list(range(len(classes)))
    steps = v8("Array.from({ length: SCALE_STEPS + 1 }, (_, i) => scaleStep(scaleAt(i)))")
    np.testing.assert_allclose(steps, np.arange(len(steps)), atol=0.3)  # scales have three digits


MOMENTS = [(0, 0.0, 1.5, 3.1), (40, 0.5, 0.9, 2.6), (160, 2.0, 0.15, 2.0)]


def run(moments=MOMENTS, num_classes=10):
    """A training that is over, without its network."""
    names = ("step", "epoch", "theta", "scale")
    history = [dict(zip(names, moment, strict=True)) for moment in moments]
    return Run(torch.nn.Identity(), AdaCosLoss(num_classes, 4), history=history)


def both_ways(v8, wishes):
    """The same wishes in Python and in the browser: (choice, classes, scale, step) after each."""
    figure, seen = ProbabilityCurve(followed=run()), []
    names = ("choice", "num_classes", "scale", "step")
    now = {name: getattr(figure, name) for name in names} | {"moments": figure.moments, "run_classes": 10}
    for wish in wishes:
        for name, value in wish.items():
            setattr(figure, name, value)
        now |= v8(f"settle({json.dumps(now)}, {json.dumps(wish)})")
        seen.append(tuple(now[name] for name in names))
        assert seen[-1] == tuple(getattr(figure, name) for name in names)
    return seen


def test_who_chooses_the_scale_is_settled_alike_in_python_and_browser(v8):
    wishes = [
        {"choice": "fixed"}, {"num_classes": 1_000}, {"scale": 20.0}, {"num_classes": 50}, {"choice": "fixed"},
        {"choice": "followed"}, {"step": 0}, {"num_classes": 77}, {"choice": "followed"}, {"scale": 5.0},
        {"choice": "hand"},
    ]  # fmt: skip
    assert both_ways(v8, wishes) == [
        ("fixed", 10, 3.1073, 2), ("fixed", 1_000, 9.7676, 2), ("hand", 1_000, 20, 2), ("hand", 50, 20, 2),
        ("fixed", 50, 5.5039, 2), ("followed", 10, 2, 2), ("followed", 10, 3.1, 0), ("hand", 77, 3.1, 0),
        ("followed", 10, 3.1, 0), ("hand", 10, 5, 0), ("hand", 10, 5, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("was", "pasted", "expected"), [
    ("fixed", {"scale": 30.0}, ("hand", 10, 30)), ("fixed", {"num_classes": 100}, ("fixed", 100, 6.4985)),
    ("hand", {"choice": "fixed"}, ("fixed", 10, 3.1073)), ("hand", {"choice": "followed"}, ("followed", 10, 2)),
    ("followed", {"num_classes": 50}, ("hand", 50, 2)), ("followed", {"step": 0}, ("followed", 10, 3.1)),
    ("followed", {"scale": 7.0}, ("hand", 10, 7)),
    ("fixed", {"num_classes": 100, "scale": 6.4985, "choice": "fixed"}, ("fixed", 100, 6.4985)),
])  # fmt: skip
def test_pasted_settings_are_brought_together_as_use_does(v8, was, pasted, expected):
    figure = ProbabilityCurve(followed=run(), choice=was)
    names = ("choice", "num_classes", "scale", "step")
    before = {name: getattr(figure, name) for name in names} | {"moments": figure.moments, "run_classes": 10}
    there = v8(f"mend({json.dumps(before)}, {json.dumps(before | pasted)})")
    figure.use(pasted)
    assert tuple(there[name] for name in names[:3]) == expected
    assert (figure.choice, figure.num_classes, figure.scale) == expected


def test_a_message_from_the_browser_is_taken_as_a_whole():
    figure = ProbabilityCurve(followed=run())
    figure.set_state({"scale": 6.4985, "num_classes": 100, "choice": "fixed"})
    assert (figure.choice, figure.num_classes, figure.scale) == ("fixed", 100, 6.4985)
    figure.set_state({"choice": "hand", "scale": 12.0})
    assert (figure.choice, figure.scale) == ("hand", 12)
    figure.set_state({"choice": "followed", "step": 1, "scale": 2.6, "num_classes": 10})
    assert (figure.choice, figure.scale, figure.num_classes) == ("followed", 2.6, 10)


def test_a_run_is_followed_from_its_last_moment():
    figure = ProbabilityCurve(followed=run())
    assert (figure.choice, figure.step, figure.scale, figure.num_classes) == ("followed", 2, 2.0, 10)
    assert (figure.others, figure.lost) == ("simplex", {})
    assert figure.moments[1] == {"step": 40, "epoch": 0.5, "theta": 0.9, "scale": 2.6}
    by_hand = ProbabilityCurve(followed=run(), scale=30.0)
    assert (by_hand.choice, by_hand.scale, by_hand.others) == ("hand", 30, "90")
    assert ProbabilityCurve(followed=run(), step=1).scale == 2.6


@pytest.mark.parametrize(("broken", "scale"), [
    ((16, 0.1, 1.5, math.inf), None), ((16, 0.1, 1.5, math.nan), None), ((16, 0.1, math.nan, 60.0), 60.0),
    ((16, 0.1, 1.5, 4e5), 4e5),
])  # fmt: skip
def test_a_scale_that_runs_away_ends_the_film(v8, broken, scale):
    figure = ProbabilityCurve(followed=run([(0, 0.0, 1.5, 3.1), (8, 0.05, 1.5, 20.0), broken, (20, 1, 1.5, 2.0)]))
    assert [moment["step"] for moment in figure.moments] == [0, 8]
    assert figure.lost == {"step": 16, "scale": scale}
    assert json.dumps(figure.state(), allow_nan=False)
    assert "The scale left every bound at step 16" in v8(f"lostText({json.dumps(figure.lost)})")


@pytest.mark.parametrize(("followed", "words"), [
    (SimpleNamespace(history=[]), "whose history has step, epoch, theta and scale, got SimpleNamespace without one"),
    (42, "got int without one"),
    (run([(0, 0.0, math.nan, 3.1)]), "whose scale and angle are no numbers from the start"),
    (Run(torch.nn.Identity(), AdaCosLoss(10, 4), history=[{"step": 0, "theta": 1.0}]), "without epoch, scale"),
    (SimpleNamespace(history=run().history), "got SimpleNamespace whose head tells no num_classes"),
])  # fmt: skip
def test_runs_that_cannot_be_followed_are_refused_in_a_sentence(followed, words):
    with pytest.raises(ValueError, match=words):
        ProbabilityCurve(followed=followed)


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
