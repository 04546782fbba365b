import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_metric_learning import losses as pml

from lessons_lib.losses import (
    LOSSES,
    ArcFaceLoss,
    CombinedMarginLoss,
    CosFaceLoss,
    CurricularFaceLoss,
    SubCenterArcFaceLoss,
)
from lessons_lib.losses.margins import falling_cosine

THETA = torch.linspace(0, math.pi, 721, dtype=torch.float64)


def on_circle(*turns: float) -> torch.Tensor:
    return torch.tensor([[math.cos(t), math.sin(t)] for t in turns], dtype=torch.float64)


def loss_by_steps(head, target_curve, theta_y: float, others: list[float]) -> tuple[float, float]:
    """The head's loss for a feature at θ_y from class 0 and at `others` from the rest, and the same summed by hand."""
    head = head.double()
    head.weight.data = 3 * on_circle(theta_y, *others)
    target = math.exp(head.scale * target_curve(theta_y))
    rest = sum(math.exp(head.scale * math.cos(other)) for other in others)
    return head(0.2 * on_circle(0.0), torch.tensor([0])).item(), -math.log(target / (target + rest))


@given(theta=st.floats(1e-3, 3.1), m=st.floats(0, 1.0), s=st.floats(1, 20))
def test_cosface_step_by_step(theta, m, s):
    ours, by_hand = loss_by_steps(CosFaceLoss(3, 2, m, s), lambda t: math.cos(t) - m, theta, [1.0, 2.5])
    assert ours == pytest.approx(by_hand, rel=1e-9, abs=1e-12)


@given(theta=st.floats(1e-3, 3.1), m=st.floats(0, 1.0), s=st.floats(1, 20))
@pytest.mark.parametrize("beyond", ["mirror", "linear", "raw"])
def test_arcface_step_by_step(beyond, theta, m, s):
    def curve(t):
        if t + m <= math.pi or beyond == "raw":
            return math.cos(t + m)
        return -2 - math.cos(t + m) if beyond == "mirror" else math.cos(t) - m * math.sin(m)

    ours, by_hand = loss_by_steps(ArcFaceLoss(3, 2, m, s, beyond=beyond), curve, theta, [1.0, 2.5])
    assert ours == pytest.approx(by_hand, rel=1e-9, abs=1e-12)


@given(theta=st.floats(1e-3, 3.1), m1=st.floats(0.5, 2), m2=st.floats(0, 0.6), m3=st.floats(0, 0.5))
def test_combined_step_by_step_where_the_paper_defines_it(theta, m1, m2, m3):
    phi = m1 * theta + m2
    mirrored = math.cos(phi) if phi <= math.pi else -2 - math.cos(phi) if phi <= 2 * math.pi else math.cos(phi) - 4
    head = CombinedMarginLoss(3, 2, m1, m2, m3, scale=5.0)
    ours, by_hand = loss_by_steps(head, lambda t: mirrored - m3, theta, [1.0, 2.5])
    assert ours == pytest.approx(by_hand, rel=1e-9, abs=1e-12)


def test_combined_contains_the_other_two():
    arc, cos = ArcFaceLoss(4, 3, 0.4), CosFaceLoss(4, 3, 0.3)
    torch.testing.assert_close(CombinedMarginLoss(4, 3, 1, 0.4, 0).target_logit(THETA), arc.target_logit(THETA))
    torch.testing.assert_close(CombinedMarginLoss(4, 3, 1, 0, 0.3).target_logit(THETA), cos.target_logit(THETA))


def test_falling_cosine_falls_smoothly_for_ever():
    phi = torch.linspace(0, 4 * math.pi, 4001, dtype=torch.float64, requires_grad=True)
    curve = falling_cosine(phi)
    (slope,) = torch.autograd.grad(curve.sum(), phi)
    assert (curve.diff() <= 1e-12).all()
    torch.testing.assert_close(curve[::1000].detach(), torch.tensor([1.0, -1, -3, -5, -7], dtype=torch.float64))
    assert slope.diff().abs().max() < 0.004  # the slope has no jump: −|sin φ|
    torch.testing.assert_close(slope, -torch.sin(phi.detach()).abs(), atol=1e-9, rtol=0)


@pytest.mark.parametrize("beyond", ["mirror", "linear", "raw"])
def test_what_each_way_does_past_pi_minus_m(beyond):
    m = 0.5
    curve = ArcFaceLoss(3, 2, m, beyond=beyond).target_logit(THETA)
    past = math.pi - m < THETA
    steps = curve.diff()[past[1:]]
    jump = math.cos(m) + m * math.sin(m) - 1
    if beyond == "raw":
        assert (steps > 0).all()
    else:
        assert (steps < 0).all()
        assert curve.diff().min().item() == pytest.approx(-jump if beyond == "linear" else -math.pi / 720, abs=2e-3)


def coefficient(head, theta: float) -> float:
    """∂L/∂cos θ_y of one sample at θ from its class, by autograd through the head, over the one at margin 0."""
    head = head.double()
    head.weight.data = on_circle(theta, 2.0)
    x = on_circle(0.0).requires_grad_()
    cosines = head.cosines(x)
    logits = head.scale * cosines
    (plain,) = torch.autograd.grad(logits[0, 0], head.weight, retain_graph=True)
    target = head.scale * head.target_logit(torch.acos(cosines[0, 0]))
    (with_margin,) = torch.autograd.grad(target, head.weight)
    return (with_margin[0].norm() / plain[0].norm()).item()


@pytest.mark.parametrize("theta", [0.05, 0.3, 1.0, 1.3207963267948966, 2.0])
def test_the_detached_gradient_drops_arcfaces_factor(theta):
    factor = math.sin(theta + 0.5) / math.sin(theta)
    assert coefficient(ArcFaceLoss(2, 2), theta) == pytest.approx(factor, rel=1e-9)
    assert coefficient(ArcFaceLoss(2, 2, gradient="detached"), theta) == pytest.approx(1.0, rel=1e-9)


def test_the_detached_loss_has_the_same_value():
    torch.manual_seed(0)
    x, y = torch.randn(6, 4), torch.randint(5, (6,))
    true, detached = ArcFaceLoss(5, 4), ArcFaceLoss(5, 4, gradient="detached")
    detached.load_state_dict(true.state_dict())
    torch.testing.assert_close(true(x, y), detached(x, y))


@pytest.mark.parametrize("name", ["CosFace", "ArcFace"])
def test_equal_to_pytorch_metric_learning_value_and_gradient(name):
    torch.manual_seed(1)
    if name == "CosFace":
        ours, theirs = CosFaceLoss(6, 4, 0.35, 30.0), pml.CosFaceLoss(6, 4, margin=0.35, scale=30)
    else:  # their margin is in degrees, and they go on in a straight line past π − m
        ours = ArcFaceLoss(6, 4, 0.5, 30.0, beyond="linear")
        theirs = pml.ArcFaceLoss(6, 4, margin=np.degrees(0.5), scale=30)
    ours, theirs = ours.double(), theirs.double()
    theirs.W.data = ours.weight.data.T.clone()
    x, y = torch.randn(40, 4, dtype=torch.float64, requires_grad=True), torch.randint(6, (40,))
    (ours_x,), (theirs_x,) = torch.autograd.grad(ours(x, y), x), torch.autograd.grad(theirs(x, y), x)
    assert ours(x, y).item() == pytest.approx(theirs(x, y).item(), rel=1e-9)
    torch.testing.assert_close(ours_x, theirs_x, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: ArcFaceLoss(10, 2, margin=28.6),
            "margin must be in radians, got 28.6, which looks like degrees: use 0.499, the same angle.",
        ),
        (lambda: ArcFaceLoss(10, 2, margin=-0.1), "margin must be an angle in 0..π radians, got -0.1."),
        (lambda: ArcFaceLoss(10, 2, margin=math.nan), "margin must be an angle in 0..π radians, got nan."),
        (
            lambda: CosFaceLoss(10, 2, margin=20),
            (
                "margin must be in units of cosine, got 20, which looks like degrees: "
                "use 0.060, what that angle takes off the cosine at θ = 0."
            ),
        ),
        (lambda: CosFaceLoss(10, 2, margin=-1), "margin must lie in 0..2, in units of cosine, got -1."),
        (
            lambda: CombinedMarginLoss(10, 2, m1=0),
            "m1 must be above 0 and at most 10, got 0; it multiplies the angle, and 1 leaves it alone.",
        ),
        (
            lambda: CombinedMarginLoss(10, 2, m2=30),
            "m2 must be in radians, got 30, which looks like degrees: use 0.524, the same angle.",
        ),
        (lambda: ArcFaceLoss(10, 2, beyond="clip"), "beyond must be one of mirror, linear, raw, got 'clip'."),
        (lambda: ArcFaceLoss(10, 2, gradient="no"), "gradient must be one of true, detached, got 'no'."),
    ],
)
def test_a_bad_margin_is_refused_in_one_sentence(make, sentence):
    with pytest.raises(ValueError) as refused:
        make()
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("num_classes", "size"), [(3, 2), (10, 2), (10, 3), (10, 64), (1000, 64), (85_742, 512)])
@pytest.mark.parametrize("head", [CosFaceLoss, ArcFaceLoss, CombinedMarginLoss])
def test_the_sensible_margin_can_be_met(head, num_classes, size):
    """At half of the widest possible spread, a feature on its class weight is right enough."""
    suggested = head.sensible(num_classes, size)
    room = 2 * math.pi / num_classes if size == 2 else math.pi / 2
    at_the_class = head(3, 2, **suggested).target_logit(torch.tensor(0.0)).item()
    assert at_the_class > math.cos(room)


@pytest.mark.parametrize(
    ("made", "answers"), [(CosFaceLoss, lambda c, m: c - m), (ArcFaceLoss, lambda c, m: math.cos(math.acos(c) + m))]
)
def test_every_class_may_have_a_margin_of_its_own(made, answers):
    margins = torch.tensor([0.1, 0.3, 0.5])
    head = made(3, 4, margin=margins, scale=5).double()
    x, y = torch.randn(6, 4, dtype=torch.float64), torch.tensor([0, 1, 2, 2, 1, 0])
    cosines, total = head.cosines(x).tolist(), 0.0
    for row, label in zip(cosines, y.tolist(), strict=True):
        logits = [5 * (answers(c, margins[j].item()) if j == label else c) for j, c in enumerate(row)]
        total += math.log(sum(math.exp(one) for one in logits)) - logits[label]
    assert head(x, y).item() == pytest.approx(total / 6, rel=1e-7)
    assert head.state_dict()["margin"].tolist() == pytest.approx([0.1, 0.3, 0.5])
    head.sample_rate = 0.4  # one class of three, or those of the batch
    torch.testing.assert_close(head(x[:1], y[:1]), torch.zeros((), dtype=torch.float64))


@pytest.mark.parametrize("made", [CosFaceLoss, ArcFaceLoss, CurricularFaceLoss, SubCenterArcFaceLoss])
@pytest.mark.parametrize("margins", [torch.tensor([0.1, 0.3, 0.5]), torch.tensor([0.3], dtype=torch.float64)])
def test_margins_of_another_precision_than_the_embeddings_are_margins(made, margins):
    torch.manual_seed(0)
    head = made(3, 4, margin=margins, scale=5.0).eval()
    x, y = torch.randn(6, 4, requires_grad=True), torch.tensor([0, 1, 2, 2, 1, 0])
    wide = copy.deepcopy(head).double()
    for one in (head, wide):
        loss = one(x, y)
        assert loss.dtype == torch.float32
        torch.testing.assert_close(loss, wide(x.double(), y).float())
        loss.backward()


def test_margins_that_are_none_are_refused():
    with pytest.raises(
        ValueError, match=r"margin must be one number or one a class, \(3,\), got a tensor of shape \(2,\)"
    ):
        ArcFaceLoss(3, 4, margin=torch.tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match=r"looks like degrees"):
        ArcFaceLoss(3, 4, margin=torch.tensor([0.1, 0.2, 28.6]))


CURVES = (
    "ModifiedSoftmaxLoss", "NormalizedSoftmaxLoss", "SphereFaceLoss", "CosFaceLoss", "ArcFaceLoss",
    "CombinedMarginLoss", "FixedAdaCosLoss", "AdaCosLoss", "AdaFaceLoss", "MagFaceLoss", "CurricularFaceLoss",
    "SubCenterArcFaceLoss",
)  # fmt: skip


@pytest.mark.parametrize("theta", [0.5, np.linspace(0, 3, 4), [0.5]])
def test_an_angle_that_is_no_tensor_is_told_what_to_do(theta):
    for name in CURVES:
        with pytest.raises(ValueError, match=r"^theta must be a tensor, got (float|a NumPy array of float64|list)"):
            LOSSES[name](5, 4).target_logit(theta)
