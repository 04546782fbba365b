// ChargeSphere's gauge: the smallest angle on the way to Tammes' optimum, and the energy above the optimum, step by
// step.
import { marksOn } from '../kit/marks.js';
import { amount, degrees } from '../kit/words.js';

const LOWEST = 1e-8,
  LAST = 1000; // below this all is rounding; steps on the axis
const EDGE = 5, // room for a dot at either end
  BAR = 46,
  TOP = 124,
  TALL = 84;
export const GAUGE_HEIGHT = TOP + TALL + 34;

/** An excess as a reader wants it: 3 %, 2.0·10⁻⁵, none. */
export const excessText = v =>
  v < 2 * LOWEST
    ? 'none'
    : v > 10
      ? 'over 1000 %'
      : v >= 0.0095
        ? `${(100 * v).toFixed(v < 0.1 ? 1 : 0)} %`
        : amount(v);

/** Pens for both parts: words by where they stand, and lines along and across. */
function tools(g, look) {
  const m = marksOn(g, look);
  return {
    ...m,
    say: (text, x, y, align, style = look.soft, font = '13') => m.say(text, [x, y], { align, style, font }),
    bar: (from, to, y, width, { style = look.ink, alpha = 1 } = {}) => m.line(from, y, to, y, style, width, { alpha }),
    mark: (x, from, to) => m.line(x, from, x, to, look.ink, 2),
  };
}

function paintBar({ say, bar, mark }, width, { near, found, look }) {
  const span = width - 1,
    X = a => span * Math.min(1, a / found.tammes),
    own = X(found.ownAngle);
  say('smallest angle', 0, 10, 'left');
  say(degrees(near.angle), 0, 29, 'left', look.accent, '600 17');
  say('Tammes', width, 10, 'right');
  say(degrees(found.tammes), width, 29, 'right', look.ink, '600 14');
  bar(0, span, BAR, 4, { alpha: 0.14 });
  bar(0, X(near.angle), BAR, 4, { style: look.accent });
  mark(span, BAR - 9, BAR + 9);
  const less = found.tammes - found.ownAngle > 1e-4;
  if (less) mark(own, BAR - 2, BAR + 9);
  const words = less ? `this law’s optimum has ${degrees(found.ownAngle)}` : 'this law’s optimum has it, too';
  say(words, less ? own + 4 : span, BAR + 19, 'right');
}

function paintTrace({ say, bar, trace, disc }, width, { found, trace: now, before, look, law }) {
  const span = width - 2 * EDGE,
    X = s => EDGE + span * Math.min(1, Math.log10(1 + s) / Math.log10(1 + LAST)),
    Y = e => TOP + (TALL * Math.log10(Math.min(1, Math.max(e, LOWEST)))) / Math.log10(LOWEST);
  say(law === 'steep' ? 'smallest distance short of Tammes’' : 'energy above the optimum', 0, TOP - 27, 'left');
  say(excessText(found.excess), width, TOP - 27, 'right', look.ink, '600 14');
  for (const [e, name] of [
    [1, '1'],
    [1e-4, '10⁻⁴'],
    [LOWEST, '10⁻⁸'],
  ]) {
    bar(0, width, Y(e), 1, { alpha: 0.14 });
    say(name, 0, Y(e) - 7, 'left', look.soft, '11'); // a trace falls from here to the right
  }
  for (const s of [1, 10, 100]) say(String(s), X(s), TOP + TALL + 15, 'center', look.soft, '12');
  say(`${LAST} steps`, X(LAST), TOP + TALL + 15, 'right', look.soft, '12');
  const points = list => list.map(([s, e]) => [X(s), Y(e)]);
  trace(points(before), look.ink, 1.2, { alpha: 0.3 });
  trace(points(now), look.ink, 2);
  disc(points(now).at(-1), 4, { fill: look.ink, edge: look.paper });
}

/**
 * `found` is what `standing` finds with the law's own `ownAngle`; `trace` and `before` are lists of [steps, excess].
 */
export function paintGauge(g, width, v) {
  const m = tools(g, v.look);
  g.lineCap = 'butt';
  paintBar(m, width, v);
  paintTrace(m, width, v);
}
