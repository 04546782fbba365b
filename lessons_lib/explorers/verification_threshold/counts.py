"""Scores of genuine and impostor pairs as counts between edges, and what each edge lets through."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

_STEPS = 997  # at most, and with the ends 1,000 bins
_ALIKE = 3  # nets whose scores span about as much share their edges, so that they can be compared by eye

Net = dict[str, Any]


def counted(scores: Mapping[str, tuple[Tensor | NDArray, Tensor | NDArray]]) -> list[Net]:
    """Each network's genuine and impostor scores, counted between edges; ValueError for what is no pair of arrays."""
    found = {str(name): _sorted_out(str(name), given) for name, given in scores.items()}
    if not found:
        raise ValueError("scores must name at least one network, got an empty mapping.")
    ends = {name: (min(map(np.min, kinds)), max(map(np.max, kinds))) for name, (*kinds, _) in found.items()}
    low, high = min(low for low, _ in ends.values()), max(high for _, high in ends.values())
    alike = high - low <= _ALIKE * min(b - a for a, b in ends.values())
    nets = []
    for name, (genuine, impostors, left_out) in found.items():
        lattice = _lattice(*((low, high) if alike else ends[name]))
        edges = edges_of(lattice)
        counts = {"genuine": _counts(genuine, edges), "impostors": _counts(impostors, edges)}
        nets.append({"name": name, **lattice, **counts, "left_out": left_out})
    return nets


def _sorted_out(name: str, given: Any) -> tuple[NDArray, NDArray, int]:
    """Genuine scores, impostor scores, and how many pairs have none."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ValueError(f"scores of {name!r} must be two arrays, (scores, same), got {type(given).__name__}.")
    try:
        scores, same = (np.asarray(a.detach().cpu() if isinstance(a, Tensor) else a) for a in given)
        scores = scores.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"scores of {name!r} must be numbers, one for each pair, got {given[0]!r:.60}.") from error
    if scores.ndim != 1 or same.shape != scores.shape:
        raise ValueError(f"scores and same of {name!r} must be of one shape (N,), got {scores.shape} and {same.shape}.")
    if len(same) and same.dtype != bool:
        raise ValueError(f"same of {name!r} must be bool, True for two images of one class, got {same.dtype}.")
    number = np.isfinite(scores)
    same = same.astype(bool)  # an empty list is one of floats
    genuine, impostors = scores[number & same], scores[number & ~same]
    for kind, those in (("genuine", genuine), ("impostor", impostors)):
        if not len(those):
            raise ValueError(f"scores of {name!r} must hold at least one {kind} pair, got none that is a number.")
    return genuine, impostors, int((~number).sum())


def _lattice(low: float, high: float) -> dict[str, int]:
    """Edges at whole multiples of unit/10^digits, 1, 2 or 5 at its front, from `low` or less to more than `high`."""
    span = max(high - low, 1e-9 * max(1.0, abs(high), abs(low)))
    power = math.floor(math.log10(span / _STEPS))
    front = next(front for front in (1, 2, 5, 10) if front * 10.0**power * _STEPS >= span)
    front, power = (1, power + 1) if front == 10 else (front, power)
    lattice = {"unit": front * 10 ** max(power, 0), "digits": max(-power, 0)}
    first, last = (math.floor(end * 10 ** lattice["digits"] / lattice["unit"]) for end in (low, high))
    return lattice | {"first": first - 1, "bins": last - first + 3}  # one more: a score may lie a hair off its edge


def edges_of(net: Mapping[str, Any]) -> NDArray:
    """The thresholds one can choose (n + 1,), rising."""
    bins = net["bins"]
    return (net["first"] + np.arange(bins + 1)) * net["unit"] / 10 ** net["digits"]


def _counts(scores: NDArray, edges: NDArray) -> list[int]:
    return np.bincount(np.searchsorted(edges, scores, side="right") - 1, minlength=len(edges) - 1).tolist()


def rates(net: Mapping[str, Any]) -> tuple[NDArray, NDArray]:
    """FAR and TAR (n + 1,) at each edge: the shares of impostor and of genuine pairs that score there or above."""
    accepted = [np.append(np.cumsum(net[kind][::-1])[::-1], 0) for kind in ("impostors", "genuine")]
    far, tar = (counts / counts[0] for counts in accepted)
    return far, tar


def edge_of_equal_errors(net: Mapping[str, Any]) -> int:
    """Where FAR and 1 − TAR are nearest; of several as near the middle one."""
    far, tar = rates(net)
    gap = np.abs(1 - tar - far)
    best = np.flatnonzero(gap < gap.min() + 1e-12)
    return int(best[len(best) // 2])


def edge_at_far(net: Mapping[str, Any], far: float) -> int:
    """The lowest edge at which the FAR is no more than `far`, a share 0..1."""
    return int(np.argmax(rates(net)[0] <= far * (1 + 1e-9)))


def nearest_edge(net: Mapping[str, Any], score: float) -> int:
    """The edge nearest to a score; beyond all scores the last one, which accepts none, or the first."""
    k = min(max(score * 10 ** net["digits"] / net["unit"] - net["first"], 0), net["bins"])
    return math.floor(k + 0.5)
