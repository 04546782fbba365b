// What many figures reckon with.

export const TAU = 2 * Math.PI;
export const DEGREE = Math.PI / 180;
/** The same angle in −π…π. */
export const wrapped = angle => Math.atan2(Math.sin(angle), Math.cos(angle));
export const angleBetween = (a, b) => Math.abs(wrapped(a - b));
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
/** Of all lengths the 99.5th percentile: the few longest would leave the others no room. */
export const rimOf = lengths => Float64Array.from(lengths).sort()[Math.floor(0.995 * (lengths.length - 1))];
/** From 0 to 1, beginning and ending slowly. */
export const eased = part => part * part * (3 - 2 * part);

/** The last number that `holds` on the way from one for which it does to one for which it does not, by halving. */
export function lastThat(holds, on, off, times = 60) {
  for (let i = 0; i < times; i++) {
    const middle = (on + off) / 2;
    if (holds(middle)) on = middle;
    else off = middle;
  }
  return on;
}

/** Round angles, in degrees, and their places: [[tick, x], …]. */
export const ticksOf = (X, step = 30) =>
  Array.from({ length: 180 / step + 1 }, (_, i) => [i * step, X((i * step * Math.PI) / 180)]);

/** What `memory` has for a key, made if it has nothing; it forgets the oldest. */
export function kept(memory, key, most, make) {
  if (!memory.has(key)) {
    if (memory.size >= most) memory.delete(memory.keys().next().value);
    memory.set(key, make());
  }
  return memory.get(key);
}
