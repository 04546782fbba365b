"""The notebooks as they are shipped, and pages made from them: the explorers live without a kernel."""

import json
from copy import deepcopy

import build
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from tests.browser.lab import drawn, drawn_anew, notebook_of
from tests.browser.specimens import SETUP, SPECIMENS

CELLS = {specimen.name: place for place, specimen in enumerate(SPECIMENS, start=1)}
LARGEST = 120_000  # bytes an explorer may take in a notebook


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook with every explorer, run as nbconvert does it, its widgets' state kept."""
    cells = [f"{specimen.name} = {specimen.make}\n{specimen.name}" for specimen in SPECIMENS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        return build.execute(notebook_of(SETUP, *cells), "explorers")


@pytest.fixture(scope="module")
def shipped(executed):
    """The same, cleaned as `make notebooks` does it."""
    return build.clean(deepcopy(executed), made_from={})


@pytest.fixture(scope="module")
def opened(lab, chromium, shipped):
    """That notebook in JupyterLab, trusted, and no cell run."""
    lab.put("shipped", shipped, trusted=True)
    with lab.open(chromium, "shipped") as notebook:
        yield notebook


@pytest.fixture(scope="module", params=["shipped", "executed"])
def published(request, chromium, tmp_path_factory):
    """The page that nbconvert makes of it, opened from the disk without a network, and what failed in it."""
    file = tmp_path_factory.mktemp("published") / "explorers.html"
    notebook = request.getfixturevalue(request.param)
    file.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    context, failed = chromium.new_context(reduced_motion="reduce", offline=True), []
    page = context.new_page()
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(file.as_uri(), wait_until="commit")
    yield page, failed
    context.close()


@pytest.fixture(params=SPECIMENS, ids=lambda specimen: specimen.name)
def specimen(request):
    return request.param


def assert_alive(figure, specimen):
    """Both gestures change what is drawn."""
    for gesture in (specimen.by_mouse, specimen.by_key):
        before = drawn(figure)
        gesture(figure)
        drawn_anew(figure, before)


def test_an_explorer_is_small_in_a_notebook(shipped, specimen):
    outputs = json.dumps(shipped.cells[CELLS[specimen.name]].outputs, ensure_ascii=False)
    assert "data-explorer" in outputs
    assert len(outputs.encode()) <= LARGEST


def test_a_shipped_notebook_is_alive_before_a_cell_was_run(opened, specimen):
    expect(opened.figure(CELLS[specimen.name])).to_have_count(1)
    assert_alive(opened.figure(CELLS[specimen.name]), specimen)
    assert opened.troubles == []


def test_a_published_page_is_alive_without_a_network(published, specimen):
    page, failed = published
    assert_alive(page.locator("figure.lesson").nth(CELLS[specimen.name] - 1), specimen)
    assert failed == []
