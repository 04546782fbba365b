"""A training that many processes share, kept so that as many or others can go on: each writes the rows it has."""

import os
import shutil
import warnings
from pathlib import Path

import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch import nn, optim
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict

_LAST = "last"  # the name of the checkpoint that is whole


def keep(folder: str | Path, step: int, net: nn.Module, head: nn.Module, optimizer: optim.Optimizer) -> None:
    """Write network, head and the optimiser's state after so many steps; the one before goes once this is whole.

    All processes call it. A `Spread` head is kept as the head it spreads, so that one process can read it too.
    """
    folder, name = Path(folder), f"step {step}"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled")  # with one process it is
        # Batch norm counts for itself in each process, and process 0's count is everyone's at the next step.
        first = dcp.DefaultSavePlanner(dedup_save_to_lowest_rank=True)
        dcp.save(_state(step, net, head, optimizer), checkpoint_id=folder / name, planner=first, no_dist=not _many())
    if not _many() or dist.get_rank() == 0:
        (folder / f"{_LAST}.new").write_text(name, encoding="utf-8")
        os.replace(folder / f"{_LAST}.new", folder / _LAST)
        for old in folder.glob("step *"):
            if old.name != name:
                shutil.rmtree(old)


def go_on(folder: str | Path, net: nn.Module, head: nn.Module, optimizer: optim.Optimizer) -> int:
    """Read the last whole checkpoint into all three; the steps that were made by then, 0 if there is none.

    By any number of processes: each reads the rows of its own classes.
    """
    last = Path(folder) / _LAST
    if not last.exists():
        return 0
    state = _state(0, net, head, optimizer)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled")
        dcp.load(state, checkpoint_id=last.with_name(last.read_text(encoding="utf-8")), no_dist=not _many())
    parts = nn.ModuleDict({"net": net, "head": getattr(head, "head", head)})
    set_state_dict(parts, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
    return state["step"]


def _state(step: int, net: nn.Module, head: nn.Module, optimizer: optim.Optimizer) -> dict:
    model, of_optimizer = get_state_dict(nn.ModuleDict({"net": net, "head": getattr(head, "head", head)}), optimizer)
    return {"step": step, "model": model, "optimizer": of_optimizer}


def _many() -> bool:
    return dist.is_available() and dist.is_initialized()
