"""CONTRIBUTING.md's loss, explorer and lesson, written into a copy of the repository and run as it says."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.test_project import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# The line that names a file, and the fence that follows it.
NAMED = re.compile(r"^`([\w./]+)`:\n\n(`{3,})(\w+)\n(.*?)^\2$", flags=re.MULTILINE | re.DOTALL)
FILES = {name: content for name, _, kind, content in NAMED.findall(GUIDE) if kind != "diff"}
CHANGES = {name: content for name, _, kind, content in NAMED.findall(GUIDE) if kind == "diff"}
# A test beside those of the guide: the lesson's cells one after the other, and what they gave to their record.
# From a part of the digits more is asked than from all of them, and it is sooner done.
LESSON = """
from benchmarks.made_from import cells
from lessons_lib import data
from lessons_lib.records import recording


def test_the_lesson(monkeypatch):
    mnist = data.load_mnist()
    few = data.ImageData(mnist.train[:20_000], mnist.validation, mnist.test[:2_000], 10, "the first digits")
    monkeypatch.setattr(data, "load_mnist", lambda: few)
    with recording() as taken:
        exec("\\n".join(cells("99_straight")), {})
    assert taken["99_straight"]["accuracy"] > 0.9
"""


def changed(text: str, diff: str) -> str:
    """The text with each line that a diff adds, after the line that the diff has before it."""
    lines, place = text.split("\n"), 0
    for line in diff.splitlines():
        if line.startswith("+"):
            place += 1
            lines.insert(place, line[1:])
        else:
            assert line[1:] in lines[place:], f"CONTRIBUTING.md speaks of a line that is no more: {line[1:]}"
            place = lines.index(line[1:], place)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The repository without notebooks, and with what CONTRIBUTING adds."""
    tree = tmp_path_factory.mktemp("contributed")
    passing = shutil.ignore_patterns("*.ipynb", "records", "browser")  # bytecode is as good there
    for name in ("lessons_lib", "tests", "notebooks", "benchmarks"):
        shutil.copytree(ROOT / name, tree / name, ignore=passing)
    shutil.copy(ROOT / "biome.json", tree)
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert settings.count(" | probability_curve | ") == 1
    told = settings.replace(" | probability_curve | ", " | probability_curve | shadow | ")
    (tree / "pyproject.toml").write_text(told, encoding="utf-8")
    for name, content in FILES.items():
        assert not (ROOT / name).exists(), f"{name} is to be an example only"
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(content, encoding="utf-8")
    for name, diff in CHANGES.items():
        path = tree / name
        path.write_text(changed(path.read_text(encoding="utf-8"), diff), encoding="utf-8")
    return tree


def ran(tree: Path, *command: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_adds_a_loss_an_explorer_and_a_lesson():
    kinds = {Path(name).parts[:2] for name in FILES}
    assert {("lessons_lib", "losses"), ("lessons_lib", "explorers"), ("notebooks", "text")} < kinds
    assert set(CHANGES) == {f"lessons_lib/{part}/__init__.py" for part in ("losses", "explorers")}


def test_loss_and_explorer_pass_their_tests_and_what_every_head_must_satisfy_and_the_lesson_holds(tree):
    (tree / "tests" / "test_the_lesson.py").write_text(LESSON, encoding="utf-8")
    own = [*(name for name in FILES if name.startswith("tests/")), "tests/test_the_lesson.py"]
    # torch.compile alone would take as long as all others together.
    wanted = "(straight or Straight or shadow or the_lesson) and not compiles"
    options = ["-v", "-n0", "-p", "no:cacheprovider", "-p", "no:nbval", "-k", wanted]
    said = ran(tree, sys.executable, "-m", "pytest", *own, "tests/losses/test_heads.py", *options)
    assert int(re.search(r"(\d+) passed", said)[1]) > 40
    for name in own:
        assert f"{name}::" in said


def test_they_have_the_form_that_is_asked_for(tree):
    python = [name for name in FILES if name.endswith(".py")]
    ran(tree, sys.executable, "-m", "ruff", "check", *python, *CHANGES)
    ran(tree, sys.executable, "-m", "ruff", "format", "--check", *python)
    scripts = Path(sysconfig.get_path("scripts"))
    ran(tree, str(scripts / "lint-imports"), "--no-cache")
    ran(tree, str(scripts / "biome"), "ci", "--colors=off", "--diagnostic-level=warn", "lessons_lib/explorers/shadow")
