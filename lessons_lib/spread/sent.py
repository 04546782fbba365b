"""What processes send each other, noted message by message."""

from typing import Any, NamedTuple

import torch.distributed as dist
from torch.distributed.tensor import DTensor
from torch.utils._python_dispatch import TorchDispatchMode

_KINDS = {
    "all_reduce": "all-reduce",  # each process ends with the sum over all
    "all_gather_into_tensor": "all-gather",  # each with what all have, joined
    "reduce_scatter_tensor": "reduce-scatter",  # each with its own rows of the sum
}


class Message(NamedTuple):
    """What all processes exchange at once: its shape, all processes' rows together, and its bytes."""

    kind: str
    shape: tuple[int, ...]
    whole: int

    def sent(self, processes: int) -> float:
        """Bytes that one process sends for it round a ring: (P − 1)/P of the whole, for an all-reduce twice that."""
        return (2 if self.kind == "all-reduce" else 1) * (processes - 1) / processes * self.whole


class Sent(TorchDispatchMode):
    """Inside, `messages` grows by each thing that a `Spread` head, or its backward pass, sends."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    @property
    def bytes(self) -> float:
        """What one process has sent."""
        return sum(message.sent(dist.get_world_size()) for message in self.messages)

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if any(issubclass(kind, DTensor) for kind in types):
            return NotImplemented  # DTensor comes back with what it makes of it
        found = func(*args, **kwargs or {})
        if func.namespace == "_c10d_functional" and (name := func._schema.name.split("::")[1]) in _KINDS:
            whole = args[0] if name == "reduce_scatter_tensor" else found
            self.messages.append(Message(_KINDS[name], tuple(whole.shape), whole.nbytes))
        return found
