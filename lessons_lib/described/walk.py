"""The walk itself: every value once, in a fixed order, into one digest."""

import hashlib
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, types.NoneType, types.EllipsisType, types.NotImplementedType)


class NotDescribed(ValueError):
    """Its one argument says in a few words what could not be described."""


class Walk:
    """One walk through everything that can be reached; what was met before is a number."""

    def __init__(self, met: dict[int, tuple[int, Any]]):
        self.total, self.met, self.path = hashlib.sha256(), met, []

    def say(self, *words: str) -> None:
        for word in words:
            content = word.encode("utf-8", "surrogatepass")
            self.total.update(b"%d:" % len(content) + content)

    def add(self, value: Any, name: str) -> None:
        """Describe `value`, which is called `name` where it was found."""
        with self.inside(name):
            kind = type(value)
            if kind in _PLAIN:
                return self.say(kind.__name__, repr(value))
            if kind is tuple:
                return self.each("tuple", value)
            if id(value) in self.met:
                return self.say("met", str(self.met[id(value)][0]))
            self.met[id(value)] = len(self.met), value  # held, so that no other takes its id meanwhile
            try:
                self.by_kind(value)
            except RecursionError:
                raise NotDescribed(f"{self.place()} (it goes too deep)") from None
        return None

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        self.path.append(name)
        self.say(name)
        yield
        self.path.pop()

    def place(self) -> str:
        return ".".join(self.path)

    def refuse(self, value: Any) -> None:
        kind = type(value)
        raise NotDescribed(f"{self.place()} (a {kind.__module__}.{kind.__qualname__})".replace("builtins.", ""))

    def by_kind(self, value: Any) -> None:
        """Describe what is no plain value."""
        raise NotImplementedError

    def each(self, word: str, values: Any) -> None:
        values = list(values)
        self.say(word, str(len(values)))
        for i, value in enumerate(values):
            self.add(value, f"{i}")

    def named(self, values: dict[str, Any]) -> None:
        self.say(str(len(values)))
        for name in sorted(values, key=str):
            self.add(values[name], str(name))

    def any_order(self, values: Any) -> None:
        """Each by itself, as what stands beside it must not matter; then in the order of their digests."""
        digests = []
        for value in values:
            alone = type(self)(dict(self.met))
            alone.path = [*self.path]
            alone.add(value, "element")
            digests.append(alone.total.hexdigest())
        self.say("any order", *sorted(digests))
