"""What every explorer has from its base."""

from types import SimpleNamespace

import pytest
import torch

from lessons_lib.explorers import (
    BoundaryPlane,
    CurveFamily,
    GradientLength,
    LogitCurves,
    ProbabilityCurve,
    VerificationThreshold,
)
from lessons_lib.explorers.kit import explorer as base

MADE = {
    "BoundaryPlane": BoundaryPlane,
    "CurveFamily": CurveFamily,
    "GradientLength": GradientLength,
    "LogitCurves": LogitCurves,
    "ProbabilityCurve": ProbabilityCurve,
    "VerificationThreshold": lambda **given: VerificationThreshold(
        torch.linspace(0, 1, 20), torch.arange(20) % 2 == 0, **given
    ),
}


@pytest.fixture
def asked(monkeypatch):
    """asked(content): the cell that runs was sent with this content."""

    def ask(**content):
        kernel = SimpleNamespace(get_parent=lambda channel: {"content": content} if channel == "shell" else {})
        monkeypatch.setattr(base, "get_ipython", lambda: SimpleNamespace(kernel=kernel))

    return ask


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_figure_takes_the_layout_of_a_widget(make):
    assert make(layout={"width": "50%"}).layout.width == "50%"


@pytest.mark.parametrize("content, seen", [({"allow_stdin": True}, True), ({"allow_stdin": False}, False), ({}, True)])
def test_a_figure_is_html_tied_to_its_model_for_who_can_answer(asked, content, seen):
    asked(**content)
    figures = LogitCurves(), LogitCurves()
    pages = [figure._repr_mimebundle_()[0]["text/html"] for figure in figures]
    assert [figure.model_id in page for figure, page in zip(figures, pages, strict=True)] == [seen, seen]
    assert (pages[0] == pages[1]) == (not seen)  # nothing in a saved notebook changes from run to run
    assert "data-explorer" in pages[0] and len(figures[0]._repr_mimebundle_()[0]) == 2
