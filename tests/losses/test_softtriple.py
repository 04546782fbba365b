"""SoftTriple against sums made step by step, against pytorch-metric-learning, and where centres meet."""

import copy
import math
import pickle

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytorch_metric_learning.losses import SoftTripleLoss as TheirSoftTripleLoss
from pytorch_metric_learning.regularizers import SparseCentersRegularizer

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.evaluation import accuracy, target_angles
from lessons_lib.losses import CosFaceLoss, OnClassWeights, RegularFaceRegularizer, SoftTripleLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.training import fit
from tests.losses.alike import assert_alike


def make(*sizes, seed=0, **settings):
    torch.manual_seed(seed)
    return SoftTripleLoss(*sizes, **settings).double()


def batch(rows, classes, size, seed=1):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, size, generator=chance, dtype=torch.float64)
    return x.requires_grad_(), torch.randint(classes, (rows,), generator=chance)


def on_circle(*degrees, dtype=torch.float64):
    turns = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    return torch.stack([turns.cos(), turns.sin()], dim=-1).to(dtype)


def by_hand(head, x, y):
    """The loss, one feature, one class, one centre after the other."""
    classes, centers, _ = head.weight.shape
    unit = [[w / w.norm() for w in own] for own in head.weight]
    total = 0.0
    for feature, label in zip(x, y.tolist(), strict=True):
        logits = []
        for c in range(classes):
            cosines = [feature @ w / feature.norm() for w in unit[c]]
            shares = [(cosine / head.gamma).exp() for cosine in cosines]
            similarity = sum(share * cosine for share, cosine in zip(shares, cosines, strict=True)) / sum(shares)
            logits.append(head.scale * (similarity - head.margin * (c == label)))
        total = total + torch.log1p(sum((z - logits[label]).exp() for c, z in enumerate(logits) if c != label))
    apart = sum((2 - 2 * own[t] @ own[u]).sqrt() for own in unit for t in range(centers) for u in range(t + 1, centers))
    return total / len(y) + (head.tau * apart / (classes * centers * (centers - 1)) if centers > 1 else 0.0)


@settings(max_examples=40)
@given(
    rows=st.integers(1, 4),
    classes=st.integers(2, 5),
    centers=st.integers(1, 4),
    size=st.integers(2, 5),
    scale=st.floats(0.5, 30),
    gamma=st.floats(0.05, 5),
    margin=st.floats(0, 0.5),
    tau=st.floats(0, 3),
    seed=st.integers(0, 9999),
)
def test_value_and_gradient_are_those_of_sums_step_by_step(rows, classes, centers, size, seed, **chosen):
    head, (x, y) = make(classes, size, centers, seed=seed, **chosen), batch(rows, classes, size, seed)
    unit = head.weight.detach() / head.weight.detach().norm(dim=2, keepdim=True)
    assume((torch.cdist(unit, unit) + 2 * torch.eye(centers) > 0.01).all())  # nearer, √(2 − 2 cos) loses its digits
    found, wanted = head(x, y), by_hand(head, x, y)
    assert_alike(found, wanted, (x, head.weight), rtol=1e-9)


@pytest.mark.parametrize("tau", [0.0, 0.2])
def test_equals_pytorch_metric_learning_whose_regulariser_is_extra(tau):
    head, (x, y) = make(6, 5, 4, scale=17.0, gamma=0.3, margin=0.05, tau=tau), batch(9, 6, 5)
    extra = {"weight_regularizer": SparseCentersRegularizer(6, 4), "weight_reg_weight": tau} if tau else {}
    theirs = TheirSoftTripleLoss(6, 5, 4, la=17.0, gamma=0.3, margin=0.05, **extra).double()
    theirs.fc.data = head.weight.detach().flatten(end_dim=1).T.clone()
    found, wanted = head(x, y), theirs(x, y)
    rel = 1e-6 if tau else 1e-9  # their regulariser adds a small number under the root
    assert found.item() == pytest.approx(wanted.item(), rel=rel)
    on_x, on_weight = torch.autograd.grad(found, (x, head.weight))
    their_x, their_weight = torch.autograd.grad(wanted, (x, theirs.fc))
    torch.testing.assert_close(on_x, their_x, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(on_weight, their_weight.T.reshape(6, 4, 5), rtol=rel, atol=rel / 100)


def test_a_losing_centre_can_be_pushed_away():
    """∂S/∂cos θ_k = p_k (1 + (cos θ_k − S)/γ): at cosines .9 and .6 with γ = .1 it is 1.088 and −0.088."""
    cosines = torch.tensor([0.9, 0.6], dtype=torch.float64)
    turns = cosines.acos().rad2deg()
    head = make(2, 2, 2, gamma=0.1)
    head.weight.data[0] = on_circle(*turns.tolist())
    similarity = head.cosines(on_circle(0.0))[0, 0]
    (grad,) = torch.autograd.grad(similarity, head.weight)
    on_turn = (grad[0] * on_circle(*(turns + 90).tolist())).sum(dim=1)  # ∂S/∂θ_k = −sin θ_k · ∂S/∂cos θ_k
    assert (-on_turn / cosines.acos().sin()).tolist() == pytest.approx([1.088, -0.088], abs=1e-3)
    shares = (10 * cosines).softmax(0)
    assert similarity.item() == pytest.approx((shares @ cosines).item(), rel=1e-12)


@pytest.mark.parametrize("centers", [1, 3])
def test_one_centre_a_class_is_cosface_and_so_are_centres_that_have_merged(centers):
    head, (x, y) = make(5, 4, centers, scale=12.0, margin=0.2), batch(7, 5, 4)
    head.weight.data[:] = head.weight.data[:, :1].clone()
    cosface = CosFaceLoss(5, 4, margin=0.2, scale=12.0).double()
    cosface.weight.data = head.weight.data[:, 0].clone()
    found, wanted = head(x, y), cosface(x, y)
    assert found.item() == pytest.approx(wanted.item(), rel=1e-12)
    on_x, on_weight = torch.autograd.grad(found, (x, head.weight))
    their_x, their_weight = torch.autograd.grad(wanted, (x, cosface.weight))
    torch.testing.assert_close(on_x, their_x, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(on_weight, (their_weight / centers)[:, None].expand(-1, centers, -1))
    assert head.spread().item() == 0.0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gap", [0.0, 1e-30, 1e-12, 1e-7, 1e-3])
def test_finite_where_centres_meet(dtype, gap):
    head = make(3, 2, 4).to(dtype)
    with torch.no_grad():
        head.weight[:] = torch.tensor([1.0, 0.0]) + gap * torch.arange(12.0).reshape(3, 4, 1)
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], dtype=dtype, requires_grad=True)
    loss = head(x, torch.arange(3))
    loss.backward()
    assert loss.isfinite() and x.grad.isfinite().all() and head.weight.grad.isfinite().all()
    assert head.weight.grad.norm(dim=2).max() < 20  # far from infinite: a scale of 20 on cosines can pull no harder


def test_finite_with_centres_of_no_length_and_under_autocast():
    for half in (torch.bfloat16, torch.float16):
        head = SoftTripleLoss(3, 4, 2)
        head.weight.data[0] = 0.0
        x = torch.randn(3, 4, dtype=half).requires_grad_()
        with torch.autocast("cpu", dtype=half):
            loss = head(x, torch.arange(3))
        loss.backward()
        assert loss.dtype == torch.float32 and loss.isfinite()
        assert x.grad.isfinite().all() and head.weight.grad.isfinite().all()
        torch.testing.assert_close(head(x.detach().float(), torch.arange(3)), loss, rtol=0, atol=0)


def test_the_regulariser_keeps_its_digits_where_the_root_has_lost_them():
    head = make(2, 2, 2)
    gap = math.degrees(1e-9)
    head.weight.data = torch.stack([on_circle(0.0, gap), on_circle(90.0, 90.0 + gap)])
    unit = head.weight[0]
    assert head.spread().item() == pytest.approx(1e-9 / 2, rel=1e-6)  # two pairs of 1e-9, over C·K·(K − 1) = 4
    assert (2 - 2 * unit[0] @ unit[1]).clamp(min=0).sqrt().item() != pytest.approx(1e-9, rel=0.1)
    head.spread().backward()
    torch.testing.assert_close(head.weight.grad.norm(dim=2), torch.full((2, 2), 0.25, dtype=torch.float64))


def test_descending_the_regulariser_merges_the_centres_of_a_class_and_of_no_two():
    head = make(3, 4, 5)
    optimizer = torch.optim.SGD([head.weight], lr=0.5)
    start = head.spread().item()
    for _ in range(300):
        optimizer.zero_grad()
        head.spread().backward()
        optimizer.step()
    assert head.spread().item() < 0.05 * start
    means = torch.nn.functional.normalize(head.deciding_weights()[0])
    assert (means @ means.T - 2 * torch.eye(3)).max() < 0.95


def test_several_centres_hold_a_class_in_several_places():
    head = make(2, 2, 2)
    head.weight.data = torch.stack([on_circle(0.0, 180.0), on_circle(90.0, 270.0)])
    x, y = on_circle(*range(0, 360, 10)), torch.tensor([(turn + 45) // 90 % 2 for turn in range(0, 360, 10)])
    assert torch.equal(head.logits(x).argmax(1), y)
    torch.testing.assert_close(head.logits(x), head.scale * head.cosines(x))
    nearest = head.center_cosines(x)[torch.arange(36), y].argmax(1)
    assert torch.equal(nearest, torch.tensor([(turn + 45) // 180 % 2 for turn in range(0, 360, 10)]))
    weight, _ = head.deciding_weights()
    assert weight.abs().max() < 1e-9  # no straight line decides here


def test_deciding_weights_decide_for_large_gamma_and_for_one_centre():
    x, _ = batch(300, 5, 4)
    for head in (make(5, 4, 3, gamma=1e9), make(5, 4, 1)):
        weight, bias = head.deciding_weights()
        assert bias is None and weight.shape == (5, 4)
        torch.testing.assert_close(torch.nn.functional.normalize(x) @ weight.T, head.cosines(x), rtol=1e-7, atol=1e-7)


def blobs(count, seed):
    chance = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (count,), generator=chance)
    return LabelledImages(torch.rand(count, 1, 28, 28, generator=chance) + labels[:, None, None, None], labels)


def test_fit_trains_it_records_it_and_reads_it_back(cache_folder):
    data = ImageData(blobs(600, 0), blobs(60, 1), blobs(60, 2), num_classes=3, digest="softtriple")
    runs = []
    for _ in range(2):
        torch.manual_seed(0)
        runs.append(fit(EmbeddingNet(2, width=2), SoftTripleLoss(3, 2, 4), data, epochs=3))
    run, again = runs
    assert again.from_cache and torch.equal(run.head.weight, again.head.weight)
    assert all(math.isfinite(seen["theta"]) and seen["scale"] == 20.0 for seen in run.history)
    assert run.frames[0]["boundary"]["weight"].shape == (3, 2) and run.frames[0]["directions"].shape == (3, 4, 2)
    assert not torch.equal(run.frames[0]["directions"], run.frames[-1]["directions"])
    similarities = run.head.cosines(embed(run.net, data.test.images)).detach()
    own = similarities[torch.arange(60), data.test.labels]
    torch.testing.assert_close(target_angles(run, data.test).cos(), own, rtol=0, atol=1e-5)
    assert accuracy(run, data.test) == pytest.approx((similarities.argmax(1) == data.test.labels).float().mean().item())


@pytest.mark.parametrize("centers", [1, 3])
def test_survives_saving_copying_pickling_and_compiling(centers):
    torch._dynamo.reset()
    head, (x, y) = make(4, 3, centers, seed=2), batch(6, 4, 3)
    fresh = make(4, 3, centers, seed=3)
    fresh.load_state_dict(head.state_dict())
    wanted = torch.autograd.grad(head(x, y), (x, head.weight))
    for twin in (fresh, copy.deepcopy(head), pickle.loads(pickle.dumps(head))):
        compiled = torch.compile(twin, fullgraph=True, backend="aot_eager") if twin is fresh else twin
        loss = compiled(x, y)
        torch.testing.assert_close(loss, head(x, y))
        for one, other in zip(torch.autograd.grad(loss, (x, twin.weight)), wanted, strict=True):
            torch.testing.assert_close(one, other)


def test_what_asks_for_one_weight_a_class_refuses_it_in_one_sentence():
    loss = OnClassWeights(RegularFaceRegularizer(), make(5, 4, 3))
    with pytest.raises(ValueError, match=r"^weight must have shape \(C, d\) with C at least 2, got \(5, 3, 4\)\.$"):
        loss(*batch(3, 5, 4))
    assert not hasattr(make(5, 4, 3), "target_logit")


def test_what_it_suggests_leaves_room():
    assert SoftTripleLoss.sensible(10, 2) == {"margin": 0.01, "scale": 20.0}
    crowded = SoftTripleLoss.sensible(100, 2)["margin"]
    assert crowded == pytest.approx((1 - math.cos(2 * math.pi / 100)) / 2)


REFUSED = {
    "centers_per_class must be a whole number of at least 1 for SoftTripleLoss, got 0.": {"centers_per_class": 0},
    "centers_per_class must be a whole number of at least 1 for SoftTripleLoss, got 2.0.": {"centers_per_class": 2.0},
    "scale must be a positive number, got 0.": {"scale": 0},
    "gamma must be a positive number, got 0; near 0 the nearest centre alone decides.": {"gamma": 0},
    "gamma must be a positive number, got nan; near 0 the nearest centre alone decides.": {"gamma": math.nan},
    "tau must be a number of at least 0, got -0.1; 0 leaves the centres of a class apart.": {"tau": -0.1},
    "tau must be a number of at least 0, got inf; 0 leaves the centres of a class apart.": {"tau": math.inf},
    "margin must lie in 0..2, in units of cosine, got -1.": {"margin": -1},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(sentence):
    with pytest.raises(ValueError) as refused:
        SoftTripleLoss(5, 4, **REFUSED[sentence])
    assert str(refused.value) == sentence
