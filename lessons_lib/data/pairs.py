"""Which images stand side by side: pairs for verification, episodes for one-shot tasks. Numbers of images only."""

from typing import NamedTuple

import torch
from torch import Tensor

from lessons_lib.losses.checks import check_count, check_seed, check_tensor


class Pairs(NamedTuple):
    """The numbers of two images each, int64 (P,) and (P,), and whether they show the same class, bool (P,)."""

    first: Tensor
    second: Tensor
    same: Tensor


class Episodes(NamedTuple):
    """Small tasks: the numbers of images to learn from, `support` (E, ways, shots), and to tell, `query`
    (E, ways, queries), both int64; row w of both is the same class."""

    support: Tensor
    query: Tensor


class _Gathered(NamedTuple):
    """Things gathered by the number they carry: those of numbers[g] are order[start[g] : start[g] + size[g]]."""

    numbers: Tensor
    order: Tensor
    start: Tensor
    size: Tensor


def sample_pairs(labels: Tensor, count: int, *, seed: int = 0) -> Pairs:
    """`count` different pairs of the images labelled (N,) int64, mixed: half genuine, half impostor.

    Drawn without replacement, every genuine pair alike likely and every impostor pair too; of an odd count the one over
    is an impostor. No image is paired with itself. Raises ValueError for fewer than two classes, for no class with two
    images, and for more pairs than there are.
    """
    check_count("count", count, 2, "sample_pairs")
    classes, most = _classes(labels), most_pairs(labels)
    if most < 2:
        raise ValueError(
            "labels must hold two classes, and two images of one of them, to draw pairs from, "
            f"got N = {len(labels)} images and C = {len(classes.numbers)} classes."
        )
    if count > most:
        raise ValueError(f"count must be at most {most} with these {len(labels)} labels, half of each, got {count}.")
    check_seed(seed)
    chance, half = torch.Generator().manual_seed(seed), count // 2
    before = classes.start.repeat_interleave(classes.size)  # how many stand before the class of each
    genuine = _draw(before, torch.arange(len(before)) - before, half, chance)
    impostor = _draw(torch.zeros_like(before), before, count - half, chance)
    mixed, turned = torch.randperm(count, generator=chance), torch.rand(count, generator=chance) < 0.5
    first, second = classes.order[torch.cat([genuine, impostor], dim=1)[:, mixed]]
    drawn = torch.where(turned, second, first), torch.where(turned, first, second), mixed < half
    return Pairs(*(part.to(labels.device) for part in drawn))


def most_pairs(labels: Tensor) -> int:
    """The largest count that `sample_pairs` can draw from labels (N,); 0 or 1 where it can draw none."""
    size = _classes(labels).size
    images = len(labels)
    genuine = int((size * (size - 1)).sum()) // 2
    impostor = images * (images - 1) // 2 - genuine
    return min(2 * genuine + 1, 2 * impostor)


def split_classes(labels: Tensor, share: float, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """The numbers of the images, int64, of a random `share` of all classes, and those of the other classes.

    With one alphabet number for each image in place of labels (N,), whole alphabets are kept apart. Raises ValueError
    for a share that leaves one part without a class.
    """
    numbers = _classes(labels).numbers
    count = round(share * len(numbers)) if 0 < share < 1 else 0
    if not 0 < count < len(numbers):
        raise ValueError(f"share must leave both parts a class, got share={share} of {len(numbers)} classes.")
    check_seed(seed)
    drawn = torch.randperm(len(numbers), generator=torch.Generator().manual_seed(seed))[:count]
    inside = torch.isin(labels, numbers[drawn].to(labels.device))
    return inside.nonzero().squeeze(1), (~inside).nonzero().squeeze(1)


def check_classes_apart(labels: Tensor, others: Tensor) -> None:
    """ValueError where two sets of images, labels (N,) and (M,) in one numbering, have a class in common."""
    numbers = _classes(labels).numbers
    shared = numbers[torch.isin(numbers, _classes(others).numbers)].tolist()
    if shared:
        shown = ", ".join(map(str, shared[:5])) + (", ..." if len(shared) > 5 else "")
        raise ValueError(
            f"The two sets must have no class in common, got {len(shared)} in both ({shown}); "
            "split_classes parts one set into two by class."
        )


def sample_episodes(
    labels: Tensor, *, ways: int, shots: int, count: int, queries: int = 1, groups: Tensor | None = None, seed: int = 0
) -> Episodes:
    """`count` tasks of `ways` random classes, each with `shots` images to learn from and `queries` others to tell.

    labels (N,) int64. `groups` (N,) int64, the alphabet of each image, has every task drawn within one group; a group
    of too few classes is left out, and so is a class of too few images. Groups, classes in them and images in those are
    alike likely. Raises ValueError where no such task can be drawn.
    """
    for name, value, fewest in (("ways", ways, 2), ("shots", shots, 1), ("count", count, 1), ("queries", queries, 1)):
        check_count(name, value, fewest, "sample_episodes")
    classes, needed = _classes(labels), shots + queries
    able = (classes.size >= needed).nonzero().squeeze(1)
    kinds = _gather((torch.zeros_like(classes.size) if groups is None else _group_of_each(classes, groups))[able])
    roomy = (kinds.size >= ways).nonzero().squeeze(1)
    if len(roomy) == 0:
        most = int(kinds.size.max()) if len(able) else 0
        where = "these labels have" if groups is None else "no group has more than"
        raise ValueError(f"{ways} ways need {ways} classes of at least {needed} images each, {where} {most}.")
    check_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    kind = roomy[torch.randint(len(roomy), (count,), generator=chance)]
    drawn = able[_pick(kinds, kind, ways, chance)]
    images = _pick(classes, drawn.flatten(), needed, chance).view(count, ways, needed).to(labels.device)
    return Episodes(images[..., :shots], images[..., shots:])


def _group_of_each(classes: _Gathered, groups: Tensor) -> Tensor:
    """The group of each class, (C,), from that of each image; a class has one group."""
    _check_numbers("groups", groups)
    if len(groups) != len(classes.order):
        raise ValueError(f"groups must have one number for each of the {len(classes.order)} images, got {len(groups)}.")
    groups = groups.cpu()[classes.order]
    of_class = groups[classes.start]
    strange = (groups != of_class.repeat_interleave(classes.size)).nonzero().squeeze(1)
    if len(strange):
        label = int(classes.numbers.repeat_interleave(classes.size)[strange[0]])
        raise ValueError(f"groups must put all images of a class in one group, got several for class {label}.")
    return of_class


def _classes(labels: Tensor) -> _Gathered:
    _check_numbers("labels", labels)
    return _gather(labels.cpu())


def _check_numbers(name: str, numbers: Tensor) -> None:
    check_tensor(name, numbers)
    if numbers.ndim != 1 or len(numbers) == 0 or numbers.dtype != torch.int64:
        raise ValueError(f"{name} must be int64 of shape (N,), got {numbers.dtype} of shape {tuple(numbers.shape)}.")


def _gather(numbers: Tensor) -> _Gathered:
    present, which, size = numbers.unique(return_inverse=True, return_counts=True)
    return _Gathered(present, which.argsort(stable=True), size.cumsum(0) - size, size)


def _draw(begin: Tensor, partners: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """`count` different pairs (2, count), each alike likely: place j may stand with begin[j] .. begin[j] + partners[j].

    All pairs are thought of in one row; which place a drawn rank falls to is then a matter of searching.
    """
    ends = partners.cumsum(0)
    ranks = _different(int(ends[-1]), count, chance)
    second = torch.searchsorted(ends, ranks, right=True)
    return torch.stack([begin[second] + ranks - (ends - partners)[second], second])


def _different(total: int, count: int, chance: torch.Generator) -> Tensor:
    """`count` different whole numbers below `total`, in random order; memory goes with count, not with total."""
    drawn = torch.empty(0, dtype=torch.int64)
    while len(drawn) < count:
        drawn = torch.cat([drawn, torch.randint(total, (2 * count,), generator=chance)]).unique()
    return drawn[torch.randperm(len(drawn), generator=chance)[:count]]


def _pick(gathered: _Gathered, which: Tensor, count: int, chance: torch.Generator) -> Tensor:
    """`count` different things of each gathering in `which` (R,), in random order, as (R, count).

    R. Floyd's way (Bentley, Programming Pearls, CACM 1987): draw from ever more places, and take the new place whenever
    the drawn one is taken already.
    """
    places = torch.empty(len(which), 0, dtype=torch.int64)
    for to_come in reversed(range(count)):
        newest = gathered.size[which] - to_come - 1
        drawn = (torch.rand(len(which), generator=chance, dtype=torch.float64) * (newest + 1)).long()
        taken = (places == drawn[:, None]).any(dim=1)
        places = torch.cat([places, torch.where(taken, newest, drawn)[:, None]], dim=1)
    mixed = torch.rand(places.shape, generator=chance).argsort(dim=1)
    return gathered.order[gathered.start[which, None] + places.gather(1, mixed)]
