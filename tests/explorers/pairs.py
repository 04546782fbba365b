"""What tests of PairMatrix share: batches and figures."""

import torch
import torch.nn.functional as F

from lessons_lib.data import load_captions, vocabulary_of
from lessons_lib.explorers import PairMatrix
from lessons_lib.text_nets import character_net

WAYS = ("row", "column", "both", "sigmoid")
LOOK = """
const classes = ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'];
const look = { ink: 'rgb(27,31,36)', paper: 'rgb(255,255,255)', soft: 'rgb(90,90,90)', accent: '#c2187f', classes, dark: false, onClass: () => '#000' };
"""  # noqa: E501


def batch(size, d=5, seed=0):
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(2, size, d, generator=chance, dtype=torch.float64)


def figure(size=6, d=5, **given):
    images, captions = batch(size, d)
    labels = torch.arange(size) % 10
    given = {"labels": labels} | given
    return PairMatrix(torch.rand(size, 1, 28, 28), [f"caption {k}" for k in range(size)], images, captions, **given)


def with_net(size=6, d=5, **given):
    captions = load_captions().trained.texts[:300]
    vocabulary = vocabulary_of(captions)
    torch.manual_seed(0)
    return figure(size, d, text_net=character_net(len(vocabulary), d, 16), vocabulary=vocabulary, **given), vocabulary


def cosines_of(images, captions):
    return F.normalize(images, dim=1) @ F.normalize(captions, dim=1).T


def loss_of(cosines, way, scale, margin, bias):
    """Written out once more, on the matrix alone."""
    size = len(cosines)
    right = torch.eye(size, dtype=torch.float64)
    logits = scale * (cosines - margin * right)
    if way == "sigmoid":
        same, other = F.logsigmoid(logits + bias), F.logsigmoid(-logits - bias)
        return -(right * same + (1 - right) * other).sum() / size
    row, column = (-(right * logits.log_softmax(axis)).sum() / size for axis in (1, 0))
    return {"row": row, "column": column, "both": (row + column) / 2}[way]
