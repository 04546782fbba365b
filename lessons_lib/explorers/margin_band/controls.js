// MarginBand's controls beside the circle.
import { element, write } from '../kit/view.js';
import { button, choice, offer, offered, slider } from '../kit/controls.js';
import { MARGINS, curveFormula, marginText } from '../kit/losses.js';
import { WIDEST, scaleSlider } from '../kit/margins.js';
import { shares } from './band.js';

const NO_IMAGES = 'To train, it needs images: MarginBand(run, data).';

/** The margin's slider with its scent: the share not satisfied, for every margin, and where no room is left. */
function marginControl(model, put) {
  const slide = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    most: WIDEST,
    show: m => marginText(model.get('loss'), m),
    set: m => put('margins', { ...model.get('margins'), [model.get('loss')]: m }),
  });
  const tick = element('div', { class: 'tick' }, element('span')),
    root = element('div', { class: 'scent' }, slide.root);
  slide.root
    .querySelector('label')
    .insertAdjacentHTML(
      'afterend',
      '<div class="soft">share not satisfied</div>' +
        '<svg viewBox="0 0 80 1" preserveAspectRatio="none" aria-hidden="true">' +
        '<path fill="var(--accent)" opacity=".28"/><path fill="var(--ink)" opacity=".5"/></svg>',
    );
  root.append(tick);
  const area = heights => `M0 1${heights.map((h, i) => `L${i} ${(1 - h).toFixed(4)}`).join('')}L80 1Z`,
    [band, wrong] = root.querySelectorAll('path');
  function update({ key, m, seen, top }) {
    const { neutral, range } = MARGINS[key];
    root.classList.toggle('gone', !range);
    if (!range) return;
    const share = shares(seen.bears, neutral, range),
      at = (top.last - range.min) / (range.max - range.min);
    slide.update(m, range);
    band.setAttribute('d', area(share.band));
    wrong.setAttribute('d', area(share.band.map(() => share.wrong)));
    tick.hidden = !(at <= 1);
    tick.style.left = `calc(8px + ${Math.min(at, 1)} * (100% - 16px))`;
    tick.classList.toggle('left', at > 0.5);
    tick.firstChild.textContent = `no room past ${top.last.toFixed(2)}`;
  }
  return { root, update };
}

/** What is trained, or why nothing can be, and the way back. */
function trainControl(model, { train: toggle, back }) {
  const train = button('train what I drag', toggle, { role: 'switch' }),
    undo = button('back', back),
    cannot = element('span', { class: 'soft' });
  return {
    root: element('div', { class: 'buttons' }, train, cannot, undo),
    update({ on, moved }) {
      offer(train, Boolean(model.get('start').layers));
      train.setAttribute('aria-checked', on);
      cannot.textContent = offered(train) ? '' : NO_IMAGES;
      offer(undo, moved);
    },
  };
}

/** The controls beside the circle. */
export function controls(root, model, put, ways) {
  const scale = scaleSlider(s => put('scale', s)),
    margin = marginControl(model, put),
    buttons = trainControl(model, ways);
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
  root.append(
    ...[loss.root, element('div', {}, formula, others), margin.root, element('div', {}, scale.root, pushed)],
    ...[view.root, buttons.root],
  );
  return now => {
    const { key, m, s, push } = now;
    loss.update(key);
    view.update(model.get('view'));
    scale.update(s);
    write(formula, `${s} · ${curveFormula(key, m)}`);
    write(
      others,
      `is the logit of the right class, the others keep <span ` +
        `style="white-space:nowrap">${s} · cos <i>θ<sub>j</sub></i></span>`,
    );
    write(
      pushed,
      `the bolder a point, the harder it is pushed; the mean push, 1\u00a0−\u00a0<i>P<sub>y</sub></i>, ` +
        `is <b>${push.toFixed(3)}</b>`,
    );
    buttons.update(now);
    margin.update(now);
  };
}
