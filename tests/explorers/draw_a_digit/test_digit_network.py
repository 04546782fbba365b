import base64
import re
import zlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons_lib.explorers import DrawADigit
from lessons_lib.explorers.draw_a_digit.network import as_mnist
from lessons_lib.explorers.kit.packing import folded, pack
from lessons_lib.losses import (
    ModifiedSoftmaxLoss,
    SoftmaxLoss,
)
from lessons_lib.nets import EmbeddingNet
from tests.explorers.draw_a_digit.signs import SIGNS, Unusual


def embeddings_in_v8(browser, layers, packed, images):
    return np.array(
        browser(
            "(net => images.map(i => plain(forward(net, typed(i)))))(unpack(layers, Uint8Array.from(packed)))",
            layers=layers,
            packed=list(packed),
            images=[image.flatten().tolist() for image in images],
        )
    )


def embeddings_from_the_bytes(layers, packed, images):
    """The same network, read from the packed bytes and computed by torch in float64."""
    sizes = [
        2 * layer["to"] if "to" in layer else layer.get("channels", 0) * (layer["op"] == "prelu") for layer in layers
    ]
    floats, whole = packed[: 4 * sum(sizes)], packed[4 * sum(sizes) :]
    numbers = torch.tensor(np.frombuffer(floats, "<f4").astype(float)).split(sizes)
    weights, values = torch.tensor(np.frombuffer(whole, np.int8).astype(float)), images.double()
    for layer, own in zip(layers, numbers, strict=True):
        if "to" in layer:
            step, bias = own.chunk(2)
            shape = (layer["to"], layer["from"], *[layer.get("kernel")] * (2 * ("kernel" in layer)))
            count = int(np.prod(shape))
            weight = weights[:count].reshape(shape) * step.reshape(-1, *[1] * (len(shape) - 1))
            weights = weights[count:]
        match layer["op"]:
            case "conv":
                values = F.conv2d(values, weight, bias, layer["stride"], layer["padding"])
            case "linear":
                values = F.linear(values.flatten(1), weight, bias)
            case "prelu":
                values = F.prelu(values, own)
            case "pool":
                pool = {"max": F.max_pool2d, "mean": F.avg_pool2d}[layer["kind"]]
                values = pool(values, layer["kernel"], layer["stride"], layer["padding"])
            case other:
                values = getattr(F, other)(values)
    assert len(weights) == 0
    return values.numpy()


def test_the_browser_computes_what_the_packed_numbers_say(browser, trained, drawings):
    unusual = Unusual().train()
    unusual(drawings[0][:50])  # so that the running statistics are not the ones they start with
    for net in (trained[0], unusual.eval(), EmbeddingNet(2, width=2).eval()):
        layers, packed = pack(folded(net.trunk, net.embed))
        expected = embeddings_from_the_bytes(layers, packed, drawings[0][:12])
        np.testing.assert_allclose(
            embeddings_in_v8(browser, layers, packed, drawings[0][:12]), expected, atol=1e-4 * np.abs(expected).max()
        )


def test_the_packed_network_reads_as_the_trained_one_does(browser, trained, drawings):
    net, head = trained
    packed = torch.tensor(embeddings_in_v8(browser, *pack(folded(net.trunk, net.embed)), drawings[0])).float()
    with torch.no_grad():
        original = net(drawings[0])
        same = head.logits(packed).argmax(1) == head.logits(original).argmax(1)
    turned = torch.rad2deg(torch.acos(F.cosine_similarity(packed, original).clamp(-1, 1)))
    assert same.float().mean() >= 0.995
    assert turned.median() < 0.5


@pytest.mark.parametrize(
    "strokes",
    [
        *SIGNS,
        [[[0.5, 0.5]]],
        [[[0.1, 0.1], [0.102, 0.1]]],
        [[[0, 0], [1, 1]], [[1, 0], [0.98, 0.03]]],
        [[[0.2, 0.9], [0.9, 0.9]]],
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_a_drawing_is_prepared_alike_in_python_and_in_the_browser(browser, drawings, strokes, below):
    digit = drawings[0][17, 0].numpy().astype(float) if below else None
    given = None if digit is None else digit.flatten().tolist()
    there = browser("plain(prepare(strokes, typed(digit)))", strokes=strokes, digit=given)
    np.testing.assert_allclose(np.reshape(there, (28, 28)), as_mnist(strokes, digit), atol=1e-5)


def test_a_drawing_is_prepared_as_mnist_was():
    for sign in SIGNS:
        ink = as_mnist(sign)
        assert max(np.ptp(np.nonzero(ink.max(axis))[0]) + 1 for axis in (0, 1)) in (20, 21)
        for axis in (0, 1):
            assert (ink.sum(axis) * np.arange(28)).sum() / ink.sum() == pytest.approx(14, abs=0.1)


def test_small_and_large_drawings_look_the_same_to_the_network():
    small = [[[0.1 + 0.3 * x, 0.6 + 0.3 * y] for x, y in stroke] for stroke in SIGNS[3]]
    np.testing.assert_allclose(as_mnist(small), as_mnist(SIGNS[3]), atol=1e-9)


def test_nothing_drawn_is_nothing_and_a_test_digit_alone_stays_as_it_is(browser, drawings):
    digit = drawings[0][3].flatten().tolist()
    assert browser("plain(prepare([], null))") is None
    assert as_mnist([]) is None
    np.testing.assert_allclose(browser("plain(prepare([], typed(digit)))", digit=digit), digit, atol=1e-7)


@pytest.mark.parametrize("bias", [False, True])
def test_angles_reading_and_regions_are_those_of_the_head(browser, bias):
    torch.manual_seed(3)
    head = SoftmaxLoss(10, 2, bias=bias)
    rows = torch.cat([head.weight, head.bias[:, None] if bias else torch.zeros(10, 1)], 1).tolist()
    points = torch.randn(200, 2)
    with torch.no_grad():
        theta, read = head.cosines(points).acos(), head.logits(points).argmax(1)
    seen = browser("points.map(p => reading(p, rows))", points=points.tolist(), rows=rows)
    np.testing.assert_allclose([s["theta"] for s in seen], theta, atol=1e-3)
    assert [s["read"] for s in seen] == read.tolist()
    regions = browser("rows.map((_, k) => region(k, rows, 4))", rows=rows)
    assert sum(area(corners) for corners in regions) == pytest.approx(np.pi * 16, rel=1e-3)
    for k, corners in enumerate(regions):
        if corners:
            logits = head.logits(torch.tensor(corners, dtype=torch.float64)).detach()
            assert ((logits.max(1).values - logits[:, k]) < 1e-3).all()


def area(corners):
    x, y = np.array(corners).reshape(-1, 2).T
    return abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2


def test_the_figure_is_small_and_carries_all_it_needs(explorer, drawings):
    page = explorer.html()
    assert page == explorer.html()
    assert "http" not in re.sub(r"[A-Za-z0-9+/=]{200,}", "", page)
    assert len(explorer.picture().png(dpi=72)) <= 15_000
    wide = EmbeddingNet(2)
    assert len(DrawADigit(wide, ModifiedSoftmaxLoss(10, 2), *drawings).html()) <= 160_000


def test_points_travel_with_their_labels(explorer, trained, drawings):
    raw = zlib.decompress(explorer.points)
    count = len(raw) // 5
    points = np.frombuffer(raw[: 4 * count], "<i2").reshape(-1, 2) * explorer.facts["step"]
    with torch.no_grad():
        np.testing.assert_allclose(points, trained[0](drawings[0]), atol=explorer.facts["step"])
    assert list(raw[4 * count :]) == drawings[1].tolist()


def test_strokes_can_be_read_and_set_and_become_an_image(explorer):
    explorer.strokes = [np.array(stroke) for stroke in SIGNS[2]] + [[]]
    assert explorer.strokes == SIGNS[2]
    np.testing.assert_allclose(explorer.image()[0, 0], as_mnist(SIGNS[2]), atol=1e-6)
    explorer.strokes = []
    assert explorer.image().abs().sum() == 0
    explorer.digit = 0
    assert explorer.image().sum() > 20
    assert base64.b64encode(explorer.digits).decode() == explorer.state()["digits"]
    with pytest.raises(ValueError, match="strokes must be"):
        explorer.strokes = [[[0.1, float("nan")]]]
    with pytest.raises(ValueError, match="digit must lie between"):
        explorer.digit = 99
    explorer.digit = -1


def test_the_network_is_left_in_the_mode_it_was_in(drawings):
    net = EmbeddingNet(2, width=2).train()
    before = net.trunk[1].running_mean.clone()
    DrawADigit(net, SoftmaxLoss(10, 2), *drawings)
    assert net.training
    assert torch.equal(before, net.trunk[1].running_mean)


def with_more(layer):
    net = EmbeddingNet(2, width=2)
    net.trunk.append(layer)
    return net


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"images": torch.zeros(0, 1, 28, 28), "labels": torch.zeros(0)}, "images must have shape"),
        ({"images": torch.full((3, 1, 28, 28), float("nan"))}, "without NaN"),
        ({"images": torch.full((3, 1, 28, 28), 255.0)}, "between 0 and 1"),
        ({"labels": torch.tensor([1, 2, 10])}, "class numbers in 0..9"),
        ({"labels": torch.tensor([1, 2])}, "labels must be 3 class numbers"),
        ({"net": EmbeddingNet(3, width=2)}, "two dimensions"),
        ({"head": SoftmaxLoss(10, 3)}, "ten directions in the plane"),
        ({"net": with_more(nn.GELU())}, "GELU, which the drawing figure does not know"),
        ({"net": with_more(nn.BatchNorm1d(64))}, "BatchNorm1d, which the drawing figure does not know"),
        ({"net": with_more(nn.Conv2d(1, 1, 3, groups=1, dilation=2))}, "dilation"),
        ({"net": with_more(nn.Conv2d(1, 1, (3, 1)))}, "needs one number"),
        ({"net": nn.Linear(784, 2)}, "must have a trunk and an embed"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_one_sentence(change, said):
    given = {
        "net": EmbeddingNet(2, width=2),
        "head": SoftmaxLoss(10, 2),
        "images": torch.rand(3, 1, 28, 28),
        "labels": torch.tensor([0, 1, 2]),
    }
    with pytest.raises(ValueError, match=said):
        DrawADigit(**(given | change))
