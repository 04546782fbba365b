"""Losses on pairs and triplets: no class weights, only features that are drawn together or pushed apart."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons_lib.angles import full_precision, unit_vectors
from lessons_lib.losses.base import in_full_precision
from lessons_lib.losses.checks import check_rows, check_same, check_setting, number


class ContrastiveLoss(nn.Module):
    """½D² for a pair of one class, ½max(0, m − D)² for a pair of two; D = ‖x1 − x2‖ of the features as they are.

    Hadsell, Chopra and LeCun, Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006; `margin` is m, in
    units of D. There Y = 0 means alike, so `same` must be bool: a 0 or 1 could mean either. Two features of different
    classes in one place have no direction to part in: their gradient is 0. Unit vectors are at most 2 apart, so on
    them a margin above 2 never rests. Left out: which pairs to choose.
    Raises ValueError for a margin that is not positive.
    """

    formula = r"\tfrac12D^2\ \text{or}\ \tfrac12\max(0,m-D)^2,\quad D=\lVert x_1-x_2\rVert"
    paper = "Hadsell et al., Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006"

    def __init__(self, margin: float = 1.0):
        super().__init__()
        self.margin = number("margin", margin)
        self.check_settings()

    def check_settings(self) -> None:
        """ValueError where the margin, which may be changed at any time, is none."""
        check_setting("margin", self.margin, lambda margin: 0 < margin < math.inf, "be a positive distance")

    def forward(self, x1: Tensor, x2: Tensor, same: Tensor) -> Tensor:
        """Mean over the pairs: raw embeddings x1 and x2 (N, d), same (N,) bool. ValueError for anything else."""
        check_rows(x1=x1, x2=x2)
        check_same(same, len(x1))
        self.check_settings()
        with full_precision(x1):
            distance = torch.linalg.vector_norm(in_full_precision(x1) - in_full_precision(x2), dim=1)
            pull, push = distance.square() / 2, F.relu(self.margin - distance).square() / 2
            return torch.where(same, pull, push).mean()

    def extra_repr(self) -> str:
        """The margin."""
        return f"margin={self.margin}"


class TripletLoss(nn.Module):
    """max(0, ‖a − p‖² − ‖a − n‖² + m): the anchor must be nearer to its own class than to another, by a margin.

    Schroff, Kalenichenko and Philbin, FaceNet, CVPR 2015: unit vectors, squared distances. The mean is over all
    triplets, those already at rest included. A loss that stays at the margin says that all features lie in one place.
    Left out: which triplets to choose.
    Raises ValueError for a margin outside 0..4: the two squared distances differ by no more.
    """

    formula = r"\max(0,\lVert\hat a-\hat p\rVert^2-\lVert\hat a-\hat n\rVert^2+m)"
    paper = "Schroff et al., FaceNet, CVPR 2015"

    def __init__(self, margin: float = 0.2):
        super().__init__()
        self.margin = number("margin", margin)
        self.check_settings()

    def check_settings(self) -> None:
        """ValueError where the margin, which may be changed at any time, is none."""
        said = "lie in 0..4, by which squared distances of unit vectors can differ"
        check_setting("margin", self.margin, lambda margin: 0 <= margin <= 4, said)

    def forward(self, anchors: Tensor, positives: Tensor, negatives: Tensor) -> Tensor:
        """Mean over the triplets: raw embeddings, all (N, d). ValueError for anything else."""
        check_rows(anchors=anchors, positives=positives, negatives=negatives)
        self.check_settings()
        with full_precision(anchors):
            a, p, n = (unit_vectors(in_full_precision(x)) for x in (anchors, positives, negatives))
            near, far = (a - p).square().sum(dim=1), (a - n).square().sum(dim=1)
            return F.relu(near - far + self.margin).mean()

    def extra_repr(self) -> str:
        """The margin."""
        return f"margin={self.margin}"


class NPairsLoss(nn.Module):
    """log(1 + Σ_{j≠i} e^{a_i·p_j − a_i·p_i}): each anchor must know its own positive among those of all others.

    Sohn, Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NIPS 2016. One pair a class in a batch,
    or another one's positive is of the same class. Nothing is normalised, as in the paper, so the loss can also fall
    by growing features; the paper's penalty on their length is left out. A single pair has no others: its loss is 0.
    Processes that share a batch do not see each other's positives.
    """

    formula = r"\log\bigl(1+\sum_{j\ne i}e^{a_i\cdot p_j-a_i\cdot p_i}\bigr)"
    paper = "Sohn, Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NIPS 2016"

    def forward(self, anchors: Tensor, positives: Tensor) -> Tensor:
        """Mean over the anchors: raw embeddings, both (N, d), row i of both of one class. ValueError otherwise."""
        check_rows(anchors=anchors, positives=positives)
        with full_precision(anchors):
            products = in_full_precision(anchors) @ in_full_precision(positives).T
            ahead = products - products.diagonal()[:, None]
            own = torch.eye(len(ahead), dtype=torch.bool, device=ahead.device)
            others = ahead.masked_fill(own, -math.inf).logsumexp(dim=1)
            return torch.logaddexp(torch.zeros_like(others), others).mean()
