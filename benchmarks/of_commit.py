"""The code of a commit beside the code that stands here: what both measure on this machine is of one processor."""

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.made_from import ROOT

_STALE = "import sys; from benchmarks.record_files import stale; print(*filter(stale, sys.argv[1:]))"


@contextmanager
def tree_of(commit: str, names: list[str]) -> Iterator[Path]:
    """A folder with the files of a commit, of whose code these records are; SystemExit where they are not."""
    with tempfile.TemporaryDirectory() as folder:
        packed, tree = Path(folder, "packed.tar"), Path(folder, "tree")
        made = subprocess.run(
            ["git", "archive", "--output", packed, commit], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise SystemExit(f"git knows no commit {commit} here: {made.stderr.strip()}")
        with tarfile.open(packed) as files:
            files.extractall(tree, filter="data")
        if old := _older(tree, names):
            raise SystemExit(f"The record of {', '.join(old)} is not of the code of {commit}: name a commit before.")
        yield tree


def _older(tree: Path, names: list[str]) -> list[str]:
    """Which of these records are other ones there, or not made from the code there."""
    others = [name for name in names if _record(tree, name) != _record(ROOT, name)]
    told = subprocess.run(
        [sys.executable, "-c", _STALE, *names], cwd=tree, env=found_in(tree), capture_output=True, text=True, check=True
    )
    return sorted({*others, *told.stdout.split()})


def _record(tree: Path, name: str) -> str | None:
    path = tree / "benchmarks" / "records" / f"{name}.json"
    return path.read_text(encoding="utf-8") if path.exists() else None


def found_in(tree: Path) -> dict[str, str]:
    """The surroundings in which Python imports the benchmarks and the library of a folder."""
    return os.environ | {"PYTHONPATH": str(tree)}
