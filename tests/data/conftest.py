"""Folders and drawings that several files read."""

import numpy as np
import pytest
import torch

from lessons_lib.data import drawings
from lessons_lib.data.drawings import Drawings, load_drawings
from tests.data.pictures import save


@pytest.fixture
def tree(tmp_path):
    """Two sound classes of one grey image each, 51 and 102 of 255."""
    save(tmp_path / "tree" / "a" / "1.png", 51)
    save(tmp_path / "tree" / "b" / "1.png", 102)
    return tmp_path / "tree"


@pytest.fixture(scope="session")
def drawn():
    """All drawings. They are made once for all tests and lessons that have their cache in common."""
    return load_drawings()


@pytest.fixture(scope="session")
def few(drawn):
    """Two characters of every script, the first and the last."""
    scripts = np.array(drawn.scripts)
    kept = torch.tensor(
        [np.flatnonzero(scripts == script)[end] for script in drawings.SCRIPTS.values() for end in (0, -1)]
    )
    stays = torch.isin(drawn.labels, kept)
    return Drawings(
        drawn.images[stays],
        torch.searchsorted(kept, drawn.labels[stays]),
        tuple(drawn.characters[i] for i in kept),
        tuple(drawn.scripts[i] for i in kept),
    )
