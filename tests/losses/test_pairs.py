"""Losses on pairs and triplets against sums made step by step, and against pytorch-metric-learning."""

import copy
import itertools
import math
import pickle

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_metric_learning import distances, losses, reducers
from torch.autograd import gradcheck

from lessons_lib.losses import ContrastiveLoss, NPairsLoss, SiameseVerifier, TripletLoss

sizes = {
    "rows": st.integers(1, 7),
    "size": st.integers(1, 5),
    "length": st.floats(0.1, 3),
    "seed": st.integers(0, 9999),
}


def rows_of(rows, size, length=1.0, seed=0, count=2, dtype=torch.float64):
    """`count` batches (rows, size), each a leaf that wants a gradient; and which pairs are of one class."""
    chance = torch.Generator().manual_seed(seed)
    batches = [length * torch.randn(rows, size, generator=chance, dtype=torch.float64) for _ in range(count)]
    same = torch.rand(rows, generator=chance) < 0.5
    return *(batch.to(dtype).requires_grad_() for batch in batches), same


def agree(loss, value, inputs, gradients):
    """Value and gradients of the loss are these, to nine digits."""
    assert loss.item() == pytest.approx(value, rel=1e-9, abs=1e-13)
    for found, wanted in zip(torch.autograd.grad(loss, inputs), gradients, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-13)


@given(margin=st.floats(0.1, 5), **sizes)
def test_contrastive_is_hadsells_sum_pair_by_pair(margin, rows, size, length, seed):
    x1, x2, same = rows_of(rows, size, length, seed)
    total, gradient = 0.0, torch.zeros_like(x1)
    for i in range(rows):
        away = (x1 - x2).detach()[i]
        distance = math.sqrt(sum(float(a) ** 2 for a in away))
        if same[i]:
            total += distance**2 / 2
            gradient[i] = away
        elif distance < margin:
            total += (margin - distance) ** 2 / 2
            gradient[i] = -(margin - distance) / distance * away
    agree(ContrastiveLoss(margin)(x1, x2, same), total / rows, (x1, x2), (gradient / rows, -gradient / rows))


@given(margin=st.floats(0, 4), **sizes)
def test_triplet_is_facenets_sum_triplet_by_triplet(margin, rows, size, length, seed):
    *inputs, _ = rows_of(rows, size, length, seed, count=3)
    total, on_a, on_p, on_n = 0.0, *(torch.zeros_like(x) for x in inputs)
    for i in range(rows):
        lengths = [x.detach()[i].norm() for x in inputs]
        a, p, n = (x.detach()[i] / norm for x, norm in zip(inputs, lengths, strict=True))
        violation = float(((a - p) ** 2).sum() - ((a - n) ** 2).sum()) + margin
        if violation > 0:
            total += violation
            on_a[i] = 2 * ((n - (a @ n) * a) - (p - (a @ p) * a)) / lengths[0]
            on_p[i] = -2 * (a - (a @ p) * p) / lengths[1]
            on_n[i] = 2 * (a - (a @ n) * n) / lengths[2]
    agree(TripletLoss(margin)(*inputs), total / rows, inputs, [g / rows for g in (on_a, on_p, on_n)])


@given(**sizes)
def test_n_pairs_is_sohns_sum_anchor_by_anchor(rows, size, length, seed):
    a, p, _ = rows_of(rows, size, length, seed)
    total, on_a, on_p = 0.0, torch.zeros_like(a), torch.zeros_like(p)
    for i in range(rows):
        ahead = [float(a.detach()[i] @ (p.detach()[j] - p.detach()[i])) for j in range(rows)]
        others = sum(math.exp(z) for j, z in enumerate(ahead) if j != i)
        total += math.log1p(others)
        for j in range(rows):
            share = math.exp(ahead[j]) / (1 + others) if j != i else -others / (1 + others)
            on_a[i] += share * p.detach()[j] / rows
            on_p[j] += share * a.detach()[i] / rows
    agree(NPairsLoss()(a, p), total / rows, (a, p), (on_a, on_p))


@given(**sizes)
def test_the_verifiers_logit_is_kochs_weighted_sum(rows, size, length, seed):
    x1, x2, same = rows_of(rows, size, length, seed)
    verifier, target = SiameseVerifier(size).double(), same.double()
    chance = torch.Generator().manual_seed(seed + 1)
    verifier.alpha.data = torch.randn(size, generator=chance, dtype=torch.float64)
    verifier.bias.data = torch.randn(1, generator=chance, dtype=torch.float64)
    alpha, bias = verifier.alpha.tolist(), verifier.bias.item()
    away = (x1 - x2).detach()
    by_hand = [
        bias + sum(a * abs(difference) for a, difference in zip(alpha, row, strict=True)) for row in away.tolist()
    ]
    logits = verifier(x1, x2)
    assert logits.tolist() == pytest.approx(by_hand, rel=1e-9, abs=1e-12)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="sum")
    wrong = torch.tensor([1 / (1 + math.exp(-z)) for z in by_hand], dtype=torch.float64) - target
    on_x1 = wrong[:, None] * verifier.alpha.detach() * away.sign()
    found = torch.autograd.grad(loss, (x1, x2, verifier.alpha, verifier.bias))
    for one, other in zip(found, (on_x1, -on_x1, wrong @ away.abs(), wrong.sum()[None]), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


def test_an_identical_pair_has_the_bias_for_its_logit_and_moves_nothing_else():
    x, verifier = torch.randn(3, 4, requires_grad=True), SiameseVerifier(4)
    logits = verifier(x, x.detach().clone())
    logits.sum().backward()
    assert logits.tolist() == [verifier.bias.item()] * 3
    assert not x.grad.any() and not verifier.alpha.grad.any() and verifier.bias.grad.item() == 3


@pytest.mark.parametrize("size", [1, 8, 512])
def test_the_verifier_starts_with_distance_speaking_against_same_whatever_the_size(size):
    verifier = SiameseVerifier(size)
    assert (verifier.alpha < 0).all() and verifier.alpha.shape == (size,) and verifier.bias.shape == (1,)
    apart = torch.tensor([[0.0], [0.5], [1.0], [2.0]]).expand(4, size)
    torch.testing.assert_close(verifier(apart, torch.zeros(4, size)).detach(), torch.tensor([1.0, 0.5, 0.0, -1.0]))


def test_contrastive_has_half_the_square_of_pytorch_metric_learnings_unsquared_parts():
    """Theirs on features as they are: D for a pair of one class, max(0, m − D) for a pair of two."""
    x1, x2, same = rows_of(9, 4, 0.7)
    distance = distances.LpDistance(normalize_embeddings=False)
    theirs = losses.ContrastiveLoss(0, 2.0, distance=distance, reducer=reducers.DoNothingReducer())
    at = torch.arange(9)
    pairs = (at[same], at[same] + 9, at[~same], at[~same] + 9)
    parts = theirs(torch.cat([x1, x2]), torch.cat([at, at]), pairs)
    assert len(parts["pos_loss"]["losses"]) == 5 and (parts["neg_loss"]["losses"] > 0).sum() > 1
    total = sum((parts[kind]["losses"] ** 2).sum() for kind in ("pos_loss", "neg_loss")) / 2 / 9
    agree(ContrastiveLoss(2.0)(x1, x2, same), total.item(), (x1, x2), torch.autograd.grad(total, (x1, x2)))


def test_triplet_equals_pytorch_metric_learning_with_squared_distances_and_the_mean_over_all():
    *inputs, _ = rows_of(8, 4, 2.0, count=3)
    distance = distances.LpDistance(power=2)
    theirs = losses.TripletMarginLoss(margin=0.2, distance=distance, reducer=reducers.MeanReducer())
    at, whole = torch.arange(8), torch.cat(inputs)
    other = theirs(whole, torch.zeros(24).long(), (at, at + 8, at + 16))
    agree(TripletLoss()(*inputs), other.item(), inputs, torch.autograd.grad(other, inputs))


def test_n_pairs_equals_pytorch_metric_learning_without_its_normalisation():
    a, p, _ = rows_of(6, 4, 1.3)
    theirs = losses.NPairsLoss(distance=distances.DotProductSimilarity(normalize_embeddings=False))
    at = torch.arange(6)
    pairs = (at, at + 6, torch.zeros(0).long(), torch.zeros(0).long())
    other = theirs(torch.cat([a, p]), torch.cat([at, at]), pairs)
    agree(NPairsLoss()(a, p), other.item(), (a, p), torch.autograd.grad(other, (a, p)))


def as_scalars(name):
    """A loss, how many batches of 4-D rows it takes, and how it makes one number of them."""
    return {
        "contrastive": (ContrastiveLoss(1.2), 2, lambda loss, x, same: loss(*x, same)),
        "triplet": (TripletLoss(0.7), 3, lambda loss, x, same: loss(*x)),
        "n-pairs": (NPairsLoss(), 2, lambda loss, x, same: loss(*x)),
        "verifier": (SiameseVerifier(4), 2, lambda loss, x, same: loss(*x).square().mean()),
    }[name]


every_loss = pytest.mark.parametrize("name", ["contrastive", "triplet", "n-pairs", "verifier"])


@every_loss
def test_gradients_agree_with_finite_differences(name):
    loss, count, call = as_scalars(name)
    *inputs, same = rows_of(5, 4, 0.6, count=count)
    assert gradcheck(lambda *x: call(loss.double(), x, same), inputs)


PLACES = {
    "identical": lambda x: (x, x, x),
    "opposite": lambda x: (x, -x, -x),
    "negative in place": lambda x: (x, -x, x),
    "one zero": lambda x: (x, 0 * x, x),
    "hardly apart": lambda x: (x, x * (1 + 1e-7), x * (1 - 1e-7)),
}


@every_loss
@pytest.mark.parametrize("half", [None, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("place", PLACES)
def test_finite_in_the_worst_places(name, half, place):
    loss, count, call = as_scalars(name)
    for length, rows, alike in itertools.product([0.0, 1e-30, 1e-6, 1.0, 1e6], [1, 3], [True, False]):
        inputs = [x.detach().clone().requires_grad_() for x in PLACES[place](length * torch.ones(rows, 4))[:count]]
        with torch.autocast("cpu", dtype=half, enabled=half is not None):
            value = call(loss, inputs, torch.full((rows,), alike))
        value.backward()
        finite = value.isfinite() and all(x.grad.isfinite().all() for x in inputs)
        assert value.dtype == torch.float32 and finite, (length, rows, alike)


@every_loss
@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_half_precision_is_summed_in_full(name, half):
    loss, count, call = as_scalars(name)
    *inputs, same = rows_of(64, 4, count=count, dtype=half)
    with torch.autocast("cpu", dtype=half):
        value = call(loss, inputs, same)
    value.backward()
    assert value.dtype == torch.float32 and all(x.grad.dtype == half for x in inputs)
    plain = call(loss, [x.detach().float() for x in inputs], same)
    torch.testing.assert_close(value.detach(), plain.detach(), rtol=0, atol=0)


def test_n_pairs_is_stable_where_exponentials_are_not():
    far = torch.tensor([[1e4, 0.0], [0.0, 1e4]], requires_grad=True)
    assert NPairsLoss()(far, far).item() == 0.0
    wrong = NPairsLoss()(far, far.flip(0))
    wrong.backward()
    assert wrong.item() == pytest.approx(1e8) and far.grad.isfinite().all()
    near = torch.tensor([[6.0, 0.0], [0.0, 6.0]], dtype=torch.float64)
    assert NPairsLoss()(near, near).item() == pytest.approx(math.exp(-36), rel=1e-9)  # not rounded away beside 1


def test_where_a_loss_rests_and_where_collapse_leaves_it():
    one = torch.ones(4, 3, dtype=torch.float64)
    assert TripletLoss(0.3)(one, one, one).item() == pytest.approx(0.3)  # all in one place
    assert TripletLoss(0.3)(one, 5 * one, -one).item() == 0.0
    assert NPairsLoss()(one, one).item() == pytest.approx(math.log(4))
    assert NPairsLoss()(one[:1], one[:1]).item() == 0.0  # no others
    apart, different = torch.tensor([[3.0, 4.0]]), torch.tensor([False])
    assert ContrastiveLoss(5.0)(apart, 0 * apart, different).item() == 0.0
    assert ContrastiveLoss(7.0)(apart, 0 * apart, different).item() == 2.0
    assert ContrastiveLoss(7.0)(apart, 0 * apart, ~different).item() == 12.5
    assert ContrastiveLoss(7.0)(apart, apart, different).item() == 24.5


@every_loss
def test_survives_saving_copying_and_pickling_and_calling_changes_nothing(name):
    loss, count, call = as_scalars(name)
    *inputs, same = rows_of(5, 4, count=count, dtype=torch.float32)
    before = {key: value.clone() for key, value in loss.state_dict().items()}
    value = call(loss, inputs, same)
    fresh = as_scalars(name)[0]
    fresh.load_state_dict(loss.state_dict())
    for twin in (fresh, copy.deepcopy(loss), pickle.loads(pickle.dumps(loss)), loss.eval()):
        assert call(twin, inputs, same) == value
    assert all(torch.equal(before[key], value) for key, value in loss.state_dict().items())


@every_loss
def test_compiles_without_a_graph_break(name):
    torch._dynamo.reset()
    loss, count, call = as_scalars(name)
    *inputs, same = rows_of(5, 4, count=count, dtype=torch.float32)
    found = call(torch.compile(loss, fullgraph=True, backend="aot_eager"), inputs, same)
    wanted = call(loss, inputs, same)
    torch.testing.assert_close(found, wanted)
    for one, other in zip(torch.autograd.grad(found, inputs), torch.autograd.grad(wanted, inputs), strict=True):
        torch.testing.assert_close(one, other)


def test_says_how_it_was_made_and_where_it_is_from():
    made = [ContrastiveLoss(), TripletLoss(), NPairsLoss(), SiameseVerifier(4)]
    said = [
        "ContrastiveLoss(margin=1.0)",
        "TripletLoss(margin=0.2)",
        "NPairsLoss()",
        "SiameseVerifier(embedding_size=4)",
    ]
    assert [repr(loss) for loss in made] == said
    assert all(loss.formula and loss.paper for loss in made)


NAN = torch.full((5, 4), math.nan)
REFUSED = {
    "x1 must have shape (N, d) with d at least 1, got (4,).": lambda x, y, s: ContrastiveLoss()(x[0], y[0], s),
    "x1 must have shape (N, d) with d at least 1, got (5, 0).": lambda x, y, s: ContrastiveLoss()(
        x[:, :0], y[:, :0], s
    ),
    "x1 must be floating point numbers, got torch.int64.": lambda x, y, s: ContrastiveLoss()(x.long(), y.long(), s),
    "x1 must hold at least one row, got an empty batch.": lambda x, y, s: ContrastiveLoss()(x[:0], y[:0], s[:0]),
    "x2 must have the shape of x1, (5, 4), got (5, 3).": lambda x, y, s: ContrastiveLoss()(x, y[:, :3], s),
    "x2 must have the dtype of x1, torch.float32, got torch.float64.": lambda x, y, s: NAMED(x, y.double(), s),
    "x2 must be finite, got NaN or infinity in 5 of 5 rows.": lambda x, y, s: ContrastiveLoss()(x, NAN, s),
    "same must have shape (5,), one for each pair, got (5, 1).": lambda x, y, s: ContrastiveLoss()(x, y, s[:, None]),
    "same must be bool, True for a pair of one class, got torch.int64; use same == 1, say.": lambda x, y, s: NAMED(
        x, y, s.long()
    ),
    "positives must have the shape of anchors, (5, 4), got (4, 4).": lambda x, y, s: TripletLoss()(x, y[:4], y),
    "negatives must be finite, got NaN or infinity in 5 of 5 rows.": lambda x, y, s: TripletLoss()(x, y, NAN),
    "anchors must hold at least one row, got an empty batch.": lambda x, y, s: NPairsLoss()(x[:0], y[:0]),
    "positives must have the shape of anchors, (5, 4), got (5, 1).": lambda x, y, s: NPairsLoss()(x, y[:, :1]),
    "x1 must have shape (N, 3), got (5, 4).": lambda x, y, s: SiameseVerifier(3)(x, y),
    "x2 must have the shape of x1, (5, 4), got (1, 4).": lambda x, y, s: SiameseVerifier(4)(x, y[:1]),
    "margin must be a positive distance, got 0.": lambda x, y, s: ContrastiveLoss(0),
    "margin must be a positive distance, got nan.": lambda x, y, s: ContrastiveLoss(math.nan),
    "margin must lie in 0..4, by which squared distances of unit vectors can differ, got 5.": lambda *_: TripletLoss(5),
    "embedding_size must be a whole number of at least 1 for SiameseVerifier, got 0.": lambda *_: SiameseVerifier(0),
}
NAMED = ContrastiveLoss()


def test_a_batch_on_another_device_is_named():
    x = torch.randn(3, 4)
    with pytest.raises(ValueError, match=r"^negatives must be on the device of anchors, cpu, got meta: move one of"):
        TripletLoss()(x, x, x.to("meta"))


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(sentence):
    x, y, same = rows_of(5, 4, dtype=torch.float32)
    with pytest.raises(ValueError) as refused:
        REFUSED[sentence](x, y, same)
    assert str(refused.value) == sentence
