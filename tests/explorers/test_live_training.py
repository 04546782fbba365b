import math

import pytest
import torch

from lessons_lib.angles import safe_angle
from lessons_lib.explorers.live_lab.training import LOSSES
from tests.explorers.live import begun, trained


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
