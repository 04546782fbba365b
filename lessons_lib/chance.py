"""The random numbers that everybody draws from: how they stand, and how to put them back."""

import random
from typing import Any

import numpy as np
import torch


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
    """Put all of them where `chance_now` saw them."""
    kind, numbers, *rest = state["numpy"]
    torch.set_rng_state(state["cpu"])
    np.random.set_state((kind, numbers.numpy().astype(np.uint32), *rest))
    random.setstate(state["python"])
    if "device" in state:
        torch.get_device_module(device).set_rng_state(state["device"])
