"""What a training leaves behind, and how it is kept so that it need not be repeated."""

import hashlib
import io
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lessons_lib.data.cache import cache_folder, written_whole
from lessons_lib.losses import Head

Metrics = dict[str, float]
Frame = dict[str, Any]
Callback = Callable[[int, Metrics, Frame], None]

# What can change a trained network: the layers from `training` down. Figures and lessons may change freely.
_TRAINING_SOURCES = ("angles.py", "nets.py", "runs.py", "training.py", "losses/*.py", "data/*.py")


@dataclass
class Run:
    """A trained network with its head, in the best state seen on the validation split, and how it got there.

    `extras` are the auxiliary losses it was trained with, in the state that belongs to it.
    `history` has one entry for each of about thirty moments: step, epoch, loss, accuracy (0..1), theta (mean angle to
    the own class weight, radians) and scale; `frames` shows the same 500 validation digits at these moments.
    `validation` has accuracy and theta on the whole validation split after each epoch.
    """

    net: nn.Module
    head: Head
    extras: nn.ModuleList = field(default_factory=nn.ModuleList)
    history: list[Metrics] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    validation: list[Metrics] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    from_cache: bool = False

    @property
    def modules(self) -> tuple[nn.Module, nn.Module, nn.Module]:
        """Everything that training changes."""
        return self.net, self.head, self.extras

    def replay(self, callback: Callback | None) -> None:
        """Show a callback the recorded moments, as it would have seen them during training."""
        if callback is not None:
            for metrics, frame in zip(self.history, self.frames, strict=True):
                callback(int(metrics["step"]), metrics, frame)

    def save(self, path: Path) -> None:
        """Write the run to `path`, whole or not at all, headed by its own digest."""
        states = {name: value.state_dict() for name, value in vars(self).items() if isinstance(value, nn.Module)}
        content = io.BytesIO()
        torch.save(vars(self) | states, content)
        with written_whole(path) as file:
            file.write(_digest(content.getvalue()).encode() + b"\n" + content.getvalue())

    @classmethod
    def load(cls, path: Path, net: nn.Module, head: Head, extras: nn.ModuleList) -> "Run | None":
        """Read a run back into its modules; None if there is none, or it is damaged (which is said)."""
        if not path.exists():
            return None
        digest, _, content = path.read_bytes().partition(b"\n")
        if _digest(content).encode() != digest:
            warnings.warn(f"The trained network in {path} was damaged; it will be trained again.", stacklevel=3)
            return None
        kept = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        for name, module in {"net": net, "head": head, "extras": extras}.items():
            module.load_state_dict(kept.pop(name))
            module.eval()
        return cls(net, head, extras, **kept | {"from_cache": True})


def run_path(configuration: dict[str, Any], *modules: nn.Module) -> Path:
    """Where the run of this configuration from these starting weights is kept: its name holds all that decides it."""
    described = json.dumps(configuration, sort_keys=True, default=repr)
    weights = [_state_digest(module) for module in modules]
    parts = [described, *map(_settings, modules), *weights, torch.__version__, _source_digest()]
    return cache_folder() / "runs" / f"{_digest(chr(10).join(parts).encode())[:32]}.run"


def _settings(module: nn.Module) -> str:
    """Every layer with what it was made or told to do: its repr, and all its plain attributes, such as a margin."""
    plain = {
        f"{name}.{key}": value
        for name, part in module.named_modules()
        for key, value in vars(part).items()
        if key != "training" and isinstance(value, bool | int | float | str | tuple | None)
    }
    return f"{module!r}{sorted(plain.items(), key=str)}"


def _state_digest(module: nn.Module) -> str:
    total = hashlib.sha256()
    for name, value in module.state_dict().items():
        total.update(name.encode())
        total.update(value.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()


@cache
def _source_digest() -> str:
    here = Path(__file__).parent
    paths = sorted(path for pattern in _TRAINING_SOURCES for path in here.glob(pattern))
    return _digest(b"".join(path.read_bytes() for path in paths))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
