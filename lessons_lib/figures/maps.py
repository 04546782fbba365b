"""A rule that is applied again and again: its next value against the value before."""

from collections.abc import Mapping

from torch import Tensor

from lessons_lib.figures.plots import _DASHES, _LINES, _apart
from lessons_lib.figures.style import FAINT, SOFT, Picture, quiet_axes


def next_values(now: Tensor, after: Mapping[str, Tensor], what: str) -> Picture:
    """The next value (n,) against the one before, `now` (n,): a line a rule, named at its end, and the diagonal.

    Where a line lies above the diagonal the value grows, where it lies below it shrinks; they cross where it stays.
    """
    picture = Picture(
        f"The next {what} against the {what} before, for {', '.join(after)}, with the diagonal where nothing changes.",
        6.0,
        5.0,
    )
    axes = quiet_axes(picture.subplots(), f"{what} now", f"next {what}")
    top = float(now.max())
    axes.plot([0, top], [0, top], color=SOFT, linewidth=1, dashes=(5, 3))
    last = [float(line[-1]) for line in after.values()]
    ends = _apart([min(value, 0.98 * top) + 1e-6 * value for value in last], 0.05 * top)  # in the order of the lines
    for i, ((name, line), end) in enumerate(zip(after.items(), ends, strict=True)):
        colour, dashes = _LINES[i % len(_LINES)], _DASHES[i % len(_DASHES)]
        axes.plot(now.numpy(), line.numpy(), color=colour, linewidth=2, dashes=dashes)
        beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
        axes.annotate(name, (top, end), (8, 0), color=colour, **beside)
    axes.annotate("stays", (0.55 * top, 0.55 * top), (4, -10), textcoords="offset points", color=SOFT, fontsize=9)
    axes.set(xlim=(0, top), ylim=(0, 1.05 * top), aspect="equal")
    axes.grid(color=FAINT, linewidth=0.5)
    return picture
