"""What a head with many classes costs when its class weights are spread over processes: memory, bytes, time.

A process owns ⌈C/p⌉ rows of the weights and, of every step, the logits of the whole batch with these rows. The model
counts tensors; nothing is measured here but the rates of `Machine`. All numbers are float32, four bytes.
"""

from dataclasses import dataclass
from typing import Literal

BYTES, LABEL_BYTES = 4, 8

Loss = Literal["softmax", "p2sgrad"]
Kind = Literal["all-gather", "all-reduce", "reduce-scatter"]


@dataclass(frozen=True)
class SpreadHead:
    """A head of C classes and d dimensions, a batch of N samples in all, p processes, a share of negatives, a loss.

    `share` of its own classes is what each process draws for a step (1: all; An et al., Partial FC, CVPR 2022). `loss`
    is "softmax" for every loss of that family, or "p2sgrad". Raises ValueError for a count below 1, a share outside
    0..1 (0 excluded) and another loss.
    """

    num_classes: int
    embedding_size: int
    batch: int
    processes: int = 1
    share: float = 1.0
    loss: Loss = "softmax"

    def __post_init__(self) -> None:
        for name in ("num_classes", "embedding_size", "batch", "processes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, got {self.share}.")
        if self.loss not in LOGIT_PASSES:
            raise ValueError(f"loss must be one of {', '.join(LOGIT_PASSES)}, got {self.loss!r}.")

    @property
    def rows(self) -> int:
        """Class weights that one process owns: ⌈C/p⌉, what the fullest has."""
        return -(-self.num_classes // self.processes)

    @property
    def drawn(self) -> float:
        """Those of them that take part in a step: its share, but at least the batch's own classes, N/p."""
        return min(self.rows, max(self.share * self.rows, self.batch / self.processes))

    @property
    def weight_bytes(self) -> float:
        """One tensor as large as the process's weights, (rows, d)."""
        return BYTES * self.rows * self.embedding_size

    @property
    def drawn_bytes(self) -> float:
        """One tensor as large as the weights drawn for a step, (drawn, d)."""
        return BYTES * self.drawn * self.embedding_size

    @property
    def logit_bytes(self) -> float:
        """One tensor as large as the process's logits, (N, drawn): the whole batch, its own classes."""
        return BYTES * self.batch * self.drawn


@dataclass(frozen=True)
class Machine:
    """What one process has for itself. Rates a second; `efficiency` is the share of the peak that products reach.

    `multiply_adds` is half of what is sold as FLOP/s. `bandwidth` is that of memory and `link` that between processes,
    in bytes a second; `latency` is in seconds a message, `memory` in bytes. `source` says where the numbers are from.
    """

    name: str
    multiply_adds: float
    bandwidth: float
    link: float
    latency: float
    memory: float
    efficiency: float = 1.0
    source: str = ""


CPU = Machine(
    "one core of a two-core CPU", multiply_adds=53e9, bandwidth=3.6e9, link=0.76e9, latency=1.5e-3, memory=12e9,
    source="Measured, one thread, 2026: a product whose result is small; one tensor read and a new one written; 32 MB "
    "between two processes by gloo; a message with all that torch does about it, by a step of 100,000 classes.",
)  # fmt: skip
H100 = Machine(
    "NVIDIA H100 SXM, 80 GB", multiply_adds=67e12 / 2, bandwidth=3.35e12, link=450e9, latency=1e-5, memory=80e9,
    efficiency=0.5,
    source="Published peaks: 67 TFLOP/s in float32, 3.35 TB/s, NVLink 900 GB/s in both directions together. "
    "Assumed, not measured: half of the peak, and 10 microseconds a message.",
)  # fmt: skip
MACHINES = {"cpu": CPU, "h100": H100}

# Tensors alive at once, and tensors read or written a step: counted in this library's heads and in torch's Adam, and
# compared with steps of 100,000 to 1,000,000 classes: memory was within 8 % of this, time within 15 %.
WEIGHT_COPIES = 4  # weights, gradient, Adam's two moments
ADAM_COPIES = 2  # its root of the second moment, and that divided
LOGIT_COPIES = 3  # cosines, logits and log P forward; log P and two gradients backward
WEIGHT_PASSES = 7  # Adam reads weights, gradient and two moments, and writes all but the gradient
DRAWN_PASSES = 4  # lengths, product, gradient, and what makes it tangent
PUT_BACK_PASSES = 4  # where a share was drawn: zeros that the rows' gradient is put into, counted 2, and the drawing
LOGIT_PASSES = {"softmax": 16, "p2sgrad": 13}


def memory(head: SpreadHead) -> dict[str, float]:
    """Bytes that a process needs at its fullest, by what they are for; their sum is the peak.

    Weights, gradient and moments stay. The most beside them is either what makes the gradient (the logits' copies and
    one tensor of the rows drawn) or what Adam makes; the one memory serves both.
    """
    parts = dict.fromkeys(("weights", "gradients"), head.weight_bytes) | {"moments": 2 * head.weight_bytes}
    step = LOGIT_COPIES * head.logit_bytes + head.drawn_bytes
    adam = ADAM_COPIES * head.weight_bytes
    logits = min(step, LOGIT_COPIES * head.logit_bytes)
    return parts | {
        "logits": logits,
        "working": max(step, adam) - logits,
        "embeddings": 3 * BYTES * head.batch * head.embedding_size,  # gathered, as unit vectors, their gradient
    }


@dataclass(frozen=True)
class Message:
    """What all processes exchange at once: `whole` bytes, as large as what an all-gather or a reduction ends with."""

    name: str
    kind: Kind
    whole: float

    def sent(self, processes: int) -> float:
        """Bytes that one process sends, round a ring: (p−1)/p of the whole, twice for an all-reduce."""
        return self.steps(processes) * self.whole / processes

    def steps(self, processes: int) -> int:
        """How many messages one process sends for it, one after the other: p − 1, twice for an all-reduce."""
        return (2 if self.kind == "all-reduce" else 1) * (processes - 1)


SUMS = (  # over all classes: what a softmax with a margin asks of all processes, N numbers each time
    "cosine of the true class", "largest logit", "sum of exponentials", "log P of the true class", "the same backwards",
)  # fmt: skip


def messages(head: SpreadHead) -> list[Message]:
    """What a step exchanges as `lessons_lib.spread` makes it, in this order. Three of the sums would do for a softmax.

    P2SGrad has none of them: its gradient on a cosine asks for that cosine alone. Both need every embedding at every
    process, and the sum over processes of the gradients on it.
    """
    batch, embeddings = BYTES * head.batch, BYTES * head.batch * head.embedding_size
    gathered = [Message("embeddings", "all-gather", embeddings)]
    gathered += [Message("labels", "all-gather", LABEL_BYTES * head.batch)]
    sums = [Message(name, "all-reduce", batch) for name in SUMS if head.loss == "softmax"]
    return [*gathered, *sums, Message("gradient of embeddings", "reduce-scatter", embeddings)]


def sent(head: SpreadHead) -> float:
    """Bytes that one process sends a step. No C in it."""
    return sum(message.sent(head.processes) for message in messages(head))


def sent_by_copies(head: SpreadHead) -> float:
    """The same where each process had all class weights and a part of the batch: the all-reduced gradient, 4·C·d."""
    return Message("gradient", "all-reduce", BYTES * head.num_classes * head.embedding_size).sent(head.processes)


def multiply_adds(head: SpreadHead) -> float:
    """Of a step: (N, d)·(d, rows drawn) for the cosines, and as many for either gradient, 3·N·d·drawn."""
    return 3 * head.batch * head.embedding_size * head.drawn


def traffic(head: SpreadHead) -> float:
    """Bytes of memory read or written a step, by passes over weights, rows drawn and logits."""
    drawn = DRAWN_PASSES * head.drawn_bytes + LOGIT_PASSES[head.loss] * head.logit_bytes
    every = WEIGHT_PASSES + (PUT_BACK_PASSES if head.drawn < head.rows else 0)
    return every * head.weight_bytes + drawn


def time(head: SpreadHead, machine: Machine) -> dict[str, float]:
    """Seconds a step of the head, by what they go to; their sum is the step (nothing overlaps)."""
    steps = sum(message.steps(head.processes) for message in messages(head))
    return {
        "products": multiply_adds(head) / (machine.efficiency * machine.multiply_adds),
        "memory": traffic(head) / machine.bandwidth,
        "bytes sent": sent(head) / machine.link,
        "waiting": steps * machine.latency,
    }
