import json
import math
import re

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.explorers import GradientLength
from lessons_lib.explorers.gradient_length.explorer import at_cosines
from lessons_lib.explorers.kit.losses import MARGINS, named_head
from lessons_lib.gradients import gradients, place, with_weights
from tests.explorers.lengths import ANGLES, LOSSES, PAINTER, PLACES, USUAL, params
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, assert_apart, reached


@pytest.fixture(scope="module")
def v8():
    """The figure's maths, words and painting in V8: the value of an expression, NaN and infinity as None."""
    with modules("gradient_length/view.js", setup=PEN + PAINTER) as value:
        yield value


def walk():
    """A walk through the parameters, every corner of them and what lies between."""
    chance, seen = np.random.default_rng(3), []
    for scale in (1, 4, 16, 33, 64):
        for others in PLACES:
            margins = {loss: float(chance.choice(reached(loss, 9))) for loss in MARGINS}
            seen.append(params(scale, int(chance.choice([3, 10, 63, 1000, 100_000])), others, **margins))
    seen += [params(64, 10, "90", **{loss: end[k] for loss, end in MARGINS.items()}) for k in (0, 1)]
    return [*seen, params(), params(8, arcface=0.3)]


@pytest.mark.parametrize("width", [396, 560, 1000])
def test_names_never_meet_and_stay_inside(v8, width):
    for p in walk():
        for more in ({}, {"divided": False, "loss": "sphereface"}, {"quantity": "coefficient", "loss": "p2sgrad"}):
            found = v8(f"painted({width}, {json.dumps(p)}, {json.dumps(more)})")
            seats, frame = found["seats"], found["frame"]
            hidden = set() if more.get("loss") == "sphereface" else {"sphereface"}  # drawn where it is chosen
            assert set(seats) == set(LOSSES) - hidden
            assert_apart([[loss, *box] for loss, box in seats.items()], width)
            for left, top, _, bottom in seats.values():
                assert left >= frame["left"] and top >= frame["top"] and bottom <= frame["floor"]


@pytest.mark.parametrize("width", [396, 700])
def test_no_words_are_cut_or_overlap(v8, width):
    """All that is written, with a ghost and the cursor at both edges: only a halo may lie over something."""
    for angle in (0, 0.6, math.pi / 2, math.pi):
        more = {"angle": angle, "before": params(5.0, 100), "loss": "sphereface"}
        found = v8(f"painted({width}, {json.dumps(params())}, {json.dumps(more)})")
        assert len(found["inPlot"]) > 15 and len(found["inPanels"]) > 20
        assert_apart(found["inPlot"], width)
        assert_apart(found["inPanels"], width)


def test_the_name_of_p2sgrad_never_moves(v8):
    seats = {tuple(v8(f"painted(640, {json.dumps(p)}).seats.p2sgrad")) for p in walk()}
    assert len(seats) == 1


def test_every_coordinate_is_a_number(v8):
    """A coordinate that is none would raise in V8."""
    for p in walk():
        for angle, more in [(0, ""), (math.pi, "quantity: 'coefficient', divided: false, loss: 'sphereface', ")]:
            more = f"{{ {more}angle: {angle}, before: {json.dumps(params(7.0, 30))} }}"
            assert v8(f"painted(420, {json.dumps(p)}, {more}).inPlot.length") > 12
    assert v8(f"painted(420, {json.dumps(params())}, {{ net: undefined, angle: 1e-5 }}).inPlot.length") > 12


def said(v8, function, **state):
    state = {"p": params(), "before": {}, "loss": "arcface", "quantity": "length", "angle": math.radians(50)} | state
    return v8(f"{function}({json.dumps(state)})").replace("<b>", "").replace("</b>", "")


def test_the_sentence_holds_the_numbers(v8):
    text = said(v8, "pullSentence")
    for words in ("its length is 0.00191", "below 55.3°", "63.8 at 65.5°", "P2SGrad pulls with 0.274 there"):
        assert words in text
    text = said(v8, "pullSentence", p=params(24.0), before=params())
    for words in ("64 → 24", "goes from 0.00191 to 1.74", "begins at 45.0° instead of 55.3°", "P2SGrad has not moved"):
        assert words in text
    text = said(v8, "pullSentence", p=params(8.0, arcface=0.3), before=params(8.0, arcface=0.2))
    assert "m of ArcFace" in text and "0.20 rad → 0.30 rad" in text
    assert "from 0° on" in said(v8, "pullSentence", p=params(1.0))
    text = said(v8, "pullSentence", p=params(24.0), before=params(), loss="p2sgrad")
    for words in ("P2SGrad has not moved", "1.30 at 120.0°", "below 17.1°"):
        assert words in text


def test_the_words_stay_honest_about_p2sgrad(v8):
    """It has a floor as well, and against a small scale it does not reach further."""
    narrow = GradientLength({"sharp": np.radians(np.linspace(5, 20, 1000))}).nets[0]
    assert "17.1°" in (text := said(v8, "reachSentence", net=narrow)) and "most of this net’s angles lie there" in text
    text = said(v8, "reachSentence", net=narrow, p=params(1.0, arcface=0.3))
    assert "still pushes 1,000" in text and "reaches more" in text
    assert "17.1°" in said(v8, "reachSentence", net=narrow, loss="p2sgrad")
    assert "reaches further down" in said(v8, "reachSentence", p=params(1.0))
    assert "begins at 55.3° only" in said(v8, "reachSentence")
    odd = GradientLength({"<b>": [1.0, math.nan]}).nets[0]
    assert "1 more is no number and is left out" in (text := said(v8, "reachSentence", net=odd)) and "&lt;" in text


def test_the_push_on_another_class_is_what_autograd_measures(v8):
    """Class 0 is at θ and the next one is true: the same as `at_angles` with another label."""
    one = torch.ones(len(ANGLES), dtype=torch.int64)
    for others in PLACES:
        for loss in LOSSES:
            for margin, scale, classes in zip(reached(loss, 3) * 3, (1.0, 16.0, 64.0), (3, 10, 7), strict=False):
                directions, weight = place(ANGLES, classes, others)
                found = gradients(with_weights(named_head(loss, margin, scale, classes, 2), weight), directions, one)
                p = json.dumps(params(scale, classes, others, **{loss: margin}))
                drawn = v8(f"{ANGLES.tolist()}.map(t => anotherAt('{loss}', t, {p}))")
                for quantity, expected in (("length", found.weight_length), ("coefficient", found.coefficient.abs())):
                    values = torch.tensor([at[quantity] for at in drawn], dtype=torch.float64)
                    torch.testing.assert_close(values, expected[:, 0], rtol=1e-6, atol=1e-6)
                torch.testing.assert_close(
                    torch.tensor([at["own"] for at in drawn], dtype=torch.float64).cos(), found.cosines[:, 1]
                )


@pytest.mark.parametrize("others", PLACES)
def test_many_classes_push_another_one_alike(v8, others):
    for loss in ("arcface", "sphereface", "adacos"):
        for classes, scale in ((64, 64.0), (65, 64.0), (2_000, 8.0)):
            found = at_cosines(loss, USUAL.get(loss, 0.0), scale, classes, others, ANGLES[::3], true=False)
            p = json.dumps(params(scale, classes, others))
            drawn = v8(f"{ANGLES[::3].tolist()}.map(t => anotherAt('{loss}', t, {p}).length)")
            np.testing.assert_allclose(drawn, found.weight_length[:, 0].numpy(), rtol=1e-5, atol=1e-6)


def test_the_sentence_about_another_class(v8):
    text = said(v8, "anotherSentence", angle=math.radians(45))
    assert "45.0° from it, the true one 90.0° away, ArcFace’s length is 45.3, P2SGrad’s 0.500." in text.replace(
        '<span class="tight">', ""
    ).replace("</span>", "")
    assert "P2SGrad’s length is 0.500" in said(v8, "anotherSentence", angle=math.radians(45), loss="p2sgrad")


def test_traits_are_checked():
    figure = GradientLength(loss="cosface", margin=0.2, scale=16, classes=100, others="circle", angle=1.0)
    assert (figure.margin, figure.scale, figure.classes, figure.others, figure.angle) == (0.2, 16.0, 100, "circle", 1.0)
    for name, wrong, words in [
        ("scale", 0.5, "scale must lie in 1..64, got 0.5"), ("scale", math.nan, "scale must lie"),
        ("classes", 2, "classes must lie in 3..100000, got 2"), ("classes", 100_001, "classes must lie"),
        ("angle", 50.0, "0.873 is that many degrees"), ("angle", math.nan, "angle must be"), ("angle", -0.1, "angle"),
        ("net", 1, "net counts the trained nets"), ("margins", {"arcface": 2.0}, "margin of arcface"),
        ("others", "square", "others must be one of 90, simplex, circle"), ("loss", "hinge", "loss must"),
        ("quantity", "size", "quantity must"), ("another", 2, "another"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)
    for loss, name in [("softmax", "cosine softmax"), ("adacos", "Fixed AdaCos"), ("p2sgrad", "P2SGrad")]:
        figure.loss = loss
        assert figure.margin == 0
        with pytest.raises(ValueError, match=f"{name} has no margin"):
            figure.margin = 0.3
    with pytest.raises(ValueError, match="has no setting 'speed'"):
        GradientLength(speed=2)


@pytest.mark.parametrize(("theta", "words"), [
    ([0.5, 1.0], "a mapping of a name to angles"),
    ({"a": []}, "at least one angle, got an empty list"),
    ({"a": [math.nan, math.inf]}, "2 that are no numbers"),
    ({"a": [20.0, 50.0]}, "np.radians"),
    ({"a": [-0.5]}, r"radians in 0\.\.π, got -0.5"),
    ({"a": [[0.5, 0.6]]}, r"got shape \(1, 2\)"),
    ({"a": ["x"]}, "must be numbers"),
])  # fmt: skip
def test_angles_that_are_none_are_refused_in_a_sentence(theta, words):
    with pytest.raises(ValueError, match=words):
        GradientLength(theta)


def test_settings_go_out_and_come_back():
    sent = GradientLength({"a": [1.0], "b": torch.tensor([0.5])}, loss="sphereface", margin=3.0, net=1, divided=False)
    other = GradientLength({"a": [1.0], "b": [0.5]})
    other.use(json.dumps(sent.settings))
    assert other.settings == sent.settings
    for wrong in (
        '{"scale": 0}',
        '{"classes": 2.5}',
        '{"angle": NaN}',
        '{"loss": "cosface", "net": 9}',
        '{"theta": 1}',
    ):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == sent.settings


@pytest.mark.parametrize("loss", ["arcface", "p2sgrad"])
def test_it_has_a_still_picture_and_a_small_page(loss, recwarn):
    chance = torch.Generator().manual_seed(0)
    nets = {
        name: (mean + 0.2 * torch.randn(10_000, generator=chance)).clamp(0, 3)
        for name, mean in [("a", 0.8), ("b", 0.4)]
    }
    figure = GradientLength(nets, loss=loss)
    lines = figure.picture().axes[0].get_lines()
    thick = next(line for line in lines if line.get_label() == "P2SGrad")
    assert thick.get_ydata().max() == pytest.approx(1.299, abs=1e-3)
    page = figure.html()
    assert len(page.encode()) < 60_000 and "data:image/png;base64,iVBORw0KGgo" in page
    assert "P2SGrad with 0.274" in figure.alt
    assert not [w for w in recwarn if "P2SGrad" in str(w.message)]


def test_the_still_picture_can_show_anything():
    figure = GradientLength(classes=9_000, others="simplex", quantity="coefficient", divided=False, angle=math.pi)
    assert figure.picture().png(dpi=40).startswith(b"\x89PNG")
    assert "C = 9,000" in figure.alt


@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("quantity", ["length", "coefficient"])
@pytest.mark.parametrize("angle", [0.0, 1e-3, 0.6, math.pi])
def test_the_numbers_of_the_formula_multiply_to_its_result(v8, loss, quantity, angle):
    """Also at 0 and 180°, where f′ may be infinite and sin θ is 0."""
    shown = {"loss": loss, "p": params(), "angle": angle, "quantity": quantity}
    said = re.sub("<[^>]*>", "", v8(f"formulaHtml({json.dumps(shown)})").rpartition("<br>")[2])
    *factors, result = re.split(" [·=] ", said.removeprefix("= ").partition(" (")[0])
    assert ("∞" in factors) == (result == "∞")
    if result != "∞":
        assert math.prod(map(number, factors)) == pytest.approx(number(result), rel=0.06, abs=1e-12)


def number(said):
    """3.2·10⁻⁵ as a number."""
    digits, _, power = said.replace(",", "").partition("·10")
    return float(digits) * 10 ** int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or 0)
