"""A notebook that was run, as it is committed: what a reader needs, and nothing that differs from run to run."""

import hashlib
import re
from collections import Counter

import nbformat
from folding import folded
from nbformat import NotebookNode
from sliders import VIEW as WIDGET_VIEW
from sliders import is_interact, still

STAND_INS = {"text/html", "image/png", "image/svg+xml"}
PROGRESS = re.compile(r"\d%\||\b(it/s|s/it)\b")


def sources(notebook: NotebookNode) -> list[tuple[str, str]]:
    """What a person wrote in a notebook: the kind and the source of each cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def cell_ids(notebook: NotebookNode) -> list[str]:
    """An id for each cell from what it says, so that an edit elsewhere leaves it alone."""
    seen: Counter[tuple[str, str]] = Counter()
    ids = []
    for kind, source in sources(notebook):
        ids.append(hashlib.sha256(f"{kind}\n{source}\n{seen[kind, source]}".encode()).hexdigest()[:12])
        seen[kind, source] += 1
    return ids


def clean_output(output: NotebookNode) -> NotebookNode | None:
    """An output fit to be committed, or None where nothing of it is worth keeping.

    JupyterLab says 'Error displaying widget' for a view without its kernel, so it goes where HTML or a picture is left;
    progress bars go altogether, since nothing but a kernel can show them.
    """
    if output.output_type == "stream" and output.name == "stderr":
        kept = [line for line in re.split(r"[\r\n]+", output.text) if line.strip() and not PROGRESS.search(line)]
        output.text = "".join(f"{line}\n" for line in kept)
        return output if kept else None
    data = output.get("data", {})
    if WIDGET_VIEW in data and STAND_INS & set(data):
        del data[WIDGET_VIEW]
    elif WIDGET_VIEW in data and PROGRESS.search(data.get("text/plain", "")):
        return None
    return output


def clean(notebook: NotebookNode, made_from: dict[str, str]) -> NotebookNode:
    """The notebook as it is committed: the same text and library give the same file, run after run."""
    for cell, identity in zip(notebook.cells, cell_ids(notebook), strict=True):
        cell.id = identity
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and folded(cell.source, cell.metadata.get("tags", ())):
            cell.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab's word for it
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    widgets = notebook.metadata.get("widgets", {})
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        parts = [still(output, widgets) if is_interact(output) else [output] for output in cell.outputs]
        cell.outputs = [output for part in parts for raw in part if (output := clean_output(raw)) is not None]
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    language = {key: value for key, value in notebook.metadata.get("language_info", {}).items() if key != "version"}
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": language,
            "lessons_lib": {"source": made_from},
        }
    )
    return notebook
