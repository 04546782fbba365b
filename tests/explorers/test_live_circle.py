import math

import numpy as np
import pytest
import torch

from lessons_lib.angles import safe_angle
from lessons_lib.explorers.live_lab.training import LOSSES, live_head
from tests.explorers.live import MARGIN, js, live_modules


@pytest.fixture(scope="module")
def v8():
    with live_modules() as value:
        yield value


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
