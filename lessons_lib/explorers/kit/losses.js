// Every curve of the family: what stands in place of cos θ in the logit of the true class, without the scale. It is
// `target_logit` of the head in Python, and tests/explorers/test_curves.py holds it to that. Angles are radians.
import { LOOK_OF } from './looks.js';

/** cos φ on 0…π, and on downwards without end: SphereFace's ψ is this at mθ, the mirrored ArcFace this at θ + m. */
export function fallingCosine(phi) {
  const k = Math.floor(phi / Math.PI);
  return (k % 2 ? -1 : 1) * Math.cos(phi) - 2 * k;
}

export const sphereface = (theta, m) => fallingCosine(m * theta);
export const cosface = (theta, m) => Math.cos(theta) - m;
export const combined = (theta, m1, m2, m3) => fallingCosine(m1 * theta + m2) - m3;

export function arcface(theta, m, beyond = 'mirror') {
  if (beyond === 'raw') return Math.cos(theta + m);
  if (beyond === 'linear') return theta + m <= Math.PI ? Math.cos(theta + m) : Math.cos(theta) - m * Math.sin(m);
  return fallingCosine(theta + m);
}

const margin = (loss, neutral, target, bears) => {
  const { name, margin: range = null } = LOOK_OF[loss];
  return { name, range, neutral, target, bears };
};

// What a slider of one margin needs. `bears` is the largest margin with which a feature at θy from its own class weight
// still wins against a class weight at θj: it is right if that exceeds `neutral`, the margin that changes nothing, and
// right enough if it exceeds m. For each loss `target(θy, m) > cos θj` says the same.
export const MARGINS = {
  softmax: margin('softmax', 0, Math.cos, (own, other) => other - own),
  sphereface: margin('sphereface', 1, sphereface, (own, other) => other / own),
  cosface: margin('cosface', 0, cosface, (own, other) => Math.cos(own) - Math.cos(other)),
  arcface: margin('arcface', 0, arcface, (own, other) => other - own),
};

/** The margin in its own unit, as one would say it: 0.20 rad (11.5°), 0.100, 4.0. */
export function marginText(loss, m) {
  if (loss === 'arcface') return `${m.toFixed(2)} rad (${((m * 180) / Math.PI).toFixed(1)}°)`;
  return loss === 'cosface' ? m.toFixed(3) : loss === 'sphereface' ? m.toFixed(1) : 'none';
}

/** For `changeIn`: the margin of each loss that has one. */
export const MARGINS_SAID = Object.fromEntries(
  ['sphereface', 'cosface', 'arcface'].map(loss => [
    loss,
    [`m of ${MARGINS[loss].name}`, p => marginText(loss, p.margins[loss]).replace(/ \(.*/, '')],
  ]),
);

/** What the loss compares with cos θj, as HTML; the margin carries its value. `theta` is how the angle is written. */
export function curveFormula(loss, m, theta = '<i>θ<sub>y</sub></i>') {
  const value = digits => `<b class="m">${m.toFixed(digits)}</b>`;
  return {
    softmax: () => `cos ${theta}`,
    sphereface: () => `ψ(${value(1)} · ${theta})`,
    cosface: () => `(cos ${theta} − ${value(3)})`,
    arcface: () => `cos(${theta} + ${value(2)})`,
  }[loss]();
}
