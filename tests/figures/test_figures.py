"""Pictures are looked at by people; here only what a machine can tell: right content, size, description, no failure."""

import base64
import io
import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image

from lessons_lib import figures
from lessons_lib.figures import style
from lessons_lib.figures.centers import rays
from lessons_lib.figures.offsets import offsets
from lessons_lib.figures.plane import beside, draw_regions, draw_satisfied
from lessons_lib.figures.plots import _apart
from lessons_lib.figures.style import PALETTE, Picture, number_ink
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


def points(count: int = 400):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 2, generator=generator), torch.randint(10, (count,), generator=generator)


def shown(picture: Picture) -> Image.Image:
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == picture.alt and len(picture.alt) > 30
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


def contrast(one, other):
    """How far two colours stand apart for readers who see little, as WCAG counts it."""
    light = []
    for colour in (one, other):
        part = np.array(to_rgb(colour))
        light.append(
            np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
        )
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_numbers_stand_out_from_their_class_colour():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert min(contrast(colour, number_ink(k)) for k, colour in enumerate(PALETTE)) >= 4.5
    with modules("kit/looks.js") as v8:
        assert [v8(f"inkOn({k}, false)") for k in (0, 2)] == [number_ink(0), "#fff"]
        for scheme, dark in (("light", "false"), ("dark", "true")):
            looks = [(v8(f"PALETTE.{scheme}[{k}]"), v8(f"inkOn({k}, {dark})")) for k in range(10)]
            assert min(contrast(*look) for look in looks) >= 4.5


def test_embeddings_draw_one_panel_a_view_and_stay_small():
    x, y = points()
    one = figures.embeddings({"plain": (x, y, SoftmaxLoss(10, 2))})
    two = figures.embeddings({"plain": (x, y, SoftmaxLoss(10, 2)), "modified": (x, y, ModifiedSoftmaxLoss(10, 2))})
    assert [len(picture.axes) for picture in (one, two)] == [1, 2]
    assert shown(two).width > shown(one).width and len(two.png()) < 250_000


def test_embeddings_survive_a_class_without_points_and_one_point():
    x, y = points()
    shown(figures.embeddings({"": (x[:1], y[:1] * 0, ModifiedSoftmaxLoss(10, 2))}))


def on_circle(*degrees):
    turns = torch.tensor(degrees, dtype=torch.float32).deg2rad()
    return torch.stack([turns.cos(), turns.sin()], dim=-1)


def with_centers(*classes):
    """A SoftTriple head whose classes have centres at these degrees."""
    head = SoftTripleLoss(len(classes), 2, len(classes[0]))
    head.weight.data = torch.stack([on_circle(*own) for own in classes])
    return head


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


def test_curves_name_every_line_and_keep_the_names_apart():
    theta = torch.linspace(0, math.pi, 50)
    picture = figures.curves(
        theta, {"cos θ": torch.cos(theta), "almost": torch.cos(theta) - 0.01, "less": torch.cos(theta) - 1}
    )
    names = {text.get_text(): text.xy[1] for text in picture.axes[0].texts}
    assert set(names) == {"cos θ", "almost", "less"}
    gaps = np.diff(sorted(names.values()))
    assert gaps.min() > 0.1
    shown(picture)


def test_axes_under_a_slider_stand_still():
    theta = torch.linspace(0, math.pi, 50)
    limits = [figures.curves(theta, {"a": torch.cos(theta) - m}, ylim=(-3, 1)).axes[0].get_ylim() for m in (0.0, 1.0)]
    assert limits == [(-3, 1), (-3, 1)]


def test_a_curve_looks_alike_in_all_panels_and_all_have_one_scale():
    theta = torch.linspace(0, math.pi, 50)
    own, other = {"a": theta.sin(), "b": 3 * theta.sin()}, {"a": theta.cos().abs(), "b": theta}
    picture = figures.curve_panels(theta, {"θ of the own class": own, "θ of another class": other}, ylabel="length")
    left, right = picture.axes
    for one, two in zip(left.lines, right.lines, strict=True):
        assert one.get_color() == two.get_color() and one._dash_pattern == two._dash_pattern
    assert left.get_ylim() == right.get_ylim() and right.get_xlabel() == "θ of another class"
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a", "b"]
    shown(picture)


@pytest.mark.parametrize("wanted", [[0.0, 0.0, 0.0], [3.0, 1.0, 2.9], [5.0]])
def test_labels_move_no_further_than_needed(wanted):
    placed = _apart(wanted, 0.5)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert all(placed[b] - placed[a] >= 0.5 - 1e-9 for a, b in pairwise(order))
    assert placed[order[0]] == wanted[order[0]]


def test_histogram_marks_the_mean_in_degrees():
    picture = figures.angle_histogram({"a": torch.full((10,), math.radians(12.3)), "b": torch.rand(100)})
    assert any("12.3°" in text.get_text() for text in picture.axes[0].texts)
    assert "a: mean 12.3 degrees" in picture.alt
    shown(picture)


def test_histogram_names_what_the_angle_is_to_and_marks_an_angle_in_every_row():
    angles = {"a": torch.full((10,), math.radians(12.3)), "b": torch.rand(100)}
    plain, picture = figures.angle_histogram(angles), figures.angle_histogram(angles, to="the dominant centre", mark=75)
    assert "the dominant centre" in picture.alt and "the dominant centre" in picture.axes[-1].get_xlabel()
    assert "its own class weight" in plain.axes[-1].get_xlabel()
    marked = [[line.get_xdata()[0] for line in axes.lines] for axes in picture.axes]
    assert all(75 in places for places in marked) and all(len(axes.lines) == 1 for axes in plain.axes)
    shown(picture)


def test_digits_leave_no_empty_frame():
    picture = figures.digits(torch.rand(13, 1, 28, 28), [str(i) for i in range(13)])
    assert sum(bool(axes.images) for axes in picture.axes) == 13
    assert picture.alt.startswith("13 handwritten digits: 0, 1, ")
    assert figures.digits(torch.rand(2, 1, 28, 28), ["", ""], alt="Two leaves.").alt == "Two leaves."
    shown(picture)


def test_names_in_other_scripts_are_drawn_where_a_font_has_them_and_else_no_warning_comes(monkeypatch):
    images, sign = torch.zeros(2, 1, 4, 4), "\u2313\u2317\u2313"  # in STIXGeneral, and not in DejaVu Sans
    monkeypatch.setattr(style, "_SCRIPTS", ("No Such Font",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        boxes = figures.digits(images, [sign, "θ = 3°"]).png()
    monkeypatch.setattr(style, "_SCRIPTS", ("No Such Font", "STIXGeneral"))
    assert figures.digits(images, [sign, "θ = 3°"]).png() != boxes
    monkeypatch.setattr(style, "_SCRIPTS", ())
    plain = figures.digits(images, ["a 3", "θ = 3°"]).png()
    monkeypatch.setattr(style, "_SCRIPTS", ("STIXGeneral",))
    assert figures.digits(images, ["a 3", "θ = 3°"]).png() == plain  # what the usual font has stays its own


def test_neighbours_have_a_mark_each_and_frames_that_differ_without_colour():
    right = torch.tensor([[True, False, True], [False, False, True]])
    picture = figures.neighbours(
        torch.rand(2, 1, 28, 28), torch.rand(2, 3, 1, 28, 28), right, "Two images, and three others found for each."
    )
    shown(picture)
    grid = np.array(picture.axes).reshape(2, 4)
    marks = [[axes.texts[0].get_text() for axes in row[1:]] for row in grid]
    assert marks == [["✓" if one else "✗" for one in row] for row in right.tolist()]
    frames = {
        (one, axes.spines["left"].get_linewidth())
        for row, ok in zip(grid, right.tolist(), strict=True)
        for axes, one in zip(row[1:], ok, strict=True)
    }
    assert len(frames) == 2 and len({width for _, width in frames}) == 2
    assert not any(row[0].spines["left"].get_visible() or row[0].texts for row in grid)
    assert [axes.get_title() for axes in grid[0]] == ["asked", "nearest", "2.", "3."]


def test_shares_over_seeds_stand_in_the_order_of_their_medians():
    found = {"low": [0.1, 0.3, 0.2], "high": [0.9, 0.5, 0.8], "between": [0.6, 0.3, 0.95]}
    picture = figures.over_seeds(found, "right, %", stress=["between"])
    shown(picture)
    (axes,) = picture.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["low", "between", "high"]
    bars, dots = axes.lines[::2], axes.lines[1::2]
    assert [list(bar.get_xdata()) for bar in bars] == [[10, 30], [30, 95], [50, 90]]
    assert sorted(dots[2].get_xdata()) == [50, 80, 90] and set(dots[2].get_ydata()) == {2}
    colours = [bar.get_color() for bar in bars]
    assert colours[0] == colours[2] != colours[1]
    assert "high 80.0 %; between 60.0 %; low 20.0 %" in picture.alt


def test_states_of_a_training_are_drawn_in_per_cent_with_the_one_that_was_kept():
    picture = figures.states([0, 5, 10], {"strangers": [0.5, 0.9, 0.8], "known": [0.1, 0.6, 1.0]}, kept=5)
    shown(picture)
    (axes,) = picture.axes
    assert [list(line.get_ydata()) for line in axes.lines[:2]] == [[50, 90, 80], [10, 60, 100]]
    assert axes.lines[2].get_xdata()[0] == 5 and [text.get_text() for text in axes.texts] == [
        "strangers",
        "known",
        "kept",
    ]
    assert "the state at step 5 was kept: strangers ends at 80 %; known ends at 100 %" in picture.alt


def test_a_picture_in_colour_is_shown_in_colour_and_a_grey_one_dark_on_light():
    picture = figures.digits(torch.rand(2, 3, 8, 8), ["a", "b"], alt="Two pictures in colour.")
    assert [axes.images[0].get_array().shape for axes in picture.axes[:2]] == [(8, 8, 3)] * 2
    grey = figures.digits(torch.rand(1, 1, 8, 8), ["a"])
    assert grey.axes[0].images[0].get_array().shape == (8, 8) and grey.axes[0].images[0].get_cmap().name == "gray_r"


def test_angles_over_steps_name_every_loss_at_its_end_and_stress_one():
    falling = torch.linspace(1.5, 0.2, 5).expand(3, 5)
    theta = {name: falling + 0.01 * i for i, name in enumerate("abcdefgh")}
    picture = figures.over_steps([0, 1, 2, 3, 4], theta, stress="c")
    shown(picture)
    (axes,) = picture.axes
    names = {text.get_text(): text for text in axes.texts}
    assert list(names) == list(theta) and len(axes.lines) == 3 * len(theta)
    heights = sorted(text.xy[1] for text in names.values())
    assert min(b - a for a, b in pairwise(heights)) > 4
    widths = {line.get_linewidth() for line in axes.lines if line.get_color() == names["c"].get_color()}
    assert names["c"].get_weight() == "bold" and widths == {2.6}
    assert "a ends at 11 degrees" in picture.alt


@pytest.mark.parametrize(("highest", "top"), [(89.0, 94.5), (91.5, 94.5), (96.0, 189.0)])
def test_the_axis_of_angles_over_steps_is_no_higher_than_they_need(highest, top):
    falling = torch.linspace(math.radians(highest), 0.2, 5).expand(2, 5)
    picture = figures.over_steps([0, 1, 2, 3, 4], {"a": falling})
    assert picture.axes[0].get_ylim() == pytest.approx((0, top))


def test_pulls_part_the_points_that_are_held_from_those_let_go_and_count_those_before_the_curve():
    theta = torch.tensor([10.0, 20, 30, 70]).deg2rad()
    pull = torch.tensor([0.0, 0.5, 3.0, 8.0], requires_grad=True)
    curve = torch.tensor([0.0, 50, 60, 90]).deg2rad(), torch.tensor([0.0, 0, 9, 7])
    picture = figures.pulls(theta, pull, curve=curve, least=0.5)
    shown(picture)
    line, grey, held = picture.axes[0].lines
    assert line.get_xdata() == pytest.approx([0, 50, 60, 90]) and grey.get_xdata() == pytest.approx([10])
    assert held.get_xdata() == pytest.approx([20, 30, 70]) and held.get_ydata() == pytest.approx([0.5, 3, 8])
    assert held.get_color() != grey.get_color()
    assert "4 points" in picture.alt and "3 are held; 2 of these" in picture.alt


def test_next_values_are_drawn_against_those_before_with_names_in_the_order_of_the_lines():
    now = torch.tensor([1.0, 2.0, 4.0])
    picture = figures.next_values(now, {"grows": 3 * now, "grows less": 2 * now, "falls": now / 2}, "scale")
    shown(picture)
    diagonal, *lines = picture.axes[0].lines
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 4]
    assert lines[2].get_xdata().tolist() == [1, 2, 4] and lines[2].get_ydata().tolist() == [0.5, 1, 2]
    heights = {text.get_text(): text.xy[1] for text in picture.axes[0].texts}
    assert heights["falls"] < heights["grows less"] < heights["grows"]
    assert picture.axes[0].get_aspect() == 1 and "next scale" in picture.alt
