"""A cell's code as a page shows it: coloured, each line a block of its own that wraps under itself."""

import re

from nbconvert.filters import Highlight2HTML

TAGS = re.compile(r"<[^>]*>")


class Listing:
    """Turns the source of a cell into HTML."""

    def __init__(self) -> None:
        self.colours = Highlight2HTML(pygments_lexer="ipython3")

    def __call__(self, source: str) -> str:
        start, lines, end = re.split(r"(?<=<pre>)|(?=</pre>)", self.colours(source), maxsplit=2)
        return start + "".join(map(_line, lines.rstrip("\n").split("\n"))) + end


def _line(line: str) -> str:
    words = TAGS.sub("", line)
    return f'<span class="line" style="--in:{len(words) - len(words.lstrip())}ch">{line or " "}\n</span>'
