// ChargeSphere's gauge: the smallest angle on the way to Tammes' optimum, and the energy above the optimum, step by
// step.
import { degrees } from '../kit/words.js';
import { dot, line, SANS, words } from './sphere.js';

const LOWEST = 1e-8,
  LAST = 1000; // below this all is rounding; steps on the axis
const LEFT = 5,
  RIGHT = 44,
  BAR = 46,
  TOP = 112,
  TALL = 84;
export const GAUGE_HEIGHT = TOP + TALL + 34;

const RAISED = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const power = v => {
  const [digits, exponent] = v.toExponential(0).split('e');
  return `${digits}·10${[...exponent].map(c => RAISED[c]).join('')}`;
};
/** An excess as a reader wants it: 3 %, 2·10⁻⁵, none. */
export const excessText = v =>
  v < 2 * LOWEST ? 'none' : v > 10 ? 'over 1000 %' : v >= 0.0095 ? `${(100 * v).toFixed(v < 0.1 ? 1 : 0)} %` : power(v);

function paintBar(g, width, { near, found, look }) {
  const span = width - RIGHT,
    X = a => span * Math.min(1, a / found.tammes),
    own = found.ownAngle;
  const say = (text, x, y, align, style, font = `13${SANS}`) => {
    g.textAlign = align;
    words(g, text, [x, y], { font, style });
  };
  say('smallest angle', 0, 10, 'left', look.soft);
  say(degrees(near.angle), 0, 29, 'left', look.accent, `600 17${SANS}`);
  say('Tammes', width, 10, 'right', look.soft);
  say(degrees(found.tammes), width, 29, 'right', look.ink, `600 14${SANS}`);
  line(
    g,
    [
      [0, BAR],
      [span, BAR],
    ],
    look.ink,
    4,
    0.14,
  );
  line(
    g,
    [
      [0, BAR],
      [X(near.angle), BAR],
    ],
    look.accent,
    4,
  );
  line(
    g,
    [
      [span, BAR - 9],
      [span, BAR + 9],
    ],
    look.ink,
    2,
  );
  if (found.tammes - own > 1e-4) {
    line(
      g,
      [
        [X(own), BAR - 2],
        [X(own), BAR + 9],
      ],
      look.ink,
      2,
    );
    say(`this law’s optimum has ${degrees(own)}`, X(own) + 4, BAR + 19, 'right', look.soft);
  } else say('this law’s optimum has it, too', span, BAR + 19, 'right', look.soft);
}

function paintTrace(g, width, { found, trace, before, look, law }) {
  const span = width - LEFT - RIGHT,
    X = s => LEFT + span * Math.min(1, Math.log10(1 + s) / Math.log10(1 + LAST));
  const Y = e => TOP + (TALL * Math.log10(Math.min(1, Math.max(e, LOWEST)))) / Math.log10(LOWEST);
  const say = (text, x, y, align, style = look.soft, font = `13${SANS}`) => {
    g.textAlign = align;
    words(g, text, [x, y], { font, style });
  };
  say(law === 'steep' ? 'smallest distance short of Tammes’' : 'energy above the optimum', 0, TOP - 15, 'left');
  say(excessText(found.excess), width, TOP - 15, 'right', look.ink, `600 14${SANS}`);
  for (const [e, name] of [
    [1, '1'],
    [1e-4, '10⁻⁴'],
    [LOWEST, '10⁻⁸'],
  ]) {
    line(
      g,
      [
        [LEFT, Y(e)],
        [LEFT + span, Y(e)],
      ],
      look.ink,
      1,
      0.14,
    );
    say(name, width, Y(e), 'right', look.soft, `11${SANS}`);
  }
  for (const s of [1, 10, 100, LAST])
    say(
      s === LAST ? '1000 steps' : String(s),
      X(s),
      TOP + TALL + 15,
      s === LAST ? 'right' : 'center',
      look.soft,
      `12${SANS}`,
    );
  const points = list => list.map(([s, e]) => [X(s), Y(e)]);
  line(g, points(before), look.ink, 1.2, 0.3);
  line(g, points(trace), look.ink, 2);
  const [s, e] = trace.at(-1);
  dot(g, [X(s), Y(e)], 4, { fill: look.ink, edge: look.paper });
}

/**
 * `found` is what `standing` finds with the law's own `ownAngle`; `trace` and `before` are lists of [steps, excess].
 */
export function paintGauge(g, width, v) {
  g.textBaseline = 'middle';
  g.lineCap = 'butt';
  g.lineJoin = 'round';
  paintBar(g, width, v);
  paintTrace(g, width, v);
}
