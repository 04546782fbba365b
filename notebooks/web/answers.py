"""What a page needs to judge an answer by the rule that `check` has: inputs, target, slips and tolerance, as numbers.

An exercise whose answer is a number, or a formula of plain numbers, is answered in the page: what the exercise's own
evaluation asks of the reader's function is recorded here, and asked of the typed formula there (answers.js).
"""

import ast
import inspect
import math
import re
import textwrap
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises import Exercise
from lessons_lib.exercises.answer import Slip

# What the page's arithmetic knows by these names, torch's among them.
FUNCTIONS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "arcsin",
        "arccos",
        "arctan",
        "atan2",
        "exp",
        "log",
        "log1p",
        "log2",
        "sqrt",
        "abs",
        "floor",
        "ceil",
        "min",
        "max",
        "comb",
        "degrees",
        "radians",
        "deg2rad",
        "rad2deg",
    ]
)
FEW = 40  # places are enough to tell an answer from its slips, mostly


@dataclass(frozen=True)
class Asked:
    """An exercise as the page judges it: what its answer is asked at, a row each, and what is right there."""

    number: str
    name: str
    arguments: list[str]
    inputs: list[list[float]]
    target: list[float]
    slips: list[tuple[str, list[float]]]
    tolerance: float
    done: str
    not_finite: str
    solution: str

    def for_page(self) -> dict[str, Any]:
        """What the page needs: the solution unfolds there on its own."""
        return {name: value for name, value in asdict(self).items() if name != "solution"}


def asked(exercise: Exercise) -> Asked | None:
    """The exercise for the page, or None where an answer needs Python."""
    if exercise.judge is not None:
        return None
    if not callable(exercise.solution):
        return _a_number(exercise)
    solution = formula_of(exercise.solution)
    found = _recorded(exercise) if solution else None
    if found is None:
        return None
    inputs, target = found
    slips = {words: wrong for words, wrong in exercise.slips.items() if wrong.shape == exercise.target.shape}
    for count in (FEW, 2 * FEW, 4 * FEW, len(target)):
        some = torch.linspace(0, len(target) - 1, min(count, len(target))).round().long()
        if all(_apart(wrong.flatten()[some], target[some], exercise.tolerance) for wrong in slips.values()):
            break
    return _asked(exercise, solution, [inputs[i] for i in some], target[some], some)


def _asked(exercise: Exercise, solution: str, inputs: list[list[float]], target: Tensor, some: Tensor) -> Asked:
    function = re.match(r"def (\w+)\((.*?)\)", exercise.stub)
    name, given = (function[1], function[2]) if function else (exercise.stub.partition(" = ")[0], "")
    slips = [
        (words, _short(wrong.flatten()[some]))
        for words, wrong in exercise.slips.items()
        if wrong.shape == exercise.target.shape
    ]
    return Asked(
        exercise.number, "" if "(" in name else name, [word.strip() for word in given.split(",") if word],
        [_short(torch.tensor(row, dtype=torch.float64)) for row in inputs], _short(target), slips, exercise.tolerance,
        exercise.done, exercise.not_finite, solution,
    )  # fmt: skip


def _a_number(exercise: Exercise) -> Asked | None:
    if exercise.target.numel() != 1 or not exercise.slips:
        return None
    number = f"{float(exercise.target):.10g}"
    return _asked(exercise, number, [[]], exercise.target.flatten(), torch.zeros(1, dtype=torch.long))


def _recorded(exercise: Exercise) -> tuple[list[list[float]], Tensor] | None:
    """What the evaluation asks at each place of its target; None where that is more than plain numbers one by one."""
    calls: list[tuple[Any, ...]] = []

    def solve(*given: Any) -> Any:
        calls.append(given)
        return exercise.solution(*given)  # type: ignore[operator]

    exercise.evaluate(solve)
    if any(
        isinstance(value, Tensor) and (value.ndim > 1 or value.dtype == torch.bool) for call in calls for value in call
    ):
        return None
    rows = [torch.broadcast_tensors(*(torch.as_tensor(value, dtype=torch.float64) for value in call)) for call in calls]
    ends = torch.tensor([call[0].numel() for call in rows]).cumsum(0).tolist()
    starts = iter([0, *ends])

    def number_places(*given: Any) -> Tensor:
        shape = torch.broadcast_shapes(*(value.shape for value in given if isinstance(value, Tensor)))
        return next(starts) + torch.arange(math.prod(shape), dtype=torch.float64).reshape(shape)

    try:
        places = exercise.evaluate(number_places).flatten().long()
        solved = torch.cat([torch.as_tensor(exercise.solution(*call), dtype=torch.float64).flatten() for call in calls])
        fits = len(solved) == ends[-1] and torch.allclose(solved[places], exercise.target.flatten(), atol=1e-9)
    except (Slip, RuntimeError, IndexError, StopIteration, TypeError, ValueError):
        return None  # it does more with an answer than put it in its place
    inputs = torch.cat([torch.stack([value.flatten() for value in call], dim=1) for call in rows])
    return (inputs[places].tolist(), exercise.target.flatten()) if fits else None


def formula_of(solution: Any) -> str | None:
    """The function's result as one formula of its arguments, or None where it takes more than arithmetic."""
    body = ast.parse(textwrap.dedent(inspect.getsource(solution))).body[0].body  # type: ignore[attr-defined]
    known: dict[str, ast.expr] = {}
    for node in body[:-1]:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            return None
        known[node.targets[0].id] = _Put(known).visit(node.value)
    if not isinstance(body[-1], ast.Return) or body[-1].value is None:
        return None
    formula = _Put(known).visit(body[-1].value)
    return ast.unparse(formula) if _plain(formula) else None


class _Put(ast.NodeTransformer):
    """Puts what names stand for in their place, and takes torch. and math. off functions."""

    def __init__(self, known: dict[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        own = isinstance(node.value, ast.Name) and node.value.id in ("math", "torch")
        return ast.Name(node.attr) if own else node


def _plain(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow(), right):
            return _plain(left) and _plain(right)
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            return _plain(operand)
        case ast.Call(ast.Name(name), arguments, []):
            return name in FUNCTIONS and all(map(_plain, arguments))
        case ast.Constant(int() | float()) | ast.Name():
            return True
    return False


def _apart(one: Tensor, other: Tensor, tolerance: float) -> bool:
    return not torch.allclose(one, other, atol=tolerance, equal_nan=True)


def _short(values: Tensor) -> list[float | None]:
    """Numbers with nine digits; what is not finite is null."""
    return [float(f"{value:.9g}") if math.isfinite(value) else None for value in values.flatten().tolist()]
