"""How good a trained run is: measured on images it was not trained on."""

import torch
from torch import Tensor

from lessons_lib.angles import safe_angle
from lessons_lib.data import LabelledImages
from lessons_lib.nets import embed
from lessons_lib.runs import Run


@torch.no_grad()
def accuracy(run: Run, part: LabelledImages) -> float:
    """Share of images, 0..1, whose largest logit (no margin) is that of their class."""
    return float((run.head.logits(embed(run.net, part.images)).argmax(1) == part.labels).float().mean())


@torch.no_grad()
def target_angles(run: Run, part: LabelledImages) -> Tensor:
    """θ_y in radians, (N,): the angle between each feature and the weight of its own class."""
    cosines = run.head.cosines(embed(run.net, part.images))
    return safe_angle(cosines.gather(1, part.labels[:, None])).squeeze(1)
