"""A run is read back only where the same training would give it: the user's code, as a notebook's cells hold it."""

import copy
import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib.described import digest_of
from lessons_lib.losses import (
    LOSSES,
    CenterLoss,
    ContrastiveLoss,
    CosFaceLoss,
    InBatch,
    SoftmaxLoss,
    UniformLoss,
    random_pairs,
)
from lessons_lib.nets import RandomJitter
from lessons_lib.runs import Run
from lessons_lib.training import fit
from tests.cells import CELLS, little, run_cell


@pytest.fixture
def unpatched(monkeypatch):
    """What cells put into a library is taken out again."""
    monkeypatch.setattr(CosFaceLoss, "target_logit", CosFaceLoss.target_logit)
    monkeypatch.setattr(nn.Flatten, "forward", nn.Flatten.forward)
    monkeypatch.setattr(torch.nn.functional, "made_up", None, raising=False)


def test_a_path_that_is_a_text_is_told_what_to_do(tmp_path):
    net, head = nn.Linear(2, 2), SoftmaxLoss(3, 2)
    place = str(tmp_path / "a.run")
    for use in (lambda: Run(net, head).save(place), lambda: Run.load(place, net, head, nn.ModuleList())):
        with pytest.raises(ValueError) as refused:
            use()
        assert str(refused.value) == f"path must be a pathlib.Path, got str; use Path({place!r})."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cell", CELLS)
def test_a_changed_cell_trains_anew_and_the_same_one_is_read_back(cell, cache_folder, unpatched, recwarn):
    first = run_cell(cell, 0.2)
    again = run_cell(cell, 0.2, before="# The same definitions, in other lines.\n\n")
    changed = run_cell(cell, 0.3)
    assert [run.from_cache for run in (first, again, changed)] == [False, True, False]
    assert torch.equal(first.head.weight, again.head.weight)
    assert run_cell(cell, 0.2).from_cache
    assert not [said for said in recwarn if "done anew" in str(said.message)]


UNDESCRIBED = {
    "iterator": "head = SoftmaxLoss(3, 2); head.more = iter([1, 2])",
    "generator": "head = SoftmaxLoss(3, 2); head.more = (i for i in range(3))",
    "random generator": "head = SoftmaxLoss(3, 2); head.more = torch.Generator()",
    "numpy's generator": "head = SoftmaxLoss(3, 2); head.more = [np.random.default_rng(0)]",
    "Python's generator": "more = random.Random(0)\nhead = SoftmaxLoss(3, 2); head.more = lambda: more.random()",
    "lock": "import threading\nhead = SoftmaxLoss(3, 2); head.more = threading.Lock()",
    "file": "import os\nhead = SoftmaxLoss(3, 2); head.more = open(os.devnull)",
    "weak reference": "import weakref\nhead = SoftmaxLoss(3, 2); head.more = weakref.ref(head)",
}


@pytest.mark.parametrize("kind", UNDESCRIBED)
def test_what_cannot_be_described_is_said_trained_anew_and_not_kept(kind, cache_folder):
    for _ in range(2):
        with pytest.warns(
            UserWarning, match=r"^The training is done anew and not kept .*: head\.more.* \(an? .*\) can"
        ):
            assert not run_cell(UNDESCRIBED[kind], 0).from_cache
    assert not cache_folder.exists()


@pytest.mark.parametrize(
    ("margin", "asked"),
    [
        ('float(os.environ.get("M", 0.2))', "os.environ"),
        ('float(os.getenv("M", 0.2))', "os.getenv"),
        ("len(open(os.devnull).read())", "open"),
        ('eval("0.2")', "eval"),
        ('globals().get("M", 0.2)', "globals"),
        ('float(np.load("margin.npy"))', "numpy.load"),
        ('torch.load("margin.pt")', "torch.load"),
        ("time.time() % 1", "time.time"),
    ],
)
def test_code_that_asks_outside_of_the_program_is_trained_anew(margin, asked, cache_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("margin.npy", 0.2)
    torch.save(0.2, "margin.pt")
    cell = f"""
import os, time
class Mine(Head):
    def target_logit(self, theta): return torch.cos(theta + {margin})
head = Mine(3, 2)"""
    with pytest.warns(UserWarning, match=rf"done anew .*target_logit.* \(it asks {re.escape(asked)}, which may answer"):
        assert not run_cell(cell, 0).from_cache
    assert not cache_folder.exists()


@pytest.mark.parametrize("part", ["train", "validation"])
@pytest.mark.parametrize("what", ["images", "labels"])
def test_data_changed_by_hand_is_trained_on_anew_whatever_its_digest_says(part, what, cache_folder):
    def train(data):
        torch.manual_seed(0)
        return fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), SoftmaxLoss(3, 2), data, epochs=1)

    data = little()
    assert not train(data).from_cache and train(little()).from_cache
    getattr(getattr(data, part), what).numpy()[0] = 2  # torch counts no change of this kind
    assert not train(data).from_cache


def jittered(seed: int):
    torch.manual_seed(0)
    net, head = nn.Sequential(RandomJitter(), nn.Flatten(), nn.Linear(64, 2)), SoftmaxLoss(3, 2)
    torch.manual_seed(seed)
    run = fit(net, head, little(), epochs=1)
    return run, torch.rand(3)


def test_random_numbers_that_a_training_draws_are_part_of_it_and_go_on_alike(cache_folder):
    (first, after), (again, after_again), (other, _) = jittered(1), jittered(1), jittered(2)
    assert [run.from_cache for run in (first, again, other)] == [False, True, False]
    assert torch.equal(after, after_again)
    assert torch.equal(first.net[2].weight, again.net[2].weight)
    assert not torch.equal(first.net[2].weight, other.net[2].weight)


def test_a_training_that_draws_none_is_read_back_wherever_they_stand(cache_folder):
    for seed in (1, 2):
        torch.manual_seed(0)
        net, head = nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), SoftmaxLoss(3, 2)
        torch.manual_seed(seed)
        run, drawn = fit(net, head, little(), epochs=1), torch.rand(3)
        torch.manual_seed(seed)
        assert torch.equal(drawn, torch.rand(3))
    assert run.from_cache


def test_a_callback_that_moves_the_margin_is_part_of_the_training_and_one_that_watches_is_not(cache_folder):
    def train(step=None):
        torch.manual_seed(0)
        net, head = nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), CosFaceLoss(3, 2, margin=0.1)

        def move(at, metrics, frame):
            head.margin += step

        watch = [].append
        callback = move if step is not None else (lambda at, metrics, frame: watch(at))
        return fit(net, head, little(), epochs=3, callback=callback)

    first = [train(), train(0.1), train(0.2)]
    again = [train(), train(0.1), train(0.2)]
    assert [run.from_cache for run in first + again] == [False] * 3 + [True] * 3


def test_a_margin_that_training_moves_is_read_back_as_it_was_left(cache_folder):
    cell = """
        class Mine(CosFaceLoss):
            def forward(self, x, y):
                self.margin += 0.125
                return super().forward(x, y)
        head = Mine(3, 2, margin=0.25)"""
    first, again = run_cell(cell, 0), run_cell(cell, 0)
    assert again.from_cache and first.head.margin == again.head.margin == 0.375


PROGRAM = """
import sys, torch
sys.argv = ["", "", ""]
from tests.cells import CELLS, run_cell
print(*[name for name in CELLS if "patched" not in name and not run_cell(name, 0.2).from_cache], sep=";")
"""


def test_another_process_reads_them_back(cache_folder, monkeypatch):
    own = os.environ.get("PYTHONHASHSEED")
    monkeypatch.setenv("PYTHONHASHSEED", "2" if own == "1" else "1")  # sets have another order there
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    trained = done.stdout.strip().split(";")
    assert len(trained) > 25 and all(run_cell(name, 0.2).from_cache for name in trained)


def test_a_run_says_in_one_line_what_it_is(cache_folder):
    first, again = run_cell("method", 0.2), run_cell("method", 0.2)
    for run, end in (first, "%"), (again, "read back from the cache"):
        assert repr(run).startswith("Run of Sequential with Mine: 1 steps in ") and repr(run).endswith(end)
        assert "validation accuracy" in repr(run) and len(repr(run)) < 150 and "\n" not in repr(run)


def test_an_unreadable_run_is_named_and_trained_again(cache_folder, monkeypatch):
    run_cell("method", 0.2)
    (path,) = (cache_folder / "runs").iterdir()
    path.unlink()
    path.mkdir()  # no one can read this as a file, root neither
    (path / "full").touch()
    with pytest.warns(UserWarning) as said:
        assert not run_cell("method", 0.2).from_cache
    words = [str(warning.message) for warning in said]
    assert f"The trained network in {path} cannot be read (Is a directory); it will be trained again." in words
    assert words[-1].startswith("The run is not kept for next time. Cannot write to")


def test_a_choice_without_a_name_has_a_repr():
    class Choose:
        def __call__(self, x, y):
            return random_pairs(x, y)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "choose=Choose," in repr(InBatch(ContrastiveLoss(), Choose(), 3, 2))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_library_can_be_described(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # P2SGrad: fewer dimensions than classes
        heads = [LOSSES[name](5, 2) for _ in range(2)]
    heads[1].load_state_dict(heads[0].state_dict())
    for centers in (CenterLoss(5, 2), UniformLoss(5, 2)):
        digests = {digest_of(head=head, extra=copy.deepcopy(centers)) for head in heads}
        assert len(digests) == 1
