import math

import numpy as np
import pytest

from lessons_lib.explorers.live_lab.film import Curves, film_steps, pack_moment
from tests.explorers.live import js, live_modules, moment_of, trained


@pytest.fixture(scope="module")
def v8():
    with live_modules() as value:
        yield value


def test_moments_and_curves_survive_packing(v8, training):
    curves = Curves()
    moments = []
    for _ in range(3):
        moments.append(trained(training, 4))
        curves.add(moments[-1])
    moment = moments[-1]
    moment.angles[5] = math.nan
    frame = list(pack_moment(moment, 12) + curves.packed())
    read = v8(f"readFrame(Uint8Array.from({frame}), 10, 60)")
    assert (read["number"], read["step"]) == (12, 12)
    for name in ("loss", "accuracy", "theta", "other", "scale"):
        assert read[name] == pytest.approx(getattr(moment, name), rel=1e-6)
    np.testing.assert_allclose(np.reshape(read["weight"], (10, 2)), moment.weight, rtol=1e-6)
    assert read["angles"][5] is None
    angles = np.array([a for a in read["angles"] if a is not None])
    away = angles - moment.angles[moment.angles.isfinite()].numpy()
    np.testing.assert_allclose(np.angle(np.exp(1j * away)), 0, atol=1e-4)
    assert [row["step"] for row in read["rows"]] == [4, 8, 12]
    film = list(b"".join(map(pack_moment, moments)))
    assert [m["step"] for m in v8(f"readMoments(Uint8Array.from({film}), 10, 60)")] == [4, 8, 12]
    assert v8("readFrame(new Uint8Array(0), 10, 60)") is None


def test_curves_stay_short_and_keep_first_and_last():
    curves = Curves()
    for step in range(0, 3000, 2):
        curves.add(moment_of(np.eye(2), step=step))
    steps = [row[0] for row in curves.rows]
    assert len(steps) <= 400 and steps[0] == 0 and steps[-1] == 2998 and steps == sorted(set(steps))
    shown = curves.add(moment_of(np.eye(2), step=2998, loss=math.nan, accuracy=0.1))
    assert shown.loss == 0.5 and shown.accuracy == 0.1
    assert curves.rows[-1][:3] == [2998, 0.5, 0.1]  # shown again without a step: its loss stays


def test_a_film_is_closer_at_its_start():
    steps = film_steps(400, 40)
    assert steps[0] == 0 and steps[-1] == 400 and len(steps) == 40
    assert steps[1] - steps[0] < steps[-1] - steps[-2]


def test_settings_of_a_recording_follow_its_changes(v8, lab):
    lab.record(30, {10: {"margin": 0.5}, 20: {"loss": "cosface", "margin": 0.2}, 25: {"scale": 30}})
    told = v8(f"[0, 9, 10, 20, 25].map(step => settingsAt({js(lab.recorded)}, step))")
    assert [(now["loss"], now["margins"]["arcface"], now["scale"]) for now in told] == [
        ("arcface", 0.2, 16),
        ("arcface", 0.2, 16),
        ("arcface", 0.5, 16),
        ("cosface", 0.5, 16),
        ("cosface", 0.5, 30),
    ]


def test_a_recording_plays_pauses_steps_and_stops_at_its_end(v8):
    played = v8("""(() => {
      const film = [0, 5, 10].map(step => ({ step })), replay = replayOf(film, { problem: 'ended badly' }, () => {});
      const said = [replay.at(), replay.problem()];
      replay.play();
      for (const now of [1, 200, 400, 600]) said.push([replay.advance(now), replay.at(), replay.problem()]);
      for (const move of ['step', 'step', 'back']) { replay[move](); said.push(replay.at()); }
      replay.to(9); said.push(replay.at()); replay.reset(); said.push(replay.at(), replay.playing());
      return said;
    })()""")
    assert played == [
        *(2, "ended badly", [True, 0, ""], [True, 1, ""], [False, 2, "ended badly"], [False, 2, "ended badly"]),
        *(0, 1, 0, 2, 0, False),
    ]
    assert v8("(() => { const none = replayOf([], {}, () => {}); none.play(); none.step(); return none.at(); })()") == 0
