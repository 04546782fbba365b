"""llms.txt: what the course is and where everything stands, for programs that read a site; llmstxt.org has its form."""

import re
from collections.abc import Iterable, Mapping

import library
from api import Module

TITLE, QUESTION = r"^# (.+)$", r"^\*\*The question\.\*\* (.+)$"
ABOUT = """\
# Angles: deep metric learning you can drag

> A course in JupyterLab notebooks on angular deep metric learning, and its Python library lessons_lib. A \
cosine-softmax loss is one curve: how the target logit falls as the angle θ grows between a feature and the weight of \
its class. Each loss, from softmax to ArcFace, AdaCos, P2SGrad and later ones, is written out once and trained on real \
data; most are drawn as a figure that one can drag.

Angles are in radians in code and in degrees in figures. x is a feature, W_j the weight of class j, θ_j the angle \
between them, y the true class, s the scale, m the margin. What a lesson says of a training rests on at least \
twelve recorded starts (`benchmarks/records`); closed forms and gradients are asserted exactly. The library installs \
as one wheel, holds MNIST, and runs offline.
"""


def first(pattern: str, text: str) -> str:
    """What the first line of this kind says, or nothing."""
    found = re.search(pattern, text, flags=re.MULTILINE)
    return found[1] if found else ""


def written(texts: Mapping[str, str], modules: Iterable[Module]) -> str:
    """The file: every lesson, its text by its name, with its question, and every public name of the library."""
    lessons = [f"- [{first(TITLE, text)}]({name}.html): {first(QUESTION, text)}" for name, text in texts.items()]
    named = [
        f"- [{module.name}]({library.PAGE}#{library.section(module)}): "
        f"{', '.join(entry.name for entry in module.entries)}"
        for module in modules
    ]
    return "\n".join([ABOUT, "## Lessons", "", *lessons, "", "## Library", "", *named, ""])
