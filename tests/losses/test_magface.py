"""MagFace against sums made step by step, the gradient on a feature's length, and the weight that makes it pay."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons_lib.losses import ArcFaceLoss, MagFaceLoss
from tests.losses.alike import assert_alike


def make(*sizes, seed=0, **chosen):
    torch.manual_seed(seed)
    return MagFaceLoss(*sizes, **chosen).double()


def batch(rows, classes, size, seed=1, length=20.0):
    chance = torch.Generator().manual_seed(seed)
    x = length * torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x.requires_grad_(), torch.randint(classes, (rows,), generator=chance)


def by_hand(head, x, y):
    """The loss one feature and one class after the other, as the paper has it, mirrored past π."""
    total = 0.0
    low, high = head.length_from, head.length_to
    for feature, label in zip(x, y.tolist(), strict=True):
        a = feature.norm().clamp(low, high)
        margin = (head.margin_to - head.margin_from) / (high - low) * (a - low) + head.margin_from
        cosines = [feature @ w / feature.norm() / w.norm() for w in head.weight]
        phi = cosines[label].acos() + margin
        own = phi.cos() if phi <= math.pi else -2 - phi.cos()
        total = total + torch.log1p(sum((head.scale * (c - own)).exp() for j, c in enumerate(cosines) if j != label))
        total = total + head.length_weight * (1 / a + a / high**2)
    return total / len(y)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(1, 5),
    classes=st.integers(2, 5),
    size=st.integers(2, 6),
    scale=st.floats(0.5, 30),
    margin_from=st.floats(0, 0.5),
    margin_to=st.floats(0.5, 1),
    length_weight=st.none() | st.floats(0, 40),
    length=st.floats(1, 60),
    seed=st.integers(0, 9999),
)
def test_value_and_gradient_are_those_of_sums_step_by_step(rows, classes, size, length, seed, **chosen):
    head, (x, y) = make(classes, size, seed=seed, **chosen), batch(rows, classes, size, seed + 1, length)
    assume((head.cosines(x).abs() < 0.9999).all())  # nearer 1 the arccos of the sum loses its digits
    found, wanted = head(x, y), by_hand(head, x, y)
    assert_alike(found, wanted, (x, head.weight))


@pytest.mark.parametrize(("length", "margin"), [(3.0, 0.45), (10.0, 0.45), (60.0, 0.625), (110.0, 0.8), (500.0, 0.8)])
def test_at_one_length_it_is_arcface_with_that_margin_and_a_price(length, margin):
    head, twin = make(5, 4), ArcFaceLoss(5, 4, margin=margin).double()
    theta = torch.linspace(0, math.pi, 1_000, dtype=torch.float64)
    torch.testing.assert_close(head.target_logit(theta, length), twin.target_logit(theta), rtol=0, atol=1e-12)
    x, y = batch(6, 5, 4)
    x = length * torch.nn.functional.normalize(x.detach())
    twin.weight.data.copy_(head.weight)
    a = min(max(length, 10.0), 110.0)
    torch.testing.assert_close(head(x, y), twin(x, y) + head.length_weight * (1 / a + a / 110**2))


def test_the_least_weight_that_is_feasible_is_that_of_the_papers_margins():
    head = MagFaceLoss(5, 4)
    assert head.feasible_weight() == pytest.approx(22.587, abs=1e-3)
    assert head.length_weight == head.feasible_weight()  # 20, the published default, is below it
    pull = head.length_weight * (1 / 10**2 - 1 / 110**2)
    assert pull == pytest.approx(64 * (0.8 - 0.45) / 100, rel=1e-12)


@pytest.mark.parametrize("length", [10.5, 40.0, 109.0])
def test_the_gradient_along_the_feature_is_margin_against_price(length):
    head, (x, y) = make(5, 4, scale=8.0), batch(6, 5, 4)
    x = (length * torch.nn.functional.normalize(x.detach())).requires_grad_()
    (found,) = torch.autograd.grad(head(x, y), x)
    along = (found * x).sum(dim=1) / length * len(y)
    cosines = head.cosines(x).detach()
    theta = cosines.gather(1, y[:, None]).acos()
    margin = 0.45 + 0.0035 * (length - 10)
    assert (theta + margin < math.pi).all()
    logits = (8 * cosines).scatter(1, y[:, None], 8 * (theta + margin).cos())
    short = 1 - logits.softmax(1).gather(1, y[:, None])
    wanted = short * 8 * (theta + margin).sin() * 0.0035 + head.length_weight * (1 / 110**2 - 1 / length**2)
    torch.testing.assert_close(along, wanted.squeeze(1), rtol=1e-9, atol=1e-12)
    outside = (x.detach() / length * torch.tensor([[5.0], [200.0]] * 3)).requires_grad_()
    (found,) = torch.autograd.grad(head(outside, y), outside)
    assert ((found * outside).sum(dim=1).abs() < 1e-12).all()


def test_a_sure_feature_grows_and_a_doubtful_one_less():
    """The paper's claim: with the feasible weight, the length at which both sides agree is longer the surer it is."""
    head = make(2, 2, scale=64.0)
    head.weight.data = torch.eye(2, dtype=torch.float64)
    best = []
    for theta in (0.1, 0.4, 0.5):
        lengths = torch.linspace(10, 110, 201, dtype=torch.float64)
        direction = torch.tensor([math.cos(theta), math.sin(theta)], dtype=torch.float64)
        with torch.no_grad():
            losses = torch.stack([head(a * direction[None], torch.tensor([0])) for a in lengths])
        best.append(float(lengths[losses.argmin()]))
    assert best == sorted(best, reverse=True) and best[0] > 100 and best[-1] < 40


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"margin_from": 0.9}, "margin_to must be at least margin_from"),
        ({"margin_to": 45}, "margin_to must be in radians"),
        ({"length_from": 0.0}, "lengths must be"),
        ({"length_from": 120.0}, "lengths must be"),
        ({"length_weight": -1.0}, "length_weight must be a number of at least 0"),
        ({"length_weight": "20"}, "length_weight must be a number, got '20'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(chosen, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        MagFaceLoss(5, 4, **chosen)
