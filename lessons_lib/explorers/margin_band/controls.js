// MarginBand's controls beside the circle.
import { element } from '../kit/view.js';
import { button, choice, slider } from '../kit/controls.js';
import { MARGINS, curveFormula, marginText } from '../kit/losses.js';
import { shares } from './band.js';

const NO_IMAGES = 'To train, it needs images: MarginBand(run, data).';

/** The controls beside the circle. */
export function controls(root, model, put, { train: toggle, back }) {
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    show: m => marginText(model.get('loss'), m),
    set: m => put('margins', { ...model.get('margins'), [model.get('loss')]: m }),
  });
  const scale = slider({ label: 'scale <i>s</i>', min: 1, max: 64, step: 1, show: String, set: s => put('scale', s) });
  const loss = choice({
    label: 'Loss',
    options: Object.entries(MARGINS).map(([key, { name }]) => [key, name]),
    set: key => put('loss', key),
  });
  const view = choice({
    label: 'View',
    options: [
      ['features', 'features as they are'],
      ['angle', 'only the angle'],
    ],
    set: key => put('view', key),
  });
  const formula = element('div', { class: 'formula' }),
    others = element('div', { class: 'soft' }),
    pushed = element('div', { class: 'soft' });
  const scent = element('div', { class: 'scent' }, margin.root),
    tick = element('div', { class: 'tick' }, element('span'));
  margin.root
    .querySelector('label')
    .insertAdjacentHTML(
      'afterend',
      '<svg viewBox="0 0 80 1" preserveAspectRatio="none" aria-hidden="true">' +
        '<path fill="var(--accent)" opacity=".28"/><path fill="var(--ink)" opacity=".5"/></svg>',
    );
  scent.append(element('span', { class: 'soft' }, 'share not satisfied'), tick);
  const train = button('train what I drag', toggle, { role: 'switch' }),
    undo = button('back', back),
    cannot = element('span', { class: 'soft' }),
    buttons = element('div', { class: 'buttons' }, train, cannot, undo);
  root.append(
    loss.root,
    element('div', {}, formula, others),
    scent,
    element('div', {}, scale.root, pushed),
    view.root,
    buttons,
  );

  function update({ key, m, s, seen, top, points, on, moved }) {
    const { neutral, range } = MARGINS[key],
      share = shares(seen.bears, neutral, range ?? { min: 0, max: 1 });
    const area = heights => `M0 1${heights.map((h, i) => `L${i} ${(1 - h).toFixed(4)}`).join('')}L80 1Z`,
      [band, wrong] = scent.querySelectorAll('path');
    loss.update(key);
    view.update(model.get('view'));
    scale.update(s);
    scent.classList.toggle('gone', !range);
    formula.innerHTML = `${s} · ${curveFormula(key, m)}`;
    others.innerHTML =
      `is the logit of the right class, the others keep <span ` +
      `style="white-space:nowrap">${s} · cos <i>θ<sub>j</sub></i></span>`;
    pushed.innerHTML =
      `the bolder a point, the harder it is pushed; the mean push, 1\u00a0−\u00a0<i>P<sub>y</sub></i>, ` +
      `is <b>${(seen.push.reduce((sum, p) => sum + p, 0) / (points.n || 1)).toFixed(3)}</b>`;
    train.disabled = !model.get('start').layers;
    train.setAttribute('aria-checked', on);
    cannot.textContent = train.disabled ? NO_IMAGES : '';
    undo.classList.toggle('gone', !moved);
    if (!range) return;
    margin.update(m, range);
    band.setAttribute('d', area(share.band));
    wrong.setAttribute('d', area(share.band.map(() => share.wrong)));
    const at = (top.last - range.min) / (range.max - range.min);
    tick.hidden = !(at <= 1);
    tick.style.left = `calc(8px + ${Math.min(at, 1)} * (100% - 16px))`;
    tick.classList.toggle('left', at > 0.5);
    tick.firstChild.textContent = `no room past ${top.last.toFixed(2)}`;
  }
  return update;
}
