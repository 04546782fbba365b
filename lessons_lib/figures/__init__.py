"""Figures: arrays in, a picture out; the sphere can be turned as well."""

from lessons_lib.figures.centers import several_centers
from lessons_lib.figures.maps import next_values
from lessons_lib.figures.offsets import around_centers
from lessons_lib.figures.plane import embeddings
from lessons_lib.figures.plots import (
    angle_histogram,
    curve_panels,
    curves,
    digits,
    neighbours,
    over_seeds,
    over_steps,
    states,
)
from lessons_lib.figures.pulls import pulls
from lessons_lib.figures.sphere import sphere

__all__ = [
    "angle_histogram",
    "around_centers",
    "curve_panels",
    "curves",
    "digits",
    "embeddings",
    "neighbours",
    "next_values",
    "over_seeds",
    "over_steps",
    "pulls",
    "several_centers",
    "sphere",
    "states",
]
