"""`make test` runs pytest twice, without the browser tests and with them: what that comes to, with a pytest of ours."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRETENDER = """#!/bin/sh
case "$*" in
*--to-test*) echo notebooks/01_one.ipynb notebooks/02_two.ipynb; exit 0 ;;
"-m pytest tests/browser"*) part=browser ;;
*) part=rest ;;
esac
touch "$LESSONS_LIB_CACHE/$part"
{ echo "$part threads=$OMP_NUM_THREADS cache=$(echo $(ls "$LESSONS_LIB_CACHE")) $LESSONS_LIB_CACHE"
  printf '<%s>' "$@"; echo; } >>calls
exit "$(cat "status of $part")"
"""


@pytest.fixture
def make_test(tmp_path):
    """make_test(rest, browser, *arguments) -> the exit status where pytest has these two, and the lines it wrote."""
    tree = tmp_path / "a clone"
    (tree / ".make").mkdir(parents=True)
    (tree / ".make" / "test.sh").write_text((ROOT / ".make" / "test.sh").read_text())
    python = tree / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PRETENDER)
    python.chmod(0o755)

    def run(rest, browser, *arguments):
        (tree / "calls").unlink(missing_ok=True)
        for part, status in (("rest", rest), ("browser", browser)):
            (tree / f"status of {part}").write_text(str(status))
        known = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        done = subprocess.run(["sh", ".make/test.sh", *arguments], cwd=tree, env=known, capture_output=True, text=True)
        assert done.stderr == ""
        return done.returncode, (tree / "calls").read_text().splitlines()

    return run


@pytest.mark.parametrize(
    ("rest", "browser", "both"),
    [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (0, 5, 0), (5, 0, 0), (1, 5, 1), (5, 1, 1), (5, 5, 5)],
)
def test_a_failure_of_either_part_fails_both_and_one_may_have_nothing_to_do(make_test, rest, browser, both):
    status, calls = make_test(rest, browser)
    assert status == both
    assert [line.split()[0] for line in calls[::2]] == ["rest", "browser"]


@pytest.mark.parametrize(
    ("rest", "browser", "both"), [(2, 0, 2), (3, 0, 3), (4, 0, 4), (0, 2, 2), (1, 2, 2), (1, 4, 4)]
)
def test_what_was_stopped_or_asked_wrongly_ends_it(make_test, rest, browser, both):
    status, calls = make_test(rest, browser)
    assert status == both and (len(calls) == 2) == (rest > 1)


def test_both_have_one_empty_cache_the_arguments_and_the_first_has_the_lessons(make_test):
    _, (rest, first, browser, second) = make_test(0, 0, "-k", "angles or cosines")
    *where, folder = rest.split()
    assert where == ["rest", "threads=1", "cache=rest"] and not Path(folder).exists()
    assert browser == f"browser threads= cache=browser rest {folder}"
    assert "<notebooks/01_one.ipynb><notebooks/02_two.ipynb><tests><--ignore=tests/browser>" in first
    assert "<--numprocesses=2><--dist=loadfile>" in first and "browser>" not in second.replace("<tests/browser>", "")
    assert first.endswith("<-k><angles or cosines>") and second.endswith("<-k><angles or cosines>")
