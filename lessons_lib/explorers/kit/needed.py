"""What a figure needs of its modules: a declaration that nothing mentions, from the view on, is left out.

The formatter lets each statement begin at the left edge. A name is mentioned if it stands anywhere as a word, even in a
string. What does something while it is read stays. A module with a statement that is not understood stays whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lessons_lib.explorers.kit.quoting import unquoted

IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']*\.js)';\n", re.MULTILINE)

_GROUP = re.compile(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
_DATA = re.compile(r"import (\w+) from §+ with §+;\n")
_FUNCTION = re.compile(r"(?:export )?(?:async )?function\*? (\w+)§+ §+\n")
_CLASS = re.compile(r"(?:export )?class (\w+)(?: extends [\w.]+)? §+\n")
_VALUES = re.compile(r"((?:export )?(?:const|let) )([^;]*)(;(?: §+)?\n)")
_OTHER = re.compile(r"[^()\[\]{}'\"`]*[;§]\n")

_LATER = re.compile(r"\s*(?:async )?(?:(?:\w+|§+) =>|function\b)")  # a function: nothing happens until it is called
_HARMLESS = re.compile(r"\b(?:Math\.\w+|new (?:Weak)?(?:Map|Set))\(")
_ACTS = re.compile(r"[\w)\]§.]\s*\(|`|\+\+|--|(?<![=!<>])=(?![=>])|<<=|>>=|\b(?:new|await|yield|delete)\b")
_ACTS_IN_CLASS = re.compile(r"\bstatic\b|^\W*[\[@]", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Part:
    """What may go without the rest of its statement: the names it declares, and the words it mentions."""

    text: str
    names: frozenset[str]
    words: frozenset[str]
    stays: bool = False


@dataclass(frozen=True)
class Statement:
    """Its parts, with commas between a beginning and an end."""

    parts: Sequence[Part]
    begin: str = ""
    end: str = ""

    def with_only(self, kept: set[Part]) -> str:
        own = [part.text for part in self.parts if part in kept]
        return f"{self.begin}{', '.join(own)}{self.end}" if own else ""


def needed(modules: Mapping[Path, Sequence[str]], wanted: Mapping[Path, set[str]]) -> dict[Path, list[str]]:
    """The same modules, each a list of statements, without those that nobody needs who needs what is `wanted`.

    A module stands behind those that it imports.
    """
    asked = {path: set(wanted.get(path, ())) for path in modules}
    left = {}
    for path in reversed(list(modules)):
        left[path] = _needed(modules[path], asked[path])
        for names, place in IMPORT.findall("".join(left[path])):
            asked[(path.parent / place).resolve()] |= {name.split()[0] for name in names.split(",") if name.strip()}
    return {path: left[path] for path in modules}


def _needed(source: Sequence[str], wanted: set[str]) -> list[str]:
    statements = [statement for text in source if (statement := understood(text))]
    if len(statements) < len(source):
        return list(source)
    rest = [part for statement in statements for part in statement.parts]
    words = frozenset(wanted)
    kept: set[Part] = set()
    while found := {part for part in rest if part not in kept and (part.stays or part.names & words)}:
        kept |= found
        words = words.union(*(part.words for part in found))
    return [text for statement in statements if (text := statement.with_only(kept))]


@cache
def understood(text: str) -> Statement | None:
    """The parts of a statement; None if it is not one whole statement as the formatter writes it."""
    shape = _shape(text)
    if found := IMPORT.fullmatch(text):
        names = [name.strip() for name in found[1].split(",") if name.strip()]
        parts = [Part(name, _words(name.split()[-1]), frozenset()) for name in names]
        return Statement(parts, "import { ", f" }} from '{found[2]}';\n")
    if found := _FUNCTION.fullmatch(shape) or _DATA.fullmatch(shape):
        return Statement([Part(text, _words(found[1]), _words(text))])
    if found := _CLASS.fullmatch(shape):
        return Statement([Part(text, _words(found[1]), _words(text), stays=bool(_ACTS_IN_CLASS.search(text)))])
    if found := _VALUES.fullmatch(shape):
        return Statement(_values(text, found), found[1], text[found.start(3) :])
    return Statement([Part(text, frozenset(), _words(text), stays=True)]) if _OTHER.fullmatch(shape) else None


def _values(text: str, found: re.Match[str]) -> list[Part]:
    """The declarations of one `const`."""
    parts, end = [], found.start(2) - 1
    for shape in found[2].split(","):
        start, end = end + 1, end + 1 + len(shape)
        value = start + len(shape.partition("=")[0])
        names, acts = text[start:value], not _LATER.match(shape[value - start + 1 :]) and _acts(text[value + 1 : end])
        parts.append(Part(text[start:end].lstrip(), _words(names), _words(text[start:end]), _acts(names) or acts))
    return parts


def _acts(code: str) -> bool:
    """Whether something may happen while this is worked out: a call, an assignment, a template."""
    return bool(_ACTS.search(_HARMLESS.sub("(", unquoted(code, template="`"))))


def _shape(text: str) -> str:
    """The text, as long as it is, with § for each character in quotes or brackets."""
    shape, before = unquoted(text), ""
    while shape != before:
        shape, before = _GROUP.sub(lambda found: "§" * len(found[0]), shape), shape
    return shape


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+|\$", text))
