// Where LiveLab's curves stand: four rows over one axis of steps, and heights that no training and no control moves.
import { stepsShown } from './maths.js';

const LOW = { loss: 0.01, scale: 1 },
  HIGH = { loss: 100, scale: 1000 };
const power = (value, name) => Math.log(Math.max(value, LOW[name]) / LOW[name]) / Math.log(HIGH[name] / LOW[name]);

/**
 * Each row: its curves with their height for a value (0 floor, 1 top; what leaves the row stays at its edge), and its
 * marks.
 */
export const ROWS_OF_CURVES = [
  {
    title: 'read right',
    curves: [{ of: 'accuracy', height: v => v }],
    marks: [
      [0, '0 %'],
      [1, '100 %'],
    ],
  },
  {
    title: 'mean angle θ',
    brief: 'angle θ',
    curves: [
      { of: 'theta', height: v => v / (Math.PI / 2), name: 'own weight', short: 'own' },
      { of: 'other', height: v => v / (Math.PI / 2), name: 'nearest other', short: 'other', dashed: true },
    ],
    marks: [
      [0, '0°'],
      [1, '90°'],
    ],
  },
  {
    title: 'loss',
    curves: [{ of: 'loss', height: v => power(v, 'loss') }],
    marks: [
      [0, '0.01'],
      [0.5, '1'],
      [1, '100'],
    ],
  },
  {
    title: 'scale s',
    curves: [{ of: 'scale', height: v => power(v, 'scale') }],
    marks: [
      [0, '1'],
      [1 / 3, '10'],
      [2 / 3, '100'],
      [1, '1000'],
    ],
  },
];

/** Sizes on a canvas `width` wide. */
export function curveFrame(width, steps) {
  const left = 2,
    right = width - 40,
    tall = width < 360 ? 44 : 54,
    gap = 36,
    top = 60,
    most = stepsShown(steps);
  const rows = ROWS_OF_CURVES.map((_, i) => top + i * (tall + gap)),
    foot = rows.at(-1) + tall;
  return {
    width,
    left,
    right,
    tall,
    rows,
    foot,
    most,
    height: foot + 28,
    X: step => left + (right - left) * Math.min(1, step / most),
  };
}

/** Which changes have room for their words in two lines, the newest first: [{ change, from, to, lane }]. */
export function changeSeats(changes, frame, wide) {
  const seats = [];
  for (const change of [...changes].reverse()) {
    const width = wide(change),
      from = Math.min(Math.max(frame.X(change.step) - width / 2, frame.left), frame.width - width);
    const lane = [0, 1].find(row =>
      seats.every(seat => seat.lane !== row || from + width + 8 < seat.from || from > seat.to + 8),
    );
    if (lane !== undefined) seats.push({ change, from, to: from + width, lane });
  }
  return seats;
}
