"""Verification against scikit-learn, against loops over pairs and thresholds, and against chance."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib.data import most_pairs, sample_pairs
from lessons_lib.evaluation import (
    Roc,
    auc,
    best_threshold,
    equal_error_rate,
    roc,
    similarity,
    tar_at_far,
    verification_accuracy,
    verify,
)


@st.composite
def judged_pairs(draw):
    """Scores, many of them equal, of pairs of both kinds."""
    levels = draw(st.sampled_from([2, 6, 10_000]))
    count = draw(st.integers(2, 40))
    scores = draw(st.lists(st.integers(-levels, levels), min_size=count, max_size=count))
    same = [True, False, *draw(st.lists(st.booleans(), min_size=count - 2, max_size=count - 2))]
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    return torch.tensor(scores, dtype=dtype) / levels, torch.tensor(same)


def noisy(classes, images, size, noise, seed=0):
    """Embeddings around one random direction a class, and their labels."""
    chance = torch.Generator().manual_seed(seed)
    labels = torch.arange(classes).repeat_interleave(images)
    centers = torch.randn(classes, size, generator=chance)
    return centers[labels] + noise * torch.randn(len(labels), size, generator=chance), labels


@pytest.fixture(scope="module")
def metrics():
    """scikit-learn's own; imported here, as every worker reads this file and one runs it."""
    from sklearn import metrics

    return metrics


@given(pairs=judged_pairs())
def test_the_curve_and_its_area_are_those_of_scikit_learn(metrics, pairs):
    scores, same = pairs
    curve = roc(scores, same)
    far, tar, thresholds = metrics.roc_curve(same.numpy(), scores.numpy(), drop_intermediate=False)
    np.testing.assert_array_equal(curve.far.numpy(), far)
    np.testing.assert_array_equal(curve.tar.numpy(), tar)
    np.testing.assert_array_equal(curve.thresholds.numpy(), thresholds)
    assert auc(curve) == pytest.approx(metrics.roc_auc_score(same.numpy(), scores.numpy()), abs=1e-12)


@given(pairs=judged_pairs())
def test_the_area_is_how_often_a_genuine_pair_scores_higher(pairs):
    scores, same = pairs
    wins = [(g > i) + (g == i) / 2 for g in scores[same].tolist() for i in scores[~same].tolist()]
    assert auc(roc(scores, same)) == pytest.approx(sum(wins) / len(wins), abs=1e-12)


@given(pairs=judged_pairs())
def test_at_the_equal_error_rate_both_errors_are_equal(metrics, pairs):
    scores, same = pairs
    curve = roc(scores, same)
    far, tar, _ = metrics.roc_curve(same.numpy(), scores.numpy(), drop_intermediate=False)
    rate = equal_error_rate(curve)
    assert rate == pytest.approx(np.interp(0.0, far - (1 - tar), far), abs=1e-12)
    assert rate == pytest.approx(np.interp(0.0, far - (1 - tar), 1 - tar), abs=1e-12)
    turned = equal_error_rate(roc(-scores, ~same))  # refusing and accepting change their parts
    assert turned == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize(
    ("scores", "same", "rate"),
    [
        ([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 0.0),
        ([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 1.0),
        ([0.9, 0.8, 0.2, 0.1], [1, 0, 1, 0], 0.5),
        ([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0], 0.5),
        ([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0], 1 / 4),  # the line from (0, 1/2) to (1/2, 1) cuts FAR = 1 − TAR there
        ([0.9, 0.5, 0.5, 0.5, 0.1], [1, 1, 0, 0, 0], 2 / 7),
    ],
)
def test_equal_error_rates_known_by_hand(scores, same, rate):
    assert equal_error_rate(roc(torch.tensor(scores), torch.tensor(same).bool())) == pytest.approx(rate, abs=1e-12)


@given(pairs=judged_pairs(), far=st.sampled_from([0, 0.001, 0.1, 0.25, 0.5, 1]))
def test_tar_at_far_is_the_best_of_all_thresholds_that_keep_it(pairs, far):
    scores, same = pairs
    reached = []
    for threshold in [math.inf, *scores.tolist()]:
        accepted = scores >= threshold
        if accepted[~same].double().mean() <= far:
            reached.append(float(accepted[same].double().mean()))
    assert tar_at_far(roc(scores, same), far) == max(reached)


def test_a_false_accept_rate_that_is_just_reached_counts():
    scores, same = torch.linspace(1, 0, 1_001), torch.zeros(1_001).bool()
    same[3] = True
    curve = roc(scores, same)  # three impostors of a thousand stand above the genuine pair
    assert tar_at_far(curve, 0.003) == 1 and tar_at_far(curve, 0.0029) == 0


@given(pairs=judged_pairs())
def test_no_threshold_judges_better_than_the_best(pairs):
    scores, same = pairs
    threshold = best_threshold(scores, same)
    others = [verification_accuracy(scores, same, other) for other in [math.inf, *scores.tolist()]]
    reached = verification_accuracy(scores, same, threshold)
    assert reached == max(others)
    right = [(score >= threshold) == truth for score, truth in zip(scores.tolist(), same.tolist(), strict=True)]
    assert reached == sum(right) / len(right)
    stricter = [score for score in scores.tolist() if score > threshold]
    assert all(verification_accuracy(scores, same, other) < reached for other in stricter[1:] if other != min(stricter))


def test_the_best_threshold_stands_halfway_and_between_two_numbers_that_touch():
    assert best_threshold(torch.tensor([0.9, 0.7, 0.3, 0.1]), torch.tensor([1, 1, 0, 0]).bool()) == pytest.approx(0.5)
    for dtype in (torch.float32, torch.float64):
        low = torch.tensor(0.3, dtype=dtype)
        scores = torch.stack([low.nextafter(low + 1), low])
        assert verification_accuracy(scores, torch.tensor([True, False]), best_threshold(scores, scores > low)) == 1
    nothing = torch.tensor([0.9, 0.8, 0.1]), torch.tensor([False, False, True])
    assert best_threshold(*nothing) == math.inf and verification_accuracy(*nothing, math.inf) == pytest.approx(2 / 3)
    everything = torch.tensor([0.9, 0.8, 0.1]), torch.tensor([False, True, True])
    assert best_threshold(*everything) == pytest.approx(0.1)


def test_scores_that_carry_a_gradient_are_judged_like_others():
    scores, same = torch.tensor([0.9, 0.5, 0.1], requires_grad=True), torch.tensor([True, False, True])
    assert not any(part.requires_grad for part in roc(scores, same))
    assert best_threshold(scores, same) == best_threshold(scores.detach(), same) == pytest.approx(0.7)
    assert verification_accuracy(scores, same, 0.7) == pytest.approx(2 / 3)


def test_similarity_is_the_cosine_of_each_pair():
    embeddings = torch.randn(6, 5)
    embeddings[4] = 0
    first, second = torch.tensor([0, 3, 5, 4]), torch.tensor([1, 3, 2, 0])
    found = similarity(embeddings.requires_grad_(), first, second)
    assert found.dtype == torch.float64 and not found.requires_grad
    for cosine, one, other in zip(found.tolist(), first, second, strict=True):
        x, z = embeddings[one].tolist(), embeddings[other].tolist()
        dot = sum(a * b for a, b in zip(x, z, strict=True))
        assert cosine == pytest.approx(dot / (math.hypot(*x) * math.hypot(*z) or 1), abs=1e-12)
    halves = embeddings.detach().to(torch.bfloat16)
    assert torch.equal(similarity(halves, first, second), similarity(halves.double(), first, second))


def test_verify_puts_the_steps_together(metrics):
    embeddings, labels = noisy(classes=20, images=12, size=8, noise=0.8)
    known, known_labels = noisy(classes=20, images=12, size=8, noise=0.8, seed=1)
    known_labels = known_labels + 20
    result = verify(embeddings, labels, threshold_from=(known, known_labels), pairs=1_001, seed=3, fars=(0.05, 0.2))
    chosen, drawn = sample_pairs(known_labels, 1_001, seed=3), sample_pairs(labels, 1_001, seed=3)
    known_scores, scores = similarity(known, *chosen[:2]), similarity(embeddings, *drawn[:2])
    assert result.threshold == best_threshold(known_scores, chosen.same)
    assert torch.equal(result.scores, scores) and torch.equal(result.same, drawn.same)
    assert result.accuracy == verification_accuracy(scores, drawn.same, result.threshold)
    assert result.auc == pytest.approx(metrics.roc_auc_score(drawn.same, scores), abs=1e-12)
    assert result.eer == equal_error_rate(result.roc)
    assert result.tar == {far: tar_at_far(result.roc, far) for far in (0.05, 0.2)}
    assert 0.6 < result.accuracy < 0.95 and 0 < result.tar[0.05] < result.tar[0.2] < 1  # so that all this can differ
    assert result.accuracy < verification_accuracy(scores, drawn.same, best_threshold(scores, drawn.same))
    assert "tensor" not in repr(result)


def test_the_threshold_hears_nothing_of_the_images_judged():
    embeddings, labels = noisy(classes=10, images=9, size=6, noise=0.5)
    known = noisy(classes=10, images=9, size=6, noise=0.5, seed=1)
    held = [
        verify(images, labels, threshold_from=known, pairs=500, shared_classes=True).threshold
        for images in (embeddings, torch.ones(90, 6), -embeddings + 3)
    ]
    assert held[0] == held[1] == held[2]


def test_all_the_pairs_there_are_is_enough():
    embeddings, labels = noisy(classes=4, images=3, size=6, noise=0.5)
    result = verify(embeddings, labels + 4, threshold_from=(embeddings, labels))
    assert len(result.scores) == most_pairs(labels) == 25
    assert int(result.same.sum()) == 12


def test_perfect_embeddings_are_always_right_and_random_ones_no_better_than_chance():
    embeddings, labels = noisy(classes=30, images=20, size=16, noise=0)
    perfect = verify(embeddings, labels, threshold_from=(embeddings, labels + 30), pairs=2_000)
    assert (perfect.accuracy, perfect.auc, perfect.eer) == (1, 1, 0)
    assert perfect.tar == {0.01: 1, 0.001: 1}
    nothing, known = torch.randn(600, 16), torch.randn(600, 16)
    blind = verify(nothing, labels, threshold_from=(known, labels + 30), pairs=2_000)
    # Cosines of different pairs of random directions are independent, two by two: variances add up.
    assert abs(blind.accuracy - 0.5) < 5 * 0.5 / math.sqrt(2_000)
    deviation = math.sqrt(2_001 / (12 * 1_000 * 1_000))  # of the area, under no difference (Mann and Whitney)
    assert abs(blind.auc - 0.5) < 5 * deviation and abs(blind.eer - 0.5) < 5 * deviation
    for far, tar in blind.tar.items():
        assert abs(tar - far) < 5 * math.sqrt(2 * far / 1_000)
    collapsed = verify(torch.ones(600, 16), labels, threshold_from=(known, labels + 30), pairs=2_000)
    assert (collapsed.accuracy, collapsed.auc, collapsed.eer) == (0.5, 0.5, 0.5)
    assert collapsed.tar == {0.01: 0, 0.001: 0}


def test_a_seed_gives_the_same_verification():
    data = noisy(classes=10, images=9, size=6, noise=0.9)
    accuracies = [
        verify(*data, threshold_from=data, shared_classes=True, pairs=300, seed=seed).accuracy for seed in (5, 5, 6)
    ]
    assert accuracies[0] == accuracies[1] != accuracies[2]


def test_a_class_on_both_sides_is_refused():
    embeddings, labels = noisy(classes=4, images=3, size=6, noise=0.5)
    with pytest.raises(ValueError) as refusal:
        verify(embeddings, labels + 3, threshold_from=(embeddings, labels))
    assert str(refusal.value) == (
        "The two sets must have no class in common, got 1 in both (3); split_classes parts one set into two by class."
    )
    assert verify(embeddings, labels + 3, threshold_from=(embeddings, labels), shared_classes=True).auc > 0.5


def scored(*scores):
    return torch.tensor(scores)


@pytest.mark.parametrize(
    ("scores", "same", "sentence"),
    [
        (scored(0.1, math.nan, math.inf), [1, 0, 1], "scores must be finite, got NaN or infinity in 2 of 3."),
        (scored(0.1, 0.2), [1, 1], "same must hold both kinds of pairs, got 2 genuine among 2."),
        (scored(0.1, 0.2), [0, 0], "same must hold both kinds of pairs, got 0 genuine among 2."),
        (scored(0.1, 0.2), [0], "same must be bool of shape (2,), one for each score, got torch.bool of shape (1,)."),
        (scored(1, 2), [1, 0],
         "scores must be floating point numbers of shape (P,), got torch.int64 of shape (2,)."),
        (torch.zeros(0), [], "scores must be floating point numbers of shape (P,), got torch.float32 of shape (0,)."),
        (torch.zeros(1, 2), [1, 0],
         "scores must be floating point numbers of shape (P,), got torch.float32 of shape (1, 2)."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("measure", [roc, best_threshold])
def test_scores_that_cannot_be_judged_are_refused_in_one_sentence(measure, scores, same, sentence):
    with pytest.raises(ValueError) as refusal:
        measure(scores, torch.tensor(same).bool())
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("measure", [roc, best_threshold, lambda scores, same: verification_accuracy(scores, same, 0)])
def test_scores_in_arrays_and_lists_are_told_what_to_do(measure):
    scores, same = torch.tensor([0.1, 0.2]), torch.tensor([True, False])
    for given_, sentence in (
        (
            (scores.numpy(), same),
            "scores must be a tensor, got a NumPy array of float32; use torch.from_numpy(scores).",
        ),
        ((scores.tolist(), same), "scores must be a tensor, got list; use torch.tensor(scores)."),
        ((scores, same.numpy()), "same must be a tensor, got a NumPy array of bool; use torch.from_numpy(same)."),
    ):
        with pytest.raises(ValueError) as refusal:
            measure(*given_)
        assert str(refusal.value) == sentence


def test_images_numbered_in_an_array_or_a_list_are_told_what_to_do():
    first = torch.tensor([0, 1])
    for given_, sentence in (
        ((first.numpy(), first), "first must be a tensor, got a NumPy array of int64; use torch.from_numpy(first)."),
        ((first, first.tolist()), "second must be a tensor, got list; use torch.tensor(second)."),
    ):
        with pytest.raises(ValueError) as refusal:
            similarity(torch.ones(3, 2), *given_)
        assert str(refusal.value) == sentence


def test_other_refusals_are_one_sentence_too():
    curve = Roc(torch.tensor([0.0, 1]), torch.tensor([0.0, 1]), torch.tensor([math.inf, 0]))
    for far in (-0.1, 1.5, math.nan):
        with pytest.raises(ValueError, match=rf"^far must be a share in 0\.\.1, got {far}\.$"):
            tar_at_far(curve, far)
    with pytest.raises(
        ValueError, match=r"^same must be bool of shape \(1,\), one for each score, got torch\.int64 of"
    ):
        verification_accuracy(torch.zeros(1), torch.ones(1).long(), 0.0)
    with pytest.raises(ValueError, match=r"^scores must be finite, got NaN or infinity in 1 of 1\.$"):
        verification_accuracy(torch.tensor([math.nan]), torch.tensor([True]), 0.0)
    images = torch.ones(3, 2)
    for first, given_ in (([0, 3], r"0\.\.3"), ([-1, 0], r"-1\.\.1")):
        with pytest.raises(ValueError, match=rf"^Images must be numbered 0\.\.2 as embeddings are, got {given_}\.$"):
            similarity(images, torch.tensor(first), torch.tensor([0, 1]))
    labels = torch.tensor([0, 0, 1])
    with pytest.raises(ValueError, match=r"^embeddings must be finite, got NaN or infinity in 1 of 3 rows\.$"):
        verify(images.index_fill(0, labels[2:], math.nan), labels, threshold_from=(images, labels + 2))
    with pytest.raises(ValueError, match=r"^labels must be int64 of shape \(3,\), one for each embedding, got torch\."):
        verify(images, labels[:2], threshold_from=(images, labels + 2))
    with pytest.raises(ValueError, match=r"^labels must hold two classes, and two images of one of them, to draw pair"):
        verify(images, torch.arange(3), threshold_from=(images, labels + 3))
    with pytest.raises(ValueError, match=r"^count must be a whole number of at least 2 for sample_pairs, got 0\.$"):
        verify(images, labels, threshold_from=(images, labels + 2), pairs=0)


PAIRS = torch.tensor([0, 0, 1, 1])
IMAGES = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
OTHERS = (IMAGES, PAIRS + 2)
FARS = "fars must be several shares, got"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"fars": 0.01}, f"{FARS} 0.01; use (0.01,)."),
        ({"fars": "0.01"}, f"{FARS} '0.01'; use ('0.01',)."),
        ({"fars": (0.01, 2)}, "far must be a share in 0..1, got 2."),
        ({"fars": (None,)}, "far must be a number, got None."),
        ({"threshold_from": IMAGES}, "threshold_from must be a pair, embeddings (N, d) and labels (N,), got Tensor."),
        ({"threshold_from": (*OTHERS, 0)},
         "threshold_from must be a pair, embeddings (N, d) and labels (N,), got 3 of them."),
        ({"threshold_from": (IMAGES[:, :2], PAIRS + 2)},
         "threshold_from must hold embeddings of the size of those judged, (N, 3), got (4, 2)."),
        ({"shared_classes": "no"}, "shared_classes must be True or False, got 'no'."),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5."),
    ],
)  # fmt: skip
def test_what_nothing_can_be_judged_by_is_refused_in_one_sentence(changed, sentence):
    with pytest.raises(ValueError) as refusal:
        verify(IMAGES, PAIRS, **{"threshold_from": OTHERS} | changed)
    assert str(refusal.value) == sentence


SHAPE = "of shape (P,) with P at least 1"


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ([0.0], [1.0], f"first must be int64 {SHAPE}, got torch.float32 of shape (1,)."),
        ([0, 1], [1], "first and second must number as many images, got 2 and 1."),
        ([0], [True], f"second must be int64 {SHAPE}, got torch.bool of shape (1,)."),
        ([[0]], [[1]], f"first must be int64 {SHAPE}, got torch.int64 of shape (1, 1)."),
    ],
)
def test_numbers_that_are_none_of_images_are_refused_in_one_sentence(first, second, sentence):
    with pytest.raises(ValueError) as refusal:
        similarity(IMAGES, torch.tensor(first), torch.tensor(second))
    assert str(refusal.value) == sentence
    with pytest.raises(ValueError, match=r"^first must be int64 .* P at least 1, got torch\.int64 of shape \(0,\)\.$"):
        similarity(IMAGES, PAIRS[:0], PAIRS[:0])
