"""Pictures that are one picture: copied, saved anew in another format, or made larger or smaller."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

_COARSE, _MIDDLE, _FINE = 7, 14, 48  # pixels a side at which two pictures are compared, the cheapest first
# The largest squared difference as a share of the pictures' own variance. Copies saved at a JPEG quality of 50 or at
# half the size have up to 0.02; the two most alike of forty people's portraits, or of a thousand letters, 0.11.
_SHARE = 0.03
_ROUNDING = (1.5 / 255) ** 2
_BLOCK = 1_000


def same_pictures(images: Tensor, looked_at: Callable[[Sequence[int]], Tensor]) -> list[tuple[int, int]]:
    """The pairs (i, j), i < j, of images (N, C, S, S) in [0, 1] that are one picture, in the order of i.

    `looked_at(numbers)` gives those images once more from their files, in colour and at 48 pixels a side: what looks
    alike when it is small and grey is compared again like that. Memory goes with N, not with N².
    """
    alike = _near(_shrunk(images, _COARSE))
    middle, found = _shrunk(images, _MIDDLE), []
    for some in alike.split(_BLOCK) if len(alike) else ():
        some = some[_same(middle, some)]
        if not len(some):
            continue
        numbers, places = some.unique(return_inverse=True)
        found += some[_same(_shrunk(looked_at(numbers.tolist()), _FINE), places)].tolist()
    return sorted((min(pair), max(pair)) for pair in found)


def _shrunk(images: Tensor, side: int) -> Tensor:
    """Images (N, C, S, S) with `side` pixels a side at most, in a row each."""
    return F.adaptive_avg_pool2d(images, min(side, images.shape[-1])).flatten(1)


def _same(rows: Tensor, pairs: Tensor) -> Tensor:
    """Whether the rows of each pair (P, 2) differ by less than one picture differs from its copy, bool (P,).

    Two that show nothing, black or of one grey, are alike and no copies.
    """
    one, other = rows[pairs[:, 0]], rows[pairs[:, 1]]
    spread = (one.var(dim=1, correction=0) + other.var(dim=1, correction=0)) / 2
    return ((one - other).square().mean(dim=1) < _SHARE * spread + _ROUNDING) & (spread > _ROUNDING)


def _near(rows: Tensor) -> Tensor:
    """The pairs (P, 2) of rows (N, n) as near each other as copies are.

    Along the direction in which rows differ most, two that are near are near: only those are compared. How far
    below the limit of `_same` a pair stands, |x|² + |y|² − 2xy and all, is one product of rows with two numbers more.
    """
    if len(rows) < 2:
        return torch.empty(0, 2, dtype=torch.int64)
    rows = rows - rows.mean(dim=0)
    spread, one = rows.var(dim=1, correction=0), torch.ones(len(rows), 1)
    along, order = (rows @ _widest(rows)).sort()
    reach = (rows.shape[1] * (_SHARE * spread.max() + _ROUNDING)).sqrt()
    own = (_SHARE * spread / 2 - rows.square().mean(dim=1))[:, None]
    left = torch.cat([2 * rows / rows.shape[1], own, one], dim=1)[order]
    right = torch.cat([rows, one, own], dim=1)[order].T.contiguous()
    ends, found = torch.searchsorted(along, along + reach, right=True), [torch.empty(0, 2, dtype=torch.int64)]
    for start in range(0, len(rows), _BLOCK):
        stop = min(start + _BLOCK, len(rows))
        below = left[start:stop] @ right[:, start : int(ends[stop - 1])]
        below[:, : stop - start].masked_fill_(torch.ones(stop - start, stop - start).tril().bool(), -torch.inf)
        if below.max() > -_ROUNDING:
            found.append(order[(below > -_ROUNDING).nonzero() + start])
    return torch.cat(found)


def _widest(rows: Tensor) -> Tensor:
    """The direction in which the rows (N, n) spread most."""
    some = rows[:: max(1, len(rows) // 2_000)]
    return torch.linalg.eigh(torch.cov(some.T, correction=0).reshape(rows.shape[1], -1)).eigenvectors[:, -1]
