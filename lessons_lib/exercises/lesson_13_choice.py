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
# Other words for them, those of the lesson's text, in small letters.
_ALIASES = {
    "A": {"sub-center": "Sub-center ArcFace"},
    "B": {
        "a margin a class": "ArcFace, larger for the rare",
        "one margin for each class": "ArcFace, larger for the rare",
        "larger for the rare": "ArcFace, larger for the rare",
        "larger for the frequent": "ArcFace, larger for the frequent",
        "one margin": "ArcFace, one margin",
        "arcface": "ArcFace, one margin",
    },
    "C": {
        "sub-center": "Sub-center ArcFace",
        "partial fc": "ArcFace, 3 classes in 10",
        "3 classes in 10": "ArcFace, 3 classes in 10",
    },
}
# The library's classes, as _ALIASES and without the "loss" at their end, where that alone does not make the name.
_CLASSES = {"subcenterarcface": "Sub-center ArcFace", "normalizedsoftmax": "cosine softmax"}
_NEAR = 0.01  # so near to the best of a data set is as good
_BEST = torch.tensor([max(tried.values()) for tried in TRIED.values()], dtype=torch.float64)


def _tried(answer: Any) -> Tensor:
    """What the three chosen losses gave, (3,)."""
    named = answer.items() if isinstance(answer, Mapping) else ()
    given = {str(name).strip().upper(): _in_words(chosen) for name, chosen in named}
    if set(given) != set(TRIED):
        raise Slip('A dict is wanted with a name for each data set: {"A": "…", "B": "…", "C": "…"}.')
    for name, chosen in given.items():
        if chosen is ...:
            raise Slip(f"{name} still has its dots.")
        if _meant(name, chosen) is None:
            tried = ", ".join(f'"{loss}"' for loss in TRIED[name])
            yours = f'"{chosen}"' if isinstance(chosen, str) else repr(chosen)
            raise Slip(f"For {name} these were tried: {tried}. Yours is {yours}.")
    return torch.tensor([TRIED[name][_meant(name, given[name])] for name in TRIED], dtype=torch.float64)


def _in_words(chosen: Any) -> Any:
    return chosen.__name__ if isinstance(chosen, type) else chosen


def _meant(name: str, chosen: Any) -> str | None:
    """The loss of a data set that these words name, in any case; None where they name none."""
    if not isinstance(chosen, str):
        return None
    of_classes = {words: loss for words, loss in _CLASSES.items() if loss in TRIED[name]}
    known = {loss.lower(): loss for loss in TRIED[name]} | _ALIASES[name] | of_classes
    return known.get(" ".join(chosen.lower().split()).removesuffix("loss"))


def _judge(yours: Tensor) -> str:
    """What is off: the data set with the most to win."""
    short = _BEST - yours
    if not (short > _NEAR).any():
        return ""
    worst = int(short.argmax())
    name, best = list(TRIED)[worst], float(_BEST[worst])
    came_out = f"In {name} yours came to {float(yours[worst]):.1%}, the best that was tried to {best:.1%}."
    why = {
        "A": "Which losses of the table read within a point of the best?",
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
        "Names are those of the table and the two pictures above. A wrong name is told which there are.",
        "A: which losses read within a point of the best with 40 % wrong? B, C: the row on top (not of right labels).",
    ),
    solution='chosen = {"A": "ArcFace", "B": "ArcFace, larger for the rare", "C": "Sub-center ArcFace"}\n'
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
