"""One ES module from many, since a widget may load one only: each keeps its own names, and sees what it imports."""

import json
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

# What a module may say, and nothing else: a form that is not known here is refused, never passed on half understood.
_IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']*\.js)';\n", re.MULTILINE)
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


def scopes(*entries: Path) -> tuple[str, dict[Path, str]]:
    """The entries and all that they import, each a constant that holds its exports, and how these are called."""
    parts: dict[Path, str] = {}
    exports: dict[Path, set[str]] = {}
    number: dict[Path, str] = {}

    def visit(path: Path, trail: tuple[Path, ...] = ()) -> None:
        if path in trail:
            raise ValueError(f"{path.name} imports itself by way of {' > '.join(p.name for p in trail)}.")
        if path in parts:
            return
        source = _stripped(path)
        wanted = {place: (path.parent / place).resolve() for _, place in _IMPORT.findall(source)}
        for other in wanted.values():
            visit(other, (*trail, path))

        def brought(found: re.Match[str]) -> str:
            return _brought(path, found[1], number[wanted[found[2]]], exports[wanted[found[2]]])

        exports[path] = {name for _, name in _EXPORT.findall(source)}
        number[path] = f"m{len(number)}"
        linked = _WORKER.sub(_worker(path), _DATA.sub(_data(path), _IMPORT.sub(brought, source)))
        body = _DEFAULT.sub("const $default = ", _EXPORT.sub(r"\1", linked))
        if unknown := _OTHER.search(body):
            raise ValueError(f"{path.name}: the linker does not know the form {unknown[0].strip()!r}.")
        given = [*sorted(exports[path]), *(["default: $default"] if _DEFAULT.search(source) else [])]
        parts[path] = f"const {number[path]} = (() => {{\n{body}return {{ {', '.join(given)} }};\n}})();\n"

    for entry in entries:
        visit(entry.resolve())
    return "".join(parts.values()), number


def _brought(path: Path, names: str, scope: str, exported: set[str]) -> str:
    """`const { a, b: c } = m3;` for what `{ a, b as c }` names, if all of it is there."""
    pairs = [_NAME.fullmatch(name.strip()) for name in names.split(",") if name.strip()]
    for pair in pairs:
        if pair is None or pair[1] not in exported:
            raise ValueError(f"{path.name} imports {pair[1] if pair else names.strip()}, which is not exported there.")
    return f"const {{ {', '.join(f'{pair[1]}: {pair[2]}' if pair[2] else pair[1] for pair in pairs)} }} = {scope};\n"


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
        if found[3] == "json":
            content = json.loads(text)
        else:
            css = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
            content = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).replace(";}", "}").strip()
        return f"const {found[1]} = {json.dumps(content, ensure_ascii=False, separators=(',', ':'))};\n"

    return data


def _stripped(path: Path) -> str:
    """The lines of a module without indentation and comments; a template's stay as they are."""
    kept, inside = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        own = line if inside else _REMARK.sub("", line.strip())
        if own and (inside or not _COMMENT.match(own)):
            kept.append(own)
            inside ^= own.replace("\\`", "").count("`") % 2 == 1
    if inside:
        raise ValueError(f"{path.name}: a template is not closed, or a ` stands in a string.")
    return "\n".join(kept) + "\n"
