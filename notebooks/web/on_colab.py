"""The lessons as Colab opens them: with a cell that fetches the course and what it needs there.

    python notebooks/web/on_colab.py FOLDER https://github.com/someone/name

The notebooks that readers open have no such cell. The workflow that publishes the site puts these copies on a branch of
their own, which the links to Colab lead to.
"""

import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

NOTEBOOKS = Path(__file__).resolve().parents[1]
# Colab has torch, NumPy and matplotlib of its own; installing the course's would mean a restart.
SET_UP = """\
# On Colab: fetch the course, and what it needs besides (half a minute)
import sys
from google.colab import output

!test -d /content/course || git clone --quiet --depth 1 {address} /content/course
%pip install --quiet anywidget
%cd -q /content/course/notebooks
sys.path.insert(0, "/content/course")
output.enable_custom_widget_manager()"""


def for_colab(notebook: NotebookNode, address: str) -> NotebookNode:
    """The notebook with the cell that sets Colab up, before its first cell of code."""
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    cell = new_code_cell(SET_UP.format(address=address), id="set-up-on-colab")
    cells = [*notebook.cells[:first], cell, *notebook.cells[first:]]
    return NotebookNode(notebook | {"cells": cells})


def main(folder: str, address: str) -> None:
    """Write a copy of every lesson into the folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        nbformat.write(for_colab(nbformat.read(path, as_version=4), address), Path(folder) / path.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
