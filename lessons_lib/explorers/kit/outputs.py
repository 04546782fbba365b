"""Which figures stand in an `Output` of ipywidgets: a kernel sends them there and keeps none."""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from ipywidgets import Output, Widget
from ipywidgets.widgets import widget as of_widgets

_figures: WeakKeyDictionary[Output, list[Widget]] = WeakKeyDictionary()


def note(figure: Widget) -> None:
    """That a figure is being shown, by whatever `Output` takes what is shown now."""
    for output in _taking():
        _figures.setdefault(output, []).append(figure)


def figures_of(output: Output) -> list[Widget]:
    """The figures that have been shown in it, in that order."""
    return _figures.get(output, [])


def _taking() -> Iterator[Output]:
    for widget in list(of_widgets._instances.values()):
        if isinstance(widget, Output) and widget.msg_id:
            yield widget
