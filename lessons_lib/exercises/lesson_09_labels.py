"""Exercise 9.4: which labels a trained network doubts, and how many of the wrong ones are among them."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, number
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, Picture, quiet_axes

# What the lesson's linear network with one centre gave from seven starts: 0.984 to 0.987, and 0.67 to 0.70. With three
# or ten centres it is up to 0.990 and 0.73. A fifth of the labels is wrong, and 0.29 of the images are doubtful.
_DOUBTFUL, _WRONG, _BOTH = 0.29, 0.2, 0.196
_SHARES = torch.tensor([0.987, 0.69], dtype=torch.float64)


def _two_shares(answer: Any) -> Tensor:
    found = number(answer)
    if found.numel() != 2:
        raise Slip(f"Two shares are wanted, (found, wrong); yours has shape {tuple(found.shape)}.")
    if found.max() > 100:
        raise Slip("Those are counts: divide by the number of wrong labels, and by the number of doubtful images.")
    if found.max() > 1:
        raise Slip("Those are per cent: a share lies between 0 and 1.")
    return found.reshape(2)


def _draw_shares(yours: Tensor | None) -> Picture:
    picture = Picture(
        "What images drawn at random would give" + (", and yours." if yours is not None else "."), 6.4, 1.9
    )
    axes = quiet_axes(picture.subplots(), "share")
    axes.barh([1, 0], [_DOUBTFUL, _WRONG], height=0.5, color=FAINT, label="so many at random")
    if yours is not None:
        axes.plot(yours.numpy(), [1, 0], "o", color=ACCENT, markersize=7, label="yours")
    axes.set(xlim=(0, 1.03), ylim=(-0.6, 1.6), yticks=[1, 0])
    axes.set_yticklabels(["wrong labels that are found", "wrong ones among the doubtful"])
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


def _shares(found: float, wrong: float) -> Tensor:
    return torch.tensor([found, wrong], dtype=torch.float64)


WRONG_LABELS = Exercise(
    number="9.4",
    stub='check("9.4", ...)',
    hints=(
        "Two masks: noisy.train.labels against mnist.train.labels, and against head.logits(…).argmax(dim=1).",
        "found is doubtful[wrong].double().mean(), the other share wrong[doubtful].double().mean().",
    ),
    solution='run = spoilt["linear, K = 1"]\n'
    "wrong = noisy.train.labels != mnist.train.labels\n"
    "predicted = run.head.logits(embed(run.net, noisy.train.images)).argmax(dim=1)\n"
    "doubtful = predicted != noisy.train.labels\n"
    'check("9.4", (doubtful[wrong].double().mean(), wrong[doubtful].double().mean()))',
    evaluate=_two_shares,
    target=_SHARES,
    slips={
        "The two are exchanged: first how many of the wrong labels are found.": _SHARES.flip(0),
        "Are those all images? Doubtful are those whose label is not what the network predicts. Or is your second a "
        "share of all images? Divide by the number of doubtful ones.": _shares(0.99, (_WRONG + _BOTH) / 2),
        "Those are the images whose label the network predicts: the others are doubtful.": _shares(0.013, 0.004),
        "That compares the labels with the true ones, which nobody has in use: compare them with the prediction.": (
            _shares(1, 1)
        ),
        "Those are the network's mistakes: hold what it predicts against noisy.train.labels, not the true ones.": (
            _shares(0.115, 0.2)
        ),
        "Your first is the share of all images that is doubtful: take it among the wrong ones.": (
            _shares(_DOUBTFUL, 0.69)
        ),
        "Your second is the share of all images that is doubtful, or the share of the doubtful ones whose label is "
        "right: take the share of those whose label is wrong.": _shares(0.987, (_DOUBTFUL + 0.32) / 2),
        "Your first is the share of the wrong labels that is not found.": _shares(0.013, 0.69),
        "Your first is a share of all images: divide by the number of wrong labels.": _shares(_BOTH, 0.69),
        "Those are shares of all images: divide by the wrong labels, and by the doubtful ones.": _shares(_BOTH, _BOTH),
        "Your first is the network's accuracy: ask how many of the wrong labels are doubtful.": _shares(0.895, 0.69),
    },
    draw=_draw_shares,
    done="From seven starts of ours 98.4 to 98.7 % of the wrong labels were found, and 67 to 70 % of the doubtful "
    "images were wrong. So whoever looks through three images of ten finds nearly all of them. The network saw each "
    "image once and has not learned the wrong labels by heart. Mistakes between things that look alike are harder to "
    "find.",
    tolerance=0.06,  # other starts, other numbers of centres
)

EXERCISES = (WRONG_LABELS,)
