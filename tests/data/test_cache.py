"""One folder for several processes and several users."""

import os
import stat

import pytest

from lessons_lib.data.cache import cache_folder, keep, kept, remove_unfinished, written_whole


def test_the_home_of_somebody_unknown_is_named_with_the_variable_that_names_it(monkeypatch):
    monkeypatch.setenv("LESSONS_LIB_CACHE", "~nobody-of-this-name/cache")
    with pytest.raises(ValueError) as refused:
        cache_folder()
    assert str(refused.value) == (
        "LESSONS_LIB_CACHE must be a folder's path, got ~nobody-of-this-name/cache, whose home the system does not "
        "know: set it to another folder."
    )


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


def write_half(path, line):
    """In a process of its own: half of a file, and the other half when somebody says so."""
    with written_whole(path) as file:
        file.write(b"half")
        file.flush()
        line.send("writing")
        line.recv()


def writing(processes, path):
    """A process that has written half of the file, and the line to it."""
    here, there = processes.Pipe()
    process = processes.Process(target=write_half, args=(path, there))
    process.start()
    assert here.recv() == "writing"
    return process, here


@pytest.mark.parametrize("clean", [remove_unfinished, lambda folder: keep(folder / "other", b"")])
def test_what_a_killed_process_left_goes_and_what_a_live_one_writes_stays(processes, tmp_path, clean):
    (dead, _), (live, line) = writing(processes, tmp_path / "a"), writing(processes, tmp_path / "b")
    dead.kill()
    dead.join()
    assert len(os.listdir(tmp_path)) == 2
    clean(tmp_path)
    assert [name for name in os.listdir(tmp_path) if name.startswith(".a")] == []
    line.send("go on")
    live.join()
    assert live.exitcode == 0 and (tmp_path / "b").read_bytes() == b"half"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_what_only_looks_unfinished_is_somebody_s_own(tmp_path):
    for name in (".thesis.unfinished", ".a.12345.unfinished", ".a.chapter7.unfinished"):
        (tmp_path / name).write_text("mine")
    keep(tmp_path / "a", b"")
    assert len(os.listdir(tmp_path)) == 4


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


@pytest.mark.parametrize("moment", ["replace", "samestat"])
def test_another_process_that_clears_away_just_then_takes_nothing_from_a_writer(tmp_path, monkeypatch, moment):
    pytest.importorskip("fcntl")
    place = os if moment == "replace" else os.path
    real = getattr(place, moment)

    def cleared_first(*arguments):
        remove_unfinished(tmp_path)
        return real(*arguments)

    monkeypatch.setattr(place, moment, cleared_first)
    with written_whole(tmp_path / "a") as file:
        file.write(b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole" and os.listdir(tmp_path) == ["a"]
