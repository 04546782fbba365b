"""A solution as a reader would write it: a function's source without its annotations.

A lesson does not import what they name, Tensor above all; the solution must run as it is printed.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any


def printed(function: Callable[..., Any]) -> str:
    """The function's source, its lines and comments as they are."""
    return without_annotations(textwrap.dedent(inspect.getsource(function)))


def without_annotations(source: str) -> str:
    """The same source; of what is annotated only the names are left."""
    text = source.encode()
    for start, end in sorted(_annotations(source), reverse=True):
        text = text[:start] + text[end:]
    return text.decode()


def _annotations(source: str) -> Iterator[tuple[int, int]]:
    """From which byte to which each annotation stands, with the `:` or `->` before it."""
    text = source.encode()
    lines = list(accumulate((len(line) for line in text.splitlines(keepends=True)), initial=0))

    def end(node: Any) -> int:
        return lines[node.end_lineno - 1] + node.end_col_offset

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                yield lines[node.lineno - 1] + node.col_offset + len(node.arg.encode()), end(annotation)
            case ast.AnnAssign(target=target, annotation=annotation):
                yield end(target), end(annotation)
            case ast.FunctionDef(returns=ast.expr() as returns):
                before = text[: lines[returns.lineno - 1] + returns.col_offset]
                yield len(before[: before.rindex(b"->")].rstrip()), end(returns)
