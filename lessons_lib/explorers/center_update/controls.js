// What stands around CenterUpdate's plane: the rule, the batch, α, the buttons and the worked table.
import { element } from '../kit/view.js';
import { button, choice, ownKeys, slider } from '../kit/controls.js';
import { MOST, RULES } from './maths.js';
import { lawOf, shareLine, tableRows } from './words.js';
import { switched } from './hand.js';

const fill = (node, html) => {
  if (node.dataset.html !== html) {
    node.dataset.html = html;
    node.innerHTML = html;
  }
};

/** Which points are in the batch, as words that are underlined or not. */
function batchChoice(state, set) {
  const inputs = [0, 1, 2].map(i =>
    ownKeys(
      element('input', {
        type: 'checkbox',
        'aria-label': `x${i + 1} in the batch`,
        change: () => set('batch', switched(state().batch, i)),
      }),
    ),
  );
  const labels = inputs.map((input, i) =>
    element('label', {}, input, element('i', {}, 'x'), element('sub', {}, String(i + 1))),
  );
  return {
    root: element(
      'div',
      { class: 'batch' },
      element('span', {}, 'in the batch'),
      element('fieldset', { 'aria-label': 'in the batch' }, ...labels),
    ),
    update: batch =>
      inputs.forEach((input, i) => {
        input.checked = batch[i];
      }),
  };
}

function workedTable() {
  const cells = Array.from({ length: 8 }, () => [element('th', { scope: 'row' }), element('td'), element('td')]);
  const rows = cells.map(parts => element('tr', {}, ...parts));
  const heads = [
    ['', 'step'],
    ['→', 'to the right'],
    ['↑', 'up'],
  ].map(([mark, name]) => element('th', { scope: 'col', 'aria-label': name }, mark));
  const root = element(
    'table',
    { 'aria-label': 'The update, worked' },
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
  return {
    root,
    update: given =>
      given.forEach(([name, across, up, kind], k) => {
        rows[k].className = kind;
        [name, across, up].forEach((html, part) => fill(cells[k][part], html));
      }),
  };
}

/** All controls; `step(times)` and `again()` move the centre. */
export function controls(state, set, step, again) {
  const rule = choice({
    label: 'rule of the update',
    options: Object.entries(RULES).map(([key, { name }]) => [key, name]),
    set: key => set('rule', key),
  });
  const alpha = slider({
    label: 'rate <b class="m"><i>α</i></b>',
    min: 0,
    max: 1,
    step: 0.01,
    show: v => v.toFixed(2),
    set: v => set('alpha', v),
  });
  const batch = batchChoice(state, set),
    table = workedTable(),
    law = element('p', { class: 'law' }),
    share = element('p', { class: 'share' });
  const one = button('one step', () => step(1)),
    ten = button('ten steps', () => step(10)),
    back = button('start again', again);
  const side = element(
    'div',
    { class: 'side' },
    element('div', { class: 'rule' }, rule.root, law),
    element(
      'div',
      { class: 'moves' },
      alpha.root,
      batch.root,
      element('div', { class: 'buttons' }, one, ten, back),
      share,
    ),
    element('div', { class: 'sums' }, table.root),
  );
  return {
    side,
    update(now, found) {
      rule.update(now.rule);
      alpha.update(now.alpha);
      batch.update(now.batch);
      fill(law, lawOf(now.rule));
      fill(share, shareLine(now, found));
      table.update(tableRows(now, found));
      one.disabled = ten.disabled = now.path.length >= MOST;
      back.disabled = !now.path.length;
    },
  };
}
