// CurveFamily's controls: which loss, which trained net, and, folded away, what decides the curves besides the hand.
import { element } from '../kit/view.js';
import { choice, slider } from '../kit/controls.js';
import { thousands } from '../kit/words.js';
import { LOSSES, RANGES } from './maths.js';
import { angleText, plain } from './words.js';

const DEGREE = Math.PI / 180,
  within =
    ({ min, max }) =>
    value =>
      Number.isFinite(value) && value >= min - 1e-9 && value <= max + 1e-9;
const MARGINS = ['adaface', 'curricularface', 'magface_from', 'magface_to'],
  angle = value => Number.isFinite(value) && value >= 0 && value < Math.PI + 1e-4;
const CLASSES = [3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** Whether margins may be set beside those there are. */
function fitMargins(value, now) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const all = { ...now, ...value };
  return (
    Object.entries(value).every(([name, m]) => MARGINS.includes(name) && within(RANGES[name])(m)) &&
    all.magface_from <= all.magface_to
  );
}

/** Whether a pasted value may be set. */
export const fits = model => (name, value) =>
  ({
    loss: () => typeof value === 'string' && Object.hasOwn(LOSSES, value),
    margins: () => fitMargins(value, model.get('margins')),
    reach: () =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every(within(RANGES.length)) &&
      value[0] > 0 &&
      value[0] < value[1],
    scale: () => Number.isFinite(value) && value >= 1 && value <= 64,
    classes: () => Number.isInteger(value) && value >= 3 && value <= 100_000,
    own: () => angle(value) && value < Math.PI / 2 + 1e-4,
    angle: () => angle(value),
    net: () => Number.isInteger(value) && value >= 0 && value < Math.max(1, model.get('nets').length),
  })[name]?.() ?? within(RANGES[name])(value);

/** The slider that is nearest to a number of classes. */
const stepOf = classes =>
  CLASSES.reduce(
    (best, C, i) => (Math.abs(Math.log(C / classes)) < Math.abs(Math.log(CLASSES[best] / classes)) ? i : best),
    0,
  );

/** Sliders of one setting each, with the losses it bears on and how its value is read. */
function knobs(model, move) {
  const knob = (losses, read, range) => ({ losses, read, ...slider({ show: plain, ...range }) });
  const number = (label, name, losses, range = RANGES[name]) =>
    knob(losses, () => model.get(name), { label, ...range, set: value => move(name, value) });
  const margin = (label, name, loss) =>
    knob([loss], () => model.get('margins')[name], {
      label,
      ...RANGES[name],
      set: m => move('margins', mended(model.get('margins'), name, m)),
    });
  const turn = (label, name, losses, max) =>
    knob(losses, () => Math.round((model.get(name) / DEGREE) * 10) / 10, {
      label,
      ...{ min: 0, max, step: 1 },
      show: value => angleText(value * DEGREE),
      set: value => move(name, Number((value * DEGREE).toFixed(5))),
    });
  const all = Object.keys(LOSSES);
  return [
    margin('margin <i>m</i>', 'adaface', 'adaface'),
    margin('margin <i>m</i>', 'curricularface', 'curricularface'),
    margin('margin of the shortest', 'magface_from', 'magface'),
    margin('margin of the longest', 'magface_to', 'magface'),
    number('<i>h</i>', 'h', ['adaface']),
    number('mean length μ', 'mean', ['adaface']),
    number('spread σ', 'spread', ['adaface']),
    turn('own angle θ<sub>y</sub>', 'own', ['curricularface'], 90),
    turn('line at θ', 'angle', all, 180),
    number('scale <i>s</i>', 'scale', all, { min: 1, max: 64, step: 0.5 }),
    knob(all, () => stepOf(model.get('classes')), {
      label: 'classes <i>C</i>',
      ...{ min: 0, max: CLASSES.length - 1, step: 1 },
      show: () => thousands(model.get('classes')),
      set: i => move('classes', CLASSES[i]),
    }),
  ];
}

/** MagFace's margins stay in order: one that passes the other takes it along. */
export function mended(margins, name, m) {
  const value = { ...margins, [name]: m };
  if (name === 'magface_from') value.magface_to = Math.max(value.magface_to, m);
  if (name === 'magface_to') value.magface_from = Math.min(value.magface_from, m);
  return value;
}

/** `choose` sets the loss, `move` what curves depend on, `put` the rest. */
export function familyControls(model, { choose, move, put }) {
  const nets = model.get('nets'),
    sliders = knobs(model, move);
  const losses = choice({
    label: 'loss',
    options: Object.entries(LOSSES).map(([key, { name }]) => [key, name]),
    set: choose,
  });
  const net = choice({
    label: 'trained net',
    options: nets.map(({ name }, i) => [i, name]),
    set: i => put('net', Number(i)),
  });
  function update(loss) {
    losses.update(loss);
    if (nets.length) net.update(model.get('net'));
    for (const knob of sliders) {
      knob.root.hidden = !knob.losses.includes(loss);
      knob.update(knob.read());
    }
  }
  return {
    losses: losses.root,
    sides:
      nets.length > 1
        ? [element('div', { class: 'set' }, element('span', { class: 'soft' }, 'trained θ'), net.root)]
        : [],
    fold: element('div', { class: 'knobs' }, ...sliders.map(({ root }) => root)),
    update,
  };
}
