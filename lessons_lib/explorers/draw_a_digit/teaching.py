"""What DrawADigit needs to train on in the page: a loss, the layers that learn, and digits to learn from: see teach.js.

The layers after the trunk learn; what the trunk says of the digits travels with the figure, squeezed into few numbers.
"""

import base64
from typing import Any

import torch
from torch import Tensor, nn

from lessons_lib.explorers.kit.packing import Squeezed, deflate, pack
from lessons_lib.losses import CosFaceLoss, Head, ModifiedSoftmaxLoss, NormalizedSoftmaxLoss, SoftmaxLoss

PRACTICE = 250  # digits to learn from, beside the dots: two batches of teach.js
_INPUTS = 10  # of the trunk's 64 numbers so many are kept: 0.1° at the median in the plane


def page_head(head: Head) -> dict[str, Any] | None:
    """What the page calls this loss, or None for one that it does not train: a bias, a moving scale, a margin on θ."""
    if type(head) is ModifiedSoftmaxLoss:
        return {"loss": "softmax", "margin": 0.0, "scale": None}
    if type(head) is SoftmaxLoss and head.bias is None:
        return {"loss": "plain_softmax", "margin": 0.0, "scale": None}
    if type(head) is NormalizedSoftmaxLoss and isinstance(head.scale, float):
        return {"loss": "softmax", "margin": 0.0, "scale": head.scale}
    if type(head) is CosFaceLoss and isinstance(head.scale, float):
        return {"loss": "cosface", "margin": head.margin, "scale": head.scale}
    return None


def first_learner(layers: list[nn.Module], trunk: int) -> int:
    """Where the layers begin that the page can train: after the trunk's, and only linear ones and PReLU up to the end.

    `layers` are folded ones, the first `trunk` of them the trunk's.
    """
    fixed = [i for i, layer in enumerate(layers) if not isinstance(layer, nn.Linear | nn.PReLU)]
    return max([trunk, *(i + 1 for i in fixed)])


def practice_rows(count: int, shown: Tensor) -> Tensor:
    """Which of `count` images the page learns from: up to PRACTICE not among the `shown` ones, evenly spread."""
    others = torch.ones(count, dtype=torch.bool)
    others[shown] = False
    rows = torch.nonzero(others).flatten()
    return rows[torch.linspace(0, len(rows) - 1, min(PRACTICE, len(rows))).long()]


def pack_lesson(
    layers: list[nn.Module], first: int, head: Head, images: Tensor, labels: Tensor
) -> tuple[dict[str, Any] | None, bytes]:
    """What the figure says of its training, and as bytes what the layers before `first` make of images.

    `labels` (M,) are those of the last M images, to learn from; the images before them are the dots. (None, b"") where
    nothing can be taught.
    """
    known = page_head(head)
    if known is None or not any(isinstance(layer, nn.Linear) for layer in layers[first:]):
        return None, b""
    squeezed = Squeezed.of(_answers(layers[:first], images), _INPUTS)
    back = nn.Linear(*squeezed.basis.shape, dtype=torch.float64)
    with torch.no_grad():
        back.weight.copy_(squeezed.basis.T * squeezed.step)
        back.bias.copy_(squeezed.mean)
    expansion, numbers = pack([back])
    codes = squeezed.codes.T.contiguous().numpy().tobytes()
    return {
        "head": known,
        "weight": [float(f"{value:.9g}") for value in head.weight.detach().flatten().tolist()],
        "first": first,
        "count": len(labels),
        "expansion": expansion,
        "numbers": base64.b64encode(deflate(numbers)).decode(),
    }, deflate(codes + labels.numpy().astype("u1").tobytes())


@torch.no_grad()
def _answers(layers: list[nn.Module], images: Tensor) -> Tensor:
    """What folded layers make of images, (N, D) float64."""
    values = images.double()
    for layer in layers:
        values = layer(values.flatten(1) if isinstance(layer, nn.Linear) else values)
    return values.flatten(1)
