"""Notebooks as they are shipped and as a reader saves them, and pages made of them: explorers live without a kernel."""

import json
from copy import deepcopy

import build
import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from tests.browser.lab import SECONDS, drawn, drawn_anew, notebook_of
from tests.browser.pictures import LOOK
from tests.browser.specimens import SETUP, SPECIMENS, WITHOUT_PICTURES

# Two figures in each of the boxes of ipywidgets, beside what is no figure: how many are seen while a kernel holds them.
BOXES = {
    "HBox": ("HBox([IntSlider(), explorers.CenterUpdate(), explorers.LogitCurves({})])", 2),
    "Tab": ("Tab([explorers.CenterUpdate(), VBox([explorers.LogitCurves({})])], titles=['one', 'other'])", 1),
    "Accordion": (
        "Accordion([explorers.CenterUpdate(), explorers.LogitCurves({})], titles=['one', 'other'], selected_index=0)",
        1,
    ),
    "Output": ("out = Output()\nwith out:\n    display(explorers.CenterUpdate(), explorers.LogitCurves({}))\nout", 2),
}
CELLS = {specimen.name: place for place, specimen in enumerate(SPECIMENS, start=1)}
BOXED = {name: (len(CELLS) + i, seen) for i, (name, (_, seen)) in enumerate(BOXES.items(), start=1)}
LARGEST = 120_000  # bytes an explorer may take in a notebook


def shown():
    """Cells that show every explorer, then every box."""
    explorers = [f"{specimen.name} = {specimen.make}\n{specimen.name}" for specimen in SPECIMENS]
    first, *others = [f"from ipywidgets import *\n{box}" for box, _ in BOXES.values()]
    return [*explorers, WITHOUT_PICTURES + first, *others]  # the same figures again


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook with every explorer, run as nbconvert does it, its widgets' state kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        return build.execute(notebook_of(SETUP, *shown()), "explorers")


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
    lab.put("run", notebook_of(SETUP + WITHOUT_PICTURES, *shown()))
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


@pytest.fixture(params=BOXED)
def box(request):
    """The cell of a box, and how many of its figures are seen at once."""
    return BOXED[request.param]


@pytest.fixture(params=SPECIMENS, ids=lambda specimen: specimen.name)
def specimen(request):
    return request.param


def assert_alive(figure, specimen):
    """A key changes what is drawn. (By mouse every figure is moved in test_lab.py and on its own page.)"""
    before = drawn(figure)
    specimen.by_key(figure)
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


def test_figures_in_a_box_are_in_the_box_as_long_as_a_kernel_holds_it(run, box):
    cell, seen = run.cell(box[0]), box[1]
    cell.scroll_into_view_if_needed()
    expect(cell.locator("figure.lesson:visible")).to_have_count(seen, timeout=1000 * SECONDS)
    inside = cell.locator(".jupyter-widgets figure.lesson")
    expect(inside).to_have_count(2)
    run.page.wait_for_function(
        "figure => figure.getBoundingClientRect().right < innerWidth", arg=inside.first.element_handle()
    )
    assert run.troubles == []


def test_figures_in_a_box_are_seen_and_alive_on_a_published_page(published, box):
    page, failed = published
    count = 2 * (box[0] - len(CELLS) - 1) + len(SPECIMENS)
    for figure in (page.locator("figure.lesson").nth(count), page.locator("figure.lesson").nth(count + 1)):
        before = drawn(figure)
        figure.locator("canvas").first.press("ArrowRight")
        drawn_anew(figure, before)
    assert failed == []


def test_figures_in_a_box_outlive_it(orphaned, box):
    orphaned.cell(box[0]).scroll_into_view_if_needed()
    expect(orphaned.cell(box[0]).locator("figure.lesson:visible")).to_have_count(2, timeout=1000 * SECONDS)


def test_figures_in_a_box_are_there_when_a_notebook_is_opened_again(opened_again, box):
    cell = opened_again.cell(box[0])
    cell.scroll_into_view_if_needed()  # Lab leaves out what is far below
    expect(cell.locator("figure.lesson:visible")).to_have_count(2, timeout=1000 * SECONDS)
    expect(cell).not_to_contain_text("Error displaying widget")
    assert opened_again.troubles == []


def test_a_figure_outlives_its_kernel(orphaned, specimen):
    expect(orphaned.figure(CELLS[specimen.name])).to_have_count(1)
    assert_alive(orphaned.figure(CELLS[specimen.name]), specimen)
    assert orphaned.troubles == []


def test_no_button_is_dead_when_the_kernel_is_gone(orphaned, specimen):
    figure = orphaned.figure(CELLS[specimen.name])
    shown = f"figure => figure.innerHTML + ({LOOK})(figure)"
    for button in figure.get_by_role("button").or_(figure.get_by_role("switch")).all():
        if button.is_visible() and button.is_enabled():
            before = figure.evaluate(shown)
            button.click()
            orphaned.page.wait_for_function(
                f"([figure, before]) => ({shown})(figure) !== before", arg=[figure.element_handle(), before]
            )
    assert orphaned.troubles == []


def test_a_readers_own_notebook_is_alive_when_it_is_opened_again(opened_again, specimen):
    cell = opened_again.cell(CELLS[specimen.name])
    expect(cell.locator("figure.lesson")).to_have_count(1)
    expect(cell).not_to_contain_text("Error displaying widget")
    assert_alive(cell.locator("figure.lesson"), specimen)
    assert opened_again.troubles == []
