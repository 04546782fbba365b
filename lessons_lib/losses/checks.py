"""Refuse with one sentence what would fail obscurely, or silently, further down. All raise ValueError."""

import math
import operator
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from lessons_lib.transforms import values_of


class Sized(Protocol):
    """A loss that knows its sizes."""

    num_classes: int
    embedding_size: int


def check_count(name: str, count: int, fewest: int, loss: str) -> int:
    """A size must be a whole number, Python's or NumPy's or a tensor of one: it comes back as Python's."""
    whole = None if isinstance(count, bool) or getattr(count, "dtype", None) == torch.bool else _index(count)
    if whole is None or whole < fewest:
        raise ValueError(f"{name} must be a whole number of at least {fewest} for {loss}, got {count!r}.")
    return whole


def _index(count: Any) -> int | None:
    try:
        return operator.index(count)
    except TypeError:
        return None


def number(name: str, value: Any) -> Any:
    """A setting must be a number: NumPy's comes back as Python's, a tensor of one number (to be learnt) as it is."""
    if isinstance(value, np.generic):
        value = value.item()
    one = value.numel() == 1 if isinstance(value, Tensor) else isinstance(value, int | float)
    if not one or isinstance(value, bool):
        given = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
        raise ValueError(f"{name} must be a number, got {given}.")
    return value


def check_each(name: str, value: Any, checked: Callable[[str, Any], object]) -> None:
    """A setting is `checked`, of a tensor of several numbers the smallest and the largest; not while compiling."""
    if torch.compiler.is_compiling():
        return
    if not isinstance(value, Tensor) or value.numel() == 1:
        number(name, value)
    ends = values_of(value).detach().aminmax() if isinstance(value, Tensor) else (value,)
    for one in ends:  # what a transform batches has several where it shows one
        checked(name, float(one) if isinstance(value, Tensor) else one)


def check_setting(name: str, value: Any, allowed: Callable[[Any], bool], said: str, more: str = "") -> None:
    """A number must be allowed: else `name` must `said`, got the number, and `more`."""

    def check_one(name: str, one: Any) -> None:
        if not allowed(one):
            raise ValueError(f"{name} must {said}, got {one}{more}.")

    check_each(name, value, check_one)


def check_momentum(momentum: Any) -> None:
    """The share of a running mean that a batch leaves."""
    said = "be the share that is kept, at least 0 and below 1"
    check_setting("momentum", momentum, lambda kept: 0 <= kept < 1, said)


def check_seed(seed: Any) -> None:
    """What random numbers begin with; torch takes no other whole number than Python's."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        use = "" if isinstance(seed, bool) or _index(seed) is None else "; use int(seed)"
        raise ValueError(f"seed must be a whole number, got {seed!r}{use}.")


def check_switch(name: str, value: Any) -> None:
    """A switch must be True or False: any text would count as True."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}.")


def check_tensor(name: str, value: Any) -> None:
    """A tensor, and for an array or a list the call that makes one of it."""
    if isinstance(value, Tensor):
        return
    if isinstance(value, np.ndarray):
        raise ValueError(
            f"{name} must be a tensor, got a NumPy array of {value.dtype}; use {_from_numpy(name, value)}."
        )
    use = f"; use torch.tensor({name})" if isinstance(value, list | tuple) else ""
    raise ValueError(f"{name} must be a tensor, got {type(value).__name__}{use}.")


def _from_numpy(name: str, array: np.ndarray) -> str:
    """The call that makes what is asked for by that name."""
    if array.dtype.kind not in "fiub":
        return "numbers"
    numbers = dict.fromkeys(("labels", "groups", "first", "second"), ("i8", ".long()"))
    wanted = {**numbers, "same": ("b1", ".bool()")}
    dtype, turned = wanted.get(name, (array.dtype.str if array.dtype.kind == "f" else "f4", ".float()"))
    return f"torch.from_numpy({name})" + ("" if array.dtype == np.dtype(dtype) else turned)


def _bad_rows(name: str, rows: Tensor) -> None:
    """ValueError where a batch's numbers, which must be there to be read, are not all finite, or a length is not."""
    values = values_of(rows).detach()
    dtype = torch.promote_types(values.dtype, torch.float32)  # what losses compute in
    longest = math.sqrt(torch.finfo(dtype).max)
    if math.isfinite(torch.linalg.vector_norm(values, dtype=dtype)):  # quicker than asking each
        return
    for bad, said in (
        (~values.isfinite().all(dim=-1), "be finite, got NaN or infinity"),
        (
            ~torch.linalg.vector_norm(values, dim=-1, dtype=dtype).isfinite(),
            f"be shorter than {longest:.1e}, or squares overflow in {dtype}, got longer ones",
        ),
    ):
        if bad.any():
            where = f" in {int(bad.sum())} of {len(values)} rows" if values.shape == rows.shape else ""  # else of many
            raise ValueError(f"{name} must {said}{where}.")


def check_device(name: str, value: Tensor, other: str, wanted: torch.device) -> None:
    """On the device that the other is on."""
    if value.device != wanted:
        raise ValueError(f"{name} must be on the device of {other}, {wanted}, got {value.device}: move one of them.")


def _device_of(loss: Any, otherwise: torch.device) -> torch.device:
    """Where a loss keeps what it learns; any other where it has nothing."""
    kept = (value for values in (loss.parameters(), loss.buffers()) for value in values)
    return next((value.device for value in kept), otherwise)


def check_embeddings(loss: Sized, embeddings: Tensor, own: bool = True) -> None:
    """Shape, dtype, and while not compiling the values: all finite, and with the loss's `own` weights on its device."""
    check_tensor("embeddings", embeddings)
    if embeddings.ndim != 2 or embeddings.shape[1] != loss.embedding_size:
        raise ValueError(f"embeddings must have shape (N, {loss.embedding_size}), got {tuple(embeddings.shape)}.")
    if not embeddings.is_floating_point():
        raise ValueError(f"embeddings must be floating point numbers, got {embeddings.dtype}.")
    if not torch.compiler.is_compiling():
        if own:
            check_device("embeddings", embeddings, type(loss).__name__, _device_of(loss, embeddings.device))
        _bad_rows("embeddings", embeddings)


def check_batch(loss: Sized, embeddings: Tensor, labels: Tensor, weight: Tensor | None = None) -> None:
    """The same for a batch: one int64 class number for each embedding, and at least one of them.

    `weight` are class weights from elsewhere: then the numbers are of its rows.
    """
    check_embeddings(loss, embeddings, own=weight is None)
    if weight is not None:
        check_tensor("weight", weight)
        check_device("weight", weight, "embeddings", embeddings.device)
        check_proxies(loss, weight)
    check_tensor("labels", labels)
    if len(embeddings) == 0:
        raise ValueError("embeddings must hold at least one row, got an empty batch.")
    if labels.shape != embeddings.shape[:1]:
        raise ValueError(
            f"labels must have shape ({len(embeddings)},), one for each embedding, got {tuple(labels.shape)}."
        )
    if labels.dtype != torch.int64:
        raise ValueError(f"labels must be int64 class numbers, got {labels.dtype}; use labels.long().")
    check_device("labels", labels, "embeddings", embeddings.device)
    check_scale(loss)
    check_sample_rate(loss)
    if torch.compiler.is_compiling():
        return
    if hasattr(loss, "check_settings"):
        loss.check_settings()  # they may have been changed since the loss was made
    least, most = (int(label) for label in values_of(labels).aminmax())
    classes = loss.num_classes if weight is None else len(weight)
    if least < 0 or most >= classes:
        raise ValueError(f"labels must lie in 0..{classes - 1}, got {least}..{most}.")


def check_scale(loss: Sized) -> None:
    """A positive number; a tensor of one in a loss that makes use of it, or it would never learn."""
    scale = getattr(loss, "scale", 1.0)
    if isinstance(scale, Tensor) and scale.numel() != 1:
        raise ValueError(f"scale must be one number, got a tensor of shape {tuple(scale.shape)}.")
    if isinstance(scale, Tensor) and scale.requires_grad and not getattr(loss, "scaled", True):
        raise ValueError(f"{type(loss).__name__} has no scale to learn, got one: leave it at 1.0, or use another loss.")
    follows = "scale" in getattr(loss, "_buffers", ())  # AdaCos's goes where the training takes it
    if not follows:
        check_setting("scale", scale, lambda s: 0 < s < math.inf, "be a positive number")


def check_sample_rate(loss: Sized) -> None:
    """The share of classes that a step looks at: more than none of them, and all at most."""
    rate = number("sample_rate", getattr(loss, "sample_rate", 1.0))
    if not 0 < rate <= 1:
        raise ValueError(f"sample_rate must be a share of the classes above 0 and at most 1, got {rate}.")


def check_proxies(loss: Any, weight: Tensor) -> None:
    """Class weights from elsewhere, (M, d), for a loss that has nothing but a weight for each class."""
    if loss.weight.ndim > 2:
        raise ValueError(
            f"{type(loss).__name__} has several centres a class and takes no weights from elsewhere, which are one a "
            "class: use a loss without centers_per_class."
        )
    check_weight("weight", weight)
    if weight.shape[1:] != loss.weight.shape[1:]:
        raise ValueError(f"weight must have shape (M, {loss.embedding_size}), got {tuple(weight.shape)}.")
    rest = [name for name in loss.a_row_a_class if name != "weight" and getattr(loss, name) is not None]
    if any(getattr(getattr(loss, name), "ndim", 0) > 0 for name in rest):
        raise ValueError(
            f"{type(loss).__name__} has a {rest[0]} for each class of its own, which weights from elsewhere have not: "
            f"make the loss without."
        )


def check_weight(name: str, weight: Tensor) -> None:
    """Class weights or other points, (C, d): at least two of them, and while not compiling all finite."""
    check_tensor(name, weight)
    if weight.ndim != 2 or len(weight) < 2:
        raise ValueError(f"{name} must have shape (C, d) with C at least 2, got {tuple(weight.shape)}.")
    if not weight.is_floating_point():
        raise ValueError(f"{name} must be floating point numbers, got {weight.dtype}.")
    if not torch.compiler.is_compiling():
        _bad_rows(name, weight)


def check_rows(**batches: Tensor) -> None:
    """Batches whose rows belong together, by name: all like the first one, (N, d), and while not compiling finite."""
    for name, batch in batches.items():
        check_tensor(name, batch)
    (first, model), *_ = batches.items()
    if model.ndim != 2 or model.shape[1] == 0:
        raise ValueError(f"{first} must have shape (N, d) with d at least 1, got {tuple(model.shape)}.")
    if not model.is_floating_point():
        raise ValueError(f"{first} must be floating point numbers, got {model.dtype}.")
    if len(model) == 0:
        raise ValueError(f"{first} must hold at least one row, got an empty batch.")
    for name, batch in batches.items():
        if batch.shape != model.shape:
            raise ValueError(f"{name} must have the shape of {first}, {tuple(model.shape)}, got {tuple(batch.shape)}.")
        if batch.dtype != model.dtype:
            raise ValueError(f"{name} must have the dtype of {first}, {model.dtype}, got {batch.dtype}.")
        check_device(name, batch, first, model.device)
        if not torch.compiler.is_compiling():
            _bad_rows(name, batch)


def check_same(same: Tensor, pairs: int) -> None:
    """One bool a pair. Not a number: 0 means alike in one paper and different in the next."""
    check_tensor("same", same)
    if same.shape != (pairs,):
        raise ValueError(f"same must have shape ({pairs},), one for each pair, got {tuple(same.shape)}.")
    if same.dtype != torch.bool:
        raise ValueError(f"same must be bool, True for a pair of one class, got {same.dtype}; use same == 1, say.")
