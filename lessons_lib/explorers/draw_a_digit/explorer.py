"""DrawADigit: draw with the mouse and see where the trained network puts it on the circle."""

import copy
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor, nn

from lessons_lib.explorers.draw_a_digit.network import SIDE, Strokes, as_mnist
from lessons_lib.explorers.draw_a_digit.teaching import first_learner, pack_lesson, practice_rows
from lessons_lib.explorers.kit.explorer import Explorer, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.kit.packing import deflate, folded, pack
from lessons_lib.explorers.kit.plain import plain_number, plain_numbers
from lessons_lib.figures.plane import draw_directions, draw_points, draw_rim, rim_of
from lessons_lib.figures.style import ACCENT, PAPER, Picture
from lessons_lib.losses import Head
from lessons_lib.nets import embed

_POINTS = 500  # that travel along
_FINE = 2047  # steps from the middle to the farthest of them: a fraction of a pixel
_HARD = 4  # test digits near a boundary, beside one a class
_MOST = 3  # digits taught at a time
_MANY = 2_000  # images from which the share of misread ones is told, in twentieths by length


def _arc(x: float, y: float, across: float, down: float, start: float, end: float, count: int) -> list[list[float]]:
    """Points on an ellipse from angle to angle, in degrees; they turn clockwise as y points down."""
    turn = np.radians(np.linspace(start, end, count))
    return np.stack([x + across * np.cos(turn), y + down * np.sin(turn)], axis=1).round(4).tolist()


_UPPER, _LOWER = (0.49, 0.335, 0.165, 0.15), (0.49, 0.655, 0.19, 0.17)
_THREE: Strokes = [_arc(*_UPPER, -160, 95, 12) + _arc(*_LOWER, -95, 155, 14)]
_CLOSING: Strokes = [_arc(*_UPPER, -160, -265, 10) + _arc(*_LOWER, -95, -205, 10)]


class DrawADigit(Explorer):
    """A drawing pad, the trained 2-D circle, and the angle from the drawing to each class direction.

    `net` is an EmbeddingNet(2), `head` any classification head; `images` (N, 1, 28, 28) in [0, 1] with `labels` (N,)
    are digits for the network to place: 500 of them stand on the circle, one a class and four hard ones can be called
    up on the pad. The network travels with the figure and runs in the browser. `strokes` is what is drawn, to read and
    to set: lists of [x, y] on a pad of side 1, y downwards. ValueError for a net, head or images it cannot show.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    alt = "A hand-drawn 3 and the plane of the trained features: the drawing stands near the direction of class 3."

    layers = traitlets.List().tag(sync=True)
    parameters = traitlets.Bytes().tag(sync=True)
    points = traitlets.Bytes().tag(sync=True)
    digits = traitlets.Bytes().tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    strokes = traitlets.List().tag(sync=True)
    digit = traitlets.Int(-1, help="which test digit lies under the strokes, -1 for none").tag(sync=True)
    practice = traitlets.Bytes().tag(sync=True)
    taught = traitlets.List().tag(sync=True)

    def __init__(self, net: nn.Module, head: Head, images: Tensor, labels: Tensor, **settings: Any):
        _check(images, labels, head)
        layers = folded(*_parts(net))
        described, parameters = pack(layers)
        images, labels = images.cpu(), labels.cpu()
        embeddings = _embeddings(net, images)
        rows = _deciding_rows(head)
        logits = embeddings @ rows[:, :2].T + rows[:, 2]
        gallery = _gallery(logits, labels)
        length = torch.linalg.vector_norm(embeddings, dim=1)
        misread = (logits.argmax(1) != labels).double()[length.argsort()]
        some = torch.linspace(0, len(images) - 1, min(_POINTS, len(images))).long()
        step = max(float(embeddings[some].abs().max()), 1e-6) / _FINE
        rows_to_learn = practice_rows(len(images), some)
        first = first_learner(layers, len(folded(net.trunk)))
        seen = torch.cat([some, rows_to_learn])
        lesson, practice = pack_lesson(layers, first, head, images[seen], labels[rows_to_learn])
        three = torch.from_numpy(as_mnist(_THREE)).float()
        self._still = (
            three,
            embed(net, three[None, None])[0].tolist(),
            embeddings[some],
            labels[some],
            copy.deepcopy(head),
        )
        super().__init__(
            layers=described,
            parameters=deflate(parameters),
            points=deflate(_bytes(embeddings[some] / step, "<i2") + _bytes(labels[some], "u1")),
            digits=zlib.compress(_bytes(images[gallery] * 255, "u1"), 9),
            practice=practice,
            facts={
                "weight": [[float(f"{value:.6g}") for value in row] for row in rows.tolist()],
                "rim": rim_of(embeddings),
                "step": step,
                "misread": _shares(misread) if len(misread) >= _MANY else [],
                "digit_labels": labels[gallery].tolist(),
                "lesson": lesson,
                "most": _MOST,
                "start": _THREE,
                "closing": _CLOSING,
                "alt": self.alt,
            },
            strokes=_THREE,
            **of_a_widget(settings),
        )
        self.use(settings)

    @traitlets.validate("strokes")
    def _on_the_pad(self, proposal: traitlets.Bunch) -> Strokes:
        return _checked_strokes(proposal["value"])

    @traitlets.validate("digit")
    def _in_the_gallery(self, proposal: traitlets.Bunch) -> int:
        return self._checked_digit(proposal["value"])

    @traitlets.validate("taught")
    def _teachable(self, proposal: traitlets.Bunch) -> list[dict]:
        given = proposal["value"]
        if given and not self.facts.get("lesson"):
            raise ValueError(
                "this network cannot be taught in the page: its head is not softmax without bias or CosFace."
            )
        labels = [plain_number(one.get("label")) if isinstance(one, Mapping) else None for one in given]
        if len(given) > _MOST or not all(label in range(10) for label in labels):
            raise ValueError(f"taught must list at most {_MOST} digits, each with a label in 0..9.")
        taught = [
            {"strokes": _checked_strokes(one.get("strokes", [])), "digit": self._checked_digit(one.get("digit", -1))}
            for one in given
        ]
        if not all(one["strokes"] or one["digit"] >= 0 for one in taught):
            raise ValueError("each digit of taught needs strokes, or a test digit's number as digit.")
        return [one | {"label": int(label)} for one, label in zip(taught, labels, strict=True)]

    def _checked_digit(self, digit: Any) -> int:
        count = len(self.facts["digit_labels"]) if self.facts else 0
        if plain_number(digit) not in range(-1, count):
            raise ValueError(f"digit must lie between -1 (none) and {count - 1}, got {digit}.")
        return int(digit)

    def image(self) -> Tensor:
        """What is drawn, as the network sees it: (1, 1, 28, 28) float32 in [0, 1], zeros when the pad is empty."""
        below = None
        if self.digit >= 0:
            below = np.frombuffer(zlib.decompress(self.digits), np.uint8).reshape(-1, SIDE, SIDE)[self.digit] / 255
        seen = as_mnist(self.strokes, below)
        return torch.zeros(1, 1, SIDE, SIDE) if seen is None else torch.from_numpy(seen).float()[None, None]

    def picture(self) -> Picture:
        """The first frame, still: the drawn 3 and where it stands among the points."""
        three, x, features, labels, head = self._still
        rim = self.facts["rim"]
        picture = Picture(self.alt, 5.6, 4.2)
        pad, plane = picture.subplots(1, 2, width_ratios=[1, 3])
        pad.imshow(1 - three.numpy(), cmap="gray", vmin=0, vmax=1)
        pad.set_axis_off()
        draw_points(plane, features[::4], labels[::4], rim)
        draw_rim(plane, rim)
        draw_directions(plane, head, rim)
        plane.plot([0, x[0]], [0, x[1]], color=ACCENT, linewidth=1.5, zorder=6)
        plane.plot(*x, "o", color=ACCENT, markersize=10, markeredgecolor=PAPER, markeredgewidth=1.5, zorder=7)
        return picture


def _checked_strokes(given: Any) -> Strokes:
    try:
        strokes = [[plain_numbers(point) for point in stroke] for stroke in given if len(stroke)]
    except TypeError:  # one of them is no list
        strokes = [[[]]]
    if not all(len(point) == 2 and all(0 <= v <= 1 for v in point) for stroke in strokes for point in stroke):
        raise ValueError("strokes must be lists of points [x, y] with both numbers between 0 and 1.")
    return strokes


def _parts(net: nn.Module) -> list[nn.Module]:
    if not all(isinstance(getattr(net, part, None), nn.Sequential) for part in ("trunk", "embed")):
        raise ValueError(f"net must have a trunk and an embed of layers in sequence, as EmbeddingNet has, got {net}.")
    return [net.trunk, net.embed]


def _check(images: Tensor, labels: Tensor, head: Head) -> None:
    if images.ndim != 4 or images.shape[1:] != (1, SIDE, SIDE) or not len(images):
        raise ValueError(f"images must have shape (N, 1, 28, 28) with N at least 1, got {tuple(images.shape)}.")
    if not images.is_floating_point() or not bool(((images >= 0) & (images <= 1)).all()):
        raise ValueError("images must be floating point numbers between 0 and 1, without NaN.")
    if labels.shape != (len(images),) or not bool(((labels >= 0) & (labels < 10)).all()):
        raise ValueError(f"labels must be {len(images)} class numbers in 0..9, one for each image.")
    if head.weight.shape != (10, 2):
        raise ValueError(f"head must hold ten directions in the plane, (10, 2), got {tuple(head.weight.shape)}.")


def _embeddings(net: nn.Module, images: Tensor) -> Tensor:
    embeddings = embed(net, images)
    if embeddings.shape[1:] != (2,):
        raise ValueError(f"net must embed in two dimensions to be drawn on a circle, got {embeddings.shape[1]}.")
    if not bool(embeddings.isfinite().all()):
        raise ValueError("net gives NaN or infinity for these images; train it again, with a smaller learning rate.")
    return embeddings


@torch.no_grad()
def _deciding_rows(head: Head) -> Tensor:
    """(w_x, w_y, b) for each class, (10, 3); the class read is that of the largest w·x + b."""
    weight, bias = head.deciding_weights()
    bias = torch.zeros(len(weight)) if bias is None else bias.cpu()
    return torch.cat([weight.cpu(), bias[:, None]], dim=1)


def _gallery(logits: Tensor, labels: Tensor) -> list[int]:
    """Images worth calling up: a clear one of each class, and among them those whose two best logits are closest."""
    best = logits.topk(2, dim=1).values
    lead = best[:, 0] - best[:, 1]
    easy = []
    for k in labels.unique():
        mine = torch.nonzero(labels == k).flatten()
        easy.append(int(mine[lead[mine].argsort()[int(0.8 * len(mine))]]))
    hard: list[int] = []
    for i in lead.argsort().tolist():
        if len(hard) < _HARD and i not in easy and labels[i] not in labels[hard]:
            hard.append(i)
    mixed = easy[:]
    for place, i in enumerate(hard):  # a hard one after every second easy one
        mixed.insert(min(3 * place + 2, len(mixed)), i)
    return mixed


def _shares(misread: Tensor) -> list[float]:
    """The share of misread digits in each twentieth."""
    return [round(float(part.mean()), 4) for part in misread.chunk(20)]


def _bytes(values: Tensor, kind: str) -> bytes:
    return values.round().numpy().astype(kind).tobytes()
