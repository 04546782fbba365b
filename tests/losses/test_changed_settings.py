"""Settings may be changed at any time, as an annealing is: what is no such setting is refused at the next batch."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib.losses import LOSSES, CenterLoss, ContrastiveLoss, TripletLoss, UniformLoss

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")

LENGTHS = "lengths must be 0 < length_from < length_to, got 120.0 and 110.0."
COSINE = "margin must be in units of cosine, got 28.6, which looks like degrees: use 0.122, "
RADIANS = "margin must be in radians, got 28.6, which looks like degrees: use 0.499, the same angle."
KEPT = "momentum must be the share that is kept, at least 0 and below 1, got 1."
FACTOR = "margin must be a whole number of at least 1, got "
DIFFER = "lie in 0..4, by which squared distances of unit vectors can differ"
WHOLE_MARGIN = "annealing must be a number of at least 0, got "
CHANGED = [
    ("CosFaceLoss", {"margin": 28.6}, COSINE),
    ("CosFaceLoss", {"margin": torch.tensor([0.1, 0.1, 0.1, -0.1, 0.1])}, "margin must lie in 0..2, in units of"),
    ("ArcFaceLoss", {"margin": 28.6}, RADIANS),
    ("ArcFaceLoss", {"margin": nn.Parameter(torch.tensor(math.nan))}, "margin must be an angle in 0..π radians"),
    ("ArcFaceLoss", {"margin": "0.5"}, "margin must be a number, got '0.5'."),
    ("ArcFaceLoss", {"beyond": "Linear"}, "beyond must be one of mirror, linear, raw, got 'Linear'."),
    ("ArcFaceLoss", {"gradient": None}, "gradient must be one of true, detached, got None."),
    ("SubCenterArcFaceLoss", {"margin": 28.6}, RADIANS),
    ("CurricularFaceLoss", {"margin": 28.6}, RADIANS),
    ("CurricularFaceLoss", {"momentum": 1}, KEPT),
    ("CombinedMarginLoss", {"m1": 0}, "m1 must be above 0 and at most 10, got 0; it multiplies the angle"),
    ("CombinedMarginLoss", {"m2": -1}, "m2 must be an angle in 0..π radians, got -1."),
    ("CombinedMarginLoss", {"m3": 3}, "m3 must be in units of cosine, got 3, which looks like degrees: use 0.001"),
    ("SphereFaceLoss", {"margin": 2.5}, FACTOR + "2.5; it multiplies the angle."),
    ("SphereFaceLoss", {"annealing": -1}, WHOLE_MARGIN + "-1; 0 is the full margin."),
    ("SphereFaceLoss", {"annealing": math.inf}, WHOLE_MARGIN + "inf; 0 is the full margin."),
    ("SphereFaceLoss", {"annealing": "5"}, "annealing must be a number, got '5'."),
    ("AdaFaceLoss", {"margin": 28.6}, COSINE),
    ("AdaFaceLoss", {"h": 0}, "h must be a positive number, got 0; 0.333 puts most features within −1/3..1/3."),
    ("AdaFaceLoss", {"momentum": 1}, KEPT),
    ("MagFaceLoss", {"margin_from": 28.6}, RADIANS.replace("margin", "margin_from")),
    ("MagFaceLoss", {"margin_to": 0.1}, "margin_to must be at least margin_from, got 0.1 and 0.45."),
    ("MagFaceLoss", {"length_from": 120.0}, LENGTHS),
    ("MagFaceLoss", {"length_weight": None}, "length_weight must be a number, got None."),
    ("SoftTripleLoss", {"margin": 28.6}, COSINE),
    ("SoftTripleLoss", {"gamma": -0.1}, "gamma must be a positive number, got -0.1; near 0 the nearest centre alone"),
    ("SoftTripleLoss", {"tau": math.nan}, "tau must be a number of at least 0, got nan; 0 leaves the centres of a"),
    ("P2SGradLoss", {"injected": "no"}, "injected must be True or False, got 'no'."),
]  # fmt: skip


def batch():
    return torch.randn(6, 8, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 5


@pytest.mark.parametrize(("name", "changed", "sentence"), CHANGED)
def test_what_is_no_such_setting_is_refused_at_the_next_batch(name, changed, sentence):
    head, (x, y) = LOSSES[name](5, 8), batch()
    head(x, y)
    for setting, value in changed.items():
        if isinstance(value, torch.Tensor):
            vars(head).pop(setting)
        setattr(head, setting, value)
    with pytest.raises(ValueError) as refused:
        head(x, y)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("scale", [-5, 0, math.nan, math.inf, nn.Parameter(torch.tensor(-3.0))])
def test_a_scale_that_has_become_none_is_refused_at_the_next_batch(name, scale):
    head, (x, y) = LOSSES[name](5, 8), batch()
    if not head.scaled and isinstance(scale, nn.Parameter):
        pytest.skip(f"{name} takes no scale to be learnt")
    vars(head).pop("scale", None) if "scale" not in head._buffers else delattr(head, "scale")
    head.scale = scale
    with pytest.raises(ValueError, match=rf"^scale must be a positive number, got {float(scale)}\.$|got {scale}\.$"):
        head(x, y)


@pytest.mark.parametrize("name", LOSSES)
def test_all_that_a_constructor_takes_may_be_set_later(name):
    made, (x, y) = LOSSES[name](5, 8, **LOSSES[name].sensible(5, 8)), batch()
    for setting, value in LOSSES[name].sensible(5, 8).items():
        setattr(made, setting, np.float64(value) if isinstance(value, float) else value)
    assert made(x, y).isfinite()


def test_the_other_losses_ask_again_too():
    x, y = batch()
    same = torch.tensor([True, False, True])
    for loss, given, name, value, sentence in (
        (CenterLoss(5, 8), (x, y), "alpha", 2, "alpha must lie in 0..1, got 2; 0 keeps the centres where they are."),
        (UniformLoss(5, 8), (x, y), "rate", "1", "rate must be a number, got '1'."),
        (ContrastiveLoss(), (x[:3], x[3:], same), "margin", -1, "margin must be a positive distance, got -1."),
        (TripletLoss(), (x[:2], x[2:4], x[4:]), "margin", 5, f"margin must {DIFFER}, got 5."),
    ):
        loss(*given)
        setattr(loss, name, value)
        with pytest.raises(ValueError) as refused:
            loss(*given)
        assert str(refused.value) == sentence


@pytest.mark.parametrize("switch", ["no", 1, None])
def test_a_switch_is_true_or_false(switch):
    for name, argument in (("P2SGradLoss", "injected"), ("SoftmaxLoss", "bias")):
        with pytest.raises(ValueError, match=rf"^{argument} must be True or False, got {switch!r}\.$"):
            LOSSES[name](5, 8, **{argument: switch})
