// What ChargeSphere paints: the sphere with its far and near side, the polyhedron of the charges, ghosts, and pushes.
import { pushesOn } from './maths.js';
import { degrees } from '../kit/words.js';
import { marksOn } from '../kit/marks.js';
import { TAU } from '../kit/numbers.js';
import { chargeFrame, eye, GRATICULE, hullEdges, pieces, place, wayAlong } from './camera.js';

const faded = (ink, alpha) => ink.replace('rgb', 'rgba').replace(')', `,${alpha})`);
export const classColour = (look, j) => look.classes[j % look.classes.length];

function paintBall(g, { disc, trace }, F, look, see) {
  const { c, R } = F,
    shade = g.createRadialGradient(c - 0.35 * R, c - 0.45 * R, 0.1 * R, c, c, R);
  for (const [at, alpha] of [
    [0, 0.015],
    [0.65, 0.05],
    [1, 0.13],
  ])
    shade.addColorStop(at, faded(look.ink, alpha));
  disc([c, c], R, { fill: shade });
  const arcs = GRATICULE.flatMap(circle => pieces(circle, see));
  for (const side of [false, true])
    for (const [front, arc] of arcs)
      if (front === side) trace(arc.map(F.at), look.ink, 1, { alpha: front ? 0.13 : 0.05 });
  disc([c, c], R, { edge: look.ink, width: 1, alpha: 0.35 });
}

/** How strong a line is at a depth of −1 … 1. */
const nearness = depth => 0.32 + (0.68 * (Math.max(-0.7, Math.min(0.7, depth)) + 0.7)) / 1.4;

/** Edges of the polyhedron, the far end of each paler; those of the closest pairs in the accent's colour. */
function paintEdges(g, { trace }, F, { look, near }, seen, edges, front) {
  const closest = new Set(near.pairs.map(([j, k]) => `${j} ${k}`));
  const drawn = edges
    .filter(([j, k]) => seen[j][2] + seen[k][2] >= 0 === front)
    .map(([j, k]) => [seen[j], seen[k], closest.has(`${j} ${k}`)]);
  for (const [a, b, close] of drawn.sort((one, other) => one[2] - other[2])) {
    const ends = [F.at(a), F.at(b)],
      fade = g.createLinearGradient(...ends[0], ...ends[1]),
      ink = close ? look.accent : look.ink,
      most = close ? 1 : 0.55;
    [a, b].forEach((end, i) => fade.addColorStop(i, faded(ink, most * nearness(end[2]))));
    trace(ends, fade, (close ? 2.2 : 1.3) * (front ? 1 : 0.8));
  }
}

/** One charge: its number on its colour; on the far side smaller and paler, with a ring `strong` pixels wide. */
function paintCharge({ disc, say }, F, look, j, seen, strong) {
  const spot = F.at(seen),
    r = F.disc(seen[2]),
    far = seen[2] < -0.02;
  disc(spot, r + 1.8, { fill: look.paper });
  if (strong) disc(spot, r + 4, { edge: look.ink, width: strong });
  disc(spot, r, { fill: classColour(look, j), alpha: far ? 0.42 : 1 });
  say(String(j), [spot[0], spot[1] + 0.5], {
    font: `600 ${Math.max(9, r * (j > 9 ? 0.95 : 1.1)).toFixed(1)}`,
    style: far ? look.ink : look.onClass(j % 10),
    alpha: far ? 0.6 : 1,
  });
}
/** How strong the ring of a charge is. */
const ringOf = ({ held, focus }, j) => (held === j ? (focus ? 2.4 : 1.6) : 0);

/** What charges are painted with: where each is `seen`, and what paints number j. */
export function chargesOn(g, side, v, see) {
  const n = v.x.length / 3,
    F = chargeFrame(side, n),
    m = marksOn(g, v.look),
    seen = Array.from({ length: n }, (_, j) => see(place(v.x, j)));
  return { F, m, seen, charge: j => paintCharge(m, F, v.look, j, seen[j], ringOf(v, j)) };
}

/** Where each charge was trained, and the way it has come. */
export function paintGhosts({ trace, disc }, F, { x, ghosts, look }, see) {
  if (!ghosts) return;
  for (let j = 0; j < Math.min(x.length, ghosts.length) / 3; j++) {
    const from = place(ghosts, j),
      way = wayAlong(from, place(x, j)),
      seen = see(from),
      alpha = p => (p[2] < -0.02 ? 0.3 : 0.85);
    if (Math.hypot(...from.map((v, i) => v - x[3 * j + i])) < 0.02) continue;
    for (let i = 1; i < way.length; i++) {
      const [a, b] = [see(way[i - 1]), see(way[i])];
      if (i % 2) trace([F.at(a), F.at(b)], classColour(look, j), 2, { alpha: alpha(b) });
    }
    disc(F.at(seen), F.disc(seen[2]) * 0.62, { edge: classColour(look, j), width: 2, alpha: alpha(seen) });
  }
}

/** What pushes the held charge along the surface: one thin arrow for each other charge, and their sum. */
function paintPushes({ arrow }, F, { x, held, law, look }, see) {
  if (held === null) return;
  const pushes = pushesOn(x, held, law),
    from = see(place(x, held)),
    sum = [0, 1, 2].map(i => pushes.reduce((all, { along }) => all + along[i], 0));
  const scale = 0.55 / Math.max(...pushes.map(({ along }) => Math.hypot(...along)), Math.hypot(...sum), 1e-12);
  const draw = (v, style, width, head) => {
    const [right, up] = see(v.map(c => c * scale));
    arrow(F.at(from), [F.R * right, -F.R * up], { style, width, head });
  };
  pushes.forEach(({ along }, k) => {
    if (k !== held) draw(along, classColour(look, k), 1.8, 7);
  });
  draw(sum, look.ink, 3.4, 12);
}

/**
 * The smallest angle in degrees, beside the one of the closest pairs that is best seen, and on no charge if there is
 * room.
 */
function paintAngle({ say }, F, { near, look }, seen) {
  const middle = ([j, k]) => seen[j].map((v, i) => (v + seen[k][i]) / 2),
    [best] = near.pairs.map(middle).sort((a, b) => b[2] - a[2]),
    spot = F.at(best);
  const free = ([x, y]) =>
    seen.every(p => {
      const [px, py] = F.at(p);
      return Math.abs(px - x) > 38 || Math.abs(py - y) > 24;
    });
  const around = [16, 30, 44, 58].flatMap(r =>
    Array.from({ length: 12 }, (_, i) => [
      spot[0] + 1.3 * r * Math.sin((i * TAU) / 12),
      spot[1] - r * Math.cos((i * TAU) / 12),
    ]),
  );
  const inside = ([x, y]) => x > 24 && y > 10 && x < F.side - 24 && y < F.side - 10;
  say(degrees(near.angle), around.find(p => inside(p) && free(p)) ?? around[0], {
    font: '600 14',
    style: look.accent,
    halo: 4,
  });
}

/**
 * The sphere. `v` is { x, law, look, turn, held, focus, ghosts, near }, `near` the smallest angle with the pairs that
 * have it.
 */
export function paintSphere(g, side, v) {
  const { see } = eye(v.turn, 3),
    { F, m, seen, charge } = chargesOn(g, side, v, see),
    edges = hullEdges(v.x),
    order = [...seen.keys()].sort((a, b) => seen[a][2] - seen[b][2]);
  g.lineCap = 'round';
  paintBall(g, m, F, v.look, see);
  paintEdges(g, m, F, v, seen, edges, false);
  order.filter(j => seen[j][2] < 0).forEach(charge);
  paintEdges(g, m, F, v, seen, edges, true);
  paintGhosts(m, F, v, see);
  order.filter(j => seen[j][2] >= 0).forEach(charge);
  paintPushes(m, F, v, see);
  if (v.held !== null) charge(v.held);
  paintAngle(m, F, v, seen);
}
