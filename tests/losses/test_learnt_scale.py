"""A scale that is learnt with the class weights, in every head that has one, now and when more of them come."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrize import register_parametrization

from lessons_lib.losses import LOSSES, CosFaceLoss
from tests.losses.fixed_length import of_fixed_length

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")
SCALED = [name for name, head in LOSSES.items() if head.scaled]
every_scaled_head = pytest.mark.parametrize("name", SCALED)
LABELS = torch.tensor([0, 3, 2, 4, 0, 1])


def batch(dtype=torch.float64):
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(dtype)


def with_scale(name, scale, dtype=torch.float64):
    torch.manual_seed(0)
    head = LOSSES[name](5, 4).to(dtype).eval()  # in training mode some losses move with each batch
    head.scale = scale
    return head


def parameter(value=3.0, dtype=torch.float64):
    return nn.Parameter(torch.tensor(value, dtype=dtype))


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


def replaced(head):
    head.scale = parameter()


def registered(head):
    del head.scale
    head.register_parameter("scale", parameter())


def a_tensor(head):
    head.scale = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)


def one_in_brackets(head):
    head.scale = nn.Parameter(torch.tensor([3.0], dtype=torch.float64))


WAYS = [replaced, registered, a_tensor, one_in_brackets]


@every_scaled_head
@pytest.mark.parametrize("way", WAYS)
def test_its_gradient_is_that_of_finite_differences(name, way):
    torch.manual_seed(0)
    head, x = LOSSES[name](5, 4).double().eval(), batch()
    way(head)
    inputs = (head.scale, x.requires_grad_(), head.weight)
    loss = lambda *_: head(of_fixed_length(name, x), LABELS)  # noqa: E731
    assert torch.autograd.gradcheck(loss, inputs)
    assert torch.autograd.gradgradcheck(loss, inputs, fast_mode=True)
    (found,) = torch.autograd.grad(head(x, LABELS), head.scale)
    assert found.shape == head.scale.shape and found.abs() > 1e-4
    (on_logits,) = torch.autograd.grad(head.logits(x).square().sum(), head.scale)
    torch.testing.assert_close(on_logits.sum(), 2 * 3.0 * head.cosines(x).square().sum())


@every_scaled_head
def test_an_exponential_of_a_parameter_gets_its_gradient(name):
    log = parameter(1.0)
    head, x = with_scale(name, log.exp()), batch()
    (found,) = torch.autograd.grad(head(x, LABELS), log)
    plain = with_scale(name, parameter(float(log.exp())))
    (wanted,) = torch.autograd.grad(plain(x, LABELS), plain.scale)
    torch.testing.assert_close(found, wanted * log.exp())
    made = with_scale(name, parameter(1.0))
    register_parametrization(made, "scale", Exponential())
    made(x, LABELS).backward()
    torch.testing.assert_close(made.parametrizations.scale.original.grad, found)
    assert "scale=2.718" in repr(made)


@every_scaled_head
def test_it_learns_by_descent_and_is_saved_copied_compiled_and_shown(name):
    head, x = with_scale(name, parameter(10.0, torch.float32), torch.float32), batch(torch.float32)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    start = head(x, LABELS).item()
    for _ in range(20):
        optimizer.zero_grad()
        head(x, LABELS).backward()
        optimizer.step()
    assert abs(float(head.scale.detach()) - 10) > 0.1 and head(x, LABELS).item() < start
    assert f"scale={head.scale.item():.4g}" in repr(head)
    fresh = with_scale(name, parameter(1.0, torch.float32), torch.float32)
    fresh.load_state_dict(head.state_dict())
    torch._dynamo.reset()
    compiled = torch.compile(copy.deepcopy(head), fullgraph=True, backend="eager")
    (wanted,) = torch.autograd.grad(head(x, LABELS), head.scale)
    for twin in (fresh, copy.deepcopy(head), pickle.loads(pickle.dumps(head)), compiled):
        (found,) = torch.autograd.grad(twin(x, LABELS), twin.scale)
        torch.testing.assert_close(found, wanted)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        (found,) = torch.autograd.grad(head(x, LABELS), head.scale)
    torch.testing.assert_close(found, wanted)
    weight, _ = head.deciding_weights()
    if head.weight.ndim == 2:  # SoftTriple's boundary is straight only where its centres have merged
        torch.testing.assert_close(nn.functional.normalize(x) @ weight.T * head.scale, head.logits(x))


@every_scaled_head
def test_a_scale_given_as_a_parameter_is_one_of_the_heads(name):
    if "scale" not in LOSSES[name].__init__.__annotations__:
        pytest.skip(f"{name} takes no scale")
    assert "scale" in dict(LOSSES[name](5, 4, scale=parameter(2.0, torch.float32)).named_parameters())


@pytest.mark.parametrize("beyond", ["mirror", "linear", "raw"])
def test_a_learnt_margin_has_its_gradient_on_both_sides_of_pi(beyond):
    head = LOSSES["ArcFaceLoss"](5, 4, beyond=beyond).double()
    head.margin, x = parameter(0.3), batch()
    x[0] = -head.weight.detach()[0] + 0.01  # past π − m
    assert torch.autograd.gradcheck(lambda *_: head(x, LABELS), (head.margin,))


@pytest.mark.parametrize("name", sorted(set(LOSSES) - set(SCALED)))
def test_a_head_without_use_for_it_says_so(name):
    with pytest.raises(ValueError, match=rf"^{name} has no scale to learn, got one: leave it at 1\.0, or use another"):
        with_scale(name, parameter())(batch(), LABELS)


@every_scaled_head
def test_more_than_one_number_is_refused(name):
    head = with_scale(name, nn.Parameter(torch.ones(5)))
    with pytest.raises(ValueError, match=r"^scale must be one number, got a tensor of shape \(5,\)\.$"):
        head(batch(), LABELS)
    with pytest.raises(ValueError, match=r"^scale must be a number, got a tensor of shape \(5,\)\.$"):
        CosFaceLoss(5, 4, scale=torch.ones(5))
