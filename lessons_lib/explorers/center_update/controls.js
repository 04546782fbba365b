// What stands around CenterUpdate's plane: the rule, the batch, α, the buttons and the worked table.
import { button, choice, element, ownKeys, slider } from '../kit/view.js';
import { MOST, RULES } from './maths.js';
import { lawOf, shareLine, tableRows } from './words.js';
import { switched } from './hand.js';

export const STYLE = `
.center{display:grid;gap:14px 36px;grid-template-columns:minmax(0,1fr)}
.center i{font-family:Georgia,'Times New Roman',serif}
.center canvas{touch-action:pan-y pinch-zoom;max-width:620px;margin:0 auto}
.center p{margin:0}
.center .side,.center .moves{display:grid;gap:12px;align-content:start}
.center .rule fieldset,.center .batch fieldset{font-size:14px;gap:2px 16px}
.center .batch{display:flex;gap:2px 14px;align-items:baseline}
.center .law{margin-top:6px;font-size:18px;line-height:1.3;min-height:2.5em;display:flex;flex-wrap:wrap;gap:0 1.4em;align-items:center}
.center .law>span{white-space:nowrap}
.center .frac{display:inline-block;text-align:center;vertical-align:middle;line-height:1.3}
.center .frac span{display:block;padding:0 4px}.center .frac span:first-child{padding-bottom:3px}.center .frac span+span{border-top:1px solid currentColor}
.center .buttons{display:flex;gap:8px;flex-wrap:wrap}
.center .buttons button:first-child{background:var(--ink);color:var(--paper);border-color:var(--ink)}
.center .share{font-size:15px;min-height:1.5em}
.center .share>span:first-child{white-space:nowrap}.center .share b{font-weight:600;white-space:nowrap}
.center sub{line-height:0}
.center table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.2}
.center th{font-weight:400;text-align:left;padding:4px 0;white-space:nowrap}
.center thead th{padding:0 0 2px;color:var(--soft)}
.center thead th+th,.center td{text-align:right}
.center td{padding:4px 0 4px 10px;white-space:nowrap}
.center th span{color:var(--soft);font-size:13px;margin-left:.5em}
.center tr.out *{color:var(--soft)}
.center tr.out td:last-child{text-align:left;padding-left:.3em}
.center tr.total>*,.center tr.new>*{border-top:1px solid var(--line)}
.center tr.new>*{font-weight:600}
.lesson .center figcaption{min-height:10.9em;max-width:66em}
.center .walk{margin-top:6px;min-height:2.9em}.center .walk b{font-weight:600;color:var(--ink)}
.center .walk sup{line-height:0}
.center .field p{margin-top:4px}
@container (min-width:560px){.lesson .center figcaption{min-height:6.3em}}
@container (min-width:760px){.center{grid-template-columns:minmax(0,1.3fr) minmax(0,1fr)}
 .center .words{grid-column:1/-1}.lesson .center figcaption{min-height:4.7em}.center .walk{min-height:1.5em}}
@container (max-width:759px){.center .side{display:contents}.center .rule{order:-1}.center .field{order:0}
 .center .moves{order:1}.center .words{order:2}.center .sums{order:3}}`;

const fill = (node, html) => { if (node.dataset.html !== html) { node.dataset.html = html; node.innerHTML = html; } };

/** Which points are in the batch, as words that are underlined or not. */
function batchChoice(state, set) {
  const inputs = [0, 1, 2].map(i => ownKeys(element('input', { type: 'checkbox', 'aria-label': `x${i + 1} in the batch`, change: () => set('batch', switched(state().batch, i)) })));
  const labels = inputs.map((input, i) => element('label', {}, input, element('i', {}, 'x'), element('sub', {}, String(i + 1))));
  return { root: element('div', { class: 'batch' }, element('span', {}, 'in the batch'), element('fieldset', { 'aria-label': 'in the batch' }, ...labels)),
    update: batch => inputs.forEach((input, i) => { input.checked = batch[i]; }) };
}

function workedTable() {
  const cells = Array.from({ length: 8 }, () => [element('th', { scope: 'row' }), element('td'), element('td')]);
  const rows = cells.map(parts => element('tr', {}, ...parts));
  const heads = [['', 'step'], ['→', 'to the right'], ['↑', 'up']].map(([mark, name]) => element('th', { scope: 'col', 'aria-label': name }, mark));
  const root = element('table', { 'aria-label': 'The update, worked' }, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows));
  return { root, update: given => given.forEach(([name, across, up, kind], k) => {
    rows[k].className = kind;
    [name, across, up].forEach((html, part) => fill(cells[k][part], html));
  }) };
}

/** All controls; `step(times)` and `again()` move the centre. */
export function controls(state, set, step, again) {
  const rule = choice({ label: 'rule of the update', options: Object.entries(RULES).map(([key, { name }]) => [key, name]), set: key => set('rule', key) });
  const alpha = slider({ label: 'rate <b class="m"><i>α</i></b>', min: 0, max: 1, step: 0.01, show: v => v.toFixed(2), set: v => set('alpha', v) });
  const batch = batchChoice(state, set), table = workedTable(), law = element('p', { class: 'law' }), share = element('p', { class: 'share' });
  const one = button('one step', () => step(1)), ten = button('ten steps', () => step(10)), back = button('start again', again);
  const side = element('div', { class: 'side' },
    element('div', { class: 'rule' }, rule.root, law),
    element('div', { class: 'moves' }, alpha.root, batch.root, element('div', { class: 'buttons' }, one, ten, back), share),
    element('div', { class: 'sums' }, table.root));
  return { side, update(now, found) {
    rule.update(now.rule); alpha.update(now.alpha); batch.update(now.batch);
    fill(law, lawOf(now.rule)); fill(share, shareLine(now, found)); table.update(tableRows(now, found));
    one.disabled = ten.disabled = now.path.length >= MOST; back.disabled = !now.path.length;
  } };
}
