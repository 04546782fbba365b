"""What is trained together must fit together: refused in one sentence before anything is trained. All ValueErrors."""

import inspect
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


def check_parts(net: nn.Module, head: Any, auxiliary: Any, data: Any, device: Any) -> None:
    """All that is given to be trained, one by one."""
    check_losses(head, auxiliary)
    check_place(device)
    check_images(data, net)


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
        if not math.isfinite(number("The weight of an auxiliary loss", one[0])):
            raise ValueError(f"The weight of an auxiliary loss must be a finite number, got {one[0]}.")
        check_asked_of_a_batch(one[1])


def check_asked_of_a_batch(loss: nn.Module) -> None:
    """An auxiliary loss is called with a batch's embeddings and labels."""
    asked, name = inspect.signature(loss.forward), type(loss).__name__
    try:
        asked.bind("embeddings", "labels")
    except TypeError:
        use = f"OnClassWeights({name}(), head)" if len(asked.parameters) == 1 else "InBatch"
        raise ValueError(
            f"An auxiliary loss must take embeddings and labels, got {name}, which takes "
            f"{', '.join(asked.parameters)}: {use} makes one of it."
        ) from None


def check_place(device: Any) -> None:
    """A device that torch can put something on."""
    if isinstance(device, str) and device == "auto":
        return
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    try:
        if device is None or torch.empty(1, device=device).is_meta:
            raise RuntimeError
    except Exception:  # of a device that torch does not know, or was not built for, each kind raises what it likes
        names = ", ".join(f'"{name}"' for name, found in there.items() if found)
        raise ValueError(f'device must be "auto" or what is there, {names}, got {device!r}.') from None


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


def check_images(data: ImageData, net: nn.Module) -> None:
    """Images to learn from and to choose by, with a class number each, that the network takes."""
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
        check_taken(name, part.images, net)
    compares = any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in net.modules())
    if compares and len(data.train.images) == 1:
        raise ValueError("data.train must hold at least two images for a net with BatchNorm, got one: add images.")


def check_taken(name: str, images: torch.Tensor, net: nn.Module) -> None:
    """Images of a part that the network takes, tried with one of them."""
    try:
        embed(net, images[:1])
    except Exception as error:  # whatever a network raises at what it does not take
        done = "images" + ("[:, None]" if images.ndim == 3 else "")
        done += ".float() / 255" if images.dtype == torch.uint8 else ""
        done += ".float()" if images.dtype not in (torch.uint8, torch.float32) else ""
        use = "" if done == "images" else f"; most networks want {done}"
        raise ValueError(
            f"net must take data.{name}.images, got {images.dtype} of shape {tuple(images.shape)}{use}: "
            f"{str(error).partition(chr(10))[0]}"
        ) from error


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
