"""What every explorer has from its base."""

import json
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from traitlets import Int, TraitError

from lessons_lib.explorers import (
    BoundaryPlane,
    CenterUpdate,
    ChargeSphere,
    ClassCost,
    CurveFamily,
    DrawADigit,
    DriftPlayer,
    GradientArrows,
    GradientLength,
    LiveLab,
    LogitCurves,
    MarginBand,
    PairMatrix,
    ProbabilityCurve,
    VerificationThreshold,
)
from lessons_lib.explorers.kit import explorer as base
from lessons_lib.explorers.kit.losses import LOSSES, MARGINS, NAMES, SHORT_NAMES
from lessons_lib.figures.style import PALETTE, number_ink
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from tests.explorers.bands import images, points, run_with
from tests.explorers.modules import modules

MADE = {
    "BoundaryPlane": BoundaryPlane,
    "ClassCost": ClassCost,
    "CurveFamily": CurveFamily,
    "GradientLength": GradientLength,
    "LogitCurves": LogitCurves,
    "PairMatrix": lambda **given: PairMatrix(
        torch.zeros(4, 1, 8, 8), list("abcd"), torch.eye(4), torch.eye(4) + 0.1, labels=range(4), **given
    ),
    "ProbabilityCurve": ProbabilityCurve,
    "VerificationThreshold": lambda **given: VerificationThreshold(
        torch.linspace(0, 1, 20), torch.arange(20) % 2 == 0, **given
    ),
}
# The same for those that do not send the limits of all their settings.
OTHERS = {
    "CenterUpdate": CenterUpdate,
    "ChargeSphere": ChargeSphere,
    "DrawADigit": lambda **given: DrawADigit(
        EmbeddingNet(2, width=2).eval(),
        ModifiedSoftmaxLoss(10, 2),
        images(40).train.images,
        torch.arange(40) % 10,
        **given,
    ),
    "DriftPlayer": lambda **given: DriftPlayer.of([], **given),
    "GradientArrows": GradientArrows,
    "LiveLab": lambda **given: LiveLab(images(40), **given),
    "MarginBand": lambda **given: MarginBand(run_with(*points()), **given),
}
EVERY = MADE | OTHERS
SET = [name for name in EVERY if name not in ("DrawADigit", "DriftPlayer")]  # what has settings
WRONG = [
    *((name, {"nonsense": 1}, "has no setting 'nonsense'; it has") for name in SET),
    *((name, {"loss": "hinge"}, "loss must be one of") for name in SET if "loss" in EVERY[name]().setting_names),
    *((name, {"scale": math.nan}, "scale must lie in 1..64, got nan") for name in ("GradientArrows", "MarginBand")),
    *(
        (name, {"loss": "arcface", "margin": 28.6}, "the margin of arcface must lie in 0.0..0.8, got 28.6")
        for name in ("BoundaryPlane", "LogitCurves", "LiveLab", "GradientArrows", "MarginBand")
    ),
    ("CenterUpdate", {"alpha": 2}, "alpha must lie in 0..1, got 2"),
    ("CenterUpdate", {"path": [[0]]}, "path must be at most 200 places"),
    ("BoundaryPlane", {"point": [4, 0]}, "point must be two angles"),
    ("GradientArrows", {"classes": 4}, "classes must be 3, 5 or 10, got 4"),
    ("ChargeSphere", {"surface": "torus"}, "surface must be 'circle' or 'sphere', got 'torus'"),
    ("ChargeSphere", {"charges": 25}, "charges must be a whole number in 2..24, got 25"),
    ("ChargeSphere", {"law": "gravity"}, "law must be one of uniform, coulomb, steep, got 'gravity'"),
    ("LiveLab", {"rate": "fast"}, "rate must lie in 1e-05..0.1, got fast"),
    ("LiveLab", {"speed": 2.5}, "speed must lie in 1..50, got 2.5"),
    ("MarginBand", {"view": "side"}, "view must be one of features, angle, got 'side'"),
    ("MarginBand", {"margin": "x"}, "the margin of arcface must lie in 0.0..0.8, got 'x'"),
    ("MarginBand", {"directions": [True] * 10}, "directions must be 10 angles in radians"),
    ("LiveLab", {"seed": 10**20}, "seed must lie in 0..2147483647, got 100000000000000000000"),
    ("LiveLab", {"seed": -1}, "seed must lie in 0..2147483647, got -1"),
    ("GradientArrows", {"label": True}, "label must lie in 0..9, got True"),
    ("DriftPlayer", {"nonsense": 1}, "DriftPlayer has no setting 'nonsense'"),
]


@pytest.fixture
def asked(monkeypatch):
    """asked(content): the cell that runs was sent with this content."""

    def ask(**content):
        kernel = SimpleNamespace(get_parent=lambda channel: {"content": content} if channel == "shell" else {})
        monkeypatch.setattr(base, "get_ipython", lambda: SimpleNamespace(kernel=kernel))

    return ask


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_a_figure_takes_the_layout_of_a_widget(make):
    assert make(layout={"width": "50%"}).layout.width == "50%"


@pytest.mark.parametrize(("name", "given", "words"), WRONG)
def test_a_figure_is_not_made_with_a_wrong_setting(recwarn, name, given, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        EVERY[name](**given)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("MarginBand", {"loss": "cosface", "margins": {"arcface": "x"}}),
        ("MarginBand", {"loss": "cosface", "margins": 5}),
        ("MarginBand", {"loss": "cosface", "margins": {"arcface": None}}),
        ("MarginBand", {"loss": "cosface", "margins": {"sphereface": True}}),
        ("MarginBand", {"loss": "cosface", "directions": "0123456789"}),
        ("CurveFamily", {"loss": "magface", "margins": 5}),
        ("CurveFamily", {"loss": "magface", "margins": {"adaface": [0.2]}}),
        ("CurveFamily", {"loss": "magface", "magface_lengths": 5}),
        ("ChargeSphere", {"law": "steep", "turn": [None, 0]}),
        ("CenterUpdate", {"rule": "mean", "points": [1, 2, 3]}),
        ("LiveLab", {"loss": "cosface", "points": [5]}),
        ("ProbabilityCurve", {"num_classes": 20, "others": [1.2]}),
    ],
)
def test_of_settings_with_a_wrong_one_none_is_taken(name, given):
    figure = EVERY[name]()
    before = figure.settings
    with pytest.raises(ValueError):
        figure.use(given)
    assert figure.settings == before


def test_whatever_fails_no_setting_is_taken(monkeypatch):
    figure = GradientLength()
    before = figure.settings
    monkeypatch.setattr(type(figure).scale, "validate", lambda *_: {}["a fault"])
    with pytest.raises(KeyError):
        figure.use({"loss": "cosface", "scale": 3})
    monkeypatch.undo()
    assert figure.settings == before


@pytest.mark.parametrize("made", [np.float32, np.float64, torch.tensor, np.array], ids=lambda made: made.__name__)
@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("MarginBand", "margin", 0.3),
        ("MarginBand", "margins", {"sphereface": 3}),
        ("MarginBand", "directions", [0.1 * k for k in range(10)]),
        ("MarginBand", "selected", 3),
        ("CurveFamily", "margins", {"adaface": 0.2}),
        ("CurveFamily", "magface_lengths", [20, 80]),
        ("VerificationThreshold", "prior", 0.3),
        ("ProbabilityCurve", "others", 1.2),
        ("GradientArrows", "point", [0.2, 0.3]),
        ("GradientArrows", "label", 2),
        ("GradientArrows", "classes", 3),
        ("ChargeSphere", "charges", 7),
        ("BoundaryPlane", "point", [0.5, 0.5]),
        ("CenterUpdate", "center", [0.5, 0.25]),
        ("ChargeSphere", "turn", [0.5, 0.25]),
        ("DriftPlayer", "position", 0.5),
        ("LiveLab", "points", [[0.5, 0.25, 3]]),
    ],
)
def test_a_number_of_numpy_or_torch_is_a_number(made, name, setting, value):
    def each(given):
        if isinstance(given, dict):
            return {key: made(number) for key, number in given.items()}
        return [each(number) for number in given] if isinstance(given, list) else made(given)

    figure, other = EVERY[name](), EVERY[name]()
    setattr(figure, setting, each(value))
    setattr(other, setting, value)
    set_to = getattr(figure, setting)
    if isinstance(set_to, dict):
        assert set_to == pytest.approx(getattr(other, setting))
    else:
        np.testing.assert_allclose(set_to, getattr(other, setting), atol=1e-6)
    json.dumps(figure.settings)  # Python's own


@pytest.mark.parametrize("margin, degrees", [(28.6, True), (45, True), (0.9, True), (-1, False), (math.nan, False)])
def test_only_a_margin_that_may_be_degrees_is_told_so(margin, degrees):
    for figure in (MarginBand(run_with(*points())), CurveFamily()):
        loss = "arcface" if isinstance(figure, MarginBand) else "curricularface"
        with pytest.raises(TraitError) as refused:
            figure.margins = {loss: margin}
        assert ("is that many degrees" in str(refused.value)) == degrees
    with pytest.raises(TraitError) as refused:
        MarginBand(run_with(*points())).margins = {"cosface": 5}
    assert "degrees" not in str(refused.value)


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_a_misspelt_setting_is_refused(make):
    figure = make()
    for name in ("margn", "m", "nonsense"):
        with pytest.raises(AttributeError, match=f"{type(figure).__name__} has no setting '{name}'; it has "):
            setattr(figure, name, 0.3)
        assert not hasattr(figure, name)


@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_what_ipywidgets_and_traitlets_set_can_be_set(make):
    figure = make()
    figure.layout, figure.tooltip, figure.tabbable, figure._own = {"width": "50%"}, "words", True, 3
    figure.add_traits(more=Int(1))
    figure.more = 2
    assert (figure.layout.width, figure.tooltip, figure.tabbable, figure._own, figure.more) == (
        "50%",
        "words",
        True,
        3,
        2,
    )
    figure.close()
    assert figure.comm is None


@pytest.mark.parametrize("wrong", [99, -3, math.nan, "end", None, True])
def test_a_place_in_a_film_lies_in_it(wrong):
    film = DriftPlayer.of([])
    with pytest.raises(TraitError, match=r"position must lie in 0\.\.1, got"):
        film.position = wrong
    assert film.position == 1


@pytest.mark.parametrize("strokes", [[[5, 3]], [5], ["ab"], [[None]], [[[0.1, "x"]]], [[[0.1, True]]]])
def test_strokes_that_are_none_are_refused_in_a_sentence(strokes):
    pad = EVERY["DrawADigit"]()
    before = pad.strokes
    with pytest.raises(ValueError, match=r"strokes must be lists of points \[x, y\]"):
        pad.strokes = strokes
    assert pad.strokes == before


def test_what_is_taught_is_refused_in_a_sentence():
    pad = EVERY["DrawADigit"]()
    for wrong, words in [
        ([1], "taught must list"), ([None], "taught must list"), ([{"label": True}], "taught must list"),
        ([{"label": 3, "strokes": 5}], "strokes must be"), ([{"label": 3, "digit": "x"}], "digit must lie between"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=words):
            pad.taught = wrong
    assert pad.taught == []


@pytest.mark.parametrize("content, seen", [({"allow_stdin": True}, True), ({"allow_stdin": False}, False), ({}, True)])
def test_a_figure_is_html_tied_to_its_model_for_who_can_answer(asked, content, seen):
    asked(**content)
    figures = LogitCurves(), LogitCurves()
    pages = [figure._repr_mimebundle_()[0]["text/html"] for figure in figures]
    assert [figure.model_id in page for figure, page in zip(figures, pages, strict=True)] == [seen, seen]
    assert (pages[0] == pages[1]) == (not seen)  # nothing in a saved notebook changes from run to run
    assert "data-explorer" in pages[0] and len(figures[0]._repr_mimebundle_()[0]) == 2


# Values about every kind of limit, inside, outside and beside it.
TRIED = [
    *(-1, 0, 0.05, 0.1, 0.5, 1, 2, 3, 3.5, 10, 36, 64, 64.5, 200, 201, 1000, 1001, 100_000, 100_001, 1e300),
    *(0.1745, math.pi, 3.1416, 3.15, 1.5, 2.2, True, None, "", "90", "hand", "softmax", "arcface", "toString", "log"),
    *([], [1], [0.3, 0.4], [1, 4], ["a", 1], {}, {"arcface": 0.2}, {"arcface": 2}, {"softmax": 0}, {"sphereface": 5}),
]


@pytest.mark.parametrize("name", [name for name in MADE if name != "CurveFamily"])
def test_a_figure_refuses_what_python_refuses(name):
    """One trait holds the limits: what is pasted into a figure is taken there if, and only if, it is taken here."""
    limits = json.loads(json.dumps(MADE[name]().limits, allow_nan=False))
    assert set(limits) == set(MADE[name]().setting_names)
    with modules("kit/controls.js") as v8:
        for setting, limit in limits.items():
            there = v8(f"{json.dumps(TRIED)}.map(v => fitsLimits({json.dumps(limit)}, v))")
            for value, fits in zip(TRIED, there, strict=True):
                figure = MADE[name]()
                try:
                    setattr(figure, setting, value)
                except TraitError:
                    assert not fits, (setting, value)
                else:
                    assert fits, (setting, value)


def test_one_table_of_looks_serves_both_languages():
    with modules("kit/looks.js", "kit/losses.js", "kit/push.js") as v8:
        assert tuple(v8("PALETTE.light")) == PALETTE
        assert v8("PALETTE.light.map((_, k) => inkOn(k, false))") == [
            ink if ink != "#ffffff" else "#fff" for ink in map(number_ink, range(10))
        ]
        assert v8("Object.keys(PUSHES).map(loss => [loss, PUSHES[loss].name])") == [
            list(item) for item in NAMES.items()
        ]
        assert v8("Object.keys(MARGINS).map(loss => MARGINS[loss].name)") == [SHORT_NAMES[loss] for loss in LOSSES]
        assert v8("Object.keys(MARGINS).slice(1).map(loss => [MARGINS[loss].range.min, MARGINS[loss].range.max])") == [
            list(reach) for reach in MARGINS.values()
        ]
