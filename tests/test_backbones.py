"""Frozen backbones: any torchvision model with a file of weights, features computed once, and a head on them."""

import socket

import numpy as np
import pytest
import torch
from matplotlib import cbook
from PIL import Image
from torch import nn

from lessons_lib import backbones
from lessons_lib.backbones import Backbone, FeatureNet, features_of, load_backbone
from lessons_lib.data import Decoding, load_folder, part_classes
from lessons_lib.data.vision import import_torchvision
from lessons_lib.losses import FixedAdaCosLoss
from lessons_lib.training import fit
from tests.lite0 import lite0


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Random ones of torchvision's smallest model, in a file."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.pth"
    torch.save(import_torchvision().models.get_model("mobilenet_v3_small", weights=None).state_dict(), path)
    return path


@pytest.fixture
def folder(tmp_path):
    for label in range(10):
        (tmp_path / "tree" / f"{label}").mkdir(parents=True)
        for i in range(4):
            pixels = np.random.default_rng(10 * label + i).integers(0, 256, (6, 6, 3), np.uint8)
            Image.fromarray(pixels).resize((40, 30), Image.Resampling.BICUBIC).save(
                tmp_path / "tree" / f"{label}" / f"{i}.png"
            )
    return load_folder(tmp_path / "tree")


class Means(nn.Module):
    """A body that is understood: the mean of each channel, counted."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, images):
        self.calls += len(images)
        return images.mean(dim=(2, 3))


def test_a_torchvision_model_gives_features_from_a_file_of_weights(weights):
    backbone = load_backbone("mobilenet_v3_small", weights)
    assert backbone.size == 224
    images = torch.rand(2, 3, 224, 224)
    features = backbone(images)
    model = import_torchvision().models.get_model("mobilenet_v3_small", weights=None).eval()
    model.load_state_dict(torch.load(weights, weights_only=True))
    heard = []
    model.avgpool.register_forward_hook(lambda layer, given, made: heard.append(made.flatten(1)))
    normal = (images - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(
        3, 1, 1
    )
    model(normal)
    torch.testing.assert_close(features, heard[0])
    assert not any(weight.requires_grad for weight in backbone.parameters())


def test_it_stays_as_it_is_in_training_and_takes_grey_pictures(weights):
    backbone = load_backbone("mobilenet_v3_small", weights)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    grey = torch.rand(4, 1, 64, 64)
    one = backbone.train()(grey)
    torch.testing.assert_close(one, backbone(grey.expand(-1, 3, -1, -1)))
    assert all(value.equal(before[name]) for name, value in backbone.state_dict().items())


def test_what_does_not_fit_is_said_in_a_sentence(weights, tmp_path):
    with pytest.raises(ValueError, match=r"torchvision has no model 'mobilenet_v9'; torchvision.models.list_models"):
        load_backbone("mobilenet_v9", weights)
    with pytest.raises(OSError, match=r"There is no file .*none\.pth with weights of resnet18"):
        load_backbone("resnet18", tmp_path / "none.pth")
    with pytest.raises(
        ValueError, match=r"does not hold the weights of torchvision's resnet18: \d+ names differ, such as"
    ):
        load_backbone("resnet18", weights)


def test_without_a_network_a_sentence_says_what_to_do(cache_folder, monkeypatch):
    def nowhere(*arguments, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(OSError, match=r"weights of mobilenet_v3_small could not be downloaded .* connect to a network"):
        load_backbone("mobilenet_v3_small")


def test_features_are_those_of_the_files_in_colour_and_at_the_backbone_s_size(folder, cache_folder):
    body = Means()
    features = features_of(Backbone(body, 32, mean=(0, 0, 0), std=(1, 1, 1)), folder)
    colour = load_folder(folder.root, size=32, colour=True)
    torch.testing.assert_close(features.images, colour.images.mean(dim=(2, 3)))
    assert features.files == folder.files and features.labels.equal(folder.labels) and body.calls == 40
    assert features.decoding == colour.decoding


def test_features_are_computed_once_until_a_file_or_a_weight_changes(folder, cache_folder):
    body = Means()
    backbone = Backbone(body, 32, mean=(0, 0, 0))
    first = features_of(backbone, folder)
    again = features_of(backbone, folder)
    assert body.calls == 40 and again.images.equal(first.images)
    Image.new("RGB", (40, 30), "red").save(folder.root / folder.files[7])
    changed = features_of(backbone, folder)
    assert body.calls == 80 and (changed.images != first.images).any(1).nonzero().flatten().tolist() == [7]
    features_of(Backbone(body, 32, mean=(0.5, 0, 0)), folder)
    assert body.calls == 120
    features_of(backbone, folder, cache=False)
    assert body.calls == 160


def test_damaged_features_are_computed_again_with_a_word(folder, cache_folder):
    backbone = Backbone(Means(), 32)
    first = features_of(backbone, folder)
    (path,) = (cache_folder / "features").iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.warns(UserWarning, match="was damaged; they will be computed again"):
        assert features_of(backbone, folder).images.equal(first.images)


def test_pictures_pass_a_few_at_a_time(folder, cache_folder, monkeypatch):
    monkeypatch.setattr(backbones, "_BATCH", 16)
    body, sizes = Means(), []
    body.register_forward_hook(lambda layer, given, made: sizes.append(len(made)))
    features_of(Backbone(body, 32), folder)
    assert sizes == [16, 16, 8]


def test_a_head_on_features_is_trained_as_any_network(folder, cache_folder):
    data = part_classes(features_of(Backbone(Means(), 32), folder))
    run = fit(FeatureNet(3, 8), FixedAdaCosLoss(data.num_classes, 8), data, epochs=2)
    assert run.net(data.unseen.images).shape == (8, 8)


def test_the_weights_of_the_package_index_know_an_admiral_in_uniform():
    """So the tests' own copy of that network is right, and the other tests have a backbone that has seen the world."""
    backbone = lite0()
    portrait = Decoding(224, 3)(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    features = backbone(torch.from_numpy(portrait)[None])
    assert features.shape == (1, 1280)
    assert backbone.body.net._fc(features).argmax().item() == 652  # "military uniform" of ImageNet's classes
