import gc
import os
from multiprocessing import get_context

import pytest
import torch
from hypothesis import settings

from tests.sharing import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401  pytest looks here

# The first example of a property test pays for torch's own warming up; its time says nothing.
settings.register_profile("lessons", deadline=None)
settings.load_profile("lessons")
os.environ["CI"] = "true"  # no progress bars
# The tests' tensors are small: to wake a second thread for them takes longer than the work, many times so on a busy
# machine. Kernels and other processes choose for themselves.
torch.set_num_threads(1)


def pytest_collection_finish():
    """What was imported stays until the end: looking through all of it for garbage, again and again, takes seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(autouse=True)
def _same_numbers_every_time():
    # Where there is no accelerator torch.manual_seed keeps the whole call stack, once for each kind that is not there:
    # a millisecond, thousands of times.
    seed = torch.manual_seed if torch.accelerator.is_available() else torch.default_generator.manual_seed
    seed(0)


@pytest.fixture(scope="session")
def processes():
    """Processes for a test, forked from one that has imported what all need: each of them would take seconds for it."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "torch.distributed.tensor.debug", "pytest", "lessons_lib.spread"])
    return context


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    """A cache of this test's own."""
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
