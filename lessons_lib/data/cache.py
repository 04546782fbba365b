"""The one folder this package writes to: how a file gets into it whole or not at all, and is read back."""

import hashlib
import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from platformdirs import user_cache_path

try:
    import fcntl
except ImportError:  # Windows: a file that somebody writes to cannot be removed there anyway
    fcntl = None

CACHE_VARIABLE = "LESSONS_LIB_CACHE"
_UNFINISHED = ".unfinished"


def cache_folder() -> Path:
    """Where unpacked data and trained networks are kept: $LESSONS_LIB_CACHE, else the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    check_home(chosen or "")
    return Path(chosen).expanduser() if chosen else user_cache_path("lessons_lib")


def check_home(chosen: str) -> None:
    """ValueError for a path that begins with the home of somebody whom the system does not know."""
    try:
        Path(chosen).expanduser()
    except RuntimeError:
        raise ValueError(
            f"{CACHE_VARIABLE} must be a folder's path, got {chosen}, whose home the system does not know: "
            "set it to another folder."
        ) from None


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` only once it is complete; two processes may do so at once.

    Whoever may read new files of this user (the umask) may read it. What writers that are no more have left in the
    folder goes. Raises OSError with one sentence naming the folder and the variable that moves it.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_unfinished(path.parent)
        temporary, file = _new_file(path)
        with file:
            yield file
            file.flush()
            if fcntl is not None:  # while it is still locked: another process would remove it
                os.replace(temporary, path)
        if fcntl is None:  # Windows cannot rename what is open
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


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process was writing to `folder`. What another process is writing stays: it is locked.

    The system takes a lock away from a process that ends, however it ends; an age would only be a guess. Where a file
    system knows no locks, nothing is removed.
    """
    with suppress(OSError):
        for left in folder.glob(f".*.{8 * '[0-9a-f]'}{_UNFINISHED}"):  # as `_new_file` calls them, and nothing else
            with suppress(OSError), left.open("ab") as file:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    left.unlink()
            if fcntl is None:
                with suppress(OSError):
                    left.unlink()


def _new_file(path: Path) -> tuple[Path, BinaryIO]:
    """An empty file beside `path`, open and locked."""
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
        file = temporary.open("xb")
        if fcntl is None:
            return temporary, file
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)  # waits for who is just about to remove it
            if os.path.samestat(os.fstat(file.fileno()), temporary.stat()):
                return temporary, file
            file.close()  # removed before it was locked: once more
            continue
        if temporary.exists():
            return temporary, file  # no locks here
        file.close()


def check_path(path: Any) -> None:
    """A path as pathlib has it."""
    if not isinstance(path, Path):
        raise ValueError(f"path must be a pathlib.Path, got {type(path).__name__}; use Path({path!r}).")


def keep(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all, headed by its own digest. OSError as `written_whole`."""
    with written_whole(path) as file:
        file.write(_digest(content) + b"\n" + content)


def kept(path: Path, name: str, remedy: str, stacklevel: int) -> bytes | None:
    """What `keep` wrote to `path`; None if nothing did, or what is there is damaged or unreadable.

    The last two are said in a warning: what `name` calls it, and the `remedy`.
    """
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        said = f"cannot be read ({error.strerror or error})"
    else:
        if _digest(content) == digest:
            return content
        said = "was damaged"
    warnings.warn(f"{name} {said}; {remedy}.", stacklevel=stacklevel + 1)
    return None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
