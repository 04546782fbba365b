"""A reader's answer as numbers: their function is called with copies, and what goes wrong is said in plain words."""

import inspect
import re
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_LONGEST = 200  # characters of an error's own message
# What torch's own message does not tell a beginner: a part of it, and what to do.
_ADVICE = {
    r"`-` operator, (with|on) a bool tensor": "Truth values cannot be subtracted: ~ turns them round, .double() makes "
    "1 and 0 of them.",
    r"could not infer output dtype": "torch takes the mean of numbers with a point alone: .double() makes them of "
    "truth values, and of whole numbers.",
    r"only one element tensors|only 0-dimensional arrays|only length-1": "math takes one number, torch takes many.",
    r"Boolean value of Tensor with more than one|truth value of an array": "if, and, or, not, max and min ask once, "
    "and here there are many: torch.where, &, |, ~ and .clamp ask each.",
    r"(max|min)\(\) received an invalid combination": "torch.max and torch.min do not take a number beside a tensor: "
    ".clamp(min=0) is the larger of each value and 0.",
    r"math domain error|expected a (number in|positive|nonnegative)": "acos and asin take numbers from −1 to 1, log "
    "numbers above 0, sqrt none below 0: can what stands in the brackets leave that?",
    r"must be Tensor, not (float|int)": "torch takes a tensor; for a plain number there is math.",
    r"expected to be in range of \[-1, 0\]": "A vector has one dimension only, dim=0.",
    r"The shape of the mask": "Is it F.one_hot(labels)? That has columns up to the largest label only: tell it "
    "cosines.shape[1].",
    r"Can't call numpy\(\) on Tensor that requires grad": "numpy has no gradients, and check needs one: stay in torch.",
    r"'numpy.ndarray' and 'Tensor'|'Tensor' and 'numpy.ndarray'|not implemented for NumPy arrays": "numpy and torch "
    "are mixed: stay in one of them.",
    r"The size of tensor a .* must match": "Is a dimension lost? [:, :1], [:, None] or keepdim=True keeps it.",
    r"shapes cannot be multiplied": "Is .T missing?",
}
_ARGUMENTS = "Keep the arguments of the stub, all of them and in its order."


class Slip(Exception):
    """What is off in an answer, in words for the reader."""


class Without(TorchFunctionMode):
    """While it is entered, one of these functions of torch raises a Slip with these words."""

    def __init__(self, functions: frozenset[Any], words: str) -> None:
        super().__init__()
        self._functions, self._words = functions, words

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in self._functions or ((kwargs or {}).get("requires_grad") and self._functions >= AUTOGRAD):
            raise Slip(self._words)
        return func(*args, **(kwargs or {}))


# Every way of asking autograd for a derivative begins with one of these, or with a tensor made for it.
AUTOGRAD = frozenset(
    {torch.Tensor.requires_grad_, torch.Tensor.requires_grad.__set__, torch.Tensor.backward, torch._make_dual}
)


def untouched(answer: Any) -> bool:
    """Is this still the stub: an Ellipsis, a dict of nothing else, or a function whose body is nothing but `...`?"""
    if isinstance(answer, dict) and answer:
        return all(value is ... for value in answer.values())
    if not inspect.isfunction(answer):
        return answer is ...
    return answer.__code__.co_code == _stub.__code__.co_code and not answer.__code__.co_names


def call(function: Any, *inputs: Any) -> Tensor:
    """The reader's function on copies of these inputs, as a float64 tensor; a Slip in plain words when that fails.

    One that cannot take them as they are may have been written for torch where plain numbers come in, or for numpy
    where tensors do: it is then given those. What it raised at first is what is told.
    """
    return number(returned(function, *inputs))


def returned(function: Any, *inputs: Any) -> Any:
    """What the reader's function gives back, as it is; a Slip when it raises or gives nothing."""
    if not callable(function):
        raise Slip(f"check wants the function itself, without calling it; it was given {_short(repr(function))}.")
    first: Exception | None = None
    for dressed in (_as_given, _as_tensors, _as_arrays):
        try:
            value = _quietly(function, *(dressed(given) for given in inputs))
        except Slip:
            raise
        except (TypeError, AttributeError) as error:
            first = first or error
        except Exception as error:
            first = first or error
            break
        else:
            if value is None:
                raise Slip("Your function returned nothing: does it end in return?")
            return value
    said = _raised(first)
    raise Slip(said if _takes(function, inputs) else f"{said} {_ARGUMENTS}") from first


def _takes(function: Any, inputs: tuple[Any, ...]) -> bool:
    """Can it be called with so many inputs? Where nothing is known of its arguments, what it raised says enough."""
    try:
        inspect.signature(function).bind(*inputs)
    except TypeError:
        return False
    except ValueError:  # some of what is written in C tells nothing of its arguments
        return True
    return True


def _quietly(function: Any, *inputs: Any) -> Any:
    """The function called, without numpy's warnings of torch's tensors, about which a reader can do nothing."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array", DeprecationWarning)
        return function(*inputs)


def number(value: Any) -> Tensor:
    """What the reader gave as a float64 tensor; a Slip when it is no number."""
    if isinstance(value, np.ndarray):
        value = value.copy()  # one that was turned round has negative strides, which torch does not take
    if isinstance(value, str) or not _real(value):
        raise Slip(f"A number or a tensor is wanted; {no_number(value)}")
    try:
        return torch.as_tensor(_without_gradients(value), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        if isinstance(value, list | tuple) and all(_is_number(part) for part in value):
            return _stacked([number(part) for part in value])
        raise Slip(f"A number or a tensor is wanted; {no_number(value)}") from error


def _without_gradients(value: Any) -> Any:
    """A tensor, or each part of a list, as torch.as_tensor takes it without a warning."""
    if isinstance(value, Tensor):
        return value.detach().to_dense().cpu()  # one on a GPU, or a sparse one, cannot be held against ours
    if isinstance(value, list | tuple):
        plain = [part.tolist() if isinstance(part, np.ndarray) else part for part in value]
        return [part.detach() if isinstance(part, Tensor) else part for part in plain]
    return value


def no_number(value: Any) -> str:
    """What this is that is no number, as the end of a sentence; of a list also which part of it is none."""
    return f"yours is {_what(value)}."


def _what(value: Any) -> str:
    parts = enumerate(value, 1) if isinstance(value, list | tuple) else ()
    wrong = next((f": part {place} {_told(part)}" for place, part in parts if not _is_number(part)), "")
    return _kind(value) + wrong


def _is_number(part: Any) -> bool:
    try:
        number(part)
    except Slip:
        return False
    return True


def _told(part: Any) -> str:
    if part is ...:
        return "still has its dots"
    return f"is {_short(repr(part))}, a text" if isinstance(part, str) else f"is {_what(part)}"


def numbers(found: list[Tensor], columns: int, what: str = "One number is wanted each time.") -> Tensor:
    """Single numbers as a table with that many columns; a Slip with `what` when some of them are not single."""
    wrong = next((value for value in found if value.numel() != 1), None)
    if wrong is not None:
        raise Slip(f"{what} Yours has shape {tuple(wrong.shape)}.")
    return torch.stack([value.reshape(()) for value in found]).reshape(-1, columns)


def one_for_each(found: Tensor, count: int, what: str) -> Tensor:
    """`found`, if it has one number for each of so many; else a Slip that names them and tells its shape."""
    if found.shape != (count,):
        raise Slip(f"One number is wanted for each of the {count} {what}; yours has shape {tuple(found.shape)}.")
    return found


def _as_given(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def _as_tensors(value: Any) -> Any:
    """Numbers with a point as tensors, for answers in torch; whole numbers stay, as they count something."""
    return torch.tensor(value, dtype=torch.float64) if isinstance(value, float) else _as_given(value)


def _as_arrays(value: Any) -> Any:
    return value.detach().clone().numpy() if isinstance(value, Tensor) else value


def _stacked(parts: list[Tensor]) -> Tensor:
    if len({part.shape for part in parts}) > 1:
        shapes = " and ".join(sorted({str(tuple(part.shape)) for part in parts})[:2])
        raise Slip(f"The parts of what you return have different shapes, {shapes}.")
    return torch.stack(parts)


def _real(value: Any) -> bool:
    of_tensor = isinstance(value, Tensor) and value.is_complex()
    return not (of_tensor or isinstance(value, complex) or (isinstance(value, np.ndarray) and np.iscomplexobj(value)))


def _kind(value: Any) -> str:
    return "complex" if not _real(value) else type(value).__name__


def _raised(error: Exception) -> str:
    """An error in a sentence, with what to do where its own words do not say."""
    words = re.sub(r"\s+", " ", str(error)).strip()
    advice = next((advice for pattern, advice in _ADVICE.items() if re.search(pattern, words)), None)
    said = f"Your function raised {type(error).__name__}" + (f": {_short(words).rstrip('.')}." if words else ".")
    return f"{said} {advice}" if advice else said


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + " …"


def _stub() -> None: ...
