"""Curves and histograms over the angle, and rows of digits."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from lessons_lib.figures.style import ACCENT, FAINT, INK, PALETTE, PAPER, SOFT, Picture, degree_ticks, quiet_axes

_DASHES = ((None, None), (6, 2), (2, 2), (7, 2, 2, 2), (4, 1), (1, 1))  # never colour alone
_QUIET = (PALETTE[0], PALETTE[1], PALETTE[8], PALETTE[4], PALETTE[5], PALETTE[6], PALETTE[3], PALETTE[7])
_LINES = (PALETTE[0], PALETTE[2], PALETTE[4], PALETTE[6], PALETTE[5], PALETTE[8])


def curves(
    theta: Tensor,
    lines: Mapping[str, Tensor],
    ylabel: str = "target logit ÷ s",
    ylim: tuple[float, float] | None = None,
    xlabel: str = "angle θ between the feature and its own class weight",
) -> Picture:
    """Functions of θ (radians, shown in degrees) on one pair of axes, each named at its right end.

    Under a slider give `ylim`, so that the axes stand still while the curves move.
    """
    picture = Picture(f"{ylabel} against the angle θ from 0 to 180 degrees for {', '.join(lines)}.", 7.2, 4.0)
    axes = quiet_axes(picture.subplots(), xlabel, ylabel)
    ends = _apart([float(values[-1]) for values in lines.values()], 0.055 * _span(lines.values()))
    for i, ((name, values), end) in enumerate(zip(lines.items(), ends, strict=True)):
        colour = _LINES[i % len(_LINES)]
        axes.plot(
            np.degrees(theta.numpy()), values.numpy(), color=colour, linewidth=2, dashes=_DASHES[i % len(_DASHES)]
        )
        axes.annotate(
            name, (180, end), (6, 0), textcoords="offset points", color=colour, va="center", annotation_clip=False
        )
    degree_ticks(axes, 180, 30)
    axes.set_ylim(ylim)
    axes.grid(color=FAINT, linewidth=0.5)
    return picture


def curve_panels(theta: Tensor, panels: Mapping[str, Mapping[str, Tensor]], ylabel: str) -> Picture:
    """The same functions of θ (radians, shown in degrees) in several roles: a panel each, named by what its θ is.

    All panels have one scale. A name keeps its colour and dashes in all of them; the first panel holds the legend.
    """
    said = "; ".join(f"{title}: {', '.join(lines)}" for title, lines in panels.items())
    picture = Picture(f"{ylabel} against θ from 0 to 180 degrees. {said}.", 9.2, 3.9)
    grid = picture.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, lines) in zip(grid, panels.items(), strict=True):
        for i, (name, values) in enumerate(lines.items()):
            look = {"color": _LINES[i % len(_LINES)], "dashes": _DASHES[i % len(_DASHES)]}
            axes.plot(np.degrees(theta.numpy()), values.numpy(), linewidth=2, label=name, **look)
        quiet_axes(axes, title, ylabel if axes is grid[0] else "")
        degree_ticks(axes, 180, 30)
        axes.grid(color=FAINT, linewidth=0.5)
    grid[0].legend(frameon=False, fontsize=9)
    return picture


def angle_histogram(
    angles: Mapping[str, Tensor], upto: int = 90, to: str = "its own class weight", mark: float | None = None
) -> Picture:
    """How far features stand from their own class weight, or from what `to` names: a row a name, θ (N,) in radians.

    The means are written in degrees; `mark`, in degrees, is a dashed line through all rows.
    """
    means = {name: math.degrees(float(theta.mean())) for name, theta in angles.items()}
    said = "; ".join(f"{name}: mean {mean:.1f} degrees" for name, mean in means.items())
    picture = Picture(f"Histograms of the angle between feature and {to}. {said}.", 7.2, 1.1 + 1.15 * len(angles))
    rows = picture.subplots(len(angles), 1, sharex=True, squeeze=False)[:, 0]
    for i, (axes, (name, theta)) in enumerate(zip(rows, angles.items(), strict=True)):
        colour, mean = _LINES[i % len(_LINES)], means[name]
        axes.hist(np.degrees(theta.numpy()), bins=np.linspace(0, upto, 61), color=colour, alpha=0.75)
        axes.axvline(mean, color=INK, linewidth=1)
        if mark is not None:
            axes.axvline(mark, color=SOFT, linewidth=1, dashes=(5, 3))
        quiet_axes(axes).set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.annotate(
            f"mean {mean:.1f}°",
            (mean, 0.82),
            (5, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=INK,
            fontsize=9,
        )
        axes.text(1.0, 0.82, name, transform=axes.transAxes, ha="right", color=colour, weight="bold")
    degree_ticks(rows[-1], upto, 10 if upto > 30 else 5)
    rows[-1].set_xlabel(f"angle θ between the feature and {to}", color=INK)
    return picture


def over_steps(step: Sequence[int], theta: Mapping[str, Tensor], stress: str = "") -> Picture:
    """Mean angles (seeds, moments), radians, over training steps: a line a seed, each loss named at its end.

    The axis ends a little above 90°, or above 180° where an angle is beyond. The loss to `stress` is broad and red.
    """
    means = {name: math.degrees(float(seeds[:, -1].mean())) for name, seeds in theta.items()}
    said = "; ".join(f"{name} ends at {mean:.0f} degrees" for name, mean in means.items())
    picture = Picture(f"Mean angle to the own class weight over training. {said}.", 7.2, 4.6)
    axes = quiet_axes(picture.subplots(), "training step", "mean angle θ to the own class weight")
    quiet = iter(zip(_QUIET, _DASHES * 2, strict=False))
    highest = math.degrees(max(float(seeds.max()) for seeds in theta.values()))
    top = 90 if highest <= 90 * 1.05 else 180  # means of random directions begin on both sides of 90°
    for (name, seeds), end in zip(theta.items(), _apart(list(means.values()), 0.05 * top), strict=True):
        colour, dashes = (PALETTE[2], (None, None)) if name == stress else next(quiet)
        width, front = (2.6, 4) if name == stress else (1.3, 3)
        axes.plot(step, np.degrees(seeds.numpy()).T, color=colour, dashes=dashes, linewidth=width, zorder=front)
        beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
        axes.annotate(name, (step[-1], end), (6, 0), color=colour, weight="bold" if name == stress else None, **beside)
    axes.set(ylim=(0, top * 1.05), yticks=range(0, top + 1, top // 6))
    axes.yaxis.set_major_formatter("{x:.0f}°")
    axes.grid(color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    return picture


def states(step: Sequence[int], shares: Mapping[str, Sequence[float]], kept: int) -> Picture:
    """Shares 0..1, in %, of the states that a training went through, each line named; the step `kept` is marked."""
    ends = {name: 100 * values[-1] for name, values in shares.items()}
    said = "; ".join(f"{name} ends at {end:.0f} %" for name, end in ends.items())
    picture = Picture(f"Over {step[-1]} training steps, of which the state at step {kept} was kept: {said}.", 7.2, 3.0)
    axes = quiet_axes(picture.subplots(), "training step", "%")
    seats = _apart(list(ends.values()), 7)
    for colour, (name, values), seat in zip(_LINES, shares.items(), seats, strict=False):
        axes.plot(step, 100 * np.asarray(values), color=colour, linewidth=1.8)
        beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
        axes.annotate(name, (step[-1], seat), (20, 0), color=colour, **beside)
    axes.axvline(kept, color=SOFT, linewidth=1, dashes=(5, 3))
    axes.set_ylim(min(0.95 * 100 * min(min(values) for values in shares.values()), 50), 100)
    axes.annotate("kept", (kept, axes.get_ylim()[0]), (-5, 10), textcoords="offset points", color=SOFT, ha="right")
    axes.grid(color=FAINT, linewidth=0.5)
    return picture


def over_seeds(found: Mapping[str, Sequence[float]], xlabel: str, stress: Sequence[str] = ()) -> Picture:
    """Shares 0..1, shown in %: a row a name, best median on top, a dot a seed, and a bar from the worst to the best.

    The names to `stress` are drawn in red.
    """
    order = sorted(found, key=lambda name: float(np.median(found[name])))
    middles = {name: 100 * float(np.median(found[name])) for name in order}
    said = "; ".join(f"{name} {middle:.1f} %" for name, middle in reversed(middles.items()))
    picture = Picture(f"{xlabel}, median over the seeds: {said}.", 7.2, 0.9 + 0.27 * len(order))
    axes = quiet_axes(picture.subplots(), xlabel)
    for row, name in enumerate(order):
        shares, colour = 100 * np.asarray(found[name]), PALETTE[2] if name in stress else PALETTE[0]
        axes.plot([shares.min(), shares.max()], [row, row], color=colour, linewidth=5, alpha=0.25)
        axes.plot(shares, np.full(len(shares), row), "o", color=colour, markersize=4, alpha=0.8)
    axes.set_yticks(range(len(order)), order, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    return picture


def digits(images: Tensor, captions: Sequence[str], columns: int = 10, alt: str | None = None) -> Picture:
    """Small pictures (N, 1 or 3, H, W) in rows, each with a caption below; `alt` where they are no digits.

    Captions are shown as they are, dollars too: they may be names of folders.
    """
    captions = [caption.encode(errors="replace").decode() for caption in captions]  # a name that is no Unicode
    rows, lines = math.ceil(len(images) / columns), 1 + max(caption.count("\n") for caption in captions)
    said = alt or f"{len(images)} handwritten digits: {', '.join(captions)}."
    picture = Picture(said, 0.78 * columns, (0.87 + 0.18 * lines) * rows)
    for i, axes in enumerate(picture.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if i < len(images):
            _show(axes, images[i])
            axes.set_title(captions[i], y=-0.06, pad=0, va="top", fontsize=8.5, color=SOFT, parse_math=False)
    return picture


def neighbours(asked: Tensor, found: Tensor, right: Tensor, alt: str) -> Picture:
    """A row for each image asked about (Q, C, H, W): beside it its nearest others, `found` (Q, k, C, H, W).

    `right` (Q, k) bool: a plain frame and ✓ for one of the same class, a broad dashed frame in colour and ✗ for others.
    """
    rows, columns = right.shape
    picture = Picture(alt, 0.92 * (columns + 1), 0.95 * rows + 0.3)
    grid = picture.subplots(rows, columns + 1, squeeze=False)
    for row, (own, others, signs) in enumerate(zip(asked, found, right.tolist(), strict=True)):
        for axes, image, sign in zip(grid[row], (own, *others), (None, *signs), strict=True):
            _show(axes, image)
            axes.set(xticks=[], yticks=[])
            wide = {None: 0.0, True: 1.0, False: 2.4}[sign]
            colour, line = (ACCENT, (0, (3, 1.5))) if sign is False else (SOFT, "-")
            axes.spines[:].set(visible=sign is not None, color=colour, linewidth=wide, linestyle=line)
            if sign is not None:
                mark = {"transform": axes.transAxes, "ha": "right", "va": "bottom", "weight": "bold", "fontsize": 10}
                paper = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
                axes.text(0.97, 0.03, "✓" if sign else "✗", color=SOFT if sign else ACCENT, bbox=paper, **mark)
    for place, words in enumerate(("asked", "nearest", *(f"{k}." for k in range(2, columns + 1)))):
        grid[0, place].set_title(words, color=SOFT, fontsize=9)
    return picture


def _show(axes: Axes, image: Tensor) -> None:
    """A picture (1 or 3, H, W) in [0, 1]; grey ones are shown dark on light."""
    if len(image) == 3:
        axes.imshow(image.permute(1, 2, 0).numpy(), interpolation="nearest")
    else:
        axes.imshow(image[0].numpy(), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")


def _span(lines: Sequence[Tensor]) -> float:
    values = np.concatenate([line.numpy() for line in lines])
    return float(values.max() - values.min())


def _apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Nearest positions to `wanted`, in the same order from below, that stand at least `gap` apart."""
    order, placed = sorted(range(len(wanted)), key=lambda i: wanted[i]), [0.0] * len(wanted)
    below = -math.inf
    for i in order:
        below = placed[i] = max(wanted[i], below + gap)
    return placed
