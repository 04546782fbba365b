"""AdaFace against sums made step by step; its two ends are ArcFace and CosFace; what moves its statistics."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons_lib.losses import AdaFaceLoss, ArcFaceLoss, CosFaceLoss
from tests.losses.alike import assert_alike


def make(*sizes, seed=0, **chosen):
    torch.manual_seed(seed)
    return AdaFaceLoss(*sizes, **chosen).double()


def batch(rows, classes, size, seed=1, length=8.0):
    chance = torch.Generator().manual_seed(seed)
    x = length * torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x.requires_grad_(), torch.randint(classes, (rows,), generator=chance)


def by_hand(head, x, y, z):
    """The loss one feature and one class after the other; every angle is inside 0..π."""
    total = 0.0
    for feature, label, stand in zip(x, y.tolist(), z.flatten().tolist(), strict=True):
        cosines = [feature @ w / feature.norm() / w.norm() for w in head.weight]
        theta = cosines[label].acos() - head.margin * stand
        assert 0 < theta < math.pi
        own = theta.cos() - head.margin * (1 + stand)
        total = total + torch.log1p(sum((head.scale * (c - own)).exp() for j, c in enumerate(cosines) if j != label))
    return total / len(y)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(2, 5),
    classes=st.integers(2, 5),
    size=st.integers(6, 8),
    scale=st.floats(0.5, 30),
    margin=st.floats(0, 0.4),
    h=st.floats(0.1, 2),
    momentum=st.floats(0, 0.99),
    seed=st.integers(0, 9999),
)
def test_value_and_gradient_are_those_of_sums_step_by_step(rows, classes, size, seed, **chosen):
    head, (x, y) = make(classes, size, seed=seed, **chosen), batch(rows, classes, size, seed + 1)
    with torch.no_grad():  # inside 0..π, where the formula is the paper's
        x.copy_(x.norm(dim=1, keepdim=True) * (0.5 * head.weight[y] / head.weight[y].norm(dim=1, keepdim=True)))
        x.add_(torch.randn_like(x))
    length = x.detach().norm(dim=1).clamp(0.001, 100)
    kept = chosen["momentum"]
    mean = kept * 20 + (1 - kept) * length.sum() / rows
    spread = kept * 100 + (1 - kept) * ((length - length.sum() / rows).square().sum() / (rows - 1)).sqrt()
    z = (chosen["h"] * (length - mean) / (spread + 1e-3)).clamp(-1, 1)
    theta = torch.nn.functional.cosine_similarity(x, head.weight[y]).acos() - head.margin * z
    assume(((theta > 1e-3) & (theta < math.pi - 1e-3)).all())
    found = head(x, y)
    torch.testing.assert_close(head.met, torch.stack([mean, spread]), rtol=1e-12, atol=0)
    wanted = by_hand(head, x, y, z)
    assert_alike(found, wanted, (x, head.weight), rtol=1e-9)


@pytest.mark.parametrize(("z", "other"), [(-1.0, ArcFaceLoss), (0.0, CosFaceLoss)])
@pytest.mark.parametrize("margin", [0.1, 0.4, 1.0])
def test_its_two_ends_are_arcface_and_cosface_exactly(z, other, margin):
    theta = torch.linspace(0, math.pi, 1_000, dtype=torch.float64)
    head, twin = make(5, 4, margin=margin), other(5, 4, margin=margin).double()
    torch.testing.assert_close(head.target_logit(theta, z), twin.target_logit(theta), rtol=0, atol=1e-15)
    head.met.copy_(torch.tensor([50.0, 1e-3]) if z < 0 else torch.tensor([7.0, 1.0]))
    x, y = batch(6, 5, 4)
    x = (7 * torch.nn.functional.normalize(x)).detach().requires_grad_()
    assert head.eval().standing(x).flatten().tolist() == pytest.approx([z] * 6, abs=1e-12)
    twin.weight.data.copy_(head.weight)
    torch.testing.assert_close(head(x, y), twin(x, y), rtol=1e-12, atol=0)
    found, wanted = (torch.autograd.grad(loss(x, y), x)[0] for loss in (head, twin))
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("z", [-1.0, -0.4, 0.0, 0.3, 1.0])
def test_the_curve_always_falls_and_inside_is_the_papers(z):
    head = make(5, 4)
    theta = torch.linspace(0, math.pi, 1_000, dtype=torch.float64)
    curve = head.target_logit(theta, z)
    assert (curve.diff() <= 1e-12).all()
    inside = (theta - 0.4 * z >= 0) & (theta - 0.4 * z <= math.pi)
    torch.testing.assert_close(curve[inside], (theta - 0.4 * z).cos()[inside] - 0.4 * (1 + z))


def test_the_longest_and_shortest_stand_at_the_ends_and_count_as_a_hundred_at_most():
    head = make(5, 4, h=1.0)
    head.met.copy_(torch.tensor([20.0, 10.0]))
    x = torch.tensor([[0.0, 0, 0, 0], [0, 15.0, 0, 0], [0, 0, 20.0, 0], [25.0, 0, 0, 0], [0, 0, 0, 1e6]]).double()
    assert head.standing(x).flatten().tolist() == pytest.approx([-1, -0.5, 0, 0.5, 1], abs=1e-3)
    head.momentum = 0.0
    head(x, torch.arange(5))
    assert head.met.tolist() == pytest.approx([(0.001 + 15 + 20 + 25 + 100) / 5, 39.0], rel=0.02)


def test_one_feature_alone_moves_the_mean_and_leaves_the_spread():
    head = make(5, 4, momentum=0.9)
    x, y = batch(1, 5, 4)
    assert head(x, y).isfinite()
    assert head.met.tolist() == pytest.approx([18 + 0.1 * x.norm().item(), 100.0])


def test_a_feature_is_pulled_no_longer_and_no_shorter():
    head, (x, y) = make(5, 4), batch(6, 5, 4)
    (found,) = torch.autograd.grad(head(x, y), x)
    assert ((found * x).sum(dim=1).abs() < 1e-12).all()


def test_examination_takes_the_statistics_of_the_training():
    head, (x, y) = make(5, 4), batch(6, 5, 4)
    head(x, y)
    met, loss = head.met.clone(), head.eval()(x, y)
    assert torch.equal(head.met, met)
    assert head(3 * x, y) != loss  # longer than what was met


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"h": 0.0}, "h must be a positive number, got 0.0"),
        ({"h": math.inf}, "h must be a positive number, got inf"),
        ({"momentum": 1.0}, "momentum must be the share that is kept"),
        ({"momentum": -0.1}, "momentum must be the share that is kept"),
        ({"margin": 23}, "margin must be in units of cosine"),
    ],
)
def test_settings_that_make_no_sense_are_refused(chosen, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        AdaFaceLoss(5, 4, **chosen)
