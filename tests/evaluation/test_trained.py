import math

import pytest
import torch
from torch import nn

from lessons_lib.data import LabelledImages
from lessons_lib.evaluation import accuracy, target_angles
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.runs import Run


class Corner(nn.Module):
    """An embedding one can see through: the first two pixels."""

    def __init__(self):
        super().__init__()
        self.anything = nn.Parameter(torch.zeros(1))

    def forward(self, images):
        return images.flatten(1)[:, :2] + 0 * self.anything


@pytest.fixture
def run_and_images():
    head = ModifiedSoftmaxLoss(2, 2)
    head.weight.data = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    turns = torch.tensor([0.0, 0.3, 1.0, math.pi / 2])
    images = torch.stack([turns.cos(), turns.sin()], dim=1).reshape(4, 1, 1, 2)
    return Run(Corner(), head), LabelledImages(images, torch.tensor([0, 0, 0, 1]))


def test_accuracy_counts_the_right_ones(run_and_images):
    assert accuracy(*run_and_images) == pytest.approx(0.75)


def test_target_angles_are_those_to_the_own_class(run_and_images):
    torch.testing.assert_close(target_angles(*run_and_images), torch.tensor([0.0, 0.3, 1.0, 0.0]), atol=1e-3, rtol=0)


@pytest.mark.parametrize("measure", [accuracy, target_angles])
@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (
            [0, 0, 2, 1],
            r"labels must lie in 0\.\.1, the classes that were trained on, got 0\.\.2: other classes are for",
        ),
        ([0, 0, -1, 1], r"labels must lie in 0\.\.1, the classes that were trained on, got -1\.\.1: "),
        (
            [0, 0, 1],
            r"labels must be int64 of shape \(4,\), one for each embedding, got torch\.int64 of shape \(3,\)\.$",
        ),
        ([0.0, 0, 1, 1], r"labels must be int64 of shape \(4,\), one for each embedding, got torch\.float32"),
    ],
)
def test_images_of_classes_that_the_head_does_not_know_are_refused(run_and_images, measure, labels, says):
    run, part = run_and_images
    with pytest.raises(ValueError, match=f"^{says}"):
        measure(run, LabelledImages(part.images, torch.tensor(labels)))
    with pytest.raises(ValueError, match=r"^part must hold at least one image, got none\.$"):
        measure(run, part[:0])
