"""LiveLab: a network that trains while one watches, and goes on training while its loss is changed."""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lessons_lib.data import ImageData
from lessons_lib.explorers.kit.explorer import of_a_widget
from lessons_lib.explorers.kit.link import link
from lessons_lib.explorers.live_lab.film import Curves, filmed, pack_moment, shown_numbers
from lessons_lib.explorers.live_lab.loop import LiveLoop
from lessons_lib.explorers.live_lab.picture import draw_live, live_alt
from lessons_lib.explorers.live_lab.settings import NAMES_OF_LAB, LiveSettings
from lessons_lib.explorers.live_lab.sources import SHOWN, Sources, one_thread
from lessons_lib.explorers.live_lab.training import LiveTraining, Moment, stopped_sentence
from lessons_lib.figures.style import Picture
from lessons_lib.runs import Run

_BUDGET = 0.02  # seconds of training in a frame, at most: then messages are served
_FRAMES, _CHANGES = 40, 24
_TRUNK_COMES = (
    "The trunk is being trained, or read from the cache: about half a minute, and only once. "
    "Until then the figure stays as it was."
)


class LiveLab(LiveSettings):
    """Train a small network into the plane while you watch, and change its loss, margin and scale meanwhile.

    `source` is what it learns from: "pixels" of `data`, or what the "trunk" of the run `warm` says of them; where
    `warm` is a function, it is asked for the run once that is wanted. `loss` is one of LOSSES in live_training.py
    ("softmax" is cosine softmax and "adacos" the fixed one, as in every explorer; "arcface_raw" lets cos(θ + m) rise
    again), `margin` its own (SphereFace's a whole number), `scale` 1..64, `speed` the most steps a frame, 1..50.
    A change acts on the network as it stands; `reset` begins anew from `seed`. Pages without a kernel replay what was
    recorded by `record` before it was shown.

    ValueError for settings that are none, and for "trunk" without a run that has one.
    """

    _esm = link(Path(__file__).with_name("view.js"))

    def __init__(self, data: ImageData, warm: Run | Callable[[], Run] | None = None, *, seed: int = 0, **settings: Any):
        self._sources, self._seed = Sources(data, warm), seed
        self._training: LiveTraining | None = None
        self._moment: Moment | None = None
        self._curves, self._frames, self._learns_from = Curves(), 0, ""
        self.error: Exception | None = None
        labels = data.validation[:SHOWN].labels.numpy().astype(np.uint8).tobytes()
        super().__init__(labels=labels, classes=data.num_classes, warm=warm is not None, **of_a_widget(settings))
        self.change(**settings)
        self._loop = _loop_of(self)
        self.on_msg(self._told)
        self.observe(lambda _: self._do(self._go_on), ["playing", "source"])

    def play(self) -> None:
        """Train until `pause`, on the notebook's event loop: the cell returns at once. RuntimeError elsewhere."""
        self.playing = True

    def pause(self) -> None:
        """Stop after the frame that is being made."""
        self.playing = False

    def run(self, steps: int) -> dict[str, float]:
        """Train so many steps here and now, and return the numbers reached; pauses first.

        `theta` and `other` are mean angles in radians to the own and to the nearest other class weight. Raises what
        training raises: FloatingPointError once the loss is no number any more.
        """
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}.")
        self.pause()
        try:
            self._advance(steps, math.inf)
        except Exception as error:
            self._failed(error)
            raise
        return shown_numbers(self._moment)

    def reset(self) -> None:
        """Begin anew from the seed: network, class weights, optimiser and curves. Playing goes on."""
        self._training, self.error = None, None
        with self.hold_sync():
            self.problem = ""
            self._publish()

    def check(self) -> None:
        """Raise what stopped the training, if anything has."""
        if self.error is not None:
            raise self.error

    def record(self, steps: int = 400, changes: Mapping[int, Mapping[str, Any]] | None = None) -> None:
        """Record a run from the seed, and go on from its end if nothing was trained yet: a few seconds.

        Where the lab is shown afterwards, in a saved notebook too, a page without a kernel replays it. `changes` are
        settings that change at a step: {200: {"margin": 0.5}}. An error ends the run, and is shown in it. ValueError
        for settings that are none.
        """
        changes = dict(changes or {})
        if any("source" in change for change in changes.values()):
            raise ValueError("source cannot change in a recorded run: it would be another network.")
        before, training, curves = self.settings, self._begun(), Curves()
        fresh, film, error = not self.steps, [], None

        def before_step(step: int) -> None:
            self.change(**changes.get(step, {}))
            training.use(self.loss, self.margin, self.scale)

        with one_thread():
            try:
                for frame in filmed(training, steps, _FRAMES, before_step, curves):
                    film.append(frame)
            except FloatingPointError as stopped:
                error = stopped
        problem = stopped_sentence(error, training.steps)
        with self.hold_sync():
            self.film = b"".join(film)
            self.recorded = {**before, "changes": training.changes, "problem": problem}
        if not fresh:
            return self.use(before)
        self._training, self._curves = training, curves
        self._publish()
        return None if error is None else self._failed(error)

    def html(self) -> str:
        """The lab with its recorded run; without one, as it stands."""
        if self._moment is None:
            self._publish()
        return super().html()

    def state(self) -> dict[str, Any]:
        """As every explorer's; without a kernel nothing is playing."""
        return {**super().state(), "playing": False}

    def _begun(self) -> LiveTraining:
        """A training at its start, from what `source` names."""
        self._learns_from = self.source
        if not self._sources.at_hand(self.source):
            self.problem = _TRUNK_COMES
        training = LiveTraining(self._sources.examples(self.source), self.classes, self._seed)
        self._trunk_came()
        training.use(self.loss, self.margin, self.scale)
        return training

    def _trunk_came(self) -> None:
        if self.problem == _TRUNK_COMES:
            self.problem = ""

    def _here(self) -> LiveTraining:
        """The training that goes on, with the settings as they are now; a new one where `source` has changed."""
        if self._training is None or self._learns_from != self.source:
            self._training, self._curves = self._begun(), Curves()
        self._training.use(self.loss, self.margin, self.scale)
        return self._training

    def _advance(self, steps: int, seconds: float) -> int:
        """Train so many steps, but no longer than that, and show where it stands; the number of the frame."""
        training, end = self._here(), time.monotonic() + seconds
        with one_thread():
            for _ in range(steps):
                training.step()
                if time.monotonic() > end:
                    break
            return self._publish()

    def _publish(self) -> int:
        """Send the moment and the curves."""
        training = self._here()
        self._moment = self._curves.add(training.moment())
        self._frames += 1
        with self.hold_sync():
            self.changes = [dict(change) for change in training.changes[-_CHANGES:]]
            self.frame = pack_moment(self._moment, self._frames) + self._curves.packed()
        return self._frames

    def _told(self, _: Any, content: dict[str, Any], __: Any) -> None:
        """A view painted a frame, or its reader asked for something; maybe on another thread than the main one.

        Settings come this way: those that widgets send by themselves are merged while the kernel is busy.
        """
        given = {name: value for name, value in content.get("set", {}).items() if name in self.setting_names}
        self.set_state(given)
        if given:  # a second browser window on this kernel has not heard of it; the first knows its own mark
            self.send({"set": given, "by": content.get("by")})
        if "painted" in content and self._loop is not None:
            self._loop.painted(int(content["painted"]))
        jobs = {"step": lambda: self._advance(self.speed, math.inf), "reset": self.reset}
        if content.get("do") in jobs:
            self._do(jobs[content["do"]] if self._sources.at_hand(self.source) else self._go_on)

    def _do(self, job: Callable[[], Any]) -> None:
        """On the main loop, between two frames; here and now where there is none."""
        if self._loop is None:
            job()
        else:
            self._loop.do(job)

    def _go_on(self) -> None:
        """Playing or source has changed: the loop sees to the first, the second begins anew.

        A trunk that is yet to be trained is trained on another thread; all that waits for it is this lab.
        """
        if self.playing and self._loop is None:
            self.playing = False
            raise RuntimeError("LiveLab plays in a notebook only, on its event loop: use run(steps) here.")
        if self.playing:
            self.error, self.problem = None, ""
        if self._loop is not None and not self._sources.at_hand(self.source):
            self.error, self.problem = None, _TRUNK_COMES
            return self._loop.beside(lambda: self._sources.examples("trunk"), self._go_on)
        self._trunk_came()
        if self._training is not None and self._learns_from != self.source:
            self._publish()
        return None

    def _unseen(self) -> None:
        self.pause()
        self.problem = f"Paused at step {self.steps}: for a while nobody was looking. Play goes on."

    def _failed(self, error: Exception) -> None:
        self.error = error
        with self.hold_sync():
            self.playing = False
            self.problem = stopped_sentence(error, self.steps)

    @property
    def alt(self) -> str:
        """What is shown, in two sentences."""
        return live_alt(self._moment, NAMES_OF_LAB[self.loss], self.source, len(self.labels))

    @property
    def steps(self) -> int:
        """How many steps it has trained."""
        return 0 if self._training is None else self._training.steps

    def picture(self) -> Picture:
        """The circle and the curves as they stand, still."""
        return draw_live(self.alt, self._moment, np.frombuffer(self.labels, np.uint8), self._curves)


def _loop_of(lab: LiveLab) -> LiveLoop | None:
    """The lab's work on the event loop of the notebook; None where none is running."""

    def going() -> bool:
        return lab.playing and lab._sources.at_hand(lab.source)

    try:
        return LiveLoop(lambda: lab._advance(lab.speed, _BUDGET), going, lab._failed, lab._unseen)
    except RuntimeError:
        return None
