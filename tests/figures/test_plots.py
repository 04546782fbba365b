"""Curves, histograms and digits: right content, size, description. People look at the pictures."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from lessons_lib import figures
from lessons_lib.figures.plots import _apart
from tests.figures.made import shown


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


@pytest.mark.parametrize("name", ["$5_$10", "$\\foo$", "$$", "caf\udce9", "two\nlines"])
def test_a_caption_may_be_any_name_that_a_folder_can_have(name):
    picture = figures.digits(torch.rand(1, 1, 28, 28), [name], alt="A picture of whatever the folder is called.")
    assert picture.axes[0].get_title() == name.replace("\udce9", "?")
    shown(picture)
    assert "?" in figures.digits(torch.rand(1, 1, 28, 28), ["caf\udce9"]).alt


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
