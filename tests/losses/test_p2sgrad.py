import warnings

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning.losses import P2SGradLoss as TheirP2SGradLoss

from lessons_lib.losses import P2SGradLoss

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")


def gradients(head, x, y):
    x = x.clone().requires_grad_()
    head.zero_grad()
    head(x, y).backward()
    return x.grad, head.weight.grad


def by_hand(head, x, y):
    """The paper's: Σ_j (cos θ_j − [j = y]) ∂cos θ_j, with ∂cos θ/∂x = (Ŵ − cos θ x̂)/‖x‖ and its mirror image."""
    on_x, on_w = torch.zeros_like(x), torch.zeros_like(head.weight)
    for i, (xi, yi) in enumerate(zip(x, y.tolist(), strict=True)):
        for j, w in enumerate(head.weight.detach()):
            x_unit, w_unit = xi / xi.norm(), w / w.norm()
            cosine = x_unit @ w_unit
            a = (cosine - float(j == yi)) / len(y)
            on_x[i] += a * (w_unit - cosine * x_unit) / xi.norm()
            on_w[j] += a * (x_unit - cosine * w_unit) / w.norm()
    return on_x, on_w


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(1, 5), classes=st.integers(2, 7), size=st.integers(2, 8), seed=st.integers(0, 999))
def test_both_ways_have_the_papers_gradient(rows, classes, size, seed):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, size, generator=chance, dtype=torch.float64)
    y = torch.randint(classes, (rows,), generator=chance)
    head = P2SGradLoss(classes, size).double()
    wanted = by_hand(head, x, y)
    for head.injected in (False, True):
        for found, hand in zip(gradients(head, x, y), wanted, strict=True):
            torch.testing.assert_close(found, hand, rtol=1e-9, atol=1e-12)


def test_formed_it_is_half_the_squared_error_and_injected_it_is_nothing():
    x, y = torch.randn(5, 6, dtype=torch.float64), torch.arange(5) % 4
    head = P2SGradLoss(4, 6).double()
    cosines = F.normalize(x) @ F.normalize(head.weight.detach()).T
    error = (cosines - F.one_hot(y, 4)).square().sum() / 2 / 5
    assert head(x, y).item() == pytest.approx(error.item(), rel=1e-12)
    injected = P2SGradLoss(4, 6, injected=True).double()
    assert injected(x, y).item() == 0.0 and injected(x, y).requires_grad


def test_pytorch_metric_learning_has_two_cths_of_it():
    torch.manual_seed(0)
    x, y = torch.randn(9, 8), torch.randint(5, (9,))
    head, theirs = P2SGradLoss(5, 8), TheirP2SGradLoss(descriptors_dim=8, num_classes=5)
    theirs.weight.data = head.weight.detach().T.clone()
    torch.testing.assert_close(theirs(x, y).detach(), 2 / 5 * head(x, y).detach(), rtol=1e-5, atol=1e-6)


def test_a_scaled_loss_scales_the_injected_gradient():
    x, y = torch.randn(5, 6), torch.arange(5) % 4
    head = P2SGradLoss(4, 6, injected=True)
    once = gradients(head, x, y)[1].clone()
    head.zero_grad()
    (3 * head(x, y)).backward()
    torch.testing.assert_close(head.weight.grad, 3 * once)


def test_it_warns_where_there_is_no_room_and_only_there():
    with pytest.warns(UserWarning, match="10 have no room for in 2 dimensions: use embedding_size of at least 10"):
        warnings.simplefilter("always")
        P2SGradLoss(10, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        P2SGradLoss(10, 10)


@pytest.mark.parametrize("size", [2, 5])
def test_free_features_stop_where_too_few_dimensions_stop_them(size):
    """d < C: no loss is below (C − d) / 2C, where the mean cosine is d / C; five dimensions reach it, two nearly."""
    torch.manual_seed(0)
    x = torch.randn(10, size, dtype=torch.float64, requires_grad=True)
    head, labels, least = P2SGradLoss(10, size).double(), torch.arange(10), (10 - size) / 20
    optimizer = torch.optim.LBFGS([x, head.weight], max_iter=500, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = head(x, labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert least - 1e-9 < head(x, labels).item() < least + 0.01
    assert head.cosines(x).diagonal().mean().item() == pytest.approx(size / 10, abs=0.03)
