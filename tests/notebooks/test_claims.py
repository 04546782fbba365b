"""What a lesson says of a training it says of the recorded starts: no assert hangs on the one run of this machine."""

import ast

import pytest

from benchmarks.made_from import TEXTS, cells

LESSONS = sorted(path.stem for path in TEXTS.glob("[0-9]*.md"))
TRAINS = {
    "fit",
    "warm_up",
    "fit_for_strangers",
    "train",
    "try_levers",
    "suspects",
}  # and every function that calls an optimiser's `step`


class Claims(ast.NodeVisitor):
    """Follows what a training has touched through a lesson's code, and notes the asserts that hang on it.

    What `record(...)` gives back is of all starts, so it counts as untouched. Functions count as touched if they train
    or use what is touched.
    """

    def __init__(self):
        self.touched: set[str] = set()
        self.hanging: list[str] = []

    def hangs(self, node: ast.AST | None) -> bool:
        """Whether the value of an expression depends on a training."""
        if node is None:
            return False
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "record":
            return False
        if isinstance(node, ast.Name):
            return node.id in self.touched or node.id in TRAINS
        return any(self.hangs(child) for child in ast.iter_child_nodes(node))

    def set(self, target: ast.AST, hangs: bool) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                (self.touched.add if hangs else self.touched.discard)(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            whole = isinstance(target, ast.Name | ast.Tuple)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, value in zip(target.elts, node.value.elts, strict=False):
                    self.set(one, self.hangs(value))
            elif whole or self.hangs(node.value):
                self.set(target, self.hangs(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if self.hangs(node.value):
            self.set(node.target, True)

    def visit_For(self, node: ast.For) -> None:
        self.set(node.target, self.hangs(node.iter))
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.set(item.optional_vars, self.hangs(item.context_expr))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        own |= {
            inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
        steps = any(isinstance(inner, ast.Attribute) and inner.attr == "step" for inner in ast.walk(node))
        self.set(ast.Name(node.name), steps or bool((names - own) & (self.touched | TRAINS)))

    def visit_Assert(self, node: ast.Assert) -> None:
        if self.hangs(node.test):
            self.hanging.append(ast.unparse(node))


def hanging(source: str) -> list[str]:
    claims = Claims()
    claims.visit(ast.parse(source))
    return claims.hanging


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("run = fit(net)\nassert accuracy(run) > 0.9", 1),
        ("run = fit(net)\nright = record('right', accuracy(run))\nassert (right > 0.9).all()", 0),
        ("def train(m): return fit(m)\nruns = {m: train(m) for m in (1, 2)}\nassert runs[1].steps > 3", 1),
        ("def train():\n    optimizer.step()\n    return net\nassert train().weight > 0", 1),
        ("a, b = fit(net), 3\nassert b == 3", 0),
        ("x = fit(net)\nfor part in x.history:\n    assert part > 0", 1),
        ("x = fit(net)\nx = 3\nassert x == 3", 0),
        ("kept = {}\nkept['a'] = fit(net)\nassert kept['a'].steps", 1),
    ],
)
def test_what_hangs_on_a_training_is_found(source, count):
    assert len(hanging(source)) == count


# Their claims on trainings are still held by asserts on one run, and by benchmarks' results of a few seeds.
@pytest.mark.parametrize("lesson", LESSONS)
def test_no_assert_of_a_lesson_hangs_on_the_run_of_this_machine(lesson):
    assert hanging("\n".join(cells(lesson))) == []
