"""Notebooks as they are shipped, and pages made of them: explorers live without a kernel. (In Lab: test_lab.py.)"""

import json
from copy import deepcopy

import pytest
from nbconvert import HTMLExporter

from tests.browser.lab import drawn, drawn_anew
from tests.browser.specimens import BOXES, SPECIMENS

LARGEST = 120_000  # bytes an explorer may take in a notebook


def outputs_of(cells):
    """What cells show, without the count of how often something was run."""
    return [[output.data for output in cell.outputs if "data" in output] for cell in cells]


@pytest.fixture(scope="module")
def boxes_executed(executed):
    """Of the notebook as it was run, what is not shipped so: its boxes, and the state of all its widgets."""
    assert executed.metadata.widgets
    boxes = deepcopy(executed)
    del boxes.cells[: -len(BOXES)]
    return boxes


@pytest.fixture(scope="module")
def publish(chromium, tmp_path_factory):
    """publish(notebook) -> the page that nbconvert makes of it, opened from the disk, and what failed in it."""
    context = chromium.new_context(reduced_motion="reduce", offline=True)

    def publish(notebook):
        file, failed = tmp_path_factory.mktemp("published") / "explorers.html", []
        file.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(file.as_uri(), wait_until="commit")
        return page, failed

    yield publish
    context.close()


@pytest.fixture(scope="module")
def published(publish, shipped):
    return publish(shipped)


@pytest.fixture(scope="module", params=["shipped", "executed"])
def boxes_published(request, publish):
    """The same, and how many figures come before its boxes."""
    if request.param == "shipped":
        return *request.getfixturevalue("published"), len(SPECIMENS)
    return *publish(request.getfixturevalue("boxes_executed")), 0


@pytest.mark.parametrize("place", range(len(SPECIMENS)), ids=[specimen.name for specimen in SPECIMENS])
def test_an_explorer_is_small_in_a_notebook(shipped, place):
    outputs = json.dumps(shipped.cells[1 + place].outputs, ensure_ascii=False)
    assert "data-explorer" in outputs
    assert len(outputs.encode()) <= LARGEST


def test_an_explorer_is_shipped_as_it_was_run(executed, shipped):
    explorers = slice(1, 1 + len(SPECIMENS))
    assert outputs_of(shipped.cells[explorers]) == outputs_of(executed.cells[explorers])


@pytest.mark.parametrize("place", range(len(SPECIMENS)), ids=[specimen.name for specimen in SPECIMENS])
def test_a_published_page_is_alive_without_a_network(published, place):
    page, failed = published
    figure = page.locator("figure.lesson").nth(place)
    before = drawn(figure)
    SPECIMENS[place].by_key(figure)
    drawn_anew(figure, before)
    assert failed == []


@pytest.mark.parametrize("box", range(len(BOXES)), ids=list(BOXES))
def test_figures_in_a_box_are_seen_and_alive_on_a_published_page(boxes_published, box):
    page, failed, first = boxes_published
    for place in (first + 2 * box, first + 2 * box + 1):
        figure = page.locator("figure.lesson").nth(place)
        before = drawn(figure)
        figure.locator("canvas").first.press("ArrowRight")
        drawn_anew(figure, before)
    assert failed == []
