import json
import math

import numpy as np
import pytest
import torch
from traitlets import TraitError

from lessons_lib.data import gram_counts
from lessons_lib.explorers import PairMatrix
from lessons_lib.text_nets import character_net
from tests.explorers.modules import modules
from tests.explorers.pairs import LOOK, WAYS, batch, cosines_of, figure, loss_of, with_net
from tests.explorers.pens import PEN

LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@pytest.fixture(scope="module")
def v8():
    """The figure's modules in V8: the value of an expression."""
    with modules("pair_matrix/view.js", setup=PEN + LOOK) as value:
        yield value


def state(v8, size=6, **given):
    """A state as the view makes it, by the figure's own functions, its captions written or not."""
    usual = {"way": "both", "scale": 14.29, "margin": 0.0, "bias": -2.3}
    p = {name: given.pop(name, value) for name, value in usual.items()}
    cosines = given.pop("cosines", cosines_of(*batch(size)).flatten().tolist())
    captions = given.pop("captions", [f"caption {k}" for k in range(size)])
    v8("globalThis.state = null")
    made = {
        "p": p, "cosines": cosines, "captions": captions, "own": [False] * size, "cell": [1, 2], "over": None,
        "focus": True, "was": None, "before": {}, "formerly": captions,
        "data": {"labels": [k % 4 for k in range(size)], "side": 2, "thumbs": []}, **given,
    }  # fmt: skip
    v8("globalThis.state = { ...made, batch: batchOf(made.cosines, made.p), look }", made=made)
    return made


def said(v8, function, size=6, **given):
    state(v8, size, **given)
    text = v8(f"{function}(state).replace(/<[^>]*>/g, '')")
    assert not any(word in text for word in ("NaN", "undefined", "null", "Infinity", "  "))
    return text


def test_the_sentences_hold_the_numbers(v8):
    cosines = cosines_of(*batch(6))
    loss = float(loss_of(cosines, "both", 14.29, 0, 0))
    text = said(v8, "batchSentence")
    assert text.startswith("CLIP: the mean of softmax by row and by column. s = 14.3, loss")
    assert (
        f"loss {loss:.3g}." in text
        and "of 30 wrong pairs do nine tenths of the pushing" in text
        and "as in every softmax" in text
    )
    text = said(v8, "batchSentence", way="sigmoid", scale=1.0, bias=0.0)
    assert text.startswith("SigLIP: each cell on its own, same or not. s = 1, b = 0, loss")
    asked = cosines.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_of(asked, "sigmoid", 1.0, 0.0, 0.0), asked)
    share = float(-gradient.diagonal().sum() / gradient.abs().sum())
    assert f"Of all pull and push the right pairs have {100 * share:.0f} %." in text and "every softmax" not in text
    text = said(v8, "cellSentence", cell=[4, 5])
    row = float((14.29 * cosines).softmax(1)[4, 5])
    assert text.startswith(f"The image of a 0 and “caption 5”: cosine {cosines[4, 5]:.3f}".replace("-", "−"))
    assert f"P is {row:.3f} in its row" in text and "A wrong pair, pushed apart with" in text
    assert "A right pair, pulled together with" in said(v8, "cellSentence", cell=[3, 3])
    assert "belongs to a 0 too: wrong only because" in said(v8, "cellSentence", cell=[0, 4])
    assert "“caption 5”" in said(v8, "cellSentence", over=[0, 5])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", [[2, 2], [2, 4]])
def test_the_gradient_is_worked_out(v8, way, cell):
    cosines = cosines_of(*batch(6)).requires_grad_()
    (gradient,) = torch.autograd.grad(loss_of(cosines, way, 3.0, 0.1, -1.0), cosines)
    text = said(v8, "gradientFormula", way=way, scale=3.0, margin=0.1, bias=-1.0, cell=cell)
    assert text.startswith("∂L/∂cos θ = s/2B" if way == "both" else "∂L/∂cos θ = s/B")
    digits, _, power = text.split("= ")[-1].replace("−", "-").translate(LOWERED).partition("·10")
    assert float(digits) * 10 ** int(power or 0) == pytest.approx(float(gradient[*cell]), rel=0.06 if power else 6e-3)


def test_what_changed_is_told_with_what_came_of_it(v8):
    state(v8)
    v8("state.was = state.batch")
    before = {"way": "both", "scale": 14.29, "margin": 0, "bias": -2.3}
    assert said(v8, "changeText", was=None) == ""
    state(v8, scale=50.0, before=before)
    v8("state.was = batchOf(state.cosines, state.before)")
    assert v8("changeText(state)").startswith('<b><span class="tight">s 14.3 → 50</span></b>: loss <span')
    captions = ["caption 0", "<b>", *[f"caption {k}" for k in range(2, 6)]]
    state(v8, before=before, captions=captions, formerly=[f"caption {k}" for k in range(6)])
    v8("state.was = state.batch")
    assert v8("changeText(state)").startswith("<b>“caption 1” → “&lt;b&gt;”</b>: loss")


def test_a_caption_lands_where_its_angles_say(v8):
    rays = np.eye(3)
    direction = [math.cos(0.2), math.sin(0.2), 0.0]
    found = v8("anglesTo(direction, rays)", direction=direction, rays=rays.tolist())
    np.testing.assert_allclose(found["angles"], [0.2, math.pi / 2 - 0.2, math.pi / 2], atol=1e-12)
    assert found["byAngle"] == [0, 1, 2]
    text = v8("landingSentence({ text: '<7>', known: 3, digits: [4, 7, 9], ...found })", found=found)
    assert text == "“&lt;7&gt;” lands <b>11.5° from 4</b>, 78.5° from 7: read as <b>4</b>."
    assert "only just" in v8(
        "landingSentence({ text: 'x', known: 1, digits: [4, 7], angles: [0.7, 0.75], byAngle: [0, 1] })"
    )
    nothing = v8("landingSentence({ text: '♪', known: 0, digits: [4, 7], angles: [1, 1.2], byAngle: [0, 1] })")
    assert nothing.startswith("The network knows nothing of “♪”")


def test_every_sentence_can_be_said_and_every_picture_painted(v8):
    even = torch.eye(6, dtype=torch.float64)
    for cosines in (None, even, 2 * even - 1, -even, torch.ones_like(even)):
        more = {} if cosines is None else {"cosines": cosines.flatten().tolist()}
        for way in WAYS:
            for scale, margin, bias in [(1.0, 0.0, -15.0), (14.29, 0.5, 0.0), (100.0, 0.0, 5.0)]:
                p = {"way": way, "scale": scale, "margin": margin, "bias": bias, **more}
                for cell in ([0, 0], [5, 1]):
                    for function in ("batchSentence", "cellSentence", "gradientFormula"):
                        said(v8, function, cell=cell, **p)
                    for width in (340, 630):
                        v8(f"(paintMatrix(pen(), matrixFrame({width}, 6, 90), state), 0)")


@pytest.mark.parametrize("size", [3, 12, 16])
@pytest.mark.parametrize("width", [300, 356, 560, 630])
def test_the_matrix_fits_its_canvas_and_a_spot_finds_its_cell(v8, width, size):
    for longest in (20, 90, 400):
        v8(f"globalThis.frame = matrixFrame({width}, {size}, {longest})")
        frame = v8("frame")
        assert frame["right"] <= width
        assert frame["left"] + (size - 0.5) * frame["cell"] + frame["room"] / 2 <= width + 12
        assert width < 356 or size > 12 or frame["cell"] >= 24
        for i, j in [(0, 0), (size - 1, 0), (1, size - 1)]:
            spot = f"frame.box({i}, {j}).map(v => v + frame.cell / 2)"
            assert v8(f"[frame.part({spot}), frame.at({spot})]") == ["cell", [i, j]]
        image, below = "[4, frame.top + 1.5 * frame.cell]", "[60, frame.foot + 5]"
        assert v8(f"[frame.part({image}), frame.at({image})[0], frame.part({below})]") == ["image", 1, ""]
        along = (
            "[frame.box(0, 1)[0] + frame.cell / 2 + 10 * Math.cos(frame.slant), frame.top - 10 * Math.sin(frame.slant)]"
        )
        assert v8(f"[frame.part({along}), frame.columnOf({along})]") == ["caption", 1]


def test_traits_are_checked():
    shown, _ = with_net()
    shown.written = {"2": "drei"}
    for name, wrong, words in [
        ("way", "softmax", "way must be one of row, column, both, sigmoid"), ("scale", 0.5, "scale must lie in 1..100"),
        ("scale", math.nan, "scale must lie"), ("margin", 0.6, "margin must lie in 0..0.5"), ("bias", 6, "bias must"),
        ("row", 6, "row counts the images from 0 to 5"), ("column", -1, "column counts the captions from 0 to 5"),
        ("written", {"6": "six"}, "columns '0'..'5', got '6'"), ("written", {2: "x"}, "got 2"),
        ("written", {"0": "x" * 41}, "at most 40 characters"), ("written", {"0": 7}, "at most 40"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(shown, name, wrong)
    with pytest.raises(ValueError, match="written needs a text_net"):
        figure(written={"0": "x"})
    with pytest.raises(ValueError, match="has no setting 'temperature'"):
        figure(temperature=0.07)


@pytest.mark.parametrize(("changed", "words"), [
    ({"images": torch.rand(5, 1, 28, 28)}, r"images must have shape \(6, 1, side, side\)"),
    ({"images": torch.rand(6, 28, 28)}, "images must have"), ({"images": torch.rand(6, 1, 20, 28)}, "images must have"),
    ({"images": torch.full((6, 1, 28, 28), 2.0)}, "between 0 and 1"),
    ({"captions": ["a"] * 2}, "captions must be 3 to 16 texts"), ({"captions": "abcdef"}, "a list of texts"),
    ({"captions": ["a", "b", "c", "d", "e", " "]}, "none of them empty"),
    ({"labels": torch.arange(5)}, "labels must be 6 digits"), ({"labels": torch.full((6,), 10)}, "in 0..9"),
    ({"labels": torch.full((6,), 3)}, "at least two different digits"),
    ({"image_embeddings": torch.rand(6)}, r"image_embeddings must have shape \(6, d\)"),
    ({"caption_embeddings": torch.rand(6, 4)}, "caption_embeddings must have shape"),
    ({"caption_embeddings": torch.full((6, 5), math.nan)}, "caption_embeddings must be finite"),
    ({"directions": torch.rand(9, 5)}, r"directions must be one finite direction a digit, \(10, 5\)"),
    ({"text_net": torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU())}, "text_net must be linear layers"),
    ({"text_net": character_net(7, 5, 4), "vocabulary": ("a", "b")}, "text_net must take 2 counts"),
    ({"text_net": character_net(2, 4, 4), "vocabulary": ("a", "b")}, "give 5 numbers, got 2 and 4"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_sentence(changed, words):
    images, captions = batch(6)
    given = {
        "images": torch.rand(6, 1, 28, 28), "captions": list("abcdef"), "image_embeddings": images,
        "caption_embeddings": captions, "labels": torch.arange(6), **changed,
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        PairMatrix(**given)


def test_a_written_caption_takes_its_column_in_python_too():
    shown, vocabulary = with_net()
    before = shown.cosines
    shown.written = {"2": " drei ", "3": " "}
    assert shown.captions == ["caption 0", "caption 1", "drei", "caption 3", "caption 4", "caption 5"]
    torch.manual_seed(0)
    with torch.no_grad():
        text = character_net(len(vocabulary), 5, 16)(gram_counts(["drei"], vocabulary)).double()
    torch.testing.assert_close(shown.cosines[:, [2]], cosines_of(batch(6)[0], text), rtol=0, atol=1e-6)
    assert torch.equal(shown.cosines[:, [0, 1, 3, 4, 5]], before[:, [0, 1, 3, 4, 5]])


def test_the_figure_takes_the_captions_that_python_takes(v8):
    shown, _ = with_net()
    limits = json.dumps(shown.limits["written"])
    for value in ({}, {"0": ""}, {"5": "x" * 40}, {"0": "𝟕" * 40}, {"5": "x" * 41}, {"6": "x"}, {"0": 7}, {"0": None}):
        fits = v8(f"fitsLimits({limits}, {json.dumps(value)})")
        try:
            shown.written = value
        except TraitError:
            assert not fits, value
        else:
            assert fits, value


def test_settings_come_back_as_they_were_sent():
    shown, _ = with_net(way="sigmoid", scale=30.0, written={"2": "drei"}, row=1, column=2)
    other, _ = with_net()
    other.use(json.dumps(shown.settings))
    assert other.settings == shown.settings
    assert "SigLIP, scale 30. The wrong pair of a 1 and “drei”" in shown.alt
