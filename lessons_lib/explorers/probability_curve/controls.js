// ProbabilityCurve's controls: who chooses s, its slider with AdaCos's place on it, C, the others, and the run.
import { element } from '../kit/view.js';
import { button, choice, slider } from '../kit/controls.js';
import { thousands } from '../kit/words.js';
import {
  CLASSES,
  PLACES,
  SCALES,
  SCALE_STEPS,
  angleOfOthers,
  classesStep,
  fixedScale,
  movedFrom,
  scaleAt,
  scaleStep,
} from './maths.js';
import { angleText, placeText, readings, scaleText } from './words.js';

/** Whether a pasted value may be set. */
export const fits = model => (name, value) =>
  ({
    scale: () => Number.isFinite(value) && value >= SCALES.min && value <= SCALES.max,
    num_classes: () => Number.isInteger(value) && value >= 3 && value <= CLASSES.at(-1),
    others: () =>
      value === '90' ||
      value === 'simplex' ||
      (Number.isFinite(value) && value > PLACES.min - 1e-4 && value < PLACES.max + 1e-4),
    choice: () => value === 'hand' || value === 'fixed' || (value === 'followed' && model.get('moments').length > 0),
    angle: () => Number.isFinite(value) && value >= 0 && value < Math.PI + 1e-4,
    step: () => Number.isInteger(value) && value >= 0 && value < Math.max(1, model.get('moments').length),
    net: () => Number.isInteger(value) && value >= 0 && value < Math.max(1, model.get('nets').length),
  })[name]();

/**
 * Places on a slider that a click goes to, [[label, click, title], …]; `put` moves and renames them: [[part of the
 * way, label], …].
 */
function marksOn({ root }, marks) {
  const row = element('div', { class: 'marks' }),
    nodes = marks.map(([label, click, title]) => button(label, click, { title }));
  row.append(...nodes);
  root.append(row);
  return places =>
    places.forEach(([part, label], i) => {
      nodes[i].style.left = `calc(8px + (100% - 16px)*${part.toFixed(4)})`;
      if (label) nodes[i].innerHTML = label;
    });
}

/**
 * P, the loss and the slope at the cursor, for the curve and for Fixed AdaCos; where that is the curve, for what was
 * before.
 */
export function readingTable() {
  const names = ['<i>P</i>', 'loss −ln <i>P</i>', 'slope, % a degree', 'steepest at', '<i>P</i> at 0°', 'loss at 0°'];
  const head = ['', '', 'Fixed AdaCos'].map(text => element('th', { scope: 'col' }, text)),
    rows = names.map(() => [element('th', { scope: 'row' }), element('td'), element('td')]);
  rows.forEach(([name], i) => {
    name.innerHTML = names[i];
  });
  const root = element(
    'table',
    { class: 'readings' },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows.map(cells => element('tr', {}, ...cells))),
  );
  function update({ p, choice: chosen, before, angle }) {
    const [name, q] =
      chosen !== 'fixed'
        ? ['Fixed AdaCos', { ...p, scale: fixedScale(p.num_classes) }]
        : movedFrom(before, p).length
          ? ['before', before]
          : ['', null];
    const now = readings(p, angle),
      beside = q && readings(q, angle);
    head[1].textContent = `s = ${scaleText(p.scale)}`;
    head[2].textContent = name;
    rows[0][0].innerHTML = `<i>P</i> at ${angleText(angle)}`;
    rows.forEach(([, own, other], i) => {
      own.textContent = now[i];
      other.textContent = beside ? beside[i] : '';
    });
  }
  return { root, update };
}

const part = classes => classesStep(classes) / (CLASSES.length - 1);

/** `wish` sets what decides the curve; `put` the rest; `play` starts and stops the run. */
export function probabilityControls(model, { wish, put, play }) {
  const nets = model.get('nets'),
    moments = model.get('moments'),
    row = (name, ...nodes) => element('div', { class: 'set' }, element('span', {}, name), ...nodes);
  const ways = choice({
    label: 'who chooses the scale',
    set: value => wish('choice', { choice: value }),
    options: [
      ['hand', 'by hand'],
      ['fixed', 'Fixed AdaCos'],
      ...(moments.length ? [['followed', 'AdaCos, followed']] : []),
    ],
  });
  const scale = slider({
    label: 'scale <i>s</i>',
    min: 0,
    max: SCALE_STEPS,
    step: 1,
    show: () => scaleText(model.get('scale')),
    set: i => wish('scale', { scale: scaleAt(i) }),
  });
  const classes = slider({
    label: 'classes <i>C</i>',
    min: 0,
    max: CLASSES.length - 1,
    step: 1,
    show: () => thousands(model.get('num_classes')),
    set: i => wish('num_classes', { num_classes: CLASSES[i] }),
  });
  const markFixed = marksOn(scale, [['', () => wish('choice', { choice: 'fixed' }), 'Fixed AdaCos']]),
    tens = [10, 100, 1000, 10000];
  marksOn(
    classes,
    tens.map(C => [thousands(C), () => wish('num_classes', { num_classes: C }), `${thousands(C)} classes`]),
  )(tens.map(C => [part(C)]));
  const current = () => angleOfOthers({ others: model.get('others'), num_classes: model.get('num_classes') }),
    place = element('p', { class: 'soft' });
  const free = radians => wish('others', { others: Number(radians.toFixed(5)) });
  const where = choice({
    label: 'where the other classes stand',
    options: [
      ['90', '90°'],
      ['simplex', 'simplex'],
      ['free', 'elsewhere'],
    ],
    set: value => (value === 'free' ? free(current()) : wish('others', { others: value })),
  });
  const others = slider({
    label: 'others at <i>θ</i><sub>others</sub>',
    min: 60,
    max: 120,
    step: 1,
    show: () => angleText(current()),
    set: v => free((v * Math.PI) / 180),
  });
  const net = choice({
    label: 'trained net',
    options: nets.map(({ name }, i) => [i, name]),
    set: i => put('net', Number(i)),
  });
  const step = slider({
    label: 'recorded moment',
    min: 0,
    max: Math.max(1, moments.length - 1),
    step: 1,
    show: i => (moments[i] ? `step ${thousands(moments[i].step)}` : ''),
    set: i => wish('step', { step: i, choice: 'followed' }),
  });
  const run = button('play', play),
    gauges = element('canvas', { 'aria-hidden': 'true' });
  step.input.disabled = run.disabled = moments.length < 2;

  function update({ p, choice: chosen, step: at, playing }) {
    ways.update(chosen);
    scale.update(scaleStep(p.scale));
    classes.update(classesStep(p.num_classes));
    others.update(Math.round((current() * 1800) / Math.PI) / 10);
    where.update(typeof p.others === 'string' ? p.others : 'free');
    place.textContent = placeText(p);
    step.update(at);
    markFixed([
      [scaleStep(fixedScale(p.num_classes)) / SCALE_STEPS, `√2 ln(C − 1) = ${scaleText(fixedScale(p.num_classes))}`],
    ]);
    if (nets.length) net.update(model.get('net'));
    run.textContent = playing ? 'pause' : at === moments.length - 1 ? 'replay' : 'play';
  }
  const follow = moments.length ? [element('div', { class: 'run' }, step.root, run, gauges)] : [];
  return {
    knobs: [ways.root, scale.root, classes.root, element('div', {}, others.root, where.root, place)],
    follow,
    gauges,
    sides: nets.length > 1 ? [row('trained θ', net.root)] : [],
    update,
  };
}
