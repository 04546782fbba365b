"""What stands in a folder of images and is no image, or no class: it is named and passed over."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lessons_lib.data import decoding, load_folder
from tests.data.pictures import save


def test_hidden_files_and_folders_are_passed_over_without_a_word(tree, recwarn):
    (tree / "a" / ".DS_Store").write_bytes(b"x")
    save(tree / ".thumbnails" / "c" / "1.png", 5)
    save(tree / "__MACOSX" / "c" / "1.png", 6)
    (tree / "read me.txt").write_text("faces of a laboratory")
    for name in ("._1.png", "Thumbs.db", "desktop.ini", "Icon\r"):  # a Mac's and Windows' own
        (tree / "b" / name).write_bytes(b"x")
    assert load_folder(tree).class_names == ("a", "b") and not recwarn.list


def is_skipped(tree, *named, after=""):
    """The two sound classes are left, and one warning names the others."""
    with pytest.warns(UserWarning) as said:
        data = load_folder(tree, size=4, invert=False)
    assert [str(warning.message) for warning in said] == [f"Skipped in {tree}: {'; '.join(named)}.{after}"]
    assert said[0].filename == __file__
    assert data.class_names == ("a", "b")
    torch.testing.assert_close(data.images[:, 0, 0, 0], torch.tensor([0.2, 0.4]))
    return data


def truncated(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:900])


def oversized(path):
    size = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    check = zlib.crc32(size).to_bytes(4, "big")
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\r" + size + check + b"\0\0\0\0IDAT")


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("half.png", truncated, "damaged"),
        ("half.jpg", truncated, "damaged"),
        ("half.gif", truncated, "damaged"),
        ("cut.pgm", lambda path: path.write_bytes(b"P5\n8 8\n255\nabc"), "damaged"),
        ("empty.png", lambda path: path.write_bytes(b""), "no image"),
        ("notes.txt", lambda path: path.write_text("taken in May"), "no image"),
        ("page.png", lambda path: path.write_text("<html>404</html>"), "no image"),
        ("lost.png", lambda path: path.symlink_to("nowhere"), "not a file"),
        ("pipe.png", os.mkfifo if hasattr(os, "mkfifo") else lambda path: path.symlink_to("nowhere"), "not a file"),
        ("bomb.png", oversized, "too large"),
    ],
)
def test_a_file_that_gives_no_image_is_named_and_skipped(tree, name, write, said):
    write(tree / "b" / name)
    is_skipped(tree, f"b/{name} ({said})")


def test_a_file_that_may_not_be_read_is_named_and_skipped(tree, monkeypatch):
    path, opened = save(tree / "a" / "secret.png"), Image.open

    def refuse(which):
        if Path(which) == path:
            raise PermissionError(13, "Permission denied")
        return opened(which)

    monkeypatch.setattr(decoding.Image, "open", refuse)
    is_skipped(tree, "a/secret.png (cannot be read: Permission denied)")


def test_a_folder_that_may_not_be_listed_is_named_and_skipped(tree, monkeypatch):
    save(tree / "closed" / "1.png")
    listed = os.scandir

    def refuse(which):
        if Path(which) == tree / "closed":
            raise PermissionError(13, "Permission denied", which)
        return listed(which)

    monkeypatch.setattr(os, "scandir", refuse)
    is_skipped(tree, "closed (cannot be read: Permission denied)")


def test_classes_are_named_before_files_and_what_is_too_much_is_counted(tree):
    for i in range(4):
        (tree / "a" / f"{i} not.png").write_text("")
    (tree / "none").mkdir()
    (tree / "words").mkdir()
    (tree / "words" / "notes.txt").write_text("")
    save(tree / "beside.png")
    files = ("a/0 not.png (no image)", "a/1 not.png (no image)", "a/2 not.png (no image)")
    classes = ("none (a class without an image)", "words (a class without an image)")
    data = is_skipped(tree, *classes, *files, "and 3 more", after=" The list is `skipped`.")
    last = ("a/3 not.png (no image)", "words/notes.txt (no image)", "beside.png (in no folder of a class)")
    assert data.skipped == (*classes, *files, *last)  # every one, however many


def test_an_image_beside_folders_is_named_and_skipped(tree):
    save(tree / "beside.JPG")
    is_skipped(tree, "beside.JPG (in no folder of a class)")


def test_photographs_of_a_kind_that_is_not_read_are_named_beside_folders_too(tree):
    save(tree / "b" / "more" / "1.png", 102)
    (tree / "b" / "1.png").unlink()
    for place in (tree, tree / "b"):
        (place / "IMG_1.HEIC").write_bytes(b"ftypheic")
        (place / "notes.txt").write_text("taken in May")
    with pytest.warns(UserWarning, match="Skipped in"):
        data = load_folder(tree, size=4)
    assert data.class_names == ("a", "b/more")
    gone = "b (a class without an image)", "b/IMG_1.HEIC (no image)", "b/notes.txt (no image)"
    assert data.skipped == (*gone, "IMG_1.HEIC (in no folder of a class)")


def test_a_class_that_repeats_another_is_skipped_lest_it_be_seen_and_unseen(tree):
    for name, grey in (("x", 51), ("y", 51), ("z", 9)):
        save(tree / "copy" / f"{name}.png", grey)
    for name, grey in (("1", 9), ("2", 51)):
        save(tree / "copy of copy" / f"{name}.png", grey)
    with pytest.warns(UserWarning) as said:
        data = load_folder(tree, size=4)
    assert str(said[0].message) == f"Skipped in {tree}: copy of copy (the same images as copy)."
    assert data.class_names == ("a", "b", "copy")  # some images in common make no copy
