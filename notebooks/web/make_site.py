"""Make the course as a web site that needs no kernel and no network: `make site` writes it to site/.

Each lesson's notebook becomes a page as it stands, outputs and moving figures included; nothing is run. The pages of a
site are checked before the old site goes: a link that leads nowhere stops the build.
"""

import re
import shutil
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import api
import build
import library
import links
import llms
import plotly
import search
from family import family
from fontTools import subset
from jinja2 import Environment, FileSystemLoader
from lesson import Lesson, links_of, refuse_if_unfit, render, said_of_library, times
from markupsafe import Markup
from pages import LISTING, check
from plates import dark
from prose import SiteError
from shelf import Shelf
from stills import opening, social
from terms import Links

from lessons_lib.explorers.kit.link import compact

HERE = Path(__file__).parent
SITE = build.ROOT / "site"
COURSE = "Angles"
ABOUT = (
    "A course on angular losses, from plain softmax to ArcFace, AdaCos and P2SGrad: most are one curve, trained on "
    "real data and drawn as a figure that you can drag. Free, and it runs on a laptop."
)
# The style sheets, in this order: a later one has the last word.
LOOKS = ("page", "bar", "text", "code", "exercises", "around", "start", "narrow", "print")
IN_EVERY_PAGE = ("site.js", "steady.js", "scrolled.js")
FORMS = {"answers.js": "answer", "sketches.js": "sketch"}  # what exercises need, and the class of their forms
HERO = "MarginBand("  # the figure that the start page begins with: the cell that shows it
# What formulas may need of the font: letters, Greek, accents, arrows, operators, italics. All of it would be 1.5 MB.
AS_IT_IS = re.compile(r"<(?:code|kbd|pre(?! class=\"said words\"))\b")  # what a cell tells in sentences is prose
SCRIPTS = re.compile(r"(<(?:script|style)\b.*?</(?:script|style)>)", flags=re.DOTALL)
GLYPHS = "20-7e a0-ff 2c6-2dc 302-304 391-3f5 2010-2063 210e-210e 2190-21d4 2200-22ff 2308-230b 1d434-1d467 1d6fc-1d71b"


def read(names: list[str]) -> list[Lesson]:
    """The lessons with these names, each fit to be shown; SiteError or LessonError otherwise."""
    found = []
    for name in names:
        path = build.NOTEBOOKS / f"{name}.ipynb"
        if not path.exists():
            raise SiteError(f"{name}: it has no notebook yet; make notebooks ARGS={name[:2]}, then make site again.")
        notebook = build.notebook_of(name)
        refuse_if_unfit(name, notebook, build.text_of(name))
        found.append(Lesson(name, notebook))
    return found


def write(lessons: list[Lesson], site: Path) -> dict[str, int]:
    """Write the site into an empty folder and check it; returns the size of each page."""
    given = links_of(lessons)
    shown, shelf = set[str](), Shelf()
    for lesson in lessons:
        lesson.still = opening(lesson.notebook, shown)
        render(lesson, Links(**given), shelf)
    modules = listed()
    pages = _Pages(site, lessons, f"{given['glossary']}#glossary" if given["words"] else "")
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None], strict=False):
        pages.write(
            lesson.page, "lesson", title=f"{lesson.title} · {COURSE}", about=lesson.about, lesson=lesson, before=before,
            after=after, plotly=lesson.uses_plotly,
            scripts=[name for name, kind in FORMS.items() if f'class="{kind}"' in lesson.body],
        )  # fmt: skip
    pages.write("index.html", "start", about=ABOUT, **start_page(lessons, shelf))
    pages.write(
        library.PAGE, "library", title=f"The library · {COURSE}", headings=library.headings(modules),
        about="Every public name of lessons_lib, with its signature, what it does, its formula and its paper.",
        modules=library.shown(modules, Links(**given)),
    )  # fmt: skip
    pages.write("404.html", "lost", title=f"No such page · {COURSE}", about="This page is not there.")
    write_assets(site / "assets", plotly_too=any(lesson.uses_plotly for lesson in lessons))
    for lesson in lessons:
        if lesson.still:
            (site / "assets" / f"{lesson.number}.png").write_bytes(lesson.still.png)
            (site / "assets" / f"{lesson.number}.dark.png").write_bytes(dark(lesson.still.png))
    shelf.write(site / "assets")
    found = [section for lesson in lessons for section in search.sections(lesson)]
    search.write(site / "assets" / "sections.js", found + search.names(modules))
    texts = {lesson.name: build.text_of(lesson.name) for lesson in lessons}
    (site / LISTING).write_text(llms.written(texts, modules), encoding="utf-8")
    (site / "robots.txt").write_text("User-agent: *\nAllow: /\n", encoding="utf-8")
    return check(site)


class _Pages:
    """Writes pages of one site: what all of them have in common is given once."""

    def __init__(self, site: Path, lessons: list[Lesson], glossary: str) -> None:
        self.site = site
        self.templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
        repository = links.address()
        address = "" if repository == links.NOT_GIVEN else f"{links.site(repository)}/"
        # In the page itself: a browser shows nothing before it has these.
        script = "".join((HERE / name).read_text(encoding="utf-8") for name in IN_EVERY_PAGE)
        own = {"look": Markup(look(*LOOKS)), "look_in_the_dark": Markup(look("dark")), "script": Markup(script)}
        self.common = {"course": COURSE, "lessons": lessons, "glossary": glossary, "address": address, **own}

    def write(self, name: str, template: str, **content: Any) -> None:
        page = self.templates.get_template(f"{template}.html.j2").render(self.common, here=name, **content)
        (self.site / name).write_text(untranslated(page), encoding="utf-8")


def look(*names: str) -> str:
    """These style sheets as one, without what only people read."""
    return "".join(compact((HERE / "looks" / f"{name}.css").read_text(encoding="utf-8")) for name in names)


def untranslated(page: str) -> str:
    """The page with its code marked as nothing that a browser may translate."""
    pieces = SCRIPTS.split(page)
    pieces[::2] = [AS_IT_IS.sub(r'\g<0> translate="no"', piece) for piece in pieces[::2]]
    return "".join(pieces)


@cache
def listed() -> list[api.Module]:
    """The library's names; gathering them imports the library."""
    return api.listed()


def start_page(lessons: list[Lesson], shelf: Shelf) -> dict[str, Any]:
    """What the start page shows: a figure to take hold of, the family of losses, the lessons with their times."""
    readme = (build.ROOT / "README.md").read_text(encoding="utf-8") if (build.ROOT / "README.md").exists() else ""
    seconds, taken_on = times(readme)
    return {
        "title": f"{COURSE}: deep metric learning you can drag",
        "explorer": hero(lessons, shelf),
        "family": family({lesson.number: lesson.page for lesson in lessons}),
        "seconds": seconds,
        "taken_on": taken_on,
    }


def hero(lessons: list[Lesson], shelf: Shelf) -> dict[str, Any] | None:
    """The figure for the start page and the lesson it stands in; None where no lesson shows it."""
    for lesson in lessons:
        for cell in lesson.notebook.cells:
            if HERO in cell.source and cell.get("outputs"):
                return {"lesson": lesson, "html": shelf.figures(cell.outputs[0].data["text/html"])}
    return None


def write_assets(folder: Path, plotly_too: bool) -> None:
    """Scripts, licence and the font of the formulas; plotly.js once, where a lesson has a sphere to turn."""
    folder.mkdir()
    for name in ("search.js", *FORMS, "icon.svg"):
        shutil.copy(HERE / name, folder / name)
    shutil.copy(build.ROOT / "LICENSE", folder / "LICENSE.txt")
    social(
        folder / "social.png", "Deep metric\nlearning you\ncan drag", "A course: softmax to ArcFace, AdaCos, P2SGrad"
    )
    if plotly_too:
        shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", folder / "plotly.min.js")
    write_font(folder / "math.woff")


def write_font(path: Path) -> None:
    """STIX Two Math cut down to the glyphs that formulas need; its licence stays in its name table."""
    options = subset.Options(flavor="woff", layout_features=["ssty", "dtls", "kern"], name_IDs=[0, 1, 2, 13, 14])
    carrier = Path(find_spec("ziamath").origin).parent  # a package that sets formulas itself; we need its font alone
    font = subset.load_font(carrier / "fonts" / "STIXTwoMath-Regular.ttf", options)
    chosen = subset.Subsetter(options)
    spans = [[int(end, 16) for end in span.split("-")] for span in GLYPHS.split()]
    chosen.populate(unicodes=[code for first, last in spans for code in range(first, last + 1)])
    chosen.subset(font)
    subset.save_font(font, str(path), options)


def refuse_what_is_no_site() -> None:
    """SiteError where something else than a site made here stands in its place: it would be removed."""
    if SITE.is_symlink() or (SITE.exists() and not SITE.is_dir()):
        raise SiteError("site is a link or a file, and a folder is to be made: move it away, then make site again.")
    if SITE.exists() and any(SITE.iterdir()) and not (SITE / LISTING).exists():
        raise SiteError("The folder site holds something else than a site made here: move it, then make site again.")


def main() -> int:
    """Build the site anew; the old one stays until the new one is whole."""
    try:
        refuse_what_is_no_site()
        with tempfile.TemporaryDirectory(dir=build.ROOT, prefix=".site-") as folder:
            unfinished = Path(folder) / "site"
            unfinished.mkdir()
            lessons = read(build.lessons())
            sizes = write(lessons, unfinished)
            shutil.rmtree(SITE, ignore_errors=True)
            unfinished.replace(SITE)
    except (SiteError, build.LessonError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(build.said_of(error), file=sys.stderr)
        return 1
    print("\n".join(f"{name:32} {size / 1000:6,.0f} kB" for name, size in sizes.items()))
    if older := said_of_library(lessons):
        print(older, file=sys.stderr)
    print("Open site/index.html in a browser, or put the folder site on any web server.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
