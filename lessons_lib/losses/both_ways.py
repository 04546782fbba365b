"""Class weights that come with the batch: images against texts, and texts against images (CLIP, SigLIP)."""

import math

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized, register_parametrization

from lessons_lib.losses.base import Head
from lessons_lib.losses.checks import check_rows, check_tensor, number
from lessons_lib.losses.cross_entropy import factor

CLIP_SCALE, CLIP_CAP = 1 / 0.07, 100.0


class BothWays(nn.Module):
    """Mean of a head's loss on images, with the texts as its class weights, and on texts, with the images as theirs.

    A batch of B pairs is a classification with C = B classes: image i belongs to text i. With NormalizedSoftmaxLoss it
    is InfoNCE in both directions (van den Oord et al., 2018), CLIP's loss (Radford et al., ICML 2021); with a learnt
    scale all of it. Any head that has no more than one weight a class will do: it brings its curve and its scale, and
    its own class weights stay aside. Where several processes share a batch, each looks at the pairs of all, and the
    mean of their gradients is that of one process with the whole batch. ValueError for rows that are not pairs.
    """

    def __init__(self, head: Head):
        super().__init__()
        self.head = head
        head.weight.requires_grad_(False)

    def forward(self, images: Tensor, texts: Tensor) -> Tensor:
        """Mean loss of B pairs, raw embeddings (B, d) both."""
        check_rows(images=images, texts=texts)
        images, texts = with_all_processes(images), with_all_processes(texts)
        pair = torch.arange(len(images), device=images.device)
        return (self.head(images, pair, weight=texts) + self.head(texts, pair, weight=images)) / 2


class SigmoidLoss(Head):
    """Each pair is a question of its own, same or not: σ(s·cos θ_j + b), and no other pair is in it.

    Zhai et al., Sigmoid Loss for Language Image Pre-Training (SigLIP), ICCV 2023: summed over the classes, mean over
    the batch; scale and bias are learnt. `bias` starts at −ln(C − 1) where it is not given: then a head that knows
    nothing (s·cos θ = 0) says "same" with P = 1/C, as often as it is true. The paper starts at −10.
    SphereFace2 (Wen et al., ICLR 2022) is its elder: the same question with a margin, for class weights of one's own.
    """

    formula = r"\log(1+e^{-s\cos\theta_y-b})+\sum_{j\ne y}\log(1+e^{s\cos\theta_j+b})"
    paper = "Zhai et al., Sigmoid Loss for Language Image Pre-Training, ICCV 2023 (arXiv:2303.15343)"

    def __init__(self, num_classes: int, embedding_size: int, scale: float = 10.0, bias: float | None = None):
        super().__init__(num_classes, embedding_size, scale)
        start = even_bias(self.num_classes) if bias is None else float(number("bias", bias))
        self.bias = nn.Parameter(torch.tensor(start))

    def target_logit(self, theta: Tensor) -> Tensor:
        """cos θ: no margin."""
        check_tensor("theta", theta)
        return torch.cos(theta)

    def logits(self, embeddings: Tensor) -> Tensor:
        """What one predicts with, (N, C): above 0 for the same, below for not."""
        cosines = self.cosines(embeddings)
        return factor(self.multiplier(embeddings), cosines) * cosines + self.bias.to(cosines)

    def mean_loss(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """−ln σ(z_y) − Σ_{j≠y} ln σ(−z_j), mean over a batch that was checked."""
        z = self.logits(embeddings)
        # −ln σ(z) is softplus(−z) = softplus(z) − z, and −ln σ(−z) is softplus(z).
        return (F.softplus(z).sum() - z.gather(1, labels[:, None]).sum()) / len(labels)


def even_bias(count: int) -> float:
    """b = ln(p/(1 − p)) with p = 1/count, the share of true pairs among `count` × `count`: −ln(count − 1)."""
    return -math.log(count - 1)


def learn_scale(head: Head, start: float = CLIP_SCALE, most: float = CLIP_CAP) -> Head:
    """Have a head's scale learnt as CLIP does: its logarithm is the parameter, and it never goes above `most`.

    Returns the head. `head.scale` is then s = e^a, and a is `head.parametrizations.scale.original`.
    Raises ValueError for a start that is not between 0 and `most`, and for a head of which it was asked before.
    """
    if not 0 < number("start", start) <= number("most", most):
        raise ValueError(f"start must lie above 0 and at most at {most}, got {start}.")
    if is_parametrized(head, "scale"):
        raise ValueError(f"The scale of this {type(head).__bases__[0].__name__} is learnt already: make a new head.")
    head.scale = nn.Parameter(torch.tensor(float(start), dtype=head.weight.dtype, device=head.weight.device))
    register_parametrization(head, "scale", CappedExponential(most))
    return head


class CappedExponential(nn.Module):
    """s = e^a, with a put back to ln `most` where a step has left it above: it can come down again from there."""

    def __init__(self, most: float):
        super().__init__()
        self.most = most

    def forward(self, log: Tensor) -> Tensor:
        with torch.no_grad():
            log.clamp_(max=math.log(self.most))
        return log.exp()

    def right_inverse(self, scale: Tensor) -> Tensor:
        """a = ln s."""
        return scale.log()


def with_all_processes(rows: Tensor) -> Tensor:
    """The rows (n, d) of all processes of torch.distributed, joined, differentiable in the own; alone, the own.

    Every process makes the same loss of them, so none need send gradients back: the own rows' gradient counts once for
    each process, as DistributedDataParallel then takes the mean.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return rows
    count = dist.get_world_size()
    parts = [torch.empty_like(rows) for _ in range(count)]
    dist.all_gather(parts, rows.detach().contiguous())
    parts[dist.get_rank()] = rows.detach() + count * (rows - rows.detach())
    return torch.cat(parts)
