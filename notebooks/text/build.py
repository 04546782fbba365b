"""Make the notebooks from the lessons' text: run every cell, keep what a reader needs, drop what only bloats history.

    make notebooks                 the lessons whose text or library changed
    make notebooks ARGS="02 05"    of these two, those that changed
    make notebooks ARGS="--all"    every lesson, changed or not; edits made in a notebook are overwritten

A lesson is notebooks/text/NN_topic.md: MyST Markdown that begins with

    ---
    jupytext: {text_representation: {extension: .md, format_name: myst}}
    kernelspec: {display_name: Python 3, language: python, name: python3}
    ---

Code stands in ```{code-cell} fences; a line of +++ parts two cells of prose. It becomes notebooks/NN_topic.ipynb.
A cell that begins with the line :tags: [hide-input] is folded into its first line of code, a comment that says what it
checks or defines. Cells that only import or only assert are folded too: folding.py.
"""

import argparse
import errno
import hashlib
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jupytext
import nbformat
from cleaning import cell_ids, clean, sources
from client import Client
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.validator import ValidationError

from benchmarks.starts import KINDS

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "notebooks" / "text"
NOTEBOOKS = ROOT / "notebooks"
SHIPPED = NOTEBOOKS / ".shipped"
LIMIT = 900_000
CELL_SECONDS = 300
# Seed 0 as its record has it, on Intel's processors with AVX2: what a notebook shows lies then in what its text speaks
# of. On AMD's the same libraries add in another order: there some numbers come to stand a little outside the records.
A_RECORDED_START = {"OMP_NUM_THREADS": "1", **KINDS["avx2"]}

LEFT_BY_A_MERGE = re.compile(r"^(<{7}|>{7}) ", flags=re.MULTILINE)
UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


class LessonError(Exception):
    """One sentence that names the lesson and what to mend in it."""


def lessons() -> list[str]:
    """Names of all lessons that have a text, in the order of the course."""
    return sorted(path.stem for path in TEXTS.glob("[0-9]*.md"))


def parse(text: str) -> NotebookNode:
    """The notebook that a lesson's text describes, not yet run."""
    return jupytext.reads(text, fmt="md:myst")


def text_of(name: str) -> str:
    """A lesson's text; LessonError where it is none that a person wrote."""
    try:
        text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LessonError(f"{name}: its text is not UTF-8; let your editor save it as that.") from error
    if LEFT_BY_A_MERGE.search(text):
        raise LessonError(f"{name}: a merge has left its marks in the text (<<<<<<<, >>>>>>>); choose what is to stay.")
    return text


def parsed(name: str) -> NotebookNode:
    """The notebook that a lesson's text describes, not yet run; LessonError where code and prose are mixed up."""
    notebook = parse(text_of(name))
    for cell in notebook.cells:
        if "{code-cell" in cell.source:
            fence = next(line for line in cell.source.splitlines() if "{code-cell" in line)
            raise LessonError(
                f"{name}: {fence} opens no cell of code; it is mistyped, or the fence before it is not closed."
            )
    return notebook


def notebook_of(name: str) -> NotebookNode:
    """A lesson's notebook as it stands; LessonError where it is none any more."""
    try:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        _ = notebook.cells
    except (ValidationError, ValueError, AttributeError, KeyError) as error:
        raise LessonError(
            f"{name}: its notebook cannot be read, as a merge may leave one; "
            f'make notebooks ARGS="--all {name[:2]}" makes it anew.'
        ) from error
    return notebook


def said_of(error: OSError) -> str:
    """One sentence for a folder that one may not write to, or a full disk; another error is raised again."""
    if error.errno not in UNWRITABLE:
        raise error
    return (
        f"{error.filename or ROOT} cannot be written ({error.strerror}): "
        "make room there, or work in a copy of the course that is your own."
    )


def edited_by_hand(notebook: NotebookNode) -> bool:
    """Whether somebody typed into a notebook that this tool had made: a cell's id no longer fits its source."""
    return [cell.get("id") for cell in notebook.cells] != cell_ids(notebook)


def library_digest(root: Path = ROOT / "lessons_lib") -> str:
    """One hash for all code that a lesson imports."""
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".js", ".json", ".css", ".html")):
        place = path.relative_to(root)
        if place.parent.name != ".ipynb_checkpoints":  # JupyterLab's own copy of a file that was opened there
            digest.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def origin(name: str) -> dict[str, str]:
    """What a notebook is made from; kept in its metadata to see later whether it still holds."""
    return {"text": hashlib.sha256((TEXTS / f"{name}.md").read_bytes()).hexdigest(), "library": library_digest()}


def execute(notebook: NotebookNode, name: str) -> NotebookNode:
    """Run all cells in the folder where a reader runs them, with this tree's library and silent progress bars."""
    client = Client(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        record_timing=False,
        store_widget_state=True,  # without it an `interact` cannot run; `clean` drops it
        coalesce_streams=True,
    )
    try:
        return client.execute(env=os.environ | A_RECORDED_START | {"CI": "true", "PYTHONPATH": str(ROOT)})
    except CellTimeoutError as error:
        raise LessonError(f"{name}: a cell ran for more than {CELL_SECONDS} s; make it shorter.") from error
    except CellExecutionError as error:
        first = next(cell.source for cell in notebook.cells if any("ename" in out for out in cell.get("outputs", ())))
        raise LessonError(f"{name}: {error.ename}: {error.evalue}\nin the cell\n\n{first}") from error
    except DeadKernelError as error:
        raise LessonError(f"{name}: Python itself died while running it; is there memory enough?") from error


def is_current(name: str, overwrite: bool = False) -> bool:
    """Whether a lesson's notebook stands for its text and the library; an edit by hand is refused, not lost."""
    path = NOTEBOOKS / f"{name}.ipynb"
    if overwrite or not path.exists():
        return False
    notebook = notebook_of(name)
    if edited_by_hand(notebook):
        raise LessonError(f"{name}: its notebook was edited by hand; move that to its text, then build with --all.")
    return notebook.metadata.get("lessons_lib", {}).get("source") == origin(name)


def build(name: str) -> int:
    """Make one lesson's notebook and return its size; the old one stays until the new one is whole."""
    made_from = origin(name)
    notebook = clean(execute(parsed(name), name), made_from)
    content = (nbformat.writes(notebook, version=4) + "\n").encode()
    if len(content) > LIMIT:
        raise LessonError(f"{name}: its notebook has {len(content) / 1000:,.0f} kB, {LIMIT // 1000} are allowed.")
    unfinished = NOTEBOOKS / f".{name}.unfinished"
    try:
        unfinished.write_bytes(content)
        unfinished.replace(NOTEBOOKS / f"{name}.ipynb")
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


def in_git(path: str) -> str | None:
    """A file as it is committed or staged, None where git does not have it (or there is no git)."""
    try:
        shown = subprocess.run(["git", "show", f":./{path}"], cwd=ROOT, capture_output=True)
    except FileNotFoundError:
        return None
    return shown.stdout.decode() if shown.returncode == 0 else None


def to_test(name: str) -> Path | None:
    """The notebook that `make test` runs: the one here, or the shipped one where a reader has typed into this one."""
    path, text = NOTEBOOKS / f"{name}.ipynb", parsed(name)
    with suppress(LessonError):  # one that cannot be read is not what its text says
        if path.exists() and sources(notebook_of(name)) == sources(text):
            return path.relative_to(ROOT)
    shipped = in_git(f"notebooks/{name}.ipynb")
    if shipped is None:
        print(f"{name}: its notebook is not what its text says, and git has none to test.", file=sys.stderr)
        return None
    print(f"{name}: its notebook here is not what its text says, so the one in git is tested.", file=sys.stderr)
    SHIPPED.mkdir(exist_ok=True)
    (SHIPPED / path.name).write_text(shipped, encoding="utf-8")
    return (SHIPPED / path.name).relative_to(ROOT)


def chosen(prefixes: list[str]) -> list[str]:
    """The lessons whose names begin with what was asked for; all of them where nothing was."""
    for prefix in prefixes:
        if not any(name.startswith(prefix) for name in lessons()):
            raise LessonError(f"No lesson is called {prefix}; there are {', '.join(lessons()) or 'none yet'}.")
    return [name for name in lessons() if not prefixes or name.startswith(tuple(prefixes))]


def main(arguments: list[str]) -> int:
    """Build what is stale, or say which notebooks to test; the first lesson that fails ends it."""
    parser = argparse.ArgumentParser(description="Make the notebooks from the lessons' text.")
    parser.add_argument("lesson", nargs="*", help="lessons to build, by the start of their names (default: all)")
    parser.add_argument("--all", action="store_true", help="build even what has not changed")
    parser.add_argument("--to-test", action="store_true", help="only print the notebooks that make test runs")
    options = parser.parse_args(arguments)
    try:
        for name in chosen(options.lesson):
            if options.to_test:
                print(to_test(name) or "")
            elif is_current(name, overwrite=options.all):
                print(f"{name}: up to date")
            else:
                print(f"{name}: running ...", flush=True)
                print(f"{name}: {build(name) / 1000:,.0f} kB")
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(said_of(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
