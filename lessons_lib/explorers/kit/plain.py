"""Numbers as Python's own, whoever made them: a reader's may come from numpy or torch."""

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any


def plain_number(value: Any) -> Any:
    """The number, NaN and infinity too; None for what is none: True, a text, a list."""
    if getattr(value, "ndim", None) == 0:
        value = value.item()
    return value if isinstance(value, Real) and not isinstance(value, bool) else None


def plain_numbers(values: Any) -> list[float]:
    """The finite numbers of a list or the like; empty where one of them is none, or where it is no list."""
    if not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        return []
    numbers = [plain_number(value) for value in values]
    return [float(v) for v in numbers] if all(v is not None and math.isfinite(v) for v in numbers) else []
