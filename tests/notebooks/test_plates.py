import math
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from plates import dark, in_the_dark, to_lab
from plates import to_rgb as back

from lessons_lib.figures.style import ACCENT, FAINT, PALETTE

PAPER, INK = (20, 23, 28), (232, 234, 237)


def test_oklab_of_known_colours():
    # The values that its author gives for white and red, to three places.
    assert to_lab(np.array([255.0, 255, 255])) == pytest.approx([1, 0, 0], abs=1e-3)
    assert to_lab(np.array([255.0, 0, 0])) == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    colours = np.array([[0.0, 128, 255], [12, 200, 40], [255, 255, 0]])
    assert back(to_lab(colours)) == pytest.approx(colours, abs=1e-2)


def test_paper_and_ink_change_places():
    assert in_the_dark(np.array([255.0, 255, 255])) == pytest.approx(PAPER, abs=1)
    assert in_the_dark(np.array([0.0, 0, 0])) == pytest.approx(INK, abs=1)


def test_a_faint_curve_stands_out_in_the_dark_more_than_on_white():
    def brightness(rgb):
        part = np.asarray(rgb, dtype=float) / 255
        return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)

    faint = 255 * np.array(to_rgb(FAINT))
    on_white = 1.05 / (brightness(faint) + 0.05)
    in_dark = (brightness(in_the_dark(faint)) + 0.05) / (brightness(PAPER) + 0.05)
    assert in_dark > 1.5 * on_white  # a wide line of the same contrast looks weaker there


@pytest.mark.parametrize("name", [*PALETTE, ACCENT])
def test_a_colour_keeps_its_hue(name):
    before = np.array([255 * part for part in to_rgb(name)])
    (_, a, b), (lightness, x, y) = to_lab(before), to_lab(in_the_dark(before))
    if math.hypot(a, b) > 0.05:  # not a grey
        turn = abs(math.degrees(math.atan2(b, a) - math.atan2(y, x)) + 180) % 360 - 180
        assert abs(turn) < 12
        assert lightness > 0.6


def test_a_dark_word_on_a_coloured_spot_stays_and_one_on_paper_turns():
    picture = np.full((64, 128, 4), 255, np.uint8)
    picture[:, 64:, :3] = 255, 120, 0
    picture[30:33, 20:40, :3] = picture[30:33, 90:110, :3] = 0
    picture[:8, :8, 3] = 0  # clear
    content = BytesIO()
    Image.fromarray(picture).save(content, format="png")
    seen = np.asarray(Image.open(BytesIO(dark(content.getvalue()))))
    assert seen.shape == (64, 128, 3)
    assert seen[31, 30] == pytest.approx(INK, abs=1) and seen[31, 100].tolist() == [0, 0, 0]
    assert seen[50, 10] == pytest.approx(PAPER, abs=1) and seen[0, 0] == pytest.approx(PAPER, abs=1)
