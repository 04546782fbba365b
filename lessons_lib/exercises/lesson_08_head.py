"""Exercise 8.4: a head chosen by where it lets go."""

from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip
from lessons_lib.exercises.choice import chosen_head
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture
from lessons_lib.gradients import at_angles
from lessons_lib.losses import Head, P2SGradLoss

_DEGREES = torch.arange(1, 180, dtype=torch.float64)
_LET_GO = 0.01


def _share_of_largest(head: Head) -> Tensor:
    """The pull on the own class weight at each angle, the others at 90°, as a share of the largest, (179,)."""
    length = at_angles(head, _DEGREES.deg2rad()).weight_length[:, 0]
    return length / length.max()


def _evaluate(answer: Any) -> Tensor:
    head = chosen_head(answer, 10, 64)
    if not (head.scaled or isinstance(head, P2SGradLoss)):
        raise Slip(
            f"The scale of {type(head).__name__} is the length of the feature, which training makes grow: where it "
            "lets go moves with it. Choose a loss with a scale of its own."
        )
    return _share_of_largest(head)


def _judge(share: Tensor) -> str:
    """Where the head has let go between 1° and 90°, and what that says of it."""
    gone = _DEGREES[:90][share[:90] < _LET_GO].tolist()
    if not gone:
        return ""
    if gone[0] > 1:
        return f"Yours holds a digit at 1°, but lets go of it at {gone[0]:.0f}°, on the way."
    inside = next((n for n, angle in enumerate(gone, 1) if angle != n), len(gone) + 1) - 1
    return (
        f"Yours has let go of every digit {'at 1°' if inside == 1 else f'inside {inside}°'}: at 1° its pull is "
        f"{float(share[0]):.2g} of its largest. What is it that leaves so little there: the missing probability, which "
        "the scale decides, or the curve itself, which is flat?"
    )


def _draw(yours: Tensor | None) -> Picture:
    shown = None if yours is None else yours.clamp(min=1e-12)
    picture = curve(_DEGREES, _TARGET, shown, "θ, degrees", "pull ÷ its largest", logarithmic=True)
    picture.axes[0].axhline(_LET_GO, color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "below: let go", (95, _LET_GO), (0, -9))
    return picture


_MISSING = 9 / (9 + torch.exp(2 * _DEGREES.deg2rad().cos()))  # 1 − P_y of cosine softmax with s = 2
_TARGET = _MISSING * _DEGREES.deg2rad().sin() / (_MISSING * _DEGREES.deg2rad().sin()).max()

HEAD = Exercise(
    number="8.4",
    stub='check("8.4", ...)',
    hints=(
        "Without a margin the pull is (1 − P_y)·s·sin θ. At 1° sin θ is 0.017 already: how large may P_y then be?",
        "Either a scale so small that P_y stays below one half, or ArcFace's sin(θ + m), which at 1° is not small.",
    ),
    solution='check("8.4", NormalizedSoftmaxLoss(10, 64, scale=2))',
    evaluate=_evaluate,
    target=_TARGET,
    slips={},
    draw=_draw,
    done="Without a margin a scale of 2 does it, and none above 2.1; with ArcFace's m = 0.5 up to 7, as sin(θ + m) is "
    "not small at 1°. Does it train better? Train it: where a loss lets go is not where its digits end.",
    judge=_judge,
)

EXERCISES = (HEAD,)
