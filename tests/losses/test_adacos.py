import math
import re

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib.angles import spread_points, unit_vectors
from lessons_lib.losses import AdaCosLoss, FixedAdaCosLoss, NormalizedSoftmaxLoss


def batch(rows, classes, size, seed=0):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x, torch.randint(classes, (rows,), generator=chance)


@pytest.mark.parametrize(("classes", "scale"), [(3, 0.98), (10, 3.107), (100, 6.50), (1000, 9.77), (85_742, 16.06)])
def test_the_fixed_scale(classes, scale):
    assert FixedAdaCosLoss(classes, 2).scale == pytest.approx(scale, abs=0.005)
    assert float(AdaCosLoss(classes, 2).scale) == pytest.approx(scale, abs=0.005)


def test_fixed_adacos_is_normalised_softmax_at_that_scale():
    x, y = batch(6, 5, 3)
    head, plain = FixedAdaCosLoss(5, 3).double(), NormalizedSoftmaxLoss(5, 3, scale=math.sqrt(2) * math.log(4)).double()
    plain.load_state_dict(head.state_dict())
    torch.testing.assert_close(head(x, y), plain(x, y), rtol=1e-12, atol=1e-14)


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 7), classes=st.integers(3, 9), size=st.integers(4, 9), seed=st.integers(0, 999))
def test_the_scale_follows_the_papers_rule_step_by_step(rows, classes, size, seed):
    head = AdaCosLoss(classes, size).double()
    scale = math.sqrt(2) * math.log(classes - 1)
    for step in range(3):
        x, y = batch(rows, classes, size, seed + step)
        sums, angles = [], []
        for xi, yi in zip(x, y.tolist(), strict=True):
            cosines = [float(xi @ w / (xi.norm() * w.norm())) for w in head.weight.detach()]
            angles.append(math.acos(cosines[yi]))
            sums.append(sum(math.exp(scale * c) for k, c in enumerate(cosines) if k != yi))
        median = sorted(angles)[(rows - 1) // 2]  # the lower of two middle ones, as torch has it
        scale = max(0.01, math.log(sum(sums) / rows) / math.cos(min(math.pi / 4, median)))
        loss = head(x, y)
        assert float(head.scale) == pytest.approx(scale, rel=1e-6)
        logits = float(head.scale) * F.normalize(x) @ F.normalize(head.weight.detach()).T
        torch.testing.assert_close(loss.detach(), F.cross_entropy(logits, y), rtol=1e-6, atol=1e-9)


def test_no_gradient_flows_through_the_scale():
    x, y = batch(6, 5, 4)
    head = AdaCosLoss(5, 4).double()
    head(x.requires_grad_(), y).backward()
    still = NormalizedSoftmaxLoss(5, 4, scale=float(head.scale)).double()
    still.weight.data = head.weight.data.clone()
    twin = x.detach().clone().requires_grad_()
    still(twin, y).backward()
    torch.testing.assert_close(x.grad, twin.grad, rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(head.weight.grad, still.weight.grad, rtol=1e-6, atol=1e-12)


def test_with_perfect_features_the_scale_falls_to_its_rest_and_the_loss_to_ln_2():
    """Ten classes as a simplex: s = 0.9 ln 9 = 1.978, where P is one half."""
    simplex = unit_vectors(torch.eye(10, dtype=torch.float64) - 0.1)
    head = AdaCosLoss(10, 10).double()
    head.weight.data = simplex.clone()
    for _ in range(60):
        loss = head(simplex, torch.arange(10))
    assert float(head.scale) == pytest.approx(0.9 * math.log(9), rel=1e-5)
    assert loss.item() == pytest.approx(math.log(2), rel=1e-5)


def test_in_the_plane_the_scale_runs_away_unless_it_is_held():
    x, y = batch(500, 10, 2)
    free, held = AdaCosLoss(10, 2), AdaCosLoss(10, 2, max_scale=30.0)
    for _ in range(60):
        free.follow(free.cosines(x.float()).detach(), y)
        held.follow(held.cosines(x.float()).detach(), y)
    assert not free.scale < 1e3 and float(held.scale) == 30.0


def test_the_scale_is_saved_and_moves_in_training_only():
    x, y = batch(8, 5, 6)
    head = AdaCosLoss(5, 6)
    head(x.float(), y)
    moved = float(head.scale)
    assert moved != pytest.approx(math.sqrt(2) * math.log(4), rel=1e-3)
    head.eval()(x.float() + 1, y)
    assert float(head.scale) == moved
    other = AdaCosLoss(5, 6)
    other.load_state_dict(head.state_dict())
    assert float(other.scale) == moved


def test_others_all_opposite_leave_a_positive_scale():
    head = AdaCosLoss(3, 3)
    for _ in range(20):
        head.follow(torch.tensor([[1.0, -1.0, -1.0]]), torch.tensor([0]))
        assert head.scale > 0


@pytest.mark.parametrize("loss", [FixedAdaCosLoss, AdaCosLoss])
def test_two_classes_are_refused(loss):
    with pytest.raises(ValueError, match=f"at least 3 for {loss.__name__}, got 2"):
        loss(2, 4)


def test_a_limit_that_is_none_is_refused():
    said = re.escape("max_scale must be positive, or None for no limit, got 0.")
    with pytest.raises(ValueError, match=said):
        AdaCosLoss(5, 4, max_scale=0)


def test_spread_weights_keep_the_scale_finite_in_many_dimensions():
    head = AdaCosLoss(10, 16)
    head.weight.data = spread_points(10, 16)
    x, y = batch(200, 10, 16)
    for _ in range(50):
        head(x.float(), y)
    assert 1 < float(head.scale) < 10
