"""Exercise 13.3: a loss for each of three data sets, and how it came out when it was tried."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, FAINT, INK, Picture, quiet_axes

# The means of the recorded starts of benchmarks/wrong_labels.py and long_tail.py, as shares.
TRIED: dict[str, dict[str, float]] = {
    "A": {
        "cosine softmax": 0.941,
        "ArcFace": 0.955,
        "Sub-center ArcFace": 0.955,
        "SoftTriple": 0.942,
        "CurricularFace": 0.947,
    },
    "B": {
        "cosine softmax": 0.777,
        "ArcFace, one margin": 0.787,
        "ArcFace, larger for the rare": 0.843,
        "ArcFace, larger for the frequent": 0.714,
    },
    "C": {"ArcFace": 0.900, "ArcFace, 3 classes in 10": 0.900, "Sub-center ArcFace": 0.918},
}
_RECORDED = {
    "A": ("wrong_labels", "read, 40% wrong"),
    "B": ("long_tail", "read of the three rarest"),
    "C": ("wrong_labels", "strangers verified, 40% wrong"),
}
_NEAR = 0.01  # so near to the best of a data set is as good
_BEST = torch.tensor([max(tried.values()) for tried in TRIED.values()], dtype=torch.float64)


def _tried(answer: Any) -> Tensor:
    """What the three chosen losses gave, (3,)."""
    if not isinstance(answer, Mapping) or set(answer) != set(TRIED):
        raise Slip('A dict is wanted with a name for each data set: {"A": "…", "B": "…", "C": "…"}.')
    for name, chosen in answer.items():
        if chosen not in TRIED[name]:
            raise Slip(f"For {name} these were tried: {', '.join(TRIED[name])}. Yours is {chosen!r}.")
    return torch.tensor([TRIED[name][answer[name]] for name in TRIED], dtype=torch.float64)


def _judge(yours: Tensor) -> str:
    """What is off: the data set with the most to win."""
    short = _BEST - yours
    if not (short > _NEAR).any():
        return ""
    worst = int(short.argmax())
    name, best = list(TRIED)[worst], float(_BEST[worst])
    came_out = f"In {name} yours came to {float(yours[worst]):.1%}, the best that was tried to {best:.1%}."
    why = {
        "A": "A class weight is an average: which loss leaves the wrong labels a place of their own?",
        "B": "The rare classes have the fewest images to find their direction with: who needs the most room?",
        "C": "With twenty images a class and eight of them wrong, one class weight stands between them.",
    }
    return f"{came_out} {why[name]}"


def _draw(yours: Tensor | None) -> Picture:
    words = "How all losses came out that were tried on three data sets" + (
        ", yours marked." if yours is not None else "."
    )
    picture = Picture(words, 7.4, 2.4)
    for k, (axes, (name, tried)) in enumerate(zip(picture.subplots(1, 3), TRIED.items(), strict=True)):
        quiet_axes(axes, f"data set {name}, %")
        order = sorted(tried, key=tried.__getitem__)
        axes.plot([100 * tried[one] for one in order], range(len(order)), "o", color=FAINT, markersize=10)
        if yours is not None:
            axes.axvline(100 * float(yours[k].nan_to_num().clamp(0, 1)), color=ACCENT, linewidth=1.8)
        axes.set_yticks(range(len(order)), [one.replace("ArcFace, ", "") for one in order], color=INK, fontsize=7)
        axes.set_ylim(-0.7, len(order) - 0.3)
    return picture


CHOICE = Exercise(
    number="13.3",
    stub='check("13.3", {"A": ..., "B": ..., "C": ...})',
    hints=(
        "Names are those of the pictures and tables above, word for word. A wrong name is told which there are.",
        "A: look who reads best with 40 % wrong. B: the picture of the rarest. C: the picture of strangers.",
    ),
    solution='chosen = {"A": "Sub-center ArcFace", "B": "ArcFace, larger for the rare", "C": "Sub-center ArcFace"}\n'
    'check("13.3", chosen)',
    evaluate=_tried,
    target=_BEST,
    slips={},
    judge=_judge,
    draw=_draw,
    done="In A several are level, within a point, and ArcFace would do; in B and C the choice was worth points. On "
    "other data another loss may come out ahead: change one thing at a time, and draw several starts.",
)

EXERCISES = (CHOICE,)
