// LiveLab's controls: what trains, how fast, and the three buttons.
import { element } from '../kit/view.js';
import { button, choice, slider } from '../kit/controls.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { KINDS } from './maths.js';
import { plainly, sized } from './words.js';

export const SPEEDS = [1, 2, 5, 10, 20, 50];
const SIGNS = { play: 'M1 0v14l11-7z', pause: 'M1 0h3.6v14H1zM7.4 0H11v14H7.4z' };
export const NO_KERNEL =
  'This is a recording: other losses, margins and scales need a ' +
  'kernel, so open this notebook in JupyterLab and run this cell.';
const NOTHING_RECORDED =
  'This needs a kernel, and nothing was recorded to be replayed: lab.record() before it is shown does so.';
const NO_TRUNK = 'Trunk features need a trained run: LiveLab(data, warm).';
const STEPS_OF_MARGIN = { sphereface: 1 };
const nearestSpeed = speed =>
  SPEEDS.reduce((best, s, i) => (Math.abs(s - speed) < Math.abs(SPEEDS[best] - speed) ? i : best), 0);
const between0 = (value, { min, max }) => Number.isFinite(value) && value >= min && value <= max;

/** Whether a pasted value may be set. */
export const liveFits = model => (name, value) =>
  ({
    source: () => value === 'pixels' || (value === 'trunk' && model.get('warm')),
    loss: () => Object.hasOwn(KINDS, value),
    margins: () =>
      value !== null &&
      typeof value === 'object' &&
      Object.entries(value).every(
        ([loss, m]) =>
          Object.hasOwn(MARGINS, loss) &&
          MARGINS[loss].range &&
          between0(m, MARGINS[loss].range) &&
          (loss !== 'sphereface' || Number.isInteger(m)),
      ),
    scale: () => between0(value, { min: 1, max: 64 }),
    speed: () => Number.isInteger(value) && between0(value, { min: 1, max: 50 }),
  })[name]();

/** Buttons: `hand` has play(), step(), reset(). */
export function liveButtons(hand) {
  const play = button('', hand.play, { class: 'play' }),
    step = button('', hand.step),
    reset = button('', hand.reset);
  const root = element('div', { class: 'buttons' }, play, step, reset);
  function update({ replay, playing, speed, frames, at }) {
    const name = playing ? 'pause' : replay && at === frames - 1 ? 'replay' : 'play';
    if (play.textContent !== name) {
      play.innerHTML =
        `<svg viewBox="0 0 13 14" aria-hidden="true"><path ` + `d="${SIGNS[playing ? 'pause' : 'play']}"/></svg>`;
      play.append(name);
    }
    step.textContent = replay ? 'next frame' : `${speed} step${speed === 1 ? '' : 's'}`;
    reset.textContent = replay ? 'to the start' : 'reset';
    step.disabled = playing || (replay && !frames);
    reset.disabled = replay && !frames;
    play.disabled = replay && frames < 2;
  }
  return { root, update };
}

/** What trains; `put(name, value)` hands a setting over. */
export function liveControls(model, put) {
  const key = () => KINDS[model.get('loss')].margin;
  const source = choice({
    label: 'learns from',
    options: [
      ['pixels', 'raw pixels'],
      ['trunk', 'trunk features'],
    ],
    set: value => put('source', value),
  });
  const loss = choice({
    label: 'loss',
    options: Object.entries(KINDS).map(([name, kind]) => [name, kind.name]),
    set: value => put('loss', value),
  });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: m => (!key() ? 'none' : key() === 'sphereface' ? String(m) : marginText(key(), m)),
    set: m => put('margins', { ...model.get('margins'), [key()]: Number(m.toFixed(4)) }),
  });
  let running = NaN;
  const scale = slider({
    label: 'scale <i>s</i>',
    min: 1,
    max: 64,
    step: 1,
    set: s => put('scale', s),
    show: s =>
      KINDS[model.get('loss')].scaled ? String(s) : Number.isFinite(running) ? plainly(sized(running)) : 'none',
  });
  const speed = slider({
    label: 'speed',
    min: 0,
    max: SPEEDS.length - 1,
    step: 1,
    set: i => put('speed', SPEEDS[i]),
    show: () => `${model.get('speed')} step${model.get('speed') === 1 ? '' : 's'} a frame`,
  });
  const why = element('div', { class: 'soft why' }),
    knobs = element('div', { class: 'knobs' }, margin.root, scale.root, speed.root);
  const root = element(
    'div',
    { class: 'what' },
    element('div', { class: 'set' }, element('span', { class: 'soft' }, 'learns from'), source.root),
    element('div', { class: 'set' }, element('span', { class: 'soft' }, 'loss'), loss.root),
    knobs,
    why,
  );
  function update({ replay, settings, moment, frames }) {
    const kind = KINDS[settings.loss],
      own = kind.margin,
      range = own && MARGINS[own].range;
    running = moment?.scale ?? NaN;
    source.update(settings.source);
    loss.update(settings.loss);
    for (const input of root.querySelectorAll('input')) input.disabled = replay;
    source.root.querySelector('[value="trunk"]').disabled = replay || !model.get('warm');
    margin.update(
      own ? settings.margins[own] : 0,
      range ? { ...range, step: STEPS_OF_MARGIN[own] ?? range.step } : { min: 0, max: 1, step: 1 },
    );
    margin.input.disabled ||= !own;
    scale.update(settings.scale);
    scale.input.disabled ||= !kind.scaled;
    speed.update(nearestSpeed(settings.speed ?? model.get('speed')));
    root.classList.toggle('off', replay);
    why.textContent = replay
      ? frames
        ? NO_KERNEL
        : NOTHING_RECORDED
      : [kind.why, model.get('warm') ? '' : NO_TRUNK].filter(Boolean).join(' ');
  }
  return { root, update };
}
