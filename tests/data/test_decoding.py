"""A picture as numbers: of every kind Pillow reads, damaged ones too."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lessons_lib.data import load_folder
from lessons_lib.data.decoding import Decoding, UnreadableImage
from lessons_lib.data.folders import read_image
from tests.data.pictures import BRIGHT, FORMATS, coloured, palette, save


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


def counts(seed, white=400, side=28):
    """A picture of counts from 0 to `white`, in a file of 16 bits."""
    return np.random.default_rng(seed).integers(0, white + 1, (side, side)).astype(np.uint16)


def test_one_broken_pixel_among_many_pictures_makes_none_of_them_darker(tmp_path):
    for broken in (False, True):
        for i in range(12):
            values = counts(i)
            if broken and i == 5:
                values[3, 4] = 65_535
            path = tmp_path / f"{broken}" / f"{i % 3}" / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(path)
    sound, hot = (load_folder(tmp_path / f"{broken}", invert=False) for broken in (False, True))
    assert sound.decoding == hot.decoding and hot.decoding.whole == 1_023
    other = (sound.images != hot.images).flatten(1)
    assert other.any(dim=1).sum() == 1 and other.sum() == 1
    assert not len(hot.copies)


@pytest.mark.parametrize("side", [6, 28, 200])
def test_pictures_that_count_to_the_top_are_read_as_far_as_that(tmp_path, side):
    for i in range(3):
        path = tmp_path / f"{i}" / "1.png"
        path.parent.mkdir()
        Image.fromarray(counts(i, white=65_535, side=side)).save(path)
    assert load_folder(tmp_path, size=side).decoding.whole == 65_535


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
