"""What tests of GradientArrows share: settings, and a painter in V8."""

from lessons_lib.explorers import GradientArrows
from lessons_lib.explorers.gradient_arrows.explorer import _even
from tests.explorers.pens import PEN

PAINTER = (
    PEN
    + """
const look = { ink: '#000', paper: '#fff', soft: '#666', pair: ['#00f', '#f00'] };
function shown(setting) {
  const both = [setting.loss, setting.other], tops = both.map(loss => longest(loss, setting, setting.lift));
  const scales = both.map(loss => PUSHES[loss].scale(setting.scale, setting.directions.length));
  return { ...setting, ...compare(setting, tops), unit: units(setting.lengths, tops.map(t => t.length), scales), look };
}
function painted(setting, side, held = 'x') {
  const now = shown(setting), plane = [], along = [];
  const taken = paintPlane(pen(plane), side, { ...now, strong: k => k === held });
  paintAlong(pen(along), Math.min(side, 380), now);
  return { plane, along, taken };
}
const fits = (name, value) => fitsIn({ get: () => (LIMITS) }, FITS)(name, value);
function said(setting, before = null) {
  const now = shown(setting), rows = now.at ? setting.directions.map((_, j) => rowOf(now, j, setting.label)) : [];
  const pushes = now.at ? now.both.map(loss => pushFormula(loss, factors(loss, setting, now.at))) : [];
  return { text: arrowsSentence(now, before, setting.lift), place: placeSentence(now, setting.lift), rows, pushes };
}
"""
)


FIRST = GradientArrows().state()


def setting(classes=5, **changes):
    """What the browser is told; a widget for each would take most of the time."""
    margins = FIRST["margins"] | changes.get("margins", {})
    return FIRST | {"directions": _even(classes)} | changes | {"margins": margins}
