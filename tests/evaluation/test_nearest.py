"""One-shot tasks and recall@k against scikit-learn, against loops, and against chance."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons_lib.data import Episodes, sample_episodes
from lessons_lib.evaluation import one_shot_accuracy, recall_at_k

# Few directions of different lengths: many images stand equally near.
corners = st.sampled_from([(1.0, 0.0), (0.2, 0.0), (0.0, 3.0), (1.0, 1.0), (0.3, 0.3), (-1.0, 2.0)])


def noisy(classes, images, size, noise, seed=0):
    """Embeddings around one random direction a class, and their labels, in random order."""
    chance = torch.Generator().manual_seed(seed)
    labels = (torch.arange(classes * images) % classes)[torch.randperm(classes * images, generator=chance)]
    centers = torch.randn(classes, size, generator=chance)
    return centers[labels] + noise * torch.randn(len(labels), size, generator=chance), labels


def cosine(x, z):
    return round(float(x @ z / (x.norm() * z.norm())), 9)


@settings(max_examples=40)
@given(rows=st.integers(3, 60), classes=st.integers(1, 8), size=st.integers(2, 8), seed=st.integers(0, 2**31))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_recall_is_that_of_scikit_learns_neighbours(dtype, rows, classes, size, seed):
    from sklearn.neighbors import NearestNeighbors  # here, as every worker reads this file and one runs it

    chance = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(rows, size, generator=chance, dtype=dtype)
    labels = torch.randint(classes, (rows,), generator=chance)
    asked = [i for i in range(rows) if (labels == labels[i]).sum() > 1]
    assume(asked)
    unit = embeddings.double() / embeddings.double().norm(dim=1, keepdim=True)
    neighbours = NearestNeighbors(algorithm="brute").fit(unit.numpy())
    near = neighbours.kneighbors(n_neighbors=rows - 1, return_distance=False)  # without a query: itself left out
    right = labels.numpy()[near] == labels.numpy()[:, None]
    ks = (1, 2, rows - 1)
    expected = {k: right[asked, :k].any(axis=1).mean() for k in ks}
    assert recall_at_k(embeddings, labels, ks) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40)
@given(images=st.lists(st.tuples(corners, st.integers(0, 2)), min_size=3, max_size=6), k=st.integers(1, 3))
def test_images_as_near_are_taken_by_lot(images, k):
    embeddings, labels = torch.tensor([x for x, _ in images]).double(), [label for _, label in images]
    asked = [i for i, label in enumerate(labels) if labels.count(label) > 1]
    assume(asked and k < len(images))
    hits = []
    for i in asked:
        others = [j for j in range(len(labels)) if j != i]
        far = {j: -cosine(embeddings[i], embeddings[j]) for j in others}
        for lot in permutations(others):
            near = sorted(lot, key=far.__getitem__)[:k]
            hits.append(any(labels[j] == labels[i] for j in near))
    assert recall_at_k(embeddings, torch.tensor(labels), (k,))[k] == pytest.approx(sum(hits) / len(hits), abs=1e-9)


@pytest.mark.parametrize("friend", range(1, 21))
def test_what_rounding_alone_tells_apart_is_as_near(friend):
    embeddings = torch.randn(21, 5, dtype=torch.float64)
    embeddings[1:] = embeddings[1] * torch.linspace(0.1, 7, 20)[:, None]  # one direction, twenty lengths
    labels = torch.ones(21).long()
    labels[[0, friend]] = 0
    # The first finds its friend among twenty, the friend has all others nearer, and those find one of 18 among 19.
    assert recall_at_k(embeddings, labels)[1] == pytest.approx((1 / 20 + 0 + 19 * 18 / 19) / 21, abs=1e-9)


def test_recall_and_one_shot_do_not_depend_on_the_block():
    embeddings, labels = noisy(classes=30, images=11, size=8, noise=0.9)
    embeddings[50:60] = embeddings[40:50]  # some equal ones
    episodes = sample_episodes(labels, ways=5, shots=2, queries=3, count=90)
    recalls = [recall_at_k(embeddings, labels, (1, 5), block=block) for block in (1, 7, 64, 1_000)]
    shots = [one_shot_accuracy(embeddings, episodes, block=block) for block in (1, 7, 64, 1_000)]
    assert all(recall == recalls[0] for recall in recalls) and 0.2 < recalls[0][1] < recalls[0][5] < 1
    assert len(set(shots)) == 1 and 0.3 < shots[0] < 1


def test_an_image_alone_in_its_class_is_not_asked_about_but_stands_in_the_way():
    turns = torch.tensor([0.0, 0.1, 0.3, 0.7, 0.75])
    embeddings = torch.stack([turns.cos(), turns.sin()], dim=1)
    labels = torch.tensor([0, 7, 0, 1, 1])  # 7 stands between the two of class 0, nearest to both
    assert recall_at_k(embeddings, labels, (1, 2)) == {1: 0.5, 2: 1.0}
    assert recall_at_k(embeddings[[0, 2, 3, 4]], labels[[0, 2, 3, 4]]) == {1: 1.0}


def test_angles_that_float32_cosines_cannot_tell_apart_are_told_apart():
    turns = torch.tensor([0.0, 1e-6, 2.1e-6, 3.3e-6])
    embeddings = torch.stack([turns.cos(), turns.sin()], dim=1)
    float32 = embeddings @ embeddings.T
    assert (float32 == float32[0, 0]).sum() > 4  # more than each with itself
    assert recall_at_k(embeddings, torch.tensor([0, 0, 1, 1])) == {1: 0.75}  # 2 is nearer to 1 than to 3


def test_perfect_embeddings_are_found_always_and_random_ones_by_chance():
    embeddings, labels = noisy(classes=30, images=20, size=16, noise=0)
    episodes = sample_episodes(labels, ways=10, shots=1, count=400)
    assert recall_at_k(embeddings, labels, (1, 30)) == {1: 1.0, 30: 1.0}
    assert one_shot_accuracy(embeddings, episodes) == 1
    nothing = torch.randn(600, 16)
    # An episode's one query a way: at worst all ten of an episode are right or wrong together.
    assert abs(one_shot_accuracy(nothing, episodes) - 0.1) < 5 * math.sqrt(0.1 * 0.9 / 400)
    missed = math.comb(580, 5) / math.comb(599, 5)  # five of the others, and none of the 19 of its class
    for k, expected in recall_at_k(nothing, labels, (1, 5)).items():
        chance = {1: 19 / 599, 5: 1 - missed}[k]
        # Two images that are each other's nearest hit or miss together: at most k + 1 times the variance.
        assert abs(expected - chance) < 5 * math.sqrt((k + 1) * chance * (1 - chance) / 600)


def test_embeddings_that_are_all_the_same_get_exactly_chance():
    labels = torch.arange(60) % 6
    episodes = sample_episodes(labels, ways=3, shots=2, queries=2, count=40)
    for same in (torch.ones(60, 7) / 3, torch.zeros(60, 7)):
        assert one_shot_accuracy(same, episodes) == pytest.approx(1 / 3, abs=1e-12)
        found = recall_at_k(same, labels, (1, 4, 59))
        expected = {1: 9 / 59, 4: 1 - math.comb(50, 4) / math.comb(59, 4), 59: 1.0}
        assert found == pytest.approx(expected, abs=1e-9)


@given(
    images=st.lists(corners, min_size=8, max_size=20),
    ways=st.integers(2, 3),
    shots=st.integers(1, 2),
    queries=st.integers(1, 2),
    seed=st.integers(0, 2**31),
)
def test_one_shot_is_the_nearest_mean_direction_step_by_step(images, ways, shots, queries, seed):
    embeddings = torch.tensor(images, dtype=torch.float64)
    chance = np.random.default_rng(seed)
    numbers = torch.tensor(chance.integers(len(images), size=(4, ways, shots + queries)))
    support, query = numbers[..., :shots], numbers[..., shots:]
    right = []
    for e in range(4):
        means = []
        for w in range(ways):
            unit = [embeddings[i] / embeddings[i].norm() for i in support[e, w]]
            means.append(sum(unit) / shots)
        for w in range(ways):
            for i in query[e, w]:
                near = [cosine(embeddings[i], mean) for mean in means]
                right.append((near[w] == max(near)) / near.count(max(near)))
    assert one_shot_accuracy(embeddings, Episodes(support, query)) == pytest.approx(sum(right) / len(right), abs=1e-9)


def test_each_support_image_counts_alike_whatever_its_length():
    embeddings = torch.tensor([[100.0, 0], [0, 0.01], [-1, 0], [0, -1], [0.1, 1]])
    episodes = Episodes(torch.tensor([[[0, 1], [2, 3]]]), torch.tensor([[[4], [2]]]))
    assert one_shot_accuracy(embeddings, episodes) == 1  # the first mean points to 45°, not along the long one
    swapped = Episodes(episodes.support, episodes.query.flip(1))
    assert one_shot_accuracy(embeddings, swapped) == 0


def test_a_gradient_is_neither_needed_nor_left():
    embeddings, labels = noisy(classes=4, images=5, size=3, noise=0.5)
    episodes = sample_episodes(labels, ways=2, shots=1, count=3)
    live = embeddings.clone().requires_grad_()
    assert recall_at_k(live, labels) == recall_at_k(embeddings, labels)
    assert one_shot_accuracy(live, episodes) == one_shot_accuracy(embeddings, episodes)
    assert torch.equal(live, embeddings)


IMAGES = torch.arange(6.0).reshape(3, 2) + 1


@pytest.mark.parametrize(
    ("embeddings", "labels", "ks", "sentence"),
    [
        (IMAGES, [0, 0, 1], (0,), "ks must lie in 1..2 with 3 images, got (0,)."),
        (IMAGES, [0, 0, 1], (1, 3), "ks must lie in 1..2 with 3 images, got (1, 3)."),
        (IMAGES, [0, 0, 1], (), "ks must lie in 1..2 with 3 images, got ()."),
        (IMAGES, [0, 1, 2], (1,), "labels must hold two images of some class, got 3 classes of one image each."),
        (IMAGES, [0, 0], (1,),
         "labels must be int64 of shape (3,), one for each embedding, got torch.int64 of shape (2,)."),
        (IMAGES, [0.0, 0.0, 1.0], (1,),
         "labels must be int64 of shape (3,), one for each embedding, got torch.float32 of shape (3,)."),
        (IMAGES[0], [0, 0], (1,), "embeddings must have shape (N, d) with N at least 1, got (2,)."),
        (IMAGES[:0], [], (1,), "embeddings must have shape (N, d) with N at least 1, got (0, 2)."),
        (IMAGES.long(), [0, 0, 1], (1,), "embeddings must be floating point numbers, got torch.int64."),
        (IMAGES.log() / 0, [0, 0, 1], (1,), "embeddings must be finite, got NaN or infinity in 3 of 3 rows."),
    ],
)  # fmt: skip
def test_what_recall_cannot_answer_is_refused_in_one_sentence(embeddings, labels, ks, sentence):
    with pytest.raises(ValueError) as refusal:
        recall_at_k(embeddings, torch.tensor(labels), ks)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("embeddings", "labels", "ks", "sentence"),
    [
        (IMAGES.numpy(), torch.tensor([0, 0, 1]), (1,),
         "embeddings must be a tensor, got a NumPy array of float32; use torch.from_numpy(embeddings)."),
        (IMAGES.tolist(), torch.tensor([0, 0, 1]), (1,),
         "embeddings must be a tensor, got list; use torch.tensor(embeddings)."),
        (IMAGES, np.array([0, 0, 1]), (1,),
         "labels must be a tensor, got a NumPy array of int64; use torch.from_numpy(labels)."),
        (IMAGES, [0, 0, 1], (1,), "labels must be a tensor, got list; use torch.tensor(labels)."),
        (IMAGES, torch.tensor([0, 0, 1]), 1, "ks must be several numbers, got 1; use (1,)."),
        (IMAGES, torch.tensor([0, 0, 1]), np.int64(1), "ks must be several numbers, got 1; use (1,)."),
        (IMAGES, torch.tensor([0, 0, 1]), np.array([1, 2]),
         "ks must be a tuple of whole numbers, got ndarray; use tuple(ks.tolist())."),
        (IMAGES, torch.tensor([0, 0, 1]), torch.tensor([1, 2]),
         "ks must be a tuple of whole numbers, got Tensor; use tuple(ks.tolist())."),
        (IMAGES, torch.tensor([0, 0, 1]), {1, 2}, "ks must be a tuple of whole numbers such as (1, 5), got set."),
        (IMAGES, torch.tensor([0, 0, 1]), 1.5, "ks must be a tuple of whole numbers such as (1, 5), got float."),
        (IMAGES, torch.tensor([0, 0, 1]), (1, 1.5), "ks must be whole numbers, got 1.5 among them."),
        (IMAGES, torch.tensor([0, 0, 1]), (True,), "ks must be whole numbers, got True among them."),
    ],
)  # fmt: skip
def test_arrays_lists_and_a_lone_k_are_told_what_to_do(embeddings, labels, ks, sentence):
    with pytest.raises(ValueError) as refusal:
        recall_at_k(embeddings, labels, ks)
    assert str(refusal.value) == sentence


def test_numpys_whole_numbers_are_whole_numbers():
    labels = torch.tensor([0, 0, 1])
    assert recall_at_k(IMAGES, labels, (np.int64(1), 2)) == recall_at_k(IMAGES, labels, range(1, 3))


@pytest.mark.parametrize("block", [0, -1, 1.5])
def test_a_block_of_no_images_is_refused(block):
    episodes = Episodes(torch.tensor([[[0], [1]]]), torch.tensor([[[2], [1]]]))
    with pytest.raises(ValueError, match=r"^block must be a whole number of at least 1 for recall_at_k, got"):
        recall_at_k(IMAGES, torch.tensor([0, 0, 1]), block=block)
    with pytest.raises(ValueError, match=r"^block must be a whole number of at least 1 for one_shot_accuracy, got"):
        one_shot_accuracy(IMAGES, episodes, block=block)


def test_episodes_of_other_images_are_refused():
    episodes = Episodes(torch.tensor([[[0], [1]]]), torch.tensor([[[2], [3]]]))
    with pytest.raises(ValueError) as refusal:
        one_shot_accuracy(IMAGES, episodes)
    assert str(refusal.value) == "Images must be numbered 0..2 as embeddings are, got 0..3."
