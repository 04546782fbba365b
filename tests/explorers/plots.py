"""What tests of figures that draw curves share: margins of the sliders, and a pen in V8 that notes what is written."""

import numpy as np

from lessons_lib.explorers.kit.losses import MARGINS

STEPS = {"sphereface": 0.1, "cosface": 0.005, "arcface": 0.01}


def reached(loss, count=None):
    """Margins of a slider, all or some, both ends among them; 0 for a loss without one."""
    if loss not in MARGINS:
        return [0.0]
    low, high = MARGINS[loss]
    every = [min(high, round(low + i * STEPS[loss], 4)) for i in range(round((high - low) / STEPS[loss]) + 1)]
    return every if count is None else [every[i] for i in np.linspace(0, len(every) - 1, count).round().astype(int)]


# `brush()` is a canvas' context that raises where a coordinate is no number; `written` has all words with their boxes.
PEN = """
const classes = ['#3f90da', '#ffa90e', '#bd1f01', '#94a4a2', '#832db6', '#a96b59', '#e76300', '#b9ac70', '#717581',
  '#92dadd'];
const look = { ink: 'rgb(27,31,36)', paper: 'rgb(255,255,255)', soft: 'rgb(95,102,112)', accent: '#c2187f', classes,
  dark: false, onClass: () => '#fff' };
const net = { name: 'a net', first: 100, counts: [3, 0, 5, 9, 2], left_out: 0 };
const written = [], size = font => Number(/([\\d.]+)px/.exec(font)[1]);
const brush = () => new Proxy({ font: '12px' }, {
  get: (own, name) => name === 'measureText' ? words => ({ width: 0.56 * size(own.font) * words.length })
    : name in own ? own[name] : (...given) => {
      if (given.some(v => typeof v === 'number' && !Number.isFinite(v))) throw new Error(`${name}(${given})`);
      if (name !== 'fillText') return;
      const [words, x, y] = given, tall = 0.4 * size(own.font), wide = 0.56 * size(own.font) * words.length;
      const left = x - wide * { left: 0, center: 0.5, right: 1 }[own.textAlign];
      written.push([words, left, y - tall, left + wide, y + tall]);
    },
  set: (own, name, value) => { own[name] = value; return true; },
});
"""


def assert_apart(boxes, width, slack=0):
    """Boxes [words, left, top, right, bottom] lie on a canvas and none on another."""
    for i, (words, left, top, right, bottom) in enumerate(boxes):
        assert left >= -slack and right <= width + 1, words
        for other, x0, y0, x1, y1 in boxes[:i]:
            assert left >= x1 or right <= x0 or top >= y1 or bottom <= y0, (words, other)
