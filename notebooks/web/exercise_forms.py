"""An exercise's words for a page, where nothing is run: a form where the page can judge an answer, else where to go."""

import base64
import json
import re
from html import escape

from answers import asked
from stills import png_size

from lessons_lib.exercises import EXERCISES

VERDICT = re.compile(r'<p role="status">.*?Exercise ([\d.]+): not attempted\.</b>[^<]*</p>', flags=re.DOTALL)
IMAGE = re.compile(r'(<img [^>]*?src="data:image/png;base64,([^"]*)"[^>]*?)\s*/?>')
NEEDS_PYTHON = "This one is answered in Python: the lesson in JupyterLab checks it. Hints and a solution unfold here."


def _sized(found: re.Match[str]) -> str:
    """A picture with its height, so that nothing moves when it is there, in a place that it can be scrolled in."""
    width, height = png_size(base64.b64decode(found[2]))
    shown = re.search(r'width="?(\d+)', found[0])
    high = f' height="{round(height * int(shown[1]) / width)}"' if shown else f' width="{width}" height="{height}"'
    return f'<div class="plot">{found[1]}{high}></div>'


class Answers:
    """An exercise's words for a page, where nothing is run: a form where the page can judge, else where Python does."""

    def __init__(self) -> None:
        self.said = False

    def __call__(self, html: str) -> str:
        return IMAGE.sub(_sized, VERDICT.sub(self._form, html)) if VERDICT.search(html) else html

    def _form(self, found: re.Match[str]) -> str:
        number = found[1]
        given = asked(EXERCISES[number]) if number in EXERCISES else None
        if given is None:
            words = "Answered in Python, in JupyterLab." if self.said else NEEDS_PYTHON
            self.said = True
            return f'<p role="status"><b>Exercise {number}.</b> {words}</p>'
        call = f"{given.name}({', '.join(given.arguments)})" if given.arguments else given.name or "your number"
        names = "these names, " if given.arguments else ""
        content = json.dumps(given.for_page(), ensure_ascii=False).replace("</", "<\\/")
        return (
            f'<form class="answer" hidden><label><code>{escape(call)} =</code> '
            f'<input name="formula" autocomplete="off" autocapitalize="off" spellcheck="false" '
            f'aria-describedby="how-{number}"></label><button>Check</button>'
            f'<small id="how-{number}">Numbers, {names}pi, + − * / **, brackets, sin, acos, log, exp, sqrt.</small>'
            f'<script type="application/json">{content}</script></form>'
            f'<p role="status"><b>○ Exercise {number}.</b> Type your answer, or open a hint.</p>'
        )
