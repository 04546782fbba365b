"""Every explorer in a real JupyterLab: what a reader sees, and what the kernel hears of it.

One notebook goes through all that: it is run, reloaded while its kernel goes on, saved with its widgets, left by its
kernel, and opened again. So the tests stand in that order, each stage a fixture that begins with the one before.
"""

import time
from collections import Counter
from copy import deepcopy

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.lab import SECONDS, all_drawn, drawn, drawn_anew, notebook_of
from tests.browser.pictures import LOOK
from tests.browser.specimens import BOXES, BOXES_SHOWN, EXPLORERS_SHOWN, SETUP, SPECIMENS, WITHOUT_PICTURES

VIEWS = {specimen.name: (1 + 2 * place, 2 + 2 * place) for place, specimen in enumerate(SPECIMENS)}  # cells
CELLS = {name: cells[0] for name, cells in VIEWS.items()}
BOXED = {name: place for place, name in enumerate(BOXES, start=1 + 2 * len(SPECIMENS))}
ALONE = "Error displaying widget"  # what Lab says of a widget that has no kernel

# Clicks one after the other of these buttons that a reader could; those of which nothing was seen.
DEAD = f"""async (buttons, [figure, milliseconds]) => {{
  const shown = () => figure.innerHTML + ({LOOK})(figure), dead = [];
  for (const button of buttons) {{
    if (button.disabled || button.ariaDisabled === 'true' || !button.checkVisibility()) continue;
    const before = shown(), end = performance.now() + milliseconds;
    button.click();
    while (shown() === before && performance.now() < end) await new Promise(done => requestAnimationFrame(done));
    if (shown() === before) dead.push(button.textContent);
  }}
  return dead;
}}"""


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    """Every explorer in one notebook, each shown in two cells, then every box."""
    second = [f"display({specimen.name})" for specimen in SPECIMENS]
    twice = [cell for both in zip(EXPLORERS_SHOWN, second, strict=True) for cell in both]
    lab.put("explorers", notebook_of(SETUP + WITHOUT_PICTURES, *twice, *BOXES_SHOWN))
    with lab.open(chromium, "explorers") as notebook:
        notebook.run_all()
        yield notebook


@pytest.fixture(scope="module")
def saved(notebook, lab):
    """The notebook when its reader has saved it, having asked Lab to save widgets as well."""
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    notebook.save()
    saved = nbformat.read(lab.notebooks / "explorers.ipynb", as_version=4)
    (states,) = saved.metadata.widgets.values()
    assert sum("_esm" in model["state"] for model in states["state"].values()) >= len(SPECIMENS)
    return saved


@pytest.fixture(scope="module")
def orphaned(notebook, saved):
    """The notebook, its kernel started anew: nothing of what the figures show is in it any more."""
    notebook.restart_kernel()
    return notebook


@pytest.fixture(scope="module")
def with_widgets(orphaned):
    """The notebook another day, with a kernel that knows nothing yet."""
    orphaned.reload()
    return orphaned


@pytest.fixture(scope="module")
def without_widgets(lab, chromium, shipped, saved):
    """What is shipped, and below it what a reader saves who asks for nothing: by default Lab saves no widgets."""
    both = deepcopy(shipped)
    both.cells += [deepcopy(cell) for cell in saved.cells if not cell.source.startswith("display(")]
    assert "widgets" not in both.metadata
    lab.put("both", both, trusted=True)
    with lab.open(chromium, "both") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_trouble(notebook):
    yield
    assert notebook.troubles == []


@pytest.fixture(params=SPECIMENS, ids=lambda specimen: specimen.name)
def specimen(request):
    return request.param


@pytest.fixture(params=BOXED)
def box(request):
    return request.param


@pytest.fixture
def views(notebook, specimen):
    """Both views of an explorer."""
    return [notebook.figure(cell) for cell in VIEWS[specimen.name]]


def told(notebook, specimen):
    """What the kernel knows of the reader's gestures."""
    return notebook.python(f"print({specimen.told})")


def wait_until_told(notebook, specimen, before):
    end = time.monotonic() + SECONDS
    while (now := told(notebook, specimen)) == before:  # widgets hold a message back while another is on its way
        assert time.monotonic() < end, f"the kernel still has {before}"
    return now


def wait_until_shown(notebook, figures, pictures):
    end = time.monotonic() + SECONDS
    while (now := at_rest(notebook, figures)) != pictures:  # a saved figure stands there until the kernel's has come
        other = [each.name for each, one, two in zip(SPECIMENS, now, pictures, strict=True) if one != two]
        assert time.monotonic() < end, f"{other} still show something else"


def set_anew(notebook, specimen, views, number):
    """Set an explorer from Python to something it does not show yet; what each view shows then."""
    before = [drawn(view) for view in views]
    assert notebook.python(specimen.assign.format(number)) == ""
    return [drawn_anew(view, shown) for view, shown in zip(views, before, strict=True)]


def at_rest(notebook, views):
    """What each view shows, without the marks of a pointer or of the keyboard's focus."""
    notebook.page.mouse.move(0, 0)
    notebook.page.evaluate("document.activeElement.blur()")
    return all_drawn(notebook.page, views)


def assert_alive(figure, specimen):
    """A key changes what is drawn."""
    before = drawn(figure)
    specimen.by_key(figure)
    drawn_anew(figure, before)


def boxed(notebook, place, seen):
    """A box in a cell, of whose figures so many are seen."""
    cell = notebook.cell(place)
    cell.scroll_into_view_if_needed()  # Lab leaves out what is far below
    expect(cell.locator("figure.lesson:visible")).to_have_count(seen, timeout=1000 * SECONDS)
    expect(cell).not_to_contain_text(ALONE)
    return cell


def test_the_settings_of_the_project_are_in_force(notebook):
    assert notebook.setting("@jupyterlab/apputils-extension:kernels-settings", "commsOverSubshells") == "disabled"
    assert notebook.setting("@jupyterlab/apputils-extension:notification", "fetchNews") == "false"


def test_two_views_and_the_kernel_stay_in_step(notebook, specimen, views):
    """A gesture in one view changes both, and the kernel hears of it; so does what Python sets."""
    before = at_rest(notebook, views)[1]
    for gesture, here, there in [("by_mouse", *views), ("by_key", *reversed(views))]:
        known = told(notebook, specimen)
        getattr(specimen, gesture)(here)
        drawn_anew(there, before)
        one, other = at_rest(notebook, views)
        assert one == other != before
        before = other
        if specimen.told:
            wait_until_told(notebook, specimen, known)
    one, other = set_anew(notebook, specimen, views, 0.3)
    assert one == other


def test_what_one_drags_is_trained_and_can_be_undone(notebook):
    figure = notebook.figure(VIEWS["band"][0])
    train, back = figure.get_by_role("switch", name="train what I drag"), figure.get_by_role("button", name="back")
    if back.is_enabled():  # another test has turned something
        back.click()
    before = at_rest(notebook, [figure])
    train.click()
    drawn_anew(figure, *before)
    expect(figure.locator(".read")).to_contain_text("steps since you began", timeout=1000 * SECONDS)
    train.click()
    expect(figure.locator(".read")).to_contain_text("Trained", timeout=1000 * SECONDS)
    assert notebook.python("print(band.directions == band.home)") == "False"
    back.click()
    expect(back).to_be_disabled()
    assert at_rest(notebook, [figure]) == before
    assert notebook.python("print(band.directions == band.home)") == "True"


def test_figures_on_one_page_do_not_share_names(notebook):
    """A label belongs to one slider, and choosing in one figure unchooses nothing in another."""
    groups = notebook.page.evaluate(
        """() => inFigures('figure.lesson').map(figure => [...new Set(
          [...figure.querySelectorAll('[id]')].map(node => `id ${node.id}`)
            .concat([...figure.querySelectorAll('input[type=radio]')].map(node => `radio ${node.name}`)))])"""
    )
    names = Counter(name for group in groups for name in group)
    assert names
    assert not [name for name, figures in names.items() if figures > 1]


def test_both_themes_have_their_colours(notebook):
    figures = [notebook.figure(CELLS[specimen.name]) for specimen in SPECIMENS]
    shown = {}
    for theme in ("dark", "light"):
        notebook.use_theme(theme)
        shown[theme] = at_rest(notebook, figures)
        notebook.page.evaluate("document.body.classList.toggle('a-test')")  # figures draw again as the page is now
        assert all_drawn(notebook.page, figures) == shown[theme]
    assert all(dark != light for dark, light in zip(*shown.values(), strict=True))


def test_figures_in_a_box_are_in_the_box_as_long_as_a_kernel_holds_it(notebook, box):
    cell = boxed(notebook, BOXED[box], seen=BOXES[box][1])
    inside = cell.locator(".jupyter-widgets figure.lesson")
    expect(inside).to_have_count(2)
    notebook.page.wait_for_function(
        "figure => figure.getBoundingClientRect().right < innerWidth", arg=inside.first.element_handle()
    )


def test_a_saved_notebook_bears_reloading_and_shows_what_was_set(notebook):
    figures = [notebook.figure(CELLS[specimen.name]) for specimen in SPECIMENS]
    before = at_rest(notebook, figures)
    for specimen in SPECIMENS:
        assert notebook.python(specimen.assign.format(0.25)) == ""
    for figure, picture in zip(figures, before, strict=True):
        drawn_anew(figure, picture)
    shown = at_rest(notebook, figures)
    notebook.save()
    notebook.page.reload(wait_until="commit")
    notebook.page.wait_for_selector("figure.lesson", state="attached")  # and before all are there, the reader reloads
    notebook.reload()
    for figure in figures:
        expect(figure).to_be_attached()
    wait_until_shown(notebook, figures, shown)
    for specimen, figure, before in zip(SPECIMENS, figures, shown, strict=True):
        specimen.by_key(figure)
        drawn_anew(figure, before)


def test_figures_in_a_box_outlive_it(orphaned, box):
    boxed(orphaned, BOXED[box], seen=2)


def test_a_figure_outlives_its_kernel(orphaned, specimen):
    expect(orphaned.figure(CELLS[specimen.name])).to_have_count(1)
    assert_alive(orphaned.figure(CELLS[specimen.name]), specimen)


def test_no_button_is_dead_when_the_kernel_is_gone(orphaned, specimen):
    figure = orphaned.figure(CELLS[specimen.name])
    buttons = figure.get_by_role("button").or_(figure.get_by_role("switch"))
    assert buttons.evaluate_all(DEAD, [figure.element_handle(), 1000 * SECONDS]) == []


def test_figures_in_a_box_are_there_when_a_notebook_is_opened_again_with_its_widgets(with_widgets, box):
    boxed(with_widgets, BOXED[box], seen=2)


def test_a_readers_own_notebook_is_alive_when_it_is_opened_again_with_its_widgets(with_widgets, specimen):
    cell = with_widgets.cell(CELLS[specimen.name])
    expect(cell).not_to_contain_text(ALONE)
    assert_alive(cell.locator("figure.lesson"), specimen)


def test_a_shipped_notebook_is_alive_before_a_cell_was_run(without_widgets, specimen):
    assert_alive(without_widgets.figure(1 + SPECIMENS.index(specimen)), specimen)  # there each has one cell
    assert without_widgets.troubles == []


def test_a_readers_own_notebook_is_alive_when_it_is_opened_again(without_widgets, shipped, specimen):
    cell = without_widgets.cell(len(shipped.cells) + 1 + SPECIMENS.index(specimen))
    expect(cell).not_to_contain_text(ALONE)
    assert_alive(cell.locator("figure.lesson"), specimen)
    assert without_widgets.troubles == []


def test_figures_in_a_box_are_there_when_a_notebook_is_opened_again(without_widgets, shipped, box):
    boxed(without_widgets, len(shipped.cells) + BOXED[box] - len(SPECIMENS), seen=2)
    assert without_widgets.troubles == []
