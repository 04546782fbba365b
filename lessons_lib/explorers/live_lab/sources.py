"""What LiveLab learns from: the images themselves, or what a trained trunk says of them. No widget in here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lessons_lib.data import ImageData
from lessons_lib.explorers.kit.retraining import trunk_features
from lessons_lib.runs import Run

SHOWN = 500
_TRUNK_IMAGES = 10_000


@dataclass(frozen=True)
class Examples:
    """What is trained on, (N, D) with labels (N,), and the few that are shown, (M, D) with labels (M,)."""

    inputs: Tensor
    labels: Tensor
    shown: Tensor
    shown_labels: Tensor

    @classmethod
    def pixels(cls, data: ImageData) -> "Examples":
        """The images themselves, all of them."""
        some = data.validation[:SHOWN]
        return cls(data.train.images.flatten(1), data.train.labels, some.images.flatten(1), some.labels)

    @classmethod
    def trunk(cls, warm: Run, data: ImageData) -> "Examples":
        """What a trained trunk says of the images, 64 numbers each: half a second's work, done once."""
        train, some = data.train[:_TRUNK_IMAGES], data.validation[:SHOWN]
        inputs, shown = (trunk_features(warm.net.trunk, images) for images in (train.images, some.images))
        return cls(inputs, train.labels, shown, some.labels)


class Sources:
    """A lab's examples by the name of their source; what the trunk says is made when first wanted, on any thread.

    `run` has the trunk; where it is a function, it is called for the run, once. ValueError for a run without a trunk.
    """

    def __init__(self, data: ImageData, run: Run | Callable[[], Run] | None):
        self._data, self._run = data, run if run is None or callable(run) else _with_trunk(run)
        self._from_trunk: Examples | None = None
        self._making = threading.Lock()

    def at_hand(self, source: str) -> bool:
        """Whether nothing has to be trained for this source."""
        return source == "pixels" or self._from_trunk is not None or not callable(self._run)

    def examples(self, source: str) -> Examples:
        """What this source gives; a run that is yet to be made is made now, and who comes for it meanwhile waits."""
        if source == "pixels":
            return Examples.pixels(self._data)
        with self._making:
            self._from_trunk = self._from_trunk or self._trunk()
            return self._from_trunk

    def _trunk(self) -> Examples:
        run = _with_trunk(self._run()) if callable(self._run) else self._run
        with one_thread():
            return Examples.trunk(run, self._data)


@contextmanager
def one_thread() -> Iterator[None]:
    """Layers this small gain nothing from a second thread, and lose much while a browser draws."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _with_trunk(run: Run) -> Run:
    """The run itself; ValueError where its network has no trunk."""
    if not isinstance(getattr(getattr(run, "net", None), "trunk", None), nn.Module):
        raise ValueError(f"LiveLab needs a run whose network has a trunk, got one of {type(run.net).__name__}.")
    return run
