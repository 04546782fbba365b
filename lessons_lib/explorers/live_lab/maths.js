// Which class wins in which direction, and what stands in its way: LiveLab's maths, without drawing. Angles are
// radians.
import { MARGINS } from '../kit/losses.js';
import { TAU, angleBetween } from '../kit/numbers.js';

export const DIRECTIONS = 720;

// Every loss of the lab: its name, the loss whose margin it takes, what it has for a scale. `raw` lets the cosine rise
// again.
export const KINDS = {
  plain_softmax: {
    name: 'plain softmax',
    why: 'Plain softmax keeps the lengths ‖x‖ and ‖W‖: it has neither margin nor scale.',
  },
  softmax: { name: 'cosine softmax', scaled: true, why: 'Cosine softmax has a scale and no margin.' },
  sphereface: { name: 'SphereFace', margin: 'sphereface', why: 'SphereFace keeps ‖x‖ in place of the scale.' },
  cosface: { name: 'CosFace', margin: 'cosface', scaled: true },
  arcface: { name: 'ArcFace', margin: 'arcface', scaled: true },
  arcface_raw: { name: 'ArcFace, raw', margin: 'arcface', scaled: true, raw: true },
  adacos: { name: 'Fixed AdaCos', why: 'Fixed AdaCos knows its scale: √2 ln(C − 1).' },
  adacos_dynamic: { name: 'AdaCos', why: 'AdaCos sets its scale itself, from each batch.' },
  p2sgrad: { name: 'P2SGrad', why: 'P2SGrad’s gradient is free of scale and margin.' },
};

/** What stands in place of cos θ for the true class. */
export function targetOf(loss, theta, m) {
  const { margin, raw } = KINDS[loss];
  return raw ? Math.cos(theta + m) : MARGINS[margin ?? 'softmax'].target(theta, m);
}

/** Plain softmax counts the length of a class weight, all others only its direction. */
const deciding = (weight, loss) => {
  if (loss === 'plain_softmax') return weight;
  return weight.map((w, i) => w / (Math.hypot(weight[i & ~1], weight[i | 1]) || 1));
};

/** The class each direction is read as; 255 for one that is none. */
export function readings(angles, weight, loss) {
  const W = deciding(weight, loss);
  return Uint8Array.from(angles, a => {
    const x = Math.cos(a),
      y = Math.sin(a);
    let best = -Infinity,
      winner = 255;
    for (let k = 0; 2 * k < W.length; k++) {
      const logit = W[2 * k] * x + W[2 * k + 1] * y;
      if (logit > best) {
        best = logit;
        winner = k;
      }
    }
    return winner;
  });
}

/**
 * What is seen of features (x and y by turns): their directions and lengths, NaN for one that has none; the share read
 * right; and the mean angles to the own and to the nearest other class weight.
 */
export function measured(features, weight, labels, loss) {
  const n = labels.length,
    turns = anglesOf(weight),
    angles = new Float64Array(n),
    lengths = new Float64Array(n);
  let [theta, other] = [0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [features[2 * i], features[2 * i + 1]];
    lengths[i] = Math.hypot(x, y);
    angles[i] = lengths[i] ? Math.atan2(y, x) : NaN;
    const away = turns.map(turn => (lengths[i] ? angleBetween(angles[i], turn) : Math.PI / 2));
    theta += away[labels[i]] / n;
    other += Math.min(...away.filter((_, k) => k !== labels[i])) / n;
  }
  const read = readings(angles, weight, loss),
    right = labels.reduce((sum, y, i) => sum + (read[i] === y), 0);
  return { features, weight, angles, lengths, read, accuracy: n ? right / n : NaN, theta, other };
}

/** The rim in arcs { from, to, k, enough }: who wins there, and whether by the margin, as the loss asks in training. */
export function rimArcs(weight, loss, m, n = DIRECTIONS) {
  const middles = Float64Array.from({ length: n }, (_, i) => (TAU * (i + 0.5)) / n),
    winners = readings(middles, weight, loss);
  const turns = anglesOf(weight),
    arcs = [];
  for (let i = 0; i < n; i++) {
    const k = winners[i],
      enough = !KINDS[loss].margin || bears(middles[i], k, turns, loss, m),
      last = arcs.at(-1);
    if (last && last.k === k && last.enough === enough) last.to = (TAU * (i + 1)) / n;
    else arcs.push({ from: (TAU * i) / n, to: (TAU * (i + 1)) / n, k, enough });
  }
  return arcs;
}

/** Whether a digit k in this direction would satisfy the loss: its logit, margin and all, above every other. */
export function bears(angle, k, turns, loss, m) {
  const own = targetOf(loss, angleBetween(angle, turns[k]), m);
  return turns.every((turn, j) => j === k || own > Math.cos(angle - turn));
}

export const anglesOf = weight =>
  Array.from({ length: weight.length / 2 }, (_, k) => Math.atan2(weight[2 * k + 1], weight[2 * k]));

/** The two class weights nearest each other: { gap, pair: [i, j] }. */
export function nearestWeights(weight) {
  const turns = anglesOf(weight);
  let best = { gap: Infinity, pair: [0, 0] };
  turns.forEach((a, i) =>
    turns.slice(0, i).forEach((b, j) => {
      const gap = angleBetween(a, b);
      if (gap < best.gap) best = { gap, pair: [j, i] };
    }),
  );
  return best;
}

/** Classes that win in no direction: nothing can be read as them. */
export function shutOut(arcs, classes) {
  const wide = new Float64Array(classes);
  for (const { from, to, k } of arcs) if (k < classes) wide[k] += to - from;
  return [...wide.keys()].filter(k => wide[k] === 0);
}

/** For each class: how many digits it has, how many are read right, and as what most of the others are read. */
export function recalls(labels, read, classes) {
  const table = Array.from({ length: classes }, () => new Uint32Array(256));
  labels.forEach((y, i) => table[y][read[i]]++);
  return table.map((counts, k) => {
    const others = counts.map((n, j) => (j === k ? 0 : n)),
      most = others.indexOf(Math.max(...others));
    return { k, count: counts.reduce((sum, n) => sum + n, 0), right: counts[k], mostly: others[most] ? most : null };
  });
}

/** How many steps the axis holds: it doubles when a run outgrows it, and no control moves it. */
export function stepsShown(last) {
  let most = 500;
  while (most < last) most *= 2;
  return most;
}
