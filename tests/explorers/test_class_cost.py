"""ClassCost's maths in V8 against lessons_lib.class_cost, and that it says and paints what is set."""

import json
import math

import numpy as np
import pytest
from traitlets import TraitError

from lessons_lib import class_cost as cost
from lessons_lib.class_cost import MACHINES, SpreadHead
from lessons_lib.explorers import ClassCost
from lessons_lib.explorers.class_cost.explorer import FEWEST, MOST
from lessons_lib.explorers.class_cost.numbers import bytes_of, seconds_of
from tests.explorers.modules import modules
from tests.explorers.plots import PEN, assert_apart

NAMES = ("num_classes", "embedding_size", "batch", "processes", "share", "loss")
POINT = {"num_classes": 1_000_000, "embedding_size": 64, "batch": 128, "processes": 2}
POINTS = [
    POINT | {"memory": 1.38e9, "seconds": 1.5, "sent": 34e3},
    POINT | {"processes": 1, "memory": 2.8e9, "seconds": 3.1},
    POINT | {"num_classes": 100_000, "memory": 0.15e9},
    POINT | {"share": 0.1, "memory": 0.8e9},
]
PAINTER = (
    PEN
    + """
function painted(width, p, more = {}) {
  written.length = 0;
  const { frame, ring } = paintCost(brush(), width, { p, look, given, points: [], focus: true, hover: false, ...more });
  return { written: [...written], frame, ring };
}
"""
)


@pytest.fixture(scope="module")
def v8():
    state = ClassCost().state()
    given = json.dumps({name: state[name] for name in ("counts", "machines")})
    setup = f"var given = {given}; {PAINTER}"
    with modules("class_cost/view.js", "class_cost/controls.js", setup=setup) as value:
        yield value


def params(**other):
    usual = {"loss": "softmax", "machine": "cpu", "share": 1.0, **POINT}
    return usual | other


def head_of(p):
    return SpreadHead(**{name: p[name] for name in NAMES})


def walk():
    """Settings of all kinds, some of them at their ends."""
    for classes in (100, 1_001, 999_999, 100_000_000):
        for processes in (1, 2, 3, 64, 1024):
            for d, batch, share in ((2, 1, 1.0), (64, 128, 0.1), (512, 4096, 0.001), (4096, 65_536, 1.0)):
                for loss in ("softmax", "p2sgrad"):
                    for machine in MACHINES:
                        sizes = {"num_classes": classes, "processes": processes, "embedding_size": d, "batch": batch}
                        yield params(**sizes, share=share, loss=loss, machine=machine)


def test_memory_time_and_bytes_are_pythons(v8):
    all_of = list(walk())
    found = v8(
        "all.map(p => [memoryParts(p, given), timeParts(p, given), sentBy(p), sentByCopies(p), sumOf(sentParts(p))])",
        all=all_of,
    )
    for p, (memory, time, sent, copies, parts) in zip(all_of, found, strict=True):
        head, machine = head_of(p), MACHINES[p["machine"]]
        assert memory == pytest.approx(cost.memory(head), rel=1e-12)
        assert list(time.values()) == pytest.approx(list(cost.time(head, machine).values()), rel=1e-12)
        assert [sent, copies] == pytest.approx([cost.sent(head), cost.sent_by_copies(head)], rel=1e-12)
        assert parts == pytest.approx(sent)


def test_the_fewest_processes_fit_and_one_fewer_do_not(v8):
    for p in walk():
        found, room = v8(f"fewest({json.dumps(p)}, given)"), MACHINES[p["machine"]].memory

        def needs(processes, p=p):
            return sum(cost.memory(head_of(p | {"processes": processes})).values())

        if found is None:
            assert needs(10_000) > room
        else:
            assert needs(found) <= room and (found == 1 or needs(found - 1) > room)


def test_the_most_classes_fit_and_a_little_more_do_not(v8):
    for p in walk():
        found, room = v8(f"mostClasses({json.dumps(p)}, given)"), MACHINES[p["machine"]].memory

        def needs(classes, p=p):
            return sum(cost.memory(head_of(p | {"num_classes": classes})).values())

        if found is None:
            assert needs(100) > room
        elif found < 9e11:
            assert needs(int(found)) <= room < needs(int(1.11 * found))


def test_numbers_are_written_alike_in_both_languages(v8):
    values = [0.7, 1, 999.4, 999.6, 1e3, 34_816, 1.408e9, 9.9949e9, 9.996e9, 99.96e6, 2.5e12, 3e15]
    assert v8(f"{json.dumps(values)}.map(bytesText)") == [bytes_of(value) for value in values]
    values = [1e-9, 2e-7, 9e-5, 6.3e-4, 0.0341, 0.9999, 2.7, 59.98, 3_599.9, 4e4, 1e6, 1e9]
    assert v8(f"{json.dumps(values)}.map(secondsText)") == [seconds_of(value) for value in values]
    assert [bytes_of(1.408e9), bytes_of(34_816), bytes_of(512)] == ["1.41 GB", "34.8 kB", "512 bytes"]
    assert [seconds_of(2.7), seconds_of(9e-5), seconds_of(800)] == ["2.70 s", "90.0 µs", "13.3 min"]


def test_keys_step_through_round_numbers_and_a_drag_rests_where_something_was_measured(v8):
    steps = v8("CLASS_STEPS")
    assert (steps[0], steps[-1], len(steps)) == (FEWEST, MOST, 61) == (v8("FEWEST"), v8("MOST"), 61)
    ratios = np.array(steps[1:]) / np.array(steps[:-1])
    assert ratios.min() > 1.24 and ratios.max() < 1.3
    asked = [(1_000_000, 1), (1_000_000, -1), (1_100_000, 1), (1_100_000, -1), (100, -1), (1e8, 10), (1e6, -10)]
    assert v8(f"{json.dumps(asked)}.map(([now, by]) => steppedClasses(now, by))") == [
        1_250_000, 800_000, 1_250_000, 1_000_000, 100, 100_000_000, 100_000,
    ]  # fmt: skip
    assert v8("[restedClasses(1234567, [], 0), restedClasses(1e9, [], 0), restedClasses(3, [], 0)]") == [
        1.2e6,
        1e8,
        100,
    ]
    assert v8("[restedClasses(1.03e6, [999999], 0.02), restedClasses(1.1e6, [999999], 0.02)]") == [999_999, 1.1e6]


@pytest.mark.parametrize("machine", MACHINES)
def test_points_lie_on_the_curves_that_they_belong_to(v8, machine):
    figure = ClassCost(POINTS, machine=machine)
    p = figure.settings
    for what in ("memory", "seconds", "sent"):
        found = v8(f"measuredFor({json.dumps(figure.points)}, {json.dumps(p)}, '{what}')")
        assert found == [point for point in figure.points if what in point and figure._belongs(point, what)]
    memory = v8(f"measuredFor({json.dumps(figure.points)}, {json.dumps(p)}, 'memory')")
    assert [point["memory"] for point in memory] == [1.38e9, 2.8e9, 0.15e9]  # not the one with fewer negatives
    seconds = v8(f"measuredFor({json.dumps(figure.points)}, {json.dumps(p)}, 'seconds')")
    assert [point["seconds"] for point in seconds] == ([1.5, 3.1] if machine == "cpu" else [])


def told(v8, p, **more):
    state = "{ p, given, points: [], ...more }"
    return v8(f"[roomAndChange({state}), stepSentence({state})].map(t => t.replace(/<[^>]*>/g, ''))", p=p, more=more)


def test_it_says_who_could_hold_it(v8):
    for given, words in [
        ({}, "2 processes: 1.41 GB each, where one alone would need 2.82 GB; a process has 12 GB, so either fits."),
        ({"num_classes": 5_000_000}, "2 processes: 7.04 GB each. One alone could not hold it: it would need 14.1 GB,"),
        ({"num_classes": 10_000_000}, "2 processes: 14.1 GB each, but a process has 12 GB: they could not hold it."),
        ({"num_classes": 10_000_000}, "3 would be enough."),
        ({"processes": 1}, "One process needs 2.82 GB, and a process has 12 GB: it can hold all 1,000,000 classes."),
        ({"processes": 1, "num_classes": 10**7}, "One process would need 28.2 GB, and a process has 12 GB: it could"),
        ({}, "These 2 hold up to C = 8,500,000."),
    ]:  # fmt: skip
        assert words in told(v8, params(**given))[0]


def test_it_says_what_a_step_takes_and_sends(v8):
    step = told(v8, params())[1]
    assert "A step of the head takes 1.78 s (one process: 3.52 s), 86 % of it for memory traffic." in step
    assert (
        "Each process sends 35.8 kB, however many classes there are; had each all weights, it would be 256 MB" in step
    )
    assert "5 of the 8 exchanges, 7 % of the bytes" in step
    own = told(v8, params(loss="p2sgrad"))[1]
    assert (
        "P2SGrad needs no sum over all classes: 3 exchanges, where a softmax has 8." in own
        and "It wants d ≥ C, and has not." in own
    )
    assert "It wants" not in told(v8, params(loss="p2sgrad", num_classes=100, embedding_size=128))[1]
    assert told(v8, params(processes=1))[1].endswith("Nothing is sent.")
    assert "100 % of it for waiting for messages" in told(v8, params(num_classes=100, processes=64, batch=16))[1]


def test_it_says_what_was_measured_and_how_far_off_the_model_is(v8):
    points = ClassCost(POINTS).points
    measured = told(v8, params(), points=points)[1].split(" Measured here: ")[1]
    assert measured == "memory 1.38 GB (model +2 %), time 1.50 s (model +19 %), sent 34.0 kB (model +5 %)."
    assert "Measured" not in told(v8, params(num_classes=50_000), points=points)[1]


def test_it_says_what_a_gesture_did(v8):
    changed = told(v8, params(processes=4), before=params())[0]
    assert "R 2 → 4: memory 1.41 GB → 704 MB, time 1.78 s → 939 ms, sent 35.8 kB → 53.8 kB." in changed
    assert "sent 35.8 kB as before" in told(v8, params(num_classes=10_000), before=params())[0]
    assert "→" not in told(v8, params(), before=params())[0] + told(v8, params(), before={})[0]


def test_no_sentence_has_a_number_that_is_none(v8):
    for p in walk():
        for text in told(v8, p, before=params()):
            assert not any(word in text for word in ("NaN", "undefined", "Infinity", "null")), (text, p)


@pytest.mark.parametrize("width", [330, 386, 460, 640])
def test_no_words_stand_on_others(v8, width):
    for p in (*walk(), *(params(num_classes=int(c)) for c in np.geomspace(100, 1e8, 25))):
        painted = v8(f"painted({width}, {json.dumps(p)})")
        assert_apart(painted["written"], width)
        left, right = painted["frame"]["left"], painted["frame"]["right"]
        assert left <= painted["ring"][0] <= right
        memory = painted["frame"]["plots"]["memory"]
        assert memory["top"] <= painted["ring"][1] <= memory["floor"]


def test_the_ring_stands_where_the_model_says(v8):
    """And all axes are where they were, whatever is set."""
    plots = None
    for p in (params(), params(num_classes=10_000, processes=8), params(machine="h100", embedding_size=512)):
        painted = v8(f"painted(640, {json.dumps(p)})")
        frame, (x, y) = painted["frame"], painted["ring"]
        assert plots in (None, frame["plots"])
        plots = frame["plots"]
        share = math.log10(p["num_classes"] / 100) / 6
        assert x == pytest.approx(frame["left"] + share * (frame["right"] - frame["left"]))
        memory = frame["plots"]["memory"]
        up = math.log10(sum(cost.memory(head_of(p)).values()) / 1e5) / 8
        assert y == pytest.approx(memory["floor"] - up * (memory["floor"] - memory["top"]))


def test_it_begins_where_something_was_measured():
    figure = ClassCost(POINTS)
    assert figure.settings == {
        "loss": "softmax", "machine": "cpu", "num_classes": 1_000_000, "embedding_size": 64, "processes": 2,
        "batch": 128, "share": 1.0,
    }  # fmt: skip
    assert ClassCost(POINTS, processes=4, machine="h100").settings["processes"] == 4
    assert ClassCost().settings["machine"] == "h100"


@pytest.mark.parametrize(("wrong", "words"), [
    ({"memory": 0.0}, "memory of a point must be a number above 0, got 0.0"), ({"memory": math.nan}, "memory of a"),
    ({"sent": "much"}, "sent of a point"), ({"processes": 0, "memory": 1.0}, "processes of a point"),
    ({}, "a point needs num_classes, embedding_size, batch, processes and one of memory, seconds, sent"),
    ({"memory": 1.0, "batch": 1.5}, "batch of a point must be a whole number, got 1.5"),
    ({"memory": 1.0, "num_classes": 50}, "num_classes of a point must lie in 100..100000000, got 50"),
    ({"memory": 1.0, "share": 2.0}, "share must be above 0 and at most 1"),
    ({"memory": 1.0, "machine": "mine"}, "machine of a point must be one of cpu, h100"),
    ({"memory": 1.0, "loss": "arcface"}, "loss must be one of softmax, p2sgrad"),
])  # fmt: skip
def test_points_that_are_none_are_refused_in_a_sentence(wrong, words):
    with pytest.raises(ValueError, match=words):
        ClassCost([POINT | wrong])


def test_a_point_keeps_only_what_is_shown():
    (kept,) = ClassCost([POINT | {"memory": 5, "images_a_second": 3.0}]).points
    assert kept == POINT | {"memory": 5.0, "share": 1.0, "loss": "softmax", "machine": "cpu"}


def test_traits_are_checked():
    figure = ClassCost()
    for name, wrong, words in [
        ("num_classes", 99, "num_classes must lie in 100..100000000"), ("num_classes", 100.5, "num_classes must lie"),
        ("processes", 0, "processes must lie in 1..1024"), ("share", 0.0, "share must lie in 0.001..1"),
        ("embedding_size", 1, "embedding_size must"), ("batch", 0, "batch must"), ("loss", "arcface", "one of softmax"),
        ("machine", "mine", "machine must be one of cpu, h100"), ("share", math.nan, "share must"),
    ]:  # fmt: skip
        with pytest.raises(TraitError, match=words):
            setattr(figure, name, wrong)


def test_settings_go_out_and_come_back():
    sent = ClassCost(POINTS, num_classes=5_000, share=0.1, loss="p2sgrad")
    other = ClassCost()
    other.use(json.dumps(sent.settings))
    assert other.settings == sent.settings
    for wrong in ('{"share": 0}', '{"processes": 1.5}', '{"loss": "softmax", "machine": "x"}', "[1]"):
        with pytest.raises(ValueError):
            other.use(wrong)
        assert other.settings == sent.settings


def test_it_has_a_still_picture_and_a_small_page():
    figure = ClassCost(60 * POINTS)
    assert len(figure.html().encode()) < 120_000
    assert "1,000,000 classes of 64 dimensions each process needs 1.41 GB, which it has" in figure.alt
    assert "a step takes 1.78 s and sends 35.8 kB" in figure.alt
    assert "needs 164 GB, and it has 80.0 GB" in ClassCost(processes=1).alt
    memory, seconds, sent = ClassCost(POINTS).picture().axes
    one, two = (line.get_ydata() for line in memory.get_lines()[:2])
    assert one[-1] / two[-1] == pytest.approx(2, rel=1e-3)
    assert [list(line.get_xdata()) for line in memory.get_lines() if line.get_marker() == "o"] == [
        [1_000_000, 1_000_000, 100_000]
    ]
    assert len(set(sent.get_lines()[1].get_ydata())) == 1  # bytes do not hang on C
    assert [axes.get_title() for axes in (memory, seconds, sent)] == [
        "memory a process, bytes", "time a step, seconds (CPU)", "sent a step, bytes",
    ]  # fmt: skip
    assert ClassCost(processes=1).picture().png(dpi=40).startswith(b"\x89PNG")
