import base64
import math
import zlib

import numpy as np
import pytest
import torch

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab
from lessons_lib.explorers.live_lab.explorer import LOSSES, small
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.runs import Run
from tests.explorers.modules import modules

LARGEST = 120_000  # bytes an explorer may take in a notebook


def unpacked(text, kind=np.int8):
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), kind)


def test_the_digits_travel_with_the_figure(data, lab):
    assert lab.examples == {}  # made when it is shown
    page = lab.html()
    assert lab.html() == page and len(page) < LARGEST
    pixels, trunk = lab.examples["pixels"], lab.examples["trunk"]
    assert (unpacked(pixels["inputs"]).reshape(300, 64) == small(data.train.images).numpy()).all()
    assert (unpacked(pixels["shown"]).reshape(60, 64) == small(data.validation.images).numpy()).all()
    assert unpacked(trunk["inputs"]).reshape(300, -1).shape == (300, 16)
    for source in (pixels, trunk):
        assert (unpacked(source["labels"], np.uint8) == data.train.labels.numpy()).all()
        assert (unpacked(source["shown_labels"], np.uint8) == data.validation.labels.numpy()).all()
        inputs = unpacked(source["inputs"]).astype(float) * source["step"]
        assert np.sqrt((inputs**2).mean()) == pytest.approx(1)


def test_small_images_keep_their_grey():
    images = torch.zeros(2, 1, 28, 28)
    images[0, 0, :14] = 1
    seen = small(images).reshape(2, 8, 8)
    assert (seen[0, :4] == 7).all() and (seen[0, 4:] == 0).all() and (seen[1] == 0).all()


def test_as_many_digits_as_it_holds_fit_into_a_notebook(warm):
    """Noise packs worse than any digit."""
    chance = torch.Generator().manual_seed(0)
    digits = (torch.rand(1_400, 1, 28, 28, generator=chance) * torch.rand(1_400, 1, 1, 1, generator=chance)).square()
    part = LabelledImages(digits, torch.arange(1_400) % 10)
    lab = LiveLab(ImageData(part, part, part, num_classes=10, digest="made up"), warm)
    assert len(lab.html()) < LARGEST
    assert len(unpacked(lab.examples["trunk"]["shown_labels"])) == 1_000


def test_a_run_with_a_trunk_is_made_once_and_only_when_it_is_wanted(data, warm):
    asked = []
    lab = LiveLab(data, lambda: asked.append(1) or warm, source="trunk")
    assert lab.warm and asked == []
    assert lab.html() == lab.html() and asked == [1]


def test_without_a_run_there_are_pixels_and_points(data):
    lab = LiveLab(data)
    lab.html()
    assert list(lab.examples) == ["pixels"] and lab.warm is False
    assert len(lab.points) == 20 and {label for *_, label in lab.points} == set(range(10))


def test_settings_can_be_read_and_set(lab):
    lab.margin = 0.3
    assert lab.margins["arcface"] == 0.3
    lab.use({"loss": "arcface_raw", "rate": 0.01, "start": "even", "points": [[0.5, 0, 3]]})
    assert lab.margin == 0.3 and lab.points == [[0.5, 0.0, 3]]  # the two are compared at one margin
    other = LiveLab(lab._data, lab._run)
    other.use(lab.settings)
    assert other.settings == lab.settings


def test_the_still_picture_says_what_it_shows(lab):
    assert lab.alt.startswith("Digits on the circle before any training, where chance put them")
    assert "with ArcFace" in lab.alt and lab.picture().alt == lab.alt
    state = torch.random.get_rng_state()
    assert lab.picture().png() == lab.picture().png()
    assert (torch.random.get_rng_state() == state).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"loss": "normface"}, f"loss must be one of {', '.join(LOSSES)}, got 'normface'."),
        ({"source": "trunk"}, "source 'trunk' needs a trained trunk: LiveLab(data, warm), got no run."),
        ({"scale": 0.5}, "scale must lie in 1..64, got 0.5."),
        ({"scale": math.nan}, "scale must lie in 1..64, got nan."),
        ({"rate": 1.0}, "rate must lie in 1e-05..0.1, got 1.0."),
        ({"start": "far"}, "start must be one of random, even, got 'far'."),
        ({"speed": 51}, "speed must lie in 1..50, got 51."),
        ({"points": [[0.1, 0.2]]}, "points must be [x, y, label] with x and y in -2..2, got [0.1, 0.2]."),
        ({"points": [[0.1, 3, 1]]}, "points must be [x, y, label] with x and y in -2..2, got [0.1, 3, 1]."),
        ({"points": [[0.1, 0, 10]]}, "points must be [x, y, label]"),
        ({"margins": {"sphereface": 2.5}}, "the margin of sphereface must be a whole number here, got 2.5."),
        (
            {"margins": {"arcface": 11.5}},
            "the margin of arcface must lie in 0.0..0.8, got 11.5; 0.201 is that many degrees",
        ),
        ({"loss": "adacos_dynamic", "margin": 0.2}, "AdaCos has no margin: set `loss` to one of sphereface, cosface"),
        ({"pace": 3}, f"LiveLab has no setting 'pace'; it has {', '.join(LiveLab.setting_names)}, and is made with"),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(data, settings, said):
    with pytest.raises(ValueError) as refused:
        LiveLab(data, **settings)
    assert str(refused.value).startswith(said)


def test_a_run_without_a_trunk_is_refused(data):
    flat = Run(torch.nn.Linear(2, 2), SoftmaxLoss(10, 2))
    for given in (flat, lambda: flat):
        with pytest.raises(ValueError, match=r"^LiveLab needs a run whose network has a trunk, got one of Linear\.$"):
            LiveLab(data, given).html()


def test_from_random_weights_classes_are_soon_told_apart():
    """Made-up features of 16 numbers: the lab's own network in V8, 60 steps of the four losses."""
    torch.manual_seed(0)
    labels = torch.arange(256) % 10
    inputs = (20 * torch.randn(10, 16)[labels] + 4 * torch.randn(256, 16)).round().clamp(-127, 127)
    code = """(() => {
      const chance = chanceOf(4), weight = firstWeights(10, 'random', chance);
      const trainer = trainerOf({ layers: randomLayers(16, chance), inputs: Int8Array.from(inputs), step: 0.05,
        labels: Uint8Array.from(labels), weight, batch: 128 });
      for (let i = 0; i < 60; i++) trainer.step(head, 0.005);
      return measured(trainer.embed(), trainer.weight, Uint8Array.from(labels), head.loss).accuracy;
    })()"""
    heads = [
        {"loss": "plain_softmax"},
        {"loss": "softmax", "scale": 16},
        {"loss": "cosface", "margin": 0.1, "scale": 16},
        {"loss": "arcface", "margin": 0.2, "scale": 16},
    ]
    with modules("live_lab/run.js", "kit/trainer.js", "live_lab/maths.js") as v8:
        v8("0", inputs=inputs.int().flatten().tolist(), labels=labels.tolist())
        assert min(v8(code, head=head) for head in heads) > 0.5  # by chance 0.1
