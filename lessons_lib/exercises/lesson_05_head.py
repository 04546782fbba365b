"""Exercise 5.3: a margin and a scale chosen for twenty classes around a plane."""

import math
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip
from lessons_lib.exercises.choice import chosen_head
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture
from lessons_lib.gradients import at_angles
from lessons_lib.losses import ArcFaceLoss, Head

_APART = 2 * math.pi / 20
_TURNS = torch.linspace(0, 9, 19, dtype=torch.float64)  # degrees from the own weight to the boundary
_HALF = 9  # the place of 4.5° in it
_SURE, _PULL = 0.9, 1.0


def _around(head: Head) -> Tensor:
    """Of a feature at each angle: the target logit without the scale, P_y, and how far the loss falls a radian."""
    theta = _TURNS.deg2rad()
    found = at_angles(head, theta, others="circle")
    columns = head.target_logit(theta).double(), (-found.loss).exp(), found.feature_length
    return torch.stack([column.detach() for column in columns], dim=1)


def _evaluate(answer: Any) -> Tensor:
    head = chosen_head(answer, 20, 2)
    if not head.scaled:
        raise Slip(f"{type(head).__name__} has no scale of its own to choose: take one with a margin and a scale.")
    return _around(head)


def _judge(found: Tensor) -> str:
    """What a head's curves lack, the first of four demands that is not met."""
    logit, sure, pull = found.T
    stricter = bool((logit < _TURNS.deg2rad().cos() - 1e-6)[1:].all())  # without a margin they are the same
    if not stricter:
        return "Your loss is not stricter than the exam on the whole way to the boundary: it needs a margin."
    if logit[0] <= math.cos(_APART):
        return (
            "No point can satisfy your margin: on its own weight it is 18° from the next one. The ceilings are 0.314 "
            "rad for ArcFace and 1 − cos 18° = 0.049 for CosFace."
        )
    if sure[0] < _SURE:
        return (
            f"On its own weight a point gets P = {float(sure[0]):.2f}, and 0.9 is wanted: the logits lie too close "
            "together. A larger scale, or a smaller margin, takes them apart."
        )
    if pull[_HALF] < _PULL:
        return (
            f"Half-way to the boundary the pull is {float(pull[_HALF]):.2f}, and 1 is wanted: there a point is right "
            "enough already. A smaller scale, or a larger margin, keeps the pull up."
        )
    return ""


def _draw(yours: Tensor | None) -> Picture:
    shown = None if yours is None else yours[:, 2]
    picture = curve(_TURNS, _TARGET[:, 2], shown, "θ from the own weight, degrees", "pull")
    picture.axes[0].plot([4.5], [_PULL], "v", color=SOFT, markersize=7, zorder=4)
    name(picture, "1 at least, here", (4.5, _PULL), (8, -6))
    return picture


_TARGET = _around(ArcFaceLoss(20, 2, margin=0.1, scale=100))

HEAD = Exercise(
    number="5.3",
    stub='check("5.3", ...)',
    hints=(
        "Neighbours stand 360°/20 = 18° apart, which is 0.314 rad, or 1 − cos 18° = 0.049 in cosines: stay well below.",
        "cos 0 and cos 18° differ by 0.05 only. For P = 0.9 the scale has to make some 3 of that, so 60 or more.",
    ),
    solution='check("5.3", ArcFaceLoss(20, 2, margin=0.1, scale=100))',
    evaluate=_evaluate,
    target=_TARGET,
    slips={},
    draw=_draw,
    done="Your margin can be met; your scale is large enough for a small loss, and small enough to go on pulling. For "
    "ten classes 16 was a usable middle; for twenty it would leave P at one half.",
    judge=_judge,
)

EXERCISES = (HEAD,)
