// LiveLab's circle: where the digits lie, which class wins in which direction, and where it does not win by the margin.
import { anglesOf, seatsApart } from './maths.js';

const FULL = 2 * Math.PI,
  GOLDEN = 0.618034,
  NEAREST = 0.3,
  FARTHEST = 0.93;

/** Where things stand on a square of `side` pixels: discs sit outside the rim's band. */
export function circlePlan(side) {
  const disc = side < 400 ? 11 : 13,
    seat = side / 2 - disc - 2,
    band = side < 400 ? 6 : 8;
  return { c: side / 2, disc, seat, band, R: seat - disc - band - 5 };
}

/** How far out the i-th digit is drawn: its own for good, so that what moves is its direction. It means nothing. */
export const distanceOf = i => NEAREST + (FARTHEST - NEAREST) * Math.sqrt(((i + 1) * GOLDEN) % 1);

/** Everything on the circle, back to front. */
export function paintLiveCircle(g, { side, look, moment, labels, arcs, only, own }) {
  const plan = circlePlan(side),
    { c, R } = plan,
    X = (a, r) => c + r * Math.cos(a),
    Y = (a, r) => c - r * Math.sin(a);
  const tools = {
    ...plan,
    X,
    Y,
    colour: k => look.classes[k % look.classes.length],
    strength: k => (only === null || only === k ? 1 : 0.12),
    stroke: (style, width, alpha = 1) => {
      g.strokeStyle = style;
      g.lineWidth = width;
      g.globalAlpha = alpha;
      g.stroke();
    },
    ring: (x, y, r) => {
      g.moveTo(x + r, y);
      g.arc(x, y, r, 0, FULL);
    },
  };
  g.lineJoin = 'round';
  g.lineCap = 'butt';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  if (moment) {
    paintArcs(g, arcs, look, tools);
    paintDigits(g, { look, moment, labels, own }, tools);
    paintSeats(g, { look, turns: anglesOf(moment.weight), only }, tools);
  }
  g.beginPath();
  tools.ring(c, c, R);
  tools.stroke(look.ink, 1, 0.3);
  g.globalAlpha = 1;
}

/** Inside: tinted where the winner does not win by the margin. On the rim: the colour of the winner. */
function paintArcs(g, arcs, look, { c, R, band, X, Y, colour, stroke, strength }) {
  g.beginPath();
  for (const { from, to, enough } of arcs)
    if (!enough) {
      g.moveTo(c, c);
      g.arc(c, c, R, -from, -to, true);
      g.closePath();
    }
  g.fillStyle = look.accent;
  g.globalAlpha = look.dark ? 0.17 : 0.11;
  g.fill();
  arcs.forEach(({ from, to, k, enough }, i) => {
    g.beginPath();
    g.arc(c, c, R + 2 + band / 2, -from, -to, true);
    stroke(colour(k), enough ? band : 2.5, strength(k));
    if (arcs[(i + 1) % arcs.length].k === k) return;
    g.beginPath();
    g.moveTo(c, c);
    g.lineTo(X(to, R), Y(to, R));
    stroke(look.ink, 1, 0.28);
  });
}

/** Digits; hollow where they are read as another class. */
function paintDigits(g, { look, moment, labels, own }, { R, X, Y, colour, strength, stroke, ring }) {
  const size = own ? 6 : Math.max(1.6, R / 92),
    away = i => (own ? Math.min(1, moment.lengths[i]) : distanceOf(i)),
    groups = new Map();
  labels.forEach((k, i) => {
    if (Number.isNaN(moment.angles[i])) return;
    const key = 2 * k + Number(moment.read[i] !== k);
    groups.get(key)?.push(i) ?? groups.set(key, [i]);
  });
  for (const [key, digits] of [...groups].sort(([a], [b]) => (a & 1) - (b & 1))) {
    const k = key >> 1;
    g.beginPath();
    for (const i of digits) ring(X(moment.angles[i], R * away(i)), Y(moment.angles[i], R * away(i)), size);
    if (key & 1) {
      g.fillStyle = look.paper;
      g.globalAlpha = 0.6 * strength(k);
      g.fill();
      stroke(colour(k), 1.3, strength(k));
    } else {
      g.fillStyle = colour(k);
      g.globalAlpha = 0.78 * strength(k);
      g.fill();
    }
  }
}

/**
 * Class weights, and their numbers outside: moved apart where they would cover each other, with a line to where they
 * belong.
 */
function paintSeats(g, { look, turns, only }, { R, seat, disc, band, X, Y, colour, strength, stroke, ring }) {
  const seats = seatsApart(turns, (2 * disc + 3) / seat),
    order = [...turns.keys()].sort((p, q) => (p === only) - (q === only));
  for (const k of order) {
    g.beginPath();
    g.moveTo(X(turns[k], 0.1 * R), Y(turns[k], 0.1 * R));
    g.lineTo(X(turns[k], R), Y(turns[k], R));
    stroke(colour(k), k === only ? 2.6 : 1.6, 0.9 * strength(k));
    const x = X(seats[k], seat),
      y = Y(seats[k], seat),
      rim = R + band + 3;
    if (Math.abs(seats[k] - turns[k]) > 0.02) {
      g.beginPath();
      g.moveTo(X(turns[k], rim), Y(turns[k], rim));
      g.lineTo(x, y);
      stroke(colour(k), 1.4, strength(k));
    }
  }
  g.font = `600 ${disc + 1}px system-ui, sans-serif`;
  for (const k of order) {
    const x = X(seats[k], seat),
      y = Y(seats[k], seat);
    g.globalAlpha = 1;
    g.fillStyle = look.paper;
    g.beginPath();
    ring(x, y, disc + 1);
    g.fill();
    g.globalAlpha = Math.max(0.35, strength(k));
    g.fillStyle = colour(k);
    g.beginPath();
    ring(x, y, disc);
    g.fill();
    g.fillStyle = look.onClass(k % 10);
    g.fillText(k, x, y + 0.5);
  }
}
