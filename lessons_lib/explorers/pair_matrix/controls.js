// PairMatrix's controls: which loss, its numbers, and the caption of a column.
import { element } from '../kit/view.js';
import { button, choice, offer, ownKeys, slider } from '../kit/controls.js';
import { stepper } from '../kit/steps.js';
import { escaped } from '../kit/words.js';
import { WAY_NAMES, scaleStops } from './maths.js';
import { biasText, plain, scaleText } from './words.js';

/** The choice of the loss and the sliders; `put` sets the way, `move` a number. */
export function knobsOf(model, B, { put, move }) {
  const limits = model.get('limits'),
    { learnt } = model.get('facts'),
    way = choice({ label: 'loss', options: Object.entries(WAY_NAMES), set: value => put({ way: value }) });
  const range = (name, step) => ({ min: limits[name].low, max: limits[name].high, step });
  const scale = stepper({
    label: 'scale <i>s</i>',
    values: scaleStops(B, learnt),
    read: () => model.get('scale'),
    show: value => scaleText(value, B, learnt),
    set: value => move('scale', value),
  });
  const margin = slider({
    label: 'margin <b class="m"><i>m</i></b>',
    ...range('margin', 0.01),
    show: plain,
    set: value => move('margin', value),
  });
  const bias = slider({
    label: 'bias <i>b</i>',
    ...range('bias', 0.1),
    show: () => (model.get('way') === 'sigmoid' ? biasText(model.get('bias'), B) : 'none'),
    set: value => move('bias', value),
  });
  function update(p) {
    way.update(p.way);
    scale.update();
    margin.update(p.margin);
    bias.update(p.bias);
    bias.input.disabled = p.way !== 'sigmoid';
  }
  return { nodes: [way.root, scale.root, margin.root, bias.root], update };
}

/** Where one writes the caption of the chosen column: `write(text, keep)` takes it, `keep` tells the kernel. */
export function deskOf(tries, write, keep) {
  const id = `lesson-caption-${Math.floor(Math.random() * 1e12)}`,
    label = element('label', { for: id });
  const input = ownKeys(
    element('input', {
      ...{ id, type: 'text', maxlength: 40, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' },
      input: () => write(input.value, () => {}),
      change: keep, // the column may be another one by now
    }),
  );
  const back = button('put back', () => write('', keep)),
    offers = tries.map(text => button(text, () => write(text, keep), { title: `write ${text}` }));
  const root = element(
    'div',
    { class: 'desk' },
    label,
    element('div', { class: 'line' }, input, back),
    element('div', { class: 'line' }, element('span', { class: 'soft' }, 'try'), ...offers),
  );
  /** Of the chosen column: its caption as shown, the batch's own, and the digit in its image. */
  function update({ text, given, digit, own }) {
    label.innerHTML = `write a caption of your own for the <b>${digit}</b>, in place of “${escaped(given)}”`;
    if (input.getRootNode().activeElement !== input) input.value = own ? text : '';
    input.placeholder = given;
    offer(back, own);
  }
  return { root, input, update };
}
