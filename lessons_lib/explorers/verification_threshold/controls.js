// VerificationThreshold's controls: which network, jumps to thresholds one asks for, the table, and how rare genuine
// pairs are.
import { element } from '../kit/view.js';
import { button, choice } from '../kit/controls.js';
import { choiceOfNet, row } from '../kit/curves.js';
import { stepper } from '../kit/steps.js';
import { thousands } from '../kit/words.js';
import { edgeAt, edgeAtFar, edgeOfBest, edgeOfEqualErrors } from './maths.js';
import { priorText, shareText } from './words.js';

/** One genuine pair in so many, from common to rare. */
const ASKED = [1.25, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

export const JUMPS = {
  'equal error rate': net => edgeOfEqualErrors(net),
  'FAR 1 %': net => edgeAtFar(net, 0.01),
  'FAR 0.1 %': net => edgeAtFar(net, 0.001),
  'fewest wrong': (net, prior) => edgeOfBest(net, prior),
};
const ROWS = [
  ['genuine accepted, TAR', s => s.tar, s => thousands(s.genuine)],
  ['genuine refused, FRR', s => 1 - s.tar, s => thousands(s.all - s.genuine), 'm'],
  ['impostors accepted, FAR', s => s.far, s => thousands(s.impostors), 'm'],
  ['accuracy, judged rightly', s => s.right, () => ''],
  ['precision, of the accepted', s => s.precision, () => ''],
];

const heads = () => ['share', 'pairs'].map(name => element('th', { scope: 'col' }, name));

function readings() {
  const cells = ROWS.map(([, , , mark]) => [
    element(mark ? 'b' : 'span', mark ? { class: mark } : {}),
    element('td', { class: 'soft' }),
  ]);
  const root = element(
    'table',
    { class: 'readings', 'aria-label': 'rates at this threshold' },
    element('thead', {}, element('tr', {}, element('td'), ...heads())),
    element(
      'tbody',
      {},
      ...ROWS.map(([name], i) =>
        element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, cells[i][0]), cells[i][1]),
      ),
    ),
  );
  const update = standing =>
    ROWS.forEach(([, share, count], i) => {
      cells[i][0].textContent = share(standing) === null ? 'none' : shareText(share(standing));
      cells[i][1].textContent = count(standing);
    });
  return { root, update };
}

/** `move` sets the threshold or the prior, `choose` the network, `put` the rest. */
export function verificationControls(model, { move, choose, put }) {
  const nets = model.get('nets'),
    now = () => nets[model.get('net')],
    table = readings();
  const net = choiceOfNet('network', nets, choose);
  const axis = choice({
    label: 'axis of FAR',
    options: [
      ['linear', 'linear'],
      ['log', 'logarithmic'],
    ],
    set: value => put('axis', value),
  });
  const jumps = Object.entries(JUMPS).map(([words, edge]) =>
    button(words, () => move('threshold', edgeAt(now(), edge(now(), model.get('prior'))), words)),
  );
  const prior = stepper({
    label: 'pairs asked',
    values: ASKED,
    read: () => 1 / model.get('prior'),
    show: many => priorText(1 / many),
    set: many => move('prior', Number((1 / many).toPrecision(6))),
  });
  const heads = nets.length > 1 ? [row('scores of', net.root)] : [];
  function update(standing) {
    net.update(standing.chosen);
    axis.update(model.get('axis'));
    prior.update();
    table.update(standing);
  }
  const go = { class: 'set', role: 'group', 'aria-label': 'go to a threshold' };
  return {
    heads,
    jumps: element('div', go, element('span', {}, 'go to'), ...jumps),
    sides: [row('axis of FAR', axis.root), table.root, prior.root],
    update,
  };
}
