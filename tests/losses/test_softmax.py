import math

import pytest
import torch
from pytorch_metric_learning import losses as pml

from lessons_lib.losses import ModifiedSoftmaxLoss, NormalizedSoftmaxLoss, SoftmaxLoss

RIGHT = math.pi / 2


def on_circle(*turns: float, length: float = 1.0) -> torch.Tensor:
    return length * torch.tensor([[math.cos(t), math.sin(t)] for t in turns], dtype=torch.float64)


def head_with(head, weight: torch.Tensor):
    head = head.double()
    head.weight.data = weight
    return head


def test_softmax_step_by_step():
    head = head_with(SoftmaxLoss(2, 2), on_circle(0.0, RIGHT, length=2.0))
    head.bias.data = torch.tensor([0.5, 0.0], dtype=torch.float64)
    x = on_circle(math.pi / 3, length=3.0)
    logits = [2 * 3 * math.cos(math.pi / 3) + 0.5, 2 * 3 * math.cos(math.pi / 6)]
    loss = -math.log(math.exp(logits[1]) / (math.exp(logits[0]) + math.exp(logits[1])))
    assert head(x, torch.tensor([1])).item() == pytest.approx(loss, rel=1e-12)


def test_softmax_without_bias_has_none_and_equals_large_margin_softmax_of_margin_one():
    torch.manual_seed(0)
    head = SoftmaxLoss(5, 3, bias=False).double()
    theirs = pml.LargeMarginSoftmaxLoss(5, 3, margin=1, scale=1).double()
    theirs.W.data = head.weight.data.T.clone()
    x, y = torch.randn(8, 3, dtype=torch.float64), torch.randint(5, (8,))
    assert head.bias is None
    assert head(x, y).item() == pytest.approx(theirs(x, y).item(), rel=1e-7)


def test_modified_softmax_step_by_step_ignores_the_weights_lengths():
    turns = [0.2, 1.9, -2.0]
    head = head_with(
        ModifiedSoftmaxLoss(3, 2), on_circle(*turns) * torch.tensor([[0.1], [1.0], [50.0]], dtype=torch.float64)
    )
    at, length = 0.9, 4.0
    logits = [length * math.cos(at - turn) for turn in turns]
    loss = -logits[0] + math.log(sum(map(math.exp, logits)))
    assert head(on_circle(at, length=length), torch.tensor([0])).item() == pytest.approx(loss, rel=1e-12)


def test_modified_softmax_gradient_by_hand():
    torch.manual_seed(1)
    head = ModifiedSoftmaxLoss(4, 3).double()
    x = torch.randn(1, 3, dtype=torch.float64, requires_grad=True)
    head(x, torch.tensor([2])).backward()
    unit = head.weight / head.weight.norm(dim=1, keepdim=True)
    probability = torch.softmax(x @ unit.T, 1) - torch.tensor([[0.0, 0, 1, 0]])
    torch.testing.assert_close(x.grad, probability @ unit)
    tangent = x - (x @ unit.T).T * unit
    torch.testing.assert_close(head.weight.grad, probability.T * tangent / head.weight.norm(dim=1, keepdim=True))


def test_normalized_softmax_equals_pytorch_metric_learning_at_the_inverse_temperature():
    torch.manual_seed(2)
    head = NormalizedSoftmaxLoss(6, 4, scale=20.0).double()
    theirs = pml.NormalizedSoftmaxLoss(6, 4, temperature=1 / 20).double()
    theirs.W.data = head.weight.data.T.clone()
    x, y = torch.randn(9, 4, dtype=torch.float64, requires_grad=True), torch.randint(6, (9,))
    ours = head(x, y)
    (ours_x,) = torch.autograd.grad(ours, x)
    (theirs_x,) = torch.autograd.grad(theirs(x, y), x)
    assert ours.item() == pytest.approx(theirs(x, y).item(), rel=1e-9)
    torch.testing.assert_close(ours_x, theirs_x, rtol=1e-9, atol=1e-12)


def test_normalized_softmax_gradient_by_hand_is_tangent():
    torch.manual_seed(3)
    head = NormalizedSoftmaxLoss(4, 3, scale=7.0).double()
    x = torch.randn(1, 3, dtype=torch.float64, requires_grad=True)
    head(x, torch.tensor([1])).backward()
    unit, length = head.weight / head.weight.norm(dim=1, keepdim=True), x.norm()
    cosine = (x / length) @ unit.T
    pull = 7.0 * (torch.softmax(7.0 * cosine, 1) - torch.tensor([[0.0, 1, 0, 0]]))
    by_hand = (pull.T * (unit - cosine.T * x / length)).sum(0, keepdim=True) / length
    torch.testing.assert_close(x.grad, by_hand, rtol=1e-9, atol=1e-12)
    assert abs((x.grad @ x.T).item()) < 1e-12


def test_normalized_softmax_reaches_its_floor_on_the_simplex():
    simplex = torch.eye(4, dtype=torch.float64) - 0.25
    head = head_with(NormalizedSoftmaxLoss(4, 4, scale=3.0), simplex)
    floor = math.log(1 + 3 * math.exp(-3 * 4 / 3))
    assert head(simplex, torch.arange(4)).item() == pytest.approx(floor, rel=1e-9)


def test_a_scale_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"^scale must be a positive number, got 0"):
        NormalizedSoftmaxLoss(3, 2, scale=0)
