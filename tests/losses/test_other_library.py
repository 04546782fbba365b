"""Lesson 12's table, read from its text: our losses and pytorch-metric-learning's, argument by argument."""

import math
import re
from pathlib import Path

import pytest
import torch
from pytorch_metric_learning import distances, losses, reducers, regularizers

from lessons_lib import losses as ours
from lessons_lib.losses import LOSSES, Head, NPairsLoss, RegularFaceRegularizer, TripletLoss

TEXT = Path(__file__).parents[2] / "notebooks" / "text" / "12_your_own_images.md"
C, d, K = 6, 8, 3
KNOWN = {"math": math, "C": C, "d": d, "K": K}
THEIRS = {name: value for part in (reducers, distances, regularizers, losses) for name, value in vars(part).items()}
# What the lesson says their library has no counterpart of, or none with arguments alone.
WITHOUT = {"CombinedMarginLoss", "AdaCosLoss", "CenterLoss", "UniformLoss", "SiameseVerifier", "ContrastiveLoss"} | {
    "AdaFaceLoss",
    "MagFaceLoss",
    "CurricularFaceLoss",
}


def rows():
    """(our code, their code, their value ÷ ours as code), for every row of the table that has all three."""
    table = TEXT.read_text(encoding="utf-8").split("## The same in another library")[1].split("\n## ")[0]
    found = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|", table, flags=re.MULTILINE)
    assert len(found) >= 10, "the lesson's table was not found"
    return found


def inputs(count):
    chance = torch.Generator().manual_seed(0)
    return [torch.randn(9, d, generator=chance, dtype=torch.float64).requires_grad_() for _ in range(count)]


def weighed_alike(head, theirs):
    """Their class weights (d, C), or (d, C·K), made our (C, d), or (C, K, d)."""
    (name, _), *_ = [(name, value) for name, value in theirs.named_parameters() if value.ndim == 2]
    getattr(theirs, name).data = head.weight.detach().reshape(-1, d).T.clone()


def both_values(mine, theirs):
    """Our value and theirs of the same things, and those things."""
    at, none = torch.arange(9), torch.zeros(0, dtype=torch.int64)
    if isinstance(mine, Head):
        (x,), y = inputs(1), at % C
        weighed_alike(mine, theirs)
        return mine(x, y), theirs(x, y), [x]
    if isinstance(mine, TripletLoss):
        x = inputs(3)
        return mine(*x), theirs(torch.cat(x), torch.zeros(27).long(), (at, at + 9, at + 18)), x
    if isinstance(mine, NPairsLoss):
        x = inputs(2)
        return mine(*x), theirs(torch.cat(x), torch.cat([at, at]), (at, at + 9, none, none)), x
    x = inputs(1)
    return mine(*x), theirs(*x), x


@pytest.mark.parametrize(("mine", "other", "factor"), rows())
def test_what_stands_in_a_row_is_equal_in_value_and_gradient(mine, other, factor):
    torch.manual_seed(0)
    head, theirs = eval(mine, vars(ours) | KNOWN).double(), eval(other, THEIRS | KNOWN).double()
    value, wanted, x = both_values(head, theirs)
    times = eval(factor, dict(KNOWN))
    near = {"rtol": 1e-6, "atol": 1e-9}  # theirs has a small number under SoftTriple's root
    torch.testing.assert_close(times * value, wanted, **near)
    for one, two in zip(torch.autograd.grad(value, x), torch.autograd.grad(wanted, x), strict=True):
        torch.testing.assert_close(times * one, two, **near)


def test_every_loss_is_in_the_table_or_said_to_have_no_counterpart():
    named = {re.match(r"\w+", mine)[0] for mine, _, _ in rows()}
    assert named & WITHOUT == set()
    lost = (set(LOSSES) | {"TripletLoss", "NPairsLoss", "ContrastiveLoss"}) - named - WITHOUT
    assert not lost, (
        f"give the counterpart of {', '.join(sorted(lost))} a row in lesson 12's table; where there is none, name it "
        "in the sentence below the table and in WITHOUT, above"
    )
    assert {RegularFaceRegularizer.__name__, "CenterInvariantRegularizer"} <= named
    text = TEXT.read_text(encoding="utf-8")
    assert not [name for name in WITHOUT if f"`{name}`" not in text]
