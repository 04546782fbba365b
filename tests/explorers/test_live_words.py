import json
import math

import numpy as np
import pytest

from lessons_lib.explorers.kit.losses import NAMES
from lessons_lib.explorers.live_lab.explorer import LOSSES, NAMES_OF_LAB
from tests.explorers.modules import modules

js = json.dumps


@pytest.fixture(scope="module")
def v8():
    with modules("live_lab/words.js", "live_lab/axes.js") as value:
        yield value


def news(v8, weight, angles, labels, settings, rows=(), changes=(), m=0, **numbers):
    moment = {"step": 300, "loss": 0.4, "accuracy": 0.8, "theta": 0.2, "other": 0.5, "scale": 16.0} | numbers
    given = {"settings": settings, "labels": labels, "rows": list(rows), "changes": list(changes)}
    return v8(f"""(() => {{
      const weight = Float64Array.from({np.ravel(weight).tolist()}), given = {js(given)};
      const loss = given.settings.loss, read = readings({js(angles)}, weight, loss);
      const moment = {{ ...{js(moment)}, weight, angles: {js(angles)}, read }}, arcs = rimArcs(weight, loss, {m});
      return newsSentences({{ ...given, moment, arcs }}).map(plainly);
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
    assert told == [
        "Since m 0.20 → 0.50, 100 steps ago: 12.3° → 8.1° to the own weight, 90.0\xa0% → 80.0\xa0% read right."
    ]


def test_a_loss_that_falls_for_nothing_is_said(v8):
    rows = [{"step": step, "loss": 0.9, "accuracy": 0.8, "theta": 0.2, "scale": 16} for step in (150, 250)]
    told = news(v8, SQUARE, [0.0], [0], ARC, rows)
    assert told == [
        "In 150 steps the loss fell from 0.90 to 0.40, but the share read right did not rise: 80.0\xa0% → 80.0\xa0%."
    ]


def test_before_training_it_says_so(v8):
    for start, lie in [
        ("random", "class weights and digits lie as chance put them"),
        ("even", "the class weights stand evenly, and the digits lie as chance put them"),
    ]:
        told = news(v8, SQUARE, [0.0], [0], {**ARC, "start": start}, step=0)
        assert told == [f"Nothing is trained yet: {lie}. Press play."]


def test_where_it_stands_is_said_in_numbers(v8):
    moment = {"step": 430, "loss": 0.432, "accuracy": 0.932, "theta": 0.2, "other": 0.5, "scale": 16}
    said = v8(f"plainly(stateSentence({{ moment: {js(moment)}, settings: {js(ARC)}, points: 500 }}))")
    assert said == (
        "Step 430, ArcFace, m = 0.20 rad (11.5°), s = 16, from pixels: 93.2\xa0% of these 500 digits are read right; "
        "11.5° to the own class weight on average, 28.6° to the nearest other; the loss is 0.43."
    )


def test_sizes_of_all_kinds_can_be_read(v8):
    assert v8("[0.4321, 12.34, 1234, 2.5e28, 0.00001, NaN].map(v => plainly(sized(v)))") == [
        *("0.43", "12.3", "1234", "2.5·10²⁸", "1.0·10⁻⁵", "–")
    ]


def test_own_points_are_called_points_and_none_says_how_to_add_one(v8):
    moment = {"step": 2, "loss": 0.4, "accuracy": 1, "theta": 0.2, "other": 0.5, "scale": 16}
    settings = {**ARC, "source": "points"}
    said = v8(f"plainly(stateSentence({{ moment: {js(moment)}, settings: {js(settings)}, points: 20 }}))")
    assert "s = 16: 100.0\xa0% of these 20 points are read right" in said
    said = v8(f"stateSentence({{ moment: {js(moment)}, settings: {js(settings)}, points: 0 }})")
    assert said == "There are no points: click into the circle to add one."


def test_losses_have_the_names_they_have_in_the_other_explorers(v8):
    names = {loss: kind["name"] for loss, kind in v8("KINDS").items()}
    assert names == NAMES_OF_LAB and list(names) == list(LOSSES)
    assert {loss: name for loss, name in names.items() if loss in NAMES} == NAMES
