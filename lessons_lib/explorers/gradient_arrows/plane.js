// What GradientArrows paints on its plane: the circle from above, x, and both losses' arrows side by side.
import { REACH, seats } from './steps.js';

export const FONT = 'px system-ui, sans-serif';
export const TAU = 2 * Math.PI;
const BESIDE = 4,
  DISC = 11,
  SEAT = 21; // pixels: between the two arrows, a name's disc and its place
// Two losses differ in colour, in dash and in head, so that no reader needs the colour.
export const STROKES = [
  { width: 3, dash: [], open: false },
  { width: 2.2, dash: [6, 3.5], open: true },
];

/** Sizes of the plane on a square canvas; X and Y turn places in radii into pixels, and `place` turns them back. */
export function planeFrame(side) {
  const c = side / 2,
    R = c / REACH,
    long = 0.66 * R;
  return {
    c,
    R,
    long,
    X: x => c + R * x,
    Y: y => c - R * y,
    place: (x, y) => [(x - c) / R, (c - y) / R],
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
export function shadows(step, unit, { directions }, at, long) {
  const [t, e] = step.x,
    k = long * unit,
    inward = e * Math.sin(at.lift),
    [c, s] = [Math.cos(at.turn), Math.sin(at.turn)];
  return {
    x: [k * (-t * s - inward * c), -k * (t * c - inward * s)],
    weights: directions.map((d, j) => [-k * step.weights[j][0] * Math.sin(d), -k * step.weights[j][0] * Math.cos(d)]),
  };
}

/** An arrow from (x, y), with a halo; returns its tip, or null where it is too short to be seen. */
export function arrow(g, [x, y], [dx, dy], colour, { width, dash, open }, paper, alpha = 1) {
  const far = Math.hypot(dx, dy);
  if (!(far > 1.5)) return null;
  const [ux, uy] = [dx / far, dy / far],
    head = Math.min(width * 3.4, 0.6 * far),
    half = head * 0.52,
    tip = [x + dx, y + dy];
  const neck = open ? tip : [tip[0] - ux * head * 0.9, tip[1] - uy * head * 0.9];
  const shaft = () => {
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(...neck);
  };
  const barbs = () => {
    g.beginPath();
    g.moveTo(tip[0] - ux * head - uy * half, tip[1] - uy * head + ux * half);
    g.lineTo(...tip);
    g.lineTo(tip[0] - ux * head + uy * half, tip[1] - uy * head - ux * half);
  };
  g.lineCap = 'butt';
  g.lineJoin = 'round';
  g.setLineDash([]);
  for (const draw of [shaft, barbs]) {
    draw();
    g.strokeStyle = paper;
    g.lineWidth = width + 3;
    g.stroke();
  }
  g.globalAlpha = alpha;
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = width;
  g.setLineDash(far > 16 ? dash : []);
  shaft();
  g.stroke();
  g.setLineDash([]);
  barbs();
  if (open) g.stroke();
  else {
    g.closePath();
    g.fill();
  }
  g.globalAlpha = 1;
  return tip;
}

/** The plane. `v` is what `compare` found, with the setting, the look and the units; returns the boxes of all words. */
export function paintPlane(g, side, v) {
  const F = planeFrame(side),
    taken = [];
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.setLineDash([]);
  paintGround(g, F, v);
  if (v.at) paintSteps(g, F, v, taken);
  paintNames(g, F, v, taken);
  paintFeature(g, F, v, taken);
  if (v.at && v.both.includes('p2sgrad')) paintBorder(g, F, v, taken);
  return taken;
}

const line = (g, from, to, style, width, alpha, dash = []) => {
  g.beginPath();
  g.moveTo(...from);
  g.lineTo(...to);
  g.setLineDash(dash);
  g.strokeStyle = style;
  g.lineWidth = width;
  g.globalAlpha = alpha;
  g.stroke();
  g.globalAlpha = 1;
  g.setLineDash([]);
};

/** The half beyond 90°, the circle, the spokes and the tangent on which a weight can only move. */
function paintGround(g, { c, R, long, X, Y }, { at, both, look, directions, label }) {
  if (at && both.includes('p2sgrad')) {
    const from = -at.turn + Math.PI / 2; // canvas angles run clockwise
    g.beginPath();
    g.arc(c, c, R, from, from + Math.PI);
    g.closePath();
    g.fillStyle = look.pair[both.indexOf('p2sgrad')];
    g.globalAlpha = look.dark ? 0.15 : 0.07;
    g.fill();
    g.globalAlpha = 1;
  }
  g.beginPath();
  g.arc(c, c, R, 0, TAU);
  g.strokeStyle = look.ink;
  g.lineWidth = 1.2;
  g.globalAlpha = 0.4;
  g.stroke();
  g.globalAlpha = 1;
  directions.forEach((d, j) => {
    const tip = [X(Math.cos(d)), Y(Math.sin(d))],
      way = [-long * Math.sin(d), -long * Math.cos(d)];
    line(g, [c, c], tip, look.ink, j === label ? 2.2 : 1, j === label ? 0.85 : 0.3);
    line(
      g,
      tip.map((v, i) => v - way[i]),
      tip.map((v, i) => v + way[i]),
      look.ink,
      1,
      0.28,
      [1.5, 3.5],
    );
  });
  g.beginPath();
  g.arc(c, c, 2.2, 0, TAU);
  g.fillStyle = look.ink;
  g.fill();
}

function paintSteps(g, { R, long, X, Y }, { at, A, B, unit, look, directions, point }, taken) {
  const own = { directions },
    x = [X(point[0]), Y(point[1])];
  [A, B].forEach((step, i) => {
    const drawn = shadows(step, unit[i], own, at, long),
      side = i ? -BESIDE : BESIDE,
      out = angle => [side * Math.cos(angle), -side * Math.sin(angle)];
    const put = (from, way) => {
      const tip = arrow(g, from, way, look.pair[i], STROKES[i], look.paper);
      for (let t = 0; tip && t <= 1; t += 8 / (R + 8))
        taken.push([
          from[0] + t * way[0] - 3,
          from[1] + t * way[1] - 3,
          from[0] + t * way[0] + 3,
          from[1] + t * way[1] + 3,
        ]);
    };
    directions.forEach((d, j) =>
      put(
        [X(Math.cos(d)), Y(Math.sin(d))].map((v, n) => v + out(d)[n]),
        drawn.weights[j],
      ),
    );
    const far = Math.hypot(...drawn.x) || 1,
      beyond = drawn.x.map(v => (v / far) * 7); // it begins at the edge of x's disc
    put(
      x.map((v, n) => v + out(at.turn)[n] + beyond[n]),
      drawn.x,
    );
  });
}

/** Each weight's tip and its number; the true class in ink, a turned one with a dashed ring. */
function paintNames(g, F, { look, directions, label, turned = [], both, held }, taken) {
  F.names(directions).forEach(([x, y], j) => {
    const d = directions[j],
      tip = [F.X(Math.cos(d)), F.Y(Math.sin(d))],
      own = j === label;
    line(g, tip, [x, y], look.ink, 1, 0.3);
    g.beginPath();
    g.arc(...tip, 3.4, 0, TAU);
    g.fillStyle = look.ink;
    g.fill();
    g.beginPath();
    g.arc(x, y, DISC, 0, TAU);
    g.fillStyle = own ? look.ink : look.paper;
    g.fill();
    const round = turned.includes(j),
      colour = round ? look.pair[both.indexOf('p2sgrad')] : look.ink;
    g.setLineDash(round ? [4.5, 3] : []);
    g.strokeStyle = colour;
    g.lineWidth = round ? 2.4 : 1.1;
    g.stroke();
    g.setLineDash([]);
    if (held === j) {
      g.beginPath();
      g.arc(x, y, DISC + 4, 0, TAU);
      g.strokeStyle = look.ink;
      g.lineWidth = 2;
      g.stroke();
    }
    g.font = `600 13${FONT}`;
    g.fillStyle = own ? look.paper : look.ink;
    g.fillText(String(j), x, y + 0.5);
    taken.push([x - DISC, y - DISC, x + DISC, y + DISC]);
  });
}

/** x; hollow where it stands above the plane, as its shadow. */
function paintFeature(g, { X, Y }, { look, point, lift, held }, taken) {
  const x = X(point[0]),
    y = Y(point[1]),
    disc = (r, style) => {
      g.beginPath();
      g.arc(x, y, r, 0, TAU);
      g.fillStyle = style;
      g.fill();
    };
  if (held === 'x') {
    g.beginPath();
    g.arc(x, y, 14, 0, TAU);
    g.strokeStyle = look.ink;
    g.lineWidth = 2;
    g.stroke();
  }
  disc(11, look.paper);
  disc(9, look.ink);
  if (lift > 0) disc(7, look.paper);
  g.font = 'italic 600 13px Georgia, serif';
  g.fillStyle = lift > 0 ? look.ink : look.paper;
  g.fillText('x', x, y - 0.5);
  taken.push([x - 9, y - 9, x + 9, y + 9]);
}

/** The line through the origin that is 90° from x, named where there is room. */
function paintBorder(g, F, { at, look, both }, taken) {
  const way = [Math.sin(at.turn), Math.cos(at.turn)].map(v => v * F.R),
    words = '90° from x',
    style = look.pair[both.indexOf('p2sgrad')];
  line(g, [F.c - way[0], F.c - way[1]], [F.c + way[0], F.c + way[1]], style, 1.2, 0.75, [4, 4]);
  g.font = `12${FONT}`;
  const half = g.measureText(words).width / 2 + 2,
    free = box => taken.every(b => box[2] < b[0] || box[0] > b[2] || box[3] < b[1] || box[1] > b[3]);
  for (const r of [0.66, -0.66, 0.52, -0.52, 0.8, -0.8, 0.38, -0.38])
    for (const nearer of [1, -1]) {
      const slip = nearer * (half * Math.abs(Math.cos(at.turn)) + 8 * Math.abs(Math.sin(at.turn)) + 3);
      const x = F.c + r * way[0] + slip * Math.cos(at.turn),
        y = F.c + r * way[1] - slip * Math.sin(at.turn),
        box = [x - half, y - 8, x + half, y + 8];
      if (!free(box) || box[0] < 0 || box[2] > 2 * F.c) continue;
      g.strokeStyle = look.paper;
      g.lineWidth = 4;
      g.lineJoin = 'round';
      g.globalAlpha = 0.8;
      g.strokeText(words, x, y);
      g.globalAlpha = 1;
      g.fillStyle = look.soft;
      g.fillText(words, x, y);
      return taken.push(box);
    }
  return 0;
}
