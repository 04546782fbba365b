"""What a saved notebook keeps of `interact`: where its sliders stood, and what the function showed there."""

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
_LONG = 20  # characters of a slider


def is_interact(output: NotebookNode) -> bool:
    """Whether an output is the view of an `interact`, which nothing but a kernel can show."""
    data = output.get("data", {})
    return VIEW in data and data.get("text/plain", "").startswith("interactive(")


def still(output: NotebookNode, widgets: dict[str, Any]) -> list[NotebookNode]:
    """The outputs to keep in its place, from the notebook's `metadata.widgets`; none where that does not know it."""
    models = widgets.get(STATE, {}).get("state", {})
    model = models.get(output["data"][VIEW]["model_id"], {"state": {}})
    names = [name.removeprefix("IPY_MODEL_") for name in model["state"].get("children", ())]
    children = [models[name]["state"] for name in names if name in models]
    shown = [new_output(**part) for child in children for part in child.get("outputs", ())]
    lines = [line for child in children if (line := _line(child))]
    if not lines:
        return shown
    words = "\n".join([*lines, "(Run the cell to move it.)" if len(lines) == 1 else "(Run the cell to move them.)"])
    return [new_output("stream", name="stdout", text=f"{words}\n"), *shown]


def _line(child: dict[str, Any]) -> str:
    """A slider or a box to tick, drawn with characters; empty for anything else."""
    name, kind, value = child.get("description", ""), child.get("_model_name", ""), child.get("value")
    if kind == "CheckboxModel":
        return f"{name}: {'☑' if value else '☐'}"
    if not re.fullmatch(r"(Int|Float)SliderModel", kind):
        return ""
    least, most = child["min"], child["max"]
    before = round(_LONG * (value - least) / (most - least)) if most > least else 0
    return f"{name} = {value:g}   {least:g} {'─' * before}●{'─' * (_LONG - before)} {most:g}"
