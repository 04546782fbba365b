"""A share of the classes, or another network's outputs, in place of a head's own class weights."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib.losses import LOSSES, ArcFaceLoss, CosFaceLoss, NormalizedSoftmaxLoss, SoftmaxLoss
from lessons_lib.losses.base import random_weights
from lessons_lib.losses.negatives import sampled_classes

CLASSES, SIZE = 30, 32
every_head = pytest.mark.parametrize("name", LOSSES)


def batch(classes=CLASSES, count=6):
    chance = torch.Generator().manual_seed(1)
    x = torch.randn(count, SIZE, generator=chance, dtype=torch.float64)
    return x, torch.randint(classes, (count,), generator=chance)


@given(st.integers(2, 200), st.floats(0.01, 1), st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
@settings(deadline=None)
def test_the_classes_of_a_batch_are_always_drawn_and_their_labels_name_them(classes, rate, numbers):
    labels = torch.tensor(numbers) % classes
    drawn, renamed = sampled_classes(labels, classes, rate)
    assert torch.equal(drawn[renamed], labels)
    assert (drawn.diff() > 0).all() and drawn[0] >= 0 and drawn[-1] < classes
    assert len(drawn) == max(math.floor(rate * classes), len(set(labels.tolist())))


@every_head
def test_a_sampled_loss_is_that_of_a_head_with_these_classes_alone(name):
    x, y = batch()
    head = LOSSES[name](CLASSES, SIZE).double()
    head.sample_rate, state = 0.5, copy.deepcopy(head.state_dict())
    torch.manual_seed(7)
    loss = head(x, y)
    torch.manual_seed(7)
    classes, labels = sampled_classes(y, CLASSES, 0.5)
    few = LOSSES[name](len(classes), SIZE).double()
    of_these = {name: value[classes] if value.shape[:1] == (CLASSES,) else value for name, value in state.items()}
    few.load_state_dict(of_these)
    few.scale = few.scale if "scale" in state else head.scale
    torch.testing.assert_close(loss, few(x, labels), rtol=1e-9, atol=0)
    loss.backward()
    drawn = torch.zeros(CLASSES, dtype=torch.bool).index_fill(0, classes, True)
    moved = head.weight.grad.flatten(1).abs().amax(dim=1) > 0
    assert not moved[~drawn].any() and moved[y].all()


@pytest.mark.parametrize("made", [LOSSES[name] for name in LOSSES if name not in ("AdaCosLoss", "FixedAdaCosLoss")])
def test_an_examination_looks_at_all_classes(made):
    x, y = batch()
    head = made(CLASSES, SIZE).double().eval()
    whole = head(x, y)
    head.sample_rate = 0.2
    assert torch.equal(head(x, y), whole)


@every_head
def test_weights_from_elsewhere_take_the_place_of_its_own(name):
    x, y = batch(classes=8)
    own = LOSSES[name](CLASSES, SIZE).double().eval()
    if name == "SoftmaxLoss":
        own = SoftmaxLoss(CLASSES, SIZE, bias=False).double()
    proxies = torch.randn(8, *own.weight.shape[1:], dtype=torch.float64)
    if proxies.ndim != 2:
        with pytest.raises(ValueError, match=r"several centres a class and takes no weights from elsewhere"):
            own(x, y, weight=proxies)
        return
    proxies.requires_grad_()
    loss = own(x, y, weight=proxies)
    other = type(own)(8, SIZE, bias=False) if name == "SoftmaxLoss" else type(own)(8, SIZE)
    other = other.double().eval()
    other.scale = own.scale
    other.weight.data.copy_(proxies.detach())
    torch.testing.assert_close(loss, other(x, y), rtol=1e-12, atol=0)
    (found,) = torch.autograd.grad(loss, proxies)
    (wanted,) = torch.autograd.grad(other(x, y), other.weight)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)
    assert own.weight.grad is None


def test_cosine_softmax_of_a_batch_of_texts_is_infonce():
    images, texts = (torch.randn(5, SIZE, dtype=torch.float64) for _ in range(2))
    head = NormalizedSoftmaxLoss(2, SIZE, scale=20).double()
    logits = 20 * F.normalize(images) @ F.normalize(texts).T
    by_hand = sum(torch.logsumexp(logits[i], dim=0) - logits[i, i] for i in range(5)) / 5
    torch.testing.assert_close(head(images, torch.arange(5), weight=texts), by_hand, rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("proxies", "labels", "says"),
    [
        (torch.zeros(4, SIZE + 1), [0], r"weight must have shape \(M, 32\), got \(4, 33\)\."),
        (torch.zeros(1, SIZE), [0], r"weight must have shape \(C, d\) with C at least 2"),
        (torch.full((4, SIZE), math.nan), [0], r"weight must be finite"),
        (torch.ones(4, SIZE), [4], r"labels must lie in 0\.\.3, got 4\.\.4\."),
    ],
)
def test_weights_that_are_none_are_refused(proxies, labels, says):
    with pytest.raises(ValueError, match=says):
        ArcFaceLoss(CLASSES, SIZE)(torch.ones(1, SIZE), torch.tensor(labels), weight=proxies)


def test_weights_from_elsewhere_lie_where_the_embeddings_do_wherever_the_own_ones_are():
    x, y, weight = torch.randn(3, SIZE), torch.tensor([0, 3, 1]), torch.randn(4, SIZE)
    head = ArcFaceLoss(CLASSES, SIZE)
    with pytest.raises(ValueError, match=r"^weight must be on the device of embeddings, cpu, got meta: "):
        head(x, y, weight=weight.to("meta"))
    assert torch.equal(head.to("meta")(x, y, weight=weight), ArcFaceLoss(CLASSES, SIZE)(x, y, weight=weight))


def test_a_loss_with_more_than_weights_for_each_class_takes_none_from_elsewhere():
    x, y = batch(classes=4)
    for head in (SoftmaxLoss(CLASSES, SIZE), CosFaceLoss(CLASSES, SIZE, margin=torch.full((CLASSES,), 0.1))):
        with pytest.raises(ValueError, match=r"for each class of its own, which weights from elsewhere have not"):
            head(x.float(), y, weight=torch.ones(4, SIZE))


@pytest.mark.parametrize("rate", [0, -1, 1.5, "half"])
def test_a_rate_that_is_no_share_is_refused(rate):
    head = ArcFaceLoss(CLASSES, SIZE)
    head.sample_rate = rate
    with pytest.raises(ValueError, match=r"sample_rate must be"):
        head(torch.ones(1, SIZE), torch.tensor([0]))


@pytest.mark.parametrize(("classes", "size"), [(2, 1.0), (10, 1.0), (20, 0.25), (100, 0.02), (100_000, 0.02)])
def test_class_weights_start_shorter_where_there_are_more_classes(classes, size):
    torch.manual_seed(0)
    found = random_weights(classes, 200)
    torch.manual_seed(0)
    assert torch.equal(found, torch.randn(classes, 200) * size)
    assert abs(ArcFaceLoss(classes, 8).weight.std() / size - 1) < 0.6
