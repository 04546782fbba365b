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
    passing = shutil.ignore_patterns("*.ipynb")  # bytecode is as good there
    for name in ("lessons_lib", "tests", "notebooks", "benchmarks"):
        shutil.copytree(ROOT / name, tree / name, ignore=passing)
    for name in ("biome.json", "README.md"):
        shutil.copy(ROOT / name, tree)
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


def ran(tree: Path, *command: str, fails: bool = False) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "CI": "true"}  # with it pytest cuts no line
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == fails, done.stdout + done.stderr
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


# What the guide asks for besides the files it shows: by the test that misses it, how that says what to do.
STILL_TO_DO = {
    "losses/test_listed.py::test_every_head_is_in_losses_and_can_be_imported_by_its_name": "import LaterLoss in ",
    "losses/test_other_library.py::test_every_loss_is_in_the_table_or_said_to_have_no_counterpart": (
        "give the counterpart of StraightLoss a row in lesson 12's table"
    ),
    "explorers/test_listed.py::test_every_explorer_can_be_imported_by_its_name": "import Later in lessons_lib/",
    "explorers/test_listed.py::test_every_explorer_is_moved_in_a_browser": "give Later, Shadow an entry in SPECIMENS",
    "test_lesson_times.py::test_readme_has_the_time_of_every_lesson": "make times writes it anew",
    "test_project.py::test_readme_lists_every_lesson": "give 99_straight a row in README's table of lessons",
    "test_records.py::test_every_record_is_shipped_and_none_is_left_over": 'make records ARGS="99_straight" records',
    "test_records.py::test_a_shipped_record_is_of_what_stands_here_from_many_starts[12_your_own_images]": (
        'make records ARGS="--confirm 12_your_own_images" where no number should have moved'
    ),
}


def test_what_is_still_to_do_is_said_in_a_sentence_by_the_test_that_misses_it(tree):
    """Another loss and another explorer are there as well, which somebody has forgotten to list."""
    loss, explorer = (tree / "lessons_lib" / name for name in ("losses/later.py", "explorers/later"))
    loss.write_text(FILES["lessons_lib/losses/straight.py"].replace("Straight", "Later"), encoding="utf-8")
    shutil.copytree(tree / "lessons_lib" / "explorers" / "shadow", explorer)
    module = (explorer / "explorer.py").read_text(encoding="utf-8")
    (explorer / "explorer.py").write_text(module.replace("class Shadow", "class Later"), encoding="utf-8")
    nodes = [f"tests/{node}" for node in STILL_TO_DO]
    options = ["-n0", "-p", "no:cacheprovider", "-p", "no:nbval", "--tb=no"]
    try:
        said = ran(tree, sys.executable, "-m", "pytest", *nodes, *options, fails=True)
    finally:
        loss.unlink()
        shutil.rmtree(explorer)
    told = dict(re.findall(r"^FAILED tests/(\S+) - AssertionError: (.+)$", said, flags=re.MULTILINE))
    assert {node: words in told.get(node, "") for node, words in STILL_TO_DO.items()} == dict.fromkeys(
        STILL_TO_DO, True
    )


def test_the_guide_tells_all_that_is_still_to_do():
    for words in ("`SPECIMENS`", "lesson 12's table", "`WITHOUT`", "--confirm", "row in README's table", "make times"):
        assert words in GUIDE, words


def test_they_have_the_form_that_is_asked_for(tree):
    python = [name for name in FILES if name.endswith(".py")]
    ran(tree, sys.executable, "-m", "ruff", "check", *python, *CHANGES)
    ran(tree, sys.executable, "-m", "ruff", "format", "--check", *python)
    scripts = Path(sysconfig.get_path("scripts"))
    ran(tree, str(scripts / "lint-imports"), "--no-cache")
    ran(tree, str(scripts / "biome"), "ci", "--colors=off", "--diagnostic-level=warn", "lessons_lib/explorers/shadow")
