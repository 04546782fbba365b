"""The family of losses as a tree: what each changes in the one before, and the curve it pays an angle by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from math import cos, floor, pi

WIDE, HIGH, LOWEST = 76, 46, -2.1  # of a small picture; the lowest logit it shows


@dataclass(frozen=True)
class Loss:
    """A loss, what it changes, the lesson that teaches it, and those that change it further."""

    name: str
    change: str
    lesson: str
    curve: Callable[[float], float] | None = None
    children: tuple["Loss", ...] = ()


def sphereface(theta: float, m: int = 2) -> float:
    """ψ(θ), the target logit of SphereFace without a scale; θ in radians."""
    k = min(floor(m * theta / pi), m - 1)
    return (-1) ** k * cos(m * theta) - 2 * k


def arcface(theta: float, m: float = 0.5) -> float:
    """cos(θ + m), mirrored past π − m; radians."""
    return cos(theta + m) if theta + m <= pi else -2 - cos(theta + m)


COSINE = Loss(
    "Cosine softmax", "features of length one too, and a scale", "05", cos, (
        Loss("CosFace", "takes a margin off the cosine", "05", lambda theta: cos(theta) - 0.35),
        Loss("ArcFace", "adds a margin to the angle", "05", arcface),
        Loss("AdaCos", "computes the scale", "06", cos),
        Loss("P2SGrad", "squares the error of the cosine: no scale, no margin", "08"),
        Loss("SoftTriple", "gives a class several centres", "09"),
    ),
)  # fmt: skip
SOFTMAX = Loss(
    "Softmax", "compares a feature with every class", "02", cos, (
        Loss("Center Loss", "also pulls features to their class’s centre", "03", None, (
            Loss("Uniform Loss", "also pushes the centres apart", "07"),
        )),
        Loss("Modified softmax", "class weights of length one, no bias", "02", cos, (
            Loss("SphereFace", "multiplies the angle", "04", sphereface),
            COSINE,
        )),
    ),
)  # fmt: skip
PAIRS = Loss(
    "Distance", "compares images with each other", "01", None, (
        Loss("Contrastive loss", "pairs: pull alike, push different", "01"),
        Loss("Triplet loss", "nearer to its own than to another", "01"),
    ),
)  # fmt: skip


def family(pages: Mapping[str, str]) -> str:
    """The tree as nested lists; a loss links to its lesson where `pages`, by number, has it."""
    return f'<ul class="tree">{_branch(SOFTMAX, pages)}{_branch(PAIRS, pages)}</ul>'


def _branch(loss: Loss, pages: Mapping[str, str]) -> str:
    page = pages.get(loss.lesson)
    name = f'<a href="{page}">{escape(loss.name)}</a>' if page else escape(loss.name)
    inner = "".join(_branch(child, pages) for child in loss.children)
    text = f"<span><b>{name}</b> <small>{escape(loss.change)}</small></span>"
    return f'<li><div class="loss">{_picture(loss)}{text}</div>{f"<ul>{inner}</ul>" if inner else ""}</li>'


def _picture(loss: Loss) -> str:
    """The loss's curve over that of the plain cosine; nothing where it has none."""
    if loss.curve is None:
        return ""
    lines = f'<path class="plain" d="{_path(cos)}"/><path class="own" d="{_path(loss.curve)}"/>'
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" aria-hidden="true">{lines}</svg>'


def _path(curve: Callable[[float], float]) -> str:
    places = [(pi * i / 48, curve(pi * i / 48)) for i in range(49)]
    shown = [(x / pi, (1 - y) / (1 - LOWEST)) for x, y in places if y >= LOWEST]
    return "M" + "L".join(f"{2 + x * (WIDE - 4):.1f} {2 + y * (HIGH - 4):.1f}" for x, y in shown)
