"""What is trained together must fit together: refused in one sentence before anything is trained. All ValueErrors."""

import math
import operator
from typing import Any

import torch
from torch import nn

from lessons_lib.data import ImageData
from lessons_lib.losses.checks import check_count, check_tensor, number
from lessons_lib.nets import embed


def check_choices(epochs: Any, lr: Any, seed: Any, together: Any) -> tuple[int, float, int, int]:
    """Whole numbers and a rate above 0; NumPy's come back as Python's."""
    epochs, lr = check_count("epochs", epochs, 1, "fit"), number("lr", lr)
    if not (lr > 0 and math.isfinite(lr)):
        raise ValueError(f"lr must be a positive number, got {lr}.")
    try:
        seed = operator.index(seed)
    except TypeError:
        raise ValueError(f"seed must be a whole number, got {seed!r}.") from None
    return epochs, lr, seed, check_count("together", together, 1, "fit")


def check_losses(head: Any, auxiliary: Any) -> None:
    """A head to predict with, and beside it pairs of a weight and a loss."""
    if not isinstance(head, nn.Module) or not hasattr(head, "logits"):
        name = head.__name__ if isinstance(head, type) else type(head).__name__
        use = "call the class first" if isinstance(head, type) else "InBatch makes one of a loss on pairs or triplets"
        raise ValueError(f"head must be a loss that predicts, such as ArcFaceLoss(10, 2), got {name}: {use}.")
    for one in auxiliary if isinstance(auxiliary, list | tuple) else [auxiliary]:
        pair = isinstance(one, list | tuple) and len(one) == 2
        if not pair or isinstance(one[0], nn.Module) or not isinstance(one[1], nn.Module):
            given = type(one).__name__ if not pair else f"({', '.join(type(part).__name__ for part in one)})"
            raise ValueError(f"auxiliary must be pairs of a weight and a loss, such as [(0.1, loss)], got {given}.")


def check_warm_start(run: Any, net: nn.Module) -> None:
    """A run whose network has the layers of this one."""
    if not hasattr(run, "net"):
        raise ValueError(f"warm_start must be a Run, what fit gives, got {type(run).__name__}.")
    mine, its = (
        {name: tuple(getattr(value, "shape", ())) for name, value in one.state_dict().items()} for one in (net, run.net)
    )
    if strange := [name for name in {**mine, **its} if mine.get(name) != its.get(name)]:
        name = strange[0]
        raise ValueError(
            f"warm_start must have a network like net: {name} is {its.get(name, 'missing')} in it "
            f"and {mine.get(name, 'missing')} in net."
        )


def check_images(data: ImageData) -> None:
    """Images to learn from and to choose by, with a class number each."""
    if not (hasattr(data, "train") and hasattr(data, "validation")):
        raise ValueError(f"data must be ImageData, with train and validation, got {type(data).__name__}.")
    for name, part in {"train": data.train, "validation": data.validation}.items():
        check_tensor("images", part.images)
        check_tensor("labels", part.labels)
        if len(part.images) == 0 or len(part.images) != len(part.labels):
            raise ValueError(
                f"data.{name} must hold at least one image and a label for each, "
                f"got {len(part.images)} images and {len(part.labels)} labels."
            )
        if part.labels.ndim != 1:
            raise ValueError(f"labels must have shape (N,), one for each image, got {tuple(part.labels.shape)}.")
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
