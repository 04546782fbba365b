import errno
import lzma
import os
import shutil
import warnings

import pytest
import torch

from lessons_lib.data import load_mnist, mnist
from lessons_lib.data.cache import written_whole

# Unpacking 55 MB takes a second; the tests that only read share one cache.


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESSONS_LIB_CACHE", str(folder))
        mnist.unpack_mnist()
    return folder


@pytest.fixture
def shared_cache(unpacked, monkeypatch):
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(unpacked))
    return unpacked


@pytest.fixture
def own_cache(unpacked, cache_folder):
    shutil.copytree(unpacked, cache_folder)
    return cache_folder


def test_the_split_is_fixed_and_complete(shared_cache):
    data = load_mnist()
    assert [len(part) for part in (data.train, data.validation, data.test)] == [55_000, 5_000, 10_000]
    assert data.train.images.shape[1:] == (1, 28, 28) and data.train.images.dtype == torch.float32
    assert data.train.images.min() == 0 and data.train.images.max() == 1
    assert data.train.labels[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]  # the digits every MNIST picture starts with
    assert data.test.labels[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]
    assert torch.bincount(torch.cat([data.train.labels, data.validation.labels])).sum() == 60_000


def test_torchvision_reads_the_cache_by_itself(shared_cache):
    from lessons_lib.data.vision import import_torchvision

    official = import_torchvision().datasets.MNIST(shared_cache, train=False)
    assert torch.equal(official.data[:, None] / 255, load_mnist().test.images)


@pytest.mark.parametrize("damage", ["altered", "half", "empty"])
def test_a_damaged_file_is_named_and_rebuilt(own_cache, damage):
    path = own_cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    whole = path.read_bytes()
    path.write_bytes(
        {"altered": whole[:-1] + bytes([whole[-1] ^ 1]), "half": whole[: len(whole) // 2], "empty": b""}[damage]
    )
    with pytest.warns(UserWarning, match="t10k-labels-idx1-ubyte was damaged; it has been unpacked again"):
        mnist.unpack_mnist()
    assert path.read_bytes() == whole


def test_a_file_that_cannot_be_read_is_named_and_unpacked_again(own_cache, monkeypatch):
    path = own_cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    read = mnist._digest

    def refuse(which):
        if which == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(which)

    monkeypatch.setattr(mnist, "_digest", refuse)
    with pytest.warns(UserWarning, match=r"ubyte could not be read \(Permission denied\); it has been unpacked again"):
        mnist.unpack_mnist()
    monkeypatch.setattr(mnist, "_digest", read)
    assert read(path) == mnist.DIGESTS[path.name]


def test_what_a_killed_process_left_goes_though_all_is_there(own_cache):
    folder = own_cache / "MNIST" / "raw"
    (folder / ".t10k-labels-idx1-ubyte.0123abcd.unfinished").write_bytes(b"half")
    mnist.unpack_mnist()
    assert sorted(os.listdir(folder)) == sorted(mnist.DIGESTS)


def test_a_missing_file_is_unpacked_without_a_word(own_cache, recwarn):
    path = own_cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    path.unlink()
    mnist.unpack_mnist()
    assert path.exists() and not recwarn.list
    assert sorted(os.listdir(path.parent)) == sorted(mnist.DIGESTS)


def unpack_with(other, folder):
    """In a process of its own, without a warning, at the moment when the other does."""
    os.environ["LESSONS_LIB_CACHE"] = str(folder)
    warnings.simplefilter("error")
    other.wait()
    mnist.unpack_mnist()


def test_two_processes_unpack_at_once(processes, cache_folder):
    meeting = processes.Barrier(2, timeout=60)
    both = [processes.Process(target=unpack_with, args=(meeting, cache_folder)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    folder = cache_folder / "MNIST" / "raw"
    assert sorted(os.listdir(folder)) == sorted(mnist.DIGESTS)
    assert all(mnist._digest(folder / name) == digest for name, digest in mnist.DIGESTS.items())


SENTENCE = "^Cannot write to {folder} .*: make room there, or set LESSONS_LIB_CACHE to a folder that can be written.$"


def test_no_right_to_write_is_one_sentence(tmp_path, monkeypatch):
    blocked = tmp_path / "a file where the folder should be"
    blocked.write_text("")
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(blocked))
    with pytest.raises(OSError, match=SENTENCE.format(folder=blocked / "MNIST" / "raw")):
        mnist.unpack_mnist()


def test_no_space_is_one_sentence_and_leaves_nothing_behind(cache_folder, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mnist.shutil, "copyfileobj", full)
    folder = cache_folder / "MNIST" / "raw"
    with pytest.raises(OSError, match=SENTENCE.format(folder=folder)):
        mnist.unpack_mnist()
    assert os.listdir(folder) == []


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(RuntimeError), written_whole(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert os.listdir(tmp_path) == []
    with written_whole(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"


def test_the_packed_files_are_what_their_digests_say():
    for name, digest in mnist.DIGESTS.items():
        with lzma.open(mnist.files("lessons_lib.data") / "mnist" / f"{name}.xz") as file:
            assert mnist.hashlib.file_digest(file, "sha256").hexdigest() == digest
