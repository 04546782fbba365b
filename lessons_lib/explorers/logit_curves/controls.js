// LogitCurves's controls: the table that reads every loss at the cursor and chooses one, the sliders, the trained nets.
import { element } from '../kit/view.js';
import { choice, ownKeys, slider } from '../kit/controls.js';
import { MARGINS, fitMargins, marginText } from '../kit/losses.js';
import { DASHES, lossTints } from '../kit/pen.js';
import { GAPS, LAMBDAS, LOGITS, logitAt, nearestLambda } from './maths.js';
import { angleText, asksText, lambdaText, numberText } from './words.js';

const DEGREE = Math.PI / 180;

/** Whether a pasted value may be set. */
export const fits = model => (name, value) =>
  ({
    loss: () => LOGITS.includes(value),
    margins: () => fitMargins(value),
    annealing: () => Number.isFinite(value) && value >= 0 && value <= 1000,
    between: () => Number.isFinite(value) && value > GAPS.min - 1e-4 && value < GAPS.max + 1e-4,
    angle: () => Number.isFinite(value) && value >= 0 && value < Math.PI + 1e-4,
    net: () => Number.isInteger(value) && value >= 0 && value < Math.max(1, model.get('nets').length),
  })[name]();

/** One row a loss: it chooses, and it reads the curve at the cursor. */
export function logitTable(choose) {
  const group = `logits-${Math.floor(Math.random() * 1e12)}`,
    rows = {},
    at = element('span'),
    head = element(
      'div',
      { class: 'row soft' },
      element('span'),
      element('span'),
      at,
      element('span', {}, 'as softmax at'),
    );
  const root = element(
    'div',
    { class: 'table', role: 'radiogroup', 'aria-label': 'loss' },
    head,
    ...LOGITS.map(loss => {
      const input = ownKeys(element('input', { type: 'radio', name: group, value: loss, change: () => choose(loss) }));
      const mark = element('span'),
        f = element('b'),
        asks = element('span');
      mark.innerHTML = `<svg width="30" height="10" aria-hidden="true"><path d="M1 5H29" stroke-width="2.4"/></svg>`;
      rows[loss] = { input, f, asks, line: mark.querySelector('path') };
      return element('label', { class: 'row' }, mark, element('span', {}, input, MARGINS[loss].name), f, asks);
    }),
  );
  function update({ loss: chosen, p, angle, look }) {
    const { hue } = lossTints(look);
    at.textContent = `f(${angleText(angle)})`;
    for (const loss of LOGITS) {
      const { input, f, asks, line } = rows[loss],
        logit = logitAt(loss, angle, p);
      input.checked = loss === chosen;
      line.setAttribute('stroke', hue(loss));
      line.setAttribute('stroke-dasharray', loss === chosen ? '' : DASHES[loss]);
      f.textContent = numberText(logit);
      asks.textContent = asksText(logit);
    }
  }
  return { root, update };
}

/** Sliders and the choice of a net; `move` sets what curves depend on, `put` the rest. */
export function logitControls(model, move, put) {
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: m => marginText(model.get('loss'), m),
    set: m => move('margins', { ...model.get('margins'), [model.get('loss')]: Number(m.toFixed(4)) }),
  });
  const annealing = slider({
    label: 'annealing <i>λ</i>',
    min: 0,
    max: LAMBDAS.length - 1,
    step: 1,
    set: i => move('annealing', LAMBDAS[i]),
    show: () => (model.get('loss') === 'sphereface' ? lambdaText(model.get('annealing')) : 'none'),
  });
  const between = slider({
    label: 'between classes <i>θ</i>₁₂',
    min: 10,
    max: 180,
    step: 1,
    show: v => `${v.toFixed(1)}°`,
    set: v => move('between', Number((v * DEGREE).toFixed(5))),
  });
  const nets = model.get('nets'),
    net = choice({
      label: 'trained net',
      options: nets.map(({ name }, i) => [i, name]),
      set: i => put('net', Number(i)),
    });
  const sides = nets.length > 1 ? [element('div', { class: 'set' }, element('span', {}, 'trained θ'), net.root)] : [];
  function update({ loss, p }) {
    const { range } = MARGINS[loss];
    margin.update(p.margins[loss] ?? 0, range ?? { min: 0, max: 1, step: 1 });
    margin.input.disabled = !range;
    annealing.update(nearestLambda(p.annealing));
    annealing.input.disabled = loss !== 'sphereface';
    between.update(Math.round((p.between / DEGREE) * 10) / 10);
    if (nets.length) net.update(model.get('net'));
  }
  return { knobs: [margin.root, annealing.root, between.root], sides, update };
}
