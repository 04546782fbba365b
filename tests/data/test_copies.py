"""One picture in two files: found through formats and sizes, and never where two pictures are only alike."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from lessons_lib.data import load_folder, write_glyph_folder
from lessons_lib.data.copies import same_pictures


def photograph(seed, size=(120, 90)):
    """Something with large and small things in it, in colour."""
    chance = np.random.default_rng(seed)
    picture = Image.fromarray(chance.integers(0, 256, (6, 8, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    fine = Image.fromarray(chance.integers(0, 256, (*size[::-1], 3), np.uint8)).filter(ImageFilter.GaussianBlur(2))
    return Image.blend(picture, fine, 0.3)


@pytest.fixture
def tree(tmp_path):
    for label in range(8):
        (tmp_path / "tree" / f"{label}").mkdir(parents=True)
        for i in range(4):
            photograph(10 * label + i).save(tmp_path / "tree" / f"{label}" / f"{i}.png")
    return tmp_path / "tree"


COPIES = {
    "the same file": ("c.png", {}, lambda picture: picture),
    "as JPEG": ("c.jpg", {"quality": 75}, lambda picture: picture),
    "as a poor JPEG": ("c.jpg", {"quality": 40}, lambda picture: picture),
    "half as large": ("c.png", {}, lambda picture: picture.resize((60, 45), Image.Resampling.LANCZOS)),
    "larger, as WebP": ("c.webp", {"quality": 80}, lambda picture: picture.resize((300, 225))),
    "with a clear rim": ("c.png", {}, lambda picture: picture.convert("RGBA")),
}


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("colour", [False, True])
def test_the_same_picture_in_two_classes_is_named(tree, kind, colour):
    name, options, change = COPIES[kind]
    change(photograph(32)).save(tree / "5" / name, **options)
    with pytest.warns(UserWarning, match=f"The same picture stands in two classes in .*: 3/2.png and 5/{name}"):
        folder = load_folder(tree, colour=colour)
    assert folder.repeated == (("3/2.png", f"5/{name}"),)
    left = folder.without_repeated()
    assert len(left) == len(folder) - 2 and not left.repeated and "3/2.png" not in left.files


def test_pictures_of_one_pixel_are_looked_at_too(tree):
    assert load_folder(tree, size=1).images.shape == (32, 1, 1, 1)


def test_a_copy_in_its_own_class_is_a_copy_and_no_repetition(tree, recwarn):
    photograph(32).save(tree / "3" / "again.jpg")
    folder = load_folder(tree)
    assert [(folder.files[i], folder.files[j]) for i, j in folder.copies.tolist()] == [("3/2.png", "3/again.jpg")]
    assert not folder.repeated and not recwarn.list


def test_the_same_shape_in_another_colour_is_another_picture_also_where_all_is_read_grey(tmp_path, recwarn):
    chance = np.random.default_rng(0)
    for name, hue in (("green", (20, 150, 20)), ("red", (210, 40, 45))):  # of one brightness
        (tmp_path / name).mkdir()
        mask = Image.fromarray((chance.random((12, 12)) > 0.5).astype(np.uint8) * 255).resize((96, 96))
        chance = np.random.default_rng(0)  # the same shape again
        Image.composite(Image.new("RGB", (96, 96), hue), Image.new("RGB", (96, 96), "black"), mask).save(
            tmp_path / name / "1.png"
        )
    assert not load_folder(tmp_path).repeated and not recwarn.list


def test_letters_that_look_alike_are_no_copies(tmp_path, recwarn):
    write_glyph_folder(tmp_path / "glyphs", scripts=["Hebrew", "Tifinagh"], classes=40, images=8)
    assert not len(load_folder(tmp_path / "glyphs").copies) and not recwarn.list


def test_pictures_that_show_nothing_are_no_copies_of_each_other(tmp_path, recwarn):
    for i in range(12):
        path = tmp_path / f"{i % 3}" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        grey = np.random.default_rng(i).integers(0, 3, (28, 28), np.uint8)  # nearly black
        Image.fromarray(grey).save(path)
    assert not len(load_folder(tmp_path, invert=False).copies) and not recwarn.list


def test_every_pair_is_found_among_thousands():
    images = torch.rand(3_000, 1, 14, 14, generator=torch.Generator().manual_seed(0))
    pairs = [(3, 2_900), (1_000, 1_001), (0, 999), (500, 2_000)]
    for one, other in pairs:
        images[other] = images[one] + 0.001
    assert same_pictures(images, lambda numbers: images[numbers]) == sorted(pairs)
