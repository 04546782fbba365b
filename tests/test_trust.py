"""What .make/trust.py says of notebooks that are none any more, and where Jupyter has no place to write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_setup import ROOT, sentence


def trusted(tmp_path: Path, home: Path, *paths: Path) -> subprocess.CompletedProcess:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "XDG"))}
    words = [sys.executable, ROOT / ".make" / "trust.py", *paths]
    return subprocess.run(words, env=kept | {"HOME": str(home)}, cwd=tmp_path, capture_output=True, text=True)


def test_a_notebook_that_a_merge_has_broken_is_named_and_the_others_are_trusted(tmp_path):
    """What Jupyter keeps of a trusted notebook is looked for in its data base."""
    sign = pytest.importorskip("nbformat.sign")
    v4 = pytest.importorskip("nbformat.v4")
    whole = v4.new_notebook(cells=[v4.new_code_cell("1")])
    for name, text in (("1", "<<<<<<< HEAD\n"), ("2", ""), ("3", "{}"), ("4", v4.writes(whole))):
        (tmp_path / name).write_text(text)
    run = trusted(tmp_path, tmp_path / "home", *(Path(name) for name in "1234"))
    said = run.stderr.splitlines()
    assert (run.returncode, run.stdout) == (0, "")
    assert [line[:26] for line in said if "notebook-signing" not in line] == [
        f"{name} is no notebook any more," for name in "123"
    ]
    data = next((tmp_path / "home").rglob("nbsignatures.db")).parent
    assert sign.NotebookNotary(data_dir=str(data)).check_signature(whole)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    pytest.importorskip("nbformat")
    (tmp_path / "home").touch()
    said = sentence(trusted(tmp_path, tmp_path / "home"))
    assert said.startswith(f"Jupyter cannot write to {tmp_path / 'home'}") and said.endswith("then run make lab again.")
