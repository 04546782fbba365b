import json
import math

import pytest
from traitlets import TraitError

from lessons_lib.explorers import GradientArrows
from tests.explorers.arrows import FIRST, PAINTER, setting
from tests.explorers.modules import modules


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: value of an expression, NaN and infinity as None."""
    with modules("gradient_arrows/view.js", setup=PAINTER.replace("LIMITS", json.dumps(FIRST["limits"]))) as value:
        yield value


def test_the_first_frame_says_what_to_see(v8):
    words = v8(f"said({json.dumps(setting())})")
    assert "both arrows lie on one line" in words["text"]
    assert "W</i><sub>2</sub>, <i>W</i><sub>3</sub> and <i>W</i><sub>4</sub>, more than 90° from x" in words["text"]
    assert "stand <b>56.4°</b> apart" in words["text"]
    assert 'the real step goes with <span class="tight">1/‖x‖</span>: 1.60 times as long' in words["place"]
    assert words["rows"][0] == ["0 = y", "39.8°", "−23.1", "−0.231", "× 99.9"]
    assert words["rows"][2][4].endswith("⟲")
    assert "= 0.769 − 1 = <b>−0.231</b>" in words["pushes"][1]


@pytest.mark.parametrize(("changes", "words"), [
    ({"point": [0.02, 0.9], "lift": 0.05}, ["ArcFace</b> has let go", "of what it is at"]),
    ({"point": [-0.3, 0.5], "lift": 0}, ["flat in the plane", "the same way: lift x"]),
    ({"loss": "cosface", "other": "softmax"}, ["point the same way: both pull", "differ only in length"]),
    ({"other": "arcface"}, ["twice: the arrows are the same"]),
    ({"directions": [0.0, 0.5, 1.0], "point": [0.8, 0.4]}, ["point the same way here", "no other class is more than"]),
    ({"loss": "cosface", "other": "arcface", "scale": 64, "classes": 3, "point": [0.2, 0.8]}, ["have let go"]),
])  # fmt: skip
def test_the_sentence_names_the_case(v8, changes, words):
    text = v8(f"said({json.dumps(setting(**changes))})")["text"]
    assert [part for part in words if part not in text] == []


def test_the_sentence_tells_what_a_gesture_changed(v8):
    before = json.dumps({"angle": 1.0, "turned": [3, 4]})
    text = v8(f"said({json.dumps(setting())}, {before})")["text"]
    assert "(it was 57.3°)" in text
    assert "<i>W</i><sub>2</sub> turned round just now, at 109.8°" in text


def test_numbers_are_said_to_three_digits(v8):
    values = [0, 0.25, -23.07, 1234.6, 0.00099, -4.1e-9, 1e300]
    assert v8(f"{values}.map(significant)") == ["0", "0.250", "−23.1", "1,235", "9.9·10⁻⁴", "−4.1·10⁻⁹", "1.0·10³⁰⁰"]
    assert v8("[NaN, Infinity].map(significant)") == ["–", "–"]


def test_pasted_values_are_checked(v8):
    hostile = {
        "loss": ["hinge", "toString", 3, None], "margins": [None, [], {"arcface": 2}, {"p2sgrad": 1}, {"arcface": "1"}],
        "scale": [0, 65, None, "16"], "directions": [[], [1], [1, 2, None], [1, 2, 3, 4], "abc"],
        "label": [-1, 10, 0.5], "point": [[1], [1, 2, 3], [2, 0], [None, 1]], "lift": [-1, 1.5, None],
        "lengths": ["longest", "", None],
    }  # fmt: skip
    for name, values in hostile.items():
        assert v8(f"{json.dumps(values)}.map(v => fits('{name}', v))") == [False] * len(values)
    numbers = "fits('scale', v), fits('lift', v), fits('point', [v, 0]), fits('directions', [v, 0, 1])"
    assert v8(f"[NaN, Infinity].map(v => [{numbers}])") == [[False] * 4] * 2
    for name in hostile:
        assert v8(f"fits('{name}', {json.dumps(FIRST[name])})")


def test_traits_are_checked():
    arrows = GradientArrows(margin=0.3, classes=3, label=2, point=[0.1, -0.9], lift=0.0, scale=8, lengths="as_is")
    assert (arrows.margin, arrows.classes, arrows.label, arrows.margins["arcface"]) == (0.3, 3, 2, 0.3)
    before = arrows.settings
    for name, values, words in [
        ("directions", ([1, 2], [1, 2, math.nan], [1, 2, "a"], [0.1] * 11), "directions must be 3, 5 or 10 angles"),
        ("label", (-1, True), "label must lie in 0..9"),
        ("label", (3,), "label must be a class, 0..2"),
        ("point", ([1], [1, math.nan], [1.2, 1.2], ["a", 1]), "point must be"),
        ("lift", (-0.1, 1.5, math.nan, 30.0), "lift must be an angle"),
        ("scale", (0.5, 65.0, math.nan), "scale must lie in 1..64"),
        ("classes", (2, 4, "5", None), "classes must be 3, 5 or 10"),
        ("margin", (0.9, math.nan), "must lie in 0.0..0.8"),
        ("loss", ("hinge",), "loss"),
        ("other", ("hinge", None), "other"),
        ("lengths", ("long",), "lengths"),
    ]:
        for value in values:
            with pytest.raises(TraitError, match=words):
                setattr(arrows, name, value)
    with pytest.raises(TraitError, match=r"0\.524 is that many degrees"):
        arrows.lift = 30.0
    arrows.loss = "p2sgrad"
    with pytest.raises(ValueError, match="P2SGrad has no margin"):
        arrows.margin = 0.2
    assert arrows.margin == 0
    assert arrows.settings == before | {"loss": "p2sgrad"}


def test_other_classes_come_evenly_and_keep_a_label(v8):
    arrows = GradientArrows(classes=10, label=9)
    assert arrows.directions == pytest.approx(v8("even(10)"))
    arrows.classes = 3
    assert (arrows.label, len(arrows.directions)) == (0, 3)


def test_settings_come_back_in_any_order():
    arrows = GradientArrows(
        loss="cosface", other="softmax", margin=0.2, classes=10, label=8, point=[0.5, 0.8], lift=1.0
    )
    for order in (arrows.settings, dict(reversed(arrows.settings.items()))):
        other = GradientArrows()
        other.use(json.dumps(order))
        assert other.settings == arrows.settings == GradientArrows(**order).settings
    before = other.settings
    for wrong in ('{"label": 11}', '{"point": [NaN, 1]}', '{"loss": "softmax", "directions": [1]}', '{"angle": 1}'):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == before


def test_the_kernel_takes_over_what_a_view_sends():
    """Other classes and another label come in one message, in whatever order."""
    sent = {"directions": [0.1 * k for k in range(10)], "label": 9}
    for names in (("directions", "label"), ("label", "directions")):
        arrows = GradientArrows()
        arrows.set_state({name: sent[name] for name in names})
        assert (arrows.classes, arrows.label) == (10, 9)
    arrows.set_state({"label": 0, "directions": [0, 1, 2]})
    assert (arrows.classes, arrows.label) == (3, 0)


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "send W2, W3, W4 opposite ways"),
    ({"point": [0, 0]}, "have no direction"),
    ({"other": "softmax", "classes": 3, "lengths": "per_scale"}, "agree on the way for every weight"),
])  # fmt: skip
def test_it_has_a_still_picture_and_a_small_page(recwarn, changes, words):
    arrows = GradientArrows(**changes)
    assert words in arrows.alt
    picture = arrows.picture()
    assert {"0", "1", "2", "x"} <= {text.get_text() for text in picture.axes[0].texts}
    page = arrows.html()
    assert len(page.encode()) < 60_000 and "data:image/png;base64,iVBORw0KGgo" in page
    assert not [said for said in recwarn if "P2SGradLoss" in str(said.message)]
