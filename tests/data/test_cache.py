"""One folder for several processes and several users."""

import os
import stat
import subprocess
import sys

import pytest

from lessons_lib.data.cache import keep, kept, remove_unfinished, written_whole


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights here")
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_a_file_is_for_whom_the_umask_lets_read_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        keep(tmp_path / "sub" / "file", b"content")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "sub" / "file").stat().st_mode) == 0o666 & ~umask
    assert os.listdir(tmp_path / "sub") == ["file"]


WRITER = """
import os, sys
from pathlib import Path
from lessons_lib.data.cache import written_whole
with written_whole(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
"""


def writing(path):
    """A process that has written half of the file."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"writing\n"
    return process


@pytest.mark.parametrize("clean", [remove_unfinished, lambda folder: keep(folder / "other", b"")])
def test_what_a_killed_process_left_goes_and_what_a_live_one_writes_stays(tmp_path, clean):
    dead, live = writing(tmp_path / "a"), writing(tmp_path / "b")
    dead.kill()
    dead.communicate()
    assert len(os.listdir(tmp_path)) == 2
    clean(tmp_path)
    assert [name for name in os.listdir(tmp_path) if name.startswith(".a")] == []
    live.communicate(b"\n")
    assert live.returncode == 0 and (tmp_path / "b").read_bytes() == b"half"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_what_is_kept_comes_back_and_what_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "file"
    assert kept(path, "It", "so what", stacklevel=1) is None
    keep(path, b"content\nof two lines")
    assert kept(path, "It", "so what", stacklevel=1) == b"content\nof two lines"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(UserWarning, match=r"^It was damaged; so what\.$"):
        assert kept(path, "It", "so what", stacklevel=1) is None
    path.unlink()
    path.mkdir()  # root can read any file, but no directory as one
    with pytest.warns(UserWarning, match=r"^It cannot be read \(.*\); so what\.$"):
        assert kept(path, "It", "so what", stacklevel=1) is None


def test_no_lock_no_matter(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError("no locks here")

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", no_locks)
    with written_whole(tmp_path / "a") as file:
        remove_unfinished(tmp_path)
        file.write(b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
