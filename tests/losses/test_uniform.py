"""Uniform Loss against sums made step by step, and against charges at known places."""

import copy
import io
import math
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from lessons_lib.angles import circle_points, uniform_optimum
from lessons_lib.losses import CenterLoss, UniformLoss, uniform_energy


def make(classes=4, size=3, rate=0.5, seed=0):
    torch.manual_seed(seed)
    return UniformLoss(classes, size, rate).double()


def batch(rows, classes=4, size=3, seed=1):
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(rows, size, generator=chance).double(), torch.randint(classes, (rows,), generator=chance)


def energy(points):
    """The paper's double sum, one pair after the other."""
    unit, total, count = [p / p.norm() for p in points], 0.0, len(points)
    for j in range(count):
        for k in range(count):
            if k != j:
                total = total + 1 / ((unit[j] - unit[k]).norm() + 1)
    return total / (count * (count - 1))


def stepped(centers, x, y, rate):
    """Center Loss's rule, one class after the other."""
    after = []
    for j, center in enumerate(centers):
        own = [x[i] for i in range(len(y)) if y[i] == j]
        after.append(center + rate * sum((feature - center for feature in own), 0 * center) / (1 + len(own)))
    return torch.stack(after)


@settings(deadline=None)
@given(count=st.integers(2, 8), size=st.integers(1, 5), length=st.floats(0.01, 100), seed=st.integers(0, 2**31))
def test_the_energy_is_the_papers_double_sum_of_points_on_the_sphere(count, size, length, seed):
    chance = torch.Generator().manual_seed(seed)
    points = (length * torch.randn(count, size, generator=chance, dtype=torch.float64)).requires_grad_()
    assert uniform_energy(points).item() == pytest.approx(energy(points).item(), rel=1e-12)
    if size > 1:  # on a line they can only coincide or stand opposite
        (grad,) = torch.autograd.grad(uniform_energy(points), points)
        torch.testing.assert_close(grad, torch.autograd.grad(energy(points), points)[0])
        assert (grad * points).sum(dim=1).abs().max() < 1e-9  # nothing to gain by growing


def test_the_gradient_on_a_center_is_the_hand_derived_force():
    """∂E/∂c_j = −2/(C(C−1)) Σ_k (c_j − c_k)/(d(1+d)²), and of it what turns c_j."""
    points = torch.nn.functional.normalize(batch(5)[0]).requires_grad_()
    (grad,) = torch.autograd.grad(uniform_energy(points), points)
    for j in range(5):
        force = torch.zeros(3).double()
        for k in range(5):
            if k != j:
                away = (points[j] - points[k]).detach()
                force += away / (away.norm() * (1 + away.norm()) ** 2)
        force *= -2 / 20
        u = points[j].detach()
        torch.testing.assert_close(grad[j], force - (force @ u) * u)


@pytest.mark.parametrize("count", [2, 3, 7, 10])
def test_even_spacing_on_the_circle_has_the_energy_on_record_and_no_force(count):
    points = circle_points(count, dtype=torch.float64).requires_grad_()
    value = uniform_energy(points)
    value.backward()
    assert value.item() == pytest.approx(uniform_optimum(count, 2).energy, rel=1e-12)
    assert points.grad.abs().max() < 1e-12
    assert uniform_energy(points[:1].repeat(count, 1)).item() == pytest.approx(1)  # all in one place


@settings(deadline=None)
@given(rows=st.integers(1, 12), classes=st.integers(2, 6), rate=st.floats(0, 1))
def test_value_gradient_and_centres_are_those_of_sums_step_by_step(rows, classes, rate):
    loss, (x, y) = make(classes, rate=rate), batch(rows, classes)
    before = loss.centers.clone()
    x.requires_grad_()
    (grad,) = torch.autograd.grad(loss(x, y), x)
    after = stepped(before, x, y, rate)
    value = energy(after)
    torch.testing.assert_close(grad, torch.autograd.grad(value, x)[0])
    torch.testing.assert_close(loss.centers, after.detach())
    torch.testing.assert_close(make(classes, rate=rate)(x, y), value)


def test_its_centres_are_center_losses():
    uniform, (x, y) = make(rate=0.3), batch(9)
    center = CenterLoss(4, 3, alpha=0.3).double()
    center.centers.copy_(uniform.centers)
    for _ in range(3):
        uniform(x, y), center(x, y)
    torch.testing.assert_close(uniform.centers, center.centers)


def test_the_gradient_is_true():
    loss, (x, y) = make().eval(), batch(6)
    assert gradcheck(lambda x: loss(x, y), x.requires_grad_())
    assert gradcheck(uniform_energy, batch(5)[0].requires_grad_())


def test_evaluation_moves_nothing_and_has_the_value_of_training():
    loss, (x, y) = make().eval(), batch(5)
    before = loss.centers.clone()
    value = loss(x, y)
    assert torch.equal(loss.centers, before) and not list(loss.parameters())
    assert loss.train()(x, y) == value
    assert not torch.equal(loss.centers, before)


def test_descending_it_spreads_features_over_the_circle():
    loss, labels = make(5, 2, rate=1.0), torch.arange(5).repeat(20)
    x = (torch.tensor([1.0, 0.0]) + 0.05 * torch.randn(100, 2)).double().requires_grad_()
    optimizer = torch.optim.SGD([x], lr=50.0)
    for _ in range(300):
        optimizer.zero_grad()
        loss(x, labels).backward()
        optimizer.step()
    turns = torch.atan2(loss.centers[:, 1], loss.centers[:, 0]).sort().values
    gaps = torch.cat([turns.diff(), turns[:1] + math.tau - turns[-1:]])
    assert gaps.min() > math.radians(71.5)


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_full(half):
    loss, y = make().float(), torch.arange(8) % 4
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0)).to(half).requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(x, y)
    value.backward()
    assert value.dtype == loss.centers.dtype == torch.float32 and x.grad.dtype == half
    torch.testing.assert_close(make().float()(x.detach().float(), y), value.detach())


def test_finite_where_centres_meet_or_are_none():
    for centers in (torch.zeros(4, 3), torch.ones(4, 3), 1e-30 * torch.eye(4, 3)):
        loss = make().float()
        loss.centers.copy_(centers)
        x = torch.zeros(4, 3, requires_grad=True)
        value = loss(x, torch.arange(4))
        value.backward()
        assert value.isfinite() and x.grad.isfinite().all()


def test_centres_survive_saving_copying_and_pickling():
    loss, (x, y) = make(), batch(6)
    loss(x, y)
    kept = io.BytesIO()
    torch.save(loss.state_dict(), kept)
    kept.seek(0)
    other = make(seed=5)
    other.load_state_dict(torch.load(kept, weights_only=True))
    for twin in (other, copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert torch.equal(twin.centers, loss.centers)
        assert twin.eval()(x, y) == loss.eval()(x, y)


def test_compiles_without_a_graph_break():
    torch._dynamo.reset()
    loss, (x, y) = make(), batch(5)
    twin = copy.deepcopy(loss)
    compiled = torch.compile(twin, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x, y), loss(x, y))
    torch.testing.assert_close(twin.centers, loss.centers)


def test_what_cannot_be_is_refused_in_one_sentence():
    for rate in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"^rate must lie in 0\.\.1, got"):
            UniformLoss(3, 2, rate)
    with pytest.raises(
        ValueError, match=r"^num_classes must be a whole number of at least 2 for UniformLoss, got 1\.$"
    ):
        UniformLoss(1, 2)
    with pytest.raises(ValueError, match=r"^labels must lie in 0\.\.3, got 0\.\.4\.$"):
        make()(torch.zeros(2, 3), torch.tensor([0, 4]))
    with pytest.raises(ValueError, match=r"^points must have shape \(C, d\) with C at least 2, got \(1, 3\)\.$"):
        uniform_energy(torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"^points must be finite, got NaN or infinity in 1 of 3 rows\.$"):
        uniform_energy(torch.tensor([[1.0, 0], [0, 1], [math.nan, 0]]))
    assert repr(UniformLoss(3, 2)) == "UniformLoss(num_classes=3, embedding_size=2, rate=0.5)"
