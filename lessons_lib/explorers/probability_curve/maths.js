// The probability that a cosine softmax gives the true class at θ, and the scales one can choose for it.
import { CLASSES, nearestIn } from '../kit/steps.js';

/**
 * What decides a curve.
 *
 * @typedef {object} Params
 * @property {number} scale
 * @property {number} num_classes
 * @property {'90' | 'simplex' | number} others where the other classes stand; an angle in radians
 */

export const SCALES = { min: 0.1, max: 200 };
export const FULL = 0.99;
export const FAN = [1, 2, 4, 8, 16, 64];
const POINTS = 720;

const short = s => Number(Math.min(SCALES.max, Math.max(SCALES.min, s)).toPrecision(5));
/** √2 ln(C − 1), Fixed AdaCos; with the others at 90° it makes P(45°) = ½. */
export const fixedScale = classes => short(Math.SQRT2 * Math.log(classes - 1));
/** Where dynamic AdaCos ends, with θ → 0 and simplex classes. */
export const endScale = classes => ((classes - 1) / classes) * Math.log(classes - 1);

export function angleOfOthers({ others, num_classes }) {
  if (others === '90') return Math.PI / 2;
  return others === 'simplex' ? Math.acos(-1 / (num_classes - 1)) : others;
}

/** ln B, with B = (C − 1) e^(s cos θ_others). */
export const logB = p => Math.log(p.num_classes - 1) + p.scale * Math.cos(angleOfOthers(p));

/** s cos θ − ln B: the log of P : (1 − P). */
const lead = (theta, p) => p.scale * Math.cos(theta) - logB(p);
const logistic = x => 1 / (1 + Math.exp(-x));

export const probability = (theta, p) => logistic(lead(theta, p));
/** −ln P. */
export const lossAt = (theta, p) => {
  const x = lead(theta, p);
  return Math.max(0, -x) + Math.log1p(Math.exp(-Math.abs(x)));
};
/** dP/dθ = −s sin θ P(1 − P), a radian. */
export const slopeAt = (theta, p) => {
  const x = lead(theta, p);
  return -p.scale * Math.sin(theta) * logistic(x) * logistic(-x);
};
export const curveOf = p => Float64Array.from({ length: POINTS + 1 }, (_, i) => probability((Math.PI * i) / POINTS, p));

/** The angle at which P falls fastest: the best of a grid, then thirds between its neighbours. */
export function steepestOf(p) {
  const step = Math.PI / POINTS,
    grid = Array.from({ length: POINTS + 1 }, (_, i) => slopeAt(i * step, p)),
    best = grid.indexOf(Math.min(...grid));
  let low = step * Math.max(0, best - 1),
    high = step * Math.min(POINTS, best + 1);
  for (let i = 0; i < 60; i++) {
    const third = (high - low) / 3;
    if (slopeAt(low + third, p) < slopeAt(high - third, p)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}

/** The angle up to which P is at least `share`; null where not even θ = 0 has it. */
export function angleWith(share, p) {
  const cosine = (Math.log(share / (1 - share)) + logB(p)) / p.scale;
  return cosine > 1 ? null : Math.acos(Math.max(-1, cosine));
}

/**
 * Where the curve is taken hold of: at half of its height at 0°, but left of the others, past which all are alike.
 */
export const gripAngle = p => Math.min(angleWith(probability(0, p) / 2, p), 0.8 * angleOfOthers(p));

/**
 * The s whose curve passes through (θ, share). Left of the others every share has one; past them all curves lie at 0.
 */
export function scaleThrough(theta, share, p) {
  const others = angleOfOthers(p),
    at = Math.min(Math.max(0, theta), others - 0.02),
    inside = Math.min(0.9995, Math.max(5e-4, share));
  return short((Math.log(inside / (1 - inside)) + Math.log(p.num_classes - 1)) / (Math.cos(at) - Math.cos(others)));
}

/** What AdaCos would take next: ln B / cos(min(45°, θ_med)). */
export const ruleScale = (median, p) => logB(p) / Math.cos(Math.min(Math.PI / 4, median));

export const classesStep = classes => nearestIn(CLASSES, classes);
/** The slider of s has a hundred steps to a decade. */
export const SCALE_STEPS = Math.round(100 * Math.log10(SCALES.max / SCALES.min));
export const scaleAt = step =>
  step >= SCALE_STEPS ? SCALES.max : Number((SCALES.min * 10 ** (step / 100)).toPrecision(3));
export const scaleStep = scale => 100 * Math.log10(scale / SCALES.min);

/**
 * What changes if a reader wishes for something: { scale } is by hand, { choice }, { step } and { num_classes } bring
 * the scale that is due with them. `now` holds all of these, the `moments` of a run and its `run_classes`.
 */
export function settle(now, wish) {
  const next = { ...now, ...wish };
  if ('scale' in wish || (next.choice === 'followed' && next.num_classes !== now.run_classes && 'num_classes' in wish))
    next.choice = 'hand';
  if (next.choice === 'fixed') next.scale = fixedScale(next.num_classes);
  if (next.choice === 'followed') {
    next.num_classes = now.run_classes;
    next.scale = short(now.moments[next.step].scale);
  }
  return Object.fromEntries(['choice', 'num_classes', 'scale', 'step'].map(name => [name, next[name]]));
}

/** The same for settings that were pasted in and may contradict each other. */
export function mend(was, now) {
  const due = settle(now, { choice: now.choice });
  if (
    now.choice !== was.choice ||
    (Math.abs(Math.log(due.scale / now.scale)) < 1e-4 && due.num_classes === now.num_classes)
  )
    return due;
  const byHand = now.scale !== was.scale || (now.choice === 'followed' && now.num_classes !== was.num_classes);
  return byHand ? { ...due, choice: 'hand', scale: now.scale, num_classes: now.num_classes } : due;
}
