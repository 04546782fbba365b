"""The state that is kept is the one that tells strangers apart."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from lessons_lib.data import LabelledImages, load_folder, part_classes
from lessons_lib.evaluation.resampled import figure_of, ranked_rightly
from lessons_lib.losses import FixedAdaCosLoss
from lessons_lib.own import Setting, choosing, fit_for_strangers, levers, suspects, try_levers
from lessons_lib.picture_nets import PictureJitter, PictureNet
from lessons_lib.training import fit
from tests.own.made import few


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return part_classes(load_folder(few(tmp_path_factory.mktemp("few"), noise=90)))


def trained(data, epochs=6, lr=0.01, cache=True):
    torch.manual_seed(3)
    net = nn.Sequential(PictureJitter(), PictureNet(16))
    return fit_for_strangers(net, FixedAdaCosLoss(data.num_classes, 16), data, epochs=epochs, lr=lr, cache=cache)


def test_the_state_that_is_kept_ranks_strangers_best_of_all_looked_at(data, cache_folder):
    chosen = trained(data, epochs=12, lr=0.05, cache=False)
    assert len(chosen.steps) == len(chosen.strangers) == len(chosen.known) >= 6
    ranked = figure_of(chosen.pairs(data.unseen_validation), ranked_rightly)
    assert ranked == pytest.approx(max(chosen.strangers), abs=1e-9)
    latest = max(
        step for step, share in zip(chosen.steps, chosen.strangers, strict=True) if share == max(chosen.strangers)
    )
    assert chosen.step == latest
    assert not cache_folder.exists()


def test_a_training_is_read_back_with_all_it_has_seen_and_chance_goes_on_as_before(data, cache_folder, monkeypatch):
    first, after = trained(data), torch.rand(3)
    calls = []
    monkeypatch.setattr(choosing, "_train", lambda *arguments: calls.append(arguments))
    (path,) = (cache_folder / "runs").iterdir()
    monkeypatch.setattr(choosing, "_path", lambda *arguments: path)  # the name holds the code that trains
    again = trained(data)
    assert torch.rand(3).equal(after) and not calls
    for name in ("step", "steps", "strangers", "known"):
        assert getattr(again, name) == getattr(first, name)
    for name, value in first.net.state_dict().items():
        assert again.net.state_dict()[name].equal(value)


def test_another_setting_or_other_strangers_are_trained_anew(data, cache_folder):
    kept = lambda: len(list((cache_folder / "runs").iterdir()))  # noqa: E731
    trained(data, epochs=1)
    trained(data, epochs=1)
    assert kept() == 1
    trained(data, epochs=1, lr=0.02)
    fewer = replace(data, unseen_validation=data.unseen_validation[:-1])
    trained(fewer, epochs=1)
    assert kept() == 3


def test_an_interrupted_training_is_not_kept(data, cache_folder, monkeypatch):
    def interrupted(*arguments, callback, **settings):
        run = fit(*arguments, **settings | {"epochs": 1}, callback=callback)
        run.interrupted = True
        return run

    monkeypatch.setattr(choosing, "fit", interrupted)
    chosen = trained(data, epochs=3)
    assert chosen.interrupted and chosen.steps and not list(cache_folder.glob("runs/*"))


def interrupt(monkeypatch, look):
    """Ctrl-C, in the look of this number, 1 for the first."""
    looks, looked = [], choosing.scored_pairs

    def stopped(*arguments):
        looks.append(arguments)
        if len(looks) == look:
            raise KeyboardInterrupt
        return looked(*arguments)

    monkeypatch.setattr(choosing, "scored_pairs", stopped)


@pytest.mark.parametrize("look", [1, 2, 4])
def test_an_interrupt_in_any_look_keeps_the_best_that_was_reached(data, cache_folder, monkeypatch, look):
    interrupt(monkeypatch, look)
    chosen = trained(data, epochs=3)
    assert chosen.interrupted and len(chosen.steps) == look - 1 and not list(cache_folder.glob("runs/*"))
    if look == 1:
        torch.manual_seed(3)
        start = nn.Sequential(PictureJitter(), PictureNet(16))
        assert all(value.equal(chosen.net.state_dict()[name]) for name, value in start.state_dict().items())


@pytest.mark.parametrize("look", [1, 3])
def test_what_compares_trainings_stops_with_one_that_was_stopped(tmp_path, cache_folder, monkeypatch, look):
    folder, setting = load_folder(few(tmp_path / "few")), Setting(epochs=6, width=4)
    for compare, what in (
        (lambda: try_levers(folder, setting, levers(setting, folder)), "the plain setting"),
        (lambda: suspects(folder, setting), "the 8 classes that look at the others"),
    ):
        with monkeypatch.context() as patch:
            interrupt(patch, look)
            with pytest.raises(KeyboardInterrupt, match=f"^Stopped in the training for {what}: only whole"):
                compare()


def test_of_very_many_strangers_whole_classes_are_looked_at(monkeypatch):
    monkeypatch.setattr(choosing, "MOST", 8)
    labels = torch.arange(10).repeat_interleave(4)
    some = choosing._some(LabelledImages(labels[:, None].float(), labels))
    assert some.labels.bincount().sort().values.tolist()[-2:] == [4, 4] and some.images[:, 0].equal(some.labels.float())
