// Angles of trained networks, as Python counted them: tenths of a degree, from bin `first` on. And steps of a slider.
import { thousands } from './words.js';

const BINS = 1800;
const middle = bin => (Math.PI * (bin + 0.5)) / BINS;

export const sizeOf = net => net.counts.reduce((sum, count) => sum + count, 0);

/** The same in words, for a picture that is narrow or wide. */
export const sizeText = (net, small) => `${thousands(sizeOf(net))}${small ? ', √ count' : ' angles, height: √ count'}`;

/** How many angles lie in one of these ranges, [[from, to], …]. */
export const countIn = ({ first, counts }, ranges) =>
  counts.reduce((sum, count, i) => sum + (count && liesIn(middle(first + i), ranges) ? count : 0), 0);
export const liesIn = (theta, ranges) => ranges.some(([from, to]) => theta >= from && theta <= to);
/** The range from 0 up to an edge; none without one. */
export const upTo = edge => (edge === null ? [] : [[0, edge]]);

export function medianOf(net) {
  let left = sizeOf(net) / 2;
  return middle(net.first + net.counts.findIndex(count => (left -= count) <= 0));
}

/** The same in whole degrees. */
export function barsOf({ first, counts }) {
  const bars = new Array(180).fill(0);
  counts.forEach((count, i) => {
    bars[Math.floor(((first + i) * 180) / BINS)] += count;
  });
  return bars;
}

/** The index of the value that is nearest in ratio. */
export const nearestIn = (values, value) =>
  values.reduce(
    (best, v, i) => (Math.abs(Math.log(v / value)) < Math.abs(Math.log(values[best] / value)) ? i : best),
    0,
  );

/** What a slider of C steps through: 3 to 100,000, twenty to a decade, two digits each. */
export const CLASSES = [
  ...new Set(Array.from({ length: 91 }, (_, k) => Number((10 ** (0.5 + k / 20)).toPrecision(k < 10 ? 1 : 2)))),
];

/** What `memory` has for a key, made if it has nothing; it forgets the oldest. */
export function kept(memory, key, most, make) {
  if (!memory.has(key)) {
    if (memory.size >= most) memory.delete(memory.keys().next().value);
    memory.set(key, make());
  }
  return memory.get(key);
}
