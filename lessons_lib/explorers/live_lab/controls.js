// LiveLab's controls: what trains, how fast, and the three buttons.
import { element, roomy } from '../kit/view.js';
import { button, choice, fitsIn, offer, slider } from '../kit/controls.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { WIDEST, fitMargins, scaleSlider } from '../kit/margins.js';
import { KINDS } from './maths.js';
import { plainly, sized } from './words.js';

const SPEEDS = [1, 2, 5, 10, 20, 50];
const RATES = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
const SIGNS = { play: 'M1 0v14l11-7z', pause: 'M1 0h3.6v14H1zM7.4 0H11v14H7.4z' };
const SOURCES = [
  ['trunk', 'trunk features'],
  ['pixels', 'pixels'],
  ['points', 'no network: own points'],
];
const STARTS = [
  ['random', 'by chance'],
  ['even', 'evenly'],
];
const NO_TRUNK = 'Trunk features need a trained run: LiveLab(data, warm).';
const STEPS_OF_MARGIN = { sphereface: 1 };
const nearest = (list, value) =>
  list.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(list[best] - value) ? i : best), 0);
const within = (value, min, max) => Number.isFinite(value) && value >= min && value <= max;

/** Whether these may be set as own points: [x, y, label] of a class that there is. */
const fitPoints = (value, classes) =>
  Array.isArray(value) &&
  value.every(
    point =>
      Array.isArray(point) &&
      point.length === 3 &&
      point.slice(0, 2).every(v => within(v, -2, 2)) &&
      Number.isInteger(point[2]) &&
      within(point[2], 0, classes - 1),
  );

/** Whether a pasted value may be set. */
export const liveFits = model =>
  fitsIn(model, {
    source: value => value === 'pixels' || value === 'points' || (value === 'trunk' && model.get('warm')),
    margins: value => fitMargins(value) && Number.isInteger(value.sphereface ?? 1),
    points: value => fitPoints(value, model.get('classes')),
  });

/** Buttons: `hand` has play(), step(), reset(). */
export function liveButtons(hand) {
  const play = button('', hand.play, { class: 'play' }),
    step = button('', hand.step),
    reset = button('reset', hand.reset);
  const root = element('div', { class: 'buttons' }, play, step, reset);
  function update({ playing, speed }) {
    const name = playing ? 'pause' : 'play';
    if (play.textContent !== name) {
      play.innerHTML = `<svg viewBox="0 0 13 14" aria-hidden="true"><path d="${SIGNS[name]}"/></svg>`;
      play.append(name);
    }
    step.textContent = `${speed} step${speed === 1 ? '' : 's'}`;
    offer(step, !playing);
  }
  return { root, update };
}

/** The sliders of what is trained with. */
function knobs(model, put) {
  const kind = () => KINDS[model.get('loss')];
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    ...{ min: 0, max: 1, step: 0.01, most: WIDEST },
    show: m => (!kind().margin ? 'none' : kind().margin === 'sphereface' ? String(m) : marginText(kind().margin, m)),
    set: m => kind().margin && put('margins', { ...model.get('margins'), [kind().margin]: Number(m.toFixed(4)) }),
  });
  let running = NaN;
  const scale = scaleSlider(
    s => put('scale', s),
    s => (kind().scaled ? String(s) : Number.isFinite(running) ? plainly(sized(running)) : 'none'),
  );
  const rate = slider({
    label: 'learning rate',
    ...{ min: 0, max: RATES.length - 1, step: 1 },
    set: i => put('rate', RATES[i]),
    show: () => String(model.get('rate')),
  });
  function update(moment) {
    const { margin: own, scaled } = kind(),
      range = own && MARGINS[own].range;
    running = moment.scale;
    margin.update(
      own ? model.get('margins')[own] : 0,
      range ? { ...range, step: STEPS_OF_MARGIN[own] ?? range.step } : { min: 0, max: 1, step: 1 },
    );
    margin.input.disabled = !own;
    scale.update(model.get('scale'));
    scale.input.disabled = !scaled;
    rate.update(nearest(RATES, model.get('rate')));
  }
  return { root: element('div', { class: 'knobs' }, margin.root, scale.root, rate.root), update };
}

/** What trains; `put(name, value)` hands a setting over. */
export function liveControls(model, put) {
  const row = (words, chosen) =>
    element('div', { class: 'set' }, element('span', { class: 'soft' }, words), chosen.root);
  const choose = (name, options) => choice({ label: name, options, set: value => put(name, value) });
  const loss = choose(
      'loss',
      Object.entries(KINDS).map(([name, { name: said }]) => [name, said]),
    ),
    source = choose('source', model.get('warm') ? SOURCES : SOURCES.slice(1)),
    start = choose('start', STARTS),
    turned = knobs(model, put),
    why = element('div', { class: 'soft why' });
  const speed = slider({
    label: 'speed',
    ...{ min: 0, max: SPEEDS.length - 1, step: 1 },
    set: i => put('speed', SPEEDS[i]),
    show: () => `${model.get('speed')} step${model.get('speed') === 1 ? '' : 's'} a frame`,
  });
  const from = row('learns from', source),
    what = element(
      'div',
      { class: 'what' },
      row('loss', loss),
      turned.root,
      roomy([why], [model.get('warm') ? 82 : 138]),
    ),
    begin = [row('weights begin', start), speed.root];
  function update(moment) {
    loss.update(model.get('loss'));
    source.update(model.get('source'));
    start.update(model.get('start'));
    speed.update(nearest(SPEEDS, model.get('speed')));
    turned.update(moment);
    why.textContent = [KINDS[model.get('loss')].why, model.get('warm') ? '' : NO_TRUNK].filter(Boolean).join(' ');
  }
  return { from, what, begin, update };
}
