"""A door keeps what it promises, or says why it cannot promise it."""

import pytest
import torch

from lessons_lib.evaluation import doors
from lessons_lib.evaluation.doors import pairs_needed, set_door, threshold_for
from lessons_lib.evaluation.resampled import scored_pairs
from tests.evaluation.test_resampled import people


def test_600_impostor_pairs_make_no_door_for_one_in_a_thousand_but_a_sentence():
    x, labels = people(50, 1, 0)[0], (torch.arange(50) >= 20).long()  # 20 times 30
    door = set_door(x, labels, far=0.001)
    assert door.impostors == 600 and door.threshold is None and door.let_in is None
    assert door.needed == 3_000
    said = str(door)
    assert said.startswith("No door for a false-accept rate of 0.001: 600 impostor pairs cannot show it.")
    assert "could still be 0.50%" in said and "It takes 3,000 impostor pairs" in said


@pytest.mark.parametrize(("classes", "images", "far"), [(13, 6, 0.001), (20, 4, 0.01), (40, 3, 0.001)])
def test_the_classes_it_asks_for_are_enough_and_one_fewer_is_not(classes, images, far):
    door = set_door(*people(2, images, 1), far)
    assert door.threshold is None
    people_needed = int(str(door).split("those of ")[1].split(" classes")[0])
    assert images**2 * people_needed * (people_needed - 1) / 2 >= pairs_needed(far)
    assert images**2 * (people_needed - 1) * (people_needed - 2) / 2 < pairs_needed(far)
    assert set_door(*people(people_needed, images, 1), far, draws=5).threshold is not None


@pytest.mark.parametrize("far", [0.003, 0.01, 0.05, 0.5])
def test_as_many_get_in_as_may_and_no_more(far):
    x, labels = people(30, 4, 2)
    door = set_door(x, labels, far, draws=20)
    pairs = scored_pairs(x, labels)
    let_in = (pairs.impostors >= door.threshold).double().mean()
    assert let_in <= far < let_in + 1 / len(pairs.impostors)
    assert door.let_in.value == pytest.approx(float(let_in)) and door.known.value > door.let_in.value
    assert door.thresholds.low <= door.threshold <= door.thresholds.high


def test_of_very_many_pairs_enough_are_drawn_for_the_rate(monkeypatch):
    monkeypatch.setattr(doors, "MOST", 400)
    x, labels = people(40, 6, 4)  # 28,080 impostor pairs
    assert set_door(x, labels, 0.05, draws=5).impostors == 200
    assert set_door(x, labels, 0.001, draws=5).impostors == 12_000 - 600  # there are 600 genuine pairs and no more
    with monkeypatch.context() as small:
        small.setattr(doors, "LARGEST", 1_000)
        assert set_door(x, labels, 0.001, draws=5).threshold is None


def test_equal_scores_get_in_together_or_not_at_all():
    pairs = scored_pairs(*people(30, 4, 2))
    pairs = pairs._replace(impostors=(pairs.impostors * 4).round())
    for far in (0.01, 0.05, 0.2):
        threshold = threshold_for(pairs, far, torch.ones(len(pairs.impostors)).double())
        let_in = [(pairs.impostors >= t).double().mean() for t in (threshold, threshold - 0.25)]
        assert let_in[0] <= far < let_in[1]


def test_what_it_says_of_other_people_is_as_wide_as_other_people_are():
    """The rates that other draws of as many people really give at such a door lie in its interval, mostly."""
    doors = [set_door(*people(25, 4, seed), far=0.02, draws=100) for seed in range(8)]
    others = scored_pairs(*people(150, 4, 999))
    true = [float((others.impostors >= door.threshold).double().mean()) for door in doors]
    assert sum(door.let_in.low <= rate <= door.let_in.high for door, rate in zip(doors, true, strict=True)) >= 5


def test_a_door_says_for_how_many_it_speaks():
    said = str(set_door(*people(12, 5, 3), far=0.01))
    assert said.startswith("A score of 0.") and "1,650 impostor pairs of 12 classes" in said
    assert "12 classes are few" in said and "You asked for 1.00%: with other classes it can be " in said
    assert "are few" not in str(set_door(*people(30, 4, 3), far=0.05, draws=20))


@pytest.mark.parametrize("far", [0, 1, -0.1, 7])
def test_a_rate_that_is_none_is_refused(far):
    with pytest.raises(ValueError, match="far must be a share between 0 and 1"):
        set_door(*people(12, 5, 3), far=far)
