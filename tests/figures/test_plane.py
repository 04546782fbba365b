"""Embeddings in the plane: right content, size, description, no failure. People look at the pictures."""

import math

import numpy as np
import pytest
import torch

from lessons_lib import figures
from lessons_lib.figures.centers import rays
from lessons_lib.figures.offsets import offsets
from lessons_lib.figures.plane import beside, draw_regions, draw_satisfied, rim_of
from lessons_lib.figures.style import Picture
from lessons_lib.losses import (
    ArcFaceLoss,
    ContrastiveLoss,
    InBatch,
    ModifiedSoftmaxLoss,
    SoftmaxLoss,
    SoftTripleLoss,
    SphereFaceLoss,
    random_pairs,
)
from tests.explorers.modules import modules
from tests.figures.made import on_circle, points, shown, with_centers


def test_embeddings_draw_one_panel_a_view_and_stay_small():
    x, y = points()
    one = figures.embeddings({"plain": (x, y, SoftmaxLoss(10, 2))})
    two = figures.embeddings({"plain": (x, y, SoftmaxLoss(10, 2)), "modified": (x, y, ModifiedSoftmaxLoss(10, 2))})
    assert [len(picture.axes) for picture in (one, two)] == [1, 2]
    assert shown(two).width > shown(one).width and len(two.png()) < 250_000


def test_embeddings_survive_a_class_without_points_and_one_point():
    x, y = points()
    shown(figures.embeddings({"": (x[:1], y[:1] * 0, ModifiedSoftmaxLoss(10, 2))}))


def test_embeddings_draw_every_centre_of_a_class_as_a_ray():
    x, y = points()
    picture = figures.embeddings({"": (x, y % 3, SoftTripleLoss(3, 2, 4))})
    shown(picture)
    assert sorted(words.get_text() for words in picture.axes[0].texts)[:-1] == ["0"] * 4 + ["1"] * 4 + ["2"] * 4


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([0, 36, 90], [0, 36, 90]),  # nothing overlaps, nothing moves
        ([50, 51, 120], [45.5, 55.5, 120]),  # two share what is lacking
        ([51, 50, 120], [55.5, 45.5, 120]),
        ([-179, 179, 0], [-175, 175, 0]),  # also where the numbers jump
        ([10, 10.3, 10.6], [0.3, 10.3, 20.3]),  # the middle one stays
        ([40, 52, 53, 54], [34.75, 44.75, 54.75, 64.75]),  # the first is pushed by those that make room
    ],
)
def test_discs_that_would_overlap_stand_beside_each_other(turns, expected):
    found = np.degrees(beside(np.radians(turns), math.radians(10)))
    assert found == pytest.approx(expected, abs=0.05)


def test_more_discs_than_the_circle_holds_end_nearly_even():
    found = np.sort(beside(np.radians([0, 1, 2, 3, 180, 181, 182, 183]), math.radians(80)))
    assert np.degrees(np.diff(found)) == pytest.approx(45, abs=1)


def test_no_disc_hides_another_and_every_ray_keeps_its_direction():
    x, y = points()
    head = ModifiedSoftmaxLoss(10, 2)
    head.weight.data = on_circle(0, 36, 72, 108, 144, 180, -144, -108, -57, -56.8)
    picture = figures.embeddings({f"{i}": (x, y, head) for i in range(3)})
    shown(picture)
    for axes in picture.axes:
        discs = [text for text in axes.texts if text.get_text().isdigit()]
        seats = [text.get_bbox_patch().get_window_extent() for text in discs]
        assert [text.get_text() for text in discs] == [str(k) for k in range(10)]
        places = np.array([[(seat.x0 + seat.x1) / 2, (seat.y0 + seat.y1) / 2] for seat in seats])
        apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(10)
        assert apart.min() >= max(seat.width for seat in seats)
        rays = [
            line.get_xydata() for line in axes.lines if not line.get_xydata()[0].any() and len(line.get_xydata()) == 2
        ]
        tips = torch.tensor(np.array([ray[1] for ray in rays]), dtype=torch.float32)
        torch.testing.assert_close(torch.nn.functional.normalize(tips), head.weight.data, rtol=0, atol=1e-5)


def test_the_description_says_means_where_there_are_no_class_weights():
    x, y = points()
    picture = figures.embeddings({"": (x, y, InBatch(ContrastiveLoss(), random_pairs, 10, 2))})
    assert "10 class means as rays" in picture.alt and "class weights" not in picture.alt


def test_a_ray_says_which_kinds_its_centres_took_and_centres_that_have_merged_are_one():
    head = with_centers((0, 3, 120, 178), (60, 240, 240, -178))
    kinds = torch.tensor([0, 1, 2, 3, 5, 4]).repeat_interleave(5)
    x = 7 * on_circle(*torch.tensor([1.0, 60, 121, 241, 239, 118]).repeat_interleave(5).tolist())
    found = rays(x, kinds % 2, kinds, head)
    seen = [(ray.label, round(math.degrees(ray.turn)), ray.count, ray.took) for ray in found]
    alone = [(1, -178, 1, ()), (0, 178, 1, ())]  # nearer than 6 degrees, but of two classes
    taken = [(1, -120, 2, (3, 5)), (0, 2, 2, (0,)), (1, 60, 1, (1,)), (0, 120, 1, (2, 4))]
    assert sorted(seen) == sorted(alone + taken) and seen == sorted(seen, key=lambda ray: ray[1])
    picture = figures.several_centers({"here": (x, kinds % 2, kinds, head)}, names=("even", "odd"))
    shown(picture)
    assert "even at 120 degrees took 2 4" in picture.alt and "odd at -178 degrees took none" in picture.alt
    words = [text.get_text() for text in picture.axes[0].texts]
    assert sorted(words[1:]) == ["0", "1", "2 4", "3 5"]


@pytest.mark.parametrize("head", [SoftmaxLoss(3, 2), with_centers((0, 120), (60, 200), (250, 300))])
def test_regions_are_the_heads_own_predictions(head):
    axes = Picture("a picture", 3, 3).subplots()
    draw_regions(axes, head, rim=2.0)
    (image,) = axes.images
    drawn = np.asarray(image.get_array())
    line = torch.linspace(-2, 2, drawn.shape[0])
    for row, column in [(150, 20), (60, 150), (220, 240), (150, 290)]:
        here = torch.tensor([[line[column], line[row]]])
        if here.norm() < 2:
            assert drawn[row, column] == head.logits(here).argmax()
    assert np.ma.masked_invalid(drawn).mask[0, 0]  # nothing outside the rim


@pytest.mark.parametrize(
    ("head", "upto"),
    [(SphereFaceLoss(3, 2, margin=2), 40.0), (SphereFaceLoss(3, 2, margin=4), 24.0), (ArcFaceLoss(3, 2, 0.5), 45.676)],
)
def test_the_darker_part_ends_where_a_class_wins_no_longer_with_its_margin(head, upto):
    head.weight.data = on_circle(0, 120, 240)  # a third of a turn apart: θ₁₂/(m + 1), or (θ₁₂ − m)/2
    axes = Picture("", 3, 3).subplots()
    draw_satisfied(axes, head, rim=1.0)
    dark, line = axes.images[0].get_array(), np.linspace(-1, 1, 300)
    for degrees, expected in ((0, 0), (upto - 1, 0), (upto + 1, None), (-upto + 1, 0), (120, 1), (119 + upto, 1)):
        column, row = (np.abs(line - 0.9 * part(math.radians(degrees))).argmin() for part in (math.cos, math.sin))
        found = dark[row, column]
        assert np.ma.is_masked(found) if expected is None else found == expected


def test_embeddings_say_that_a_part_is_darker_and_tint_it():
    x, y = points()
    view = {"": (x, y, SphereFaceLoss(10, 2, margin=4))}
    plain, dark = figures.embeddings(view), figures.embeddings(view, satisfied=True)
    assert [len(picture.axes[0].images) for picture in (plain, dark)] == [1, 2]
    assert "Darker" in dark.alt and "Darker" not in plain.alt and shown(dark)


def test_a_pull_is_taken_apart_along_the_feature_and_across_it():
    features, centers = torch.tensor([[3.0, 0.0], [0.0, 2.0]]), torch.tensor([[2.0, -0.5], [1.0, 2.0]])
    torch.testing.assert_close(offsets(features, centers), torch.tensor([[0.5, 1.0], [1.0, 0.0]]))


def test_clouds_around_their_centres_have_a_panel_each_and_say_how_much_is_radial():
    x, y = points()
    far, centers = torch.tensor([[4.0, 0.0], [6.0, 0.0], [5.0, 1.0], [5.0, -1.0]]), torch.zeros(10, 2)
    centers[0] = torch.tensor([5.0, 0.0])
    picture = figures.around_centers({"cloud": (x, y, centers), "cross": (far, torch.zeros(4).long(), centers)})
    assert len(picture.axes) == 2 and "cross: 52% of it" in picture.alt  # (2 + 2/26) / 4
    assert shown(picture) and len(picture.png()) < 100_000
    figures.around_centers({"all in one place": (far, torch.arange(4), far)})  # no pull at all


def test_the_rim_leaves_out_one_of_two_hundred_here_and_in_a_page():
    lengths = [*range(1, 200), 1e6]
    rim = rim_of(torch.tensor([[0.0, length] for length in lengths]))
    with modules("kit/numbers.js") as v8:
        assert v8("rimOf(lengths)", lengths=lengths[::-1]) == 199
    assert 199 <= rim < 0.01 * lengths[-1]
    assert rim_of(torch.zeros(3, 2)) == rim_of(torch.zeros(0, 2)) == 1
