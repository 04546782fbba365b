import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning.losses import SphereFaceLoss as TheirSphereFaceLoss

from lessons_lib.losses import ModifiedSoftmaxLoss, SphereFaceLoss


def staircase(theta, m):
    """ψ as the paper has it, one piece at a time."""
    k = min(int(m * theta / math.pi), m - 1)
    return (-1) ** k * math.cos(m * theta) - 2 * k


@pytest.mark.parametrize("m", [1, 2, 3, 4])
@pytest.mark.parametrize("annealing", [0.0, 5.0])
def test_the_curve_is_the_papers_staircase_annealed(m, annealing):
    theta = torch.linspace(1e-4, math.pi - 1e-4, 500, dtype=torch.float64)
    by_hand = [(annealing * math.cos(t) + staircase(t, m)) / (1 + annealing) for t in theta.tolist()]
    curve = SphereFaceLoss(3, 2, margin=m, annealing=annealing).target_logit(theta)
    torch.testing.assert_close(curve, torch.tensor(by_hand, dtype=torch.float64), rtol=1e-12, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(m=st.integers(1, 5), annealing=st.floats(0, 100), seed=st.integers(0, 999))
def test_value_and_gradient_step_by_step(m, annealing, seed):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(5, 4, generator=chance, dtype=torch.float64, requires_grad=True)
    y = torch.randint(6, (5,), generator=chance)
    head = SphereFaceLoss(6, 4, margin=m, annealing=annealing).double()
    loss = head(x, y)
    loss.backward()
    value, gradient = 0.0, torch.zeros_like(x)
    for i in range(5):
        length, unit = x[i].detach().norm(), F.normalize(x[i].detach(), dim=0)
        directions = F.normalize(head.weight.detach())
        cosines = directions @ unit
        theta = math.acos(cosines[y[i]])
        curve, slope = cosines.clone(), torch.ones(6, dtype=torch.float64)  # f and f′ = df/dcos θ
        curve[y[i]] = (annealing * math.cos(theta) + staircase(theta, m)) / (1 + annealing)
        slope[y[i]] = (annealing + m * abs(math.sin(m * theta)) / math.sin(theta)) / (1 + annealing)
        probability = (length * curve).softmax(0)
        value -= math.log(probability[y[i]]) / 5
        pull = probability - F.one_hot(y[i], 6)
        gradient[i] = ((pull * curve).sum() * unit + (pull * slope) @ (directions - cosines[:, None] * unit)) / 5
    assert loss.item() == pytest.approx(value, rel=1e-9)
    torch.testing.assert_close(x.grad, gradient, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_equal_to_pytorch_metric_learning(m):
    torch.manual_seed(0)
    x, y = torch.randn(12, 5), torch.randint(7, (12,))
    head, theirs = SphereFaceLoss(7, 5, margin=m), TheirSphereFaceLoss(7, 5, margin=m, scale=1)
    theirs.W.data = head.weight.detach().T.clone()
    torch.testing.assert_close(head(x, y).detach(), theirs(x, y).detach(), rtol=1e-5, atol=1e-5)


def test_margin_one_is_modified_softmax_and_so_is_annealing_without_end():
    torch.manual_seed(0)
    x, y, plain = torch.randn(6, 3), torch.arange(6) % 4, ModifiedSoftmaxLoss(4, 3)
    for head, near in [(SphereFaceLoss(4, 3, margin=1), 1e-6), (SphereFaceLoss(4, 3, annealing=1e7), 1e-5)]:
        head.load_state_dict(plain.state_dict())
        torch.testing.assert_close(head(x, y), plain(x, y), rtol=near, atol=near)


def test_annealing_can_be_set_during_training():
    x, y, head = torch.randn(6, 3), torch.arange(6) % 4, SphereFaceLoss(4, 3, annealing=1000.0)
    before = head(x, y)
    head.annealing = 0.0
    assert head(x, y) > before


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"margin": 1.7}, "whole number of at least 1, got 1.7"),
        ({"margin": 0}, "whole number of at least 1, got 0"),
        ({"annealing": -1.0}, "annealing must be a number of at least 0, got -1.0; 0 is the full margin"),
        ({"annealing": math.nan}, "annealing must be a number of at least 0, got nan"),
        ({"annealing": math.inf}, "annealing must be a number of at least 0, got inf"),
    ],
)
def test_nonsense_is_refused(choices, words):
    with pytest.raises(ValueError, match=words):
        SphereFaceLoss(4, 3, **choices)
