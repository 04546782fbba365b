"""What tests of CurveFamily share: states, and a painter in V8."""

import json
import math

import numpy as np
import torch

LOSSES = ("adaface", "magface", "curricularface")
MARGINS = {"adaface": 0.4, "curricularface": 0.5}
AGES = (0.0, 0.3, 0.7, 1.0)
DEGREES = np.array([0.4, 11.0, 23.5, 47.0, 60.0, 77.7, 91.0, 120.0, 155.5, 170.0, 179.6])
THETA = torch.tensor(np.radians(DEGREES))
PAINTER = """
const classes = ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581', '#92dadd'];
const look = { ink: 'rgb(27,31,36)', paper: 'rgb(255,255,255)', accent: '#c2187f', classes, dark: false };
const written = [], size = font => Number(/([\\d.]+)px/.exec(font)[1]);
const brush = () => new Proxy({ font: '12px' }, {
  get: (own, name) => name === 'measureText' ? words => ({ width: 0.56 * size(own.font) * words.length })
    : name in own ? own[name] : (...given) => {
      if (given.some(v => typeof v === 'number' && !Number.isFinite(v))) throw new Error(`${name}(${given})`);
      if (name === 'fillText') {
        const wide = 0.56 * size(own.font) * given[0].length, left = given[1] - wide * { left: 0, center: 0.5, right: 1 }[own.textAlign];
        written.push([given[0], left, given[2] - 0.4 * size(own.font), left + wide, given[2] + 0.4 * size(own.font)]);
      }
    },
  set: (own, name, value) => { own[name] = value; return true; },
});
function painted(width, p, more = {}) {
  written.length = 0;
  const { frame } = paintFamily(brush(), width, { p, look, crowd: {}, angle: 1, pulse: 0.3, focus: true, ...more });
  return { written: [...written], frame };
}
"""  # noqa: E501


def params(loss="adaface", **given):
    usual = {
        "loss": loss, "length": 20.0, "age": 0.3, "magface_margins": [0.45, 0.8], "magface_lengths": [10.0, 110.0],
        "mean": 20.0, "spread": 5.0, "h": 0.333, "own": math.radians(50), "scale": 16.0, "classes": 10,
    }  # fmt: skip
    margins = MARGINS | given.pop("margins", {})
    return usual | given | {"margins": margins}


def at_places(v8, what, p, places, theta=THETA):
    """A member's `value` or `push` at angles (N,), for each place of the family."""
    expression = f"{json.dumps(places)}.map(u => {json.dumps(theta.tolist())}.map(member(u, {json.dumps(p)}).{what}))"
    return torch.tensor(v8(expression), dtype=torch.float64)
