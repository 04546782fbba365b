// Curves that depend on more than θ: AdaFace's and MagFace's on the length of a feature, CurricularFace's on how far it
// is. No page in here; angles are radians, lengths of gradients are divided by s.
import { arcface, cosface, fallingCosine } from '../kit/losses.js';
import { clamp } from '../kit/numbers.js';

/**
 * What decides the curves.
 * @typedef {object} Params
 * @property {string} loss a key of LOSSES
 * @property {number} length ‖x‖ of the feature
 * @property {number} mean of the batch's lengths
 * @property {number} spread their standard deviation
 * @property {number} h how far one standard deviation moves z
 * @property {number} age t of the training
 * @property {number} own θy of the feature whose other classes CurricularFace weighs
 * @property {{ adaface: number, curricularface: number }} margins
 * @property {number[]} magface_margins of the shortest and the longest
 * @property {number[]} magface_lengths between which that margin grows
 * @property {number} scale
 * @property {number} classes
 */

/**
 * One curve of the family: the logit without s, and the signed length of the gradient on the class weight, over s.
 * @typedef {{ value: (theta: number) => number, push: (theta: number) => number }} Member
 */

export const LOSSES = {
  adaface: { name: 'AdaFace', what: 'length' },
  magface: { name: 'MagFace', what: 'length' },
  curricularface: { name: 'CurricularFace', what: 'age' },
};
export const GRID = 360;
const TENTHS = 1800;
const ALIKE = 0.002; // below this part of s a difference is none
const COUNTED = [0.001, 100]; // AdaFace takes a length for no less and no more
const EPS = 1e-3; // beside the batch's standard deviation, as AdaFace has it

/** AdaFace's z: a length in standard deviations of its batch, times h, no further than −1 and 1. */
export const standardised = (length, { mean, spread, h }) =>
  clamp((h * (clamp(length, ...COUNTED) - mean)) / (spread + EPS), -1, 1);

/** The length with a z. */
export const lengthOf = (z, { mean, spread, h }) => mean + (z * (spread + EPS)) / h;

/** cos(θ − m z) − m(1 + z), mirrored outside 0…π: ArcFace at z = −1, CosFace at z = 0. */
export function adaface(theta, m, z) {
  return z === 0 ? cosface(theta, m) : fallingCosine(theta - m * z) - m * (1 + z);
}

/** MagFace's margin: linear in the length between two lengths. */
function magfaceMargin(length, { magface_margins: [from, to], magface_lengths: [short, long] }) {
  return from + ((to - from) * (clamp(length, short, long) - short)) / (long - short || 1);
}

/** CurricularFace's logit of another class with cosine c, where the true class stands at `target`. */
const curricular = (c, target, t) => (c > target ? c * (t + c) : c);

/** How steep that is in c: what multiplies the gradient. */
const curricularSlope = (c, target, t) => (c > target ? t + 2 * c : 1);

/** What the true class has in CurricularFace, and the angle below which another class is hard. */
export function hardness({ own, margins }) {
  const target = arcface(own, margins.curricularface);
  return { target, edge: Math.acos(Math.max(-1, target)) };
}

/** What is missing from P for a logit, the other classes at 90°. */
const missing = (value, { scale, classes }) => 1 / (1 + Math.exp(scale * value - Math.log(classes - 1)));

/** The true class against θ, with AdaFace's z or MagFace's margin `u`. */
function ownMember(u, p) {
  const m = p.margins.adaface,
    ada = p.loss === 'adaface';
  const value = ada ? theta => adaface(theta, m, u) : theta => arcface(theta, u);
  const turn = ada ? -m * u : u,
    fall = theta => Math.abs(Math.sin(theta + turn));
  return { value, push: theta => missing(value(theta), p) * fall(theta) };
}

/** One other class against θj at age `t`, the rest at 90°; without an age it counts as in ArcFace. */
function otherMember(t, p) {
  const { target } = hardness(p),
    s = p.scale;
  const value = theta => (t === null ? Math.cos(theta) : curricular(Math.cos(theta), target, t));
  const slope = theta => (t === null ? 1 : curricularSlope(Math.cos(theta), target, t));
  const push = theta => {
    const c = value(theta),
      share = 1 / (1 + Math.exp(s * (target - c)) + (p.classes - 2) * Math.exp(-s * c));
    return share * slope(theta) * Math.sin(theta);
  };
  return { value, push };
}

/** @returns {Member} the curve at place `u` of the family: z, a margin or an age; null is ArcFace's other class. */
export const member = (u, p) => (p.loss === 'curricularface' ? otherMember(u, p) : ownMember(u, p));

/** Where in its family the curve stands. */
export const placeOf = p =>
  ({
    adaface: () => standardised(p.length, p),
    magface: () => magfaceMargin(p.length, p),
    curricularface: () => p.age,
  })[p.loss]();

/** The curves that stay where they are, [{ key, u }]; key is the loss as the pen colours it. */
export const landmarks = p =>
  ({
    adaface: [
      { key: 'arcface', u: -1 },
      { key: 'cosface', u: 0 },
    ],
    magface: [
      { key: 'arcface', u: p.magface_margins[0] },
      { key: 'arcface', u: p.magface_margins[1] },
    ],
    curricularface: [{ key: 'arcface', u: null }],
  })[p.loss];

/** What a curve is compared with: a feature of mean length, the shortest one, another class in ArcFace. */
export const reference = p => ({ adaface: 0, magface: p.magface_margins[0], curricularface: null })[p.loss];

/** The family in steps from one end to the other. */
export function fan(p, steps = 12) {
  const [low, high] = {
    adaface: [-1, 1],
    magface: p.magface_margins,
    curricularface: [0, 1],
  }[p.loss];
  return Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
}

/** What the hand moves, from the left of its track to the right. */
export const trackEnd = p =>
  ({ adaface: () => 1.1 * lengthOf(1, p), magface: () => 1.1 * p.magface_lengths[1], curricularface: () => 1 })[
    p.loss
  ]();

/**
 * Places on the track that mean something, [{ at, key }]; a drag rests on them.
 * @param {Params} p
 * @param {number} angle θj of the other class
 * @param {number | null} trained the mean cosine of a trained net
 */
export function stops(p, angle, trained) {
  if (p.loss === 'magface') return p.magface_lengths.map((at, i) => ({ at, key: ['least', 'most'][i] }));
  if (p.loss === 'adaface')
    return [-1, 0, 1].map(z => ({ at: lengthOf(z, p), key: `z${z}` })).filter(({ at }) => at >= 0);
  const { edge } = hardness(p),
    even = 1 - Math.cos(angle);
  return [
    { at: 0, key: 'start' },
    ...(angle < edge && even > 0.005 && even < 0.995 ? [{ at: even, key: 'even' }] : []),
    ...(trained > 0.005 && trained < 0.995 ? [{ at: trained, key: 'trained' }] : []),
    { at: 1, key: 'end' },
  ];
}

/** A place on the track, or the stop that lies within `reach` of it. */
export function rested(value, p, places, reach) {
  const near = places.find(({ at }) => Math.abs(at - value) <= reach);
  return Number(clamp(near ? near.at : value, 0, trackEnd(p)).toFixed(5));
}

/** One step of the keys on the track; AdaFace's are twentieths of z, so that they meet its stops. */
export function stepped(p, by) {
  if (p.loss === 'curricularface') return clamp((Math.round(p.age * 50) + by) / 50, 0, 1);
  const [low, high] = p.loss === 'adaface' ? [lengthOf(-1, p), lengthOf(1, p)] : p.magface_lengths;
  const step = (high - low) / 40,
    now = (p.length - low) / step;
  return Math.max(0, low + clamp(by > 0 ? Math.floor(now + 1e-3) + by : Math.ceil(now - 1e-3) + by, 0, 40) * step);
}

const kindOf = (one, other) => (Math.abs(one - other) < ALIKE ? 'alike' : one > other ? 'harder' : 'less');

/** How one member pushes beside another: [{ from, to, kind }], in degrees. */
export function compared(one, other) {
  const runs = [];
  for (let i = 0; i <= GRID; i++) {
    const theta = (Math.PI * i) / GRID,
      kind = kindOf(one.push(theta), other.push(theta));
    if (runs.at(-1)?.kind === kind) runs.at(-1).to = i;
    else runs.push({ from: runs.length ? i - 1 : 0, to: i, kind });
  }
  const degree = i => (180 * i) / GRID;
  return runs.map(({ from, to, kind }) => ({ from: degree(from), to: degree(to), kind }));
}

/** What happens at one of a net's bins, tenths of a degree. */
export const kindAt = (bin, runs) => (runs.find(({ to }) => (180 * (bin + 0.5)) / TENTHS <= to) ?? runs.at(-1)).kind;

/** How many of a net's angles are pulled harder, less or alike. */
export function countKinds({ first, counts }, runs) {
  const found = { harder: 0, less: 0, alike: 0, all: 0 };
  counts.forEach((count, i) => {
    found.all += count;
    if (count) found[kindAt(first + i, runs)] += count;
  });
  return found;
}

/** The mean cosine of a net's angles: what CurricularFace's t goes towards. */
export const meanCosine = ({ first, counts }) =>
  counts.reduce((sum, count, i) => sum + count * Math.cos((Math.PI * (first + i + 0.5)) / TENTHS), 0) /
  counts.reduce((a, b) => a + b, 0);
