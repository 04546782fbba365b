import math

import pytest
import torch

from lessons_lib.data.worse import blotted, blurred, dimmed, noised, shrunk


def one_dot():
    dot = torch.zeros(1, 1, 29, 29, dtype=torch.float64)
    dot[0, 0, 14, 14] = 1.0
    return dot


def test_blur_is_a_bell_of_the_width_it_says():
    found = blurred(one_dot(), 0.5)[0, 0]
    assert found.sum().item() == pytest.approx(1.0, rel=1e-6)
    place = torch.arange(29, dtype=torch.float64) - 14
    for share in (found.sum(0), found.sum(1)):
        assert (share @ place).abs() < 1e-9
        assert math.sqrt(share @ place.square()) == pytest.approx(1.5, rel=0.03)  # it ends at three widths


def test_shrinking_leaves_fewer_numbers():
    checked = (torch.arange(28)[:, None] + torch.arange(28)) % 2
    found = shrunk(checked[None, None].float(), 0.5)
    assert found.shape == (1, 1, 28, 28) and (found - 0.5).abs().max() < 0.06  # a chessboard is grey from afar
    flat = torch.full((2, 1, 28, 28), 0.3)
    torch.testing.assert_close(shrunk(flat, 1.0), flat)


def test_noise_is_of_the_size_it_says_and_drawn_from_the_chance_that_is_given():
    grey = torch.full((50, 1, 28, 28), 0.5)
    found = noised(grey, 0.1, torch.Generator().manual_seed(3))
    assert (found - grey).std().item() == pytest.approx(0.1, rel=0.02)
    assert torch.equal(found, noised(grey, 0.1, torch.Generator().manual_seed(3)))
    strong = noised(grey, 1.0)
    assert strong.min() == 0 and strong.max() == 1


def test_dimming_takes_contrast_and_a_blot_is_a_square_of_the_size_it_says():
    images = torch.rand(200, 1, 28, 28)
    torch.testing.assert_close(dimmed(images, 0.5), 0.6 * images)
    white = blotted(torch.zeros(2000, 1, 28, 28), 0.5, torch.Generator().manual_seed(0))[:, 0]
    assert (white.sum((1, 2)) == 49).all() and (white.amax(1).sum(1) == 7).all() and (white.amax(2).sum(1) == 7).all()
    assert (white.mean(0) > 0).all()  # somewhere else in each


@pytest.mark.parametrize("worse", [blurred, shrunk, noised, dimmed, blotted])
def test_nothing_is_changed_at_strength_nothing_and_beyond_one_it_is_refused(worse):
    images = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(worse(images, 0.0), images)
    for strength in (-0.1, 1.1):
        with pytest.raises(ValueError, match=r"^strength must lie in 0\.\.1, got"):
            worse(images, strength)
