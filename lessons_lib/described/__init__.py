"""What something is, in a digest that another process finds again: its values and the code that it runs.

Code is read as bytecode, so a notebook's cell needs no file, and comments and places do not matter. What comes from an
installed package or from Python itself is named, with its version; all else, this library too, is looked into.
"""

from typing import Any

from lessons_lib.described.bytecode import reaches
from lessons_lib.described.values import Description
from lessons_lib.described.walk import NotDescribed

__all__ = ["NotDescribed", "digest_of", "reaches"]


def digest_of(**things: Any) -> str:
    """A digest of these values: equal for what computes the same, in whichever process; the order of a dict counts.

    Modules with their weights, hooks and attributes, tensors and arrays by content, functions and classes by their
    code, what they have captured and the globals they look up, and so on into whatever these hold. Raises NotDescribed
    for what holds more than can be seen (an open file, a lock) or is used up (an iterator, a random generator).
    """
    description = Description({})
    for name, thing in sorted(things.items()):
        description.add(thing, name)
    return description.total.hexdigest()
