"""What a training leaves behind, and how it is kept so that it need not be repeated."""

import hashlib
import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lessons_lib.data import ImageData
from lessons_lib.data.cache import cache_folder, check_path, keep, kept
from lessons_lib.described import NotDescribed, digest_of, reaches
from lessons_lib.losses import Head

Metrics = dict[str, float]
Frame = dict[str, Any]
Callback = Callable[[int, Metrics, Frame], None]

# What can change a trained network: the layers from `training` down. Figures and lessons may change freely.
_TRAINING_SOURCES = (
    "angles.py",
    "chance.py",
    "fitting.py",
    "nets.py",
    "runs.py",
    "training.py",
    "described/*.py",
    "losses/*.py",
    "data/*.py",
)
_PLAIN = (bool, int, float, complex, str, type(None))


@dataclass(repr=False)
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
    chance: dict[str, Any] = field(default_factory=dict)  # random numbers it drew from, as it left them

    def __repr__(self) -> str:
        """What was trained, for how long, how well."""
        best = max((seen["accuracy"] for seen in self.validation), default=None)
        reached = "not validated" if best is None else f"validation accuracy {best:.2%}"
        came = ", interrupted" * self.interrupted + ", read back from the cache" * self.from_cache
        of = f"{type(self.net).__name__} with {type(self.head).__name__}"
        return f"Run of {of}: {self.steps} steps in {self.seconds:.1f} s, {reached}{came}"

    @property
    def modules(self) -> tuple[nn.Module, Head, nn.ModuleList]:
        """Everything that training changes."""
        return self.net, self.head, self.extras

    def replay(self, callback: Callback | None) -> None:
        """Show a callback the recorded moments, as it would have seen them during training."""
        if callback is not None:
            for metrics, frame in zip(self.history, self.frames, strict=True):
                callback(int(metrics["step"]), metrics, frame)

    def rest(self) -> None:
        """Bring all modules to the CPU as they are used from now on.

        A run that is read back shall give the same numbers as the one that was trained, and sums round differently when
        weights lie otherwise in memory: so they lie in plain order in both.
        """
        for module in self.modules:
            module.cpu().eval()
            for value in (*module.parameters(), *module.buffers()):
                value.data = value.detach().clone(memory_format=torch.contiguous_format)

    def save(self, path: Path) -> None:
        """Write the run to `path`, whole or not at all, headed by its own digest. ValueError for a path as a text."""
        check_path(path)
        modules = {name: value for name, value in vars(self).items() if isinstance(value, nn.Module)}
        states = {name: module.state_dict() for name, module in modules.items()}
        content = io.BytesIO()
        torch.save(vars(self) | states | {"plain": {name: _plain(module) for name, module in modules.items()}}, content)
        keep(path, content.getvalue())

    @classmethod
    def load(cls, path: Path, net: nn.Module, head: Head, extras: nn.ModuleList) -> "Run | None":
        """Read a run back into its modules; None if there is none, or it is damaged or unreadable (which is said)."""
        check_path(path)
        content = kept(path, f"The trained network in {path}", "it will be trained again", stacklevel=5)
        if content is None:
            return None
        state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        plain = state.pop("plain")
        for name, module in {"net": net, "head": head, "extras": extras}.items():
            module.load_state_dict(state.pop(name))
            for layer, attributes in plain[name].items():
                vars(module.get_submodule(layer)).update(attributes)
        run = cls(net, head, extras, **state | {"from_cache": True})
        run.rest()
        return run


def run_path(configuration: dict[str, Any], run: Run, data: ImageData, callback: Callback | None) -> Path | None:
    """Where the run of this configuration, from where its modules stand, is kept: its name holds all that decides it.

    That includes the user's own code, and the callback's if it has hold of what is trained. None if something cannot be
    described for certain, which is said.
    """
    trained = {id(part) for module in run.modules for part in (*module.modules(), *module.parameters())}
    steering = callback if callback is not None and reaches(callback, trained) else None
    parts = {"net": run.net, "head": run.head, "auxiliary": list(run.extras)}
    images = {"training images": data.train, "validation images": data.validation, "digest": data.digest}
    hooks = {name: list(made.values()) for name, made in vars(torch.nn.modules.module).items() if "_global_f" in name}
    here = {"library": _source_digest(), "torch": torch.__version__, "python": sys.version}
    here["dtype"] = str(torch.get_default_dtype())
    try:
        digest = digest_of(**parts, **images, configuration=configuration, callback=steering, hooks=hooks, here=here)
    except NotDescribed as error:
        warnings.warn(
            f"The training is done anew and not kept for next time: {error} cannot be described for certain.",
            stacklevel=3,
        )
        return None
    return cache_folder() / "runs" / f"{digest[:32]}.run"


def _plain(module: nn.Module) -> dict[str, dict[str, Any]]:
    """Plain attributes, such as a margin that a training raises step by step, by the name of the layer."""
    return {
        name: {key: value for key, value in vars(part).items() if key != "training" and type(value) in _PLAIN}
        for name, part in module.named_modules()
    }


@cache
def _source_digest() -> str:
    here = Path(__file__).parent
    paths = sorted(path for pattern in _TRAINING_SOURCES for path in here.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
