"""LiveLab's moments as bytes for the browser, and the curves of a run of any length in a few of them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from lessons_lib.explorers.live_lab.training import LiveTraining, Moment

_NOWHERE, _TURN = 65_535, 65_535  # 16 bits for a direction: a two-hundredth of a degree
_MOST = 400  # points of a curve: more than it has pixels


def pack_moment(moment: Moment, number: int = 0) -> bytes:
    """Little-endian: float32 `number`, then step, loss, accuracy, theta, other, scale; class weights (C, 2) as float32;
    the directions of the shown examples as uint16, in 65535ths of a turn, 65535 for one that has none.
    """
    head = np.array([number, *numbers_of(moment)], "<f4")
    turns = np.mod(moment.angles.double().numpy() / (2 * math.pi), 1.0) * _TURN
    codes = np.where(np.isfinite(turns), np.rint(np.nan_to_num(turns)) % _TURN, _NOWHERE).astype("<u2")
    return head.tobytes() + moment.weight.numpy().astype("<f4").tobytes() + codes.tobytes()


def numbers_of(moment: Moment) -> list[float]:
    """What the curves show of a moment."""
    return [moment.step, moment.loss, moment.accuracy, moment.theta, moment.other, moment.scale]


class Curves:
    """The numbers of all moments so far, thinned to every second one whenever there are too many."""

    def __init__(self) -> None:
        self.rows: list[list[float]] = []

    def add(self, moment: Moment) -> Moment:
        """The newest; a moment at the same step takes the place of the one before, but for the loss of its steps.

        Returns the moment, with that loss.
        """
        if self.rows and self.rows[-1][0] == moment.step:
            loss = self.rows.pop()[1]
            moment = replace(moment, loss=loss) if math.isnan(moment.loss) else moment
        self.rows.append(numbers_of(moment))
        if len(self.rows) > _MOST:
            self.rows = self.rows[:-1:2] + self.rows[-1:]
        return moment

    def packed(self) -> bytes:
        """Six float32 a moment: step, loss, accuracy, theta, other, scale."""
        return np.array(self.rows, "<f4").tobytes()


def film_steps(steps: int, frames: int) -> list[int]:
    """At which steps a film of a run has its frames: closer together at the start, where most happens.

    ValueError for a run without a step.
    """
    if steps < 1:
        raise ValueError(f"a recorded run must have at least 1 step, got {steps}.")
    return sorted({round(steps * (i / (frames - 1)) ** 1.5) for i in range(frames)})


def filmed(
    training: LiveTraining, steps: int, frames: int, before_step: Callable[[int], None], curves: Curves
) -> Iterator[bytes]:
    """Train that many steps, a frame now and then; `before_step(step)` may change the loss."""
    moments = film_steps(steps, frames)
    for step in range(steps + 1):
        before_step(step)
        if step in moments:
            moment = training.moment()
            curves.add(moment)
            yield pack_moment(moment)
        if step < steps:
            training.step()


def shown_numbers(moment: Moment) -> dict[str, float]:
    """The same numbers for Python."""
    return dict(zip(("step", "loss", "accuracy", "theta", "other", "scale"), numbers_of(moment), strict=True))
