"""The picture that stands for a lesson: under its title, in the list of lessons and where others link to it."""

import base64
import re
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import build
import matplotlib
from family import arcface
from matplotlib.figure import Figure
from nbformat import NotebookNode

EXPLORERS = {folder.name.replace("_", "") for folder in (build.ROOT / "lessons_lib" / "explorers").glob("[a-z]*")}
IMAGE = re.compile(r'<img alt="([^"]*)"[^>]*? src="data:image/png;base64,([^"]*)"')
PLACE = "the-figure"  # the id of the cell that the picture is from
SIZE = (1200, 630)  # of the picture for links, in pixels


@dataclass(frozen=True)
class Still:
    """A PNG with its words; `moves` where it stands for a figure that can be dragged; `cell`, where it is from."""

    png: bytes
    alt: str
    cell: int
    moves: bool

    @property
    def size(self) -> tuple[int, int]:
        return png_size(self.png)


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in its own pixels."""
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def opening(notebook: NotebookNode, shown: set[str]) -> Still | None:
    """The lesson's first explorer that no lesson before has `shown`, else its first picture, else its first explorer.

    Adds the explorers of this lesson to `shown`.
    """
    moving, still = [], []
    for place, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            found = IMAGE.search(data.get("text/html", "")) if "data-explorer" in data.get("text/html", "") else None
            if found:
                png = base64.b64decode(found[2])
                moving.append((_explorers(cell.source), Still(png, unescape(found[1]), place, moves=True)))
            elif "image/png" in data:
                about = output.metadata.get("image/png", {})
                still.append(Still(base64.b64decode(data["image/png"]), about.get("alt", ""), place, moves=False))
    new = [picture for names, picture in moving if not names & shown]
    shown |= {name for names, _ in moving for name in names}
    return next(iter([*new, *still, *(picture for _, picture in moving)]), None)


def _explorers(source: str) -> set[str]:
    return {word for word in re.findall(r"\b[A-Z]\w+(?=\()", source) if word.lower() in EXPLORERS}


def social(path: Path, title: str, below: str) -> None:
    """The picture for links to the site: its name, and the curve that every loss of the course is."""
    with matplotlib.rc_context({"font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100, facecolor="#14171c")
        figure.text(0.06, 0.62, title, color="#e8eaed", fontsize=47, fontweight="bold", va="top", linespacing=1.15)
        figure.text(0.06, 0.13, below, color="#a9b0ba", fontsize=19)
        axes = figure.add_axes((0.52, 0.14, 0.44, 0.76))
        _curves(axes)
        content = BytesIO()
        figure.savefig(content, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None})
    path.write_bytes(content.getvalue())


def _curves(axes: matplotlib.axes.Axes) -> None:
    """The plain cosine and ArcFace's curve at four margins."""

    theta = [3.1416 * i / 120 for i in range(121)]
    for margin, colour in zip(
        (0, 0.2, 0.4, 0.6, 0.8), ("#7f8894", "#8f5d84", "#b5669f", "#dc70b4", "#ff7cc0"), strict=True
    ):
        axes.plot(theta, [arcface(angle, margin) for angle in theta], color=colour, linewidth=4, solid_capstyle="round")
    axes.set_axis_off()
