// What stands around GradientArrows' plane: losses, sliders, formulas and the table.
import { element, part, picked, write } from '../kit/view.js';
import { choice, fold, named, slider } from '../kit/controls.js';
import { MARGINS, marginText } from '../kit/losses.js';
import { PUSHES } from '../kit/push.js';
import { WIDEST, scaleSlider } from '../kit/margins.js';
import { CLASSES, FITS, TALLEST, even, factors, short } from './steps.js';
import { placeSentence, pushFormula, rowOf, significant } from './words.js';

const SAMPLE = [
  '<path d="M0 6H24" stroke-width="3"/><path d="M34 6L23 1V11Z" fill="currentColor" stroke="none"/>',
  '<path d="M0 6H33" stroke-width="2.2" stroke-dasharray="6 3.5"/><path d="M26 2L34 6L26 10" stroke-width="2.2"/>',
];
const sample = i =>
  `<svg class="${'ab'[i]}" width="34" height="12" fill="none" ` +
  `stroke="currentColor" aria-hidden="true">${SAMPLE[i]}</svg>`;
/** One of the two losses: which it is, and its margin; one without a margin keeps the room for it. */
export function lossPanel(trait, i, state, set) {
  const which = choice({
    label: i ? 'the other loss' : 'loss',
    options: named(PUSHES),
    set: key => set(trait, key),
  });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    most: WIDEST,
    show: m => marginText(state()[trait], m),
    set: m => set('margins', { ...state().margins, [state()[trait]]: m }),
  });
  const without = element('p', { class: 'soft' }),
    root = element('div', { class: 'loss', style: `--own:var(--${'ab'[i]})` }, which.root, margin.root, without);
  root.insertAdjacentHTML('afterbegin', sample(i));
  return {
    root,
    update(now) {
      const key = now[trait],
        range = MARGINS[key]?.range;
      which.update(key);
      margin.root.classList.toggle('none', !range);
      without.textContent = range ? '' : 'no margin';
      if (!range) return;
      margin.update(now.margins[key], range);
      margin.input.setAttribute('aria-label', `margin of ${PUSHES[key].name}`);
    },
  };
}

/** How far x stands above the plane. */
export const liftSlider = set =>
  slider({
    label: 'lift <i>x</i> above the plane',
    min: 0,
    max: 80,
    step: 1,
    show: v => `${Math.round(v)}°`,
    set: v => set('lift', Math.min(TALLEST, short((v * Math.PI) / 180))),
  });

/** What is set more rarely, folded: scale, classes, and what arrows are measured by. */
export function commonPanel(set) {
  const scale = scaleSlider(
    s => set('scale', s),
    s => String(Math.round(10 * s) / 10),
  );
  const several = (label, options, pick) => choice({ label, options, set: pick });
  const classes = several(
    'number of classes',
    CLASSES.map(C => [C, String(C)]),
    C => set('directions', even(C)),
  );
  const label = several(
    'class of x',
    Array.from({ length: 10 }, (_, j) => [j, String(j)]),
    j => set('label', j),
  );
  const lengths = several('arrows measured', Object.entries(MEASURES), v => set('lengths', v));
  const row = (words, { root }) => part('line', element('span', {}, words), root);
  const rows = [row('classes C', classes), row('class of x', label), row('arrow lengths', lengths)],
    note = element('p', { class: 'soft' });
  return {
    root: fold('scale, classes, arrow lengths', scale.root, ...rows, note),
    update(now) {
      const C = now.directions.length;
      scale.update(now.scale);
      classes.update(C);
      label.update(now.label);
      lengths.update(now.lengths);
      [...label.root.children].forEach((node, j) => {
        node.hidden = j >= C;
      });
      write(note, lengthNote(now));
    },
  };
}
const MEASURES = { own: 'each to its own longest', as_is: 'as they are', per_scale: 'divided by s' };

function lengthNote({ both, tops }) {
  const [a, b] = both.map((key, i) => `<b class="${'ab'[i]}">${PUSHES[key].name}</b> ${significant(tops[i].length)}`);
  const own = both.includes('sphereface') ? ' SphereFace has ‖x‖ for s; here it takes the slider’s.' : '';
  return `Longest arrow anywhere round the circle: ${a}, ${b}.${own}`;
}

/** The numbers behind the arrows, folded: the law, both pushes with their numbers, and the table. */
export function numbersPanel() {
  const law = element('p', { class: 'law' }),
    place = element('p', { class: 'soft' }),
    pushes = [0, 1].map(i => element('p', { class: `push ${'ab'[i]}` })),
    table = pushTable();
  law.innerHTML = LAW;
  return {
    root: fold('the numbers behind the arrows', law, part('pushes', ...pushes), table.root, place),
    update(now) {
      now.both.forEach((key, i) => write(pushes[i], now.at ? pushFormula(key, factors(key, now, now.at)) : ''));
      write(place, placeSentence(now, now.lift));
      table.update(now);
    },
  };
}
const LAW =
  '<span class="part"><span class="frac"><span>∂<i>L</i></span><span>∂<i>W<sub>j</sub></i></span></span> = ' +
  '<i>a<sub>j</sub></i> <span class="frac"><span><i>x̂</i> − cos <i>θ<sub>j</sub></i> <i>Ŵ<sub>j</sub></i></span>' +
  '<span>‖<i>W<sub>j</sub></i>‖</span></span></span><span class="soft">one line for every loss; only ' +
  '<i>a<sub>j</sub></i> = ∂<i>L</i>/∂cos <i>θ<sub>j</sub></i> differs</span>';

/** Per class: the angle, ∂L/∂cos θ of both losses, and their ratio. */
function pushTable() {
  const heads = Array.from({ length: 5 }, () => element('th', { scope: 'col' }));
  const rows = Array.from({ length: 10 }, () => element('tr', {}, ...Array.from({ length: 5 }, () => element('td'))));
  const root = element(
    'div',
    { class: 'numbers', tabindex: 0, role: 'region', 'aria-label': 'a row for each class' },
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
        write(heads[k], html),
      );
      rows.forEach((row, j) => {
        const there = j < now.directions.length && now.at; // the others keep their room
        row.className = !there ? 'none' : now.turned.includes(j) ? 'round' : j === now.label ? 'own' : '';
        if (!there) return;
        rowOf(now, j, now.label).forEach((text, k) => {
          write(row.children[k], text.replace('× ', '<span>× </span>'));
        });
      });
    },
  };
}

const USUAL = { sphereface: 4, cosface: 0.35, arcface: 0.5 };

/** What the model holds, with what somebody pasted put in order: a margin left out, a label that is gone. */
export function read(model, names) {
  const now = picked(model, names);
  now.margins = { ...USUAL, ...now.margins };
  if (!FITS.directions(now.directions)) now.directions = even(5);
  if (!(now.label < now.directions.length)) now.label = 0;
  return now;
}
