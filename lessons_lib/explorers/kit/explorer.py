"""What every explorer shares: one ES module that draws, alive with a kernel and without one.

An explorer shows itself as HTML that needs neither kernel nor network, with a small picture where scripts do not run.
While a kernel holds it, the HTML is tied to the kernel's model (tie.js), so a saved notebook never asks for a model
that is gone. In boxes and tabs of ipywidgets an explorer is a widget like any other.
"""

import base64
import gzip
import hashlib
import html
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

import anywidget
from IPython import get_ipython
from traitlets import Bool, Dict, Enum, TraitError, TraitType, Unicode, default

from lessons_lib.explorers.kit import outputs
from lessons_lib.explorers.kit.plain import plain_number
from lessons_lib.figures.style import Picture

# The script finds its own figure by a mark made from the content, so that saved notebooks change only when it does;
# two equal figures on a page each take the first that is not yet alive.
_PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8").removesuffix("\n")
_OF_A_WIDGET = ("layout", "tabbable", "tooltip")
_NOT_STATE = {*_OF_A_WIDGET, "comm"}
_SLACK = 1e-4  # the browser keeps angles to five digits


class Choice(Enum):
    """A setting that is one of a few words; another one is refused with a sentence that lists them."""

    def error(self, obj: Any, value: Any, *_: Any) -> NoReturn:
        """TraitError, which `Explorer.use` hands on as ValueError."""
        raise TraitError(f"{self.name} must be one of {', '.join(map(str, self.values))}, got {value!r}.")

    def limits(self, obj: Any) -> dict[str, Any]:
        return {"words": list(self.values)}


class Number(TraitType):
    """A setting that is a number in low..high, both included; `whole` or not, or an `angle` in radians.

    Another one is refused with a sentence that names the limits. `counts` says what a whole number counts, from 0 to
    what `high`, a function of the explorer, finds there is.
    """

    def __init__(
        self,
        default: float,
        low: float = 0,
        high: float | Callable[[Any], int] = math.inf,
        *,
        whole: bool = False,
        angle: bool = False,
        counts: str = "",
    ):
        super().__init__(default_value=default)
        self.low, self.high, self.whole, self.angle, self.counts = low, high, whole or bool(counts), angle, counts
        self.slack = _SLACK if angle else 0

    def _most(self, obj: Any) -> float:
        return self.high(obj) if callable(self.high) else self.high

    def validate(self, obj: Any, value: Any) -> float:
        """The number, inside the limits where it is a hair off; TraitError for another one."""
        low, high, number = self.low, self._most(obj), plain_number(value)
        fits = number is not None and low - self.slack <= number <= high + self.slack  # NaN is neither
        if not fits or (self.whole and number != number // 1):
            raise TraitError(self._sentence(low, high, value if number is None else number))
        return int(number) if self.whole else float(min(high, max(low, number)))

    def _sentence(self, low: float, high: float, value: Any) -> str:
        if self.counts:
            return f"{self.name} counts {self.counts} from 0 to {high}, got {value}."
        if not self.angle:
            return f"{self.name} must lie in {low:.12g}..{high:.12g}, got {value}."
        reach = f"{math.degrees(low):.0f}° to {math.degrees(high):.0f}° in radians, {low:.3f}..{high:.3f}"
        return f"{self.name} must be an angle of {reach}, got {value}{meant_in_degrees(value, low, high)}."

    def limits(self, obj: Any) -> dict[str, Any]:
        high = self._most(obj)
        return {"low": self.low - self.slack, "high": high + self.slack, **({"whole": True} if self.whole else {})}


def meant_in_degrees(value: Any, low: float, high: float) -> str:
    """The end of a sentence about a number that would be within low..high, in radians, if it were degrees; else ''."""
    degrees = plain_number(value)
    if degrees is None or not high < degrees or not math.degrees(low) <= degrees <= math.degrees(high):
        return ""
    return f"; {math.radians(degrees):.3f} is that many degrees"


class Flag(Bool):
    """A setting that is on or off; 0 and 1 are numbers."""

    def validate(self, obj: Any, value: Any) -> bool:
        if not isinstance(value, bool):
            self.error(obj, value)
        return value

    def limits(self, obj: Any) -> dict[str, Any]:
        return {"words": [True, False]}


class Explorer(anywidget.AnyWidget):
    """A figure one can move. A subclass names `_esm`, an `alt` text and how to draw its `picture`.

    `setting_names` are the traits that a reader sets and a teacher may want to pass on.
    """

    alt: ClassVar[str]
    setting_names: ClassVar[tuple[str, ...]] = ()
    limits = Dict().tag(sync=True)  # of the settings: the figure's own line refuses what Python would refuse
    _link = Unicode().tag(sync=True)  # by which the HTML finds the model in the page

    def __init__(self, **traits: Any):
        for name in traits:
            if not self.has_trait(name):
                raise ValueError(self._has_no(name))
        identity = uuid4().hex
        super().__init__(model_id=identity, _link=identity, **traits)

    @default("limits")
    def _limits(self) -> dict[str, Any]:
        traits = self.traits()
        return {name: traits[name].limits(self) for name in self.setting_names if hasattr(traits[name], "limits")}

    @property
    def settings(self) -> dict[str, Any]:
        """What the reader has set, small enough to send: the same as the figure's own line of settings."""
        return {name: getattr(self, name) for name in self.setting_names}

    def use(self, settings: Mapping[str, Any] | str) -> None:
        """Take over settings, a mapping or the text a figure copies; ValueError, and no change, if one is wrong."""
        try:
            given = dict(json.loads(settings) if isinstance(settings, str) else settings)
        except (TypeError, ValueError) as error:
            raise ValueError(f'settings must look like {{"scale": 16}}, got {settings!r}.') from error
        before = self.settings
        for name in given:
            if name not in before:
                raise ValueError(self._has_no(name))
        with self.hold_sync():
            try:
                self._take(given)
            except Exception as error:
                self._take(before)
                if isinstance(error, TraitError):
                    raise ValueError(str(error)) from error
                raise

    def _has_no(self, name: str) -> str:
        has = f"{', '.join(self.setting_names) or 'none'}{self._made_with()}"
        return f"{type(self).__name__} has no setting {name!r}; it has {has}."

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] != "_" and not hasattr(type(self), name):  # a trait, a property and what ipywidgets has are there
            raise AttributeError(self._has_no(name))
        super().__setattr__(name, value)

    def _take(self, values: Mapping[str, Any]) -> None:
        for name in sorted(values, key=self.setting_names.index):  # in the order in which one brings the next
            setattr(self, name, values[name])

    def _made_with(self) -> str:
        """What only the constructor takes, in words."""
        taken = inspect.signature(type(self)).parameters.values()
        names = [one.name for one in taken if one.kind is not one.VAR_KEYWORD and one.name not in self.setting_names]
        return f", and is made with {', '.join(names)}" if names else ""

    def picture(self) -> Picture:
        """The first frame as a still picture, for places where scripts do not run."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Every synced trait as plain JSON; bytes become base64."""
        return {name: _as_json(getattr(self, name)) for name in self.keys if name[0] != "_" and name not in _NOT_STATE}

    def html(self) -> str:
        """The live figure with its state, in one piece, tied to this explorer where somebody may run another cell.

        No request leaves the page.
        """
        link = self._link if is_seen() else ""
        state = json.dumps(self.state(), separators=(",", ":"), sort_keys=True)
        module = base64.b64encode(gzip.compress(self._esm.encode(), mtime=0)).decode()
        still = base64.b64encode(self.picture().png(dpi=72)).decode()
        mark = hashlib.sha256((state + module + link).encode()).hexdigest()[:12]
        state = state.replace("</", "<\\/")
        parts = {"MARK": mark, "STATE": state, "ALT": html.escape(self.alt), "STILL": still, "MODULE": module}
        parts["LINK"] = link
        return re.sub("|".join(parts), lambda found: parts[found[0]], _PAGE)  # at once: base64 may well spell ALT

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = {"text/html": self.html(), "text/plain": self.alt}
        if get_ipython() is not None:
            outputs.note(self)
            return shown, {}
        data, metadata = super()._repr_mimebundle_(**kwargs)  # who asks is no notebook, and may choose
        return data | shown, metadata


@contextmanager
def refused_as_a_value() -> Iterator[None]:
    """What a trait refuses here is a ValueError: that is what a constructor raises."""
    try:
        yield
    except TraitError as error:
        raise ValueError(str(error)) from error


def is_seen() -> bool:
    """Whether somebody who could answer a question sent the cell that runs: nbconvert and its like cannot.

    What they write is read without a kernel, and is to be the same each time.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    return kernel is not None and kernel.get_parent("shell").get("content", {}).get("allow_stdin", True)


def of_a_widget(settings: dict[str, Any]) -> dict[str, Any]:
    """What among the settings any widget has, such as `layout`, taken out of them."""
    return {name: settings.pop(name) for name in _OF_A_WIDGET if name in settings}


def _as_json(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
