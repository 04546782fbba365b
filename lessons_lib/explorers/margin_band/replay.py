"""A training again as a recording for pages without a kernel, in five bytes a point; replay.js plays it."""

import base64
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

# At which shares of the training points are kept, besides its end. In the course's own recording a point drawn between
# two of them is 0.6° from where it was, on average; no other two shares do better.
_KEPT = (1 / 15, 7 / 15)


class Moment(NamedTuple):
    """Where a training stands: the share done, directions (radians, one a class), embeddings (N, 2)."""

    share: float
    directions: list[float]
    embeddings: Tensor


def recorded(moments: list[Moment], labels: Tensor) -> dict[str, Any]:
    """The class weights at each moment, the points at a few. `moments` begins at share 0 and has one more or more.

    "points" is base64 of, for each point: its angle at the end (int16), its length at the end (uint8, of the rim), its
    angle at each share of "kept" (int8, the root of it, so that small angles are kept well). Angles are to the point's
    own class weight of that moment. No lengths on the way: the loss does not see them.
    """
    last = moments[-1]
    nearest = {min(moments, key=lambda moment: abs(moment.share - share)).share for share in _KEPT}
    kept = [moment for moment in moments[1:-1] if moment.share in nearest]
    parts = [
        np.rint(to_own_weight(last, labels) / math.pi * 32767).astype("<i2"),
        _lengths(last.embeddings),
        *(_roots(to_own_weight(moment, labels)) for moment in kept),
    ]
    return {
        "shares": [moment.share for moment in moments],
        "directions": [moment.directions for moment in moments],
        "kept": [moment.share for moment in kept],
        "points": base64.b64encode(b"".join(part.tobytes() for part in parts)).decode(),
    }


def to_own_weight(moment: Moment, labels: Tensor) -> NDArray[np.float64]:
    """Angles (N,) from each point's own class weight to the point, in −π..π."""
    x, y = np.nan_to_num(moment.embeddings.double().numpy()).T
    turn = np.arctan2(y, x) - np.array(moment.directions)[labels.numpy()]
    return np.remainder(turn + math.pi, 2 * math.pi) - math.pi


def _roots(angles: NDArray[np.float64]) -> NDArray[np.int8]:
    return np.rint(127 * np.sign(angles) * np.sqrt(np.abs(angles) / math.pi)).astype(np.int8)


def _lengths(embeddings: Tensor) -> NDArray[np.uint8]:
    """Lengths in 255ths of the rim, which the figure draws where all but 0.5 % end; never 0, which has no direction."""
    lengths = np.linalg.norm(np.nan_to_num(embeddings.double().numpy()), axis=1)
    rim = np.quantile(lengths, 0.995, method="lower") if len(lengths) else 1.0
    return np.rint(255 * lengths / (rim or 1.0)).clip(1, 255).astype(np.uint8)
