// Every loss of the family as something that trains: its value for a batch, and its gradient on features and class
// weights. The curves are those of losses.js, their slopes those of push.js; the rest is softmax and cross-entropy.
// tests/explorers/test_trainer.py holds value and gradients to the heads in Python.
import { product } from './layers.js';
import { arcface, combined } from './losses.js';
import { clamp } from './numbers.js';
import { PUSHES } from './push.js';

const LEAST_SCALE = 0.01; // as AdaCosLoss in Python
const cosine = { target: Math.cos, fall: Math.sin };

// `target(θ, m)` stands in place of cos θ for the true class, `fall` is −dtarget/dθ.
const CURVES = {
  softmax: cosine,
  sphereface: PUSHES.sphereface,
  cosface: PUSHES.cosface,
  arcface: PUSHES.arcface,
  arcface_raw: { target: (theta, m) => arcface(theta, m, 'raw'), fall: (theta, m) => Math.sin(theta + m) },
  combined: {
    target: (theta, m) => combined(theta, ...m),
    fall: (theta, [m1, m2]) => m1 * Math.abs(Math.sin(m1 * theta + m2)),
  },
  adacos: cosine,
  adacos_dynamic: cosine,
};
const fixedScale = classes => Math.SQRT2 * Math.log(classes - 1);

/** The scale that a loss begins with, where the reader sets `scale`; null: the feature's own length takes its place. */
export const startScale = (loss, scale, classes) =>
  loss === 'adacos' || loss === 'adacos_dynamic' ? fixedScale(classes) : scale;

/**
 * One batch: the mean loss; its gradients are written into `onX` and `onWeight`.
 *
 * @param {{ loss: string, margin: number | number[], scale: number | null }} head a name of CURVES, "plain_softmax" or
 *   "p2sgrad"; with "adacos_dynamic" its `scale` moves
 * @param {Float32Array} x features, (count, d); `labels` are their classes, `weight` (C, d) the class weights
 */
export function lossOf(head, { x, labels, weight, onX, onWeight }) {
  const count = labels.length,
    d = x.length / count,
    classes = weight.length / d;
  onX.fill(0);
  onWeight.fill(0);
  if (head.loss === 'plain_softmax') return plainSoftmax({ x, labels, weight, onX, onWeight, count, d, classes });
  const batch = { x, labels, weight, onX, onWeight, count, d, classes, ...unitVectors(x, weight, d) };
  batch.cosines = product(batch.units, batch.weightUnits, d).map(cos => clamp(cos, -1, 1));
  if (head.loss === 'adacos_dynamic') head.scale = movedScale(head.scale, batch);
  let sum = 0;
  const on = new Float64Array(classes);
  for (let r = 0; r < count; r++) {
    const { loss, onLength } = head.loss === 'p2sgrad' ? squares(batch, r, on) : crossEntropy(head, batch, r, on);
    sum += loss;
    spread(batch, r, on, onLength);
  }
  return sum / count;
}

/** Lengths and unit vectors of features and class weights; a row of zeros counts as of length one. */
function unitVectors(x, weight, d) {
  const unit = rows => {
    const sizes = new Float64Array(rows.length / d),
      lengths = sizes.slice(),
      units = new Float64Array(rows.length);
    for (let r = 0; r < lengths.length; r++) {
      let square = 0;
      for (let i = 0; i < d; i++) square += rows[r * d + i] ** 2;
      sizes[r] = Math.sqrt(square);
      lengths[r] = sizes[r] || 1;
      for (let i = 0; i < d; i++) units[r * d + i] = rows[r * d + i] / lengths[r];
    }
    return [lengths, units, sizes];
  };
  const [lengths, units, sizes] = unit(x),
    [weightLengths, weightUnits] = unit(weight);
  return { sizes, lengths, units, weightLengths, weightUnits };
}

const angle = cos => Math.acos(Math.max(-1 + Number.EPSILON, Math.min(1 - Number.EPSILON, cos)));

/** One feature's −log P_y; ∂L/∂cos θ_j into `on`, and what it is on the feature's length where that is the scale. */
function crossEntropy({ loss, margin, scale }, { cosines, labels, sizes, count, classes }, r, on) {
  const { target, fall } = CURVES[loss],
    y = labels[r],
    theta = angle(cosines[r * classes + y]),
    s = scale ?? sizes[r],
    own = target(theta, margin);
  const curve = j => (j === y ? own : cosines[r * classes + j]);
  let top = -Infinity;
  for (let j = 0; j < classes; j++) top = Math.max(top, s * curve(j));
  let others = 0;
  for (let j = 0; j < classes; j++) if (j !== y) others += on[j] = Math.exp(s * curve(j) - top);
  const whole = others + Math.exp(s * own - top);
  on[y] = -others; // P_y − 1, without its cancellation
  let onLength = 0;
  for (let j = 0; j < classes; j++) {
    const onLogit = on[j] / whole / count;
    onLength += onLogit * curve(j);
    on[j] = onLogit * s * (j === y ? fall(theta, margin) / Math.sin(theta) : 1);
  }
  return { loss: Math.log(whole) + top - s * own, onLength: scale === null ? onLength : 0 };
}

/** P2SGrad: ½ Σ (cos θ_j − [j = y])². */
function squares({ cosines, labels, count, classes }, r, on) {
  let loss = 0;
  for (let j = 0; j < classes; j++) {
    const off = cosines[r * classes + j] - Number(j === labels[r]);
    loss += (off * off) / 2;
    on[j] = off / count;
  }
  return { loss, onLength: 0 };
}

/** From ∂L/∂cos θ_j to the feature, (Ŵ_j − cos θ_j x̂)/‖x‖, and to the class weights, (x̂ − cos θ_j Ŵ_j)/‖W_j‖. */
function spread({ cosines, units, weightUnits, lengths, weightLengths, onX, onWeight, classes, d }, r, on, onLength) {
  for (let i = 0; i < d; i++) {
    const u = units[r * d + i];
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      const cos = cosines[r * classes + j],
        w = weightUnits[j * d + i];
      sum += on[j] * (w - cos * u);
      onWeight[j * d + i] += (on[j] * (u - cos * w)) / weightLengths[j];
    }
    onX[r * d + i] = sum / lengths[r] + onLength * u;
  }
}

/** Softmax on W_j·x. */
function plainSoftmax({ x, labels, weight, onX, onWeight, count, d, classes }) {
  const products = product(x, new Float64Array(weight), d);
  let sum = 0;
  for (let r = 0; r < count; r++) {
    const logits = products.subarray(r * classes, (r + 1) * classes),
      top = Math.max(...logits),
      whole = logits.reduce((all, z) => all + Math.exp(z - top), 0);
    sum += Math.log(whole) + top - logits[labels[r]];
    for (let j = 0; j < classes; j++) {
      const on = (Math.exp(logits[j] - top) / whole - Number(j === labels[r])) / count;
      for (let i = 0; i < d; i++) {
        onX[r * d + i] += on * weight[j * d + i];
        onWeight[j * d + i] += on * x[r * d + i];
      }
    }
  }
  return sum / count;
}

/** AdaCos, Eq. 14: ln B / cos(min(45°, θ_med)), with B the mean over the batch of Σ_{j≠y} e^(s·cos θ_j). */
function movedScale(scale, { cosines, labels, count, classes }) {
  const angles = Float64Array.from(labels, (y, r) => angle(cosines[r * classes + y])).sort(),
    median = angles[(count - 1) >> 1],
    others = cosines.filter((_, i) => i % classes !== labels[Math.floor(i / classes)]);
  let top = -Infinity,
    sum = 0;
  for (const cos of others) top = Math.max(top, scale * cos);
  for (const cos of others) sum += Math.exp(scale * cos - top);
  const logB = top + Math.log(sum / count);
  return Math.max(LEAST_SCALE, logB / Math.cos(Math.min(Math.PI / 4, median)));
}
