"""Exercise 11.4: which failure has each of four patients?"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lessons_lib.exercises.answer import Slip, no_number, number
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import ACCENT, INK, SOFT, Picture, quiet_axes

# Trained with the lesson's `train`: cosine softmax at s = 128 in 32 dimensions; CosFace with m = 0.5 at s = 20 in the
# plane, from even weights; a margin of 28.6 rad at s = 30 in 16 dimensions; CosFace with m = 0.2 at s = 16 in 48
# dimensions, then examined under new class weights. Shares read at every tenth of the 200 steps, and at the end.
_PATIENTS = {
    "A": (2, (0.81, 0.84, 0.90, 0.87, 0.90, 0.89, 0.90, 0.92, 0.91, 0.91), 0.91),
    "B": (7, (0.81, 0.84, 0.84, 0.82, 0.84, 0.83, 0.82, 0.80, 0.81, 0.78), 0.78),
    "C": (14, (0.00, 0.00, 0.00, 0.00, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01), 0.01),
    "D": (12, (0.86, 0.88, 0.91, 0.92, 0.92, 0.94, 0.94, 0.94, 0.93, 0.95), 0.09),
}
_ENTRIES = torch.tensor([entry for entry, _, _ in _PATIENTS.values()], dtype=torch.float64)
_FEW_DIGITS = "it reads nine digits of ten."
_NOT = {
    ("A", 1): "its scale is 128, and its loss is low.",
    ("A", 3): f"opposite would be 180°, and {_FEW_DIGITS}",
    ("A", 4): "the accuracy in the table is of test digits, without a margin.",
    ("A", 7): "its class weights stand 71° apart.",
    ("A", 8): f"the loss of P2SGrad has no scale, and {_FEW_DIGITS}",
    ("A", 11): "a scale of 128 did not explode: it was chosen.",
    ("A", 12): f"under new class weights nearly nothing is read, and {_FEW_DIGITS}",
    ("A", 14): f"there the angle is 110°, and {_FEW_DIGITS}",
    ("B", 1): "there is a scale, and in the plane two class weights have met.",
    ("B", 2): "its digits stand 13° from their class weights.",
    ("B", 6): "without a margin the loss ends near 1. What can make it 8?",
    ("B", 8): "the loss of P2SGrad in the plane is about 1, and the angles are 66 to 91°.",
    ("B", 11): "its scale is 20.",
    ("C", 2): "there nine digits of ten are read.",
    ("C", 3): "there the features end opposite their class weight, at 180°, and not at 110°.",
    ("C", 8): "the loss of P2SGrad does not come to 0.00, and the picture has hardly a digit read at any time.",
    ("C", 12): "it read nothing in training already: see the picture.",
    ("D", 3): "opposite would be 180°. And in training it read 95 %: see the picture.",
    ("D", 4): "a margin in the logits costs some digits, not all but one in ten.",
    ("D", 8): "in training it read 95 %: see the picture.",
    ("D", 13): "a scale that moves changes the loss, not what is read.",
    ("D", 14): "in training it read 95 %: see the picture.",
}
_LOOK = {
    "A": "look at its angle beside its loss: 80°, and nearly nothing left to pay.",
    "B": "it lives in the plane, two of its class weights have met, and its loss is 8.",
    "C": "its loss is 0.00, its angle 110°, and it reads nothing.",
    "D": "compare what it read in training (see the picture) with what it reads now.",
}


def _four_entries(answer: Any) -> Tensor:
    """The entries of A to D; a Slip that names the first that is wrong, and says what speaks against it."""
    if isinstance(answer, Mapping):
        given = {str(who).strip().upper(): entry for who, entry in answer.items()}
        answer = [given[who] for who in sorted(given)] if set(given) == set(_PATIENTS) else answer
    try:
        entries = number(answer)
    except Slip as slip:
        raise Slip(f"Four numbers are wanted, as in [1, 2, 3, 4]; {no_number(answer)}") from slip
    if entries.numel() != len(_PATIENTS):
        raise Slip(f"Four numbers are wanted, the entries of A, B, C and D; yours has shape {tuple(entries.shape)}.")
    entries = entries.reshape(-1)
    if any(entry not in range(1, 19) for entry in entries.tolist()):
        raise Slip("The entries have the numbers 1 to 18.")
    right = entries == _ENTRIES
    if not right.all():
        wrong = int((~right).nonzero()[0])
        who, entry = list(_PATIENTS)[wrong], int(entries[wrong])
        why = _NOT.get((who, entry), _LOOK[who])
        raise Slip(f"{int(right.sum())} of 4 are right. {who} is not entry {entry}: {why}")
    return entries


def _draw_patients(yours: Tensor | None) -> Picture:
    picture = Picture("The share of test digits that four patients read, in training and at the end.", 7.2, 2.2)
    panels = picture.subplots(1, len(_PATIENTS), sharey=True)
    for place, (axes, (who, (entry, course, end))) in enumerate(zip(panels, _PATIENTS.items(), strict=True)):
        quiet_axes(axes, "steps", "digits read" if place == 0 else "")
        axes.plot(range(20, 201, 20), course, color=SOFT, linewidth=1.8)
        axes.plot([200], [end], "o", color=INK, markersize=5)
        axes.set(xlim=(0, 215), ylim=(-0.05, 1.05), yticks=[0, 0.5, 1], xticks=[0, 100, 200])
        right = yours is not None and float(yours[place]) == entry
        axes.set_title(f"{who}: entry {entry}" if right else who, color=ACCENT if right else INK, fontsize=10)
    return picture


PATIENTS = Exercise(
    number="11.4",
    stub='check("11.4", ...)',
    hints=(
        "Begin with the accuracy: who reads most digits, who hardly any? Then the angle, then the loss.",
        "Two of them read nothing. One stands on the far side of its class weights, the other at 90° to all of them.",
    ),
    solution='check("11.4", [2, 7, 14, 12])',
    evaluate=_four_entries,
    target=_ENTRIES,
    slips={},
    draw=_draw_patients,
    done="A was cosine softmax at s = 128. B was CosFace with m = 0.5 in the plane, where 0.191 is the most. C had its "
    "margin of 28.6 in radians. D was CosFace, trained well, with new class weights at the examination.",
    tolerance=0.1,
)

EXERCISES = (PATIENTS,)
