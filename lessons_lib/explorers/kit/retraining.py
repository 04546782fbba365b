"""Training again in about a second: the trunk's answers are kept, only the layers after it and the head move."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lessons_lib.data import ImageData
from lessons_lib.explorers.kit.losses import named_head
from lessons_lib.losses import Head
from lessons_lib.runs import Run

_IMAGES, _BATCH, _FRAMES = 20_000, 512, 15
_LR = 3e-3


def head_of(loss: str, margin: float, scale: float, directions: list[float]) -> Head:
    """The head that an explorer speaks of, its class weights of length one in these directions (radians)."""
    head = named_head(loss, margin, scale, len(directions), 2)
    turns = torch.tensor(directions, dtype=torch.float64)
    with torch.no_grad():
        head.weight.copy_(torch.stack([turns.cos(), turns.sin()], dim=1))
    return head


class Retraining:
    """A run's layers after the trunk, and what its trunk says of the first training images.

    ValueError for a network that is not in two parts, `trunk` and `embed`.
    """

    def __init__(self, run: Run, data: ImageData):
        if not all(isinstance(getattr(run.net, part, None), nn.Module) for part in ("trunk", "embed")):
            raise ValueError(f"Training again needs a network with a trunk and an embed part, got {type(run.net)}.")
        some, self.start = data.train[:_IMAGES], run.net.embed
        self.features, self.labels = trunk_features(run.net.trunk, some.images), some.labels

    def train(self, head: Head, steps: int, shown: int) -> Iterator[tuple[float, Tensor]]:
        """Train a copy of the layers with `head`; some fifteen times: share done, first `shown` embeddings."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # layers this small gain nothing from two, and lose much while a browser draws
        try:
            yield from self._train(head, steps, shown)
        finally:
            torch.set_num_threads(threads)

    def _train(self, head: Head, steps: int, shown: int) -> Iterator[tuple[float, Tensor]]:
        layers, order = copy.deepcopy(self.start), torch.Generator().manual_seed(0)
        weights = [*layers.parameters(), *head.parameters()]
        optimizer = torch.optim.AdamW(weights, lr=_LR, betas=(0.9, 0.99), weight_decay=0.0)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for step in range(1, steps + 1):
            which = torch.randint(len(self.labels), (_BATCH,), generator=order)
            loss = head(layers.train()(self.features[which]), self.labels[which])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if step == steps or step % max(1, steps // _FRAMES) == 0:
                with torch.no_grad():
                    yield step / steps, layers.eval()(self.features[:shown])


@torch.no_grad()
def trunk_features(trunk: nn.Module, images: Tensor, batch: int = 1_000) -> Tensor:
    """What a trained trunk makes of images, (N, 64)."""
    parts = images.split(batch)
    return torch.cat([trunk.eval()(part.contiguous(memory_format=torch.channels_last)) for part in parts])
