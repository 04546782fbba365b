"""The prose of a lesson as HTML: formulas set, headings nested and named, links that stay on the site."""

import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from math_core import LatexError, LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from terms import Links
from typography import typeset

SPACED_LINE = re.compile(r"\\\\\[[^\]]*\]")  # \\[2pt]: how far lines stand apart is the font's business here
PRIMED = re.compile(r"<msup>(<mi>\w</mi>)<mo>′</mo></msup>")  # a prime is raised as it is: as an index, twice
TOGETHER = re.compile(r"(\(?)(<math(?! display)[^>]*>.*?</math>)([,.;:!?)’]*)", flags=re.DOTALL)
TAGS = re.compile(r"<[^>]*>")
TO_RUN = re.compile(r"\b(?:Then r|R)un(?: the (?:next )?cell| it)?,? and (\w)")  # before what one looks at then
NAMELESS = "<thead>\n<tr>\n  <th></th>"
FIRST_CELL = re.compile(r"(<tr>\n  )<td(?!></td>)(.*?)</td>")
LAST_CELL = re.compile(r"<td(?:(?!<td).)*?</td>\s*</tr>", flags=re.DOTALL)
BRIEF = 16  # letters: a number, or a word or two
NOTEBOOK = re.compile(r"(?:\./)?(\d\d_\w+)\.ipynb(?:#(.*))?$")
_set = LatexToMathML(fancy_error=False)


class SiteError(Exception):
    """One sentence that names the page and what to mend."""


@dataclass
class Heading:
    """A heading of a page: its level there, its id and its words."""

    level: int
    id: str
    text: str


def formula(latex: str, display: bool = False) -> str:
    """A formula as MathML, which browsers set without a script; SiteError if it cannot be set.

    It keeps how it was typed, for who copies it (site.js), and no browser is to translate it.
    """
    try:
        mathml = _set.convert_with_local_state(SPACED_LINE.sub(r"\\\\", latex), displaystyle=display)
    except LatexError as error:
        raise SiteError(f"the formula ${latex}$ cannot be set: {error}") from error
    tag, end, inside = PRIMED.sub(r'<mrow>\1<mo lspace="0" rspace="0">′</mo></mrow>', mathml).partition(">")
    return f'{tag} class="notranslate" data-tex="{escape(latex.strip())}"{end}{inside}'


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(unescape(TAGS.sub("", html)).split())


def slug(words: str) -> str:
    """Words as an id: small letters, digits and hyphens, as code hosts make them."""
    return re.sub(r"[\s_-]+", "-", re.sub(r"[^\w\s-]", "", words.lower())).strip("-") or "section"


def nested_level(wanted: int, before: list[int]) -> int:
    """The level of a heading on its page: one of level 1, the first; none deeper than one below that before it."""
    return 1 if not before else max(2, min(wanted, before[-1] + 1))


def _keep_together(found: re.Match[str]) -> str:
    """A formula with the comma after it: browsers would begin a line with the comma."""
    return f'<span class="together">{found[0]}</span>' if found[1] or found[3] else found[0]


@dataclass
class Prose:
    """Turns the prose of one page, cell by cell, into HTML; remembers its headings and what it has linked already."""

    links: Links
    here: str
    headings: list[Heading] = field(default_factory=list)

    def __call__(self, source: str) -> str:
        source = TO_RUN.sub(lambda found: found[1].upper(), source)  # nothing runs on a page, all was run before
        html = MarkdownWithMath(renderer=_Renderer(self)).render(source)
        return self.links.put(TOGETHER.sub(_keep_together, html), self.here)

    def add_heading(self, text: str, level: int) -> Heading:
        """The heading as it stands on the page; words that come twice get a number."""
        level = nested_level(level, [heading.level for heading in self.headings])
        base = slug(plain(text))
        twins = sum(heading.id == base or heading.id.startswith(f"{base}-") for heading in self.headings)
        self.headings.append(Heading(level, f"{base}-{twins + 1}" if twins else base, typeset(plain(text))))
        return self.headings[-1]


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, with our formulas, headings, tables and links."""

    def __init__(self, prose: Prose):
        super().__init__(escape=False)
        self.prose = prose

    def inline_math(self, body: str) -> str:
        row = self.prose.links.symbols.get(body.strip())
        return formula(body).replace("<math", f'<math data-row="{row}"', 1) if row else formula(body)

    def block_math(self, body: str) -> str:
        return f'<span class="formula">{formula(body, display=True)}</span>'

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        made = self.prose.add_heading(text, level)
        return f'<h{made.level} id="{made.id}">{text}</h{made.level}>\n'

    def table(self, text: str) -> str:
        """Where the first column has no name, what it holds names the rows; a last column of numbers needs no width."""
        if text.startswith(NAMELESS):
            text = FIRST_CELL.sub(r'\1<th scope="row"\2</th>', text.replace("<th></th>", "<td></td>", 1))
        brief = all(len(plain(cell)) <= BRIEF for cell in LAST_CELL.findall(text))
        kind = ' class="short"' if brief else ""
        return f'<div class="scroll"><table{kind}>{text}</table></div>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        target = NOTEBOOK.match(url)
        if not target:
            return super().link(text, url, title)
        page = self.prose.links.pages.get(target[1][:2])
        if page is None:  # a lesson still to be written
            return text
        return super().link(text, page + (f"#{slug(target[2])}" if target[2] else ""), title)
