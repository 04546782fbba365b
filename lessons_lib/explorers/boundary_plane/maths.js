// The plane of two angles: θ1 to the weight of class 1, θ2 to that of class 2. Pure maths and words, no DOM. Radians.
// Class 1 is right where θ1 < θ2, and right enough where target(θ1) > cos θ2; class 2 is the mirror image.
// Two coordinates make everything short: sum = θ1 + θ2 and ahead = θ2 − θ1. A band is ahead < width(sum), and what can
// exist at all between weights θ12 apart is a rectangle in them: |ahead| ≤ θ12 ≤ sum ≤ 2π − θ12.
import { degrees, minus, tight } from '../kit/words.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { DEGREE, TAU, clamp } from '../kit/numbers.js';

const ON_RIM = 1e-4; // points are kept to 1e-5 rad
export const BETWEEN = { min: 10 * DEGREE, max: Math.PI };
export const short = value => Math.round(value * 1e5) / 1e5;

export const rightEnough = (loss, m, own, other) => MARGINS[loss].target(own, m) > Math.cos(other);

/** How wide the band is where θ1 + θ2 = sum, from class 1's edge to class 2's; null where no θ1 is small enough. */
export function bandWidth(loss, m, sum) {
  const width = {
    softmax: () => 0,
    arcface: () => m,
    cosface: () => 2 * Math.asin(m / (2 * Math.sin(sum / 2))), // cos θ1 − cos θ2 = 2 sin(sum/2) sin(ahead/2)
    sphereface: () => ((m - 1) / (m + 1)) * sum,
  }[loss]();
  return width <= Math.min(sum, TAU - sum) + 1e-9 ? width : null; // NaN is not
}

/** Class 1's edge of the band, from θ1 = 0 to θ2 = π, as [θ1, θ2]; its mirror image is class 2's. */
export function bandEdge(loss, m, pieces = 100) {
  // closer together where CosFace's bends
  const start = { cosface: Math.acos(1 - m), arcface: m }[loss] ?? 0;
  const end =
    Math.PI + { cosface: Math.acos(m - 1), arcface: Math.PI - m, sphereface: Math.PI / m, softmax: Math.PI }[loss];
  return Array.from({ length: pieces + 1 }, (_, i) => {
    if (i === 0) return [0, start];
    if (i === pieces) return [end - Math.PI, Math.PI];
    const sum = start + ((end - start) * (1 - Math.cos((Math.PI * i) / pieces))) / 2,
      width = bandWidth(loss, m, sum) ?? Math.min(sum, TAU - sum);
    return [(sum - width) / 2, (sum + width) / 2];
  });
}

/** The margin whose edge runs through (θ1, θ2), on either side of the diagonal, as far as the slider reaches. */
export function marginThrough(loss, theta1, theta2) {
  const { range, neutral, bears } = MARGINS[loss],
    own = Math.min(theta1, theta2),
    other = Math.max(theta1, theta2);
  if (!range) return null;
  const m = bears(own, other);
  return clamp(Number.isNaN(m) ? neutral : m, range.min, range.max); // 0 / 0, SphereFace at the origin
}

/** The same on the slider's steps. */
export function marginStep(loss, m) {
  const { min, max, step } = MARGINS[loss].range;
  return clamp(Number((min + Math.round((m - min) / step) * step).toFixed(4)), min, max);
}

/** The margin at which not even W1 itself is right enough for class 1, with another weight θ12 away. */
export const ceilingAt = (loss, between) => ({ arcface: between, cosface: 1 - Math.cos(between) })[loss] ?? Infinity;

/**
 * The directions in the plane of W1 and W2 that are right enough for class 1, [from, to], or null: turns from W1, W2
 * at +θ12.
 */
export function clearArc(loss, m, between) {
  const half = between / 2,
    far = half - Math.PI; // the two directions as near to W1 as to W2
  if (loss === 'softmax') return [far, half];
  if (loss === 'arcface') return m < between ? [far + m / 2, half - m / 2] : null;
  if (loss === 'sphereface') {
    // away from W2: mθ < θ + θ12, and over the far side mθ < 2π − θ − θ12
    const round = (between - TAU) / (m + 1);
    return [Math.max(round, m > 1 ? -between / (m - 1) : -Infinity), between / (m + 1)];
  }
  const turn = Math.asin(m / (2 * Math.sin(half)));
  return turn < Math.PI / 2 ? [far + turn, half - turn] : null;
}

/** The corners of what exists between weights θ12 apart: x on W1, on W2, opposite W1, opposite W2. */
export const corners = between => [
  [0, between],
  [between, 0],
  [Math.PI, Math.PI - between],
  [Math.PI - between, Math.PI],
];

/** The nearest point that exists; with `pull`, one that near to the border lands on it. */
export function reach([theta1, theta2], between, pull = 0) {
  const last = TAU - between,
    sum = clamp(theta1 + theta2, between, last),
    ahead = clamp(theta2 - theta1, -between, between);
  const toward = (value, ...ends) => ends.find(end => Math.abs(end - value) <= pull) ?? value;
  const s = toward(sum, between, last),
    a = toward(ahead, -between, between);
  return [clamp(short((s - a) / 2), 0, Math.PI), clamp(short((s + a) / 2), 0, Math.PI)];
}

/** The same x after the weights have moved apart or together: what was in their plane stays in it. */
export function carried([theta1, theta2], before, between) {
  const pick = (value, from, to) => (Math.abs(value - from) < ON_RIM ? to : value);
  const sum = pick(pick(theta1 + theta2, before, between), TAU - before, TAU - between);
  const ahead = pick(pick(theta2 - theta1, before, between), -before, -between);
  return reach([(sum - ahead) / 2, (sum + ahead) / 2], between);
}

/**
 * x seen against the plane of W1 and W2: its turn from W1 towards W2, and how long its shadow in the plane is, 1 if it
 * lies in it.
 */
export function shadow([theta1, theta2], between) {
  const half = between / 2,
    across = (Math.cos(theta1) - Math.cos(theta2)) / (2 * Math.sin(half));
  const flat = Math.cos(half) < 1e-6; // opposite weights: any plane through them will do
  const along = flat
    ? Math.sqrt(Math.max(0, 1 - across * across))
    : (Math.cos(theta1) + Math.cos(theta2)) / (2 * Math.cos(half));
  const slack = Math.min(
    between - Math.abs(theta2 - theta1),
    theta1 + theta2 - between,
    TAU - between - theta1 - theta2,
  );
  const inPlane = flat || slack < ON_RIM;
  return {
    turn: half - Math.atan2(across, along),
    length: inPlane ? 1 : Math.min(1, Math.hypot(across, along)),
    inPlane,
  };
}

/** The angles of the direction that is turned by `turn` from W1 towards W2. */
export function angledAt(turn, between) {
  const away = angle => Math.abs(angle - TAU * Math.round(angle / TAU));
  return reach([away(turn), away(turn - between)], between);
}

/** 36°, or 36.4° where it is no whole number. */
export const plainDegrees = angle => {
  const value = angle / DEGREE;
  return Math.abs(value - Math.round(value)) < 0.05 ? `${Math.round(value)}°` : `${value.toFixed(1)}°`;
};

/** What is left where the band has reached W1 itself. */
function swallowed(loss, m, between, apart, ceiling) {
  const top =
      loss === 'arcface' ? `the ${apart} between the weights` : tight(`1 − cos ${apart} = ${ceiling.toFixed(3)}`),
    left = clearArc(loss, m, between)
      ? 'no direction between the weights is right enough, only some beyond W₁, turned away from W₂.'
      : 'no direction is right enough, however well a network trains.';
  return (
    `the band has swallowed the corner (0°, ${apart}), <i>x</i> on W₁ itself. From its ceiling on, ${top}, ` + left
  );
}

/** What the loss does between two weights θ12 apart, in a sentence or two of HTML. */
export function bandSentence(loss, m, between) {
  const { name, neutral } = MARGINS[loss],
    apart = plainDegrees(between),
    half = plainDegrees(between / 2);
  if (loss === 'softmax')
    return (
      'softmax has no margin, so there is no band and nothing to drag: between two weights ' +
      `<b>${apart}</b> apart, class 1 is right, and right enough, up to ${half}.`
    );
  const start = `${name}, <b class="m tight"><i>m</i> = ${marginText(loss, m)}</b>`,
    ceiling = ceilingAt(loss, between);
  if (m === neutral)
    return (
      `${start}: no margin at all. The boundary is that of softmax and of the exam; between two weights ` +
      `<b>${apart}</b> apart it stands at ${half}.`
    );
  if (m >= ceiling) return `${start}: ${swallowed(loss, m, between, apart, ceiling)}`;
  const width = bandWidth(loss, m, between),
    upTo = degrees((between - width) / 2);
  const edge = `between two weights <b>${apart}</b> apart, class 1 is right enough up to ${upTo} instead of ${half}`;
  if (loss === 'arcface')
    return (
      `${start}: ${edge}. The band is ${degrees(width)} wide everywhere; ` +
      `it swallows W₁ when m reaches ${tight(marginText(loss, between))}.`
    );
  if (loss === 'sphereface')
    return (
      `${start}: ${edge}. The band is ${degrees(width)} wide there, ` +
      `${tight(`${Math.round((100 * (m - 1)) / (m + 1))} %`)} of ${tight('θ₁ + θ₂')} ` +
      'everywhere, and closes at the origin: <i>x</i> on W₁ is right enough at every m.'
    );
  const wide = [
    [90, 'weights 90° apart'],
    [180, 'opposite ones'],
  ]
    .filter(([angle]) => Math.abs(angle * DEGREE - between) > DEGREE)
    .map(([angle, which]) => `${degrees(bandWidth(loss, m, angle * DEGREE))} between ${which}`);
  return (
    `${start}: ${edge}. The band is ${degrees(width)} wide there, ` +
    `${wide.join(', ')}: widest in angle where angles are small.`
  );
}

/** Two numbers told apart: one digit if that shows which is larger, three if it takes them. */
const apartBy = (a, b, digits) => (a.toFixed(digits) === b.toFixed(digits) && a !== b ? 3 : digits);

/** The point in words: the two sides that are `compared`, and how it ends. `said` is the verdict alone. */
export function pointReading(loss, m, [theta1, theta2]) {
  const one = theta1 <= theta2,
    [own, other] = one ? [theta1, theta2] : [theta2, theta1],
    [i, j] = one ? '₁₂' : '₂₁';
  const { neutral } = MARGINS[loss],
    enough = rightEnough(loss, m, own, other),
    tie = other - own < 1e-6;
  const said = tie
    ? 'on the boundary of the exam, neither class wins'
    : !enough
      ? 'right, but not right enough'
      : m > neutral
        ? 'right enough'
        : 'right, and that is enough';
  const mine = { softmax: own, arcface: own + m, sphereface: m * own, cosface: Math.cos(own) - m }[loss];
  const theirs = loss === 'cosface' ? Math.cos(other) : other;
  const unit = loss === 'cosface' ? 1 : DEGREE,
    digits = apartBy(mine / unit, theirs / unit, loss === 'cosface' ? 3 : 1);
  const show = value => minus((value / unit).toFixed(digits)) + (unit === 1 ? '' : '°');
  const left = {
    softmax: () => `θ${i} = ${show(own)}`,
    arcface: () => `θ${i} + m = ${show(own)} + ${show(m)} = ${show(mine)}`,
    sphereface: () => `m · θ${i} = ${m.toFixed(1)} · ${show(own)} = ${show(mine)}`,
    cosface: () => `cos θ${i} − m = ${show(Math.cos(own))} − ${m.toFixed(3)} = ${show(mine)}`,
  }[loss]();
  const sign = show(mine) === show(theirs) ? '=' : mine < theirs ? '<' : '>';
  const compared = [left, `${sign} ${loss === 'cosface' ? 'cos ' : ''}θ${j} = ${show(theirs)}`];
  return { own: one ? 1 : 2, band: !enough && !tie, said, compared, text: `${compared.join(' ')}: ${said}` };
}
