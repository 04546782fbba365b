// What is taught to the network, and what becomes of it: the layers after the trunk train on (kit/trainer.js) on packed
// digits and the drawn ones. Pure arithmetic; teaching.py packs, pupil.js trains.
import { bytes, inflate } from '../kit/bytes.js';
import { rimOf } from '../kit/numbers.js';
import { learnable, unpack } from '../kit/unpack.js';
import { forward, reading, region } from './network.js';

export const PLAN = [
  { steps: 40, rate: 3e-3 },
  { steps: 40, rate: 1e-3 }, // the first steps turn the circle far, these let it settle
];
export const STEPS = PLAN.reduce((sum, { steps }) => sum + steps, 0);
const PART = 125, // digits of a batch that are not drawn
  COPIES = 8; // a drawn digit counts as so many

/**
 * What teaching begins with.
 *
 * @typedef {object} Lesson
 * @property {{ loss: string, margin: number, scale: number | null }} head the loss, as heads.js names it
 * @property {object[]} layers those that learn, as trainer.js takes them
 * @property {Float32Array} weight class weights, (C, 2)
 * @property {Float32Array} shown what the trunk says of the dots, a row each
 * @property {Float32Array} practice and of the digits to learn from; `labels` are their classes
 * @property {Uint8Array} labels
 * @property {boolean} apart whether these are others than the dots
 */

/**
 * The network as it reads now.
 *
 * @typedef {object} Reader
 * @property {object[]} layers those after the trunk, as network.js takes them
 * @property {number[][]} weight [w_x, w_y, b] for each class
 * @property {number[][][]} regions where each class is read
 * @property {{ x: number[], label: number }[]} points the dots, and how long they are
 * @property {number[]} lengths
 * @property {number} rim the length at which the circle's edge is drawn
 * @property {number[]} misread the share of misread digits by length; empty when nobody has counted
 */

/**
 * One digit that is taught.
 *
 * @typedef {object} Taught
 * @property {Float32Array} image
 * @property {Float32Array} x what the trunk says of it
 * @property {number} label what it is to be
 */

/** The Lesson of a figure, null where its network cannot be taught. `learners` are its layers after the trunk. */
export async function unpackLesson({ lesson, points }, packed, learners) {
  if (!lesson) return null;
  const inflated = await Promise.all([bytes(lesson.numbers), bytes(packed)].map(inflate));
  return lessonFrom(lesson, points, learners, ...inflated);
}

/** The same from what was inflated: how the features are squeezed, and the squeezed features with the labels. */
export function lessonFrom(lesson, points, learners, numbers, raw) {
  const [back] = unpack(lesson.expansion, numbers),
    count = points.length + lesson.count,
    codes = new Int8Array(raw.buffer, 0, count * back.from),
    rows = new Float32Array(count * back.to);
  for (let r = 0; r < count; r++) {
    const few = Int8Array.from({ length: back.from }, (_, i) => codes[i * count + r]);
    rows.set(forward([back], few), r * back.to);
  }
  const shown = rows.subarray(0, points.length * back.to),
    apart = lesson.count > 0;
  return {
    head: lesson.head,
    layers: learnable(learners),
    weight: Float32Array.from(lesson.weight),
    shown,
    practice: apart ? rows.subarray(shown.length) : shown,
    labels: apart ? raw.slice(codes.length) : Uint8Array.from(points, p => p.label),
    apart,
  };
}

/** The examples of a training, batch after batch: a part of the practice digits, and each taught digit eight times. */
export function batchesOf({ practice, labels }, taught) {
  const wide = practice.length / labels.length,
    part = Math.min(PART, labels.length),
    size = part + COPIES * taught.length,
    batches = Math.floor(labels.length / part),
    inputs = new Float32Array(batches * size * wide),
    classes = new Uint8Array(batches * size);
  for (let b = 0; b < batches; b++) {
    inputs.set(practice.subarray(b * part * wide, (b + 1) * part * wide), b * size * wide);
    classes.set(labels.subarray(b * part, (b + 1) * part), b * size);
    taught.forEach(({ x, label }, n) => {
      for (let c = 0; c < COPIES; c++) {
        const row = b * size + part + n * COPIES + c;
        inputs.set(x, row * wide);
        classes[row] = label;
      }
    });
  }
  return { inputs, labels: classes, batch: size };
}

/** Rows of rows: what each of them becomes behind these layers, (N, 2). */
export function embedded(layers, rows, count) {
  const wide = rows.length / count,
    out = new Float32Array(2 * count);
  for (let r = 0; r < count; r++) out.set(forward(layers, rows.subarray(r * wide, (r + 1) * wide)), 2 * r);
  return out;
}

/** By which [w_x, w_y, b] each class is read: the class weights, of length one but for plain softmax. */
const decidingRows = (weight, loss) =>
  Array.from({ length: weight.length / 2 }, (_, k) => {
    const [x, y] = weight.subarray(2 * k, 2 * k + 2),
      length = loss === 'plain_softmax' ? 1 : Math.hypot(x, y) || 1;
    return [x / length, y / length, 0];
  });

/** Learnt layers as network.js takes them: their weights are no longer counted in steps. */
export const readable = layers =>
  layers.map(layer => (layer.step ? { ...layer, step: new Float32Array(layer.to).fill(1) } : layer));

/**
 * The Reader after training. The packed features stand a little beside the true ones, so each dot moves from where the
 * trained network has put it by as much as its packed feature moves: `from` is where those were at the `start`.
 */
export function readerAfter(start, loss, from, { layers, weight, features }) {
  const rows = decidingRows(weight, loss),
    points = start.points.map(({ x, label }, i) => ({
      label,
      x: x.map((v, j) => v + features[2 * i + j] - from[2 * i + j]),
    })),
    lengths = points.map(p => Math.hypot(...p.x)),
    rim = Math.max(start.rim, rimOf(lengths));
  return {
    layers: readable(layers),
    weight: rows,
    regions: rows.map((_, k) => region(k, rows, rim)),
    points,
    lengths,
    rim,
    misread: [],
  };
}

/** How many of the dots are read rightly. */
export const rightly = ({ points, weight }) =>
  points.filter(({ x, label }) => reading(x, weight).read === label).length;
