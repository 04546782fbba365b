"""An answer that is a head the reader has chosen: what it may be, and what is said of what it may not be."""

from typing import Any

from torch import nn

from lessons_lib.exercises.answer import Slip
from lessons_lib.losses import Head


def chosen_head(answer: Any, num_classes: int, embedding_size: int) -> Head:
    """The head in a reader's answer, which may also be a function that makes it; a Slip for anything else.

    Wanted are so many classes and dimensions, one class weight a class, and a scale that is a number.
    """
    if isinstance(answer, type):
        raise Slip(f"That is the class {answer.__name__}: give it its numbers, {answer.__name__}({num_classes}, …).")
    if callable(answer) and not isinstance(answer, nn.Module):
        try:
            answer = answer()
        except Exception as error:
            raise Slip(f"Your function raised {type(error).__name__}: {error}") from error
    if not isinstance(answer, Head):
        raise Slip(f"A head is wanted, one of the course's losses; yours is {type(answer).__name__}.")
    name = type(answer).__name__
    if (answer.num_classes, answer.embedding_size) != (num_classes, embedding_size):
        sizes = f"{answer.num_classes} classes in {answer.embedding_size} dimensions"
        raise Slip(f"It is about {num_classes} classes in {embedding_size} dimensions; your {name} has {sizes}.")
    if answer.weight.ndim != 2:
        raise Slip(f"{name} has several weights a class: choose a loss with one.")
    return answer
