"""One head over many processes: each holds the class weights of its own classes, and all of them see the whole batch.

The head is as it is for one process, and so is its formula; `engine` says how that can be.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.overrides import TorchFunctionMode

from lessons_lib.losses import Head, SoftTripleLoss
from lessons_lib.losses.checks import check_batch
from lessons_lib.losses.negatives import in_place_of
from lessons_lib.spread.engine import as_shard, engine, of_all, shard


class Spread(nn.Module):
    """A head of `num_classes` classes whose weights lie spread over all processes of torch.distributed.

    Called as the head is, with this process's share of the batch: raw embeddings (n, d), labels (n,) int64, n the same
    in all processes. Gives the mean loss over the batch of all. The gradient on the embeddings counts as many times as
    there are processes, as DistributedDataParallel takes the mean of what they have. `head.sample_rate` below 1 draws
    that share of each process's classes, as An et al. do (Partial FC, CVPR 2022), none twice, the batch's among them.
    `head` has all rows or those of this process alone (`own_rows`); its parameters become DTensors.

    Raises ValueError without torch.distributed, for more processes than there are shards, and for SoftTripleLoss.
    """

    def __init__(self, head: Head):
        super().__init__()
        if not (dist.is_available() and dist.is_initialized()):
            raise ValueError(
                "A head is spread over the processes of torch.distributed: init_process_group comes first."
            )
        if isinstance(head, SoftTripleLoss):
            raise ValueError(
                "SoftTripleLoss cannot be spread: torch has no rule for its regulariser's distances within a class "
                "where classes lie in many processes; SubCenterArcFaceLoss has several centres as well."
            )
        self.head, self.processes, self.rank = head, dist.get_world_size(), dist.get_rank()
        self.mesh = init_device_mesh(head.weight.device.type, (self.processes,))
        self.rows = shard(head.num_classes, self.processes, self.rank)
        self._chance = torch.Generator(head.weight.device).manual_seed(torch.initial_seed() + self.rank)
        for part in head.modules():
            rows = head.a_row_a_class if part is head else ()
            for kind in (part._parameters, part._buffers):
                kind |= {name: self._placed(value, name in rows) for name, value in kind.items() if value is not None}

    def _placed(self, value: Tensor, a_row_a_class: bool) -> Tensor:
        """A DTensor of it: a row a class goes where the class is, all else is everywhere."""
        number = self.head.num_classes
        if not a_row_a_class or value.ndim == 0:
            placed = distribute_tensor(value.detach(), self.mesh, [Replicate()], src_data_rank=None)
        else:
            mine = value.detach()[self.rows].clone() if len(value) == number else value.detach()
            placed = as_shard(mine, (number, *value.shape[1:]), self.mesh, 0)
        return nn.Parameter(placed, value.requires_grad) if isinstance(value, nn.Parameter) else placed

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over what all processes give, the same number in each."""
        check_batch(self.head, embeddings, labels)
        x, y = (of_all(DTensor.from_local(part, self.mesh, [Shard(0)])) for part in (embeddings, labels))
        return _WithinEngine.apply(self, x, y, *self.head.parameters())

    def loss_of_all(self, x: DTensor, y: DTensor) -> DTensor:
        """The head's own formula, for the batch of all processes, with all classes or those that are drawn."""
        head = self.head
        drawn = self._drawn(y.to_local()) if self.training and head.sample_rate < 1 else None
        if drawn is None:
            return of_all(head.mean_loss(x, y))
        mine, count, labels = drawn
        own = {name: getattr(head, name) for name in head.a_row_a_class}
        rows = {name: value.to_local()[mine] for name, value in own.items() if isinstance(value, DTensor)}
        placed = {name: as_shard(few, (count, *few.shape[1:]), self.mesh, 0) for name, few in rows.items()}
        return of_all(in_place_of(head, placed, x, DTensor.from_local(labels, self.mesh, [Replicate()])))

    def _drawn(self, labels: Tensor) -> tuple[Tensor, int, Tensor] | None:
        """This process's classes for a step, how many all have, and the labels among those; None where it is all.

        All have equally many, the batch's first, in order: so each knows where the others' are and need not ask.
        """
        shards = [shard(self.head.num_classes, self.processes, rank) for rank in range(self.processes)]
        present, which = labels.unique(return_inverse=True)
        where = present // shards[0].stop
        found = torch.bincount(where, minlength=self.processes)
        each = max(int(self.head.sample_rate * self.head.num_classes) // self.processes, int(found.max()))
        if each > shards[-1].stop - shards[-1].start:
            return None
        place = torch.arange(len(present), device=labels.device) - (found.cumsum(0) - found)[where] + each * where
        own = present[where == self.rank] - self.rows.start
        chance = torch.rand(self.rows.stop - self.rows.start, generator=self._chance, device=labels.device)
        others = chance.index_fill(0, own, -1.0).topk(each - len(own)).indices
        return torch.cat([own, others]), each * self.processes, place[which]


class _WithinEngine(torch.autograd.Function):
    """The head forwards and backwards inside the engine, so that a caller's `loss.backward()` need not know of it."""

    @staticmethod
    def forward(ctx: Any, spread: Spread, x: DTensor, y: DTensor, *parameters: Tensor) -> Tensor:
        x = x.detach().requires_grad_()
        with torch.enable_grad(), engine():
            loss = spread.loss_of_all(x, y)
        ctx.loss, ctx.inputs, ctx.spread = loss, (x, *parameters), spread
        return loss.detach().to_local()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Any, ...]:
        with engine():
            on_loss = DTensor.from_local(upstream, ctx.spread.mesh, [Replicate()])
            on_x, *found = torch.autograd.grad(ctx.loss, ctx.inputs, on_loss, allow_unused=True)
            own = zip(found, ctx.inputs[1:], strict=True)
            rest = [value if value is None else value.redistribute(placements=of.placements) for value, of in own]
            return None, on_x * ctx.spread.processes, None, *rest


@contextmanager
def own_rows(num_classes: int) -> Iterator[None]:
    """A head that is made inside has the rows of this process's classes alone, of other chance than the others'.

    >>> with own_rows(1_000_000):
    ...     head = Spread(ArcFaceLoss(1_000_000, 64))
    """
    rows = shard(num_classes, dist.get_world_size(), dist.get_rank())
    with torch.random.fork_rng(devices=[]), _FewerRows(num_classes, rows.stop - rows.start):
        torch.manual_seed(torch.initial_seed() + 1 + dist.get_rank())
        yield


class _FewerRows(TorchFunctionMode):
    """Of what would be made with `many` rows, so many are made."""

    def __init__(self, many: int, rows: int):
        super().__init__()
        self.many, self.rows = many, rows

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func in (torch.randn, torch.empty):
            size = tuple(args[0]) if isinstance(args[0], tuple | list) else args
            args = (self.rows, *size[1:]) if size[0] == self.many else size
        return func(*args, **kwargs or {})
