"""From a file to numbers, in one place: training, measuring and whatever is shipped see the same picture.

This file stands by itself. It knows Pillow and numpy and nothing of this course, for a copy of it travels in what
`lessons_lib.own.keep_door` writes.
"""

import os
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

# The whites that cameras and scanners count up to. What is deeper than 8 bits seldom says which of them is meant.
WHOLE_WHITES = (255.0, 1_023.0, 4_095.0, 16_383.0, 65_535.0, 2.0**24 - 1, 2.0**32 - 1)
REAL_WHITES = (1.0, 255.0, 65_535.0)
_HOT = 500  # a sensor's pixel in so many may be broken, and count to the top in the dark


class UnreadableImage(Exception):
    """Says in a few words why a file gives no image."""


@dataclass(frozen=True)
class Decoding:
    """How a file becomes a picture (channels, size, size) float32 in [0, 1]: 1 channel is grey, 3 are red, green, blue.

    It is turned as its camera says; what is transparent becomes white; of several frames the first counts. The longer
    side is made `size`, the shorter is padded with the median colour of the picture's own border. `whole` is the white
    of pictures of whole numbers deeper than 8 bits, `real` that of pictures of floating-point numbers.
    """

    size: int = 28
    channels: int = 1
    whole: float = 65_535.0
    real: float = 1.0

    def __call__(self, path: str | os.PathLike) -> np.ndarray:
        """The picture of a file; raises UnreadableImage."""
        return self.with_depth(path)[0]

    def with_depth(self, path: str | os.PathLike) -> tuple[np.ndarray, tuple[str, float] | None]:
        """The picture, and of one deeper than 8 bits its kind ("whole" or "real") and the largest number in it.

        One pixel in 500 may lie above that number: a single broken pixel is not what a picture counts up to.
        """
        if not os.path.isfile(path):
            raise UnreadableImage("not a file")  # such as a link to nowhere, or a pipe, which would be read for ever
        try:
            with Image.open(path) as opened:
                # A large photograph is read at a fraction of its size; other kinds of file do not know how.
                opened.draft(self._mode, (2 * self.size, 2 * self.size))
                image, depth = self._plain(ImageOps.exif_transpose(opened))
                return self._squared(image), depth
        except Image.UnidentifiedImageError:
            raise UnreadableImage("no image") from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UnreadableImage("too large") from None
        except OSError as error:
            # The system's errors have a number, Pillow's have none.
            raise UnreadableImage("damaged" if error.errno is None else f"cannot be read: {error.strerror}") from None
        except Exception:  # at a broken header Pillow's readers stop with whatever error it leads them to
            raise UnreadableImage("damaged") from None

    @property
    def _mode(self) -> str:
        return "L" if self.channels == 1 else "RGB"

    def _plain(self, image: Image.Image) -> tuple[Image.Image, tuple[str, float] | None]:
        """Grey, colour, or floating point in [0, 1] where there are more than 8 bits."""
        if image.mode.startswith("I") or image.mode == "F":
            kind, white = ("real", self.real) if image.mode == "F" else ("whole", self.whole)
            values = np.nan_to_num(np.asarray(image, np.float32))
            return Image.fromarray((values / white).clip(0, 1)), (kind, _brightest(values))
        if image.has_transparency_data:
            on_paper = Image.new("RGBA", image.size, "white")
            on_paper.alpha_composite(image.convert("RGBA"))
            image = on_paper
        if image.mode == "LAB":  # from which Pillow knows no other way
            image = image.convert("RGB")
        return image.convert(self._mode), None

    def _squared(self, image: Image.Image) -> np.ndarray:
        width, height = image.size
        fits = [max(1, round(self.size * side / max(image.size))) for side in image.size]
        border = _median_of_border(image)
        # First by whole numbers of pixels, then by the rest: many times quicker for a large one, and hardly different.
        small = image if fits == [width, height] else image.resize(fits, Image.Resampling.BILINEAR, reducing_gap=3.0)
        square = Image.new(image.mode, (self.size, self.size), border)
        square.paste(small, ((self.size - fits[0]) // 2, (self.size - fits[1]) // 2))
        values = np.asarray(square, np.float32)
        values = values.clip(0, 1) if image.mode == "F" else values / 255
        planes = values.transpose(2, 0, 1) if values.ndim == 3 else values[None]
        return np.array(np.broadcast_to(planes, (self.channels, self.size, self.size)))


def _brightest(values: np.ndarray) -> float:
    """The largest number of a picture, at least 0, its broken pixels left out."""
    rising = np.partition(values, -1 - values.size // _HOT, axis=None)
    return max(0.0, float(rising[-1 - values.size // _HOT]))


def _median_of_border(image: Image.Image) -> float | int | tuple[int, ...]:
    """The median of the outermost pixels, channel by channel."""
    width, height = image.size
    sides = ((0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height), (width - 1, 0, width, height))
    rim = np.concatenate([np.asarray(image.crop(side)).reshape(-1, len(image.getbands())) for side in sides])
    median = np.median(rim, axis=0)
    if image.mode == "F":
        return float(median[0])
    whole = tuple(round(value) for value in median.tolist())
    return whole if len(whole) > 1 else whole[0]


def least_white(largest: float, whites: tuple[float, ...]) -> float:
    """The smallest of these whites that nothing goes beyond; the largest number itself where all are too small."""
    return next((white for white in whites if largest <= white), max(largest, whites[-1]))
