"""How three workers share the tests, a file at a time: two begin with the browser, the third with the lessons.

Browser tests wait most of the time, for pages and for JupyterLab, so that they are best run beside something else. One
worker has all that need JupyterLab, since starting it takes seconds, another all the other pages. What forks processes
is for one worker too: the process that these are forked from has to import everything first. What is left when a worker
is free are small files, so all end together.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser"
IN_LAB = ("test_exports.py", "test_lab.py")
FORKING = (  # what takes the fixture `processes`
    "data/test_cache.py",
    "data/test_mnist.py",
    "data/test_vision.py",
    "losses/test_both_ways.py",
    "losses/test_distributed.py",
    "spread/test_head.py",
    "spread/test_restart.py",
)


def turn(nodeid: str) -> int:
    """When a test comes: browser tests first, then lessons, then all others."""
    return 0 if nodeid.startswith(f"{BROWSER}/") else 1 if ".ipynb::" in nodeid else 2


class ByFileAndBrowser(LoadFileScheduling):
    """A file is for one worker, and so are all browser tests with JupyterLab, all without, and all that fork."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if turn(nodeid) == 0:
            return f"{BROWSER} in Lab" if file.endswith(IN_LAB) else BROWSER
        return "forking" if file.endswith(FORKING) else file


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFileAndBrowser(config, log) if config.getvalue("dist") == "loadfile" else None
