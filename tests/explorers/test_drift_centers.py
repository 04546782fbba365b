import json
import math
import re

import numpy as np
import pytest

from lessons_lib.explorers import DriftPlayer
from lessons_lib.explorers.drift_player.explorer import pack_frame
from tests.explorers.films import (
    CLASSES,
    STEP,
    blank,
    centers_of,
    centred,
    film_modules,
    points,
    recorded,
    same,
    smooth,
)


@pytest.fixture(scope="module")
def v8():
    with film_modules() as value:
        yield value


@pytest.fixture(scope="module")
def run():
    return recorded()


@pytest.fixture(scope="module")
def run_with_centers(run):
    return centred(run)


def test_a_frame_without_centers_is_packed_as_ever():
    frame = {"embeddings": np.array([[3, 4], [-5, 0], [0, math.nan]]), "labels": np.array([0, 1, 1])}
    frame["directions"] = np.array([[1, 0], [0.5, -2]])
    frame["boundary"] = {"weight": frame["directions"], "bias": np.array([0.25, -1])}
    numbers = "0000a040 0000803f 00000000 0000003f 000000c0 0000803f 00000000 0000003f 000000c0 0000803e 000080bf"
    places = "ccbe65 0007ff ffffff"
    assert pack_frame(frame) == bytes.fromhex(numbers + places)
    assert pack_frame({**frame, "centers": None}) == pack_frame(frame)
    centers = "0000803f 00000040 000080bf 000000c0"
    with_centers = pack_frame({**frame, "centers": np.array([[1, 2], [-1, -2]])})
    assert with_centers == bytes.fromhex(numbers + centers + places)


def test_centers_survive_packing_and_change_nothing_else(v8, run, run_with_centers):
    plain, read = v8("F", DriftPlayer.of(run)), v8("F", DriftPlayer.of(run_with_centers))
    for i, (before, after) in enumerate(zip(plain["frames"], read["frames"], strict=True)):
        np.testing.assert_allclose(points(after.pop("centers")), centers_of(run_with_centers)[i], rtol=1e-6)
        assert after == before
    assert (plain["centred"], read["centred"]) == (False, True)
    assert "centers" not in v8("moment(F, 0.4)", DriftPlayer.of(run))


def test_centers_run_through_the_recorded_places_at_the_scale_of_the_moment(v8, run_with_centers):
    frames = v8("F", DriftPlayer.of(run_with_centers))["frames"]
    times, recorded_at = np.array([frame["time"] for frame in frames]), centers_of(run_with_centers)
    for moment in [*times, *np.random.default_rng(2).uniform(0, 1, 12)]:
        pose = v8(f"moment(F, {moment})")
        place = smooth(recorded_at, times, moment)
        place /= np.maximum(np.linalg.norm(place, axis=1, keepdims=True), pose["rim"])
        np.testing.assert_allclose(points(pose["centers"]), place, atol=1e-6)


def test_the_path_is_where_it_was_in_units_of_the_rim_as_it_is_now(v8, run_with_centers):
    frames = v8("F", DriftPlayer.of(run_with_centers))["frames"]
    times, recorded_at = np.array([frame["time"] for frame in frames]), centers_of(run_with_centers)
    for moment in (times[1], 0.43, 1):
        rim, trail = v8(f"(m => [m.rim, trails(F, {moment}, m.rim)])(moment(F, {moment}))")
        past = np.array([t for t, _ in trail])
        assert (past[0], past[-1]) == (0, moment)
        assert (np.diff(past) > 0).all()
        assert np.isin(times[times < moment], past).all()  # no corner is cut
        for t, places in trail:
            was = smooth(recorded_at, times, t)
            np.testing.assert_allclose(
                points(places), was / np.maximum(rim, np.linalg.norm(was, axis=1))[:, None], atol=1e-6
            )
        np.testing.assert_allclose(trail[-1][1], v8(f"moment(F, {moment}).centers"))


def test_a_center_that_stood_still_has_no_path_and_one_outside_is_on_the_rim(v8, run):
    still = np.array([[0.4, 0], [0, 0.1], [-0.3, 0.2], [900, 1200], [0, 0]])
    v8("0", DriftPlayer.of([(step, metrics, {**frame, "centers": still}) for step, metrics, frame in run]))
    trail = np.array([points(places) for _, places in v8("trails(F, 1, F.frames.at(-1).rim)")])
    np.testing.assert_allclose(trail, np.broadcast_to(trail[-1], trail.shape), atol=1e-7)
    np.testing.assert_allclose(trail[-1, 3], [0.6, 0.8], atol=1e-7)
    assert v8("trails(F, 0, 1).length") == 1


def test_the_sentence_says_how_tight_the_classes_stand(v8, run_with_centers):
    player = DriftPlayer.of(run_with_centers)
    v8("0", player)
    for i, (_, _, frame) in enumerate(run_with_centers):
        centers, rim = np.asarray(frame["centers"], float), v8(f"F.frames[{i}].rim")
        length = np.linalg.norm(frame["embeddings"], axis=1, keepdims=True)
        shown = frame["embeddings"] * np.minimum(1, rim / length)
        own = np.linalg.norm(shown - centers[frame["labels"]], axis=1).mean()
        near = min(np.linalg.norm(centers[j] - centers[k]) for j in range(CLASSES) for k in range(j))
        told = v8(f"spread(F.frames[{i}], F.labels)")
        assert told["own"] == pytest.approx(own, abs=rim * STEP)
        assert told["near"] == pytest.approx(near, rel=1e-6)
        said = v8(f"[sentence(F, {i}, false).replaceAll('*', ''), shortLength({told['own']}), shortLength({near})]")
        assert f"from its class weight and {said[1]} from its centre on average; " in said[0]
        assert f"the nearest two centres are {said[2]} apart; the rim is at" in said[0]
    assert (
        f"{said[1]} from the centre of their class on average; the nearest two centres {said[2]} apart." in player.alt
    )


def test_one_class_is_told_of_its_center(v8, run_with_centers):
    v8("0", DriftPlayer.of(run_with_centers))
    places = centers_of(run_with_centers)[:, 2]
    for i, (_, _, frame) in enumerate(run_with_centers):
        said = v8(f"classSentence(F, {i}, 2, wrongSides(F.frames[{i}], F.labels))")
        told = re.search(r"since step 0; its centre has moved (\S+) since then and stands (\S+) from the mean of", said)
        came = np.linalg.norm(places[i] - places[0])
        away = np.linalg.norm(places[i] - frame["embeddings"][frame["labels"] == 2].mean(0))
        assert [float(told[1]), float(told[2])] == [
            pytest.approx(length, abs=0.52 if length > 9.9 else 0.06) for length in (came, away)
        ]
    spare = np.where(frame["labels"] == 2, 1, frame["labels"])
    film = [(step, metrics, {**frame, "labels": spare}) for step, metrics, frame in run_with_centers]
    said = v8(f"classSentence(F, {i}, 2, wrongSides(F.frames[{i}], F.labels))", DriftPlayer.of(film))
    assert said.endswith(f"; its centre has moved {told[1]} since then.")


def test_a_center_that_is_not_a_number_is_left_out(v8, run_with_centers):
    film = []
    for step, metrics, frame in run_with_centers:
        centers = frame["centers"].clone()
        if step > 100:
            centers[2, 0] = math.inf if step > 200 else math.nan
        film.append((step, metrics, {**frame, "centers": centers}))
    player, last = DriftPlayer.of(film), len(film) - 1
    shown = points(v8("moment(F, 1).centers", player))
    assert np.isnan(shown).all(1).tolist() == [False, False, True, False, False]
    said = v8(f"[sentence(F, {last}, false), classSentence(F, {last}, 2, wrongSides(F.frames[{last}], F.labels))]")
    assert "NaN" not in "".join(said) + player.alt
    assert said[1].endswith("; its centre has no place: it is not a number.")
    own = v8(f"spread(F.frames[{last}], F.labels).own")
    frame = film[-1][2]
    away = np.linalg.norm(frame["embeddings"] - frame["centers"].numpy()[frame["labels"]], axis=1)
    assert own == pytest.approx(away[frame["labels"] != 2].mean(), rel=0.01)
    assert "NaN" not in json.dumps(player.state())
    assert player.picture().png(dpi=30).startswith(b"\x89PNG")
    gone = [(step, metrics, {**frame, "centers": np.full((CLASSES, 2), math.nan)}) for step, metrics, frame in film]
    assert "centre" not in v8("sentence(F, 0, false)", DriftPlayer.of(gone)) + DriftPlayer.of(gone).alt


def test_a_diverged_run_with_centers_is_a_sentence(v8, run_with_centers):
    broken = [
        (step, metrics, blank(frame, slice(None)) if step > 200 else frame) for step, metrics, frame in run_with_centers
    ]
    player = DriftPlayer.of(broken)
    assert "diverged" in v8("sentence(F, F.frames.length - 1, false)", player)
    assert np.isnan(points(v8("moment(F, 1).centers"))).all()
    assert "centre" not in player.alt
    assert player.picture().png(dpi=30).startswith(b"\x89PNG")


def test_numbers_beside_centers_run_into_nothing(v8):
    chance = np.random.default_rng(0)
    for marks in chance.uniform(0, 260, (30, 10, 2)):
        places = np.array(v8(f"numberPlaces({marks.tolist()}, 130)"))
        seen = [(k, *place[:2]) for k, pair in enumerate(places) for place in pair if place[2] > 0]
        assert len(seen) > 6
        for k, x, y in seen:
            away = np.linalg.norm(np.delete(marks, k, axis=0) - [x, y], axis=1)
            assert away.min() >= 13
            assert all(math.dist((x, y), other[1:]) >= 11 for other in seen if other[0] != k)
        assert (places[..., 2].sum(1) <= 1 + 1e-9).all()


def test_the_center_under_the_pointer_is_found(v8):
    assert v8("nearestCenter([0, 0, 0.5, 0.5, NaN, NaN], 0.5, 0.4)") == [1, pytest.approx(0.1)]
    assert v8("nearestCenter([], 0, 0)[0]") is None


def test_the_still_shows_centers_and_their_paths(run, run_with_centers):
    plain, player = DriftPlayer.of(run).picture(), DriftPlayer.of(run_with_centers)
    axes, before = player.picture().axes[0], plain.axes[0]
    assert len(axes.lines) == len(before.lines) + CLASSES  # a diamond each
    assert len(axes.collections) == len(before.collections) + 2 * CLASSES  # a path each, on a strip of paper
    rim = np.percentile(np.linalg.norm(run[-1][2]["embeddings"], axis=1), 99.5)
    diamonds = np.array([line.get_xydata()[0] for line in axes.lines if line.get_marker() == "D"])
    np.testing.assert_allclose(diamonds, centers_of(run_with_centers)[-1] / rim)


@pytest.mark.parametrize(
    ("centers", "said"),
    [
        (np.zeros((4, 2)), r"one centre in the plane for each class: centers \(5, 2\), got \(4, 2\)\.$"),
        (np.zeros((5, 3)), r"centers \(5, 2\), got \(5, 3\)\.$"),
        (np.zeros(10), r"centers \(5, 2\), got \(10,\)\.$"),
        (None, r"centers in all frames of a film or in none, got one without after frames with\.$"),
    ],
)
def test_centers_that_cannot_be_shown_are_refused_with_one_sentence(run_with_centers, centers, said):
    player = DriftPlayer.of(run_with_centers[:2])
    step, metrics, frame = run_with_centers[2]
    for again in (step, run_with_centers[1][0]):  # as a new frame and in place of the last
        with pytest.raises(ValueError, match=said):
            player(again, metrics, {**frame, "centers": centers})
        assert same(player, DriftPlayer.of(run_with_centers[:2]))


def test_centers_that_come_late_are_refused_but_not_in_a_new_film(run, run_with_centers):
    player = DriftPlayer.of(run[:2])
    with pytest.raises(ValueError, match="got one with after frames without"):
        player(*run_with_centers[2])
    player(*run_with_centers[0])
    assert same(player, DriftPlayer.of(run_with_centers[:1]))


def test_one_class_and_one_frame_with_a_center_have_a_picture(v8, run_with_centers):
    step, metrics, frame = run_with_centers[3]
    one = {**frame, "labels": np.zeros(120, int), "boundary": None}
    one |= {"directions": frame["directions"][:1], "centers": frame["centers"][:1]}
    player = DriftPlayer.of([(step, metrics, one)])
    assert "from its centre on average; the rim is at" in v8("sentence(F, 0, false)", player).replace("*", "")
    assert player.alt.endswith("from the centre of their class on average.")
    assert player.picture().png(dpi=30).startswith(b"\x89PNG")
