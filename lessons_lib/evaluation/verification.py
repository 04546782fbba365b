"""Verification: do two images show the same class? One score a pair, and a threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons_lib.data.pairs import check_classes_apart, most_pairs, sample_pairs
from lessons_lib.evaluation.directions import check_embedded, check_images, check_labels, directions
from lessons_lib.losses.checks import check_seed, check_setting, check_switch, check_tensor


class Roc(NamedTuple):
    """What each threshold lets through: shares of impostor (`far`) and of genuine pairs (`tar`), float64 (T,), rising.

    A pair is accepted whose score is at `thresholds` (T,) or above; they fall from infinity, where nothing is accepted,
    through all scores that occur.
    """

    far: Tensor
    tar: Tensor
    thresholds: Tensor


@dataclass(frozen=True, eq=False)
class Verification:
    """How well cosines tell whether two images show one class; all shares 0..1.

    `accuracy` at a `threshold` that other data chose; area under the curve, equal error rate and `tar` by FAR of these
    pairs, whose `scores` (P,) and `same` (P,) a figure may show, as their `roc`.
    """

    accuracy: float
    threshold: float
    auc: float
    eer: float
    tar: dict[float, float]
    scores: Tensor = field(repr=False)
    same: Tensor = field(repr=False)
    roc: Roc = field(repr=False)


def verify(
    embeddings: Tensor,
    labels: Tensor,
    *,
    threshold_from: tuple[Tensor, Tensor],
    pairs: int = 20_000,
    fars: Sequence[float] = (0.01, 0.001),
    shared_classes: bool = False,
    seed: int = 0,
) -> Verification:
    """Draw up to `pairs` pairs, half of them genuine, of embeddings (N, d) with labels (N,), and judge them by cosine.

    The threshold is the best one for as many pairs of `threshold_from`, the embeddings and labels of validation images,
    their labels in the same numbering. They must have no class in common with the images judged; `shared_classes=True`
    is for verification among the classes that were trained on. Raises ValueError for a class in common, and for images
    no pairs can be drawn from.
    """
    check_asked(embeddings, labels, threshold_from, fars)
    check_switch("shared_classes", shared_classes)
    check_seed(seed)
    known, known_labels = threshold_from
    if not shared_classes:
        check_classes_apart(known_labels, labels)
    threshold = best_threshold(*_scored_pairs(known, known_labels, pairs, seed))
    scores, same = _scored_pairs(embeddings, labels, pairs, seed)
    curve = roc(scores, same)
    return Verification(
        accuracy=verification_accuracy(scores, same, threshold),
        threshold=threshold,
        auc=auc(curve),
        eer=equal_error_rate(curve),
        tar={far: tar_at_far(curve, far) for far in fars},
        scores=scores,
        same=same,
        roc=curve,
    )


@torch.no_grad()
def similarity(embeddings: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """cos θ between the embeddings (N, d) of the images numbered `first` (P,) and `second` (P,): float64 (P,)."""
    unit = directions(embeddings)
    check_tensor("first", first)
    check_tensor("second", second)
    check_numbered(first, second)
    check_images(torch.stack([first, second]), unit)
    return torch.linalg.vecdot(unit[first.to(unit.device)], unit[second.to(unit.device)])


def roc(scores: Tensor, same: Tensor) -> Roc:
    """The curve of `scores` (P,), higher where two images are more alike, and `same` (P,) bool; on the CPU.

    Pairs of equal score are accepted together, as in scikit-learn's `roc_curve`, whose points these are with
    `drop_intermediate=False`. Raises ValueError for scores that are not finite, and where one kind of pair is missing.
    """
    impostors, genuine, thresholds = _accepted(scores, same)
    return Roc(impostors.double() / impostors[-1], genuine.double() / genuine[-1], thresholds)


def auc(curve: Roc) -> float:
    """The area under the curve: how often a genuine pair scores above an impostor, where equal scores count half."""
    return float(torch.trapezoid(curve.tar, curve.far))


def equal_error_rate(curve: Roc) -> float:
    """The share of impostors accepted where it equals that of genuine pairs refused, FAR = 1 − TAR.

    Mostly this lies between two thresholds: it is where the straight line between their points crosses.
    """
    excess = curve.far + curve.tar - 1  # rises from −1 to 1, with every threshold
    after = int(torch.searchsorted(excess, 0.0))
    before = after - 1
    part = -excess[before] / (excess[after] - excess[before])
    return float(torch.lerp(curve.far[before], curve.far[after], part))


def tar_at_far(curve: Roc, far: float) -> float:
    """The largest TAR at which the FAR is no more than `far`, both shares 0..1; nothing is interpolated.

    Fewer than 1/far impostors cannot show so small a FAR: it is then the TAR at which none of them is accepted.
    """
    check_far(far)
    return float(curve.tar[int(torch.searchsorted(curve.far, far, right=True)) - 1])


def best_threshold(scores: Tensor, same: Tensor) -> float:
    """The threshold of highest accuracy for `scores` (P,) and `same` (P,) bool, which should be validation pairs.

    It stands halfway between two scores. Of several as good it is the highest; infinity, if accepting nothing is best.
    """
    impostors, genuine, thresholds = _accepted(scores, same)
    best = int((genuine - impostors).argmax())  # right are the genuine accepted and the impostors not accepted
    here, below = thresholds[best], thresholds[min(best + 1, len(thresholds) - 1)]
    halfway = here / 2 + below / 2
    return float(halfway if halfway > below else here)


def verification_accuracy(scores: Tensor, same: Tensor, threshold: float) -> float:
    """Share of pairs judged rightly, 0..1, when a score (P,) at the threshold or above says "same" (P,)."""
    _check_scores(scores, same)
    return int(((scores >= threshold) == same).sum()) / len(scores)


def check_asked(embeddings: Tensor, labels: Tensor, threshold_from: Any, fars: Any) -> None:
    """Embeddings of one network, those that choose the threshold and those that are judged, and several rates."""
    check_embedded("threshold_from", threshold_from)
    check_labels(labels, embeddings)
    if threshold_from[0].shape[1:] != embeddings.shape[1:]:
        raise ValueError(
            f"threshold_from must hold embeddings of the size of those judged, (N, {embeddings.shape[-1]}), "
            f"got {tuple(threshold_from[0].shape)}."
        )
    if not isinstance(fars, Sequence) or isinstance(fars, str):
        raise ValueError(f"fars must be several shares, got {fars!r}; use ({fars!r},).")
    for far in fars:
        check_far(far)


def check_far(far: Any) -> None:
    """A share of impostors."""
    check_setting("far", far, lambda share: 0 <= share <= 1, "be a share in 0..1")


def check_numbered(first: Tensor, second: Tensor) -> None:
    """Numbers of images, as many first as second ones."""
    for name, numbers in {"first": first, "second": second}.items():
        if numbers.dtype != torch.int64 or numbers.ndim != 1 or len(numbers) == 0:
            raise ValueError(
                f"{name} must be int64 of shape (P,) with P at least 1, "
                f"got {numbers.dtype} of shape {tuple(numbers.shape)}."
            )
    if len(first) != len(second):
        raise ValueError(f"first and second must number as many images, got {len(first)} and {len(second)}.")


def _scored_pairs(embeddings: Tensor, labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    check_labels(labels, embeddings)
    pairs = sample_pairs(labels, min(count, max(2, most_pairs(labels))), seed=seed)
    return similarity(embeddings, pairs.first, pairs.second).cpu(), pairs.same.cpu()


def _accepted(scores: Tensor, same: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How many impostors and how many genuine pairs score at each threshold or above, and the thresholds: (T,) each."""
    _check_scores(scores, same)
    ordered, order = scores.detach().cpu().sort(descending=True)
    last = torch.cat([ordered[1:] != ordered[:-1], torch.ones(1, dtype=torch.bool)])  # of those that score the same
    genuine = same.cpu()[order].cumsum(0)[last]
    impostors = torch.arange(1, len(ordered) + 1)[last] - genuine
    if genuine[-1] == 0 or impostors[-1] == 0:
        raise ValueError(f"same must hold both kinds of pairs, got {int(genuine[-1])} genuine among {len(same)}.")
    return F.pad(impostors, (1, 0)), F.pad(genuine, (1, 0)), F.pad(ordered[last], (1, 0), value=torch.inf)


def _check_scores(scores: Tensor, same: Tensor) -> None:
    check_tensor("scores", scores)
    check_tensor("same", same)
    if scores.ndim != 1 or len(scores) == 0 or not scores.is_floating_point():
        raise ValueError(
            f"scores must be floating point numbers of shape (P,), got {scores.dtype} of shape {tuple(scores.shape)}."
        )
    if same.dtype != torch.bool or same.shape != scores.shape:
        raise ValueError(
            f"same must be bool of shape ({len(scores)},), one for each score, "
            f"got {same.dtype} of shape {tuple(same.shape)}."
        )
    if not scores.isfinite().all():
        bad = int((~scores.isfinite()).sum())
        raise ValueError(f"scores must be finite, got NaN or infinity in {bad} of {len(scores)}.")
