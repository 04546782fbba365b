import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib.angles import (
    circle_points,
    cosines_and_own,
    cosines_between,
    margin_ceiling,
    safe_angle,
    simplex_angle,
    spread_points,
    tammes_angle,
    tammes_proven,
    thomson_optimum,
    uniform_optimum,
    unit_vectors,
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


def test_a_second_derivative_is_the_gradients_own():
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(cosines_between, (x, weight))
    assert torch.autograd.gradgradcheck(lambda *both: cosines_and_own(*both, torch.tensor([0, 1, 1])), (x, weight))


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


def smallest_angle(points):
    return safe_angle((points @ points.T).fill_diagonal_(-1).max()).item()


@pytest.mark.parametrize(
    ("count", "size", "degrees", "cosine"),
    [
        (10, 2, 36.0, 0.19098),
        (2, 2, 180.0, 2.0),
        (4, 3, 109.4712, 4 / 3),
        (10, 3, 66.1468, 0.59560),
        (10, 9, 96.3794, 10 / 9),
    ],
)
def test_the_margin_ceiling_where_it_is_known(count, size, degrees, cosine):
    angle, in_cosine, exact = margin_ceiling(count, size)
    assert math.degrees(angle) == pytest.approx(degrees, abs=1e-4)
    assert in_cosine == pytest.approx(cosine, abs=1e-5)
    assert exact


@pytest.mark.parametrize(("count", "size"), [(15, 3), (20, 3), (23, 3), (50, 3), (10, 5), (100, 16)])
def test_the_margin_ceiling_is_a_bound_in_between_and_says_so(count, size):
    angle, cosine, exact = margin_ceiling(count, size)
    assert not exact
    assert smallest_angle(spread_points(count, size)) <= angle
    assert cosine == pytest.approx(1 - math.cos(angle))
    if size == 3 and count <= 24:
        assert tammes_angle(count, size) < angle < 1.06 * tammes_angle(count, size)


def thomson_energy(points):
    return (1 / torch.pdist(points)).sum()


def uniform_face_energy(points):
    d = torch.cdist(points, points)
    return (1 / (1 + d[~torch.eye(len(points), dtype=torch.bool)])).mean()


def relaxed(energy, count, size, seed):
    """From random places to an arrangement of least energy, by a well-kept optimiser."""
    places = torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    places.requires_grad_()
    optimizer = torch.optim.LBFGS(
        [places], max_iter=2_000, tolerance_grad=1e-9, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def measure():
        optimizer.zero_grad()
        value = energy(unit_vectors(places))
        value.backward()
        return value

    optimizer.step(measure)
    return unit_vectors(places.detach())


@pytest.mark.parametrize(
    ("energy", "optimum"), [(thomson_energy, thomson_optimum), (uniform_face_energy, uniform_optimum)]
)
@pytest.mark.parametrize(
    ("count", "size"), [(n, 3) for n in (2, 3, 4, 5, 7, 8, 10, 11, 13, 17, 24)] + [(3, 2), (10, 2), (6, 5), (4, 7)]
)
def test_charges_left_alone_find_the_optimum_on_record(energy, optimum, count, size):
    best = min((relaxed(energy, count, size, seed) for seed in range(2)), key=energy)
    assert energy(best).item() == pytest.approx(optimum(count, size).energy, rel=1e-7)
    assert smallest_angle(best) == pytest.approx(optimum(count, size).angle, abs=math.radians(0.002))
    assert smallest_angle(best) <= tammes_angle(count, size) + 1e-6


# Closed forms, and what Musin and Tarasov give for 13 and 14, Robinson for 24.
TAMMES = {
    3: math.tau / 3, 4: math.acos(-1 / 3), 5: math.pi / 2, 6: math.pi / 2, 8: math.acos((2 * math.sqrt(2) - 1) / 7),
    9: math.acos(1 / 3), 11: math.acos(1 / math.sqrt(5)), 12: math.acos(1 / math.sqrt(5)),
    13: math.radians(57.1367031), 14: math.radians(55.6705700), 24: math.radians(43.6907671),
}  # fmt: skip


@pytest.mark.parametrize("count", TAMMES)
def test_tammes_angles_on_the_sphere(count):
    assert tammes_angle(count, 3) == pytest.approx(TAMMES[count], abs=1e-7)
    assert tammes_proven(count, 3)


def test_tammes_is_not_proven_everywhere_and_not_what_charges_find():
    assert [count for count in range(2, 25) if not tammes_proven(count, 3)] == list(range(15, 24))
    alike = [n for n in range(2, 15) if tammes_angle(n, 3) - thomson_optimum(n, 3).angle < 1e-6]
    assert alike == [2, 3, 4, 5, 6, 12]
    assert math.degrees(simplex_angle(10)) == pytest.approx(96.379, abs=1e-3)


def test_an_arrangement_that_is_not_on_record_is_refused():
    message = (
        "The best arrangement of 25 directions in 3 dimensions is not known here: use the circle (size 2), the sphere"
    )
    for ask in (tammes_angle, tammes_proven, thomson_optimum, uniform_optimum):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(25, 3)
    with pytest.raises(ValueError, match=r"count and size must be at least 2, got count=1 and size=3\."):
        margin_ceiling(1, 3)


# The smallest angles of the Thomson configurations on the sphere; a cross-polytope in four dimensions.
@pytest.mark.parametrize(
    ("count", "size", "smallest"), [(10, 2, 36.0), (4, 3, 109.47), (6, 3, 90.0), (12, 3, 63.43), (8, 4, 90.0)]
)
def test_spread_points_keep_apart(count, size, smallest):
    points = spread_points(count, size)
    assert math.degrees(smallest_angle(points)) == pytest.approx(smallest, abs=0.6)
    torch.testing.assert_close(points, spread_points(count, size))


@pytest.mark.parametrize("count", [1, 0, -3])
def test_one_direction_alone_has_no_angle(count):
    with pytest.raises(ValueError, match=rf"^count must be at least 2, as one direction .*, got {count}\.$"):
        simplex_angle(count)
