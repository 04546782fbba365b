"""Sub-center ArcFace against sums made step by step and pytorch-metric-learning; what it calls an outlier."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytorch_metric_learning.losses import SubCenterArcFaceLoss as TheirSubCenterArcFaceLoss

from lessons_lib.losses import ArcFaceLoss, SubCenterArcFaceLoss
from lessons_lib.losses.sub_center import OUTLIER
from tests.losses.alike import assert_alike


def make(*sizes, seed=0, **chosen):
    torch.manual_seed(seed)
    return SubCenterArcFaceLoss(*sizes, **chosen).double()


def batch(rows, classes, size, seed=1):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x.requires_grad_(), torch.randint(classes, (rows,), generator=chance)


def by_hand(head, x, y):
    """The loss one feature, one class and one centre after the other, mirrored past π."""
    total = 0.0
    for feature, label in zip(x, y.tolist(), strict=True):
        cosines = [max((feature @ w / feature.norm() / w.norm() for w in own), key=float) for own in head.weight]
        phi = cosines[label].acos() + head.margin
        own = phi.cos() if phi <= math.pi else -2 - phi.cos()
        total = total + torch.log1p(sum((head.scale * (c - own)).exp() for j, c in enumerate(cosines) if j != label))
    return total / len(y)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(1, 4),
    classes=st.integers(2, 5),
    centers=st.integers(1, 4),
    size=st.integers(2, 5),
    scale=st.floats(0.5, 30),
    margin=st.floats(0, 1),
    seed=st.integers(0, 9999),
)
def test_value_and_gradient_are_those_of_sums_step_by_step(rows, classes, centers, size, seed, **chosen):
    head, (x, y) = make(classes, size, centers, seed=seed, **chosen), batch(rows, classes, size, seed + 1)
    nearest = head.center_cosines(x).detach().topk(min(2, centers), dim=2).values
    assume(centers == 1 or (nearest[..., 0] - nearest[..., 1] > 1e-9).all())
    assume((head.cosines(x).abs() < 0.9999).all())  # nearer 1 the arccos of the sum loses its digits
    found, wanted = head(x, y), by_hand(head, x, y)
    assert_alike(found, wanted, (x, head.weight))


@pytest.mark.parametrize("beyond", ["linear", "mirror"])
def test_equals_pytorch_metric_learning(beyond):
    head, (x, y) = make(6, 5, 3, margin=0.4, scale=17.0, beyond=beyond), batch(9, 6, 5)
    theirs = TheirSubCenterArcFaceLoss(
        num_classes=6, embedding_size=5, margin=math.degrees(0.4), scale=17, sub_centers=3
    )
    theirs = theirs.double()
    theirs.W.data = head.weight.detach().flatten(end_dim=1).T.clone()
    found, wanted = head(x, y), theirs(x, y)
    past = (head.cosines(x).gather(1, y[:, None]).acos() > math.pi - 0.4).any()
    assert beyond == "linear" or not past
    assert found.item() == pytest.approx(wanted.item(), rel=1e-9)
    on_x, on_weight = torch.autograd.grad(found, (x, head.weight))
    their_x, their_weight = torch.autograd.grad(wanted, (x, theirs.W))
    torch.testing.assert_close(on_x, their_x, rtol=1e-8, atol=1e-11)
    torch.testing.assert_close(on_weight, their_weight.T.reshape(6, 3, 5), rtol=1e-8, atol=1e-11)


def test_its_outliers_are_pytorch_metric_learnings():
    head, (x, y) = make(4, 3, 3), batch(200, 4, 3)
    theirs = TheirSubCenterArcFaceLoss(num_classes=4, embedding_size=3, sub_centers=3).double()
    theirs.W.data = head.weight.detach().flatten(end_dim=1).T.clone()
    wanted, _ = theirs.get_outliers(x, y)
    found = (head.angles_to_dominant(x, y) > OUTLIER).nonzero().flatten()
    assert 20 < len(found) < 180 and torch.equal(found, wanted.sort().values)


def test_one_centre_a_class_is_arcface():
    head, (x, y) = make(5, 4, 1, scale=9.0), batch(7, 5, 4)
    twin = ArcFaceLoss(5, 4, scale=9.0).double()
    twin.weight.data = head.weight.detach()[:, 0].clone()
    torch.testing.assert_close(head(x, y), twin(x, y), rtol=1e-12, atol=0)
    on_one, on_other = (torch.autograd.grad(loss(x, y), loss.weight)[0] for loss in (head, twin))
    torch.testing.assert_close(on_one[:, 0], on_other, rtol=1e-9, atol=1e-12)


def test_only_the_nearest_centre_of_each_class_is_moved():
    head, (x, y) = make(5, 4, 3, scale=4.0), batch(1, 5, 4)
    (found,) = torch.autograd.grad(head(x, y), head.weight)
    moved = found.norm(dim=2) > 0
    assert torch.equal(moved, torch.nn.functional.one_hot(head.center_cosines(x)[0].argmax(1), 3).bool())


def test_angles_to_the_dominant_centre_are_those_of_a_class_with_some_strangers():
    head = make(2, 2, 2)
    head.weight.data = torch.tensor([[[1.0, 0], [0, 1.0]], [[-1.0, 0], [0, -1.0]]]).double()
    turns = torch.tensor([0.0, 10, 20, 80, -170, -80, -95]).double().deg2rad()
    x, y = torch.stack([turns.cos(), turns.sin()], dim=1), torch.tensor([0, 0, 0, 0, 1, 1, 1])
    found = head.angles_to_dominant(x, y).rad2deg()
    assert found.tolist() == pytest.approx([0, 10, 20, 80, 80, 10, 5], abs=1e-4)


def test_centres_below_one_are_refused():
    with pytest.raises(ValueError, match=r"^centers_per_class must be a whole number of at least 1"):
        SubCenterArcFaceLoss(5, 4, centers_per_class=0)
