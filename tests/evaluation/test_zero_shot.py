"""Reading images by texts, finding one by the other, and the gap between them."""

import math

import pytest
import torch

from lessons_lib.evaluation.zero_shot import centre_gaps, retrieval, zero_shot_accuracy, zero_shot_draws


def on_circle(*degrees, length=1.0):
    turn = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    return length * torch.stack([turn.cos(), turn.sin()], dim=1)


IMAGES, LABELS = on_circle(0, 40, 100, 180, 200, length=3.0), torch.tensor([0, 0, 1, 2, 2])
TEXTS, CLASSES = on_circle(10, 30, 80, 90, 170, 230), torch.tensor([0, 0, 1, 1, 2, 2])


def test_an_image_is_read_by_the_mean_direction_of_a_classs_texts():
    assert zero_shot_accuracy(IMAGES, LABELS, TEXTS, CLASSES) == 1
    moved = on_circle(0, 53, 100, 180, 200)  # nearer to 85° than to 20°
    assert zero_shot_accuracy(moved, LABELS, TEXTS, CLASSES) == pytest.approx(4 / 5)


def test_one_text_a_class_is_drawn_anew_each_time():
    found = zero_shot_draws(on_circle(52, 100, 180), torch.tensor([0, 1, 2]), TEXTS, CLASSES, draws=200)
    # 52° is nearer to 30° than to 80°, and than to 90°; to 10° it is not: read from one draw in two.
    assert set(found.mul(3).round().int().tolist()) == {2, 3}
    assert (found == 1).double().mean().item() == pytest.approx(0.5, abs=0.12)
    assert torch.equal(found, zero_shot_draws(on_circle(52, 100, 180), torch.tensor([0, 1, 2]), TEXTS, CLASSES, 200))


def test_retrieval_asks_for_one_of_the_class_among_the_nearest():
    queries, labels = on_circle(12, 56, 60, 200), torch.tensor([0, 1, 0, 2])
    assert retrieval(queries, labels, TEXTS, CLASSES) == pytest.approx(3 / 4)
    assert retrieval(queries, labels, TEXTS, CLASSES, k=3) == 1


def test_the_gap_of_a_class_is_the_angle_between_its_centres():
    found = centre_gaps(IMAGES, LABELS, TEXTS, CLASSES)
    torch.testing.assert_close(found, torch.tensor([0.0, 15.0, 10.0], dtype=torch.float64).deg2rad(), atol=1e-7, rtol=0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classes": torch.tensor([0, 0, 1, 1, 1, 1])}, r"both must have all classes 0\.\.C−1, got \[0, 1, 2\] and"),
        ({"texts": torch.ones(6, 3)}, "both must have embeddings of one size, got 2 and 3"),
        ({"labels": LABELS.float()}, "labels must be int64"),
    ],
)
def test_what_does_not_fit_is_refused(change, says):
    given = {"images": IMAGES, "labels": LABELS, "texts": TEXTS, "classes": CLASSES} | change
    with pytest.raises(ValueError, match=says):
        zero_shot_accuracy(*given.values())
    with pytest.raises(ValueError, match=r"k must lie in 1\.\.6, got 7"):
        retrieval(IMAGES, LABELS, TEXTS, CLASSES, k=7)
    assert math.isfinite(retrieval(IMAGES, LABELS, TEXTS, CLASSES))
