// A small network that trains: layers.js under a head of heads.js, with Adam. No page in here; serve.js lets it work.
import { lossOf } from './heads.js';
import { linear, prelu } from './layers.js';

const BETAS = [0.9, 0.99],
  TINY = 1e-8;
const KINDS = { linear, prelu };

/**
 * What a training begins with.
 *
 * @typedef {object} Start
 * @property {object[]} layers linear { from, to, weight, bias } and prelu { slopes }, with an `op` each; none: the
 *   inputs are features themselves, and learn
 * @property {Int8Array | Float32Array} inputs one row an example; `step` is what one unit of them is worth
 * @property {Uint8Array} labels
 * @property {Float32Array} weight class weights, (C, d)
 * @property {number} batch examples in a step; step after step takes the next ones, and after the last the first
 */

/** Copies what it is given, and trains the copy. */
export function trainerOf({ layers, inputs, step: unit = 1, labels, weight, batch }) {
  const own = layers.map(copied),
    net = own.map(layer => KINDS[layer.op](layer)),
    wide = inputs.length / labels.length,
    size = Math.min(batch, labels.length);
  const directions = { values: weight.slice(), on: new Float32Array(weight.length) },
    free = net.length ? null : { values: Float32Array.from(inputs), on: new Float32Array(inputs.length) };
  const learns = [...net.flatMap(layer => layer.learns), [directions.values, directions.on]];
  if (free) learns.push([free.values, free.on]);
  const adam = adamOn(learns);
  let steps = 0;

  /** Features of examples: rows of `inputs`, or any others that look like them. */
  const embed = (rows = free?.values ?? inputs) =>
    free ? rows.slice() : Float32Array.from(through(net, scaled(rows, unit)));
  const known = embed(),
    d = known.length / labels.length;

  /** One step with this head; the mean loss of its batch, NaN where it went nowhere because a number was none. */
  function step(head, rate) {
    const which = Int32Array.from({ length: size }, (_, i) => (steps * size + i) % labels.length),
      source = free?.values ?? inputs,
      rows = new Float64Array(size * wide);
    for (let r = 0; r < size; r++)
      for (let i = 0; i < wide; i++) rows[r * wide + i] = source[which[r] * wide + i] * (free ? 1 : unit);
    const x = through(net, rows),
      onX = new Float64Array(x.length),
      picked = Uint8Array.from(which, i => labels[i]);
    const loss = lossOf(head, { x, labels: picked, weight: directions.values, onX, onWeight: directions.on });
    if (!Number.isFinite(loss) || !directions.on.every(Number.isFinite)) return NaN;
    if (free) keep(free.on.fill(0), which, onX, wide);
    else net.reduceRight((on, layer, i) => layer.backward(on, size, i > 0), onX);
    adam(rate);
    keep(known, which, x, d);
    steps += 1;
    return loss;
  }
  return { step, embed, known, layers: own, weight: directions.values, free: free?.values, steps: () => steps };
}

/** What a trainer of this Start would embed first, without one: features of rows that look like its inputs. */
export function featuresOf({ layers, inputs, step: unit = 1 }, rows = inputs) {
  if (!layers.length) return Float32Array.from(rows);
  const net = layers.map(layer => KINDS[layer.op](layer));
  return Float32Array.from(through(net, scaled(rows, unit)));
}

const through = (net, x) => net.reduce((y, layer) => layer.forward(y), x);
const scaled = (rows, unit) => new Float64Array(rows).map(v => v * unit);
const copied = layer =>
  Object.fromEntries(
    Object.entries(layer).map(([name, v]) => [name, ArrayBuffer.isView(v) ? Float32Array.from(v) : v]),
  );

/** Puts the rows of a batch where they belong in a table of all. */
function keep(table, which, rows, wide) {
  which.forEach((place, r) => {
    for (let i = 0; i < wide; i++) table[place * wide + i] = rows[r * wide + i];
  });
}

/** torch.optim.Adam on pairs of values and their gradients. */
function adamOn(learns) {
  const moments = learns.map(([values]) => [new Float32Array(values.length), new Float32Array(values.length)]);
  let steps = 0;
  return rate => {
    steps += 1;
    const size = rate / (1 - BETAS[0] ** steps),
      root = Math.sqrt(1 - BETAS[1] ** steps);
    learns.forEach(([values, on], n) => {
      const [mean, square] = moments[n];
      for (let i = 0; i < values.length; i++) {
        mean[i] += (1 - BETAS[0]) * (on[i] - mean[i]);
        square[i] = BETAS[1] * square[i] + (1 - BETAS[1]) * on[i] * on[i];
        values[i] -= (size * mean[i]) / (Math.sqrt(square[i]) / root + TINY);
      }
    });
  };
}

/**
 * To how many digits the first steps agree with those of PyTorch: `losses` are PyTorch's, for this head and rate from
 * this very start.
 */
export function agreement(start, { head, rate, losses }) {
  const trainer = trainerOf(start),
    own = { ...head };
  const off = losses.map(loss => Math.abs(trainer.step(own, rate) - loss) / Math.abs(loss));
  return Math.floor(-Math.log10(Math.max(...off, 1e-9)));
}
