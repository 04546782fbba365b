"""What does not fit together is refused in one sentence, and nothing has moved."""

import math

import pytest
import torch
from torch import nn

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import (
    CenterLoss,
    ContrastiveLoss,
    InBatch,
    RegularFaceRegularizer,
    SoftmaxLoss,
    TripletLoss,
    all_pairs,
)
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from lessons_lib.training import fit


def part(count, classes=3):
    return LabelledImages(torch.rand(count, 1, 8, 8), torch.arange(count) % classes)


def data(train=12, validation=6, classes=3, said=3):
    return ImageData(part(train, classes), part(validation, classes), part(6), num_classes=said, digest="parts")


def labelled(labels):
    return LabelledImages(torch.rand(6, 1, 8, 8), labels)


SIX = torch.arange(6) % 3
IN_BATCH = InBatch(ContrastiveLoss(), all_pairs, 3, 5)
CASES = {
    "fewer classes": (data(), SoftmaxLoss(2, 2), (), r"SoftmaxLoss has num_classes=2 and data has num_classes=3: "),
    "an auxiliary loss with fewer": (data(), SoftmaxLoss(3, 2), [(1.0, CenterLoss(2, 2))], "CenterLoss has num_cl"),
    "no training images": (data(train=0), SoftmaxLoss(3, 2), (), r"data\.train must hold at least one image .*got 0"),
    "no validation images": (data(validation=0), SoftmaxLoss(3, 2), (), r"data\.validation must hold at least one"),
    "too few labels": (
        ImageData(LabelledImages(torch.rand(7, 1, 8, 8), SIX), part(6), part(6), 3, ""),
        SoftmaxLoss(3, 2),
        (),
        r"data\.train must hold .* got 7 images and 6 labels\.",
    ),
    "labels beyond": (data(classes=4), SoftmaxLoss(3, 2), (), r"labels must lie in 0\.\.2, got 0\.\.3\."),
    "labels below": (
        ImageData(part(6), labelled(SIX - 1), part(6), 3, ""),
        SoftmaxLoss(3, 2),
        (),
        r"labels of data\.validation must lie in 0\.\.2, got -1\.\.1\.",
    ),
    "labels that are no numbers of classes": (
        ImageData(part(6), labelled(SIX.float()), part(6), 3, ""),
        SoftmaxLoss(3, 2),
        (),
        "labels must be int64 class numbers, got torch.float32",
    ),
    "another size": (data(), SoftmaxLoss(3, 5), (), r"SoftmaxLoss has embedding_size=5 and net makes .*\(N, 2\)"),
    "another size, pairs": (data(), IN_BATCH, (), "InBatch has embedding_size=5 and net makes embeddings"),
    "another size, auxiliary": (
        data(),
        SoftmaxLoss(3, 2),
        [(1.0, CenterLoss(3, 5))],
        "CenterLoss has embedding_size=5",
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("cache", [True, False])
def test_it_is_refused_before_anything_is_trained(case, cache, cache_folder):
    given, head, auxiliary, said = CASES[case]
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    before, seen = net[1].weight.clone(), []
    with pytest.raises(ValueError, match="^" + said):
        fit(net, head, given, epochs=1, auxiliary=auxiliary, cache=cache, callback=lambda *what: seen.append(what))
    assert torch.equal(net[1].weight, before) and not seen


WEIGHT = "The weight of an auxiliary loss"
ON_WEIGHTS = "OnClassWeights(RegularFaceRegularizer(), head)"
CALLED, MAKES = "An auxiliary loss must take embeddings and labels, got", "makes one of it."
THERE = '"auto" or what is there, "cpu"' + ', "cuda"' * torch.cuda.is_available()
THERE += ', "mps"' * torch.backends.mps.is_available()
HEAD = "head must be a loss that predicts, such as ArcFaceLoss(10, 2), got "


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"head": ContrastiveLoss()}, HEAD + "ContrastiveLoss: InBatch makes one of a loss on pairs or triplets."),
        ({"head": SoftmaxLoss}, HEAD + "SoftmaxLoss: call the class first."),
        ({"auxiliary": [CenterLoss(3, 2)]},
         "auxiliary must be pairs of a weight and a loss, such as [(0.1, loss)], got CenterLoss."),
        ({"auxiliary": [(CenterLoss(3, 2), 0.1)]},
         "auxiliary must be pairs of a weight and a loss, such as [(0.1, loss)], got (CenterLoss, float)."),
        ({"auxiliary": (0.1, CenterLoss(3, 2))},
         "auxiliary must be pairs of a weight and a loss, such as [(0.1, loss)], got float."),
        ({"warm_start": nn.Linear(64, 2)}, "warm_start must be a Run, what fit gives, got Linear."),
        ({"warm_start": Run(nn.Sequential(nn.Flatten(), nn.Linear(64, 3)), SoftmaxLoss(3, 3))},
         "warm_start must have a network like net: 1.weight is (3, 64) in it and (2, 64) in net."),
        ({"data": part(6)}, "data must be ImageData, with train and validation, got LabelledImages."),
        ({"data": ImageData(labelled(SIX[:, None]), part(6), part(6), 3, "")},
         "labels must have shape (N,), one for each image, got (6, 1)."),
        ({"data": ImageData(labelled(SIX.numpy()), part(6), part(6), 3, "")},
         "labels must be a tensor, got a NumPy array of int64; use torch.from_numpy(labels)."),
        ({"auxiliary": [("a", CenterLoss(3, 2))]}, f"{WEIGHT} must be a number, got 'a'."),
        ({"auxiliary": [(None, CenterLoss(3, 2))]}, f"{WEIGHT} must be a number, got None."),
        ({"auxiliary": [(math.nan, CenterLoss(3, 2))]}, f"{WEIGHT} must be a finite number, got nan."),
        ({"auxiliary": [(0.1, RegularFaceRegularizer())]},
         f"{CALLED} RegularFaceRegularizer, which takes weight: {ON_WEIGHTS} {MAKES}"),
        ({"auxiliary": [(0.1, TripletLoss())]},
         f"{CALLED} TripletLoss, which takes anchors, positives, negatives: InBatch {MAKES}"),
        ({"device": "gpu"}, f"device must be {THERE}, got 'gpu'."),
        ({"device": "meta"}, f"device must be {THERE}, got 'meta'."),
        ({"device": "cuda:99"}, f"device must be {THERE}, got 'cuda:99'."),
        ({"device": None}, f"device must be {THERE}, got None."),
        ({"device": 1.5}, f"device must be {THERE}, got 1.5."),
    ],
)  # fmt: skip
def test_what_is_none_of_them_is_refused_in_one_sentence(changed, sentence, cache_folder):
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    before = net[1].weight.clone()
    with pytest.raises(ValueError) as refused:
        fit(**{"net": net, "head": SoftmaxLoss(3, 2), "data": data(), "epochs": 1} | changed)
    assert str(refused.value) == sentence
    assert torch.equal(net[1].weight, before)


GREY = torch.rand(6, 1, 28, 28)
WANT = "most networks want images[:, None].float()"
IMAGES = {
    "raw MNIST": (GREY[:, 0].mul(255).byte(), f"got torch.uint8 of shape (6, 28, 28); {WANT} / 255: "),
    "no channel": (GREY[:, 0], "got torch.float32 of shape (6, 28, 28); most networks want images[:, None]: "),
    "float64": (GREY.double(), "got torch.float64 of shape (6, 1, 28, 28); most networks want images.float(): "),
    "another size": (GREY[..., 10:, 10:], "got torch.float32 of shape (6, 1, 18, 18): "),
    "colour": (GREY.repeat(1, 3, 1, 1), "got torch.float32 of shape (6, 3, 28, 28): "),
}  # fmt: skip


@pytest.mark.parametrize("case", IMAGES)
@pytest.mark.parametrize("where", ["train", "validation"])
def test_images_that_the_network_does_not_take_are_refused_with_what_it_says(case, where, cache_folder):
    images, said = IMAGES[case]
    parts = {"train": LabelledImages(GREY, SIX), "validation": LabelledImages(GREY, SIX)}
    parts[where] = LabelledImages(images, SIX)
    with pytest.raises(ValueError) as refused:
        fit(EmbeddingNet(2), SoftmaxLoss(3, 2), ImageData(**parts, test=part(6), num_classes=3, digest=""), epochs=1)
    said = f"net must take data.{where}.images, {said}"
    assert str(refused.value).startswith(said) and len(str(refused.value)) > len(said)
    assert refused.value.__cause__ is not None and "\n" not in str(refused.value)


def test_one_image_is_too_few_for_a_network_that_compares_images(cache_folder):
    one = ImageData(LabelledImages(GREY[:1], SIX[:1]), LabelledImages(GREY, SIX), part(6), 3, "")
    with pytest.raises(ValueError) as refused:
        fit(EmbeddingNet(2), SoftmaxLoss(3, 2), one, epochs=1)
    assert str(refused.value) == (
        "data.train must hold at least two images for a net with BatchNorm, got one: add images."
    )
    assert fit(nn.Sequential(nn.Flatten(), nn.Linear(784, 2)), SoftmaxLoss(3, 2), one, epochs=1).steps == 1


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_a_device_has_a_name_or_is_one(device, cache_folder):
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    assert fit(net, SoftmaxLoss(3, 2), data(), epochs=1, device=device).steps == 1


def test_a_head_may_know_more_classes_than_come(cache_folder):
    assert fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), SoftmaxLoss(7, 2), data(), epochs=1).steps == 1
