"""The text network: plain layers that a page can run, and nothing of a text beyond its grams."""

import torch
from torch import nn

from lessons_lib.data import gram_counts, vocabulary_of
from lessons_lib.explorers.kit.packing import pack, unpacked
from lessons_lib.text_nets import character_net

TEXTS = ("seven", "sieben", "3 + 4", "なな")


def test_it_makes_an_embedding_of_each_text():
    torch.manual_seed(0)
    vocabulary = vocabulary_of(TEXTS, fewest=1)
    net = character_net(len(vocabulary), 5, width=8)
    found = net(gram_counts(TEXTS, vocabulary))
    assert found.shape == (4, 5) and torch.pdist(found).min() > 1e-3
    torch.testing.assert_close(net(gram_counts(("3+4",), vocabulary))[0], found[2])


def test_it_is_made_of_layers_that_a_page_knows():
    torch.manual_seed(0)
    net = character_net(20, 5, width=8)
    assert {type(layer) for layer in net} == {nn.Linear, nn.PReLU}
    counts = torch.randint(3, (6, 20)).double()
    there = unpacked(*pack([layer.double() for layer in net]))(counts)
    assert (nn.functional.cosine_similarity(there, net(counts)) > 0.999).all()
