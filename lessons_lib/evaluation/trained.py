"""How good a trained run is: measured on images it was not trained on."""

import torch
from torch import Tensor

from lessons_lib.angles import safe_angle
from lessons_lib.data import LabelledImages
from lessons_lib.evaluation.directions import check_labels
from lessons_lib.nets import embed
from lessons_lib.runs import Run


@torch.no_grad()
def accuracy(run: Run, part: LabelledImages) -> float:
    """Share of images, 0..1, whose largest logit (no margin) is that of their class.

    Raises ValueError for no images, and for a class that the head does not know.
    """
    _check_known(run, part)
    return float((run.head.logits(embed(run.net, part.images)).argmax(1) == part.labels).float().mean())


@torch.no_grad()
def target_angles(run: Run, part: LabelledImages) -> Tensor:
    """θ_y in radians, (N,): the angle between each feature and the weight of its own class. ValueError as above."""
    _check_known(run, part)
    cosines = run.head.cosines(embed(run.net, part.images))
    return safe_angle(cosines.gather(1, part.labels[:, None])).squeeze(1)


def _check_known(run: Run, part: LabelledImages) -> None:
    """Images with a class number each, of the classes that the head has a weight for."""
    check_labels(part.labels, part.images)
    if len(part) == 0:
        raise ValueError("part must hold at least one image, got none.")
    least, most, classes = int(part.labels.min()), int(part.labels.max()), run.head.num_classes
    if least < 0 or most >= classes:
        raise ValueError(
            f"labels must lie in 0..{classes - 1}, the classes that were trained on, got {least}..{most}: "
            "other classes are for recall_at_k and verify."
        )
