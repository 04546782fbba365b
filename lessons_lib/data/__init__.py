"""Images to learn from."""

from lessons_lib.data.images import ImageData, LabelledImages
from lessons_lib.data.mnist import load_mnist

__all__ = ["ImageData", "LabelledImages", "load_mnist"]
