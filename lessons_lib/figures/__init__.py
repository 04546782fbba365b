"""Still figures: arrays in, a picture out."""

from lessons_lib.figures.plane import embeddings
from lessons_lib.figures.plots import angle_histogram, curves, digits

__all__ = ["angle_histogram", "curves", "digits", "embeddings"]
