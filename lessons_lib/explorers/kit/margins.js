// Sliders of a loss's margin and scale, and which margins may be set.
import { fitsLimits, slider } from './controls.js';
import { MARGINS, marginText } from './losses.js';

/** The longest that a margin is written. */
export const WIDEST = marginText('arcface', MARGINS.arcface.range.max);

/** The slider of the margin of the chosen `loss()`; it rests where that has none. */
export function marginSlider(loss, set) {
  const show = m => marginText(loss(), m),
    { root, input, update } = slider({
      label: 'margin <b class="m"><i>m</i></b>',
      min: 0,
      max: 1,
      step: 0.01,
      most: WIDEST,
      show,
      set,
    });
  return {
    root,
    update(m = 0) {
      const range = MARGINS[loss()]?.range;
      update(m, range ?? { min: 0, max: 1, step: 1 });
      input.disabled = !range;
    },
  };
}

/** The same where a model has the margins of all losses. */
export const marginsSlider = (model, move) => {
  const loss = () => model.get('loss');
  return marginSlider(loss, m => move('margins', { ...model.get('margins'), [loss()]: Number(m.toFixed(4)) }));
};

/** The slider of the scale; what it says of a number is `show`. */
export const scaleSlider = (set, show = String) =>
  slider({ label: 'scale <i>s</i>', min: 1, max: 64, step: 1, show, set });

/** Whether these may be set as margins: numbers of losses that have one, each within its slider's reach. */
export function fitMargins(value) {
  const ranged = Object.entries(MARGINS).filter(([, { range }]) => range),
    each = Object.fromEntries(ranged.map(([loss, { range }]) => [loss, { low: range.min, high: range.max }]));
  return fitsLimits({ each }, value);
}
