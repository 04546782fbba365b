"""The tool that makes notebooks: what it keeps, what it drops, what it refuses."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

import build
import nbformat
import pytest
from cleaning import clean_output
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sliders import VIEW

DIGEST = build.library_digest  # before a test puts another in its place
HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
LESSON = (
    HEADER
    + """
# A lesson

```{code-cell}
import sys
from IPython.display import display
print("  50%|#####     | 1/2 [00:01<00:01, 1.0it/s]", file=sys.stderr)
print("said")
1 + 1
```

```{code-cell}
1 + 1
```

```{code-cell}
1 + 1
```
"""
)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """An empty course beside an empty library; returns a function that writes a lesson."""
    (tmp_path / "notebooks" / "text").mkdir(parents=True)
    (tmp_path / "lessons_lib").mkdir()
    for name, path in {"ROOT": "", "NOTEBOOKS": "notebooks", "TEXTS": "notebooks/text"}.items():
        monkeypatch.setattr(build, name, tmp_path / path)
    monkeypatch.setattr(build, "SHIPPED", tmp_path / "notebooks" / ".shipped")
    library = build.library_digest
    monkeypatch.setattr(build, "library_digest", lambda: library(tmp_path / "lessons_lib"))
    return lambda text, name="01_dummy": (tmp_path / "notebooks" / "text" / f"{name}.md").write_text(text)


@pytest.fixture
def unrun(monkeypatch):
    """No kernel is started, for lessons of prose alone."""
    monkeypatch.setattr(build, "execute", lambda notebook, name: notebook)


def read(name="01_dummy"):
    return nbformat.read(build.NOTEBOOKS / f"{name}.ipynb", as_version=4)


def display(**faces):
    names = {"widget": VIEW, "html": "text/html", "png": "image/png", "plain": "text/plain"}
    return new_output("display_data", data={names[face]: content for face, content in faces.items()})


def test_built_twice_is_the_same_file_and_unchanged_is_not_built_again(course, capsys):
    course(LESSON)
    assert build.main([]) == 0
    path = build.NOTEBOOKS / "01_dummy.ipynb"
    first = path.read_bytes()
    assert build.main([]) == 0
    assert "01_dummy: up to date" in capsys.readouterr().out
    assert build.main(["--all", "01"]) == 0
    assert path.read_bytes() == first
    notebook = read()
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2, 3]
    assert [output.get("text") for output in notebook.cells[1].outputs] == ["said\n", None]
    assert "version" not in notebook.metadata.language_info
    assert len({cell.id for cell in notebook.cells}) == 4


def test_a_lesson_is_built_from_a_start_that_its_record_has(course):
    """What a reader finds in it is then in the record that its text speaks of, if its builder has AVX2."""
    names = list(build.A_RECORDED_START)
    course(HEADER + f"\n```{{code-cell}}\nimport os\nprint(*map(os.environ.get, {names}))\n```\n")
    build.build("01_dummy")
    (cell,) = read().cells
    assert cell.outputs[0].text.split() == list(build.A_RECORDED_START.values())
    assert {"1", "avx2"} < set(cell.outputs[0].text.split())


def test_a_changed_text_or_library_makes_a_notebook_stale(course, unrun):
    course(HEADER + "\nProse alone.\n")
    module, script = (build.ROOT / "lessons_lib" / name for name in ("angles.py", "core.js"))
    module.write_text("pi = 3\n")
    build.build("01_dummy")
    assert build.is_current("01_dummy")
    module.write_text("pi = 4\n")
    assert not build.is_current("01_dummy")
    module.write_text("pi = 3\n")
    assert build.is_current("01_dummy")
    script.write_text("let pi = 3\n")
    assert not build.is_current("01_dummy")
    build.build("01_dummy")
    course(HEADER + "\nOther prose.\n")
    assert not build.is_current("01_dummy")


def test_a_fresh_clone_is_current_whatever_git_does_to_line_ends(course, unrun, monkeypatch, tmp_path):
    def git(*command):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)

    course(HEADER + "\nProse alone.\n")
    for name in ("angles.py", "core.js"):
        (tmp_path / "lessons_lib" / name).write_bytes(b"a = 1\nb = 2\n")
    shutil.copy(Path(__file__).parents[2] / ".gitattributes", tmp_path)
    build.build("01_dummy")
    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a", "commit", "--quiet", "--message=a")
    git("-c", "core.autocrlf=true", "clone", "--quiet", ".", "fresh")
    for name, path in {"ROOT": "", "NOTEBOOKS": "notebooks", "TEXTS": "notebooks/text"}.items():
        monkeypatch.setattr(build, name, tmp_path / "fresh" / path)
    library = tmp_path / "fresh" / "lessons_lib"
    monkeypatch.setattr(build, "library_digest", partial(DIGEST, library))
    for folder, name in {"__pycache__": "angles.pyc", ".ipynb_checkpoints": "angles-checkpoint.py"}.items():
        (library / folder).mkdir()
        (library / folder / name).write_text("kept by a program")
    assert build.is_current("01_dummy")
    (library / "angles.py").write_text("a = 2\n")
    assert not build.is_current("01_dummy")


def test_an_edit_by_hand_is_refused_and_kept(course, unrun, capsys):
    course(HEADER + "\nProse alone.\n")
    build.build("01_dummy")
    notebook = read()
    notebook.cells[0].source = "My own words."
    nbformat.write(notebook, build.NOTEBOOKS / "01_dummy.ipynb")
    assert build.main([]) == 1
    assert "01_dummy: its notebook was edited by hand" in capsys.readouterr().err
    assert read().cells[0].source == "My own words."


def test_a_failing_cell_is_named_and_the_old_notebook_stays(course, capsys):
    course(HEADER + "\nProse alone.\n")
    build.build("01_dummy")
    course(HEADER + "\n```{code-cell}\nraise ValueError('labels must be int64')\n```\n")
    assert build.main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith("01_dummy: ValueError: labels must be int64")
    assert "raise ValueError(" in said
    assert read().cells[0].source == "Prose alone."


def test_a_large_notebook_is_refused(course, unrun, monkeypatch):
    course(HEADER + "\nProse alone.\n")
    monkeypatch.setattr(build, "LIMIT", 100)
    with pytest.raises(build.LessonError, match="01_dummy: its notebook has"):
        build.build("01_dummy")
    assert list(build.NOTEBOOKS.glob("*.ipynb")) == []


def test_an_unknown_lesson_is_refused(course, capsys):
    course(HEADER)
    assert build.main(["07"]) == 1
    assert capsys.readouterr().err == "No lesson is called 07; there are 01_dummy.\n"


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        (display(widget={}, html="<b>", plain="x"), {"text/html", "text/plain"}),
        (display(widget={}, png="iVBO", plain="x"), {"image/png", "text/plain"}),
        (display(widget={}, plain="Slider()"), {VIEW, "text/plain"}),
        (display(widget={}, plain="  0%|          | 0/3"), None),
        (display(plain="50%|"), {"text/plain"}),
    ],
)
def test_widget_views_go_where_something_stands_in(output, kept):
    cleaned = clean_output(output)
    assert (cleaned and set(cleaned.data)) == kept


INTERACT = (
    HEADER
    + """
```{code-cell}
from ipywidgets import interact
from IPython.display import display

def shown(m=0.5, C=4, strangers=True):
    print(m, C)
    display({"image/png": "iVBO"}, raw=True)

interact(shown, m=(-0.5, 1.5), C=(4, 9));
```
"""
)


def test_of_an_interact_its_sliders_and_what_it_showed_are_kept(course):
    course(INTERACT)
    build.build("01_dummy")
    notebook = read()
    sliders, *shown = notebook.cells[0].outputs
    assert sliders.text.splitlines() == [
        "m = 0.5   -0.5 ──────────●────────── 1.5",
        "C = 4   4 ●──────────────────── 9",
        "strangers: ☑",
        "(Run the cell to move them.)",
    ]
    assert shown[0].text == "0.5 4\n" and shown[1].data == {"image/png": "iVBO"}
    assert "widgets" not in notebook.metadata


def test_an_interact_whose_state_is_lost_leaves_nothing():
    output = display(widget={"model_id": "gone"}, plain="interactive(children=())")
    made = build.clean(new_notebook(cells=[new_code_cell("interact(f)", outputs=[output])]), {})
    assert made.cells[0].outputs == []


def test_progress_bars_go_and_warnings_stay():
    bars = "  0%|   | 0/9\r 50%|## | 4/9 [00:01, 3.1it/s]\n"
    assert clean_output(new_output("stream", name="stderr", text=bars)) is None
    assert clean_output(new_output("stream", name="stderr", text=bars + "Warning: x\n")).text == "Warning: x\n"
    assert clean_output(new_output("stream", name="stdout", text="5 %\n")).text == "5 %\n"


def test_ids_follow_the_words_alone():
    cells = [new_markdown_cell("a"), new_code_cell("a"), new_code_cell("a")]
    ids = build.cell_ids(new_notebook(cells=cells))
    assert len(set(ids)) == 3
    assert build.cell_ids(new_notebook(cells=[new_markdown_cell("new"), *cells]))[1:] == ids


def test_a_cell_that_its_text_folds_is_folded_in_the_notebook_and_no_other(course, unrun):
    fence = "\n```{code-cell} ipython3\n"
    course(f"{HEADER}{fence}:tags: [hide-input]\n\n# Checked: it is 1.\nassert True\n```\n{fence}1 + 1\n```\n")
    build.build("01_dummy")
    folded, plain = read().cells
    assert folded.metadata.jupyter.source_hidden and folded.source == "# Checked: it is 1.\nassert True"
    assert plain.metadata == {}


def test_the_shipped_notebook_is_tested_where_a_reader_has_typed_into_theirs(course, unrun, capsys):
    course(HEADER + "\nProse alone.\n")
    build.build("01_dummy")
    assert build.to_test("01_dummy") is not None
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=build.ROOT, check=True)
    edited = read()
    edited.cells.append(new_code_cell("1 / 0"))
    nbformat.write(edited, build.NOTEBOOKS / "01_dummy.ipynb")
    tested = build.to_test("01_dummy")
    assert tested.as_posix() == "notebooks/.shipped/01_dummy.ipynb"
    assert len(nbformat.read(build.ROOT / tested, as_version=4).cells) == 1
    assert "the one in git is tested" in capsys.readouterr().err
