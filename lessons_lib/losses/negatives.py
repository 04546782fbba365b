"""Other class weights in a head's place: a share of its own, or another network's."""

from typing import Any

import torch
from torch import Tensor, nn


def sampled_classes(labels: Tensor, num_classes: int, rate: float) -> tuple[Tensor, Tensor]:
    """The classes of a batch and others by chance, ⌊rate·C⌋ in all, sorted, (M,); and the labels (N,) among them.

    An et al., Partial FC, CVPR 2022: a softmax over these alone. Where a batch has more classes than that, they are all
    there and no others. A softmax over fewer classes is a smaller loss, so compare losses at one rate only. Left out is
    what spares memory: an optimiser with momentum still moves the weights that were not drawn.
    """
    wanted = torch.rand(num_classes, device=labels.device)
    wanted[labels] = 2.0
    count = max(int(rate * num_classes), int((wanted == 2.0).sum()))
    classes = wanted.topk(count).indices.sort().values
    return classes, torch.searchsorted(classes, labels)


def in_place_of(head: nn.Module, rows: dict[str, Tensor], embeddings: Tensor, labels: Tensor) -> Tensor:
    """The head's formula with these tensors in place of its own of that name, differentiable in them."""
    rows = {f"head.{name}": value for name, value in rows.items()}
    return torch.func.functional_call(_Formula(head), rows, (embeddings, labels))


class _Formula(nn.Module):
    """A head's `mean_loss` as a module of its own, as functional_call wants one."""

    head: Any  # a Head, whose module imports this one

    def __init__(self, head: nn.Module):
        super().__init__()
        self.head = head

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return self.head.mean_loss(embeddings, labels)
