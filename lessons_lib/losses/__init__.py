"""Every loss of the course. A classification loss is a head: a module that owns the class weights."""

from lessons_lib.losses.adacos import AdaCosLoss, FixedAdaCosLoss
from lessons_lib.losses.adaface import AdaFaceLoss
from lessons_lib.losses.base import Head
from lessons_lib.losses.center import CenterLoss
from lessons_lib.losses.curricular import CurricularFaceLoss
from lessons_lib.losses.in_batch import (
    InBatch,
    all_pairs,
    nearest_pairs,
    one_pair_a_class,
    random_pairs,
    random_triplets,
    semi_hard_triplets,
)
from lessons_lib.losses.magface import MagFaceLoss
from lessons_lib.losses.margins import ArcFaceLoss, CombinedMarginLoss, CosFaceLoss
from lessons_lib.losses.p2sgrad import P2SGradLoss
from lessons_lib.losses.pairs import ContrastiveLoss, NPairsLoss, TripletLoss
from lessons_lib.losses.regularizers import CenterInvariantRegularizer, OnClassWeights, RegularFaceRegularizer
from lessons_lib.losses.siamese import SiameseVerifier
from lessons_lib.losses.softmax import ModifiedSoftmaxLoss, NormalizedSoftmaxLoss, SoftmaxLoss
from lessons_lib.losses.softtriple import SoftTripleLoss
from lessons_lib.losses.sphereface import SphereFaceLoss
from lessons_lib.losses.sub_center import SubCenterArcFaceLoss
from lessons_lib.losses.uniform import UniformLoss, uniform_energy

LOSSES: dict[str, type[Head]] = {
    head.__name__: head
    for head in (
        SoftmaxLoss,
        ModifiedSoftmaxLoss,
        NormalizedSoftmaxLoss,
        SphereFaceLoss,
        CosFaceLoss,
        ArcFaceLoss,
        CombinedMarginLoss,
        FixedAdaCosLoss,
        AdaCosLoss,
        P2SGradLoss,
        SoftTripleLoss,
        AdaFaceLoss,
        MagFaceLoss,
        CurricularFaceLoss,
        SubCenterArcFaceLoss,
    )
}

__all__ = [
    "LOSSES",
    "AdaCosLoss",
    "AdaFaceLoss",
    "ArcFaceLoss",
    "CenterInvariantRegularizer",
    "CenterLoss",
    "CombinedMarginLoss",
    "ContrastiveLoss",
    "CosFaceLoss",
    "CurricularFaceLoss",
    "FixedAdaCosLoss",
    "Head",
    "InBatch",
    "MagFaceLoss",
    "ModifiedSoftmaxLoss",
    "NPairsLoss",
    "NormalizedSoftmaxLoss",
    "OnClassWeights",
    "P2SGradLoss",
    "RegularFaceRegularizer",
    "SiameseVerifier",
    "SoftTripleLoss",
    "SoftmaxLoss",
    "SphereFaceLoss",
    "SubCenterArcFaceLoss",
    "TripletLoss",
    "UniformLoss",
    "all_pairs",
    "nearest_pairs",
    "one_pair_a_class",
    "random_pairs",
    "random_triplets",
    "semi_hard_triplets",
    "uniform_energy",
]
