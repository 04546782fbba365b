import math

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.angles import unit_vectors
from lessons_lib.gradients import at_angles, gradients, missing, place, slope, with_weights
from lessons_lib.losses import (
    LOSSES,
    AdaCosLoss,
    AdaFaceLoss,
    ArcFaceLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    MagFaceLoss,
    ModifiedSoftmaxLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SoftTripleLoss,
    SphereFaceLoss,
)

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")
THETA = torch.tensor([1, 10, 30, 50, 75.7, 90, 120, 150, 170], dtype=torch.float64).deg2rad()
COSINE_HEADS = sorted(set(LOSSES) - {"SoftmaxLoss", "SoftTripleLoss", "SubCenterArcFaceLoss"})


def degrees(*angles):
    return torch.tensor(angles, dtype=torch.float64).deg2rad()


@pytest.mark.parametrize("others", ["90", "simplex", "circle"])
@pytest.mark.parametrize("classes", [3, 10])
def test_features_and_weights_stand_where_they_should(others, classes):
    x, weight = place(THETA, classes, others)
    cosines = x @ weight.T
    torch.testing.assert_close(cosines[:, 0], THETA.cos())
    torch.testing.assert_close(weight.norm(dim=1), torch.ones(classes, dtype=torch.float64), rtol=1e-6, atol=0)
    wanted = {
        "90": torch.zeros(len(THETA), classes - 1, dtype=torch.float64),
        "simplex": (-THETA.cos() / (classes - 1))[:, None].expand(-1, classes - 1),
        "circle": (THETA[:, None] - 2 * math.pi * torch.arange(1, classes, dtype=torch.float64) / classes).cos(),
    }[others]
    torch.testing.assert_close(cosines[:, 1:], wanted, rtol=0, atol=1e-12)


def by_formula(head, theta, others, classes):
    """∂L/∂cos θ_j from the closed forms: (P_j − [j = y])·s·f′_j, and cos θ_j − [j = y] for P2SGrad."""
    x, weight = place(theta, classes, others)
    cosines = (x @ F.normalize(weight).T).clamp(-1, 1)
    target = F.one_hot(torch.zeros(len(theta), dtype=torch.int64), classes).double()
    if isinstance(head, P2SGradLoss):
        return cosines - target
    cos = theta.cos()
    curve, prime = {
        NormalizedSoftmaxLoss: lambda: (cos, 1 + 0 * cos),
        ModifiedSoftmaxLoss: lambda: (cos, 1 + 0 * cos),
        FixedAdaCosLoss: lambda: (cos, 1 + 0 * cos),
        AdaCosLoss: lambda: (cos, 1 + 0 * cos),
        CosFaceLoss: lambda: (cos - head.margin, 1 + 0 * cos),
        ArcFaceLoss: lambda: mirrored(theta, head.margin),
        SphereFaceLoss: lambda: staircase(theta, head.margin),
    }[type(head)]()
    scale = float(head.scale)
    logits = scale * torch.cat([curve[:, None], cosines[:, 1:]], dim=1)
    factor = torch.cat([prime[:, None], torch.ones_like(cosines[:, 1:])], dim=1)
    return (logits.softmax(dim=1) - target) * scale * factor


def mirrored(theta, m):
    inside = theta + m <= math.pi
    curve = torch.where(inside, (theta + m).cos(), -2 - (theta + m).cos())
    return curve, (theta + m).sin().abs() / theta.sin()


def staircase(theta, m):
    k = (m * theta / math.pi).floor()
    return (-1) ** k * (m * theta).cos() - 2 * k, m * (m * theta).sin().abs() / theta.sin()


def heads(classes):
    for scale in (1.0, 16.0, 64.0):
        yield NormalizedSoftmaxLoss(classes, 4, scale=scale)
        yield from (CosFaceLoss(classes, 4, margin=m, scale=scale) for m in (0.1, 0.35))
        yield from (ArcFaceLoss(classes, 4, margin=m, scale=scale) for m in (0.2, 0.5))
    yield from (SphereFaceLoss(classes, 4, margin=m) for m in (1, 2, 4))
    yield from (kind(classes, 4) for kind in (ModifiedSoftmaxLoss, FixedAdaCosLoss, AdaCosLoss, P2SGradLoss))
    yield P2SGradLoss(classes, 4, injected=True)


@pytest.mark.parametrize("others", ["90", "simplex", "circle"])
@pytest.mark.parametrize("classes", [3, 10, 200])
def test_coefficients_are_those_of_the_closed_forms(others, classes):
    for head in heads(classes):
        if isinstance(head, AdaCosLoss):
            head.double().scale.fill_(math.sqrt(2) * math.log(classes - 1))
        found = at_angles(head, THETA[:: 1 if classes < 100 else 4], others).coefficient
        wanted = by_formula(head, THETA[:: 1 if classes < 100 else 4], others, classes)
        seen = found.isfinite()  # a weight that the feature points at shows no direction
        assert seen.float().mean() > 0.9
        torch.testing.assert_close(found[seen], wanted[seen], rtol=1e-5, atol=1e-9, msg=lambda m, h=head: f"{h}: {m}")


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (ArcFaceLoss(10, 4, margin=0.5, scale=64), {60: 42.568, 65.465: 63.763, 50: 1.909e-3, 40: 4.07e-8}),
        (ArcFaceLoss(10, 4, margin=0.3, scale=8), {83.60: 7.668, 0.01: 0.01016}),
        (P2SGradLoss(10, 10), {120: 1.29904, 60: 0.4330}),
    ],
)
def test_lengths_at_known_angles(head, known):
    """Others at 90°; the numbers were worked out apart from this code."""
    lengths = at_angles(head, degrees(*known)).weight_length[:, 0]
    assert lengths.tolist() == pytest.approx(list(known.values()), rel=2e-3)


@pytest.mark.parametrize("name", COSINE_HEADS)
def test_the_gradient_on_a_weight_has_the_same_direction_for_every_cosine_loss(name):
    theta = degrees(40, 60, 80)  # at 5° a scale of 64 leaves less than float64 can tell from nothing
    found = at_angles(LOSSES[name](5, 4), theta)
    x, weight = place(theta, 5, "90")
    pull = unit_vectors(-found.on_weights[:, 0])
    towards = F.normalize(x - theta.cos()[:, None] * weight[0], dim=1)
    torch.testing.assert_close(pull, towards, rtol=0, atol=1e-7)
    torch.testing.assert_close(found.weight_length, (found.coefficient * found.cosines.acos().sin()).abs())


@pytest.mark.parametrize("name", sorted(set(COSINE_HEADS) - {"ModifiedSoftmaxLoss", "SphereFaceLoss", "MagFaceLoss"}))
def test_where_the_feature_is_normalised_its_gradient_stands_upright_on_it(name):
    x, y = torch.randn(4, 6, dtype=torch.float64), torch.arange(4)
    head = LOSSES[name](5, 6)
    found = gradients(head, x, y)
    along = (found.on_feature * F.normalize(x)).sum(1).abs()
    assert (along < 1e-9 * (1 + found.feature_length)).all()
    unit = F.normalize(head.weight.detach().double())
    whole = unit @ unit.T - found.cosines[:, :, None] * found.cosines[:, None]  # ‖∂L/∂x‖² = aᵀ(G − ccᵀ)a
    squared = torch.einsum("ni,nij,nj->n", found.coefficient, whole, found.coefficient)
    torch.testing.assert_close(found.feature_length.square(), squared)


def test_adaface_and_magface_push_as_the_length_says():
    """z = 0 and −1 are CosFace and ArcFace; so is MagFace at the shortest length, apart from the pull to be longer."""
    adaface, magface = AdaFaceLoss(10, 4, margin=0.4, h=0.5, scale=8.0), MagFaceLoss(10, 4, scale=8.0)
    adaface.met.copy_(torch.tensor([30.0, 5.0]))
    arcface, cosface = ArcFaceLoss(10, 4, margin=0.4, scale=8.0), CosFaceLoss(10, 4, margin=0.4, scale=8.0)
    for head, length, twin in (
        (adaface, 30.0, cosface),
        (adaface, 1.0, arcface),
        (magface, 10.0 - 1e-9, ArcFaceLoss(10, 4, margin=0.45, scale=8.0)),
    ):
        found, wanted = at_angles(head, THETA, length=length), at_angles(twin, THETA)
        torch.testing.assert_close(found.coefficient, wanted.coefficient, equal_nan=True)
        torch.testing.assert_close(found.on_feature, wanted.on_feature)
    inside = at_angles(magface, THETA, length=40.0)
    x, _ = place(THETA, 10, "90")
    pull = magface.length_weight * (1 / 110**2 - 1 / 40**2) * 40
    push = missing(arcface, at_angles(ArcFaceLoss(10, 4, margin=0.555, scale=8.0), THETA)) * 8 * 0.0035 * 40
    along = (inside.on_feature * x).sum(dim=1)
    torch.testing.assert_close(along, pull + push * (THETA + 0.555).sin().abs())


def test_lengths_of_feature_and_weights_do_not_enter():
    x, y = torch.randn(3, 4, dtype=torch.float64), torch.arange(3)
    head = ArcFaceLoss(5, 4, scale=8.0).double()
    longer = with_weights(head, 7 * head.weight)
    one, other = gradients(head, x, y), gradients(longer, 100 * x, y)
    torch.testing.assert_close(one.on_feature, other.on_feature)
    torch.testing.assert_close(one.on_weights, other.on_weights)


def test_the_factors_make_the_coefficient():
    for head in (ArcFaceLoss(10, 4, scale=16.0), CosFaceLoss(10, 4, scale=16.0), SphereFaceLoss(10, 4)):
        found = at_angles(head, THETA)
        whole = -missing(head, found) * head.scale * slope(head, THETA)
        torch.testing.assert_close(found.coefficient[:, 0], whole, rtol=1e-6, atol=1e-12)


def test_the_detached_gradient_leaves_the_slope_out():
    assert torch.allclose(slope(ArcFaceLoss(3, 2, gradient="detached"), THETA), torch.ones(9, dtype=torch.float64))
    wanted = (THETA + 0.5).sin().abs() / THETA.sin()
    torch.testing.assert_close(slope(ArcFaceLoss(3, 2, margin=0.5), THETA), wanted)


def test_the_head_stays_as_it_is():
    head = AdaCosLoss(5, 4)
    before = {name: value.clone() for name, value in head.state_dict().items()}
    at_angles(head, THETA)
    assert head.training and head.weight.dtype == torch.float32 and head.weight.grad is None
    assert all(torch.equal(before[name], value) for name, value in head.state_dict().items())


@pytest.mark.parametrize("classes", [2, 9])
def test_a_twin_has_as_many_classes_as_weights(classes):
    weight, x, labels = torch.randn(classes, 3), torch.randn(classes, 3), torch.arange(classes)
    twin = with_weights(CosFaceLoss(4, 8, margin=0.2, scale=5.0), weight)
    torch.testing.assert_close(twin(x, labels), CosFaceLoss(4, 3, margin=0.2, scale=5.0)(x, labels, weight=weight))
    with pytest.raises(ValueError, match=rf"^labels must lie in 0\.\.{classes - 1}, got "):
        twin(x, labels + 1)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match="others must be one of 90, simplex, circle, got 'far'"):
        place(THETA, 5, "far")
    for head in (P2SGradLoss(5, 6), SoftmaxLoss(5, 6)):
        with pytest.raises(ValueError, match="no target logit that is a function of θ alone"):
            slope(head, THETA)
        with pytest.raises(ValueError, match="forms no probability"):
            missing(head, at_angles(head, THETA))
    several = SoftTripleLoss(5, 6, centers_per_class=5)
    for ask in (lambda: at_angles(several, THETA), lambda: gradients(several, torch.ones(1, 6), torch.tensor([0]))):
        with pytest.raises(ValueError, match=r"^SoftTripleLoss has several centres a class, and so no one angle"):
            ask()
