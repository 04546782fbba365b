"""The page of the library: every public name with its signature, what it says of itself, its formula and its paper."""

import re
from html import escape
from itertools import chain, zip_longest
from typing import Any

from api import Entry, Module
from prose import Heading, formula
from terms import Links

PAGE = "library.html"
FUNCTIONS = "mean|max|min|softmax"  # mean_k is no name of Python's
# What a docstring marks as code, a word in quotes, which is a value, and a name of Python's that is not marked.
CODE = re.compile(
    r"``?([^`]+)``?"
    rf'|("[\w-]+"|(?<!\w)(?!(?:{FUNCTIONS})_[a-z]\b)[A-Za-z]{{2}}[A-Za-z0-9]*_\w+(?:\.\.\w+)?)'
)
# An index or a power as docstrings write them: W_j, Σ_{j≠y}, mean_k and e^{s·cos θ_j}, but no name of Python's.
INDEX = re.compile(rf"(?<!\w)((?:[^\W\d_]\u0302?|{FUNCTIONS})\d?)_(\{{[^{{}}]+\}}|[a-z]+\b)")
POWER = re.compile(r"\^(?:\{([^{}]+)\}|\(([^()]+)\)|([a-z])\b)")


def about(docstring: str, links: Links) -> str:
    """A docstring as HTML: paragraphs, `code`, papers and lessons linked."""
    parts = re.split(r"\n\s*\n", escape(docstring, quote=False))
    return "".join(_part(part, links) for part in parts if part.strip())


def _part(part: str, links: Links) -> str:
    if part.startswith("    "):
        return f"<pre>{part}</pre>"
    pieces = CODE.split(" ".join(part.split()))  # words, and code of either kind, in turn
    words = map(_indexed, pieces[::3])
    codes = [f"<code>{marked or found}</code>" for marked, found in zip(pieces[1::3], pieces[2::3], strict=True)]
    return links.put(f"<p>{''.join(chain(*zip_longest(words, codes, fillvalue='')))}</p>", PAGE)


def _indexed(words: str) -> str:
    lower = INDEX.sub(lambda found: f"{found[1]}<sub>{found[2].strip('{}')}</sub>", words)
    return POWER.sub(lambda found: f"<sup>{found[found.lastindex]}</sup>", lower)


def shown(modules: list[Module], links: Links) -> list[dict[str, Any]]:
    """The modules as the template lists them."""
    return [
        {
            "id": section(module),
            "name": module.name,
            "about": about(module.about, links),
            "entries": [_entry(one, links, section(module)) for one in module.entries],
        }
        for module in modules
    ]


def place(module: Module, entry: Entry) -> str:
    """The id of a name on the page."""
    return f"{section(module)}.{entry.name}"


def section(module: Module) -> str:
    return module.name.removeprefix("lessons_lib.")


def _entry(entry: Entry, links: Links, of: str) -> dict[str, Any]:
    return {
        "id": f"{of}.{entry.name}",
        "name": entry.name,
        "kind": entry.kind,
        "signature": entry.signature,
        "about": about(entry.about, links),
        "formula": formula(entry.formula, display=True) if entry.formula else "",
        "paper": links.put(escape(entry.paper, quote=False), PAGE) if entry.paper else "",
        "members": [_entry(member, links, f"{of}.{entry.name}") for member in entry.members],
    }


def headings(modules: list[Module]) -> list[Heading]:
    """What the page's contents list: modules, and in each its names."""
    found = []
    for module in modules:
        found.append(Heading(2, section(module), section(module)))
        found += [Heading(3, place(module, entry), entry.name) for entry in module.entries]
    return found
