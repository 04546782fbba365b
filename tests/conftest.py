import os

import pytest
import torch
from hypothesis import settings

# The first example of a property test pays for torch's own warming up; its time says nothing.
settings.register_profile("lessons", deadline=None)
settings.load_profile("lessons")
os.environ["CI"] = "true"  # no progress bars
# The tests' tensors are small: to wake a second thread for them takes longer than the work, many times so on a busy
# machine. Kernels and other processes choose for themselves.
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_numbers_every_time():
    torch.manual_seed(0)


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    """A cache of this test's own."""
    monkeypatch.setenv("LESSONS_LIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
