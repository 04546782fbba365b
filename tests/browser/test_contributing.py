"""CONTRIBUTING.md's explorer on a page: it shows, and it moves."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from lessons_lib import explorers
from tests.test_contributing import FILES

FOLDER = "lessons_lib/explorers/shadow"


@pytest.fixture
def shadow(tmp_path):
    """The class, from files that stand beside the kit."""
    (tmp_path / "kit").symlink_to(f"{explorers.__path__[0]}/kit")
    (tmp_path / "shadow").mkdir()
    for name in ("explorer.py", "view.js", "maths.js"):
        (tmp_path / "shadow" / name).write_text(FILES[f"{FOLDER}/{name}"], encoding="utf-8")
    spec = spec_from_file_location("shadow", tmp_path / "shadow" / "explorer.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Shadow


def test_the_slider_moves_the_figure_and_its_sentence(show, shadow):
    page = show(shadow(angle=0.0))
    assert page.locator("figcaption").text_content() == "At 0° the shadow is 1.00 long."
    page.get_by_role("slider", name="angle").press("End")
    page.wait_for_function("inFigures('figcaption')[0].textContent === 'At 180° the shadow is -1.00 long.'")
