import torch

from lessons_lib.data import LabelledImages


def test_slices_and_picks_keep_images_and_labels_together():
    part = LabelledImages(torch.arange(6.0).reshape(6, 1, 1, 1), torch.arange(6))
    assert part[2:4].labels.tolist() == part[2:4].images.flatten().tolist() == [2, 3]
    picked = part.pick(torch.tensor([5, 0, 0]))
    assert picked.labels.tolist() == picked.images.flatten().tolist() == [5, 0, 0]
    assert len(picked) == 3
