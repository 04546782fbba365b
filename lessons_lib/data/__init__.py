"""Images to learn from."""

from lessons_lib.data.images import ImageData, LabelledImages
from lessons_lib.data.mnist import load_mnist
from lessons_lib.data.pairs import (
    Episodes,
    Pairs,
    check_classes_apart,
    most_pairs,
    sample_episodes,
    sample_pairs,
    split_classes,
)

__all__ = [
    "Episodes",
    "ImageData",
    "LabelledImages",
    "Pairs",
    "check_classes_apart",
    "load_mnist",
    "most_pairs",
    "sample_episodes",
    "sample_pairs",
    "split_classes",
]
