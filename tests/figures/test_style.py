"""Colours and letters of the figures."""

import warnings

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from lessons_lib import figures
from lessons_lib.figures import style
from lessons_lib.figures.style import PALETTE, number_ink
from tests.explorers.modules import modules


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
