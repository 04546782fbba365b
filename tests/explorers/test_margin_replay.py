import base64
import math

import numpy as np
import pytest
import torch
import traitlets

from lessons_lib.explorers import MarginBand
from lessons_lib.explorers.kit.retraining import Retraining, head_of
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.runs import Run
from tests.explorers.bands import band_modules, images, points, read, run_with


@pytest.fixture(scope="module")
def v8():
    with band_modules() as value:
        yield value


@pytest.fixture
def band():
    return MarginBand(run_with(*points()))


@pytest.fixture
def two_threads():
    """As a reader has them; the tests have one."""
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


def test_training_again_moves_the_points_and_not_the_run(two_threads):
    run, data = run_with(*points()), images()
    weights = [weight.clone() for weight in [*run.net.parameters(), run.head.weight]]
    band = MarginBand(run, data, points=200)
    shares = []
    band.observe(lambda change: shares.append(change["new"]), "training")
    before = band.points
    band.retrain(steps=30)
    assert band.points == before and len(band.retrained) == len(before) and band.retrained != before
    assert band.training == 0.0 and shares[-2] == 1.0 and len(shares) > 10
    assert band.trained["loss"] == "arcface" and band.trained["theta"][1] < band.trained["theta"][0]
    assert band.directions != band.home and torch.get_num_threads() == 2
    assert all(map(torch.equal, weights, [*run.net.parameters(), run.head.weight]))
    first = band.retrained
    band.retrain(steps=30)  # from the run again, not from where the last one came to
    assert band.retrained == first
    band.set_state({"retrained": memoryview(b""), "directions": band.home, "trained": {}})  # as the button undoes it
    assert band.retrained == b"" and band.directions == band.home


def test_training_again_starts_from_the_class_weights_as_they_are_turned():
    band = MarginBand(run_with(*points()), images(), points=200)
    turned = [*band.directions]
    turned[3] += 0.2
    band.directions = turned
    band.retrain(steps=1)
    assert abs(band.directions[3] - turned[3]) < 0.05


@pytest.fixture(scope="module")
def run():
    """A run to train again from, always the same one."""
    torch.manual_seed(0)
    return run_with(*points())


@pytest.fixture
def recorded(run):
    band = MarginBand(run, images(), points=200)
    band.record(steps=30, loss="cosface", margin=0.3)
    return band


def test_recording_changes_nothing_that_is_shown(run, recorded):
    shown, recording = recorded.state(), recorded.recording
    said = [recording[name] for name in ("loss", "margin", "scale", "steps")]
    assert said == ["cosface", 0.3, 16.0, 30]
    fresh = MarginBand(run, images(), points=200)
    assert {**shown, "recording": {}} == fresh.state()
    fresh.record(steps=30, loss="cosface", margin=0.3)
    assert fresh.recording == recording
    fresh.record(steps=30)
    assert fresh.recording["loss"] == "arcface" and fresh.recording["points"] != recording["points"]


def frame(v8, band, share):
    """What the figure shows when this share of the recording was played: directions, points (N, 2) on a rim of 1."""
    read(v8, band)
    packed = list(base64.b64decode(band.recording["points"]))
    v8("film = readRecording(recording, Uint8Array.from(packed), P), 0", recording=band.recording, packed=packed)
    shown = v8(f"frameAt(film, {share})")
    return shown["directions"], np.array(shown["xy"]).reshape(-1, 2) / 32767


def turn_of(xy):
    return np.arctan2(xy[:, 1], xy[:, 0])


def apart(one, other):
    """Angles between directions, in radians."""
    return np.abs(np.remainder(np.asarray(one) - other + math.pi, 2 * math.pi) - math.pi)


def drawn(pairs):
    """Points sent as int16, as the figure draws them: the farthest 0.5 % on a rim of 1."""
    xy = np.frombuffer(pairs, "<i2").reshape(-1, 2)
    lengths = np.linalg.norm(xy, axis=1, keepdims=True)
    rim = np.quantile(lengths, 0.995, method="lower")
    return xy / lengths * np.minimum(1, lengths / rim)


def test_a_recording_ends_where_training_again_does(v8, run, recorded):
    trained = MarginBand(run, images(), points=200, loss="cosface", margin=0.3)
    trained.retrain(steps=30)
    directions, xy = frame(v8, recorded, 1)
    assert directions == trained.directions
    np.testing.assert_allclose(xy, drawn(trained.retrained), atol=0.005)
    assert apart(turn_of(xy), turn_of(drawn(trained.retrained))).max() < math.radians(0.3)
    assert all(recorded.recording[name] == said for name, said in trained.trained.items())


def test_a_recording_begins_with_the_points_as_they_are(v8, recorded):
    directions, xy = frame(v8, recorded, 0)
    assert directions == pytest.approx(recorded.home, abs=2e-5)
    np.testing.assert_allclose(xy, drawn(recorded.points), atol=1e-4)


def test_a_recording_on_its_way(v8, run, recorded):
    head = head_of("cosface", 0.3, 16.0, recorded.home)
    retraining = Retraining(run, images())
    there = {share: turn_of(embeddings.numpy()) for share, embeddings in retraining.train(head, 30, 200)}
    shares, kept = recorded.recording["shares"], recorded.recording["kept"]
    assert shares == [0.0, *there] and len(kept) == 2 and set(kept) < set(there)
    labels = np.frombuffer(recorded.labels, np.uint8)
    for share in kept:
        directions, xy = frame(v8, recorded, share)
        assert directions == recorded.recording["directions"][shares.index(share)]
        away = apart(np.array(directions)[labels], there[share])
        off = apart(turn_of(xy), there[share])
        assert (off <= np.sqrt(math.pi * away) / 127 + 0.006).all()


def test_between_two_moments_class_weights_turn_the_short_way(v8):
    film = {"n": 1, "y": [0], "shares": [0, 1], "directions": [[3.1], [-3.1]], "kept": [0, 1]}
    film |= {"angles": [[3.0], [-3.0]], "lengths": [[0.2], [0.4]]}
    shown = v8("frameAt(film, 0.5)", film=film)
    assert abs(shown["directions"][0]) == pytest.approx(math.pi)
    assert np.array(shown["xy"]) / 32767 == pytest.approx([0.3, 0.0], abs=1e-4)  # half a turn from its class weight


def test_recording_starts_from_the_class_weights_as_they_are_turned(recorded):
    turned = [*recorded.directions]
    turned[3] += 0.2
    recorded.directions = turned
    recorded.record(steps=1)
    assert apart(recorded.recording["directions"][0], turned).max() < 2e-5
    assert recorded.directions == turned


def test_a_recording_that_cannot_be_made_changes_nothing(band):
    before = band.state()
    with pytest.raises(ValueError, match=r"needs images to train again: MarginBand\(run, data\)"):
        band.record(loss="cosface", margin=0.35)
    with pytest.raises(traitlets.TraitError, match=r"margin of cosface must lie in 0\.0\.\.0\.35, got 2"):
        band.record(loss="cosface", margin=2)
    assert band.state() == before


def test_what_goes_wrong_is_said_in_the_figure(band):
    with pytest.raises(ValueError, match=r"MarginBand\(run, data\)"):
        band.retrain()
    band._handle_custom_msg({"do": "retrain"}, [])
    assert band.problem == "Training again failed: MarginBand needs images to train again: MarginBand(run, data)."
    with pytest.raises(ValueError, match="a trunk and an embed part"):
        Retraining(Run(torch.nn.Linear(2, 2), ModifiedSoftmaxLoss(3, 2)), images())


def test_five_thousand_points_fit_with_a_recording_too():
    band = MarginBand(run_with(*points()), images(5_000))
    band.record(steps=15)
    assert len(band.labels) == 5_000 and len(band.recording["directions"]) == 16
    assert len(band.html()) < 120_000
