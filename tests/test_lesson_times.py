"""The table of times in README: that it has every lesson, and what the command writes there."""

import re
from pathlib import Path

import pytest

from benchmarks import lesson_times
from benchmarks.lesson_times import Lesson, about_all_tests, seconds_by_part, table, written

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.name[:2] for path in (ROOT / "notebooks" / "text").glob("[0-9]*.md"))
MEASURED = [Lesson("00", 12.3, 1), Lesson("03", 70.6, 0)]
REPORT = """<testsuites><testsuite>
<testcase classname="notebooks.02_softmax_hides_an_angle" name="Cell 1" time="1.5"/>
<testcase classname="notebooks.02_softmax_hides_an_angle" name="Cell 2" time="2.25"/>
<testcase classname="notebooks..shipped.03_center_loss" name="Cell 1" time="0.25"/>
<testcase classname="tests.browser.test_lab" name="test_a" time="8"/>
<testcase classname="tests.losses.test_heads" name="test_b" time="16"/>
<testcase classname="tests.test_nets" name="test_c" time="32"/>
</testsuite></testsuites>"""


def between_marks(readme):
    return re.search(r"<!-- times -->\n(.*)<!-- /times -->", readme, flags=re.DOTALL)[1]


def test_readme_has_the_time_of_every_lesson():
    told = between_marks((ROOT / "README.md").read_text(encoding="utf-8"))
    assert re.findall(r"^\| (\d\d) \| \S+ \|", told, flags=re.MULTILINE) == LESSONS, (
        "README's table of times is of other lessons than those in notebooks/text: make times writes it anew"
    )


def test_the_table_has_each_lesson_their_sum_and_the_machine():
    said = table(MEASURED, "2 cores", "All tests.")
    assert "| 00 | 12 | 1 |\n| 03 | 71 |  |\n| all | 83 | 1 |\n\nTaken on 2 cores. All tests.\n" in said
    assert table(MEASURED, "2 cores", "").endswith("\n\nTaken on 2 cores.\n")


def test_only_what_lies_between_the_marks_is_written_and_twice_is_the_same():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    again = written(readme, table(MEASURED, "2 cores", r"\1"))
    assert again.split("<!-- times -->")[0] == readme.split("<!-- times -->")[0]
    assert again.split("<!-- /times -->")[1] == readme.split("<!-- /times -->")[1]
    assert "| 03 | 71 |  |" in between_marks(again) and "– |" not in between_marks(again)
    assert written(again, table(MEASURED, "2 cores", r"\1")) == again
    with pytest.raises(ValueError, match="has no <!-- times -->"):
        written("# A course", "a table")


def test_the_parts_are_told_apart_in_pytest_s_report(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    parts = seconds_by_part(tmp_path / "report.xml")
    assert parts == {"lessons": 4.0, "browser tests": 8.0, "other tests": 48.0}
    assert about_all_tests(37.4, parts) == (
        "`make test` takes 37 s there, three workers sharing lessons 4 s, browser tests 8 s, other tests 48 s."
    )


def test_a_lesson_that_is_none_is_one_sentence(capfd):
    with pytest.raises(SystemExit):
        lesson_times.main(["77"])
    assert re.fullmatch(r"No lesson is called 77; there are .*\.\n", capfd.readouterr().err)


def test_the_machine_has_no_name():
    assert re.fullmatch(r"\d+ cores \(\w+, \w+\), torch [\d.]+", lesson_times.machine())
