"""coefficients.js against autograd: every loss, margins and scales over all that sliders reach."""

import json
import math

import pytest
import torch

from lessons_lib.explorers.kit.losses import MARGINS, named_head
from lessons_lib.gradients import gradients, slope, with_weights
from tests.explorers.modules import modules

PUSHES = ("softmax", *MARGINS, "adacos", "p2sgrad")
SCALES = (1.0, 7.0, 16.0, 64.0)

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


@pytest.fixture(scope="module")
def v8():
    """coefficients.js in V8: the value of an expression, infinity as None."""
    with modules("kit/push.js") as value:
        yield value


def some_margins(loss):
    low, high = MARGINS.get(loss, (0.0, 0.0))
    return [low + part * (high - low) / 5 for part in range(6)] if high else [0.0]


def test_no_loss_is_missing(v8):
    assert tuple(v8("Object.keys(PUSHES)")) == PUSHES


@pytest.mark.parametrize("classes", [3, 4, 10])
@pytest.mark.parametrize("loss", PUSHES)
def test_each_class_is_pushed_as_autograd_says(v8, loss, classes):
    chance = torch.Generator().manual_seed(classes)
    weight = torch.randn(classes, 5, generator=chance, dtype=torch.float64)
    x = torch.nn.functional.normalize(torch.randn(12, 5, generator=chance, dtype=torch.float64))
    labels = torch.randint(classes, (12,), generator=chance)
    theta = (x @ torch.nn.functional.normalize(weight).T).acos().tolist()
    for margin in some_margins(loss):
        for scale in SCALES:
            head = with_weights(named_head(loss, margin, scale, classes, 5), weight)
            call = f"coefficients('{loss}', theta, y, {{ scale: {scale}, margin: {margin} }})"
            pairs = json.dumps(list(zip(theta, labels.tolist(), strict=True)))
            drawn = torch.tensor(v8(f"{pairs}.map(([theta, y]) => {call})"), dtype=torch.float64)
            found = gradients(head, x, labels).coefficient
            torch.testing.assert_close(drawn, found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("loss", [loss for loss in PUSHES if loss != "p2sgrad"])
def test_the_slope_is_the_heads(v8, loss):
    theta = torch.linspace(0, math.pi, 181, dtype=torch.float64)[1:-1]
    for margin in some_margins(loss):
        ask = f"pull('{loss}', theta, {{ scale: 16, margin: {margin}, classes: 10, others: [[0, 9]] }}).slope"
        drawn = torch.tensor(v8(f"{theta.tolist()}.map(theta => {ask})"), dtype=torch.float64)
        found = slope(named_head(loss, margin, 16.0, 10, 12), theta)
        torch.testing.assert_close(drawn, found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("loss", PUSHES)
def test_many_classes_in_one_place_count_as_many(v8, loss):
    margin = some_margins(loss)[-1]
    ask = "pull('{}', 1.0, {{ scale: 16, margin: {}, classes: 1000, others: {} }}).length"
    once = v8(ask.format(loss, margin, "[[0.1, 999]]"))
    each = v8(ask.format(loss, margin, "Array(999).fill([0.1, 1])"))
    assert once == pytest.approx(each, rel=1e-9)
