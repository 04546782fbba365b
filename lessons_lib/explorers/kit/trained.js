// Angles of trained networks, as Python counted them: tenths of a degree, from bin `first` on.
import { escaped, thousands } from './words.js';

const BINS = 1800;
const middle = bin => (Math.PI * (bin + 0.5)) / BINS;

export const sizeOf = net => net.counts.reduce((sum, count) => sum + count, 0);

/** The same in a sentence. */
export const anglesText = net => `the ${thousands(sizeOf(net))} trained angles (${escaped(net.name)})`;
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
