import copy
import math
import os
import signal
import time

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import CenterLoss, CosFaceLoss, ModifiedSoftmaxLoss, NormalizedSoftmaxLoss, SoftmaxLoss
from lessons_lib.nets import EmbeddingNet, embed
from lessons_lib.training import BATCH, fit, warm_up


def blobs(count: int, seed: int) -> LabelledImages:
    """Images with a bright patch whose place is the class: learnt in a few steps."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (count,), generator=generator)
    images = 0.3 * torch.rand(count, 1, 28, 28, generator=generator)
    for k in range(3):
        images[labels == k, :, 8 * k : 8 * k + 8, 8:16] = 1.0
    return LabelledImages(images, labels)


@pytest.fixture(scope="module")
def data() -> ImageData:
    return ImageData(blobs(2 * BATCH, 0), blobs(200, 1), blobs(100, 2), num_classes=3, digest="blobs")


def start(head=SoftmaxLoss, seed: int = 0):
    torch.manual_seed(seed)
    return EmbeddingNet(2, width=2), head(3, 2)


class Watcher:
    def __init__(self):
        self.seen = []

    def __call__(self, step, metrics, frame):
        self.seen.append((step, metrics, frame))


def test_it_learns_and_says_how(data, cache_folder):
    run = fit(*start(), data, epochs=20)
    assert run.validation[-1]["accuracy"] > 0.9
    assert run.steps == 40 and run.seconds > 0 and not run.interrupted
    assert run.history[0]["step"] == 0 and run.history[-1]["step"] == 40
    assert run.history[-1]["loss"] < run.history[1]["loss"]
    assert not run.net.training


def test_the_best_state_on_validation_is_kept(data, cache_folder):
    run = fit(*start(), data, epochs=6)
    right = run.head.logits(embed(run.net, data.validation.images)).argmax(1) == data.validation.labels
    assert float(right.float().mean()) == pytest.approx(max(seen["accuracy"] for seen in run.validation))


def test_of_equally_good_states_the_latest_is_kept(data, cache_folder):
    run = fit(*start(NormalizedSoftmaxLoss), data, epochs=20)
    most = max(seen["accuracy"] for seen in run.validation)
    best = [seen["theta"] for seen in run.validation if seen["accuracy"] == most]
    x, label = embed(run.net, data.validation.images), data.validation.labels
    kept = run.head.cosines(x)[torch.arange(len(label)), label].acos().mean().item()
    assert len(best) > 1 and best[0] > best[-1] + 0.01
    assert kept == pytest.approx(best[-1], abs=1e-4)


def test_the_same_seed_gives_the_same_network_another_seed_another(data, cache_folder):
    first, again, other = (fit(*start(), data, epochs=1, seed=seed, cache=False) for seed in (0, 0, 1))
    assert torch.equal(first.head.weight, again.head.weight)
    assert not torch.equal(first.head.weight, other.head.weight)


def test_a_second_fit_reads_the_first_one_back_callback_and_all(data, cache_folder):
    live, replayed = Watcher(), Watcher()
    first = fit(*start(), data, epochs=2, callback=live)
    again = fit(*start(), data, epochs=2, callback=replayed)
    assert again.from_cache and not first.from_cache
    assert torch.equal(embed(first.net, data.test.images), embed(again.net, data.test.images))
    assert [step for step, _, _ in live.seen] == [step for step, _, _ in replayed.seen]
    for (_, metrics, frame), (_, metrics_again, frame_again) in zip(live.seen, replayed.seen, strict=True):
        assert repr(metrics) == repr(metrics_again)
        assert torch.equal(frame["embeddings"], frame_again["embeddings"])
        assert torch.equal(frame["directions"], frame_again["directions"])


def test_a_full_disk_after_training_loses_nothing(data, cache_folder, monkeypatch):
    def full(run, path):
        raise OSError(f"Cannot write to {path.parent}.")

    monkeypatch.setattr("lessons_lib.runs.Run.save", full)
    with pytest.warns(UserWarning, match="The run is not kept for next time. Cannot write to"):
        run = fit(*start(), data, epochs=1)
    assert run.steps == 2 and run.validation


@pytest.mark.parametrize("change", ["seed", "epochs", "lr", "together", "weights", "head", "margin", "data", "library"])
def test_whatever_decides_the_result_decides_the_cache_key(data, cache_folder, change, monkeypatch):
    first = CosFaceLoss if change == "margin" else SoftmaxLoss
    fit(*start(first), data, epochs=1)
    if change == "library":
        monkeypatch.setattr("lessons_lib.runs._source_digest", lambda: "another version")
    options = {
        "epochs": 2 if change == "epochs" else 1,
        "seed": int(change == "seed"),
        "lr": 0.02 if change == "lr" else 0.01,
        "together": 2 if change == "together" else 1,
    }
    where = copy.copy(data)
    if change == "data":
        where = ImageData(data.train, data.validation, data.test, 3, "other blobs")
    net, head = start(ModifiedSoftmaxLoss if change == "head" else first, seed=int(change == "weights"))
    if change == "margin":
        head.margin = 0.1
    assert not fit(net, head, where, **options).from_cache


def test_without_cache_it_trains_again_and_writes_nothing(data, cache_folder):
    assert not fit(*start(), data, epochs=1, cache=False).from_cache
    assert not fit(*start(), data, epochs=1, cache=False).from_cache
    assert not cache_folder.exists()


def test_a_damaged_run_is_named_and_trained_again(data, cache_folder):
    first = fit(*start(), data, epochs=1)
    (path,) = (cache_folder / "runs").iterdir()
    whole = path.read_bytes()
    for damaged in (whole[:-100], whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:], b""):
        path.write_bytes(damaged)
        with pytest.warns(UserWarning, match=f"{path.name} was damaged; it will be trained again"):
            again = fit(*start(), data, epochs=1)
        assert not again.from_cache
        assert torch.equal(first.head.weight, again.head.weight)


def test_a_warm_start_hands_over_network_and_class_weights(data, cache_folder):
    first = fit(*start(ModifiedSoftmaxLoss), data, epochs=4)
    net, head = start(NormalizedSoftmaxLoss, seed=5)
    watcher = Watcher()
    fit(net, head, data, epochs=1, lr=1e-6, warm_start=first, callback=watcher, cache=False)
    _, metrics, frame = watcher.seen[0]
    torch.testing.assert_close(frame["directions"], first.head.weight.detach())
    assert metrics["accuracy"] == pytest.approx(first.validation[-1]["accuracy"], abs=0.05)


@pytest.fixture
def heeded():
    """Ctrl+C is heard also where the tests themselves run in the background, whom a shell makes deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_keeps_what_was_reached(data, cache_folder, heeded, capsys):
    def interrupt(step, metrics, frame):
        if step >= 6:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0)  # the signal is delivered between two bytecodes

    run = fit(*start(), data, epochs=50, callback=interrupt)
    assert run.interrupted and 6 <= run.steps < 100
    assert "Interrupted after step" in capsys.readouterr().out
    assert run.validation and not run.net.training
    assert not (cache_folder / "runs").exists()


def test_an_auxiliary_loss_is_weighted_and_its_parameters_are_trained(data, cache_folder):
    class Anchor(nn.Module):
        def __init__(self):
            super().__init__()
            self.point = nn.Parameter(torch.full((2,), 3.0))

        def forward(self, embeddings, labels):
            return ((embeddings - self.point) ** 2).mean()

    plain = fit(*start(), data, epochs=1, cache=False)
    unweighted = fit(*start(), data, epochs=1, cache=False, auxiliary=[(0.0, Anchor())])
    anchor = Anchor()
    pulled = fit(*start(), data, epochs=1, cache=False, auxiliary=[(1.0, anchor)])
    assert torch.equal(plain.head.weight, unweighted.head.weight)
    assert not torch.equal(plain.head.weight, pulled.head.weight)
    assert not torch.equal(anchor.point, torch.full((2,), 3.0))

    kept, again = Anchor(), Anchor()
    fit(*start(), data, epochs=1, auxiliary=[(1.0, kept)])
    assert fit(*start(), data, epochs=1, auxiliary=[(1.0, again)]).from_cache
    assert torch.equal(kept.point, again.point) and torch.equal(kept.point, anchor.point)


def test_the_centres_of_an_auxiliary_loss_are_in_the_frames(data, cache_folder):
    center = CenterLoss(data.num_classes, 2)
    run = fit(*start(), data, epochs=1, cache=False, auxiliary=[(0.1, center)])
    centers = [frame["centers"] for frame in run.frames]
    assert len(centers) == len(run.history) and all(c.shape == (data.num_classes, 2) for c in centers)
    torch.testing.assert_close(centers[-1], run.extras[0].centers)
    assert not torch.equal(centers[0], centers[-1])
    assert "centers" not in fit(*start(), data, epochs=1, cache=False).frames[0]


def test_warm_up_starts_from_evenly_spread_weights(data, cache_folder):
    run = warm_up(data, embedding_size=2)
    start_turns = torch.atan2(*run.frames[0]["directions"].T.flip(0))
    gaps = torch.rad2deg(torch.remainder(start_turns.roll(-1) - start_turns, 2 * torch.pi))
    torch.testing.assert_close(gaps, torch.full((3,), 120.0))
    assert warm_up(data, embedding_size=2).from_cache


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1 for fit, got 0."),
        ({"epochs": 1.5}, "epochs must be a whole number of at least 1 for fit, got 1.5."),
        ({"epochs": "3"}, "epochs must be a whole number of at least 1 for fit, got '3'."),
        ({"lr": 0.0}, "lr must be a positive number, got 0.0."),
        ({"lr": math.inf}, "lr must be a positive number, got inf."),
        ({"lr": "0.1"}, "lr must be a number, got '0.1'."),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5."),
        ({"seed": None}, "seed must be a whole number, got None."),
    ],
)
def test_nonsense_is_refused_in_one_sentence(data, options, sentence):
    with pytest.raises(ValueError) as refused:
        fit(*start(), data, **{"epochs": 1} | options)
    assert str(refused.value) == sentence


def test_numpys_numbers_are_numbers(data, cache_folder):
    fit(*start(), data, epochs=1, lr=0.01, seed=2)
    assert fit(*start(), data, epochs=np.int64(1), lr=np.float64(0.01), seed=np.int64(2)).from_cache


def test_a_network_without_parameters_is_one(data, cache_folder):
    head = SoftmaxLoss(3, data.train.images[0].numel())
    assert fit(nn.Flatten(), head, data, epochs=1).steps >= 1


def batches_of(data, together, seed=0):
    """The numbers that every image of an epoch carries in a corner, batch by batch."""
    seen = []
    net, head = start()
    net.register_forward_pre_hook(lambda net, given: seen.append(given[0][:, 0, 0, 0]) if net.training else None)
    fit(net, head, data, epochs=1, seed=seed, together=together, cache=False)
    return [(1e4 * corners).round().long() for corners in seen]


@pytest.mark.parametrize("together", [1, 2, 5])
def test_images_of_a_class_come_together(data, together):
    numbered = blobs(2 * BATCH, 0)
    numbered.images[:, 0, 0, 0] = torch.arange(2 * BATCH) / 1e4
    where = ImageData(numbered, data.validation, data.test, 3, "numbered")
    batches = batches_of(where, together)
    order = torch.cat(batches)
    assert [len(batch) for batch in batches] == [BATCH, BATCH]
    assert torch.equal(order.sort().values, torch.arange(2 * BATCH))
    labels = numbered.labels[order]
    _, runs = labels.unique_consecutive(return_counts=True)
    odd_ones = (runs % together != 0).sum()  # at most one broken group a class, which may lengthen another's run
    assert (odd_ones <= 3) if together > 1 else (runs == 1).any()
    assert torch.equal(order, torch.cat(batches_of(where, together)))
    assert not torch.equal(order, torch.cat(batches_of(where, together, seed=1)))


def test_groups_of_nothing_are_refused(data):
    with pytest.raises(ValueError, match=r"^together must be a whole number of at least 1 for fit, got 0\.$"):
        fit(*start(), data, epochs=1, together=0)


def test_wrong_labels_are_refused_before_anything_is_trained(data, cache_folder):
    wrong = LabelledImages(data.train.images, data.train.labels + 1)
    with pytest.raises(ValueError, match=r"^labels must lie in 0\.\.2, got 1\.\.3\.$"):
        fit(*start(), ImageData(wrong, data.validation, data.test, 3, "wrong"), epochs=1)
