"""An exercise's words for a page, where nothing is run: a form where the page can judge an answer, else where to go."""

import base64
import json
import re
from html import escape
from typing import Any

from answers import Asked, asked
from sketches import Sketch, sketch
from stills import png_size

from lessons_lib.exercises import EXERCISES

VERDICT = re.compile(r'<p role="status">.*?Exercise ([\d.]+): not attempted\.</b>[^<]*</p>', flags=re.DOTALL)
IMAGE = re.compile(r'(<img [^>]*?src="data:image/png;base64,([^"]*)"[^>]*?)\s*/?>')
NEEDS_PYTHON = "This one is answered in Python: the lesson in JupyterLab checks it. Hints and a solution unfold here."
CODE_NEEDS_PYTHON = (
    "Its code is answered in Python: the lesson in JupyterLab checks it. Hints and a solution unfold here."
)


def _sized(found: re.Match[str], kind: str = "plot") -> str:
    """A picture with its height, so that nothing moves when it is there, in a place that it can be scrolled in."""
    width, height = png_size(base64.b64decode(found[2]))
    shown = re.search(r'width="?(\d+)', found[0])
    high = f' height="{round(height * int(shown[1]) / width)}"' if shown else f' width="{width}" height="{height}"'
    return f'<div class="{kind}">{found[1]}{high}></div>'


class Answers:
    """An exercise's words for a page, where nothing is run: a form where the page can judge, else where Python does."""

    def __init__(self) -> None:
        self.said = False

    def __call__(self, html: str) -> str:
        found = VERDICT.search(html)
        if not found:
            return html
        drawn = sketch(found[1])
        words = (_paper(drawn) if drawn else "") + self._form(found[1], CODE_NEEDS_PYTHON if drawn else NEEDS_PYTHON)
        kind = "plot target" if drawn else "plot"  # who draws the curve sees it afterwards
        return IMAGE.sub(lambda image: _sized(image, kind), VERDICT.sub(lambda _: words, html))

    def _form(self, number: str, otherwise: str) -> str:
        given = asked(EXERCISES[number]) if number in EXERCISES else None
        if given:
            return _line(given)
        words = "Answered in Python, in JupyterLab." if self.said and otherwise == NEEDS_PYTHON else otherwise
        self.said = True
        return f'<p role="status"><b>Exercise {number}.</b> {words}</p>'


def _line(given: Asked) -> str:
    """A line to type a number or a formula in."""
    number = given.number
    call = f"{given.name}({', '.join(given.arguments)})" if given.arguments else given.name or "your number"
    names = "these names, " if given.arguments else ""
    return (
        f'<form class="answer" hidden><label><code>{escape(call)} =</code> '
        f'<input name="formula" autocomplete="off" autocapitalize="off" spellcheck="false" '
        f'aria-describedby="how-{number}"></label><button>Check</button>'
        f'<small id="how-{number}">Numbers, {names}pi, + − * / **, brackets, sin, acos, log, exp, sqrt.</small>'
        f"{_for_script(given.for_page())}</form>"
        f'<p role="status"><b>○ Exercise {number}.</b> <span class="ask">Type your answer, or open a hint.</span></p>'
    )


def _paper(drawn: Sketch) -> str:
    """Paper with dots to drag."""
    return (
        f'<form class="sketch" hidden><p><b>Draw it first:</b> {escape(drawn.what)}. Drag the dots, or move them with '
        f'the arrow keys.</p><div class="paper" role="group" aria-label="{escape(" over ".join(drawn.names[::-1]))}">'
        '<svg aria-hidden="true"></svg></div><div class="buttons"><button>Check the curve</button>'
        '<button type="button" class="reveal" aria-pressed="false">Show the target</button></div>'
        '<p aria-live="polite"></p>'
        f"{_for_script(drawn.for_page())}</form>"
    )


def _for_script(content: dict[str, Any]) -> str:
    """What a page's script reads."""
    words = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/json">{words}</script>'
