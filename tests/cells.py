"""Cells as a reader writes them, each with a value that its author changes, and a training with what they make."""

import textwrap

import torch
from torch import nn

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import SoftmaxLoss
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
