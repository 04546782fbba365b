"""The cost model against numbers worked out by hand, and what must hold of it whatever its constants are."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from lessons_lib.class_cost import (
    CPU,
    H100,
    Machine,
    SpreadHead,
    memory,
    messages,
    multiply_adds,
    sent,
    sent_by_copies,
    time,
    traffic,
)

# A million classes, 64 dimensions, 128 samples, two processes: one tensor of a process's weights has
# 500,000 · 64 · 4 = 128 MB, one of its logits 128 · 500,000 · 4 = 256 MB.
TWO = SpreadHead(1_000_000, 64, batch=128, processes=2)


def test_memory_of_two_processes_by_hand():
    parts = memory(TWO)
    assert parts["weights"] == parts["gradients"] == 128e6
    assert parts["moments"] == 256e6
    assert parts["logits"] == 768e6
    assert parts["working"] == 128e6
    assert parts["embeddings"] == 3 * 4 * 128 * 64
    assert sum(parts.values()) == 1_408e6 + 98_304


def test_one_process_needs_twice_as_much_but_for_the_embeddings():
    one, two = memory(replace(TWO, processes=1)), memory(TWO)
    assert one.pop("embeddings") == two.pop("embeddings")
    assert one == {part: 2 * value for part, value in two.items()}


def test_where_the_logits_are_few_adam_needs_the_most():
    parts = memory(replace(TWO, share=0.1))
    assert parts["logits"] == pytest.approx(76.8e6)
    assert parts["logits"] + parts["working"] == 2 * 128e6  # and the step's 89.6 MB fit into that
    assert parts["weights"] + parts["gradients"] + parts["moments"] == 4 * 128e6


@pytest.mark.parametrize(("given", "rows", "drawn"), [
    ({}, 500_000, 500_000),
    ({"num_classes": 1_000_001}, 500_001, 500_001),
    ({"share": 0.1}, 500_000, 50_000),
    ({"share": 1e-6}, 500_000, 64),  # the batch's own classes, 128 over two processes
    ({"num_classes": 100, "share": 0.5}, 50, 50),  # no more than there are
])  # fmt: skip
def test_rows_of_a_process(given, rows, drawn):
    head = replace(TWO, **given)
    assert (head.rows, head.drawn) == (rows, drawn)


def test_bytes_of_a_softmax_by_hand():
    """Halves of 128 · 64 · 4 = 32,768 bytes of embeddings, twice; of 1,024 bytes of labels; all of 5 · 512 bytes."""
    assert sent(TWO) == 16_384 + 512 + 5 * 512 + 16_384
    assert [message.kind for message in messages(TWO)] == ["all-gather"] * 2 + ["all-reduce"] * 5 + ["reduce-scatter"]
    four = replace(TWO, processes=4)
    assert sent(four) == 0.75 * (2 * 32_768 + 1_024 + 2 * 5 * 512)
    assert sum(message.steps(4) for message in messages(four)) == 3 + 3 + 5 * 6 + 3


def test_p2sgrad_sends_the_same_without_the_sums():
    softmax, own = messages(TWO), messages(replace(TWO, loss="p2sgrad"))
    assert own == [message for message in softmax if message.kind != "all-reduce"]
    assert sent(TWO) - sent(replace(TWO, loss="p2sgrad")) == 5 * 512


def test_what_is_sent_has_no_number_of_classes_in_it_but_copies_send_them_all():
    assert sent(replace(TWO, num_classes=10**8)) == sent(TWO)
    assert sent(replace(TWO, share=0.1)) == sent(TWO)
    assert sent_by_copies(TWO) == 256e6
    assert sent_by_copies(replace(TWO, num_classes=10**8, processes=4)) == 1.5 * 25.6e9


def test_one_process_sends_nothing():
    one = replace(TWO, processes=1)
    assert sent(one) == sent_by_copies(one) == 0
    assert time(one, CPU)["bytes sent"] == time(one, CPU)["waiting"] == 0


def test_time_by_hand():
    machine = Machine("made up", multiply_adds=2e9, bandwidth=1e9, link=1e6, latency=0.01, memory=1e9, efficiency=0.5)
    seconds = time(TWO, machine)
    assert multiply_adds(TWO) == 3 * 128 * 64 * 500_000
    assert seconds["products"] == pytest.approx(12.288)
    assert traffic(TWO) == 7 * 128e6 + 4 * 128e6 + 16 * 256e6
    assert seconds["memory"] == pytest.approx(5.504)
    assert seconds["bytes sent"] == pytest.approx(0.03584)
    assert seconds["waiting"] == pytest.approx(0.13)  # all-gathers, reduce-scatter: one each; all-reduces: two each
    fewer = traffic(replace(TWO, share=0.1))
    assert fewer == pytest.approx(11 * 128e6 + 4 * 12.8e6 + 16 * 25.6e6)


def test_p2sgrads_push_is_the_same_whatever_the_other_classes_are_and_a_softmaxs_is_not():
    """What lets P2SGrad do without a message in the middle: the gradient on a cosine asks for that cosine alone."""
    chance = torch.Generator().manual_seed(0)
    cosines = 2 * torch.rand(4, 10, generator=chance, dtype=torch.float64) - 1
    labels, half = torch.arange(4), slice(0, 5)

    def push(loss, cosines):
        cosines = cosines.clone().requires_grad_()
        return torch.autograd.grad(loss(cosines), cosines)[0]

    def p2sgrad(cosines):
        return 0.5 * (cosines - F.one_hot(labels, cosines.shape[1])).square().sum()

    def softmax(cosines):
        return F.cross_entropy(16 * cosines, labels)

    torch.testing.assert_close(push(p2sgrad, cosines)[:, half], push(p2sgrad, cosines[:, half]), rtol=0, atol=0)
    assert (push(softmax, cosines)[:, half] - push(softmax, cosines[:, half])).abs().max() > 0.01


def test_the_published_machine_has_half_of_what_is_sold_as_flops():
    assert 2 * H100.multiply_adds == 67e12 and 2 * H100.link == 900e9
    assert "Assumed" in H100.source and "Measured" in CPU.source


@pytest.mark.parametrize(("wrong", "words"), [
    ({"num_classes": 0}, "num_classes must be at least 1, got 0"), ({"processes": 0}, "processes must"),
    ({"batch": 0}, "batch must"), ({"embedding_size": 0}, "embedding_size must"),
    ({"share": 0.0}, "share must be above 0 and at most 1, got 0.0"), ({"share": 1.1}, "share must"),
    ({"loss": "arcface"}, "loss must be one of softmax, p2sgrad, got 'arcface'"),
])  # fmt: skip
def test_what_is_no_head_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        replace(TWO, **wrong)
