"""Partings against what is counted one by one: every image of these tests has a brightness of its own."""

import hashlib
import math
from itertools import chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib.data import LabelledImages, NamedImages, by_classes, by_group, by_images, check_classes_apart


def named_images(sizes, groups=("left", "right", "far/left")):
    """Class i has sizes[i] images, stands in group i % 3 and is called by i; image n is of brightness n."""
    labels = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    images = torch.arange(float(len(labels))).view(-1, 1, 1, 1)
    names = tuple(f"class {i}" for i in range(len(sizes)))
    return NamedImages(images, labels, names, groups, torch.arange(len(sizes)) % len(groups))


def numbers(*parts):
    return torch.cat([part.images.flatten() for part in parts]).long().tolist()


def closed(data):
    return data.train, data.validation, data.test


sizes_of_classes = st.lists(st.integers(1, 12), min_size=6, max_size=12)
shares = st.floats(0.01, 0.98)
seeds = st.integers(0, 2**31)


@settings(max_examples=40)
@given(sizes=sizes_of_classes, validation=shares, rest=shares, seed=seeds)
def test_by_images_puts_every_image_in_one_part_and_leaves_each_class_something_to_train_on(
    sizes, validation, rest, seed
):
    test = rest * (1 - validation)
    held = [min(round(validation * size), size - 1) for size in sizes]
    reported = [min(round(test * size), size - 1 - spared) for size, spared in zip(sizes, held, strict=True)]
    whole = named_images(sizes)
    if not (sum(held) and sum(reported)):
        with pytest.raises(ValueError, match=r"^No class has images enough to spare .*: add images\.$"):
            by_images(whole, validation=validation, test=test, seed=seed)
        return
    parts = closed(by_images(whole, validation=validation, test=test, seed=seed))
    assert sorted(numbers(*parts)) == list(range(sum(sizes)))
    for part, expected in zip(parts[1:], (held, reported), strict=True):
        assert torch.bincount(part.labels, minlength=len(sizes)).tolist() == expected
    assert set(parts[0].labels.tolist()) == set(range(len(sizes)))
    for part in parts:
        assert torch.equal(part.labels, whole.labels[numbers(part)])


def is_parted_by_class(data, whole):
    """Numbering, names, groups and images of an OpenSetData are those of the images that it was made of."""
    sets = [data.train, data.unseen, data.unseen_validation]
    for i, one in enumerate(sets):
        for other in sets[:i]:
            check_classes_apart(one.labels, other.labels)
    ranges = [sorted(set(part.labels.tolist())) for part in sets]
    assert list(chain(*ranges)) == list(range(len(whole.class_names))) and len(ranges[0]) == data.num_classes
    assert sorted(data.class_names) == sorted(whole.class_names)
    parts = [*closed(data), *sets[1:]]
    assert sorted(numbers(*parts)) == list(range(len(whole)))
    for part in parts:
        before = whole.labels[numbers(part)]
        assert [data.class_names[i] for i in part.labels] == [whole.class_names[i] for i in before]
        assert torch.equal(data.group_of(part), whole.group_of_class[before])
    assert set(data.validation.labels.tolist()) | set(data.test.labels.tolist()) <= set(ranges[0])


a_few = st.floats(0.18, 0.33)


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(4, 12), min_size=12, max_size=20), validation=a_few, test=a_few, seed=seeds)
def test_by_classes_keeps_classes_whole_and_as_many_as_asked(sizes, validation, test, seed):
    amounts = round(test * len(sizes)), round(validation * len(sizes))
    whole = named_images(sizes)
    data = by_classes(whole, validation=validation, test=test, seed=seed)
    is_parted_by_class(data, whole)
    assert (len(data.unseen.labels.unique()), len(data.unseen_validation.labels.unique())) == amounts
    assert data.groups == whole.groups


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(4, 12), min_size=6, max_size=12), turn=st.permutations(("left", "right", "far/left")))
def test_by_group_puts_the_named_groups_where_they_are_named(sizes, turn):
    whole = named_images(sizes)
    data = by_group(whole, validation=[turn[0]], test=[turn[1]])
    is_parted_by_class(data, whole)
    for part, group in ((data.unseen_validation, turn[0]), (data.unseen, turn[1]), (data.train, turn[2])):
        assert {data.groups[i] for i in data.group_of(part)} == {group}


def test_of_twenty_images_of_a_seen_class_three_are_held_back_for_each_part():
    data = by_classes(named_images([20] * 10))
    assert [len(part) for part in (*closed(data), data.unseen, data.unseen_validation)] == [84, 18, 18, 40, 40]


@pytest.mark.parametrize(
    "parted",
    [by_images, by_classes, lambda whole, seed: by_group(whole, validation=["left"], test=["right"], seed=seed)],
)
def test_a_seed_gives_the_same_parts_another_seed_others_and_no_other_chance_is_disturbed(parted):
    whole, state = named_images([9] * 12), torch.get_rng_state()
    first, again, other = (parted(whole, seed=seed) for seed in (3, 3, 4))
    assert numbers(first.train) == numbers(again.train) and first.digest == again.digest
    assert sorted(numbers(first.train)) != sorted(numbers(other.train)) and first.digest != other.digest
    assert torch.equal(torch.get_rng_state(), state)


def test_the_digest_is_that_of_all_images_and_labels():
    data = by_classes(named_images([6] * 9))
    parts = [*closed(data), data.unseen, data.unseen_validation]
    content = b"".join(tensor.numpy().tobytes() for part in parts for tensor in (part.images, part.labels))
    assert data.digest == hashlib.sha256(content).hexdigest()


def test_the_first_images_of_a_part_are_of_several_classes():
    for part in closed(by_images(named_images([40] * 8))):
        assert len(part[:6].labels.unique()) > 2


def test_parts_stay_labelled_images():
    data = by_classes(named_images([6] * 9))
    assert type(data.train) is type(data.unseen) is LabelledImages


PART_OTHERWISE = "part them otherwise, or add classes."
SHARES = "validation and test must be shares above 0 that leave something to train on, got {} and {}."


@pytest.mark.parametrize("parted", [by_images, by_classes])
@pytest.mark.parametrize(("validation", "test"), [(0, 0.2), (0.2, 0), (-0.1, 0.4), (0.5, 0.5), (math.nan, 0.2)])
def test_shares_that_leave_a_part_empty_are_refused(parted, validation, test):
    with pytest.raises(ValueError) as refusal:
        parted(named_images([6] * 9), validation=validation, test=test)
    assert str(refusal.value) == SHARES.format(validation, test)


@pytest.mark.parametrize(
    ("parted", "sentence"),
    [
        (
            lambda: by_images(named_images([3] * 9)),
            "No class has images enough to spare 15% for validation and 15% for test: add images.",
        ),
        (
            lambda: by_classes(named_images([6] * 5)),
            "Each part needs at least two classes, got 3 to train on, 1 to choose by and 1 to report on: "
            + PART_OTHERWISE,
        ),
        (
            lambda: by_group(named_images([6] * 6), validation=["left"], test=[]),
            "Each part needs at least two classes, got 4 to train on, 2 to choose by and 0 to report on: "
            + PART_OTHERWISE,
        ),
        (
            lambda: by_group(named_images([6] * 6), validation=["up"], test=["left"]),
            "There is no group 'up'; there are left, right, far/left.",
        ),
        (
            lambda: by_group(named_images([6] * 6), validation=["left"], test=["left"]),
            "The group 'left' can be in one part only, got it 2 times.",
        ),
    ],
)
def test_partings_that_cannot_be_are_refused_in_one_sentence(parted, sentence):
    with pytest.raises(ValueError) as refusal:
        parted()
    assert str(refusal.value) == sentence
