// A training run as a film: frames from bytes, any moment between them, where its boundaries run, what it says. No DOM.

import { TAU, clamp, wrapped } from '../kit/numbers.js';

export const PLAY_MS = 6000;
const NO_PLACE = 4095,
  MIDDLE = 2047;

/**
 * @typedef {object} Frame what was recorded at a step, with what the notes say of it: step, epoch, epochs, accuracy,
 *   theta, each null where it is not a number
 * @property {number} time the square root of the share trained, as the early steps change most
 * @property {Float32Array} xy places of the digits in units of the rim, x and y by turns
 * @property {number} rim its length ‖x‖
 * @property {Float64Array} angles of the class weights, without a jump from 180° to −180°
 * @property {Float64Array} weight what decides, and its `bias`
 * @property {Float64Array} [centers] of the classes, in units of the data
 * @property {number} missing how many digits have no place
 * @property {boolean} broken whether nothing can be shown
 */
/** @typedef {{ frames: Frame[], labels: Uint8Array, classes: number, centred: boolean, end: number, epochs: number,
 *   steps: number | null }} Film */

/**
 * Frames as explorer.py packs them: rim, class weights (directions), deciding weights and biases, and class centres
 * where the notes say `centers`, as float32, then two 12-bit places a point. Returns a Film.
 */
export function unpack(film, notes, labels, classes) {
  const centred = Boolean(notes[0]?.centers),
    size = 4 * (1 + (centred ? 7 : 5) * classes) + 3 * labels.length,
    count = size > 4 ? Math.min(notes.length, Math.floor(film.length / size)) : 0,
    lastStep = count ? notes[count - 1].step : 0,
    frames = [];
  for (let i = 0; i < count; i++) {
    const before = frames[i - 1],
      { step, epoch, epochs } = notes[i],
      { directions, ...numbers } = unpackFrame(film, i * size, centred, labels.length, classes),
      share = epochs > 0 ? epoch / epochs : step / (lastStep || 1);
    const time = Math.max(clamp(Math.sqrt(share), 0, 1), before ? before.time + 1e-6 : 0);
    frames.push({ ...notes[i], ...numbers, angles: anglesOf(directions, before?.angles), time });
  }
  const told = frames.findLast(f => f.epoch > 0);
  return {
    frames,
    labels,
    classes,
    centred: centred && count > 0,
    end: frames.at(-1)?.time ?? 0,
    epochs: frames[0]?.epochs ?? 0,
    steps: told ? Math.round((told.step / told.epoch) * told.epochs) : null,
  };
}

/** What the bytes from `at` on say of a frame. */
function unpackFrame(film, at, centred, points, classes) {
  const view = new DataView(film.buffer, film.byteOffset, film.byteLength),
    float = () => view.getFloat32((at += 4) - 4, true),
    floats = n => Float64Array.from({ length: n }, float),
    place = code => (code === NO_PLACE ? NaN : code / MIDDLE - 1);
  const [rim, directions, weight, bias] = [float(), floats(2 * classes), floats(2 * classes), floats(classes)],
    centers = centred ? { centers: floats(2 * classes) } : {},
    xy = new Float32Array(2 * points);
  for (let p = 0; p < points; p++, at += 3) {
    xy[2 * p] = place((film[at] << 4) | (film[at + 1] >> 4));
    xy[2 * p + 1] = place(((film[at + 1] & 15) << 8) | film[at + 2]);
  }
  const missing = xy.filter((v, n) => n % 2 === 0 && Number.isNaN(v)).length;
  return { directions, weight, bias, ...centers, xy, rim, missing, broken: !(rim > 0) || missing === points };
}

/** Angles of directions (x and y by turns), each as near as can be to what it was. */
const anglesOf = (directions, before) =>
  Float64Array.from({ length: directions.length / 2 }, (_, k) => {
    const last = before?.[k] ?? 0,
      angle = Math.atan2(directions[2 * k + 1], directions[2 * k]);
    return Number.isFinite(angle) ? last + wrapped(angle - last) : last;
  });

/** The frame nearest to a time; times run as the square root of the share trained, as the early steps change most. */
export function nearest({ frames }, time) {
  let best = 0;
  frames.forEach((f, i) => {
    if (Math.abs(f.time - time) < Math.abs(frames[best].time - time)) best = i;
  });
  return best;
}

/** Which frames make up a moment, and with what weight: a smooth curve (Catmull-Rom) through the recorded ones. */
export function mixture({ frames }, time) {
  const last = frames.length - 1;
  let i = 0;
  while (i < last - 1 && frames[i + 1].time <= time) i++;
  const j = Math.min(i + 1, last),
    t = i === j ? 0 : clamp((time - frames[i].time) / (frames[j].time - frames[i].time), 0, 1);
  if (frames[i].broken || frames[j].broken) return [[t < 0.5 ? i : j, 1]];
  const sound = (k, instead) => (frames[k] && !frames[k].broken ? k : instead);
  return [
    [sound(i - 1, i), -t / 2 + t * t - t ** 3 / 2],
    [i, 1 - 2.5 * t * t + 1.5 * t ** 3],
    [j, t / 2 + 2 * t * t - 1.5 * t ** 3],
    [sound(j + 1, j), (-t * t) / 2 + t ** 3 / 2],
  ].filter(([, share]) => share !== 0);
}

export const mixed = (frames, parts, name) =>
  frames[parts[0][0]][name].map((_, n) => parts.reduce((sum, [i, share]) => sum + share * frames[i][name][n], 0));

/**
 * The picture at a time: points `xy` in units of the rim (x, y by turns), the rim's ‖x‖, angles, deciding weights;
 * `centers` like xy.
 */
export function moment(film, time) {
  const parts = mixture(film, time),
    { frames } = film,
    pose = { broken: frames[parts[0][0]].broken };
  for (const name of ['xy', 'angles', 'weight', 'bias']) pose[name] = mixed(frames, parts, name);
  pose.rim = Math.exp(parts.reduce((sum, [i, share]) => sum + share * Math.log(frames[i].rim), 0));
  if (film.centred) pose.centers = within(mixed(frames, parts, 'centers'), pose.rim);
  return pose;
}

/** The class weights' angles alone. */
export const anglesAt = (film, time) => mixed(film.frames, mixture(film, time), 'angles');

/**
 * Places (x, y by turns) in units of a rim, what lies beyond it put on it, as the points are; NaN for what is no
 * place.
 */
export const within = (places, rim) =>
  places.map((v, n) => v / Math.max(rim, Math.hypot(places[n & ~1], places[n | 1])));

/**
 * How tight the classes stand, in units of the data: mean distance `own` of the points to their centre; the two
 * nearest centres.
 */
export function spread({ xy, rim, centers }, labels) {
  let sum = 0,
    count = 0,
    near = Infinity;
  labels.forEach((k, p) => {
    const away = Math.hypot(rim * xy[2 * p] - centers[2 * k], rim * xy[2 * p + 1] - centers[2 * k + 1]);
    if (Number.isFinite(away)) {
      sum += away;
      count++;
    }
  });
  for (let j = 0; j < centers.length; j += 2)
    for (let k = 0; k < j; k += 2) {
      const away = Math.hypot(centers[j] - centers[k], centers[j + 1] - centers[k + 1]);
      if (away < near) near = away;
    }
  return { own: sum / count, near };
}

/** 1 for each point that the deciding weights give to another class, or that has no place. */
export function wrongSides({ xy, rim, weight, bias }, labels) {
  return Uint8Array.from(labels, (label, p) => {
    if (Number.isNaN(xy[2 * p])) return 1;
    let winner = label,
      best = -Infinity;
    for (let k = 0; k < bias.length; k++) {
      const logit = rim * (weight[2 * k] * xy[2 * p] + weight[2 * k + 1] * xy[2 * p + 1]) + bias[k];
      if (logit > best) {
        best = logit;
        winner = k;
      }
    }
    return winner === label ? 0 : 1;
  });
}

/** Where the prediction changes: [x1, y1, x2, y2, class, class] in units of the rim, inside the rim. */
export function boundaries(pose) {
  const edges = [],
    classes = pose.bias.length;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      const edge = boundary(pose, i, j);
      if (edge) edges.push([...edge, i, j]);
    }
  return edges;
}

/** The part of the line between classes i and j on which no third class wins; null if there is none. */
function boundary({ rim, weight, bias }, i, j) {
  const lead = (p, q) => [rim * (weight[2 * p] - weight[2 * q]), rim * (weight[2 * p + 1] - weight[2 * q + 1])],
    [a, b] = lead(i, j),
    length = Math.hypot(a, b),
    far = (bias[j] - bias[i]) / length; // of the line a·x + b·y = bias[j] − bias[i] from the middle
  if (!(length > 1e-9) || Math.abs(far) >= 1) return null;
  const [x, y, dx, dy] = [(far * a) / length, (far * b) / length, -b / length, a / length];
  let high = Math.sqrt(1 - far * far),
    low = -high;
  for (let k = 0; k < bias.length && low < high; k++) {
    if (k === i || k === j) continue;
    const [p, q] = lead(i, k),
      here = p * x + q * y + bias[i] - bias[k],
      slope = p * dx + q * dy;
    if (slope > 0) low = Math.max(low, -here / slope);
    else if (slope < 0) high = Math.min(high, -here / slope);
    else if (here < 0) low = Infinity;
  }
  return low < high ? [x + low * dx, y + low * dy, x + high * dx, y + high * dy] : null;
}

/** The middle of the widest gap between class weights: where a label stands in nobody's way. */
export function widestGap(angles) {
  const round = [...angles].map(a => a - TAU * Math.floor(a / TAU)).sort((a, b) => a - b);
  let best = [0, 0];
  round.forEach((a, i) => {
    const gap = (i + 1 < round.length ? round[i + 1] : round[0] + TAU) - a;
    if (gap > best[0]) best = [gap, a + gap / 2];
  });
  return best[1];
}

/** Seats for labels at these angles, pushed apart to `room` radians; two that pass each other glide through. */
export function apart(angles, room) {
  return [...angles].map(
    (a, i) =>
      a +
      angles.reduce((push, b, j) => {
        const d = wrapped(a - b),
          near = room - Math.abs(d);
        return i === j || near <= 0 ? push : push + (near / 2) * Math.tanh((6 * d) / room);
      }, 0),
  );
}

/**
 * Marks for the time axis as [epoch, time], at least `gap` apart in time: start, end, whole epochs, then finer ones.
 */
export function epochTicks(epochs, gap) {
  if (!(epochs > 0)) return [];
  const whole = Array.from({ length: Math.floor(epochs) }, (_, i) => i + 1),
    kept = [];
  for (const epoch of [0, epochs, ...whole.reverse(), 0.5, 0.2, 0.1, 0.05, 0.02]) {
    const time = Math.sqrt(epoch / epochs);
    if (time <= 1 && kept.every(tick => Math.abs(tick[1] - time) >= gap)) kept.push([epoch, time]);
  }
  return kept.sort((a, b) => a[0] - b[0]);
}
