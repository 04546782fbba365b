"""Three workers share the tests: one has all pages, another all of JupyterLab, and no file is parted."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests import sharing

ROOT = Path(__file__).parents[1]
BROWSER = ("test_b.py", "test_c.py", "test_exports.py", "test_lab.py")
FILES = (*(f"tests/browser/{name}" for name in BROWSER), "tests/test_a.py", "tests/test_d.py", "tests/test_e.py")
TESTS = "import pytest\n\n\n@pytest.mark.parametrize('number', range(4))\ndef test_it(number):\n    pass\n"
SHARED = re.search(r"^SHARED := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)[1].split()


def test_two_workers_have_the_browser_and_begin_with_it_and_no_file_is_parted(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TESTS)
    (tmp_path / "conftest.py").write_text(Path(sharing.__file__).read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-v", *SHARED, "--import-mode=importlib", "tests"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    alone["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = re.findall(r"^\[(gw\d)\].* PASSED (\S+)::", done.stdout, flags=re.MULTILINE)
    assert len(ran) == 4 * len(FILES)
    workers = {name: {worker for worker, file in ran if file == name} for name in FILES}
    assert all(len(each) == 1 for each in workers.values())
    pages, lab = workers["tests/browser/test_b.py"], workers["tests/browser/test_lab.py"]
    assert workers["tests/browser/test_c.py"] == pages and workers["tests/browser/test_exports.py"] == lab
    assert len(pages | lab | workers["tests/test_a.py"]) == 3
    for (worker,), names in ((pages, BROWSER[:2]), (lab, BROWSER[2:])):
        first = [file.rpartition("/")[2] for each, file in ran if each == worker][:8]
        assert first == [names[0]] * 4 + [names[1]] * 4


def test_lessons_come_after_the_browser_and_before_all_others():
    mixed = ["tests/test_nets.py::test_a", "notebooks/01_one.ipynb::Cell 0", "tests/browser/test_lab.py::test_b"]
    assert sorted(mixed, key=sharing.turn) == [mixed[2], mixed[1], mixed[0]]


def test_all_that_fork_are_known_and_are_for_one_worker():
    takes = re.compile(r"^def \w+\((?:.*\W)?processes\b.*\):$", flags=re.MULTILINE)
    found = [path for path in (ROOT / "tests").rglob("test_*.py") if takes.search(path.read_text(encoding="utf-8"))]
    assert sorted(path.relative_to(ROOT / "tests").as_posix() for path in found) == sorted(sharing.FORKING)
    scheduling = object.__new__(sharing.ByFileAndBrowser)  # which needs workers to be made, and none to say this
    scopes = {scheduling._split_scope(f"tests/{name}::test_it") for name in sharing.FORKING}
    assert scopes == {"forking"}
