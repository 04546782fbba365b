// DriftPlayer's time line: two small plots on one axis, and the knob that moves through both.
import { marksOn } from '../kit/marks.js';
import { degrees } from '../kit/words.js';
import { epochTicks } from './film.js';
import { percent } from './words.js';

const LEFT = 10,
  RIGHT = 44,
  HEAD = 26, // above each plot
  APART = 42; // of the plots
export const timesHeight = tall => 2 * (tall + APART) + 48;

/** @typedef {{ film: import('./film.js').Film, time: number, index: number, focus: boolean, tall: number }} Times */

/** What each plot shows: a value between 0 and 1 of a frame, its words, and its grid. The longest name that fits. */
const plots = most => [
  {
    names: ['digits on the right side'],
    of: f => f.accuracy ?? NaN,
    say: percent,
    grid: { '0 %': 0, '100 %': 1 },
  },
  {
    names: ['mean angle θ to the own class weight', 'mean angle θ to own weight', 'mean angle θ'],
    of: f => (f.theta ?? NaN) / most,
    say: v => degrees(v * most),
    grid: { '0°': 0, '90°': Math.PI / 2 / most },
  },
];

/** Both plots and the knob; all of `v` is a Times. */
export function paintTimes(g, width, look, v) {
  const m = marksOn(g, look),
    span = width - LEFT - RIGHT,
    X = t => LEFT + span * t,
    shown = v.film.frames.filter(f => !f.broken),
    frame = { X, span, width, shown, now: v.film.frames[v.index] };
  plots((shown[0]?.theta ?? 0) > 2 ? Math.PI : (2 * Math.PI) / 3).forEach((plot, row) =>
    paintPlot(m, look, v, { ...frame, plot, top: row * (v.tall + APART) + HEAD, row }),
  );
  paintKnob(m, look, v, { ...frame, y: 2 * (v.tall + APART) + 14 });
}

function paintPlot(
  { trace, line, disc, say, area, wide, within },
  look,
  { time, tall },
  { X, span, width, shown, now, plot, top, row },
) {
  const Y = v => top + tall * (1 - Math.min(1, v)),
    known = shown.filter(f => Number.isFinite(plot.of(f))),
    curve = known.map(f => [X(f.time), Y(plot.of(f))]);
  for (const [words, v] of Object.entries(plot.grid)) {
    line(LEFT, Y(v), LEFT + span, Y(v), look.ink, 1, { alpha: 0.14 });
    say(words, [width - RIGHT + 6, Y(v)], { align: 'left', font: '11', style: look.soft });
  }
  const name = plot.names.find(words => wide(words, '13') < span - 62) ?? plot.names.at(-1);
  say(name, [LEFT, top - 15], { align: 'left', font: '13', style: look.soft });
  if (now) line(X(time), top - 3, X(time), top + tall + (row ? 40 : 0), look.ink, 1, { alpha: 0.7 });
  if (now && !now.broken && Number.isFinite(plot.of(now)))
    say(plot.say(plot.of(now)), [LEFT + span, top - 15], { align: 'right', font: '600 14', style: look.ink });
  trace(curve, look.ink, 1.5, { alpha: 0.3 }); // what is still to come stays faint
  within(0, top - 4, X(time), tall + 8, () => {
    trace(curve, look.ink, 2);
    if (curve.length) area([...curve, [curve.at(-1)[0], Y(0)], [curve[0][0], Y(0)]], look.ink, 0.07);
  });
  known.forEach((f, i) => disc(curve[i], 1.9, { fill: look.ink, alpha: f.time <= time + 1e-6 ? 1 : 0.4 }));
}

function paintKnob({ line, grip, say }, look, { film, time, focus }, { X, span, now, y }) {
  const way = (to, alpha) => line(LEFT, y, to, y, look.ink, 3, { alpha });
  way(LEFT + span, 0.16);
  way(X(film.end), 0.16);
  if (now) {
    way(X(time), 1);
    grip(X(time), y, look.ink, focus);
  }
  for (const [epoch, t] of epochTicks(film.epochs, 34 / span)) {
    const words = epoch === film.epochs ? `${epoch} epoch${epoch === 1 ? '' : 's'}` : String(epoch);
    say(words, [X(t), y + 22], { font: '12', style: look.soft });
  }
}
