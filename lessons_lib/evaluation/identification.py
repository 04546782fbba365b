"""Who is this, or is it none of them? Identification against a gallery that not everybody is in."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lessons_lib.angles import unit_vectors
from lessons_lib.data.pairs import check_classes_apart
from lessons_lib.evaluation.directions import check_embedded, check_labels, directions
from lessons_lib.evaluation.doors import RULE_OF_THREE, pairs_needed
from lessons_lib.evaluation.resampled import Interval, interval
from lessons_lib.losses.checks import check_count, check_seed


@dataclass(frozen=True)
class Identification:
    """What a gallery says of people in it and of others, at one threshold; shares 0..1.

    `fpir` is the share of images of people who are not in the gallery to which it gives a name, `fnir` the share of
    images of people in it to whom it does not give theirs: `missed` finds nobody near enough, `mistaken` somebody else.
    `threshold` is None where the images it was chosen on cannot show the rate asked for; then only the share of right
    first places, `first`, can be said.
    """

    asked: float
    threshold: float | None
    others: int
    first: Interval
    fpir: Interval | None = None
    fnir: Interval | None = None
    missed: float | None = None
    mistaken: float | None = None

    def __str__(self) -> str:
        """What may be said of it."""
        said = f"Of people in the gallery {self.first:.1%} stand first."
        if self.threshold is None:
            return (
                f'{said} No threshold for "none of them" at a false-positive rate of {self.asked:g}: it takes '
                f"{pairs_needed(self.asked):,} images of others than those in the gallery, and there are "
                f"{self.others:,}."
            )
        return (
            f'{said} With "none of them" below {self.threshold:.3f}, {self.fpir:.1%} of the others are given a name, '
            f"and {self.fnir:.1%} of those in it are not given theirs: {self.missed:.1%} are missed, "
            f"{self.mistaken:.1%} mistaken for somebody else."
        )


def identify(
    embeddings: Tensor,
    labels: Tensor,
    fpir: float,
    *,
    threshold_from: tuple[Tensor, Tensor],
    shots: int = 1,
    draws: int = 100,
    seed: int = 0,
) -> Identification:
    """Put half of the classes of embeddings (N, d), labels (N,), in a gallery, `shots` images each, and ask about all.

    The gallery holds mean directions. Who is in it is drawn `draws` times, and so are the images. The threshold lets
    the gallery name at most `fpir` of the others among the classes of `threshold_from`, which must be other people:
    their labels, in the same numbering, have no class in common with `labels`. This is the rate of false negatives at a
    rate of false positives, FNIR at FPIR (ISO/IEC 19795-1). Raises ValueError for an `fpir` that is no share, for
    `shots` or `draws` below 1, for a class in common, and for fewer than two classes with an image more than `shots`.
    """
    check_count("shots", shots, 1, "identify")
    check_count("draws", draws, 1, "identify")
    check_embedded("threshold_from", threshold_from)
    check_labels(labels, embeddings)
    check_classes_apart(threshold_from[1], labels)
    if not 0 < fpir < 1:
        raise ValueError(f"fpir must be a share between 0 and 1, got {fpir}.")
    known = _asked(*threshold_from, shots, draws, seed)
    here = _asked(embeddings, labels, shots, draws, seed)
    first = interval(_mean([right for _, right, _ in here]), [float(right.double().mean()) for _, right, _ in here])
    strangers = torch.cat([best for _, _, best in known])
    others = max(len(best) for _, _, best in known)  # images in one draw; other draws show the same ones again
    if others * fpir < RULE_OF_THREE:
        return Identification(fpir, None, others, first)
    highest = strangers.sort(descending=True).values[int(fpir * len(strangers))]
    threshold = float(torch.nextafter(highest, highest + 1))
    named = [best >= threshold for _, _, best in here]
    failed = [~right | (score < threshold) for score, right, _ in here]
    return Identification(
        fpir,
        threshold,
        others,
        first,
        fpir=interval(_mean(named), [float(each.double().mean()) for each in named]),
        fnir=interval(_mean(failed), [float(each.double().mean()) for each in failed]),
        missed=_mean([score < threshold for score, _, _ in here]),
        mistaken=_mean([~right & (score >= threshold) for score, right, _ in here]),
    )


def _mean(each: list[Tensor]) -> float:
    return float(torch.cat(each).double().mean())


def _asked(x: Tensor, labels: Tensor, shots: int, draws: int, seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """In each draw: the best score of every other image of those in the gallery, whether it is right, and the best
    score of every image of the others."""
    x, which = directions(x).cpu(), labels.cpu().unique(return_inverse=True)[1]
    size = which.bincount()
    able = (size > shots).nonzero().squeeze(1)
    if len(able) < 2:
        raise ValueError(f"labels must have two classes of more than {shots} images, to ask about, got {len(able)}.")
    check_seed(seed)
    chance, found = torch.Generator().manual_seed(seed), []
    for _ in range(draws):
        inside = able[torch.randperm(len(able), generator=chance)[: max(1, len(able) // 2)]]
        order = torch.randperm(len(which), generator=chance)
        order = order[which[order].argsort(stable=True)]  # class by class, each mixed
        place = torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))
        within = place - (size.cumsum(0) - size)[which]
        shown = torch.isin(which, inside) & (within < shots)
        gallery = torch.zeros(len(size), x.shape[1]).double().index_add_(0, which[shown], x[shown])[inside]
        best = (x @ unit_vectors(gallery).T).max(dim=1)
        asked = torch.isin(which, inside) & ~shown
        right = inside[best.indices] == which
        found.append((best.values[asked], right[asked], best.values[~torch.isin(which, inside)]))
    return found
