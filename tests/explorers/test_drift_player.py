import base64
import json
import math
import re

import numpy as np
import pytest
import torch
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import DriftPlayer
from lessons_lib.explorers.drift_player.explorer import pack_frame
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit
from tests.explorers.films import CLASSES, STEP, STEPS, blank, film_modules, points, recorded, same, smooth


@pytest.fixture(scope="module")
def v8():
    with film_modules() as value:
        yield value


@pytest.fixture(scope="module")
def run():
    return recorded()


def test_frames_survive_packing(v8, run):
    unpacked = v8("F", DriftPlayer.of(run))
    assert (unpacked["classes"], unpacked["steps"], unpacked["end"]) == (CLASSES, STEPS, 1)
    for (step, metrics, frame), read in zip(run, unpacked["frames"], strict=True):
        rim = np.percentile(np.linalg.norm(frame["embeddings"], axis=1), 99.5)
        length = np.linalg.norm(frame["embeddings"], axis=1, keepdims=True)
        np.testing.assert_allclose(points(read["xy"]), frame["embeddings"] / np.maximum(length, rim), atol=0.51 * STEP)
        np.testing.assert_allclose(read["rim"], rim, rtol=1e-6)
        np.testing.assert_allclose(read["weight"], frame["boundary"]["weight"].ravel(), rtol=1e-6)
        np.testing.assert_allclose(read["bias"], frame["boundary"]["bias"], rtol=1e-6)
        assert read["step"] == step
        assert read["accuracy"] == pytest.approx(metrics["accuracy"], rel=1e-4)
        assert read["theta"] == pytest.approx(metrics["theta"], rel=1e-4)
        assert read["time"] == pytest.approx(math.sqrt(metrics["epoch"] / 2), abs=1e-4)


def test_a_recorded_moment_is_shown_as_it_was(v8, run):
    v8("0", DriftPlayer.of(run))
    same = "['xy', 'angles', 'weight', 'bias'].every(n => m[n].every((v, k) => Math.abs(v - f[n][k]) < 1e-6))"
    shown = v8(
        f"F.frames.map(f => {{ const m = moment(F, f.time); return {same} && Math.abs(m.rim / f.rim - 1) < 1e-9; }})"
    )
    assert all(shown)


def test_between_frames_runs_a_smooth_curve_through_them(v8, run):
    unpacked = v8("F", DriftPlayer.of(run))
    times = np.array([frame["time"] for frame in unpacked["frames"]])
    xy = np.stack([frame["xy"] for frame in unpacked["frames"]])
    rims = np.array([frame["rim"] for frame in unpacked["frames"]])
    for moment in np.random.default_rng(1).uniform(0, 1, 20):
        shown = v8(f"moment(F, {moment})")
        np.testing.assert_allclose(shown["xy"], smooth(xy, times, moment), atol=1e-6)
        assert shown["rim"] == pytest.approx(math.exp(smooth(np.log(rims), times, moment)))


def test_class_weights_turn_the_short_way(v8, run):
    angles = np.array([frame["angles"] for frame in v8("F", DriftPlayer.of(run))["frames"]])
    assert np.abs(np.diff(angles, axis=0)).max() < math.pi
    directions = np.stack([frame["directions"] for _, _, frame in run])
    away = angles - np.arctan2(directions[..., 1], directions[..., 0])
    np.testing.assert_allclose(np.cos(away), 1, atol=1e-6)


def test_a_time_finds_its_nearest_frame(v8, run):
    times = np.array([frame["time"] for frame in v8("F", DriftPlayer.of(run))["frames"]])
    asked = np.linspace(0, 1, 23)
    found = v8(f"{asked.tolist()}.map(t => nearest(F, t))")
    assert found == [int(np.abs(times - t).argmin()) for t in asked]


@pytest.mark.parametrize("bias", [True, False])
def test_boundaries_separate_what_is_predicted_differently(v8, bias):
    run = recorded(bias=bias, seed=3)
    v8("0", DriftPlayer.of(run))
    chance = np.random.default_rng(0)
    for i in (2, 5, 11):
        rim, weight, offset, edges = v8(f"(f => [f.rim, f.weight, f.bias, boundaries(f)])(F.frames[{i}])")
        weight, offset, edges = np.reshape(weight, (-1, 2)), np.array(offset), np.reshape(edges, (-1, 6))
        assert (np.linalg.norm(edges[:, :2], axis=1) < 1 + 1e-9).all()
        middle = (edges[:, :2] + edges[:, 2:4]) / 2
        logits = rim * middle @ weight.T + offset
        tied = np.take_along_axis(logits, edges[:, 4:].astype(int), axis=1)
        np.testing.assert_allclose(tied, logits.max(1, keepdims=True).repeat(2, 1), atol=1e-6)
        angle, radius = chance.uniform(0, 2 * math.pi, (300, 2)), np.sqrt(chance.uniform(0, 1, (300, 2)))
        ends = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
        winner = (rim * ends @ weight.T + offset).argmax(-1)
        for (a, b), differs in zip(ends, winner[:, 0] != winner[:, 1], strict=True):
            assert crosses(a, b, edges).any() == differs


def crosses(a, b, edges):
    """Which of the edges (x1, y1, x2, y2, …) the way from a to b crosses."""
    c, d = edges[:, :2], edges[:, 2:4]

    def side(p, q, r):
        return np.sign(
            (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])
        )

    return (side(a, b, c) != side(a, b, d)) & (side(c, d, a) != side(c, d, b))


@pytest.mark.parametrize("bias", [True, False])
def test_hollow_points_are_those_the_head_gets_wrong(v8, bias):
    run = recorded(points=400, bias=bias)
    v8("0", DriftPlayer.of(run))
    for i, (_, metrics, frame) in enumerate(run):
        wrong = np.array(v8(f"wrongSides(F.frames[{i}], F.labels)"))
        logits = frame["embeddings"] @ frame["boundary"]["weight"].T + (frame["boundary"]["bias"] if bias else 0)
        assert (wrong != (logits.argmax(1) != frame["labels"])).sum() <= 2  # a packed point may step over a line
        assert 1 - wrong.mean() == pytest.approx(metrics["accuracy"], abs=0.006)


def test_without_a_boundary_nothing_is_called_wrong(v8, run):
    bare = [(step, metrics, {**frame, "boundary": None}) for step, metrics, frame in run]
    wrong, edges = v8("[wrongSides(F.frames[3], F.labels), boundaries(F.frames[3])]", DriftPlayer.of(bare))
    assert not any(wrong)
    assert edges == []


def test_seats_keep_apart_and_pass_each_other_smoothly(v8):
    room = 0.12
    seats = np.array(v8(f"Array.from({{ length: 401 }}, (_, i) => apart([0, (i - 200) / 1000, 2], {room}))"))
    gap, step = seats[:, 1] - seats[:, 0], np.abs(np.diff(seats, axis=0)).max()
    assert step < 0.006
    assert np.abs(gap[np.abs(np.arange(401) - 200) > 40]).min() > 0.95 * room
    np.testing.assert_allclose(seats[:, 2], 2)
    np.testing.assert_allclose(seats[[0, -1], 1], [-0.2, 0.2])


def test_the_widest_gap_is_found_across_the_turn(v8):
    assert v8("widestGap([-0.5, 0.4, 1.5, 2.5])") == pytest.approx((2.5 + 2 * math.pi - 0.5) / 2)
    assert math.cos(v8("widestGap([2, -2, 9])") - 0) == pytest.approx(math.cos((-2 + 2) / 2), abs=0.1)


@pytest.mark.parametrize("epochs", [1, 2, 3, 20])
def test_the_time_axis_has_room_for_its_marks(v8, epochs):
    marks = np.array(v8(f"epochTicks({epochs}, 0.1)"))
    assert marks[0].tolist() == [0, 0]
    assert marks[-1].tolist() == [epochs, 1]
    assert (np.diff(marks[:, 1]) >= 0.1).all()
    np.testing.assert_allclose(marks[:, 1], np.sqrt(marks[:, 0] / epochs))


def test_the_sentence_holds_the_numbers_of_the_frame(v8, run):
    v8("0", DriftPlayer.of(run))
    for i, (step, metrics, _) in enumerate(run):
        said = v8(f"sentence(F, {i}, false)").replace("*", "")
        assert said.startswith(f"Step {step} of {STEPS}")
        assert f"{100 * metrics['accuracy']:.1f} % of these 120 digits on the right side" in said
        assert f"stands {math.degrees(metrics['theta']):.1f}° from its class weight" in said
        assert "‖x‖ = " in said
    assert "before training" in v8("sentence(F, 0, false)")


def test_one_class_is_told_of_its_digits_and_its_turn(v8, run):
    player = DriftPlayer.of(run)
    last = len(run) - 1
    said = v8(f"classSentence(F, {last}, 2, wrongSides(F.frames[{last}], F.labels))", player)
    turned = v8(f"F.frames[{last}].angles[2] - F.frames[0].angles[2]")
    assert f"its weight has turned {abs(math.degrees(turned)):.1f}° since step 0" in said
    assert re.search(r"Class 2: \d+ of its 24 digits", said)


def test_a_class_without_points_is_said_to_have_none(v8, run):
    spare = np.where(run[0][2]["labels"] == 2, 1, run[0][2]["labels"])
    film = [(step, metrics, {**frame, "labels": spare}) for step, metrics, frame in run]
    said = v8("classSentence(F, 0, 2, wrongSides(F.frames[0], F.labels))", DriftPlayer.of(film))
    assert "none of these digits belongs to it" in said


def test_a_diverged_run_is_a_sentence(v8, run):
    broken = [(step, metrics, blank(frame, slice(None)) if step > 200 else frame) for step, metrics, frame in run]
    player = DriftPlayer.of(broken)
    assert "diverged" in v8("sentence(F, F.frames.length - 1, false)", player)
    shown = v8("[0, 0.3, 0.67, 0.7, 1].map(t => moment(F, t).xy.some(Number.isNaN))")
    assert shown == [False, False, False, True, True]
    assert player.picture().png(dpi=30).startswith(b"\x89PNG")


def test_a_few_lost_points_are_counted_and_hide_no_other(v8, run):
    some = [(step, metrics, blank(frame, [3, 7]) if step > 200 else frame) for step, metrics, frame in run]
    player = DriftPlayer.of(some)
    assert "2 of the digits have no place" in v8("sentence(F, F.frames.length - 1, false)", player)
    assert v8("[...moment(F, 0.72).xy].filter(Number.isNaN).length") == 4
    assert v8("wrongSides(moment(F, 1), F.labels)[3]") == 1


def test_numbers_that_are_none_are_left_out(v8, run):
    step, _, frame = run[4]
    player = DriftPlayer.of([(step, {"epoch": math.nan, "accuracy": math.nan, "theta": math.inf}, frame)])
    assert v8("sentence(F, 0, false)", player).replace("*", "").startswith(f"Step {step}: the rim is at ‖x‖ = ")
    assert "NaN" not in json.dumps(player.state())


@pytest.mark.parametrize(("count", "said"), [(0, "No frame was recorded"), (1, "This is the only frame.")])
def test_a_film_may_be_short(v8, run, count, said):
    player = DriftPlayer.of(run[:count])
    assert said in v8("sentence(F, 0, false)", player)
    assert "data:image/png" in player.html()
    assert player.alt.endswith(".")


def test_points_that_are_all_alike_have_a_picture(v8, run):
    frame = {**run[0][2], "embeddings": np.zeros((120, 2))}
    player = DriftPlayer.of([(0, {"epochs": 1, "epoch": 0}, frame)])
    assert v8("[F.frames[0].rim, F.frames[0].broken]", player) == [1, False]


def test_the_whole_film_is_small():
    film = recorded(points=500, classes=10, moments=30)
    assert len(DriftPlayer.of(film).html()) < 150_000
    assert len(pack_frame(film[0][2])) == 4 * (1 + 20 + 20 + 10) + 3 * 500
    drift = np.random.default_rng(0).normal(size=(30, 10, 2)).cumsum(0)
    centred = [(step, metrics, {**frame, "centers": c}) for (step, metrics, frame), c in zip(film, drift, strict=True)]
    assert len(DriftPlayer.of(centred).html()) < 180_000


def test_the_page_carries_every_trait(run):
    player = DriftPlayer.of(run)
    player.labels = base64.b64decode("ALTSTILLMODULESTATEMARK+")  # letters of base64 that the page's template uses too
    state = re.search(r"^figure.stand\(figure, home, (\{.*\}), ''\);", player.html(), flags=re.MULTILINE)[1]
    assert json.loads(state) == player.state()
    assert len(base64.b64decode(json.loads(state)["film"])) == len(player.film)


def test_a_film_grows_as_a_callback(run):
    player = DriftPlayer()
    for step, metrics, frame in run:
        player(step, metrics, frame)
    assert same(player, DriftPlayer.of(run))


def test_fit_fills_it_and_a_run_from_the_cache_does_so_again(cache_folder, v8):
    torch.manual_seed(0)
    parts = [LabelledImages(torch.rand(n, 1, 28, 28), torch.arange(n) % 3) for n in (64, 20, 20)]
    data, films = ImageData(*parts, num_classes=3, digest="noise"), []
    for _ in range(2):
        torch.manual_seed(0)
        with DriftPlayer() as film:
            fit(EmbeddingNet(2, width=2), SoftmaxLoss(3, 2), data, epochs=4, callback=film)
        films.append(film)
    assert same(*films)
    assert [note["step"] for note in films[0].notes] == [0, 1, 2, 3, 4]
    assert v8("sentence(F, 4, false)", films[0]).startswith("Step *4* of 4 (epoch 4.0): *")


def test_a_step_before_the_last_starts_a_new_film_and_the_same_step_replaces(run):
    player = DriftPlayer.of([*run, *run[:3]])
    assert same(player, DriftPlayer.of(run[:3]))
    assert same(DriftPlayer.of([*run[:3], run[2]]), DriftPlayer.of(run[:3]))


def test_a_block_keeps_what_was_reached_whatever_ends_it(run, capsys):
    with pytest.raises(KeyboardInterrupt), DriftPlayer() as player:
        for step, metrics, frame in run[:7]:
            player(step, metrics, frame)
        assert player.live
        raise KeyboardInterrupt
    assert not player.live
    assert same(player, DriftPlayer.of(run[:7]))
    assert capsys.readouterr().out == ""  # no notebook, nothing to show


def test_a_second_block_starts_afresh(run):
    player = DriftPlayer.of(run)
    with player:
        assert player.notes == []
        player(*run[0])
    assert len(player.notes) == 1


@pytest.fixture
def notebook():
    """An IPython of this test's own that keeps what is displayed."""
    shell = InteractiveShell.instance(display_pub_class=CapturingDisplayPublisher)
    yield shell.display_pub.outputs
    InteractiveShell.clear_instance()


def test_a_notebook_saves_the_whole_film_in_place_of_the_live_view(run, notebook):
    with DriftPlayer() as player:
        for step, metrics, frame in run:
            player(step, metrics, frame)
    shown, saved = notebook
    assert shown["transient"] == saved["transient"]
    assert not shown["update"]
    assert saved["update"]
    assert shown["data"]["text/plain"] == DriftPlayer().alt
    assert saved["data"]["text/html"] == player.html()
    assert saved["data"]["text/plain"] == player.alt


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"embeddings": np.zeros((120, 3))}, r"must lie in the plane.*\(120, 3\)"),
        ({"directions": np.zeros((5, 10, 2))}, r"must lie in the plane.*\(5, 10, 2\)"),
        ({"embeddings": np.zeros((9, 2)), "labels": np.zeros(9, int)}, "as many points and classes.* 9 points"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_one_sentence(run, change, said):
    player = DriftPlayer.of(run[:2])
    step, metrics, frame = run[2]
    with pytest.raises(ValueError, match=said):
        player(step, metrics, {**frame, **change})
    assert len(player.notes) == 2
