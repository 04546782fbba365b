"""Center Loss against sums made step by step."""

import copy
import io
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib.losses import CenterLoss


def make(classes=4, size=3, alpha=0.5, seed=0):
    torch.manual_seed(seed)
    return CenterLoss(classes, size, alpha).double()


def batch(rows, classes=4, size=3, seed=1):
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(rows, size, generator=chance).double(), torch.randint(classes, (rows,), generator=chance)


def moved(centers, x, y, alpha):
    """The paper's rule, one feature after the other."""
    after = centers.clone()
    for j in range(len(centers)):
        own = [x[i] for i in range(len(y)) if y[i] == j]
        change = torch.zeros_like(centers[j])
        for feature in own:
            change = change + (centers[j] - feature)
        after[j] = centers[j] - alpha * change / (1 + len(own))
    return after


@settings(deadline=None)
@given(rows=st.integers(1, 12), classes=st.integers(1, 6), size=st.integers(1, 5), alpha=st.floats(0, 1))
def test_value_gradient_and_centres_are_those_of_sums_step_by_step(rows, classes, size, alpha):
    loss, (x, y) = make(classes, size, alpha), batch(rows, classes, size)
    before = loss.centers.clone()
    x.requires_grad_()
    value = loss(x, y)
    value.backward()
    away = torch.stack([x.detach()[i] - before[y[i]] for i in range(rows)])
    torch.testing.assert_close(value.detach(), sum(row @ row for row in away) / (2 * rows))
    torch.testing.assert_close(x.grad, away / rows)
    torch.testing.assert_close(loss.centers, moved(before, x.detach(), y, alpha))


@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_a_centre_goes_its_share_of_the_way_to_the_mean(count):
    loss = make(2, 3, alpha=0.5)
    before = loss.centers.clone()
    x, y = batch(count + 1, classes=1)
    y[-1] = 1
    loss(x, y)
    share = 0.5 * count / (count + 1)
    goal = x[:-1].mean(dim=0) if count else before[0]
    torch.testing.assert_close(loss.centers[0], before[0] + share * (goal - before[0]))


def test_alpha_nothing_keeps_and_alpha_one_leaves_out_the_share_of_the_old_centre():
    still, whole, (x, y) = make(alpha=0), make(alpha=1), (torch.ones(3, 3).double(), torch.zeros(3).long())
    before = still.centers.clone()
    still(x, y), whole(x, y)
    assert torch.equal(still.centers, before)
    torch.testing.assert_close(whole.centers[0], (before[0] + 3) / 4)
    assert torch.equal(whole.centers[1:], before[1:])


def test_evaluation_moves_nothing_and_no_optimiser_can():
    loss, (x, y) = make().eval(), batch(5)
    before = loss.centers.clone()
    loss(x, y)
    assert torch.equal(loss.centers, before) and not list(loss.parameters())
    assert not loss.train()(x, y).requires_grad


def test_a_weight_on_the_loss_does_not_reach_the_centres():
    plain, weighted, (x, y) = make(), make(), batch(6)
    x.requires_grad_()
    plain(x, y).backward()
    (0.001 * weighted(x, y)).backward()
    assert torch.equal(plain.centers, weighted.centers)


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_half_precision_features_are_added_up_in_full(half):
    loss, y = make().float(), torch.zeros(4096).long()
    x = torch.full((4096, 3), 1.5, dtype=half, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(x, y)
    value.backward()
    assert value.dtype == loss.centers.dtype == torch.float32 and x.grad.dtype == half
    fresh = make().float()
    fresh(x.detach().float(), y)
    torch.testing.assert_close(loss.centers, fresh.centers)


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
    for alpha in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"^alpha must lie in 0\.\.1, got"):
            CenterLoss(3, 2, alpha)
    with pytest.raises(ValueError, match=r"^num_classes must be a whole number of at least 1 for CenterLoss, got 0\.$"):
        CenterLoss(0, 2)
    with pytest.raises(ValueError, match=r"^labels must lie in 0\.\.3, got 0\.\.4\.$"):
        make()(torch.zeros(2, 3), torch.tensor([0, 4]))
    assert repr(CenterLoss(3, 2)) == "CenterLoss(num_classes=3, embedding_size=2, alpha=0.5)"
