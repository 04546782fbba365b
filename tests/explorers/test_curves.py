import json
import math

import pytest
import torch

from lessons_lib.explorers.kit.losses import MARGINS
from lessons_lib.explorers.margin_band.explorer import head_of
from lessons_lib.losses import ArcFaceLoss, CombinedMarginLoss, SphereFaceLoss
from tests.explorers.modules import modules

THETA = torch.linspace(0, math.pi, 721, dtype=torch.float64)
DIRECTIONS = [0.0, 1.0, 2.5]
SCALES = (1.0, 16.0, 64.0)


@pytest.fixture(scope="module")
def v8():
    """curves.js in V8: the value of an expression in which T is the grid of angles."""
    with modules("kit/losses.js", setup=f"var T = {json.dumps(THETA.tolist())}; 0") as value:
        yield value


def every_margin(v8, loss):
    """All values a slider of this loss can take."""
    reach = v8(f"MARGINS.{loss}.range")
    steps = round((reach["max"] - reach["min"]) / reach["step"])
    return [min(reach["max"], reach["min"] + i * reach["step"]) for i in range(steps + 1)]


def test_the_sliders_reach_what_python_allows(v8):
    assert set(v8("Object.keys(MARGINS)")) == {"softmax", *MARGINS}
    for loss, (low, high) in MARGINS.items():
        assert (v8(f"MARGINS.{loss}.range.min"), v8(f"MARGINS.{loss}.range.max")) == (low, high)
        assert len(every_margin(v8, loss)) > 40
    assert v8("MARGINS.softmax.range") is None


@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_each_curve_is_the_target_logit_of_its_head(v8, loss):
    margins = [0.0] if loss == "softmax" else every_margin(v8, loss)
    drawn = torch.tensor(
        v8(f"{margins}.map(m => T.map(theta => MARGINS.{loss}.target(theta, m)))"), dtype=torch.float64
    )
    trained = torch.stack([head_of(loss, m, 16.0, DIRECTIONS).target_logit(THETA) for m in margins])
    torch.testing.assert_close(drawn, trained, rtol=0, atol=1e-12)


@pytest.mark.parametrize("beyond", ["mirror", "linear", "raw"])
def test_arcface_past_its_end(v8, beyond):
    for m in every_margin(v8, "arcface"):
        if abs(round((math.pi - m) / (math.pi / 720)) * math.pi / 720 + m - math.pi) < 1e-12:
            continue  # the grid hits the jump of "linear" itself, where rounding decides
        drawn = torch.tensor(v8(f"T.map(theta => arcface(theta, {m}, '{beyond}'))"), dtype=torch.float64)
        head = ArcFaceLoss(3, 2, margin=m, beyond=beyond)
        torch.testing.assert_close(drawn, head.target_logit(THETA), rtol=0, atol=1e-12)


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_spherefaces_curve_is_that_of_its_own_head(v8, m):
    drawn = torch.tensor(v8(f"T.map(theta => sphereface(theta, {m}))"), dtype=torch.float64)
    torch.testing.assert_close(drawn, SphereFaceLoss(3, 2, margin=m).target_logit(THETA), rtol=0, atol=1e-12)


@pytest.mark.parametrize("margins", [(1.0, 0.3, 0.2), (0.9, 0.4, 0.15), (1.35, 0.0, 0.0), (4.0, 0.0, 0.0)])
def test_the_combined_margin(v8, margins):
    drawn = torch.tensor(v8(f"T.map(theta => combined(theta, ...{list(margins)}))"), dtype=torch.float64)
    head = CombinedMarginLoss(3, 2, *margins)
    torch.testing.assert_close(drawn, head.target_logit(THETA), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loss", ["softmax", *MARGINS])
def test_what_a_point_bears_is_where_its_logit_ties(v8, loss):
    """bears(θy, θj) is the largest margin that still wins: target > cos θj below it, not above it."""
    grid = [math.pi * (i + 0.5) / 40 for i in range(40)]
    expression = f"""{grid}.flatMap(own => {grid}.map(other => {{
      const {{ target, bears, neutral, range }} = MARGINS.{loss}, most = bears(own, other);
      if (!range) return (target(own) > Math.cos(other)) === (most > neutral) || Math.abs(own - other) < 1e-9;
      return [most - 1e-6, most + 1e-6].every((m, above) =>
        m < neutral || m > 40 || (target(own, m) > Math.cos(other)) === (above === 0));
    }}))"""
    assert all(v8(expression))


def test_a_formula_carries_its_margin(v8):
    assert '<b class="m">0.20</b>' in v8("curveFormula('arcface', 0.2)")
    assert '<b class="m">0.100</b>' in v8("curveFormula('cosface', 0.1)")
    assert v8("marginText('arcface', 0.2)") == "0.20 rad (11.5°)"


@pytest.mark.parametrize("scale", SCALES)
def test_the_head_of_an_explorer_has_its_settings(scale):
    for loss in ("softmax", *MARGINS):
        head = head_of(loss, 1.0 if loss == "sphereface" else 0.2, scale, DIRECTIONS)
        assert head.scale == scale and head.num_classes == 3
        turns = torch.atan2(head.weight[:, 1], head.weight[:, 0])
        torch.testing.assert_close(turns, torch.tensor(DIRECTIONS))
