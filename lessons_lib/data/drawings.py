"""Characters of many scripts, each drawn once in every font that matplotlib ships and that has it."""

import hashlib
import io
import unicodedata
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.ft2font import FT2Font, Glyph, LoadFlags
from torch import Tensor

from lessons_lib.data.cache import cache_folder, keep, kept

SIDE = 28
DRAWN = 2 * SIDE  # pixels a side of a drawing: jitter halves it, which smooths its edges
BOX = 2 * 20  # the longer side of the character fills this, as a digit's does in MNIST
LOOKALIKE = 0.93  # drawings that correlate above this are taken for one character
_BATCH = 2_000

_FONTS = (
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic")),
)
# Scripts by how their characters' Unicode names begin. Of two lookalikes the one that stands first here is kept, so an
# unseen script has no character that a seen one has, such as the Greek Α.
SEEN = {"LATIN": "Latin", "ARABIC": "Arabic", "CANADIAN SYLLABICS": "Canadian", "PICTURE": "Pictures"}
UNSEEN = {
    "GREEK": "Greek",
    "GEORGIAN": "Georgian",
    "ARMENIAN": "Armenian",
    "HEBREW": "Hebrew",
    "TIFINAGH": "Tifinagh",
    "NKO": "N'Ko",
}
UNSEEN_VALIDATION = {"CYRILLIC": "Cyrillic", "LAO": "Lao", "OGHAM": "Ogham", "OLD ITALIC": "Old Italic"}
SCRIPTS = SEEN | UNSEEN | UNSEEN_VALIDATION
_PICTURES = (range(0x2600, 0x27C0), range(0x1F300, 0x1F650))  # miscellaneous symbols, dingbats, faces
_OWN_SHAPES = ("FRAKTUR", "BLACK-LETTER", "SCRIPT", "DOUBLE-STRUCK")


@dataclass(frozen=True)
class Drawings:
    """Every character in every font that has it: images (D, 56, 56) uint8, their class numbers (D,) in rising order.

    `characters` and `scripts` name each class.
    """

    images: Tensor
    labels: Tensor
    characters: tuple[str, ...]
    scripts: tuple[str, ...]


def load_drawings() -> Drawings:
    """The drawings that all images are made of, from the cache if they are there whole; else drawn and kept.

    A damaged file, or one that cannot be read, is named and drawn again. The file's name holds matplotlib's
    version and every choice made here.
    """
    chosen = [Path(__file__).read_bytes(), matplotlib.__version__.encode(), unicodedata.unidata_version.encode()]
    path = cache_folder() / "glyphs" / f"{hashlib.sha256(b' '.join(chosen)).hexdigest()[:32]}.drawings"
    content = kept(path, str(path), "the glyphs have been drawn again", stacklevel=3)
    if content is not None:
        return Drawings(**torch.load(io.BytesIO(content), weights_only=True))
    drawings, file = draw_glyphs(), io.BytesIO()
    torch.save(vars(drawings), file)
    try:
        keep(path, file.getvalue())
    except OSError as error:
        warnings.warn(f"The glyphs are not kept for next time. {error}", stacklevel=3)
    return drawings


def draw_glyphs(scripts: Collection[str] = tuple(SCRIPTS.values())) -> Drawings:
    """Draw every character of these scripts in every font that has it, and keep one of those that look alike."""
    drawn: dict[tuple[int, int], list[np.ndarray]] = {}
    order = list(SCRIPTS.values())
    for name in _FONTS:
        for code, image in _drawn_from(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf", scripts):
            drawn.setdefault((order.index(script_of(chr(code))), code), []).append(image)
    classes = sorted(drawn)
    images = torch.from_numpy(np.stack([image for each in classes for image in drawn[each]]))
    labels = torch.arange(len(classes)).repeat_interleave(torch.tensor([len(drawn[each]) for each in classes]))
    kept = distinct_classes(images, labels)
    stays = torch.isin(labels, kept)
    characters = tuple(chr(classes[i][1]) for i in kept)
    scripts = tuple(order[classes[i][0]] for i in kept)
    return Drawings(images[stays], torch.searchsorted(kept, labels[stays]), characters, scripts)


@cache
def script_of(character: str) -> str | None:
    """The script by the character's Unicode name, accents and all; None for marks, punctuation and other scripts.

    None also for what Unicode calls another form of plain characters, such as ligatures, ² and ①. Of the mathematical
    alphabets those whose letters have a shape of their own belong to the script of the plain letter: 𝔄 is Latin. The
    bold, italic, sans-serif and monospaced ones are plain letters in another font: None.
    """
    name = unicodedata.name(character, "")
    kind, *parts = unicodedata.decomposition(character).split() or [""]
    if kind == "<font>" and "BOLD" not in name and any(shape in name for shape in _OWN_SHAPES):
        character = chr(int(parts[0], 16))
        name = unicodedata.name(character)
    elif kind.startswith("<") and kind not in ("<initial>", "<medial>", "<final>", "<isolated>"):
        return None
    if unicodedata.category(character)[0] not in "LNS":
        return None
    if any(ord(character) in block for block in _PICTURES):
        return SCRIPTS["PICTURE"]
    return next((script for start, script in SCRIPTS.items() if name.startswith(start)), None)


def _drawn_from(path: Path, scripts: Collection[str]) -> Iterator[tuple[int, np.ndarray]]:
    """Every character of these scripts that the font can draw, as (code point, image)."""
    if not path.exists():
        raise FileNotFoundError(f"matplotlib ships the font {path.name}, but {path.parent} has none: install it again.")
    font = FT2Font(path)
    missing = draw(font, 0)
    for code, glyph in sorted(font.get_charmap().items()):
        if glyph and script_of(chr(code)) in scripts:
            image = draw(font, glyph)
            if image.any() and not np.array_equal(image, missing):
                yield code, image


def draw(font: FT2Font, glyph: int) -> np.ndarray:
    """One glyph of a font by its number, (56, 56) uint8, its longer side 40 pixels and its box in the middle."""
    image = np.zeros((DRAWN, DRAWN), np.uint8)
    left, bottom, right, top = _outline(font, glyph, BOX).bbox
    longer = max(right - left, top - bottom) / 64  # FreeType measures in 64ths of a pixel
    if longer > 0:
        outline = _outline(font, glyph, BOX * BOX / longer)
        left, bottom, right, top = (side / 64 for side in outline.bbox)
        x, y = round((DRAWN - right + left) / 2 - left), round((DRAWN - top + bottom) / 2)
        font.draw_glyph_to_bitmap(image, x, y, outline)
    return image


def _outline(font: FT2Font, glyph: int, size: float) -> Glyph:
    font.set_size(size, 72)
    return font.load_glyph(glyph, LoadFlags.NO_HINTING | LoadFlags.NO_BITMAP)


def distinct_classes(images: Tensor, labels: Tensor) -> Tensor:
    """The numbers of the classes of which no drawing looks like one of an earlier class that is kept, rising.

    images (D, 56, 56) uint8, labels (D,) in rising order. Two drawings look alike when their pixels, at 28×28,
    correlate above LOOKALIKE.
    """
    alike: dict[int, set[int]] = {label: set() for label in labels.unique().tolist()}
    for pairs in _pairs_alike(images):
        for label, other in labels[pairs].tolist():
            alike[label].add(other)
    kept: set[int] = set()
    for label, others in alike.items():
        if not others & kept:
            kept.add(label)
    return torch.tensor(sorted(kept))


def _pairs_alike(images: Tensor) -> Iterator[Tensor]:
    """The numbers (P, 2) of drawings that look alike, a later one and an earlier; a few pairs come either way round."""
    pixels = torch.cat([F.avg_pool2d(batch[:, None].float(), 2).flatten(1) for batch in images.split(_BATCH)])
    fine = F.normalize(pixels - pixels.mean(1, keepdim=True))
    # A quarter of the pixels finds the few pairs worth a closer look. What it leaves out of two drawings correlates at
    # most as the product of their lengths (Cauchy and Schwarz), so one more number each for that and none is missed.
    coarse = 2 * F.avg_pool2d(fine.view(-1, 1, SIDE, SIDE), 2).flatten(1)
    coarse = torch.cat([coarse, (1 - coarse.square().sum(1, keepdim=True)).clamp(min=0).sqrt()], dim=1)
    for start in range(0, len(images), _BATCH):
        rows, before = coarse[start : start + _BATCH], coarse[: start + _BATCH]
        later, earlier = (rows @ before.T > LOOKALIKE - 1e-4).nonzero().T
        later = later + start
        close = (fine[later] * fine[earlier]).sum(1) > LOOKALIKE
        yield torch.stack([later[close], earlier[close]], dim=1)
