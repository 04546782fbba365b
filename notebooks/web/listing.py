"""A cell's code as a page shows it: coloured, each line a block of its own that wraps under itself."""

import re
from html import unescape

from nbconvert.filters import Highlight2HTML

TAGS = re.compile(r"<[^>]*>")
LETTERS = re.compile(r"<[^>]*>|&[^;]*;|.", flags=re.DOTALL)  # a tag, or one letter
# What a narrow line may have no room for, and where it then goes on below: at a bracket, a comma or a point.
LONG = re.compile(r"\S{17,}")
PLACES = re.compile(r"(?<=[(\[{,=])(?=\w)|(?<=\w)(?=[.(\[{])")
LONG_NAME, WITHIN = re.compile(r"\w{21,}"), re.compile(r"(?<=[a-z0-9]_)(?=[a-z])")


class Listing:
    """Turns the source of a cell into HTML."""

    def __init__(self) -> None:
        self.colours = Highlight2HTML(pygments_lexer="ipython3")

    def __call__(self, source: str) -> str:
        start, lines, end = re.split(r"(?<=<pre>)|(?=</pre>)", self.colours(source), maxsplit=2)
        return start + "".join(map(_line, lines.rstrip("\n").split("\n"))) + end


def _line(line: str) -> str:
    words = TAGS.sub("", line)
    return f'<span class="line" style="--in:{len(words) - len(words.lstrip())}ch">{breaking(line) or " "}\n</span>'


def breaking(html: str) -> str:
    """A line of code whose long words may break where they have parts, rather than wherever the line is full."""
    letters = LETTERS.findall(html)
    shown = [place for place, letter in enumerate(letters) if not letter.startswith("<")]
    words = "".join(unescape(letters[place]) for place in shown)
    for long, places in ((LONG, PLACES), (LONG_NAME, WITHIN)):
        for word in long.finditer(words):
            for place in places.finditer(word[0]):
                at = shown[word.start() + place.start()]
                letters[at] = f"<wbr>{letters[at]}"
    return "".join(letters)
