// What stands around CenterUpdate's plane: the rule, the batch, α, the buttons and the worked table.
import { element, part, roomy, write } from '../kit/view.js';
import { button, choice, named, offer, ownKeys, slider, table } from '../kit/controls.js';
import { MOST, RULES } from './maths.js';
import { lawOf, shareLine, tableRows } from './words.js';
import { switched } from './hand.js';

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
    root: part(
      'batch',
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
  const { root, heads, cells } = table(8, ['', '→', '↑'], { 'aria-label': 'The update, worked' });
  ['step', 'to the right', 'up'].forEach((name, k) => heads[k].setAttribute('aria-label', name));
  return {
    root,
    update: given =>
      given.forEach(([name, across, up, kind], k) => {
        cells[k][0].parentNode.className = kind;
        [name, across, up].forEach((html, i) => write(cells[k][i], html));
      }),
  };
}

/** All controls; `acts` says what they do, `walk` is the last line below the table. */
export function controls({ state, set, step, again, overshoot }, walk) {
  const rule = choice({
    label: 'rule of the update',
    options: named(RULES),
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
    worked = workedTable(),
    [law, share] = ['law', 'share'].map(name => element('p', { class: name })),
    [one, ten, back, past] = [
      ['one step', () => step(1)],
      ['ten steps', () => step(10)],
      ['start again', again],
      ['overshoot', overshoot],
    ].map(([name, click]) => button(name, click));
  return {
    side: part(
      'side',
      part('rule', rule.root, law),
      part('moves', alpha.root, batch.root, part('buttons', one, ten, back, past), share),
      part('sums', worked.root, roomy([walk], [126])),
    ),
    update(now, found) {
      rule.update(now.rule);
      alpha.update(now.alpha);
      batch.update(now.batch);
      write(law, lawOf(now.rule));
      write(share, shareLine(now, found));
      worked.update(tableRows(now, found));
      for (const more of [one, ten]) offer(more, now.path.length < MOST);
      offer(back, now.path.length > 0);
    },
  };
}
