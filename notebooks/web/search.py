"""What the search of the site finds: every section of every lesson and every public name, as one file of words."""

import json
from pathlib import Path

from api import Module
from bs4 import BeautifulSoup, Tag
from lesson import Lesson
from library import PAGE, place

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def sections(lesson: Lesson) -> list[list[str]]:
    """Each section of a lesson's prose: its address, its page, its heading, its words."""
    found: list[list[str]] = []
    page = BeautifulSoup(lesson.body, "html.parser")
    for again in page.select(".below"):  # words that stand in the cell beside it too
        again.decompose()
    for prose in page.select(".prose"):
        for part in prose.children:
            if isinstance(part, Tag) and part.name in HEADINGS:
                found.append([f"{lesson.page}#{part['id']}", lesson.title, part.get_text(), ""])
            elif isinstance(part, Tag) and part.name != "figure" and found:
                words = part.get_text(" " if part.name in ("ul", "ol", "div") else "")
                found[-1][3] = f"{found[-1][3]} {' '.join(words.split())}".strip()
    return found


def names(modules: list[Module]) -> list[list[str]]:
    """Each public name of the library, as a section."""
    return [
        [f"{PAGE}#{place(module, entry)}", module.name, entry.name, " ".join(entry.about.split())]
        for module in modules
        for entry in module.entries
    ]


def write(path: Path, found: list[list[str]]) -> None:
    """The file as a script, since a page on a disk may not read another file in any other way."""
    path.write_text(f"var SECTIONS = {json.dumps(found, ensure_ascii=False)};\n", encoding="utf-8")
