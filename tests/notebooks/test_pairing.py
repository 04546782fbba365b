"""The lessons as git has them, committed or staged, so that a reader's own edits never fail a test.

Text and notebook say the same, and the notebook can be read where nothing runs.
"""

import ast
import hashlib
import json
import re
import statistics
import subprocess

import build
import nbformat
import pytest
from cleaning import PROGRESS
from folding import FOLDED
from sliders import VIEW

SMALL = {"00_start_here": 400_000, "02_softmax_hides_an_angle": 480_000}
LARGEST = 120_000  # bytes an explorer may take
MACHINE_BOUND = re.compile(
    r"/home/|/roo[t]/|/tmp/|/usr/|/opt/|/Users/|[A-Z]:\\\\?Users|site-packages"  # where it was made
    r"| at 0x[0-9a-f]{6,}"  # where it lay in memory
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # a random name
)
PACKED = re.compile(r"[A-Za-z0-9+/=]{200,}")  # pictures and arrays as base64, where any of these may stand by chance


def in_git(folder: str, suffix: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", folder], cwd=build.ROOT, capture_output=True, text=True).stdout
    return re.findall(rf"^{folder}/(\d[^/]*){re.escape(suffix)}$", listed, flags=re.MULTILINE)


if build.in_git("pyproject.toml") is None:
    pytest.skip("not a git checkout: there is nothing committed to compare", allow_module_level=True)
TEXTS, NOTEBOOKS = in_git("notebooks/text", ".md"), in_git("notebooks", ".ipynb")


@pytest.fixture(scope="module", params=[name for name in TEXTS if name in NOTEBOOKS])
def lesson(request):
    """Name, text and notebook."""
    content = build.in_git(f"notebooks/{request.param}.ipynb")
    return request.param, build.in_git(f"notebooks/text/{request.param}.md"), nbformat.reads(content, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def names(source, use):
    """The names that a piece of code makes or needs."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and isinstance(node.ctx, use)}


def test_every_text_has_its_notebook():
    assert TEXTS, "git has no lesson: git add notebooks"
    assert TEXTS == NOTEBOOKS, "run make notebooks, then git add notebooks"


def test_text_and_notebook_say_the_same(lesson):
    name, text, notebook = lesson
    assert build.sources(notebook) == build.sources(build.parse(text)), f"make notebooks ARGS={name}"
    made_from = notebook.metadata["lessons_lib"]["source"]["text"]
    assert made_from == hashlib.sha256(text.encode()).hexdigest(), f"make notebooks ARGS={name}"


def test_cells_are_named_after_what_they_say(lesson):
    assert not build.edited_by_hand(lesson[2])


def test_every_cell_ran_in_order_and_none_failed(lesson):
    notebook = lesson[2]
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert not [output.ename for output in outputs(notebook) if output.output_type == "error"]


def test_no_picture_names_a_number_that_is_none(lesson):
    told = [
        str(output.get("metadata", {})) + output.get("data", {}).get("text/plain", "") for output in outputs(lesson[2])
    ]
    assert not [words[:200] for words in told if re.search(r"\bnan\b", words)]


def test_nothing_needs_a_kernel_to_be_seen(lesson):
    notebook = lesson[2]
    assert "widgets" not in notebook.metadata
    lost = [output.data["text/plain"] for output in outputs(notebook) if VIEW in output.get("data", {})]
    assert not lost, "show these with HTML or a picture beside the widget"


def test_nothing_is_bound_to_a_machine_or_a_moment(lesson):
    notebook = lesson[2]
    said = [cell.source for cell in notebook.cells] + [output.get("text", "") for output in outputs(notebook)]
    for output in outputs(notebook):
        said += [text for text in output.get("data", {}).values() if isinstance(text, str)]
    assert not [found[0] for text in said if (found := MACHINE_BOUND.search(PACKED.sub("", text)))]
    assert not [output for output in outputs(notebook) if PROGRESS.search(output.get("text", ""))]
    assert not [cell.id for cell in notebook.cells if "execution" in cell.metadata]


def test_cells_are_short(lesson):
    long = [cell.source.splitlines()[0] for cell in code(lesson[2]) if len(cell.source.splitlines()) > 25]
    assert not long


def test_half_to_six_tenths_of_a_lesson_is_prose_and_cells_have_about_four_lines(lesson):
    name, _, notebook = lesson
    said = sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    lengths = [len(cell.source.splitlines()) for cell in code(notebook)]
    if name != "00_start_here":  # which explains how to read the others
        assert 50 <= round(100 * said / (said + sum(len(cell.source) for cell in code(notebook)))) <= 60
        assert 3 <= statistics.median(lengths) <= 5


def test_a_folded_cell_says_what_it_holds_checks_that_nothing_in_sight_needs_or_functions(lesson):
    cells = code(lesson[2])
    for place, cell in enumerate(cells):
        if FOLDED not in cell.metadata.get("tags", ()):
            continue
        assert cell.metadata.jupyter.source_hidden
        if cell.source.startswith("# Defined here: "):
            assert all(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.parse(cell.source).body)
        else:
            assert cell.source.startswith("# Checked: ") or cell.source.startswith("# Checked of all recorded starts: ")
            assert "assert" in cell.source
            seen = [one.source for one in cells[place + 1 :] if FOLDED not in one.metadata.get("tags", ())]
            made, needed = names(cell.source, ast.Store), names("\n".join(seen), ast.Load)
            assert not made & (needed - names("\n".join(seen), ast.Store))


def test_notebook_is_small(lesson):
    name = lesson[0]
    size = len(build.in_git(f"notebooks/{name}.ipynb").encode())
    assert size <= SMALL.get(name, build.LIMIT)


def test_an_explorer_is_small(lesson):
    shown = {cell.id: json.dumps(cell.outputs, ensure_ascii=False) for cell in code(lesson[2])}
    sizes = {name: len(text.encode()) for name, text in shown.items() if "data-explorer" in text}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
