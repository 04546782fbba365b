"""One ES module from many, since a widget may load one only: each keeps its own names, and sees what it imports."""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path

from lessons_lib.explorers.kit.needed import IMPORT, needed
from lessons_lib.explorers.kit.quoting import closed_up

# What a module may say, and nothing else: a form that is not known here is refused, never passed on half understood.
_WORKER = re.compile(r"^import (\w+) from '(\.[^']*\.js)' with \{ type: 'worker' \};\n", re.MULTILINE)
_DATA = re.compile(r"^import (\w+) from '(\.[^']*\.(?:css|json))' with \{ type: '(text|json)' \};\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:const|(?:async )?function\*?|class) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_OTHER = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*\(.*", re.MULTILINE)
_COMMENT = re.compile(r"//|/\*|\*/|\*(?: |$)")
_REMARK = re.compile(
    r"(?<=[;,{}()\[\]]) // [^'\"`]*$"
)  # behind code, and not inside a string: that one would still close
_NAME = re.compile(r"(\w+)(?: as (\w+))?")

_TIE = Path(__file__).with_name("tie.js").resolve()


class Linked:
    """The module of a figure as its text: put together when somebody first asks for that, not when Python imports."""

    def __init__(self, view: Path):
        self._view = view

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        parts, number = scopes(self._view, _TIE)
        return f"{parts}export default {{ ...{number[self._view.resolve()]}.default, ...{number[_TIE]} }};\n"


def link(view: Path) -> Linked:
    """The module of a figure, which needs no other: what the view exports by default, and what ties it to a kernel.

    ValueError, for what cannot be linked, comes when it is asked for.
    """
    return Linked(view)


def scopes(*entries: Path, whole: bool = False) -> tuple[str, dict[Path, str]]:
    """The entries and all that they import, each a constant that holds its exports, and how these are called.

    What the entries do not need is left out, unless the modules are wanted `whole`.
    """
    modules: dict[Path, list[str]] = {}
    for entry in entries:
        _gather(entry.resolve(), modules)
    if not whole:
        modules = needed(modules, {entry.resolve(): _exports(modules[entry.resolve()]) for entry in entries})
    number = {path: f"m{place}" for place, path in enumerate(modules)}
    return "".join(_scope(path, own, number) for path, own in modules.items() if own), number


def _gather(path: Path, modules: dict[Path, list[str]], trail: tuple[Path, ...] = ()) -> None:
    """Puts a module, as its statements, behind those that it imports."""
    if path in trail:
        raise ValueError(f"{path.name} imports itself by way of {' > '.join(p.name for p in trail)}.")
    if path in modules:
        return
    own = statements(path)
    source = "".join(own)
    for names, place in IMPORT.findall(source):
        other = (path.parent / place).resolve()
        _gather(other, modules, (*trail, path))
        _check_names(path, names, _exports(modules[other]))
    plain = source
    for form in (IMPORT, _WORKER, _DATA, _EXPORT, _DEFAULT):
        plain = form.sub("", plain)
    if unknown := _OTHER.search(plain):
        raise ValueError(f"{path.name}: the linker does not know the form {unknown[0].strip()!r}.")
    modules[path] = own


def _exports(statements: Sequence[str]) -> set[str]:
    return {name for _, name in _EXPORT.findall("".join(statements))}


def _check_names(path: Path, names: str, exported: set[str]) -> None:
    for name in filter(None, map(str.strip, names.split(","))):
        pair = _NAME.fullmatch(name)
        if pair is None or pair[1] not in exported:
            raise ValueError(f"{path.name} imports {pair[1] if pair else names.strip()}, which is not exported there.")


def _scope(path: Path, own: Sequence[str], number: dict[Path, str]) -> str:
    """A module as a constant that holds its exports."""

    def brought(found: re.Match[str]) -> str:
        names = [name.strip().replace(" as ", ": ") for name in found[1].split(",") if name.strip()]
        return f"const {{ {', '.join(names)} }} = {number[(path.parent / found[2]).resolve()]};\n"

    body = ""
    for text in own:
        linked = _WORKER.sub(_worker(path), _DATA.sub(_data(path), IMPORT.sub(brought, text)))
        body += closed_up(_DEFAULT.sub("const $default = ", _EXPORT.sub(r"\1", linked)))
    given = [*sorted(_exports(own)), *(["default: $default"] if _DEFAULT.search("".join(own)) else [])]
    return f"const {number[path]} = (() => {{\n{body}return {{ {', '.join(given)} }};\n}})();\n"


def _worker(path: Path) -> Callable[[re.Match[str]], str]:
    """What puts a module, and all that it imports, where it is imported: as a function that needs nothing from outside.

    It returns the module's exports where it is called; its text alone makes a Worker.
    """

    def worker(found: re.Match[str]) -> str:
        entry = (path.parent / found[2]).resolve()
        parts, number = scopes(entry)
        return f"const {found[1]} = () => {{\n{parts}return {number[entry]};\n}};\n"

    return worker


def _data(path: Path) -> Callable[[re.Match[str]], str]:
    """What puts a style sheet or a table where it is imported, without what only people read."""

    def data(found: re.Match[str]) -> str:
        text = (path.parent / found[2]).read_text(encoding="utf-8")
        content = json.loads(text) if found[3] == "json" else compact(text)
        return f"const {found[1]} = {json.dumps(content, ensure_ascii=False, separators=(',', ':'))};\n"

    return data


def compact(css: str) -> str:
    """A style sheet without what only people read."""
    said = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    close = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", said)).replace(";}", "}").strip()
    return re.sub(r"([{;][\w-]+): ", r"\1:", close)


def statements(path: Path) -> list[str]:
    """What a module says, cut at the left edge, without indentation and comments; a template stays as it is."""
    found, inside = _cut(path.read_text(encoding="utf-8"))
    if inside:
        raise ValueError(f"{path.name}: a template is not closed, or a ` stands in a string.")
    return list(found)


@cache
def _cut(source: str) -> tuple[Sequence[str], bool]:
    """The statements, and whether the last of them is within a template."""
    found: list[str] = []
    inside = False
    for line in source.splitlines():
        own = line if inside else _REMARK.sub("", line.strip())
        if own and (inside or not _COMMENT.match(own)):
            if found and (inside or line[0] in " \t)]}"):
                found[-1] += f"{own}\n"
            else:
                found.append(f"{own}\n")
            inside ^= own.replace("\\`", "").count("`") % 2 == 1
    return found, inside
