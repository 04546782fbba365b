"""Which cells of code are shown as one line that opens: set-up and checks; what a lesson shows comes first."""

import ast
from collections.abc import Sequence
from itertools import takewhile

FOLDED = "hide-input"  # the tag of a cell that is shown as the comment it begins with, until somebody opens it
SET_UP = "Set-up: what this lesson imports and loads"
CHECKED = "Checked: what is said of these numbers"
MANY = 6  # so many imports are a set-up; fewer stand beside what they are for


def folded(source: str, tags: Sequence[str] = ()) -> str | None:
    """The line that a cell of code is folded into, or None where all of it is shown."""
    if FOLDED in tags:
        said = takewhile(lambda line: line.startswith("#"), source.split("\n"))
        return " ".join(line.lstrip("# ") for line in said)
    try:
        body = ast.parse(source).body
    except SyntaxError:  # IPython's own commands
        return None
    if body and all(isinstance(node, ast.Assert) for node in body):
        return CHECKED
    imports = sum(isinstance(node, ast.Import | ast.ImportFrom) for node in body)
    return SET_UP if imports >= MANY and 2 * imports >= len(body) else None
