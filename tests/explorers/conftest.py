import asyncio

import pytest
import torch

from lessons_lib.data import ImageData
from lessons_lib.explorers import LiveLab
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from tests.explorers.live import begun, patterns


@pytest.fixture(scope="module", autouse=True)
def no_loop_of_a_browser():
    """Playwright's loop counts as running as long as its browser lives, in tests of the same process as well."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="module")
def data():
    """Made-up digits for the live lab; `warm` is a run whose trunk it may learn from."""
    images = patterns()
    return ImageData(images, images[:60], images, num_classes=10, digest="made up")


@pytest.fixture(scope="module")
def warm(data):
    torch.manual_seed(0)
    return Run(EmbeddingNet(2, width=4), SoftmaxLoss(10, 2))


@pytest.fixture
def lab(data, warm):
    return LiveLab(data, warm)


@pytest.fixture
def training(data):
    return begun(data)
