import base64
import json
import math
import re

import numpy as np
import pytest
import torch
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from py_mini_racer import MiniRacer

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import DriftPlayer
from lessons_lib.explorers.base import join_modules
from lessons_lib.explorers.drift_player import pack_frame
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit

CLASSES, STEPS = 5, 400
STEP = 1 / 2047  # the finest place a packed coordinate knows, in units of the rim


def recorded(points=120, classes=CLASSES, moments=12, bias=True, seed=0):
    """A made-up training: points grow outwards to their class weight, which turns by up to two radians meanwhile."""
    chance = np.random.default_rng(seed)
    labels = np.arange(points) % classes
    start, turned = chance.uniform(-math.pi, math.pi, classes), chance.uniform(-2, 2, classes)
    noise, offset = chance.normal(size=(points, 2)), chance.normal(size=classes)
    film = []
    for share in np.linspace(0, 1, moments) ** 2:
        angle = start + turned * math.sqrt(share)
        directions = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (0.5 + share)
        embeddings = 30 * share * directions[labels] + (0.1 + 2 * share) * noise
        deciding = (directions, offset if bias else None)
        logits = embeddings @ directions.T + (offset if bias else 0)
        lengths = np.linalg.norm(embeddings, axis=1) * np.linalg.norm(directions, axis=1)[labels]
        theta = np.arccos(np.clip((embeddings * directions[labels]).sum(1) / lengths, -1, 1)).mean()
        metrics = {"epoch": 2 * share, "epochs": 2, "loss": math.nan, "scale": 1.0, "theta": float(theta)}
        metrics["accuracy"] = float((logits.argmax(1) == labels).mean())
        frame = {"embeddings": embeddings.astype(np.float32), "labels": labels, "directions": directions}
        frame["boundary"] = dict(zip(("weight", "bias"), deciding, strict=True))
        film.append((round(STEPS * share), metrics, frame))
    return film


def centred(run, seed=5):
    """The same training with class centres, which run after the class means from where chance put them."""
    centers, film = np.random.default_rng(seed).normal(size=(CLASSES, 2)), []
    for step, metrics, frame in run:
        if step:
            means = [frame["embeddings"][frame["labels"] == k].mean(0) for k in range(CLASSES)]
            centers = centers + 0.3 * (means - centers)
        film.append((step, metrics, {**frame, "centers": torch.tensor(centers, dtype=torch.float32)}))
    return film


def centers_of(run):
    return np.stack([np.asarray(frame["centers"], float) for _, _, frame in run])


def blank(frame, rows):
    """The same frame, some of its embeddings not numbers."""
    embeddings = frame["embeddings"].copy()
    embeddings[rows] = math.nan
    return {**frame, "embeddings": embeddings}


@pytest.fixture(scope="module")
def run():
    return recorded()


@pytest.fixture(scope="module")
def run_with_centers(run):
    return centred(run)


@pytest.fixture(scope="module")
def v8():
    """Film and centres in V8: value of an expression in which F is the given player's film; typed arrays are lists."""
    with MiniRacer() as context:
        context.eval(join_modules("film.js", "drift_centers.js"))
        context.eval("var F; const flat = (_, v) => (ArrayBuffer.isView(v) ? [...v] : v);")

        def value(expression, player=None):
            if player is not None:
                film, labels = list(player.film), list(player.labels)
                given = (
                    f"Uint8Array.from({film}), {json.dumps(player.notes)}, Uint8Array.from({labels}), {player.classes}"
                )
                context.eval(f"F = unpack({given}); 0")
            return json.loads(context.eval(f"JSON.stringify({expression}, flat)"))

        yield value


def smooth(of, times, moment):
    """A curve (Catmull-Rom) through what was recorded at these times."""
    i = min(np.searchsorted(times, moment, side="right") - 1, len(times) - 2)
    t = (moment - times[i]) / (times[i + 1] - times[i])
    before, start, end, after = (of[np.clip(i + k, 0, len(times) - 1)] for k in (-1, 0, 1, 2))
    into = (2 * t**3 - 3 * t**2 + 1) * start + (3 * t**2 - 2 * t**3) * end
    return into + (t**3 - 2 * t**2 + t) * (end - before) / 2 + (t**3 - t**2) * (after - start) / 2


def same(one, other):
    """Whether two players hold the same film; not their difference, which nobody could read."""
    return one.state() == other.state()


def points(flat):
    return np.array([math.nan if v is None else v for v in flat]).reshape(-1, 2)


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
    state = re.search(r"^const state = (\{.*\}), heard", player.html(), flags=re.MULTILINE)[1]
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
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]
    assert "text/html" not in shown["data"]
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
