"""Pictures to read: plain ones, noisy ones, and one of every kind that Pillow reads."""

import numpy as np
from PIL import Image


def save(path, brightness=0, size=(8, 8), mode="L", **options):
    """A picture all of one brightness or colour, in folders that are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, brightness).save(path, **options)
    return path


def noise(path, seed, size=(28, 28)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 200, size, np.uint8)).save(path)


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
    "lab.tif": (lambda path: save(path, (54, 128, 128), mode="LAB"), BRIGHT),
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


def coloured(path, left, right, mode="RGB", size=(40, 20), **options):
    """A picture in two halves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    image.save(path, **options)
    return path
