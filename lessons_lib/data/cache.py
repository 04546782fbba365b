"""The one folder this package writes to, and how a file gets into it whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from platformdirs import user_cache_path

CACHE_VARIABLE = "LESSONS_LIB_CACHE"


def cache_folder() -> Path:
    """Where unpacked data and trained networks are kept: $LESSONS_LIB_CACHE, else the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen).expanduser() if chosen else user_cache_path("lessons_lib")


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` only once it is complete; two processes may do so at once.

    Raises OSError with one sentence naming the folder and the variable that moves it.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            temporary = Path(file.name)
            yield file
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            f"Cannot write to {path.parent} ({error.strerror or error}): make room there, "
            f"or set {CACHE_VARIABLE} to a folder that can be written."
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
