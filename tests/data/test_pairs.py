"""Pairs and episodes against what is counted one by one, and against chance."""

import math
import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_lib.data import (
    NamedImages,
    by_classes,
    by_images,
    check_classes_apart,
    most_pairs,
    sample_episodes,
    sample_pairs,
    split_classes,
)
from lessons_lib.evaluation import verify
from lessons_lib.evaluation.identification import identify
from lessons_lib.evaluation.resampled import class_draws

labels_of_a_few = st.lists(st.integers(-3, 3), min_size=1, max_size=30).map(torch.tensor)


def counted(labels):
    """All genuine and all impostor pairs, one after the other."""
    pairs = list(combinations(range(len(labels)), 2))
    genuine = {pair for pair in pairs if labels[pair[0]] == labels[pair[1]]}
    return genuine, set(pairs) - genuine


def unordered(pairs):
    return [tuple(sorted(pair)) for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)]


def evenly(counts, ways, draws):
    """Every one of `ways` outcomes came about as often as the others: within five standard deviations."""
    share = 1 / ways
    assert len(counts) == ways
    assert max(abs(n - draws * share) for n in counts.values()) < 5 * math.sqrt(draws * share * (1 - share))


@given(labels=labels_of_a_few, part=st.floats(0, 1), seed=st.integers(0, 2**31))
def test_half_of_the_pairs_are_genuine_and_none_comes_twice_or_with_itself(labels, part, seed):
    assume(most_pairs(labels) >= 2)
    count = max(2, round(part * most_pairs(labels)))
    pairs = sample_pairs(labels, count, seed=seed)
    assert pairs.first.dtype == pairs.second.dtype == torch.int64 and pairs.same.dtype == torch.bool
    assert pairs.first.shape == pairs.second.shape == pairs.same.shape == (count,)
    genuine, impostor = counted(labels.tolist())
    drawn = unordered(pairs)
    assert len(set(drawn)) == count and set(drawn) <= genuine | impostor
    assert [pair in genuine for pair in drawn] == pairs.same.tolist()
    assert int(pairs.same.sum()) == count // 2


@given(labels=labels_of_a_few)
def test_the_most_pairs_are_those_of_which_half_are_genuine(labels):
    genuine, impostor = counted(labels.tolist())
    possible = [n for n in range(1000) if n // 2 <= len(genuine) and n - n // 2 <= len(impostor)]
    assert most_pairs(labels) == possible[-1]
    if possible[-1] >= 2:
        with pytest.raises(ValueError, match=rf"^count must be at most {possible[-1]} with these {len(labels)} labels"):
            sample_pairs(labels, possible[-1] + 1)


def test_every_pair_is_alike_likely_and_so_is_its_order():
    labels = torch.tensor([4, 7, 4, 9, 7, 4, 4])  # with six, one and no genuine pairs
    genuine, impostor = counted(labels.tolist())
    found, first, earlier = {True: Counter(), False: Counter()}, Counter(), Counter()
    for seed in range(250):
        pairs = sample_pairs(labels, 8, seed=seed)
        for pair, same in zip(unordered(pairs), pairs.same.tolist(), strict=True):
            found[same][pair] += 1
        first[bool(pairs.same[0])] += 1
        earlier[bool(pairs.first[0] < pairs.second[0])] += 1
    evenly(found[True], len(genuine), 1_000)
    evenly(found[False], len(impostor), 1_000)
    evenly(first, 2, 250)
    evenly(earlier, 2, 250)


def test_few_of_very_many_pairs_are_drawn_without_listing_them():
    labels = torch.arange(60_000) % 7
    pairs = sample_pairs(labels, 9_001)
    assert len(set(unordered(pairs))) == 9_001 and not (pairs.first == pairs.second).any()
    assert torch.equal(labels[pairs.first] == labels[pairs.second], pairs.same)
    assert int(pairs.same.sum()) == 4_500
    evenly(Counter(labels[pairs.first[pairs.same]].tolist()), 7, 4_500)
    evenly(Counter((torch.cat([pairs.first, pairs.second]) // 6_000).tolist()), 10, 18_002)


def test_a_seed_gives_the_same_pairs_and_episodes_and_disturbs_no_other_chance():
    labels = torch.arange(60) % 6
    state = torch.get_rng_state()

    def draw(seed):
        episodes = sample_episodes(labels, ways=3, shots=1, count=9, seed=seed)
        return [*sample_pairs(labels, 30, seed=seed), *episodes, *split_classes(labels, 0.5, seed=seed)]

    assert all(map(torch.equal, draw(0), draw(0)))
    for again, other in zip(draw(0), draw(1), strict=True):
        assert not torch.equal(again, other)
    assert torch.equal(torch.get_rng_state(), state)


@given(labels=labels_of_a_few, share=st.floats(0.05, 0.95), seed=st.integers(0, 2**31))
def test_classes_are_split_whole(labels, share, seed):
    classes = set(labels.tolist())
    count = round(share * len(classes))
    assume(0 < count < len(classes))
    some, others = split_classes(labels, share, seed=seed)
    assert sorted([*some.tolist(), *others.tolist()]) == list(range(len(labels)))
    assert len(set(labels[some].tolist())) == count
    assert not set(labels[some].tolist()) & set(labels[others].tolist())
    check_classes_apart(labels[some], labels[others])


def test_every_class_is_as_likely_in_one_part_and_alphabets_stay_whole():
    labels = torch.tensor([5, 5, 5, 6, 7, 8])
    chosen = Counter(
        label for seed in range(900) for label in labels[split_classes(labels, 0.25, seed=seed)[0]].unique().tolist()
    )
    evenly(chosen, 4, 900)
    alphabets = labels // 7
    some, others = split_classes(alphabets, 0.5)
    assert not set(alphabets[some].tolist()) & set(alphabets[others].tolist())


@given(
    labels=st.lists(st.integers(0, 5), min_size=12, max_size=60).map(torch.tensor),
    ways=st.integers(2, 4),
    shots=st.integers(1, 3),
    queries=st.integers(1, 3),
    kinds=st.integers(0, 2),
    seed=st.integers(0, 2**31),
)
def test_an_episode_has_different_classes_of_one_group_and_images_that_occur_once(
    labels, ways, shots, queries, kinds, seed
):
    groups = labels % kinds if kinds else None
    sizes = Counter(labels.tolist())
    able = Counter(label % kinds if kinds else 0 for label, size in sizes.items() if size >= shots + queries)
    assume(max(able.values(), default=0) >= ways)
    episodes = sample_episodes(labels, ways=ways, shots=shots, queries=queries, count=7, groups=groups, seed=seed)
    assert episodes.support.shape == (7, ways, shots) and episodes.query.shape == (7, ways, queries)
    assert episodes.support.dtype == episodes.query.dtype == torch.int64
    for images in torch.cat(episodes, dim=2):
        shown = labels[images]
        assert len(images.unique()) == images.numel()
        assert (shown == shown[:, :1]).all() and len(shown[:, 0].unique()) == ways
        assert groups is None or len(groups[images].unique()) == 1


def test_groups_classes_and_images_are_alike_likely_in_every_role():
    sizes = {0: 3, 1: 5, 2: 3, 10: 4, 11: 3, 20: 9, 21: 2}  # of alphabet 2 only one class has three images
    labels = torch.tensor([label for label, size in sizes.items() for _ in range(size)])
    labels = labels[torch.randperm(len(labels))]
    episodes = sample_episodes(labels, ways=2, shots=2, count=6_000, groups=labels // 10)
    classes = labels[episodes.query[..., 0]]
    evenly(Counter((classes[:, 0] // 10).tolist()), 2, 6_000)
    evenly(Counter(tuple(pair) for pair in classes[classes[:, 0] < 10].tolist()), 6, int((classes[:, 0] < 10).sum()))
    images = torch.cat(episodes, dim=2)[classes == 1]
    for role in range(3):
        evenly(Counter(images[:, role].tolist()), 5, len(images))
    evenly(Counter(tuple(images) for images in images.tolist()), 60, len(images))


def test_without_groups_the_classes_of_an_episode_come_from_everywhere():
    labels = torch.arange(24) % 4
    classes = labels[sample_episodes(labels, ways=2, shots=1, count=4_000).query[..., 0]]
    evenly(Counter(tuple(pair) for pair in classes.tolist()), 12, 4_000)


TOO_LITTLE = "labels must hold two classes, and two images of one of them, to draw pairs from, "


@pytest.mark.parametrize(
    ("labels", "count", "sentence"),
    [
        ([3, 3, 3], 2, TOO_LITTLE + "got N = 3 images and C = 1 classes."),
        ([1, 2, 3, 4], 2, TOO_LITTLE + "got N = 4 images and C = 4 classes."),
        ([1, 1, 2], 4, "count must be at most 3 with these 3 labels, half of each, got 4."),
        ([1, 1, 2], 1, "count must be a whole number of at least 2 for sample_pairs, got 1."),
        ([1, 1, 2], 2.0, "count must be a whole number of at least 2 for sample_pairs, got 2.0."),
        ([], 2, "labels must be int64 of shape (N,), got torch.float32 of shape (0,)."),
        ([1.0, 1, 2], 2, "labels must be int64 of shape (N,), got torch.float32 of shape (3,)."),
        ([[1, 1, 2]], 2, "labels must be int64 of shape (N,), got torch.int64 of shape (1, 3)."),
    ],
)
def test_pairs_that_cannot_be_are_refused_in_one_sentence(labels, count, sentence):
    with pytest.raises(ValueError) as refusal:
        sample_pairs(torch.tensor(labels), count)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "asked",
    [
        most_pairs,
        lambda labels: sample_pairs(labels, 2),
        lambda labels: split_classes(labels, 0.5),
        lambda labels: sample_episodes(labels, ways=2, shots=1, count=1),
    ],
)
def test_labels_in_arrays_and_lists_are_told_what_to_do(asked):
    labels = torch.tensor([1, 1, 2, 2])
    for given_, kind in (
        (labels.numpy(), "a NumPy array of int64; use torch.from_numpy"),
        (labels.tolist(), "list; use torch.tensor"),
    ):
        with pytest.raises(ValueError) as refusal:
            asked(given_)
        assert str(refusal.value) == f"labels must be a tensor, got {kind}(labels)."


@pytest.mark.parametrize("share", [0, 1, 0.1, 0.9, -1, math.nan])
def test_a_split_that_leaves_a_part_empty_is_refused(share):
    with pytest.raises(ValueError) as refusal:
        split_classes(torch.tensor([0, 1, 2, 2]), share)
    assert str(refusal.value) == f"share must leave both parts a class, got share={share} of 3 classes."


@pytest.mark.parametrize(
    ("others", "found"), [([3, 9, 9], "1 in both (3)"), (range(8), "7 in both (0, 1, 2, 3, 4, ...)")]
)
def test_classes_in_common_are_named(others, found):
    with pytest.raises(ValueError) as refusal:
        check_classes_apart(torch.arange(7), torch.tensor(list(others)))
    assert str(refusal.value) == (
        f"The two sets must have no class in common, got {found}; split_classes parts one set into two by class."
    )


EPISODES = {"ways": 2, "shots": 2, "queries": 1, "count": 1}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ways": 1}, "ways must be a whole number of at least 2 for sample_episodes, got 1."),
        ({"shots": 0}, "shots must be a whole number of at least 1 for sample_episodes, got 0."),
        ({"queries": 0}, "queries must be a whole number of at least 1 for sample_episodes, got 0."),
        ({"count": 0}, "count must be a whole number of at least 1 for sample_episodes, got 0."),
        ({"ways": 4}, "4 ways need 4 classes of at least 3 images each, these labels have 3."),
        ({"shots": 9}, "2 ways need 2 classes of at least 10 images each, these labels have 0."),
        ({"groups": [0, 0, 1, 2] * 3}, "groups must put all images of a class in one group, got several for class 0."),
        ({"groups": [0, 1, 2] * 4}, "2 ways need 2 classes of at least 3 images each, no group has more than 1."),
        ({"groups": [0, 1, 2]}, "groups must have one number for each of the 12 images, got 3."),
        ({"groups": [0.0]}, "groups must be int64 of shape (N,), got torch.float32 of shape (1,)."),
    ],
)
def test_episodes_that_cannot_be_are_refused_in_one_sentence(changed, sentence):
    if "groups" in changed:
        changed = {"groups": torch.tensor(changed["groups"])}
    with pytest.raises(ValueError) as refusal:
        sample_episodes(torch.arange(12) % 3, **EPISODES | changed)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("seed", [0.5, "0", None, True, np.int64(3)])
def test_a_seed_that_is_no_whole_number_is_refused_wherever_something_is_drawn(seed):
    labels = torch.arange(40) // 4
    images = torch.randn(40, 3)
    use = r"; use int\(seed\)\." if isinstance(seed, np.integer) else r"\."
    folder = NamedImages(images, labels, tuple("abcdefghij"), ("all",), torch.zeros(10, dtype=torch.int64))
    for draw in (
        lambda: sample_pairs(labels, 4, seed=seed),
        lambda: split_classes(labels, 0.5, seed=seed),
        lambda: sample_episodes(labels, ways=2, shots=1, count=3, seed=seed),
        lambda: by_images(folder, seed=seed),
        lambda: by_classes(folder, seed=seed),
        lambda: class_draws(5, seed=seed),
        lambda: identify(images, labels, 0.1, threshold_from=(images, labels + 10), seed=seed),
        lambda: verify(images, labels, threshold_from=(images, labels + 10), seed=seed),
    ):
        with pytest.raises(ValueError, match=f"^seed must be a whole number, got {re.escape(repr(seed))}{use}$"):
            draw()
