"""What tests of GradientLength share: states, and a painter in V8."""

import torch

from lessons_lib.explorers.kit.losses import MARGINS

USUAL = {"sphereface": 4.0, "cosface": 0.35, "arcface": 0.5}
LOSSES = ("softmax", *MARGINS, "adacos", "p2sgrad")
PLACES = ("90", "simplex", "circle")
PAINTER = """
function painted(width, p, more = {}) {
  const { quantity = 'length', divided = true } = more, heights = heightsOf(p, quantity, divided); written.length = 0;
  const state = { look, loss: 'arcface', quantity, divided, another: true, angle: 0.87266, p, before: {}, net,
    names: new Map(), heights, now: 0, ...more };
  const { seats } = paintLength(brush(), width, state), inPlot = [...written];
  written.length = 0;
  paintPanels(brush(), width, state);
  return { seats, inPlot, inPanels: [...written], frame: lengthFrame(width, true) };
}
"""


def params(scale=64.0, classes=10, others="90", **margins):
    return {"scale": scale, "margins": USUAL | margins, "classes": classes, "others": others}


ANGLES = torch.deg2rad(torch.tensor([0.5, 17, 40, 61.3, 90, 121, 152, 179.5], dtype=torch.float64))
