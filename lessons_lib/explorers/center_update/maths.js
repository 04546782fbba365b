// How CenterUpdate's centre moves: four rules that differ in one divisor. Python's `step` does the same sums in the
// same order.
import { fitsLimits } from '../kit/controls.js';
import { clamp } from '../kit/numbers.js';

// where a centre that flies off, and a walk, come to a stop
export const LIMIT = 1e6;
export const MOST = 200;
const SLACK = 1e-9;

// Δc is Σ(c − x) divided by this; `popular` is 2/N, as its loss is a mean without ½, and N = n here.
export const RULES = {
  paper: { name: 'the paper’s', divisor: n => 1 + n },
  descent: { name: 'gradient descent on ½Σ', divisor: () => 1 },
  mean: { name: 'gradient of the mean', divisor: n => n },
  popular: { name: 'popular code', divisor: n => n / 2 },
};

const bounded = place => {
  const top = Math.max(...place.map(Math.abs));
  return top > LIMIT ? place.map(v => v * (LIMIT / top)) : place;
};

export const between = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
export const samePlace = (a, b) => a[0] === b[0] && a[1] === b[1];
/** The share of the way to the batch's mean that one step goes; over 1 it goes past it. */
export const shareOf = (rule, n, alpha) => (n ? (alpha * n) / RULES[rule].divisor(n) : 0);

/**
 * One update with all that is on its way: pulls c − x (null out of the batch), their sum, Δc, αΔc, and the new centre.
 */
export function update({ points, center, batch, alpha, rule }) {
  const pulls = points.map((p, i) => (batch[i] ? [center[0] - p[0], center[1] - p[1]] : null));
  const n = pulls.filter(Boolean).length,
    sum = [0, 0],
    total = [0, 0];
  pulls.forEach((pull, i) => {
    if (pull)
      for (const k of [0, 1]) {
        sum[k] += pull[k];
        total[k] += points[i][k];
      }
  });
  const delta = n ? sum.map(v => v / RULES[rule].divisor(n)) : [0, 0],
    step = delta.map(v => alpha * v);
  return {
    n,
    pulls,
    sum,
    delta,
    step,
    to: bounded(center.map((v, k) => v - step[k])),
    mean: n ? total.map(v => v / n) : null,
    share: shareOf(rule, n, alpha),
  };
}

/** Centre and path after `times` steps; a step that changes nothing leaves no footprint. */
export function walked(now, times) {
  let center = now.center;
  const path = [...now.path];
  for (let k = 0; k < times && path.length < MOST; k++) {
    const { to } = update({ ...now, center });
    if (samePlace(to, center)) break;
    path.push(center);
    center = to;
  }
  return { center, path };
}

/**
 * How the walk went: its steps, the distances to the mean, and whether one share says it all, since nothing changed on
 * the way.
 */
export function walk(now) {
  const { mean, share } = update(now),
    steps = now.path.length;
  if (!steps || !mean) return { steps, left: mean && between(now.center, mean), steady: false };
  const again = walked({ ...now, center: now.path[0], path: [] }, steps),
    far = Math.max(1, ...now.center.map(Math.abs));
  const steady =
    share > 0 && again.path.length === steps && between(again.center, now.center) <= SLACK * far && far < LIMIT;
  return { steps, first: between(now.path[0], mean), left: between(now.center, mean), steady };
}

/** What a share makes of the distance, step after step. */
export function fate(share) {
  const near = v => Math.abs(share - v) < SLACK;
  if (share === 0) return 'stays';
  if (near(1)) return 'lands';
  if (near(2)) return 'swings';
  return share < 1 ? 'nears' : share < 2 ? 'overshoots' : 'flies';
}

/**
 * The part of the line from a to b inside the square of that half-width, and whether its end was cut off; null if
 * none.
 */
export function cut(a, b, half) {
  let from = 0,
    to = 1;
  for (const k of [0, 1]) {
    const way = b[k] - a[k];
    if (way === 0) {
      if (Math.abs(a[k]) > half) return null;
      continue;
    }
    const [near, far] = [(-half - a[k]) / way, (half - a[k]) / way].sort((x, y) => x - y);
    from = Math.max(from, near);
    to = Math.min(to, far);
  }
  const at = t => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  return from < to ? { a: at(from), b: at(to), ended: to === 1 } : null;
}

const place = (v, most) => fitsLimits({ many: 2, low: -most, high: most }, v);
/** Whether a pasted value may be set, where Python's limits do not say it. */
export const FITS = {
  points: v => Array.isArray(v) && v.length === 3 && v.every(p => place(p, 1)),
  center: v => place(v, LIMIT),
  batch: v => Array.isArray(v) && v.length === 3 && v.every(b => typeof b === 'boolean'),
};

export const reached = ([x, y]) => [x, y].map(v => Number(clamp(v, -1, 1).toFixed(3)) || 0);
