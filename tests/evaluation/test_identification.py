"""Which of them, or none of them: held to a gallery written out by hand."""

import pytest
import torch

from lessons_lib.evaluation.identification import identify
from tests.evaluation.test_resampled import people


def others(*asked, **more):
    """People whom nobody else is: numbered from a hundred on."""
    embeddings, labels = people(*asked, **more)
    return embeddings, labels + 100


def test_people_far_apart_are_all_found():
    known, here = others(12, 12, 0, spread=0.01, size=40), people(12, 12, 1, spread=0.01, size=40)
    found = identify(*here, 0.05, threshold_from=known)
    assert found.first.value == 1 and found.fnir.value == 0
    assert found.missed == found.mistaken == 0


def test_with_no_one_like_another_half_of_the_mistakes_is_chance():
    chance = torch.Generator().manual_seed(0)
    draw = lambda: (torch.randn(240, 64, generator=chance), torch.arange(240) // 6)  # noqa: E731
    known, labels = draw()
    found = identify(*draw(), 0.1, threshold_from=(known, labels + 100))
    assert found.first.value == pytest.approx(1 / 20, abs=0.02)  # twenty in the gallery, and nothing known of them
    assert found.fpir.value == pytest.approx(0.1, abs=0.03)  # the promise carries over: all are alike
    assert found.fnir.value > 0.95
    assert found.missed + found.mistaken == pytest.approx(found.fnir.value, abs=0.01)


def test_the_rate_of_others_named_is_kept_on_average_for_strangers():
    known, here = others(40, 6, 2, spread=0.8), people(40, 6, 3, spread=0.8)
    found = identify(*here, 0.05, threshold_from=known)
    assert 0.01 < found.fpir.value < 0.12 and found.fpir.low < found.fpir.high
    assert found.fnir.value >= 1 - found.first.value  # who does not stand first is not given the right name
    more = identify(*here, 0.05, threshold_from=known, shots=3)
    assert more.fnir.value < found.fnir.value  # three pictures of each know better than one


def test_few_others_make_no_threshold_but_a_sentence():
    found = identify(*people(8, 5, 0), 0.01, threshold_from=others(8, 5, 1))
    assert found.threshold is None and found.fpir is None and found.others == 20
    assert 'No threshold for "none of them" at a false-positive rate of 0.01: it takes 300 images' in str(found)
    assert "and there are 20." in str(found)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match="two classes of more than 1 images"):
        identify(torch.randn(4, 3), torch.arange(4), 0.1, threshold_from=others(8, 5, 1))
    with pytest.raises(ValueError, match="fpir must be a share"):
        identify(*people(8, 5, 0), 0, threshold_from=others(8, 5, 1))
    for bad in (0, -1, 1.5):
        for name in ("shots", "draws"):
            with pytest.raises(
                ValueError, match=f"^{name} must be a whole number of at least 1 for identify, got {bad}"
            ):
                identify(*people(8, 5, 0), 0.1, threshold_from=others(8, 5, 1), **{name: bad})
    with pytest.raises(ValueError, match=r"^threshold_from must be a pair, embeddings \(N, d\) and .*, got Tensor\.$"):
        identify(*people(8, 5, 0), 0.1, threshold_from=people(8, 5, 1)[0])


def test_a_threshold_from_the_very_people_is_refused():
    with pytest.raises(ValueError, match=r"^The two sets must have no class in common, got 8 in both \(0, 3, 6"):
        identify(*people(8, 5, 0), 0.1, threshold_from=people(8, 5, 1))
