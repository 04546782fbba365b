"""One lesson as a page: its notebook checked, its cells as HTML, and what other pages say about it."""

import base64
import hashlib
import re
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

import build
from exercise_forms import Answers
from folding import folded
from listing import Listing
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from prose import Heading, Prose, SiteError, plain
from shelf import Shelf
from stills import PLACE, Still, png_size
from terms import Links, read_tables
from traitlets.config import Config
from typography import typeset

HERE = Path(__file__).parent
PLOTLY = "application/vnd.plotly.v1+json"
RAN_BEFORE = (
    '<p class="kernel">On these pages every cell was run before. Where this lesson speaks of running cells, it means '
    "the notebook, in JupyterLab.</p>"
)
HEADING = re.compile(r'(<div class="prose">\s*)?(<h[23]\b)')
MARKED = re.compile(r"`([^`]+)`")
PROSE = re.compile(r'(?=<div class="prose">\s*<h[23]\b)')
SENTENCE = 70  # letters after a line's last gap, at least: a row of a table has fewer
WITHOUT_GAP = 41  # letters of a line that has no gap at all, and so no columns
PART = 6_000  # letters of HTML, at least
OPENING = 330  # pixels that a lesson's first picture is high at most
FACES = [PLOTLY, "text/html", "image/png", "text/plain"]  # the first that an output has is shown


@dataclass
class Lesson:
    """A lesson's notebook and what stands in it about itself."""

    name: str
    notebook: NotebookNode
    still: Still | None = None
    body: str = ""
    headings: tuple[Heading, ...] = ()

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def page(self) -> str:
        return f"{self.name}.html"

    @property
    def prose(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "markdown"]

    @property
    def title(self) -> str:
        """The first heading, as "5 · CosFace and ArcFace"."""
        return typeset(self._first(r"^# (.+)$", self.name))

    @property
    def topic(self) -> str:
        return self.title.partition("·")[2].strip() or self.title

    @property
    def question(self) -> str:
        """What the lesson asks, as HTML."""
        return self._inline(self._first(r"^\*\*The question\.\*\* (.+)$", ""))

    @property
    def about(self) -> str:
        """What the lesson asks, as plain words: what a search engine shows below its title."""
        return plain(self.question) or self.topic

    @property
    def time(self) -> str:
        """How long a reader takes."""
        return self._first(r"\*(About \d+ minutes)[^*]*\*", "")

    @property
    def uses_plotly(self) -> bool:
        return any(PLOTLY in output.get("data", {}) for output in outputs(self.notebook))

    def _first(self, pattern: str, otherwise: str) -> str:
        found = re.search(pattern, "\n\n".join(self.prose), flags=re.MULTILINE)
        return found[1].strip() if found else otherwise

    def _inline(self, words: str) -> str:
        return Prose(Links(), self.page)(words).strip().removeprefix("<p>").removesuffix("</p>")


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    """All outputs of a notebook."""
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def refuse_if_unfit(name: str, notebook: NotebookNode, text: str) -> None:
    """SiteError where a notebook was not run, failed, was changed by hand or is older than its text."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = [output.ename for output in outputs(notebook) if output.output_type == "error"]
    mend = f"make notebooks ARGS={name[:2]}, then make site again."
    if failed:
        raise SiteError(f"{name}: a cell of its notebook ended with {failed[0]}; mend it, {mend}")
    if not all(cell.execution_count for cell in code):
        raise SiteError(f"{name}: a cell of its notebook was not run; {mend}")
    if build.edited_by_hand(notebook):
        raise SiteError(f"{name}: its notebook was edited by hand; move that to its text, {mend}")
    made_from = notebook.metadata.get("lessons_lib", {}).get("source", {}).get("text")
    if made_from != hashlib.sha256(text.encode()).hexdigest():
        raise SiteError(f"{name}: its notebook is older than its text; {mend}")


def said_of_library(lessons: list[Lesson]) -> str:
    """One sentence that names the lessons that were run with another library than this one; empty where none was.

    That is no reason to refuse them: every change of the library counts, and few change what a lesson shows.
    """
    library = build.library_digest()
    made = {lesson.name: lesson.notebook.metadata.get("lessons_lib", {}).get("source", {}) for lesson in lessons}
    older = ", ".join(name[:2] for name, source in made.items() if source.get("library") != library)
    seen = f"Lessons run with another library than this one, and shown as they are: {older}"
    return f"{seen}; make notebooks runs them again." if older else ""


def render(lesson: Lesson, links: Links, shelf: Shelf) -> None:
    """Fill in the lesson's body and headings; SiteError names the lesson where a formula cannot be set."""
    exporter = TemplateExporter(
        template_name="lesson",
        extra_template_basedirs=[str(HERE / "templates")],
        file_extension=".html",
        config=Config({"NbConvertBase": {"display_data_priority": FACES}}),
    )
    prose = Prose(links, lesson.page)
    exporter.register_filter("markdown2html", prose)
    exporter.register_filter("highlight_code", Listing())
    exporter.register_filter("folded", lambda cell: folded(cell.source, cell.metadata.get("tags", ())))
    exporter.register_filter("summed_up", summed_up)
    exporter.register_filter("wrapped", wrapped)
    exporter.register_filter("answered", Answers())
    exporter.register_filter("later", shelf.figures)
    exporter.register_filter("sphere", shelf.sphere)
    exporter.register_filter("pair", shelf.pair)
    exporter.register_filter("size", lambda picture: png_size(base64.b64decode(picture)))
    if lesson.still:
        lesson.notebook.cells[lesson.still.cell].metadata["place"] = PLACE
    try:
        lesson.body = exporter.from_notebook_node(lesson.notebook)[0]
    except SiteError as error:
        raise SiteError(f"{lesson.name}: {error}") from error
    lesson.headings = tuple(prose.headings)
    lesson.body = in_parts(with_opening(lesson))


def with_opening(lesson: Lesson) -> str:
    """The lesson's body with its picture under the question."""
    if lesson.still is None:
        return lesson.body
    width, height = lesson.still.size
    words = "Take hold of this figure" if lesson.still.moves else "From this lesson"
    alt, shown = escape(lesson.still.alt), round(min(0.76 * width, OPENING * width / height))  # sharp, and not too high
    size = f'width="{width}" height="{height}" style="width:min(100%,{shown}px)" alt="{alt}"'
    picture = (
        f'<figure class="opening"><a href="#{PLACE}"><img class="for-light" src="assets/{lesson.number}.png" {size}>'
        f'<img class="for-dark" src="assets/{lesson.number}.dark.png" {size} loading="lazy"></a>'
        f'<figcaption><a href="#{PLACE}">{words}</a></figcaption>'
        "</figure>"
    )
    if lesson.number == "00":
        picture += RAN_BEFORE
    head, end, rest = lesson.body.partition("</p>")
    return f"{head}{end}{picture}{rest}"


def summed_up(line: str) -> str:
    """The line that stands for a folded cell, as HTML: what is between `…` is code, the rest is words."""
    pieces = MARKED.split(line)
    pieces[::2] = [escape(typeset(words, "".join(pieces[: 2 * place]))) for place, words in enumerate(pieces[::2])]
    pieces[1::2] = [f"<code>{escape(code)}</code>" for code in pieces[1::2]]
    return "".join(pieces)


def wrapped(told: str) -> str:
    """What a cell printed, as HTML: a sentence among its lines may go on in the next one, a row of a table may not."""
    return "\n".join(f'<span class="words">{line}</span>' if _speaks(line) else line for line in told.split("\n"))


def _speaks(line: str) -> bool:
    _, gap, words = unescape(line).rpartition("  ")
    return "<" not in line and len(words) >= (SENTENCE if gap else WITHOUT_GAP)


def in_parts(body: str) -> str:
    """The body in parts that begin with a heading: a phone lays out one after another (site.js)."""
    parts: list[str] = []
    for piece in PROSE.split(HEADING.sub(_its_own, body)):
        if parts and len(parts[-1]) < PART:
            parts[-1] += piece
        else:
            parts.append(piece)
    return "".join(f'<section class="part">{part}</section>\n' for part in parts)


def _its_own(found: re.Match[str]) -> str:
    """A heading within prose as the beginning of prose."""
    return found[0] if found[1] else f'</div>\n<div class="prose">\n{found[2]}'


def links_of(lessons: list[Lesson]) -> dict[str, Any]:
    """What every page may link to: the lessons there are, and the rows of lesson 00's tables."""
    first = next((lesson for lesson in lessons if lesson.number == "00"), None)
    tables = markdown2html("\n\n".join(first.prose)) if first else ""
    words, symbols = read_tables(tables)
    pages = {lesson.number: lesson.page for lesson in lessons}
    return {"pages": pages, "glossary": first.page if first else "", "words": words, "symbols": symbols}


def times(readme: str) -> tuple[dict[str, int], str]:
    """Seconds that each lesson ran, by number, from README's table between its marks, and what it was taken on."""
    found = re.search(r"<!-- times -->(.*)<!-- /times -->", readme, flags=re.DOTALL)
    table = found[1] if found else ""
    seconds = {number: int(took) for number, took in re.findall(r"^\| (\d\d) \| (\d+) \|", table, flags=re.MULTILINE)}
    taken = re.search(r"^Taken on (.+?)\. ", table, flags=re.MULTILINE)
    return seconds, taken[1] if taken else ""
