import asyncio
import json
import math
import threading

import numpy as np
import pytest
import torch
from py_mini_racer import MiniRacer

from lessons_lib.angles import safe_angle
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab, live_loop
from lessons_lib.explorers.base import join_modules
from lessons_lib.explorers.live_film import Curves, film_steps, pack_moment
from lessons_lib.explorers.live_loop import LiveLoop
from lessons_lib.explorers.live_settings import NAMES_OF_LAB
from lessons_lib.explorers.live_training import LOSSES, Examples, LiveTraining, Moment, live_head
from lessons_lib.explorers.margins import NAMES, named_head
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run

LARGEST = 120_000  # bytes an explorer may take in a notebook
MARGIN = {"sphereface": 3, "cosface": 0.12, "arcface": 0.3, "arcface_raw": 0.3}


def patterns(count=300, classes=10):
    """Images that are a pattern of their class and some noise."""
    chance = torch.Generator().manual_seed(3)
    labels = torch.arange(count) % classes
    pattern = torch.rand(classes, 1, 28, 28, generator=chance)
    return LabelledImages((pattern[labels] + 0.3 * torch.rand(count, 1, 28, 28, generator=chance)) / 1.3, labels)


@pytest.fixture(scope="module", autouse=True)
def no_loop_of_a_browser():
    """Playwright's loop counts as running as long as its browser lives, in tests of the same process as well."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="module")
def data():
    images = patterns()
    return ImageData(images, images[:60], images, num_classes=10, digest="made up")


@pytest.fixture(scope="module")
def warm(data):
    torch.manual_seed(0)
    return Run(EmbeddingNet(2, width=4), SoftmaxLoss(10, 2))


@pytest.fixture
def lab(data, warm):
    return LiveLab(data, warm)


@pytest.fixture
def training(data):
    return begun(data)


def begun(data, loss="arcface", seed=0):
    training = LiveTraining(Examples.pixels(data), data.num_classes, seed)
    training.use(loss, MARGIN.get(loss, 0.0), 16.0)
    return training


def trained(training, steps):
    for _ in range(steps):
        training.step()
    return training.moment()


@pytest.fixture(scope="module")
def v8():
    """value(expression) of the lab's modules without a page; typed arrays are lists, what is no number is null."""
    with MiniRacer() as context:
        context.eval(join_modules("core.js", *(f"{name}.js" for name in ("curves", "live_maths", "live_frames"))))
        context.eval(join_modules("live_words.js", "live_axes.js", "live_replay.js"))
        context.eval("const flat = (_, v) => (ArrayBuffer.isView(v) ? [...v] : v);")
        yield lambda expression: json.loads(context.eval(f"JSON.stringify({expression}, flat)"))


def js(value):
    return json.dumps(value)


def moment_of(weight, angles=(), **numbers):
    given = {"step": 100, "loss": 0.5, "accuracy": 0.9, "theta": 0.2, "other": 0.6, "scale": 16.0} | numbers
    return Moment(**given, weight=torch.as_tensor(weight, dtype=torch.float32), angles=torch.as_tensor(angles))


# ---- the training


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_from_pixels(data, loss):
    training = begun(data, loss)
    before = training.moment()
    after = trained(training, 30)
    assert (before.step, after.step) == (0, 30) and math.isnan(before.loss)
    assert math.isfinite(after.loss) and 0 <= after.accuracy <= 1 and after.angles.shape == (60,)
    assert not torch.equal(before.weight, after.weight)
    assert math.isnan(after.scale) == (loss in ("plain_softmax", "sphereface", "p2sgrad"))


def test_it_learns(data, training):
    assert trained(training, 150).accuracy > training_start(data).accuracy + 0.3


def training_start(data):
    return begun(data).moment()


def test_a_moment_measures_as_the_head_does(data, training):
    moment = trained(training, 20)
    embeddings = training.net(training.examples.shown)
    cosines = training.head.cosines(embeddings)
    labels = training.examples.shown_labels
    theta = safe_angle(cosines.gather(1, labels[:, None])).mean()
    assert moment.theta == pytest.approx(theta.item(), abs=1e-5)
    others = safe_angle(cosines).scatter(1, labels[:, None], math.inf).amin(1).mean()
    assert moment.other == pytest.approx(others.item(), abs=1e-4)
    assert moment.accuracy == pytest.approx(float((cosines.argmax(1) == labels).float().mean()))
    turns = torch.stack([moment.angles.cos(), moment.angles.sin()], dim=1)
    torch.testing.assert_close(turns, torch.nn.functional.normalize(embeddings.detach()))


def test_the_same_seed_trains_the_same_and_leaves_the_readers_chance_alone(data):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    one, other, third = (trained(begun(data, seed=seed), 10) for seed in (0, 0, 1))
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(one.weight, other.weight) and one.loss == other.loss
    assert not torch.equal(one.weight, third.weight)


def test_another_loss_keeps_network_class_weights_and_optimiser(data, training):
    trained(training, 10)
    net, weight, memory = training.net, training.weight, training._optimizer.state[training.weight]["exp_avg"]
    place = weight.detach().clone()
    training.use("cosface", 0.1, 16.0)
    assert training.head.weight is weight is training.weight and training.net is net
    assert torch.equal(weight, place) and training._optimizer.state[weight]["exp_avg"] is memory
    trained(training, 1)
    assert not torch.equal(weight, place) and training.steps == 11


def test_margin_and_scale_act_on_the_head_that_runs(training):
    head = training.head
    training.use("arcface", 0.5, 30.0)
    assert training.head is head and (head.margin, head.scale) == (0.5, 30.0)


def test_the_scale_of_adacos_moves_and_the_fixed_one_stays(data):
    moving, fixed = begun(data, "adacos_dynamic"), begun(data, "adacos")
    start = float(moving.head.scale)
    assert trained(fixed, 5).scale == pytest.approx(math.sqrt(2) * math.log(9))
    assert trained(moving, 5).scale != pytest.approx(start)
    scale = float(moving.head.scale)
    moving.use("adacos_dynamic", 0.4, 50.0)  # neither belongs to it
    assert float(moving.head.scale) == scale


def test_what_changes_is_noted_once_for_one_move(data, training):
    training.use("arcface", 0.4, 16.0)
    assert training.changes == []  # nothing is trained yet: nothing has an effect to look for
    trained(training, 3)
    for margin in (0.5, 0.6, 0.7):
        training.use("arcface", margin, 16.0)
        trained(training, 1)
    assert training.changes == [{"step": 3, "what": "m", "from": 0.4, "to": 0.7}]
    training.use("softmax", 0.7, 16.0)
    assert training.changes[-1] == {"step": 6, "what": "loss", "from": "arcface", "to": "softmax"}
    training.use("arcface", 0.7, 16.0)
    assert len(training.changes) == 1  # back again before a step was made


@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_what_is_no_number_stops_before_the_network_is_spoilt(training, monkeypatch, broken):
    trained(training, 2)
    before = [value.clone() for value in training.net.parameters()]
    factor = torch.tensor(math.nan if broken == "loss" else 0.0)
    forward = type(training.head).forward

    def spoilt(self, x, y):
        loss = forward(self, x, y)
        return loss * factor if broken == "loss" else loss + (x * 0).sum().sqrt()  # √0 has an infinite slope

    monkeypatch.setattr(type(training.head), "forward", spoilt)
    if broken == "gradient":
        training.weight.register_hook(lambda gradient: gradient * math.nan)
    with pytest.raises(FloatingPointError, match=f"^the {broken} is no number"):
        training.step()
    for kept, now in zip(before, training.net.parameters(), strict=True):
        assert torch.equal(kept, now)
    assert training.steps == 2


def test_features_that_are_no_numbers_are_said(training):
    training.net[0].weight.data.fill_(math.nan)
    with pytest.raises(FloatingPointError, match=r"^features of the network are no numbers any more\.$"):
        training.moment()


# ---- bytes, and the same maths in the browser


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


@pytest.mark.parametrize("loss", LOSSES)
def test_curves_and_winners_are_those_of_the_head(v8, loss):
    """Which class wins in a direction, and whether by what the loss asks for in training."""
    torch.manual_seed(1)
    margin, head = MARGIN.get(loss, 0.0), live_head(loss, MARGIN.get(loss, 0.0), 16.0, 10)
    weight, angles = head.weight.detach().double(), torch.linspace(0.01, 6.2, 97, dtype=torch.float64)
    head = head.double()
    directions = torch.stack([angles.cos(), angles.sin()], dim=1)
    with torch.no_grad():
        winners = head.logits(directions).argmax(1)
        cosines = head.cosines(directions)
    flat = f"Float64Array.from({weight.flatten().tolist()})"
    assert v8(f"readings({angles.tolist()}, {flat}, {js(loss)})") == winners.tolist()
    if loss in ("plain_softmax", "p2sgrad"):
        return  # their logits are no function of one angle
    theta = safe_angle(cosines.gather(1, winners[:, None]))
    target = head.target_logit(theta).squeeze(1)
    said = v8(f"{theta.flatten().tolist()}.map(t => targetOf({js(loss)}, t, {margin}))")
    np.testing.assert_allclose(said, target, atol=1e-9)
    enough = target > cosines.scatter(1, winners[:, None], -2).amax(1)
    if loss in MARGIN:
        turns = torch.atan2(weight[:, 1], weight[:, 0]).tolist()
        asked = f"{angles.tolist()}.map((a, i) => bears(a, {winners.tolist()}[i], {turns}, {js(loss)}, {margin}))"
        assert v8(asked) == enough.tolist()
        assert 0 < enough.sum() < len(angles)


def test_the_rim_goes_all_round_and_a_shut_out_class_has_no_part_of_it(v8):
    weight = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    arcs = v8(f"rimArcs(Float64Array.from({np.ravel(weight).tolist()}), 'arcface', 0.5)")
    assert arcs[0]["from"] == 0 and arcs[-1]["to"] == pytest.approx(2 * math.pi)
    wide = sum(arc["to"] - arc["from"] for arc in arcs if arc["enough"])
    assert wide == pytest.approx(4 * (math.pi / 2 - 0.5), abs=0.05)  # m is missing in the middle of each gap
    behind = [[5, 0], [0, 1], [-1, 0], [0, -1], [0.1, 0]]  # plain softmax: the shorter weight never wins
    flat = f"Float64Array.from({np.ravel(behind).tolist()})"
    assert v8(f"shutOut(rimArcs({flat}, 'plain_softmax', 0), 5)") == [4]
    assert v8(f"nearestWeights({flat})") == {"gap": 0, "pair": [0, 4]}


def test_labels_stand_apart_also_where_weights_coincide(v8):
    seats = np.sort(v8("seatsApart([1, 1, 1.02, -3, 3.1], 0.2)"))
    gaps = np.diff([*seats, seats[0] + 2 * math.pi])
    assert gaps.min() > 0.19


def test_the_axis_of_steps_doubles(v8):
    assert v8("[0, 500, 501, 1800].map(stepsShown)") == [500, 500, 1000, 2000]


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


# ---- words


def news(v8, weight, angles, labels, settings, rows=(), changes=(), m=0, **numbers):
    moment = {"step": 300, "loss": 0.4, "accuracy": 0.8, "theta": 0.2, "other": 0.5, "scale": 16.0} | numbers
    given = {"settings": settings, "labels": labels, "rows": list(rows), "changes": list(changes)}
    return v8(f"""(() => {{
      const weight = Float64Array.from({np.ravel(weight).tolist()}), given = {js(given)};
      const moment = {{ ...{js(moment)}, weight, angles: {js(angles)} }}, loss = given.settings.loss;
      const arcs = rimArcs(weight, loss, {m}), read = readings(moment.angles, weight, loss);
      return newsSentences({{ ...given, moment, read, arcs }}).map(plainly);
    }})()""")


ARC = {"loss": "arcface", "margins": {"arcface": 0.2}, "scale": 16, "source": "pixels"}
SQUARE = [[1, 0], [0, 1], [-1, 0], [0, -1]]


def test_a_lost_class_and_two_weights_in_one_place_are_said(v8):
    weight = [[1, 0], [math.cos(0.05), math.sin(0.05)], [-1, 0]]
    told = news(v8, weight, [0.0, 0.0, 0.0, 3.1], [0, 1, 1, 2], ARC)
    assert told == [
        "Class 1 is lost: 0 of its 2 digits are read right, most are taken for 0.",
        "The weights of 0 and 1 stand 2.9° apart: hardly a direction tells the two from each other.",
    ]


def test_many_lost_classes_are_counted(v8):
    told = news(v8, [*SQUARE, [1, 1]], [3.1] * 5, [0, 1, 2, 3, 4], ARC)
    assert told[0] == "4 of 5 classes are lost: hardly a digit 0, 1, 3 and 4 is read right."


def test_a_scale_that_runs_away_is_said(v8):
    rows = [{"step": 0, "scale": 3.1}]
    told = news(v8, SQUARE, [0.0], [0], {**ARC, "loss": "adacos_dynamic"}, rows, scale=2.5e28)
    assert told[0].startswith("AdaCos’s scale runs away: from 3.10 to 2.5·10²⁸;")


def test_a_margin_without_room_is_said(v8):
    told = news(v8, SQUARE, [0.0], [0], {**ARC, "margins": {"arcface": 0.8}}, m=0.8)
    assert told == []  # four right angles hold more than that
    ten = [[math.cos(2 * math.pi * k / 10), math.sin(2 * math.pi * k / 10)] for k in range(10)]
    told = news(v8, ten, [0.0], [0], {**ARC, "margins": {"arcface": 0.8}}, m=0.8)
    assert told[0].startswith("No direction on this circle satisfies m = 0.80 rad (45.8°): the class weights stand")


def test_what_a_change_brought_is_said(v8):
    rows = [{"step": 200, "loss": 0.5, "accuracy": 0.9, "theta": math.radians(12.3), "scale": 16}]
    changes = [{"step": 200, "what": "m", "from": 0.2, "to": 0.5}]
    told = news(v8, SQUARE, [0.0], [0], ARC, rows, changes, theta=math.radians(8.1))
    assert told == ["Since m 0.20 → 0.50, 100 steps ago: 12.3° → 8.1° to the own weight, 90.0 % → 80.0 % read right."]


def test_a_loss_that_falls_for_nothing_is_said(v8):
    rows = [{"step": step, "loss": 0.9, "accuracy": 0.8, "theta": 0.2, "scale": 16} for step in (150, 250)]
    told = news(v8, SQUARE, [0.0], [0], ARC, rows)
    assert told == [
        "In 150 steps the loss fell from 0.90 to 0.40, but the share read right did not rise: 80.0 % → 80.0 %."
    ]


def test_before_training_it_says_so(v8):
    assert news(v8, SQUARE, [0.0], [0], ARC, step=0) == [
        "Nothing is trained yet: class weights and digits lie as chance put them."
    ]


def test_where_it_stands_is_said_in_numbers(v8):
    moment = {"step": 430, "loss": 0.432, "accuracy": 0.932, "theta": 0.2, "other": 0.5, "scale": 16}
    said = v8(f"plainly(stateSentence({{ moment: {js(moment)}, settings: {js(ARC)}, points: 500 }}))")
    assert said == (
        "Step 430, ArcFace, m = 0.20 rad (11.5°), s = 16, from raw pixels: 93.2 % of these 500 digits are read right; "
        "11.5° to the own class weight on average, 28.6° to the nearest other; the loss is 0.43."
    )


def test_sizes_of_all_kinds_can_be_read(v8):
    assert v8("[0.4321, 12.34, 1234, 2.5e28, 0.00001, NaN].map(v => plainly(sized(v)))") == [
        *("0.43", "12.3", "1234", "2.5·10²⁸", "1.0·10⁻⁵", "–")
    ]


# ---- the lab without a notebook


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
    assert one.html() == other.html()
    assert len(one.html()) < LARGEST
    assert recorded_lab(data, seed=1).html() != one.html()


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


def test_words_for_losses_mean_what_they_mean_in_the_other_explorers(v8):
    """A figure's word stands for the same head everywhere, and is said by the same name."""
    torch.manual_seed(0)
    for loss in ("softmax", "cosface", "arcface", "adacos", "p2sgrad"):
        live, other = live_head(loss, 0.1, 16.0, 5), named_head(loss, 0.1, 16.0, 5, 2)
        assert type(live) is type(other) and live.extra_repr() == other.extra_repr()
    names = {loss: kind["name"] for loss, kind in v8("KINDS").items()}
    assert names == NAMES_OF_LAB and list(names) == list(LOSSES)
    assert {loss: name for loss, name in names.items() if loss in NAMES} == NAMES


def test_what_one_browser_window_sets_is_told_to_the_others(lab, monkeypatch):
    sent = []
    monkeypatch.setattr(lab, "send", sent.append)
    front_end(lab, {"set": {"loss": "cosface", "film": "not a setting"}, "by": "one"})
    front_end(lab, {"painted": 1})
    assert lab.loss == "cosface" and sent == [{"set": {"loss": "cosface"}, "by": "one"}]


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


# ---- the loop: what a front end says is served while it trains


def front_end(lab, content):
    lab._handle_custom_msg(content, [])


async def until(true):
    while not true():
        await asyncio.sleep(0.001)


def in_notebook(data, warm, story):
    """Run a story with a lab on an event loop whose browser paints every frame; 30 seconds are more than enough."""

    async def go():
        lab = LiveLab(data, warm, speed=2)
        lab.observe(lambda change: front_end(lab, {"painted": lab._frames}), "frame")
        await story(lab)

    asyncio.run(asyncio.wait_for(go(), 30))


def test_settings_are_served_while_it_plays_and_the_last_one_trains(data, warm):
    async def story(lab):
        seen = []
        lab.observe(lambda change: seen.append(change.new["arcface"]), "margins")
        lab.play()
        await until(lambda: lab.steps > 2)
        margins = [round(0.21 + 0.01 * i, 2) for i in range(12)]
        for margin in margins:
            here = lab.steps
            front_end(lab, {"set": {"margins": {**lab.margins, "arcface": margin}, "film": b"not a setting"}})
            await until(lambda here=here: lab.steps > here)
        assert seen == margins and lab._training.head.margin == margins[-1] and lab.film == b""
        lab.pause()
        await until(lambda: lab._loop._task.done())

    in_notebook(data, warm, story)


def test_pause_rests_step_steps_and_reset_begins_anew(data, warm):
    async def story(lab):
        lab.playing = True
        await until(lambda: lab.steps > 2)
        front_end(lab, {"do": "reset"})
        await until(lambda: lab.steps <= 2)
        lab.playing = False
        await until(lambda: lab._loop._task.done())
        frames, steps = lab._frames, lab.steps
        await asyncio.sleep(0)
        assert (lab._frames, lab.steps) == (frames, steps)
        front_end(lab, {"do": "step"})
        await until(lambda: lab.steps == steps + lab.speed)
        lab.source = "trunk"
        await until(lambda: lab.steps == 0)
        assert lab.run(3)["step"] == 3

    in_notebook(data, warm, story)


def test_an_error_stops_the_loop_and_is_told(data, warm):
    async def story(lab):
        lab.play()
        await until(lambda: lab.steps > 2)
        lab._training.net[0].weight.data.fill_(math.nan)
        await until(lambda: not lab.playing)
        assert lab.problem.startswith("Training stopped at step ") and isinstance(lab.error, ValueError)
        await until(lambda: lab._loop._task.done())
        front_end(lab, {"do": "reset"})
        await until(lambda: lab.problem == "")
        assert lab.steps == 0 and lab.error is None

    in_notebook(data, warm, story)


def test_nobody_looking_pauses_it(data, warm, monkeypatch):
    async def go():
        monkeypatch.setattr(live_loop, "_PATIENCE", 0)
        lab = LiveLab(data, warm)
        lab.play()
        await until(lambda: not lab.playing)
        assert lab.problem == f"Paused at step {lab.steps}: for a while nobody was looking. Play goes on."

    asyncio.run(asyncio.wait_for(go(), 30))


def test_work_is_done_on_the_main_thread_whoever_asks():
    async def go():
        threads, done = [], []
        loop = LiveLoop(lambda: 0, lambda: False, done.append, lambda: None)
        asked = threading.Thread(target=loop.do, args=(lambda: threads.append(threading.current_thread()),))
        asked.start()
        await until(lambda: threads)
        asked.join()
        assert threads == [threading.main_thread()] and done == []

    asyncio.run(asyncio.wait_for(go(), 30))


def test_frames_wait_for_the_browser(monkeypatch):
    monkeypatch.setattr(live_loop, "_INTERVAL", 0)
    monkeypatch.setattr(live_loop, "_BREATH", 0)

    async def go():
        sent, going = [], [True]

        def work():
            sent.append(len(sent) + 1)
            return sent[-1]

        loop = LiveLoop(work, lambda: going[0], sent.append, lambda: None)
        loop.do()
        await until(lambda: len(sent) == 3)  # one to paint, two on the way
        for _ in range(50):  # turns of the loop, in which others could have been sent
            await asyncio.sleep(0)
        assert len(sent) == 3
        loop.painted(2)
        await until(lambda: len(sent) == 5)
        going[0] = False
        loop.do()
        await until(lambda: loop._task.done())

    asyncio.run(asyncio.wait_for(go(), 30))
