// What CenterUpdate paints: the plane as graph paper, the pulls, the step, and the footprints of the centre.
import { cut } from './maths.js';
import { labelled } from './labels.js';

export const FONT = 'px system-ui, sans-serif';
export const TAU = 2 * Math.PI;
const REACH = 1.12,
  EDGE = 1.05; // half-width of the canvas, and of what is drawn in it
const NAME = 'italic 600 17px Georgia, serif';

/**
 * Sizes on a square canvas; X and Y turn places into pixels, `place` turns them back, `seen` is where a centre is
 * drawn.
 */
export function centerFrame(side) {
  const c = side / 2,
    R = c / REACH;
  // One out of sight stands where its way from the mean crosses the edge.
  const seen = (center, mean) => {
    const far = Math.max(...center.map(Math.abs));
    return far <= EDGE ? center : (cut(mean ?? [0, 0], center, 0.97)?.b ?? center.map(v => (v * 0.97) / far));
  };
  return {
    c,
    R,
    side,
    seen,
    X: x => c + R * x,
    Y: y => c - R * y,
    at: ([x, y]) => [c + R * x, c - R * y],
    place: (x, y) => [(x - c) / R, (c - y) / R],
  };
}

function stroke(g, from, to, style, width, alpha = 1, dash = []) {
  g.setLineDash(dash);
  g.globalAlpha = alpha;
  g.strokeStyle = style;
  g.lineWidth = width;
  g.beginPath();
  g.moveTo(...from);
  g.lineTo(...to);
  g.stroke();
  g.globalAlpha = 1;
  g.setLineDash([]);
}

function ring(g, [x, y], r, { fill, line, width = 1.5, dash = [] }) {
  g.beginPath();
  g.arc(x, y, r, 0, TAU);
  if (fill) {
    g.fillStyle = fill;
    g.fill();
  }
  if (line) {
    g.setLineDash(dash);
    g.strokeStyle = line;
    g.lineWidth = width;
    g.stroke();
    g.setLineDash([]);
  }
}

/** An arrow; without a head where its end lies outside the plane. */
function drawArrow(g, F, from, to, { colour, width, head, alpha = 1 }) {
  const part = cut(from, to, EDGE);
  if (!part) return null;
  const a = F.at(part.a),
    b = F.at(part.b),
    far = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (!(far > 1.5)) return null;
  const u = [(b[0] - a[0]) / far, (b[1] - a[1]) / far],
    long = part.ended ? Math.min(head, 0.7 * far) : 0,
    half = long * 0.55;
  const neck = b.map((v, k) => v - u[k] * long);
  g.lineCap = 'butt';
  g.globalAlpha = alpha;
  g.fillStyle = g.strokeStyle = colour;
  g.lineWidth = width;
  // One shape, so that a pale arrow is equally pale all over.
  const w = Math.min(width / 2, half || width),
    side = (p, r) => [p[0] - u[1] * r, p[1] + u[0] * r];
  g.beginPath();
  g.moveTo(...side(a, w));
  g.lineTo(...side(neck, w));
  if (long) {
    g.lineTo(...side(neck, half));
    g.lineTo(...b);
    g.lineTo(...side(neck, -half));
  }
  g.lineTo(...side(neck, -w));
  g.lineTo(...side(a, -w));
  g.closePath();
  g.fill();
  g.globalAlpha = 1;
  return { a, b, u };
}

function paintPaper(g, F, look, labels) {
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
      stroke(g, F.at(from), F.at(to), look.ink, 1, v === 0 ? 0.22 : 0.09);
    if (v === Math.round(v)) {
      const text = String(v).replace('-', '−');
      labels.fixed(text, [F.X(v), F.side - 8], { font: `12${FONT}`, style: look.soft });
      if (v > -1) labels.fixed(text, [9, F.Y(v)], { font: `12${FONT}`, style: look.soft });
    }
  }
}

const strength = (k, { path }) => 0.45 + (0.45 * (k + 1)) / path.length;

/** The way the centre came. */
function paintPath(g, F, v) {
  const all = [...v.path, v.center];
  v.path.forEach((from, k) => {
    const part = cut(from, all[k + 1], EDGE);
    if (part) stroke(g, F.at(part.a), F.at(part.b), v.look.ink, 1.6, 0.6 * strength(k, v), [2, 4]);
  });
}

/** Where it has been: the number of each former place, or a dot where there is no room for one. */
function paintPrints(g, F, { path, center, found, look }, labels) {
  labels.block(F.at(F.seen(center, found.mean)), 10);
  if (found.mean) labels.block(F.at(found.mean), 9);
  const font = `600 11${FONT}`;
  path.forEach((at, k) => {
    if (Math.max(...at.map(Math.abs)) > EDGE) return;
    const spot = F.at(at);
    g.globalAlpha = strength(k, { path });
    if (labels.room(spot, 9)) {
      ring(g, spot, 9, { fill: look.paper });
      ring(g, spot, 9, { line: look.ink, width: 1.3 });
      labels.fixed(String(k), spot, { font, style: look.ink });
      labels.block(spot, 9);
    } else {
      ring(g, spot, 2.6, { fill: look.ink });
      labels.block(spot, 3);
    }
    g.globalAlpha = 1;
  });
}

function paintPulls(g, F, { points, batch, center, look }, labels) {
  points.forEach((p, i) => {
    const part = batch[i] && cut(center, p, EDGE);
    if (!part) return;
    stroke(g, F.at(part.a), F.at(part.b), look.classes[0], 1.5, 0.75);
    labels.blockLine(F.at(part.a), F.at(part.b), 3, true);
  });
}

/** −Δc, pale and wide; in it the part α of it that is really gone; at its end the next centre. */
function paintStep(g, F, { center, look, found }) {
  const { delta, to } = found,
    goal = center.map((v, k) => v - delta[k]);
  const whole = drawArrow(g, F, center, goal, { colour: look.ink, width: 8, head: 20, alpha: 0.2 });
  const part = drawArrow(g, F, center, to, { colour: look.accent, width: 3, head: 12 });
  if (part && Math.max(...to.map(Math.abs)) <= EDGE)
    ring(g, F.at(to), 9, { line: look.accent, width: 1.6, dash: [3, 3] });
  return { whole, part };
}

function paintMean(g, F, { look, found }) {
  if (!found.mean) return;
  const [x, y] = F.at(found.mean);
  for (const [style, width] of [
    [look.paper, 6],
    [look.ink, 2.2],
  ]) {
    for (const dy of [7, -7]) stroke(g, [x - 7, y - dy], [x + 7, y + dy], style, width);
  }
}

function paintPoints(g, F, { points, batch, held, focus, look }, labels) {
  points.forEach((p, i) => {
    const spot = F.at(p);
    if (focus && held === i) ring(g, spot, 14, { line: look.ink, width: 2 });
    ring(g, spot, 9, { fill: look.paper });
    ring(g, spot, 7, batch[i] ? { fill: look.classes[0] } : { line: look.classes[0], width: 2, dash: [3, 2.2] });
    labels.block(spot, 9);
  });
}

/** The centre; one that left the plane is an arrow at its edge. */
function paintCentre(g, F, { center, held, focus, look, found }) {
  const at = F.seen(center, found.mean),
    [x, y] = F.at(at),
    out = center.map((v, k) => v - at[k]),
    far = Math.hypot(...out);
  if (focus && held === 'c') ring(g, [x, y], 15, { line: look.ink, width: 2 });
  if (far) {
    const u = [out[0] / far, -out[1] / far];
    g.fillStyle = look.ink;
    g.beginPath();
    g.moveTo(x + 20 * u[0], y + 20 * u[1]);
    for (const s of [7, -7]) g.lineTo(x + 9 * u[0] - s * u[1], y + 9 * u[1] + s * u[0]);
    g.closePath();
    g.fill();
  }
  ring(g, [x, y], 10.5, { fill: look.paper });
  ring(g, [x, y], 8.5, { fill: look.ink });
}

function paintNames(F, { points, batch, center, look, found, words, held, focus }, { whole, part }, labels) {
  const spot = F.at(F.seen(center, found.mean)),
    away = (from, to) => Math.atan2(to[1] - from[1], to[0] - from[0]),
    middle = [F.c, F.c];
  const goal = found.mean ? F.at(found.mean) : middle,
    name = { font: NAME, style: look.ink };
  const off = k => (focus && held === k ? 17 : 12);
  labels.beside(`c${words}`, spot, off('c'), words ? away(spot, middle) : away(goal, spot), name);
  points.forEach((p, i) =>
    labels.beside(`x${'₁₂₃'[i]}`, F.at(p), off(i), away(spot, F.at(p)), {
      ...name,
      style: batch[i] ? look.ink : look.soft,
    }),
  );
  if (found.mean)
    labels.beside('mean', goal, 10, away(spot, goal) + 0.9, { font: `13${FONT}`, style: look.soft, optional: true });
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

/** The plane. `v` is the state as shown, with the look, what `update` found and `words` for a centre out of sight. */
export function paintCenter(g, side, v) {
  const F = centerFrame(side),
    labels = labelled(g, side, v.look.paper);
  g.textBaseline = 'middle';
  g.textAlign = 'center';
  g.lineJoin = 'round';
  paintPaper(g, F, v.look, labels);
  for (const p of v.points) labels.block(F.at(p), 9);
  paintPath(g, F, v);
  paintPulls(g, F, v, labels);
  const lines = paintStep(g, F, v);
  paintPrints(g, F, v, labels);
  paintMean(g, F, v);
  for (const line of Object.values(lines)) if (line) labels.blockLine(line.a, line.b, 5);
  paintPoints(g, F, v, labels);
  paintCentre(g, F, v);
  paintNames(F, v, lines, labels);
  return labels.taken;
}
