"""What is trained together must fit together: refused in one sentence before anything is trained. All ValueErrors."""

import torch
from torch import nn

from lessons_lib.data import ImageData
from lessons_lib.nets import embed


def check_images(data: ImageData) -> None:
    """Images to learn from and to choose by, with a class number each."""
    for name, part in {"train": data.train, "validation": data.validation}.items():
        if len(part.images) == 0 or len(part.images) != len(part.labels):
            raise ValueError(
                f"data.{name} must hold at least one image and a label for each, "
                f"got {len(part.images)} images and {len(part.labels)} labels."
            )
        if part.labels.dtype != torch.int64:
            raise ValueError(f"labels must be int64 class numbers, got {part.labels.dtype}; use labels.long().")


def check_classes(data: ImageData, loss: nn.Module) -> None:
    """No class that a loss does not know; it may know more. A loss without `num_classes` knows all."""
    count = getattr(loss, "num_classes", None)
    if not isinstance(count, int):
        return
    if count < data.num_classes:
        raise ValueError(
            f"{type(loss).__name__} has num_classes={count} and data has num_classes={data.num_classes}: "
            f"make the loss with num_classes={data.num_classes}."
        )
    for where, part in {"": data.train, " of data.validation": data.validation}.items():
        least, most = (int(label) for label in part.labels.aminmax())
        if least < 0 or most >= count:
            raise ValueError(f"labels{where} must lie in 0..{count - 1}, got {least}..{most}.")


def check_sizes(data: ImageData, net: nn.Module, loss: nn.Module) -> None:
    """A network that gives what a loss wants, tried with one image. One without `embedding_size` wants anything."""
    size = getattr(loss, "embedding_size", None)
    if not isinstance(size, int):
        return
    given = embed(net, data.train.images[:1]).shape
    if given != (1, size):
        raise ValueError(
            f"{type(loss).__name__} has embedding_size={size} and net makes embeddings of shape (N, "
            f"{', '.join(map(str, given[1:]))}): give both the same embedding_size."
        )
