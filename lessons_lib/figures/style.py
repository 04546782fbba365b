"""One look for every still figure: palette, ink, size, and a picture that carries its own description."""

import base64
import html
import io
import warnings
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from PIL import Image

# petroff10: of the common palettes of ten, the one colour-blind readers tell apart best. Never colour alone: label too.
PALETTE = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd")
_WHITE_ON, _DARKEST = frozenset({2, 4, 8}), "#0b0d10"
INK, SOFT, FAINT, PAPER = "#1b1f24", "#5f6670", "#d4d7db", "#ffffff"
ACCENT = "#c2187f"  # the colour of a margin, and of what the reader did
DPI = 108
# Names of classes may be Japanese, Chinese or Korean: what systems have for these, after matplotlib's own font.
_SCRIPTS = ("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "MS Gothic", "IPAexGothic")
_SCRIPTS += ("Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "Malgun Gothic", "Apple SD Gothic Neo")


def number_ink(k: int) -> str:
    """What stands out from the colour of class k, by a contrast of at least 4.5."""
    return PAPER if k % len(PALETTE) in _WHITE_ON else _DARKEST


class Picture:
    """A matplotlib figure that shows itself in a notebook without pyplot, small as a file and with an alt text.

    It holds the figure instead of being one: IPython would otherwise draw it in its own way, four times as large.
    """

    def __init__(self, alt: str, width: float = 7.2, height: float = 3.6):
        self.alt, self.width = alt, width
        self.figure = Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)

    def subplots(self, *shape: int, **options: Any) -> Any:
        """Axes to draw on, as matplotlib's Figure.subplots gives them."""
        return self.figure.subplots(*shape, **options)

    @property
    def axes(self) -> list[Axes]:
        return self.figure.axes

    def png(self, dpi: int = DPI) -> bytes:
        """The picture as a PNG of 128 colours: half the size, and no eye sees the difference."""
        full, small = io.BytesIO(), io.BytesIO()
        _in_all_scripts(self.figure)
        with warnings.catch_warnings():  # a sign that no font has is a box, which needs no words
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self.figure.savefig(full, format="png", dpi=dpi)
        picture = Image.open(full).convert("RGB")
        few = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(small, "PNG", optimize=True)
        return small.getvalue()

    def img(self, dpi: int = DPI) -> str:
        """The picture as an HTML element with its alt text."""
        source = base64.b64encode(self.png(dpi)).decode()
        size = f'width="{self.pixels}" style="max-width:100%;border-radius:6px"'
        return f'<img alt="{html.escape(self.alt)}" {size} src="data:image/png;base64,{source}">'

    @property
    def pixels(self) -> int:
        """Width on the page, in CSS pixels."""
        return round(self.width * 96)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": self.pixels}}


def _in_all_scripts(figure: Figure) -> None:
    """Let every text that is not plain ASCII look for its signs in the fonts for other scripts as well."""
    known = {font.name for font in fontManager.ttflist}
    more = [name for name in _SCRIPTS if name in known]
    for text in figure.findobj(Text) if more else ():
        if not text.get_text().isascii():
            text.set_fontfamily(list(dict.fromkeys([*text.get_fontfamily(), *more])))


def quiet_axes(axes: Axes, xlabel: str = "", ylabel: str = "") -> Axes:
    """Axes reduced to what one reads: two spines, small soft ticks, labels in words."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=SOFT, labelsize=9, length=3)
    axes.set_xlabel(xlabel, color=INK, fontsize=10)
    axes.set_ylabel(ylabel, color=INK, fontsize=10)
    return axes


def degree_ticks(axes: Axes, upto: int, step: int) -> None:
    """A degree scale from 0 to `upto` on the x axis."""
    ticks = range(0, upto + 1, step)
    axes.set_xticks(list(ticks), [f"{tick}°" for tick in ticks])
    axes.set_xlim(0, upto)
