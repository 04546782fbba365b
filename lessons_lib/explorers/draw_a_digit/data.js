// The traits, unpacked.
import { bytes, inflate } from '../kit/bytes.js';
import { unpack } from '../kit/unpack.js';
import { SIDE, region } from './network.js';
import { unpackLesson } from './teach.js';

/**
 * What a figure begins with.
 *
 * @typedef {object} Data
 * @property {object[]} trunk layers that never change
 * @property {import('./teach.js').Reader} start the trained network
 * @property {import('./teach.js').Lesson | null} lesson
 * @property {Float32Array[]} digits that can be called up
 * @property {object} facts
 */

/** @returns {Promise<Data>} */
export async function unpacked(model) {
  const facts = model.get('facts'),
    { weight, rim, step, misread } = facts,
    packed = ['parameters', 'digits', 'points'].map(name => inflate(bytes(model.get(name)))),
    [parameters, pixels, raw] = await Promise.all(packed),
    view = new DataView(raw.buffer),
    count = raw.length / 5;
  const points = Array.from({ length: count }, (_, i) => ({
    x: [view.getInt16(4 * i, true) * step, view.getInt16(4 * i + 2, true) * step],
    label: raw[4 * count + i],
  }));
  const area = SIDE * SIDE,
    digits = facts.digit_labels.map((_, i) =>
      Float32Array.from(pixels.subarray(i * area, (i + 1) * area), v => v / 255),
    );
  const network = unpack(model.get('layers'), parameters),
    first = facts.lesson?.first ?? network.length,
    layers = network.slice(first),
    regions = weight.map((_, k) => region(k, weight, rim)),
    start = { layers, weight, regions, points, rim, misread, lengths: points.map(p => Math.hypot(...p.x)) };
  const lesson = await unpackLesson({ ...facts, points }, model.get('practice'), layers);
  return { facts, digits, start, lesson, trunk: network.slice(0, first) };
}
