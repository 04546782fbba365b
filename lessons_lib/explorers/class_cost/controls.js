// ClassCost's controls: loss and machine, sliders in steps of their own, the table of parts, and how it is counted.
import { element, write } from '../kit/view.js';
import { button, choice } from '../kit/controls.js';
import { row } from '../kit/curves.js';
import { stepper } from '../kit/steps.js';
import { thousands } from '../kit/words.js';
import { measuredFor, memoryOf, memoryParts, sentBy, sentParts, timeOf, timeParts } from './maths.js';
import {
  LOSS,
  MACHINE,
  MEMORY_ROWS,
  SENT_ROWS,
  TIME_ROWS,
  bytesText,
  cellText,
  secondsText,
  shareText,
} from './words.js';

const doubled = (from, to) => Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);
const VALUES = {
  processes: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024],
  embedding_size: doubled(16, 2048),
  batch: doubled(16, 16_384),
  share: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1],
};

const knob = (model, move, name, label, show = thousands) =>
  stepper({ label, values: VALUES[name], read: () => model.get(name), show, set: value => move(name, value) });

/** `put` sets a choice, `move` a slider. */
export function costControls(model, { put, move }) {
  const options = table => Object.entries(table),
    losses = choice({ label: 'loss', options: options(LOSS), set: loss => put({ loss }) }),
    machines = choice({
      label: 'machine',
      options: options(MACHINE)
        .map(([key, { short }]) => [key, short])
        .toReversed(),
      set: machine => put({ machine }),
    }),
    sliders = [
      knob(model, move, 'processes', 'processes <i>R</i>'),
      knob(model, move, 'embedding_size', 'dimensions <i>d</i>'),
      knob(model, move, 'batch', 'batch of all <i>N</i>'),
      knob(model, move, 'share', 'share of negatives', shareText),
    ];
  function update({ p }) {
    losses.update(p.loss);
    machines.update(p.machine);
    for (const one of sliders) one.update();
  }
  return {
    nodes: [
      element('div', { class: 'choices' }, row('loss', losses.root), row('machine', machines.root)),
      ...sliders.map(({ root }) => root),
    ],
    update,
  };
}

/** What memory and time are made of, for p processes and for one. */
export function partsTable() {
  const heads = [element('th', { scope: 'col' }), element('th', { scope: 'col' }, 'R = 1')],
    cells = new Map(),
    line = (key, name) => {
      const own = [element('td'), element('td')];
      cells.set(key, own);
      return element('tr', {}, element('th', { scope: 'row' }, name), ...own);
    };
  const group = (what, name, rows) =>
    element('tbody', {}, line(what, name), ...rows.map(([key, words]) => line(`${what}.${key}`, words)));
  const root = element(
    'table',
    { class: 'readings' },
    element('thead', {}, element('tr', {}, element('td'), ...heads)),
    group('memory', 'memory', MEMORY_ROWS),
    group('time', 'time a step', TIME_ROWS),
    group('sent', 'sent a step', SENT_ROWS),
  );
  function update({ p, given }) {
    heads[0].textContent = `R = ${thousands(p.processes)}`;
    [p, { ...p, processes: 1 }].forEach((q, i) => {
      const put = (key, text, value) => {
        write(cells.get(key)[i], i && p.processes === 1 ? '' : cellText(text, value));
      };
      put('memory', bytesText, memoryOf(q, given));
      put('time', secondsText, timeOf(q, given));
      put('sent', bytesText, sentBy(q));
      const [bytes, seconds, sent] = [memoryParts(q, given), timeParts(q, given), sentParts(q)];
      for (const [key] of MEMORY_ROWS) put(`memory.${key}`, bytesText, bytes[key]);
      for (const [key] of TIME_ROWS) put(`time.${key}`, secondsText, seconds[key]);
      for (const [key] of SENT_ROWS) put(`sent.${key}`, bytesText, sent[key]);
    });
    heads[1].classList.toggle('none', p.processes === 1);
  }
  return { root, update };
}

/** A button that sets what was measured: the point with most processes, and of these with most classes. */
export function measuredButton(points, put) {
  if (!points.length) return { nodes: [], update: () => {} };
  const most = points.reduce((best, one) =>
    (one.processes - best.processes || one.num_classes - best.num_classes) > 0 ? one : best,
  );
  const names = ['loss', 'machine', 'num_classes', 'embedding_size', 'processes', 'batch', 'share'],
    node = button('to what was measured', () => put(Object.fromEntries(names.map(name => [name, most[name]]))));
  const update = ({ p }) => {
    node.classList.toggle(
      'none',
      ['memory', 'seconds', 'sent'].some(what => measuredFor(points, p, what).length > 0),
    );
  };
  return { nodes: [node], update };
}

/** How it is counted, in formulas. */
export function countedText({ counts, machines }) {
  const { weight_copies: held, adam_copies: adam, logit_copies: copies } = counts,
    { weight_passes: all, drawn_passes: drawn, put_back_passes: back, logit_passes: passes } = counts;
  return (
    '<i>W</i> = 4 <i>C d</i>/<i>R</i>: bytes of a process’s weights. <i>D</i>: of those drawn. ' +
    '<i>L</i> = <i>N D</i>/<i>d</i>: of its logits.<br>' +
    `memory = ${held} <i>W</i> + max(${adam} <i>W</i>, <i>D</i> + ${copies} <i>L</i>)<br>` +
    `time = 3 <i>N D</i>/4 products + (${all} <i>W</i>, ${all + back} where a share is drawn, + ${drawn} <i>D</i> + ` +
    `${passes.softmax} <i>L</i>, for P2SGrad ${passes.p2sgrad}) of memory traffic + what is sent + its messages<br>` +
    'sent = (<i>R</i> − 1)/<i>R</i> · (8 <i>N d</i> + 8 <i>N</i>, and for a softmax 40 <i>N</i>)<br>' +
    Object.values(machines)
      .map(({ name, source }) => `${name}. ${source}`)
      .join('<br>')
  );
}
