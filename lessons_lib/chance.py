"""The random numbers that everybody draws from: how they stand, and how to put them back."""

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lessons_lib.described import digest_of


def chance_now(device: str) -> dict[str, Any]:
    """The state of torch's random numbers, on the CPU and on `device`, of numpy's and of Python's, in plain values."""
    kind, numbers, *rest = np.random.get_state()
    state = {
        "cpu": torch.get_rng_state(),
        "numpy": (kind, torch.from_numpy(numbers.astype(np.int64)), *rest),
        "python": random.getstate(),
    }
    if torch.device(device).type != "cpu":
        state["device"] = torch.get_device_module(device).get_rng_state()
    return state


def set_chance(state: dict[str, Any], device: str) -> None:
    """Put those that `state` names where `chance_now` saw them."""
    if "cpu" in state:
        torch.set_rng_state(state["cpu"])
    if "numpy" in state:
        kind, numbers, *rest = state["numpy"]
        np.random.set_state((kind, numbers.numpy().astype(np.uint32), *rest))
    if "python" in state:
        random.setstate(state["python"])
    if "device" in state:
        torch.get_device_module(device).set_rng_state(state["device"])


def drawn_from(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Which of them have moved on."""
    return [name for name in before if digest_of(state=before[name]) != digest_of(state=after[name])]


def paths_from(path: Path, before: dict[str, Any]) -> dict[tuple[str, ...], Path]:
    """The names under which a run may be kept, by what its training drew from: with where that stood at the start.

    A training that draws nothing is the same wherever they stand; numpy's and Python's stand elsewhere in each process.
    """
    digests = {name: digest_of(state=state)[:16] for name, state in before.items()}
    choices = [which for count in range(len(before) + 1) for which in combinations(before, count)]
    return {which: path.with_stem("-".join([path.stem, *(digests[name] for name in which)])) for which in choices}
