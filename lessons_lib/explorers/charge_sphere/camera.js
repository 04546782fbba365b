// How ChargeSphere sees its charges: the turn of the sphere, sizes on the canvas, the hull of the charges, ways along
// the surface.
import { planeOf } from '../kit/marks.js';
import { TAU, clamp } from '../kit/numbers.js';
import { eachPair } from './maths.js';

const FLAT = 0.03; // radians: faces that meet flatter than this are one face

/**
 * Right, up and towards the eye, of a place on the sphere seen from azimuth and height, and back; the circle is seen
 * as it is.
 */
export function eye([azimuth, height], size) {
  if (size === 2) return { see: p => [p[0], p[1], 0], unsee: p => p };
  const [ca, sa, ch, sh] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(height), Math.sin(height)];
  return {
    see: ([x, y, z]) => {
      const ahead = ca * x + sa * y;
      return [ca * y - sa * x, ch * z - sh * ahead, sh * z + ch * ahead];
    },
    unsee: ([right, up, near]) => {
      const ahead = ch * near - sh * up;
      return [ca * ahead - sa * right, sa * ahead + ca * right, sh * near + ch * up];
    },
  };
}

/**
 * The place at a spot [right, up] of the canvas, on the far side if `behind`; beyond the rim the nearest on it. Null
 * for no place.
 */
export function placeUnder([right, up], { turn, size }, behind) {
  const r = Math.hypot(right, up);
  if (size === 2) return r > 0.02 ? [right / r, up / r, 0] : null;
  const by = r > 1 ? 1 / r : 1,
    near = Math.sqrt(Math.max(0, 1 - (by * r) ** 2));
  return eye(turn, 3).unsee([by * right, by * up, behind ? -near : near]);
}

/**
 * A place moved so far (radians) to the right or up as one sees it, over the rim to the far side; on the circle, right
 * and down are clockwise.
 */
export function placeMoved(p, [right, up], { turn, size }) {
  if (size === 2) {
    const a = Math.atan2(p[1], p[0]) - right + up;
    return [Math.cos(a), Math.sin(a), 0];
  }
  const { see, unsee } = eye(turn, 3),
    seen = see(p),
    axis = right ? 0 : 1,
    way = right || up,
    [c, z] = [seen[axis], seen[2]],
    far = Math.hypot(c, z);
  if (far > 0.5) {
    // round the axis across
    const a = way / far,
      to = [...seen];
    to[axis] = c * Math.cos(a) + z * Math.sin(a);
    to[2] = z * Math.cos(a) - c * Math.sin(a);
    return unsee(to);
  }
  const on = seen.map((v, i) => (i === axis) - c * v),
    long = Math.hypot(...on); // too near that axis: straight on
  return unsee(seen.map((v, i) => v * Math.cos(way) + (on[i] / long) * Math.sin(way)));
}

/** Sizes on a square canvas: its middle, the radius of the sphere or circle, and of a charge by its nearness −1..1. */
export function chargeFrame(side, n) {
  const disc = (side < 480 ? 12 : 13.5) - (n > 14 ? 1 : 0),
    c = side / 2,
    R = c - disc - (side < 480 ? 14 : 18);
  return {
    ...planeOf(c, R),
    side,
    disc: near => disc * (0.87 + 0.13 * near),
  };
}

export const place = (x, j) => [x[3 * j], x[3 * j + 1], x[3 * j + 2]];

/**
 * Pairs of charges that are an edge of their convex hull: seen along it, all others lie within less than half a turn.
 */
export function hullEdges(x) {
  const n = x.length / 3,
    edges = [];
  eachPair(x, (j, k) => onHull(x, j, k, n) && edges.push([j, k]));
  return edges;
}

function onHull(x, j, k, n) {
  const p = place(x, j),
    q = place(x, k),
    out = p.map((v, i) => v + q[i]),
    far = Math.hypot(...out);
  if (n === 2 || far < 1e-6) return n <= 3;
  const u = out.map(v => v / far),
    along = p.map((v, i) => q[i] - v),
    w = [u[1] * along[2] - u[2] * along[1], u[2] * along[0] - u[0] * along[2], u[0] * along[1] - u[1] * along[0]];
  const broad = Math.hypot(...w);
  const angles = [];
  for (let i = 0; i < n; i++) {
    if (i === j || i === k) continue;
    const v = place(x, i).map((c, a) => c - p[a]);
    angles.push(Math.atan2(v[0] * w[0] + v[1] * w[1] + v[2] * w[2], broad * (v[0] * u[0] + v[1] * u[1] + v[2] * u[2])));
  }
  angles.sort((a, b) => a - b);
  return angles.some((a, i) => (i ? a - angles[i - 1] : a - angles.at(-1) + TAU) > Math.PI + FLAT);
}

/** Places along the surface from p to q, both ends with them; none where they are opposite. */
export function wayAlong(p, q, steps = 24) {
  const cosine = p[0] * q[0] + p[1] * q[1] + p[2] * q[2],
    angle = Math.acos(clamp(cosine, -1, 1)),
    sine = Math.sin(angle);
  if (sine < 1e-6) return [];
  return Array.from({ length: steps + 1 }, (_, i) =>
    p.map((v, a) => (Math.sin((1 - i / steps) * angle) * v + Math.sin((i / steps) * angle) * q[a]) / sine),
  );
}

/** A great circle of the graticule in pieces, as [in front?, places]. */
export function pieces(places, see) {
  const found = [];
  for (const p of places.map(see)) {
    const front = p[2] >= 0,
      last = found.at(-1);
    if (last && last[0] === front) last[1].push(p);
    else {
      if (last) last[1].push(p);
      found.push([front, [p]]);
    }
  }
  return found;
}

const ring = place => Array.from({ length: 73 }, (_, i) => place((i / 72) * TAU)),
  every30 = from => Array.from({ length: from ? 5 : 6 }, (_, i) => from + (i * Math.PI) / 6);
/** Parallels and meridians, every 30 degrees. */
export const GRATICULE = [
  ...every30(-Math.PI / 3).map(h => ring(a => [Math.cos(h) * Math.cos(a), Math.cos(h) * Math.sin(a), Math.sin(h)])),
  ...every30(0).map(m => ring(a => [Math.sin(a) * Math.cos(m), Math.sin(a) * Math.sin(m), Math.cos(a)])),
];
