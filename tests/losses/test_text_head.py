"""A head whose class weights are another network's outputs."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons_lib.losses import NormalizedSoftmaxLoss
from lessons_lib.losses.both_ways import BothWays, learn_scale
from lessons_lib.losses.text_head import TextHead, class_means

CLASSES = torch.tensor([2, 0, 1, 0, 2, 2])


def head():
    torch.manual_seed(0)
    inputs = torch.eye(6)
    return TextHead(nn.Linear(6, 4), inputs, CLASSES, BothWays(learn_scale(NormalizedSoftmaxLoss(3, 4), 5.0)))


def test_each_label_draws_texts_of_its_own_class_and_all_of_them():
    made, labels = head(), torch.arange(3).repeat(400)
    drawn = made.drawn(labels)
    assert torch.equal(made.classes[drawn], labels)
    shares = drawn.bincount(minlength=6) / 400
    for number, k in enumerate(made.classes.tolist()):
        assert shares[number].item() == pytest.approx(1 / CLASSES.tolist().count(k), abs=0.12)


def test_its_loss_is_that_of_the_pairs_it_draws():
    made, images, labels = head(), torch.randn(5, 4), torch.tensor([0, 1, 2, 2, 0])
    torch.manual_seed(4)
    found = made(images, labels)
    torch.manual_seed(4)
    texts = made.net(made.inputs[made.drawn(labels)])
    logits = 5 * F.normalize(images) @ F.normalize(texts).T
    wanted = (F.cross_entropy(logits, torch.arange(5)) + F.cross_entropy(logits.T, torch.arange(5))) / 2
    torch.testing.assert_close(found, wanted)


def test_it_predicts_by_the_mean_direction_of_each_class():
    made, images = head(), torch.randn(9, 4)
    units = F.normalize(made.net(torch.eye(6)))
    means = torch.stack([units[k == CLASSES].mean(0) for k in range(3)])
    torch.testing.assert_close(made.weight, F.normalize(means))
    torch.testing.assert_close(made.logits(images), 5 * F.normalize(images) @ F.normalize(means).T)
    torch.testing.assert_close(class_means(3 * units, CLASSES), F.normalize(means))
    assert not any(name.endswith("weight") and value.shape == (3, 4) and value.requires_grad
                   for name, value in made.named_parameters())  # fmt: skip


def test_the_text_network_and_the_scale_are_learnt_with_the_rest():
    made = head()
    made(torch.randn(5, 4), torch.tensor([0, 1, 2, 2, 0])).backward()
    assert {name for name, one in made.named_parameters() if one.grad is not None} == {
        "net.weight",
        "net.bias",
        "pairs.head.parametrizations.scale.original",
    }


def test_a_class_without_a_text_is_refused():
    with pytest.raises(ValueError, match=r"^classes must have a text for each of 0\.\.2, got \[2, 0, 4\]\."):
        TextHead(nn.Linear(6, 4), torch.eye(6), torch.tensor([2, 0, 2, 0, 2, 2]), BothWays(NormalizedSoftmaxLoss(3, 4)))


def test_weights_from_elsewhere_are_refused():
    with pytest.raises(
        ValueError, match=r"^TextHead takes no weight from elsewhere, as its texts make its own: leave "
    ):
        head()(torch.randn(2, 4), torch.tensor([0, 1]), weight=torch.randn(3, 4))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (torch.tensor([0, -1]), r"labels must lie in 0\.\.2, got -1\.\.0\."),
        (torch.tensor([0, 3]), r"labels must lie in 0\.\.2, got 0\.\.3\."),
        (torch.tensor([0, 1]).int(), r"labels must be int64 class numbers, got torch\.int32; use labels\.long\(\)\."),
        (torch.tensor([0]), r"labels must have shape \(2,\), one for each embedding, got \(1,\)\."),
    ],
)
def test_labels_that_are_none_are_refused(labels, says):
    with pytest.raises(ValueError, match=f"^{says}$"):
        head()(torch.randn(2, 4), labels)
