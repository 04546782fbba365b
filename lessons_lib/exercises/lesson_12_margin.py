"""Exercise 12.3: the margin of an image, below which it looks wrongly labelled."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, call, one_for_each
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture, quiet_axes

_KINDS, _EACH, _SIZE = 6, 6, 5
_PLANTED = (4, 13, 20, 29, 35)  # images that stand in the wrong class


def _made_up_pictures() -> tuple[Tensor, Tensor]:
    """Embeddings (36, 5) of no particular length, mixed, and the labels that somebody gave them: five are wrong."""
    chance = torch.Generator().manual_seed(11)
    true = torch.arange(_KINDS).repeat_interleave(_EACH)
    x = torch.randn(_KINDS, _SIZE, generator=chance, dtype=torch.float64)[true]
    x = x + 0.35 * torch.randn(x.shape, generator=chance, dtype=torch.float64)
    x = x * (0.3 + 3 * torch.rand(len(x), 1, generator=chance, dtype=torch.float64))
    labels = true.clone()
    labels[list(_PLANTED)] = (labels[list(_PLANTED)] + torch.tensor([1, 2, 3, 4, 1])) % _KINDS
    return x, labels


_X, _LABELS = _made_up_pictures()
_SIMPLEX, _TWICE = (torch.eye(_KINDS).double() - 1 / _KINDS).repeat(2, 1), torch.arange(_KINDS).repeat(2)
# What is wrong -> a batch, two images of each class, in which all other classes have the cosine −0.2.
_TELLING = {
    "Right while some other class is near. Where all other classes stand beyond 90°, your 0 in place of the own class "
    "is the largest: put −1 or less there.": (_SIMPLEX, _TWICE),
    "Right for six classes, but not for two: take the number of classes from the labels, int(labels.max()) + 1.": (
        _SIMPLEX[_TWICE < 2],
        _TWICE[_TWICE < 2],
    ),
}


def margin(x: Tensor, labels: Tensor) -> Tensor:
    x = x / x.norm(dim=1, keepdim=True)
    own = labels[:, None] == torch.arange(int(labels.max()) + 1)
    sums = own.to(x.dtype).T @ x
    others = sums[labels] - x
    mine = (x * others).sum(dim=1) / others.norm(dim=1)
    cosines = x @ (sums / sums.norm(dim=1, keepdim=True)).T
    return mine - cosines.masked_fill(own, -1).amax(dim=1)


def _margins(function: Any) -> Tensor:
    """The reader's margin of each image, (36,)."""
    return _of_each_image(function, _X, _LABELS)


def _of_each_image(function: Any, x: Tensor, labels: Tensor) -> Tensor:
    found = call(function, x, labels)
    if found.shape == (len(labels), 1):
        found = found.squeeze(1)
    return one_for_each(found, len(labels), "images")


def _evaluate_margins(answer: Any) -> Tensor:
    """As above; a Slip when only a batch is judged wrongly in which all other classes stand beyond 90°."""
    found = _margins(answer)
    if torch.allclose(found, _MARGINS, atol=2e-3):
        for words, batch in _TELLING.items():
            yours, right = (_of_each_image(function, *batch) for function in (answer, margin))
            if not torch.allclose(yours, right, atol=2e-3):
                raise Slip(words)
    return found


def _parts(x: Tensor, labels: Tensor, *, leave_out: bool = True, unit: bool = True) -> tuple[Tensor, Tensor]:
    """The cosine with the own class, and those with all classes (N, C), in one way or another."""
    x = x / x.norm(dim=1, keepdim=True) if unit else x
    own = labels[:, None] == torch.arange(_KINDS)
    sums = own.to(x.dtype).T @ x
    others = sums[labels] - (x if leave_out else 0 * x)
    cosines = (x @ sums.T) / (x.norm(dim=1)[:, None] * sums.norm(dim=1))
    return (x * others).sum(dim=1) / (x.norm(dim=1) * others.norm(dim=1)), cosines.masked_fill(own, -1)


def _nearest_image(x: Tensor, labels: Tensor) -> Tensor:
    x = x / x.norm(dim=1, keepdim=True)
    cosines = (x @ x.T).fill_diagonal_(-1)
    own = labels[:, None] == labels
    return cosines.masked_fill(~own, -1).amax(dim=1) - cosines.masked_fill(own, -1).amax(dim=1)


def _not_made_unit(count_of: Any) -> Tensor:
    """What comes of dot products with the sums of unit vectors, divided by this of how many there are in each class."""

    def mistaken(x: Tensor, labels: Tensor) -> Tensor:
        x = x / x.norm(dim=1, keepdim=True)
        own = labels[:, None] == torch.arange(_KINDS)
        sums, many = own.to(x.dtype).T @ x, own.sum(dim=0)
        mine = (x * (sums[labels] - x)).sum(dim=1) / count_of(many[labels] - 1)
        return mine - (x @ sums.T / count_of(many)).masked_fill(own, -torch.inf).amax(dim=1)

    return _margins(mistaken)


def _draw_margins(yours: Tensor | None) -> Picture:
    order = _MARGINS.argsort()
    wrong = torch.isin(order, torch.tensor(_PLANTED))
    words = "36 images in the order of their margin, the five in the wrong class marked" + (
        ", and yours." if yours is not None else "."
    )
    picture = Picture(words, 6.4, 3.2)
    axes = quiet_axes(picture.subplots(), "image, in the order of the target", "margin")
    place = torch.arange(len(order))
    axes.plot(place.numpy(), _MARGINS[order].numpy(), "o", color=FAINT, markersize=11, label="target")
    axes.plot(
        place[wrong].numpy(), _MARGINS[order][wrong].numpy(), "x", color=INK, markersize=8, label="in the wrong class"
    )
    if yours is not None:
        axes.plot(place.numpy(), yours[order].numpy(), "o", color=ACCENT, markersize=4, label="yours")
    axes.axhline(0, color=SOFT, linewidth=1, dashes=(5, 3))
    axes.set_ylim(-2.1, 2.1)
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


_MARGINS = _margins(margin)


def _margin_of(change: Any) -> Tensor:
    """What comes of the margin with a mistake in it."""
    return _margins(lambda x, labels: change(*_parts(x, labels)))


MARGIN = Exercise(
    number="12.3",
    stub="def margin(x, labels):\n    ...",
    hints=(
        "Unit vectors x. own = labels[:, None] == torch.arange(int(labels.max()) + 1); own.double().T @ x are sums.",
        "sums[labels] − x is the own class without the image itself. Put .masked_fill(own, -1) before .amax(dim=1).",
    ),
    solution=margin,
    evaluate=_evaluate_margins,
    target=_MARGINS,
    slips={
        "The mean of unit vectors is shorter than 1: the cosine needs it as a unit vector.": _not_made_unit(
            lambda many: many
        ),
        "A sum of unit vectors is longer than 1: the cosine needs it as a unit vector.": _not_made_unit(
            torch.ones_like
        ),
        "The image itself is in the mean of its own class, and speaks for itself: leave it out.": _margins(
            lambda x, labels: (lambda mine, others: mine - others.amax(dim=1))(*_parts(x, labels, leave_out=False))
        ),
        "Long embeddings have more to say than short ones in yours: make all of them unit vectors first.": _margins(
            lambda x, labels: (lambda mine, others: mine - others.amax(dim=1))(*_parts(x, labels, unit=False))
        ),
        "The sign is turned: a picture that looks like its own class has a margin above 0.": -_MARGINS,
        "That is the cosine with the own class alone: what the nearest other class says is missing.": _margin_of(
            lambda mine, others: mine
        ),
        "That is the nearest other class alone: the own class is missing.": _margin_of(
            lambda mine, others: others.amax(dim=1)
        ),
        "The own class is still among the others: mask it before the maximum.": _margins(
            lambda x, labels: (
                _parts(x, labels)[0]
                - torch.maximum(_parts(x, labels)[1].amax(dim=1), _parts(x, labels, leave_out=False)[0])
            )
        ),
        "That is the mean of the other classes: the nearest one of them counts.": _margins(
            lambda x, labels: (
                _parts(x, labels)[0] - _parts(x, labels)[1].masked_fill(_parts(x, labels)[1] == -1, 0).sum(dim=1) / 5
            )
        ),
        "That is the farthest of the other classes: the nearest one counts, amax.": _margins(
            lambda x, labels: (
                _parts(x, labels)[0] - _parts(x, labels)[1].masked_fill(_parts(x, labels)[1] == -1, 2).amin(dim=1)
            )
        ),
        "That goes by the nearest image, not by the mean direction: one wrong neighbour decides.": _margins(
            _nearest_image
        ),
    },
    draw=_draw_margins,
    done="The five that stand in the wrong class are the five below 0. With a network that was trained on these labels "
    "it would not be so: it knows them by heart.",
)

EXERCISES = (MARGIN,)
