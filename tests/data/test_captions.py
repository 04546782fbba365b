"""Captions: what they mean, what is kept out of training, and what a text network is told of them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib.data import gram_counts, grams, load_captions, vocabulary_of
from lessons_lib.data.captions import STRANGERS, TEMPLATES, WORDS

DATA = load_captions()
PARTS = (DATA.trained, DATA.unseen, DATA.strangers)


def test_each_language_has_ten_words_and_no_word_means_two_digits():
    meant = {}
    for words in (WORDS | STRANGERS).values():
        assert len(words.split()) == 10
        for digit, word in enumerate(words.split()):
            assert meant.setdefault(word, digit) == digit


def test_no_caption_is_in_two_parts_and_each_part_has_all_digits():
    texts = [text for part in PARTS for text in part.texts]
    assert len(texts) == len(set(texts))
    for part in PARTS:
        assert sorted(part.labels.unique().tolist()) == list(range(10))
        assert len(part) == len(part.labels) == len(part.kinds)


def test_no_stranger_is_a_word_of_a_trained_caption():
    known = {word for words in WORDS.values() for word in words.split()}
    assert not known & set(DATA.strangers.texts) and set(DATA.strangers.kinds) == {"word"}


def test_sums_are_what_python_makes_of_them():
    for part in PARTS[:2]:
        sums = part.of_kind("sum")
        assert len(sums) > 100
        for text, label in zip(sums.texts, sums.labels.tolist(), strict=True):
            assert eval(text) == label and 0 <= label < 10


def test_of_each_word_four_templates_are_trained_and_two_are_not():
    for word in {word for words in WORDS.values() for word in words.split()}:
        captions = [template.format(word) for template in TEMPLATES]
        assert sum(text in DATA.trained.texts for text in captions) == 4
        assert sum(text in DATA.unseen.texts for text in captions) == 2


def test_a_fifth_of_the_sums_is_kept_out():
    out, kept = len(DATA.unseen.of_kind("sum")), len(DATA.trained.of_kind("sum"))
    assert 0.17 < out / (out + kept) < 0.23


def test_they_are_the_same_every_time():
    again = load_captions()
    for one, other in zip(PARTS, (again.trained, again.unseen, again.strangers), strict=True):
        assert one.texts == other.texts and torch.equal(one.labels, other.labels)


def test_grams_are_runs_of_up_to_three_characters_with_the_ends_marked():
    assert grams("Ab") == ["a", "b", " a", "ab", "b ", " ab", "ab "]
    assert grams("七") == ["七", " 七", "七 ", " 七 "]
    assert grams("") == [] and grams("   ") == []


@pytest.mark.parametrize("typed", ["3+4", " 3 +4", "3  +  4 ", "3 + 4"])
def test_a_sum_is_the_same_however_it_is_typed(typed):
    assert grams(typed) == grams("3 + 4")


@given(st.text(max_size=20))
def test_counts_are_of_the_grams_in_the_vocabulary_alone(text):
    vocabulary = vocabulary_of([text, text, "seven"], fewest=2)
    (counts,) = gram_counts([text], vocabulary)
    found = grams(text)
    assert list(vocabulary) == sorted(set(found) | (set(grams("seven")) & set(found)))
    assert counts.tolist() == [found.count(gram) for gram in vocabulary]
    assert gram_counts([text], ()).shape == (1, 0)
