"""Quotes that open and close, and spaces that do not break: between a number and its unit, around = in "m = 0.2"."""

import re

from bs4 import BeautifulSoup, NavigableString

AS_TYPED = ("code", "pre", "math", "script", "style")
BLOCKS = ("p", "li", "td", "th", "blockquote", "div", "h1", "h2", "h3", "h4", "summary")
FIXED = "\N{NO-BREAK SPACE}"
UNITS = (
    r"%|°|s|ms|µs|min|minutes?|seconds?|hours?|kB|MB|GB|GiB|px|points?|degrees|rad|epochs?|steps?|classes|dimensions"
)
NUMBER_AND_UNIT = re.compile(rf"(?<=\d) (?=(?:{UNITS})(?![\w-]))")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NAME_AND_NUMBER = re.compile(
    r"(?<=[Ll]esson) (?=\d)|(?<=[Ee]xercise) (?=\d)|(?<=[Ss]ection) (?=\d)|(?<=equation) (?=\d)|(?<=Eq\.) (?=[\d(])"
    rf"|(?<=\d) (?=(?:{MONTHS})\b)|(?<=\d) (?=×)|(?<=×) (?=\d)"
)
EQUALS = re.compile(r"(?:(?<=[\wλθρα‖)])|^) ([=<>≥≤≈]) (?=[-−\w(]|$)")  # also to and from code: a = `b`
SUM = re.compile(r"[-\d.+*/() ]{1,14}")  # in code: short enough for every line
OPENS = re.compile(r"[\s(\[{“‘/–—]?$")  # what stands before a quote that opens: nothing, a space, a bracket


def typeset(words: str, before: str = "") -> str:
    """Plain words with curly quotes and spaces that hold; `before` is what stands in front of them."""
    made = []
    for place, sign in enumerate(words):
        last = words[place - 1] if place else before[-1:]
        opening = last == "" or bool(OPENS.match(last))
        made.append({'"': "“" if opening else "”", "'": "‘" if opening else "’"}.get(sign, sign))
    words = NAME_AND_NUMBER.sub(FIXED, NUMBER_AND_UNIT.sub(FIXED, "".join(made)))
    return EQUALS.sub(rf"{FIXED}\1{FIXED}", words)


def keep_sums(tree: BeautifulSoup) -> None:
    """Short sums in code, as 8 - 6 + 5, on one line: by a class, for code is copied as it is typed."""
    for code in tree.find_all("code"):
        if not code.find_parent("pre") and " " in code.get_text() and SUM.fullmatch(code.get_text()):
            code["class"] = "sum"


def typeset_html(tree: BeautifulSoup) -> None:
    """All words of a piece of HTML, in place; code and formulas stay as they are typed."""
    block, before = None, ""
    for node in [*tree.find_all(string=True)]:
        home = node.find_parent(BLOCKS)
        if home is not block:
            block, before = home, ""
        if type(node) is NavigableString and not node.find_parent(AS_TYPED):
            made = typeset(str(node), before)
            if made != node:
                node.replace_with(made)
        before = str(node) or before
