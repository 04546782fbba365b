import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib.angles import (
    circle_points,
    cosines_and_own,
    cosines_between,
    safe_angle,
    spread_points,
    unit_vectors,
    widest_spread,
)


@given(length=st.floats(1e-6, 1e6), turn=st.floats(-math.pi, math.pi))
def test_unit_vectors_keep_the_direction_and_drop_the_length(length, turn):
    vector = length * torch.tensor([[math.cos(turn), math.sin(turn)]], dtype=torch.float64)
    unit = unit_vectors(vector)
    torch.testing.assert_close(unit, vector / length)


def test_a_zero_vector_stays_zero_with_a_finite_gradient():
    vector = torch.zeros(1, 3, requires_grad=True)
    unit = unit_vectors(vector)
    unit.sum().backward()
    assert (unit == 0).all()
    assert vector.grad.abs().max() <= 1


@given(turn=st.floats(1e-4, math.pi - 1e-4), a=st.floats(1e-3, 1e3), b=st.floats(1e-3, 1e3))
def test_the_angle_between_vectors_is_the_turn_between_them(turn, a, b):
    first = torch.tensor([[a, 0.0]], dtype=torch.float64)
    second = b * torch.tensor([[math.cos(turn), math.sin(turn)]], dtype=torch.float64)
    assert safe_angle(cosines_between(first, second)).item() == pytest.approx(turn, abs=1e-9)


def by_autograd(x, weight, labels):
    """The cosines and those of the labels, from normalised rows, each step differentiated by autograd."""
    cosines = torch.nn.functional.normalize(x) @ torch.nn.functional.normalize(weight).T
    return cosines, cosines.gather(1, labels[:, None])


@given(seed=st.integers(0, 2**31), rows=st.integers(1, 4), classes=st.integers(1, 5), size=st.integers(1, 4))
def test_cosines_and_their_written_gradient_are_autograds(seed, rows, classes, size):
    chance = torch.Generator().manual_seed(seed)

    def some(*shape):
        return torch.randn(*shape, generator=chance, dtype=torch.float64)

    x, weight = (10 * some(rows, size)).requires_grad_(), some(classes, size).requires_grad_()
    labels = torch.randint(classes, (rows,), generator=chance)
    pulls = some(rows, classes), some(rows, 1)
    results = []
    for way in (cosines_and_own, by_autograd):
        outputs = way(x, weight, labels)
        results.append([*outputs, *torch.autograd.grad(outputs, [x, weight], pulls)])
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-12)


def test_going_back_inside_autocast_keeps_full_precision():
    x, weight = torch.randn(5, 8), torch.randn(3, 8, requires_grad=True)
    (wanted,) = torch.autograd.grad(cosines_between(x, weight).square().sum(), weight)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with torch.autocast("cpu", enabled=False):
            loss = cosines_between(x, weight).square().sum()
        (found,) = torch.autograd.grad(loss, weight)
    torch.testing.assert_close(found, wanted)


def test_a_second_derivative_is_refused_rather_than_wrong():
    x = torch.randn(3, 4, requires_grad=True)
    (once,) = torch.autograd.grad(cosines_between(x, torch.randn(2, 4)).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        once.sum().backward()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("cosine", [-1.0, 1.0, 1.0 + 1e-7])
def test_safe_angle_is_finite_at_its_ends(dtype, cosine):
    c = torch.tensor(cosine, dtype=dtype, requires_grad=True)
    theta = safe_angle(c)
    theta.backward()
    assert theta.isfinite() and c.grad.isfinite()
    assert abs(theta.item() - (0 if cosine > 0 else math.pi)) < 1e-3


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_circle_points_stand_evenly(count):
    points = circle_points(count, start=0.3)
    turns = torch.atan2(points[:, 1], points[:, 0])
    gaps = torch.remainder(turns.roll(-1) - turns, 2 * math.pi)
    torch.testing.assert_close(points.norm(dim=1), torch.ones(count))
    if count > 1:
        torch.testing.assert_close(gaps, torch.full((count,), 2 * math.pi / count))


@pytest.mark.parametrize(("count", "size", "degrees"), [(10, 2, 36.0), (2, 2, 180.0), (4, 3, 109.471), (10, 9, 96.379)])
def test_widest_spread_where_it_is_known(count, size, degrees):
    assert math.degrees(widest_spread(count, size)) == pytest.approx(degrees, abs=1e-3)


@pytest.mark.parametrize(("count", "size"), [(10, 3), (12, 3), (10, 5), (6, 3)])
def test_widest_spread_is_a_bound_in_between(count, size):
    points = spread_points(count, size)
    nearest = (points @ points.T).fill_diagonal_(-1).max()
    assert safe_angle(nearest) <= widest_spread(count, size) + 1e-3


# The smallest angles of the Thomson configurations on the sphere; a cross-polytope in four dimensions.
@pytest.mark.parametrize(
    ("count", "size", "smallest"), [(10, 2, 36.0), (4, 3, 109.47), (6, 3, 90.0), (12, 3, 63.43), (8, 4, 90.0)]
)
def test_spread_points_keep_apart(count, size, smallest):
    points = spread_points(count, size)
    nearest = (points @ points.T).fill_diagonal_(-1).max()
    assert math.degrees(safe_angle(nearest)) == pytest.approx(smallest, abs=0.6)
    torch.testing.assert_close(points, spread_points(count, size))
