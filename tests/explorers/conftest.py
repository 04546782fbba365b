import pytest
import torch

from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.explorers import LiveLab
from lessons_lib.losses import SoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run


@pytest.fixture(scope="module")
def data():
    """Made-up digits for the live lab, a pattern of each class and some noise."""
    chance = torch.Generator().manual_seed(3)
    labels = torch.arange(300) % 10
    pattern = torch.rand(10, 1, 28, 28, generator=chance)
    images = LabelledImages((pattern[labels] + 0.3 * torch.rand(300, 1, 28, 28, generator=chance)) / 1.3, labels)
    return ImageData(images, images[:60], images, num_classes=10, digest="made up")


@pytest.fixture(scope="module")
def warm():
    """A run whose trunk a lab may learn from."""
    torch.manual_seed(0)
    return Run(EmbeddingNet(2, width=4), SoftmaxLoss(10, 2))


@pytest.fixture
def lab(data, warm):
    return LiveLab(data, warm)
