"""What torch lacks for a head whose classes are spread over processes.

The engine is torch's: DTensor knows which rows a process has, `loss_parallel` has the softmax over all of them. What
torch has no rule for without gathering all classes is here: to look up a class's column, to write into it, and to sum
over classes. A shard is what torch.chunk makes: ⌈C/R⌉ classes a process, the last has the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed._functional_collectives as funcol
from torch import Tensor
from torch.distributed.tensor import DTensor, Replicate, Shard
from torch.distributed.tensor.parallel import loss_parallel

from lessons_lib.losses import processes

aten = torch.ops.aten


def shard(num_classes: int, processes: int, rank: int) -> slice:
    """The classes of this process. ValueError where one would have none."""
    most = -(-num_classes // processes)
    if most * (processes - 1) >= num_classes:
        raise ValueError(f"{num_classes} classes leave one of {processes} processes without any: use fewer processes.")
    return slice(rank * most, min(num_classes, (rank + 1) * most))


@contextmanager
def engine() -> Iterator[None]:
    """Inside, a softmax over spread classes is torch's `loss_parallel`, and a class's column is where the class is.

    A batch is everybody's by then, so what a head asks of all processes (`of_all_processes`) is what it has.
    """
    handlers = DTensor._op_dispatcher._custom_op_handlers
    kept, shared = dict(handlers), processes._shared
    try:
        with loss_parallel():
            handlers |= _RULES
            processes._shared = lambda: False
            yield
    finally:
        processes._shared = shared
        handlers.clear()
        handlers |= kept


def of_all(part: DTensor) -> DTensor:
    """All of it in every process."""
    return part.redistribute(placements=[Replicate()])


def as_shard(mine: Tensor, shape: tuple[int, ...], mesh: Any, dim: int) -> DTensor:
    """A DTensor of this shape of which this process has that part."""
    stride = torch.empty(shape, device="meta").stride()
    return DTensor.from_local(mine, mesh, [Shard(dim)], run_check=False, shape=torch.Size(shape), stride=stride)


def _rule(of_classes: Callable) -> Callable:
    """`of_classes` where what is worked on is spread along that dimension; elsewhere what torch makes of it."""

    def rule(op: Any, args: tuple, kwargs: dict) -> Any:
        x, dim = args[:2]
        dim = (dim[0] if isinstance(dim, list) else dim) % x.ndim
        return of_classes(op, x, dim, *args[2:]) if x.placements == (Shard(dim),) else _by_torch(op, args, kwargs)

    return rule


def _by_torch(op: Any, args: tuple, kwargs: dict) -> Any:
    handlers = DTensor._op_dispatcher._custom_op_handlers
    rule = handlers.pop(op)
    try:
        return op(*args, **kwargs)
    finally:
        handlers[op] = rule


def _place(x: DTensor, dim: int, index: DTensor) -> tuple[Tensor, Tensor]:
    """Where these classes are in this process's part, and which of them are in it at all."""
    mine = shard(x.shape[dim], x.device_mesh.size(), x.device_mesh.get_local_rank())
    number = index.to_local()
    return number.clamp(mine.start, mine.stop - 1) - mine.start, (number >= mine.start) & (number < mine.stop)


@_rule
def _gather(op: Any, x: DTensor, dim: int, index: DTensor) -> DTensor:
    place, here = _place(x, dim, index)
    found = x.to_local().gather(dim, place).masked_fill_(~here, 0)
    return DTensor.from_local(funcol.all_reduce(found, "sum", x.device_mesh), x.device_mesh, [Replicate()])


@_rule
def _scatter(op: Any, x: DTensor, dim: int, index: DTensor, value: DTensor | float) -> DTensor:
    place, here = _place(x, dim, index)
    local, name = x.to_local(), op._schema.name.removeprefix("aten::")
    value = value.to_local() if isinstance(value, DTensor) else value
    value = value * here if "add" in name else torch.where(here, value, local.gather(dim, place))
    changed = getattr(local, name)(dim, place, value)
    return x if name.endswith("_") else as_shard(changed, tuple(x.shape), x.device_mesh, dim)


@_rule
def _logsumexp(op: Any, x: DTensor, dim: int, keepdim: bool = False) -> DTensor:
    mine = x.to_local().logsumexp(dim, keepdim)
    most = funcol.all_reduce(mine, "max", x.device_mesh)
    total = funcol.all_reduce((mine - most).exp(), "sum", x.device_mesh)
    return DTensor.from_local(most + total.log(), x.device_mesh, [Replicate()])


@_rule
def _log_softmax(op: Any, x: DTensor, dim: int, half_to_float: bool) -> DTensor:
    """As loss_parallel's own, to the bit, with one (N, C) beside `x` at its fullest instead of two."""
    mine = x.to_local().to(torch.promote_types(x.dtype, torch.float32))
    most = funcol.all_reduce(mine.amax(dim, keepdim=True), "max", x.device_mesh)
    total = funcol.all_reduce((mine - most).exp_().sum(dim, keepdim=True), "sum", x.device_mesh)
    log_p = (mine - most).sub_(total.log())
    return as_shard(log_p if half_to_float else log_p.to(x.dtype), tuple(x.shape), x.device_mesh, dim)


def _product(op: Any, args: tuple, kwargs: dict) -> DTensor:
    """A sum over classes is at once one over processes, each of which gets its own rows of it: its images' gradient."""
    found = _by_torch(op, args, kwargs)
    return found.redistribute(placements=[Shard(0)]) if found.placements[0].is_partial() else found


_RULES = {aten.gather.default: _gather, aten.logsumexp.default: _logsumexp, aten.mm.default: _product}
_RULES[aten._log_softmax.default] = _log_softmax
_RULES |= dict.fromkeys((aten.scatter.src, aten.scatter.value, aten.scatter_.src, aten.scatter_.value), _scatter)
_RULES |= dict.fromkeys((aten.scatter_add.default, aten.scatter_add_.default), _scatter)
