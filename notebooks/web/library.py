"""The page of the library: every public name with its signature, what it says of itself, its formula and its paper."""

import re
from html import escape
from typing import Any

from api import Entry, Module
from prose import Heading, formula
from terms import Links

PAGE = "library.html"
CODE = re.compile(r"``?([^`]+)``?")
# An index or a power as docstrings write them: W_j, Σ_{j≠y}, mean_k and e^{s·cos θ_j}, but no name of Python's.
INDEX = re.compile(r"(?<![\w`])((?:[^\W\d_]\u0302?|mean|max|min|softmax)\d?)_(\{[^{}]+\}|[a-z]+\b)")
POWER = re.compile(r"\^\{([^{}]+)\}")


def about(docstring: str, links: Links) -> str:
    """A docstring as HTML: paragraphs, `code`, papers and lessons linked."""
    parts = re.split(r"\n\s*\n", escape(docstring, quote=False))
    return "".join(_part(part, links) for part in parts if part.strip())


def _part(part: str, links: Links) -> str:
    if part.startswith("    "):
        return f"<pre>{part}</pre>"
    pieces = CODE.split(" ".join(part.split()))  # words and code in turn
    pieces[::2] = map(_indexed, pieces[::2])
    pieces[1::2] = [f"<code>{code}</code>" for code in pieces[1::2]]
    return links.put(f"<p>{''.join(pieces)}</p>", PAGE)


def _indexed(words: str) -> str:
    lower = INDEX.sub(lambda found: f"{found[1]}<sub>{found[2].strip('{}')}</sub>", words)
    return POWER.sub(r"<sup>\1</sup>", lower)


def shown(modules: list[Module], links: Links) -> list[dict[str, Any]]:
    """The modules as the template lists them."""
    return [
        {
            "id": _short(module),
            "name": module.name,
            "about": about(module.about, links),
            "entries": [_entry(one, links, _short(module)) for one in module.entries],
        }
        for module in modules
    ]


def place(module: Module, entry: Entry) -> str:
    """The id of a name on the page."""
    return f"{_short(module)}.{entry.name}"


def _short(module: Module) -> str:
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
        found.append(Heading(2, _short(module), _short(module)))
        found += [Heading(3, place(module, entry), entry.name) for entry in module.entries]
    return found
