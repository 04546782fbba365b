"""CurricularFace against sums made step by step, what moves t, and where a hard class counts more or less."""

import copy
import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons_lib.losses import ArcFaceLoss, CurricularFaceLoss
from tests.losses.alike import assert_alike


def make(*sizes, seed=0, **chosen):
    torch.manual_seed(seed)
    return CurricularFaceLoss(*sizes, **chosen).double()


def batch(rows, classes, size, seed=1):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x.requires_grad_(), torch.randint(classes, (rows,), generator=chance)


def by_hand(head, x, y, t):
    """The loss one feature and one class after the other, as the paper has it, mirrored past π."""
    total = 0.0
    for feature, label in zip(x, y.tolist(), strict=True):
        cosines = [feature @ w / feature.norm() / w.norm() for w in head.weight]
        phi = cosines[label].acos() + head.margin
        own = phi.cos() if phi <= math.pi else -2 - phi.cos()
        others = [c * (t + c) if c > own else c for j, c in enumerate(cosines) if j != label]
        total = total + torch.log1p(sum((head.scale * (c - own)).exp() for c in others))
    return total / len(y)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(1, 5),
    classes=st.integers(2, 6),
    size=st.integers(2, 6),
    scale=st.floats(0.5, 30),
    margin=st.floats(0, 1),
    momentum=st.floats(0, 0.99),
    t=st.floats(0, 1),
    seed=st.integers(0, 9999),
)
def test_value_and_gradient_are_those_of_sums_step_by_step(rows, classes, size, t, seed, **chosen):
    head, (x, y) = make(classes, size, seed=seed, **chosen), batch(rows, classes, size, seed + 1)
    head.t.fill_(t)
    cosines = head.cosines(x).detach()
    own = cosines.gather(1, y[:, None])
    assume(((cosines - head.target_logit(own.acos())).abs() > 1e-9).all())  # at the border it jumps
    assume((cosines.abs() < 0.9999).all())  # nearer 1 the arccos of the sum loses its digits
    found = head(x, y)
    now = chosen["momentum"] * t + (1 - chosen["momentum"]) * own.mean()
    torch.testing.assert_close(head.t, now, rtol=1e-12, atol=1e-12)
    wanted = by_hand(head, x, y, float(now))
    assert_alike(found, wanted, (x, head.weight))


def test_no_class_is_hard_where_the_margin_is_won_and_then_it_is_arcface():
    head = make(4, 6, scale=8.0).eval()
    head.t.fill_(0.7)
    head.weight.data = torch.eye(4, 6, dtype=torch.float64)
    y = torch.arange(4)
    x = (head.weight.data[y] + 0.1 * torch.randn(4, 6, dtype=torch.float64)).requires_grad_()
    twin = ArcFaceLoss(4, 6, scale=8.0).double()
    twin.weight.data = head.weight.data.clone()
    assert torch.equal(head(x, y), twin(x, y))
    torch.testing.assert_close(head.target_logit(torch.tensor(0.3)), twin.target_logit(torch.tensor(0.3)))


@pytest.mark.parametrize(("t", "cosine", "more"), [(0.0, 0.4, False), (0.5, 0.4, False), (0.7, 0.4, True)])
def test_a_hard_class_counts_less_at_first_and_more_once_t_and_its_cosine_pass_one(t, cosine, more):
    head = make(4, 6)
    c = torch.tensor([[cosine]], dtype=torch.float64, requires_grad=True)
    found = head.other_logit(c, torch.zeros(1, 1).double(), t)
    assert found.item() == pytest.approx(cosine * (t + cosine)) and (found.item() > cosine) == more
    (slope,) = torch.autograd.grad(found, c)
    assert slope.item() == pytest.approx(t + 2 * cosine)
    assert head.other_logit(c, torch.ones(1, 1).double(), t).item() == cosine


def test_t_follows_the_mean_cosine_in_training_alone():
    head, (x, y) = make(5, 4), batch(7, 5, 4)
    own = head.cosines(x).gather(1, y[:, None]).mean().item()
    for step in range(1, 4):
        head(x, y)
        assert head.t.item() == pytest.approx(own * (1 - 0.99**step), rel=1e-9)
    kept = head.t.item()
    head.eval()(x, y)
    assert head.t.item() == kept
    twin = copy.deepcopy(head)
    twin.t.fill_(0.9)
    assert twin(x, y) != head(x, y)


@pytest.mark.parametrize("momentum", [1.0, -0.5, "slow"])
def test_a_momentum_that_makes_no_sense_is_refused(momentum):
    with pytest.raises(ValueError, match=r"^momentum must be"):
        CurricularFaceLoss(5, 4, momentum=momentum)
