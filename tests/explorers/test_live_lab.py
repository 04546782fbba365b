import math

import pytest
import torch

from lessons_lib.data import ImageData
from lessons_lib.explorers import LiveLab
from lessons_lib.explorers.live_lab.training import LOSSES, LiveTraining
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.runs import Run
from tests.explorers.live import LARGEST, patterns


def test_run_returns_the_numbers_reached(lab):
    numbers = lab.run(5)
    assert (numbers["step"], lab.steps) == (5, 5) and 0 <= numbers["accuracy"] <= 1 and numbers["scale"] == 16
    assert lab.run(5)["step"] == 10


def test_reset_begins_anew_from_the_seed(lab):
    first = lab.run(8)
    lab.loss = "cosface"
    lab.run(3)
    lab.loss = "arcface"
    lab.reset()
    assert lab.steps == 0 and lab.changes == [] and lab.run(8) == first


def test_a_change_acts_on_the_network_as_it_stands(data, lab):
    lab.run(4)
    lab.margin = 0.5
    lab.run(4)
    assert lab.changes == [{"step": 4, "what": "m", "from": 0.2, "to": 0.5}] and lab._training.head.margin == 0.5


def test_trunk_features_are_another_network(lab):
    lab.run(4)
    lab.source = "trunk"
    assert lab.run(3)["step"] == 3 and lab._training.net[0].in_features == 64


def test_an_error_is_kept_told_and_raised(lab):
    lab.run(2)
    lab._training.net[0].weight.data.fill_(math.nan)
    with pytest.raises(ValueError, match=r"^embeddings must be finite"):
        lab.run(1)
    assert lab.problem.startswith("Training stopped at step 2: embeddings must be finite")
    assert lab.problem.endswith("Reset begins anew from the seed.")
    with pytest.raises(ValueError, match=r"^embeddings must be finite"):
        lab.check()
    lab.reset()
    lab.check()
    assert lab.problem == "" and lab.run(1)["step"] == 1


def test_display_trains_nothing_and_a_recording_is_made_when_asked_for(lab):
    first = lab.html()
    assert lab.steps == 0 and lab.film == b"" and lab.html() == first
    lab.record(20)
    assert lab.steps == 20 and lab.recorded["changes"] == [] and lab.html() != first
    assert lab.state()["playing"] is False
    lab.run(5)
    film = lab.film
    lab.record(10)  # anew, but what was trained since is not lost
    assert lab.steps == 25 and lab.film != film


def recorded_lab(data, seed=0):
    lab = LiveLab(data, seed=seed)
    lab.record(20)
    return lab


def test_html_is_the_same_every_time_and_small(data):
    one, other = (recorded_lab(data) for _ in range(2))
    page = one.html()
    assert page == other.html()
    assert len(page) < LARGEST
    assert recorded_lab(data, seed=1).html() != page


def test_a_run_with_a_trunk_is_made_once_and_only_when_it_is_wanted(data, warm):
    asked, told = [], []
    lab = LiveLab(data, lambda: asked.append(lab.problem) or warm)
    lab.observe(lambda change: told.append(change.new), "problem")
    lab.run(2)
    assert lab.warm and asked == []
    lab.source = "trunk"
    assert lab.run(3)["step"] == 3 and lab._training.net[0].in_features == 64
    lab.reset()
    assert len(asked) == 1 and asked[0] == told[0] != "" == lab.problem
    assert told[0].startswith("The trunk is being trained, or read from the cache")


def test_a_whole_film_of_500_digits_fits(data):
    images = patterns(600)
    lab = LiveLab(ImageData(images, images, images, num_classes=10, digest="made up"))
    lab.record(45)
    assert len(lab.labels) == 500
    assert len(lab.html()) < LARGEST - 5_000  # a notebook writes a few bytes more


def test_a_recording_that_fails_ends_and_says_so(lab, monkeypatch):
    step = LiveTraining.step

    def failing(self):
        if self.steps == 7:
            raise FloatingPointError("the loss is no number.")
        step(self)

    monkeypatch.setattr(LiveTraining, "step", failing)
    lab.record(20)
    assert lab.recorded["problem"] == lab.problem
    assert lab.problem == "Training stopped at step 7: the loss is no number. Reset begins anew from the seed."
    assert "Training stopped" in lab.html()


def test_the_still_picture_says_what_it_shows(lab):
    lab.record(20)
    assert lab.alt.startswith("60 digits on the circle after 20 training steps with ArcFace, learnt from pixels: ")
    assert lab.picture().alt == lab.alt and lab.picture().png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"loss": "normface"},
            f"loss must be one of {', '.join(LOSSES)}, got 'normface'.",
        ),
        ({"source": "trunk"}, "source 'trunk' needs a trained trunk: LiveLab(data, warm), got no run."),
        ({"scale": 0.5}, "scale must lie in 1..64, got 0.5."),
        ({"scale": math.nan}, "scale must lie in 1..64, got nan."),
        ({"speed": 51}, "speed must be 1..50 steps a frame, got 51."),
        ({"margins": {"sphereface": 2.5}}, "the margin of sphereface must be a whole number here, got 2.5."),
        ({"margins": {"arcface": 11.5}}, "the margin of arcface must lie in 0.0..0.8, got 11.5; 0.201 is that angle"),
        (
            {"loss": "adacos_dynamic", "margin": 0.2},
            "AdaCos has no margin: set `loss` to one of sphereface, cosface, arcface",
        ),
        ({"pace": 3}, "LiveLab has no setting 'pace'; it has source, loss, margins, scale, speed."),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(data, settings, said):
    with pytest.raises(ValueError) as refused:
        LiveLab(data, **settings)
    assert str(refused.value).startswith(said)


def test_other_refusals(data, lab):
    with pytest.raises(ValueError, match=r"^LiveLab needs a run whose network has a trunk, got one of Linear\.$"):
        LiveLab(data, Run(torch.nn.Linear(2, 2), SoftmaxLoss(10, 2)))
    with pytest.raises(ValueError, match=r"^LiveLab needs a run whose network has a trunk, got one of Linear\.$"):
        LiveLab(data, lambda: Run(torch.nn.Linear(2, 2), SoftmaxLoss(10, 2)), source="trunk").run(1)
    with pytest.raises(ValueError, match=r"^steps must be at least 1, got 0\.$"):
        lab.run(0)
    with pytest.raises(ValueError, match=r"^source cannot change in a recorded run: it would be another network\.$"):
        lab.record(5, {2: {"source": "trunk"}})
    with pytest.raises(ValueError, match=r"^a recorded run must have at least 1 step, got 0\.$"):
        lab.record(0)
    with pytest.raises(RuntimeError, match=r"^LiveLab plays in a notebook only, on its event loop: use run\(steps\)"):
        lab.play()
    assert lab.playing is False
