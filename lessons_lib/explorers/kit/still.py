"""Still pictures of figures in the plane."""

from matplotlib.axes import Axes

from lessons_lib.figures.style import Picture


def bare_plane(
    alt: str, size: tuple[float, float], x: tuple[float, float], y: tuple[float, float]
) -> tuple[Picture, Axes]:
    """A picture of that size in inches with one plane that reaches from x to x and from y to y, without axes."""
    picture = Picture(alt, *size)
    axes = picture.subplots()
    axes.set(xlim=x, ylim=y, aspect="equal")
    axes.set_axis_off()
    return picture, axes
