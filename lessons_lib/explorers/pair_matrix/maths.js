// A batch as a matrix of cosines, images against captions: losses, and the gradient on each cosine. No page in here.
import { clamp } from '../kit/numbers.js';

/**
 * What decides the loss of a batch of B pairs.
 * @typedef {object} Params
 * @property {string} way a key of WAY_NAMES
 * @property {number} scale
 * @property {number} margin taken off the cosine of each right pair
 * @property {number} bias of the sigmoid
 */

/**
 * A loss and its gradients; `size` is B, lists have a number a cell, row after row.
 * @typedef {object} Batch
 * @property {number} size
 * @property {number} loss
 * @property {number[]} logits
 * @property {number[]} row probability of the cell among the captions of its image
 * @property {number[]} column the same among the images of its caption
 * @property {number[]} same the sigmoid's probability
 * @property {number[]} push B/s times the gradient on the cosine, −1…1: below 0 a pair is pulled together
 */

export const WAY_NAMES = {
  row: 'softmax by row',
  column: 'softmax by column',
  both: 'both: CLIP',
  sigmoid: 'sigmoid by cell: SigLIP',
};
export const CLIP_START = 1 / 0.07;
export const CLIP_CAP = 100;
const NINE_TENTHS = 0.9;

/** FixedAdaCos's scale for so many classes. */
export const adacosScale = size => Math.SQRT2 * Math.log(size - 1);
/** With this bias a sigmoid says "same" as often as it is true, where s·cos θ is 0. */
export const evenBias = size => -Math.log(size - 1);

const sum = list => list.reduce((a, b) => a + b, 0);
export const dot = (a, b) => a.reduce((total, v, i) => total + v * b[i], 0);
export const unit = a => {
  const length = Math.hypot(...a);
  return length ? Array.from(a, v => v / length) : [...a];
};
const cosineOf = (a, b) => clamp(dot(a, b), -1, 1);
/** The cosines of rows of unit vectors, row after row. */
export const cosinesOf = (images, captions) =>
  images.flatMap(image => captions.map(caption => cosineOf(image, caption)));

function logSoftmax(list) {
  const most = Math.max(...list),
    whole = most + Math.log(sum(list.map(v => Math.exp(v - most))));
  return list.map(v => v - whole);
}
const softplus = z => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const sigmoid = z => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

/** All of a batch whose cosines are given, row after row. @param {Params} p @returns {Batch} */
export function batchOf(cosines, { way, scale, margin, bias }) {
  const size = Math.round(Math.sqrt(cosines.length)),
    all = [...Array(size).keys()],
    right = n => Number(n % (size + 1) === 0),
    cells = cosines.map((_, n) => n);
  const raw = cells.map(n => scale * (cosines[n] - margin * right(n))),
    rows = all.map(i => logSoftmax(all.map(j => raw[i * size + j]))),
    columns = all.map(j => logSoftmax(all.map(i => raw[i * size + j])));
  const row = cells.map(n => Math.exp(rows[Math.floor(n / size)][n % size])),
    column = cells.map(n => Math.exp(columns[n % size][Math.floor(n / size)])),
    logits = way === 'sigmoid' ? raw.map(z => z + bias) : raw,
    same = raw.map(z => sigmoid(z + bias));
  const loss = {
    row: () => -sum(all.map(i => rows[i][i])),
    column: () => -sum(all.map(i => columns[i][i])),
    both: () => -sum(all.map(i => rows[i][i] + columns[i][i])) / 2,
    sigmoid: () => sum(logits.map((z, n) => softplus(right(n) ? -z : z))),
  }[way]();
  const told = { row, column, both: row.map((v, n) => (v + column[n]) / 2), sigmoid: same }[way];
  const push = told.map((v, n) => (right(n) ? -missing(way, n, { rows, columns, logits, size }) : v));
  return { size, loss: loss / size, logits, row, column, same, push };
}

/** 1 − P of a right pair, exact also where P is nearly 1. */
function missing(way, n, { rows, columns, logits, size }) {
  const i = n % size,
    left = logs => sum(logs.map((v, j) => (j === i ? 0 : Math.exp(v))));
  if (way === 'sigmoid') return sigmoid(-logits[n]);
  if (way === 'row') return left(rows[i]);
  if (way === 'column') return left(columns[i]);
  return (left(rows[i]) + left(columns[i])) / 2;
}

/**
 * Who pulls and who pushes: the sums over right and wrong pairs, the right pairs' share of both, and the fewest wrong
 * pairs that do nine tenths of the pushing.
 */
export function balance({ size, push }) {
  const wrong = push.filter((_, n) => n % (size + 1)).sort((a, b) => b - a),
    pull = -sum(push.filter((_, n) => n % (size + 1) === 0)),
    pushed = sum(wrong);
  let few = 0,
    so = 0;
  while (few < wrong.length && so < NINE_TENTHS * pushed) so += wrong[few++];
  return { pull, pushed, share: pull + pushed ? pull / (pull + pushed) : 0.5, few, wrong: wrong.length };
}

/** Angles of a direction to each of some others, radians, and their numbers by angle. */
export function anglesTo(direction, others) {
  const angles = others.map(other => Math.acos(cosineOf(direction, other)));
  return { angles, byAngle: [...angles.keys()].sort((a, b) => angles[a] - angles[b]) };
}

/** Scales that a slider stops at, even in the logarithm; those that have a name are among them. */
export function scaleStops(size, learnt) {
  const even = Array.from({ length: 93 }, (_, i) => 100 ** (i / 92)),
    named = [adacosScale(size), CLIP_START, ...(learnt ? [learnt] : [])].map(v => Number(v.toPrecision(4)));
  const far = v => named.every(s => Math.abs(Math.log(v / s)) > 0.02);
  return [...even.filter(far).map(v => Number(v.toPrecision(3))), ...named].sort((a, b) => a - b);
}
