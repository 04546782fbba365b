"""What a page needs only when somebody comes near a figure or takes hold of it: files of their own beside the pages."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stills import png_size

IMAGE = re.compile(r'src="data:image/png;base64,([^"]*)"')
FIGURE = re.compile(r'<div data-explorer="([^"]*)">(.*?)</div>\s*<script type="module">(.*?)</script>', flags=re.DOTALL)


def _sized(found: re.Match[str]) -> str:
    """A still with its size, so that nothing moves when it is there."""
    width, height = png_size(base64.b64decode(found[1]))
    return f'{found[0]} width="{width}" height="{height}"'


@dataclass
class Shelf:
    """Scripts by their names; a page names one, site.js loads it. Classic ones: a page on a disk may load no other."""

    files: dict[str, str] = field(default_factory=dict)

    def put(self, script: str) -> str:
        """The address of a script; the same script has the same one."""
        name = f"{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"
        self.files[name] = script
        return f"assets/{name}"

    def figures(self, html: str) -> str:
        """A figure that begins when somebody comes near to it: all of a page at once would keep a phone busy."""
        return FIGURE.sub(self._figure, html)

    def _figure(self, found: re.Match[str]) -> str:
        place = self.put(f"(async () => {{{found[3]}}})();\n")
        still = IMAGE.sub(_sized, found[2])
        return f'<div data-explorer="{found[1]}" data-script="{place}">{still}</div>'

    def sphere(self, figure: dict[str, Any]) -> str:
        """The address of a figure of plotly."""
        return self.put(f"window.turned({json.dumps(figure)});\n")

    def write(self, folder: Path) -> None:
        for name, script in self.files.items():
            (folder / name).write_text(script, encoding="utf-8")
