"""The Siamese verifier: are these two of one class?"""

import torch
from torch import Tensor, nn

from lessons_lib.angles import full_precision
from lessons_lib.losses.base import in_full_precision
from lessons_lib.losses.checks import check_count, check_rows


class SiameseVerifier(nn.Module):
    """Σ_k α_k |x1_k − x2_k| + b: the logit of "same", from a distance whose coordinates are weighted by training.

    Koch, Zemel and Salakhutdinov, Siamese Neural Networks for One-shot Image Recognition, ICML workshops 2015. Train it
    with binary cross-entropy on the logits; P(same) is their sigmoid. For an identical pair all that is left is the
    bias: without it P would be ½ there, and, distance speaking against "same", below ½ for every other pair. Such a
    pair moves the bias alone, as |·| has no slope at 0.

    `alpha` (d,) starts at −1/d, so that any difference speaks against "same" and the logit does not depend on d; `bias`
    (1,) starts at 1: two features that differ by 1 in the mean over their coordinates are undecided.
    Raises ValueError for an embedding_size below 1.
    """

    formula = r"\sum_k\alpha_k\lvert x_{1k}-x_{2k}\rvert+b"
    paper = "Koch et al., Siamese Neural Networks for One-shot Image Recognition, ICML workshops 2015"

    def __init__(self, embedding_size: int):
        super().__init__()
        self.embedding_size = size = check_count("embedding_size", embedding_size, 1, type(self).__name__)
        self.alpha = nn.Parameter(torch.full((size,), -1 / size))
        self.bias = nn.Parameter(torch.ones(1))

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Logits of "same" (N,), float32 or wider, for raw embeddings x1 and x2 (N, d). ValueError for other shapes."""
        check_rows(x1=x1, x2=x2)
        if x1.shape[1] != self.embedding_size:
            raise ValueError(f"x1 must have shape (N, {self.embedding_size}), got {tuple(x1.shape)}.")
        with full_precision(x1):
            difference = (in_full_precision(x1) - in_full_precision(x2)).abs()
            return difference @ self.alpha.to(difference.dtype) + self.bias.to(difference.dtype)

    def extra_repr(self) -> str:
        """The size."""
        return f"embedding_size={self.embedding_size}"
