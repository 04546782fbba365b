"""Exercise 7.4: a law of repulsion of one's own, under which ten charges on the sphere come to rest."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.exercises.answer import Slip, number, returned
from lessons_lib.exercises.drawing import curve, name
from lessons_lib.exercises.exercise import Exercise
from lessons_lib.figures.style import SOFT, Picture

_WANTED, _TAMMES, _UNIFORM = 65.5, 66.147, 65.15  # degrees
_STARTS = torch.randn(2, 10, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
_NOT_FINITE = "Your energy is not finite where the charges came: is something divided by zero, or too large?"
_ENDLESS_SLOPE = (
    "The energy is finite, its gradient is not: the root (or arccos) of a point's distance from itself has an endless "
    "slope, even if you leave it out afterwards. Leave the diagonal out first, or take torch.pdist."
)


def _value(law: Any, points: Tensor) -> Tensor:
    """The reader's energy of ten points on the sphere, one number that autograd can follow back to them."""
    value = returned(law, points)
    energy = number(value)
    if energy.numel() != 1:
        raise Slip(f"One number is wanted, the energy of all ten points; yours has shape {tuple(energy.shape)}.")
    if not (isinstance(value, Tensor) and value.requires_grad):
        raise Slip(
            "Autograd finds no way back from your energy to the points: compute it from them, in torch, with no "
            "detach(), item() or numpy on the way."
        )
    return value.reshape(())


def _at_rest(law: Any, start: Tensor, steps: int = 400) -> Tensor:
    """Where descent on the energy leaves the points, on the sphere.

    It goes down the energy's logarithm, which has the same minima and in which a factor has no say, however small it
    makes the energy of a steep law. An energy that is not above 0 all the way has none: it is taken as it is.
    """
    try:
        return _descended(law, start, steps, by_logarithm=True)
    except _NotAboveZero:
        return _descended(law, start, steps, by_logarithm=False)


class _NotAboveZero(Exception):
    """An energy of which there is no logarithm."""


def _descended(law: Any, start: Tensor, steps: int, by_logarithm: bool) -> Tensor:
    """Where descent leaves the points: on the energy, or on its logarithm."""
    points = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([points], max_iter=steps, tolerance_change=0, line_search_fn="strong_wolfe")

    def measure() -> Tensor:
        optimizer.zero_grad()
        energy = _value(law, F.normalize(points))
        if not energy.isfinite():
            raise Slip(_NOT_FINITE)
        if by_logarithm and energy < torch.finfo(energy.dtype).tiny:
            raise _NotAboveZero
        height = energy.log() if by_logarithm else energy
        height.backward()
        if not points.grad.isfinite().all():
            too_large = (1e3 * energy).square().isinf()  # a quotient's derivative has its square in it
            raise Slip(_NOT_FINITE if too_large else _ENDLESS_SLOPE)
        return height

    with torch.enable_grad():
        optimizer.step(measure)
    return F.normalize(points.detach())


def _pair_angles(points: Tensor) -> Tensor:
    """The 45 angles between two of ten points, the smallest first, in degrees."""
    first, second = torch.triu_indices(10, 10, offset=1)
    between = torch.atan2(
        torch.linalg.vector_norm(torch.linalg.cross(points[first], points[second]), dim=1),
        (points[first] * points[second]).sum(dim=1),
    )
    return between.rad2deg().sort().values


def _evaluate(answer: Any) -> Tensor:
    """The angles at rest, from the better of two starts."""
    found = [_pair_angles(_at_rest(answer, start)) for start in _STARTS]
    return max(found, key=lambda angles: float(angles[0]))


def _judge(angles: Tensor) -> str:
    smallest = float(angles[0].nan_to_num())
    if smallest >= _WANTED:
        return ""
    if smallest < 5:
        return "Some of your charges sit on each other. Like charges repel: the energy must fall as they part."
    if smallest < 60:
        return (
            f"The descent stopped with two charges {smallest:.1f}° apart. Either your law asks for something else than "
            "distance, or it is so steep, or looks at so few pairs, that the descent cannot follow it."
        )
    return (
        f"Your charges rest with {smallest:.2f}° between the nearest two; UniformFace's with {_UNIFORM}°, and "
        f"{_WANTED}° or more is wanted. Far pairs still have a say in yours: make the nearest ones count far more."
    )


def _draw(yours: Tensor | None) -> Picture:
    picture = curve(torch.arange(1, 46), _TARGET, yours, "pair of charges, the nearest first", "angle, degrees")
    picture.axes[0].axhline(_TAMMES, color=SOFT, linewidth=1, dashes=(5, 3), zorder=4)
    name(picture, "Tammes' 66.1°", (30, _TAMMES), (0, -9))
    return picture


# Where the solution's charges rest: an angle, and how many of the 45 pairs stand at it.
_PAIRS = {65.7: 2, 65.9: 4, 66.1: 4, 66.3: 1, 66.6: 4, 67.6: 4, 71.6: 1, 86.2: 2, 100.8: 4, 112.2: 2, 121.2: 1}
_PAIRS |= {122.4: 4, 126.2: 4, 132.8: 4, 152.5: 2, 165.1: 2}
_TARGET = torch.tensor(list(_PAIRS), dtype=torch.float64).repeat_interleave(torch.tensor(list(_PAIRS.values())))

LAW = Exercise(
    number="7.4",
    stub='check("7.4", ...)',
    hints=(
        "Tammes asks for the nearest pair alone. So the law should hardly notice a pair that is a little farther off.",
        "Any steep law does it, such as the 64th power of 1/d. torch.pdist(points) has all 45 distances.",
    ),
    solution='check("7.4", lambda points: (1 / torch.pdist(points) ** 64).mean())',
    evaluate=_evaluate,
    target=_TARGET,
    slips={},
    draw=_draw,
    done="A law that minds the nearest pair almost alone comes near Tammes' 66.15°; one that minds it alone would ask "
    "his question. The price: such a descent sees only a few pairs at a time, and can get stuck.",
    judge=_judge,
)

EXERCISES = (LAW,)
