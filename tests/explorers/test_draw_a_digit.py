import base64
import re
import warnings
import zlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons_lib.angles import circle_points
from lessons_lib.explorers import DrawADigit
from lessons_lib.explorers.draw_a_digit.network import as_mnist
from lessons_lib.explorers.draw_a_digit.teaching import first_learner, page_head, practice_rows
from lessons_lib.explorers.kit.packing import folded, pack, unpacked
from lessons_lib.losses import (
    ArcFaceLoss,
    CosFaceLoss,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
)
from lessons_lib.nets import EmbeddingNet
from tests.explorers.modules import modules

# Ten signs a pen can draw, on a pad of side 1.
SIGNS = [
    [[[0.5, 0.2], [0.3, 0.5], [0.5, 0.8], [0.7, 0.5], [0.5, 0.2]]],
    [[[0.5, 0.2], [0.5, 0.8]]],
    [[[0.3, 0.3], [0.6, 0.2], [0.65, 0.4], [0.3, 0.8], [0.7, 0.8]]],
    [[[0.3, 0.2], [0.7, 0.3], [0.45, 0.5], [0.7, 0.7], [0.3, 0.8]]],
    [[[0.4, 0.2], [0.3, 0.5], [0.7, 0.5]], [[0.65, 0.2], [0.6, 0.8]]],
    [[[0.7, 0.2], [0.4, 0.2], [0.4, 0.5], [0.65, 0.6], [0.6, 0.8], [0.3, 0.8]]],
    [[[0.6, 0.2], [0.35, 0.6], [0.5, 0.8], [0.65, 0.65], [0.4, 0.6]]],
    [[[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]]],
    [[[0.5, 0.2], [0.35, 0.3], [0.65, 0.7], [0.5, 0.8], [0.35, 0.7], [0.65, 0.3], [0.5, 0.2]]],
    [[[0.65, 0.4], [0.45, 0.5], [0.4, 0.3], [0.6, 0.2], [0.65, 0.4], [0.55, 0.8]]],
]


GIVEN = """
const typed = v => (v === null ? null : Float32Array.from(v)), plain = v => v && Array.from(v);
const lessonOf = given => lessonFrom(given.lesson, given.points, given.learners, Uint8Array.from(given.numbers),
  Uint8Array.from(given.raw));
const trainedBy = (lesson, taught, steps) => {
  const start = { layers: lesson.layers, weight: lesson.weight, ...batchesOf(lesson, taught) };
  const trainer = trainerOf(start);
  const losses = Array.from({ length: steps }, () => trainer.step(lesson.head, PLAN[0].rate));
  return { losses, layers: trainer.layers, weight: trainer.weight, features: trainer.embed(lesson.shown) };
};
0"""


@pytest.fixture(scope="module")
def drawings():
    """Each sign 40 times by an unsteady hand: images (400, 1, 28, 28), labels."""
    hand = np.random.default_rng(0)
    shaken = [
        as_mnist([np.clip(np.array(stroke) + hand.normal(0, 0.03, (len(stroke), 2)), 0, 1).tolist() for stroke in sign])
        for sign in SIGNS * 40
    ]
    return torch.tensor(np.array(shaken)).float()[:, None], torch.arange(10).repeat(40)


@pytest.fixture(scope="module")
def trained(drawings):
    """A narrow network that has learnt the signs: by hand, as importing torch.optim takes longer."""
    torch.manual_seed(0)
    images, labels = drawings
    net, head = EmbeddingNet(2, width=4), ModifiedSoftmaxLoss(10, 2)
    head.weight.data = circle_points(10)
    parameters = list(net.parameters())
    speed = [torch.zeros_like(p) for p in parameters]
    for _ in range(40):
        part = torch.randperm(400)[:100]
        gradients = torch.autograd.grad(head(net(images[part]), labels[part]), parameters)
        with torch.no_grad():
            for p, v, gradient in zip(parameters, speed, gradients, strict=True):
                p -= 0.05 * v.mul_(0.9).add_(gradient)
    return net.eval(), head


@pytest.fixture(scope="module")
def explorer(trained, drawings):
    return DrawADigit(*trained, *drawings)


@pytest.fixture(scope="module")
def browser():
    """network.js in V8: call(name, *arguments) with plain JSON; typed arrays go in as lists."""
    parts = [f"draw_a_digit/{name}.js" for name in ("network", "teach")] + ["kit/trainer.js", "kit/unpack.js"]
    with modules(*parts, "kit/heads.js", setup=GIVEN) as call:
        yield call


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


class Unusual(nn.Module):
    """Every layer that may be packed and EmbeddingNet does not have."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4, affine=False),
            nn.SiLU(),
            nn.AvgPool2d(2),
            nn.Sequential(nn.Conv2d(4, 6, 2, stride=2), nn.PReLU(), nn.MaxPool2d(3, stride=2, padding=1)),
            nn.Dropout(),
            nn.Flatten(),
        )
        self.embed = nn.Sequential(nn.Linear(6 * 16, 5), nn.ReLU(), nn.Identity(), nn.Linear(5, 2, bias=False))

    def forward(self, images):
        return self.embed(self.trunk(images))


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


@pytest.fixture(scope="module")
def pupil(trained, drawings):
    """More images than dots, so that others are left to learn from."""
    images, labels = drawings
    return DrawADigit(*trained, torch.cat([images, images.flip(3)]), labels.repeat(2))


def given_to(explorer):
    """What the page unpacks a lesson from; the same for torch: layers, the trunk's answers, labels to learn from."""
    lesson, layers = explorer.facts["lesson"], explorer.layers
    parameters, raw = zlib.decompress(explorer.parameters), zlib.decompress(explorer.practice)
    numbers = zlib.decompress(base64.b64decode(lesson["numbers"]))
    sizes = [
        2 * layer["to"] if "to" in layer else layer.get("channels", 0) * (layer["op"] == "prelu") for layer in layers
    ]
    first, count = (
        lesson["first"],
        sum(layer["to"] * layer["from"] for layer in layers[lesson["first"] :] if "to" in layer),
    )
    net = unpacked(
        layers[first:], parameters[4 * sum(sizes[:first]) : 4 * sum(sizes)] + parameters[len(parameters) - count :]
    )
    points = zlib.decompress(explorer.points)
    dots = len(points) // 5
    rows = dots + lesson["count"]
    (back,) = unpacked(lesson["expansion"], numbers)
    codes = np.frombuffer(raw, np.int8, rows * back.in_features).reshape(-1, rows).T
    with torch.no_grad():
        answers = back(torch.tensor(codes).double())
    labels = torch.tensor(list(raw[codes.size :]))
    there = {
        "lesson": lesson,
        "points": [
            {"x": (xy * explorer.facts["step"]).tolist(), "label": label}
            for xy, label in zip(
                np.frombuffer(points[: 4 * dots], "<i2").reshape(-1, 2), points[4 * dots :], strict=True
            )
        ],
        "numbers": list(numbers),
        "raw": list(raw),
        "learners": layers[first:],
    }
    return there, net, answers.split([dots, lesson["count"]]), labels


def in_page(browser, explorer, expression, **given):
    """An expression about `lesson` and `network`, as the page has them."""
    there = given_to(explorer)[0]
    return browser(
        f"""(network => {{
          const lesson = lessonOf({{ ...there, learners: network.slice(there.lesson.first) }});
          return {expression};
        }})(unpack(layers, Uint8Array.from(packed)))""",
        there=there,
        layers=explorer.layers,
        packed=list(zlib.decompress(explorer.parameters)),
        **given,
    )


TAUGHT = "[{ x: forward(network.slice(0, there.lesson.first), prepare(strokes)), label: 8 }]"


def test_twenty_taught_steps_go_where_pytorch_goes(browser, trained, pupil):
    """The drawn digit counts eight times in every batch; what the trunk says of it is the page's own."""
    _, net, (_, practice), labels = given_to(pupil)
    head = ModifiedSoftmaxLoss(10, 2).double()
    head.weight.data = trained[1].weight.detach().double()
    seen = in_page(browser, pupil, f"(t => ({{ ...trainedBy(lesson, t, 20), x: t[0].x }}))({TAUGHT})", strokes=SIGNS[3])
    optimizer = torch.optim.Adam([*net.parameters(), *head.parameters()], 3e-3, betas=(0.9, 0.99))
    losses = []
    for step in range(20):
        part = torch.arange(125) + 125 * (step % (len(labels) // 125))
        x = torch.cat([practice[part], torch.tensor(seen["x"]).double().expand(8, -1)])
        loss = head(net(x), torch.cat([labels[part], torch.full((8,), 8)]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert len(labels) == 250  # two batches of 125, of the 300 that are no dots
    np.testing.assert_allclose(seen["losses"], losses, rtol=1e-3)
    np.testing.assert_allclose(seen["weight"], head.weight.detach().flatten(), atol=1e-3)
    for mine, layer in zip(seen["layers"], net, strict=True):
        own = mine["weight"] if isinstance(layer, nn.Linear) else mine["slopes"]
        np.testing.assert_allclose(own, layer.weight.detach().flatten(), atol=1e-3)


def test_a_taught_digit_stands_nearer_to_its_class(browser, pupil):
    angle = "reading([...forward(readable(layers), x)], rows).theta[8]"
    code = f"""(taught => {{
      const x = taught[0].x, from = embedded(readable(lesson.layers), lesson.shown, there.points.length);
      const start = {{ points: there.points, rim: 1 }};
      const angle = (layers, rows) => {angle};
      const after = readerAfter(start, lesson.head.loss, from, trainedBy(lesson, taught, 80));
      const same = readerAfter(start, lesson.head.loss, from, {{ ...lesson, features: from }});
      return [angle(lesson.layers, weight), angle(after.layers, after.weight), same.points, after.points, same.weight];
    }})({TAUGHT})"""
    rows = pupil.facts["weight"]
    before, after, same, moved, unturned = in_page(browser, pupil, code, strokes=SIGNS[3], weight=rows)
    assert after < before / 2
    start = [point["x"] for point in given_to(pupil)[0]["points"]]
    np.testing.assert_allclose([point["x"] for point in same], start, atol=1e-5)
    np.testing.assert_allclose(unturned, rows, atol=1e-5)
    assert np.abs(np.array([point["x"] for point in moved]) - start).max() > 0.1


def test_the_packed_answers_of_the_trunk_lead_to_nearly_the_same_points(pupil, trained):
    there, net, (dots, _), _ = given_to(pupil)
    with torch.no_grad():
        packed, true = net(dots), torch.tensor([point["x"] for point in there["points"]]).double()
    turned = torch.rad2deg(torch.acos(F.cosine_similarity(packed, true).clamp(-1, 1)))
    assert turned.median() < 1.5


def test_no_dot_is_among_the_digits_to_learn_from():
    shown = torch.linspace(0, 1999, 500).long()
    rows = practice_rows(2000, shown)
    assert len(rows.unique()) == 250 and not set(rows.tolist()) & set(shown.tolist())
    assert len(practice_rows(500, torch.arange(500))) == 0


def test_where_all_images_are_dots_it_learns_from_the_dots(browser, explorer, drawings):
    rows = in_page(browser, explorer, f"(t => batchesOf(lesson, t))({TAUGHT})", strokes=SIGNS[3])
    assert explorer.facts["lesson"]["count"] == 0
    assert rows["batch"] == 133 and rows["labels"][:125] == drawings[1][:125].tolist()
    assert rows["labels"][125:133] == [8] * 8 and len(rows["labels"]) == 3 * 133


HEADS = [
    ModifiedSoftmaxLoss(10, 2),
    NormalizedSoftmaxLoss(10, 2, scale=12.0),
    CosFaceLoss(10, 2, margin=0.2, scale=8.0),
    SoftmaxLoss(10, 2, bias=False),
]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: type(head).__name__)
def test_the_page_trains_with_the_loss_of_the_head(browser, head):
    torch.manual_seed(1)
    x, labels = 3 * torch.randn(20, 2), torch.arange(20) % 10
    on = "onX: new Float32Array(40), onWeight: new Float32Array(20)"
    loss = browser(
        f"lossOf(head, {{ x: typed(x), labels, weight: typed(weight), {on} }})",
        head=page_head(head),
        x=x.flatten().tolist(),
        labels=labels.tolist(),
        weight=head.weight.flatten().tolist(),
    )
    assert loss == pytest.approx(head(x, labels).item(), rel=1e-5)


def test_what_the_page_cannot_train_is_not_taught(drawings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # P2SGrad in the plane
        others = [SoftmaxLoss(10, 2), P2SGradLoss(10, 2), ArcFaceLoss(10, 2, margin=0.2, scale=8.0)]
    assert [page_head(head) for head in others] == [None] * 3
    figure = DrawADigit(EmbeddingNet(2, width=2), SoftmaxLoss(10, 2), *drawings)
    assert figure.facts["lesson"] is None and figure.practice == b""
    with pytest.raises(ValueError, match="cannot be taught"):
        figure.taught = [{"strokes": SIGNS[0], "label": 0}]


def test_layers_learn_from_the_last_one_on_that_the_page_cannot_train(drawings):
    unusual = Unusual().eval()
    layers = folded(unusual.trunk, unusual.embed)
    assert first_learner(layers, len(folded(unusual.trunk))) == len(layers) - 1
    figure = DrawADigit(unusual, ModifiedSoftmaxLoss(10, 2), *drawings)
    assert figure.facts["lesson"]["expansion"][0]["to"] == 5
    net = EmbeddingNet(2, width=2)
    layers = folded(net.trunk, net.embed)
    first = first_learner(layers, len(folded(net.trunk)))
    assert [type(layer) for layer in layers[first:]] == [nn.Linear, nn.PReLU] * 3 + [nn.Linear]


def test_what_is_taught_can_be_read_and_set(explorer):
    explorer.taught = [{"strokes": [np.array(SIGNS[2][0])], "label": 7}, {"digit": 1, "label": 0}]
    assert explorer.taught == [{"strokes": SIGNS[2], "digit": -1, "label": 7}, {"strokes": [], "digit": 1, "label": 0}]
    for wrong, said in (
        ([{"strokes": SIGNS[2], "label": 10}], "label in 0..9"),
        ([{"digit": 0, "label": 1}] * 4, "at most 3"),
        ([{"label": 1}], "needs strokes"),
        ([{"digit": 99, "label": 1}], "digit must lie between"),
    ):
        with pytest.raises(ValueError, match=said):
            explorer.taught = wrong
    explorer.taught = []


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
