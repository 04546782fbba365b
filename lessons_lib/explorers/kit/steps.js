// Sliders that step through some values of their own.
import { slider } from './controls.js';
import { thousands } from './words.js';

/** The index of the value that is nearest in ratio. */
export const nearestIn = (values, value) =>
  values.reduce(
    (best, v, i) => (Math.abs(Math.log(v / value)) < Math.abs(Math.log(values[best] / value)) ? i : best),
    0,
  );

/** What a slider of C steps through: 3 to 100,000, twenty to a decade, two digits each. */
export const CLASSES = [
  ...new Set(Array.from({ length: 91 }, (_, k) => Number((10 ** (0.5 + k / 20)).toPrecision(k < 10 ? 1 : 2)))),
];

/** A slider through some `values`: `read()` is the one set, `show(value)` its words, `set(value)` takes another. */
export function stepper({ label, values, read, show, set }) {
  const range = { min: 0, max: values.length - 1, step: 1 },
    most = values.map(show).toSorted((a, b) => b.length - a.length)[0],
    { root, update } = slider({ label, ...range, most, show: () => show(read()), set: i => set(values[i]) });
  return { root, update: () => update(nearestIn(values, read())) };
}

export const classesSlider = (read, set) =>
  stepper({ label: 'classes <i>C</i>', values: CLASSES, read, show: thousands, set });
