import base64
import json
import math
import zlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lessons_lib.data import gram_counts, grams, load_captions, vocabulary_of
from lessons_lib.explorers import PairMatrix
from lessons_lib.explorers.kit.packing import unpacked
from lessons_lib.losses import CosFaceLoss, NormalizedSoftmaxLoss
from lessons_lib.losses.both_ways import BothWays, SigmoidLoss, even_bias
from lessons_lib.text_nets import character_net
from tests.explorers.modules import modules
from tests.explorers.pairs import LOOK, WAYS, batch, cosines_of, figure, loss_of, with_net
from tests.explorers.pens import PEN

TEXTS = ["seven", "Number SEVEN", "3+4", " 9 -  2 ", "なな", "пять", "a", "", "   ", "五, by hand", "-", "ÉÈ", "𝟕𝟕"]


@pytest.fixture(scope="module")
def v8():
    """The figure's modules in V8: the value of an expression."""
    with modules("pair_matrix/view.js", setup=PEN + LOOK) as value:
        yield value


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
