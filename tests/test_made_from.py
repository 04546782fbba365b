"""What a record is made from: what cannot move a number is no part of it, all else is; and the code of a commit."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks import made_from, of_commit

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("def f(x): return x", "def f(x: int) -> 'int':\n    return x", False),
        ("x = 1", "x: float = 1", False),
        ("class A:\n    x = 1", "class A:\n    y: int\n    x = 1", False),
        ("@dataclass\nclass A:\n    x: int", "@dataclass\nclass A:\n    x: float", False),
        ("def f(x): return x", "@overload\ndef f(x: int) -> int: ...\ndef f(x): return x", False),
        ("from typing import Any\nx = 1", "x = 1", False),
        ("def f(x: int): return x", "def f(x: int = 1): return x", True),
        ("x: int = 1", "x: int = 2", True),
        ("@dataclass\nclass A:\n    x: int", "@dataclass\nclass A:\n    x: int\n    y: int", True),
        ("@dataclass\nclass A:\n    x: int\n    y: int", "@dataclass\nclass A:\n    y: int\n    x: int", True),
        ("class A(NamedTuple):\n    x: int", "class A(NamedTuple):\n    y: int", True),
    ],
)
def test_types_are_no_part_of_what_a_record_is_made_from_and_fields_are(before, after, changes):
    plain = [made_from._plain(ast.parse(code)) for code in (before, after)]
    assert (plain[0] != plain[1]) == changes


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("x = 1", "if x < 0:\n    raise ValueError(f'{x}')\nx = 1", False),
        ("x = 1", "if x < 0:\n    raise ValueError\nelif x > 9:\n    raise TypeError\nx = 1", False),
        ("x = 1", "from lessons_lib.losses.checks import check_count\nimport math\nx = 1", False),
        ("x = 1", "check_batch(x)\nself._check_sizes(x)\nchecks.check_batch(x)\nx = 1", False),
        ("x = 1", "def check_it(x):\n    y = x.sum()\n    if y:\n        raise ValueError(y)\nx = 1", False),
        ("x = 1", "if x < 0:\n    x = 2\nx = 1", True),
        ("x = 1", "if x < 0:\n    raise ValueError\nelse:\n    x = 2\nx = 1", True),
        ("x = 1", "x = check_count(x)\nx = 1", True),
        ("def check_it(x): return x", "def check_it(x): return x + 1", True),
        ("def check_it(x): yield x", "def check_it(x): yield x + 1", True),
        ("import numpy as np", "import torch as np", True),
        ("from lessons_lib.nets import a, b", "from lessons_lib.nets import b", True),
    ],
)
def test_what_only_refuses_is_no_part_of_what_a_record_is_made_from(before, after, changes):
    plain = [made_from._plain(ast.parse(code)) for code in (before, after)]
    assert (plain[0] != plain[1]) == changes


CHANGES = re.compile(r"\.(\w+_|append|update|train|eval)\(|\brand|\bseed\(|\bsetattr\(")


def what_it_changes(check: ast.FunctionDef) -> list[str]:
    """The lines of a check by which something could change: it sets a part of what it was given, or calls what may."""
    check.body = check.body[ast.get_docstring(check) is not None :]
    lines = [line for line in ast.walk(check) if isinstance(line, ast.Assign | ast.AugAssign | ast.Expr)]
    sets = [one for one in lines if not isinstance(one, ast.Expr)]
    parts = [one for one in sets for to in getattr(one, "targets", [getattr(one, "target", None)])
             if isinstance(to, ast.Attribute | ast.Subscript)]  # fmt: skip
    return [ast.unparse(one) for one in parts] + [
        ast.unparse(one) for one in lines if CHANGES.search(re.sub(r"'.*?'", "", ast.unparse(one)))
    ]


def test_what_is_named_a_check_and_gives_nothing_back_changes_nothing():
    checks = [
        node
        for path in sorted((ROOT / "lessons_lib").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and made_from._only_refuses(node)
    ]
    assert len(checks) > 50
    assert {check.name: said for check in checks if (said := what_it_changes(check))} == {}
    (bad,) = ast.parse("def check_it(net):\n    net.train()\n    net.margin = 1\n    torch.rand(3)").body
    assert len(what_it_changes(bad)) == 3


def test_the_code_of_a_commit_is_taken_only_where_the_record_is_of_it(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match=r"^git knows no commit nothing here: "):
        of_commit.tree_of("nothing", ["a"]).__enter__()
    files = {"benchmarks/__init__.py": "", "benchmarks/record_files.py": "def stale(name): return name == 'b'"}
    files |= {f"benchmarks/records/{name}.json": "{}" for name in "abc"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(of_commit, "ROOT", tmp_path)
    (tmp_path / "benchmarks" / "records" / "c.json").write_text('{"other": 1}', encoding="utf-8")
    with of_commit.tree_of("HEAD", ["a"]) as tree:
        assert (tree / "benchmarks" / "records" / "c.json").read_text(encoding="utf-8") == "{}"
    with pytest.raises(SystemExit, match=r"^The record of b, c is not of the code of HEAD: name a commit before\."):
        of_commit.tree_of("HEAD", ["a", "b", "c"]).__enter__()
