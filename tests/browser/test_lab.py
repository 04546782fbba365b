"""Every explorer in a real JupyterLab: what a reader sees, and what the kernel hears of it."""

import time
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.lab import SECONDS, drawn, drawn_anew, notebook_of
from tests.browser.specimens import SETUP, SPECIMENS, WITHOUT_PICTURES

VIEWS = {specimen.name: (1 + 2 * place, 2 + 2 * place) for place, specimen in enumerate(SPECIMENS)}  # cells
# How far the page has come when a reader reloads it. Ten reloads, without Lab, stand with each explorer's own tests.
IMPATIENCE = ["body", "figure.lesson"]


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    """Every explorer in one notebook, each shown in two cells; the last cell is for typing into."""
    cells = [SETUP + WITHOUT_PICTURES]
    for specimen in SPECIMENS:
        cells += [f"{specimen.name} = {specimen.make}\n{specimen.name}", f"display({specimen.name})"]
    lab.put("explorers", notebook_of(*cells, ""))
    with lab.open(chromium, "explorers") as notebook:
        notebook.run_all()
        yield notebook


@pytest.fixture(autouse=True)
def _no_trouble(notebook):
    yield
    assert notebook.troubles == []


@pytest.fixture(params=SPECIMENS, ids=lambda specimen: specimen.name)
def specimen(request):
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


def wait_until_shown(notebook, specimen, figure, picture):
    end = time.monotonic() + SECONDS
    while at_rest(notebook, [figure]) != [picture]:  # the saved figure stands there until the kernel's has come
        assert time.monotonic() < end, f"{specimen.name} still shows something else"


def set_anew(notebook, specimen, views, number):
    """Set an explorer from Python to something it does not show yet; what each view shows then."""
    before = [drawn(view) for view in views]
    assert notebook.python(specimen.assign.format(number)) == ""
    return [drawn_anew(view, shown) for view, shown in zip(views, before, strict=True)]


def at_rest(notebook, views):
    """What each view shows, without the marks of a pointer or of the keyboard's focus."""
    notebook.page.mouse.move(0, 0)
    notebook.page.evaluate("document.activeElement.blur()")
    return [drawn(view) for view in views]


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
    if back.is_visible():  # another test has turned something
        back.click()
    before = at_rest(notebook, [figure])
    train.click()
    drawn_anew(figure, *before)
    expect(figure.locator(".read")).to_contain_text("steps since you began", timeout=1000 * SECONDS)
    train.click()
    expect(figure.locator(".read")).to_contain_text("Trained", timeout=1000 * SECONDS)
    assert notebook.python("print(band.directions == band.home)") == "False"
    back.click()
    expect(back).to_be_hidden()
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
    figures = [notebook.figure(VIEWS[specimen.name][0]) for specimen in SPECIMENS]
    shown = {}
    for theme in ("dark", "light"):
        notebook.use_theme(theme)
        shown[theme] = at_rest(notebook, figures)
        notebook.page.evaluate(
            "document.body.classList.toggle('a-test')"
        )  # makes figures draw again as the page is now
        assert [drawn(figure) for figure in figures] == shown[theme]
    assert all(dark != light for dark, light in zip(*shown.values(), strict=True))


def test_a_saved_notebook_bears_reloading_and_shows_what_was_set(notebook):
    figures = [notebook.figure(VIEWS[specimen.name][0]) for specimen in SPECIMENS]
    for specimen, figure in zip(SPECIMENS, figures, strict=True):
        set_anew(notebook, specimen, [figure], 0.25)
    shown = at_rest(notebook, figures)
    notebook.save()
    for moment in IMPATIENCE:
        notebook.page.reload(wait_until="commit")
        notebook.page.wait_for_selector(moment, state="attached")
    notebook.reload()
    for specimen, figure, before in zip(SPECIMENS, figures, shown, strict=True):
        expect(figure).to_be_attached()
        wait_until_shown(notebook, specimen, figure, before)
        specimen.by_key(figure)
        drawn_anew(figure, before)
