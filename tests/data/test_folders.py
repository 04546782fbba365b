"""Folders of images as readers have them: of every kind Pillow reads, and with everything wrong that can be."""

import os
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tqdm import tqdm

from lessons_lib.data import by_classes, decoding, folders, load_folder
from lessons_lib.data.decoding import Decoding, UnreadableImage
from lessons_lib.data.folders import read_image
from lessons_lib.losses import NormalizedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.training import fit


def save(path, brightness=0, size=(8, 8), mode="L", **options):
    """A picture all of one brightness or colour, in folders that are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, brightness).save(path, **options)
    return path


def noise(path, seed, size=(28, 28)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 200, size, np.uint8)).save(path)


@pytest.fixture
def tree(tmp_path):
    """Two sound classes of one grey image each, 51 and 102 of 255."""
    save(tmp_path / "tree" / "a" / "1.png", 51)
    save(tmp_path / "tree" / "b" / "1.png", 102)
    return tmp_path / "tree"


def test_leaf_folders_are_classes_and_the_folders_they_stand_in_are_groups(tmp_path, recwarn):
    root = tmp_path / "my images"
    for i, name in enumerate(("top", "Ω mega/ß 2", "Ω mega/ß 1", "deep/er/x")):
        for j in range(3):
            save(root / name / f"{2 - j}.png", 20 * i + j)
    data = load_folder(str(root), size=4, invert=False)
    assert data.class_names == ("deep/er/x", "top", "Ω mega/ß 1", "Ω mega/ß 2")
    assert [data.groups[i] for i in data.group_of_class] == ["deep/er", "my images", "Ω mega", "Ω mega"]
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3] and data.labels.dtype == torch.int64
    expected = [20 * i + j for i in (3, 0, 2, 1) for j in (2, 1, 0)]  # files by their names, as folders are
    assert data.images.shape == (12, 1, 4, 4) and data.images.dtype == torch.float32
    torch.testing.assert_close(data.images[:, 0, 2, 2] * 255, torch.tensor(expected, dtype=torch.float32))
    assert not data.inverted and not recwarn.list


def raw_pgm(path, maximum, value):
    kind = ">u2" if maximum > 255 else "u1"
    path.write_bytes(b"P5\n# faces\n8 6\n%d\n" % maximum + np.full((6, 8), value, kind).tobytes())


def two_frames(path):
    Image.new("L", (8, 8), 51).save(path, save_all=True, append_images=[Image.new("L", (8, 8), 255)])


def palette(path):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0, 51, 51, 51])
    image.paste(2, (4, 0, 8, 8))
    image.save(path, transparency=1)  # the left half, red, is not to be seen


BRIGHT = 51 / 255
FORMATS = {
    "grey.png": (lambda path: save(path, 51), BRIGHT),
    "grey.pgm": (lambda path: raw_pgm(path, 255, 51), BRIGHT),
    "hundred.pgm": (lambda path: raw_pgm(path, 100, 20), BRIGHT),
    "deep.pgm": (lambda path: raw_pgm(path, 65_535, 13_107), BRIGHT),
    "deep.png": (lambda path: Image.fromarray(np.full((6, 8), 13_107, np.uint16)).save(path), BRIGHT),
    "deep.tif": (lambda path: Image.fromarray(np.full((6, 8), 13_107, np.uint16)).save(path), BRIGHT),
    "real.tif": (lambda path: Image.fromarray(np.full((6, 8), 0.2, np.float32)).save(path), BRIGHT),
    "nan.tif": (lambda path: Image.fromarray(np.full((6, 8), np.nan, np.float32)).save(path), 0),
    "one.png": (lambda path: save(path, 1, mode="1"), 1),
    "grey.jpg": (lambda path: save(path, 51), BRIGHT),
    "GREY.JPEG": (lambda path: save(path, 51), BRIGHT),
    "without a suffix": (lambda path: save(path, 51, format="BMP"), BRIGHT),
    "cmyk.jpg": (lambda path: save(path, (0, 0, 0, 204), mode="CMYK"), BRIGHT),
    "colour.webp": (lambda path: save(path, (51, 51, 51), mode="RGB", lossless=True), BRIGHT),
    "green.png": (lambda path: save(path, (0, 255, 0), mode="RGB"), 0.587),  # ITU-R 601
    "clear.png": (lambda path: save(path, (0, 0, 0, 0), mode="RGBA"), 1),
    "half clear.png": (lambda path: save(path, (0, 0, 0, 204), mode="RGBA"), BRIGHT),
    "clear grey.png": (lambda path: save(path, (0, 204), mode="LA"), BRIGHT),
    "moving.gif": (two_frames, BRIGHT),
    "dot.png": (lambda path: save(path, 51, size=(1, 1)), BRIGHT),
    "wide.png": (lambda path: save(path, 51, size=(900, 1)), BRIGHT),
    "huge.png": (lambda path: save(path, 51, size=(3_000, 2_000)), BRIGHT),
    "huge.jpg": (lambda path: save(path, 51, size=(3_000, 2_000)), BRIGHT),
}


@pytest.mark.parametrize("name", FORMATS)
def test_whatever_pillow_reads_becomes_brightness(tmp_path, name):
    write, expected = FORMATS[name]
    write(tmp_path / name)
    image = read_image(tmp_path / name, 7)
    assert image.shape == (1, 7, 7) and image.dtype == torch.float32
    torch.testing.assert_close(image, torch.full((1, 7, 7), float(expected)), atol=2.5 / 255, rtol=0)


def test_the_transparent_part_of_a_palette_is_white(tmp_path):
    palette(tmp_path / "half.png")
    image = read_image(tmp_path / "half.png", 8)[0]
    torch.testing.assert_close(image[:, :4], torch.ones(8, 4))
    torch.testing.assert_close(image[:, 4:], torch.full((8, 4), BRIGHT))


def test_proportions_are_kept_and_the_rest_has_the_brightness_of_the_border(tmp_path):
    pixels = np.full((20, 40), 150, np.uint8)
    pixels[2:-2, 10:30] = 30
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    Image.fromarray(pixels.T).save(tmp_path / "high.png")
    wide, high = (read_image(tmp_path / f"{name}.png", 28)[0] for name in ("wide", "high"))
    torch.testing.assert_close(wide, high.T)
    torch.testing.assert_close(wide[:7], torch.full((7, 28), 150 / 255))
    torch.testing.assert_close(wide[-7:], torch.full((7, 28), 150 / 255))
    dark = (wide < 90 / 255).nonzero()
    assert dark.amin(0).tolist() == [8, 7] and dark.amax(0).tolist() == [19, 20]  # 20 × 16 of 40 pixels, at 0.7


def test_a_photograph_is_turned_upright_as_its_camera_says(tmp_path):
    image, exif = Image.new("L", (8, 8), 0), Image.Exif()
    image.paste(255, (0, 0, 8, 4))
    exif[0x0112] = 6  # a quarter turn clockwise
    image.save(tmp_path / "turned.png", exif=exif)
    turned = read_image(tmp_path / "turned.png", 8)[0]
    assert (turned[:, 4:] == 1).all() and (turned[:, :4] == 0).all()


@pytest.mark.parametrize(("invert", "on_paper", "inverted"), [("auto", 9, True), ("auto", 8, False), (True, 0, True)])
def test_black_on_white_is_inverted_where_nearly_all_images_are_so(tmp_path, invert, on_paper, inverted):
    for i in range(10):
        path = save(tmp_path / "tree" / "ab"[i % 2] / f"{i}.png", 255 if i < on_paper else 0)
        image = Image.open(path)
        image.paste(i, (3, 3, 5, 5))
        image.save(path)
    data = load_folder(tmp_path / "tree", size=8, invert=invert)
    plain = load_folder(tmp_path / "tree", size=8, invert=False)
    assert data.inverted is inverted and not plain.inverted
    torch.testing.assert_close(data.images, 1 - plain.images if inverted else plain.images)
    assert int((plain.images[:, 0, 0, 0] == 1).sum()) == on_paper


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


def test_a_class_that_repeats_another_is_skipped_lest_it_be_seen_and_unseen(tree):
    for name, grey in (("x", 51), ("y", 51), ("z", 9)):
        save(tree / "copy" / f"{name}.png", grey)
    for name, grey in (("1", 9), ("2", 51)):
        save(tree / "copy of copy" / f"{name}.png", grey)
    with pytest.warns(UserWarning) as said:
        data = load_folder(tree, size=4)
    assert str(said[0].message) == f"Skipped in {tree}: copy of copy (the same images as copy)."
    assert data.class_names == ("a", "b", "copy")  # some images in common make no copy


def coloured(path, left, right, mode="RGB", size=(40, 20), **options):
    """A picture in two halves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    image.save(path, **options)
    return path


def test_colour_is_kept_where_it_is_asked_for_and_padded_in_the_colour_of_the_border(tmp_path):
    for name in "ab":
        coloured(tmp_path / "tree" / name / "1.png", (255, 51, 0), (255, 51, 102 if name == "a" else 204))
    data = load_folder(tmp_path / "tree", size=28, colour=True)
    grey = load_folder(tmp_path / "tree", size=28)
    assert data.images.shape == (2, 3, 28, 28) and data.decoding.channels == 3 and not data.inverted
    torch.testing.assert_close(data.images[0, :, 14, 3], torch.tensor([1.0, 0.2, 0.0]))
    torch.testing.assert_close(data.images[1, :, 14, 24], torch.tensor([1.0, 0.2, 0.8]))
    torch.testing.assert_close(data.images[0, :2, 0, 0], torch.tensor([1.0, 0.2]))  # above the picture
    weights = torch.tensor([0.299, 0.587, 0.114])  # ITU-R 601
    by_hand = (weights[:, None, None] * data.images).sum(dim=1, keepdim=True)
    torch.testing.assert_close(grey.images, by_hand, atol=1.5 / 255, rtol=0)


@pytest.mark.parametrize(("name", "write"), [(name, write) for name, (write, _) in FORMATS.items()])
def test_whatever_pillow_reads_has_three_channels_in_colour(tmp_path, name, write):
    write(tmp_path / name)
    assert Decoding(size=9, channels=3)(tmp_path / name).shape == (3, 9, 9)


def test_a_grey_picture_is_alike_in_all_three_channels_also_at_16_bits(tmp_path):
    FORMATS["deep.png"][0](tmp_path / "deep.png")
    save(tmp_path / "grey.png", 51)
    for name in ("deep.png", "grey.png"):
        np.testing.assert_allclose(Decoding(5, 3)(tmp_path / name), np.full((3, 5, 5), 0.2), atol=1e-4)


def test_16_bits_are_as_bright_as_the_brightest_picture_of_the_folder_asks_for(tmp_path):
    for bits, white in ((12, 4_095), (16, 65_535)):
        for name, share in (("a", 1.0), ("b", 0.5)):
            path = tmp_path / f"{bits}" / name / "1.png"
            path.parent.mkdir(parents=True)
            Image.fromarray(np.full((6, 8), int(white * share), np.uint16)).save(path)
        save(tmp_path / f"{bits}" / "c" / "1.png", 51)  # 8 bits stay what they are
        data = load_folder(tmp_path / f"{bits}", size=4, invert=False)
        torch.testing.assert_close(data.images[:, 0, 2, 2], torch.tensor([1.0, 0.5, 0.2]), atol=2e-4, rtol=0)
        assert data.decoding.whole == white
        np.testing.assert_array_equal(data.decoding(tmp_path / f"{bits}" / "b" / "1.png"), data.images[1])


def test_memory_goes_once_to_the_pictures_and_hardly_to_the_reading(tmp_path):
    for i in range(600):
        noise(tmp_path / "tree" / f"{i % 4}" / f"{i}.png", i)
    load_folder(tmp_path / "tree", size=4)  # what is imported on the way
    tracemalloc.start()
    data = load_folder(tmp_path / "tree", size=64, colour=True, invert=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    pictures = data.images.numel() * data.images.element_size()
    assert pictures == 600 * 3 * 64 * 64 * 4 and peak < 1.5 * pictures


def test_a_bar_shows_how_far_a_large_folder_is_and_none_where_nobody_sees_it(tree, monkeypatch):
    shown = []

    class Bar(tqdm):
        def __init__(self, *arguments, **options):
            shown.append(options)
            super().__init__(*arguments, **options | {"disable": True})

    monkeypatch.setattr(folders, "tqdm", Bar)
    load_folder(tree)
    monkeypatch.delenv("CI")
    load_folder(tree)
    assert [(bar["total"], bar["disable"]) for bar in shown] == [(2, True), (2, None)]


def test_pictures_beside_a_folder_stay_a_class_and_what_is_below_is_another(tree):
    for i in range(3):
        save(tree / "c" / f"{i}.png", 60 * i + 7)
        save(tree / "d" / f"{i}.png", 60 * i + 27)
    (tree / "c" / "rejected").mkdir()
    save(tree / "d" / "more" / "1.png", 99)
    with pytest.warns(UserWarning) as said:
        data = load_folder(tree, size=4, invert=False)
    assert data.class_names == ("a", "b", "c", "d", "d/more")
    assert data.labels.tolist() == [0, 1, 2, 2, 2, 3, 3, 3, 4]
    assert str(said[0].message) == f"Skipped in {tree}: c/rejected (a class without an image)."
    assert str(said[1].message).startswith(f"In {tree}: d/more: classes of their own beside the pictures of")


def test_files_can_be_left_out_by_name(tree):
    for i in range(3):
        save(tree / "c" / f"{i}.png", 60 * i)
    data = load_folder(tree, size=4, invert=False)
    left = data.without(["a/1.png", "c/1.png"])
    assert left.class_names == ("b", "c") and left.labels.tolist() == [0, 1, 1]
    assert left.files == ("b/1.png", "c/0.png", "c/2.png")
    torch.testing.assert_close(left.images[:, 0, 0, 0] * 255, torch.tensor([102.0, 0.0, 120.0]))
    assert left.group_of_class.tolist() == [0, 0] and left.part.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"There is no file x\.png among the images of"):
        data.without(["x.png"])


def test_links_to_folders_are_followed_once_and_never_in_circles(tree, tmp_path, recwarn):
    save(tmp_path / "elsewhere" / "1.png", 200)
    for link, target in (
        ("c", "elsewhere"),
        ("a/self", "tree/a"),
        ("a/up", "tree"),
        ("b/out", "."),
        ("twice", "tree/b"),
    ):
        (tree / link).symlink_to(tmp_path / target, target_is_directory=True)
    assert load_folder(tree, size=4, invert=False).images[:, 0, 0, 0].mul(255).round().tolist() == [51, 102, 200]
    assert not recwarn.list


SAID_TO_DO = "put the images of each of two or more classes into a folder of their own."


def refused(error, sentence, *arguments, **options):
    with pytest.raises(error) as refusal:
        load_folder(*arguments, **options)
    assert str(refusal.value) == sentence


def test_trees_without_two_classes_are_refused_in_one_sentence(tree, tmp_path):
    inside = f"{tree / 'a'} is itself a folder of images, so it has only one class: "
    refused(
        ValueError,
        inside + "give the folder that holds a folder of images for each of two or more classes.",
        tree / "a",
    )
    (tree / "b" / "1.png").write_text("")
    skipped = "b (a class without an image); b/1.png (no image)"
    refused(ValueError, f"{tree} has only one class, having skipped {skipped}: {SAID_TO_DO}", tree)
    (tree / "b" / "1.png").unlink()
    (tree / "b").rmdir()
    refused(ValueError, f"{tree} has only one class: {SAID_TO_DO}", tree)
    (tmp_path / "void").mkdir()
    refused(ValueError, f"{tmp_path / 'void'} has no class with an image: {SAID_TO_DO}", tmp_path / "void")


def test_what_is_no_folder_is_refused_in_one_sentence(tree):
    refused(FileNotFoundError, f"There is no folder {tree / 'c'}.", tree / "c")
    file = tree / "a" / "1.png"
    refused(NotADirectoryError, f"{file} is a file, not a folder: if it is an archive, unpack it first.", file)
    refused(ValueError, "invert must be True, False or \"auto\", got 'yes'.", tree, invert="yes")
    refused(ValueError, "size must be a whole number of at least 1 for images, got 0.", tree, size=0)


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8))
    for kind in ("png", "jpg", "gif", "bmp", "tif", "ppm", "webp"):
        picture.save(folder / f"sound.{kind}")
    return {path: path.read_bytes() for path in sorted(folder.iterdir())}


@settings(max_examples=60)
@given(
    which=st.integers(0, 6),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    cut=st.floats(0.2, 1.2),
)
def test_a_damaged_file_gives_an_image_or_a_few_words_and_nothing_else(sound_files, which, changes, cut):
    path = list(sound_files)[which]
    content = bytearray(sound_files[path])
    for place, value in changes:
        content[int(place**3 * (len(content) - 1))] = value  # mostly in the header
    path.write_bytes(content[: int(cut * len(content))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = read_image(path, 7)
        except UnreadableImage as error:
            assert str(error) in ("damaged", "no image", "too large")
        else:
            assert image.shape == (1, 7, 7) and image.min() >= 0 and image.max() <= 1


def test_a_network_is_trained_on_the_seen_classes_of_a_folder(tmp_path, cache_folder):
    for label in range(6):
        for i in range(8):
            noise(tmp_path / "tree" / f"class {label}" / f"{i}.png", 10 * label + i)
    data = by_classes(load_folder(tmp_path / "tree"), validation=1 / 3, test=1 / 3)
    torch.manual_seed(0)
    run = fit(EmbeddingNet(64), NormalizedSoftmaxLoss(data.num_classes, 64), data, epochs=1)
    assert run.steps >= 1 and run.head.weight.shape == (2, 64)
    assert run.net(data.unseen.images).shape == (16, 64)
