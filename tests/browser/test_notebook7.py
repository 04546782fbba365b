"""Explorers in Notebook 7: shown from a cell, moved by hand, and heard of by the kernel."""

from importlib.util import find_spec

import pytest

from tests.browser.lab import JupyterLab, drawn, drawn_anew, notebook_of
from tests.browser.specimens import press_slider

pytestmark = pytest.mark.skipif(find_spec("notebook") is None, reason="Notebook 7 is not here: pip install notebook")

OF_ITS_OWN = "(reading 'schema')"  # Notebook 7.6.5 stumbles over a setting that it does not have
CURVES = "from lessons_lib import explorers\ncurves = explorers.LogitCurves()\ncurves"


class Notebook7(JupyterLab):
    """The same server with Notebook's own pages in place of JupyterLab's."""

    place = "notebooks/{name}.ipynb"

    def _command(self) -> list[str]:
        command = super()._command()
        return [word.replace("jupyterlab", "notebook").replace("LabApp", "JupyterNotebookApp") for word in command]


def test_a_figure_is_alive_and_tied_to_its_kernel(chromium, tmp_path):
    with Notebook7(tmp_path) as server:
        server.put("figures", notebook_of(CURVES, ""))
        with server.open(chromium, "figures") as notebook:
            notebook.run_all()
            figure = notebook.figure(0)
            before = drawn(figure)
            press_slider("margin")(figure)
            drawn_anew(figure, before)
            assert notebook.python("print(curves.settings == explorers.LogitCurves().settings)") == "False"
            assert [trouble for trouble in notebook.troubles if OF_ITS_OWN not in trouble] == []
