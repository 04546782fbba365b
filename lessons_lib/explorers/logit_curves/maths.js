// What stands in place of cos θ for the true class: the four curves, what they ask for, and where they bound.
import { MARGINS } from '../kit/losses.js';
import { lastThat } from '../kit/numbers.js';
import { nearestIn } from '../kit/steps.js';

export const LOGITS = Object.keys(MARGINS);
export const GRID = 360;

/**
 * What decides the curves.
 *
 * @typedef {object} Params
 * @property {Record<string, number>} margins
 * @property {number} annealing SphereFace's λ
 * @property {number} between the angle θ12 between two class weights
 */

/** f(θ). SphereFace's λ mixes cos θ in: all of it is cos θ, nothing of it ψ. */
export function logitAt(loss, theta, { margins, annealing }) {
  const f = MARGINS[loss].target(theta, margins[loss] ?? 0);
  return loss === 'sphereface' ? (annealing * Math.cos(theta) + f) / (1 + annealing) : f;
}

/** The angle whose plain cosine a logit is; null where it is lower than any cosine. */
export const sameCosine = f => (f >= -1 ? Math.acos(Math.min(1, f)) : null);

/** A curve at GRID + 1 angles, 0…π. */
export const logitsOf = (loss, p) =>
  Float64Array.from({ length: GRID + 1 }, (_, i) => logitAt(loss, (Math.PI * i) / GRID, p));

/**
 * The largest θ that is right enough on the way from W₁ to W₂: f falls there and cos(θ12 − θ) rises, so they cross once
 * at most. null if not even θ = 0 is right enough: the margin asks for more room than there is.
 */
export function edgeOf(loss, p) {
  const spare = theta => logitAt(loss, theta, p) - Math.cos(p.between - theta);
  return spare(0) < 0 ? null : lastThat(theta => spare(theta) >= 0, 0, p.between);
}

/** The pieces of ψ: [{ k, from, to }], each 180°/m wide but for the last where m is no whole number. */
export function piecesOf(m) {
  const whole = Math.ceil(m - 1e-9);
  return Array.from({ length: whole }, (_, k) => ({
    k,
    from: (k * Math.PI) / m,
    to: Math.min(Math.PI, ((k + 1) * Math.PI) / m),
  }));
}

/** What the slider of λ steps through: 0, then 0.1 to 1000, twenty to a decade, two digits each. */
export const LAMBDAS = [0, ...Array.from({ length: 81 }, (_, k) => Number((10 ** (k / 20 - 1)).toPrecision(2)))];
export const nearestLambda = value =>
  nearestIn(
    LAMBDAS.map(l => l + 0.05),
    value + 0.05,
  );

/**
 * Of what was before, what bears on one loss: its own margin, λ for SphereFace, θ12 for all; {} if that is as it was.
 */
export function concerning(loss, before, p) {
  if (!before?.margins) return {};
  const own = {
    margins: { ...p.margins, [loss]: before.margins[loss] ?? p.margins[loss] },
    annealing: loss === 'sphereface' ? before.annealing : p.annealing,
    between: before.between,
  };
  if (loss === 'softmax') own.margins = p.margins;
  return JSON.stringify(own) === JSON.stringify(p) ? {} : own;
}
