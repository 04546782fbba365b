"""Still pictures as files beside the pages, and how a picture looks on a dark page.

There paper and ink change places and a hue stays the hue it is. The light picture stays beside its dark copy: paper is
always light, and prose that names a colour holds on both.
"""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

DARK = (Path(__file__).parent / "looks" / "dark.css").read_text(encoding="utf-8")
TO_CONE = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                    [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.808675766]])  # fmt: skip
COARSE = 8  # pixels to one that tells what is around


def _colour(name: str) -> np.ndarray:
    """A colour of dark.css, 0..255."""
    found = re.search(rf"{name}: #(\w{{6}})", DARK)
    return np.array([int(found[1][i : i + 2], 16) for i in (0, 2, 4)], dtype=float)


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """Colours 0..255 in OKLab, where equal steps look equal: lightness 0..1 and the two axes of hue. (..., 3)"""
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ TO_CONE.T) @ TO_LAB.T


def to_rgb(lab: np.ndarray) -> np.ndarray:
    """The way back, cut to 0..255. (..., 3)"""
    linear = (lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_CONE).T
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def in_the_dark(rgb: np.ndarray) -> np.ndarray:
    """Colours of a light picture as they are on a dark page; a grey moves between its paper and its ink. (..., 3)"""
    paper, ink = to_lab(_colour("--jp-layout-color0")), to_lab(_colour("--jp-ui-font-color1"))
    lab = to_lab(rgb)
    light, hue = lab[..., :1], lab[..., 1:]
    coloured = np.minimum(1, np.hypot(*np.moveaxis(hue, -1, 0))[..., None] / 0.1)
    grey = paper + np.minimum(1, (1 - light) / 0.8) ** 0.65 * (ink - paper)
    lifted = np.where(light < 0.8, 0.8 - 0.45 * (0.8 - light), light)  # as the explorers' palette does it
    own = np.concatenate([(1 - coloured) * grey[..., :1] + coloured * lifted, hue + (1 - coloured) * grey[..., 1:]], -1)
    return to_rgb(own)


def dark(png: bytes) -> bytes:
    """The picture on a dark page. Dark words on a coloured spot stay dark: the spot stays coloured."""
    seen = Image.open(BytesIO(png)).convert("RGBA")
    light = Image.new("RGBA", seen.size, "white")
    light.alpha_composite(seen)  # what is clear in it shows a light page
    light = light.convert("RGB")
    small = tuple(-(-side // COARSE) for side in light.size)
    around = np.asarray(light.resize(small, Image.Resampling.BOX).resize(light.size, Image.Resampling.BILINEAR))
    pixels = np.asarray(light)
    codes, which = np.unique(pixels.astype(np.uint32) @ (1 << 16, 1 << 8, 1), return_inverse=True)
    colours = np.stack([codes >> shift & 255 for shift in (16, 8, 0)], axis=-1)
    turned = in_the_dark(colours.astype(float)).round().astype(np.uint8)[which.reshape(pixels.shape[:2])]
    word = (pixels.astype(int).sum(-1) < 330) & ~_strong(pixels) & _strong(around)
    content = BytesIO()
    Image.fromarray(np.where(word[..., None], pixels, turned)).save(content, format="png")
    return content.getvalue()


def _strong(rgb: np.ndarray) -> np.ndarray:
    return rgb.max(-1).astype(int) - rgb.min(-1) > 70
