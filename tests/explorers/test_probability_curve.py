import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lessons_lib.explorers import ProbabilityCurve
from lessons_lib.losses import AdaCosLoss, FixedAdaCosLoss
from lessons_lib.runs import Run
from tests.explorers.modules import modules
from tests.explorers.plots import PEN
from tests.explorers.probabilities import CLASSES, OTHERS, PAINTER, SCALES, params, run, trained

THETA = torch.linspace(0, math.pi, 181, dtype=torch.float64)


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("probability_curve/view.js", setup=PEN + PAINTER) as value:
        yield value


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
