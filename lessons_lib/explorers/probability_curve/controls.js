// ProbabilityCurve's controls: who chooses s, its slider with AdaCos's place on it, C, the others, and the run.
import { element, part } from '../kit/view.js';
import { button, choice, offer, slider, table } from '../kit/controls.js';
import { CLASSES, classesSlider } from '../kit/steps.js';
import { degrees, thousands } from '../kit/words.js';
import { DEGREE } from '../kit/numbers.js';
import { SCALE_STEPS, angleOfOthers, classesStep, fixedScale, scaleAt, scaleStep } from './maths.js';
import { changed, placeText, readings, scaleText } from './words.js';

/**
 * Places on a slider that a click goes to, [[label, click, title], …]; `put` moves and renames them: [[part of the
 * way, label], …].
 */
function marksOn({ root }, marks) {
  const nodes = marks.map(([label, click, title]) => button(label, click, { title }));
  root.append(part('marks', ...nodes));
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
  const { root, heads, cells } = table(names.length, ['', '', 'Fixed AdaCos'], { class: 'readings' });
  cells.forEach(([name], i) => {
    name.innerHTML = names[i];
  });
  function update({ p, choice: chosen, before, angle }) {
    const fixed = { ...p, scale: fixedScale(p.num_classes) },
      [name, q] =
        chosen !== 'fixed' ? ['Fixed AdaCos', fixed] : changed(before, p).was ? ['before', before] : ['', null];
    const now = readings(p, angle),
      beside = q && readings(q, angle);
    heads[1].textContent = `s = ${scaleText(p.scale)}`;
    heads[2].textContent = name;
    cells[0][0].innerHTML = `<i>P</i> at ${degrees(angle)}`;
    cells.forEach(([, own, other], i) => {
      own.textContent = now[i];
      other.textContent = beside ? beside[i] : '';
    });
  }
  return { root, update };
}

/** Who chooses the scale, and its slider; `wish` sets what decides the curve. */
function scaleControls(model, wish) {
  const followed = model.get('moments').length ? [['followed', 'AdaCos, followed']] : [];
  const ways = choice({
    label: 'who chooses the scale',
    set: value => wish('choice', { choice: value }),
    options: [['hand', 'by hand'], ['fixed', 'Fixed AdaCos'], ...followed],
  });
  const scale = slider({
    label: 'scale <i>s</i>',
    min: 0,
    max: SCALE_STEPS,
    step: 1,
    show: () => scaleText(model.get('scale')),
    set: i => wish('scale', { scale: scaleAt(i) }),
  });
  const mark = marksOn(scale, [['', () => wish('choice', { choice: 'fixed' }), 'Fixed AdaCos']]);
  function update({ p, choice: chosen }) {
    const fixed = fixedScale(p.num_classes);
    ways.update(chosen);
    scale.update(scaleStep(p.scale));
    mark([[scaleStep(fixed) / SCALE_STEPS, `√2 ln(C − 1) = ${scaleText(fixed)}`]]);
  }
  return { nodes: [ways.root, scale.root], update };
}

const TENS = [10, 100, 1000, 10000];

/** How many classes there are. */
function classControls(model, wish) {
  const choose = num_classes => wish('num_classes', { num_classes }),
    classes = classesSlider(() => model.get('num_classes'), choose);
  const marks = TENS.map(C => [thousands(C), () => choose(C), `${thousands(C)} classes`]);
  marksOn(classes, marks)(TENS.map(C => [classesStep(C) / (CLASSES.length - 1)]));
  return { nodes: [classes.root], update: classes.update };
}

/** Where the other classes stand. */
function placeControls(model, wish) {
  const current = () => angleOfOthers({ others: model.get('others'), num_classes: model.get('num_classes') }),
    free = radians => wish('others', { others: Number(radians.toFixed(5)) }),
    place = element('p', { class: 'soft' });
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
    show: () => degrees(current()),
    set: v => free(v * DEGREE),
  });
  function update({ p }) {
    others.update(Math.round((10 * current()) / DEGREE) / 10);
    where.update(typeof p.others === 'string' ? p.others : 'free');
    place.textContent = placeText(p);
  }
  return { nodes: [element('div', {}, others.root, where.root, place)], update };
}

/** The run that is followed: its moments as a slider, a button that plays them, the canvas of its gauges. */
export function runControls(moments, wish, play) {
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
  step.input.disabled = moments.length < 2;
  offer(run, moments.length > 1);
  function update({ step: at, playing }) {
    step.update(at);
    run.textContent = playing ? 'pause' : at === moments.length - 1 ? 'replay' : 'play';
  }
  return { nodes: moments.length ? [part('run', step.root, run, gauges)] : [], gauges, update };
}

/** What decides the curve. */
export function probabilityKnobs(model, wish) {
  const parts = [scaleControls, classControls, placeControls].map(make => make(model, wish));
  return { nodes: parts.flatMap(part => part.nodes), update: state => parts.forEach(part => part.update(state)) };
}
