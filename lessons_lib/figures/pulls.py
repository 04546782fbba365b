"""How hard a loss pulls on each point, beside what one curve says of them all."""

import numpy as np
from torch import Tensor

from lessons_lib.figures.style import ACCENT, FAINT, INK, SOFT, Picture, degree_ticks, quiet_axes


def pulls(theta: Tensor, pull: Tensor, curve: tuple[Tensor, Tensor], least: float) -> Picture:
    """A dot a point: its θ (N,), radians and shown in degrees, against the length (N,) of its own pull.

    `curve` is (θ, length), what would be so with the other classes at 90°. Points pulled by `least` or more are drawn
    in colour, the others, which the loss has let go, in grey.
    """
    degrees, length = np.degrees(theta.detach().numpy()), pull.detach().numpy()
    held = length >= least
    before = held & (degrees < np.degrees(curve[0].numpy()[int((curve[1] >= least).int().argmax())]))
    picture = Picture(
        f"The pull on each of {len(length):,} points against its angle. {held.sum():,} are held; {before.sum():,} of "
        "these stand where the curve for other classes at 90 degrees has let go of everything.",
        7.2,
        3.6,
    )
    axes = quiet_axes(picture.subplots(), "angle θ between the feature and its own class weight", "pull on it")
    axes.plot(np.degrees(curve[0].numpy()), curve[1].numpy(), color=INK, linewidth=1.4, zorder=3)
    axes.plot(degrees[~held], length[~held], ".", color=SOFT, markersize=3, zorder=2)
    axes.plot(degrees[held], length[held], ".", color=ACCENT, markersize=4, zorder=4)
    top = int(curve[1].argmax())
    beside = {"textcoords": "offset points", "va": "center", "fontsize": 9, "color": INK}
    axes.annotate("others at 90°", (np.degrees(float(curve[0][top])), float(curve[1][top])), (8, 6), **beside)
    degree_ticks(axes, 90, 15)
    axes.set_ylim(bottom=-0.02 * float(curve[1].max()))
    axes.grid(color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    return picture
