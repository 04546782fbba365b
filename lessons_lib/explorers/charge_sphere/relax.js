// How charges relax: conjugate gradients on the circle or sphere, in steps small enough to be seen.
import { along, field, longest, moved, STEEPEST, usual } from './maths.js';

const GENTLE = 16,
  ENOUGH = 1e-9,
  STEEP_ENOUGH = 1e-4; // the steep law's first power; imbalances at which a relaxation ends
const inner = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/**
 * @typedef {{ x: Float64Array, law: string, held: number | null, p: number, way: Float64Array | null,
 *   pull: Float64Array | null, length: number, left: number, settled: boolean }} Relaxation
 */
/**
 * A relaxation that begins in x; `held` is a charge that stays where it is, or null. The steep law's power p rises on
 * the way.
 */
export const relaxation = (x, law, held = null) => ({
  x,
  law,
  held,
  p: law === 'steep' ? GENTLE : STEEPEST,
  way: null,
  pull: null,
  length: 1,
  left: Infinity,
  settled: false,
});

const pullAt = ({ law, p, held }, x, pull) => field(x, law, p, pull, held);

/** Downhill, and on in the way of the step before, as Polak and Ribière have it. */
function wayOn({ x, way, pull: before }, pull) {
  const down = pull.map(v => -v);
  if (!way) return down;
  const beta = Math.max(0, (inner(pull, pull) - inner(pull, along(x, before))) / inner(before, before)),
    old = along(x, way);
  const on = down.map((v, i) => v + beta * old[i]);
  return inner(on, pull) < 0 ? on : down;
}

/**
 * How far to go along `way`, at most `cap`: first to where the slope says the bottom lies, then back until it is
 * lower; null if nowhere.
 */
function lineSearch(state, { energy, way, slope }, cap) {
  const pull = new Float64Array(way.length);
  let far = Math.min(cap, state.way ? 1.5 * state.length : cap);
  for (let tries = 0; tries < 14; tries++) {
    const x = moved(state.x, way, far),
      found = pullAt(state, x, pull),
      there = inner(pull, way);
    const better = Math.min(cap, there > slope ? far * Math.min(4, slope / (slope - there)) : 4 * far);
    if (tries === 0 && (there > 0 || there < 0.5 * slope) && Math.abs(better - far) > 0.05 * far) {
      far = better;
      continue;
    }
    const level = found <= energy + 1e-15 * Math.abs(energy) && Math.abs(there) < Math.abs(slope);
    if (level || found <= energy + 1e-4 * far * slope) return { x, far, pull };
    far *= 0.4;
  }
  return null;
}

/** One step, no charge farther than `reach` radians; how far the farthest went. */
function advance(state, reach) {
  const pull = new Float64Array(state.x.length),
    energy = pullAt(state, state.x, pull),
    way = wayOn(state, pull),
    most = longest(way);
  if (most < 1e-300) return rest(state);
  const found = lineSearch(state, { energy, way, slope: inner(way, pull) }, reach / most);
  if (!found && state.way) {
    state.way = null;
    return 0;
  } // once more, straight down
  if (!found) return rest(state);
  Object.assign(state, {
    x: found.x,
    way,
    pull,
    length: found.far,
    left: longest(found.pull) / usual(found.x, state.law),
  });
  if (state.left < (state.law === 'steep' ? STEEP_ENOUGH : ENOUGH)) rest(state);
  return found.far * most;
}

/** The steep law becomes steeper; any other is at its end. */
function rest(state) {
  if (state.p >= STEEPEST) state.settled = true;
  else Object.assign(state, { p: 2 * state.p, way: null });
  return 0;
}

/** All steps at once; how many they were. */
export function settle(state, most = 6000) {
  let steps = 0;
  while (!state.settled && steps < most) {
    advance(state, 0.1);
    steps++;
  }
  return steps;
}

/** The steps of one frame: as fast as the charges are pushed, and slower where they come to rest. */
export function glide(state, seconds) {
  const end = performance.now() + 6; // milliseconds
  let left = seconds * Math.min(1.2, Math.max(0.45, 3 * state.left)),
    steps = 0;
  while (!state.settled && left > 1e-7 && performance.now() < end) {
    left -= advance(state, left);
    steps++;
  }
  return steps;
}
