// The length of the gradient on the own class weight against θ: curves, peaks, and where a loss still pushes.
// No page in here. `p` holds what decides them: { scale, margins, classes, others }.
import { TAU, kept, lastThat } from '../kit/numbers.js';
import { PUSHES, pull } from '../kit/push.js';

export const LOSSES = Object.keys(PUSHES);
export const STEPS = 720;
const PART = 0.01,
  MANY = 64,
  ROUND = 128,
  BESIDE = 1e-6;

/** ln of the mean of e^(s cos) round the circle. */
function circleMean(s) {
  let sum = 0;
  for (let j = 0; j < ROUND; j++) sum += Math.exp(s * (Math.cos((TAU * j) / ROUND) - 1));
  return s + Math.log(sum / ROUND);
}

/**
 * ln Σ e^(s cos θj) over the others where C weights stand evenly round the circle, from the neighbour number `from` on.
 * Past 64 of them their mean is that of the whole circle to fifteen digits, up to s = 64: the sum over all is known,
 * and those that do not count are taken out again.
 */
export function circleLog(theta, classes, s, { mean = circleMean(s), from = 1 } = {}) {
  const some = (first, end) => {
    let sum = 0;
    for (let j = first; j < end; j++) sum += Math.exp(s * (Math.cos(theta - (TAU * j) / classes) - 1));
    return sum;
  };
  return s + Math.log(classes > MANY ? classes * Math.exp(mean - s) - some(0, from) : some(from, classes));
}

const rounds = new Map();

/** ln Σ e^(s cos θj) over the others at θ, wherever they stand: `place` in gradients.py puts them there. */
function othersOf(place, classes, s) {
  const many = Math.log(classes - 1);
  if (place === '90') return () => many;
  if (place === 'simplex') return theta => many - (s * Math.cos(theta)) / (classes - 1);
  const mean = circleMean(s),
    at = theta => circleLog(theta, classes, s, { mean });
  const grid = kept(rounds, `${classes},${s}`, 4, () =>
    Float64Array.from({ length: STEPS + 1 }, (_, i) => at((Math.PI * i) / STEPS)),
  );
  return (theta, i) => (i === undefined ? at(theta) : grid[i]); // four losses share it
}

/** What `pull` asks for, at any θ: the others count as one class with the same sum. */
export function given(loss, { scale, margins, classes, others }) {
  const s = PUSHES[loss].scale(scale, classes),
    sum = loss === 'p2sgrad' ? null : othersOf(others, classes, s);
  const one = [0, 1],
    about = { scale, margin: margins[loss] ?? 0, classes, others: [one] };
  return (theta, i) => {
    if (sum) one[0] = sum(theta, i) / s;
    return about;
  };
}

/** `pull` with sin θ beside it; at 0 and π, where f′ is nought by nought, what it tends to. */
function factorsFrom(loss, theta, here) {
  const own = pull(loss, theta, here);
  own.sine = Math.sin(theta);
  if (own.sine > 1e-9) return own;
  if (!PUSHES[loss].fall) return { ...own, sine: 0, length: 0 };
  const { slope } = pull(loss, theta < 1 ? BESIDE : Math.PI - BESIDE, here);
  const steep = PUSHES[loss].fall(theta, here.margin) > 1e-9 ? Infinity : slope;
  return { ...own, sine: 0, slope: steep, coefficient: own.missing * own.scale * steep };
}

/** The factors of one loss at one angle: missing · scale · slope is the coefficient, times sine the length. */
export const factorsAt = (loss, theta, p) => factorsFrom(loss, theta, given(loss, p)(theta));

/**
 * The push on class j at θ = θj where class y is the true one and stands where `others` says, on a circle next to j:
 * P_j · s is the coefficient, |cos θj| P2SGrad's. `own` is θy.
 */
export function anotherAt(loss, theta, { scale, margins, classes, others }) {
  const { target, scale: scaled } = PUSHES[loss],
    s = scaled(scale, classes),
    away = others === '90' ? 0 : -Math.cos(theta) / (classes - 1),
    own = others === 'circle' ? Math.abs(theta - TAU / classes) : Math.acos(away),
    made = coefficient => ({ own, scale: s, coefficient, length: coefficient * Math.sin(theta) });
  if (!target) return made(Math.abs(Math.cos(theta)));
  const rest = others === 'circle' ? circleLog(theta, classes, s, { from: 2 }) : Math.log(classes - 2) + s * away;
  const mine = s * Math.cos(theta),
    lead = s * target(own, margins[loss] ?? 0) - mine;
  return made(s / (1 + Math.exp(lead) + Math.exp(rest - mine)));
}

/** The angles, apart from 0 and π, where the curve of a loss is flat for a moment and its push is 0. */
function flats(loss, margin) {
  if (loss === 'arcface') return margin > 0 ? [Math.PI - margin] : [];
  if (loss !== 'sphereface') return [];
  return Array.from({ length: Math.ceil(margin) - 1 }, (_, k) => ((k + 1) * Math.PI) / margin);
}

/** The largest length and its angle: the best of the grid, then golden section between its neighbours. */
function peakOf(length, lengths) {
  const best = lengths.indexOf(Math.max(...lengths)),
    ratio = (Math.sqrt(5) - 1) / 2,
    step = Math.PI / STEPS;
  let low = step * Math.max(best - 1, 0),
    high = step * Math.min(best + 1, STEPS);
  for (let i = 0; i < 36; i++) {
    const a = high - ratio * (high - low),
      b = low + ratio * (high - low);
    if (length(a) > length(b)) high = b;
    else low = a;
  }
  const theta = [low, (low + high) / 2, high].reduce((a, b) => (length(b) > length(a) ? b : a));
  return { theta, length: length(theta) };
}

/** Where the length is at least 1 % of the peak: [[from, to], …], the edges by halving. */
function rangesOf(length, lengths, peak, zeros) {
  const least = PART * peak.length,
    found = [];
  const knots = [...lengths]
    .map((value, i) => [(Math.PI * i) / STEPS, value])
    .concat(zeros.map(a => [a, 0]))
    .sort((a, b) => a[0] - b[0]);
  const edge = (off, on) => lastThat(theta => length(theta) >= least, on, off, 28);
  let from = knots[0][1] >= least ? 0 : null;
  for (let i = 1; i < knots.length; i++) {
    const [[a, before], [b, after]] = [knots[i - 1], knots[i]];
    if (before >= least === after >= least) continue;
    if (from === null) from = edge(a, b);
    else {
      found.push([from, edge(b, a)]);
      from = null;
    }
  }
  return from === null ? found : [...found, [from, Math.PI]];
}

const known = new Map(),
  FACTORS = ['missing', 'slope', 'sine', 'coefficient', 'length'];

/**
 * What decides the curves.
 *
 * @typedef {object} Params
 * @property {number} scale
 * @property {Record<string, number>} margins
 * @property {number} classes
 * @property {'90' | 'simplex' | 'circle'} others
 */

/**
 * One loss over 0…π: its factors at STEPS + 1 angles, its scale and peak, and where it pushes. Kept: what no drag
 * moves is not worked out again.
 */
export function study(loss, p) {
  const { scale, margins, classes, others } = p;
  const key = loss === 'p2sgrad' ? loss : [loss, loss === 'adacos' ? '' : scale, margins[loss], classes, others].join();
  return kept(known, key, 40, () => {
    const about = given(loss, p),
      length = theta => pull(loss, theta, about(theta)).length,
      found = { scale: PUSHES[loss].scale(scale, classes) };
    for (const name of FACTORS) found[name] = new Float64Array(STEPS + 1);
    for (let i = 0; i <= STEPS; i++) {
      const theta = (Math.PI * i) / STEPS,
        factors = factorsFrom(loss, theta, about(theta, i));
      for (const name of FACTORS) found[name][i] = factors[name];
    }
    const peak = peakOf(length, found.length);
    return Object.assign(found, {
      peak,
      ranges: rangesOf(length, found.length, peak, flats(loss, margins[loss] ?? 0)),
    });
  });
}
