"""The regularisers of class weights against pytorch-metric-learning and against hand-made sums."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import regularizers
from torch.autograd import gradcheck

from lessons_lib.angles import circle_points, spread_points
from lessons_lib.losses import (
    ArcFaceLoss,
    CenterInvariantRegularizer,
    OnClassWeights,
    RegularFaceRegularizer,
    uniform_energy,
)

BOTH = [RegularFaceRegularizer, CenterInvariantRegularizer]


def some(classes, size, seed=0, length=1.0):
    chance = torch.Generator().manual_seed(seed)
    return (length * torch.randn(classes, size, generator=chance, dtype=torch.float64)).requires_grad_()


@settings(deadline=None)
@given(classes=st.integers(2, 8), size=st.integers(2, 6), length=st.floats(0.1, 10), seed=st.integers(0, 2**31))
@pytest.mark.parametrize("regularizer", BOTH)
def test_equal_to_pytorch_metric_learning(regularizer, classes, size, length, seed):
    weight = some(classes, size, seed, length)
    theirs = getattr(regularizers, regularizer.__name__)()(weight)
    ours = regularizer()(weight)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(*(torch.autograd.grad(value, weight)[0] for value in (ours, theirs)))


def test_values_at_known_places():
    assert RegularFaceRegularizer()(3 * circle_points(10)) == pytest.approx(math.cos(math.tau / 10), abs=1e-6)
    assert RegularFaceRegularizer()(torch.eye(4)) == pytest.approx(0)
    lengths = torch.tensor([[1.0, 0], [0, 2], [3, 0]])  # squares 1, 4, 9 about 14/3
    expected = ((1 - 14 / 3) ** 2 + (4 - 14 / 3) ** 2 + (9 - 14 / 3) ** 2) / 3 / 4
    assert CenterInvariantRegularizer()(lengths) == pytest.approx(expected)
    assert CenterInvariantRegularizer()(torch.eye(4)) == 0


@pytest.mark.parametrize("regularizer", BOTH)
def test_the_gradient_is_true(regularizer):
    assert gradcheck(regularizer(), some(5, 3))


def test_one_turns_weights_only_and_the_other_stretches_them_only():
    weight = some(6, 3)
    unit = weight / weight.norm(dim=1, keepdim=True)
    for regularizer, share in [(RegularFaceRegularizer(), 0), (CenterInvariantRegularizer(), 1)]:
        (grad,) = torch.autograd.grad(regularizer(weight), weight, retain_graph=True)
        radial = (grad * unit).sum(dim=1).abs() / grad.norm(dim=1)
        torch.testing.assert_close(radial, torch.full_like(radial, share))


@pytest.mark.parametrize("regularizer", [*(cls() for cls in BOTH), uniform_energy])
def test_beside_a_head_it_reaches_the_class_weights_and_owns_none(regularizer):
    head = ArcFaceLoss(10, 3)
    auxiliary = OnClassWeights(regularizer, head)
    value = auxiliary(torch.randn(4, 3), torch.arange(4))
    value.backward()
    assert head.weight.grad.norm() > 0
    assert value == regularizer(head.weight)
    assert not list(auxiliary.parameters()) and not auxiliary.state_dict()
    with torch.no_grad():
        head.weight.copy_(spread_points(10, 3))
    assert auxiliary(torch.randn(4, 3), torch.arange(4)) != value
    names = {repr(OnClassWeights(each, head)) for each in (BOTH[0](), BOTH[1](), uniform_energy)}
    assert len(names) == 3  # a kept training is told apart by them


@pytest.mark.parametrize("regularizer", BOTH)
def test_what_cannot_be_is_refused_in_one_sentence(regularizer):
    with pytest.raises(ValueError, match=r"^weight must have shape \(C, d\) with C at least 2, got \(1, 3\)\.$"):
        regularizer()(torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"^weight must be finite, got NaN or infinity in 1 of 2 rows\.$"):
        regularizer()(torch.tensor([[1.0, math.inf], [0, 1]]))
    with pytest.raises(ValueError, match=r"^weight must be floating point numbers, got torch\.int64\.$"):
        regularizer()(torch.zeros(2, 3).long())


@pytest.mark.parametrize("regularizer", [*(cls() for cls in BOTH), uniform_energy])
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_class_weights_of_half_precision_are_summed_in_full(regularizer, half):
    weight = some(6, 3, length=15.0).detach().to(half).requires_grad_()
    value = regularizer(weight)
    torch.testing.assert_close(value, regularizer(weight.detach().float()))
    value.backward()
    assert weight.grad.dtype == half and weight.grad.isfinite().all()
    wide = weight.detach().float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = regularizer(wide)
    assert torch.equal(inside, regularizer(wide))
