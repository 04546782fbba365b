// The step that gradient descent takes, −∂L, on x and on every class weight. All weights are unit vectors in one plane;
// x stands over `point` of that plane, `lift` above it as seen from the origin. Lengths are those times ‖x‖ and ‖W‖.
import { TAU, wrapped } from '../kit/numbers.js';
import { rising } from '../kit/seats.js';
import { coefficients, pull } from '../kit/push.js';

export const CLASSES = [3, 5, 10];
// how far out and how high x can go: radii, radians
export const REACH = 1.3;
export const TALLEST = 1.4;
export const ON = 1e-4; // radians: what rounding makes of x on a weight
const NOWHERE = 0.01,
  ROUND = 120;

export const short = v => Number(v.toFixed(5));
export const even = classes =>
  Array.from({ length: classes }, (_, j) => short(wrapped(Math.PI / 2 + (TAU * j) / classes)));

/** Where x points and how long it is; null at the origin, where it points nowhere. */
export function pose(point, lift) {
  const r = Math.hypot(...point);
  return r > NOWHERE ? { turn: Math.atan2(point[1], point[0]), lift, length: r / Math.cos(lift) } : null;
}

/** The nearest point that x can stand over. */
export function within([x, y]) {
  const r = Math.hypot(x, y),
    k = r > REACH ? REACH / r : 1;
  return [x * k, y * k].map(v => Number((v || 0).toFixed(4)));
}

/** Each weight as x sees it: its angle, and the way to it from x, `along` the plane and `up` from it (both ⟂ x). */
export function sight(directions, { turn, lift }) {
  return directions.map(d => {
    const along = Math.sin(d - turn),
      ahead = Math.cos(d - turn),
      up = -Math.sin(lift) * ahead,
      sine = Math.hypot(along, up);
    return { along, up, sine, cosine: Math.cos(lift) * ahead, theta: Math.atan2(sine, Math.cos(lift) * ahead) };
  });
}

/**
 * One loss's steps: `a` is ∂L/∂cos θj; `x` is the step on x as [along, up]; `weights` the step on each Ŵj as [along its
 * tangent, counter-clockwise, and up]. Where x lies on a weight or opposite, no direction is left and its step is 0.
 */
export function steps(loss, { directions, label, scale, margins }, at) {
  const seen = sight(directions, at),
    margin = margins[loss] ?? 0;
  const a = coefficients(
    loss,
    seen.map(({ theta }) => theta),
    label,
    { scale, margin },
  );
  const a0 = a.map((v, j) => (seen[j].sine > ON ? v : 0)),
    sum = part => seen.reduce((all, see, j) => all - a0[j] * see[part], 0);
  const weights = seen.map(({ along }, j) => [a0[j] * Math.cos(at.lift) * along, -a0[j] * Math.sin(at.lift)]);
  return { a, x: [sum('along'), sum('up')], weights, seen };
}

export const longestOf = ({ x, weights }) => Math.max(Math.hypot(...x), ...weights.map(w => Math.hypot(...w)));

/** The longest step a loss takes anywhere x can turn to, and θy there: what its arrows are measured by. */
export function longest(loss, setting, lift) {
  const best = { length: 0, theta: 0 };
  for (let k = 0; k < ROUND; k++) {
    const step = steps(loss, setting, { turn: setting.directions[setting.label] + (TAU * k) / ROUND, lift }),
      length = longestOf(step);
    if (length > best.length) Object.assign(best, { length, theta: step.seen[setting.label].theta });
  }
  return best;
}

/** What a step of length 1 measures of the longest arrow, for both losses. */
export function units(lengths, [a, b], [s, t]) {
  const [p, q] = lengths === 'per_scale' ? [a / s, b / t] : [a, b],
    top = Math.max(p, q),
    per = v => (v > 0 ? 1 / v : 0);
  if (lengths === 'own') return [per(a), per(b)];
  return lengths === 'per_scale' ? [per(top) / s, per(top) / t] : [per(top), per(top)];
}

/** The angle between two steps on x, null where one of them is none. */
export function apart([a, b], [c, d]) {
  if (!(Math.hypot(a, b) > 1e-14 && Math.hypot(c, d) > 1e-14)) return null;
  return Math.abs(Math.atan2(a * d - b * c, a * c + b * d));
}

/** The classes whose weight two losses send opposite ways. */
export const turned = (A, B) => A.a.flatMap((a, j) => (a * B.a[j] < 0 && A.seen[j].sine > ON ? [j] : []));

/** Everything the figure shows at once; null for both losses where x has no direction. */
export function compare(setting, tops) {
  const { loss, other, point, lift, label } = setting,
    at = pose(point, lift),
    both = [loss, other];
  if (!at) return { at, tops, both };
  const [A, B] = both.map(name => steps(name, setting, at));
  const shares = [A, B].map((step, i) => (tops[i].length ? longestOf(step) / tops[i].length : 0));
  return { at, tops, both, A, B, shares, angle: apart(A.x, B.x), turned: turned(A, B), theta: A.seen[label].theta };
}

/** The factors of ∂L/∂cos θy: 1 − P, s and f′; P2SGrad has none. */
export function factors(loss, { directions, label, scale, margins }, at) {
  const seen = sight(directions, at),
    own = Math.max(seen[label].theta, 1e-12);
  const others = seen.filter((_, j) => j !== label).map(({ cosine }) => [cosine, 1]);
  return pull(loss, own, { scale, margin: margins[loss] ?? 0, classes: directions.length, others });
}

/** Angles near `directions` for their names, at least `gap` apart: crowded ones share the room they need. */
export function seats(directions, gap) {
  const turns = directions.map(d => ((d % TAU) + TAU) % TAU),
    order = [...turns.keys()].sort((i, j) => turns[i] - turns[j] || i - j);
  const ahead = order.map((i, k) => (k + 1 < order.length ? turns[order[k + 1]] : turns[order[0]] + TAU) - turns[i]);
  const cut = (ahead.indexOf(Math.max(...ahead)) + 1) % order.length,
    line = [...order.slice(cut), ...order.slice(0, cut)],
    turn = i => (turns[i] < turns[line[0]] ? turns[i] + TAU : turns[i]);
  const placed = rising(line.map((i, k) => turn(i) - k * gap)),
    found = [];
  line.forEach((i, k) => {
    found[i] = placed[k] + k * gap;
  });
  return found;
}

const several = (v, counts) => Array.isArray(v) && counts.includes(v.length) && v.every(Number.isFinite);

/** Whether a trait may hold a value that somebody pasted, where Python's limits do not say it. */
export const FITS = {
  directions: v => several(v, CLASSES),
  label: v => Number.isInteger(v) && v >= 0 && v < 10,
  point: v => several(v, [2]) && Math.hypot(...v) <= REACH + 1e-4,
};
