import itertools
import json
import math
import re

import numpy as np
import pytest
from traitlets import TraitError

from lessons_lib.explorers import CenterUpdate
from tests.explorers.modules import loose, modules
from tests.explorers.pens import PEN

RULES = {
    "paper": lambda total, n: total / (1 + n),
    "descent": lambda total, n: total,
    "mean": lambda total, n: total / n if n else total,
    "popular": lambda total, n: 2 * total / n if n else total,
}
SHARES = {
    "paper": lambda a, n: a * n / (n + 1),
    "descent": lambda a, n: a * n,
    "mean": lambda a, n: a if n else 0,
    "popular": lambda a, n: 2 * a if n else 0,
}
BATCHES = [list(batch) for batch in itertools.product([False, True], repeat=3)]

PAINTER = (
    PEN
    + """
const look = { ink: '#000', paper: '#fff', accent: '#f0f', soft: '#666', classes: ['#00f'] };
function painted(now, side) {
  const written = [];
  paintCenter(pen(written), side, { ...now, look, found: update(now), words: farWords(now), strong: k => k === 'c' });
  return written;
}
const fits = (name, value) => fitsIn({ get: () => (LIMITS) }, FITS)(name, value);
const said = (now, kind = '', before = null) => ({ text: centerSentence(now, kind, before), walk: walkLine(now),
  law: lawOf(now.rule), share: shareLine(now, update(now)), rows: tableRows(now, update(now)) });
"""
)
BROKEN = ("NaN", "Infinity", "undefined", "null")


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: value of an expression, NaN and infinity as None."""
    with modules("center_update/view.js", setup=PAINTER.replace("LIMITS", json.dumps(FIRST["limits"]))) as value:
        yield value


FIRST = CenterUpdate().state()


def setting(**changes):
    """What the browser is told; a widget for each would take most of the time."""
    return FIRST | {"path": []} | changes


def some_places(count, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 4, 2))


def by_hand(points, center, batch, alpha, rule, steps):
    """Former centres and the last one, from the sums as they stand in the papers."""
    walk = [center]
    for _ in range(steps):
        inside = points[np.array(batch)]
        walk.append(walk[-1] - alpha * RULES[rule]((walk[-1] - inside).sum(0), len(inside)))
    return np.array(walk)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: "".join("x."[not inside] for inside in batch))
def test_each_rule_is_its_sum(v8, rule, batch):
    for (center, *points), alpha in zip(some_places(6, seed=sum(batch)), (0, 0.1, 0.5, 0.73, 0.99, 1), strict=True):
        points = np.array(points)
        now = setting(points=points.tolist(), center=center.tolist(), batch=batch, alpha=alpha, rule=rule)
        found, walk = v8(f"[update({json.dumps(now)}), walked({json.dumps(now)}, 7)]")
        expected = by_hand(points, center, batch, alpha, rule, 7)
        np.testing.assert_allclose(found["to"], expected[1], rtol=0, atol=1e-12)
        seen = [*walk["path"], *[walk["center"]] * (8 - len(walk["path"]))]  # where nothing moves there is no footprint
        np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-12 * np.abs(expected).max().clip(1))
        n = sum(batch)
        assert found["share"] == pytest.approx(SHARES[rule](alpha, n), abs=1e-12)
        if n:
            mean = points[np.array(batch)].mean(0)
            np.testing.assert_allclose(expected[1] - center, found["share"] * (mean - center), atol=1e-12)
            np.testing.assert_allclose(found["sum"], (center - points[np.array(batch)]).sum(0), atol=1e-12)
        else:
            assert (found["share"], found["mean"], walk["path"]) == (0, None, [])


def test_python_steps_as_the_browser_does(v8):
    for k, (center, *points) in enumerate(some_places(24, seed=5)):
        rule, batch = list(RULES)[k % 4], BATCHES[(k * 3 + 1) % 8]
        given = {
            "points": np.array(points).tolist(),
            "batch": batch,
            "alpha": (0, 0.37, 0.9, 1)[k // 4 % 4],
            "rule": rule,
        }
        figure = CenterUpdate(center=center.tolist(), **given)
        figure.step(12)
        there = v8(f"walked({json.dumps(setting(center=center.tolist(), **given))}, 12)")
        assert (figure.center, figure.path) == (there["center"], there["path"])


@pytest.mark.parametrize(("rule", "alpha"), [("paper", 0.5), ("descent", 0.6), ("mean", 0.25), ("descent", 0.9)])
def test_what_is_left_is_a_power(v8, rule, alpha):
    figure = CenterUpdate(center=[-0.5, 0.25], rule=rule, alpha=alpha)
    figure.step(5)
    state = json.dumps(figure.state())
    walk, share = v8(f"[walk({state}), update({state}).share]")
    assert walk["steady"]
    assert walk["left"] / walk["first"] == pytest.approx(abs(1 - share) ** 5, rel=1e-9)
    figure.alpha = 0.11
    assert not v8(f"walk({json.dumps(figure.state())})")["steady"]
    assert "not by one power" in v8(f"said({json.dumps(figure.state())})")["walk"]


def test_a_centre_that_flies_off_comes_to_a_stop(v8):
    figure = CenterUpdate(center=[0.3, -0.4], rule="descent", alpha=1)
    figure.step(500)
    assert len(figure.path) == 200
    assert max(map(abs, figure.center)) == pytest.approx(1e6)
    there = v8(f"walked({json.dumps(setting(center=[0.3, -0.4], rule='descent', alpha=1))}, 500)")
    assert (figure.center, figure.path) == (there["center"], there["path"])
    words = v8(f"said({json.dumps(figure.state())}, 'step')")
    assert "a million away" in words["text"]
    assert "flies off" in v8(f"said({json.dumps(setting(rule='descent', alpha=0.7))})")["text"]


AWKWARD = [
    {}, {"batch": [False] * 3}, {"points": [[0, 0]] * 3, "center": [0, 0]}, {"points": [[1, 1]] * 3, "center": [1, 1]},
    {"center": [1e6, -1e6]}, {"center": [-1e6, 3]}, {"points": [[1, 1], [1, -1], [-1, 1]], "center": [5, 5]},
    {"batch": [False] * 3, "center": [0, 1e6]}, {"points": [[1, 1]] * 3, "center": [1.5, 1]},
    {"path": [[0.1, 0.1], [1e6, -2]], "center": [0.2, 0.2]},
]  # fmt: skip


@pytest.mark.parametrize("changes", AWKWARD, ids=str)
def test_awkward_places_paint_numbers_only_and_say_something(v8, changes):
    """A coordinate that is no number would raise in V8; what is said holds none either."""
    for rule, alpha, steps in itertools.product(RULES, (0, 0.5, 1), (0, 1, 200)):
        now = json.dumps(setting(rule=rule, alpha=alpha, **changes))
        held = f"{{ ...{now}, ...walked({now}, {steps}) }}"
        words, written = v8(f"(now => [said(now, now.path.length ? 'step' : ''), painted(now, 560)])({held})")
        assert words["text"]
        everything = json.dumps([words, written], ensure_ascii=False).replace(
            "infinite, then NaN", ""
        )  # said on purpose
        assert not [wrong for wrong in BROKEN if wrong in everything]


@pytest.mark.parametrize("side", [396, 560, 980])
def test_names_keep_apart_and_inside(v8, side):
    for k, (center, *points) in enumerate([*some_places(24, seed=side), *np.zeros((1, 4, 2)), *np.ones((1, 4, 2))]):
        if k % 3 == 0:  # close together
            points = points[0] + 0.05 * np.array(points)
        given = {"points": np.clip(points, -1, 1).tolist(), "batch": BATCHES[-1 - k % 8], "center": center.tolist()}
        now = json.dumps(setting(rule=list(RULES)[k % 4], alpha=(0.5, 1, 0.2)[k % 3], **given))
        written = v8(f"painted({{ ...{now}, ...walked({now}, {k % 12}) }}, {side})")
        assert {"x₁", "x₂", "x₃"} <= {words for words, _ in written}
        assert [words for words, _ in written if words[0] == "c"]
        for (one, a), (other, b) in itertools.combinations(written, 2):
            assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1], (k, one, other, written)
        boxes = np.array([box for _, box in written])
        assert boxes.min() >= 0
        assert boxes.max() <= side


def test_the_first_frame_says_what_to_see(v8):
    words = v8(f"said({json.dumps(FIRST)}, 'step')")
    assert "Step 1 went <b>37.5\u00a0%</b> of the way" in words["text"]
    assert "only 25\u00a0%" in words["text"]
    assert "= 0.5·3/4 =" in words["share"]
    assert "(1 − 0.375) = <b>0.625</b>" in words["walk"]
    assert [row[1:3] for row in words["rows"]] == [
        ["−0.279", "−0.234"], ["−0.599", "−1.014"], ["−1.129", "−0.534"], ["−0.479", "−0.084"],
        ["−2.206", "−1.631"], ["−0.552", "−0.408"], ["−0.276", "−0.204"], ["−0.003", "−0.030"],
    ]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), [
    ({"batch": [False] * 3}, "Δc = 0, and nothing is divided by zero. That is what the 1 is for, too."),
    ({"batch": [False] * 3, "rule": "mean"}, "its mean would be 0/0"),
    ({"batch": [False] * 3, "rule": "popular"}, "counts the points of all classes"),
    ({"batch": [True, False, False]}, "goes 25\u00a0% of the way, with three 37.5\u00a0%: the 1 in 1 + <i>n</i> keeps"),
    ({"rule": "descent", "alpha": 0.5}, "jumps over the mean"), ({"rule": "mean"}, "however many points"),
    ({"rule": "descent", "alpha": 0.2}, "20\u00a0% with one point, 60\u00a0% with three"),
    ({"rule": "descent", "alpha": 1, "batch": [True, True, False]}, "to the mirrored place and back"),
    ({"rule": "popular"}, "lands on the mean in one step"), ({"alpha": 0}, "never follows"),
    ({"points": [[0.5, 0.5]] * 3, "center": [0.5, 0.5]}, "stands on the mean"),
    ({"rule": "descent", "alpha": 1}, "2 times as far"), ({"center": [9, 0]}, "drawn at its edge"),
])  # fmt: skip
def test_the_sentence_names_the_case(v8, changes, words):
    assert words in loose(v8(f"said({json.dumps(setting(**changes))})")["text"])


def test_the_sentence_tells_what_a_gesture_changed(v8):
    now = setting()
    for changes, kind, words in [
        ({"batch": [True, True, False]}, "batch", "<sub>3</sub> left the batch: with two points the centre goes"),
        ({"alpha": 0.8}, "alpha", "α = 0.8: the centre goes <b>60\u00a0%</b> of the way a step, not 37.5\u00a0%"),
        ({"rule": "mean"}, "rule", "By this rule the centre goes <b>50\u00a0%</b>"),
        ({"center": [0, 0]}, "center", "from the mean; the next step takes <b>37.5\u00a0%</b>"),
        ({"points": [[0.02, 0.78], *now["points"][1:]]}, "points", "moved by 0.300, the mean a third of that, 0.100"),
        ({"path": [now["center"]] * 3}, "step", "3 steps: from"),
        ({}, "", ""),
    ]:
        pair = f"{json.dumps(now)}, {json.dumps(now | changes)}"
        assert v8(f"gesture({pair})") == kind
        assert words in loose(v8(f"said({json.dumps(now | changes)}, '{kind}', {json.dumps(now)})")["text"])
    walked = now | {"path": [[0, 0]], "center": [0.5, 0.5]}
    assert v8(f"gesture({json.dumps(walked)}, {json.dumps(now | {'center': [0, 0]})})") == "again"


@pytest.mark.parametrize(
    "before, now, words",
    [
        ([True, True, True], [False, True, False], "x1 and x3 left the batch: with one point the centre"),
        ([True, True, True], [False, False, True], "x1 and x2 left the batch: with one point the centre"),
        ([False, False, False], [True, True, True], "x1, x2 and x3 joined the batch: with three points the centre"),
        ([True, False, True], [False, True, True], "x2 joined the batch, x1 left it: with two points the centre"),
    ],
)
def test_all_that_join_or_leave_the_batch_are_named(v8, before, now, words):
    given = f"{json.dumps(setting(batch=now))}, 'batch', {json.dumps(setting(batch=before))}"
    assert re.sub("<[^>]*>", "", loose(v8(f"said({given})")["text"])).startswith(words)


@pytest.mark.parametrize("rule", ["mean", "popular"])
def test_a_share_that_stays_is_told_once(v8, rule):
    """With these rules it does not depend on how many points there are, whatever the last digits of a product."""
    for alpha in range(101):
        now, before = (
            setting(rule=rule, alpha=alpha / 100, batch=batch) for batch in ([True] * 3, [True, False, True])
        )
        assert ", not " not in v8(f"said({json.dumps(now)}, 'batch', {json.dumps(before)})")["text"]


def test_keys_move_what_is_held_and_take_steps(v8):
    now = json.dumps(setting(points=[[0, 0], [0.99, 0], [0, 0]], center=[0.5, 0.5]))

    def press(held, key, shift="false"):
        return v8(f"pressedKey({json.dumps(held)}, {{ key: '{key}', shiftKey: {shift} }}, {now})")

    assert [press(None, key) for key in ("2", "C", "Escape")] == [{"held": 1}, {"held": "c"}, {"held": None}]
    assert press(None, "ArrowRight") == press(None, "Enter") == {"held": None, "step": 1}
    assert press("c", "Enter") == {"held": "c", "step": 1}
    assert press(1, "ArrowRight")["set"] == ["points", [[0, 0], [1, 0], [0, 0]]]
    assert press("c", "ArrowUp", "true")["set"] == ["center", [0.5, 0.6]]
    assert press(2, " ")["set"] == ["batch", [True, True, False]]
    assert [press("c", " "), press(None, "ArrowUp"), press(0, "Tab"), press(None, "4")] == [None] * 4


def test_pasted_values_are_checked(v8):
    hostile = {
        "points": [None, [], [[0, 0]] * 2, [[0, 0]] * 4, [[0, 0], [0, 0], [0, 1.1]], [[0, None]] * 3, "abc"],
        "center": [None, [1], [1, 2, 3], [2e6, 0], ["0", 0]], "batch": [None, [True] * 2, [1, 0, 1], "yes"],
        "alpha": [None, -0.1, 1.01, "0.5"], "rule": ["hinge", "toString", None, 3],
    }  # fmt: skip
    for name, values in hostile.items():
        assert v8(f"{json.dumps(values)}.map(v => fits('{name}', v))") == [False] * len(values)
    assert v8("[NaN, Infinity].map(v => [fits('alpha', v), fits('center', [v, 0])])") == [[False] * 2] * 2
    assert all(v8(f"fits('{name}', {json.dumps(FIRST[name])})") for name in hostile)


def test_traits_are_checked():
    figure = CenterUpdate(alpha=0.25, rule="mean", batch=[True, False, True])
    before, path = figure.settings, figure.path
    for name, values, words in [
        ("points", ([[0, 0]], [[0, 2]] * 3, [[0, math.nan]] * 3, ["a"] * 3), "points must be three"),
        ("center", ([1], [2e6, 0], [math.nan, 0], ["a", 0], [True, 0]), "center must be a place"),
        ("batch", ([True], [1, 0, 1], [True, False, None]), "batch must be three"),
        ("alpha", (-0.1, 1.5, math.nan), r"alpha must lie in 0\.\.1"),
        ("path", ([[0]], [[0, 0]] * 201, [[math.inf, 0]]), "path must be at most 200"),
        ("rule", ("hinge", None), "rule"),
    ]:  # fmt: skip
        for value in values:
            with pytest.raises(TraitError, match=words):
                setattr(figure, name, value)
    assert (figure.settings, figure.path) == (before, path)
    for times in (-1, 1.5, True, None):
        with pytest.raises(ValueError, match="times must be a whole number"):
            figure.step(times)


def test_a_walk_begins_anew_where_the_centre_is_set():
    figure = CenterUpdate()
    assert figure.path == [[-0.72, -0.56]]
    figure.step(3)
    assert len(figure.path) == 4
    for wrong in ('{"center": [0, 0], "alpha": 2}', '{"path": []}', '{"center": [NaN, 0]}', "[1]"):
        with pytest.raises(ValueError):
            figure.use(wrong)
        assert len(figure.path) == 4
    figure.points = [[0, 0], [0.5, 0], [0, 0.5]]
    assert len(figure.path) == 4
    other = CenterUpdate()
    other.use(json.dumps(figure.settings))
    assert (other.settings, other.path) == (figure.settings, [])
    figure.center = [0.1, 0.2]
    assert figure.path == []
    assert CenterUpdate(**figure.settings).path == []
    assert CenterUpdate(center=[0, 0], path=[[0.5, 0.5]]).path == [[0.5, 0.5]]


def test_the_kernel_takes_over_what_a_view_sends():
    """A step's centre and path come in one message, in whatever order."""
    sent = {"center": [0.5, 0.5], "path": [[0.0, 0.0], [0.25, 0.25]]}
    for names in (("center", "path"), ("path", "center")):
        figure = CenterUpdate()
        figure.set_state({name: sent[name] for name in names})
        assert (figure.center, figure.path) == (sent["center"], sent["path"])
    figure.center = [0, 0]
    assert figure.path == []


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "3 of them in the batch, and the centre of the class after one step. With the paper's rule and α = 0.5"),
    ({"batch": [False] * 3}, "The centre stays"),
    ({"rule": "descent", "alpha": 1, "center": [900.0, -3.0]}, "a step goes 300 % of the way"),
])  # fmt: skip
def test_it_has_a_still_picture_and_a_small_page(changes, words):
    figure = CenterUpdate(**changes)
    assert words in figure.alt
    picture = figure.picture()
    assert {"$x_1$", "c"} <= {text.get_text() for text in picture.axes[0].texts}
    page = figure.html()
    assert len(page.encode()) < 40_000 and "data:image/png;base64,iVBORw0KGgo" in page
