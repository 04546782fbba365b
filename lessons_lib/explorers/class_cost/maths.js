// What a head spread over processes costs, as lessons_lib/class_cost.py has it. Bytes and seconds; no page in here.
import { clamp, lastThat } from '../kit/numbers.js';

/**
 * What decides the curves.
 * @typedef {object} Params
 * @property {'softmax' | 'p2sgrad'} loss
 * @property {string} machine a key of the machines
 * @property {number} num_classes C, the marker
 * @property {number} embedding_size d
 * @property {number} processes p
 * @property {number} batch N, of all processes together
 * @property {number} share of its own classes that each process draws
 */

/**
 * What one process has for itself.
 * @typedef {{ name: string, multiply_adds: number, bandwidth: number, link: number, latency: number, memory: number,
 *   efficiency: number, source: string }} Machine
 */

/**
 * What does not change: how many tensors are alive, how often they are read or written, and the machines.
 * @typedef {{ counts: Record<string, any>, machines: Record<string, Machine> }} Given
 */

const BYTES = 4,
  LABEL_BYTES = 8;
export const FEWEST = 100;
export const MOST = 1e8;

/** Class weights that one process owns. */
const rowsOf = p => Math.ceil(p.num_classes / p.processes);

/** Those of them that take part in a step: the share, but at least the batch's own classes. */
const drawnOf = p => Math.min(rowsOf(p), Math.max(p.share * rowsOf(p), p.batch / p.processes));

/** Tensors as large as the weights of a process, as those drawn, as its logits. */
export function tensors(p) {
  const drawn = drawnOf(p);
  return {
    weights: BYTES * rowsOf(p) * p.embedding_size,
    drawn: BYTES * drawn * p.embedding_size,
    logits: BYTES * p.batch * drawn,
  };
}

/** Bytes that a process needs at its fullest, by what they are for. */
export function memoryParts(p, { counts }) {
  const { weights, drawn, logits } = tensors(p),
    step = counts.logit_copies * logits + drawn;
  return {
    weights,
    gradients: weights,
    moments: 2 * weights,
    logits: counts.logit_copies * logits,
    working: Math.max(step, counts.adam_copies * weights) - counts.logit_copies * logits,
    embeddings: 3 * BYTES * p.batch * p.embedding_size,
  };
}

/** What a softmax with a margin asks of all processes, N numbers each time. */
const SUMS = [
  'cosine of the true class',
  'largest logit',
  'sum of exponentials',
  'log P of the true class',
  'the same backwards',
];

/** What a step exchanges: [its name, whether it is an all-reduce, bytes of the whole]. */
export function messagesOf({ loss, batch, embedding_size }) {
  const embeddings = BYTES * batch * embedding_size;
  return [
    ['embeddings', false, embeddings],
    ['labels', false, LABEL_BYTES * batch],
    ...(loss === 'softmax' ? SUMS.map(name => [name, true, BYTES * batch]) : []),
    ['gradient of embeddings', false, embeddings],
  ];
}

/** Messages that one process sends for it, one after the other, round a ring. */
const stepsFor = (reduced, processes) => (reduced ? 2 : 1) * (processes - 1);

const through = (exchanged, processes) =>
  exchanged.reduce((sum, [, reduced, whole]) => sum + (stepsFor(reduced, processes) * whole) / processes, 0);

/** Bytes that one process sends a step. */
export const sentBy = p => through(messagesOf(p), p.processes);

const sentWhere = (p, counts) => through(messagesOf(p).filter(counts), p.processes);

/** What is sent, by what it is. */
export function sentParts(p) {
  const part = name => sentWhere(p, ([own]) => own === name);
  return {
    embeddings: part('embeddings'),
    labels: part('labels'),
    sums: sentForSums(p),
    gradient: part('gradient of embeddings'),
  };
}

/** Of these, what the sums of a softmax take. */
export const sentForSums = p => sentWhere(p, ([, reduced]) => reduced);

/** The same where each process has all class weights and a part of the batch. */
export const sentByCopies = p => through([['gradient', true, BYTES * p.num_classes * p.embedding_size]], p.processes);

/** Seconds a step, by what they go to. */
export function timeParts(p, { counts, machines }) {
  const { weights, drawn, logits } = tensors(p),
    machine = machines[p.machine],
    whole = counts.weight_passes + (drawnOf(p) < rowsOf(p) ? counts.put_back_passes : 0),
    traffic = whole * weights + counts.drawn_passes * drawn + counts.logit_passes[p.loss] * logits,
    steps = messagesOf(p).reduce((sum, [, reduced]) => sum + stepsFor(reduced, p.processes), 0);
  return {
    products: (3 * p.batch * p.embedding_size * drawnOf(p)) / (machine.efficiency * machine.multiply_adds),
    memory: traffic / machine.bandwidth,
    bytes: sentBy(p) / machine.link,
    waiting: steps * machine.latency,
  };
}

export const sumOf = parts => Object.values(parts).reduce((sum, value) => sum + value, 0);
export const memoryOf = (p, given) => sumOf(memoryParts(p, given));
export const timeOf = (p, given) => sumOf(timeParts(p, given));

/** What the three plots show. */
export const PLOTS = {
  memory: { of: memoryOf, low: 1e5, high: 1e13 },
  seconds: { of: timeOf, low: 1e-5, high: 1e4 },
  sent: { of: sentBy, low: 1e3, high: 1e12 },
};

const fitsIn = (p, given) => memoryOf(p, given) <= given.machines[p.machine].memory;

/** The fewest processes whose memory lets them hold it; null where no number up to 10,000 is enough. */
export function fewest(p, given) {
  const fits = processes => fitsIn({ ...p, processes }, given);
  if (!fits(10_000)) return null;
  let [low, high] = [0, 10_000]; // too few, enough
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The most classes that still fit, two digits; null where not even the fewest do. */
export function mostClasses(p, given) {
  const fits = num_classes => fitsIn({ ...p, num_classes }, given);
  if (!fits(FEWEST)) return null;
  const most = Math.exp(lastThat(log => fits(Math.round(Math.exp(log))), Math.log(FEWEST), Math.log(1e12))),
    power = 10 ** (Math.floor(Math.log10(most)) - 1);
  return Math.floor(most / power) * power;
}

const STEPS = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8];
/** Numbers of classes that keys step through, ten to a decade. */
export const CLASS_STEPS = [
  ...[2, 3, 4, 5, 6, 7].flatMap(power => STEPS.map(step => Math.round(step * 10 ** power))),
  MOST,
];

/** So many steps on from a number of classes. */
export function steppedClasses(now, by) {
  const at = by > 0 ? CLASS_STEPS.findLastIndex(value => value <= now) : CLASS_STEPS.findIndex(value => value >= now);
  return CLASS_STEPS[clamp(at + by, 0, CLASS_STEPS.length - 1)];
}

/** A number of classes as a drag sets it: one that was measured where it lies within `reach` of it, else two digits. */
export function restedClasses(value, measured, reach) {
  const near = measured.find(one => Math.abs(Math.log10(one / value)) <= reach),
    digits = Number(value.toPrecision(2));
  return near ?? clamp(digits, FEWEST, MOST);
}

/** Measurements that belong to the curves of p or of one process, for one of the plots. */
export const measuredFor = (points, p, what) =>
  points.filter(
    point =>
      what in point &&
      ['embedding_size', 'batch', 'share', 'loss'].every(name => point[name] === p[name]) &&
      (what !== 'seconds' || point.machine === p.machine) &&
      [1, p.processes].includes(point.processes),
  );
