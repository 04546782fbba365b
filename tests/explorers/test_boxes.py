"""What a notebook gets of a box of ipywidgets with figures in it."""

from types import SimpleNamespace

import ipywidgets
import pytest

from lessons_lib.explorers import CenterUpdate, LogitCurves
from lessons_lib.explorers.kit import explorer as base
from lessons_lib.explorers.kit.boxes import figures_in, shown


@pytest.fixture
def box():
    return ipywidgets.Tab(
        [ipywidgets.HBox([ipywidgets.IntSlider(), CenterUpdate()]), LogitCurves()], titles=["a < b", "other"]
    )


@pytest.fixture
def asked(monkeypatch):
    """asked(seen): whether somebody who could answer sent the cell that runs."""

    def ask(seen):
        kernel = SimpleNamespace(get_parent=lambda _: {"content": {"allow_stdin": seen}})
        monkeypatch.setattr(base, "get_ipython", lambda: SimpleNamespace(kernel=kernel))

    return ask


def test_figures_are_found_in_boxes_in_boxes(box):
    assert [type(figure).__name__ for figure in figures_in(box)] == ["CenterUpdate", "LogitCurves"]


def test_a_box_without_figures_is_left_to_ipywidgets(asked):
    asked(True)
    box = ipywidgets.HBox([ipywidgets.IntSlider()])
    assert shown(box)[0] == box._repr_mimebundle_()


@pytest.mark.parametrize("seen", [True, False])
def test_a_box_is_its_figures_and_knows_the_box_where_there_is_a_kernel(asked, box, seen):
    asked(seen)
    data, metadata = shown(box)
    assert (list(data), metadata) == (["text/html", "text/plain"], {})
    page = data["text/html"]
    assert page.count("<div data-explorer=") == 2
    assert page.index("a &lt; b") < page.index("<div data-explorer=") < page.index("other")
    assert (box.model_id in page, "data-box" in page) == (seen, seen)
    if not seen:
        assert page == shown(box)[0]["text/html"]


def test_an_output_has_the_figures_that_were_shown_while_it_took_what_is_shown(asked):
    asked(True)
    output, other, figure, later = ipywidgets.Output(), ipywidgets.Output(), CenterUpdate(), LogitCurves()
    output.msg_id = "a cell's"
    figure._repr_mimebundle_()
    output.msg_id = ""
    later._repr_mimebundle_()
    assert list(figures_in(ipywidgets.HBox([output, other]))) == [figure]
    assert shown(output)[0]["text/html"].count("<div data-explorer=") == 1
    assert shown(other)[0] == other._repr_mimebundle_()
