"""Two regularisers of class weights that are used beside ArcFace: one spreads them, one evens out their lengths."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lessons_lib.angles import cosines_between, full_precision
from lessons_lib.losses.base import Head, in_full_precision
from lessons_lib.losses.checks import check_weight


class RegularFaceRegularizer(nn.Module):
    """Mean over the classes of cos θ to the nearest other class weight, so that no two stand close.

    Zhao et al., RegularFace, CVPR 2019. Only the nearest pairs feel it, where Uniform Loss has every pair repel. The
    paper's own way of clipping its gradient is left out. Raises ValueError for fewer than two class weights.
    """

    formula = r"\frac1C\sum_j\max_{k\ne j}\hat W_j\cdot\hat W_k"
    paper = "Zhao et al., RegularFace, CVPR 2019"

    def forward(self, weight: Tensor) -> Tensor:
        """The mean nearest cosine of class weights (C, d)."""
        check_weight("weight", weight)
        own = torch.eye(len(weight), dtype=torch.bool, device=weight.device)
        with full_precision(weight):
            rows = in_full_precision(weight)
            return cosines_between(rows, rows).masked_fill(own, -math.inf).amax(dim=1).mean()


class CenterInvariantRegularizer(nn.Module):
    """¼ mean (‖W_j‖² − mean_k ‖W_k‖²)²: class weights of equal length, so that no class is favoured for its norm.

    Wu et al., Deep Face Recognition with Center Invariant Loss, ACM Multimedia workshops 2017, where it is asked of the
    classes' centres; here, of their weights. A head that normalises its class weights never sees their length: beside
    ArcFace it changes nothing but how fast they turn.
    Raises ValueError for fewer than two class weights.
    """

    formula = r"\frac1{4C}\sum_j\bigl(\lVert W_j\rVert^2-\tfrac1C\sum_k\lVert W_k\rVert^2\bigr)^2"
    paper = "Wu et al., Center Invariant Loss, ACM Multimedia workshops 2017"

    def forward(self, weight: Tensor) -> Tensor:
        """How unequal the lengths of class weights (C, d) are."""
        check_weight("weight", weight)
        squared = in_full_precision(weight).square().sum(dim=1)
        return (squared - squared.mean()).square().mean() / 4


class OnClassWeights(nn.Module):
    """A regulariser of a head's class weights as an auxiliary loss of `fit`: (embeddings, labels) -> its value.

    `regularizer` takes weights (C, d): one of the two above, or `uniform_energy`. The head keeps owning its weights.
    """

    def __init__(self, regularizer: Callable[[Tensor], Tensor], head: Head):
        super().__init__()
        self.regularizer = regularizer
        self._head = [head]  # in a list: as a submodule its weights would be trained twice

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The regulariser of the class weights as they are now; the batch is not looked at."""
        return self.regularizer(self._head[0].weight)

    def extra_repr(self) -> str:
        """Which regulariser, where it is a function."""
        return getattr(self.regularizer, "__name__", "")
