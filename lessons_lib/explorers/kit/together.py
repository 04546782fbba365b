"""Explorers with traits that belong together: where one is set alone, Python finds the others for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lessons_lib.explorers.kit.explorer import Explorer


class JoinedExplorer(Explorer):
    """An explorer that takes over what a view sends as one; `_together` is true while it does."""

    _together = False

    @contextmanager
    def _as_one(self) -> Iterator[None]:
        self._together = True
        try:
            yield
        finally:
            self._together = False

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take over what a view sends: what belongs together comes together."""
        with self._as_one():
            super().set_state(sync_data)
