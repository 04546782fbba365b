"""Center Loss: beside the classification, pull every feature to the centre of its class."""

import torch
from torch import Tensor, nn

from lessons_lib.angles import full_precision
from lessons_lib.losses.base import in_full_precision
from lessons_lib.losses.checks import check_batch, check_count, check_setting, number
from lessons_lib.losses.passes import moved_once
from lessons_lib.losses.processes import summed_over_processes


class CenterLoss(nn.Module):
    """½ mean ‖x − c_y‖²: an auxiliary loss, added to a classification loss with a weight λ.

    Wen et al., A Discriminative Feature Learning Approach for Deep Face Recognition, ECCV 2016, Eqs. 2–5, with the mean
    over the batch where the paper has the sum. `centers` (C, d) is a buffer: no optimiser moves it, and no λ does.
    Each batch in training mode does, after its loss, by the paper's own rule: c_j ← c_j − α Σ_i (c_j − x_i)/(1 + n_j)
    over the n_j features of class j, and a class without features stays. Processes that share a batch move them alike;
    a pass that activation checkpointing runs again moves nothing.
    Raises ValueError for sizes below 1 and an alpha outside 0..1.
    """

    centers: Tensor
    formula = r"\tfrac12\lVert x-c_y\rVert^2"
    paper = "Wen et al., Center Loss, ECCV 2016"

    def __init__(self, num_classes: int, embedding_size: int, alpha: float = 0.5):
        super().__init__()
        self.num_classes = check_count("num_classes", num_classes, 1, type(self).__name__)
        self.embedding_size = check_count("embedding_size", embedding_size, 1, type(self).__name__)
        self.alpha = number("alpha", alpha)
        self.check_settings()
        self.register_buffer("centers", torch.randn(self.num_classes, self.embedding_size))

    def check_settings(self) -> None:
        """ValueError where `alpha`, which may be changed at any time, is no share."""
        more = "; 0 keeps the centres where they are"
        check_setting("alpha", self.alpha, lambda share: 0 <= share <= 1, "lie in 0..1", more)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss over a batch, raw embeddings (N, d), labels (N,) int64; in training mode the centres move after."""
        check_batch(self, embeddings, labels)
        with full_precision(embeddings):
            x = in_full_precision(embeddings)
            own = self.centers[labels].to(x.dtype)
            if self.training:
                own = moved_once(self, x, labels, lambda: self._left(own, x.detach(), labels))
            return (x - own).square().sum(dim=1).mean() / 2

    def _left(self, own: Tensor, x: Tensor, labels: Tensor) -> Tensor:
        """Where the batch's own centres stood; they have moved away from there."""
        self.follow(x - own, labels)
        return own

    @torch.no_grad()
    def follow(self, away: Tensor, labels: Tensor) -> None:
        """Move the centres towards a batch of which `away` (N, d) is x − c_y."""
        away = away.to(self.centers.dtype)
        one = away.new_ones(len(away), 1)
        pulls_and_counts = self.centers.new_zeros(self.num_classes, self.embedding_size + 1)
        pulls_and_counts.index_add_(0, labels, torch.cat([away, one], dim=1))
        pulls, count = summed_over_processes(pulls_and_counts).split([self.embedding_size, 1], dim=1)
        self.centers.add_(pulls / (1 + count), alpha=self.alpha)

    def extra_repr(self) -> str:
        """Sizes and rate."""
        return f"num_classes={self.num_classes}, embedding_size={self.embedding_size}, alpha={self.alpha}"
