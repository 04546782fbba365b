"""What of JavaScript is code, and what stands in quotes: remarks, strings, templates, regular expressions."""

import re
from functools import cache

_QUOTED = re.compile(
    r"(?=[/'\"`{}])(?://[^\n]*|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
    r"|(?:(?<=[(\[{,;:=>?!&|])|(?<=[(\[{,;:=>?!&|]\s))/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+/|[`{}])"
)
_IN_TEMPLATE = re.compile(r"(?:\\.|(?!\$\{)[^`\\])*(`|\$\{|\Z)", re.DOTALL)
_SPARE = re.compile(
    r" (?=[=>{}()\[\],;:?]|&&|\|\|)|(?<=[=>{}()\[\],;:?&|]) "
    r"| (?=(?:[+*<-]|[!<>]==?) )|(?<= [+*<-]) (?![+-])|(?<=[,{([])\n"  # a + b, but not a + +b
)


def unquoted(text: str, template: str = "§") -> str:
    """The text, as long as it is, with § for each character in quotes, and a mark of its own for those of templates."""
    plain, at = "", 0
    while found := _QUOTED.search(text, at):
        plain += text[at : found.start()]
        mark, at = "§", found.end()
        if found[0] == "`":
            mark, at = template, _end_of_template(text, at)
        plain += found[0] if found[0] in "{}" else mark * (at - found.start())
    return plain + text[at:]


def _end_of_template(text: str, at: int) -> int:
    """Behind the ` that closes the template whose text begins here."""
    while (found := _IN_TEMPLATE.match(text, at)) and found[1] == "${":
        at, depth = found.end(), 1  # braces that are open
        while depth and (inner := _QUOTED.search(text, at)):
            at = _end_of_template(text, inner.end()) if inner[0] == "`" else inner.end()
            depth += {"{": 1, "}": -1}.get(inner[0], 0)
        if depth:
            return len(text)
    return found.end() if found else len(text)


@cache
def closed_up(code: str) -> str:
    """The code without spaces and line ends that mean nothing, as beside a bracket; a line with a / may hide quotes."""
    spare, at = set(), 0
    for line in unquoted(code).splitlines(keepends=True):
        spare |= set() if "/" in line else {at + found.start() for found in _SPARE.finditer(line)}
        at += len(line)
    return "".join(character for place, character in enumerate(code) if place not in spare)
