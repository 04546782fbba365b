import base64
import warnings
import zlib

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons_lib.explorers import DrawADigit
from lessons_lib.explorers.draw_a_digit.teaching import first_learner, page_head, practice_rows
from lessons_lib.explorers.kit.packing import folded, unpacked
from lessons_lib.losses import (
    ArcFaceLoss,
    CosFaceLoss,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
)
from lessons_lib.nets import EmbeddingNet
from tests.explorers.draw_a_digit.signs import SIGNS, Unusual


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
