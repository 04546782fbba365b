"""Notebooks as they are shipped and as a reader saves them, and pages made of them: explorers live without a kernel."""

import json
from copy import deepcopy

import build
import nbformat
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


@pytest.fixture(scope="module")
def run(lab, chromium):
    """A reader's own notebook with every explorer, run in JupyterLab, which is asked to save widgets as well."""
    cells = [f"{specimen.name} = {specimen.make}\n{specimen.name}" for specimen in SPECIMENS]
    lab.put("run", notebook_of(SETUP, *cells))
    with lab.open(chromium, "run") as notebook:
        notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
        notebook.run_all()
        for specimen in SPECIMENS:
            drawn(notebook.figure(CELLS[specimen.name]))
        yield notebook


@pytest.fixture(scope="module")
def saved(run, lab):
    """What the reader saves, widgets and all."""
    run.save()
    return nbformat.read(lab.notebooks / "run.ipynb", as_version=4)


@pytest.fixture(scope="module")
def orphaned(saved, run):
    """The notebook that was run, its kernel started anew: nothing of what the figures show is in it any more."""
    run.restart_kernel()
    yield run


@pytest.fixture(scope="module", params=["widgets saved", "widgets lost"])
def opened_again(request, lab, chromium, saved):
    """The reader's notebook another day, with a kernel that knows nothing yet; by default Lab saves no widgets."""
    notebook, name = deepcopy(saved), request.param.replace(" ", "-")
    assert notebook.metadata.widgets
    if request.param == "widgets lost":
        del notebook.metadata["widgets"]
    lab.put(name, notebook, trusted=True)
    with lab.open(chromium, name) as opened:
        yield opened


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


def test_a_figure_outlives_its_kernel(orphaned, specimen):
    expect(orphaned.figure(CELLS[specimen.name])).to_have_count(1)
    assert_alive(orphaned.figure(CELLS[specimen.name]), specimen)
    assert orphaned.troubles == []


def test_a_button_that_needs_a_kernel_says_so_when_it_is_gone(orphaned):
    figure = orphaned.figure(CELLS["band"])
    expect(figure.get_by_role("button", name="train again")).to_be_hidden()
    expect(figure.locator(".buttons")).to_contain_text("needs a kernel")


def test_a_readers_own_notebook_is_alive_when_it_is_opened_again(opened_again, specimen):
    cell = opened_again.cell(CELLS[specimen.name])
    expect(cell.locator("figure.lesson")).to_have_count(1)
    expect(cell).not_to_contain_text("Error displaying widget")
    assert_alive(cell.locator("figure.lesson"), specimen)
    assert opened_again.troubles == []
