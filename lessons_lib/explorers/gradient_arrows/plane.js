// What GradientArrows paints on its plane: the circle from above, x, and both losses' arrows side by side.
import { marksOn, planeOf } from '../kit/marks.js';
import { touches } from '../kit/seats.js';
import { REACH, seats } from './steps.js';

const BESIDE = 4,
  DISC = 11,
  SEAT = 21; // pixels: between the two arrows, a name's disc and its place
// Two losses differ in colour, in dash and in head, so that no reader needs the colour.
export const STROKES = [
  { width: 3, halo: 3 },
  { width: 2.2, halo: 3, dash: [6, 3.5], open: true },
];

/** Sizes of the plane on a square canvas; X and Y turn places in radii into pixels, and `place` turns them back. */
export function planeFrame(side) {
  const c = side / 2,
    R = c / REACH;
  return {
    ...planeOf(c, R),
    long: 0.66 * R,
    names: directions =>
      seats(directions, (2 * DISC + 4) / (R + SEAT)).map(a => [
        c + (R + SEAT) * Math.cos(a),
        c - (R + SEAT) * Math.sin(a),
      ]),
  };
}

/**
 * The steps as vectors in pixels, y down the page: on x their shadow in the plane, on each weight along its tangent.
 */
function shadows(step, unit, { directions }, at, long) {
  const [t, e] = step.x,
    k = long * unit,
    inward = e * Math.sin(at.lift),
    [c, s] = [Math.cos(at.turn), Math.sin(at.turn)];
  return {
    x: [k * (-t * s - inward * c), -k * (t * c - inward * s)],
    weights: directions.map((d, j) => [-k * step.weights[j][0] * Math.sin(d), -k * step.weights[j][0] * Math.cos(d)]),
  };
}

/**
 * The plane. `v` is what `compare` found, with the setting, the look and the units, and `strong(k)`: whether x or a
 * weight is held or could be. Returns the boxes of all words.
 */
export function paintPlane(g, side, v) {
  const F = planeFrame(side),
    m = marksOn(g, v.look),
    taken = [];
  paintGround(m, F, v);
  if (v.at) paintSteps(m, F, v, taken);
  paintNames(m, F, v, taken);
  paintFeature(m, F, v, taken);
  if (v.at && v.both.includes('p2sgrad')) paintBorder(m, F, v, taken);
  return taken;
}

/** The half beyond 90°, the circle, the spokes and the tangent on which a weight can only move. */
function paintGround({ trace, disc, arc }, { c, R, long, X, Y }, { at, both, look, directions, label }) {
  if (at && both.includes('p2sgrad')) {
    const from = -at.turn + Math.PI / 2; // canvas angles run clockwise
    const fill = look.pair[both.indexOf('p2sgrad')];
    arc(c, c, R, [from, from + Math.PI], { fill, alpha: look.dark ? 0.15 : 0.07 });
  }
  disc([c, c], R, { edge: look.ink, width: 1.2, alpha: 0.4 });
  directions.forEach((d, j) => {
    const tip = [X(Math.cos(d)), Y(Math.sin(d))],
      way = [-long * Math.sin(d), -long * Math.cos(d)],
      ends = [-1, 1].map(sign => tip.map((v, i) => v + sign * way[i]));
    trace([[c, c], tip], look.ink, j === label ? 2.2 : 1, { alpha: j === label ? 0.85 : 0.3 });
    trace(ends, look.ink, 1, { alpha: 0.28, dash: [1.5, 3.5] });
  });
  disc([c, c], 2.2, { fill: look.ink });
}

function paintSteps({ arrow }, { R, long, X, Y }, { at, A, B, unit, look, directions, point }, taken) {
  const x = [X(point[0]), Y(point[1])];
  [A, B].forEach((step, i) => {
    const drawn = shadows(step, unit[i], { directions }, at, long),
      side = i ? -BESIDE : BESIDE;
    const put = (from, angle, way, beyond) => {
      const start = [from[0] + side * Math.cos(angle) + beyond[0], from[1] - side * Math.sin(angle) + beyond[1]];
      if (!arrow(start, way, { style: look.pair[i], ...STROKES[i] })) return;
      for (let t = 0; t <= 1; t += 8 / (R + 8)) {
        const [px, py] = start.map((v, n) => v + t * way[n]);
        taken.push([px - 3, py - 3, px + 3, py + 3]);
      }
    };
    directions.forEach((d, j) => put([X(Math.cos(d)), Y(Math.sin(d))], d, drawn.weights[j], [0, 0]));
    const far = Math.hypot(...drawn.x) || 1;
    put(
      x,
      at.turn,
      drawn.x,
      drawn.x.map(v => (v / far) * 11),
    ); // it begins at the ring of x
  });
}

/** Each weight's tip and its number; the true class in ink, a turned one with a dashed ring. */
function paintNames({ trace, disc, say }, F, { look, directions, label, turned = [], both, strong }, taken) {
  F.names(directions).forEach((spot, j) => {
    const d = directions[j],
      tip = [F.X(Math.cos(d)), F.Y(Math.sin(d))],
      own = j === label,
      round = turned.includes(j),
      [x, y] = spot;
    trace([tip, spot], look.ink, 1, { alpha: 0.3 });
    disc(tip, 3.4, { fill: look.ink });
    if (strong(j)) disc(spot, DISC + 4, { edge: look.ink, width: 2 });
    disc(spot, DISC, {
      fill: own ? look.ink : look.paper,
      edge: round ? look.pair[both.indexOf('p2sgrad')] : look.ink,
      width: round ? 2.4 : 1.1,
      dash: round ? [4.5, 3] : [],
    });
    say(String(j), [x, y + 0.5], { font: '600 13', style: own ? look.paper : look.ink });
    taken.push([x - DISC, y - DISC, x + DISC, y + DISC]);
  });
}

/** x; hollow where it stands above the plane, as its shadow. */
function paintFeature({ grip, disc, say }, { X, Y }, { look, point, lift, strong }, taken) {
  const [x, y] = [X(point[0]), Y(point[1])];
  grip(x, y, look.ink, strong('x'));
  disc([x, y], 12, { edge: look.ink, width: 1.2, alpha: 0.45 });
  disc([x, y], 9, { fill: look.ink });
  if (lift > 0) disc([x, y], 7, { fill: look.paper });
  say('x', [x, y - 0.5], { font: 'italic 600 13px Georgia, serif', style: lift > 0 ? look.ink : look.paper });
  taken.push([x - 13, y - 13, x + 13, y + 13]);
}

/** The line through the origin that is 90° from x, named where there is room. */
function paintBorder({ trace, wide, say }, F, { at, look, both }, taken) {
  const [u, v] = [Math.sin(at.turn), Math.cos(at.turn)],
    words = '90° from x',
    ends = [-F.R, F.R].map(r => [F.c + r * u, F.c + r * v]);
  trace(ends, look.pair[both.indexOf('p2sgrad')], 1.2, { alpha: 0.75, dash: [4, 4] });
  const half = wide(words, '12') / 2 + 2;
  for (const r of [0.66, -0.66, 0.52, -0.52, 0.8, -0.8, 0.38, -0.38])
    for (const nearer of [1, -1]) {
      const slip = nearer * (half * Math.abs(v) + 8 * Math.abs(u) + 3),
        [x, y] = [F.c + r * F.R * u + slip * v, F.c + r * F.R * v - slip * u],
        box = [x - half, y - 8, x + half, y + 8];
      if (taken.some(other => touches(box, other)) || box[0] < 0 || box[2] > 2 * F.c) continue;
      say(words, [x, y], { font: '12', style: look.soft, halo: 4 });
      taken.push(box);
      return;
    }
}
