// The second view of GradientArrows: along x towards the origin, where both steps on x lie in the page.
import { degrees } from '../kit/words.js';
import { marksOn } from '../kit/marks.js';
import { wrapped } from '../kit/numbers.js';
import { touches } from '../kit/seats.js';
import { STROKES } from './plane.js';

/** Sizes of that view on a canvas `width` wide: a disc, and on its right the angle in words. */
export function alongFrame(width) {
  const R = Math.min(84, (width - 186) / 2);
  return { cx: R + 26, cy: R + 22, R, height: 2 * R + 44, words: 2 * R + 58 };
}

/** Both steps on x as directions, the angle between them, and where the weights lie; returns the boxes of all words. */
export function paintAlong(g, width, v) {
  const F = alongFrame(width),
    { cx, cy, R } = F,
    { look } = v,
    m = marksOn(g, look),
    taken = [];
  m.disc([cx, cy], R, { edge: look.ink, width: 1, alpha: 0.35 });
  if (!v.at) return taken;
  m.line(cx - R, cy, cx + R, cy, look.ink, 1, { dash: [1.5, 3.5], alpha: 0.4 });
  paintSides(m, F, v, taken);
  paintAngle(m, F, v, taken);
  [v.A.x, v.B.x].forEach(([right, up], i) => {
    const far = Math.hypot(right, up),
      beside = v.lift > 0 ? 0 : i ? 5 : -5, // in the plane they would hide each other
      way = [right, -up].map(c => (c / far) * R * 0.84),
      alpha = v.shares[i] < 0.01 ? 0.45 : 1;
    if (far > 1e-14) m.arrow([cx, cy + beside], way, { style: look.pair[i], ...STROKES[i], alpha });
  });
  m.disc([cx, cy], 7.2, { fill: look.ink, edge: look.paper });
  m.say('x', [cx, cy - 0.5], { font: 'italic 600 11px Georgia, serif', style: look.paper });
  return taken;
}

/** On the rim, the side on which each weight lies; named as long as there is room, the true class first. */
function paintSides({ disc, say }, { cx, cy, R }, { A, look, label, directions }, taken) {
  const order = [label, ...directions.keys()].filter((j, k) => k === 0 || j !== label);
  for (const j of order) {
    const { along, up, sine } = A.seen[j],
      own = j === label;
    if (sine < 1e-6) continue;
    const at = r => [cx + (r * along) / sine, cy - (r * up) / sine],
      [x, y] = at(R + 11),
      box = [x - 6, y - 8, x + 6, y + 8];
    disc(at(R), own ? 4 : 2.6, { fill: look.ink });
    if (taken.some(other => touches(box, other))) continue;
    say(String(j), [x, y], { font: own ? '700 12' : '400 12', style: own ? look.ink : look.soft });
    taken.push(box);
  }
}

/** The arc from one step to the other, and how wide it is. */
function paintAngle({ say, wide, arc }, { cx, cy, R, words }, { A, B, angle, look, lift }, taken) {
  if (angle !== null && lift > 0) {
    const [from, to] = [A.x, B.x].map(([t, e]) => Math.atan2(-e, t)),
      gone = wrapped(to - from);
    arc(cx, cy, 0.46 * R, [from, from + gone, gone < 0], { edge: look.ink, width: 1.6 });
  }
  const lines = [
    [angle === null ? '–' : degrees(angle), -10, '600 24', look.ink],
    ['between the steps', 15, '13', look.soft],
    ['on x, seen along x', 33, '13', look.soft],
  ];
  for (const [text, down, font, style] of lines) {
    const y = cy + down;
    say(text, [words, y], { font, style, align: 'left' });
    taken.push([words, y - 8, words + wide(text, font), y + 8]);
  }
}
