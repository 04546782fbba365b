"""Networks for 28 to 224 pixels in one or three channels, and jitter of place and light."""

import pytest
import torch
from torch import nn

from lessons_lib.picture_nets import PictureJitter, PictureNet

STILL = {"rotation": 0, "shear": 0, "shift": 0, "stretch": 1, "brightness": 0, "contrast": 0, "tint": 0}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("size", "depth"), [(28, 3), (29, 3), (48, 4), (64, 4), (100, 5), (112, 4), (160, 5), (224, 5)]
)
def test_pictures_of_every_size_become_embeddings(size, channels, depth):
    net = PictureNet(16, size, channels)
    images = torch.rand(2, channels, size, size)
    assert net(images).shape == (2, 16) and net.embedding_size == 16
    convolutions = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == depth and convolutions[0].in_channels == channels
    net(images).sum().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in net.parameters())


def test_the_last_picture_is_four_pixels_or_fewer_a_side():
    for size in range(28, 225, 7):
        picture, sides = torch.zeros(1, 1, size, size), []
        for layer in PictureNet(8, size).eval().trunk:
            picture = layer(picture)
            sides += [picture.shape[-1]] if isinstance(layer, nn.Conv2d) else []
        assert 1 < sides[-1] <= 4 < sides[-2]


@pytest.mark.parametrize(("size", "channels"), [(27, 1), (225, 1), (64, 2), (28.0, 1)])
def test_other_pictures_are_refused_in_a_sentence(size, channels):
    with pytest.raises(ValueError, match=r"size must be|takes pictures of 28 to 224 pixels"):
        PictureNet(16, size, channels)


def test_images_of_another_size_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"takes images \(N, 3, 64, 64\), got \(2, 1, 64, 64\): load_folder reads"):
        PictureNet(16, 64, 3)(torch.rand(2, 1, 64, 64))


def test_jitter_leaves_images_alone_in_use():
    jitter, images = PictureJitter(), torch.rand(4, 3, 32, 32)
    assert jitter.eval()(images) is images
    assert not torch.equal(jitter.train()(images), images)
    torch.testing.assert_close(PictureJitter(**STILL)(images), images, atol=1e-5, rtol=0)


def test_a_mirrored_picture_is_the_same_from_right_to_left():
    images = torch.rand(40, 3, 16, 16)
    mirrored = PictureJitter(**STILL, mirror=True)(images)
    turned = [torch.allclose(new, old.flip(-1), atol=1e-5) for new, old in zip(mirrored, images, strict=True)]
    same = [torch.allclose(new, old, atol=1e-5) for new, old in zip(mirrored, images, strict=True)]
    assert sum(turned) + sum(same) == 40 and 8 < sum(turned) < 32


def test_what_comes_in_continues_the_rim():
    images = torch.full((20, 3, 16, 16), 0.7)
    torch.testing.assert_close(PictureJitter(**STILL | {"shift": 0.5, "rotation": 0.5})(images), images)


@pytest.mark.parametrize(("way", "most"), [("brightness", 0.2), ("contrast", 0.5), ("tint", 0.1)])
def test_light_changes_by_as_much_as_is_said_and_image_by_image(way, most):
    images = torch.rand(200, 3, 8, 8) * 0.2 + 0.4
    lit = PictureJitter(**STILL | {way: most})(images)
    if way == "brightness":
        changed = (lit - images).flatten(1)
        assert (changed.std(dim=1) < 1e-5).all()
        size = changed.mean(dim=1)
    elif way == "contrast":
        size = lit.flatten(1).std(dim=1) / images.flatten(1).std(dim=1) - 1
        torch.testing.assert_close(lit.mean(dim=(1, 2, 3)), images.mean(dim=(1, 2, 3)))
    else:
        factor = lit.mean(dim=(2, 3)) / images.mean(dim=(2, 3)) - 1
        assert (factor.std(dim=1) > 0).all()
        size = factor.flatten()
    assert size.abs().max() <= most + 1e-3 and size.max() > 0.8 * most and size.min() < -0.8 * most


def test_grey_pictures_have_no_tint():
    images = torch.rand(4, 1, 16, 16)
    torch.testing.assert_close(PictureJitter(**STILL | {"tint": 0.5})(images), images, atol=1e-5, rtol=0)


def test_the_seed_decides():
    images = torch.rand(4, 3, 16, 16)
    made = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        made.append(PictureJitter()(images))
    assert made[0].equal(made[1]) and not made[0].equal(made[2])
