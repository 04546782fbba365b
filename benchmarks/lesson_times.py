"""How long each lesson runs, and `make test` as a whole; the table in README is written by this.

    make times                          every lesson, in order and from one empty cache, then `make test`
    make times ARGS="00 05"             these two alone, in order and from one empty cache; README stays as it is

A lesson's seconds are those of its cells, with torch's own number of threads and nothing else beside it. A network that
an earlier lesson has trained is read back, so the second column says how many a lesson trains itself.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import torch

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BETWEEN = re.compile(r"(<!-- times -->\n).*?(<!-- /times -->)", flags=re.DOTALL)
AS_IN_MAKE_TEST = ("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "no:cacheprovider", "-q")
SANITIZED = "--nbval-sanitize-with=tests/notebooks/sanitize.cfg"


@dataclass(frozen=True)
class Lesson:
    """A lesson's number, how many seconds it ran, and how many networks it trained."""

    number: str
    seconds: float
    trained: int


def seconds_by_part(report: Path) -> dict[str, float]:
    """What the tests of each part took together, from pytest's report in JUnit's format."""
    parts = {"lessons": 0.0, "browser tests": 0.0, "other tests": 0.0}
    for case in ElementTree.parse(report).iter("testcase"):
        place = case.get("classname", "")
        browser = "browser tests" if place.startswith("tests.browser.") else "other tests"
        parts["lessons" if place.startswith("notebooks") else browser] += float(case.get("time", 0))
    return parts


def run_lesson(notebook: str, cache: Path) -> Lesson:
    """Run a notebook's cells with this cache; SystemExit where one fails."""
    before, report = len(list(cache.glob("runs/*"))), cache / "report.xml"
    command = [sys.executable, "-m", "pytest", notebook, *AS_IN_MAKE_TEST, SANITIZED, f"--junitxml={report}"]
    environment = os.environ | {"LESSONS_LIB_CACHE": str(cache), "CI": "true"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{notebook} failed, so nothing is written:\n{done.stdout[-2000:]}")
    trained = len(list(cache.glob("runs/*"))) - before
    return Lesson(Path(notebook).name[:2], seconds_by_part(report)["lessons"], trained)


def run_all_tests() -> str:
    """Run `make test` and say in a sentence how long it and its parts took; SystemExit where a test fails."""
    with tempfile.TemporaryDirectory() as folder:
        report, began = Path(folder) / "report.xml", time.perf_counter()
        if subprocess.run(["make", "test", f"ARGS=--junitxml='{report}'"], cwd=ROOT).returncode:
            raise SystemExit("make test failed, so nothing is written.")
        return about_all_tests(time.perf_counter() - began, seconds_by_part(report))


def about_all_tests(seconds: float, parts: dict[str, float]) -> str:
    """A sentence on `make test`; its parts run beside each other and so come to more than the whole."""
    told = ", ".join(f"{name} {part:.0f} s" for name, part in parts.items())
    return f"`make test` takes {seconds:.0f} s there, three workers sharing {told}."


def machine() -> str:
    """What these times were taken on, in words that name nobody's computer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({platform.machine()}, {platform.system()}), torch {torch.__version__.split('+')[0]}"


def table(lessons: list[Lesson], about: str, all_tests: str) -> str:
    """The lessons' times as Markdown, their sum, and what they were taken on."""
    rows = [f"| {lesson.number} | {lesson.seconds:.0f} | {lesson.trained or ''} |" for lesson in lessons]
    whole = f"| all | {sum(lesson.seconds for lesson in lessons):.0f} | {sum(lesson.trained for lesson in lessons)} |"
    head = ["| lesson | seconds | networks trained |", "|---|---|---|"]
    return "\n".join([*head, *rows, whole, "", f"Taken on {about}. {all_tests}".strip(), ""])


def written(readme: str, content: str) -> str:
    """README with this between its two marks; ValueError where it has none."""
    if not BETWEEN.search(readme):
        raise ValueError("README.md has no <!-- times --> with a <!-- /times --> after it: put the two where they go.")
    return BETWEEN.sub(lambda found: f"{found[1]}\n{content}\n{found[2]}", readme)


def main(chosen: list[str]) -> None:
    """Run the lessons whose numbers are given, or all and `make test`, and write README's table after all."""
    listed = [sys.executable, "notebooks/text/build.py", "--to-test", *chosen]
    run = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if run.returncode:  # it has said why
        sys.exit(run.returncode)
    notebooks = run.stdout.split()
    lessons = []
    with tempfile.TemporaryDirectory() as cache:
        for notebook in notebooks:
            lessons.append(run_lesson(notebook, Path(cache)))
            print(f"{lessons[-1].number}: {lessons[-1].seconds:.1f} s, {lessons[-1].trained} trained", flush=True)
    all_tests = "" if chosen else run_all_tests()
    content = table(lessons, f"{machine()}, {date.today():%d %B %Y}", all_tests)
    print(content)
    if not chosen:
        README.write_text(written(README.read_text(encoding="utf-8"), content), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
