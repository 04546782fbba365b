"""That an explorer which is written is also found: by its name, and by the tests that move it in a browser."""

import inspect
import re
from importlib import import_module

import pytest

from lessons_lib import explorers
from lessons_lib.explorers import Explorer
from tests.explorers.modules import EXPLORERS

WRITTEN = {
    name: kind
    for path in EXPLORERS.glob("*/explorer.py")
    for name, kind in vars(import_module(f"{explorers.__name__}.{path.parent.name}.explorer")).items()
    if inspect.isclass(kind) and issubclass(kind, Explorer) and kind.__module__.split(".")[-2] == path.parent.name
}


def test_every_explorer_can_be_imported_by_its_name():
    lost = sorted(set(WRITTEN) - {"Explorer"} - set(explorers.__all__))
    assert not lost, f"import {', '.join(lost)} in lessons_lib/explorers/__init__.py, and list it there in __all__"


def test_every_explorer_is_moved_in_a_browser():
    pytest.importorskip("playwright")
    from tests.browser.specimens import SPECIMENS

    moved = {re.search(r"explorers\.(\w+)", specimen.make)[1] for specimen in SPECIMENS}
    lost = sorted(set(WRITTEN) - {"Explorer"} - moved)
    assert not lost, f"give {', '.join(lost)} an entry in SPECIMENS, tests/browser/specimens.py"
