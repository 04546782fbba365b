import base64
import io
import json
import math
import zlib

import numpy as np
import pytest
import torch
import traitlets
from PIL import Image

from lessons_lib.explorers import MarginBand
from lessons_lib.explorers.kit.losses import MARGINS
from lessons_lib.explorers.margin_band.explorer import head_of
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.runs import Run
from tests.explorers.bands import TEN, band_modules, images, points, read, run_with
from tests.explorers.modules import modules

LOSSES = ("softmax", *MARGINS)


@pytest.fixture(scope="module")
def v8():
    with band_modules() as value:
        yield value


@pytest.fixture
def band():
    return MarginBand(run_with(*points()))


def settings():
    """Every loss with margins from one end of its slider to the other."""
    return [
        (loss, float(m))
        for loss in LOSSES
        for m in np.linspace(*MARGINS.get(loss, (0.0, 0.0)), 7 if loss in MARGINS else 1)
    ]


def exactly(loss, m, scale, dirs):
    """The explorer's head in float64."""
    head, turns = head_of(loss, m, scale, dirs).double(), torch.tensor(dirs, dtype=torch.float64)
    head.weight.data = torch.stack([turns.cos(), turns.sin()], dim=1)
    return head


def directions(kind, seed):
    chance = np.random.default_rng(seed)
    return {
        "even": TEN,
        "random": chance.uniform(-math.pi, math.pi, 10).tolist(),
        "fan": chance.uniform(-0.9, 0.9, 10).tolist(),
        "three": chance.uniform(-math.pi, math.pi, 3).tolist(),
        "two": [0.3, -2.0],
    }[kind]


@pytest.mark.parametrize(
    ("kind", "seed"), [("even", 0), ("random", 1), ("random", 2), ("fan", 3), ("three", 4), ("two", 5)]
)
def test_counts_and_push_are_those_of_the_heads(v8, kind, seed):
    dirs = directions(kind, seed)
    embeddings, labels = points(classes=len(dirs))
    shown = MarginBand(run_with(embeddings, labels, len(dirs)))
    read(v8, shown)
    v8("0", dirs=dirs)
    x = torch.from_numpy(np.frombuffer(shown.points, "<i2").reshape(-1, 2).astype(float))
    for loss, m in settings():
        for scale in (1.0, 16.0, 64.0):
            head = exactly(loss, m, scale, dirs)
            cosines = head.cosines(x).detach()
            own = cosines.gather(1, labels[:, None])
            others = cosines.scatter(1, labels[:, None], -9.0).amax(1)
            right = head.logits(x).argmax(1) == labels
            target = head.target_logit(torch.acos(own.clamp(-1, 1)))
            enough = (target[:, 0] > others) & right
            scaled = scale * cosines.scatter(1, labels[:, None], target)
            push = 1 - scaled.softmax(1).gather(1, labels[:, None])[:, 0]
            seen = v8(f"evaluate(P, dirs, '{loss}', {m}, {scale})")
            assert seen["count"] == [int(enough.sum()), int((right & ~enough).sum()), int((~right).sum())], (loss, m)
            np.testing.assert_allclose(seen["push"], push.detach(), atol=1e-9)
            assert seen["theta"] == pytest.approx(float(torch.acos(own.clamp(-1, 1)).mean()))


@pytest.mark.parametrize(("kind", "seed"), [("even", 0), ("random", 1), ("fan", 3), ("three", 4), ("two", 5)])
def test_cells_and_clear_arcs_are_the_heads_regions(v8, kind, seed):
    """On a dense circle: who is predicted, and where the margined logit of that class still wins."""
    dirs = directions(kind, seed)
    phi = torch.linspace(-math.pi, math.pi, 7201, dtype=torch.float64)[:-1]
    x = torch.stack([phi.cos(), phi.sin()], dim=1)
    v8("0", dirs=dirs, phi=phi.tolist())
    for loss, m in settings():
        head = exactly(loss, m, 16.0, dirs)
        cosines = head.cosines(x).detach()
        own, other = cosines.topk(2).values.T
        gap = (head.target_logit(torch.acos(own.clamp(-1, 1))) - other).detach()
        within = v8(f"(c => phi.map(a => inside(a, c)))(cells(dirs, '{loss}', {m}))")
        sure = (own - other) > 1e-3  # the grid's own step aside
        winner = torch.tensor([k for k, _ in within])
        assert (winner == cosines.argmax(1))[sure].all(), loss
        clear = torch.tensor([enough for _, enough in within])
        assert (clear == (gap > 0))[sure & (gap.abs() > 2e-3)].all(), (loss, m)


def test_ten_even_classes_lose_their_room_at_36_degrees(v8):
    for loss, most in {"arcface": math.radians(36), "cosface": 1 - math.cos(math.radians(36))}.items():
        top = v8(f"ceiling(dirs, '{loss}')", dirs=TEN)
        assert top["first"] == pytest.approx(most, abs=1e-6) and top["last"] == pytest.approx(most, abs=1e-6)
    assert v8("ceiling(dirs, 'sphereface')", dirs=TEN) == {"first": "never", "last": "never"}


@pytest.mark.parametrize(("kind", "seed"), [("random", 1), ("fan", 3), ("three", 4)])
def test_a_ceiling_is_where_the_last_room_closes(v8, kind, seed):
    dirs = directions(kind, seed)
    for loss in ("arcface", "cosface"):
        top = v8(f"ceiling(dirs, '{loss}')", dirs=dirs)
        room = f"m => cells(dirs, '{loss}', m).filter(c => c.clear).length"
        assert v8(f"({room})({top['last'] - 1e-6})") == 1 and v8(f"({room})({top['last'] + 1e-6})") == 0
        assert v8(f"({room})({top['first'] - 1e-6})") == len(dirs)
        assert v8(f"({room})({top['first'] + 1e-6})") < len(dirs)


def test_the_share_behind_the_slider_is_what_dragging_finds(v8, band):
    read(v8, band)
    for loss in MARGINS:
        low, high = MARGINS[loss]
        given = f"evaluate(P, dirs, '{loss}', 0, 16).bears"
        shown = v8(f"shares({given}, MARGINS.{loss}.neutral, {{ min: {low}, max: {high} }}, 40)", dirs=TEN)
        counts = [v8(f"evaluate(P, dirs, '{loss}', {m}, 16).count", dirs=TEN) for m in np.linspace(low, high, 41)]
        np.testing.assert_allclose(shown["band"], [(c[1] + c[2]) / sum(c) for c in counts], atol=1e-12)
        assert shown["wrong"] == pytest.approx(counts[0][2] / sum(counts[0]))


def test_an_edge_stands_where_a_point_just_bears_the_margin(v8):
    """What dragging an edge relies on."""
    for loss, m in [("arcface", 0.3), ("cosface", 0.12), ("sphereface", 2.6)]:
        edges = v8(f"cells(dirs, '{loss}', {m}).flatMap(c => c.clear)", dirs=TEN)
        for edge in edges:
            at = v8(f"readAngle({edge}, dirs, '{loss}', {m})", dirs=TEN)
            assert v8(f"MARGINS.{loss}.bears({at['own']}, {at['other']})") == pytest.approx(m, abs=1e-9)


def test_petals_keep_every_angle_and_stay_in_the_ring(v8, band):
    read(v8, band)
    radii = np.array(v8("petals(P)"))
    assert len(radii) == 400 and radii.min() >= 0.5 and radii.max() <= 0.97 and np.ptp(radii) > 0.3


def test_no_points_at_all(v8):
    band = MarginBand(run_with(torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64)))
    read(v8, band)
    assert v8("evaluate(P, dirs, 'arcface', 0.2, 16).count", dirs=TEN) == [0, 0, 0]
    assert v8("petals(P)") == [] and v8("shares([], 0, { min: 0, max: 1 }).wrong") == 0
    assert band.picture().png(40)


def test_features_without_a_direction_are_left_out():
    embeddings, labels = points()
    embeddings[3], embeddings[5, 0], embeddings[7] = 0.0, math.nan, math.inf
    band = MarginBand(run_with(embeddings, labels))
    assert band.left_out == 3 and len(band.labels) == 397 and len(band.points) == 4 * 397


def test_settings_can_be_read_and_set(band):
    band.margin = 0.3
    assert band.margin == 0.3 and band.margins["arcface"] == 0.3
    band.loss = "cosface"
    assert band.margin == 0.1
    other = MarginBand(run_with(*points()), loss="cosface", margin=0.05, scale=30)
    assert (other.loss, other.margin, other.scale) == ("cosface", 0.05, 30.0)
    other.use(json.dumps(band.settings))
    assert other.settings == band.settings and other.margin == 0.1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"margins": {"arcface": 11.5}}, "must lie in 0.0..0.8"),
        ({"margins": {"cosface": math.nan}}, "must lie in 0.0..0.35"),
        ({"margins": {"l2": 1.0}}, "margins are those of sphereface, cosface, arcface"),
        ({"scale": 0}, "scale must lie in 1..64, got 0"),
        ({"directions": [1.0]}, "directions must be 10 angles"),
        ({"directions": [math.nan] * 10}, "directions must be 10 angles"),
        ({"depth": 3}, "has no setting 'depth'; it has loss, margins"),
        ("drag me", "settings must look like"),
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(band, given, words):
    before = band.settings
    with pytest.raises(ValueError, match=words):
        band.use(given)
    assert band.settings == before


@pytest.mark.parametrize("wrong", [99, 10, -1, 2.5, "3", True, math.nan])
def test_only_a_class_weight_that_is_there_is_selected(band, wrong):
    band.selected = 7
    with pytest.raises(traitlets.TraitError, match=f"selected counts the class weights from 0 to 9, got {wrong}"):
        band.selected = wrong
    assert band.selected == 7


def test_a_margin_out_of_reach_says_what_reaches(band):
    with pytest.raises(traitlets.TraitError, match=r"margin of arcface must lie in 0\.0\.\.0\.8, got 28\.6"):
        band.margin = 28.6
    band.loss = "softmax"
    with pytest.raises(ValueError, match="softmax has no margin"):
        band.margin = 0.1
    assert band.margin == 0.0


def test_only_a_plane_can_be_shown():
    run = run_with(torch.zeros(5, 3), torch.zeros(5, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"embedding in the plane, got one of shape \(5, 3\)"):
        MarginBand(run)
    with pytest.raises(ValueError, match="needs points"):
        MarginBand(Run(run.net, run.head))


def test_five_thousand_points_fit_into_a_notebook():
    embeddings, labels = points(5_000)
    html = MarginBand(run_with(embeddings, labels)).html()
    assert len(html) < 120_000


def test_the_still_picture_tints_the_band(band):
    def tinted():
        pixels = np.asarray(Image.open(io.BytesIO(band.picture().png(60))).convert("RGB")).astype(int)
        return ((pixels[..., 0] > 200) & (pixels[..., 1] < 225) & (pixels[..., 2] > 200)).mean()

    band.margin = 0.1
    narrow = tinted()
    band.margin = 0.5
    assert tinted() > 3 * narrow > 0


@pytest.fixture(scope="module")
def trained():
    """A figure with images to train on: its net is narrow and was never trained."""
    torch.manual_seed(0)
    return MarginBand(run_with(*points()), images(), points=250, loss="cosface", margin=0.05)


def test_the_points_of_a_figure_that_trains_are_its_own_networks(trained):
    """They travel as what the trunk says of them, and stand where the packed layers put them."""
    with modules("kit/trainer.js", "kit/unpack.js") as v8:
        start, labels = trained.start, list(trained.labels)
        packed = {name: list(zlib.decompress(base64.b64decode(start[name]))) for name in ("parameters", "inputs")}
        seen = v8(
            """trainerOf({ ...start, layers: learnable(unpack(start.layers, Uint8Array.from(parameters))), batch: 256,
              inputs: new Int8Array(Uint8Array.from(inputs).buffer), labels: Uint8Array.from(labels),
              weight: Float32Array.from(start.weight) }).known""",
            start=start,
            labels=labels,
            **packed,
        )
    expected = trained._start.embeddings().flatten()
    torch.testing.assert_close(torch.tensor(seen), expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))
    assert trained.points == b"" and len(trained.labels) == 250
    assert trained.start["reference"]["head"] == {"loss": "cosface", "margin": 0.05, "scale": 16.0}
    assert len(trained.start["reference"]["losses"]) == 20


def test_training_again_in_python_turns_the_class_weights():
    run = run_with(*points())
    weights = [weight.clone() for weight in [*run.net.parameters(), run.head.weight]]
    band = MarginBand(run, images(), points=200)
    assert not band.trained
    band.retrain(steps=10)
    assert band.directions != band.home and band.trained
    band.directions = band.home
    assert not band.trained
    band.retrain(steps=10)
    assert all(map(torch.equal, weights, [*run.net.parameters(), run.head.weight]))
    turned = [*band.home]
    turned[3] += 0.2
    band.directions = turned
    band.retrain(steps=1)  # from the class weights as they are turned
    assert abs(band.directions[3] - turned[3]) < 0.05


def test_without_images_there_is_nothing_to_train(band):
    assert band.start == {}
    with pytest.raises(ValueError, match=r"MarginBand needs images to train again: MarginBand\(run, data\)"):
        band.retrain()
    with pytest.raises(ValueError, match="a trunk and an embed part, got Linear"):
        MarginBand(Run(torch.nn.Linear(2, 2), ModifiedSoftmaxLoss(10, 2)), images())


def test_three_thousand_points_that_train_fit_into_a_notebook():
    band = MarginBand(run_with(*points()), images(3_000))
    assert len(band.labels) == 3_000
    assert len(band.html()) < 120_000
