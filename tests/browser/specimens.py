"""One of each explorer, made without training, and how a reader moves it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator

from tests.browser.harness import DOT

SETUP = """
import numpy as np
import torch
from IPython.display import display
from lessons_lib import explorers
from lessons_lib.angles import circle_points
from lessons_lib.data import ImageData, LabelledImages
from lessons_lib.losses import ModifiedSoftmaxLoss
from lessons_lib.nets import EmbeddingNet
from lessons_lib.runs import Run
from lessons_lib.text_nets import character_net

torch.manual_seed(0)
labels = torch.arange(200) % 10
images = LabelledImages((torch.rand(200, 1, 28, 28) > 0.8).float(), labels)
data = ImageData(images, images, images, num_classes=10, digest="made up")
net, head = EmbeddingNet(2, width=4), ModifiedSoftmaxLoss(10, 2)
head.weight.data = circle_points(10)
net(images.images)  # so that the running statistics are not the ones they start with

frames = []
for reach in [1, 5, 20]:
    rays = circle_points(10)
    points = reach * rays[labels] + torch.randn(200, 2)
    frame = {"embeddings": points, "labels": labels, "directions": rays, "boundary": {"weight": rays, "bias": None}}
    frames.append((10 * reach, {"epoch": reach / 10, "epochs": 2, "accuracy": 0.5, "theta": 1 / reach}, frame))
run = Run(net, head, frames=[frame for _, _, frame in frames])
"""

# For a notebook of which nobody looks at the small pictures that are shown without scripts: to draw them takes longer
# than all else.
WITHOUT_PICTURES = f"""
from types import SimpleNamespace
for kind in map(vars(explorers).get, explorers.__all__):
    kind.picture = lambda figure: SimpleNamespace(png=lambda dpi: {DOT})
"""


@dataclass(frozen=True)
class Specimen:
    """An explorer called `name` in the notebook: the code that makes it, a gesture with the mouse, one with keys.

    `assign` is Python that sets it, with {} for a number in 0..0.35; `told` is what a gesture tells the kernel, if
    anything: where a film stands stays in the browser.
    """

    name: str
    make: str
    by_mouse: Callable[[Locator], None]
    by_key: Callable[[Locator], None]
    assign: str
    told: str


def drag(surface: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press the mouse on a surface, move it and let go; both places in shares of its width and height."""
    surface.hover()  # waits until the page has stopped shifting: Lab learns a cell's height when it scrolls to it
    box, mouse = surface.bounding_box(), surface.page.mouse
    mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    mouse.down()
    mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
    mouse.up()


def drag_slider(name: str) -> Callable[[Locator], None]:
    return lambda figure: drag(figure.get_by_role("slider", name=name), (0.3, 0.5), (0.5, 0.5))


def press_slider(name: str, key: str = "ArrowRight") -> Callable[[Locator], None]:
    return lambda figure: figure.get_by_role("slider", name=name).press(key)


SPECIMENS = [
    Specimen(
        name="film",
        make="explorers.DriftPlayer.of(frames)",
        by_mouse=drag_slider("Time"),
        by_key=press_slider("Time", "ArrowLeft"),
        assign="film.position = {}",
        told="",
    ),
    Specimen(
        name="pad",
        make="explorers.DrawADigit(net, head, images.images, labels)",
        by_mouse=lambda figure: drag(figure.get_by_role("application"), (0.2, 0.7), (0.8, 0.9)),
        by_key=lambda figure: figure.get_by_role("application").press("7"),
        assign="pad.strokes = [[[{}, 0.2], [0.5, 0.8]]]",
        told="[pad.strokes, pad.digit]",
    ),
    Specimen(
        name="band",
        make="explorers.MarginBand(run, data)",
        by_mouse=drag_slider("margin"),
        by_key=press_slider("margin"),
        assign="band.margin = {}",
        told="band.settings",
    ),
    Specimen(
        name="plane",
        make="explorers.BoundaryPlane()",
        by_mouse=drag_slider("margin"),
        by_key=press_slider("margin"),
        assign="plane.margin = {}",
        told="plane.settings",
    ),
    Specimen(
        name="arrows",
        make="explorers.GradientArrows()",
        by_mouse=lambda figure: drag(figure.get_by_role("application"), (0.4, 0.4), (0.6, 0.3)),
        by_key=lambda figure: figure.get_by_role("application").press("ArrowRight"),
        assign="arrows.margin = {}",
        told="arrows.settings",
    ),
    Specimen(
        name="center",
        make="explorers.CenterUpdate()",
        by_mouse=lambda figure: drag(figure.get_by_role("application"), (0.88, 0.365), (0.88, 0.365)),
        by_key=lambda figure: figure.get_by_role("application").press("Enter"),
        assign="center.alpha = {}",
        told="center.settings",
    ),
    Specimen(
        name="cost",
        make="explorers.ClassCost()",
        by_mouse=lambda figure: drag(figure.get_by_role("slider", name="number of classes"), (0.7, 0.1), (0.4, 0.1)),
        by_key=press_slider("number of classes"),
        assign="cost.share = 0.5 + {}",
        told="cost.settings",
    ),
    Specimen(
        name="family",
        make="explorers.CurveFamily({'made up': torch.rand(200)})",
        by_mouse=lambda figure: drag(figure.get_by_role("slider", name="length"), (0.3, 0.86), (0.5, 0.86)),
        by_key=press_slider("length"),
        assign="family.length = 10 + {}",
        told="family.settings",
    ),
    Specimen(
        name="pairs",
        make=(
            "explorers.PairMatrix(images.images[:6], ['ab', 'b', 'c', 'a b', 'cc', 'bc'], torch.randn(6, 5), "
            "torch.randn(6, 5), labels=labels[:6], text_net=character_net(3, 5, 4), vocabulary=('a', 'b', 'c'))"
        ),
        by_mouse=drag_slider("scale"),
        by_key=press_slider("scale"),
        assign="pairs.margin = {}",
        told="pairs.settings",
    ),
    Specimen(
        name="charges",
        make="explorers.ChargeSphere({'made up': torch.randn(10, 3)})",
        by_mouse=lambda figure: drag(figure.get_by_role("application"), (0.5, 0.5), (0.6, 0.4)),
        by_key=lambda figure: figure.get_by_role("application").press("ArrowRight"),
        assign="charges.turn = [{}, 0.2]",
        told="charges.settings",
    ),
    Specimen(
        name="length",
        make="explorers.GradientLength({'made up': torch.rand(200)})",
        by_mouse=drag_slider("scale"),
        by_key=press_slider("scale", "ArrowLeft"),
        assign="length.margin = {}",
        told="length.settings",
    ),
    Specimen(
        name="live",
        make="explorers.LiveLab(data)",
        by_mouse=drag_slider("margin"),
        by_key=press_slider("margin"),
        assign="live.margin = {}",
        told="live.settings",
    ),
    Specimen(
        name="logits",
        make="explorers.LogitCurves({'made up': torch.rand(200)})",
        by_mouse=drag_slider("margin"),
        by_key=press_slider("margin"),
        assign="logits.between = 1 + {}",
        told="logits.settings",
    ),
    Specimen(
        name="probability",
        make="explorers.ProbabilityCurve({'made up': torch.rand(200)})",
        by_mouse=drag_slider("scale"),
        by_key=press_slider("scale"),
        assign="probability.scale = 3 + {}",
        told="probability.settings",
    ),
    Specimen(
        name="verification",
        make="explorers.VerificationThreshold(torch.rand(200), torch.arange(200) % 2 == 0)",
        by_mouse=lambda figure: drag(figure.get_by_role("slider", name="scores"), (0.3, 0.5), (0.7, 0.5)),
        by_key=press_slider("ROC"),
        assign="verification.threshold = 0.3 + {}",
        told="verification.settings",
    ),
]

# Two figures in each of the boxes of ipywidgets, beside what is no figure: how many are seen while a kernel holds them.
BOXES = {
    "HBox": ("HBox([IntSlider(), explorers.CenterUpdate(), explorers.LogitCurves({})])", 2),
    "Tab": ("Tab([explorers.CenterUpdate(), VBox([explorers.LogitCurves({})])], titles=['one', 'other'])", 1),
    "Accordion": (
        "Accordion([explorers.CenterUpdate(), explorers.LogitCurves({})], titles=['one', 'other'], selected_index=0)",
        1,
    ),
    "Output": ("out = Output()\nwith out:\n    display(explorers.CenterUpdate(), explorers.LogitCurves({}))\nout", 2),
}
EXPLORERS_SHOWN = [f"{specimen.name} = {specimen.make}\n{specimen.name}" for specimen in SPECIMENS]  # a cell each
BOXES_SHOWN = [f"from ipywidgets import *\n{box}" for box, _ in BOXES.values()]

# What pages have in store: the names that figures use themselves, bare elements, and what is handed down.
HOSTILE = """<style>
  * { letter-spacing: 3px; word-spacing: 9px; box-sizing: content-box; line-height: 3; text-align: right; }
  html { font: italic bold 23px/2 serif; text-transform: uppercase; visibility: visible; direction: ltr; cursor: wait; }
  div, p, figure, figcaption, span, label { display: flex; margin: 31px; padding: 17px; border: 5px solid red; }
  .bar { height: 54px; position: sticky; top: 0; background: gold; }
  .loss { width: 224px; } .loss path, svg path { fill: none; stroke: lime; } .loss svg { background: gold; }
  table { width: 100%; } th, td { padding: 19px; border: 4px double blue; width: 1px; }
  tr:nth-child(odd) { color: red; }
  canvas { width: 90px !important; filter: invert(1); } button, input, summary { font-size: 40px !important; }
  .soft, .row, .side, .field, .words, .slider, .formula, .table, .near, .read { opacity: 0.2; position: absolute; }
  b, i, sub, small { color: red !important; font-size: 300%; } fieldset { border: 9px solid; }
  [hidden] { display: block; }
</style>"""
