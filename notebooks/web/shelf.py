"""What a page needs only when somebody comes near it: figures and pictures as files of their own beside the pages."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any

from plates import dark
from stills import png_size
from typography import typeset

PICTURE = re.compile(r'<img ([^>]*)src="data:image/png;base64,([^"]*)"([^>]*)>')
LAZY = 'loading="lazy" decoding="async"'
ALT = re.compile(r'(?<=\balt=")[^"]*')
FIGURE = re.compile(r'<div data-explorer="([^"]*)">(.*?)</div>\s*<script type="module">(.*?)</script>', flags=re.DOTALL)


@dataclass
class Shelf:
    """Files by their names. A script is a classic one, which site.js loads: a page on a disk may load no other."""

    files: dict[str, bytes] = field(default_factory=dict)
    darkened: dict[bytes, bytes] = field(default_factory=dict)

    def put(self, content: bytes, kind: str) -> str:
        """The address of a file; the same content has the same one."""
        name = f"{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
        self.files[name] = content
        return f"assets/{name}"

    def pair(self, png: str) -> tuple[str, str]:
        """The addresses of a picture, given in base64, and of its dark copy."""
        content = base64.b64decode(png)
        if content not in self.darkened:
            self.darkened[content] = dark(content)
        return self.put(content, "png"), self.put(self.darkened[content], "png")

    def figures(self, html: str) -> str:
        """A figure that begins when somebody comes near to it: all of a page at once would keep a phone busy.

        A picture beside it becomes one for each theme.
        """
        return PICTURE.sub(self._both, FIGURE.sub(self._figure, html))

    def _both(self, found: re.Match[str], size: str = "") -> str:
        """A picture, light and dark."""
        before, png, after = found.groups()
        looks = zip(("light", "dark"), self.pair(png), strict=True)
        return "".join(f'<img class="for-{look}" {before}src="{place}"{after}{size} {LAZY}>' for look, place in looks)

    def _figure(self, found: re.Match[str]) -> str:
        place = self.put(f"(async () => {{{found[3]}}})();\n".encode(), "js")
        still = ALT.sub(lambda alt: escape(typeset(unescape(alt[0]))), PICTURE.sub(self._still, found[2]))
        return f'<div data-explorer="{found[1]}" data-script="{place}">{still}</div>'

    def _still(self, found: re.Match[str]) -> str:
        """A still with its size, so that nothing moves when it is there."""
        width, height = png_size(base64.b64decode(found[2]))
        return self._both(found, f' width="{width}" height="{height}"')

    def sphere(self, figure: dict[str, Any]) -> str:
        """The address of a figure of plotly."""
        return self.put(f"window.turned({json.dumps(figure)});\n".encode(), "js")

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
