"""Every loss of the course. A classification loss is a head: a module that owns the class weights."""

from lessons_lib.losses.base import Head
from lessons_lib.losses.margins import ArcFaceLoss, CombinedMarginLoss, CosFaceLoss
from lessons_lib.losses.softmax import ModifiedSoftmaxLoss, NormalizedSoftmaxLoss, SoftmaxLoss

LOSSES: dict[str, type[Head]] = {
    head.__name__: head
    for head in (
        SoftmaxLoss,
        ModifiedSoftmaxLoss,
        NormalizedSoftmaxLoss,
        CosFaceLoss,
        ArcFaceLoss,
        CombinedMarginLoss,
    )
}

__all__ = [
    "LOSSES",
    "ArcFaceLoss",
    "CombinedMarginLoss",
    "CosFaceLoss",
    "Head",
    "ModifiedSoftmaxLoss",
    "NormalizedSoftmaxLoss",
    "SoftmaxLoss",
]
