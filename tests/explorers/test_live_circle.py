import json
import math

import numpy as np
import pytest
import torch

from lessons_lib.angles import safe_angle
from lessons_lib.losses import (
    AdaCosLoss,
    ArcFaceLoss,
    CosFaceLoss,
    FixedAdaCosLoss,
    NormalizedSoftmaxLoss,
    P2SGradLoss,
    SoftmaxLoss,
    SphereFaceLoss,
)
from tests.explorers.modules import modules

js = json.dumps
MARGIN = {"sphereface": 3, "cosface": 0.12, "arcface": 0.3, "arcface_raw": 0.3}
HEADS = {
    "plain_softmax": lambda: SoftmaxLoss(10, 2, bias=False),
    "softmax": lambda: NormalizedSoftmaxLoss(10, 2),
    "sphereface": lambda: SphereFaceLoss(10, 2, margin=3),
    "cosface": lambda: CosFaceLoss(10, 2, margin=0.12, scale=16),
    "arcface": lambda: ArcFaceLoss(10, 2, margin=0.3, scale=16),
    "arcface_raw": lambda: ArcFaceLoss(10, 2, margin=0.3, scale=16, beyond="raw"),
    "adacos": lambda: FixedAdaCosLoss(10, 2),
    "adacos_dynamic": lambda: AdaCosLoss(10, 2),
    "p2sgrad": lambda: P2SGradLoss(10, 2),
}


@pytest.fixture(scope="module")
def v8():
    with modules("live_lab/maths.js", "live_lab/axes.js", "live_lab/hand.js", "live_lab/run.js") as value:
        yield value


@pytest.mark.filterwarnings("ignore:P2SGradLoss wants")
@pytest.mark.parametrize("loss", HEADS)
def test_curves_and_winners_are_those_of_the_head(v8, loss):
    """Which class wins in a direction, and whether by what the loss asks for in training."""
    torch.manual_seed(1)
    margin, head = MARGIN.get(loss, 0.0), HEADS[loss]()
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


@pytest.mark.parametrize("loss", ["plain_softmax", "cosface"])
def test_a_moment_is_measured_as_the_head_measures(v8, loss):
    """The share read right, and the mean angles to the own and to the nearest other class weight."""
    torch.manual_seed(2)
    head, x, labels = HEADS[loss](), 3 * torch.randn(50, 2), torch.arange(50) % 10
    with torch.no_grad():
        cosines = head.cosines(x)
        right = (head.logits(x).argmax(1) == labels).float().mean()
    theta = safe_angle(cosines.gather(1, labels[:, None])).mean()
    other = safe_angle(cosines.scatter(1, labels[:, None], -1.0).amax(1)).mean()
    given = f"{x.flatten().tolist()}, {head.weight.detach().flatten().tolist()}, {labels.tolist()}, {js(loss)}"
    seen = v8(f"measured({given})")
    assert seen["accuracy"] == pytest.approx(float(right))
    assert (seen["theta"], seen["other"]) == pytest.approx((float(theta), float(other)), abs=1e-5)
    assert seen["lengths"] == pytest.approx(x.norm(dim=1).tolist(), rel=1e-5)


def test_a_feature_without_a_direction_is_read_as_nothing(v8):
    seen = v8("measured([0, 0, 1, 0], Float32Array.from([1, 0, 0, 1]), Uint8Array.from([0, 0]), 'cosface')")
    assert seen["angles"][0] is None and seen["read"] == [255, 0] and seen["accuracy"] == 0.5
    assert v8("measured([], [1, 0, 0, 1], Uint8Array.from([]), 'cosface')")["accuracy"] is None


def test_the_point_under_the_hand_is_the_nearest_within_reach(v8):
    points = [[0.5, 0, 1], [0.52, 0, 2], [3, 0, 4]]
    assert v8(f"pointAt({points}, {{ x: 0.51, y: 0.001 }}, 0.05)") in (0, 1)
    assert v8(f"pointAt({points}, {{ x: 0.53, y: 0 }}, 0.05)") == 1
    assert v8(f"pointAt({points}, {{ x: 1, y: 0.01 }}, 0.05)") == 2  # past the rim it is drawn on it
    assert v8(f"pointAt({points}, {{ x: 0, y: 0.6 }}, 0.05)") == -1
    assert v8("pointsNow({ features: [1, 2, 3, 4] }, Uint8Array.from([7, 8]))") == [[1, 2, 7], [3, 4, 8]]


def test_what_chance_gives_depends_on_the_seed_alone(v8):
    draw = "(chance => Array.from({{ length: 2000 }}, chance))(chanceOf({0}))"
    one, again, other = (np.array(v8(draw.format(seed))) for seed in (0, 0, 1))
    assert (one == again).all() and (one != other).all()
    assert 0 <= one.min() < 0.01 and 0.99 < one.max() < 1 and abs(one.mean() - 0.5) < 0.03
    weights = np.array(v8("firstWeights(1000, 'random', chanceOf(5))")).reshape(-1, 2)
    assert np.abs(weights.mean(0)).max() < 0.1 and np.abs(weights.std(0) - 1).max() < 0.1
    even = np.array(v8("firstWeights(4, 'even', chanceOf(5))")).reshape(-1, 2)
    np.testing.assert_allclose(even, [[1, 0], [0, 1], [-1, 0], [0, -1]], atol=1e-6)
    sizes = v8("randomLayers(16, chanceOf(1)).filter(l => l.op === 'linear').map(l => [l.from, l.to])")
    assert sizes[0][0] == 16 and sizes[-1][1] == 2
