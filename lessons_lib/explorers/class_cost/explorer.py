"""ClassCost: memory, time and bytes of a head whose class weights are spread over processes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from math import inf
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes

from lessons_lib import class_cost as cost
from lessons_lib.class_cost import MACHINES, SpreadHead
from lessons_lib.explorers.class_cost.numbers import bytes_of, seconds_of
from lessons_lib.explorers.kit.explorer import Choice, Explorer, Number, of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.figures.style import ACCENT, INK, SOFT, Picture, quiet_axes

FEWEST, MOST = 100, 100_000_000  # classes, as maths.js has them
_COUNTS = (
    "WEIGHT_COPIES", "ADAM_COPIES", "LOGIT_COPIES", "WEIGHT_PASSES", "DRAWN_PASSES", "PUT_BACK_PASSES", "LOGIT_PASSES",
)  # fmt: skip
_SIZES = ("num_classes", "embedding_size", "batch", "processes")
_MEASURED = ("memory", "seconds", "sent")
_USUAL = {"share": 1.0, "loss": "softmax", "machine": "cpu"}


class ClassCost(Explorer):
    """Memory a process, time a step and bytes sent a step against the number of classes, by `lessons_lib.class_cost`.

    `points` are measurements to show on the curves that they belong to: mappings with num_classes, embedding_size,
    batch (of all processes together), processes, where they are not 1.0, "softmax" and "cpu" also share, loss and
    machine, and at least one of memory (bytes a process, at its fullest), seconds (a step of the head) and sent (bytes
    a process sends a step); what else they have is left out. With points the figure begins at the one with most
    processes, and of these with most classes.

    `num_classes` (100..100,000,000) is the marker, `embedding_size` d, `batch` N, `processes` p, `share` the share of
    negatives that is drawn, 0.001..1; `loss` is "softmax" or "p2sgrad", `machine` "h100" or "cpu", one of
    `lessons_lib.class_cost.MACHINES`. `before` is where the reader's last gesture began. ValueError for points that are
    none.
    """

    _esm = link(Path(__file__).with_name("view.js"))
    setting_names = ("loss", "machine", "num_classes", "embedding_size", "processes", "batch", "share")

    loss = Choice(tuple(cost.LOGIT_PASSES), default_value="softmax").tag(sync=True)
    machine = Choice(tuple(MACHINES), default_value="h100").tag(sync=True)
    num_classes = Number(10_000_000, FEWEST, MOST, whole=True).tag(sync=True)
    embedding_size = Number(512, 2, 4096, whole=True).tag(sync=True)
    processes = Number(8, 1, 1024, whole=True).tag(sync=True)
    batch = Number(512, 1, 65_536, whole=True).tag(sync=True)
    share = Number(1.0, 0.001, 1).tag(sync=True)
    points = traitlets.List().tag(sync=True)
    machines = traitlets.Dict({key: asdict(machine) for key, machine in MACHINES.items()}).tag(sync=True)
    counts = traitlets.Dict({name.lower(): getattr(cost, name) for name in _COUNTS}).tag(sync=True)
    before = traitlets.Dict().tag(sync=True)

    def __init__(self, points: Iterable[Mapping[str, Any]] = (), **settings: Any):
        measured = [_checked(point) for point in points]
        super().__init__(points=measured, **of_a_widget(settings))
        most = max(measured, key=lambda point: (point["processes"], point["num_classes"]), default={})
        self.use({name: most[name] for name in self.setting_names if name in most} | settings)

    def head(self, **other: Any) -> SpreadHead:
        """The head that is set, or one that differs from it in what is given."""
        own = {name: getattr(self, name) for name in (*_SIZES, "share", "loss")}
        return SpreadHead(**(own | other))

    @property
    def alt(self) -> str:
        """What the first frame shows, in two sentences."""
        head, machine = self.head(), MACHINES[self.machine]
        needs = sum(cost.memory(head).values())
        room = "which it has" if needs <= machine.memory else f"and it has {bytes_of(machine.memory)}"
        return (
            f"Memory a process, time a step and bytes sent a step against the number of classes, for {head.processes} "
            f"processes and for one. With {head.num_classes:,} classes of {head.embedding_size} dimensions each "
            f"process needs {bytes_of(needs)}, {room}; a step takes "
            f"{seconds_of(sum(cost.time(head, machine).values()))} and sends {bytes_of(cost.sent(head))}."
        )

    def picture(self) -> Picture:
        """The first frame, still: three plots over the number of classes."""
        picture, machine = Picture(self.alt, 8.4, 3.2), MACHINES[self.machine]
        plots = picture.subplots(1, 3)
        curves = {
            "memory": lambda head: sum(cost.memory(head).values()),
            "seconds": lambda head: sum(cost.time(head, machine).values()),
            "sent": cost.sent,
        }
        titles = ("memory a process, bytes", f"time a step, seconds ({self.machine.upper()})", "sent a step, bytes")
        for axes, (what, curve), title in zip(plots, curves.items(), titles, strict=True):
            quiet_axes(axes, "classes C").set_title(title, fontsize=9, color=INK)
            axes.set(xscale="log", yscale="log")
            self._plot(axes, what, curve)
        plots[0].axhline(machine.memory, color=SOFT, linewidth=1, linestyle=":")
        return picture

    def _plot(self, axes: Axes, what: str, curve: Callable[[SpreadHead], float]) -> None:
        """One of the three: the curve of these processes, what it is compared with, and what was measured."""
        many = self.processes > 1
        if what == "sent" and not many:
            axes.text(0.5, 0.5, "one process sends nothing", color=SOFT, ha="center", transform=axes.transAxes)
            return
        if what == "sent":
            self._draw(axes, cost.sent_by_copies, color=SOFT, linestyle=":", label="had each all weights")
        elif many:
            self._draw(axes, curve, processes=1, color=INK, linestyle="--", linewidth=1.2, label="1 process")
        label = f"{self.processes} processes" if many else "1 process"
        self._draw(axes, curve, color=ACCENT, linewidth=2.4, label=label)
        axes.axvline(self.num_classes, color=INK, linewidth=0.8)
        shown = [point for point in self.points if what in point and self._belongs(point, what)]
        axes.plot([p["num_classes"] for p in shown], [p[what] for p in shown], "o", color=INK, markersize=4)
        axes.legend(fontsize=8, frameon=False, labelcolor=SOFT)

    def _draw(
        self, axes: Axes, curve: Callable[[SpreadHead], float], processes: int | None = None, **style: Any
    ) -> None:
        sizes = np.geomspace(FEWEST, MOST, 61).round().astype(int)
        head = self.head(processes=processes or self.processes)
        axes.plot(sizes, [curve(replace(head, num_classes=int(size))) for size in sizes], **style)

    def _belongs(self, point: Mapping[str, Any], what: str) -> bool:
        """Whether a measurement belongs to one of the curves: time to its own machine only."""
        same = all(point[name] == getattr(self, name) for name in ("embedding_size", "batch", "share", "loss"))
        where = what != "seconds" or point["machine"] == self.machine
        return same and where and point["processes"] in (1, self.processes)


def _checked(point: Mapping[str, Any]) -> dict[str, Any]:
    """A measurement with all that it leaves out; ValueError where it lacks what it needs or is out of reach."""
    given = _USUAL | dict(point)
    lacks = [name for name in _SIZES if name not in given]
    if lacks or not any(name in given for name in _MEASURED):
        raise ValueError(f"a point needs {', '.join(_SIZES)} and one of {', '.join(_MEASURED)}, got {dict(point)}.")
    for name in (*_SIZES, "share", *(name for name in _MEASURED if name in given)):
        value = given[name]
        if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < inf:  # NaN is neither
            raise ValueError(f"{name} of a point must be a number above 0, got {value!r}.")
        if name in _SIZES and value != int(value):
            raise ValueError(f"{name} of a point must be a whole number, got {value}.")
    if not FEWEST <= given["num_classes"] <= MOST:
        raise ValueError(f"num_classes of a point must lie in {FEWEST}..{MOST}, got {given['num_classes']}.")
    if given["machine"] not in MACHINES:
        raise ValueError(f"machine of a point must be one of {', '.join(MACHINES)}, got {given['machine']!r}.")
    SpreadHead(**{name: given[name] for name in (*_SIZES, "share", "loss")})
    sizes = {name: int(given[name]) for name in _SIZES}
    numbers = {name: float(given[name]) for name in ("share", *_MEASURED) if name in given}
    return sizes | numbers | {name: given[name] for name in ("loss", "machine")}
