"""How two workers share the tests, a file at a time: one begins with all browser tests, the other with the lessons.

Browser tests wait most of the time, for pages and for Lab, so that they are best run beside something else; but beside
each other they would wait for too long. What is left when either worker is free are small files, so both end together.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser"


def turn(nodeid: str) -> int:
    """When a test comes: browser tests first, then lessons, then all others."""
    return 0 if nodeid.startswith(f"{BROWSER}/") else 1 if ".ipynb::" in nodeid else 2


class ByFileAndBrowser(LoadFileScheduling):
    """A file is for one worker, and so are all files of browser tests."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if turn(nodeid) == 0 else super()._split_scope(nodeid)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFileAndBrowser(config, log) if config.getvalue("dist") == "loadfile" else None
