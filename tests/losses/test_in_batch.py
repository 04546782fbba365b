import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lessons_lib.losses import (
    ContrastiveLoss,
    InBatch,
    NPairsLoss,
    TripletLoss,
    all_pairs,
    in_batch,
    nearest_pairs,
    one_pair_a_class,
    random_pairs,
    random_triplets,
    semi_hard_triplets,
)

label_lists = st.lists(st.integers(0, 3), min_size=2, max_size=14)


def batch(labels, size=3, seed=0):
    x = torch.randn(len(labels), size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x, torch.tensor(labels)


def genuine_of(labels):
    return {(i, j) for i, j in itertools.combinations(range(len(labels)), 2) if labels[i] == labels[j]}


def parted(pairs):
    first, second, same = (part.tolist() for part in pairs)
    couples = [tuple(sorted(couple)) for couple in zip(first, second, strict=True)]
    assert len(set(couples)) == len(couples)
    return ({c for c, s in zip(couples, same, strict=True) if s is kind} for kind in (True, False))


@given(label_lists)
def test_all_pairs_are_each_pair_once(labels):
    genuine, impostors = parted(all_pairs(*batch(labels)))
    assert genuine == genuine_of(labels)
    assert len(genuine) + len(impostors) == len(labels) * (len(labels) - 1) // 2


@given(label_lists)
def test_random_pairs_are_all_genuine_ones_and_as_many_impostors(labels):
    genuine, impostors = parted(random_pairs(*batch(labels)))
    possible = len(labels) * (len(labels) - 1) // 2 - len(genuine)
    assert genuine == genuine_of(labels) and len(impostors) == min(len(genuine), possible)
    assert all(labels[i] != labels[j] for i, j in impostors)


def test_every_impostor_can_be_drawn():
    x, labels = batch([0, 0, 1, 1])
    drawn = set().union(*(list(parted(random_pairs(x, labels)))[1] for _ in range(60)))
    assert drawn == {(0, 2), (0, 3), (1, 2), (1, 3)}


@given(label_lists, st.integers(0, 5))
def test_nearest_pairs_take_the_impostors_that_stand_nearest(labels, seed):
    x, y = batch(labels, seed=seed)
    genuine, impostors = parted(nearest_pairs(x, y))
    others = set(itertools.combinations(range(len(labels)), 2)) - genuine_of(labels)
    by_distance = sorted(others, key=lambda pair: float((x[pair[0]] - x[pair[1]]).norm()))
    assert genuine == genuine_of(labels) and impostors == set(by_distance[: len(genuine)])


@given(label_lists)
def test_random_triplets_give_each_ordered_genuine_pair_a_negative(labels):
    anchors, positives, negatives = (part.tolist() for part in random_triplets(*batch(labels)))
    both_ways = genuine_of(labels) | {(j, i) for i, j in genuine_of(labels)}
    expected = both_ways if len(set(labels)) > 1 else set()
    assert sorted(zip(anchors, positives, strict=True)) == sorted(expected)
    assert all(labels[a] != labels[n] for a, n in zip(anchors, negatives, strict=True))


def test_every_negative_is_drawn_alike_often():
    x, labels = batch([2, 0, 1, 0, 1, 2, 1])
    torch.manual_seed(0)
    drawn = torch.cat([random_triplets(x, labels)[2][random_triplets(x, labels)[0] == 1] for _ in range(600)])
    share = torch.bincount(drawn, minlength=7) / len(drawn)
    assert share[[1, 3]].tolist() == [0, 0]
    torch.testing.assert_close(share[[0, 2, 4, 5, 6]], torch.full((5,), 0.2), atol=0.06, rtol=0)


@given(label_lists, st.integers(0, 5))
def test_semi_hard_negatives_are_the_nearest_behind_the_positive(labels, seed):
    x, y = batch(labels, seed=seed)
    unit = x / x.norm(dim=1, keepdim=True)
    distance = [[float((one - other).norm()) for other in unit] for one in unit]
    expected = set()
    for a, p in itertools.permutations(range(len(labels)), 2):
        far = {n: distance[a][n] for n in range(len(labels)) if labels[n] != labels[a]}
        behind = {n: d for n, d in far.items() if d > distance[a][p]}
        if labels[a] == labels[p] and behind:
            expected.add((a, p, min(behind, key=behind.get)))
    found = zip(*(part.tolist() for part in semi_hard_triplets(x, y)), strict=True)
    assert set(found) == expected


@given(label_lists)
def test_one_pair_of_each_class_that_has_two(labels):
    anchors, positives = (part.tolist() for part in one_pair_a_class(*batch(labels)))
    expected = []
    for label in sorted(set(labels)):
        places = [i for i, other in enumerate(labels) if other == label]
        if len(places) > 1:
            expected.append((places[0], places[1]))
    assert list(zip(anchors, positives, strict=True)) == expected


@pytest.mark.parametrize("choose", [random_pairs, nearest_pairs, random_triplets, semi_hard_triplets])
def test_of_many_genuine_pairs_some_are_drawn(choose, monkeypatch):
    monkeypatch.setattr(in_batch, "MOST", 10)
    x, labels = batch([0, 1] * 10)
    chosen = choose(x, labels)
    same = labels[chosen[0]] == labels[chosen[1]]
    assert int(same.sum()) <= 10 and len(set(zip(*(part.tolist() for part in chosen), strict=True))) >= 5
    drawn = [choose(x, labels)[0].tolist() for _ in range(3)]
    assert drawn[0] != drawn[1] or drawn[1] != drawn[2]


CASES = [
    (ContrastiveLoss(), all_pairs, False),
    (ContrastiveLoss(), nearest_pairs, True),
    (TripletLoss(), semi_hard_triplets, False),
    (NPairsLoss(), one_pair_a_class, False),
]


@pytest.mark.parametrize(("loss", "choose", "normalize"), CASES)
def test_the_loss_is_that_of_what_was_chosen(loss, choose, normalize):
    x, labels = batch([0, 1, 0, 2, 1, 0, 2, 2])
    head = InBatch(loss, choose, 3, 3, normalize=normalize)
    seen = x / x.norm(dim=1, keepdim=True) if normalize else x
    expected = loss(*(part if part.dtype == torch.bool else seen[part] for part in choose(seen, labels)))
    torch.testing.assert_close(head(x, labels), expected)
    assert head.formula == loss.formula and head.paper == loss.paper


def test_the_gradient_passes_through_the_features_and_not_through_the_choice():
    x, labels = batch([0, 1, 0, 1])
    head = InBatch(ContrastiveLoss(margin=3), all_pairs, 2, 3)
    assert torch.autograd.gradcheck(lambda features: head.eval()(features, labels), x.requires_grad_())
    assert not any(parameter is head.weight for parameter in head.parameters())


def test_nothing_chosen_costs_nothing():
    x, labels = batch([0, 1, 2])
    loss = InBatch(TripletLoss(), random_triplets, 3, 3)(x.requires_grad_(), labels)
    loss.backward()
    assert loss == 0 and torch.equal(x.grad, torch.zeros_like(x))


def test_the_weights_are_the_class_means_and_half_of_them_the_newest_batch():
    x, labels = batch([0, 1, 0, 1])
    x = x.float()
    head = InBatch(ContrastiveLoss(), all_pairs, 3, 3)
    head(x, labels)
    first = torch.stack([x[[0, 2]].mean(dim=0), x[[1, 3]].mean(dim=0), torch.zeros(3)])
    torch.testing.assert_close(head.weight, first)
    head(x[:2] + 1, torch.tensor([0, 2]))
    torch.testing.assert_close(head.weight[0], (first[0] + x[0] + 1) / 2)
    torch.testing.assert_close(head.weight[1:], torch.stack([first[1], x[1] + 1]))
    before = head.weight.clone()
    head.eval()(x, labels)
    assert torch.equal(head.weight, before)


@pytest.mark.parametrize("normalize", [False, True])
def test_the_nearest_mean_is_predicted(normalize):
    head = InBatch(ContrastiveLoss(), all_pairs, 4, 3, normalize=normalize)
    head.weight.copy_(torch.randn(4, 3))
    x = torch.randn(50, 3)
    seen = x / x.norm(dim=1, keepdim=True) if normalize else x
    assert torch.equal(head.logits(x).argmax(1), torch.cdist(seen, head.weight).argmin(1))
    weight, bias = head.deciding_weights()
    torch.testing.assert_close(seen @ weight.T + bias, head.logits(x))


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_logits_are_in_full_precision_for_embeddings_and_means_of_any(normalize, dtype):
    head = InBatch(ContrastiveLoss(), all_pairs, 4, 3, normalize=normalize)
    head.weight.copy_(torch.randn(4, 3).to(dtype))
    x = torch.randn(50, 3).to(dtype)
    wanted, exact = head.logits(x.float()), torch.float64 if dtype == torch.float64 else torch.float32
    torch.testing.assert_close(head.logits(x), wanted.to(exact), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(head.to(dtype).logits(x), wanted.to(exact), rtol=1e-6, atol=1e-6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(head.float().logits(x.float()), wanted)
    for bad in (x[0], x[:, :2], x / 0):
        with pytest.raises(ValueError, match=r"^embeddings must "):
            head.logits(bad)


def test_a_loss_with_parameters_of_its_own_gives_them_to_the_optimiser_and_the_state():
    class Scaled(nn.Module):
        formula = paper = "none"

        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(torch.ones(1))

        def forward(self, x1, x2, same):
            return self.factor * (x1 - x2).norm(dim=1).mean()

    head = InBatch(Scaled(), random_pairs, 3, 3)
    assert [name for name, _ in head.named_parameters()] == ["loss.factor"]
    assert {"weight", "met", "loss.factor"} <= set(head.state_dict())
    assert "choose=random_pairs" in repr(head)


@pytest.mark.parametrize(
    ("x", "labels", "said"),
    [
        (torch.randn(4, 2), torch.zeros(4).long(), r"embeddings must have shape \(N, 3\), got \(4, 2\)"),
        (torch.randn(2, 3), torch.tensor([0, 3]), r"labels must lie in 0\.\.2, got 0\.\.3"),
        (torch.full((2, 3), torch.nan), torch.tensor([0, 1]), "embeddings must be finite"),
        (torch.randn(0, 3), torch.zeros(0).long(), "embeddings must hold at least one row"),
    ],
)
def test_a_bad_batch_is_refused(x, labels, said):
    with pytest.raises(ValueError, match=said):
        InBatch(ContrastiveLoss(), all_pairs, 3, 3)(x, labels)
