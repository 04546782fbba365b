"""A run is read back only where the same training would give it: the user's code, as a notebook's cells hold it."""

import copy
import os
import subprocess
import sys
import textwrap
import warnings

import pytest
import torch
from torch import nn

from lessons_lib.data import ImageData, LabelledImages
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
from lessons_lib.training import fit


def part(count: int, seed: int) -> LabelledImages:
    chance = torch.Generator().manual_seed(seed)
    return LabelledImages(torch.rand(count, 1, 8, 8, generator=chance), torch.arange(count) % 3)


def little(digest="little") -> ImageData:
    return ImageData(part(24, 0), part(9, 1), part(6, 2), num_classes=3, digest=digest)


CELL_1 = """
import functools, math, random
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from lessons_lib.losses import ContrastiveLoss, CosFaceLoss, Head, InBatch, SoftmaxLoss, random_pairs
"""

# Each is a cell that makes `net`, `head` and `auxiliary`; VALUE is what its author changes.
CELLS = {
    "method": """
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(theta + VALUE)
        head = Mine(3, 2)""",
    "class attribute": """
        class Mine(Head):
            margin = VALUE
            def target_logit(self, theta): return torch.cos(theta + self.margin)
        head = Mine(3, 2)""",
    "attribute of a base class": """
        class Base(Head):
            margin = VALUE
        class Mine(Base):
            def target_logit(self, theta): return torch.cos(theta + self.margin)
        head = Mine(3, 2)""",
    "forward": """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(64, 2)
            def forward(self, images): return self.layer(images.flatten(1)) * VALUE
        net = Net()""",
    "helper": """
        def curve(theta): return torch.cos(theta + VALUE)
        class Mine(Head):
            def target_logit(self, theta): return curve(theta)
        head = Mine(3, 2)""",
    "helper of a helper": """
        def margin(): return VALUE
        def curve(theta): return (lambda: torch.cos(theta + margin()))()
        class Mine(Head):
            def target_logit(self, theta): return curve(theta)
        head = Mine(3, 2)""",
    "global": """
        m = VALUE
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(theta + m)
        head = Mine(3, 2)""",
    "global tensor": """
        m = torch.tensor(VALUE)
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(theta + m)
        head = Mine(3, 2)""",
    "global array in a list": """
        m = [{"a": np.array([VALUE])}]
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(theta + float(m[0]["a"][0]))
        head = Mine(3, 2)""",
    "default argument": """
        class Mine(Head):
            def target_logit(self, theta, m=VALUE): return torch.cos(theta + m)
        head = Mine(3, 2)""",
    "keyword default": """
        class Mine(Head):
            def target_logit(self, theta, *, m=VALUE): return torch.cos(theta + m)
        head = Mine(3, 2)""",
    "closure": """
        def shifted(m): return lambda theta: torch.cos(theta + m)
        class Mine(Head):
            target_logit = staticmethod(shifted(VALUE))
        head = Mine(3, 2)""",
    "decorator": """
        def shifted(m):
            def decorate(method):
                @functools.wraps(method)
                def wrapped(self, theta): return method(self, theta + m)
                return wrapped
            return decorate
        class Mine(Head):
            @shifted(VALUE)
            def target_logit(self, theta): return torch.cos(theta)
        head = Mine(3, 2)""",
    "decorator copied onto a torch function": """
        def shifted(m):
            @functools.wraps(F.relu)
            def wrapped(x): return torch.cos(x + m)
            return wrapped
        relu = shifted(VALUE)
        class Mine(Head):
            def target_logit(self, theta): return relu(theta)
        head = Mine(3, 2)""",
    "property": """
        class Mine(Head):
            @property
            def m(self): return VALUE
            def target_logit(self, theta): return torch.cos(theta + self.m)
        head = Mine(3, 2)""",
    "method put on an instance": """
        head = CosFaceLoss(3, 2)
        head.target_logit = lambda theta: torch.cos(theta + VALUE)""",
    "choose, a lambda": """
        head = InBatch(ContrastiveLoss(), lambda x, y: random_pairs(x, (y + y * int(10 * VALUE)) % 3), 3, 2)""",
    "choose, a partial": """
        def chosen(x, y, by): return random_pairs(x * by, (y + int(10 * by)) // 2)
        head = InBatch(ContrastiveLoss(), functools.partial(chosen, by=VALUE), 3, 2)""",
    "choose, an object": """
        class Choose:
            def __init__(self, by): self.by = by
            def __call__(self, x, y): return random_pairs(x, (y + int(10 * self.by)) // 2)
        head = InBatch(ContrastiveLoss(), Choose(VALUE), 3, 2)""",
    "choose, an object with slots": """
        class Choose:
            __slots__ = ("by",)
            def __init__(self, by): self.by = by
            def __call__(self, x, y): return random_pairs(x, (y + int(10 * self.by)) // 2)
        head = InBatch(ContrastiveLoss(), Choose(VALUE), 3, 2)""",
    "tensor attribute of an auxiliary loss": """
        class Anchor(nn.Module):
            def __init__(self):
                super().__init__()
                self.point = torch.full((2,), VALUE)
            def forward(self, x, y): return (x - self.point).square().mean()
        auxiliary = [(1.0, Anchor())]""",
    "list attribute": """
        head = SoftmaxLoss(3, 2)
        head.many = [1, (2, {"x": VALUE})]""",
    "buffer that is not kept": """
        head = SoftmaxLoss(3, 2)
        head.register_buffer("m", torch.tensor(VALUE), persistent=False)""",
    "forward hook": """
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
        net.register_forward_hook(lambda net, given, out: out * VALUE)""",
    "gradient hook": """
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
        net[1].weight.register_hook(lambda gradient: gradient * VALUE)""",
    "parametrization": """
        class Times(nn.Module):
            def forward(self, weight): return weight * VALUE
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
        nn.utils.parametrize.register_parametrization(net[1], "weight", Times())""",
    "gradient by hand": """
        class Gradient(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x): return x.clone()
            @staticmethod
            def backward(ctx, g): return g * VALUE
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(Gradient.apply(theta))
        head = Mine(3, 2)""",
    "order of a dict": """
        steps = dict(sorted({"a": torch.sin, "b": torch.cos}.items(), reverse=VALUE > 0.25))
        class Mine(Head):
            def target_logit(self, theta):
                for step in steps.values(): theta = step(theta)
                return theta
        head = Mine(3, 2)""",
    "patched library class": """
        CosFaceLoss.target_logit = lambda self, theta: torch.cos(theta + VALUE)
        head = CosFaceLoss(3, 2)""",
    "patched torch layer": """
        nn.Flatten.forward = lambda self, x: x.flatten(1) * VALUE
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))""",
    "patched torch function": """
        F.made_up = lambda x: torch.cos(x + VALUE)
        class Mine(Head):
            def target_logit(self, theta): return F.made_up(theta)
        head = Mine(3, 2)""",
    "import within": """
        class Mine(Head):
            def target_logit(self, theta):
                from math import cos, sin
                return torch.cos(theta + (sin if VALUE > 0.25 else cos)(1.0))
        head = Mine(3, 2)""",
    "set": """
        names = {"one", "two", "three", str(VALUE)}
        class Mine(Head):
            def target_logit(self, theta): return torch.cos(theta + ("0.3" in names))
        head = Mine(3, 2)""",
}


def run_cell(cell: str, value: float, before: str = "", **options):
    """Train with what a cell makes, executed in a namespace of its own as a notebook's kernel would."""
    space = {"__name__": "__main__"}
    exec(CELL_1, space)
    torch.manual_seed(0)
    code = before + textwrap.dedent(CELLS.get(cell, cell)).replace("VALUE", str(value))
    exec(compile(code, f"<cell {abs(hash(code))}>", "exec"), space)
    torch.manual_seed(1)
    net = space.get("net", nn.Sequential(nn.Flatten(), nn.Linear(64, 2)))
    head = space.get("head", SoftmaxLoss(3, 2))
    return fit(net, head, little(), epochs=1, auxiliary=space.get("auxiliary", ()), **options)


@pytest.fixture
def unpatched(monkeypatch):
    """What cells put into a library is taken out again."""
    monkeypatch.setattr(CosFaceLoss, "target_logit", CosFaceLoss.target_logit)
    monkeypatch.setattr(nn.Flatten, "forward", nn.Flatten.forward)
    monkeypatch.setattr(torch.nn.functional, "made_up", None, raising=False)


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
from tests.test_runs import CELLS, run_cell
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
