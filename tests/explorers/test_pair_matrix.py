import base64
import json
import math
import zlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from traitlets import TraitError

from lessons_lib.data import gram_counts, grams, load_captions, vocabulary_of
from lessons_lib.explorers import PairMatrix
from lessons_lib.explorers.kit.packing import unpacked
from lessons_lib.losses import CosFaceLoss, NormalizedSoftmaxLoss
from lessons_lib.losses.both_ways import BothWays, SigmoidLoss, even_bias
from lessons_lib.text_nets import character_net
from tests.explorers.modules import modules
from tests.explorers.pens import PEN

WAYS = ("row", "column", "both", "sigmoid")
TEXTS = ["seven", "Number SEVEN", "3+4", " 9 -  2 ", "なな", "пять", "a", "", "   ", "五, by hand", "-", "ÉÈ", "𝟕𝟕"]
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
LOOK = """
const classes = ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'];
const look = { ink: 'rgb(27,31,36)', paper: 'rgb(255,255,255)', soft: 'rgb(90,90,90)', accent: '#c2187f', classes, dark: false, onClass: () => '#000' };
"""  # noqa: E501


@pytest.fixture(scope="module")
def v8():
    """The figure's modules in V8: the value of an expression."""
    with modules("pair_matrix/view.js", setup=PEN + LOOK) as value:
        yield value


def batch(size, d=5, seed=0):
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(2, size, d, generator=chance, dtype=torch.float64)


def figure(size=6, d=5, **given):
    images, captions = batch(size, d)
    labels = torch.arange(size) % 10
    given = {"labels": labels} | given
    return PairMatrix(torch.rand(size, 1, 28, 28), [f"caption {k}" for k in range(size)], images, captions, **given)


def with_net(size=6, d=5, **given):
    captions = load_captions().trained.texts[:300]
    vocabulary = vocabulary_of(captions)
    torch.manual_seed(0)
    return figure(size, d, text_net=character_net(len(vocabulary), d, 16), vocabulary=vocabulary, **given), vocabulary


def cosines_of(images, captions):
    return F.normalize(images, dim=1) @ F.normalize(captions, dim=1).T


def loss_of(cosines, way, scale, margin, bias):
    """Written out once more, on the matrix alone."""
    size = len(cosines)
    right = torch.eye(size, dtype=torch.float64)
    logits = scale * (cosines - margin * right)
    if way == "sigmoid":
        same, other = F.logsigmoid(logits + bias), F.logsigmoid(-logits - bias)
        return -(right * same + (1 - right) * other).sum() / size
    row, column = (-(right * logits.log_softmax(axis)).sum() / size for axis in (1, 0))
    return {"row": row, "column": column, "both": (row + column) / 2}[way]


@pytest.mark.parametrize("size", [3, 12])
@pytest.mark.parametrize("way", WAYS)
def test_loss_and_gradients_are_those_of_autograd(v8, way, size):
    for scale, margin, bias in [(1.0, 0.0, 0.0), (14.29, 0.2, -2.5), (30.0, 0.5, 5.0)]:
        cosines = cosines_of(*batch(size, seed=size)).requires_grad_()
        loss = loss_of(cosines, way, scale, margin, bias)
        (gradient,) = torch.autograd.grad(loss, cosines)
        p = {"way": way, "scale": scale, "margin": margin, "bias": bias}
        found = v8("batchOf(cosines, p)", cosines=cosines.flatten().tolist(), p=p)
        assert found["loss"] == pytest.approx(loss.item(), rel=1e-12)
        push = torch.tensor(found["push"], dtype=torch.float64).reshape(size, size)
        torch.testing.assert_close(push * scale / size, gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", [2.0, 14.29, 100.0])
def test_they_are_the_losses_of_the_library(v8, scale):
    images, captions = batch(7)
    cosines, pair = cosines_of(images, captions).flatten().tolist(), torch.arange(7)

    def found(**p):
        return v8("batchOf(cosines, p).loss", cosines=cosines, p={"scale": scale, "margin": 0, "bias": -2, **p})

    soft, face = NormalizedSoftmaxLoss(7, 5, scale).double(), CosFaceLoss(7, 5, 0.25, scale).double()
    assert found(way="both") == pytest.approx(float(BothWays(soft)(images, captions)), rel=1e-9)
    assert found(way="both", margin=0.25) == pytest.approx(float(BothWays(face)(images, captions)), rel=1e-9)
    assert found(way="row") == pytest.approx(float(soft(images, pair, weight=captions)), rel=1e-9)
    assert found(way="column") == pytest.approx(float(soft(captions, pair, weight=images)), rel=1e-9)
    sigmoid = SigmoidLoss(7, 5, scale, bias=-2.0).double()
    assert found(way="sigmoid") == pytest.approx(sigmoid(images, pair, weight=captions).item(), rel=1e-9)


def test_a_pull_that_is_nearly_over_is_still_told_exactly(v8):
    size = 4
    cosines = (2 * torch.eye(size, dtype=torch.float64) - 1).flatten().tolist()
    for way in ("row", "column", "both"):
        p = {"way": way, "scale": 100, "margin": 0, "bias": 0}
        push = v8("batchOf(cosines, p).push", cosines=cosines, p=p)
        assert push[0] == pytest.approx(-3 * math.exp(-200), rel=1e-9)
    push = v8("batchOf(cosines, { way: 'sigmoid', scale: 100, margin: 0, bias: 0 }).push", cosines=cosines)
    assert push[0] == pytest.approx(-math.exp(-100), rel=1e-9)


def test_in_a_softmax_the_right_pairs_have_half_and_in_a_sigmoid_the_bias_decides(v8):
    cosines = cosines_of(*batch(12)).flatten().tolist()
    for way in ("row", "column", "both"):
        for scale in (1, 10, 100):
            p = {"way": way, "scale": scale, "margin": 0.1, "bias": 0}
            assert v8("balance(batchOf(cosines, p)).share", cosines=cosines, p=p) == pytest.approx(0.5, abs=1e-9)
    p = {"way": "sigmoid", "scale": 1e-9, "margin": 0, "bias": 0}
    assert v8("balance(batchOf(cosines, p)).share", cosines=cosines, p=p) == pytest.approx(1 / 12, abs=1e-6)
    p["bias"] = even_bias(12)
    assert v8("evenBias(12)") == pytest.approx(p["bias"])
    assert v8("balance(batchOf(cosines, p)).share", cosines=cosines, p=p) == pytest.approx(0.5, abs=1e-6)


def test_nine_tenths_of_the_push_come_from_the_fewest(v8):
    push = np.random.default_rng(0).random((5, 5)) ** 4
    np.fill_diagonal(push, -0.5)
    found = v8("balance({ size: 5, push })", push=push.flatten().tolist())
    wrong = np.sort(push[push > 0])[::-1]
    assert found["few"] == np.searchsorted(wrong.cumsum(), 0.9 * wrong.sum()) + 1
    assert (found["pull"], found["pushed"], found["wrong"]) == (2.5, pytest.approx(wrong.sum()), 20)


def test_python_draws_the_same_discs(v8):
    for way in WAYS:
        shown = figure(way=way, scale=9.0, margin=0.1, bias=-1.0)
        p = {name: shown.settings[name] for name in ("way", "scale", "margin", "bias")}
        cosines = cosines_of(*batch(6)).flatten().tolist()
        found = v8("batchOf(cosines, p).push", cosines=cosines, p=p)
        np.testing.assert_allclose(found, shown.pushes().flatten(), atol=1e-12)


def test_the_figure_begins_at_the_wrong_pair_that_pushes_most_and_at_the_scale_that_was_learnt():
    shown = figure(learnt=23.456)
    push = shown.pushes().fill_diagonal_(-9)
    assert push[shown.row, shown.column] == push.max()
    assert (shown.scale, shown.bias) == (23.46, pytest.approx(-math.log(5), abs=1e-4))
    assert (figure(row=2).row, figure(row=2).column, figure(learnt=20.0, scale=3.0).scale) == (2, 0, 3.0)


def test_the_scales_of_the_slider_rise_and_hold_those_with_a_name(v8):
    stops = v8("scaleStops(12, 23.456)")
    assert stops == sorted(set(stops)) and (stops[0], stops[-1]) == (1, 100)
    for named in (23.46, 14.29, float(f"{math.sqrt(2) * math.log(11):.4g}")):
        assert named in stops
    names = {v8(f"scaleName({s}, 12, 23.456)") for s in stops}
    assert names == {"", "as learnt", "CLIP’s start", "CLIP’s cap", "fixed AdaCos"}
    assert v8("scaleStops(12).map(s => scaleName(s, 12)).filter(Boolean).length") == 3  # no neighbour is called so


def test_the_page_counts_the_same_grams(v8):
    for text in [*TEXTS, *load_captions().trained.texts[::40], *load_captions().strangers.texts]:
        assert sorted(v8(f"grams({json.dumps(text)})")) == sorted(grams(text)), text


def test_the_page_embeds_a_caption_as_the_packed_network_does(v8):
    shown, vocabulary = with_net()
    texts = [*TEXTS, *load_captions().strangers.texts[:20]]
    layers, numbers = shown.network["layers"], _inflated(shown.network["parameters"])
    expected = F.normalize(unpacked(layers, numbers)(gram_counts(texts, vocabulary).double()), dim=1)
    found = v8(
        "texts.map(textNet(learnable(unpack(layers, Uint8Array.from(numbers))), vocabulary))",
        texts=texts, layers=layers, numbers=list(numbers), vocabulary=vocabulary,
    )  # fmt: skip
    torch.testing.assert_close(torch.tensor([one["at"] for one in found]).double(), expected, rtol=0, atol=1e-5)
    assert [one["known"] for one in found] == gram_counts(texts, vocabulary).sum(1).tolist()


def _inflated(text):
    return zlib.decompress(base64.b64decode(text))


def test_what_travels_is_a_degree_from_the_network(v8):
    captions = load_captions()
    vocabulary = vocabulary_of(captions.trained.texts)
    torch.manual_seed(1)
    net = character_net(len(vocabulary), 32)
    images = torch.zeros(12, 1, 28, 28)
    images[:, :, 6:22, 8:20] = torch.rand(12, 1, 16, 12)
    (pairs, texts), labels = batch(12, 32), torch.arange(12) % 10
    shown = PairMatrix(
        images, captions.unseen.texts[:12], pairs, texts, labels=labels, text_net=net, vocabulary=vocabulary
    )
    counts = gram_counts(captions.unseen.texts, vocabulary)
    there = unpacked(shown.network["layers"], _inflated(shown.network["parameters"]))(counts.double())
    cosine = F.cosine_similarity(net(counts).double(), there).detach()
    assert float(torch.rad2deg(cosine.clamp(-1, 1).acos()).mean()) < 2.5
    assert len(shown.html().encode()) < 120_000


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
    assert "means a 0 too: wrong only because" in said(v8, "cellSentence", cell=[0, 4])
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
    assert v8("changeText(state)").startswith('s <span class="tight">14.3 → 50</span>: loss <span class="tight">')
    captions = ["caption 0", "<b>", *[f"caption {k}" for k in range(2, 6)]]
    state(v8, before=before, captions=captions, formerly=[f"caption {k}" for k in range(6)])
    v8("state.was = state.batch")
    assert v8("changeText(state)").startswith("“caption 1” → “&lt;b&gt;”: loss")


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
