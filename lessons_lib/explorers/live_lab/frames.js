// LiveLab's moments and films, read from bytes as film.py packs them. No DOM.
import { KINDS } from './maths.js';

const NONE = 65535,
  ROW = 6;
const NAMES_OF_ROW = ['step', 'loss', 'accuracy', 'theta', 'other', 'scale'];
const sizeOf = (classes, points) => 4 * (1 + ROW + 2 * classes) + 2 * points;

function readRow(view, at) {
  return Object.fromEntries(NAMES_OF_ROW.map((name, i) => [name, view.getFloat32(at + 4 * i, true)]));
}

/**
 * The moment at byte `at`: its number, the six numbers of the curves, class weights (x, y by turns), angles, NaN for
 * none.
 */
export function readMoment(packed, classes, points, at = 0) {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength),
    weights = at + 4 * (1 + ROW),
    codes = weights + 8 * classes;
  return {
    number: view.getFloat32(at, true),
    ...readRow(view, at + 4),
    weight: Float64Array.from({ length: 2 * classes }, (_, i) => view.getFloat32(weights + 4 * i, true)),
    angles: Float64Array.from({ length: points }, (_, i) => {
      const code = view.getUint16(codes + 2 * i, true);
      return code === NONE ? NaN : (2 * Math.PI * code) / NONE;
    }),
  };
}

/** A frame: the moment, and the curves so far behind it; null where there is none. */
export function readFrame(packed, classes, points) {
  const from = sizeOf(classes, points);
  if (packed.length < from) return null;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const rows = Array.from({ length: Math.floor((packed.length - from) / (4 * ROW)) }, (_, i) =>
    readRow(view, from + 4 * ROW * i),
  );
  return { ...readMoment(packed, classes, points), rows };
}

/** A film: moments one after the other. */
export function readMoments(packed, classes, points) {
  const size = sizeOf(classes, points);
  return Array.from({ length: Math.floor(packed.length / size) }, (_, i) =>
    readMoment(packed, classes, points, i * size),
  );
}

/** The settings with which a recorded run trained at a step: those it began with, and what was changed since. */
export function settingsAt({ changes = [], ...start }, step) {
  const now = { ...start, margins: { ...start.margins } };
  for (const { step: at, what, to } of changes) {
    if (at > step) break;
    if (what === 'loss') now.loss = to;
    else if (what === 's') now.scale = to;
    else now.margins[KINDS[now.loss].margin] = to;
  }
  return now;
}
