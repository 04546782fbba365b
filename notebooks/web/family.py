"""The family of losses as a tree: what each changes in the one before, and the curve it pays an angle by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from math import cos, floor, pi

WIDE, HIGH, LOWEST = 100, 58, -2.0  # of a small picture; the lowest logit it shows
Curve = Callable[[float], float]


@dataclass(frozen=True)
class Loss:
    """A loss, what it changes, the lesson that teaches it, its picture, and those that change it further.

    The picture is a curve over θ in radians, or points and lines as SVG paths.
    """

    name: str
    change: str
    lesson: str
    picture: Curve | tuple[str, str]
    children: tuple["Loss", ...] = ()


def sphereface(theta: float, m: int = 2) -> float:
    """ψ(θ), the target logit of SphereFace without a scale; θ in radians."""
    k = min(floor(m * theta / pi), m - 1)
    return (-1) ** k * cos(m * theta) - 2 * k


def arcface(theta: float, m: float = 0.5) -> float:
    """cos(θ + m), mirrored past π − m; radians."""
    return cos(theta + m) if theta + m <= pi else -2 - cos(theta + m)


def p2sgrad(theta: float) -> float:
    """1 less the squared error of the cosine, halved: P2SGrad pays no logit, but this much less loss."""
    return 1 - (1 - cos(theta)) ** 2 / 2


def _points(*places: tuple[int, int]) -> str:
    """A dot at each place: a line without length that has round ends."""
    return "".join(f"M{x} {y}h0" for x, y in places)


PULLED = (_points((50, 29), (22, 16), (24, 45), (50, 8), (77, 17), (76, 44), (48, 51)),
          "M29 19l12 6M31 41l11-7M50 14v7M70 20l-11 5M69 40l-10-6M48 46l1-8")  # fmt: skip
APART = (_points((50, 15), (62, 22), (62, 36), (50, 43), (38, 36), (38, 22)),
         "M50 9v-4M67 19l5-3M67 39l5 3M50 49v4M33 39l-5 3M33 19l-5-3")  # fmt: skip
SEVERAL = (_points((20, 20), (26, 40), (38, 26), (62, 18), (80, 26), (70, 42)), "M20 20L38 26 26 40M62 18L70 42 80 26")
TWO = (_points((25, 38), (75, 20)), "M33 35L67 23")
PAIR = (_points((12, 29), (42, 29), (60, 29), (90, 29)), "M19 29h4M35 29h-4M66 29h-2M84 29h2")
THREE = (_points((22, 42), (46, 14), (86, 34)), "M27 36L42 19")

COSINE = Loss(
    "Cosine softmax", "features of length one too, and a scale", "05", cos, (
        Loss("CosFace", "takes a margin off the cosine", "05", lambda theta: cos(theta) - 0.35),
        Loss("ArcFace", "adds a margin to the angle", "05", arcface),
        Loss("AdaCos", "computes the scale", "06", cos),
        Loss("P2SGrad", "squares the cosine’s error: no scale, no margin", "08", p2sgrad),
        Loss("SoftTriple", "gives a class several centres", "09", SEVERAL),
    ),
)  # fmt: skip
SOFTMAX = Loss(
    "Softmax", "compares a feature with every class", "02", cos, (
        Loss("Center Loss", "also pulls features to their class’s centre", "03", PULLED, (
            Loss("Uniform Loss", "also pushes the centres apart", "07", APART),
        )),
        Loss("Modified softmax", "class weights of length one, no bias", "02", cos, (
            Loss("SphereFace", "multiplies the angle", "04", sphereface),
            COSINE,
        )),
    ),
)  # fmt: skip
PAIRS = Loss(
    "Distance", "compares images with each other", "01", TWO, (
        Loss("Contrastive loss", "pairs: pulls alike, pushes different", "01", PAIR),
        Loss("Triplet loss", "nearer to its own than to another", "01", THREE),
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
    return f'<li><div class="loss">{_picture(loss.picture)}{text}</div>{f"<ul>{inner}</ul>" if inner else ""}</li>'


def _picture(picture: Curve | tuple[str, str]) -> str:
    """A curve over that of the plain cosine, or points and lines."""
    if callable(picture):
        lines = {"plain": _path(cos), "own": _path(picture)}
    else:
        lines = dict(zip(("points", "own"), picture, strict=True))
    drawn = "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in lines.items())
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" aria-hidden="true">{drawn}</svg>'


def _path(curve: Curve) -> str:
    places = [(pi * i / 48, curve(pi * i / 48)) for i in range(49)]
    shown = [(x / pi, (1 - y) / (1 - LOWEST)) for x, y in places if y >= LOWEST]
    return "M" + "L".join(f"{4 + x * (WIDE - 8):.1f} {5 + y * (HIGH - 8):.1f}" for x, y in shown)
