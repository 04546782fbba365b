// Where ClassCost puts things: three plots over one axis of C, all of them in powers of ten. Fixed: no slider moves an
// axis.
import { clamp } from '../kit/numbers.js';
import { FEWEST, MOST, PLOTS } from './maths.js';

const GAP = 36,
  DECADES = Math.log10(MOST / FEWEST);
/** Values with a line and a word, for each plot. */
export const LEVELS = {
  memory: [
    [1e6, '1 MB'],
    [1e9, '1 GB'],
    [1e12, '1 TB'],
  ],
  seconds: [
    [1e-3, '1 ms'],
    [1, '1 s'],
    [1e3, '1000 s'],
  ],
  sent: [
    [1e3, '1 kB'],
    [1e6, '1 MB'],
    [1e9, '1 GB'],
    [1e12, '1 TB'],
  ],
};

/** @typedef {ReturnType<typeof costFrame>} Frame */

/** Sizes on a canvas `width` wide. */
export function costFrame(width) {
  const small = width < 520,
    left = small ? 52 : 58,
    right = width - 14,
    tall = { memory: clamp(0.36 * width, 156, 216), seconds: clamp(0.19 * width, 92, 112) };
  const span = right - left,
    X = classes => left + (span * Math.log10(classes / FEWEST)) / DECADES,
    classes = x => FEWEST * 10 ** (DECADES * clamp((x - left) / span, 0, 1)),
    plots = {};
  let top = 28;
  for (const [what, { low, high }] of Object.entries(PLOTS)) {
    const floor = top + Math.round(tall[what] ?? tall.seconds),
      from = top;
    const Y = value => floor - (floor - from) * clamp(Math.log(value / low) / Math.log(high / low), -0.3, 1.3);
    plots[what] = { top, floor, Y };
    top = floor + GAP;
  }
  const foot = plots.sent.floor;
  return { width, small, left, right, X, classes, plots, foot, height: foot + 34, decade: span / DECADES };
}

/** A function of C in pixels. */
export const costLine = ({ X }, Y, f, steps = 72) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const classes = Math.round(FEWEST * 10 ** ((DECADES * i) / steps));
    return [X(classes), Y(f(classes))];
  });
