"""What tests of ProbabilityCurve share: runs and states."""

import math

import torch
import torch.nn.functional as F

from lessons_lib.losses import AdaCosLoss
from lessons_lib.runs import Run

SCALES, CLASSES = (0.1, 1.0, 3.1073, 16.0, 64.0, 200.0), (3, 10, 1_000, 100_000)


OTHERS = ("90", "simplex", 1.2, math.radians(60), math.radians(120))
PAINTER = """
const moments = [{ step: 0, epoch: 0, theta: 1.5, scale: 3.1 }, { step: 40, epoch: 1, theta: 0.2, scale: 2 }];
const moment = { now: moments[1], first: moments[0], last: moments[1], lost: null };
function painted(width, p, more = {}) {
  written.length = 0;
  const state = { look, p, choice: 'hand', angle: 1, before: {}, net, moment, ...more };
  const { seats, frame, grip, line } = paintProbability(brush(), width, state);
  return { seats, written: [...written], frame, grip, line };
}
function gauges(width, lost, step) {
  written.length = 0;
  const frame = gaugeFrame(width, moments, lost);
  paintGauges(penOn(brush(), tints(look)), frame, { moments, lost, step, runClasses: 10, active: true });
  return { written: [...written], height: frame.height, nearest: [0, width / 4, width].map(frame.nearest) };
}
"""


def params(scale=16.0, num_classes=10, others="90"):
    return {"scale": scale, "num_classes": num_classes, "others": others}


def angle_of(others, num_classes):
    named = {"90": math.pi / 2, "simplex": math.acos(-1 / (num_classes - 1))}
    return named.get(others, others)


def trained(theta, scale, num_classes, others):
    """Loss of a softmax over every class, at angles (N,): what a head would compute, without closed forms."""
    cosines = torch.full((len(theta), num_classes), math.cos(angle_of(others, num_classes)), dtype=torch.float64)
    logits = scale * torch.cat([theta.cos()[:, None], cosines[:, 1:]], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(theta), dtype=torch.int64), reduction="none")


MOMENTS = [(0, 0.0, 1.5, 3.1), (40, 0.5, 0.9, 2.6), (160, 2.0, 0.15, 2.0)]


def run(moments=MOMENTS, num_classes=10):
    """A training that is over, without its network."""
    names = ("step", "epoch", "theta", "scale")
    history = [dict(zip(names, moment, strict=True)) for moment in moments]
    return Run(torch.nn.Identity(), AdaCosLoss(num_classes, 4), history=history)
