import numpy as np
import pytest
import torch

from lessons_lib.backbones import FeatureNet
from lessons_lib.nets import EmbeddingNet, RandomJitter, RandomShift, TrunkClassifier, embed
from lessons_lib.picture_nets import PictureNet
from lessons_lib.text_nets import character_net


@pytest.mark.parametrize("size", [2, 3, 10, 64])
def test_an_image_becomes_a_vector_of_the_size_asked_for(size):
    net = EmbeddingNet(size)
    assert net(torch.rand(5, 1, 28, 28)).shape == (5, size)
    assert net.trunk(torch.rand(5, 1, 28, 28)).shape == (5, 64)


def test_embed_is_the_network_in_use_and_leaves_its_mode_alone():
    net = EmbeddingNet(2)
    images = torch.rand(7, 1, 28, 28)
    net(images)  # moves the running statistics
    before = {name: value.clone() for name, value in net.state_dict().items()}
    in_blocks = embed(net, images, batch=3)
    assert net.training and not in_blocks.requires_grad
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    torch.testing.assert_close(in_blocks, net.eval()(images).detach())


def test_a_trunk_classifier_teaches_the_trunk_and_then_lets_go():
    net = EmbeddingNet(2, width=2)
    along, images, labels = TrunkClassifier(net, 3), torch.rand(6, 1, 28, 28), torch.arange(6) % 3
    loss = along(net(images), labels)
    expected = torch.nn.functional.cross_entropy(along.layer(net.trunk(images)), labels)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert all(weight.grad is not None for weight in net.trunk.parameters())
    assert all(weight.grad is None for weight in net.embed.parameters())
    along.leave()
    assert not net.trunk._forward_hooks


def test_random_shift_rolls_each_image_by_its_own_pixel_and_only_in_training():
    torch.manual_seed(0)
    shift, images = RandomShift(), torch.rand(400, 2, 5, 7)
    shifted = shift(images)
    ways = [(up, left) for up in (-1, 0, 1) for left in (-1, 0, 1)]
    found = torch.stack([(shifted == images.roll(way, (2, 3))).flatten(1).all(dim=1) for way in ways])
    assert (found.sum(dim=0) == 1).all() and (found.sum(dim=1) > 20).all()
    assert torch.equal(shift.eval()(images), images)
    assert torch.equal(RandomShift(most=0)(images), images)


def test_embed_takes_a_network_with_a_shift_in_front():
    net, images = EmbeddingNet(3), torch.rand(6, 1, 28, 28)
    torch.testing.assert_close(embed(torch.nn.Sequential(RandomShift(), net), images), embed(net, images))


def test_random_jitter_moves_each_image_its_own_way_and_only_in_training():
    torch.manual_seed(0)
    jitter, images = RandomJitter(), torch.zeros(300, 1, 28, 28)
    images[:, :, 10:18, 12:16] = 1.0
    moved = jitter(images)
    assert moved.shape == images.shape and moved.flatten(1).unique(dim=0).shape[0] == 300
    rows = torch.arange(28.0)
    middle = (moved.sum(dim=3)[:, 0] * rows).sum(dim=1) / moved.sum(dim=(1, 2, 3))
    assert (middle - 13.5).abs().max() < 14 * 0.1 * 1.4 and middle.std() > 0.3  # at most a tenth of half a side, turned
    assert torch.equal(jitter.eval()(images), images)
    still = RandomJitter(rotation=0, shear=0, shift=0, stretch=1)
    torch.testing.assert_close(still(images), images, atol=1e-4, rtol=0)


@pytest.mark.parametrize("count", [0, -1, 2.5, "2", None, True])
def test_a_network_of_no_size_is_refused_when_it_is_made(count):
    for make, argument in (
        (lambda **given: EmbeddingNet(**{"embedding_size": 2} | given), "embedding_size"),
        (lambda **given: EmbeddingNet(**{"embedding_size": 2} | given), "width"),
        (lambda **given: PictureNet(**{"embedding_size": 2} | given), "embedding_size"),
        (lambda **given: PictureNet(**{"embedding_size": 2} | given), "width"),
        (lambda **given: FeatureNet(5, **given), "embedding_size"),
        (lambda **given: character_net(**{"vocabulary_size": 5, "embedding_size": 2} | given), "embedding_size"),
        (lambda **given: character_net(**{"vocabulary_size": 5, "embedding_size": 2} | given), "vocabulary_size"),
    ):
        with pytest.raises(
            ValueError, match=rf"^{argument} must be a whole number of at least 1 for \w+, got {count!r}"
        ):
            make(**{argument: count})


def test_numpys_sizes_are_sizes():
    assert EmbeddingNet(np.int64(3), np.int64(2))(torch.rand(2, 1, 28, 28)).shape == (2, 3)
