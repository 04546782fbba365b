"""The camera over a sphere: plotly's perspective, what it hides, and from where ten classes are seen best.

Places are (N, 3) in radii of the sphere, the eye is (3,).
"""

import math

import torch
from torch import Tensor

from lessons_lib.angles import unit_vectors

TIP = 1.2  # how far out a class weight's label stands
_AWAY = 3.4  # from the centre to the eye
_OPENING = math.tan(math.pi / 8)  # plotly's camera sees 45 degrees
LIMB = 1 / math.sqrt(_AWAY**2 - 1) / _OPENING  # the sphere's radius in the picture, whose half side is 1


def first_view(weights: Tensor) -> Tensor:
    """The eye (3,), in radii, from which class weights (C, 3) are seen best, with room between their labels."""
    candidates = [_eye(turn, lift) for lift in range(-60, 61, 10) for turn in range(0, 360, 5)]
    return max(candidates, key=lambda eye: _clarity(weights, eye))


def _eye(turn: float, lift: float) -> Tensor:
    """A place to look from, `turn` degrees round and `lift` degrees up."""
    around, up = math.radians(turn), math.radians(lift)
    return _AWAY * torch.tensor([math.cos(around) * math.cos(up), math.sin(around) * math.cos(up), math.sin(up)])


def _clarity(weights: Tensor, eye: Tensor) -> float:
    """How well the classes face the eye, times the room that their labels have; neither counts beyond enough."""
    facing, tips = weights @ unit_vectors(eye), project(TIP * weights, eye)
    gaps = torch.pdist(tips[~hidden(TIP * weights, eye)])
    cut = (torch.linalg.vector_norm(tips[facing < 1 / _AWAY], dim=1) - LIMB).abs()  # labels half behind the globe
    room = torch.cat([gaps, 3 * cut, torch.tensor([0.15])]).min()
    return float((facing.clamp(0.15, 0.75) - 0.15).sum() * room)


def project(places: Tensor, eye: Tensor) -> Tensor:
    """Where plotly's camera shows places (N, 3) in its square picture, (N, 2) in −1..1."""
    ahead = unit_vectors(-eye)
    right = unit_vectors(torch.linalg.cross(ahead, torch.tensor([0.0, 0.0, 1.0])))
    above = torch.linalg.cross(right, ahead)
    depth = (places - eye) @ ahead
    return torch.stack([places @ right, places @ above], dim=1) / (depth * _OPENING)[:, None]


def hidden(places: Tensor, eye: Tensor) -> Tensor:
    """Which places (N, 3), on the unit sphere or outside, stand behind it, (N,) bool."""
    sight = places - eye
    distance = torch.linalg.vector_norm(sight, dim=1)
    passes = torch.linalg.vector_norm(torch.linalg.cross(places, eye.expand_as(places)), dim=1) / distance
    return (passes < 1) & (distance > math.sqrt(float(eye @ eye) - 1))
