"""Figures in a box of ipywidgets: side by side, in tabs, in an accordion, in an `Output`.

A box is a widget, and a saved notebook does not hold it. So a box with figures in it is shown as HTML that has its
figures, each alive, and while a kernel holds the box, the box itself stands in their place. An `Output` that is shown
before a figure stands in it is left to ipywidgets.
"""

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from IPython import get_ipython
from ipywidgets import Accordion, Box, HBox, Output, Tab, Widget

from lessons_lib.explorers.kit.explorer import Explorer, is_seen
from lessons_lib.explorers.kit.outputs import figures_of

_PAGE = Path(__file__).with_name("box.html").read_text(encoding="utf-8").removesuffix("\n")
_ROW = "display:flex;flex-flow:row wrap;gap:16px"
_COLUMN = "display:grid;gap:16px;grid-template-columns:minmax(0,1fr)"


def register() -> None:
    """From now on the notebook that runs this shows boxes so."""
    if shell := get_ipython():
        for kind in (Box, Output):
            shell.display_formatter.mimebundle_formatter.for_type(kind, shown)


def figures_in(widget: Widget) -> Iterator[Explorer]:
    """Every explorer in a widget, in the order in which they stand."""
    if isinstance(widget, Explorer):
        yield widget
    for child in _inside(widget):
        yield from figures_in(child)


def _inside(widget: Widget) -> Sequence[Widget]:
    return figures_of(widget) if isinstance(widget, Output) else getattr(widget, "children", ())


def shown(box: Box | Output, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a notebook gets of a box: HTML if there are figures in it, else what ipywidgets gives."""
    figures = list(figures_in(box))
    if not figures:
        return box._repr_mimebundle_(**kwargs), {}
    inside = _laid_out(box)
    if is_seen():
        mark = hashlib.sha256(inside.encode()).hexdigest()[:12]
        parts = {"MARK": mark, "BOX": box.model_id, "LINK": figures[0].model_id, "FIGURES": inside}
        inside = re.sub("|".join(parts), lambda found: parts[found[0]], _PAGE)
    return {"text/html": inside, "text/plain": "\n".join(figure.alt for figure in figures)}, {}


def _laid_out(widget: Widget) -> str:
    """The figures of a widget as HTML, one beside the other or one below the other as they stand in it."""
    if isinstance(widget, Explorer):
        return widget.html()
    titles = getattr(widget, "titles", ()) if isinstance(widget, Tab | Accordion) else ()
    parts = []
    for i, child in enumerate(_inside(widget)):
        if any(figures_in(child)):
            title = f"<p><b>{html.escape(titles[i])}</b></p>" if i < len(titles) and titles[i] else ""
            parts.append(f'<div style="flex:1 1 360px;min-width:0">{title}{_laid_out(child)}</div>')
    return f'<div style="{_ROW if isinstance(widget, HBox) else _COLUMN}">{"".join(parts)}</div>'
