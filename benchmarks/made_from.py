"""What a record was made from: the code of its lesson or benchmark, and the parts of the library that it reaches."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

BENCHMARKS = Path(__file__).parent
ROOT = BENCHMARKS.parent
TEXTS = ROOT / "notebooks" / "text"
# What cannot change a number that a training gives.
BESIDE = tuple(f"lessons_lib.{name}" for name in ("figures", "explorers", "exercises", "records", "described"))
IDLE_CALLS = re.compile(  # for show, an assert, or a check
    r"^(print|check|figures\.\w+|torch\.testing\.assert_close|[A-Z]\w*|(\w+\.)*_?check_\w+)$"
)
CHECK = re.compile(r"_?check_\w+$")
FENCE = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", re.MULTILINE | re.DOTALL)  # without its :tags:


def cells(name: str) -> list[str]:
    """The code cells of a lesson's text."""
    return FENCE.findall((TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def made_from(name: str) -> str:
    """One hash for all that decides the numbers of a record; words, pictures and asserts are no part of it."""
    lesson = (TEXTS / f"{name}.md").exists()
    source = "\n".join(cells(name)) if lesson else (BENCHMARKS / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    parts = [_plain(tree)] + [_plain_source(path.read_bytes()) for path in sorted(reached(tree))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def reached(tree: ast.AST) -> set[Path]:
    """The files of the library that a piece of code imports from, and those that these import from."""
    found: set[Path] = set()
    waiting = _imports(tree)
    while waiting:
        module, name = waiting.pop()
        path = _file(f"{module}.{name}") or _file(module)
        if path is None or module.startswith(BESIDE) or f"{module}.{name}".startswith(BESIDE):
            continue
        inside = _imports_of_source(path.read_bytes())
        if path.name == "__init__.py" and name != "*":
            # A package passes names on: what counts is the file that the name comes from.
            waiting += [(origin, known) for origin, known in inside if known == name]
            if not any(known == name for _, known in inside):
                found.add(path)
        elif path not in found:
            found.add(path)
            waiting += inside
    return found


def _imports(tree: ast.AST) -> list[tuple[str, str]]:
    """The pairs (module, name) of all imports from this repository."""
    pairs = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            pairs += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            pairs += [(alias.name, "*") for alias in node.names]
    return [(module, name) for module, name in pairs if module.split(".")[0] in ("lessons_lib", "benchmarks")]


@cache  # most records reach the same files
def _imports_of_source(source: bytes) -> list[tuple[str, str]]:
    return _imports(ast.parse(source))


def _file(module: str) -> Path | None:
    """The file of a module of this repository."""
    place = ROOT.joinpath(*module.split("."))
    paths = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in paths if path.exists()), None)


class _Plain(ast.NodeTransformer):
    """Takes away what no number depends on: docstrings, asserts, bare calls that print or draw, exercises' stubs.

    Types as well: of them nothing is left but the names that they declare in a data class or a NamedTuple, its fields.
    And what does nothing but refuse, as a training that was recorded was not refused: a condition with only a `raise`
    under it, and a function named check_… that gives nothing back.
    """

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef | None:
        if any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list) or _only_refuses(node):
            return None
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return self.generic_visit(ast.Assign([node.target], node.value)) if node.value else None

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        if node.decorator_list or "NamedTuple" in map(ast.unparse, node.bases):
            node.keywords += [ast.keyword(field, ast.Constant(...)) for field in _fields(node)]
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.Import | None:
        node.names = [name for name in node.names if name.asname]  # `math.pi` says itself where it is from
        return node if node.names else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        node.names = [name for name in node.names if not CHECK.match(name.name)]
        return None if node.module in ("typing", "collections.abc") or not node.names else node

    def visit_If(self, node: ast.If) -> ast.If | None:
        node = self.generic_visit(node)
        refuses = all(isinstance(line, ast.Raise) for line in node.body)
        return None if refuses and not node.orelse else node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        call = isinstance(node.value, ast.Call) and IDLE_CALLS.match(ast.unparse(node.value.func))
        return None if call or isinstance(node.value, ast.Constant) else node

    def visit_Assert(self, node: ast.Assert) -> None:
        return None

    def visit_Call(self, node: ast.Call) -> ast.Call:
        if ast.unparse(node.func) == "record":
            node.args = node.args[:2]  # without the format
        return self.generic_visit(node)


def _only_refuses(node: ast.FunctionDef) -> bool:
    """Whether this is a check: it is named so, and gives nothing back."""
    returned = [line.value for line in ast.walk(node) if isinstance(line, ast.Return | ast.Yield)]
    return bool(CHECK.match(node.name)) and not any(returned)


def _fields(node: ast.ClassDef) -> list[str]:
    """The names that a class declares with a type, in order."""
    return [ast.unparse(line.target) for line in node.body if isinstance(line, ast.AnnAssign)]


def _plain(tree: ast.AST) -> str:
    return ast.dump(_Plain().visit(tree))


@cache
def _plain_source(source: bytes) -> str:
    return _plain(ast.parse(source))
