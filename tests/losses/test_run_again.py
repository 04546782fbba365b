"""Losses that move with each batch: several passes before one backward, and passes that checkpointing runs again."""

import copy

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from lessons_lib.losses import LOSSES, CenterLoss, UniformLoss

pytestmark = pytest.mark.filterwarnings("ignore:P2SGradLoss wants all class weights at right angles")
MAKERS = {**LOSSES, "CenterLoss": CenterLoss, "UniformLoss": UniformLoss}
every_loss = pytest.mark.parametrize("name", MAKERS)
both_ways = pytest.mark.parametrize("use_reentrant", [False, True])
CLASSES, SIZE = 5, 6


class NetAndLoss(nn.Module):
    """What is checkpointed: a layer and the loss on it."""

    def __init__(self, name):
        super().__init__()
        torch.manual_seed(0)
        self.net, self.loss = nn.Sequential(nn.Linear(8, SIZE), nn.Dropout(0.2)), MAKERS[name](CLASSES, SIZE)

    def forward(self, x, y):
        return self.loss(self.net(x), y)


def batches(count):
    chance = torch.Generator().manual_seed(1)
    return [
        (torch.randn(7, 8, generator=chance).requires_grad_(), torch.randint(CLASSES, (7,), generator=chance))
        for _ in range(count)
    ]


def gradients(module):
    return {key: value.grad.clone() for key, value in module.named_parameters()} | dict(module.named_buffers())


@every_loss
def test_two_passes_may_come_before_one_backward(name):
    one, other = NetAndLoss(name), NetAndLoss(name)
    one.net[1].p = other.net[1].p = 0.0
    first, second = batches(2)
    (one(*first) + one(*second)).backward()
    for batch in (first, second):
        other(*batch).backward()
    torch.testing.assert_close(gradients(one), gradients(other))


@every_loss
def test_passes_that_nobody_goes_back_through_may_come_between(name):
    module, (first, second) = NetAndLoss(name), batches(2)
    twin, features = copy.deepcopy(module), first[0].detach()
    torch.manual_seed(5)
    wanted = twin(*first)
    wanted.backward()
    torch.manual_seed(5)
    loss = module(*first)
    with torch.no_grad():
        module(*second)
        module.loss(module.net(features), first[1])
    loss.backward()
    for (key, found), (_, other) in zip(module.named_parameters(), twin.named_parameters(), strict=True):
        torch.testing.assert_close(found.grad, other.grad, msg=lambda m, k=key: f"{k}: {m}")


@pytest.mark.parametrize("name", LOSSES)
def test_the_logits_may_be_gone_back_through_after_another_batch(name):
    module, (first, second) = NetAndLoss(name), batches(2)
    seen = module.loss.logits(module.net(first[0])).square().sum()
    module(*second)
    seen.backward()


@every_loss
@both_ways
@pytest.mark.parametrize("count", [1, 3])
def test_a_pass_that_is_run_again_moves_nothing_and_has_the_same_gradient(name, use_reentrant, count):
    plain, run_twice = NetAndLoss(name), NetAndLoss(name)
    for step in range(2):  # a second step, after which what the first one left must not be mistaken for its own
        found = []
        for module in (plain, run_twice):
            module.zero_grad()
            torch.manual_seed(step)
            total = torch.zeros(())
            for x, y in batches(count):
                x, y = x.detach().requires_grad_(), y.clone()
                whole = module(x, y) if module is plain else checkpoint(module, x, y, use_reentrant=use_reentrant)
                total = total + whole
            total.backward()
            found.append(gradients(module))
        torch.testing.assert_close(found[1], found[0])


@every_loss
@both_ways
def test_fixed_features_step_after_step(name, use_reentrant):
    """The very same batch in every step: only the newest pass is waiting to be run again."""
    x, y = batches(1)[0]
    features = x.detach()[:, :SIZE].requires_grad_()
    plain, run_twice = NetAndLoss(name).loss, NetAndLoss(name).loss
    for _ in range(3):
        (wanted,) = torch.autograd.grad(plain(features, y), features)
        checkpoint(run_twice, features, y, use_reentrant=use_reentrant).backward()
        torch.testing.assert_close(features.grad, wanted)
        features.grad = None
    torch.testing.assert_close(dict(run_twice.named_buffers()), dict(plain.named_buffers()))


MOVING = ["AdaCosLoss", "AdaFaceLoss", "CurricularFaceLoss", "CenterLoss", "UniformLoss"]


@pytest.mark.parametrize("name", MOVING)
@both_ways
def test_what_cannot_be_told_apart_is_refused(name, use_reentrant):
    loss, (x, y) = NetAndLoss(name).loss, batches(1)[0]
    features = x.detach()[:, :SIZE].requires_grad_()
    both = sum(checkpoint(loss, features, y, use_reentrant=use_reentrant) for _ in range(2))
    with pytest.raises(RuntimeError, match=f"^{name} moves with each batch and cannot tell which pass is being run"):
        both.backward()


@pytest.mark.parametrize("name", MOVING)
def test_one_graph_gone_back_through_twice(name):
    loss, (x, y) = NetAndLoss(name).loss, batches(1)[0]
    features = x.detach()[:, :SIZE].requires_grad_()
    whole = checkpoint(loss, features, y, use_reentrant=False)
    (first,) = torch.autograd.grad(whole, features, retain_graph=True)
    (second,) = torch.autograd.grad(whole, features)
    torch.testing.assert_close(first, second)
    assert copy.deepcopy(loss) is not loss
