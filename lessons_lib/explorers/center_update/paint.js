// What CenterUpdate paints: the plane as graph paper, the pulls, the step, and the footprints of the centre.
import { marksOn, planeOf } from '../kit/marks.js';
import { cut } from './maths.js';
import { labelled } from './labels.js';

const REACH = 1.12,
  EDGE = 1.05; // half-width of the canvas, and of what is drawn in it
const NAME = 'italic 600 17px Georgia, serif';

/**
 * Sizes on a square canvas; X and Y turn places into pixels, `place` turns them back, `seen` is where a centre is
 * drawn.
 */
export function centerFrame(side) {
  // One out of sight stands where its way from the mean crosses the edge.
  const seen = (center, mean) => {
    const far = Math.max(...center.map(Math.abs));
    return far <= EDGE ? center : (cut(mean ?? [0, 0], center, 0.97)?.b ?? center.map(v => (v * 0.97) / far));
  };
  return { ...planeOf(side / 2, side / 2 / REACH), side, seen };
}

/** An arrow; without a head where its end lies outside the plane. */
function drawArrow({ arrow, trace }, F, from, to, { style, width, head, alpha = 1 }) {
  const part = cut(from, to, EDGE);
  if (!part) return null;
  const [a, b] = [F.at(part.a), F.at(part.b)],
    way = b.map((v, k) => v - a[k]),
    far = Math.hypot(...way);
  if (!part.ended) trace([a, b], style, width, { alpha });
  else if (!arrow(a, way, { style, width, head, alpha })) return null;
  return { a, b, u: way.map(v => v / far) };
}

function paintPaper(m, F, look, labels) {
  for (const v of [-1, -0.5, 0, 0.5, 1]) {
    for (const [from, to] of [
      [
        [v, -1],
        [v, 1],
      ],
      [
        [-1, v],
        [1, v],
      ],
    ])
      m.trace([F.at(from), F.at(to)], look.ink, 1, { alpha: v === 0 ? 0.22 : 0.09 });
    if (v === Math.round(v)) {
      const text = String(v).replace('-', '−');
      labels.fixed(text, [F.X(v), F.side - 8], { font: '12', style: look.soft });
      if (v > -1) labels.fixed(text, [9, F.Y(v)], { font: '12', style: look.soft });
    }
  }
}

const strength = (k, { path }) => 0.45 + (0.45 * (k + 1)) / path.length;

/** The way the centre came. */
function paintPath(m, F, v) {
  const all = [...v.path, v.center];
  v.path.forEach((from, k) => {
    const part = cut(from, all[k + 1], EDGE);
    if (part) m.trace([F.at(part.a), F.at(part.b)], v.look.ink, 1.6, { alpha: 0.6 * strength(k, v), dash: [2, 4] });
  });
}

/** Where it has been: the number of each former place, or a dot where there is no room for one. */
function paintPrints(m, F, { path, center, found, look }, labels) {
  labels.block(F.at(F.seen(center, found.mean)), 10);
  if (found.mean) labels.block(F.at(found.mean), 9);
  const font = '600 11';
  path.forEach((at, k) => {
    if (Math.max(...at.map(Math.abs)) > EDGE) return;
    const spot = F.at(at);
    const alpha = strength(k, { path });
    if (labels.room(spot, 9)) {
      m.disc(spot, 9, { fill: look.paper, edge: look.ink, width: 1.3, alpha });
      labels.fixed(String(k), spot, { font, style: look.soft });
      labels.block(spot, 9);
    } else {
      m.disc(spot, 2.6, { fill: look.ink, alpha });
      labels.block(spot, 3);
    }
  });
}

function paintPulls(m, F, { points, batch, center, look }, labels) {
  points.forEach((p, i) => {
    const part = batch[i] && cut(center, p, EDGE);
    if (!part) return;
    m.trace([F.at(part.a), F.at(part.b)], look.classes[0], 1.5, { alpha: 0.75 });
    labels.blockLine(F.at(part.a), F.at(part.b), 3, true);
  });
}

/** −Δc, pale and wide; in it the part α of it that is really gone; at its end the next centre. */
function paintStep(m, F, { center, look, found }) {
  const { delta, to } = found,
    goal = center.map((v, k) => v - delta[k]);
  const whole = drawArrow(m, F, center, goal, { style: look.ink, width: 8, head: 20, alpha: 0.2 });
  const part = drawArrow(m, F, center, to, { style: look.accent, width: 3, head: 12 });
  if (part && Math.max(...to.map(Math.abs)) <= EDGE)
    m.disc(F.at(to), 9, { edge: look.accent, width: 1.6, dash: [3, 3] });
  return { whole, part };
}

function paintMean({ trace }, F, { look, found }) {
  if (!found.mean) return;
  const [x, y] = F.at(found.mean);
  for (const [style, width] of [
    [look.paper, 6],
    [look.ink, 2.2],
  ]) {
    for (const dy of [7, -7])
      trace(
        [
          [x - 7, y - dy],
          [x + 7, y + dy],
        ],
        style,
        width,
      );
  }
}

function paintPoints(m, F, { points, batch, strong, look }, labels) {
  points.forEach((p, i) => {
    const [x, y] = F.at(p);
    m.grip(x, y, look.classes[0], strong(i));
    if (!batch[i]) m.disc([x, y], 7.5, { fill: look.paper, edge: look.classes[0], width: 2, dash: [3, 2.2] });
    labels.block([x, y], 11);
  });
}

/** The centre; one that left the plane is an arrow at its edge. */
function paintCentre(m, F, { center, strong, look, found }) {
  const at = F.seen(center, found.mean),
    [x, y] = F.at(at),
    out = center.map((v, k) => v - at[k]),
    far = Math.hypot(...out);
  m.grip(x, y, look.ink, strong('c'));
  if (!far) return;
  const [u, v] = [out[0] / far, -out[1] / far];
  m.arrow([x + 14 * u, y + 14 * v], [11 * u, 11 * v], { style: look.ink, width: 1, head: 14 });
}

function paintNames(F, { points, batch, center, look, found, words }, { whole, part }, labels) {
  const spot = F.at(F.seen(center, found.mean)),
    away = (from, to) => Math.atan2(to[1] - from[1], to[0] - from[0]),
    middle = [F.c, F.c];
  const goal = found.mean ? F.at(found.mean) : middle,
    name = { font: NAME, style: look.ink };
  labels.beside(`c${words}`, spot, 14, words ? away(spot, middle) : away(goal, spot), name);
  points.forEach((p, i) =>
    labels.beside(`x${'₁₂₃'[i]}`, F.at(p), 13, away(spot, F.at(p)), {
      ...name,
      style: batch[i] ? look.ink : look.soft,
    }),
  );
  if (found.mean)
    labels.beside('mean', goal, 10, away(spot, goal) + 0.9, { font: '13', style: look.soft, optional: true });
  const along = (line, t) => line.a.map((v, k) => v + t * (line.b[k] - v));
  for (const [line, text, t, style] of [
    [part, '−αΔc', 0.5, look.accent],
    [whole, '−Δc', 0.86, look.soft],
  ]) {
    if (!line || Math.hypot(line.b[0] - line.a[0], line.b[1] - line.a[1]) < 46) continue;
    labels.beside(text, along(line, t), 9, Math.atan2(line.u[0], -line.u[1]), {
      font: 'italic 600 15px Georgia, serif',
      style,
      optional: true,
    });
  }
}

/**
 * The plane. `v` is the state as shown, with the look, what `update` found and `words` for a centre out of sight;
 * `strong(k)` says whether a point or the centre `c` is held or could be.
 */
export function paintCenter(g, side, v) {
  const F = centerFrame(side),
    m = marksOn(g, v.look),
    labels = labelled(m, side);
  paintPaper(m, F, v.look, labels);
  for (const p of v.points) labels.block(F.at(p), 9);
  paintPath(m, F, v);
  paintPulls(m, F, v, labels);
  const lines = paintStep(m, F, v);
  paintPrints(m, F, v, labels);
  paintMean(m, F, v);
  for (const line of Object.values(lines)) if (line) labels.blockLine(line.a, line.b, 5);
  paintPoints(m, F, v, labels);
  paintCentre(m, F, v);
  paintNames(F, v, lines, labels);
  return labels.taken;
}
