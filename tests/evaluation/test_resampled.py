"""Figures with the classes drawn anew: held to pairs really repeated, and to other people really drawn."""

import pytest
import torch

from lessons_lib.evaluation import auc, equal_error_rate, roc
from lessons_lib.evaluation.resampled import (
    Interval,
    class_draws,
    difference,
    equal_errors,
    figure_of,
    ranked_rightly,
    resampled,
    scored_pairs,
    share_known,
    share_let_in,
    with_interval,
)


def people(classes, images, seed, spread=0.6, size=6):
    """Embeddings of `classes` people, `images` each, labels with gaps in their numbers."""
    chance = torch.Generator().manual_seed(seed)
    labels = (3 * torch.arange(classes)).repeat_interleave(images)
    centers = torch.randn(classes, size, generator=chance).repeat_interleave(images, 0)
    return centers + spread * torch.randn(len(labels), size, generator=chance), labels


def repeated(pairs, counts):
    """The scores with every pair standing there as often as it counts, and which of them are genuine."""
    genuine = pairs.genuine.repeat_interleave(counts[pairs.genuine_class].long())
    impostors = pairs.impostors.repeat_interleave(counts[pairs.impostor_classes].prod(0).long())
    return torch.cat([genuine, impostors]), torch.arange(len(genuine) + len(impostors)) < len(genuine)


def test_all_pairs_are_scored_with_the_classes_they_are_of():
    x, labels = people(5, 4, 0)
    pairs = scored_pairs(x, labels)
    assert (len(pairs.genuine), len(pairs.impostors), pairs.classes) == (5 * 6, 190 - 30, 5)
    assert pairs.genuine_class.bincount().tolist() == [6] * 5
    assert (pairs.impostor_classes[0] != pairs.impostor_classes[1]).all()
    assert (pairs.impostors.diff() >= 0).all()
    with pytest.raises(ValueError, match="must give genuine pairs and impostors, got 0 genuine of 6"):
        scored_pairs(x[:4], torch.arange(4))


def test_of_more_pairs_different_ones_are_drawn_and_no_genuine_one_is_missed():
    x, labels = people(30, 3, 0)
    every, some = scored_pairs(x, labels), scored_pairs(x, labels, most=1_000)
    assert (len(every.genuine), len(every.impostors)) == (90, 3_915)
    assert (len(some.genuine), len(some.impostors)) == (90, 910)
    assert some.genuine.sort().values.equal(every.genuine.sort().values)
    assert torch.isin(some.impostors, every.impostors).all() and len(some.impostors.unique()) == 910
    assert (some.impostor_classes[0] != some.impostor_classes[1]).all()
    few = scored_pairs(x, labels, most=100)
    assert (len(few.genuine), len(few.impostors)) == (50, 50)


@pytest.mark.parametrize("ties", [False, True])
def test_a_draw_counts_as_if_its_pairs_stood_there_so_often(ties):
    pairs = scored_pairs(*people(7, 4, 1))
    if ties:
        pairs = pairs._replace(genuine=(pairs.genuine * 5).round(), impostors=(pairs.impostors * 5).round())
    draws = class_draws(7, draws=8, seed=3)
    assert draws.sum(1).tolist() == [7] * 8
    ranked = resampled(pairs, ranked_rightly, draws)
    expected = [auc(roc(*repeated(pairs, counts))) for counts in draws]
    torch.testing.assert_close(ranked, torch.tensor(expected).double())
    for figure, of in ((share_let_in(0.3), False), (share_known(0.3), True)):
        both = [repeated(pairs, counts) for counts in draws]
        expected = [float((scores[same == of] >= 0.3).double().mean()) for scores, same in both]
        torch.testing.assert_close(resampled(pairs, figure, draws), torch.tensor(expected).double())


def test_equal_errors_are_those_of_the_curve_to_within_a_step():
    pairs = scored_pairs(*people(9, 5, 2))
    scores, same = repeated(pairs, torch.ones(9))
    exact = equal_error_rate(roc(scores, same))
    assert figure_of(pairs, equal_errors) == pytest.approx(exact, abs=1 / len(pairs.genuine))
    apart = pairs._replace(genuine=pairs.genuine + 3)
    turned = pairs._replace(genuine=pairs.genuine - 3)
    assert figure_of(apart, equal_errors) == 0 and figure_of(turned, equal_errors) == 1


def test_an_interval_holds_what_other_people_really_give_about_as_often_as_it_says():
    truth = figure_of(scored_pairs(*people(150, 4, 999)), ranked_rightly)
    held = [
        found.low <= truth <= found.high
        for seed in range(30)
        for found in [with_interval(scored_pairs(*people(25, 4, seed)), ranked_rightly, draws=60)]
    ]
    assert sum(held) >= 22  # 28 or 29 of 30 would be 95 %


def test_a_difference_is_drawn_on_the_same_classes():
    x, labels = people(20, 4, 5)
    noisy = x + 0.4 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    one, other = scored_pairs(x, labels), scored_pairs(noisy, labels)
    gain = difference(one, other, ranked_rightly)
    assert gain.low > 0  # far narrower than either figure alone, which overlap
    each = [with_interval(pairs, ranked_rightly) for pairs in (one, other)]
    assert gain.high - gain.low < sum(found.high - found.low for found in each) / 2
    nothing = difference(one, one, ranked_rightly)
    assert nothing == Interval(0, 0, 0) and f"{gain:.0%}".count("%") == 3
