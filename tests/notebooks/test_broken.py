"""What is said of texts, notebooks and folders that a merge, an editor or somebody's rights have made unfit."""

import errno
import re
import subprocess
from pathlib import Path

import build
import links
import make_site
import pytest

FENCED = "# 1 · Dummy\n\n```{code-cell} ipython3\n1 + 1\n```\n\nWords.\n\n```{code-cell} ipython3\n2 + 2\n```\n"
BROKEN = ["<<<<<<< HEAD\n{}", "", "{}", "[]", '{"nbformat": 4}', b"\xff\xfe"]


def text(course) -> Path:
    return course / "notebooks" / "text" / "01_dummy.md"


def put(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def sentence(capsys) -> str:
    """The one line that was said of a fault."""
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1, said
    return said[0]


@pytest.mark.parametrize("content", BROKEN, ids=repr)
def test_a_notebook_that_is_none_any_more_is_named_with_what_makes_it_anew(course, capsys, content):
    put(course / "notebooks" / "01_dummy.ipynb", content)
    for tool in (lambda: build.main(["01"]), make_site.main):
        assert tool() == 1
        assert sentence(capsys) == (
            "01_dummy: its notebook cannot be read, as a merge may leave one; "
            'make notebooks ARGS="--all 01" makes it anew.'
        )


def test_and_the_one_in_git_is_tested_in_its_place(course, monkeypatch, capsys):
    monkeypatch.setattr(build, "SHIPPED", course / "notebooks" / ".shipped")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=course, check=True)
    put(course / "notebooks" / "01_dummy.ipynb", BROKEN[0])
    assert build.to_test("01_dummy").as_posix() == "notebooks/.shipped/01_dummy.ipynb"
    assert "the one in git is tested" in sentence(capsys)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FENCED.replace("Words.", "<<<<<<< HEAD\nWords."), "a merge has left its marks"),
        (FENCED.replace("Words.", "Words.\n>>>>>>> theirs"), "a merge has left its marks"),
        (FENCED.encode() + b"\xff", "its text is not UTF-8"),
        (FENCED.replace("```{code-cell} ipython3\n1", "```{code-cell ipython3\n1"), "```{code-cell ipython3 opens no"),
        (FENCED.replace("1 + 1\n```", "1 + 1\n"), "```{code-cell} ipython3 opens no cell of code"),
        (FENCED.replace("```{code-cell} ipython3\n1", "``{code-cell} ipython3\n1"), "``{code-cell} ipython3 opens no"),
    ],
)
def test_a_text_that_is_not_what_its_author_meant_is_refused(course, monkeypatch, capsys, content, said):
    monkeypatch.setattr(build, "execute", lambda notebook, name: notebook)
    put(text(course), content)
    for words in (["--all", "01"], ["--to-test", "01"]):
        assert build.main(words) == 1
        assert re.match(f"01_dummy: .*{re.escape(said)}", sentence(capsys))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_where_nothing_can_be_written_is_one_sentence(course, monkeypatch, capsys, number):
    """A teacher's folder, a disk that is full: said by the system, whoever runs this."""

    def refused(*_, **__):
        raise OSError(number, "the system's words", "here")

    monkeypatch.setattr(build, "execute", lambda notebook, name: notebook)
    put(text(course), FENCED)
    monkeypatch.setattr(Path, "write_bytes", refused)
    monkeypatch.setattr(make_site.tempfile, "TemporaryDirectory", refused)
    monkeypatch.setattr(make_site, "read", lambda names: [])
    for tool in (lambda: build.main(["--all", "01"]), make_site.main):
        assert tool() == 1
        assert sentence(capsys).startswith("here cannot be written (the system's words): make room there, or work in")


def test_another_error_of_the_system_keeps_its_traceback(course, monkeypatch):
    monkeypatch.setattr(build, "chosen", lambda names: (course / "not there").read_text())
    with pytest.raises(FileNotFoundError):
        build.main([])


def test_a_notebook_half_written_does_not_stay(course, monkeypatch):
    monkeypatch.setattr(build, "execute", lambda notebook, name: notebook)
    put(text(course), FENCED)

    def full(path, content):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert build.main(["--all", "01"]) == 1
    assert not list((course / "notebooks").glob(".*unfinished"))


def test_links_that_are_as_they_should_be_are_not_written_again(tmp_path, monkeypatch):
    """So that make notebooks has nothing to write where all is up to date."""
    path = tmp_path / "README.md"
    links.put(path, "as it is")
    monkeypatch.setattr(Path, "write_text", None)
    links.put(path, "as it is")
