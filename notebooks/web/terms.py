"""Links from the prose to glossary and notation, other lessons and papers: a term where a page first uses it."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from html import escape

from bs4 import BeautifulSoup, NavigableString, Tag
from typography import keep_sums, typeset_html

LESSON = r"\b[Ll]esson (?P<one>\d+)\b|\b[Ll]essons (?P<several>\d+(?:(?:, and |, | and | to )\d+)+)"
PAPER = r"arXiv:(?P<paper>\d{4}\.\d{4,5})"
# Words that English uses as verbs too are terms only in a noun phrase: after one of these, or where words begin.
ALSO_VERBS = {"charge", "collapse", "feature", "head", "jitter", "margin", "query", "scale", "seed", "support"}
BEFORE_A_NOUN = re.compile(
    r"""(?:^|[\s("“])(?:an?|the|its|their|his|her|our|your|my|this|these|whose|which|what|each|every|any|no|some|another
    |other|all|both|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|own|same|right|true|single|perfect
    |free|next|last|nearest|(?:best-)?known|angular|additive|electric|equal|larger?|small(?:er)?|high(?:er)?|low(?:er)?
    |fixed|learnt|trained|of|with|without|by|as|from|for|in|into|on|at|per|between|over|under|about|than)\s$""",
    flags=re.IGNORECASE | re.VERBOSE,
)
# Words with another common meaning are terms only where the paragraph speaks of the matter.
IN_COMPANY = {
    "charge": r"centre|sphere|energy|physics",
    "energy": r"charge|sphere|centre|force",
    "genuine": r"\bpairs?\b|impostor",
    "let go": r"\bpull|hundredth",
    "query": r"\bshots?\b|support",
    "support": r"\bshots?\b|quer(?:y|ies)",
}
BLOCKS = ("p", "li", "td", "blockquote", "div")
NO_LINK_IN = ("a", "code", "pre", "math", "h1", "h2", "h3", "h4", "h5", "h6", "th")


@dataclass
class Links:
    """What the prose of one page may link to, and what it has linked already.

    `pages` are the lessons that the site has, by number ("05"). `words` and `symbols` (LaTeX) are those of the tables
    on the page `glossary`, each with the id of its row there.
    """

    pages: dict[str, str] = field(default_factory=dict)
    glossary: str = ""
    words: dict[str, str] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.forms = {form: (row, word) for word, row in self.words.items() for form in _forms(word)}
        longest = sorted(self.forms, key=len, reverse=True)  # so that "target logit" is not taken for "logit"
        words = "|".join(map(re.escape, longest)) or "(?!)"
        self.wanted = re.compile(rf"{LESSON}|{PAPER}|(?<![\w-])(?:{words})(?![\w-])")

    def put(self, html: str, here: str) -> str:
        """Some prose with its links; `here` is the page it stands on, which lessons do not link to."""
        tree = BeautifulSoup(html, "html.parser")
        if here == self.glossary:
            for row, name, _ in _rows(tree):
                row["id"] = name
                _repeat_below(row)
        for node in [*tree.descendants]:
            if isinstance(node, Tag) and node.name == "math":
                self._link_symbol(node)
            elif isinstance(node, NavigableString) and _may_link(node):
                text = escape(node, quote=False)
                linked = self.wanted.sub(partial(self._link, here=here, around=_around(node)), text)
                if linked != text:
                    node.replace_with(BeautifulSoup(linked, "html.parser"))
        typeset_html(tree)
        keep_sums(tree)
        return str(tree)

    def _link_symbol(self, formula: Tag) -> None:
        row = formula.attrs.pop("data-row", None)
        if row and row not in self.linked and _may_link(formula):
            self.linked.add(row)
            said = escape(f"{formula.get_text(' ', strip=True)}: what it stands for")  # a formula alone is no name
            start = f'<a class="term" aria-label="{said}" href="{self.glossary}#{row}"></a>'
            formula.wrap(BeautifulSoup(start, "html.parser").a)

    def _link(self, found: re.Match[str], here: str, around: tuple[str, str]) -> str:
        if found["one"]:
            return self._to_lesson(found[0], found["one"], here)
        if found["several"]:
            return re.sub(r"\d+", lambda number: self._to_lesson(number[0], number[0], here), found[0])
        if found["paper"]:
            return f'<a href="https://arxiv.org/abs/{found["paper"]}">{found[0]}</a>'
        row, word = self.forms[found[0]]
        if row in self.linked or not _is_meant(word, found, *around):
            return found[0]
        self.linked.add(row)
        return f'<a class="term" href="{self.glossary}#{row}">{found[0]}</a>'

    def _to_lesson(self, words: str, number: str, here: str) -> str:
        page = self.pages.get(number.zfill(2))
        return words if page in (None, here) else f'<a href="{page}">{words}</a>'


def read_tables(html: str) -> tuple[dict[str, str], dict[str, str]]:
    """Words of the glossary and symbols of the notation, each with the id of its row; formulas stand as $LaTeX$."""
    words: dict[str, str] = {}
    symbols: dict[str, str] = {}
    for _, name, first in _rows(BeautifulSoup(html, "html.parser")):
        for symbol in re.findall(r"\$(.+?)\$", first):
            symbols |= dict.fromkeys([symbol, *symbol.split(" = ")], name)
        if "$" not in first:
            words |= dict.fromkeys(first.split(", "), name)
    return words, symbols


def _rows(tree: BeautifulSoup) -> Iterator[tuple[Tag, str, str]]:
    """Each row of the notation (its table begins with "symbol") and the glossary ("term"): itself, an id, its words."""
    for table in tree.find_all("table"):
        kind = table.th.get_text() if table.th else ""
        if kind not in ("symbol", "term"):
            continue
        for place, row in enumerate(table.select("tbody tr"), start=1):
            first = row.td.get_text()
            words = str(place) if kind == "symbol" else re.sub(r"\W+", "-", first.lower()).strip("-")
            yield row, f"{kind}-{words}", first


def _repeat_below(row: Tag) -> None:
    """The second cell's words below the first one's: a phone has no room for three columns (looks/narrow.css)."""
    table, cells = row.find_parent("table"), row.find_all("td")
    if len(cells) != 3:
        return
    table["class"] = "named"
    below = BeautifulSoup('<span class="below"></span>', "html.parser").span
    below.extend(copy(one) for one in cells[1].contents)
    if table.find_all("th")[1].get_text() == "日本語":
        cells[1]["lang"] = below["lang"] = "ja"
    cells[0].extend([" ", below])


def _forms(word: str) -> set[str]:
    """A word as prose has it: in the plural, and with a capital at the beginning of a sentence."""
    return {start + word[1:] + end for start in (word[0], word[0].upper()) for end in ("", "s", "es")}


def _around(node: NavigableString) -> tuple[str, str]:
    """The paragraph that some text stands in: what of it comes before that text, and all of it."""
    block = node.find_parent(BLOCKS)
    strings = [*block.strings] if block else [node]
    here = next(place for place, string in enumerate(strings) if string is node)
    return "".join(strings[:here]), "".join(strings)


def _is_meant(word: str, found: re.Match[str], before: str, paragraph: str) -> bool:
    """Whether a word that looks like a term is one here: a noun, in the glossary's sense, and no part of a title."""
    before += found.string[: found.start()]
    if found[0][0] != word[0] and re.search(r"[^\s.?!:·\"“(]\s*$", before):  # a capital within a sentence: a name
        return False
    if word in IN_COMPANY and not re.search(IN_COMPANY[word], paragraph, flags=re.IGNORECASE):
        return False
    if word not in ALSO_VERBS:
        return True
    if re.search(r"(?:^|[.?!:(])\s*$", before):  # where a sentence begins, "Scale the logits" may be an order
        return found[0][0] == word[0] or found[0].lower() != word
    return bool(BEFORE_A_NOUN.search(before))


def _may_link(node: Tag | NavigableString) -> bool:
    """Not in what is a link, code or a heading already, and not in the rows that links lead to."""
    return not node.find_parent(NO_LINK_IN) and not node.find_parent("tr", id=True)
