// What stands around GradientArrows' plane: losses, sliders, formulas and the table.
import { element } from '../kit/view.js';
import { choice, slider } from '../kit/controls.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { PUSHES } from '../kit/push.js';
import { CLASSES, FITS, TALLEST, even, factors, short } from './steps.js';
import { pushFormula, rowOf, significant } from './words.js';

const SAMPLE = [
  '<path d="M0 6H24" stroke-width="3"/><path d="M34 6L23 1V11Z" fill="currentColor" stroke="none"/>',
  '<path d="M0 6H33" stroke-width="2.2" stroke-dasharray="6 3.5"/><path d="M26 2L34 6L26 10" stroke-width="2.2"/>',
];
const sample = i =>
  `<svg class="${'ab'[i]}" width="34" height="12" fill="none" ` +
  `stroke="currentColor" aria-hidden="true">${SAMPLE[i]}</svg>`;
const put = (node, html) => {
  if (node.dataset.html !== html) {
    node.dataset.html = html;
    node.innerHTML = html;
  }
};

/** One of the two losses: which it is, its margin, and its push with the present numbers. */
export function lossPanel(trait, i, state, set) {
  const named = choice({
    label: i ? 'the other loss' : 'loss',
    options: Object.entries(PUSHES).map(([key, { name }]) => [key, name]),
    set: key => set(trait, key),
  });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: m => marginText(state()[trait], m),
    set: m => {
      const now = state();
      if (MARGINS[now[trait]]?.range) set('margins', { ...now.margins, [now[trait]]: m });
    },
  });
  const push = element('p', { class: 'push' }),
    root = element('div', { class: 'loss', style: `--own:var(--${'ab'[i]})` }, named.root, margin.root, push);
  root.insertAdjacentHTML('afterbegin', sample(i));
  return {
    root,
    update(now) {
      const key = now[trait],
        range = MARGINS[key]?.range;
      named.update(key);
      margin.root.hidden = !range;
      if (range) {
        margin.update(now.margins[key], range);
        margin.input.setAttribute('aria-label', `margin of ${PUSHES[key].name}`);
      }
      put(push, now.at ? pushFormula(key, factors(key, now, now.at)) : '');
    },
  };
}

/** Everything that is set once for both losses. */
export function commonPanel(set) {
  const scale = slider({
    label: 'scale <i>s</i>',
    min: 1,
    max: 64,
    step: 1,
    show: s => String(Math.round(10 * s) / 10),
    set: s => set('scale', s),
  });
  const lift = slider({
    label: 'lift <i>x</i> above the plane of the weights',
    min: 0,
    max: 80,
    step: 1,
    show: v => `${Math.round(v)}°`,
    set: v => set('lift', Math.min(TALLEST, short((v * Math.PI) / 180))),
  });
  const classes = choice({
    label: 'number of classes',
    options: CLASSES.map(C => [C, String(C)]),
    set: C => set('directions', even(C)),
  });
  const label = choice({
    label: 'class of x',
    options: Array.from({ length: 10 }, (_, j) => [j, String(j)]),
    set: j => set('label', j),
  });
  const lengths = choice({
    label: 'arrows measured',
    set: v => set('lengths', v),
    options: [
      ['own', 'each to its own longest'],
      ['as_is', 'as they are'],
      ['per_scale', 'divided by s'],
    ],
  });
  const row = (words, part) =>
    element('div', { class: 'line' }, element('span', { class: part === lengths ? 'whole' : '' }, words), part.root);
  const rows = [row('classes C', classes), row('class of x', label), row('arrow lengths', lengths)],
    note = element('p', { class: 'soft', style: 'margin:0' });
  return {
    scale,
    lift,
    rows,
    note,
    update(now, tops) {
      const C = now.directions.length;
      scale.update(now.scale);
      lift.update((now.lift * 180) / Math.PI);
      classes.update(C);
      label.update(now.label);
      lengths.update(now.lengths);
      [...label.root.children].forEach((node, j) => {
        node.hidden = j >= C;
      });
      const [a, b] = [now.loss, now.other].map(
        (key, i) => `<b class="${'ab'[i]}">${PUSHES[key].name}</b> ${significant(tops[i].length)}`,
      );
      put(
        note,
        `Longest arrow anywhere round the circle: ${a}, ${b}.` +
          ([now.loss, now.other].includes('sphereface')
            ? ' SphereFace has ‖x‖ for s; here it takes the slider’s.'
            : ''),
      );
    },
  };
}

/** Per class: the angle, ∂L/∂cos θ of both losses, and their ratio. */
export function pushTable() {
  const heads = Array.from({ length: 5 }, () => element('th', { scope: 'col' }));
  const rows = Array.from({ length: 10 }, () => element('tr', {}, ...Array.from({ length: 5 }, () => element('td'))));
  const root = element(
    'div',
    { class: 'numbers' },
    element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows)),
  );
  return {
    root,
    update(now) {
      const names = now.both.map(
        (key, i) =>
          `<span class="${'ab'[i]}">${PUSHES[key].name}</span><small>∂<i>L</i>/∂cos <i>θ<sub>j</sub></i></small>`,
      );
      ['class <i>j</i>', '<i>θ<sub>j</sub></i>', ...names, 'ratio<small>⟲ turned round</small>'].forEach((html, k) =>
        put(heads[k], html),
      );
      rows.forEach((row, j) => {
        row.hidden = j >= now.directions.length || !now.at;
        if (row.hidden) return;
        row.className = `${j === now.label ? 'own' : ''} ${now.turned.includes(j) ? 'round' : ''}`;
        rowOf(now, j, now.label).forEach((text, k) => {
          if (row.children[k].textContent !== text) row.children[k].textContent = text;
        });
      });
    },
  };
}

const USUAL = { sphereface: 4, cosface: 0.35, arcface: 0.5 };

/** What the model holds, with what somebody pasted put in order: a margin left out, a label that is gone. */
export function read(model, names) {
  const now = Object.fromEntries(names.map(name => [name, model.get(name)]));
  now.margins = { ...USUAL, ...now.margins };
  if (!FITS.directions(now.directions)) now.directions = even(5);
  if (!(now.label < now.directions.length)) now.label = 0;
  return now;
}
